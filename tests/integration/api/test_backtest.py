"""`/risk/backtest`: the numbers of the analysis, best method first, and a sentence for what cannot be answered."""

from __future__ import annotations

import datetime as dt
import json

import httpx
import numpy as np
import pytest

from farp.analysis.backtest import FAST_METHODS, backtests
from farp.api.topics.backtest import BacktestAnswer
from farp.engine.methods import METHODS
from farp.report.documents.backtest import backtest_document
from farp.service import Desk

LONG_SHORT = "long-short-equity.user_003"


def ask(api: httpx.Client, **parameters: str) -> httpx.Response:
    return api.get("/risk/backtest", params=parameters)


def test_without_parameters_it_tests_the_fast_methods_at_99_over_250_days(api: httpx.Client, desk: Desk) -> None:
    answer = ask(api).json()
    assert answer == backtest_document(backtests(desk.window(extra_days=250)))
    assert (answer["confidence"], answer["days"], answer["data_points"], answer["lookback_days"]) == (99, 250, 250, 252)
    assert sorted(one["method"] for one in answer["methods"]) == sorted(FAST_METHODS)
    assert [one["rank"] for one in answer["methods"]] == [1, 2, 3, 4, 5, 6]
    assert [one["method"] for one in answer["not_tested"]] == ["monte_carlo", "garch_filtered"]
    assert "method=all" in answer["not_tested"][0]["message"]


def test_all_parameters_reach_the_analysis_to_the_last_bit(api: httpx.Client, desk: Desk) -> None:
    answer = ask(api, portfolio_id=LONG_SHORT, method="all", confidence="97.5", days="60", lookback="100", as_of_date="2022-06-18").json()
    result = backtests(desk.window(LONG_SHORT, dt.date(2022, 6, 18), 100, 60), "all", 0.975, 60, 100)
    assert answer == backtest_document(result)
    assert sorted(one["method"] for one in answer["methods"]) == sorted(METHODS)
    assert answer["not_tested"] == []
    assert (answer["date"], answer["last_day"], answer["confidence"], answer["lookback_days"]) == ("2022-06-17", "2022-06-17", 97.5, 100)
    paths = {one["method"]: one["settings"].get("paths") for one in answer["methods"]}
    assert paths["monte_carlo"] == 25_000


def test_the_exceptions_by_the_definition(api: httpx.Client, desk: Desk) -> None:
    answer = ask(api, portfolio_id=LONG_SHORT, method="historical_simulation", confidence="95", days="100", series="true").json()
    (one,) = answer["methods"]
    window = desk.window(LONG_SHORT, extra_days=100)
    profit = window.past_profit_and_loss
    by_hand = [float(-np.quantile(profit[-100 + i - 252 : -100 + i], 0.05)) for i in range(100)]
    assert one["var_amounts"] == pytest.approx(by_hand, rel=1e-9)
    assert answer["profit_and_loss"] == profit[-100:].tolist()
    assert answer["dates"] == [str(date) for date in window.past_dates[-100:]]
    beyond = [i for i in range(100) if -profit[len(profit) - 100 + i] > by_hand[i]]
    assert [day["date"] for day in one["exception_days"]] == [answer["dates"][i] for i in beyond]
    assert [day["var_amount"] for day in one["exception_days"]] == [one["var_amounts"][i] for i in beyond]
    assert one["exceptions"] == len(beyond)
    assert one["expected_exceptions"] == pytest.approx(5.0)
    assert one["mean_var_pct"] == pytest.approx(100 * np.mean(by_hand) / answer["portfolio_value"])


def test_the_days_are_left_out_unless_asked_for(api: httpx.Client) -> None:
    short, long = ask(api, series="false").json(), ask(api, series="true").json()
    assert "dates" not in short
    assert "var_amounts" not in short["methods"][0]
    assert len(long["dates"]) == len(long["methods"][0]["var_amounts"]) == len(long["methods"][0]["expected_shortfall_amounts"]) == 250
    BacktestAnswer.model_validate(long)


def test_the_answer_about_every_portfolio_fits_its_model(api: httpx.Client, desk: Desk) -> None:
    for portfolio in desk.portfolios():
        answer = ask(api, portfolio_id=portfolio.id, series="true")
        json.loads(answer.text, parse_constant=pytest.fail)
        if answer.status_code != 200:
            assert answer.status_code == 409
            assert answer.json()["error"]["message"].endswith(".")
            continue
        fitted = BacktestAnswer.model_validate_json(answer.content)
        assert len(fitted.methods) + len(fitted.not_tested) == len(METHODS)
        for one in fitted.methods:
            assert one.days_tested + one.days_without_forecast == fitted.data_points
            assert len(one.exception_days) == one.exceptions


def test_the_slow_methods_fit_the_model_too(api: httpx.Client) -> None:
    for method in ("garch_filtered", "monte_carlo"):
        fitted = BacktestAnswer.model_validate_json(ask(api, method=method, days="60", lookback="60").content)
        assert [one.method for one in fitted.methods] == [method]


def test_the_model_refuses_a_field_too_many(api: httpx.Client) -> None:
    answer = ask(api, method="student_t").json()
    with pytest.raises(ValueError, match="surprise"):
        BacktestAnswer.model_validate(answer | {"surprise": 1})
    with pytest.raises(ValueError, match="surprise"):
        BacktestAnswer.model_validate(answer | {"methods": [answer["methods"][0] | {"surprise": 1}]})


def test_a_portfolio_in_debt_has_amounts_and_no_percentages(api: httpx.Client) -> None:
    answer = ask(api, portfolio_id="in-debt.user_900").json()
    assert all(one["quantile_score_pct"] is None and one["mean_var_pct"] is None for one in answer["methods"])
    assert all(one["quantile_score_amount"] > 0 and one["mean_var_amount"] > 0 for one in answer["methods"])
    assert any("not positive" in note for note in answer["notes"])


def test_a_short_past_tests_fewer_days_and_says_so(api: httpx.Client) -> None:
    answer = ask(api, portfolio_id=LONG_SHORT, days="1000", as_of_date="2020-06-01").json()
    assert answer["data_points"] < answer["days"] == 1000
    assert answer["notes"][-1].startswith(f"{answer['data_points']} days are tested instead of 1000: the holdings have ")


def test_cash_alone_is_a_sentence(api: httpx.Client) -> None:
    answer = ask(api, portfolio_id="cash-only.user_900")
    assert answer.status_code == 409
    assert answer.json()["error"]["message"] == ("The value of these holdings did not move on any of the 502 days, so there is no VaR to test.")


def test_too_short_a_past_says_how_many_days_it_takes(api: httpx.Client) -> None:
    answer = ask(api, portfolio_id=LONG_SHORT, lookback="2520")
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["needed"]) == (409, "insufficient_history", 2540)
    assert "2520 behind the first forecast and 20 to test; a shorter lookback needs fewer" in error["message"]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"method": "guess"}, "method must be fast, all, historical_simulation, parametric_normal,"),
        ({"confidence": "89.9"}, "confidence must be a percentage from 90 to 99.9 such as 95 or 97.5, got '89.9'."),
        ({"confidence": "abc"}, "confidence must be a percentage from 90 to 99.9"),
        ({"confidence": "100"}, "confidence must be a percentage from 90 to 99.9"),
        ({"days": "59"}, "days must be a whole number from 60 to 1000, got '59'."),
        ({"days": "250.5"}, "days must be a whole number from 60 to 1000"),
        ({"lookback": "all"}, "lookback must be a whole number from 60 to 2520 days, got 'all'."),
        ({"series": "maybe"}, "series must be true or false"),
        ({"horizon": "10"}, "There is no parameter 'horizon' at this address"),
    ],
)
def test_bad_parameters_are_a_sentence(api: httpx.Client, parameters: dict[str, str], said: str) -> None:
    answer = ask(api, **parameters)
    assert answer.status_code in {400, 422}
    assert said in answer.json()["error"]["message"]


def test_confidences_at_the_ends_are_answered(api: httpx.Client) -> None:
    assert [ask(api, method="parametric_normal", confidence=text).json()["confidence"] for text in ("90", "99.9", "97.5")] == [90, 99.9, 97.5]
