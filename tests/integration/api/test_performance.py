"""`/risk/performance`: the numbers of the analysis, and a sentence for what cannot be answered."""

from __future__ import annotations

import json

import httpx
import numpy as np
import pytest

from farp.analysis.performance import EXTRA_DAYS, Figures, Relative, performance_of
from farp.api.topics.performance import PerformanceAnswer
from farp.service import Desk

LONG_SHORT = "long-short-equity.user_003"


def ask(api: httpx.Client, **parameters: str) -> httpx.Response:
    return api.get("/risk/performance", params=parameters)


def test_the_answer_is_the_analysis_to_the_last_bit(api: httpx.Client, desk: Desk) -> None:
    answer = ask(api, portfolio_id=LONG_SHORT, rolling="20").json()
    result = performance_of(desk.window(LONG_SHORT, extra_days=EXTRA_DAYS), desk.history, desk.settings.risk_free_rate, 20)
    own, benchmark, rolling = result.figures, result.benchmark, result.rolling
    assert own is not None
    assert benchmark is not None
    assert benchmark.relative is not None
    assert rolling is not None
    assert own.volatility is not None
    assert answer["portfolio"]["volatility_pct"] == 100.0 * own.volatility
    for name in ("sharpe_ratio", "sortino_ratio", "omega_ratio", "calmar_ratio", "skewness"):
        assert answer["portfolio"][name] == getattr(own, name)
        assert answer["benchmark"][name] == getattr(benchmark.figures, name)
    for name in Figures.__slots__:
        for said, figures in ((answer["portfolio"], own), (answer["benchmark"], benchmark.figures)):
            assert f"{name}_pct" not in said or said[f"{name}_pct"] == 100.0 * getattr(figures, name), name
    for name in Relative.__slots__:
        assert f"{name}_pct" not in answer["relative"] or answer["relative"][f"{name}_pct"] == 100.0 * getattr(benchmark.relative, name), name
    assert answer["portfolio"]["excess_kurtosis"] == own.kurtosis
    assert answer["relative"]["beta"] == benchmark.relative.beta
    assert answer["relative"]["information_ratio"] == benchmark.relative.information_ratio
    assert answer["benchmark"]["ticker"] == "^GSPC"
    assert answer["rolling"]["window_days"] == 20
    assert answer["rolling"]["beta"]["values"] == rolling.beta.values.tolist()
    assert answer["rolling"]["benchmark_volatility_pct"]["values"] == (100.0 * rolling.benchmark_volatility.values).tolist()
    assert len(answer["rolling"]["sharpe_ratio"]["dates"]) == 252
    assert [span["drawdown_amount"] for span in answer["worst_drawdowns"]] == [span.amount for span in result.worst_drawdowns]


def test_it_agrees_with_the_headline_figures(api: httpx.Client) -> None:
    answer, metrics = ask(api, portfolio_id=LONG_SHORT).json(), api.get("/risk/metrics", params={"portfolio_id": LONG_SHORT}).json()
    assert answer["portfolio"]["sharpe_ratio"] == metrics["sharpe_ratio"]["252d"]
    assert answer["relative"]["beta"] == metrics["beta"]
    assert answer["portfolio"]["maximum_drawdown_pct"] == metrics["drawdown"]["max_drawdown_pct"]
    assert answer["rolling"] is None


def test_months_compound_to_years_and_to_the_whole(api: httpx.Client) -> None:
    answer = ask(api, portfolio_id=LONG_SHORT, lookback="all").json()
    assert answer["lookback_days"] is None
    assert answer["data_points"] > 1000
    months = answer["monthly_returns"]
    for year in answer["yearly_returns"]:
        within = np.prod([1 + month["return_pct"] / 100 for month in months if month["year"] == year["year"]])
        assert within - 1 == pytest.approx(year["return_pct"] / 100)
    whole = np.prod([1 + year["return_pct"] / 100 for year in answer["yearly_returns"]])
    assert whole - 1 == pytest.approx(answer["portfolio"]["total_return_pct"] / 100)
    assert [month["partial"] for month in months[1:-1]] == [False] * (len(months) - 2)
    assert months[-1] == {"year": 2022, "month": 12, "return_pct": months[-1]["return_pct"], "partial": True}


def test_the_answer_about_every_portfolio_fits_its_model(api: httpx.Client, desk: Desk) -> None:
    for portfolio in desk.portfolios():
        answer = ask(api, portfolio_id=portfolio.id, rolling="60")
        json.loads(answer.text, parse_constant=pytest.fail)
        if answer.status_code != 200:
            assert answer.status_code == 409
            assert answer.json()["error"]["message"].endswith(".")
            continue
        PerformanceAnswer.model_validate_json(answer.content)


def test_the_model_refuses_a_field_too_many(api: httpx.Client) -> None:
    with pytest.raises(ValueError, match="surprise"):
        PerformanceAnswer.model_validate(ask(api).json() | {"surprise": 1})


def test_without_a_positive_value_amounts_remain(api: httpx.Client) -> None:
    answer = ask(api, portfolio_id="in-debt.user_900", rolling="60").json()
    assert answer["portfolio"] is answer["relative"] is answer["rolling"] is None
    assert answer["monthly_returns"] == answer["yearly_returns"] == []
    assert answer["benchmark"]["volatility_pct"] > 0
    assert answer["worst_drawdowns"][0]["drawdown_pct"] is None
    assert answer["worst_drawdowns"][0]["drawdown_amount"] > 0
    assert any("net asset value is not positive" in note for note in answer["notes"])


def test_cash_alone_has_no_ratios(api: httpx.Client) -> None:
    answer = ask(api, portfolio_id="cash-only.user_900").json()
    assert (answer["portfolio"]["total_return_pct"], answer["portfolio"]["sharpe_ratio"], answer["portfolio"]["calmar_ratio"]) == (0.0, None, None)
    assert answer["worst_drawdowns"] == []


def test_a_short_window_is_said_to_be_short(api: httpx.Client) -> None:
    answer = ask(api, lookback="60").json()
    assert answer["data_points"] == 60
    assert "Yearly figures are scaled up from 60 days: take them as an indication." in answer["notes"]


@pytest.mark.parametrize(
    ("parameters", "status", "sentence"),
    [
        ({"rolling": "30"}, 422, "rolling must be 20, 60 or 252 days, got '30'."),
        ({"rolling": ""}, 422, "rolling is empty"),
        ({"lookback": "20"}, 422, "lookback must be a whole number of trading days"),
        ({"window": "60"}, 422, "There is no parameter 'window' at this address; it takes portfolio_id, lookback, rolling, as_of_date."),
        ({"portfolio_id": "nope"}, 404, "There is no portfolio 'nope'."),
        ({"portfolio_id": "empty.user_900"}, 409, "holds no positions"),
    ],
)
def test_a_bad_request_is_a_sentence(api: httpx.Client, parameters: dict[str, str], status: int, sentence: str) -> None:
    answer = ask(api, **parameters)
    assert answer.status_code == status
    assert sentence in answer.json()["error"]["message"]
