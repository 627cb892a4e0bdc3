"""Volatility, Sharpe ratio and beta of daily returns [fraction]. Undefined figures are NaN: too few days, or nothing moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from farp.engine.checks import TRADING_DAYS, Floats, series
from farp.errors import InvalidInput

FLAT = 1e-14
"""A standard deviation below this fraction of the typical size of the numbers is rounding, not movement."""


def volatility(returns: ArrayLike, window: int) -> Floats:
    """Return the annualised sample standard deviation of the last `window` returns: (..., n_days) -> (...,).

    ``sqrt(252) * std(r, ddof=1)``; NaN where there are fewer than `window` days.

    Examples
    --------
    >>> round(float(volatility([0.01, -0.01, 0.01, -0.01], 4)), 6)
    0.183303
    """
    last = _last(returns, window)
    if last is None:
        return np.full(np.shape(returns)[:-1], np.nan)
    return np.asarray(_deviation(last) * np.sqrt(TRADING_DAYS))


def sharpe_ratio(returns: ArrayLike, window: int, risk_free_rate: float) -> Floats:
    """Return (annual mean - risk-free rate) / annual volatility of the last `window` returns: (..., n_days) -> (...,).

    The mean is arithmetic, 252 times the daily one; `risk_free_rate` is a fraction a year. NaN where there are fewer days
    or the volatility is zero.

    References
    ----------
    Sharpe, W. F. (1994), The Sharpe ratio, Journal of Portfolio Management 21(1), 49-58; annualised here.
    """
    last = _last(returns, window)
    if last is None:
        return np.full(np.shape(returns)[:-1], np.nan)
    return _sharpe(last, risk_free_rate)


def rolling_volatility(returns: ArrayLike, window: int) -> Floats:
    """Return the volatility of each run of `window` days: (..., n_days) -> (..., n_days - window + 1)."""
    array = series(returns, "returns", at_least=window)
    return volatility(np.lib.stride_tricks.sliding_window_view(array, window, axis=-1), window)


def rolling_sharpe_ratio(returns: ArrayLike, window: int, risk_free_rate: float) -> Floats:
    """Return the Sharpe ratio of each run of `window` days: (..., n_days) -> (..., n_days - window + 1)."""
    array = series(returns, "returns", at_least=window)
    return _sharpe(np.lib.stride_tricks.sliding_window_view(array, window, axis=-1), risk_free_rate)


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
    # centring one of the two is enough for a covariance: the other's mean drops out
    covariance = (array * centred).sum(axis=-1)
    variance = np.broadcast_to((centred * centred).sum(axis=-1), covariance.shape)
    return np.asarray(
        np.divide(covariance, variance, out=np.full(covariance.shape, np.nan), where=np.broadcast_to(_deviation(benchmark) > 0, covariance.shape))
    )


def rolling_beta(returns: ArrayLike, benchmark_returns: ArrayLike, window: int) -> Floats:
    """Return the beta of each run of `window` days: (n_days,) and (n_days,) -> (n_days - window + 1,)."""
    array = series(returns, "returns", at_least=window)
    benchmark = series(benchmark_returns, "benchmark_returns", at_least=window)
    view = np.lib.stride_tricks.sliding_window_view
    return beta(view(array, window, axis=-1), view(benchmark, window, axis=-1))


def _last(returns: ArrayLike, window: int) -> Floats | None:
    if window < 2:
        raise InvalidInput(f"window must be at least 2 days, got {window!r}.")
    array = series(returns, "returns")
    return array[..., -window:] if array.shape[-1] >= window else None


def _deviation(array: Floats) -> Floats:
    """Return the sample standard deviation of each row, exactly zero where all that is left is rounding."""
    deviation = np.asarray(array.std(axis=-1, ddof=1))
    return np.where(deviation > FLAT * np.abs(array).max(axis=-1), deviation, 0.0)


def _sharpe(array: Floats, risk_free_rate: float) -> Floats:
    annual = _deviation(array) * np.sqrt(TRADING_DAYS)
    excess = TRADING_DAYS * array.mean(axis=-1) - risk_free_rate
    return np.asarray(np.divide(excess, annual, out=np.full(np.shape(annual), np.nan), where=annual > 0))
