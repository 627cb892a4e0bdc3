"""What if it happens: historical replays, hypothetical shocks (direct or propagated) and the move that loses a given amount.

P&L is negative when money is lost; the loss asked for in a reverse stress is positive. Moves are returns [fraction] over the whole scenario.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats, finite, numbers, series
from farp.engine.factor_model import MINIMUM_REGRESSION_DAYS, regress
from farp.engine.performance import FLAT
from farp.engine.returns import book_of_one, unsigned, weighted_sum
from farp.errors import DataError, InvalidInput

LEAST_COVERED = 0.5
"""Share of the gross value that a replay has to reach: below it, what is reached says nothing about the whole."""
DEPENDENT = 1e-10
"""Eigenvalues of a correlation matrix below this fraction of the largest are rounding: the series depend on each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """Moves of holdings as their factor loadings imply them, shape (n_holdings,), NaN where that cannot be said.

    `r_squared` is the share of the holding's daily variance that these factors explain: how much the proxy is worth. `factors` (n_factors,) marks the
    factors that had a price then and were used.
    """

    moves: Floats
    r_squared: Floats
    factors: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A stretch of history on today's holdings, arrays of shape (n_holdings,).

    `moves` and `profit_and_loss` are NaN for a holding that neither its own prices nor a proxy reach. `total` [money] is the sum of those that are
    reached, NaN when less than `LEAST_COVERED` of what can move is (`available` False). `actual` and `proxied` say where a move is from, `r_squared` is NaN
    but for proxied ones. `impossible` marks holdings whose proxied move is a loss of more than everything. `covered` is the reached share of the
    gross market value of what can move, `priced` the share reached by own prices; both 0 for a portfolio without any.
    """

    moves: Floats
    profit_and_loss: Floats
    actual: NDArray[np.bool_]
    proxied: NDArray[np.bool_]
    r_squared: Floats
    impossible: NDArray[np.bool_]
    total: float
    covered: float
    priced: float
    available: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BookReplays:
    """Stretches of history on every portfolio of a book, arrays of shape (n_portfolios, n_stretches).

    `covered` is the reached share of the gross market value of what can move; `total` [money] is NaN where that is less than `LEAST_COVERED`.
    """

    total: Floats
    covered: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothetical:
    """Shocks applied together: `moves` and `profit_and_loss` of each holding, shape (n_holdings,), and the `total` [money].

    `impossible` marks holdings whose linear move is a loss of more than everything. `distance` is the Mahalanobis distance of the
    propagated shocks from no move, in standard deviations of one day; NaN for direct shocks, which need no history.
    """

    moves: Floats
    profit_and_loss: Floats
    total: float
    impossible: NDArray[np.bool_]
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseStress:
    """The likeliest factor move that loses `loss` [money].

    `factor_moves` (n_factors,) [fraction], `profit_and_loss` of each holding (n_holdings,), summing to -loss. `distance` is Mahalanobis, in standard
    deviations of the portfolio's factor P&L. Of `observations` days `days_as_far` moved the factors as far in any direction (many
    factors move far together without hurting), and `days_as_bad` lost the amount through the factors.
    """

    loss: float
    factor_moves: Floats
    profit_and_loss: Floats
    distance: float
    days_as_far: int
    days_as_bad: int
    observations: int


def moves_between(start_prices: ArrayLike, end_prices: ArrayLike) -> Floats:
    """Return the return [fraction] between two closes of each ticker, NaN where either is NaN: (n_tickers,) -> (n_tickers,).

    Raises
    ------
    InvalidInput
        A price that is not positive, or shapes that differ.

    Examples
    --------
    >>> moves_between([100.0, np.nan], [75.0, 50.0]).tolist()
    [-0.25, nan]
    """
    start, end = numbers(start_prices, "start_prices"), numbers(end_prices, "end_prices")
    if start.shape != end.shape:
        raise InvalidInput(f"start_prices and end_prices must have the same shape, got {start.shape} and {end.shape}.")
    for prices in (start, end):
        known = prices[~np.isnan(prices)]
        if not (np.isfinite(known) & (known > 0)).all():
            raise InvalidInput("start_prices and end_prices must be positive, or NaN where there is no price.")
    return np.asarray(end / start - 1.0)


def factor_moves(leg_weights: ArrayLike, leg_moves: ArrayLike) -> Floats:
    """Return the move of each factor, the weighted sum of its legs': (n_factors, n_legs) and (n_legs,) -> (n_factors,).

    NaN for a factor one of whose own legs is NaN; a leg of weight zero is none.

    Examples
    --------
    >>> factor_moves([[1.0, 0.0], [-1.0, 1.0]], [-0.2, np.nan]).tolist()
    [-0.2, nan]
    """
    weights, moves = finite(leg_weights, "leg_weights"), numbers(leg_moves, "leg_moves")
    if weights.ndim != 2 or moves.shape != weights.shape[1:] or np.isinf(moves).any():
        raise InvalidInput(f"leg_weights (n_factors, n_legs) and leg_moves (n_legs,) do not fit: {weights.shape} and {moves.shape}.")
    return np.asarray(np.where(weights == 0.0, 0.0, weights * moves).sum(axis=1))


def proxies(
    returns: ArrayLike, factor_returns: ArrayLike, moves: ArrayLike, path: ArrayLike | None = None, minimum: int = MINIMUM_REGRESSION_DAYS
) -> Proxies:
    """Return what the holdings' factor loadings say about a stretch in which they had no price.

    The loadings are of a regression on those factors alone that have a move in the stretch, so a missing factor lowers R2 and is not taken
    for zero. The intercept is left out: a drift is no loading. With a `path` the loadings, which are of daily returns, are applied to each
    step and compounded, ``prod_d (1 + B f[d]) - 1``: a fall by half in steps is not a fall by everything for a holding with a loading of two.

    Parameters
    ----------
    returns
        Recent daily returns of the holdings, shape (n_holdings, n_days) [fraction]; a row with NaN gets no proxy.
    factor_returns
        The factors' on the same days, shape (n_factors, n_days).
    moves
        The factors' moves over the stretch, shape (n_factors,) [fraction], NaN where a factor had no price.
    path
        The same stretch step by step, shape (n_factors, n_steps) [fraction], finite for every factor that has a move. None takes it in one step.
    minimum
        Fewest days of a regression.

    Raises
    ------
    InvalidInput
        Shapes that do not fit, or NaN in the factors' recent returns.
    InsufficientHistory
        Fewer recent days than a regression needs.

    Examples
    --------
    >>> market = np.sin(np.arange(60.0)) / 100
    >>> result = proxies([2 * market], [market], [-0.2])
    >>> result.moves.round(12).tolist(), result.r_squared.round(12).tolist()
    ([-0.4], [1.0])
    """
    array, factors, shocks = numbers(returns, "returns"), series(factor_returns, "factor_returns"), numbers(moves, "moves")
    steps = shocks[:, None] if path is None and shocks.ndim == 1 else numbers(moves if path is None else path, "path")
    if array.ndim != 2 or factors.ndim != 2 or array.shape[1] != factors.shape[1] or shocks.shape != factors.shape[:1] or np.isinf(shocks).any():
        raise InvalidInput(
            "returns (n_holdings, n_days), factor_returns (n_factors, n_days) and moves (n_factors,) do not fit:"
            f" {array.shape}, {factors.shape} and {shocks.shape}."
        )
    used = ~np.isnan(shocks)
    if steps.ndim != 2 or len(steps) != len(shocks) or not steps.shape[1] or not np.isfinite(steps[used]).all():
        raise InvalidInput(f"path must have shape (n_factors, n_steps) and be finite for every factor with a move, got {steps.shape}.")
    known = np.isfinite(array).all(axis=1)
    result, r_squared = np.full(len(array), np.nan), np.full(len(array), np.nan)
    if used.any() and known.any():
        fit = regress(array[known], factors[used], minimum)
        r_squared[known] = fit.r_squared
        # a holding that never moved has no R2: nothing is known about it, which is not the same as no move
        result[known] = np.where(np.isnan(fit.r_squared), np.nan, _compounded(weighted_sum(fit.loadings, steps[used])))
    return Proxies(moves=result, r_squared=r_squared, factors=used)


def historical_replay(market_values: ArrayLike, own_moves: ArrayLike, proxy: Proxies | None = None, can_move: ArrayLike | None = None) -> Replay:
    """Return what a stretch of history would do to today's holdings: their own moves where there are prices, a proxy elsewhere.

    Parameters
    ----------
    market_values
        Shape (n_holdings,) [money]; negative is short.
    own_moves
        The holdings' returns over the stretch, shape (n_holdings,), NaN where there is no price (see `moves_between`).
    proxy
        From `proxies`; None proxies nothing.
    can_move
        Shape (n_holdings,), False for what never moves by its nature (cash in the base currency): that its move of zero is known says nothing
        about the scenario. None, or nothing that can move, counts every holding.

    Raises
    ------
    InvalidInput
        A market value that is not finite, an infinite move, or shapes that do not fit.

    Examples
    --------
    >>> result = historical_replay([100.0, 50.0, 50.0], [-0.2, np.nan, -0.1])
    >>> result.total, result.covered
    (-25.0, 0.75)
    """
    amounts, own = finite(market_values, "market_values"), numbers(own_moves, "own_moves")
    stand_in = np.full_like(amounts, np.nan) if proxy is None else proxy.moves
    fitted = np.full_like(amounts, np.nan) if proxy is None else proxy.r_squared
    if amounts.ndim != 1 or own.shape != amounts.shape or stand_in.shape != amounts.shape or np.isinf(own).any():
        raise InvalidInput(
            f"market_values, own_moves and proxies must each have shape (n_holdings,), got {amounts.shape}, {own.shape}, {stand_in.shape}."
        )
    counted = np.ones(amounts.shape, dtype=bool) if can_move is None else np.asarray(can_move, dtype=bool)
    if counted.shape != amounts.shape:
        raise InvalidInput(f"can_move must have shape (n_holdings,) as market_values has, got {counted.shape} and {amounts.shape}.")
    actual = ~np.isnan(own)
    proxied = ~actual & ~np.isnan(stand_in)
    moves = np.where(actual, own, stand_in)
    book = book_of_one(amounts)
    everything, by_price = book_replays(book, moves[:, None], counted), book_replays(book, own[:, None], counted)
    return Replay(
        moves=moves,
        profit_and_loss=amounts * moves,
        actual=actual,
        proxied=proxied,
        r_squared=np.where(proxied, fitted, np.nan),
        impossible=proxied & (moves < -1.0),
        total=float(everything.total[0, 0]),
        covered=float(everything.covered[0, 0]),
        priced=float(by_price.covered[0, 0]),
        available=bool(np.isfinite(everything.total[0, 0])),
    )


def book_replays(market_values: csr_array, moves: ArrayLike, can_move: ArrayLike) -> BookReplays:
    """Return what stretches of history would do to every portfolio of a book: the figures of `historical_replay`, which are made here.

    Parameters
    ----------
    market_values
        Shape (n_portfolios, n_tickers) [money].
    moves
        Return of each ticker over each stretch [fraction], its own or its proxy's, NaN where there is neither: (n_tickers, n_stretches).
    can_move
        Shape (n_tickers,), False for what never moves by its nature.
    """
    array, counted = numbers(moves, "moves"), np.asarray(can_move, dtype=np.float64)
    reached = (~np.isnan(array)).astype(np.float64)
    held = csr_array((np.ones_like(market_values.data), market_values.indices, market_values.indptr), shape=market_values.shape)
    amounts = unsigned(market_values)
    total = weighted_sum(market_values, np.where(reached == 1.0, array, 0.0))
    count, gross = weighted_sum(held, reached * counted[:, None]), weighted_sum(amounts, counted[:, None])
    covered = weighted_sum(amounts, reached * counted[:, None])
    still = weighted_sum(held, counted[:, None])[:, 0] == 0.0
    if still.any():  # with nothing that can move, everything counts
        count[still] = weighted_sum(held[still], reached)
        gross[still] = weighted_sum(amounts[still], np.ones((len(array), 1)))
        covered[still] = weighted_sum(amounts[still], reached)
    share = np.divide(covered, gross, out=np.zeros_like(covered), where=gross > 0)
    enough = (share >= LEAST_COVERED) | (gross == 0)  # of holdings that are worth nothing there is no share
    return BookReplays(total=np.where((count > 0) & enough, total, np.nan), covered=share)


def direct(market_values: ArrayLike, sensitivities: ArrayLike, shocks: ArrayLike) -> Hypothetical:
    """Apply shocks to what is named and to nothing else: ``move_i = sum_s A_is shock_s``.

    Parameters
    ----------
    market_values
        Shape (n_holdings,) [money]; negative is short.
    sensitivities
        A, shape (n_holdings, n_shocks): the loadings for a factor's shock; 1 for the members of a shocked asset class, sector or currency and
        for a shocked ticker, 0 for the others. Shocks on the same holding add up.
    shocks
        Shape (n_shocks,) [fraction].

    Raises
    ------
    InvalidInput
        NaN inside, or shapes that do not fit.

    Examples
    --------
    >>> direct([100.0, 50.0], [[1.2, 0.0], [0.8, 1.0]], [-0.1, -0.05]).profit_and_loss.round(12).tolist()
    [-12.0, -6.5]
    """
    amounts, a, sizes = finite(market_values, "market_values"), finite(sensitivities, "sensitivities"), finite(shocks, "shocks")
    if amounts.ndim != 1 or sizes.ndim != 1 or a.shape != (*amounts.shape, *sizes.shape):
        raise InvalidInput(
            "market_values (n_holdings,), sensitivities (n_holdings, n_shocks) and shocks (n_shocks,) do not fit:"
            f" {amounts.shape}, {a.shape} and {sizes.shape}."
        )
    return _hypothetical(amounts, a @ sizes, float("nan"))


def propagated(
    market_values: ArrayLike, returns: ArrayLike, shocked_returns: ArrayLike, shocks: ArrayLike, names: Sequence[str] | None = None
) -> Hypothetical:
    """Apply shocks and let every holding move by its conditional expectation given them.

    ``move = S_os S_ss^-1 shock`` with S the sample covariance of holdings and shocked series. A holding that is itself shocked moves by its shock.

    Parameters
    ----------
    market_values
        Shape (n_holdings,) [money]; negative is short.
    returns
        Daily returns of the holdings, shape (n_holdings, n_days) [fraction].
    shocked_returns
        Daily returns of what is shocked, shape (n_shocks, n_days), the same days: a factor, a ticker, a currency pair, or `group_returns`
        of an asset class or sector.
    shocks
        Shape (n_shocks,) [fraction].
    names
        What the shocks are called in an error; by default their numbers.

    Raises
    ------
    InvalidInput
        NaN inside, shapes that do not fit, shocks on series that never move, or shocks that contradict each other.
    InsufficientHistory
        Fewer than 20 days, or fewer than the shocks need.

    References
    ----------
    Kupiec, P. H. (1998), Stress testing in a value at risk framework, Journal of Derivatives 6(1).

    Examples
    --------
    >>> market = np.sin(np.arange(60.0)) / 100
    >>> propagated([100.0], [2 * market], [market], [-0.1]).profit_and_loss.round(12).tolist()
    [-20.0]
    """
    amounts, array = finite(market_values, "market_values"), numbers(returns, "returns")
    if amounts.ndim != 1 or array.ndim != 2 or len(array) != len(amounts):
        raise InvalidInput(f"market_values (n_holdings,) and returns (n_holdings, n_days) do not fit: {amounts.shape} and {array.shape}.")
    moves, distance = conditional_moves(array, shocked_returns, shocks, names)
    return _hypothetical(amounts, moves, distance)


def conditional_moves(returns: ArrayLike, shocked_returns: ArrayLike, shocks: ArrayLike, names: Sequence[str] | None = None) -> tuple[Floats, float]:
    """Return the conditional expectation of each row of `returns` given the shocks, and the shocks' Mahalanobis distance.

    ``S_os S_ss^-1 shock`` and ``sqrt(shock' S_ss^-1 shock)``; means are left out. Arguments and errors as in `propagated`; the rows may
    also be the factors that are not shocked. Series that depend on each other are no matter as long as their shocks agree.

    Returns
    -------
    Array (n_series,) [fraction], and the distance in standard deviations of one day.
    """
    sizes = finite(shocks, "shocks")
    needed = max(MINIMUM_OBSERVATIONS, len(sizes) + 2)
    others, shocked = series(returns, "returns", needed), series(shocked_returns, "shocked_returns", needed)
    if others.ndim != 2 or sizes.ndim != 1 or shocked.shape != (len(sizes), others.shape[1]):
        raise InvalidInput(
            "returns (n_series, n_days), shocked_returns (n_shocks, n_days) and shocks (n_shocks,) do not fit:"
            f" {others.shape}, {shocked.shape} and {sizes.shape}."
        )
    if not len(sizes):
        raise InvalidInput("shocks must hold at least one shock.")
    days = others.shape[1]
    mean = shocked.mean(axis=1, keepdims=True)
    centred = shocked - mean
    deviation = np.sqrt((centred * centred).sum(axis=1) / (days - 1))
    flat = np.flatnonzero(deviation <= FLAT * (1.0 + np.abs(mean[:, 0])))
    if flat.size:
        which = names[flat[0]] if names is not None else f"number {flat[0] + 1}"
        raise InvalidInput(f"The shock {which} is on a price that does not move in this period, so nothing follows from it; use a direct shock.")
    unit = centred / deviation[:, None]
    inverse = _pseudo_inverse(unit @ unit.T / (days - 1))
    relative = sizes / deviation
    solved = inverse @ relative
    if not np.allclose(unit @ (unit.T @ solved) / (days - 1), relative, rtol=0.0, atol=1e-6 * np.abs(relative).max()):
        raise InvalidInput("The shocks contradict each other: prices that always move together are shocked differently. Leave one of them out.")
    covariance = others @ unit.T / (days - 1)  # one of the two centred is enough: the other's mean drops out
    return np.asarray(covariance @ solved), float(np.sqrt(max(relative @ solved, 0.0)))


def group_returns(market_values: ArrayLike, returns: ArrayLike, members: ArrayLike) -> Floats:
    """Return the daily return of a group (an asset class, a sector), its holdings weighted by the size of their market value: (n_days,).

    Shocking it moves the group as a whole by the shock and each member by its own beta to the group.

    Parameters
    ----------
    market_values
        Shape (n_holdings,) [money]; a short weighs as much as a long.
    returns
        Shape (n_holdings, n_days) [fraction].
    members
        Which holdings belong to the group, shape (n_holdings,), True or False.

    Raises
    ------
    InvalidInput
        NaN inside, shapes that do not fit, or a group in which nothing is held.
    """
    amounts, array, mine = finite(market_values, "market_values"), finite(returns, "returns"), np.asarray(members, dtype=bool)
    if array.ndim != 2 or amounts.shape != array.shape[:1] or mine.shape != amounts.shape:
        raise InvalidInput(
            "market_values (n_holdings,), returns (n_holdings, n_days) and members (n_holdings,) do not fit:"
            f" {amounts.shape}, {array.shape} and {mine.shape}."
        )
    weights = np.abs(amounts) * mine
    if not weights.sum() > 0:
        raise InvalidInput("Nothing is held in the shocked group; shock one that the portfolio holds.")
    return np.asarray((weights / weights.sum()) @ array)


def reverse_stress(
    market_values: ArrayLike, loadings: ArrayLike, factor_covariance: ArrayLike, loss: float, factor_returns: ArrayLike
) -> ReverseStress:
    """Return the smallest move of the factors (Mahalanobis) that loses `loss`.

    ``f = -x F b / (b'F b)`` with ``b = B'w``; its distance ``sqrt(f' F^-1 f) = x / sqrt(b'F b)``.

    Parameters
    ----------
    market_values
        w, shape (n_holdings,) [money]; negative is short.
    loadings
        B, shape (n_holdings, n_factors).
    factor_covariance
        F, shape (n_factors, n_factors); it may be singular.
    loss
        x > 0, in the unit of the market values.
    factor_returns
        The sample in which such moves are counted, shape (n_factors, n_days), over the horizon of F.

    Raises
    ------
    InvalidInput
        NaN inside, shapes that do not fit, or a loss that is not positive.
    DataError
        The portfolio does not depend on any factor that moves.

    References
    ----------
    Breuer, T., Jandacka, M., Rheinberger, K. and Summer, M. (2009), How to find plausible, severe and useful stress scenarios,
    International Journal of Central Banking 5(3) (Mahalanobis distance as plausibility).

    Examples
    --------
    >>> result = reverse_stress([100.0], [[1.0, 1.0]], [[0.0001, 0.0], [0.0, 0.0003]], 10.0, [[0.0], [0.0]])
    >>> result.factor_moves.round(12).tolist(), result.distance.__round__(6)
    ([-0.025, -0.075], 5.0)
    """
    w, b = finite(market_values, "market_values"), finite(loadings, "loadings")
    f, sample = finite(factor_covariance, "factor_covariance"), series(factor_returns, "factor_returns")
    factors = b.shape[-1]
    if w.ndim != 1 or b.shape != (len(w), factors) or f.shape != (factors, factors) or sample.ndim != 2 or len(sample) != factors:
        raise InvalidInput(
            "market_values (n_holdings,), loadings (n_holdings, n_factors), factor_covariance (n_factors, n_factors) and factor_returns"
            f" (n_factors, n_days) do not fit: {w.shape}, {b.shape}, {f.shape} and {sample.shape}."
        )
    if not 0.0 < loss < float("inf"):
        raise InvalidInput(f"loss must be a positive amount of money, got {loss!r}.")
    exposures = b.T @ w
    fb = f @ exposures
    variance = float(exposures @ fb)
    if (np.diagonal(f) < 0).any():
        raise InvalidInput("factor_covariance must be positive semi-definite; this one has a negative variance.")
    most = float((np.abs(w[:, None] * b).sum(axis=0) * np.sqrt(np.diagonal(f))).sum()) ** 2
    if not variance > 1e-13 * most:  # what is left of a full hedge is rounding
        raise DataError("The portfolio does not depend on any of these factors, so no move of theirs loses that much. Choose other factors.")
    moves = -loss * fb / variance
    distance = loss / variance**0.5
    return ReverseStress(
        loss=float(loss),
        factor_moves=moves,
        profit_and_loss=w * (b @ moves),
        distance=distance,
        days_as_far=int((_distances(sample, f) >= distance * (1.0 - 1e-12)).sum()),
        days_as_bad=int((exposures @ sample <= -loss * (1.0 - 1e-12)).sum()),
        observations=sample.shape[1],
    )


def _compounded(steps: Floats) -> Floats:
    """Return the move that steps make together, (n_holdings, n_steps) -> (n_holdings,); what has lost everything stays lost."""
    value = np.cumprod(1.0 + steps, axis=1)
    lost = value <= 0.0
    last = np.where(lost.any(axis=1), lost.argmax(axis=1), steps.shape[1] - 1)
    return np.asarray(np.take_along_axis(value, last[:, None], axis=1)[:, 0] - 1.0)


def _hypothetical(amounts: Floats, moves: Floats, distance: float) -> Hypothetical:
    profit = amounts * moves
    return Hypothetical(moves=moves, profit_and_loss=profit, total=float(profit.sum()), impossible=moves < -1.0, distance=distance)


def _distances(sample: Floats, covariance: Floats) -> Floats:
    """Return the Mahalanobis distance of each day from no move: (n_factors, n_days) -> (n_days,)."""
    deviation = np.sqrt(np.diagonal(covariance))
    scale = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 0)
    unit = sample * scale[:, None]
    return np.asarray(np.sqrt(np.maximum((unit * (_pseudo_inverse(covariance * np.outer(scale, scale)) @ unit)).sum(axis=0), 0.0)))


def _pseudo_inverse(correlation: Floats) -> Floats:
    """Return the inverse on the directions in which the series move."""
    values, vectors = np.linalg.eigh((correlation + correlation.T) / 2.0)
    kept = values > DEPENDENT * values.max(initial=0.0)
    inverse = np.divide(1.0, values, out=np.zeros_like(values), where=kept)
    return np.asarray((vectors * inverse) @ vectors.T)
