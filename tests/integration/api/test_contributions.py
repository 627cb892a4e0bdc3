"""`/risk/contributions`: the numbers of the analysis, every breakdown with the same total, and a sentence for what cannot be answered."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import httpx
import pytest

from farp.analysis.alignment import chosen_factors
from farp.analysis.contributions import Breakdown, View, contributions
from farp.api.topics.contributions import ContributionsAnswer
from farp.service import Desk

LONG_SHORT = "long-short-equity.user_003"
AWKWARD = ("in-debt.user_900", "cash-only.user_900", "apple.user_900", "partly-unknown.user_900", "euro-bitcoin.user_900")


def ask(api: httpx.Client, **parameters: str) -> httpx.Response:
    return api.get("/risk/contributions", params=parameters)


def answer(api: httpx.Client, **parameters: str) -> Any:
    got = ask(api, **parameters)
    assert got.status_code == 200, got.text
    return json.loads(got.text, parse_constant=pytest.fail)


def test_without_parameters_it_is_by_position_from_the_worst_days_at_95(api: httpx.Client, desk: Desk) -> None:
    got = answer(api)
    result = contributions(desk.window(), desk.history)
    assert (got["by"], got["view"], got["group"], got["confidence"], got["horizon_days"]) == ("position", "historical", None, 95, 1)
    assert (got["lookback_days"], got["data_points"], got["date"], got["component_var_method"]) == (
        252,
        252,
        "2022-12-28",
        "expected_shortfall_shares",
    )
    assert [part["name"] for part in got["contributions"]] == [part.name for part in result.contributors]
    for part, expected in zip(got["contributions"], result.contributors, strict=True):
        assert part["component_var_amount"] == expected.component_value_at_risk
        assert part["component_expected_shortfall_amount"] == expected.component_expected_shortfall
        assert part["marginal_var"] == expected.marginal_value_at_risk
        assert part["incremental_var_amount"] == expected.incremental_value_at_risk
        assert part["market_value"] == expected.amount
        assert part["share_pct"] == pytest.approx(100 * (expected.share or 0.0), rel=1e-14)
        assert part["weight_pct"] == pytest.approx(100 * (expected.weight or 0.0), rel=1e-14)


def test_the_total_is_that_of_the_var_route(api: httpx.Client) -> None:
    got = answer(api, portfolio_id=LONG_SHORT, confidence="99", by="factor")
    var = api.get("/risk/var", params={"portfolio_id": LONG_SHORT, "confidence": "99"}).json()
    for field in ("var_amount", "var_pct", "expected_shortfall_amount", "expected_shortfall_pct"):
        assert got[field] == var[field]


@pytest.mark.parametrize("portfolio_id", [LONG_SHORT, "multi-currency-reserve.user_004", *AWKWARD])
@pytest.mark.parametrize("view", list(View))
def test_every_breakdown_fits_the_model_and_sums_to_the_same_total(api: httpx.Client, portfolio_id: str, view: str) -> None:
    totals = set()
    for by in Breakdown:
        got = answer(api, portfolio_id=portfolio_id, by=by, view=view, confidence="97.5")
        ContributionsAnswer.model_validate(got)
        totals.add((got["var_amount"], got["expected_shortfall_amount"]))
        parts = got["contributions"]
        slack = 1e-9 * max(abs(got["expected_shortfall_amount"]), 1e-6)
        assert math.fsum(part["component_expected_shortfall_amount"] for part in parts) == pytest.approx(got["expected_shortfall_amount"], abs=slack)
        if parts[0]["share_pct"] is not None:
            assert math.fsum(part["share_pct"] for part in parts) == pytest.approx(100.0)
            assert math.fsum(part["component_var_amount"] for part in parts) == pytest.approx(got["var_amount"], rel=1e-9)
    assert len(totals) == 1


def test_a_group_answers_with_the_holdings_inside(api: httpx.Client) -> None:
    whole = answer(api, portfolio_id=LONG_SHORT, by="sector")
    tech = next(part for part in whole["contributions"] if part["name"] == "Information Technology")
    inside = answer(api, portfolio_id=LONG_SHORT, by="sector", group="Information Technology")
    assert inside["group"] == "Information Technology"
    assert sorted(part["name"] for part in inside["contributions"]) == sorted(tech["holdings"]) == ["AMD", "MSFT"]
    assert math.fsum(part["share_pct"] for part in inside["contributions"]) == pytest.approx(tech["share_pct"])
    assert tech["gross"] == pytest.approx(sum(abs(part["market_value"]) for part in inside["contributions"]))
    assert tech["gross_weight_pct"] == pytest.approx(sum(abs(part["weight_pct"]) for part in inside["contributions"]))
    assert tech["marginal_var"] is None  # its long and its short all but cancel


def test_date_lookback_and_factors_reach_the_analysis(api: httpx.Client, desk: Desk) -> None:
    got = answer(api, portfolio_id=LONG_SHORT, by="factor", view="parametric", lookback="125", factors="QQQ, GLD", as_of_date="2022-06-18")
    history = desk.history
    result = contributions(
        desk.window(LONG_SHORT, dt.date(2022, 6, 18), 125), history, Breakdown.FACTOR, View.PARAMETRIC, 0.95, chosen_factors(("QQQ", "GLD"), history)
    )
    assert got["factors"] == ["QQQ", "GLD"]
    assert {part["name"] for part in got["contributions"]} == {"QQQ", "GLD", "Specific"}
    assert [part["component_var_amount"] for part in got["contributions"]] == [part.component_value_at_risk for part in result.contributors]
    assert [part["factor_exposure"] for part in got["contributions"]] == [part.amount for part in result.contributors]
    assert [part["market_value"] for part in got["contributions"]] == [None] * 3
    assert (got["component_var_method"], got["lookback_days"], got["data_points"], got["date"]) == ("euler", 125, 125, "2022-06-17")
    assert answer(api, lookback="all")["lookback_days"] is None


def test_no_positive_value_has_amounts_and_no_percentages(api: httpx.Client) -> None:
    got = answer(api, portfolio_id="in-debt.user_900")
    assert (got["var_pct"], got["expected_shortfall_pct"]) == (None, None)
    assert [(part["weight_pct"], part["gross_weight_pct"]) for part in got["contributions"]] == [(None, None)] * 2
    assert got["contributions"][0]["share_pct"] == pytest.approx(100.0)
    assert any("not positive" in note for note in got["notes"])


def test_no_loss_to_share_out_is_null_and_said(api: httpx.Client) -> None:
    got = answer(api, portfolio_id="cash-only.user_900")
    assert [part["share_pct"] for part in got["contributions"]] == [None]
    assert any("no risk to share out" in note for note in got["notes"])


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"by": "colour"}, "by must be position, sector, asset_class, currency, country or factor, got 'colour'."),
        ({"view": "monte_carlo"}, "view must be historical or parametric, got 'monte_carlo'."),
        ({"confidence": "50"}, "confidence must be a percentage from 90 to 99.9"),
        ({"confidence": "nan"}, "confidence must be a percentage from 90 to 99.9"),
        ({"lookback": "10"}, "lookback must be a whole number of trading days, 60 or more"),
        ({"by": "factor", "factors": "NOSUCH"}, "NOSUCH has no price at this source"),
        ({"by": "sector", "group": "Nope"}, "group must be one of "),
        ({"group": "AAPL"}, "A position has no holdings inside it"),
        ({"by": "sector", "group": "a" * 199}, "…'."),
        ({"groups": "x"}, "There is no parameter 'groups' at this address"),
        ({"as_of_date": "yesterday"}, "as_of_date must be a date"),
    ],
)
def test_what_cannot_be_used_is_a_sentence(api: httpx.Client, parameters: dict[str, str], sentence: str) -> None:
    got = ask(api, **parameters)
    assert got.status_code == 422
    assert sentence in got.json()["error"]["message"]


@pytest.mark.parametrize(("portfolio_id", "status"), [("empty.user_900", 409), ("only-unknown.user_900", 409), ("nope", 404)])
def test_portfolios_without_figures_are_an_error_of_their_own(api: httpx.Client, portfolio_id: str, status: int) -> None:
    got = ask(api, portfolio_id=portfolio_id)
    assert got.status_code == status
    assert got.json()["error"]["message"].endswith(".")
