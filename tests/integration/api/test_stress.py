"""`/risk/stress`, `/risk/reverse-stress` and `/scenarios`: the analysis to the last bit, strict bodies, and a sentence for what cannot be."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from farp.analysis.reverse_stress import reverse_stress
from farp.analysis.stress import Scene, hypothetical_stress, stresses
from farp.api.models import Error
from farp.api.routes_scenarios import ScenarioAnswer, ScenarioList
from farp.api.topics.stress import HypotheticalAnswer, ReverseStressAnswer, StressAnswer
from farp.engine.stress_library import HypotheticalScenario, Shock, ShockKind, ShockMode
from farp.report.documents.reverse_stress import reverse_stress_document
from farp.report.documents.stress import stress_document, stress_result_document
from farp.service import Desk

LONG_SHORT = "long-short-equity.user_003"
OIL = {"name": "Oil up", "mode": "direct", "shocks": [{"kind": "sector", "name": "energy", "size_pct": 20}]}


@pytest.fixture
def clean(desk: Desk) -> Iterator[Desk]:
    """The desk without saved scenarios, before and after."""
    for scenario in desk.scenarios():
        desk.delete_scenario(scenario.id)
    yield desk
    for scenario in desk.scenarios():
        desk.delete_scenario(scenario.id)


def message(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    Error.model_validate(answer.json())
    said = str(answer.json()["error"]["message"])
    assert said.endswith(".")
    return said


# the library


def test_the_library_is_the_analysis_to_the_last_bit(api: httpx.Client, clean: Desk) -> None:
    answer = api.get("/risk/stress", params={"portfolio_id": LONG_SHORT, "lookback": "125", "as_of_date": "2022-06-18"}).json()
    window = clean.window(LONG_SHORT, dt.date(2022, 6, 18), 125)
    assert answer == json.loads(json.dumps(stress_document(stresses(window, clean.history))))
    figures = [one["profit_and_loss_amount"] for one in answer["scenarios"] if one["available"]]
    assert figures == sorted(figures)
    assert [one["available"] for one in answer["scenarios"]] == sorted((one["available"] for one in answer["scenarios"]), reverse=True)
    for one in answer["scenarios"]:
        if one["available"]:
            parts = [row["profit_and_loss_amount"] for row in one["holdings"] if row["profit_and_loss_amount"] is not None]
            assert sum(parts) == pytest.approx(one["profit_and_loss_amount"], abs=1e-6)
        else:
            assert (one["profit_and_loss_amount"], one["holdings"]) == (None, [])
            assert one["because"].endswith(".")


def test_one_scenario_alone(api: httpx.Client, clean: Desk) -> None:
    everything = api.get("/risk/stress", params={"portfolio_id": LONG_SHORT}).json()
    alone = api.get("/risk/stress", params={"portfolio_id": LONG_SHORT, "scenario": "covid-2020"}).json()
    assert alone["scenarios"] == [one for one in everything["scenarios"] if one["id"] == "covid-2020"]
    (one,) = alone["scenarios"]
    assert (one["start_date"], one["end_date"], one["kind"], one["mode"]) == ("2020-02-19", "2020-03-23", "historical", None)
    said = message(api.get("/risk/stress", params={"scenario": "nope"}), 404)
    assert said == "There is no scenario 'nope'."


def test_a_replay_by_the_definition(api: httpx.Client, clean: Desk) -> None:
    one = api.get("/risk/stress", params={"portfolio_id": "apple.user_900", "scenario": "covid-2020"}).json()["scenarios"][0]
    history = clean.history
    closes = dict(zip(history.dates.astype(str), history.close("AAPL"), strict=True))
    move = closes["2020-03-23"] / closes["2020-02-19"] - 1
    assert one["profit_and_loss_pct"] == pytest.approx(100 * move)
    assert one["profit_and_loss_amount"] == pytest.approx(move * closes["2022-12-28"])
    index = dict(zip(history.dates.astype(str), history.close("^GSPC"), strict=True))
    assert one["benchmark_pct"] == pytest.approx(100 * (index["2020-03-23"] / index["2020-02-19"] - 1))
    assert (one["covered_pct"], one["priced_pct"]) == (100.0, 100.0)


def test_prices_of_a_twentieth_of_the_holdings_are_no_figure(api: httpx.Client) -> None:
    asked = {"portfolio_id": "balanced-60-40.user_001", "scenario": "black-monday-1987"}
    (one,) = api.get("/risk/stress", params=asked).json()["scenarios"]
    assert (one["available"], one["profit_and_loss_amount"], one["profit_and_loss_pct"]) == (False, None, None)
    assert 4.0 < one["covered_pct"] < 6.0
    assert "reach only" in one["because"]
    assert one["because"] in one["in_words"]


def test_an_estimate_says_what_it_rests_on(api: httpx.Client) -> None:
    shocks = [{"kind": "factor", "name": "Market", "size_pct": -20}]
    for mode in ("direct", "propagated"):
        result = api.post("/risk/stress", params={"portfolio_id": LONG_SHORT}, json={"mode": mode, "shocks": shocks}).json()["result"]
        assert (result["data_points"], result["first_day"]) == (252, "2021-12-23")
    result = api.post("/risk/stress", json=OIL).json()["result"]
    assert (result["data_points"], result["first_day"]) == (None, None)


def test_every_answer_fits_its_model(api: httpx.Client, desk: Desk) -> None:
    for portfolio in desk.portfolios():
        for path, model in (("/risk/stress", StressAnswer), ("/risk/reverse-stress", ReverseStressAnswer)):
            answer = api.get(path, params={"portfolio_id": portfolio.id})
            json.loads(answer.text, parse_constant=pytest.fail)
            if answer.status_code == 200:
                model.model_validate_json(answer.content)
            else:
                message(answer, 409)


def test_the_models_refuse_a_field_too_many(api: httpx.Client) -> None:
    for path, model in (("/risk/stress", StressAnswer), ("/risk/reverse-stress", ReverseStressAnswer), ("/scenarios", ScenarioList)):
        with pytest.raises(ValueError, match="surprise"):
            model.model_validate(api.get(path).json() | {"surprise": 1})


# a scenario of the caller's own


def test_a_hypothetical_scenario_is_the_analysis_to_the_last_bit_and_saves_nothing(api: httpx.Client, clean: Desk) -> None:
    body = {
        "mode": "propagated",
        "shocks": [{"kind": "factor", "name": "Market", "size_pct": -20}, {"kind": "currency", "name": "EUR", "size_pct": 5}],
    }
    answer = api.post("/risk/stress", params={"portfolio_id": LONG_SHORT}, json=body)
    assert answer.status_code == 200
    given = HypotheticalScenario(
        name="Hypothetical scenario",
        mode=ShockMode.PROPAGATED,
        shocks=(Shock(kind=ShockKind.FACTOR, name="Market", size=-0.2), Shock(kind=ShockKind.CURRENCY, name="EUR", size=0.05)),
    )
    window = clean.window(LONG_SHORT)
    expected = hypothetical_stress(Scene(window=window, history=clean.history), given)
    assert answer.json() == json.loads(json.dumps(stress_result_document(expected, window)))
    fitted = HypotheticalAnswer.model_validate_json(answer.content)
    assert (fitted.result.kind, fitted.result.id, fitted.result.available) == ("given", None, True)
    assert clean.scenarios() == ()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "shocks is missing"),
        ([], "The body must be a JSON object such as"),
        ({"shocks": []}, "A scenario has 1 to 20 shocks, got 0."),
        ({"shocks": {}}, "shocks must be a list of objects with kind, name, size_pct"),
        ({"shocks": ["Market"]}, "shocks[0] must be an object with kind, name, size_pct and nothing else"),
        ({"shocks": [{"kind": "factor", "name": "Market"}]}, "shocks[0] must be an object"),
        (
            {"shocks": [{"kind": "style", "name": "Market", "size_pct": 1}]},
            "shocks[0].kind must be one of factor, asset_class, sector, currency, ticker",
        ),
        ({"shocks": [{"kind": ["factor"], "name": "Market", "size_pct": 1}]}, "shocks[0].kind must be one of"),
        ({"shocks": [{"kind": "factor", "name": 5, "size_pct": 1}]}, "shocks[0].name must be text"),
        ({"shocks": [{"kind": "factor", "name": "Market", "size_pct": "-20"}]}, "shocks[0].size_pct must be a number of percent"),
        ({"shocks": [{"kind": "factor", "name": "Market", "size_pct": True}]}, "shocks[0].size_pct must be a number of percent"),
        ({"shocks": [{"kind": "factor", "name": "Market", "size_pct": 1e9}]}, "must lie between -100 and 1,000 percent"),
        ({"shocks": [{"kind": "factor", "name": "Market", "size_pct": 10**400}]}, "must lie between -100 and 1,000 percent"),
        ({"shocks": [{"kind": "factor", "name": "", "size_pct": 1}]}, "1 to 64 readable characters"),
        ({"shocks": [{"kind": "factor", "name": "Mrket", "size_pct": 1}]}, "There is no factor 'Mrket' to shock; there are Market, Size"),
        ({"shocks": [{"kind": "factor", "name": "Market", "size_pct": 1}] * 2}, "Market is shocked twice"),
        ({"mode": "sideways", "shocks": OIL["shocks"]}, "mode must be direct or propagated, got 'sideways'."),
        ({"mode": ["direct"], "shocks": OIL["shocks"]}, "mode must be direct or propagated"),
        ({"name": 7, "shocks": OIL["shocks"]}, "name must be text"),
        ({"replace": True, "shocks": OIL["shocks"]}, "There is no field 'replace' in this request; it takes name, what, mode, shocks."),
    ],
)
def test_a_body_is_read_strictly(api: httpx.Client, body: Any, sentence: str) -> None:
    text = json.dumps(body)
    assert sentence in message(api.post("/risk/stress", content=text, headers={"content-type": "application/json"}), 422)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"shocks": [], "shocks": [{"kind": "sector", "name": "Energy", "size_pct": 20}]}', "'shocks'"),
        ('{"shocks": [{"kind": "sector", "name": "Energy", "size_pct": 20, "size_pct": -90}]}', "'size_pct'"),
    ],
)
def test_a_field_given_twice_is_an_error(api: httpx.Client, text: str, name: str) -> None:
    said = message(api.post("/risk/stress", content=text.encode(), headers={"content-type": "application/json"}), 422)
    assert said == f"The body gives {name} more than once; give it once."


@pytest.mark.parametrize("name", ["x" * 81, "x" * 5000, "safe\u202eevil", "a\x00b"])
@pytest.mark.parametrize("path", ["/risk/stress", "/scenarios"])
def test_a_name_is_one_readable_line_saved_or_not(api: httpx.Client, clean: Desk, path: str, name: str) -> None:
    assert message(api.post(path, json=OIL | {"name": name}), 422).startswith("A scenario's name ")
    assert clean.scenarios() == ()


@pytest.mark.parametrize("text", ["", "{", "nan", '{"shocks": [{"size_pct": NaN}]}', "[" * 5000, "\xff"])
def test_what_is_no_json_is_said_to_be_none(api: httpx.Client, text: str) -> None:
    message(api.post("/risk/stress", content=text.encode("latin-1"), headers={"content-type": "application/json"}), 422)


def test_other_bodies_and_large_ones_are_refused(api: httpx.Client) -> None:
    assert "Send application/json such as" in message(api.post("/risk/stress", data={"shocks": "x"}), 415)
    assert "Send application/json such as" in message(api.post("/risk/stress"), 415)
    for path, size in (("/risk/stress", 70_000), ("/scenarios", 30 * 2**20)):
        said = message(api.post(path, content=b" " * size, headers={"content-type": "application/json"}), 413)
        assert said.startswith("The body is larger than the 64 KB allowed here; ")
    text = json.dumps(OIL)
    for charset in ("utf-16", '"UTF-16"', "latin-1"):
        answer = api.post("/risk/stress", content=text.encode(), headers={"content-type": f"application/json; charset={charset}"})
        assert "in UTF-8" in message(answer, 415)
    assert api.post("/risk/stress", content=text.encode(), headers={"content-type": "application/json; charset=UTF-8"}).status_code == 200
    assert "not UTF-8" in message(api.post("/risk/stress", content=text.encode("utf-16"), headers={"content-type": "application/json"}), 422)
    assert "There is no parameter 'portfolio'" in message(api.post("/risk/stress", params={"portfolio": "x"}, json=OIL), 422)


def test_propagation_that_contradicts_itself_is_a_sentence(api: httpx.Client) -> None:
    body = {
        "mode": "propagated",
        "shocks": [{"kind": "factor", "name": "Market", "size_pct": -20}, {"kind": "ticker", "name": "^GSPC", "size_pct": 20}],
    }
    assert "The shocks contradict each other" in message(api.post("/risk/stress", json=body), 422)


# reverse stress


def test_reverse_stress_is_the_analysis_to_the_last_bit(api: httpx.Client, desk: Desk) -> None:
    answer = api.get("/risk/reverse-stress", params={"portfolio_id": LONG_SHORT, "loss_pct": "25", "horizon": "10", "factors": "^GSPC,UST10Y"}).json()
    from farp.analysis.alignment import chosen_factors

    result = reverse_stress(desk.window(LONG_SHORT), desk.history, 0.25, 10, chosen_factors(["^GSPC", "UST10Y"], desk.history))
    assert answer == json.loads(json.dumps(reverse_stress_document(result)))
    assert sum(row["profit_and_loss_amount"] for row in answer["holdings"]) == pytest.approx(-answer["loss_amount"])
    assert answer["loss_pct"] == pytest.approx(25.0)
    assert [factor["name"] for factor in answer["factors"]] == ["^GSPC", "UST10Y"]


def test_without_parameters_it_is_a_tenth_within_a_month(api: httpx.Client, desk: Desk) -> None:
    answer = api.get("/risk/reverse-stress").json()
    assert (answer["loss_pct"], answer["horizon_days"]) == (pytest.approx(10.0), 21)
    assert answer["loss_amount"] == pytest.approx(answer["portfolio_value"] / 10)


def test_without_a_positive_value_the_loss_is_an_amount(api: httpx.Client) -> None:
    assert "give the loss as an amount" in message(api.get("/risk/reverse-stress", params={"portfolio_id": "in-debt.user_900"}), 409)
    answer = api.get("/risk/reverse-stress", params={"portfolio_id": "in-debt.user_900", "loss_amount": "500"}).json()
    assert (answer["loss_amount"], answer["loss_pct"]) == (500.0, None)


@pytest.mark.parametrize(
    ("path", "parameters", "status", "sentence"),
    [
        ("/risk/reverse-stress", {"loss_pct": "0"}, 422, "loss_pct must be a number from 0.01 to 1000 percent, got '0'."),
        ("/risk/reverse-stress", {"loss_pct": "ten"}, 422, "loss_pct must be a number"),
        ("/risk/reverse-stress", {"loss_pct": "-5"}, 422, "loss_pct must be a number"),
        ("/risk/reverse-stress", {"loss_pct": "5", "loss_amount": "5"}, 422, "give one of them"),
        ("/risk/reverse-stress", {"loss_amount": "-5"}, 422, "loss_amount must be a positive number"),
        ("/risk/reverse-stress", {"horizon": "61"}, 422, "horizon must be a whole number from 1 to 60 days"),
        ("/risk/reverse-stress", {"factors": "NOSUCH"}, 422, "NOSUCH has no price at this source"),
        ("/risk/reverse-stress", {"portfolio_id": "cash-only.user_900"}, 409, "does not depend on any of these factors"),
        ("/risk/stress", {"lookback": "59"}, 422, "lookback must be"),
        ("/risk/stress", {"confidence": "95"}, 422, "it takes portfolio_id, scenario, lookback, as_of_date."),
        ("/risk/stress", {"portfolio_id": "nope"}, 404, "There is no portfolio 'nope'."),
        ("/risk/stress", {"portfolio_id": "empty.user_900"}, 409, "holds no positions"),
    ],
)
def test_a_bad_request_is_a_sentence(api: httpx.Client, path: str, parameters: dict[str, str], status: int, sentence: str) -> None:
    assert sentence in message(api.get(path, params=parameters), status)


# saved scenarios


def test_a_scenario_is_saved_listed_ranked_replaced_and_removed(api: httpx.Client, clean: Desk) -> None:
    created = api.post("/scenarios", json=OIL | {"what": "A guess."})
    assert created.status_code == 201
    assert created.headers["location"] == "/api/v1/scenarios/oil-up"
    saved = ScenarioAnswer.model_validate_json(created.content)
    assert (saved.id, saved.kind, saved.what, saved.mode) == ("oil-up", "saved", "A guess.", "direct")
    assert saved.shocks is not None
    assert [(shock.kind, shock.name, shock.size_pct) for shock in saved.shocks] == [("sector", "Energy", 20.0)], "as the price source writes it"

    listed = ScenarioList.model_validate_json(api.get("/scenarios").content)
    assert [one.id for one in listed.scenarios if one.kind == "saved"] == ["oil-up"]
    assert "Energy" in listed.can_be_shocked.sector
    assert "Market" in listed.can_be_shocked.factor
    ranked = api.get("/risk/stress", params={"portfolio_id": LONG_SHORT}).json()["scenarios"]
    assert "oil-up" in [one["id"] for one in ranked]

    assert "There is a scenario 'oil-up' already" in message(api.post("/scenarios", json=OIL), 409)
    assert api.post("/scenarios", json=OIL | {"replace": True}).status_code == 201
    shocks = [{"kind": "sector", "name": "Energy", "size_pct": -20}]
    changed = api.put("/scenarios/oil-up", json={"name": "Oil down", "mode": "propagated", "shocks": shocks})
    assert (changed.status_code, changed.json()["id"], changed.json()["mode"]) == (200, "oil-down", "propagated")
    assert [scenario.id for scenario in clean.scenarios()] == ["oil-down"]

    assert api.delete("/scenarios/oil-down").status_code == 204
    assert "There is no saved scenario 'oil-down'" in message(api.delete("/scenarios/oil-down"), 404)
    message(api.put("/scenarios/oil-down", json=OIL), 404)
    assert clean.scenarios() == ()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"shocks": OIL["shocks"]}, "name is missing"),
        (OIL | {"name": " "}, "A scenario's name has 1 to 80 characters"),
        (OIL | {"name": "Covid 2020"}, "is the name of a built-in scenario"),
        (OIL | {"replace": "yes"}, "replace must be true or false"),
        (OIL | {"shocks": [{"kind": "ticker", "name": "NOSUCH", "size_pct": 1}]}, "There is no ticker 'NOSUCH' to shock"),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_is_written(api: httpx.Client, clean: Desk, body: dict[str, Any], sentence: str) -> None:
    assert sentence in message(api.post("/scenarios", json=body), 422)
    assert clean.scenarios() == ()


def test_names_without_a_latin_letter_are_scenarios_of_their_own(api: httpx.Client, clean: Desk) -> None:
    ids = [api.post("/scenarios", json=OIL | {"name": name}).json()["id"] for name in ("石油", "Нефть", "a/b", "A-B")]
    assert len(set(ids)) == 4
    assert api.get("/risk/stress", params={"scenario": ids[0]}).json()["scenarios"][0]["name"] == "石油"
    message(api.post("/scenarios", json=OIL | {"name": "石油"}), 409)


def test_a_page_of_another_site_changes_nothing(api: httpx.Client, clean: Desk) -> None:
    foreign = {"Origin": "http://elsewhere.example"}
    api.post("/scenarios", json=OIL)
    for answer in (
        api.post("/scenarios", json=OIL | {"name": "Other"}, headers=foreign),
        api.put("/scenarios/oil-up", json=OIL, headers=foreign),
        api.delete("/scenarios/oil-up", headers=foreign),
    ):
        assert "A page of another site" in message(answer, 403)
    assert [scenario.id for scenario in clean.scenarios()] == ["oil-up"]
    own = {"Origin": str(api.base_url.copy_with(path="")).rstrip("/")}
    assert api.delete("/scenarios/oil-up", headers=own).status_code == 204


def test_built_in_scenarios_stay(api: httpx.Client) -> None:
    assert "is a built-in scenario and stays" in message(api.delete("/scenarios/covid-2020"), 422)


def test_a_saved_scenario_that_cannot_be_read_is_named_and_hides_no_other(api: httpx.Client, clean: Desk) -> None:
    clean.store.put("scenarios", {"_id": "spoilt", "mode": "direct"})
    try:
        assert any("'spoilt' cannot be used" in note for note in api.get("/scenarios").json()["notes"])
        answer = api.get("/risk/stress").json()
        assert any("'spoilt' cannot be used" in note for note in answer["notes"])
        assert len(answer["scenarios"]) > 15
    finally:
        clean.store.delete("scenarios", "spoilt")
