"""Saving, changing, removing and exporting a user's portfolios."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable
from typing import Any

from farp.errors import Conflict, InvalidInput, NotFound
from farp.market import PriceHistory
from farp.portfolio import Portfolio, Position, added_up, cash_currency
from farp.store.protocol import PORTFOLIOS, Document, Store
from farp.store.users import find_portfolio, portfolio_id

DEFAULT_OWNER = "me"
NAME_LENGTH = 80
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
    """Write a portfolio under `name` for `owner` and return it as stored.

    Raises
    ------
    InvalidInput
        The name is empty or too long, or the owner's id has unusable characters.
    Conflict
        The owner has a portfolio of that name already and `replace` is False.
    """
    shown = " ".join(name.split())
    if not 1 <= len(shown) <= NAME_LENGTH:
        raise InvalidInput(f"A portfolio's name needs 1 to {NAME_LENGTH} characters, got {len(shown)}.")
    id = portfolio_id(shown, owner)
    entry = {
        "portfolio_id": id,
        "portfolio_name": shown,
        "portfolio_desc": description,
        "portfolio_created_at": now or dt.datetime.now(dt.UTC),
        "base_currency": base_currency,
        "assets": _assets(positions),
    }

    def change(document: Document | None) -> Document:
        user = document or {"_id": owner, "user_id": owner, "username": owner, "email": "", "portfolios": []}
        others = [other for other in user["portfolios"] if other.get("portfolio_id") != id]
        if len(others) < len(user["portfolios"]) and not replace:
            raise Conflict("portfolio", id)
        return {**user, "portfolios": [*others, entry]}

    store.update(PORTFOLIOS, owner, change)
    return find_portfolio(store, id)


def replace_positions(store: Store, id: str, positions: Iterable[Position], *, name: str | None = None) -> Portfolio:
    """Give portfolio `id` other positions (and another shown name; the id stays) and return it as stored; NotFound if there is none."""
    assets = _assets(positions)
    shown = " ".join(name.split()) if name is not None else None
    if shown is not None and not 1 <= len(shown) <= NAME_LENGTH:
        raise InvalidInput(f"A portfolio's name needs 1 to {NAME_LENGTH} characters, got {len(shown)}.")

    def changed(entry: dict[str, Any]) -> dict[str, Any]:
        return {**entry, "assets": assets} | ({"portfolio_name": shown} if shown else {})

    _change_entry(store, id, changed)
    return find_portfolio(store, id)


def delete_portfolio(store: Store, id: str) -> None:
    """Remove portfolio `id`; NotFound if there is none. Its owner stays."""
    _change_entry(store, id, lambda _: None)


def export_csv(portfolio: Portfolio, history: PriceHistory) -> str:
    """Return the positions as CSV that imports back to the same portfolio.

    Text cells that a spreadsheet would run as a formula get a leading apostrophe; quantities are written in full.
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
        writer.writerow([_harmless(ticker), _harmless(name), repr(position.quantity).removesuffix(".0"), shown])
    return text.getvalue()


def _change_entry(store: Store, id: str, change_one: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
    owner = find_portfolio(store, id).owner_id

    def change(document: Document | None) -> Document:
        entries = document["portfolios"] if document is not None else []
        if document is None or all(entry.get("portfolio_id") != id for entry in entries):
            raise NotFound("portfolio", id)
        kept = [change_one(entry) if entry.get("portfolio_id") == id else entry for entry in entries]
        return {**document, "portfolios": [entry for entry in kept if entry is not None]}

    store.update(PORTFOLIOS, owner, change)


def _assets(positions: Iterable[Position]) -> list[dict[str, Any]]:
    return [{"asset_ticker": position.ticker, "asset_quantity": position.quantity} for position in added_up(positions)]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
