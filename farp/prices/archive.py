"""Prices in the store: one document a source and ticker, so that every process on every machine shares them.

`merged` decides what a fetched piece of history does to what is stored. It is pure and gives the same answer when repeated, so it
runs inside the store's atomic `update`: two processes that update at once, or one that is killed, leave whole documents.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np

from farp.engine.checks import Floats
from farp.errors import DataError
from farp.format import day as shown_day
from farp.market import Dates, as_date
from farp.portfolio import AssetClass, Instrument
from farp.prices.protocol import Closes, Outcome
from farp.store.codec import pack, unpack
from farp.store.protocol import PRICES, Document, Store

SAME = 1e-6  # relative; Yahoo's own rounding moves a close by up to 1e-7 from one answer to the next, a dividend by more than 1e-5
OVERLAP = 10  # closes that are fetched again, to see whether the past is still the same
EVENTS_KEPT = 20
CORRECTABLE = ("name", "asset_class", "sector", "country")

_NO_DATES: Dates = np.zeros(0, dtype="datetime64[D]")
_NO_CLOSES: Floats = np.zeros(0)


class Change(StrEnum):
    """What `merged` did."""

    FIRST = "first"  # there was nothing before
    APPENDED = "appended"
    UNCHANGED = "unchanged"
    EXTENDED = "extended"  # a whole history with the same past and closes that were not stored
    REPLACED = "replaced"  # a whole history in place of the stored one, whose past was another one
    SHORT = "short"  # another past, and most of it not there: what is stored is kept
    REFUSED = "refused"  # the past is another one: fetch the whole history


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a series and that its reader should know."""

    at: dt.datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Record:
    """What is stored of one ticker of one source.

    `since` is the day from which it was asked for (None: all there is), `fetched_at` when the source last answered, `tried_at` when it
    was last asked; `outcome` and `message` say how that ended. `corrections` are facts the user set, over those of the source.
    `described` says whether the facts came from the source's own description or only from its chart.
    """

    source: str
    ticker: str
    instrument: Instrument | None = None
    dates: Dates = field(default_factory=lambda: _NO_DATES)
    closes: Floats = field(default_factory=lambda: _NO_CLOSES)
    since: dt.date | None = None
    fetched_at: dt.datetime | None = None
    tried_at: dt.datetime | None = None
    outcome: Outcome = Outcome.MISSING
    message: str = ""
    described: bool = False
    corrections: Mapping[str, str] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    @property
    def first_date(self) -> dt.date | None:
        """The first day with a close."""
        return as_date(self.dates[0]) if len(self.dates) else None

    @property
    def last_date(self) -> dt.date | None:
        """The last day with a close."""
        return as_date(self.dates[-1]) if len(self.dates) else None

    @property
    def facts(self) -> Instrument | None:
        """What is known about the instrument, the user's corrections over the source's word."""
        if self.instrument is None or not self.corrections:
            return self.instrument
        changes: dict[str, Any] = {name: value for name, value in self.corrections.items() if name in CORRECTABLE}
        if "asset_class" in changes:
            changes["asset_class"] = AssetClass(changes["asset_class"])
        return replace(self.instrument, **changes)

    def series(self) -> Closes | None:
        """Return the closes, None when there are none."""
        facts = self.facts
        return Closes(instrument=facts, dates=self.dates, closes=self.closes) if facts is not None and len(self.dates) else None


def empty(source: str, ticker: str) -> Record:
    """Return the record of a ticker nothing is known about."""
    return Record(source=source, ticker=ticker)


def tail_start(record: Record) -> dt.date | None:
    """Return from which day on to fetch, so that the last closes that are stored are seen again; None for a first fetch."""
    return as_date(record.dates[-min(OVERLAP, len(record.dates))]) if len(record.dates) else None


def merged(record: Record, fetched: Closes, *, whole_since: dt.date | None, whole: bool, at: dt.datetime) -> tuple[Record, Change]:
    """Return the record with `fetched` in it, and what that did.

    A tail must repeat the closes that are stored for its days, else nothing is changed: the past is another one (a split, a dividend, a
    correction), and only the whole history can say what it is now. A whole history with another past replaces what is stored, unless it
    leaves out more than a tenth of the stored closes at their beginning: a short answer destroys no history. With the same past, stored
    closes before and after those of the answer are kept.

    Parameters
    ----------
    fetched
        Closes from some day on, in order; at least one.
    whole
        Whether that is all the source has from `whole_since` on (None: from the first day).
    at
        When the source answered.
    """
    answered = replace(record, instrument=_newer_facts(record, fetched.instrument), fetched_at=at, tried_at=at, outcome=Outcome.PRICED, message="")
    if not len(record.dates):
        return replace(answered, dates=fetched.dates, closes=fetched.closes, since=whole_since), Change.FIRST
    if whole:
        changed = difference(record, fetched)
        earlier = record.dates < fetched.dates[0]
        if (changed is not None and 10 * int(earlier.sum()) > len(record.dates)) or earlier.all():
            return failed(record, Outcome.FAILED, _too_short(record, fetched), at), Change.SHORT
        if changed is not None:
            events = (*record.events, Event(at=at, text=f"Fetched anew: {changed}"))[-EVENTS_KEPT:]
            return replace(answered, dates=fetched.dates, closes=fetched.closes, since=whole_since, events=events), Change.REPLACED
        later = record.dates > fetched.dates[-1]  # closes the source has lost again for the moment
        dates = np.concatenate([record.dates[earlier], fetched.dates, record.dates[later]])
        closes = np.concatenate([record.closes[earlier], fetched.closes, record.closes[later]])
        same = np.array_equal(dates, record.dates)
        return replace(answered, dates=dates, closes=closes, since=whole_since), Change.UNCHANGED if same else Change.EXTENDED
    if difference(record, fetched) is not None:
        return record, Change.REFUSED
    new = fetched.dates > record.dates[-1]
    if not new.any():
        return answered, Change.UNCHANGED
    dates, closes = np.concatenate([record.dates, fetched.dates[new]]), np.concatenate([record.closes, fetched.closes[new]])
    return replace(answered, dates=dates, closes=closes), Change.APPENDED


def _too_short(record: Record, fetched: Closes) -> str:
    return (
        f"The source has another past of {record.ticker} now, and only from {shown_day(as_date(fetched.dates[0]))} on, where"
        f" {shown_day(record.first_date)} is stored; what is stored was kept. Forget {record.ticker} and update if the new one is right."
    )


def difference(record: Record, fetched: Closes) -> str | None:
    """Say in which close the two first differ on the days both speak about; None when they agree.

    Only days from the later of the two beginnings to the earlier of the two ends count: the last closes that a source has lost again
    for the moment are no other past.
    """
    if not len(fetched.dates) or not len(record.dates):
        return None
    first, last = max(fetched.dates[0], record.dates[0]), min(fetched.dates[-1], record.dates[-1])
    ours, theirs = (record.dates >= first) & (record.dates <= last), (fetched.dates >= first) & (fetched.dates <= last)
    stored_days, stored = record.dates[ours], record.closes[ours]
    days, closes = fetched.dates[theirs], fetched.closes[theirs]
    if not np.array_equal(stored_days, days):
        gone, come = np.setdiff1d(stored_days, days), np.setdiff1d(days, stored_days)
        day, what = (gone[-1], "is not there any more") if len(gone) else (come[-1], "is there now and was not before")
        return f"the close of {shown_day(as_date(day))} {what}."
    unlike = np.flatnonzero(np.abs(closes - stored) > SAME * stored)
    if not len(unlike):
        return None
    worst = int(unlike[-1])
    return (
        f"the close of {shown_day(as_date(days[worst]))} was {stored[worst]:.6g} and is {closes[worst]:.6g} now,"
        " as after a split, a dividend or a correction."
    )


def failed(record: Record, outcome: Outcome, message: str, at: dt.datetime) -> Record:
    """Return the record after the source did not serve the ticker; what is stored is kept."""
    return replace(record, outcome=outcome, message=message, tried_at=at)


def _newer_facts(record: Record, quoted: Instrument) -> Instrument:
    if record.instrument is None or not record.described:
        return quoted
    return replace(record.instrument, currency=quoted.currency)


class Archive:
    """The records of one source in a store."""

    def __init__(self, store: Store, source: str) -> None:
        self._store = store
        self.source = source

    def get(self, ticker: str) -> Record:
        """Return what is stored of `ticker`, an empty record when there is nothing."""
        return self._readable(self._store.get(PRICES, self._id(ticker)), ticker)

    def all(self) -> Iterator[Record]:
        """Yield every record, ordered by ticker."""
        for document in self._store.list(PRICES, owner=self.source):
            yield self._readable(document, str(document["_id"]).partition(":")[2])

    def some(self, tickers: Iterable[str]) -> dict[str, Record]:
        """Return the records of `tickers`, each once."""
        return {ticker: self.get(ticker) for ticker in dict.fromkeys(tickers)}

    def merge(self, fetched: Closes, *, whole_since: dt.date | None, whole: bool, at: dt.datetime) -> Change:
        """Put `fetched` into its ticker's record, atomically; see `merged`."""
        done = Change.REFUSED

        def change(document: Document | None) -> Document:
            nonlocal done
            record = self._readable(document, fetched.ticker)
            after, done = merged(record, fetched, whole_since=whole_since, whole=whole, at=at)
            return self._document(after)

        self._store.update(PRICES, self._id(fetched.ticker), change)
        return done

    def change(self, ticker: str, how: Callable[[Record], Record]) -> Record:
        """Give the record of `ticker` to `how`, write what it returns, atomically, and return that."""

        def change(document: Document | None) -> Document:
            return self._document(how(self._readable(document, ticker)))

        return record_of(self._store.update(PRICES, self._id(ticker), change))

    def put(self, records: Iterable[Record]) -> None:
        """Write whole records."""
        self._store.put_many(PRICES, [self._document(record) for record in records])

    def delete(self, ticker: str) -> bool:
        """Remove the record of `ticker`, return whether there was one."""
        return self._store.delete(PRICES, self._id(ticker))

    def _readable(self, document: Document | None, ticker: str) -> Record:
        """Return the record in `document`; one that is damaged counts as nothing stored, and says so until it is fetched anew."""
        if document is None:
            return empty(self.source, ticker)
        try:
            return record_of(document)
        except DataError as error:
            return replace(empty(self.source, ticker), outcome=Outcome.FAILED, message=str(error))

    def _id(self, ticker: str) -> str:
        return f"{self.source}:{ticker}"

    def _document(self, record: Record) -> Document:
        return {
            "_id": self._id(record.ticker),
            "user_id": self.source,  # the store's one index; here it groups the documents of a source
            "ticker": record.ticker,
            "instrument": None if record.instrument is None else asdict(record.instrument),
            "dates": pack(record.dates),
            "closes": pack(record.closes),
            "since": record.since,
            "fetched_at": record.fetched_at,
            "tried_at": record.tried_at,
            "outcome": record.outcome.value,
            "message": record.message,
            "described": record.described,
            "corrections": dict(record.corrections),
            "events": [{"at": event.at, "text": event.text} for event in record.events],
        }


def record_of(document: Document) -> Record:
    """Return the record in `document`.

    Raises
    ------
    DataError
        The document is not what `Archive` writes.
    """
    try:
        facts, since = document["instrument"], document["since"]
        dates, closes = unpack(document["dates"]), unpack(document["closes"])
        record = Record(
            source=document["user_id"],
            ticker=document["ticker"],
            instrument=None if facts is None else Instrument(**{**facts, "asset_class": AssetClass(facts["asset_class"])}),
            dates=dates.astype("datetime64[D]", copy=False),
            closes=closes.astype(np.float64, copy=False),
            since=None if since is None else dt.date.fromisoformat(since),
            fetched_at=document["fetched_at"],
            tried_at=document["tried_at"],
            outcome=Outcome(document["outcome"]),
            message=document["message"],
            described=document["described"],
            corrections=document["corrections"],
            events=tuple(Event(at=event["at"], text=event["text"]) for event in document["events"]),
        )
    except (DataError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"The stored prices {document.get('_id')!r} are damaged ({type(error).__name__}) and are not used; update, or bring the file again."
        ) from error
    if dates.ndim != 1 or dates.shape != closes.shape:
        raise DataError(
            f"The stored prices {document['_id']!r} have {dates.size} days and {closes.size} closes and are not used;"
            " update, or bring the file again."
        )
    return record
