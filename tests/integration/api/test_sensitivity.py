"""`/risk/sensitivity`: the numbers of the analysis, and a sentence for what cannot be answered."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from farp.analysis.sensitivity import sensitivities
from farp.api.topics.sensitivity import SensitivityAnswer
from farp.service import Desk

LONG_SHORT = "long-short-equity.user_003"


def ask(api: httpx.Client, **parameters: str) -> httpx.Response:
    return api.get("/risk/sensitivity", params=parameters)


def test_the_answer_is_the_analysis_to_the_last_bit(api: httpx.Client, desk: Desk) -> None:
    answer = ask(api, portfolio_id=LONG_SHORT, grid="market, Rates").json()
    result = sensitivities(desk.window(LONG_SHORT, extra_days=None), desk.history, grid=("Market", "Rates"))
    nav = result.window.net_asset_value
    assert [factor["name"] for factor in answer["factors"]] == list(result.factors.names)
    for place, factor in enumerate(answer["factors"]):
        assert [rung["shock"] for rung in factor["ladder"]] == list(result.shocks[place].sizes)
        assert [rung["profit_and_loss_amount"] for rung in factor["ladder"]] == result.ladder.profit_and_loss[place].tolist()
        assert [rung["profit_and_loss_pct"] for rung in factor["ladder"]] == [
            100.0 * (v / nav) for v in result.ladder.profit_and_loss[place].tolist()
        ]
        assert [position["loading"] for position in factor["positions"]] == result.regression.loadings[:, place].tolist()
        assert sum(position["share_pct"] for position in factor["positions"]) == pytest.approx(100.0)
        assert sum(position["amount_per_unit"] for position in factor["positions"]) == pytest.approx(factor["amount_per_unit"])
        assert factor["t_statistic"] == result.t_statistics[place]
    assert result.grid is not None
    assert answer["grid"]["profit_and_loss_amount"] == result.grid.profit_and_loss.tolist()
    assert answer["grid"]["profit_and_loss_pct"][0][0] == pytest.approx(100.0 * result.grid.profit_and_loss[0, 0] / nav)
    assert (answer["grid"]["rows"], answer["grid"]["columns"]) == ("Market", "Rates")
    assert (answer["date"], answer["lookback_days"], answer["data_points"]) == ("2022-12-28", 252, 252)


def test_basis_points_are_converted_by_the_stated_duration(api: httpx.Client) -> None:
    answer = ask(api).json()
    rates = next(factor for factor in answer["factors"] if factor["name"] == "Rates")
    assert (rates["unit"], rates["duration_years"]) == ("basis_points", 8.2)
    assert "ten-year Treasury note" in rates["duration_source"]
    top = rates["ladder"][-1]
    assert (top["shock"], top["factor_return_pct"]) == (100.0, pytest.approx(-8.2))
    loading = sum(p["amount_per_unit"] for p in rates["positions"])
    assert top["profit_and_loss_amount"] == pytest.approx(100 * loading)
    market = next(factor for factor in answer["factors"] if factor["name"] == "Market")
    assert (market["unit"], market["duration_years"], market["duration_source"]) == ("percent", None, None)
    assert answer["grid"] is None


def test_chosen_factors_and_lookback_change_the_answer(api: httpx.Client, desk: Desk) -> None:
    answer = ask(api, factors="^GSPC,UST10Y", grid="UST10Y,^GSPC", lookback="125", portfolio_id=LONG_SHORT).json()
    assert [(factor["name"], factor["unit"]) for factor in answer["factors"]] == [("^GSPC", "percent"), ("UST10Y", "basis_points")]
    assert (answer["lookback_days"], answer["data_points"]) == (125, 125)
    assert answer["grid"]["row_unit"] == "basis_points"
    one = ask(api, factors="GLD").json()
    assert len(one["factors"]) == 1
    assert ask(api, lookback="all").json()["lookback_days"] is None


def test_the_answer_about_every_portfolio_fits_its_model(api: httpx.Client, desk: Desk) -> None:
    for portfolio in desk.portfolios():
        answer = ask(api, portfolio_id=portfolio.id, grid="Market,Rates")
        json.loads(answer.text, parse_constant=pytest.fail)
        if answer.status_code != 200:
            assert answer.status_code == 409
            assert answer.json()["error"]["message"].endswith(".")
            continue
        assert not re.search(r"-0\.0[,}\]]", answer.text)
        fitted = SensitivityAnswer.model_validate_json(answer.content)
        assert fitted.grid is not None
        assert len(fitted.grid.profit_and_loss_amount) == 9


def test_the_model_refuses_a_field_too_many(api: httpx.Client) -> None:
    with pytest.raises(ValueError, match="surprise"):
        SensitivityAnswer.model_validate(ask(api).json() | {"surprise": 1})


def test_what_is_undefined_is_null(api: httpx.Client) -> None:
    debt = ask(api, portfolio_id="in-debt.user_900", grid="Market,Rates").json()
    assert {rung["profit_and_loss_pct"] for factor in debt["factors"] for rung in factor["ladder"]} == {None}
    assert debt["grid"]["profit_and_loss_pct"] is None
    assert debt["factors"][0]["ladder"][0]["profit_and_loss_amount"] < 0
    assert any("net asset value is not positive" in note for note in debt["notes"])
    cash = ask(api, portfolio_id="cash-only.user_900").json()
    assert cash["explained_pct"] is None
    assert {position["share_pct"] for factor in cash["factors"] for position in factor["positions"]} == {None}


@pytest.mark.parametrize(
    ("parameters", "status", "sentence"),
    [
        ({"grid": "Market"}, 422, "grid must be two factors separated by a comma"),
        ({"grid": "Market,Oil"}, 422, "grid names 'Oil', which is not a factor here; choose two of Market, Size"),
        ({"grid": "Market,market"}, 422, "grid needs two different factors"),
        ({"grid": ","}, 422, "got 0"),
        ({"factors": "NOSUCH"}, 422, "NOSUCH has no price at this source"),
        ({"factors": "GLD,GLD"}, 422, "Each factor can be chosen once"),
        ({"factors": "GLD", "grid": "Market,Rates"}, 422, "choose two of GLD"),
        ({"factors": "SPY"}, 409, "SPY has no prices after 18 Aug 2021"),
        ({"lookback": "59"}, 422, "lookback must be a whole number of trading days"),
        ({"shock": "5"}, 422, "There is no parameter 'shock'"),
        ({"portfolio_id": "nope"}, 404, "There is no portfolio 'nope'."),
        ({"portfolio_id": "empty.user_900"}, 409, "holds no positions"),
    ],
)
def test_a_bad_request_is_a_sentence(api: httpx.Client, parameters: dict[str, str], status: int, sentence: str) -> None:
    answer = ask(api, **parameters)
    assert answer.status_code == status
    assert sentence in answer.json()["error"]["message"]
