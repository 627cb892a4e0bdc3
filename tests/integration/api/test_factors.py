"""`/risk/factors`: the numbers of the analysis, for any factors, and a sentence for what cannot be answered."""

from __future__ import annotations

import datetime as dt
import json
import math

import httpx
import numpy as np
import pytest

from farp.analysis.alignment import chosen_factors
from farp.analysis.factors import portfolio_factors, rolling_loadings
from farp.api.topics.factors import FactorsAnswer
from farp.engine.factor_model import CovarianceEstimator
from farp.service import Desk
from tests.integration.api.conftest import awkward_id

LONG_SHORT = "long-short-equity.user_003"


def ask(api: httpx.Client, **parameters: str) -> httpx.Response:
    return api.get("/risk/factors", params=parameters)


def test_on_the_house_set_it_agrees_with_the_heatmap_of_the_report_to_the_last_bit(api: httpx.Client) -> None:
    for portfolio in (LONG_SHORT, "balanced-60-40.user_001", awkward_id("Euro Bitcoin")):
        answer = ask(api, portfolio_id=portfolio).json()
        report = api.get("/risk/factor-contributions", params={"portfolio_id": portfolio}).json()
        for name in ("matrix", "columns", "loadings", "t_statistics", "column_totals", "systematic_pct", "annual_volatility_amount", "data_points"):
            assert answer[name] == report[name], name
        assert [row["share_pct"] for row in answer["holdings"]] == [row["share_pct"] for row in report["holdings"]]
        assert [row["exposure_amount"] for row in answer["factors"]] == [row["exposure_amount"] for row in report["factors"]]
        assert answer["collinearity"]["condition_number"] == report["condition_number"]


def test_chosen_factors_covariance_and_lookback_are_the_analysis_to_the_last_bit(api: httpx.Client, desk: Desk) -> None:
    answer = ask(api, portfolio_id=LONG_SHORT, factors="QQQ, GLD,UST10Y", covariance="ledoit_wolf", lookback="125", as_of_date="2022-06-17").json()
    window = desk.window(LONG_SHORT, dt.date(2022, 6, 17), 125, None)
    chosen = chosen_factors(("QQQ", "GLD", "UST10Y"), desk.history)
    result = portfolio_factors(window, desk.history, chosen, CovarianceEstimator.LEDOIT_WOLF)
    assert (answer["factor_set"], answer["columns"]) == ("chosen", ["QQQ", "GLD", "UST10Y", "Specific"])
    assert (answer["covariance"], answer["shrinkage"]) == ("ledoit_wolf", result.factors.shrinkage)
    assert answer["shrinkage"] > 0
    assert np.array_equal(np.array(answer["matrix"]), 100 * result.factors.contributions.shares)
    assert [row["t_statistic"] for row in answer["factors"]] == result.portfolio.t_statistics[0].tolist()
    assert [row["variance_inflation"] for row in answer["factors"]] == result.collinearity.variance_inflation.tolist()
    assert answer["collinearity"]["findings"] == list(result.findings)
    assert (answer["date"], answer["lookback_days"], answer["data_points"]) == ("2022-06-17", 125, 125)
    assert math.fsum(answer["column_totals"]) == pytest.approx(100.0)
    assert answer["rolling"] is None


def test_rolling_loadings_come_on_request(api: httpx.Client, desk: Desk) -> None:
    answer = ask(api, portfolio_id=LONG_SHORT, rolling="125", factors="QQQ,GLD").json()["rolling"]
    rolled = rolling_loadings(desk.window(LONG_SHORT, None, 252, None), desk.history, chosen_factors(("QQQ", "GLD"), desk.history), 125)
    assert (answer["window_days"], answer["unit"]) == (125, "fraction")
    assert answer["loadings"]["GLD"] == rolled.loadings[:, 1].tolist()
    assert answer["dates"][-1] == "2022-12-28"
    assert len(answer["dates"]) == len(answer["r_squared"]) == len(rolled.dates) > 900
    assert ask(api, portfolio_id=awkward_id("In Debt"), rolling="252").json()["rolling"]["unit"] == "money"


def test_alike_factors_are_listed_with_what_to_do(api: httpx.Client) -> None:
    found = ask(api, portfolio_id=LONG_SHORT, factors="^GSPC,QQQ,GLD").json()["collinearity"]
    assert [(pair["factor"], pair["other"]) for pair in found["alike"]] == [("^GSPC", "QQQ")]
    assert found["alike"][0]["correlation"] == found["correlation"][0][1] > 0.9
    assert "Leave one of them out" in found["findings"][-1]


@pytest.mark.parametrize(
    "portfolio",
    [
        LONG_SHORT,
        "multi-currency-reserve.user_004",
        "crypto-tilt.user_005",
        *map(awkward_id, ("In Debt", "Apple", "Bitcoin", "Partly Unknown", "Cash Only")),
    ],
)
def test_every_answer_has_the_documented_shape_and_no_nan(api: httpx.Client, portfolio: str) -> None:
    for more in (
        {},
        {"factors": "GLD", "rolling": "60", "lookback": "60"},
        {"factors": "^GSPC,SIZE,GLD", "covariance": "ledoit_wolf", "lookback": "all"},
    ):
        text = ask(api, portfolio_id=portfolio, **more)
        assert text.status_code == 200, text.text
        answer = json.loads(text.text, parse_constant=lambda constant: pytest.fail(f"{constant} in the answer"))
        FactorsAnswer.model_validate(answer)


def test_without_a_positive_value_amounts_stay(api: httpx.Client) -> None:
    answer = ask(api, portfolio_id=awkward_id("In Debt")).json()
    assert {row["portfolio_loading"] for row in answer["factors"]} == {None}
    assert answer["annual_volatility"] is None
    assert answer["annual_volatility_amount"] > 0
    assert all(row["exposure_amount"] for row in answer["factors"])


@pytest.mark.parametrize(
    ("parameters", "status", "sentence"),
    [
        ({"covariance": "shrunk"}, 422, "covariance must be sample or ledoit_wolf, got 'shrunk'."),
        ({"rolling": "59"}, 422, "rolling must be a whole number from 60 to 2520 days, got '59'."),
        ({"rolling": "1.5"}, 422, "rolling must be a whole number"),
        ({"lookback": "59"}, 422, "lookback must be a whole number of trading days, 60 or more"),
        ({"factors": "NOSUCH,GLD"}, 422, "NOSUCH has no price at this source"),
        ({"factors": "GLD,GLD"}, 422, "Each factor can be chosen once; GLD is there more often."),
        ({"factors": " , "}, 422, "Choose 1 to 20 factors, got 0."),
        ({"factor": "GLD"}, 422, "There is no parameter 'factor' at this address"),
        ({"factors": "SPY,GLD"}, 409, "There is no factor analysis: SPY has no prices after 18 Aug 2021."),
        ({"rolling": "2520"}, 409, "There are no rolling loadings: holdings and factors have only"),
        ({"portfolio_id": "nope"}, 404, "There is no portfolio 'nope'."),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(api: httpx.Client, parameters: dict[str, str], status: int, sentence: str) -> None:
    answer = ask(api, **parameters)
    assert answer.status_code == status
    assert answer.json()["error"]["message"].startswith(sentence)
