"""Saving, changing, removing and exporting a user's portfolios."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from farp.errors import Conflict, InvalidInput, NotFound
from farp.market import PriceHistory
from farp.portfolio import Portfolio, Position, added_up, cash_currency
from farp.service import book
from farp.store.protocol import FACTOR_CONTRIBUTIONS, PORTFOLIOS, Document, Store
from farp.store.users import find_portfolio, portfolio_id, portfolios_of

DEFAULT_OWNER = "me"
NAME_LENGTH = 80
DESCRIPTION_LENGTH = 1000
_FORMULA_STARTS = ("=", "+", "-", "@")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def save_portfolio(
    store: Store,
    *,
    name: str,
    positions: Iterable[Position],
    owner: str = DEFAULT_OWNER,
    description: str = "",
    base_currency: str = "USD",
    replace: bool = False,
    now: dt.datetime | None = None,
) -> Portfolio:
    """Write a portfolio under `name` for `owner` and return it as stored. One that is replaced keeps its id, place and date.

    Raises
    ------
    InvalidInput
        The name is empty, too long or not readable, the currency is no code, or the owner's id has unusable characters.
    Conflict
        The owner has a portfolio of that name already and `replace` is False.
    DataError
        The owner's document in the store cannot be read.
    """
    shown = portfolio_name(name)
    key = portfolio_id(shown, owner)
    moment = now or dt.datetime.now(dt.UTC)
    entry = {
        "portfolio_id": key,
        "portfolio_name": shown,
        "portfolio_desc": portfolio_description(description),
        "base_currency": currency_code(base_currency),
        "assets": _assets(positions),
    }

    def change(document: Document | None) -> Document:
        user = document or {"_id": owner, "user_id": owner, "username": owner, "email": "", "portfolios": []}
        entries = _entries(user)
        before = next((other for other in entries if other.get("portfolio_id") == key), None)
        if before is None:
            return {**user, "portfolios": [*entries, {**entry, "portfolio_created_at": moment}]}
        if not replace:
            raise Conflict("portfolio", key)
        return {**user, "portfolios": [_rewritten(other, entry) if other is before else other for other in entries]}

    return _listed(store, store.update(PORTFOLIOS, owner, change), key)


def replace_positions(
    store: Store,
    id: str,
    positions: Iterable[Position],
    *,
    name: str | None = None,
    description: str | None = None,
    base_currency: str | None = None,
) -> Portfolio:
    """Give portfolio `id` other positions, and what else is not None, and return it as stored; the id stays.

    Raises
    ------
    NotFound
        There is no such portfolio.
    InvalidInput
        The name or the currency cannot be used.
    """
    entry: dict[str, Any] = {"assets": _assets(positions)}
    if name is not None:
        entry["portfolio_name"] = portfolio_name(name)
    if description is not None:
        entry["portfolio_desc"] = portfolio_description(description)
    if base_currency is not None:
        entry["base_currency"] = currency_code(base_currency)
    return _listed(store, _change_entry(store, id, lambda before: _rewritten(before, entry)), id)


def delete_portfolio(store: Store, id: str) -> None:
    """Remove portfolio `id`; NotFound if there is none. Its owner stays."""
    _change_entry(store, id, lambda _: None)
    store.delete(FACTOR_CONTRIBUTIONS, id)
    book.remove(store, [id])


def export_csv(portfolio: Portfolio, history: PriceHistory) -> str:
    """Return the positions as CSV that imports back to the same portfolio.

    Text cells that a spreadsheet would run as a formula get a leading apostrophe; quantities are written in full, without an exponent.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Ticker", "Name", "Quantity", "Currency"])
    for position in portfolio.positions:
        currency = cash_currency(position.ticker)
        instrument = history.instrument(position.ticker)
        ticker = "CASH" if currency is not None else position.ticker
        name = instrument.name if instrument is not None else ""
        shown = currency or (instrument.currency if instrument is not None else "")
        writer.writerow([_harmless(ticker), _harmless(name), _in_full(position.quantity), _harmless(shown)])
    return text.getvalue()


def portfolio_name(text: str) -> str:
    """Return `text` as a portfolio's name, runs of blanks made one, else raise `InvalidInput`."""
    shown = " ".join(text.split())
    if not 1 <= len(shown) <= NAME_LENGTH:
        raise InvalidInput(f"A portfolio's name needs 1 to {NAME_LENGTH} characters, got {len(shown)}.")
    return _readable(shown, "A portfolio's name")


def name_from_file(filename: str | None) -> str:
    """Return a usable portfolio name made of a file's name without folders and ending.

    Examples
    --------
    >>> name_from_file("/home/me/My positions.csv"), name_from_file(None)
    ('My positions', 'Imported portfolio')
    """
    stem = PurePosixPath((filename or "").replace("\\", "/")).stem
    readable = "".join(character if character.isprintable() else " " for character in stem)
    return " ".join(readable.split())[:NAME_LENGTH].strip() or "Imported portfolio"


def portfolio_description(text: str) -> str:
    """Return `text` as a portfolio's description, runs of blanks made one, else raise `InvalidInput`."""
    shown = " ".join(text.split())
    if len(shown) > DESCRIPTION_LENGTH:
        raise InvalidInput(f"A portfolio's description can have {DESCRIPTION_LENGTH} characters, got {len(shown)}.")
    return _readable(shown, "A portfolio's description")


def currency_code(text: str) -> str:
    """Return `text` as a currency code, else raise `InvalidInput`."""
    code = text.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise InvalidInput(f"The base currency must be a three-letter code such as USD, got {text[:40]!r}.")
    return code


def _readable(text: str, what: str) -> str:
    # of Unicode's categories: controls, surrogates, and the marks that turn the direction of a line
    if any(unicodedata.category(character) in {"Cc", "Cs"} or character in _TURNING for character in text):
        raise InvalidInput(f"{what} holds a control character; leave it out.")
    return text


def _change_entry(store: Store, id: str, change_one: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Document:
    owner = find_portfolio(store, id).owner_id

    def change(document: Document | None) -> Document:
        entries = _entries(document) if document is not None else []
        if document is None or all(entry.get("portfolio_id") != id for entry in entries):
            raise NotFound("portfolio", id)
        kept = [change_one(entry) if entry.get("portfolio_id") == id else entry for entry in entries]
        return {**document, "portfolios": [entry for entry in kept if entry is not None]}

    return store.update(PORTFOLIOS, owner, change)


def _entries(document: Document) -> list[dict[str, Any]]:
    portfolios_of(document)  # a document that cannot be read is not written to either
    return [dict(entry) for entry in document["portfolios"]]


def _one_of(document: Document, id: str) -> Portfolio:
    # from what was written: another writer may have removed it since
    return next(portfolio for portfolio in portfolios_of(document) if portfolio.id == id)


def _rewritten(before: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """Return `before` with the fields of `entry`; figures of other positions or in another currency do not stay."""
    after = {**before, **entry}
    if any(after.get(key) != before.get(key) for key in ("assets", "base_currency")):
        after.pop("risk", None)
    return after


def _listed(store: Store, document: Document, id: str) -> Portfolio:
    """Return portfolio `id` as written in `document`, after bringing its line of the book up to date."""
    portfolio = _one_of(document, id)
    book.note(store, portfolio)
    return portfolio


def _assets(positions: Iterable[Position]) -> list[dict[str, Any]]:
    return [{"asset_ticker": position.ticker, "asset_quantity": position.quantity} for position in added_up(positions)]


def _harmless(text: str) -> str:
    """Return `text` as a cell that is one line and no formula."""
    line = "".join(character if character.isprintable() else " " for character in text).strip()
    return f"'{line}" if line.startswith(_FORMULA_STARTS) else line


def _in_full(quantity: float) -> str:
    """Return the shortest decimal that reads back as `quantity`, without an exponent."""
    return f"{Decimal(repr(quantity)):f}".removesuffix(".0")
