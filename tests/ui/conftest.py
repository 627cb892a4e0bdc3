"""The app on a store of its own, driven without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from farp.service import Desk, open_desk
from farp.settings import load_settings
from farp.store.protocol import PORTFOLIOS
from farp.store.users import converted

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the demo users and a few portfolios that go wrong."""
    directory = tmp_path_factory.mktemp("data")
    with open_desk(load_settings({"FARP_DATA_DIR": str(directory)})) as desk:
        desk.seed()
        for user_id, name, assets in (
            ("user_901", "Empty", []),
            ("user_902", "All Unknown", [("NOSUCH", 10), ("OTHER", -5), ("CASH:USD", 100)]),
            ("user_903", "Borrowed More", [("AAPL", 10), ("CASH:USD", -1_000_000)]),
            ("user_904", "Just Cash", [("CASH:USD", 5_000)]),
            ("user_905", "Short Only", [("AAPL", -10), ("XOM", -20)]),
            ("user_906", ":red[*Evil*] $5 <b>x</b> [a](http://b)", [("AAPL", 10)]),
        ):
            document = {
                "user_id": user_id,
                "username": "odd_case",
                "email": "odd.case@example.com",
                "portfolio": {
                    "portfolio_name": name,
                    "portfolio_desc": "",
                    "portfolio_created_at": None,
                    "assets": [{"asset_ticker": ticker, "asset_quantity": quantity} for ticker, quantity in assets],
                },
            }
            desk.store.put(PORTFOLIOS, converted(document))
    return directory


@pytest.fixture
def desk(data_dir: Path) -> Iterator[Desk]:
    with open_desk(load_settings({"FARP_DATA_DIR": str(data_dir)})) as desk:
        yield desk


@pytest.fixture
def open_app(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Return a function that opens the app at a page with query parameters."""
    monkeypatch.setenv("FARP_DATA_DIR", str(data_dir))
    monkeypatch.chdir(ROOT)
    st.cache_resource.clear()
    st.cache_data.clear()

    def open_at(page: str = "", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        if page:
            app.switch_page(f"pages/{page}.py").run()
        return app

    return open_at
