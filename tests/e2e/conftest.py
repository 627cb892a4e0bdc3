"""`farp serve` as a user starts it, and a real browser in front of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running `farp serve`."""

    ui: str
    api: str


@dataclass(slots=True)
class Visit:
    """A page in the browser, and everything it complained about or asked of other hosts."""

    page: Page
    host: str
    complaints: list[str] = field(default_factory=list)

    def open(self, url: str) -> Page:
        self.page.goto(url)
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.wait_for_selector(READY, timeout=PATIENCE_SECONDS * 1000)


@contextlib.contextmanager
def serving(data_dir: Path) -> Iterator[Served]:
    ui_port, api_port = _free_port(), _free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", "from farp.cli import app; app()", "serve", "--ui-port", str(ui_port), "--api-port", str(api_port), "--no-open"],
        cwd=ROOT,
        env={**os.environ, "FARP_DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    served = Served(ui=f"http://127.0.0.1:{ui_port}", api=f"http://127.0.0.1:{api_port}")
    try:
        for address in (f"{served.ui}/_stcore/health", f"{served.api}/api/v1/health"):
            _wait_for(address, process)
        yield served
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        reason = "There is no chromium on this machine; install it to run the browser tests."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a fresh browser window; its complaints must be empty in the end."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def new(*, width: int = 1440, height: int = 900, dark: bool = False, server: Served = served) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
        contexts.append(context)
        made = Visit(context.new_page(), server.ui.removeprefix("http://"))
        _listen(made)
        visits.append(made)
        return made

    yield new
    for context in contexts:
        context.close()
    assert [complaint for visit in visits for complaint in visit.complaints] == []


def _listen(visit: Visit) -> None:
    page = visit.page

    def host(url: str) -> str:
        return url.split("//", 1)[-1].split("/", 1)[0]

    # a deep link makes Streamlit look for its base path under /_stcore/ first: those answers of 404 are its own business
    page.on(
        "console",
        lambda message: (
            visit.complaints.append(f"console: {message.text}") if message.type == "error" and "Failed to load resource" not in message.text else None
        ),
    )
    page.on("pageerror", lambda error: visit.complaints.append(f"page error: {error}"))
    page.on(
        "response",
        lambda response: (
            visit.complaints.append(f"{response.status}: {response.url}") if response.status >= 400 and "/_stcore/" not in response.url else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            visit.complaints.append(f"outside host: {request.url}")
            if request.url.startswith(("http", "ws")) and host(request.url) != visit.host
            else None
        ),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"farp serve ended: {process.communicate()[0]}")
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"{address} did not answer within {PATIENCE_SECONDS:g} s")
