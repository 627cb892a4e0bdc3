"""What the API adds to the bare analysis: a real uvicorn in its own process, a client that keeps its connection.

Floor: `analyse` of the same portfolio in this process, measured in turn with the requests.
"""

from __future__ import annotations

import dataclasses
import functools
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.measure import Row, interleaved, milliseconds
from benchmarks.single import portfolio_of_25
from farp.analysis import AnalysisSpec, analyse
from farp.prices.sample import load_sample
from farp.settings import load_settings
from farp.store import open_store
from farp.store.protocol import PORTFOLIOS
from farp.store.users import converted

TARGET_SECONDS = 0.005
START_SECONDS = 30
HOST = "127.0.0.1"
PATHS = ("metrics", "var", "exposure", "factor-contributions")


@contextmanager
def served(data_dir: Path) -> Iterator[str]:
    """Serve the API on a free port with a store in `data_dir`; yields the address below which the routes are."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "FARP_DATA_DIR": str(data_dir)}
    environment.pop("MONGODB_URI", None)
    command = [sys.executable, "-m", "farp.serving", "farp.api.app:create_app", "--host", HOST, "--port", str(port), "--end-with-parent"]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)
    try:
        address = f"http://{HOST}:{port}/api/v1"
        _wait_for(f"{address}/health", process)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"the API did not answer at {url} within {START_SECONDS} seconds.")


def rows(repeats: int) -> list[Row]:
    history = load_sample()
    portfolio = portfolio_of_25(history)
    document = {
        "user_id": "bench",
        "username": "bench",
        "email": "",
        "portfolio": {
            "portfolio_name": "Bench",
            "assets": [{"asset_ticker": position.ticker, "asset_quantity": position.quantity} for position in portfolio.positions],
        },
    }
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"FARP_DATA_DIR": folder})
        with open_store(settings) as store:
            store.put_many(PORTFOLIOS, [converted(document)])
        spec = dataclasses.replace(AnalysisSpec(), risk_free_rate=settings.risk_free_rate)
        with served(Path(folder)) as address, httpx.Client(trust_env=False) as client:

            def ask(path: str) -> None:
                client.get(f"{address}/risk/{path}", params={"portfolio_id": "bench.bench"}).raise_for_status()

            runs: dict[str, Callable[[], object]] = {path: functools.partial(ask, path) for path in PATHS}
            times = interleaved(runs | {"floor": lambda: analyse(portfolio, history, None, spec)}, repeats * 10)
    return [
        Row(
            what=f"API /risk/{path}, {len(portfolio.positions)} positions, p50",
            measured=milliseconds(times[path]),
            floor=f"{milliseconds(times['floor'])} bare analysis",
            ratio=times[path] / times["floor"],
            target=f"<= floor + {milliseconds(TARGET_SECONDS)}",
            ok=times[path] <= times["floor"] + TARGET_SECONDS,
        )
        for path in PATHS
    ]
