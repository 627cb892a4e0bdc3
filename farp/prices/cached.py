"""The read-through cache: the store first, then the source, and only for what is missing.

A ticker that is stored is asked for from its last closes on. When the closes both sides know are the same, the new ones are
appended; when they are not, the whole history is fetched anew, and the record says so. When the source does not answer, what is
stored is served, and its age is told.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from farp.format import day as shown_day
from farp.market import FactorSet, as_date
from farp.portfolio import Instrument
from farp.prices import factor_sets
from farp.prices.archive import Archive, Change, Record, failed, tail_start
from farp.prices.protocol import Closes, Failure, FetchedHistory, Instruments, Outcome, PriceSource, Progress, assembled, series_of, span, within

BATCH = 25  # tickers asked for at once: what a killed update loses, and how often progress is told
STALE_AFTER_BUSINESS_DAYS = 5  # as in the valuation
FIRST_DAY = dt.date(2007, 1, 1)  # a history reaches back before the crisis of 2008

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TickerUpdate:
    """How the update of one ticker ended. `added` closes are new, or all of them when the history was `fetched_anew`."""

    ticker: str
    outcome: Outcome
    message: str
    added: int
    fetched_anew: bool
    last_date: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceUpdate:
    """How an update ended, ticker by ticker."""

    tickers: tuple[TickerUpdate, ...]

    def count(self, outcome: Outcome) -> int:
        """Return how many tickers ended so."""
        return sum(one.outcome is outcome for one in self.tickers)


class CachedSource:
    """A source in front of which the store stands.

    Parameters
    ----------
    source
        Where closes come from when the store has none.
    archive
        The source's records.
    benchmark, factors
        What histories made here name as theirs.
    now
        The clock, for ages.
    """

    def __init__(
        self,
        source: PriceSource,
        archive: Archive,
        *,
        source_label: str,
        benchmark: str,
        factors: FactorSet = factor_sets.LIVE,
        first_day: dt.date = FIRST_DAY,
        now: Callable[[], dt.datetime] | None = None,
    ) -> None:
        self._source = source
        self._archive = archive
        self._label = source_label
        self._benchmark = benchmark
        self._factors = factors
        self._first_day = first_day
        self._now = now or (lambda: dt.datetime.now(dt.UTC))

    @property
    def name(self) -> str:
        """The source's word for itself."""
        return self._source.name

    def history(self, tickers: Sequence[str], start: dt.date | None = None, end: dt.date | None = None) -> FetchedHistory:
        """Return the closes of `tickers`, fetching what the store does not have; what is stored is served when the source is away."""
        first, last = span(start, end)
        update = self.update([ticker for ticker in dict.fromkeys(tickers) if self._incomplete(ticker, first, last)], since=first)
        failures = {
            one.ticker: Failure(ticker=one.ticker, outcome=one.outcome, message=one.message)
            for one in update.tickers
            if one.outcome in {Outcome.MISSING, Outcome.FAILED}
        }
        stored = [record.series() for record in self._archive.some(tickers).values()]
        return assembled(
            [within(series, first, last) for series in stored if series is not None],
            source=self.name,
            source_label=self._label,
            benchmark=self._benchmark,
            factors=self._factors,
            failures=failures,
        )

    def describe(self, tickers: Sequence[str]) -> Instruments:
        """Return the facts about `tickers`, asking the source once for each, the user's corrections over its word."""
        records = self._archive.some(tickers)
        asked = self._source.describe([ticker for ticker, record in records.items() if not record.described])
        for ticker, told in asked.known.items():

            def described(record: Record, told: Instrument = told) -> Record:
                quoted = record.instrument
                currency = quoted.currency if quoted is not None else told.currency  # the one the closes are in
                return replace(record, instrument=replace(told, currency=currency), described=True)

            records[ticker] = self._archive.change(ticker, described)
        known = {ticker: record.facts for ticker, record in records.items()}
        return Instruments(
            known={ticker: facts for ticker, facts in known.items() if facts is not None},
            failures={ticker: failure for ticker, failure in asked.failures.items() if known[ticker] is None},
        )

    def update(self, tickers: Sequence[str], since: dt.date | None = None, progress: Progress | None = None) -> PriceUpdate:
        """Bring the stored closes of `tickers` up to date, batch by batch.

        Parameters
        ----------
        since
            From when on history is wanted; earlier than what is stored means all of it is fetched. None: what was asked for before,
            else `first_day`.
        progress
            Told after each ticker.
        """
        wanted = list(dict.fromkeys(tickers))
        done: list[TickerUpdate] = []
        down: list[Failure] = []  # why asking for more makes no sense
        for place in range(0, len(wanted), BATCH):
            some = wanted[place : place + BATCH]
            if down:
                batch = [self._unserved(record, down[0], self._now()) for record in self._archive.some(some).values()]
            else:
                batch = self._updated(some, since, down)
            for one in batch:
                done.append(one)
                if progress is not None:
                    progress(len(done), len(wanted), one.ticker)
        return PriceUpdate(tickers=tuple(done))

    def _updated(self, tickers: Sequence[str], since: dt.date | None, down: list[Failure]) -> list[TickerUpdate]:
        """Update one batch; a failure that would meet every other ticker too is added to `down`."""
        records = self._archive.some(tickers)
        plans: dict[tuple[dt.date | None, bool], list[str]] = defaultdict(list)
        for ticker, record in records.items():
            plans[self._plan(record, since)].append(ticker)
        ends: dict[str, TickerUpdate] = {}
        anew: list[str] = []
        for (start, whole), group in plans.items():
            ends |= self._fetched(group, start, whole=whole, records=records, refused=anew, down=down)
        for start in {records[ticker].since for ticker in anew}:
            group = [ticker for ticker in anew if records[ticker].since == start]
            ends |= self._fetched(group, start, whole=True, records=records, refused=[], down=down)
        return [ends[ticker] for ticker in tickers]

    def _plan(self, record: Record, since: dt.date | None) -> tuple[dt.date | None, bool]:
        """Return from when on to ask for the ticker, and whether that is all there is to know of it."""
        start = tail_start(record)
        if start is None:
            return since or record.since or self._first_day, True
        reaches_back = since is None or record.since is None or record.since <= since
        return (start, False) if reaches_back else (since, True)

    def _fetched(
        self,
        tickers: Sequence[str],
        start: dt.date | None,
        *,
        whole: bool,
        records: Mapping[str, Record],
        refused: list[str],
        down: list[Failure],
    ) -> dict[str, TickerUpdate]:
        """Ask for `tickers` from `start` on and store what comes; those whose past has changed are added to `refused`."""
        if not tickers:
            return {}
        history = self._source.history(tickers, start)
        failures = history.failures if isinstance(history, FetchedHistory) else {}
        down += [failure for failure in failures.values() if failure.everywhere]
        at = self._now()
        ends = {}
        for ticker in tickers:
            series = series_of(history, ticker)
            if series is None:
                ends[ticker] = self._unserved(records[ticker], failures.get(ticker), at)
                continue
            change = self._archive.merge(series, whole_since=start, whole=whole, at=at)
            if change is Change.REFUSED:
                refused.append(ticker)
            else:
                ends[ticker] = self._served(records[ticker], series, change, at)
        return ends

    def _served(self, before: Record, series: Closes, change: Change, at: dt.datetime) -> TickerUpdate:
        after = self._archive.get(before.ticker)
        if change is Change.REPLACED:
            _LOG.warning("%s: %s", before.ticker, after.events[-1].text)
        message = "" if change is Change.SHORT else stale_because(after.last_date, at.date())
        if message:
            after = self._archive.change(before.ticker, lambda record: replace(record, outcome=Outcome.STALE, message=message))
        return TickerUpdate(
            ticker=before.ticker,
            outcome=after.outcome,
            message=after.message,
            added=len(after.dates) if change is Change.REPLACED else max(0, len(after.dates) - len(before.dates)),
            fetched_anew=change is Change.REPLACED,
            last_date=after.last_date,
        )

    def _unserved(self, before: Record, failure: Failure | None, at: dt.datetime) -> TickerUpdate:
        outcome = failure.outcome if failure is not None else Outcome.MISSING
        message = failure.message if failure is not None else f"{self._label} has no closes of {before.ticker}."
        if outcome is Outcome.MISSING and len(before.dates):
            # a ticker that had prices and has none any more was renamed or delisted; what it had stays true
            outcome, message = Outcome.STALE, f"{message} Its last close is of {shown_day(before.last_date)}."
        after = self._archive.change(before.ticker, lambda record: failed(record, outcome, message, at))
        return TickerUpdate(ticker=before.ticker, outcome=outcome, message=message, added=0, fetched_anew=False, last_date=after.last_date)

    def _incomplete(self, ticker: str, start: dt.date | None, end: dt.date | None) -> bool:
        """Return whether the source may have closes of `ticker` between `start` and `end` that the store has not."""
        record = self._archive.get(ticker)
        if record.last_date is None:
            return True
        begins_late = start is not None and record.since is not None and start < record.since
        ends_early = record.last_date < (end or last_business_day(self._now().date()))
        return begins_late or ends_early


def stale_because(last_date: dt.date | None, today: dt.date) -> str:
    """Say that the last close is old; "" when it is not."""
    if last_date is None or int(np.busday_count(last_date, today)) <= STALE_AFTER_BUSINESS_DAYS:
        return ""
    return f"There is no close since {shown_day(last_date)}: delisted, renamed or halted."


def last_business_day(today: dt.date) -> dt.date:
    """Return the last weekday before `today`."""
    return as_date(np.busday_offset(np.datetime64(today, "D"), -1, roll="forward"))
