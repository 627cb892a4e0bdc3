"""The rows of the positions editor: from a reading or a portfolio, through the reader's edits, to positions that can be saved."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from farp import format as written
from farp.errors import InvalidInput
from farp.holdings.result import HoldingsImport, ImportedCash, ImportedPosition
from farp.market import PriceHistory
from farp.portfolio import CASH_PREFIX, Portfolio, Position, added_up, cash_currency
from farp.service import Unresolved
from farp.ui.upload.closest import closest_tickers

KEEP, TICKER, QUANTITY = "Keep", "Ticker", "Quantity"
TICKER_LENGTH = 60
LOOKED_UP = 100
LINE_BREAK = " ⏎ "

PositionsOf = Callable[[HoldingsImport], tuple[tuple[Position, ...], tuple[Unresolved, ...]]]
Kind = Literal["known", "unknown", "incomplete", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the editor. `quantity` [units, or money for cash] is None when the file gives no usable one; `source` is the original text."""

    ticker: str
    quantity: float | None
    keep: bool = True
    name: str = ""
    note: str = ""
    lines: tuple[int, ...] = ()
    source: str = ""
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a row stands: `text` says what it is or what is wrong with it, `closest` names tickers that may have been meant."""

    kind: Kind
    text: str
    closest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A kept row that cannot be saved, and one sentence why. `row` counts from 0."""

    row: int
    text: str


def rows_of(reading: HoldingsImport, positions_of: PositionsOf) -> tuple[Row, ...]:
    """Return one row per holding and cash line of `reading`; `positions_of` turns values and weights into units."""
    plain = replace(reading, outcome="ok", questions=(), positions=(), cash=())
    held = [_held(item, reading, plain, positions_of) for item in reading.positions]
    return (*held, *(_cash(item, reading, plain, positions_of) for item in reading.cash))


def rows_of_portfolio(portfolio: Portfolio, history: PriceHistory) -> tuple[Row, ...]:
    """Return one row per position of a saved portfolio."""
    rows = []
    for position in portfolio.positions:
        instrument = history.instrument(position.ticker)
        rows.append(Row(ticker=position.ticker, quantity=position.quantity, name=instrument.name if instrument else ""))
    return tuple(rows)


def edited(rows: Sequence[Row], state: Mapping[str, Any] | None) -> tuple[Row, ...]:
    """Return `rows` after the edits that Streamlit keeps for a data editor; edits of rows that are not there are passed over."""
    if not state:
        return tuple(rows)
    changes = {int(number): change for number, change in (state.get("edited_rows") or {}).items()}
    deleted = {int(number) for number in state.get("deleted_rows") or ()}
    kept = [_changed(row, changes.get(number, {})) for number, row in enumerate(rows) if number not in deleted]
    # an added row in which nothing was typed is no row
    added = [_changed(Row(ticker="", quantity=None), entry) for entry in state.get("added_rows") or () if any(map(_typed, entry.values()))]
    return (*kept, *added)


def corrected(rows: Sequence[Row], number: int, ticker: str) -> tuple[Row, ...]:
    """Return `rows` with another ticker in row `number`."""
    return tuple(replace(row, ticker=ticker) if place == number else row for place, row in enumerate(rows))


def left_out(rows: Sequence[Row], numbers: Iterable[int]) -> tuple[Row, ...]:
    """Return `rows` with the rows `numbers` not kept."""
    dropped = set(numbers)
    return tuple(replace(row, keep=False) if place in dropped else row for place, row in enumerate(rows))


def standing(row: Row, history: PriceHistory) -> Standing:
    """Return how `row` stands against the tickers of the price source."""
    if not row.keep:
        return Standing(kind="dropped", text="Left out")
    ticker = normalised(row.ticker)
    if not ticker:
        return Standing(kind="incomplete", text="No ticker: type one or untick Keep")
    if _finite(row.quantity) is None:
        return Standing(kind="incomplete", text=row.note or "No quantity: type one or untick Keep")
    instrument = history.instrument(ticker)
    if instrument is None:
        return Standing(kind="unknown", text="Unknown ticker")
    if not instrument.holdable:
        return Standing(kind="unknown", text=f"{instrument.name} is an index level and cannot be held")
    return Standing(kind="known", text=f"{instrument.name} · {row.note}" if row.note else instrument.name)


def standings(rows: Sequence[Row], history: PriceHistory) -> list[Standing]:
    """Return how every row stands; the first `LOOKED_UP` that the price source does not know with the closest tickers it knows."""
    found: list[Standing] = []
    looked_up = 0
    for row in rows:
        stands = standing(row, history)
        nameless = stands.kind == "incomplete" and not normalised(row.ticker)
        if (stands.kind == "unknown" or nameless) and history.instrument(normalised(row.ticker)) is None and looked_up < LOOKED_UP:
            looked_up += 1
            stands = replace(stands, closest=closest_tickers(row, history.instruments))
        found.append(stands)
    return found


def checked(rows: Sequence[Row]) -> tuple[tuple[Position, ...], tuple[Problem, ...]]:
    """Return the positions of the kept rows, lots of one ticker added up, and one sentence per row that cannot be one."""
    positions: list[Position] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows):
        if not row.keep:
            continue
        outcome = _position(row, number)
        if isinstance(outcome, Position):
            positions.append(outcome)
        else:
            problems.append(outcome)
    try:
        return added_up(positions), tuple(problems)
    except InvalidInput as error:  # two lots near the largest float
        return (), (*problems, Problem(row=0, text=str(error)))


def normalised(ticker: str) -> str:
    """Return a typed ticker as tickers are written: no blanks around it, upper case, one form of every character.

    Examples
    --------
    >>> normalised(" aapl "), normalised("ｍｓｆｔ")
    ('AAPL', 'MSFT')
    """
    return unicodedata.normalize("NFKC", ticker).strip().upper()


def _held(item: ImportedPosition, reading: HoldingsImport, plain: HoldingsImport, positions_of: PositionsOf) -> Row:
    row = Row(
        ticker=item.ticker or item.isin or "",
        quantity=item.quantity if item.basis == "quantity" else None,
        name=item.name or item.raw,
        lines=item.lines,
        source=source_text(reading, item.lines),
        suggestions=item.suggestions,
    )
    if item.basis == "quantity":
        return row
    stated = f"the file says {written.percent(item.weight, 2) if item.basis == 'weight' else _amount(item.market_value, item.currency)}"
    # a weight means nothing before the question for the portfolio's value is answered
    if item.ticker is None or (item.basis == "weight" and reading.portfolio_value is None):
        return replace(row, note=stated)
    positions, unresolved = positions_of(replace(plain, positions=(item,)))
    if not positions:
        return replace(row, note=_sentence(unresolved[0].message) if unresolved else stated)
    return replace(row, quantity=positions[0].quantity, note=stated)


def _cash(item: ImportedCash, reading: HoldingsImport, plain: HoldingsImport, positions_of: PositionsOf) -> Row:
    positions, _ = positions_of(replace(plain, cash=(item,)))
    return Row(
        ticker=positions[0].ticker if positions else f"{CASH_PREFIX}{item.currency or ''}",
        quantity=item.value,
        keep=bool(positions),  # a line of no money changes nothing
        name=item.label,
        note="not settled yet" if item.pending else "" if item.currency else "the file names no currency",
        lines=item.lines,
        source=source_text(reading, item.lines),
    )


def source_text(reading: HoldingsImport, lines: Iterable[int]) -> str:
    """Return the beginning of the original text of `lines`, on one line."""
    return LINE_BREAK.join(reading.source_lines[line].strip() for line in lines if line in reading.source_lines)


def _changed(row: Row, change: Mapping[str, Any]) -> Row:
    if KEEP in change:
        row = replace(row, keep=change[KEEP] is True)
    if TICKER in change:
        row = replace(row, ticker=change[TICKER] if isinstance(change[TICKER], str) else "")
    if QUANTITY in change:
        row = replace(row, quantity=_finite(change[QUANTITY]), note="")
    return row


def _typed(value: object) -> bool:
    return value is not None and value is not True and value != ""


def _position(row: Row, number: int) -> Position | Problem:
    where = f"Row {number + 1}" + (f" (line {row.lines[0]} of the file)" if row.lines else "")
    ticker, quantity = normalised(row.ticker), _finite(row.quantity)
    called = f", {row.name}," if row.name else ""
    if not ticker:
        return Problem(row=number, text=f"{where}{called} has no ticker: type one, or leave the row out.")
    if len(ticker) > TICKER_LENGTH or not ticker.isprintable():
        return Problem(row=number, text=f"{where} has an unusable ticker: it needs 1 to {TICKER_LENGTH} printable characters.")
    if cash_currency(ticker) is not None and not _is_currency(ticker.removeprefix(CASH_PREFIX)):
        return Problem(row=number, text=f"{where} is cash without a currency: write {CASH_PREFIX} and three letters, such as {CASH_PREFIX}EUR.")
    if quantity is None:
        return Problem(row=number, text=f"{where}, {ticker}, has no quantity: type a number, or leave the row out.")
    return Position(ticker, quantity)


def _is_currency(code: str) -> bool:
    return len(code) == 3 and code.isascii() and code.isalpha()


def _amount(value: float | None, currency: str | None) -> str:
    return written.money(value, currency, 2) if currency else written.number(value)


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
