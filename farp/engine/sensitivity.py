"""What if a factor moves: P&L of a ladder of shocks, each position's share, and a grid of two factors together.

The answers are linear in the shock: ``P&L = sum_i w_i B_ik shock``. A loss is negative, as in every P&L. What a shock is called (a price move of
10 %, 100 basis points of yield) is the caller's matter; here it is the factor's return [fraction].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from farp.engine.checks import Floats, finite, numbers
from farp.engine.returns import unsigned, weighted_sum
from farp.errors import InvalidInput

NETTED = 1e-13
"""A factor's total below this fraction of what it is summed from is rounding: the positions cancel, shares of it mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """P&L of each shock of each factor, all else unchanged [money].

    `shocks` and `profit_and_loss` have shape (n_factors, n_shocks); `position_exposures` (n_positions, n_factors) is the P&L of a position for a
    move of +100 %, `exposures` (n_factors,) that of all, exactly zero where they cancel; `shares` (n_positions, n_factors) sums to 1 over the positions for every shock (the answer is linear), NaN for a factor the
    portfolio as a whole does not depend on.
    """

    shocks: Floats
    profit_and_loss: Floats
    exposures: Floats
    position_exposures: Floats
    shares: Floats

    @property
    def position_profit_and_loss(self) -> Floats:
        """P&L of each position [money], shape (n_positions, n_factors, n_shocks)."""
        return np.asarray(self.position_exposures[:, :, None] * self.shocks + 0.0)


def ladder(amounts: ArrayLike, loadings: ArrayLike, shocks: ArrayLike) -> Ladder:
    """Return the P&L of the portfolio for each shock of each factor, one factor at a time.

    Parameters
    ----------
    amounts
        w: market values [money], shape (n_positions,); negative is short.
    loadings
        B, shape (n_positions, n_factors).
    shocks
        Factor returns [fraction], shape (n_shocks,) for all factors, or (n_factors, n_shocks).

    Raises
    ------
    InvalidInput
        NaN inside, or shapes that do not fit.

    Examples
    --------
    >>> result = ladder([100.0, -50.0], [[1.0], [0.5]], [-0.1, 0.0, 0.1])
    >>> result.profit_and_loss.tolist(), result.shares.round(4).tolist()
    ([[-7.5, 0.0, 7.5]], [[1.3333], [-0.3333]])
    """
    exposures = _position_exposures(amounts, loadings)
    moves = finite(shocks, "shocks")
    factors = exposures.shape[1]
    if moves.ndim > 2 or (moves.ndim == 2 and len(moves) != factors):
        raise InvalidInput(f"shocks must have shape (n_shocks,) or (n_factors, n_shocks) with {factors} factors, got {moves.shape}.")
    moves = np.array(np.broadcast_to(moves, (factors, moves.shape[-1])))
    total = book_exposures(amounts, loadings)
    return Ladder(
        shocks=moves,
        exposures=total,
        profit_and_loss=total[:, None] * moves + 0.0,  # no negative zero
        position_exposures=exposures,
        shares=np.divide(exposures, total, out=np.full_like(exposures, np.nan), where=total != 0) + 0.0,
    )


def two_factor_grid(amounts: ArrayLike, loadings: ArrayLike, first: int, second: int, first_shocks: ArrayLike, second_shocks: ArrayLike) -> Floats:
    """Return the P&L [money] when two factors move together: rows the first factor's shocks, columns the second's.

    ``P&L[a, b] = (B'w)_first shock_a + (B'w)_second shock_b``.

    Parameters
    ----------
    amounts
        w, shape (n_positions,) [money].
    loadings
        B, shape (n_positions, n_factors).
    first, second
        Two different columns of `loadings`.
    first_shocks, second_shocks
        Factor returns [fraction], shapes (n_first,) and (n_second,).

    Returns
    -------
    Array (n_first, n_second).

    Raises
    ------
    InvalidInput
        NaN inside, shapes that do not fit, or the same factor twice.

    Examples
    --------
    >>> two_factor_grid([100.0], [[1.0, -0.5]], 0, 1, [-0.1, 0.1], [0.0, 0.2]).tolist()
    [[-10.0, -20.0], [10.0, 0.0]]
    """
    _position_exposures(amounts, loadings)  # refuses what does not fit
    total = book_exposures(amounts, loadings)
    if first == second or not {first, second} <= set(range(len(total))):
        raise InvalidInput(f"a grid needs two different factors numbered 0 to {len(total) - 1}, got {first!r} and {second!r}.")
    rows, columns = finite(first_shocks, "first_shocks"), finite(second_shocks, "second_shocks")
    if rows.ndim != 1 or columns.ndim != 1:
        raise InvalidInput(f"first_shocks and second_shocks must be one series each, got {rows.shape} and {columns.shape}.")
    return np.asarray((total[first] * rows)[:, None] + total[second] * columns + 0.0)


def _position_exposures(amounts: ArrayLike, loadings: ArrayLike) -> Floats:
    w, b = finite(amounts, "amounts"), finite(loadings, "loadings")
    if w.ndim != 1 or b.ndim != 2 or len(w) != len(b):
        raise InvalidInput(f"amounts (n_positions,) and loadings (n_positions, n_factors) do not fit: {w.shape} and {b.shape}.")
    return np.asarray(w[:, None] * b + 0.0)  # no negative zero


def book_exposures(amounts: ArrayLike | csr_array, loadings: ArrayLike) -> Floats:
    """Return the P&L of a portfolio, or of each of a book, for a move of +100 % of each factor, exactly zero where all that is left is rounding.

    Shapes (n_positions,) or sparse (n_portfolios, n_positions) and (n_positions, n_factors) -> (n_factors,) or (n_portfolios, n_factors).
    """
    b = numbers(loadings, "loadings")
    without_sign = unsigned(amounts) if isinstance(amounts, csr_array) else np.abs(numbers(amounts, "amounts"))
    total, most = weighted_sum(amounts, b), weighted_sum(without_sign, np.abs(b))
    return np.where(np.abs(total) > NETTED * most, total, 0.0)
