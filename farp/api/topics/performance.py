"""`/risk/performance`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from farp import parameters
from farp.analysis.performance import EXTRA_DAYS, ROLLING_WINDOWS, performance_of
from farp.api.dependencies import AsOfDate, Lookback, PortfolioId, TheDesk, window_of
from farp.api.models import Answer, Identified
from farp.report.documents.performance import performance_document

router = APIRouter()

MaybePercent = Annotated[float | None, Field(description="percent; null where undefined")]
MaybeRatio = Annotated[float | None, Field(description="null where undefined")]
_WINDOWS = tuple(str(window) for window in ROLLING_WINDOWS)


class PerformanceFigures(Answer):
    """Measures of daily returns (today's weights kept), and of the value path (today's quantities kept) where that is said."""

    total_return_pct: MaybePercent = Field(description="all daily returns compounded")
    annual_return_pct: MaybePercent = Field(description="the same as a yearly rate")
    mean_return_pct: MaybePercent = Field(description="252 times the mean daily return")
    volatility_pct: MaybePercent = Field(description="a year")
    sharpe_ratio: MaybeRatio
    sortino_ratio: MaybeRatio
    omega_ratio: MaybeRatio
    skewness: MaybeRatio
    excess_kurtosis: MaybeRatio
    best_day_pct: MaybePercent
    worst_day_pct: MaybePercent
    positive_days_pct: MaybePercent = Field(description="share of days with a return above zero")
    value_return_pct: MaybePercent = Field(description="yearly growth of the value path")
    maximum_drawdown_pct: MaybePercent = Field(description="of the value path, positive")
    calmar_ratio: MaybeRatio = Field(description="value_return_pct over maximum_drawdown_pct")
    data_points: int = Field(description="daily returns")


class BenchmarkFigures(PerformanceFigures):
    """The same of the benchmark, on the days it shares with the holdings."""

    ticker: str
    name: str


class RelativeFigures(Answer):
    """The portfolio against the benchmark, on the days they share."""

    beta: MaybeRatio
    alpha_pct: MaybePercent = Field(description="Jensen's, a year")
    correlation: MaybeRatio
    tracking_error_pct: MaybePercent = Field(description="a year")
    information_ratio: MaybeRatio
    up_capture_pct: MaybePercent
    down_capture_pct: MaybePercent
    data_points: int = Field(description="daily returns in common")


class MonthlyReturn(Answer):
    """The compounded return of a calendar month."""

    year: int
    month: int = Field(description="1 to 12")
    return_pct: MaybePercent
    partial: bool = Field(description="whether it holds only a part of the month's days")


class YearlyReturn(Answer):
    """The compounded return of a calendar year."""

    year: int
    return_pct: MaybePercent
    partial: bool = Field(description="whether it holds only a part of the year's days")


class WorstDrawdown(Answer):
    """One fall of the value path from a peak; falls do not overlap. Lengths are in trading days."""

    drawdown_pct: MaybePercent = Field(description="of the peak; null for a path that touches zero")
    drawdown_amount: float
    peak_date: dt.date
    trough_date: dt.date
    recovery_date: dt.date | None = Field(description="the first day back at the peak; null while it is not")
    days_to_trough: int
    days_to_recovery: int | None = Field(description="from the trough; null while the value is below the peak")
    length_days: int = Field(description="from the peak to the recovery, or to the last day")


class DatedValues(Answer):
    """A figure on each day; both empty where it is undefined."""

    dates: list[dt.date]
    values: list[float | None]


class RollingFigures(Answer):
    """Figures of the `window_days` that end on each day."""

    window_days: int
    total_return_pct: DatedValues = Field(description="compounded over the window, not a yearly rate")
    volatility_pct: DatedValues
    sharpe_ratio: DatedValues
    beta: DatedValues
    benchmark_total_return_pct: DatedValues
    benchmark_volatility_pct: DatedValues
    benchmark_sharpe_ratio: DatedValues


class PerformanceAnswer(Identified):
    """How today's holdings would have done over the lookback. `portfolio` is null without a positive net asset value."""

    date: dt.date = Field(description="the day of the figures")
    risk_free_rate: float = Field(description="a fraction a year")
    portfolio: PerformanceFigures | None
    benchmark: BenchmarkFigures | None
    relative: RelativeFigures | None
    monthly_returns: list[MonthlyReturn]
    yearly_returns: list[YearlyReturn]
    worst_drawdowns: list[WorstDrawdown] = Field(description="the five deepest, deepest first")
    rolling: RollingFigures | None = Field(description="null unless `rolling` names a window")
    lookback_days: int | None = Field(description="daily returns asked for; null for all there are")
    data_points: int = Field(description="daily returns used")


@router.get("/performance", response_model=PerformanceAnswer)
def performance(
    desk: TheDesk,
    portfolio_id: PortfolioId = None,
    lookback: Lookback = None,
    rolling: Annotated[
        str | None,
        Query(description="Also figures of every so many days in a row. Without it: none.", json_schema_extra={"enum": list(_WINDOWS)}),
    ] = None,
    as_of_date: AsOfDate = None,
) -> JSONResponse:
    """Return ratios of portfolio and benchmark, monthly returns, and the worst drawdowns with their dates."""
    days = int(parameters.one_of(rolling, "rolling", _WINDOWS, " days")) if rolling is not None else None
    window = window_of(desk, portfolio_id, as_of_date, lookback, extra_days=EXTRA_DAYS)
    return JSONResponse(performance_document(performance_of(window, desk.history, desk.settings.risk_free_rate, rolling_window=days)))
