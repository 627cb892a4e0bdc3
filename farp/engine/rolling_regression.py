"""Loadings of one series on factors, refitted each day over the days before it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farp.engine.checks import Floats, one_series, series
from farp.engine.factor_model import regress
from farp.engine.performance import FLAT
from farp.errors import InsufficientHistory, InvalidInput

_WELL_CONDITIONED = 1e-6
"""Smallest eigenvalue of the factors' correlations down to which normal equations keep seven digits or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollingRegression:
    """Least squares with intercept over each run of `window` days; the last of n_windows = n_days - window + 1 ends on the last day.

    `loadings` (n_windows, n_factors) are NaN where a factor does not move or cannot be told from others in the window, `r_squared`
    (n_windows,) where the series does not move.
    """

    loadings: Floats
    r_squared: Floats
    window: int


def rolling_regression(returns: ArrayLike, factor_returns: ArrayLike, window: int) -> RollingRegression:
    """Regress `returns` on `factor_returns` over each run of `window` days.

    All windows are solved at once from running sums of products (normal equations of standardised series); those whose factors are too alike
    for that are refitted one by one, so every window agrees with `regress` over its days.

    Parameters
    ----------
    returns
        One series, shape (n_days,) [fraction or money].
    factor_returns
        Shape (n_factors, n_days) [fraction], the same days.
    window
        Days of each fit, at least n_factors + 2.

    Raises
    ------
    InvalidInput
        NaN inside, the days differ, or a window too short for so many factors.
    InsufficientHistory
        Fewer days than `window`.

    Examples
    --------
    >>> x = np.array([1.0, -1.0, 2.0, 0.0, 1.0])
    >>> rolling_regression(3 * x, [x], 4).loadings.round(12).tolist()
    [[3.0], [3.0]]
    """
    y, x = one_series(returns, "returns"), np.atleast_2d(series(factor_returns, "factor_returns"))
    if x.ndim != 2 or not len(x):
        raise InvalidInput(f"factor_returns must have shape (n_factors, n_days) with at least one factor, got {x.shape}.")
    factors, days = x.shape
    if len(y) != days:
        raise InvalidInput(f"returns and factor_returns must cover the same days, got {len(y)} and {days}.")
    if window < factors + 2:
        raise InvalidInput(f"window must be at least {factors + 2} days for {factors} factors, got {window}.")
    if days < window:
        raise InsufficientHistory(days, window)
    both = np.vstack([x, y])
    centred = both - both.mean(axis=1, keepdims=True)
    deviation = centred.std(axis=1)
    moving = deviation > FLAT * np.abs(both).max(axis=1)
    scale = np.where(moving, deviation, 1.0)
    z = np.where(moving[:, None], centred / scale[:, None], 0.0)

    sums = _running(z, window)
    products = _running(z[:, None] * z[None], window) - sums[:, None] * sums[None] / window
    products = np.moveaxis(products, -1, 0)
    squares = np.maximum(np.diagonal(products, axis1=1, axis2=2), 0.0)
    # what is left of a series' usual movement in a window: below this, running sums leave rounding only
    alive = squares > 1e-9 * window
    length = np.sqrt(np.where(alive, squares, 1.0))
    correlations = products[:, :-1, :-1] / (length[:, :-1, None] * length[:, None, :-1])
    solvable = alive[:, :-1].all(axis=1) & _well_conditioned(correlations)
    easy = np.where(solvable[:, None, None], correlations, np.eye(factors))
    with_y = products[:, :-1, -1] / length[:, :-1]
    standardised = np.linalg.solve(easy, with_y[..., None])[..., 0]
    explained = (standardised * with_y).sum(axis=1)
    loadings = standardised / length[:, :-1] * scale[-1] / scale[:-1]
    r_squared = np.clip(np.divide(explained, squares[:, -1], out=np.full(len(squares), np.nan), where=alive[:, -1]), 0.0, 1.0)
    for i in np.flatnonzero(~solvable).tolist():
        fit = regress(y[i : i + window], x[:, i : i + window], minimum=window)
        loadings[i] = np.where(fit.identified, fit.loadings[0], np.nan)
        r_squared[i] = fit.r_squared[0]
    return RollingRegression(loadings=loadings, r_squared=r_squared, window=window)


def _well_conditioned(correlations: Floats) -> NDArray[np.bool_]:
    """Return whether the smallest eigenvalue of each correlation matrix is large enough: (..., n, n) -> (...,).

    It is at least the determinant over e, since the mean of the others is at most n / (n - 1); few matrices need their eigenvalues.
    """
    enough = np.asarray(np.linalg.det(correlations) > math.e * _WELL_CONDITIONED)
    enough[~enough] = np.linalg.eigvalsh(correlations[~enough])[:, 0] > _WELL_CONDITIONED
    return enough


def _running(values: Floats, window: int) -> Floats:
    """Return sums over each run of `window` days: (..., n_days) -> (..., n_days - window + 1)."""
    total = np.cumsum(values, axis=-1)
    out: Floats = total[..., window - 1 :].copy()
    out[..., 1:] -= total[..., :-window]
    return out
