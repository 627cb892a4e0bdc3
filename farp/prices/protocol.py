"""What a price source can do, whatever stands behind it, and what it says about the tickers it could not serve.

The sources (`sample`, `yahoo`, `cached`, `own`) pass the same contract tests. A source answers for as many tickers as it can:
one bad ticker never costs the others, and never goes unnoticed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

import numpy as np

from farp.engine.checks import Floats
from farp.errors import InvalidInput
from farp.market import Dates, FactorSet, PriceHistory
from farp.portfolio import Instrument

Progress = Callable[[int, int, str], None]  # how many are done, of how many, and which one it was


class Outcome(StrEnum):
    """How a request for one ticker ended."""

    PRICED = "priced"
    STALE = "stale"  # there are prices, but none of the last business days: delisted, renamed or halted
    MISSING = "missing"  # the source has no prices under this ticker
    FAILED = "failed"  # the source did not answer; what was known before is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A ticker that was asked for and not served. `outcome` is missing or failed, `message` one sentence.

    `everywhere` says that every other ticker would meet the same: the source cannot be reached, or wants no more requests.
    """

    ticker: str
    outcome: Outcome
    message: str
    everywhere: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class FetchedHistory(PriceHistory):
    """A price history, and by ticker what is wrong with the ones that are not (or not freshly) in it."""

    failures: Mapping[str, Failure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the failures read-only."""
        super().__post_init__()
        object.__setattr__(self, "failures", MappingProxyType(dict(self.failures)))

    def unknown_because(self, ticker: str) -> str:
        """Say why there is nothing under `ticker`: what the source answered when it was asked, or that it was not."""
        failure = self.failures.get(ticker)
        if failure is not None:
            return failure.message
        return f"it has not been fetched yet ({self.source_label}); update the prices, or check its spelling."

    def __getstate__(self) -> dict[str, object]:
        return super().__getstate__() | {"failures": dict(self.failures)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """Facts about tickers, and what is wrong with those about which nothing is known."""

    known: Mapping[str, Instrument]
    failures: Mapping[str, Failure]


class PriceSource(Protocol):
    """Daily closes and facts by ticker."""

    @property
    def name(self) -> str:
        """The word for it in settings and documents."""
        ...

    def history(self, tickers: Sequence[str], start: dt.date | None = None, end: dt.date | None = None) -> PriceHistory:
        """Return the closes of `tickers` from `start` to `end`, both included; None is as far as there are any.

        A ticker without a close in that span is not among the history's tickers. Why is in `failures` where the source has a
        reason (a `FetchedHistory`); days without a close are NaN and nothing is filled.

        Raises
        ------
        InvalidInput
            `start` lies after `end`.
        """
        ...

    def describe(self, tickers: Sequence[str]) -> Instruments:
        """Return what is known about `tickers`: name, class, sector, country, currency."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Closes:
    """The closes of one ticker in the instrument's own currency: `dates` ascend, every close is positive and finite. Shapes (n_days,)."""

    instrument: Instrument
    dates: Dates
    closes: Floats

    @property
    def ticker(self) -> str:
        """The instrument's ticker."""
        return self.instrument.ticker


def closes_of(instrument: Instrument, dates: Dates, closes: Floats) -> Closes:
    """Return the days with a usable close, in order, the last one of a day that is there twice.

    Examples
    --------
    >>> from farp.portfolio import AssetClass
    >>> gold = Instrument(ticker="GLD", name="Gold", asset_class=AssetClass.COMMODITY, currency="USD")
    >>> days = np.array(["2022-12-28", "2022-12-27", "2022-12-27"], dtype="datetime64[D]")
    >>> closes_of(gold, days, np.array([np.nan, 1.0, 2.0])).closes
    array([2.])
    """
    usable = np.isfinite(closes) & (closes > 0.0)
    days, values = np.asarray(dates, dtype="datetime64[D]")[usable], np.asarray(closes, dtype=np.float64)[usable]
    # `unique` keeps the first of equal days, so the order is turned round
    days, places = np.unique(days[::-1], return_index=True)
    return Closes(instrument=instrument, dates=days, closes=values[::-1][places])


def within(closes: Closes, start: dt.date | None, end: dt.date | None) -> Closes:
    """Return the closes from `start` to `end`, both included."""
    first = 0 if start is None else int(np.searchsorted(closes.dates, np.datetime64(start, "D"), side="left"))
    stop = len(closes.dates) if end is None else int(np.searchsorted(closes.dates, np.datetime64(end, "D"), side="right"))
    return Closes(instrument=closes.instrument, dates=closes.dates[first:stop], closes=closes.closes[first:stop])


def span(start: dt.date | None, end: dt.date | None) -> tuple[dt.date | None, dt.date | None]:
    """Return the two if they are in order, else raise `InvalidInput`."""
    if start is not None and end is not None and start > end:
        raise InvalidInput(f"start must not lie after end, got {start.isoformat()} and {end.isoformat()}.")
    return start, end


def assembled(
    series: Sequence[Closes],
    *,
    source: str,
    source_label: str,
    benchmark: str,
    factors: FactorSet,
    revision: str = "",
    failures: Mapping[str, Failure] | None = None,
) -> FetchedHistory:
    """Return one history of `series`: every day on which any of them has a close, NaN where one has none; tickers in the order given."""
    series = [one for one in series if len(one.dates)]
    if series:
        first = min(int(one.dates[0].astype(np.int64)) for one in series)
        last = max(int(one.dates[-1].astype(np.int64)) for one in series)
        traded = np.zeros(last - first + 1, dtype=bool)
        places = [one.dates.astype(np.int64) - first for one in series]
        for place in places:
            traded[place] = True
        row_of_day = np.cumsum(traded) - 1
        dates = (np.flatnonzero(traded) + first).astype("datetime64[D]")
    else:
        places, row_of_day, dates = [], np.zeros(0, dtype=np.intp), np.zeros(0, dtype="datetime64[D]")
    table = np.full((len(dates), len(series)), np.nan, order="F")
    for column, (one, place) in enumerate(zip(series, places, strict=True)):
        table[row_of_day[place], column] = one.closes
    dates.flags.writeable = False
    table.flags.writeable = False  # read-only and ours alone: PriceHistory keeps it without a copy
    return FetchedHistory(
        dates=dates,
        tickers=tuple(one.ticker for one in series),
        closes=table,
        instruments={one.ticker: one.instrument for one in series},
        source=source,
        source_label=source_label,
        benchmark=benchmark,
        factors=factors,
        revision=revision,
        failures=failures or {},
    )


def series_of(history: PriceHistory, ticker: str) -> Closes | None:
    """Return the closes of `ticker` in `history`; None when it has none."""
    instrument = history.instruments.get(ticker)
    if instrument is None or ticker not in history:
        return None
    found = closes_of(instrument, history.dates, history.close(ticker))
    return found if len(found.dates) else None
