"""The two user documents and the portfolios in them.

As uploaded or generated (collection `user_portfolios`), one portfolio, or several under `portfolios`:

    {user_id, username, email, portfolio: {portfolio_name, portfolio_desc, portfolio_created_at,
                                           assets: [{asset_ticker, asset_quantity}, ...]}}

Converted (collection `portfolios`), where every portfolio has an id and a base currency:

    {user_id, username, email, portfolios: [{portfolio_id, portfolio_name, portfolio_desc,
                                             portfolio_created_at, base_currency, assets}, ...]}

A portfolio id is `<slug of the name>.<user id>`. A slug has no dot, so the part after the first dot is the
owner, and one portfolio is found by reading one document. Fields not named here are kept as they are.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from farp.errors import DataError, FarpError, InvalidInput, NotFound
from farp.portfolio import Portfolio, Position, added_up
from farp.store.protocol import PORTFOLIOS, Document, Store

_USER_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SLUG_LENGTH = 60


def portfolio_id(name: str, user_id: str, taken: Collection[str] = ()) -> str:
    """Return the id of the portfolio `name` of `user_id`, other than those in `taken`.

    Raises
    ------
    InvalidInput
        `user_id` has other characters than letters, digits, _ and -, or more than 100.

    Examples
    --------
    >>> portfolio_id("Income Portfolio", "user_009")
    'income-portfolio.user_009'
    >>> portfolio_id("Income Portfolio", "user_009", taken={"income-portfolio.user_009"})
    'income-portfolio-2.user_009'
    """
    if not _USER_ID.fullmatch(user_id):
        raise InvalidInput(f"A user id consists of 1 to 100 letters, digits, _ and -; got {user_id!r}.")
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:_SLUG_LENGTH].rstrip("-") or "portfolio"
    candidate, number = f"{slug}.{user_id}", 1
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}.{user_id}"
    return candidate


def converted(user_document: Mapping[str, Any], *, base_currency: str = "USD") -> Document:
    """Return the `portfolios` document of a `user_portfolios` document; converting again changes nothing.

    Parameters
    ----------
    user_document
        With `portfolio`, or with a list `portfolios`. A portfolio that has an id keeps it.
    base_currency
        Of the portfolios that name none.

    Raises
    ------
    DataError
        A field is missing or unusable; the message names user and field.
    InvalidInput
        The user id has characters that a portfolio id cannot carry.
    """
    user_id = _user_id(user_document)
    if "portfolios" in user_document:
        entries = _entries(user_document, user_id)
    elif "portfolio" in user_document:
        entries = [_mapping(user_document["portfolio"], user_id, "portfolio")]
    else:
        raise _bad(user_id, "portfolio", "it is missing")
    taken = {entry["portfolio_id"] for entry in entries if isinstance(entry.get("portfolio_id"), str)}
    portfolios = []
    for i, entry in enumerate(entries):
        where = f"portfolios[{i}]"
        key = entry.get("portfolio_id")
        if key is None:
            key = portfolio_id(_text(entry, "portfolio_name", user_id, where), user_id, taken)
            taken.add(key)
        created_at = entry.get("portfolio_created_at")
        portfolios.append(
            {
                **entry,
                "portfolio_id": key,
                "portfolio_desc": entry.get("portfolio_desc", ""),
                "portfolio_created_at": _moment(created_at, user_id, where) if isinstance(created_at, dt.date) else created_at,
                "base_currency": entry.get("base_currency", base_currency),
            }
        )
    document = {key: value for key, value in user_document.items() if key != "portfolio"}
    document |= {"_id": user_id, "user_id": user_id, "username": user_document.get("username", ""), "email": user_document.get("email", "")}
    document["portfolios"] = portfolios
    portfolios_of(document)
    return document


def portfolios_of(document: Mapping[str, Any]) -> tuple[Portfolio, ...]:
    """Return the portfolios of a converted document, lots of one ticker added up.

    Raises
    ------
    DataError
        A field is missing or unusable; the message names user and field.
    """
    user_id = _user_id(document)
    portfolios = tuple(_portfolio(entry, document, user_id, f"portfolios[{i}]") for i, entry in enumerate(_entries(document, user_id)))
    ids = [portfolio.id for portfolio in portfolios]
    for i, repeated in enumerate(ids):
        if repeated in ids[:i]:
            raise _bad(user_id, f"portfolios[{i}].portfolio_id", f"{repeated!r} is there twice")
    return portfolios


def find_portfolio(store: Store, portfolio_id: str) -> Portfolio:
    """Return one portfolio, by reading its owner's document.

    Raises
    ------
    NotFound
        There is no such portfolio.
    DataError
        It is there, but a field is missing or unusable.
    """
    owner = portfolio_id.partition(".")[2]
    document = store.get(PORTFOLIOS, owner) if _USER_ID.fullmatch(owner) else None
    if document is not None:
        user_id = _user_id(document)
        for i, entry in enumerate(_entries(document, user_id)):
            if entry.get("portfolio_id") == portfolio_id:
                return _portfolio(entry, document, user_id, f"portfolios[{i}]")
    raise NotFound("portfolio", portfolio_id)


def list_portfolios(store: Store, *, on_error: Callable[[FarpError], None] | None = None) -> Iterator[Portfolio]:
    """Yield all portfolios, by owner id and in the order of each owner's document.

    Parameters
    ----------
    on_error
        Gets the error of every document that cannot be read, and the others are still yielded. Without it,
        the first error is raised.
    """
    for document in store.list(PORTFOLIOS):
        try:
            portfolios = portfolios_of(document)
        except DataError as error:
            if on_error is None:
                raise
            on_error(error)
        else:
            yield from portfolios


def _portfolio(entry: Mapping[str, Any], document: Mapping[str, Any], user_id: str, where: str) -> Portfolio:
    name = _text(entry, "portfolio_id", user_id, where)
    if name.partition(".")[2] != user_id:
        raise _bad(user_id, f"{where}.portfolio_id", f"{name!r} does not end in '.{user_id}'")
    currency = _text(entry, "base_currency", user_id, where, default="USD")
    if not _CURRENCY.fullmatch(currency):
        raise _bad(user_id, f"{where}.base_currency", f"{currency!r} is not a currency code like USD")
    assets = entry.get("assets")
    if not isinstance(assets, list | tuple):
        raise _bad(user_id, f"{where}.assets", "it is missing" if assets is None else "it is not a list")
    positions = [_position(asset, user_id, f"{where}.assets[{i}]") for i, asset in enumerate(assets)]
    try:
        return Portfolio(
            id=name,
            name=_text(entry, "portfolio_name", user_id, where),
            positions=added_up(positions),
            base_currency=currency,
            description=_text(entry, "portfolio_desc", user_id, where, default=""),
            owner_id=user_id,
            owner_name=_readable(_text(document, "username", user_id, default="")) or user_id,
            created_at=_moment(entry.get("portfolio_created_at"), user_id, where),
        )
    except InvalidInput as error:  # quantities that are finite one by one can add up to infinity
        raise _bad(user_id, f"{where}.assets", str(error).rstrip(".")) from error


def _position(asset: object, user_id: str, where: str) -> Position:
    fields = _mapping(asset, user_id, where)
    ticker = _text(fields, "asset_ticker", user_id, where).strip()
    quantity = fields.get("asset_quantity")
    if isinstance(quantity, bool) or not isinstance(quantity, int | float):
        raise _bad(user_id, f"{where}.asset_quantity", "it is missing" if quantity is None else f"{quantity!r} is not a number")
    if not ticker:
        raise _bad(user_id, f"{where}.asset_ticker", "it is empty")
    try:
        units = float(quantity)
    except OverflowError:
        units = math.inf
    if not math.isfinite(units):
        raise _bad(user_id, f"{where}.asset_quantity", f"{quantity!r} is not a finite number")
    return Position(ticker, units)


def _user_id(document: Mapping[str, Any]) -> str:
    user_id = document.get("user_id")
    if not isinstance(user_id, str) or not user_id:
        raise DataError(f"A user document (_id {document.get('_id')!r}) has no usable user_id, got {user_id!r}; correct it and store it again.")
    return user_id


def _entries(document: Mapping[str, Any], user_id: str) -> list[Mapping[str, Any]]:
    entries = document.get("portfolios")
    if not isinstance(entries, list | tuple):
        raise _bad(user_id, "portfolios", "it is missing" if entries is None else "it is not a list")
    return [_mapping(entry, user_id, f"portfolios[{i}]") for i, entry in enumerate(entries)]


def _mapping(value: object, user_id: str, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _bad(user_id, field, f"{value!r} is not an object with fields")
    return value


def _text(fields: Mapping[str, Any], field: str, user_id: str, where: str = "", *, default: str | None = None) -> str:
    value = fields.get(field)
    if value is None and default is not None:
        return default
    path = f"{where}.{field}" if where else field
    if not isinstance(value, str):
        raise _bad(user_id, path, "it is missing" if value is None else f"{value!r} is not text")
    if not value.strip() and default is None:
        raise _bad(user_id, path, "it is empty")
    return value


def _moment(value: object, user_id: str, where: str) -> dt.datetime | None:
    """Return a moment in UTC; one without a time zone is taken as UTC, a date as its midnight."""
    match value:
        case None | "":
            return None
        case dt.datetime():
            moment = value
        case dt.date():
            moment = dt.datetime.combine(value, dt.time())
        case str():
            try:
                moment = dt.datetime.fromisoformat(value.strip())
            except ValueError as error:
                raise _bad(user_id, f"{where}.portfolio_created_at", f"{value!r} is not a date and time like 2023-01-31T12:00:00Z") from error
        case _:
            raise _bad(user_id, f"{where}.portfolio_created_at", f"{value!r} is not a date and time")
    if moment.utcoffset() is None:
        return moment.replace(tzinfo=dt.UTC)
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError as error:
        raise _bad(user_id, f"{where}.portfolio_created_at", f"{value!r} lies outside the years 1 to 9999") from error


def _readable(username: str) -> str:
    """Return "William Brown" for "william_brown"; capitals inside a name are kept."""
    return " ".join(part[0].upper() + part[1:] for part in re.split(r"[_.\s]+", username) if part)


def _bad(user_id: str, field: str, why: str) -> DataError:
    return DataError(f"The document of user {user_id!r} cannot be used: {field}: {why}. Correct it and store it again.")
