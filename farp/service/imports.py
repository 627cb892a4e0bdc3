"""From what a holdings file says to positions in units: values and weights need a price, money becomes cash.

A holding that cannot become a position (no ticker, or a value without a price) is returned as `Unresolved`; nothing is dropped.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from farp.errors import InvalidInput
from farp.holdings import HoldingsImport, ImportedPosition
from farp.market import PriceHistory
from farp.portfolio import Position, added_up, cash_ticker
from farp.valuation import base_series


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A line of the file that did not become a position, with one sentence why."""

    label: str
    lines: tuple[int, ...]
    message: str


def positions_of(
    reading: HoldingsImport,
    history: PriceHistory,
    *,
    base_currency: str = "USD",
    as_of: dt.date | None = None,
    portfolio_value: float | None = None,
) -> tuple[tuple[Position, ...], tuple[Unresolved, ...]]:
    """Return the positions [units] that `reading` means, lots added up, and what could not become one.

    Parameters
    ----------
    reading
        A reading without open questions.
    as_of
        The day whose last price turns values and weights into units (default: the source's last day).
    portfolio_value
        Worth of the whole [base currency], needed for weights; default: what the reading says.

    Raises
    ------
    InvalidInput
        The reading is an error or has open questions, or weights come without a portfolio value.
    """
    if reading.outcome == "error":
        raise InvalidInput(reading.error or "The file could not be read.")
    if reading.outcome == "needs_user":
        keys = ", ".join(question.key for question in reading.questions)
        raise InvalidInput(f"The file leaves questions open; answer them first: {keys}.")
    worth = portfolio_value if portfolio_value is not None else reading.portfolio_value
    positions: list[Position] = []
    unresolved: list[Unresolved] = []
    for item in reading.positions:
        outcome = _position(item, history, base_currency, as_of, worth)
        if isinstance(outcome, Position):
            positions.append(outcome)
        else:
            unresolved.append(outcome)
    positions += [Position(cash_ticker(cash.currency or base_currency), cash.value) for cash in reading.cash if cash.value]
    return added_up(positions), tuple(unresolved)


def _position(
    item: ImportedPosition, history: PriceHistory, base_currency: str, as_of: dt.date | None, portfolio_value: float | None
) -> Position | Unresolved:
    label = item.raw or item.name or "a holding"
    if item.ticker is None:
        return Unresolved(label=label, lines=item.lines, message="the file gives no ticker for it; name one to include it.")
    if item.basis == "quantity" and item.quantity is not None:
        return Position(item.ticker, item.quantity)
    money, currency = item.market_value, item.currency or base_currency
    if item.basis == "weight":
        if portfolio_value is None:
            raise InvalidInput("The file gives weights; the value of the whole portfolio is needed to turn them into units.")
        money, currency = (item.weight or 0.0) * portfolio_value, base_currency
    price = _last_price(history, item.ticker, currency, as_of)
    if money is None or price is None:
        return Unresolved(
            label=label, lines=item.lines, message=f"its {item.basis.replace('_', ' ')} cannot become units without a price of {item.ticker} in {currency}."
        )
    return Position(item.ticker, money / price)


def _last_price(history: PriceHistory, ticker: str, currency: str, as_of: dt.date | None) -> float | None:
    series = base_series(history, ticker, currency)
    if series is None:
        return None
    stop = len(series) if as_of is None else int(np.searchsorted(history.dates, np.datetime64(as_of, "D"), side="right"))
    known = np.flatnonzero(np.isfinite(series[:stop]))
    return float(series[known[-1]]) if len(known) else None
