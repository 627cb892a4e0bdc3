"""Volatility, Sharpe ratio and beta of daily returns [fraction]. Undefined figures are NaN: too few days, or nothing moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from farp.engine.checks import TRADING_DAYS, Floats, series
from farp.errors import InvalidInput

FLAT = 1e-14
"""A standard deviation below this fraction of the typical size of the numbers is rounding, not movement.

The typical size of a price relative `1 + r` is at least one: steady growth leaves rounding of that size in its returns.
"""


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
    mean, deviation = _mean_and_deviation(array[..., -window:])
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
    array = series(returns, "returns")
    benchmark = series(benchmark_returns, "benchmark_returns")
    if array.shape[-1] != benchmark.shape[-1]:
        raise InvalidInput(f"returns and benchmark_returns must cover the same days, got {array.shape[-1]} and {benchmark.shape[-1]}.")
    if array.shape[-1] < 2:
        return np.full(array.shape[:-1], np.nan)
    centred = benchmark - benchmark.mean(axis=-1, keepdims=True)
    moves = _mean_and_deviation(benchmark)[1] > 0
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


def _mean_and_deviation(array: Floats) -> tuple[Floats, Floats]:
    """Return mean and sample standard deviation of each row, the latter exactly zero where all that is left is rounding."""
    mean = array.mean(axis=-1, keepdims=True)
    centred = array - mean
    np.multiply(centred, centred, out=centred)
    mean = mean[..., 0]
    deviation = np.sqrt(centred.sum(axis=-1) / (array.shape[-1] - 1))
    return mean, np.where(deviation > FLAT * (1.0 + np.abs(mean)), deviation, 0.0)
