"""`/risk/var` by method, over HTTP."""

from __future__ import annotations

import math

import httpx
import pytest

from farp.analysis.methods import method_figure
from farp.api import models
from farp.engine.methods import METHODS
from farp.engine.value_at_risk import QuantileRule
from farp.report.documents.methods import method_document
from farp.service import Desk
from tests.integration.api.conftest import awkward_id

LONG_SHORT = "long-short-equity.user_003"
CONTRACT = {
    "confidence",
    "horizon_days",
    "var_pct",
    "var_amount",
    "method",
    "portfolio_value",
    "calculation_date",
    "lookback_days",
    "data_points",
    "expected_shortfall_pct",
    "expected_shortfall_amount",
    "rule",
    "tail_observations",
    "interval",
    "overlapping",
    "warning",
}


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_with_the_analysis_to_the_last_bit_and_fits_the_model(api: httpx.Client, desk: Desk, method: str) -> None:
    asked = {"portfolio_id": LONG_SHORT, "method": method, "confidence": "97.5", "horizon": "5", "lookback": "400", "rule": "centered"}
    answer = api.get("/risk/var", params=asked)
    assert answer.status_code == 200, answer.text
    window = desk.window(LONG_SHORT, None, 400)
    assert answer.json() == method_document(method_figure(window, method, 0.975, 5, QuantileRule.CENTERED), window, 400)
    models.ValueAtRisk.model_validate_json(answer.content)
    assert set(answer.json()) >= CONTRACT | {"settings", "fitted", "remarks"}
    assert (answer.json()["rule"] == "centered") == (method in {"historical_simulation", "filtered_historical", "garch_filtered"})


def test_the_default_is_historical_simulation_in_all_fields(api: httpx.Client) -> None:
    plain = api.get("/risk/var", params={"portfolio_id": LONG_SHORT}).json()
    spelt = {"method": "historical_simulation", "confidence": "95", "horizon": "1", "rule": "linear"}
    assert plain == api.get("/risk/var", params={"portfolio_id": LONG_SHORT, **spelt}).json()
    assert plain == api.get("/risk/var", params={"portfolio_id": LONG_SHORT, **spelt, "lookback": "252"}).json()
    assert (plain["settings"], plain["fitted"], plain["remarks"]) == ({"rule": "linear"}, {}, [])
    assert plain["interval"]["low_amount"] < plain["var_amount"] < plain["interval"]["high_amount"]


@pytest.mark.parametrize(("method", "fields"), [("historical_simulation", 3), ("student_t", 0), ("garch_filtered", 0)])
def test_what_a_method_does_not_have_is_null(api: httpx.Client, method: str, fields: int) -> None:
    answer = api.get("/risk/var", params={"method": method, "horizon": "10", "lookback": "252"}).json()
    assert sum(answer[name] is not None for name in ("interval", "overlapping", "tail_observations")) == fields + (method == "garch_filtered")


def test_confidence_and_horizon_are_any_in_their_range_and_scale_with_the_root_of_time(api: httpx.Client) -> None:
    one = api.get("/risk/var", params={"confidence": "90"}).json()
    sixty = api.get("/risk/var", params={"confidence": "90", "horizon": "60"}).json()
    assert sixty["var_amount"] == pytest.approx(math.sqrt(60) * one["var_amount"])
    ladder = [api.get("/risk/var", params={"confidence": level}).json()["var_amount"] for level in ("90", "92.5", "95", "99", "99.9")]
    assert ladder == sorted(ladder)
    assert isinstance(one["confidence"], int)
    assert "single worst day" in api.get("/risk/var?confidence=99.9").json()["warning"]
    assert api.get("/risk/var?confidence=99.9").json()["remarks"] == [api.get("/risk/var?confidence=99.9").json()["warning"]]


def test_monte_carlo_names_its_seed_and_answers_alike_twice(api: httpx.Client) -> None:
    first, second = (api.get("/risk/var?method=monte_carlo").json() for _ in range(2))
    assert first == second
    assert (first["settings"]["paths"], first["settings"]["distribution"], first["settings"]["degrees_of_freedom"]) == (100_000, "normal", None)
    assert isinstance(first["settings"]["seed"], int)


def test_all_days_is_a_lookback_of_null(api: httpx.Client, desk: Desk) -> None:
    answer = api.get("/risk/var", params={"portfolio_id": LONG_SHORT, "lookback": "all"}).json()
    assert answer["lookback_days"] is None
    assert answer["data_points"] == desk.window(LONG_SHORT, None, None).observations > 252


def test_no_percent_without_a_positive_value(api: httpx.Client) -> None:
    for method in METHODS:
        answer = api.get("/risk/var", params={"portfolio_id": awkward_id("In Debt"), "method": method}).json()
        assert (answer["var_pct"], answer["expected_shortfall_pct"]) == (None, None)
        assert answer["var_amount"] > 0


def test_a_method_without_an_answer_is_a_conflict_with_its_sentence(api: httpx.Client) -> None:
    cash = api.get("/risk/var", params={"portfolio_id": awkward_id("Cash Only"), "method": "garch_filtered"})
    assert (cash.status_code, cash.json()["error"]["type"]) == (409, "data_error")
    assert "does not move" in cash.json()["error"]["message"]
    short = api.get("/risk/var", params={"portfolio_id": awkward_id("Bitcoin"), "method": "garch_filtered", "as_of_date": "2015-02-02"})
    assert (short.status_code, short.json()["error"]["type"]) == (409, "insufficient_history")
    assert "60" in short.json()["error"]["message"]
    assert api.get("/risk/var", params={"portfolio_id": awkward_id("Cash Only"), "method": "student_t"}).json()["var_amount"] == 0.0


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("confidence=42", "from 90 to 99.9"),
        ("confidence=89.9", "from 90 to 99.9"),
        ("confidence=99.95", "from 90 to 99.9"),
        ("confidence=abc", "from 90 to 99.9"),
        ("horizon=0", "from 1 to 60 days"),
        ("horizon=61", "from 1 to 60 days"),
        ("lookback=59", "60 or more"),
        ("lookback=ever", "60 or more"),
        ("rule=magic", "linear, order_statistic or centered"),
        ("method=Normal", "historical_simulation, parametric_normal"),
        ("method=student_t&method=student_t", "more than once"),
        ("paths=5", "There is no parameter 'paths'"),
    ],
)
@pytest.mark.parametrize("method", ["", "&method=student_t"])
def test_what_cannot_be_asked_is_refused_with_a_sentence(api: httpx.Client, query: str, said: str, method: str) -> None:
    answer = api.get(f"/risk/var?{query}{'' if 'method=' in query else method}")
    assert answer.status_code == 422
    assert answer.json()["error"]["type"] == "invalid_input"
    assert said in answer.json()["error"]["message"]
