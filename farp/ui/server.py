"""The user interface as an ASGI application: Streamlit's `app.py`, warmed up and behind security headers.

`farp serve` runs `create_app` under uvicorn, which answers clicks about three times faster than `streamlit run`.
"""

from __future__ import annotations

import datetime as dt
import gc
import importlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import farp
from farp.errors import FarpError
from farp.settings import Settings, load_settings

if TYPE_CHECKING:
    import streamlit as st
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from farp.market import PriceHistory

# What every page needs and what is slow to import: paid for once, before the first visitor comes.
_FIRST_PAGE_NEEDS = ("pandas", "plotly.graph_objects", "farp.charts", "farp.service")

# Streamlit and Plotly build styles, scripts and workers on the fly, so inline, eval and blob: stay allowed; no other
# host does, in either direction.
_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline' blob:",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
SECURITY_HEADERS = (
    (b"content-security-policy", _CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


def app_script() -> Path:
    """Return the absolute path of `app.py`, which lies beside the `farp` package in a checkout.

    Raises
    ------
    FarpError
        It is not there.
    """
    script = Path(farp.__file__).resolve().parents[1] / "app.py"
    if not script.is_file():
        raise FarpError(f"The user interface needs '{script}', which is not there; install farp from a complete checkout with `make setup`.")
    return script


def create_app() -> st.App:
    """Return the user interface as an ASGI application, imports done and prices loaded.

    Warming up here and not in the lifespan hook lets a failure leave as a `FarpError`, one sentence; an exception in a
    lifespan hook is logged as a traceback.

    Raises
    ------
    FarpError
        A setting, the price source or `app.py` is at fault.
    """
    script = app_script()
    warm_up(load_settings())

    import streamlit as st
    from starlette.middleware import Middleware

    return st.App(script, lifespan=_lifespan, middleware=[Middleware(SameOrigin), Middleware(SecurityHeaders)])


def warm_up(settings: Settings) -> None:
    """Import what the first page needs, load the price history it will ask for, and draw once what Plotly loads late."""
    for name in _FIRST_PAGE_NEEDS:
        importlib.import_module(name)
    from farp.analysis import analyse
    from farp.charts import contribution, drawdown, factors, value_at_risk
    from farp.charts.theme import LIGHT
    from farp.portfolio import Portfolio, Position
    from farp.prices import price_history
    from farp.prices.sample import load_sample

    # the sample is always there; that other prices are read from the store is the first page's own business
    history = price_history(settings) if settings.price_source == "sample" else load_sample()
    report = analyse(Portfolio(id="warm-up", name="Warm-up", positions=(Position(history.benchmark, 1.0),)), history, as_of=_last_day(history))
    contribution.tail_contributions(report, report.spec.confidences[0], LIGHT)
    for draw in (value_at_risk.loss_histogram, factors.contribution_heatmap, drawdown.value_path):
        draw(report, LIGHT)


def _last_day(history: PriceHistory) -> dt.date:
    """Return the benchmark's last day: a chosen one may end before the rest, and must not be refused as stale here."""
    import numpy as np

    from farp.market import as_date

    return as_date(history.dates[np.flatnonzero(np.isfinite(history.close(history.benchmark)))[-1]])


@asynccontextmanager
async def _lifespan(app: st.App) -> AsyncIterator[None]:
    # What is loaded by now lives as long as the process: no later collection needs to walk through it.
    gc.collect()
    gc.freeze()
    # A script that draws charts holds the interpreter; the loop that sends what is ready gets its turn five times sooner.
    sys.setswitchinterval(0.001)
    yield


class SecurityHeaders:
    """Add `SECURITY_HEADERS` to every HTTP answer. Plain ASGI: the answer streams through untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a `send` that adds the headers the application did not set itself."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                message = {**message, "headers": headers + [header for header in SECURITY_HEADERS if header[0] not in present]}
            await send(message)

        await self.app(scope, receive, send_with_headers)


class SameOrigin:
    """Refuse a WebSocket that a page of another origin opens.

    Streamlit refuses it as well, but looks up this machine's public address on an outside host first.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it is a WebSocket from elsewhere."""
        if scope["type"] == "websocket":
            headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
            origin = headers.get(b"origin")
            if origin is not None and not _same_host(origin, headers.get(b"host", "")):
                await send({"type": "websocket.close", "code": 1008, "reason": "cross-origin"})
                return
        await self.app(scope, receive, send)


def _same_host(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc.lower() == host.lower() != ""
    except ValueError:
        return False
