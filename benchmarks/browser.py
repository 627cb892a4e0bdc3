"""Page changes in a real browser beside those of an empty Streamlit app, and a cold start up to the first usable page.

A page change lasts from the click on its link until its heading stands, the script rests, and (for "charts drawn") each
chart has its marks. Both servers run the same stack and are measured in turns.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
PAGES = ("Value at risk", "Exposure", "Factors", "Drawdown", "Positions & data", "Overview")
REPEATS = 7

_CHANGE = """async ([link, wanted, charts]) => {
  const started = performance.now();
  const rests = () => document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning';
  const stands = () => [...document.querySelectorAll('[data-testid=stMain] h1, [data-testid=stMain] h3')].some(e => e.innerText.includes(wanted));
  const drawn = () => [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(e => e.querySelector('.main-svg'));
  [...document.querySelectorAll('[data-testid=stSidebarNavLink]')].find(e => e.innerText.trim().endsWith(link)).click();
  return await new Promise(resolve => {
    const look = () => (stands() && rests() && (!charts || drawn())) ? resolve(performance.now() - started) : requestAnimationFrame(look);
    setTimeout(look, 0);
  });
}"""
_HEADINGS = {
    "Overview": "Top risk contributors",
    "Value at risk": "worst days",
    "Exposure": "Holdings by size",
    "Factors": "Loadings and t-statistics",
    "Drawdown": "Rolling volatility",
    "Positions & data": "Data behind the figures",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChange:
    """Median seconds of a warm page change: ours until the script rests, ours with all charts drawn, and the empty page's."""

    name: str
    seconds: float
    drawn_seconds: float
    floor_seconds: float

    @property
    def ratio(self) -> float:
        return self.seconds / self.floor_seconds


def page_changes() -> list[PageChange]:
    """Return the median page change of each page, measured in turns with the empty app's."""
    with tempfile.TemporaryDirectory() as data, _ui("farp.ui.server:create_app", data) as ours, _ui("benchmarks.browser:empty_app", data) as empty:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
            page, floor = browser.new_page(viewport={"width": 1440, "height": 900}), browser.new_page(viewport={"width": 1440, "height": 900})
            _open(page, ours)
            _open(floor, empty)
            for name in PAGES:  # once through, so that caches and the browser's code are warm
                _change(page, name, _HEADINGS[name], charts=True)
            rests: dict[str, list[float]] = {name: [] for name in PAGES}
            drawn: dict[str, list[float]] = {name: [] for name in PAGES}
            floors: list[float] = []
            for _ in range(REPEATS):
                for name in PAGES:
                    floor.bring_to_front()
                    floors.append(_change(floor, "Second", "Second", charts=False))
                    floors.append(_change(floor, "First", "First", charts=False))
                    page.bring_to_front()
                    rests[name].append(_change(page, name, _HEADINGS[name], charts=False))
                    page.wait_for_timeout(400)  # let its charts finish before the next measurement starts
                for name in PAGES:
                    drawn[name].append(_change(page, name, _HEADINGS[name], charts=True))
                    page.wait_for_timeout(400)
            browser.close()
    base = statistics.median(floors)
    return [
        PageChange(name=name, seconds=statistics.median(rests[name]), drawn_seconds=statistics.median(drawn[name]), floor_seconds=base)
        for name in PAGES
    ]


def cold_start() -> float:
    """Return the seconds from typing `farp serve` on a fresh store to a first page with its numbers on screen."""
    port, api_port = _free_port(), _free_port()
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", "from farp.cli import app; app()", "serve", "--ui-port", str(port), "--api-port", str(api_port), "--no-open"],
            cwd=ROOT,
            env=_environment(data),
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}")
            page.goto(f"http://127.0.0.1:{port}")
            page.wait_for_selector("[data-testid=stMetricValue]", timeout=60_000)
            return time.perf_counter() - started
        finally:
            process.terminate()
            process.wait(timeout=30)
            browser.close()


def empty_app() -> object:
    """Return the empty app as an ASGI application, warmed up like FARP's own."""
    import streamlit as st

    for name in ("pandas", "plotly.graph_objects"):  # the same modules in memory as FARP's server has
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    return st.App(ROOT / "benchmarks" / "empty_app.py")


@contextlib.contextmanager
def _ui(factory: str, data: str) -> Iterator[str]:
    port = _free_port()
    subprocess.run(
        [sys.executable, "-c", "from farp.cli import app; app()", "seed"], cwd=ROOT, env=_environment(data), check=True, capture_output=True
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "farp.serving", factory, "--host", "127.0.0.1", "--port", str(port), "--websockets"], cwd=ROOT, env=_environment(data)
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _environment(data: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {"FARP_DATA_DIR": data}


def _open(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(READY, timeout=60_000)
    page.wait_for_timeout(1500)


def _change(page: Page, link: str, heading: str, *, charts: bool) -> float:
    return float(page.evaluate(_CHANGE, [link, heading, charts])) / 1000.0


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise SystemExit("The browser benchmark needs a chromium on this machine.")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
            return
        time.sleep(0.05)
    raise SystemExit(f"{url} did not answer within a minute.")
