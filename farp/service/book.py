"""The book: one small document per portfolio, so that ten thousand of them are read and shown at once.

The nightly run writes these lines beside its larger results, saving or deleting a portfolio writes or removes its line in the same call.
A line always holds what the portfolio holds now; its figures are gone as soon as the positions change.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farp.analysis.book_past import POINTS, Past
from farp.analysis.book_total import Pooled, pooled
from farp.engine.checks import TRADING_DAYS, Floats
from farp.errors import DataError, FarpError
from farp.market import PriceHistory
from farp.portfolio import Portfolio
from farp.store.protocol import BOOK, PORTFOLIOS, USER_PORTFOLIOS, Document, Store
from farp.store.users import portfolios_of

CONFIDENCE, HORIZON_DAYS = 0.95, 1
"""Of the VaR and the expected shortfall in a line."""
VALUE_AT_RISK_LIMIT = 0.02
"""The house's limit of that VaR, as a fraction of the value."""

_CONTENT = ("currency", "tickers", "quantities")
_NUMBER, _BYTES = "<f8", 8
_BETWEEN = "\x1f"  # between tickers: the separator of units, which no ticker has
_REVISION_ID = "revision"  # no portfolio's: their ids have a dot


class State(StrEnum):
    """How a line stands: computed from the prices in use, from older ones, not computed since it changed or at all, or not computable."""

    CURRENT = "current"
    OLD_PRICES = "old prices"
    WAITING = "waiting"
    FAILED = "failed"


_STATES = {state.value: state for state in State}


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What the portfolios of a book hold, entry by entry: portfolio number `row` holds `quantity` of ticker number `column`.

    `row`, `column`, `quantity` have shape (n_entries,); `tickers` are the columns' names.
    """

    tickers: tuple[str, ...]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    quantity: Floats


@dataclass(frozen=True, kw_only=True)
class Book:
    """Portfolios line by line, sorted by owner and id; arrays have shape (n_portfolios,).

    Money is in the line's own `currency`, rates are fractions a year, `value_at_risk` and `expected_shortfall` those of one day at 95 %,
    `worst_stress` the P&L in the worst crisis of the past (`worst_stress_name`). NaN is what is not known. `past` (n_portfolios, 24) is the
    value of today's quantities over the lookback. `reason` says why a failed one has no figures.
    """

    id: tuple[str, ...]
    owner: tuple[str, ...]
    owner_name: tuple[str, ...]
    name: tuple[str, ...]
    currency: tuple[str, ...]
    state: tuple[State, ...]
    reason: tuple[str, ...]
    date: tuple[str, ...]
    worst_stress_name: tuple[str, ...]
    excluded: NDArray[np.int64]
    value: Floats
    value_at_risk: Floats
    expected_shortfall: Floats
    volatility: Floats
    mean_return: Floats
    beta: Floats
    worst_stress: Floats
    past: Floats
    holdings: Holdings
    computed_at: dt.datetime | None = None
    """When the last of the figures was computed."""
    problems: tuple[str, ...] = ()
    """Owners whose documents cannot be read."""
    uploads_waiting: int = 0
    """Uploaded users that no run has turned into portfolios yet."""
    needle: tuple[str, ...] = field(default=(), repr=False)
    """Names and ids in small letters, to be searched in."""

    def __len__(self) -> int:
        return len(self.id)

    def count(self, state: State) -> int:
        """Return how many lines are in `state`."""
        return sum(one is state for one in self.state)

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """The base currencies of the portfolios, each once, sorted."""
        return tuple(sorted(set(self.currency)))

    @cached_property
    def utilisation(self) -> Floats:
        """VaR as a fraction of the house's limit, NaN where the value is not positive: (n_portfolios,)."""
        used = np.full(len(self), np.nan)
        np.divide(self.value_at_risk, VALUE_AT_RISK_LIMIT * self.value, out=used, where=self.value > 0)
        return used

    def of_value(self, amounts: Floats) -> Floats:
        """Return amounts of the lines as fractions of their values, NaN where the value is not positive."""
        shares = np.full(len(self), np.nan)
        np.divide(amounts, self.value, out=shares, where=self.value > 0)
        return shares

    def rates(self, history: PriceHistory, base_currency: str) -> Floats:
        """Return what one unit of each line's currency is worth in `base_currency` by the last known rate, NaN where there is none."""
        worth = {currency: _last_rate(history, currency, base_currency) for currency in self.currencies}
        return np.array([worth[currency] for currency in self.currency], dtype=np.float64)

    def pooled(self) -> Pooled:
        """Return what all lines hold together."""
        return pooled(self.holdings.tickers, self.holdings.column, self.holdings.quantity)

    def matching(self, text: str = "", owner: str = "", states: Iterable[State] = ()) -> NDArray[np.bool_]:
        """Return which lines have every word of `text` in name or id, `owner` in the owner's id or name, and one of `states` (none: any)."""
        chosen = np.ones(len(self), dtype=bool)
        for word in text.lower().split():
            chosen &= np.fromiter((word in one for one in self.needle), dtype=bool, count=len(self))
        if owner := owner.strip().lower():
            owners = zip(self.owner, self.owner_name, strict=True)
            chosen &= np.fromiter((owner in key.lower() or owner in name.lower() for key, name in owners), dtype=bool, count=len(self))
        if wanted := frozenset(states):
            chosen &= np.fromiter((one in wanted for one in self.state), dtype=bool, count=len(self))
        return chosen

    def chosen(self, which: NDArray[np.bool_]) -> Book:
        """Return the lines for which `which` is true."""
        if which.all():
            return self
        places = np.flatnonzero(which)
        parts: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name in {"problems", "holdings"}:
                continue
            if isinstance(value, tuple):
                parts[one.name] = tuple(value[place] for place in places)
            elif isinstance(value, np.ndarray):
                parts[one.name] = value[places]
        kept = which[self.holdings.row]
        number = np.cumsum(which) - 1
        parts["holdings"] = replace(
            self.holdings,
            row=number[self.holdings.row[kept]],
            column=self.holdings.column[kept],
            quantity=self.holdings.quantity[kept],
        )
        return replace(self, **parts)


def figures_of(headline: Mapping[str, Any], past: Past) -> Document:
    """Return the figures of a line: of the document of a headline with its `worst_stress`, and of the past."""
    figure = headline["var"][f"{100 * CONFIDENCE:g}_{HORIZON_DAYS}d"]
    worst = headline.get("worst_stress")
    return {
        "date": headline["date"],
        "value": headline["portfolio_value"],
        "value_at_risk": figure["var_amount"],
        "expected_shortfall": figure["expected_shortfall_amount"],
        "volatility": headline["volatility"][f"{TRADING_DAYS}d"],
        "mean_return": past.mean_return,
        "beta": headline["beta"],
        "worst_stress": worst["profit_and_loss_amount"] if worst else None,
        "worst_stress_name": worst["name"] if worst else "",
        "excluded": len(headline["excluded"]),
        "past": _packed(past.value),
    }


def line(portfolio: Portfolio, **results: Any) -> Document:
    """Return the document of `portfolio`; `results` are its figures with `state`, `basis` and `computed_at`, none while it waits."""
    document = {
        "_id": portfolio.id,
        "user_id": portfolio.owner_id,
        "owner_name": portfolio.owner_name,
        "name": portfolio.name,
        "currency": portfolio.base_currency,
        "tickers": _BETWEEN.join(position.ticker.replace(_BETWEEN, " ") for position in portfolio.positions),
        "quantities": _packed([position.quantity for position in portfolio.positions]),
    }
    return document | {"state": State.WAITING.value} | results


def write_lines(store: Store, lines: Iterable[Document]) -> None:
    """Write lines, and let readers know."""
    if store.put_many(BOOK, lines):
        touch(store)


def note(store: Store, portfolio: Portfolio) -> None:
    """Bring the line of `portfolio` up to date: another name is taken over; figures of other positions go, and it waits for the next run."""
    fresh = line(portfolio)

    def change(found: Document | None) -> Document:
        if found is None or any(found.get(key) != fresh[key] for key in _CONTENT):
            return fresh
        return {**found, "name": fresh["name"], "owner_name": fresh["owner_name"]}

    store.update(BOOK, portfolio.id, change)
    touch(store)


def remove(store: Store, ids: Iterable[str]) -> None:
    """Remove the lines of portfolios that are gone."""
    removed = [store.delete(BOOK, key) for key in ids]
    if any(removed):
        touch(store)


def touch(store: Store) -> None:
    """Give the book a new revision; done after the lines are written, so that who sees it reads them."""
    store.put(BOOK, {"_id": _REVISION_ID, "user_id": "", "revision": uuid.uuid4().hex})


def revision(store: Store) -> str:
    """Return a text that is another one whenever the book is; costs no reading of it."""
    known = store.get(BOOK, _REVISION_ID) or {}
    return f"{known.get('revision', '')} {store.count(BOOK)} {store.count(PORTFOLIOS)} {store.count(USER_PORTFOLIOS)}"


def read_book(store: Store, basis: str, on_error: Callable[[FarpError], None] | None = None) -> Book:
    """Return the whole book.

    Parameters
    ----------
    basis
        What results are current with, as the run writes it: figures of another one are of older prices.
    on_error
        Gets the error of every document that cannot be read; without it, the errors are in the book's `problems`.

    Raises
    ------
    SourceUnavailable
        The store does not answer.
    """
    problems: list[str] = []
    report = on_error or (lambda error: problems.append(str(error)))
    owners = set(store.ids(PORTFOLIOS))
    lines = [document for document in store.list(BOOK) if document.get("user_id") in owners and _is_line(document)]
    without = owners - {document["user_id"] for document in lines}
    lines += [line(portfolio) for portfolio in _portfolios_of(store, without, report)]
    lines.sort(key=lambda document: (str(document["user_id"]), str(document["_id"])))
    uploads = sum(key not in owners for key in store.ids(USER_PORTFOLIOS))
    book = _book(lines, basis)
    return replace(book, problems=tuple(problems), uploads_waiting=uploads)


def _portfolios_of(store: Store, owners: set[str], report: Callable[[FarpError], None]) -> Iterator[Portfolio]:
    """Yield the portfolios of `owners` from their own documents."""
    documents: Iterable[Document | None]
    if len(owners) > 100:  # then reading all is cheaper than asking one by one
        documents = (document for document in store.list(PORTFOLIOS) if document["_id"] in owners)
    else:
        documents = (store.get(PORTFOLIOS, owner) for owner in sorted(owners))
    for document in documents:
        if document is None:
            continue
        try:
            yield from portfolios_of(document)
        except DataError as error:
            report(error)


def _is_line(document: Document) -> bool:
    """Whether `document` is a line as this FARP writes it; another one counts as missing."""
    match document:
        case {"tickers": str(tickers), "quantities": bytes(quantities), "state": str(state)} if state in _STATES:
            return len(quantities) == _BYTES * (tickers.count(_BETWEEN) + 1 if tickers else 0)
    return False


def _book(lines: Sequence[Document], basis: str) -> Book:
    def text(name: str) -> tuple[str, ...]:
        return tuple(document.get(name) or "" for document in lines)

    def numbers(name: str) -> Floats:
        return np.array([_number(document.get(name)) for document in lines], dtype=np.float64)

    counts = np.array([len(document["quantities"]) // _BYTES for document in lines], dtype=np.int64)
    number: dict[str, int] = {}
    held = (document["tickers"].split(_BETWEEN) for document in lines if document["tickers"])
    column = [number.setdefault(ticker, len(number)) for tickers in held for ticker in tickers]
    computed = [document["computed_at"] for document in lines if document.get("computed_at")]
    ids, names = text("_id"), text("name")
    return Book(
        id=ids,
        owner=text("user_id"),
        owner_name=text("owner_name"),
        name=names,
        currency=text("currency"),
        state=tuple(_state(document, basis) for document in lines),
        reason=text("reason"),
        date=text("date"),
        worst_stress_name=text("worst_stress_name"),
        excluded=np.array([document.get("excluded", 0) for document in lines], dtype=np.int64),
        value=numbers("value"),
        value_at_risk=numbers("value_at_risk"),
        expected_shortfall=numbers("expected_shortfall"),
        volatility=numbers("volatility"),
        mean_return=numbers("mean_return"),
        beta=numbers("beta"),
        worst_stress=numbers("worst_stress"),
        past=np.frombuffer(b"".join(_whole(document.get("past")) for document in lines), dtype=_NUMBER).reshape(len(lines), POINTS),
        holdings=Holdings(
            tickers=tuple(number),
            row=np.repeat(np.arange(len(lines)), counts),
            column=np.array(column, dtype=np.int64),
            quantity=np.frombuffer(b"".join(document["quantities"] for document in lines), dtype=_NUMBER),
        ),
        computed_at=max(computed, default=None),
        needle=tuple(f"{name} {key}".lower() for name, key in zip(names, ids, strict=True)),
    )


def _packed(values: ArrayLike) -> bytes:
    """Return numbers as plain bytes: those of all lines are joined and read at once, where arrays of their own would be read one by one."""
    return np.asarray(values, dtype=_NUMBER).tobytes()


def _whole(past: bytes | None) -> bytes:
    """Return the bytes of exactly so many points, NaN where there is none."""
    return (past or b"").rjust(POINTS * _BYTES, b"\xff")[-POINTS * _BYTES :]  # eight bytes of ones are a NaN


def _last_rate(history: PriceHistory, currency: str, base_currency: str) -> float:
    series = history.fx_rate(currency, base_currency)
    known = series[np.isfinite(series)] if series is not None else np.empty(0)
    return float(known[-1]) if len(known) else np.nan


def _state(document: Document, basis: str) -> State:
    state = _STATES[document["state"]]
    return State.OLD_PRICES if state is State.CURRENT and document.get("basis") != basis else state


def _number(value: float | None) -> float:
    return np.nan if value is None else value
