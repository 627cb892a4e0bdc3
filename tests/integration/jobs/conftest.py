"""A Redis server from Debian's package, worker processes as `farp worker` starts them, and what is stored about results."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from farp.jobs import runs
from farp.jobs.runs import Run
from farp.service import Desk, open_desk
from farp.settings import load_settings
from farp.store.protocol import BOOK, FACTOR_CONTRIBUTIONS, PORTFOLIOS, USER_PORTFOLIOS, Document
from tests.integration.store.conftest import ferretdb_binary, left_out, mongodb_database, mongodb_uri

__all__ = ["ferretdb_binary", "mongodb_database", "mongodb_uri"]

PATIENCE = 120.0
"""Seconds that anything may take on a busy machine before it is taken for broken."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(load_settings({"FARP_DATA_DIR": str(tmp_path)})) as opened:
        yield opened


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    binary = shutil.which("redis-server")
    if binary is None:
        left_out("There is no redis-server on this machine; install Debian's package redis-server.")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    folder = tmp_path_factory.mktemp("redis")
    command = [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process, redis.Redis(port=port) as client:
        try:
            until(lambda: _answers(client), "Redis answers")
            yield port
        finally:
            process.terminate()


@pytest.fixture
def broker(redis_port: int) -> str:
    """The address of an empty broker."""
    with redis.Redis(port=redis_port) as client:
        client.flushall()
    return f"redis://127.0.0.1:{redis_port}/0"


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def until(done: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Return what `done` gives as soon as that is something; fail after a while."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = done()
        if answer:
            return answer
        time.sleep(0.02)
    pytest.fail(f"Within {seconds:g} s this did not come about: {what}.")


Environment = dict[str, str]


def environment(folder: Path, broker: str | None = None, **more: str) -> Environment:
    """Settings of a store of its own."""
    return {"FARP_DATA_DIR": str(folder), **({"CELERY_BROKER_URL": broker} if broker else {}), **more}


def farp(settings: Environment, *arguments: str) -> subprocess.Popen[str]:
    """Start a `farp` command."""
    # as from a terminal: a shell starts what it puts into the background with Ctrl+C ignored, tests included, and children inherit that
    start = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); runpy.run_module('farp.cli', run_name='__main__')"
    command = [sys.executable, "-c", start, *arguments]
    return subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def said(settings: Environment, *arguments: str) -> tuple[int, str, str]:
    """Run a `farp` command to its end: exit status, output, errors."""
    process = farp(settings, *arguments)
    out, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, out, errors


class Worker:
    """A worker with its children, in a process group of its own."""

    def __init__(self, settings: Environment, command: list[str]) -> None:
        self.errors: list[str] = []
        self.process = subprocess.Popen(
            command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            self.errors.extend(lines)

    @property
    def children(self) -> list[int]:
        """The processes that do the tasks."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def ready(self) -> Worker:
        until(lambda: any("wait for work" in line for line in self.errors) or self.process.poll() is not None, "a worker is ready")
        assert self.process.poll() is None, self.errors
        return self

    def kill(self) -> None:
        """End the worker and all its children as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=PATIENCE)
        self._listener.join(timeout=PATIENCE)


@contextmanager
def working(settings: Environment, count: int = 1, concurrency: int = 1, script: Path | None = None) -> Iterator[list[Worker]]:
    """Have `count` workers, or those that `script` starts."""
    begin = [str(script)] if script else ["-m", "farp.cli", "worker"]
    workers = [Worker(settings, [sys.executable, *begin, "--concurrency", str(concurrency)]) for _ in range(count)]
    try:
        yield [worker.ready() for worker in workers]
    finally:
        for worker in workers:
            if worker.process.poll() is None:
                worker.kill()


def fed(user: str, name: str, *assets: tuple[str, float]) -> Document:
    """What was uploaded for a user."""
    portfolio = {"portfolio_name": name, "assets": [{"asset_ticker": ticker, "asset_quantity": quantity} for ticker, quantity in assets]}
    return {"_id": user, "user_id": user, "username": user, "portfolio": portfolio}


def feed_large(desk: Desk, users: int) -> None:
    """Feed portfolios that take a while: every one holds everything."""
    tickers = [ticker for ticker, known in desk.history.instruments.items() if known.holdable and ticker in desk.history]
    desk.store.put_many(USER_PORTFOLIOS, [fed(f"big_{i:03}", "All", *((ticker, 1.0 + i) for ticker in tickers)) for i in range(users)])


def results(desk: Desk) -> dict[str, Any]:
    """Everything stored about results, without the moments of computing."""
    entries = {entry["portfolio_id"]: entry for document in desk.store.list(PORTFOLIOS) for entry in document["portfolios"]}
    assert all("risk" in entry for entry in entries.values())
    depth = {document["_id"]: document for document in desk.store.list(FACTOR_CONTRIBUTIONS)}
    assert set(depth) == set(entries), "exactly one document a portfolio"
    lines = {document["_id"]: document for document in desk.store.list(BOOK) if document["_id"] in entries}
    assert set(lines) == set(entries)
    timeless = {"computed_at", "_revision", "portfolio_created_at"}
    text = json.dumps([entries, depth, lines], default=str)
    found: dict[str, Any] = json.loads(text, object_hook=lambda item: {key: value for key, value in item.items() if key not in timeless})
    return found


def newest(desk: Desk) -> Run:
    """The newest run."""
    return runs.latest(desk.store)[0]


def a_chunk_runs(desk: Desk) -> Callable[[], bool]:
    """Return whether a chunk of the newest run is being worked on."""
    return lambda: any(chunk["state"] == "running" for run in runs.latest(desk.store)[:1] for chunk in run.chunks)
