"""A loopback Yahoo, a source that asks it without long pauses, and a store in a folder of the test's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from farp.prices.yahoo import Patience, YahooSource
from farp.store import Store
from farp.store.sqlite import SqliteStore
from tests.yahoo_server import Instance, YahooServer

NOW = dt.datetime(2022, 12, 29, 12, tzinfo=dt.UTC)  # a Thursday, before New York opens
LAST = dt.date(2022, 12, 28)
QUICK = Patience(threads=4, timeout_seconds=0.6, attempts=3, pause_seconds=0.0, limit_seconds=0.0, limit_attempts=2)


def weekdays(count: int, last: dt.date = LAST) -> list[dt.date]:
    """The `count` weekdays that end on `last`."""
    days: list[dt.date] = []
    day = last
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day -= dt.timedelta(days=1)
    return days[::-1]


def share(symbol: str, count: int = 40, first: float = 100.0, **facts: object) -> Instance:
    """A US share whose closes rise by a quarter a day."""
    return Instance(symbol=symbol, days=weekdays(count), closes=[first + 0.25 * i for i in range(count)], name=f"{symbol} Inc", **facts)  # type: ignore[arg-type]


@pytest.fixture
def yahoo() -> Iterator[YahooServer]:
    with YahooServer(NOW) as server:
        yield server


@pytest.fixture
def source_of(tmp_path: Path) -> Callable[..., YahooSource]:
    def make(server: YahooServer, patience: Patience = QUICK) -> YahooSource:
        return YahooSource(tmp_path / "yfinance", address=server.address, patience=patience, now=lambda: server.moment, sleep=lambda _: None)

    return make


@pytest.fixture
def source(yahoo: YahooServer, source_of: Callable[..., YahooSource]) -> YahooSource:
    return source_of(yahoo)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with SqliteStore(tmp_path / "farp.sqlite") as opened:
        yield opened
