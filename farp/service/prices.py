"""Prices as use cases: which source is in use, what is needed from it, bringing it up to date, and how fresh everything is.

What is chosen in the app (source, benchmark) and a revision that changes with every update lie in one small document, so that a
running process notices what another one fetched.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from farp.errors import InvalidInput, NotFound, SourceUnavailable
from farp.market import PriceHistory
from farp.portfolio import AssetClass, Instrument, cash_currency
from farp.prices import factor_sets, own, price_history
from farp.prices.archive import CORRECTABLE, Archive, Event, Record
from farp.prices.cached import STALE_AFTER_BUSINESS_DAYS, CachedSource, PriceUpdate, TickerUpdate, last_business_day, stale_because
from farp.prices.own import OwnPrices, read_prices
from farp.prices.protocol import Closes, Failure, Outcome, Progress, assembled
from farp.prices.review import Gap, Jump, gaps, jumps, recent
from farp.prices.symbols import CURRENCIES, dollar_pair
from farp.settings import PRICE_SOURCES, Settings
from farp.store.protocol import PRICES, Document, Store
from farp.store.users import list_portfolios

YAHOO = "yahoo"
SAMPLE = "sample"
LIVE_BENCHMARK = "SPY"
BENCHMARK_CLOSES = 60  # of the last 100 weekdays: fewer is no history to measure a beta against
STATE_ID = "state"
_STATE_OWNER = "state"
_KEPT_EVENTS_SHOWN = 3

HELD, BENCHMARK, FACTOR, EXCHANGE_RATE = "held", "benchmark", "factor", "exchange rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceState:
    """What was chosen in the app, and which state the stored prices are in. None: nothing was chosen."""

    revision: str = ""
    source: str | None = None
    benchmark: str | None = None
    updated_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesStatus:
    """How one series stands. `needed_for` says why it is wanted (held, benchmark, factor, exchange rate); empty: not at present.

    `days_old` counts weekdays between the last close and the day the source should have reached; None without a close. `jumps` and
    `gaps` are those of the last five years.
    """

    ticker: str
    name: str
    needed_for: tuple[str, ...]
    source: str
    outcome: Outcome
    message: str
    closes: int
    first_date: dt.date | None
    last_date: dt.date | None
    days_old: int | None
    fetched_at: dt.datetime | None
    jumps: tuple[Jump, ...]
    gaps: tuple[Gap, ...]
    events: tuple[Event, ...]
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesStatus:
    """How the prices in use stand. `fixed` says that the environment names the source, so that the app cannot."""

    source: str
    source_label: str
    fixed: bool
    benchmark: str
    last_date: dt.date | None
    updated_at: dt.datetime | None
    series: tuple[SeriesStatus, ...]

    def count(self, outcome: Outcome) -> int:
        """Return how many of the series that are needed stand so."""
        return sum(one.outcome is outcome for one in self.series if one.needed_for)


def read_state(store: Store) -> PriceState:
    """Return what was chosen and the revision of the stored prices."""
    return _state_of(store.get(PRICES, STATE_ID))


def _state_of(document: Document | None) -> PriceState:
    if document is None:
        return PriceState()
    source = document.get("source")
    return PriceState(
        revision=str(document.get("revision", "")),
        source=source if source in PRICE_SOURCES else None,
        benchmark=document.get("benchmark"),
        updated_at=document.get("updated_at"),
    )


def _changed_state(store: Store, **changes: object) -> PriceState:
    """Write the changes and a new revision, atomically."""

    def change(document: Document | None) -> Document:
        state = dataclasses.replace(_state_of(document), revision=uuid.uuid4().hex, **changes)  # type: ignore[arg-type]
        return {"_id": STATE_ID, "user_id": _STATE_OWNER} | dataclasses.asdict(state)

    return _state_of(store.update(PRICES, STATE_ID, change))


def source_in_use(settings: Settings, state: PriceState) -> str:
    """Return the price source: the environment's, else the one chosen in the app, else the sample."""
    return settings.price_source or state.source or SAMPLE


def history_of(settings: Settings, store: Store, state: PriceState | None = None) -> PriceHistory:
    """Return the prices in use, from the store alone: nothing is fetched here.

    Own price files fill in what the source has no prices of.

    Raises
    ------
    InvalidInput
        `BENCHMARK` names a ticker the sample has no prices of.
    DataError
        Stored prices are damaged.
    """
    state = read_state(store) if state is None else state
    brought = _series(Archive(store, own.NAME).all())
    if source_in_use(settings, state) == SAMPLE:
        return _with_own(_sample(settings, state), brought, state)
    records = list(Archive(store, YAHOO).all())
    series = _series(records)
    unpriced = [record for record in records if not len(record.dates) and (record.tried_at is not None or record.message)]
    fetched = max((record.fetched_at for record in records if record.fetched_at is not None), default=None)
    history = assembled(
        series,
        source=YAHOO,
        source_label=_label(series, fetched),
        benchmark=settings.benchmark or state.benchmark or LIVE_BENCHMARK,
        factors=factor_sets.LIVE,
        revision=state.revision,
        failures={record.ticker: Failure(ticker=record.ticker, outcome=record.outcome, message=record.message) for record in unpriced},
    )
    return _with_own(history, brought, state)


def prices_at_start(settings: Settings, store: Store) -> tuple[PriceState, PriceHistory]:
    """Return the state and the prices in use; while the store does not answer, what there is without it.

    A server has to start beside a database that is not up yet. The state returned then is none that is ever stored, so the first
    look at a store that answers brings in what it holds.
    """
    try:
        state = read_state(store)
        return state, history_of(settings, store, state)
    except SourceUnavailable:
        nothing_read = PriceState(revision="not read yet")
        if source_in_use(settings, nothing_read) == SAMPLE:
            return nothing_read, price_history(settings)
        benchmark = settings.benchmark or LIVE_BENCHMARK
        return nothing_read, assembled([], source=YAHOO, source_label=_label([], None), benchmark=benchmark, factors=factor_sets.LIVE)


def _series(records: Iterable[Record]) -> list[Closes]:
    return [series for record in records if (series := record.series()) is not None]


def _sample(settings: Settings, state: PriceState) -> PriceHistory:
    history = price_history(settings)
    if settings.benchmark is None and state.benchmark is not None and state.benchmark in history:
        return dataclasses.replace(history, benchmark=state.benchmark)
    return history


def _with_own(history: PriceHistory, brought: Sequence[Closes], state: PriceState) -> PriceHistory:
    """Return `history` with the own series of tickers it does not have."""
    more = [one for one in brought if one.ticker not in history]
    if not more:
        return history
    dates = np.union1d(history.dates, np.concatenate([one.dates for one in more]))
    if len(history.dates):  # later closes would move "today" to a day on which nothing else has a price
        dates = dates[dates <= history.dates[-1]]
    closes = np.full((len(dates), len(history.tickers) + len(more)), np.nan, order="F")
    closes[np.searchsorted(dates, history.dates), : len(history.tickers)] = history.closes
    for column, one in enumerate(more, start=len(history.tickers)):
        kept = one.dates <= dates[-1]
        closes[np.searchsorted(dates, one.dates[kept]), column] = one.closes[kept]
    closes.flags.writeable = False
    return dataclasses.replace(
        history,
        dates=dates,
        tickers=(*history.tickers, *(one.ticker for one in more)),
        closes=closes,
        instruments={**history.instruments, **{one.ticker: one.instrument for one in more}},
        revision=state.revision,
    )


def _label(series: Sequence[Closes], fetched: dt.datetime | None) -> str:
    if not series or fetched is None:
        return "Yahoo Finance, nothing fetched yet"
    last = max(one.dates[-1] for one in series).item()
    return f"Yahoo Finance, closes to {last.day} {last:%B %Y}, fetched {fetched.day} {fetched:%B %Y}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceDesk:
    """What can be asked about prices. `history` is what was in use when the desk was opened."""

    settings: Settings
    store: Store
    history: PriceHistory
    state: PriceState
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)

    @property
    def source(self) -> str:
        """The source in use."""
        return source_in_use(self.settings, self.state)

    def age(self) -> str:
        """Say how old the prices are; "" for the sample, which says so itself."""
        if self.source != YAHOO:
            return ""
        if not len(self.history.dates):
            return "No prices have been fetched yet."
        reached = last_business_day(self.now().date())
        behind = int(np.busday_count(self.history.last_date, reached))
        if behind <= 0:
            return "The prices are up to date."
        return f"The newest close is {behind} weekday{'' if behind == 1 else 's'} behind."

    def needed(self) -> dict[str, tuple[str, ...]]:
        """Return the tickers that are wanted from the source, each with the reasons, held ones first.

        Wanted are what any stored portfolio holds, the benchmark, the factors' legs, and for every currency that occurs the pair
        against the dollar, through which any two currencies are crossed.
        """
        reasons: dict[str, list[str]] = {}
        currencies: set[str] = set()
        for portfolio in list_portfolios(self.store, on_error=lambda error: None):
            currencies.add(portfolio.base_currency)
            for position in portfolio.positions:
                cash = cash_currency(position.ticker)
                if cash is not None:
                    currencies.add(cash)
                else:
                    _note(reasons, position.ticker, HELD)
        _note(reasons, self.history.benchmark, BENCHMARK)
        for ticker in self.history.factors.tickers:
            _note(reasons, ticker, FACTOR)
        facts = self._known_facts()
        currencies |= {facts[ticker].currency for ticker in reasons if ticker in facts}
        for ticker in self._pairs(currencies):
            _note(reasons, ticker, EXCHANGE_RATE)
        return {ticker: tuple(why) for ticker, why in reasons.items()}

    def update(
        self,
        tickers: Sequence[str] | None = None,
        since: dt.date | None = None,
        progress: Progress | None = None,
        source: CachedSource | None = None,
    ) -> PriceUpdate:
        """Fetch what is missing of `tickers` (default: all that are needed), keep it in the store, and say how each ended.

        Raises
        ------
        InvalidInput
            The source in use is the sample, which never changes, or `since` lies in the future.
        """
        if self.source != YAHOO:
            raise InvalidInput(
                "The prices in use are the bundled sample, which never changes; set PRICE_SOURCE=yahoo, or choose Yahoo on the page Prices."
            )
        if since is not None and since >= self.now().date():
            raise InvalidInput(f"since must be a day before today, got {since.isoformat()}.")
        cached = source or self._cached()
        wanted = list(dict.fromkeys(tickers)) if tickers is not None else self._fetchable(self.needed())
        try:
            done = list(cached.update(wanted, since, progress).tickers)
            # which exchange rates are needed is known only when it is known in which currencies the new tickers are quoted
            more = [] if tickers is not None else [ticker for ticker in self._fetchable(self.needed()) if ticker not in set(wanted)]
            done += cached.update(more, since, _after(progress, len(wanted))).tickers
            cached.describe([one.ticker for one in done if one.outcome is Outcome.PRICED])
        finally:
            _changed_state(self.store, updated_at=self.now())  # also after Ctrl+C: what was stored is to be seen
        return PriceUpdate(tickers=tuple(done))

    def status(self) -> PricesStatus:
        """Return how every needed and every stored series stands."""
        needed = self.needed()
        live = self.source == YAHOO
        records = {record.ticker: record for record in Archive(self.store, YAHOO).all()} if live else {}
        brought = {record.ticker: record for record in Archive(self.store, own.NAME).all()}
        reference = last_business_day(self.now().date()) if live else self.history.last_date
        series = []
        for ticker in dict.fromkeys([*needed, *records, *brought]):
            why = needed.get(ticker, ())
            mine = brought.get(ticker)
            record = records.get(ticker)
            if mine is not None and (record is None or not len(record.dates)) and (live or ticker not in _sample(self.settings, self.state)):
                series.append(_own_status(mine, why or self._held(ticker), reference))
            elif live:
                series.append(_record_status(record or Record(source=YAHOO, ticker=ticker), why, reference))
            else:
                series.append(self._sample_status(ticker, why, reference))
            if mine is not None and not series[-1].own:
                series.append(dataclasses.replace(_own_status(mine, (), reference), message="Not used: the source prices this ticker itself."))
        return PricesStatus(
            source=self.source,
            source_label=self.history.source_label,
            fixed=self.settings.price_source is not None,
            benchmark=self.history.benchmark,
            last_date=self.history.last_date if len(self.history.dates) else None,
            updated_at=self.state.updated_at if live else None,
            series=tuple(series),
        )

    def choose_source(self, source: str) -> None:
        """Use the sample or Yahoo from now on, in every process.

        Raises
        ------
        InvalidInput
            There is no such source, or the environment names one.
        """
        if source not in PRICE_SOURCES:
            raise InvalidInput(f"The price source must be one of {', '.join(PRICE_SOURCES)}, got {source!r}.")
        if self.settings.price_source is not None:
            raise InvalidInput(f"PRICE_SOURCE={self.settings.price_source} is set where FARP was started; unset it to choose here.")
        _changed_state(self.store, source=source)

    def choose_benchmark(self, ticker: str | None) -> None:
        """Measure beta against `ticker` from now on; None is the source's own benchmark.

        Raises
        ------
        InvalidInput
            The environment names a benchmark, or `ticker` has not enough recent closes.
        """
        if self.settings.benchmark is not None:
            raise InvalidInput(f"BENCHMARK={self.settings.benchmark} is set where FARP was started; unset it to choose here.")
        if ticker is not None:
            usable_benchmark(self.history, ticker)
        _changed_state(self.store, benchmark=ticker)

    def read_own(self, data: bytes, filename: str, currency: str | None = None) -> OwnPrices:
        """Return what an own price file says; nothing is stored."""
        return read_prices(data, filename=filename, currency=currency or self.settings.base_currency, today=self.now().date())

    def save_own(self, prices: OwnPrices) -> None:
        """Keep the series of an own price file; one that was there under the same ticker is replaced, corrected facts stay."""
        archive, at = Archive(self.store, own.NAME), self.now()
        for series in prices.series:

            def change(record: Record, series: Closes = series) -> Record:
                return dataclasses.replace(
                    record,
                    instrument=series.instrument,
                    dates=series.dates,
                    closes=series.closes,
                    fetched_at=at,
                    tried_at=at,
                    outcome=Outcome.PRICED,
                    message="",
                    described=True,
                )

            archive.change(series.ticker, change)
        _changed_state(self.store)

    def remove_own(self, tickers: Iterable[str]) -> None:
        """Remove own series.

        Raises
        ------
        NotFound
            There is no own series of a ticker.
        """
        archive, wanted = Archive(self.store, own.NAME), list(dict.fromkeys(tickers))
        brought = {record.ticker for record in archive.all()}
        for ticker in wanted:  # before the first is removed: a slip in one name changes nothing
            if ticker not in brought:
                raise NotFound("own price series", ticker)
        try:
            for ticker in wanted:
                archive.delete(ticker)
        finally:
            _changed_state(self.store)

    def forget(self, tickers: Iterable[str]) -> int:
        """Remove what was fetched of `tickers`, return how many there were; the next update fetches them anew. Corrections stay."""
        archive, count = Archive(self.store, YAHOO), 0
        for ticker in dict.fromkeys(tickers):
            before = archive.get(ticker)
            if before.corrections:
                archive.change(ticker, lambda record: Record(source=YAHOO, ticker=record.ticker, corrections=record.corrections))
                count += before.instrument is not None or before.tried_at is not None
            else:
                count += archive.delete(ticker)
        _changed_state(self.store)
        return count

    def correct(self, ticker: str, facts: Mapping[str, str]) -> Instrument:
        """Set facts about an instrument over the source's word; an empty text takes the source's word again. Return the facts.

        Raises
        ------
        InvalidInput
            A fact cannot be corrected, is too long, or is no asset class.
        NotFound
            Nothing is stored of the ticker.
        """
        for name, value in facts.items():
            if name not in CORRECTABLE:
                raise InvalidInput(f"{name} cannot be corrected; {', '.join(CORRECTABLE)} can.")
            if len(value) > 100 or not value.isprintable():
                raise InvalidInput(f"{name} must be at most 100 printable characters, got {value[:40]!r}.")
            if name == "asset_class" and value and value not in [kind.value for kind in AssetClass]:
                raise InvalidInput(f"asset_class must be one of {', '.join(kind.value for kind in AssetClass)}, got {value!r}.")
        archive = next((a for a in (Archive(self.store, YAHOO), Archive(self.store, own.NAME)) if a.get(ticker).instrument is not None), None)
        if archive is None:
            raise NotFound("stored price series", ticker)

        def change(record: Record) -> Record:
            source_says = record.instrument
            merged = {**record.corrections, **{name: value.strip() for name, value in facts.items()}}
            kept = {name: value for name, value in merged.items() if value and value != str(getattr(source_says, name))}
            return dataclasses.replace(record, corrections=kept)

        corrected = archive.change(ticker, change).facts
        _changed_state(self.store)
        assert corrected is not None  # narrows the type: the archive was chosen because it knows the instrument
        return corrected

    def _cached(self) -> CachedSource:
        from farp.prices.yahoo import YahooSource

        source = YahooSource(self.settings.data_dir / "yfinance", address=self.settings.yahoo_address, now=self.now)
        label = self.history.source_label
        return CachedSource(source, Archive(self.store, YAHOO), source_label=label, benchmark=self.history.benchmark, now=self.now)

    def _fetchable(self, needed: Mapping[str, tuple[str, ...]]) -> list[str]:
        """Return the tickers to ask the source for: not one that an own file prices and of which the source once said it has nothing."""
        brought = {record.ticker for record in Archive(self.store, own.NAME).all()}
        told = Archive(self.store, YAHOO).some(ticker for ticker in needed if ticker in brought)
        only_own = {ticker for ticker, record in told.items() if record.tried_at is not None and record.outcome is Outcome.MISSING}
        return [ticker for ticker in needed if ticker not in only_own]

    def _known_facts(self) -> dict[str, Instrument]:
        """Return what is known about each ticker now, which may be more than when the desk was opened."""
        if self.source != YAHOO:
            return dict(self.history.instruments)
        records = [*Archive(self.store, own.NAME).all(), *Archive(self.store, YAHOO).all()]
        return {record.ticker: facts for record in records if (facts := record.facts) is not None}

    def _pairs(self, currencies: set[str]) -> list[str]:
        """Return the pairs through which any two of `currencies` can be crossed; none are needed for one currency alone."""
        known = sorted(currency for currency in currencies if currency in CURRENCIES and currency != "USD")
        if len(currencies & CURRENCIES) < 2:
            return []
        if self.source == YAHOO:
            return [dollar_pair(currency) for currency in known]
        candidates = [(f"{currency}USD", f"USD{currency}") for currency in known]
        return [next((pair for pair in pairs if pair in self.history), pairs[0]) for pairs in candidates]

    def _held(self, ticker: str) -> tuple[str, ...]:
        portfolios = list_portfolios(self.store, on_error=lambda error: None)
        return (HELD,) if any(position.ticker == ticker for portfolio in portfolios for position in portfolio.positions) else ()

    def _sample_status(self, ticker: str, why: tuple[str, ...], reference: dt.date) -> SeriesStatus:
        facts = self.history.instruments.get(ticker)
        if facts is None or ticker not in self.history:
            record = Record(source=SAMPLE, ticker=ticker, message=f"The sample has no closes of {ticker}.")
            return _record_status(record, why, reference)
        column = self.history.close(ticker)
        priced = np.isfinite(column)
        record = Record(
            source=SAMPLE, ticker=ticker, instrument=facts, dates=self.history.dates[priced], closes=column[priced], outcome=Outcome.PRICED
        )
        return _record_status(record, why, reference)


def usable_benchmark(history: PriceHistory, ticker: str) -> str:
    """Return `ticker` if beta can be measured against it, else raise `InvalidInput` with the reason."""
    if ticker not in history:
        raise InvalidInput(f"There are no prices of {ticker!r} to compare with; fetch it first, or choose a ticker that has prices.")
    weekdays = np.flatnonzero(np.is_busday(history.dates))[-100:]
    closes = int(np.isfinite(history.close(ticker)[weekdays]).sum())
    if closes < BENCHMARK_CLOSES:
        raise InvalidInput(
            f"{ticker} has closes on {closes} of the last {len(weekdays)} weekdays, and a benchmark needs {BENCHMARK_CLOSES}; choose another one."
        )
    return ticker


def _note(reasons: dict[str, list[str]], ticker: str, why: str) -> None:
    noted = reasons.setdefault(ticker, [])
    if why not in noted:
        noted.append(why)


def _after(progress: Progress | None, before: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, total, ticker: progress(before + done, before + total, ticker)


def _record_status(record: Record, why: tuple[str, ...], reference: dt.date) -> SeriesStatus:
    facts, last = record.facts, record.last_date
    outcome, message = record.outcome, record.message
    if last is not None:
        old = stale_because(last, reference + dt.timedelta(days=1))
        if old and outcome is Outcome.PRICED:
            outcome, message = Outcome.STALE, old
    elif not message:
        message = "Never fetched; the next update asks for it." if record.tried_at is None else "There are no closes."
    dates, closes = recent(record.dates, record.closes)
    return SeriesStatus(
        ticker=record.ticker,
        name=facts.name if facts is not None else "",
        needed_for=why,
        source=facts.source if facts is not None else "",
        outcome=outcome,
        message=message,
        closes=len(record.dates),
        first_date=record.first_date,
        last_date=last,
        days_old=None if last is None else max(0, int(np.busday_count(last, reference))),
        fetched_at=record.fetched_at,
        jumps=jumps(dates, closes),
        gaps=gaps(dates),
        events=record.events[-_KEPT_EVENTS_SHOWN:],
    )


def _own_status(record: Record, why: tuple[str, ...], reference: dt.date) -> SeriesStatus:
    return dataclasses.replace(_record_status(record, why, reference), own=True)


__all__ = [
    "STALE_AFTER_BUSINESS_DAYS",
    "PriceDesk",
    "PriceState",
    "PriceUpdate",
    "PricesStatus",
    "SeriesStatus",
    "TickerUpdate",
    "history_of",
    "read_state",
    "source_in_use",
    "usable_benchmark",
]
