"""The bundled sample: real daily closes of 118 instruments, read from the package's own data.

For demonstration and tests, not for investment decisions; where each price comes from is in `farp/sample/README.md`.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources

import numpy as np

from farp.errors import DataError
from farp.market import Dates, Floats, PriceHistory, as_date
from farp.portfolio import UNCLASSIFIED, AssetClass, Instrument
from farp.prices import factor_sets
from farp.prices.protocol import Failure, FetchedHistory, Instruments, Outcome, assembled, series_of, span, within

BENCHMARK = "^GSPC"

_ASSET_CLASS = {
    "equity": AssetClass.EQUITY,
    "equity ETF": AssetClass.EQUITY,
    "equity index": AssetClass.EQUITY,
    "bond ETF": AssetClass.FIXED_INCOME,
    "bond index": AssetClass.FIXED_INCOME,
    "commodity": AssetClass.COMMODITY,
    "commodity ETF": AssetClass.COMMODITY,
    "crypto": AssetClass.CRYPTO,
    "fx": AssetClass.FX,
    "cash ETF": AssetClass.CASH,
    "volatility index": AssetClass.UNCLASSIFIED,
}
_NOT_HOLDABLE = frozenset({"volatility index"})  # a level nobody can buy or sell, so it has no market value
_SECTOR_IF_BLANK = {"crypto": "Crypto", "fx": "Currencies"}

_MICROSECONDS_A_DAY = 86_400_000_000


@functools.cache
def load_sample() -> PriceHistory:
    """Return the bundled prices; read once a process, the same immutable value every time.

    Returns
    -------
    PriceHistory
        118 tickers, daily to 28 December 2022, benchmark `^GSPC`, factor set `sample`.

    Raises
    ------
    DataError
        The instrument list names a kind of instrument FARP does not know.
    """
    files = resources.files("farp.sample")
    dates, tickers, closes = _read_closes(files.joinpath("prices.parquet").read_bytes())
    last = as_date(dates[-1])
    return PriceHistory(
        dates=dates,
        tickers=tickers,
        closes=closes,
        instruments=instruments_from_csv(files.joinpath("instruments.csv").read_text(encoding="utf-8").splitlines()),
        source="sample",
        source_label=f"Sample data, {last.day} {last:%B %Y}",
        benchmark=BENCHMARK,
        factors=factor_sets.SAMPLE,
    )


class SampleSource:
    """The bundled prices as a price source: always there, never any newer."""

    name = "sample"

    def history(self, tickers: Sequence[str], start: dt.date | None = None, end: dt.date | None = None) -> FetchedHistory:
        """Return the closes of `tickers` among the bundled ones; the others are missing."""
        first, last = span(start, end)
        whole = load_sample()
        found = {ticker: series_of(whole, ticker) for ticker in dict.fromkeys(tickers)}
        series = [within(one, first, last) for one in found.values() if one is not None]
        failures = {ticker: _missing(ticker) for ticker, one in found.items() if one is None}
        failures |= {one.ticker: _missing(one.ticker, " in the days asked for") for one in series if not len(one.dates)}
        return assembled(
            series, source=self.name, source_label=whole.source_label, benchmark=whole.benchmark, factors=whole.factors, failures=failures
        )

    def describe(self, tickers: Sequence[str]) -> Instruments:
        """Return the facts of the bundled instruments among `tickers`."""
        instruments = load_sample().instruments
        return Instruments(
            known={ticker: instruments[ticker] for ticker in dict.fromkeys(tickers) if ticker in instruments},
            failures={ticker: _missing(ticker) for ticker in dict.fromkeys(tickers) if ticker not in instruments},
        )


def _missing(ticker: str, when: str = "") -> Failure:
    return Failure(ticker=ticker, outcome=Outcome.MISSING, message=f"The sample has no closes of {ticker}{when}.")


def instruments_from_csv(lines: Iterable[str]) -> dict[str, Instrument]:
    """Return the instruments listed in `lines` of CSV text with a heading, by ticker.

    Raises
    ------
    DataError
        A row has an `asset_class` FARP does not know; the message names the ticker and the known kinds.
    """
    return {row["ticker"]: _instrument(row) for row in csv.DictReader(lines)}


def _instrument(row: Mapping[str, str]) -> Instrument:
    kind = row["asset_class"]
    if kind not in _ASSET_CLASS:
        raise DataError(f"The sample's instrument list calls {row['ticker']} a {kind!r}; known are {', '.join(_ASSET_CLASS)}.")
    return Instrument(
        ticker=row["ticker"],
        name=row["name"],
        asset_class=_ASSET_CLASS[kind],
        currency=row["currency"],
        sector=row["sector"] or _SECTOR_IF_BLANK.get(kind, UNCLASSIFIED),
        country=row["country"] or UNCLASSIFIED,
        price_kind=row["kind"],
        source=row["source"],
        holdable=kind not in _NOT_HOLDABLE,
    )


def _read_closes(parquet: bytes) -> tuple[Dates, tuple[str, ...], Floats]:
    """Spread the long table (date, ticker, close) into dates (n_days,), tickers and closes (n_days, n_tickers)."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    # The ticker column stays dictionary-encoded, so half a million strings are never made.
    table = ParquetFile(pa.BufferReader(parquet), read_dictionary=["ticker"]).read(columns=["date", "ticker", "close"])
    ticker = table.column("ticker").unify_dictionaries().combine_chunks()
    names = tuple(ticker.dictionary.to_pylist())
    # DLPack hands over the numbers as they lie in memory; Arrow's own `to_numpy` would import pandas first (150 ms).
    microseconds = np.from_dlpack(table.column("date").cast(pa.timestamp("us")).cast(pa.int64()).combine_chunks())
    days = microseconds // _MICROSECONDS_A_DAY

    first = int(days.min())
    traded = np.zeros(int(days.max()) - first + 1, dtype=bool)
    traded[days - first] = True
    row_of_day = np.cumsum(traded) - 1

    closes = np.full((int(traded.sum()), len(names)), np.nan, order="F")
    closes[row_of_day[days - first], np.from_dlpack(ticker.indices)] = np.from_dlpack(table.column("close").combine_chunks())
    closes.flags.writeable = False  # read-only and ours alone: PriceHistory keeps it without a copy
    dates = (np.flatnonzero(traded) + first).astype("datetime64[D]")
    return dates, names, closes
