"""500 tickers x 5 years of prices: from an SQLite store into a price history, and an update of all of them by one day.

Floor of the load: the same bytes read by SQLite alone, and as many numbers copied into a matrix. The update asks a source in memory, so
it is FARP's own work; its floor is one durable write a ticker, which is what makes it safe to kill.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.measure import Row, interleaved, milliseconds
from farp.portfolio import AssetClass, Instrument
from farp.prices import factor_sets
from farp.prices.archive import Archive, Record
from farp.prices.cached import CachedSource
from farp.prices.protocol import Closes, FetchedHistory, Instruments, Outcome, assembled, within
from farp.service.prices import history_of
from farp.settings import Settings, load_settings
from farp.store import SQLITE_FILE, open_store
from farp.store.protocol import PRICES

TICKERS, YEARS = 500, 5
TARGET_SECONDS = 0.3
AT = dt.datetime(2022, 12, 29, tzinfo=dt.UTC)


def filled(folder: Path) -> Settings:
    """Write the records of one source, each ticker with a few holidays of its own."""
    settings = load_settings({"FARP_DATA_DIR": str(folder), "PRICE_SOURCE": "yahoo"})
    rng = np.random.default_rng(1)
    days = np.busday_offset(np.datetime64("2022-12-28"), np.arange(-252 * YEARS + 1, 1), roll="backward")
    with open_store(settings) as store:
        Archive(store, "yahoo").put(_record(f"T{i:03}", days, rng) for i in range(TICKERS))
    return settings


def _record(ticker: str, days: np.ndarray, rng: np.random.Generator) -> Record:
    traded = np.sort(rng.permutation(len(days))[: len(days) - 8])
    return Record(
        source="yahoo",
        ticker=ticker,
        instrument=Instrument(ticker=ticker, name=f"The {ticker} company", asset_class=AssetClass.EQUITY, currency="USD"),
        dates=days[traded],
        closes=100.0 * np.cumprod(1.0 + rng.normal(0.0003, 0.01, len(traded))),
        fetched_at=AT,
        tried_at=AT,
        outcome=Outcome.PRICED,
        described=True,
    )


def floor(file: Path) -> np.ndarray:
    """Read every document's bytes and fill a matrix of that size, knowing where the numbers lie."""
    connection = sqlite3.connect(file)
    try:
        bodies = [row[0] for row in connection.execute("SELECT body FROM prices WHERE user_id = 'yahoo' ORDER BY id")]
    finally:
        connection.close()
    table = np.full((252 * YEARS, len(bodies)), np.nan, order="F")
    count = 252 * YEARS - 8
    for column, body in enumerate(bodies):
        table[:count, column] = np.frombuffer(body, dtype="<f8", count=count)  # any bytes will do
    return table


class Memory:
    """A source that knows every close, and one more a ticker than the store each time it is asked."""

    name = "yahoo"

    def __init__(self, records: list[Record]) -> None:
        self.series = {record.ticker: record.series() for record in records}
        self.asked = 0

    def history(self, tickers: Sequence[str], start: dt.date | None = None, end: dt.date | None = None) -> FetchedHistory:
        self.asked += 1
        parts = []
        for ticker in tickers:
            known = self.series[ticker]
            assert known is not None
            longer = Closes(
                instrument=known.instrument,
                dates=np.append(known.dates, known.dates[-1] + np.timedelta64(1, "D")),
                closes=np.append(known.closes, known.closes[-1] * 1.01),
            )
            self.series[ticker] = longer
            parts.append(within(longer, start, end))
        return assembled(parts, source=self.name, source_label="", benchmark="T000", factors=factor_sets.LIVE)

    def describe(self, tickers: Sequence[str]) -> Instruments:
        return Instruments(known={}, failures={})


def rows(repeats: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        settings = filled(Path(folder))
        file = Path(folder) / SQLITE_FILE
        with open_store(settings) as store:
            assert len(history_of(settings, store).tickers) == TICKERS
            times = interleaved({"floor": lambda: floor(file), "load": lambda: history_of(settings, store)}, repeats)
            size = file.stat().st_size
            archive = Archive(store, "yahoo")
            records = list(archive.all())
            source = CachedSource(Memory(records), archive, source_label="", benchmark="T000", now=lambda: AT)
            tickers = [record.ticker for record in records]
            documents = list(store.list(PRICES, owner="yahoo"))
            times |= interleaved(
                {"writes": lambda: [store.put(PRICES, document | {"user_id": "other", "_id": f"o{document['_id']}"}) for document in documents]}
                | {"update": lambda: source.update(tickers)},
                max(2, repeats // 5),
            )
    return [
        Row(
            what=f"{TICKERS} tickers x {YEARS} years from SQLite ({size / 2**20:.0f} MiB) into a price history",
            measured=milliseconds(times["load"]),
            floor=f"{milliseconds(times['floor'])} bytes read and copied",
            ratio=times["load"] / times["floor"],
            target=f"<= {TARGET_SECONDS * 1e3:.0f} ms",
            ok=times["load"] <= TARGET_SECONDS,
        ),
        Row(
            what=f"  {TICKERS} tickers updated by one day, the source in memory",
            measured=milliseconds(times["update"]),
            floor=f"{milliseconds(times['writes'])} a durable write each",
            ratio=times["update"] / times["writes"],
            target="-",
            ok=None,
        ),
    ]
