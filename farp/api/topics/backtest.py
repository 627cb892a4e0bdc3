"""`/risk/backtest`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from farp import parameters
from farp.analysis.backtest import (
    ALL,
    CONFIDENCE,
    DAYS,
    FAST,
    FEWEST_DAYS,
    LONGEST_LOOKBACK,
    MOST_DAYS,
    SHORTEST_LOOKBACK,
    backtests,
)
from farp.api.dependencies import AsOfDate, PortfolioId, TheDesk, window_of
from farp.api.models import Answer, Identified, MaybeMoney, Money, Percent
from farp.engine.checks import TRADING_DAYS
from farp.engine.methods import METHODS
from farp.report.documents.backtest import backtest_document

router = APIRouter()

Method = Annotated[
    str | None,
    Query(
        description=f"`{FAST}` (the methods that take milliseconds), `{ALL}` (with Monte Carlo and GARCH-filtered, which take seconds), or one of"
        f" {', '.join(f'`{method}`' for method in METHODS)}. Without it `{FAST}`; the answer names what it leaves out.",
        json_schema_extra={"enum": [FAST, ALL, *METHODS], "default": FAST},
    ),
]
Confidence = Annotated[
    str | None, Query(description="Percent, 90 to 99.9, such as 97.5. Without it 99.", json_schema_extra={"default": f"{100 * CONFIDENCE:g}"})
]
Days = Annotated[
    str | None,
    Query(description=f"Days to test, {FEWEST_DAYS} to {MOST_DAYS}. Without it {DAYS}.", json_schema_extra={"default": f"{DAYS}"}),
]
BehindEach = Annotated[
    str | None,
    Query(
        description=f"Days behind each forecast, {SHORTEST_LOOKBACK} to {LONGEST_LOOKBACK}. Without it {TRADING_DAYS}.",
        json_schema_extra={"default": f"{TRADING_DAYS}"},
    ),
]
Series = Annotated[
    str | None,
    Query(description="`true`: also the P&L of each tested day and each method's forecasts for it.", json_schema_extra={"default": "false"}),
]


class StatisticalTest(Answer):
    """A likelihood-ratio test."""

    statistic: float
    degrees_of_freedom: int
    p_value: float = Field(description="probability of a statistic at least as large if the VaR is right")
    rejected: bool = Field(description="p_value is below 0.05")


class ExceptionDay(Answer):
    """A day that lost more than the VaR."""

    date: dt.date
    profit_and_loss: Money
    var_amount: Money
    expected_shortfall_amount: Money


class BacktestRemark(Answer):
    """One sentence about the forecasts of some of the days."""

    text: str
    days: int = Field(description="tested days it holds for")


class BacktestOfMethod(Answer):
    """What the backtest found about one method."""

    rank: int = Field(description="1 is the best")
    method: str
    name: str
    verdict: str = Field(description="one sentence")
    days_tested: int
    days_without_forecast: int = Field(description="days on which the method failed; they are not tested")
    exceptions: int = Field(description="days that lost more than the VaR")
    expected_exceptions: float = Field(description="days_tested x (1 - confidence)")
    zone: Literal["green", "yellow", "red"] = Field(description="Basel traffic light")
    cumulative_probability_pct: float = Field(description="probability of at most so many exceptions if the VaR is right, percent")
    coverage: StatisticalTest = Field(description="Kupiec: is the number of exceptions right?")
    independence: StatisticalTest = Field(description="Christoffersen: is an exception as likely after an exception as after a calm day?")
    conditional_coverage: StatisticalTest = Field(description="Christoffersen: both together")
    expected_shortfall_ratio: float | None = Field(
        description="mean of loss / expected shortfall on exception days, near 1 if the expected shortfall is right; null without an exception"
    )
    quantile_score_amount: Money = Field(
        description="mean quantile score over the days for which all methods here have a forecast, lower is better; money in `currency`"
    )
    quantile_score_pct: Percent
    mean_var_amount: Money = Field(description="mean of the forecasts; money in `currency`")
    mean_var_pct: Percent
    settings: dict[str, float | int | str | None] = Field(description="what was chosen: decay, paths, seed; null for infinite")
    remarks: list[BacktestRemark]
    exception_days: list[ExceptionDay]
    var_amounts: list[float | None] | None = Field(
        default=None, description="with series: the VaR of each of `dates`; null on a day without a forecast"
    )
    expected_shortfall_amounts: list[float | None] | None = Field(default=None, description="with series: the expected shortfall of each of `dates`")


class MethodNotTested(Answer):
    """A method that is not part of the answer."""

    method: str
    name: str
    message: str = Field(description="why, and how to get it")


class BacktestAnswer(Identified):
    """How VaR methods would have done for today's holdings, the best method first."""

    date: dt.date = Field(description="the day of the holdings' values")
    portfolio_value: float
    confidence: float = Field(description="percent")
    days: int = Field(description="days to test that were asked for")
    data_points: int = Field(description="days tested; fewer where the holdings have no longer past")
    first_day: dt.date
    last_day: dt.date
    lookback_days: int = Field(description="days behind each forecast")
    first_because: str = Field(description="one sentence: why the first method comes first")
    methods: list[BacktestOfMethod]
    not_tested: list[MethodNotTested]
    dates: list[dt.date] | None = Field(default=None, description="with series: the tested days")
    profit_and_loss: list[MaybeMoney] | None = Field(
        default=None, description="with series: what today's holdings would have made on each of `dates`"
    )


@router.get("/backtest", response_model=BacktestAnswer)
def backtest(
    desk: TheDesk,
    portfolio_id: PortfolioId = None,
    method: Method = None,
    confidence: Confidence = None,
    days: Days = None,
    lookback: BehindEach = None,
    series: Series = None,
    as_of_date: AsOfDate = None,
) -> JSONResponse:
    """Return rolling one-day VaR forecasts against what today's holdings would have lost, tested and ranked by method."""
    choice = FAST if method is None else parameters.one_of(method, "method", (FAST, ALL, *METHODS))
    level = CONFIDENCE if confidence is None else parameters.confidence(confidence)
    tested = DAYS if days is None else parameters.whole(days, "days", FEWEST_DAYS, MOST_DAYS)
    behind = TRADING_DAYS if lookback is None else parameters.whole(lookback, "lookback", SHORTEST_LOOKBACK, LONGEST_LOOKBACK, " days")
    daily = parameters.flag(series, "series") if series is not None else False
    window = window_of(desk, portfolio_id, as_of_date, str(behind), extra_days=tested)
    return JSONResponse(backtest_document(backtests(window, choice, level, tested, behind), daily))
