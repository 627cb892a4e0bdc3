"""Prices in every kind of store: what is put in comes out to the last bit, and writers at once lose nothing."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import numpy as np

from farp.prices.archive import Archive, Change, Event, Record, empty
from farp.prices.protocol import Closes, Outcome
from farp.store import Store
from tests.markets import instrument, weekdays

AT = dt.datetime(2022, 12, 29, 6, 30, tzinfo=dt.UTC)
DAYS = weekdays(60)
CLOSES = 100.0 * np.exp(np.linspace(0.0, 0.3, 60)) / 3.0


def part(first: int, stop: int) -> Closes:
    return Closes(instrument=instrument("BRK.B"), dates=DAYS[first:stop], closes=CLOSES[first:stop])


def test_a_record_comes_back_as_it_was(store: Store, open_again: Callable[[], Store]) -> None:
    record = Record(
        source="yahoo",
        ticker="BRK.B",
        instrument=instrument("BRK.B", currency="EUR"),
        dates=DAYS,
        closes=CLOSES,
        since=dt.date(2007, 1, 1),
        fetched_at=AT,
        tried_at=AT,
        outcome=Outcome.STALE,
        message="Old.",
        described=True,
        corrections={"sector": "Robots"},
        events=(Event(at=AT, text="Fetched anew."),),
    )
    Archive(store, "yahoo").put([record])
    found = Archive(open_again(), "yahoo").get("BRK.B")
    assert np.array_equal(found.dates, DAYS)
    assert np.array_equal(found.closes, CLOSES)
    for name in ("instrument", "since", "fetched_at", "tried_at", "outcome", "message", "described", "corrections", "events"):
        assert getattr(found, name) == getattr(record, name), name
    assert found.facts is not None
    assert found.facts.sector == "Robots"


def test_sources_are_kept_apart(store: Store) -> None:
    Archive(store, "yahoo").put([empty("yahoo", "A"), empty("yahoo", "B")])
    Archive(store, "own").put([empty("own", "A")])
    assert [record.ticker for record in Archive(store, "yahoo").all()] == ["A", "B"]
    assert [record.ticker for record in Archive(store, "own").all()] == ["A"]
    assert Archive(store, "own").delete("A") is True
    assert Archive(store, "own").delete("A") is False
    assert len(list(Archive(store, "yahoo").all())) == 2


def test_writers_at_once_with_tails_of_different_length_leave_the_whole_history(open_again: Callable[[], Store]) -> None:
    Archive(open_again(), "yahoo").merge(part(0, 20), whole_since=None, whole=True, at=AT)
    changes: list[Change] = []

    def write(store: Store, stop: int) -> None:
        changes.append(Archive(store, "yahoo").merge(part(15, stop), whole_since=None, whole=False, at=AT))

    threads = [threading.Thread(target=write, args=(open_again(), stop)) for stop in (30, 40, 50, 60, 25, 60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    record = Archive(open_again(), "yahoo").get("BRK.B")
    assert len(changes) == 6
    assert Change.REFUSED not in changes
    assert np.array_equal(record.dates, DAYS)
    assert np.array_equal(record.closes, CLOSES)
