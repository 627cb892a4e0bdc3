"""Yahoo Finance through yfinance: the only module that imports it.

Each ticker is one `Ticker.history` call in a small pool of threads, which is what `yfinance.download` does as well; but `download`
hides why a ticker failed, in which currency it is quoted, and whether its exchange has closed (docs/adr/0014). Closes are adjusted
for splits and dividends, so their changes are what a holder earned; the last close is the one that was traded.

A bar is a close only when its trading session is over. Pence are turned into pounds.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from farp.market import Dates
from farp.portfolio import UNCLASSIFIED, AssetClass, Instrument
from farp.prices import factor_sets, symbols
from farp.prices.protocol import Closes, Failure, FetchedHistory, Instruments, Outcome, assembled, closes_of, span, within

if TYPE_CHECKING:
    import pandas as pd

BENCHMARK = "SPY"
LABEL = "Yahoo Finance"
PRICE_KIND = "adjusted close (splits and dividends)"
SETTLING = dt.timedelta(minutes=30)  # after the session's end, until the closing price of a delayed feed has arrived

_BLOCKED = frozenset({401, 403, 451, 999})  # about who asks, not about the ticker
_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How hard to try. `pause_seconds` doubles from one attempt at a ticker to the next; a rate limit waits for `limit_seconds`."""

    threads: int = 4
    timeout_seconds: float = 15.0
    attempts: int = 3
    pause_seconds: float = 1.0
    limit_seconds: float = 10.0
    limit_attempts: int = 2


class _Refusal(Exception):
    """Why a request was not answered.

    `again` says whether another attempt may help, `limited` that the source wants a rest, `away` that nobody answers at all.
    """

    def __init__(self, outcome: Outcome, message: str, *, again: bool = False, limited: bool = False, away: bool = False) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.message = message
        self.again = again
        self.limited = limited
        self.away = away


_EARLIER = dt.timedelta(days=3)


class YahooSource:
    """Daily closes and facts from Yahoo Finance.

    Parameters
    ----------
    cache_dir
        Where yfinance keeps time zones and its cookie.
    address
        Ask this address (``http://127.0.0.1:8999``) in place of Yahoo's: a mirror, or the server the tests run.
    now
        The clock; tells a close from the bar of a session that is still open.
    sleep
        Waits between attempts.
    """

    name = "yahoo"

    def __init__(
        self,
        cache_dir: Path,
        *,
        address: str | None = None,
        patience: Patience | None = None,
        now: Callable[[], dt.datetime] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._cache_dir = cache_dir
        self._address = address.rstrip("/") if address else None
        self._patience = patience or Patience()
        self._now = now or (lambda: dt.datetime.now(dt.UTC))
        self._sleep = sleep
        self._lock = threading.Lock()
        self._session: Any = None
        self._heard = _Heard()

    def history(self, tickers: Sequence[str], start: dt.date | None = None, end: dt.date | None = None) -> FetchedHistory:
        """Return the adjusted closes of `tickers`; what could not be had is in `failures`, each with its reason."""
        first, last = span(start, end)
        found, failures = self._each(tickers, lambda symbol, ticker: self._closes(symbol, ticker, first, last))
        return assembled(
            [found[ticker] for ticker in dict.fromkeys(tickers) if ticker in found],
            source=self.name,
            source_label=LABEL,
            benchmark=BENCHMARK,
            factors=factor_sets.LIVE,
            failures=failures,
        )

    def describe(self, tickers: Sequence[str]) -> Instruments:
        """Return name, class, sector, country and currency of `tickers`; pairs and coins need no request for their class."""
        found, failures = self._each(tickers, self._facts)
        return Instruments(known=found, failures=failures)

    def _each(self, tickers: Sequence[str], ask: Callable[[str, str], _T]) -> tuple[dict[str, _T], dict[str, Failure]]:
        """Ask for each ticker in a few threads. Once Yahoo is away or keeps refusing for its rate limit, the rest is not asked any more."""
        found: dict[str, _T] = {}
        failures: dict[str, Failure] = {}
        enough: list[Failure] = []  # what would meet every other ticker, too

        def one(ticker: str) -> tuple[str, _T | Failure]:
            symbol = symbols.yahoo_symbol(ticker)
            if symbol is None:
                message = f"{ticker} cannot be a symbol of Yahoo's; correct the ticker, or upload a price file for it."
                return ticker, Failure(ticker=ticker, outcome=Outcome.MISSING, message=message)
            if enough:
                return ticker, replace(enough[0], ticker=ticker)
            try:
                return ticker, self._patiently(lambda: ask(symbol, ticker))
            except _Refusal as refusal:
                everywhere = refusal.limited or refusal.away
                failure = Failure(ticker=ticker, outcome=refusal.outcome, message=refusal.message, everywhere=everywhere)
                if everywhere:
                    enough.append(failure)
                return ticker, failure

        wanted = list(dict.fromkeys(tickers))
        with ThreadPoolExecutor(max_workers=max(1, min(self._patience.threads, len(wanted)))) as pool:
            for ticker, answer in pool.map(one, wanted):
                if isinstance(answer, Failure):
                    failures[ticker] = answer
                else:
                    found[ticker] = answer
        return found, failures

    def _patiently(self, ask: Callable[[], _T]) -> _T:
        """Ask up to so many times, with longer and longer pauses between."""
        patience = self._patience
        attempt = limits = 0
        while True:
            try:
                return ask()
            except _Refusal as refusal:
                attempt += 1
                limits += refusal.limited
                tries = limits < patience.limit_attempts if refusal.limited else attempt < patience.attempts
                if not (refusal.again and tries):
                    raise
                _LOG.info("%s; attempt %d follows", refusal.message, attempt + 1)
                pause = patience.limit_seconds if refusal.limited else patience.pause_seconds
                self._sleep(pause * 2 ** (attempt - 1))

    def _closes(self, symbol: str, ticker: str, start: dt.date | None, end: dt.date | None) -> Closes:
        bars, meta = self._bars(symbol, start, end)
        instrument, divisor = _quoted(ticker, meta)
        days, values = _local_days(bars), bars["Close"].to_numpy(dtype=np.float64) / divisor
        closed = days <= np.datetime64(last_closed_day(meta, self._now()), "D")
        found = within(closes_of(instrument, days[closed], values[closed]), start, end)
        if not len(found.dates):
            raise _Refusal(Outcome.MISSING, f"Yahoo knows {symbol}, but has no closes of it in the days asked for.")
        return found

    def _bars(self, symbol: str, start: dt.date | None, end: dt.date | None) -> tuple[pd.DataFrame, Mapping[str, Any]]:
        # from a little earlier, for what is too early is cut off: without the exchange's time zone yfinance counts in UTC and loses the first day
        asked: dict[str, Any] = {"start": (start - _EARLIER).isoformat()} if start else {"period": "max"}
        if end is not None:
            asked["end"] = (end + dt.timedelta(days=1)).isoformat()
        with _explained(symbol, self._heard):
            ticker = self._ticker(symbol)
            bars: pd.DataFrame = ticker.history(
                interval="1d", auto_adjust=True, actions=False, repair=False, timeout=self._patience.timeout_seconds, **asked
            )
            return bars, _Metadata(ticker.history_metadata or {})

    def _facts(self, symbol: str, ticker: str) -> Instrument:
        if symbols.is_pair(ticker):
            return pair(ticker)
        with _explained(symbol, self._heard):
            info = self._ticker(symbol).info
        if not info.get("quoteType"):
            raise _Refusal(Outcome.MISSING, f"Yahoo says nothing about {symbol}.")
        return described(ticker, info)

    def _ticker(self, symbol: str) -> Any:
        import yfinance
        from yfinance.data import YfData

        with self._lock:
            if self._session is None:
                self._cache_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
                yfinance.set_tz_cache_location(str(self._cache_dir))
                yfinance.config.debug.hide_exceptions = False  # or a time-out reads as "possibly delisted"
                warnings.filterwarnings("ignore", category=DeprecationWarning, module="^yfinance")  # its own use of pandas
                for noisy in ("yfinance", "bs4"):  # every failure is reported here, once
                    logging.getLogger(noisy).setLevel(logging.CRITICAL)
                self._session = _session(self._address, self._patience.timeout_seconds, self._heard)
            YfData(session=self._session)  # one for the whole process, whoever set it last
            YfData.cache_get.cache_clear()  # it keeps answers that were cut short, too
            return yfinance.Ticker(symbol)


class _Heard(threading.local):
    """The last answer of this thread: yfinance takes a refusal for an unknown ticker, and only the answer itself tells them apart."""

    answer: Any = None

    @property
    def status(self) -> int:
        """The status of the answer, 0 without one."""
        return int(getattr(self.answer, "status_code", 0) or 0)

    @property
    def knows_no_closes(self) -> bool:
        """Whether Yahoo itself says that there is no such ticker, or none of its closes in the days asked for."""
        if self.status == 404:
            return True
        try:
            chart = json.loads(self.answer.content)["chart"]
            if chart["error"] is None:
                return bool(chart["result"][0]["meta"])
            return chart["error"]["code"] == "Not Found" or str(chart["error"]["description"]).startswith("Data doesn't exist")
        except (AttributeError, LookupError, TypeError, ValueError):
            return False


def _session(address: str | None, timeout_seconds: float, heard: _Heard) -> Any:
    """Return a session that looks like a browser's and waits no longer than that; with `address`, one that asks there, whatever the host."""
    from curl_cffi import requests

    class Bounded(requests.Session[Any]):
        def request(self, method: Any, url: str, *args: Any, **options: Any) -> Any:
            # yfinance hands down the time-out of the closes only, and waits 10 to 30 s for cookies, time zones and facts
            options["timeout"] = timeout_seconds
            if address is not None:
                parts = urlsplit(url)
                url = f"{address}{parts.path}{f'?{parts.query}' if parts.query else ''}"
            heard.answer = None
            heard.answer = super().request(method, url, *args, **options)
            return heard.answer

    return Bounded(impersonate="chrome")


class _explained:  # noqa: N801 - read as a statement
    """Turn what yfinance and its HTTP library raise into a `_Refusal`."""

    def __init__(self, symbol: str, heard: _Heard) -> None:
        self._symbol = symbol
        self._heard = heard

    def __enter__(self) -> None:
        self._heard.answer = None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is not None and not isinstance(error, _Refusal):
            refusal = explained(error, self._symbol, self._heard)
            if refusal is not None:
                raise refusal from error


def explained(error: BaseException, symbol: str, heard: _Heard) -> _Refusal | None:
    """Return what `error` of a request for `symbol` means, after the answer that was `heard` last; None for a mistake of ours."""
    from curl_cffi.requests.exceptions import HTTPError, RequestException, Timeout
    from yfinance.exceptions import YFDataException, YFException, YFRateLimitError, YFTickerMissingError

    match error:
        case YFRateLimitError():
            return _Refusal(Outcome.FAILED, "Yahoo limits how much may be asked (429); update again later.", again=True, limited=True)
        case YFTickerMissingError() if heard.knows_no_closes:
            return _Refusal(Outcome.MISSING, f"Yahoo has no prices under {symbol}: unknown, renamed or delisted.")
        case HTTPError():
            status = getattr(error.response, "status_code", 0)
            if status == 404:
                return _Refusal(Outcome.MISSING, f"Yahoo has no prices under {symbol}: unknown, renamed or delisted.")
            if status == 429:
                return _Refusal(Outcome.FAILED, "Yahoo limits how much may be asked (429); update again later.", again=True, limited=True)
            return _refused(symbol, status)
        case YFException() | ValueError() | LookupError() | TypeError() | AttributeError() if heard.status >= 400 and heard.status != 404:
            return _refused(symbol, heard.status)
        case YFTickerMissingError():
            return _Refusal(Outcome.FAILED, f"Yahoo's answer for {symbol} had neither prices nor a reason in it.", again=True)
        case Timeout() | TimeoutError():
            return _Refusal(Outcome.FAILED, f"Yahoo did not answer for {symbol} in time.", again=True)
        case json.JSONDecodeError() | YFDataException():
            return _Refusal(Outcome.FAILED, f"Yahoo's answer for {symbol} was cut short or is no data.", again=True)
        case RequestException() | OSError():
            return _Refusal(Outcome.FAILED, f"Yahoo cannot be reached ({type(error).__name__}); check the connection.", again=True, away=True)
        case ValueError() | LookupError() | TypeError() | AttributeError():
            return _Refusal(Outcome.FAILED, f"Yahoo's answer for {symbol} could not be understood ({type(error).__name__}).", again=True)
        case _:
            return None


def _refused(symbol: str, status: int) -> _Refusal:
    if status in _BLOCKED:
        return _Refusal(Outcome.FAILED, f"Yahoo refuses to answer this address (status {status}); update again later.", again=True, away=True)
    return _Refusal(Outcome.FAILED, f"Yahoo refused to answer for {symbol} (status {status}).", again=status >= 500)


class _Metadata(Mapping[str, Any]):
    """What the chart says about the instrument, without the part that would cost yfinance another request."""

    def __init__(self, whole: Mapping[str, Any]) -> None:
        self._whole = whole
        self._names = [name for name in whole if name != "tradingPeriods"]

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        return self._whole[name]

    def __iter__(self) -> Any:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _local_days(bars: pd.DataFrame) -> Dates:
    """Return the exchange's own dates of `bars`."""
    return cast("pd.DatetimeIndex", bars.index).tz_localize(None).to_numpy().astype("datetime64[D]")


def last_closed_day(meta: Mapping[str, Any], now: dt.datetime) -> dt.date:
    """Return the last day whose bar is a close: today at the exchange once its session is over, else the day before.

    Parameters
    ----------
    meta
        What Yahoo's chart says about the exchange: `exchangeTimezoneName`, and `currentTradingPeriod` with the end of today's session.
    now
        The moment, with a time zone; which one does not matter.
    """
    try:
        zone: dt.tzinfo = ZoneInfo(str(meta.get("exchangeTimezoneName")))
    except (ZoneInfoNotFoundError, ValueError):
        zone = dt.UTC
    today = now.astimezone(zone).date()
    regular = (meta.get("currentTradingPeriod") or {}).get("regular") or {}
    finish = regular.get("end")
    if isinstance(finish, (int, float)):
        finish = dt.datetime.fromtimestamp(finish, dt.UTC)
    if isinstance(finish, dt.datetime) and finish.tzinfo is not None:
        session = (finish.astimezone(zone) - dt.timedelta(seconds=1)).date()  # one that ends at midnight belongs to the day before
        if session == today and now >= finish + SETTLING:
            return today
    return today - dt.timedelta(days=1)


def pair(ticker: str) -> Instrument:
    """Return the facts of a currency pair."""
    return Instrument(
        ticker=ticker,
        name=f"{ticker[:3]} in {ticker[3:]}",
        asset_class=AssetClass.FX,
        currency=ticker[3:],
        sector="Currencies",
        price_kind="exchange rate",
        source=LABEL,
    )


def _quoted(ticker: str, meta: Mapping[str, Any]) -> tuple[Instrument, float]:
    """Return what the chart itself says about the instrument, and what to divide its closes by."""
    currency, divisor = symbols.unit(str(meta.get("currency") or ""))
    if symbols.is_pair(ticker):
        return pair(ticker), 1.0
    kind, name = meta.get("instrumentType"), meta.get("longName") or meta.get("shortName") or ticker
    held = symbols.asset_class(kind, str(name))
    facts = Instrument(
        ticker=ticker,
        name=str(name),
        asset_class=held,
        currency=currency or "USD",
        sector="Crypto" if held is AssetClass.CRYPTO else UNCLASSIFIED,
        price_kind=PRICE_KIND if currency else f"{PRICE_KIND}; currency not stated, taken as USD",
        source=LABEL,
        holdable=symbols.holdable(ticker, str(kind)),
    )
    return facts, divisor


def described(ticker: str, info: Mapping[str, Any]) -> Instrument:
    """Return the facts in Yahoo's description `info`."""
    kind, category = info.get("quoteType"), info.get("category")
    name = str(info.get("longName") or info.get("shortName") or ticker)
    held = symbols.asset_class(kind, name, category)
    sector = symbols.sector(info.get("sector"))
    if sector == UNCLASSIFIED:
        sector = "Crypto" if held is AssetClass.CRYPTO else category or UNCLASSIFIED
    return Instrument(
        ticker=ticker,
        name=name,
        asset_class=held,
        currency=symbols.unit(str(info.get("currency") or ""))[0],
        sector=sector,
        country=str(info.get("country") or UNCLASSIFIED),
        price_kind=PRICE_KIND,
        source=LABEL,
        holdable=symbols.holdable(ticker, str(kind)),
    )
