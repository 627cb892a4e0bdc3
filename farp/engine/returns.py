"""Returns, profit and loss, and the value path of today's holdings.

P&L in money is the kernel's quantity; a return of the portfolio is P&L over net asset value. One product,
`weighted_sum`, serves one portfolio and a whole book, so both agree to the last bit.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from farp.engine.checks import Floats, horizon, numbers
from farp.errors import InvalidInput


def simple_returns(prices: ArrayLike, horizon_days: int = 1) -> Floats:
    """Return overlapping `horizon_days` simple returns [fraction] of `prices`.

    ``r[d] = P[d] / P[d - h] - 1``

    Parameters
    ----------
    prices
        Positive prices, shape (..., n_days).
    horizon_days
        h, at least 1.

    Returns
    -------
    Array of shape (..., n_days - h).

    Raises
    ------
    InvalidInput
        A price is not positive and finite, or the horizon is not a whole number >= 1.

    Examples
    --------
    >>> simple_returns([100.0, 110.0, 99.0]).round(2).tolist()
    [0.1, -0.1]
    """
    array = _positive(prices)
    days = horizon(horizon_days)
    return np.asarray(array[..., days:] / array[..., :-days] - 1.0)


def weighted_sum(amounts: ArrayLike | csr_array, series: ArrayLike) -> Floats:
    """Return the sum over instruments of `amounts` times `series`: the kernel behind P&L, value and exposure.

    The product is taken sparsely, row by row and in the order in which a row's entries are stored (of dense rows: the columns): a portfolio
    holds a few instruments of a large universe, and its row gives the same bits alone and inside a book (a dense BLAS product does not).

    Parameters
    ----------
    amounts
        Market values [money], shape (..., n_tickers), or a sparse (n_portfolios, n_tickers) matrix.
    series
        Any quantity per unit of money, shape (n_tickers, n_days).

    Returns
    -------
    Array of shape (..., n_days).

    Raises
    ------
    InvalidInput
        The two shapes do not fit.
    """
    columns = np.ascontiguousarray(numbers(series, "series"))
    array = amounts if isinstance(amounts, csr_array) else numbers(amounts, "amounts")
    if columns.ndim != 2 or array.shape[-1] != columns.shape[0]:
        raise InvalidInput(f"amounts (..., n_tickers) and series (n_tickers, n_days) do not fit: {array.shape} and {columns.shape}.")
    if isinstance(array, csr_array):
        return np.asarray(array @ columns)
    rows = csr_array(array.reshape(math.prod(array.shape[:-1]), array.shape[-1]))
    return np.asarray(rows @ columns).reshape(*array.shape[:-1], columns.shape[-1])


def book_of_one(amounts: Floats) -> csr_array:
    """Return the amounts of one portfolio, shape (n_positions,), as a book of one row, zeros among them stored as well."""
    count = len(amounts)
    return csr_array((amounts, np.arange(count), np.array([0, count])), shape=(1, count))


def unsigned(book: csr_array) -> csr_array:
    """Return `book` without signs, its entries in the order in which they are stored; `abs` would sort those of its argument."""
    return csr_array((np.abs(book.data), book.indices, book.indptr), shape=book.shape)


def profit_and_loss(market_values: ArrayLike | csr_array, returns: ArrayLike) -> Floats:
    """Return the historical-simulation P&L of today's holdings [money]; losses are negative.

    ``L[d] = sum_i MV_i * r[i, d]``: shapes (..., n_tickers) and (n_tickers, n_days) -> (..., n_days).

    Examples
    --------
    >>> profit_and_loss([100.0, -50.0], [[0.01, 0.02], [0.02, -0.02]]).tolist()
    [0.0, 3.0]
    """
    return weighted_sum(market_values, returns)


def value_path(market_values: ArrayLike | csr_array, prices: ArrayLike) -> Floats:
    """Return what today's quantities were worth on each day [money].

    ``V[d] = sum_i q_i P[i, d] = sum_i MV_i * P[i, d] / P[i, T]`` with T the last day of `prices`.
    Shapes (..., n_tickers) and (n_tickers, n_days) -> (..., n_days).

    Examples
    --------
    >>> value_path([120.0], [[10.0, 8.0, 12.0]]).tolist()
    [100.0, 80.0, 120.0]
    """
    return weighted_sum(market_values, relative_prices(prices))


def relative_prices(prices: ArrayLike) -> Floats:
    """Return each price over the last one of its row, ``P[d] / P[T]``: (..., n_days) -> (..., n_days).

    Raises
    ------
    InvalidInput
        A price is not positive and finite.
    """
    array = _positive(prices)
    return np.asarray(array / array[..., -1:])


def _positive(prices: ArrayLike) -> Floats:
    array = numbers(prices, "prices")
    if not (np.isfinite(array) & (array > 0)).all():
        raise InvalidInput("prices must be positive, finite numbers along a time axis; a gap must be left out by the caller.")
    return array
