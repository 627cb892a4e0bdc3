"""What holds for every GET route under `/risk`: answers fit their model, parameters are read strictly, the first job's figures stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

import httpx
import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel

from farp.api import routes_risk, topics
from farp.service import Desk

ROUTES: dict[str, APIRoute] = {
    route.path if route.path.startswith("/risk") else f"/risk{route.path}": route
    for router in (routes_risk.router, *topics.ROUTERS)
    for route in router.routes
    if isinstance(route, APIRoute) and "GET" in route.methods
}
DEMO = ("balanced-60-40.user_001", "long-short-equity.user_003", "multi-currency-reserve.user_004", "crypto-tilt.user_005", "single-stock.user_008")
AWKWARD = ("in-debt.user_900", "cash-only.user_900", "bitcoin.user_900", "euro-bitcoin.user_900", "partly-unknown.user_900")
every_route = pytest.mark.parametrize("path", ROUTES)


def parameters_of(path: str) -> list[str]:
    return [parameter.alias for parameter in ROUTES[path].dependant.query_params]


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model reachable from a type, each as often as it is named."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
    for inner in get_args(annotation):
        yield from models_in(inner)


def test_the_topics_of_the_issue_are_there() -> None:
    asked = {"backtest", "contributions", "factors", "pca", "sensitivity", "stress", "reverse-stress", "performance", "correlation"}
    assert {path.removeprefix("/risk/") for path in ROUTES} >= asked | {"metrics", "var", "exposure", "factor-contributions"}


@every_route
def test_every_model_names_all_its_fields_and_describes_the_route(path: str) -> None:
    route = ROUTES[path]
    loose = {model.__name__ for model in models_in(route.response_model) if model.model_config.get("extra") != "forbid"}
    assert loose == set()
    assert route.description
    assert not [parameter.alias for parameter in route.dependant.query_params if not parameter.field_info.description]


@every_route
@pytest.mark.parametrize("id", [*DEMO, *AWKWARD])
def test_the_answer_fits_its_model_and_nothing_is_lost_in_it(api: httpx.Client, path: str, id: str) -> None:
    answer = api.get(path, params={"portfolio_id": id})
    document = json.loads(answer.text, parse_constant=pytest.fail)
    if answer.status_code == 409 and id in AWKWARD:
        assert document["error"]["message"].endswith(".")
        return
    assert answer.status_code == 200, document
    fitted = ROUTES[path].response_model.model_validate_json(answer.content)
    assert fitted.model_dump(mode="json", by_alias=True, exclude_unset=True) == document
    assert document["portfolio_id"] == id
    assert document["currency"] == "USD"
    assert document["source_label"] == "Sample data, 28 December 2022"


@every_route
def test_without_an_id_it_is_the_default_portfolio_and_the_same_answer_twice(api: httpx.Client, desk: Desk, path: str) -> None:
    first, second = (api.get(path) for _ in range(2))
    assert first.json()["portfolio_id"] == desk.default_portfolio_id()
    assert first.content == second.content, "no clock and no chance in an answer"
    assert first.headers["cache-control"] == "no-store"


@every_route
def test_the_day_used_is_stated(api: httpx.Client, path: str) -> None:
    answer = api.get(path, params={"as_of_date": "2022-06-18"}).json()
    assert answer.get("date", answer.get("calculation_date")) == "2022-06-17"
    assert answer["requested_as_of_date"] == "2022-06-18"
    assert any("18 Jun 2022 is not a trading day" in note for note in answer["notes"])


@every_route
@pytest.mark.parametrize("name", ["surprise", "portfolio", "PORTFOLIO_ID", "as_of"])
def test_an_unknown_parameter_is_refused_and_the_known_ones_are_named(api: httpx.Client, path: str, name: str) -> None:
    answer = api.get(path, params={name: "1"})
    assert answer.status_code == 422
    message = answer.json()["error"]["message"]
    assert message == f"There is no parameter '{name}' at this address; it takes {', '.join(parameters_of(path))}."


@pytest.mark.parametrize(("path", "name"), [(path, name) for path in ROUTES for name in parameters_of(path)])
def test_nonsense_is_refused_in_a_sentence_that_names_it(api: httpx.Client, path: str, name: str) -> None:
    more = {"by": "sector"} if name == "group" else {}
    for value in ("no-such", "-1", "1e400", "NaN", "%00;--", "x" * 200):
        answer = api.get(path, params={name: value, **more})
        assert 400 <= answer.status_code < 500, (value, answer.text[:200])
        message = answer.json()["error"]["message"]
        assert message.endswith(".")
        assert name in message or value[:30] in message, message
    for values in (["", ""], [" "], ["252", "252"]):
        answer = api.get(path, params=[(name, value) for value in values])
        assert answer.status_code == 422
        assert name in answer.json()["error"]["message"]


@every_route
def test_a_portfolio_that_is_not_there_empty_or_unpriced_is_a_sentence(api: httpx.Client, path: str) -> None:
    for asked, status in (("nope", 404), ("empty.user_900", 409), ("only-unknown.user_900", 409)):
        answer = api.get(path, params={"portfolio_id": asked})
        assert answer.status_code == status
        assert asked in answer.json()["error"]["message"]


# Figures of the first job, before there was any analysis in depth; they may not change without a line in the changelog.
PINNED = {
    "balanced-60-40.user_001": {
        "metrics": {
            "portfolio_value": 1249569.209782,
            "var.95_1d.var_amount": 17034.851171671573,
            "var.99_10d.expected_shortfall_amount": 104007.99929526514,
            "drawdown.max_drawdown_pct": 18.34568383280294,
            "volatility.252d": 0.14014126697471394,
            "sharpe_ratio.60d": 1.2556923007031942,
            "beta": 0.5636095195437436,
        },
        "var": {"var_amount": 17034.851171671573, "interval.low_amount": 14975.682646797162, "confidence": 95, "horizon_days": 1},
        "exposure": {"total_gross_exposure": 1249569.209782, "by_sector.0.net_exposure": 137396.321592},
        "factor-contributions": {"systematic_pct": 97.56612140353795, "matrix.0.0": 13.227189401749802, "annual_volatility": 0.14072903667207928},
    },
    "long-short-equity.user_003": {
        "metrics": {
            "portfolio_value": 2000054.0976999998,
            "var.95_1d.var_amount": 35281.868275353685,
            "var.99_10d.expected_shortfall_amount": 214670.232965146,
            "drawdown.max_drawdown_pct": 14.512562009986013,
            "volatility.252d": 0.20221734127176197,
            "sharpe_ratio.60d": 1.7493139725609734,
            "beta": -0.3403889763659034,
        },
        "var": {"var_amount": 35281.868275353685, "interval.low_amount": 31291.62048949943, "method": "historical_simulation"},
        "exposure": {"total_gross_exposure": 4799830.5103, "by_sector.0.net_exposure": 1200000.0},
        "factor-contributions": {"systematic_pct": 61.97569717851711, "matrix.0.0": -9.474748226719413, "annual_volatility": 0.1967716587289249},
    },
    "crypto-tilt.user_005": {
        "metrics": {
            "portfolio_value": 900486.4652920001,
            "var.95_1d.var_amount": 33713.38164330187,
            "var.99_10d.expected_shortfall_amount": 208963.74566981924,
            "drawdown.max_drawdown_pct": 51.16046819043068,
            "volatility.252d": 0.3437119428499464,
            "sharpe_ratio.60d": -0.8848109860409858,
            "beta": 1.2618708247551875,
        },
        "var": {"var_amount": 33713.38164330187, "interval.low_amount": 28090.977645275598, "rule": "linear"},
        "exposure": {"total_gross_exposure": 900486.465292, "by_sector.0.net_exposure": 198485.64},
        "factor-contributions": {"systematic_pct": 86.3389258089016, "matrix.0.0": 11.848585088927047, "annual_volatility": 0.3457849127335645},
    },
}


@pytest.mark.parametrize(("id", "path"), [(one, path) for one, paths in PINNED.items() for path in paths])
def test_the_default_answers_of_the_first_job_are_what_they_were(api: httpx.Client, id: str, path: str) -> None:
    answer = api.get(f"/risk/{path}", params={"portfolio_id": id}).json()
    for place, expected in PINNED[id][path].items():
        found: Any = answer
        for name in place.split("."):
            found = found[int(name) if isinstance(found, list) else name]
        # a regression may be solved in another order of operations; the rest is the same arithmetic
        assert found == (pytest.approx(expected, rel=1e-9) if path == "factor-contributions" else expected), place
