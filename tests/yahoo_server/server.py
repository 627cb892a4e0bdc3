"""Yahoo's JSON from made-up or bundled closes, and its bad days on demand.

What a ticker answers is an `Instance`; what goes wrong with it is in `YahooServer.troubles`. Closes are served as `adjclose`; the plain
`close` beside it is larger before a dividend, so a client that took the wrong column would be found out.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from farp.market import PriceHistory
from farp.portfolio import AssetClass
from farp.prices.symbols import is_pair, yahoo_symbol

CRUMB = "Lp9x.crumb"


@dataclass(kw_only=True)
class Instance:
    """One instrument of the server. `open_today` adds the bar of a session that is still open, at `moment`."""

    symbol: str
    days: list[dt.date]
    closes: list[float]
    name: str = ""
    kind: str = "EQUITY"
    currency: str = "USD"
    zone: str = "America/New_York"
    opens: dt.time = dt.time(9, 30)
    shuts: dt.time = dt.time(16, 0)
    info: dict[str, Any] = field(default_factory=dict)
    dividends: dict[dt.date, float] = field(default_factory=dict)
    splits: dict[dt.date, tuple[int, int]] = field(default_factory=dict)
    blank: set[dt.date] = field(default_factory=set)  # days Yahoo gives as null
    open_today: float | None = None


def at_noon(day: dt.date) -> dt.datetime:
    """Noon of `day` in UTC: before the close in New York, after that of the day before."""
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


class YahooServer:
    """Serve `instances` on a free loopback port; use as a context manager.

    Attributes
    ----------
    troubles
        By symbol, what each following chart request meets, in order: ``404``, ``429``, ``500``, ``slow``, ``cut``, ``empty``, ``html``,
        a status with Yahoo's own error (``401``, ``403``, ``451``, ``503``, ``999``, ``crumb``), ``refused`` (the same with 200), ``gone``
        (no closes in those days), ``null``, ``[]`` or ``ok``; the last one stays when it ends in ``!`` ("429!"). The symbol "*" is every one.
    asked
        Paths with their symbols, counted.
    moment
        What the server takes for now.
    """

    def __init__(self, moment: dt.datetime) -> None:
        self.moment = moment
        self.instances: dict[str, Instance] = {}
        self.troubles: dict[str, deque[str]] = {}
        self.asked: Counter[str] = Counter()
        self.spans: list[tuple[str, int, int]] = []
        self.crumbless = 0
        self.slow_seconds = 0.9
        self.delay_seconds = 0.0  # before every chart
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> YahooServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Go away, as when the network is unplugged."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5.0)

    def add(self, *instances: Instance) -> None:
        for instance in instances:
            self.instances[instance.symbol] = instance

    def trouble(self, symbol: str, *what: str) -> None:
        self.troubles[symbol] = deque(what)

    def add_sample(self, history: PriceHistory, tickers: Sequence[str], start: dt.date) -> None:
        """Serve the closes of `tickers` in `history` from `start` on; none of them is rounded on the way."""
        for ticker in tickers:
            facts = history.instruments[ticker]
            column = history.close(ticker)
            kept = [(day.item(), float(close)) for day, close in zip(history.dates, column, strict=True) if close == close and day.item() >= start]
            fx, coin, index = is_pair(ticker), ticker.endswith("-USD"), ticker.startswith("^")
            fund = "ETF" in facts.name or facts.asset_class is not AssetClass.EQUITY
            symbol = yahoo_symbol(ticker)
            assert symbol is not None
            self.add(
                Instance(
                    symbol=symbol,
                    days=[day for day, _ in kept],
                    closes=[close for _, close in kept],
                    name=facts.name,
                    kind="CURRENCY" if fx else "CRYPTOCURRENCY" if coin else "INDEX" if index else "ETF" if fund else "EQUITY",
                    currency=facts.currency,
                    zone="Europe/London" if fx else "UTC" if coin else "America/New_York",
                    opens=dt.time(0) if fx or coin else dt.time(9, 30),
                    shuts=dt.time(23, 59) if fx or coin else dt.time(16),
                    info={"sector": facts.sector, "country": facts.country},
                )
            )

    def chart(self, instance: Instance, query: dict[str, list[str]]) -> dict[str, Any]:
        """Return what `/v8/finance/chart/SYMBOL` answers."""
        zone = ZoneInfo(instance.zone)
        low = int(query.get("period1", ["-9000000000"])[0])
        high = int(query.get("period2", ["9000000000"])[0])
        bars = [(day, close) for day, close in zip(instance.days, instance.closes, strict=True)]
        today = self.moment.astimezone(zone).date()
        if instance.open_today is not None:
            bars = [bar for bar in bars if bar[0] != today] + [(today, instance.open_today)]
        if "range" in query and query["range"][0] != "max":
            bars = bars[-1:]
        stamps = [int(dt.datetime.combine(day, instance.opens, zone).timestamp()) for day, _ in bars]
        chosen = [(stamp, day, close) for stamp, (day, close) in zip(stamps, bars, strict=True) if low <= stamp < high]
        session = today if today.weekday() < 5 else today + dt.timedelta(days=7 - today.weekday())

        def moment(when: dt.time) -> int:
            return int(dt.datetime.combine(session, when, zone).timestamp())

        offset = int((self.moment.astimezone(zone).utcoffset() or dt.timedelta()).total_seconds())
        period = {"timezone": "X", "start": moment(instance.opens), "end": moment(instance.shuts), "gmtoffset": offset}
        meta = {
            "currency": instance.currency,
            "symbol": instance.symbol,
            "exchangeName": "XXX",
            "instrumentType": instance.kind,
            "firstTradeDate": stamps[0] if stamps else None,
            "regularMarketTime": int(self.moment.timestamp()),
            "gmtoffset": offset,
            "timezone": "X",
            "exchangeTimezoneName": instance.zone,
            "longName": instance.name or None,
            "shortName": instance.name or None,
            "currentTradingPeriod": {"pre": period, "regular": period, "post": period},
            "dataGranularity": "1d",
            "range": "",
            "validRanges": ["1d", "5d", "1mo", "1y", "max"],
            "priceHint": 2,
        }
        if not chosen:
            return {"chart": {"result": [{"meta": meta, "indicators": {"quote": [{}], "adjclose": [{}]}}], "error": None}}
        adjusted = [None if day in instance.blank else close for _, day, close in chosen]
        # what was traded before a dividend was higher than what its adjusted close says
        plain = [
            None if close is None else close + sum(paid for paid_on, paid in instance.dividends.items() if paid_on > day)
            for (_, day, _), close in zip(chosen, adjusted, strict=True)
        ]
        quote = dict.fromkeys(("open", "high", "low", "close"), plain) | {"volume": [None if c is None else 1000 for c in adjusted]}
        events: dict[str, Any] = {}
        for stamp, day, _ in chosen:
            if day in instance.dividends:
                events.setdefault("dividends", {})[str(stamp)] = {"amount": instance.dividends[day], "date": stamp}
            if day in instance.splits:
                up, down = instance.splits[day]
                events.setdefault("splits", {})[str(stamp)] = {"date": stamp, "numerator": up, "denominator": down, "splitRatio": f"{up}:{down}"}
        result = {
            "meta": meta,
            "timestamp": [stamp for stamp, _, _ in chosen],
            "indicators": {"quote": [quote], "adjclose": [{"adjclose": adjusted}]},
        }
        return {"chart": {"result": [result | ({"events": events} if events else {})], "error": None}}

    def summary(self, instance: Instance) -> dict[str, Any]:
        """Return what `/v10/finance/quoteSummary/SYMBOL` answers."""
        profile = {name: value for name, value in instance.info.items() if name in {"sector", "country", "industry"} and value}
        kind = {"quoteType": instance.kind, "longName": instance.name, "shortName": instance.name, "symbol": instance.symbol}
        detail = {"currency": instance.currency} | {name: value for name, value in instance.info.items() if name == "category"}
        return {"quoteSummary": {"result": [{"assetProfile": profile, "quoteType": kind, "summaryDetail": detail}], "error": None}}

    def quote(self, instance: Instance) -> dict[str, Any]:
        """Return what `/v7/finance/quote` answers."""
        names = {"longName": instance.name, "shortName": instance.name} if instance.name else {}
        facts = {
            "symbol": instance.symbol,
            "quoteType": instance.kind,
            "currency": instance.info.get("currency", instance.currency),
            "exchangeTimezoneName": instance.zone,
        }
        return {"quoteResponse": {"result": [facts | names], "error": None}}

    def trouble_of(self, symbol: str) -> str:
        with self._lock:
            queue = self.troubles.get(symbol) or self.troubles.get("*")
            if not queue:
                return "ok"
            if queue[0].endswith("!"):
                return queue[0][:-1]
            return queue.popleft()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = parse_qs(parts.query)
                path = unquote(parts.path)
                symbol = path.rsplit("/", 1)[-1]
                with server._lock:
                    server.asked[path] += 1
                if path == "/v1/test/getcrumb":
                    self._send(200, CRUMB.encode(), "text/plain")
                elif path.startswith("/v8/finance/chart/"):
                    with server._lock:
                        server.crumbless += query.get("crumb") != [CRUMB] or "A3=" not in (self.headers.get("Cookie") or "")
                        if "period1" in query:
                            server.spans.append((symbol, int(query["period1"][0]), int(query["period2"][0])))
                    self._chart(symbol, query)
                elif path.startswith("/v10/finance/quoteSummary/"):
                    self._known(symbol, server.summary, "quoteSummary")
                elif path.startswith("/v7/finance/quote"):
                    symbol = query.get("symbols", [""])[0]
                    self._known(symbol, server.quote, "quoteResponse")
                elif path.startswith("/ws/fundamentals-timeseries"):
                    self._json(200, {"timeseries": {"result": [], "error": None}})
                else:  # fc.yahoo.com answers 404, and sets the cookie all the same
                    self._send(404, b"", "text/html", cookie=True)

            def _chart(self, symbol: str, query: dict[str, list[str]]) -> None:
                time.sleep(server.delay_seconds)
                trouble = server.trouble_of(symbol)
                if trouble == "429":
                    self._send(429, b"Too Many Requests\r\n", "text/plain")
                elif trouble == "500":
                    self._send(500, b"<html>oops</html>", "text/html")
                elif trouble == "html":
                    self._send(200, b"<html>Will be right back</html>", "text/html")
                elif trouble == "slow":
                    time.sleep(server.slow_seconds)
                    self._send(504, b"", "text/plain")
                elif trouble == "404" or symbol not in server.instances:
                    error = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
                    self._json(404, {"chart": {"result": None, "error": error}})
                elif trouble in {"401", "403", "451", "503", "999"}:
                    self._json(int(trouble), {"finance": {"result": None, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}})
                elif trouble == "crumb":
                    self._json(401, {"chart": {"result": None, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}})
                elif trouble == "refused":
                    self._json(200, {"finance": {"result": None, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}})
                elif trouble == "gone":
                    error = {"code": "Bad Request", "description": "Data doesn't exist for startDate = 1, endDate = 2"}
                    self._json(400, {"chart": {"result": None, "error": error}})
                elif trouble in {"null", "[]"}:
                    self._send(200, trouble.encode(), "application/json")
                elif trouble == "empty":
                    self._json(200, {"chart": {"result": [], "error": None}})
                else:
                    body = json.dumps(server.chart(server.instances[symbol], query)).encode()
                    self._send(200, body[: len(body) // 2] if trouble == "cut" else body, "application/json")

            def _known(self, symbol: str, answer: Any, name: str) -> None:
                instance = server.instances.get(symbol)
                if instance is None:
                    self._json(404, {name: {"result": None, "error": {"code": "Not Found", "description": f"Quote not found for symbol: {symbol}"}}})
                else:
                    self._json(200, answer(instance))

            def _json(self, status: int, document: dict[str, Any]) -> None:
                self._send(status, json.dumps(document).encode(), "application/json")

            def _send(self, status: int, body: bytes, kind: str, cookie: bool = False) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    if cookie:
                        self.send_header("Set-Cookie", "A3=d=loopback; Path=/; Max-Age=31557600")
                    self.end_headers()
                    self.wfile.write(body)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # a client that lost its patience

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
