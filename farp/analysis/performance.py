"""How today's holdings would have done: return, risk and ratios, beside the benchmark's. The past of what is held now, not of an account.

Two pasts, each used where it makes sense and named where it is shown. *Daily returns* ``r_p[d] = L[d] / NAV`` are today's weights taken through every
day; ratios, months and figures against the benchmark rest on them. The *value path* is today's quantities at past prices; drawdowns and the Calmar
ratio rest on it. For the benchmark, one instrument, the two are the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from farp.analysis.alignment import BenchmarkReturns, benchmark_returns
from farp.analysis.window import Series, Window, known
from farp.engine import performance, returns
from farp.engine.checks import TRADING_DAYS, Floats
from farp.engine.drawdown import drawdowns, underwater
from farp.engine.performance import MonthlyReturns
from farp.errors import DataError
from farp.format import percent
from farp.market import Dates, PriceHistory, as_date

ROLLING_WINDOWS = (20, 60, 252)
"""Days of a rolling figure to choose from."""

EXTRA_DAYS = max(ROLLING_WINDOWS)
"""Days before the lookback that a window needs: rolling figures begin with it, and the benchmark may have no price on some of its days."""

WORST_DRAWDOWNS = 5

FAR_APART = 0.1
"""Yearly growth of the value and yearly return of a portfolio with shorts that differ by more than this need a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Measures of one series of daily returns, and of the value path that belongs to it. None where undefined.

    Returns, volatility and drawdown are fractions; what is called annual is a year's. `annual_return` compounds the daily returns,
    `mean_return` is 252 times their mean, `value_return` is the yearly growth of the value path and `calmar_ratio` that over `maximum_drawdown`.
    """

    observations: int
    total_return: float | None
    annual_return: float | None
    mean_return: float | None
    volatility: float | None
    sharpe_ratio: float | None
    sortino_ratio: float | None
    omega_ratio: float | None
    skewness: float | None
    kurtosis: float | None
    best_day: float | None
    worst_day: float | None
    positive_days: float | None
    value_return: float | None
    maximum_drawdown: float | None
    calmar_ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """The portfolio against the benchmark on the `observations` days they share. None where undefined; alpha and tracking error are a year's."""

    observations: int
    beta: float | None
    alpha: float | None
    correlation: float | None
    tracking_error: float | None
    information_ratio: float | None
    up_capture: float | None
    down_capture: float | None


@dataclass(frozen=True, kw_only=True)
class BenchmarkPerformance:
    """The benchmark's own figures, and those of the portfolio against it (None without a positive net asset value)."""

    ticker: str
    name: str
    figures: Figures
    relative: Relative | None


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Compounded returns by month and year, and which of the months hold only a part of their days.

    `first` and `last` are the (year, month) of the first and the last day, month 1 to 12, and `partial` those that are incomplete.
    `partial_years` hold only a part of their months, or a partial one.
    """

    returns: MonthlyReturns
    first: tuple[int, int]
    last: tuple[int, int]
    partial: frozenset[tuple[int, int]]
    partial_years: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawdownSpan:
    """One fall of the value path: `depth` [fraction of the peak, None for a path that touches zero], `amount` [money], dates, lengths in trading days.

    `recovery` is None while the value is still below the peak; `length` then counts to the last day.
    """

    depth: float | None
    amount: float
    peak: dt.date
    trough: dt.date
    recovery: dt.date | None
    to_trough: int
    to_recovery: int | None
    length: int


@dataclass(frozen=True, kw_only=True)
class Rolling:
    """Figures of the `window` days that end on each day; series are empty where undefined. `benchmark_*` are the benchmark's own."""

    window: int
    total_return: Series
    volatility: Series
    sharpe_ratio: Series
    beta: Series
    benchmark_total_return: Series
    benchmark_volatility: Series
    benchmark_sharpe_ratio: Series


@dataclass(frozen=True, kw_only=True)
class PerformanceAnalysis:
    """Performance of today's holdings over the lookback. `figures`, `calendar` and `rolling` are None without a positive net asset value.

    `rolling` is None too when no window was asked for.
    """

    window: Window
    risk_free_rate: float
    figures: Figures | None
    benchmark: BenchmarkPerformance | None
    calendar: Calendar | None
    rolling: Rolling | None
    underwater: Series
    worst_drawdowns: tuple[DrawdownSpan, ...]
    notes: tuple[str, ...]


def performance_of(
    window: Window, history: PriceHistory, risk_free_rate: float, rolling_window: int | None = None, count: int = WORST_DRAWDOWNS
) -> PerformanceAnalysis:
    """Return how today's holdings would have done over the lookback, beside the price source's benchmark.

    Parameters
    ----------
    window
        One with `EXTRA_DAYS` before the lookback, or the rolling figures begin later.
    risk_free_rate
        Fraction a year.
    rolling_window
        Days of the rolling figures, at least 2; None leaves them out.
    count
        How many of the deepest falls are listed.
    """
    nav, n = window.net_asset_value, window.observations
    shared, no_benchmark = _shared(window, history)
    own, past, calendar = None, None, None
    if nav > 0:
        past = Series(dates=window.past_dates, values=window.past_profit_and_loss / nav)
        own = _figures(past.values[-n:], window.value.values, risk_free_rate)
        calendar = _calendar(past.values[-n:], window, history)
    benchmark = _benchmark(window, shared, risk_free_rate) if shared is not None else None
    return PerformanceAnalysis(
        window=window,
        risk_free_rate=risk_free_rate,
        figures=own,
        benchmark=benchmark,
        calendar=calendar,
        rolling=_rolling(window, past, shared, risk_free_rate, rolling_window) if past is not None and rolling_window else None,
        underwater=Series(dates=window.value.dates, values=underwater(window.value.values)),
        worst_drawdowns=_worst(window.value, count),
        notes=(*_notes(window, no_benchmark, benchmark, past.values[-n:] if past is not None else None), *_of_shorts(window, own)),
    )


def _figures(daily: Floats, path: Floats, risk_free_rate: float) -> Figures:
    days = len(daily)
    volatility, sharpe = performance.volatility_and_sharpe_ratio(daily, days, risk_free_rate)
    growth = performance.annual_return(returns.simple_returns(path)) if (path > 0).all() else np.float64(np.nan)
    deepest = drawdowns(path).maximum
    return Figures(
        observations=days,
        total_return=_finite(performance.total_return(daily)),
        annual_return=_finite(performance.annual_return(daily)),
        mean_return=TRADING_DAYS * float(daily.mean()),
        volatility=known(volatility),
        sharpe_ratio=known(sharpe),
        sortino_ratio=known(performance.sortino_ratio(daily, risk_free_rate)),
        omega_ratio=known(performance.omega_ratio(daily)),
        skewness=known(performance.skewness(daily)),
        kurtosis=known(performance.kurtosis(daily)),
        best_day=float(daily.max()),
        worst_day=float(daily.min()),
        positive_days=float((daily > 0).mean()),
        value_return=_finite(growth),
        maximum_drawdown=known(deepest),
        calmar_ratio=_finite(performance.calmar_ratio(growth, deepest)),
    )


def _shared(window: Window, history: PriceHistory) -> tuple[BenchmarkReturns | None, str | None]:
    """Return the benchmark on the days it shares with the holdings, or None and one sentence why there is none."""
    try:
        return benchmark_returns(window, history), None
    except DataError as error:
        return None, f"There is no benchmark to compare with: {error}"


def _benchmark(window: Window, shared: BenchmarkReturns, risk_free_rate: float) -> BenchmarkPerformance:
    n, nav = shared.observations, window.net_asset_value
    theirs = shared.past_returns[-n:]
    relative = None
    if nav > 0:
        # the same expression as for the beta of the report, so that the two agree to the last bit
        ours = (returns.profit_and_loss(window.market_values, shared.past_holding_returns) / nav)[-n:]
        error, ratio = performance.tracking_error_and_information_ratio(ours, theirs)
        relative = Relative(
            observations=n,
            beta=known(performance.beta(ours, theirs)),
            alpha=known(performance.alpha(ours, theirs, risk_free_rate)),
            correlation=_correlation(ours, theirs),
            tracking_error=known(error),
            information_ratio=known(ratio),
            up_capture=known(performance.up_capture(ours, theirs)),
            down_capture=known(performance.down_capture(ours, theirs)),
        )
    return BenchmarkPerformance(
        ticker=shared.ticker,
        name=shared.name,
        figures=_figures(theirs, shared.past_closes[-n - 1 :], risk_free_rate),
        relative=relative,
    )


def _correlation(ours: Floats, theirs: Floats) -> float | None:
    """Return beta times the ratio of the deviations."""
    (_, our_deviation), (_, their_deviation) = performance.mean_and_deviation(ours), performance.mean_and_deviation(theirs)
    if not (our_deviation > 0 and their_deviation > 0):
        return None
    return float(np.clip(performance.beta(ours, theirs) * their_deviation / our_deviation, -1.0, 1.0))


def _calendar(daily: Floats, window: Window, history: PriceHistory) -> Calendar:
    dates = window.dates
    first, last = _year_and_month(dates[0]), _year_and_month(dates[-1])
    partial = set()
    if _year_and_month(window.value.dates[0]) == first:  # the close that the first return starts from is not the month before's
        partial.add(first)
    if _month_goes_on(dates[-1], history):
        partial.add(last)
    table = performance.monthly_returns(daily, dates)
    unfinished = {year for year, _ in partial}
    unfinished |= {year for year in table.years.tolist() if (year, 1) < first or (year, 12) > last}
    return Calendar(returns=table, first=first, last=last, partial=frozenset(partial), partial_years=frozenset(unfinished))


def _year_and_month(date: np.datetime64) -> tuple[int, int]:
    when = as_date(date)
    return when.year, when.month


def _month_goes_on(last: np.datetime64, history: PriceHistory) -> bool:
    """Return whether the month of `last` has a day with prices after it, or a weekday where the prices end."""
    later = history.dates[history.dates > last]
    following = later[0] if len(later) else np.busday_offset(last, 1, roll="backward")
    return _year_and_month(following) == _year_and_month(last)


def _worst(value: Series, count: int) -> tuple[DrawdownSpan, ...]:
    found = performance.worst_drawdowns(value.values, count)
    last = len(value.values) - 1
    spans = []
    for depth, amount, peak, trough, recovery in zip(
        found.depth.tolist(), found.amount.tolist(), found.peak.tolist(), found.trough.tolist(), found.recovery.tolist(), strict=True
    ):
        recovered = recovery >= 0
        spans.append(
            DrawdownSpan(
                depth=known(depth),
                amount=amount,
                peak=as_date(value.dates[peak]),
                trough=as_date(value.dates[trough]),
                recovery=as_date(value.dates[recovery]) if recovered else None,
                to_trough=trough - peak,
                to_recovery=recovery - trough if recovered else None,
                length=(recovery if recovered else last) - peak,
            )
        )
    return tuple(spans)


def _rolling(window: Window, past: Series, shared: BenchmarkReturns | None, risk_free_rate: float, days: int) -> Rolling:
    n = window.observations

    def ending(dates: Dates, values: Floats, measure: Callable[[Floats], Floats]) -> Series:
        """Return the measure of each run of `days`, dated by its last day and cut to the lookback, from the first day it is defined."""
        if len(values) < days:
            return _nothing()
        found = measure(values)
        kept = min(len(found), n)
        dates, found = dates[len(dates) - kept :], found[len(found) - kept :]
        return Series(dates=dates, values=found) if np.isfinite(found).any() else _nothing()

    def sharpe_ratio(values: Floats) -> Floats:
        return performance.rolling_sharpe_ratio(values, days, risk_free_rate)

    def three(dates: Dates, values: Floats) -> tuple[Series, Series, Series]:
        return (
            ending(dates, values, lambda daily: performance.rolling_total_return(daily, days)),
            ending(dates, values, lambda daily: performance.rolling_volatility(daily, days)),
            ending(dates, values, sharpe_ratio),
        )

    total_return, volatility, sharpe = three(past.dates, past.values)
    theirs, beta = (_nothing(), _nothing(), _nothing()), _nothing()
    if shared is not None:
        dates = shared.past_dates[1:]
        theirs = three(dates, shared.past_returns)
        ours = returns.profit_and_loss(window.market_values, shared.past_holding_returns) / window.net_asset_value
        beta = ending(dates, ours, lambda daily: performance.rolling_beta(daily, shared.past_returns, days))
    return Rolling(
        window=days,
        total_return=total_return,
        volatility=volatility,
        sharpe_ratio=sharpe,
        beta=beta,
        benchmark_total_return=theirs[0],
        benchmark_volatility=theirs[1],
        benchmark_sharpe_ratio=theirs[2],
    )


def _notes(window: Window, no_benchmark: str | None, benchmark: BenchmarkPerformance | None, daily: Floats | None) -> tuple[str, ...]:
    notes = [no_benchmark] if no_benchmark else []
    n = window.observations
    if benchmark is not None and benchmark.figures.observations < n:
        notes.append(
            f"The benchmark shares {benchmark.figures.observations} of the {n} days with the holdings; its figures and those against it rest on these."
        )
    if n < TRADING_DAYS:
        notes.append(f"Yearly figures are scaled up from {n} days: take them as an indication.")
    wiped = int((daily < -1.0).sum()) if daily is not None else 0
    if wiped:
        when = "one day" if wiped == 1 else f"{wiped} days"
        notes.append(f"On {when} today's holdings would have lost more than they are worth, so returns that compound over it are undefined.")
    return tuple(notes)


def _of_shorts(window: Window, own: Figures | None) -> tuple[str, ...]:
    """Return what the growth of the value of a portfolio with shorts means, where it is far from the return of today's weights."""
    short = -sum(holding.market_value for holding in window.holdings if holding.market_value < 0)
    if own is None or own.value_return is None or own.annual_return is None or short <= 0:
        return ()
    if abs(own.value_return - own.annual_return) <= FAR_APART:
        return ()
    return (
        f"Growth of the value ({percent(own.value_return)} a year) and the Calmar ratio keep today's quantities, the return ({percent(own.annual_return)}"
        f" a year) today's weights. With {percent(short / window.net_asset_value, 0)} of the value short, the quantities of today were another mix in"
        " the past, so the two lie far apart: compare portfolios by the return and the Sharpe ratio.",
    )


def _finite(value: Floats | float) -> float | None:
    """Return a figure, None for NaN and for what is too large to say."""
    figure = known(value)
    return figure if figure is not None and np.isfinite(figure) else None


def _nothing() -> Series:
    return Series(dates=np.array([], dtype="datetime64[D]"), values=np.array([]))
