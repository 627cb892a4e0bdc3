"""From what a holdings file says to positions in units: values and weights need a price, money becomes cash.

A holding that cannot become a position (neither ticker nor ISIN, a value without a price, money not settled) is returned as `Unresolved`; nothing is dropped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from farp.errors import InvalidInput
from farp.format import day as shown_day
from farp.holdings.result import HoldingsImport, HoldingsWarning, ImportedCash, ImportedPosition
from farp.market import PriceHistory
from farp.portfolio import Instrument, Position, added_up, cash_currency, cash_ticker
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
        The day whose last price turns values and weights into units (default: the day the file states, else the source's last day).
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
    day = as_of if as_of is not None else reading.as_of
    worth = portfolio_value if portfolio_value is not None else reading.portfolio_value
    positions: list[Position] = []
    unresolved: list[Unresolved] = []
    for item in reading.positions:
        outcome = _position(item, history, base_currency, day, worth)
        if isinstance(outcome, Position):
            positions.append(outcome)
        else:
            unresolved.append(outcome)
    for cash in reading.cash:
        if cash.pending:
            unresolved.append(Unresolved(label=cash.label, lines=cash.lines, message="it is not settled yet, so it is no cash of the portfolio."))
        elif cash.value:
            positions.append(Position(cash_ticker(cash.currency or base_currency), cash.value))
    return added_up(positions), tuple(unresolved)


def answered(
    read: Callable[[Mapping[str, str]], HoldingsImport],
    answers: Mapping[str, str],
    *,
    portfolio_value: float | None = None,
    as_of: dt.date | None = None,
) -> HoldingsImport:
    """Return what `read` makes of a file with `answers`, and with `portfolio_value` [base currency] and `as_of` where the file asks for them."""
    reading = read(answers)
    given: dict[str, str] = {}
    if portfolio_value is not None:
        given["portfolio_value"] = f"{Decimal(repr(portfolio_value)):f}"
    if as_of is not None:
        given |= {"as_of": as_of.isoformat(), "prices": "as_of"}
    asked = {question.key for question in reading.questions}
    more = {key: answer for key, answer in given.items() if key in asked}
    return read({**answers, **more}) if more else reading


def assumptions(reading: HoldingsImport, history: PriceHistory, *, base_currency: str = "USD", as_of: dt.date | None = None) -> tuple[str, ...]:
    """Return, as sentences, what `positions_of` with the same arguments takes for granted."""
    sentences = []
    silent = [cash.label for cash in reading.cash if cash.currency is None and cash.value and not cash.pending]
    silent += [item.raw for item in reading.positions if item.basis == "market_value" and item.currency is None]
    if silent:
        sentences.append(f"The file names no currency for {_some(silent)}; taken as {base_currency}.")
    if any(item.basis != "quantity" for item in reading.positions):
        day = as_of or reading.as_of
        used = min(day, history.last_date) if day else history.last_date
        sentences.append(f"Quantities are worked out with the last prices on or before {shown_day(used)}.")
    return tuple(sentences)


def _some(names: Sequence[str]) -> str:
    return ", ".join(name[:40] for name in names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def reading_of(positions: Sequence[Position], instruments: Mapping[str, Instrument]) -> HoldingsImport:
    """Return positions a program gives as if they had been read from a file, line by line; lots of one ticker are added up."""
    lines: dict[str, list[int]] = {}
    for line, position in enumerate(positions, start=1):
        lines.setdefault(position.ticker, []).append(line)
    held: list[ImportedPosition] = []
    cash: list[ImportedCash] = []
    for position in added_up(positions):
        ticker, currency, where = position.ticker, cash_currency(position.ticker), tuple(lines[position.ticker])
        if currency is not None:
            cash.append(ImportedCash(label=ticker, currency=currency, value=position.quantity, lines=where))
            continue
        lots = tuple(positions[line - 1].quantity for line in where)
        instrument = instruments.get(ticker)
        held.append(
            ImportedPosition(
                ticker=ticker,
                raw=ticker,
                name=instrument.name if instrument else "",
                basis="quantity",
                quantity=position.quantity,
                currency=instrument.currency if instrument else None,
                side="short" if position.quantity < 0 else "long",
                priced=instrument is not None,
                lines=where,
                lots=lots if len(lots) > 1 else (),
            )
        )
    unknown = tuple(item.ticker for item in held if item.ticker is not None and not item.priced)
    warning = HoldingsWarning(
        code="unpriced",
        text=f"Without prices, so not part of the risk figures: {_some(unknown)}.",
        lines=tuple(line for ticker in unknown for line in lines[ticker]),
        tickers=unknown,
    )
    return HoldingsImport(
        outcome="ok_with_warnings" if unknown else "ok", positions=tuple(held), cash=tuple(cash), warnings=(warning,) if unknown else ()
    )


def _position(
    item: ImportedPosition, history: PriceHistory, base_currency: str, as_of: dt.date | None, portfolio_value: float | None
) -> Position | Unresolved:
    label = item.raw or item.name or "a holding"
    ticker = item.ticker or item.isin  # an ISIN is kept as it is: excluded from the risk and listed there, until somebody names its ticker
    if not ticker:
        return Unresolved(label=label, lines=item.lines, message="the file gives no ticker for it; name one to include it.")
    if item.basis == "quantity" and item.quantity is not None:
        return Position(ticker, item.quantity)
    money, currency = item.market_value, item.currency or base_currency
    if item.basis == "weight":
        if portfolio_value is None:
            raise InvalidInput("The file gives weights; the value of the whole portfolio is needed to turn them into units.")
        money, currency = (None if item.weight is None else item.weight * portfolio_value), base_currency
    price = _last_price(history, ticker, currency, as_of)
    if money is None or price is None:
        return Unresolved(
            label=label,
            lines=item.lines,
            message=f"its {item.basis.replace('_', ' ')} cannot become units without a price of {ticker} in {currency}.",
        )
    return Position(ticker, money / price)


def _last_price(history: PriceHistory, ticker: str, currency: str, as_of: dt.date | None) -> float | None:
    series = base_series(history, ticker, currency)
    if series is None:
        return None
    stop = len(series) if as_of is None else int(np.searchsorted(history.dates, np.datetime64(as_of, "D"), side="right"))
    known = np.flatnonzero(np.isfinite(series[:stop]))
    return float(series[known[-1]]) if len(known) else None
