"""How the holdings move together: correlation, an order that puts likes beside each other, diversification."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farp.engine.checks import Floats, finite, series
from farp.engine.performance import FLAT
from farp.errors import InvalidInput

HEDGED = 1e-13
"""A portfolio variance below this fraction of the undiversified one is rounding: the positions cancel each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """Correlations of n series, `matrix` (n, n); rows and columns of a series that never moves are NaN, itself included.

    `order` (n,) lists the series so that those alike are neighbours, `constant` (n,) marks the ones that never move (last in `order`).
    `average` is the mean over all pairs of moving series, NaN with fewer than two of them.
    """

    matrix: Floats
    order: NDArray[np.intp]
    constant: NDArray[np.bool_]
    average: float
    observations: int


def correlation(returns: ArrayLike, minimum: int = 3) -> Correlation:
    """Return correlation matrix, clustered order and average correlation of `returns`.

    Parameters
    ----------
    returns
        Shape (n_tickers, n_days) [fraction].
    minimum
        Fewest days accepted, 3 or more: two days always correlate perfectly.

    Raises
    ------
    InvalidInput
        NaN inside, or not (n_tickers, n_days).
    InsufficientHistory
        Fewer than `minimum` days.

    Examples
    --------
    >>> result = correlation([[0.01, -0.02, 0.03], [-0.01, 0.02, -0.03], [0.02, -0.04, 0.06]])
    >>> result.matrix.round(12).tolist(), result.order.tolist()
    ([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, 1.0]], [0, 2, 1])
    """
    array = _tickers_by_days(returns, max(minimum, 3))
    unit, _, moving = _standardised(array)
    both = np.outer(moving, moving)
    matrix = np.where(both, np.clip(unit @ unit.T, -1.0, 1.0), np.nan)
    matrix[np.diag_indices_from(matrix)] = np.where(moving, 1.0, np.nan)
    pairs = matrix[np.triu_indices_from(matrix, k=1)]
    pairs = pairs[~np.isnan(pairs)]
    return Correlation(
        matrix=matrix,
        order=clustered_order(matrix),
        constant=~moving,
        average=float(pairs.mean()) if pairs.size else float("nan"),
        observations=array.shape[1],
    )


def clustered_order(matrix: ArrayLike) -> NDArray[np.intp]:
    """Return an order of the series of a correlation matrix that puts likes beside each other: (n, n) -> (n,).

    Average-linkage clustering on the distance ``sqrt((1 - rho) / 2)`` with the optimal order of leaves, turned so that it begins with the smaller
    of its two end indices. The same matrix always gives the same order; series without correlation (NaN) come last, in their own order.

    References
    ----------
    Bar-Joseph, Z., Gifford, D. K. and Jaakkola, T. S. (2001), Fast optimal leaf ordering for hierarchical clustering, Bioinformatics 17.
    """
    array = np.asarray(matrix, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise InvalidInput(f"a correlation matrix must have shape (n, n), got {array.shape}.")
    known = np.flatnonzero(~np.isnan(np.diagonal(array)))
    rest = np.flatnonzero(np.isnan(np.diagonal(array)))
    if len(known) < 3:
        return np.concatenate([known, rest])
    between = finite(array[np.ix_(known, known)], "the correlations of moving series")
    if between.min() < -1.0 or between.max() > 1.0:
        raise InvalidInput("correlations must lie between -1 and 1.")
    from scipy.cluster.hierarchy import leaves_list, linkage

    # rounded, so that equal correlations are ties however they were computed
    distances = np.sqrt((1.0 - between.round(12)) / 2.0)[np.triu_indices(len(known), k=1)]
    leaves = leaves_list(linkage(distances, method="average", optimal_ordering=True)).astype(np.intp)
    if leaves[0] > leaves[-1]:
        leaves = leaves[::-1]
    return np.concatenate([known[leaves], rest])


def diversification_ratio(returns: ArrayLike, amounts: ArrayLike) -> float:
    """Return the volatility the positions would have if they all moved together, over the one they have: 1 or more.

    ``sum_i |w_i| s_i / s_p`` with s_p the standard deviation of ``sum_i w_i r_i``. NaN for a portfolio that does not move.

    Parameters
    ----------
    returns
        Shape (n_tickers, n_days) [fraction], at least two days.
    amounts
        w: market values [money] or weights, shape (n_tickers,); negative is short.

    Raises
    ------
    InvalidInput
        NaN inside, or shapes that do not fit.
    InsufficientHistory
        Fewer than two days.

    References
    ----------
    Choueifaty, Y. and Coignard, Y. (2008), Toward maximum diversification, Journal of Portfolio Management 35(1); here with |w| for shorts.

    Examples
    --------
    >>> round(diversification_ratio([[0.01, -0.01, 0.0, 0.0], [0.0, 0.0, 0.01, -0.01]], [1.0, 1.0]), 6)
    1.414214
    """
    array, w = _tickers_by_days(returns, 2), finite(amounts, "amounts")
    if w.shape != array.shape[:1]:
        raise InvalidInput(f"returns (n_tickers, n_days) and amounts (n_tickers,) do not fit: {array.shape} and {w.shape}.")
    unit, length, _ = _standardised(array)
    weighted = w * length
    together, variance = float(np.abs(weighted).sum()), float(((weighted @ unit) ** 2).sum())
    if variance <= HEDGED * together**2:
        return float("nan")
    return max(together / math.sqrt(variance), 1.0)  # below 1 it is rounding


def _tickers_by_days(returns: ArrayLike, at_least: int) -> Floats:
    array = series(returns, "returns", at_least=at_least)
    if array.ndim != 2:
        raise InvalidInput(f"returns must have shape (n_tickers, n_days), got {array.shape}.")
    return array


def _standardised(array: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return each row centred and of unit length (zero if it never moves), its length before, and whether it moves."""
    mean = array.mean(axis=1, keepdims=True)
    centred = array - mean
    length = np.sqrt((centred * centred).sum(axis=1))
    moving = length > FLAT * (1.0 + np.abs(mean[:, 0])) * np.sqrt(array.shape[1] - 1)
    length = np.where(moving, length, 0.0)
    unit = np.divide(centred, length[:, None], out=np.zeros_like(centred), where=moving[:, None])
    return unit, length, moving
