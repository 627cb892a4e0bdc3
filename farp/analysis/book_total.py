"""A book of portfolios as one: all positions added up, longs against shorts, analysed like any portfolio; and which names it holds most.

Money is in the base currency given; what other portfolios are valued in makes no difference to what they hold.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from farp.analysis.report import AnalysisSpec, RiskReport, analyse
from farp.engine.checks import Floats
from farp.errors import InvalidInput
from farp.market import PriceHistory
from farp.portfolio import Portfolio, Position
from farp.valuation import base_series

BOOK_ID = "book"
ROUNDING = 1e-9
"""A net quantity below this part of the gross one is what rounding leaves of positions that cancel."""


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """What many portfolios hold together, arrays of shape (n_tickers,) in units.

    `net` is bought less sold short, `gross` both added, `holders` the number of portfolios with a position.
    """

    tickers: tuple[str, ...]
    net: Floats
    gross: Floats
    holders: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One name across the book: how many portfolios hold it, and its net and gross market value [money]."""

    ticker: str
    name: str
    holders: int
    net: float
    gross: float


@dataclass(frozen=True, kw_only=True)
class BookTotal:
    """The book as one portfolio.

    `held` lists what can be priced, the largest gross value first; `cancelled` are tickers whose longs and shorts are equal, so that
    nothing of them is left in `report`.
    """

    report: RiskReport
    held: tuple[Held, ...]
    cancelled: tuple[str, ...]


def pooled(tickers: tuple[str, ...], column: NDArray[np.int64], quantity: Floats) -> Pooled:
    """Add up positions: entry by entry the number of its ticker and its quantity, both of shape (n_entries,).

    Examples
    --------
    >>> both = pooled(("A", "B"), np.array([0, 0, 1]), np.array([3.0, -1.0, 0.0]))
    >>> both.net.tolist(), both.gross.tolist(), both.holders.tolist()
    ([2.0, 0.0], [4.0, 0.0], [2, 0])
    """
    n = len(tickers)
    return Pooled(
        tickers=tickers,
        net=np.asarray(np.bincount(column, weights=quantity, minlength=n), dtype=np.float64),
        gross=np.asarray(np.bincount(column, weights=np.abs(quantity), minlength=n), dtype=np.float64),
        holders=np.bincount(column[quantity != 0], minlength=n),
    )


def book_total(
    positions: Pooled, history: PriceHistory, base_currency: str, as_of: dt.date | None = None, spec: AnalysisSpec | None = None
) -> BookTotal:
    """Return the risk report of all `positions` as one portfolio, and the names held.

    Raises
    ------
    InvalidInput
        All positions cancel each other, or there is none.
    NothingToAnalyse, InsufficientHistory
        As of a portfolio that holds what is left.
    """
    left = np.abs(positions.net) > ROUNDING * positions.gross
    if not left.any():
        raise InvalidInput("Nothing is left when the positions of these portfolios are added up, so there is no risk of the whole to show.")
    whole = Portfolio(
        id=BOOK_ID,
        name="The book as one portfolio",
        positions=tuple(Position(positions.tickers[i], float(positions.net[i])) for i in np.flatnonzero(left)),
        base_currency=base_currency,
    )
    report = analyse(whole, history, as_of, spec)
    stop = int(np.searchsorted(history.dates, np.datetime64(report.as_of, "D"), side="right"))
    priced = {holding.ticker: holding.price * holding.fx_rate for holding in report.holdings}
    cancelled = tuple(positions.tickers[i] for i in np.flatnonzero(~left & (positions.gross > 0)))
    for ticker in cancelled:
        series = base_series(history, ticker, base_currency)
        if series is not None and np.isfinite(series[stop - 1]):
            priced[ticker] = float(series[stop - 1])
    held = [
        Held(
            ticker=ticker,
            name=instrument.name if (instrument := history.instrument(ticker)) is not None else ticker,
            holders=int(positions.holders[i]),
            net=float(positions.net[i]) * priced[ticker] if left[i] else 0.0,
            gross=float(positions.gross[i]) * priced[ticker],
        )
        for i, ticker in enumerate(positions.tickers)
        if ticker in priced
    ]
    held.sort(key=lambda one: -one.gross)
    return BookTotal(report=report, held=tuple(held), cancelled=cancelled)
