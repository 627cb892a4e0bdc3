"""Page changes in a real browser beside those of an empty Streamlit app, and a cold start up to the first usable page.

Both servers run the same stack and are measured in turns, by an observer inside the page: nothing polls.
"""

from __future__ import annotations

import contextlib
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
EMPTY = "Empty page"

_CHANGE = """async ([link, first, last]) => {
  const main = document.querySelector('[data-testid=stMain]');
  const app = document.querySelector('[data-testid=stApp]');
  const has = text => [...main.querySelectorAll('h1, h3, [data-testid=stMetricLabel]')].some(e => e.textContent.includes(text));
  const drawn = () => [...main.querySelectorAll('[data-testid=stPlotlyChart]')].every(e => e.querySelector('.main-svg'));
  const started = performance.now();
  const times = {};
  const done = new Promise(resolve => {
    const look = () => {
      const now = performance.now() - started;
      if (times.first === undefined && has(first)) times.first = now;
      if (times.rests === undefined && has(last) && app.dataset.testScriptState === 'notRunning') times.rests = now;
      if (times.rests !== undefined && drawn()) { times.drawn = now; observer.disconnect(); resolve(times); }
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  [...document.querySelectorAll('[data-testid=stSidebarNavLink]')].find(e => e.textContent.trim().endsWith(link)).click();
  return await done;
}"""
# what each page has and the one before it does not: its first element and its last
_MARKS = {
    "Overview": ("%, 1 day", "What drives the ups and downs"),
    "Value at risk": ("Value at risk and expected shortfall", "through time"),
    "Exposure": ("Gross", "Holdings by size"),
    "Factors": ("Systematic", "Share of variance by factor"),
    "Drawdown": ("Maximum drawdown", "Rolling Sharpe ratio"),
    "Positions & data": ("Positions", "Data behind the figures"),
    EMPTY: (EMPTY, EMPTY),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChange:
    """Median seconds from the click on a link of the navigation, ours and the empty page's (`floor_...`).

    `first`: the page's first own element is in the document. `rests`: so is the last, and the script is done. `drawn`: every
    chart has its drawing.
    """

    name: str
    first: float
    rests: float
    drawn: float
    floor_first: float
    floor_rests: float


def page_changes() -> list[PageChange]:
    """Return the median change to each page from the one before it, beside that from the same page to an empty one.

    Both start from the same page, so both pay for taking it away; only what is put in its place differs.
    """
    with tempfile.TemporaryDirectory() as data, _ui("benchmarks.browser:app_with_empty_page", data) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        _open(page, server)
        for name in (*PAGES, EMPTY):  # once through, so that caches and the browser's code are warm
            _change(page, name)
        taken: dict[tuple[str, str], list[dict[str, float]]] = {(kind, name): [] for kind in ("ours", "floor") for name in PAGES}
        for _ in range(REPEATS):
            for before, name in zip((PAGES[-1], *PAGES), PAGES, strict=False):
                _change(page, before)
                taken["floor", name].append(_change(page, EMPTY))
                _change(page, before)
                taken["ours", name].append(_change(page, name))
        browser.close()

    def median(kind: str, name: str, moment: str) -> float:
        return statistics.median(times[moment] for times in taken[kind, name]) / 1000.0

    return [
        PageChange(
            name=name,
            first=median("ours", name, "first"),
            rests=median("ours", name, "rests"),
            drawn=median("ours", name, "drawn"),
            floor_first=median("floor", name, "first"),
            floor_rests=median("floor", name, "rests"),
        )
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


def app_with_empty_page() -> object:
    """Return FARP's user interface with an empty page beside its own."""
    import farp.ui.server

    farp.ui.server.app_script = lambda: ROOT / "benchmarks" / "app.py"
    return farp.ui.server.create_app()


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


def _change(page: Page, link: str) -> dict[str, float]:
    """Click `link` and return the milliseconds to each moment; then let the browser come to rest."""
    times: dict[str, float] = page.evaluate(_CHANGE, [link, *_MARKS[link]])
    page.wait_for_timeout(400)
    return times


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
