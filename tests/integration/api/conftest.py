"""A real server on a free port of this machine, over a store with the demo users and a few awkward portfolios."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from farp.api.app import create_app
from farp.service import Desk, open_desk
from farp.settings import Settings, load_settings
from farp.store.protocol import PORTFOLIOS, Document
from farp.store.users import converted

AWKWARD: dict[str, list[tuple[str, float]]] = {
    "Empty": [],
    "Only Unknown": [("NOSUCH", 10.0)],
    "Partly Unknown": [("AAPL", 100.0), ("NOSUCH", 10.0), ("MSFT", 0.0)],
    "In Debt": [("AAPL", 10.0), ("CASH:USD", -5000.0)],
    "Cash Only": [("CASH:USD", 5000.0)],
    "Apple": [("AAPL", 1.0)],
    "Bitcoin": [("BTC-USD", 1.0)],
    "Euro Bitcoin": [("BTC-USD", 1.0), ("CASH:EUR", 1000.0), ("AAPL", -20.0)],
}


def awkward_user() -> Document:
    """Return the user document of "user_900", last in the list, with the portfolios of `AWKWARD`."""
    return converted(
        {
            "user_id": "user_900",
            "username": "awk_ward",
            "portfolios": [
                {"portfolio_name": name, "assets": [{"asset_ticker": ticker, "asset_quantity": quantity} for ticker, quantity in assets]}
                for name, assets in AWKWARD.items()
            ],
        }
    )


def awkward_id(name: str) -> str:
    """Return the id of one of `AWKWARD`."""
    return f"{name.lower().replace(' ', '-')}.user_900"


@contextlib.contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve `app` with uvicorn on a free loopback port; yield its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 30.0
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the API server did not start")
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30.0)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a store of its own, already seeded."""
    folder: Path = tmp_path_factory.mktemp("api")
    chosen = load_settings({"FARP_DATA_DIR": str(folder)})
    with open_desk(chosen) as desk:
        desk.seed()
        desk.store.put(PORTFOLIOS, awkward_user())
    return chosen


@pytest.fixture(scope="session")
def desk(settings: Settings) -> Iterator[Desk]:
    """What the API has, asked directly."""
    with open_desk(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def api(settings: Settings) -> Iterator[httpx.Client]:
    """A client of the running API, with /api/v1 as its root."""
    with served(create_app(settings)) as address, httpx.Client(base_url=f"{address}/api/v1", timeout=30.0) as client:
        yield client
