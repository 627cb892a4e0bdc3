"""What the portfolio returned and at what risk: measures of daily returns [fraction], alone and against a benchmark.

Undefined figures are NaN: too few days, or nothing moves. Ratios are annual (252 days), their means arithmetic; drawdowns are positive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farp.engine.checks import TRADING_DAYS, Floats, numbers, one_series, series
from farp.errors import InvalidInput

FLAT = 1e-14
"""A standard deviation below this fraction of the typical size of the numbers is rounding, not movement.

The typical size of a price relative `1 + r` is at least one: steady growth leaves rounding of that size in its returns.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyReturns:
    """Compounded returns by calendar month and year [fraction].

    `years` (n_years,) ascends without a gap; `months` (n_years, 12) is January to December, NaN where there is no day; `year` (n_years,) compounds the
    days there are, NaN in a year without one. Both are NaN where a day lost more than the whole. The first and last month hold only the days given.
    """

    years: NDArray[np.int64]
    months: Floats
    year: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstDrawdowns:
    """Falls that do not overlap, deepest first, arrays of shape (n,).

    `peak`, `trough` and `recovery` are day indices: the last day at the running peak, the lowest day, the first day back at the peak,
    -1 while it is not. `depth` is a fraction of the peak, NaN for a path that touches zero or less; `amount` has the unit of the path.
    """

    depth: Floats
    amount: Floats
    peak: NDArray[np.intp]
    trough: NDArray[np.intp]
    recovery: NDArray[np.intp]


def mean_and_deviation(array: Floats) -> tuple[Floats, Floats]:
    """Return mean and sample standard deviation (ddof 1) of each row: (..., n_days) -> (...,), (...,).

    The deviation is exactly zero where all that is left is rounding (`FLAT`); it takes two days or more.

    Examples
    --------
    >>> mean, deviation = mean_and_deviation(np.array([0.1, 0.1, 0.1]))
    >>> float(deviation)
    0.0
    """
    mean = array.mean(axis=-1, keepdims=True)
    centred = array - mean
    np.multiply(centred, centred, out=centred)
    mean = mean[..., 0]
    deviation = np.sqrt(centred.sum(axis=-1) / (array.shape[-1] - 1))
    return mean, np.where(deviation > FLAT * (1.0 + np.abs(mean)), deviation, 0.0)


def volatility(returns: ArrayLike, window: int) -> Floats:
    """Return the annualised sample standard deviation of the last `window` returns: (..., n_days) -> (...,).

    ``sqrt(252) * std(r, ddof=1)``; NaN where there are fewer than `window` days.

    Examples
    --------
    >>> round(float(volatility([0.01, -0.01, 0.01, -0.01], 4)), 6)
    0.183303
    """
    return volatility_and_sharpe_ratio(returns, window, 0.0)[0]


def sharpe_ratio(returns: ArrayLike, window: int, risk_free_rate: float) -> Floats:
    """Return (annual mean - risk-free rate) / annual volatility of the last `window` returns: (..., n_days) -> (...,).

    The mean is arithmetic, 252 times the daily one; `risk_free_rate` is a fraction a year. NaN where there are fewer days
    or the volatility is zero.

    References
    ----------
    Sharpe, W. F. (1994), The Sharpe ratio, Journal of Portfolio Management 21(1), 49-58; annualised here.
    """
    return volatility_and_sharpe_ratio(returns, window, risk_free_rate)[1]


def volatility_and_sharpe_ratio(returns: ArrayLike, window: int, risk_free_rate: float) -> tuple[Floats, Floats]:
    """Return both figures of `volatility` and `sharpe_ratio` from one pass over the returns: (..., n_days) -> (...,), (...,)."""
    if window < 2:
        raise InvalidInput(f"window must be at least 2 days, got {window!r}.")
    array = series(returns, "returns")
    if array.shape[-1] < window:
        return np.full(array.shape[:-1], np.nan), np.full(array.shape[:-1], np.nan)
    mean, deviation = mean_and_deviation(array[..., -window:])
    annual = np.asarray(deviation * np.sqrt(TRADING_DAYS))
    excess = TRADING_DAYS * mean - risk_free_rate
    return annual, np.asarray(np.divide(excess, annual, out=np.full(annual.shape, np.nan), where=annual > 0))


def rolling_volatility(returns: ArrayLike, window: int) -> Floats:
    """Return the volatility of each run of `window` days: (..., n_days) -> (..., n_days - window + 1)."""
    array = series(returns, "returns", at_least=window)
    return volatility(np.lib.stride_tricks.sliding_window_view(array, window, axis=-1), window)


def rolling_sharpe_ratio(returns: ArrayLike, window: int, risk_free_rate: float) -> Floats:
    """Return the Sharpe ratio of each run of `window` days: (..., n_days) -> (..., n_days - window + 1)."""
    array = series(returns, "returns", at_least=window)
    return sharpe_ratio(np.lib.stride_tricks.sliding_window_view(array, window, axis=-1), window, risk_free_rate)


def beta(returns: ArrayLike, benchmark_returns: ArrayLike) -> Floats:
    """Return Cov(r_p, r_b) / Var(r_b): shapes (..., n_days) and (n_days,) or (..., n_days) -> (...,).

    NaN where the benchmark does not move or there are fewer than two days.

    Examples
    --------
    >>> float(beta([0.02, -0.04, 0.02], [0.01, -0.02, 0.01]))
    2.0
    """
    array, benchmark = _same_days(returns, benchmark_returns)
    if array.shape[-1] < 2:
        return np.full(array.shape[:-1], np.nan)
    centred = benchmark - benchmark.mean(axis=-1, keepdims=True)
    moves = mean_and_deviation(benchmark)[1] > 0
    # centring one of the two is enough for a covariance: the other's mean drops out
    covariance = (array * centred).sum(axis=-1)
    variance = np.broadcast_to((centred * centred).sum(axis=-1), covariance.shape)
    return np.asarray(np.divide(covariance, variance, out=np.full(covariance.shape, np.nan), where=np.broadcast_to(moves, covariance.shape)))


def rolling_beta(returns: ArrayLike, benchmark_returns: ArrayLike, window: int) -> Floats:
    """Return the beta of each run of `window` days: (n_days,) and (n_days,) -> (n_days - window + 1,)."""
    array = series(returns, "returns", at_least=window)
    benchmark = series(benchmark_returns, "benchmark_returns", at_least=window)
    view = np.lib.stride_tricks.sliding_window_view
    return beta(view(array, window, axis=-1), view(benchmark, window, axis=-1))


def annual_return(returns: ArrayLike) -> Floats:
    """Return the compounded (geometric) return a year: ``prod(1 + r)^(252 / n) - 1``, shape (..., n_days) -> (...,).

    -1 where everything was lost; NaN without a day, and where a loss is larger than the whole, which has no compounded return.

    Examples
    --------
    >>> round(float(annual_return([0.01] * 126)), 6)
    11.274002
    """
    array = numbers(returns, "returns")
    if not array.shape[-1]:
        return np.full(array.shape[:-1], np.nan)
    growth = 1.0 + series(array, "returns")
    possible = np.asarray((growth >= 0.0).all(axis=-1))
    # as logarithms, so that decades of days do not overflow
    with np.errstate(divide="ignore"):
        mean = np.log(np.where(possible[..., None], growth, 1.0)).mean(axis=-1)
    with np.errstate(over="ignore"):  # one day of +50 % is 10^44 a year; beyond the largest number is infinite
        return np.where(possible, np.expm1(TRADING_DAYS * mean), np.nan)


def total_return(returns: ArrayLike) -> Floats:
    """Return the compounded return of all days: ``prod(1 + r) - 1``, shape (..., n_days) -> (...,).

    -1 where everything was lost; NaN without a day, and where a loss is larger than the whole, which has no compounded return.

    Examples
    --------
    >>> round(float(total_return([0.1, -0.1])), 6)
    -0.01
    """
    array = numbers(returns, "returns")
    if not array.shape[-1]:
        return np.full(array.shape[:-1], np.nan)
    growth = 1.0 + series(array, "returns")
    with np.errstate(over="ignore"):
        return np.where((growth >= 0.0).all(axis=-1), growth.prod(axis=-1) - 1.0, np.nan)


def rolling_total_return(returns: ArrayLike, window: int) -> Floats:
    """Return the compounded return of each run of `window` days: (..., n_days) -> (..., n_days - window + 1)."""
    array = series(returns, "returns", at_least=window)
    return total_return(np.lib.stride_tricks.sliding_window_view(array, window, axis=-1))


def downside_deviation(returns: ArrayLike, target: float = 0.0) -> Floats:
    """Return the root of the mean squared shortfall below `target`, over all days: (..., n_days) -> (...,), not annualised.

    ``sqrt(mean(max(target - r, 0)^2))``; the upside deviation is that of ``-r`` and ``-target``.

    References
    ----------
    Bacon, C. (2008), Practical Portfolio Performance Measurement and Attribution, 2nd ed. (downside risk, full number of days).

    Examples
    --------
    >>> float(downside_deviation([0.02, -0.01, 0.03, -0.01]))
    0.007071067811865475
    """
    return np.asarray(np.sqrt((_shortfall(returns, target) ** 2).mean(axis=-1)))


def downside_potential(returns: ArrayLike, target: float = 0.0) -> Floats:
    """Return the mean shortfall below `target`, over all days: ``mean(max(target - r, 0))``, shape (..., n_days) -> (...,)."""
    return np.asarray(_shortfall(returns, target).mean(axis=-1))


def sortino_ratio(returns: ArrayLike, risk_free_rate: float) -> Floats:
    """Return (252 * mean - risk-free rate) / annual downside deviation below the risk-free rate: (..., n_days) -> (...,).

    The Sharpe ratio with ``sqrt(252) * downside_deviation(r, rate / 252)`` for the volatility. NaN where no day is below the rate.

    References
    ----------
    Sortino, F. A. and Price, L. N. (1994), Performance measurement in a downside risk framework, Journal of Investing 3(3).
    """
    daily = risk_free_rate / TRADING_DAYS
    array = series(returns, "returns")
    downside = downside_deviation(array, daily)
    return _ratio(np.sqrt(TRADING_DAYS) * (array.mean(axis=-1) - daily), downside, downside > FLAT * (1.0 + np.abs(daily)))


def omega_ratio(returns: ArrayLike, target: float = 0.0) -> Floats:
    """Return gains above over losses below a daily `target`: ``mean(max(r - t, 0)) / mean(max(t - r, 0))``, (..., n_days) -> (...,).

    1 where both weigh the same; NaN where no day is below the target.

    References
    ----------
    Keating, C. and Shadwick, W. F. (2002), A universal performance measure, Journal of Performance Measurement 6(3).

    Examples
    --------
    >>> float(omega_ratio([0.02, -0.01, 0.01]))
    3.0
    """
    array = series(returns, "returns")
    losses = downside_potential(array, target)
    return _ratio(downside_potential(-array, -target), losses, losses > FLAT * (1.0 + abs(target)))


def calmar_ratio(annual: ArrayLike, maximum_drawdown: ArrayLike) -> Floats:
    """Return the annual return over the maximum drawdown (both fractions, of the same days): (...,) -> (...,).

    NaN where the value never fell, or either is NaN. The two are arguments so that the ratio agrees with the figures shown beside it.

    References
    ----------
    Young, T. W. (1991), Calmar ratio: a smoother tool, Futures 20(1).

    Examples
    --------
    >>> float(calmar_ratio(0.1, 0.25))
    0.4
    """
    gain, fall = np.asarray(annual, dtype=np.float64), np.asarray(maximum_drawdown, dtype=np.float64)
    return _ratio(gain, fall, fall > 0.0)


def tracking_error(returns: ArrayLike, benchmark_returns: ArrayLike) -> Floats:
    """Return the annual sample standard deviation of the returns less the benchmark's: (..., n_days) and (n_days,) -> (...,).

    Zero for a portfolio that is the benchmark; NaN with fewer than two days.
    """
    return tracking_error_and_information_ratio(returns, benchmark_returns)[0]


def information_ratio(returns: ArrayLike, benchmark_returns: ArrayLike) -> Floats:
    """Return the annual mean active return over the tracking error: (..., n_days) and (n_days,) -> (...,); NaN where that is zero.

    References
    ----------
    Goodwin, T. H. (1998), The information ratio, Financial Analysts Journal 54(4).
    """
    return tracking_error_and_information_ratio(returns, benchmark_returns)[1]


def tracking_error_and_information_ratio(returns: ArrayLike, benchmark_returns: ArrayLike) -> tuple[Floats, Floats]:
    """Return both figures from one pass; they are `volatility` and `sharpe_ratio` (rate 0) of the active returns."""
    array, benchmark = _same_days(returns, benchmark_returns)
    active = array - benchmark
    if active.shape[-1] < 2:
        return np.full(active.shape[:-1], np.nan), np.full(active.shape[:-1], np.nan)
    return volatility_and_sharpe_ratio(active, active.shape[-1], 0.0)


def alpha(returns: ArrayLike, benchmark_returns: ArrayLike, risk_free_rate: float) -> Floats:
    """Return Jensen's alpha a year, arithmetic: (..., n_days) and (n_days,) -> (...,).

    ``252 mean(r_p) - rf - beta (252 mean(r_b) - rf)``; NaN where beta is.

    References
    ----------
    Jensen, M. C. (1968), The performance of mutual funds in the period 1945-1964, Journal of Finance 23(2).

    Examples
    --------
    >>> round(float(alpha([0.021, -0.039, 0.021], [0.01, -0.02, 0.01], 0.0)), 6)
    0.252
    """
    array, benchmark = _same_days(returns, benchmark_returns)
    excess, benchmark_excess = (TRADING_DAYS * each.mean(axis=-1) - risk_free_rate for each in (array, benchmark))
    return np.asarray(excess - beta(array, benchmark) * benchmark_excess)


def up_capture(returns: ArrayLike, benchmark_returns: ArrayLike) -> Floats:
    """Return the sum of returns on days the benchmark rose over the benchmark's: (..., n_days) and (n_days,) -> (...,).

    ``sum(r_p[r_b > 0]) / sum(r_b[r_b > 0])``: sums of daily returns, where compounding would square a year of good days only. 1 is the
    benchmark's own gain, more is better; NaN where the benchmark never rose.

    Examples
    --------
    >>> float(up_capture([0.01, -0.02, 0.02], [0.02, -0.02, 0.04]))
    0.5
    """
    array, benchmark = _same_days(returns, benchmark_returns)
    rose = np.maximum(benchmark, 0.0)
    total = rose.sum(axis=-1)
    return _ratio((array * (rose > 0)).sum(axis=-1), total, total > 0)


def down_capture(returns: ArrayLike, benchmark_returns: ArrayLike) -> Floats:
    """Return `up_capture` of the days on which the benchmark fell: less is better, negative is a gain; NaN where it never fell.

    Examples
    --------
    >>> float(down_capture([0.01, -0.02, 0.02], [0.02, -0.02, 0.04]))
    1.0
    """
    array, benchmark = _same_days(returns, benchmark_returns)
    return up_capture(-array, -benchmark)


def skewness(returns: ArrayLike) -> Floats:
    """Return the moment skewness ``m3 / m2^1.5`` (divisor n): (..., n_days) -> (...,); negative: the long tail is losses.

    0 for a normal distribution; NaN where nothing moves.

    Examples
    --------
    >>> round(float(skewness([0.01, 0.01, 0.01, -0.03])), 6)
    -1.154701
    """
    return _moment(returns, 3)


def kurtosis(returns: ArrayLike) -> Floats:
    """Return the moment excess kurtosis ``m4 / m2^2 - 3`` (divisor n): (..., n_days) -> (...,); positive: fatter tails than the normal's 0.

    NaN where nothing moves.

    Examples
    --------
    >>> float(kurtosis([0.01, -0.01, 0.01, -0.01]))
    -2.0
    """
    return np.asarray(_moment(returns, 4) - 3.0)


def monthly_returns(returns: ArrayLike, dates: NDArray[np.datetime64]) -> MonthlyReturns:
    """Return the compounded return of each calendar month and year of one daily series.

    Parameters
    ----------
    returns
        Shape (n_days,) [fraction].
    dates
        The day, or the month, each return belongs to: datetime64, ascending, shape (n_days,).

    Raises
    ------
    InvalidInput
        NaN inside, dates that are not as many, do not ascend or are no dates.
    InsufficientHistory
        No day at all.

    Examples
    --------
    >>> table = monthly_returns([0.1, 0.1, -0.5], np.array(["2022-01-03", "2022-01-04", "2022-03-01"], dtype="datetime64[D]"))
    >>> table.years.tolist(), table.months[0, :3].round(6).tolist()
    ([2022], [0.21, nan, -0.5])
    """
    array = one_series(returns, "returns")
    labels = np.asarray(dates)
    if labels.dtype.kind != "M" or labels.shape != array.shape or np.isnat(labels).any():
        raise InvalidInput(f"dates must be one date (datetime64) for each of the {len(array)} returns.")
    month = labels.astype("datetime64[M]").astype(np.int64)
    if (np.diff(month) < 0).any():
        raise InvalidInput("dates must ascend.")
    growth = np.where(array >= -1.0, 1.0 + array, np.nan)
    first_year = int(month[0]) // 12
    years = int(month[-1]) // 12 - first_year + 1
    starts = np.flatnonzero(np.diff(month, prepend=month[0] - 1))
    months = np.full(years * 12, np.nan)
    months[month[starts] - 12 * first_year] = np.multiply.reduceat(growth, starts) - 1.0
    year_starts = np.flatnonzero(np.diff(month // 12, prepend=first_year - 1))
    year = np.full(years, np.nan)
    year[month[year_starts] // 12 - first_year] = np.multiply.reduceat(growth, year_starts) - 1.0
    return MonthlyReturns(years=np.arange(years) + first_year + 1970, months=months.reshape(years, 12), year=year)


def worst_drawdowns(values: ArrayLike, count: int = 5) -> WorstDrawdowns:
    """Return the `count` deepest falls of one value path that do not overlap, fewer when there are fewer.

    A fall begins on the last day at the running peak and ends on the first day back at it; the first of the table is the maximum drawdown.
    A path that touches zero or less is ranked by the money it lost.

    Parameters
    ----------
    values
        Shape (n_days,).

    Raises
    ------
    InvalidInput
        NaN inside, not one series, or a count below 1.
    InsufficientHistory
        No day at all.

    Examples
    --------
    >>> table = worst_drawdowns([100.0, 90.0, 100.0, 110.0, 55.0, 60.0])
    >>> table.depth.tolist(), table.peak.tolist(), table.trough.tolist(), table.recovery.tolist()
    ([0.5, 0.1], [3, 0], [4, 1], [-1, 2])
    """
    array = one_series(values, "values")
    if count < 1:
        raise InvalidInput(f"count must be 1 or more, got {count!r}.")
    peaks = np.maximum.accumulate(array)
    falls = peaks - array
    positive = bool((array > 0).all())
    below = np.concatenate([[False], falls > 0, [False]])
    starts, ends = np.flatnonzero(~below[:-1] & below[1:]), np.flatnonzero(below[:-1] & ~below[1:])  # [start, end) is below the peak
    depths = falls / peaks if positive else falls
    troughs = np.array([start + int(depths[start:end].argmax()) for start, end in zip(starts, ends, strict=True)], dtype=np.intp)
    order = np.argsort(-depths[troughs], kind="stable")[:count]
    trough = troughs[order]
    return WorstDrawdowns(
        depth=depths[trough] if positive else np.full(len(order), np.nan),
        amount=falls[trough],
        peak=starts[order] - 1,
        trough=trough,
        recovery=np.where(ends < len(array), ends, -1)[order],
    )


def _same_days(returns: ArrayLike, benchmark_returns: ArrayLike) -> tuple[Floats, Floats]:
    array, benchmark = series(returns, "returns"), series(benchmark_returns, "benchmark_returns")
    if array.shape[-1] != benchmark.shape[-1]:
        raise InvalidInput(f"returns and benchmark_returns must cover the same days, got {array.shape[-1]} and {benchmark.shape[-1]}.")
    return array, benchmark


def _shortfall(returns: ArrayLike, target: float) -> Floats:
    return np.maximum(target - series(returns, "returns"), 0.0)


def _ratio(above: Floats, below: Floats, defined: NDArray[np.bool_]) -> Floats:
    """Return the quotient where it is defined, NaN elsewhere."""
    above, below, defined = np.broadcast_arrays(above, below, defined)
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=defined))


def _moment(returns: ArrayLike, order: int) -> Floats:
    """Return the standardised central moment of `order`."""
    array = series(returns, "returns")
    mean = array.mean(axis=-1, keepdims=True)
    centred = array - mean
    deviation = np.sqrt((centred * centred).mean(axis=-1, keepdims=True))
    moves = deviation > FLAT * (1.0 + np.abs(mean))
    unit = np.divide(centred, deviation, out=np.full(centred.shape, np.nan), where=np.broadcast_to(moves, centred.shape))
    return np.asarray((unit**order).mean(axis=-1))
