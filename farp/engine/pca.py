"""Principal components of the holdings' returns, and how the portfolio's variance is spread over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats, finite, series
from farp.engine.performance import FLAT
from farp.engine.returns import book_of_one, weighted_sum
from farp.errors import DataError, InvalidInput

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

EQUAL = 1e-9
"""Loadings that differ by less than this fraction are equal: which of them leads must not depend on rounding."""
NO_MOVEMENT = 1e-12
"""A component with less than this share of the variance is rounding; its direction is arbitrary."""
_one_at_a_time = Lock()  # the number of BLAS threads is the whole process's


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalComponents:
    """Components of n_tickers series over `observations` days, the one that explains most first.

    There are as many components as independent series (at most n_days - 1), so `explained_ratio` (n_components,) sums to 1.
    `explained_variance` (n_components,) is that of the standardised returns. `loadings` (n_components, n_tickers) are of unit
    length; each component's sign makes its largest loading positive, the first of equals. `exposures` (n_components,) is the P&L
    [unit of the amounts] when the component moves by one standard deviation; `variance_shares` (n_components,) its share of
    the portfolio's variance, summing to 1, NaN for a portfolio that does not move. `constant` (n_tickers,) marks the series that never
    move: they have no correlation with anything, their loadings are 0. `leading` (n_components, 2) are the tickers' indices with the
    largest and second largest loading in size, -1 where there is no second.
    """

    explained_variance: Floats
    explained_ratio: Floats
    loadings: Floats
    exposures: Floats
    variance_shares: Floats
    constant: NDArray[np.bool_]
    leading: NDArray[np.intp]
    observations: int

    def reading_aid(self, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Return the names behind `leading`, one tuple a component."""
        return tuple(tuple(names[index] for index in pair if index >= 0) for pair in self.leading)


def principal_components(
    returns: ArrayLike, amounts: ArrayLike, *, standardise: bool = True, minimum: int = MINIMUM_OBSERVATIONS
) -> PrincipalComponents:
    """Return the principal components of standardised returns and the portfolio's exposure to each.

    With ``z_i = (r_i - mean) / s_i`` and components ``c_k = sum_i l_ki z_i`` of variance v_k, the portfolio's P&L is
    ``sum_k e_k c_k`` with ``e_k = sum_i w_i s_i l_ki``; exposure ``e_k sqrt(v_k)``, share of variance ``e_k^2 v_k / sum_j e_j^2 v_j``.

    Parameters
    ----------
    returns
        Shape (n_tickers, n_days) [fraction].
    amounts
        w: market values [money] or weights, shape (n_tickers,); negative is short.
    standardise
        False takes the returns as they are (only centred), so that volatile series lead.
    minimum
        Fewest days accepted.

    Raises
    ------
    InvalidInput
        NaN inside, or shapes that do not fit.
    InsufficientHistory
        Fewer than `minimum` days.
    DataError
        No series moves.

    References
    ----------
    Jolliffe, I. T. (2002), Principal Component Analysis, 2nd ed. (components of a correlation matrix).

    Examples
    --------
    >>> moves = np.array([0.01, -0.02, 0.03, -0.01])
    >>> result = principal_components([moves, 2 * moves, 0 * moves], [100.0, 0.0, 50.0], minimum=3)
    >>> result.loadings.round(3).tolist(), result.constant.tolist()
    ([[0.707, 0.707, 0.0]], [False, False, True])
    """
    array, w = series(returns, "returns", at_least=max(minimum, 2)), finite(amounts, "amounts")
    if array.ndim != 2 or w.shape != array.shape[:1]:
        raise InvalidInput(f"returns (n_tickers, n_days) and amounts (n_tickers,) do not fit: {array.shape} and {w.shape}.")
    tickers, days = array.shape
    mean = array.mean(axis=1, keepdims=True)
    deviation = (array - mean).std(axis=1, ddof=1)
    moving = deviation > FLAT * (1.0 + np.abs(mean[:, 0]))
    if not moving.any():
        raise DataError("No holding's price moves in this period, so there are no principal components.")
    scale = deviation[moving] if standardise else np.ones(int(moving.sum()))
    ratios, directions, variance = _decomposed(((array - mean)[moving] / scale[:, None]).T)
    kept = ratios > NO_MOVEMENT
    directions, variance = directions[kept], variance[kept]
    first = _largest(np.abs(directions))
    directions = directions * np.sign(np.take_along_axis(directions, first[:, None], axis=1))

    loadings = np.zeros((len(directions), tickers))
    loadings[:, moving] = directions
    exposures = weighted_sum(book_of_one(w[moving] * scale), directions.T)[0] * np.sqrt(variance)
    portfolio_variance = float((exposures**2).sum())
    gross = float((np.abs(w[moving]) * deviation[moving]).sum())
    moves = portfolio_variance > NO_MOVEMENT * gross**2
    return PrincipalComponents(
        explained_variance=variance,
        explained_ratio=variance / variance.sum(),
        loadings=loadings,
        exposures=exposures,
        variance_shares=exposures**2 / portfolio_variance if moves else np.full(len(exposures), np.nan),
        constant=~moving,
        leading=_leading(np.abs(loadings), int(moving.sum())),
        observations=days,
    )


def _decomposed(days: Floats) -> tuple[Floats, Floats, Floats]:
    """Return explained ratios, directions and variances of (n_days, n_series), with the same bits in every process of a machine.

    These are those of scikit-learn's `PCA(svd_solver="full")`, whose arithmetic this is; its checks of what is known here take several times
    as long as the decomposition of a usual portfolio. BLAS divides large products among its threads and then adds in another order, and a
    worker and the page may have different numbers of them, so it gets one.
    """
    from scipy.linalg import svd

    with _one_at_a_time, _libraries().limit(limits=1):
        _, lengths, directions = svd(days - days.mean(axis=0), full_matrices=False, check_finite=False)
    variance = lengths**2 / (len(days) - 1)
    return variance / variance.sum(), directions, variance


@cache
def _libraries() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


def _largest(sizes: Floats) -> NDArray[np.intp]:
    """Return the column of each row's largest size, the first of those that are equal but for rounding."""
    return np.asarray((sizes >= sizes.max(axis=1, keepdims=True) * (1.0 - EQUAL)).argmax(axis=1))


def _leading(sizes: Floats, moving: int) -> NDArray[np.intp]:
    first = _largest(sizes)
    if moving == 1:
        return np.column_stack([first, np.full_like(first, -1)])
    others = sizes.copy()
    np.put_along_axis(others, first[:, None], -1.0, axis=1)
    return np.column_stack([first, _largest(others)])
