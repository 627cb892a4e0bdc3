"""Bad input x every analysis x every entrance: a defined answer in valid JSON, or one sentence; never a traceback, a 500 or a NaN."""

from __future__ import annotations

import dataclasses
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import streamlit as st
import uvicorn
from fastapi.routing import APIRoute
from pydantic import BaseModel
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from farp import service
from farp.api import routes_risk, topics
from farp.api.app import create_app
from farp.cli import app as command
from farp.service import Desk, open_desk
from farp.settings import load_settings
from farp.store.protocol import PORTFOLIOS as STORED
from farp.store.users import converted
from farp.ui import desk as cached

from .made_up_market import MARKETS, PORTFOLIOS

OWNER = "user_001"
ROOT = Path(__file__).resolve().parents[2]
NOT_ABOUT_A_PORTFOLIO = {"upload", "methodology", "prices", "book"}
PAGES = sorted(page.stem for page in (ROOT / "pages").glob("*.py") if page.stem not in NOT_ABOUT_A_PORTFOLIO)
ROUTES: dict[str, dict[str, str]] = {
    "metrics": {},
    "var": {"confidence": "99", "horizon": "10"},
    "var student": {"method": "student_t", "confidence": "99.9", "horizon": "60"},
    "var cornish-fisher": {"method": "cornish_fisher", "confidence": "97.5"},
    "var age-weighted": {"method": "age_weighted", "rule": "centered", "lookback": "60"},
    "var filtered": {"method": "filtered_historical"},
    "var normal": {"method": "parametric_normal", "lookback": "all"},
    "exposure": {},
    "factor-contributions": {},
    "backtest": {},
    "backtest 500": {"days": "500", "confidence": "95", "lookback": "60", "series": "true", "method": "historical_simulation"},
    "contributions": {},
    "contributions sector": {"by": "sector", "view": "parametric", "confidence": "99.9"},
    "contributions factor": {"by": "factor"},
    "contributions factor normal": {"by": "factor", "view": "parametric", "lookback": "60"},
    "correlation": {},
    "correlation all": {"lookback": "all"},
    "factors": {},
    "factors rolling": {"covariance": "ledoit_wolf", "rolling": "60", "lookback": "60"},
    "factors own": {"factors": "A"},
    "pca": {},
    "pca 60": {"lookback": "60"},
    "performance": {"rolling": "20"},
    "performance all": {"rolling": "252", "lookback": "all"},
    "sensitivity": {},
    "sensitivity own": {"factors": "A,FLAT", "grid": "A,FLAT"},
    "stress": {},
    "reverse-stress": {},
    "reverse-stress amount": {"loss_amount": "1000", "horizon": "60"},
}
"""A route, and after a blank what is special about the question."""

SLOW_ROUTES: dict[str, dict[str, str]] = {
    "var": {"method": "garch_filtered"},
    "var monte": {"method": "monte_carlo"},
}
MODELS: dict[str, Any] = {
    route.path.removeprefix("/risk").removeprefix("/"): route.response_model
    for router in (routes_risk.router, *topics.ROUTERS)
    for route in router.routes
    if isinstance(route, APIRoute) and "GET" in route.methods
}
SHOCKS = [
    {"mode": "direct", "shocks": [{"kind": "ticker", "name": "A", "size_pct": -20.0}, {"kind": "currency", "name": "EUR", "size_pct": 10.0}]},
    {"mode": "propagated", "shocks": [{"kind": "ticker", "name": "M", "size_pct": -100.0}]},
    {"mode": "propagated", "shocks": [{"kind": "ticker", "name": "A", "size_pct": -5.0}, {"kind": "ticker", "name": "TWIN", "size_pct": 5.0}]},
    {"mode": "propagated", "shocks": [{"kind": "ticker", "name": "FLAT", "size_pct": 1000.0}]},
    {"mode": "direct", "shocks": [{"kind": "factor", "name": "Market", "size_pct": -10.0}]},
    {"mode": "direct", "shocks": [{"kind": "sector", "name": "Banks", "size_pct": -100.0}]},
]
SHOWN = ("empty", "unknown", "one-flat", "cash", "twins", "cancelled", "worth-nothing", "short", "days20", "days19", "crashed", "odd-name", "crowd")
"""Portfolios that every command is tried with; the routes see all of them."""

COMMANDS: list[list[str]] = [
    ["risk"],
    ["backtest"],
    ["contributions"],
    ["contributions", "--by", "factor"],
    ["contributions", "--by", "currency", "--view", "parametric"],
    ["correlation"],
    ["factors", "--rolling", "60"],
    ["pca"],
    ["performance"],
    ["sensitivity"],
    ["stress"],
    ["stress", "--shock", "ticker:A=-20", "--mode", "propagated"],
    ["reverse-stress"],
]


def sentence(text: str) -> None:
    """Fail unless `text` reads as something a person can do something with."""
    assert text
    assert text[-1] in ".)", text
    assert "\n" not in text.strip()
    assert len(text) < 1500
    assert not re.search(r"\b(nan|inf|None(?! of)|Traceback|object at|ndarray|LinAlgError)\b", text), text


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} in JSON")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile")
    user = {
        "user_id": OWNER,
        "portfolios": [
            {"portfolio_name": name, "assets": [{"asset_ticker": ticker, "asset_quantity": quantity} for ticker, quantity in held.items()]}
            for name, held in PORTFOLIOS.items()
        ],
    }
    with open_desk(load_settings({"FARP_DATA_DIR": str(path)})) as desk:
        desk.store.put(STORED, converted(user))
        assert {portfolio.id for portfolio in desk.portfolios()} == {id_of(name) for name in PORTFOLIOS}
    return path


def id_of(name: str) -> str:
    return f"{name}.{OWNER}"


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[tuple[httpx.Client, Callable[[str], None]]]:
    """A client of a real server, and a function that changes the market behind it."""
    app = create_app(load_settings({"FARP_DATA_DIR": str(folder)}))
    real = app.state.desk

    def trade(market: str) -> None:
        app.state.desk = dataclasses.replace(real, history=MARKETS[market])

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", access_log=False, ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 30.0
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.started
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    with httpx.Client(base_url=f"{address}/api/v1", timeout=60.0) as client:
        yield client, trade
    server.should_exit = True
    thread.join(30.0)


def answered(answer: httpx.Response, model: type[BaseModel] | None) -> str | None:
    """Return what is wrong with an answer; None when it is a defined answer or one sentence."""
    try:
        document = json.loads(answer.text, parse_constant=refuse)
        if answer.status_code == 200:
            if model is not None:
                model.model_validate_json(answer.content)
        else:
            assert 400 <= answer.status_code < 500, f"status {answer.status_code}"
            assert set(document) == {"error"}
            sentence(document["error"]["message"])
    except (AssertionError, ValueError) as error:
        return f"{answer.request.url}: {str(error)[:300]}"
    return None


def test_every_route_is_asked() -> None:
    assert {route.split()[0] for route in ROUTES} == set(MODELS)


@pytest.mark.parametrize("market", MARKETS)
def test_every_route_answers_or_says_why_not(served: tuple[httpx.Client, Callable[[str], None]], market: str) -> None:
    client, trade = served
    trade(market)
    portfolios = PORTFOLIOS if market == "plain" else ("ordinary", "cash", "days61", "factors")
    wrong = []
    for name in portfolios:
        for route, parameters in ROUTES.items():
            path = route.split()[0]
            answer = client.get(f"/risk/{path}", params={**parameters, "portfolio_id": id_of(name)})
            wrong.append(answered(answer, MODELS[path]))
    assert [one for one in wrong if one] == []


def test_the_slow_methods_answer_or_say_why_not(served: tuple[httpx.Client, Callable[[str], None]]) -> None:
    client, trade = served
    trade("plain")
    wrong = []
    for name in ("one", "one-flat", "one-sleepy", "cash", "worth-less", "days20", "crashed", "huge"):
        for route, parameters in SLOW_ROUTES.items():
            path = route.split()[0]
            wrong.append(answered(client.get(f"/risk/{path}", params={**parameters, "portfolio_id": id_of(name)}), MODELS[path]))
    assert [one for one in wrong if one] == []


def test_shocks_of_ones_own_answer_or_say_why_not(served: tuple[httpx.Client, Callable[[str], None]]) -> None:
    client, trade = served
    wrong = []
    for market, portfolios in (("plain", tuple(PORTFOLIOS)), ("no factors", ("ordinary",)), ("a market that never moves", ("ordinary", "cash"))):
        trade(market)
        for name in portfolios:
            for body in SHOCKS:
                problem = answered(client.post("/risk/stress", json=body, params={"portfolio_id": id_of(name)}), None)
                wrong.append(f"{body}: {problem}" if problem else None)
    assert [one for one in wrong if one] == []


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_every_command_shows_something_or_says_why_not(folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    def opened(settings: Any) -> Desk:
        return dataclasses.replace(open_desk(settings), history=MARKETS["plain"])

    monkeypatch.setattr(service, "open_desk", opened)
    wrong = []
    for name in SHOWN:
        result = CliRunner().invoke(command, [arguments[0], id_of(name), *arguments[1:]], env={"FARP_DATA_DIR": str(folder)})
        said = " ".join([*arguments, name])
        if result.exit_code == 0:
            if re.search(r"\b(nan|NaN|inf|None(?! of))\b", result.stdout):
                wrong.append(f"{said}: {result.stdout}")
        elif isinstance(result.exception, SystemExit) and result.stderr.startswith("farp: ") and result.stderr.count("\n") == 1:
            sentence(result.stderr.strip())
        else:
            wrong.append(f"{said}: {result.exit_code} {result.exception!r} {result.stderr[-300:]}")
    assert wrong == []


@pytest.mark.parametrize(
    ("market", "name"),
    [
        ("plain", "one-flat"),
        ("plain", "worth-nothing"),
        ("plain", "crowd"),
        ("a factor that never moves", "twins"),
        ("a market that has ended", "days61"),
        ("no factors", "cash"),
    ],
)
def test_every_page_shows_something_or_says_why_not(folder: Path, monkeypatch: pytest.MonkeyPatch, market: str, name: str) -> None:
    def opened(settings: Any) -> Desk:
        return dataclasses.replace(open_desk(settings), history=MARKETS[market])

    monkeypatch.setattr(cached, "open_desk", opened)
    monkeypatch.setenv("FARP_DATA_DIR", str(folder))
    monkeypatch.chdir(ROOT)
    st.cache_resource.clear()
    st.cache_data.clear()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["portfolio"] = id_of(name)
    app.run()
    wrong = []
    for page in PAGES:
        if page != "overview":
            app.switch_page(f"pages/{page}.py").run()
        wrong += [f"{page}: {error.message}" for error in app.exception] + [f"{page}: {error.value}" for error in app.error]
        words = [str(element.value) for kind in ("title", "subheader", "markdown", "caption", "info", "warning") for element in app.get(kind)]
        words += [f"{metric.label} {metric.value} {metric.delta}" for metric in app.metric]
        wrong += [f"{page}: {text}" for text in words if re.search(r"\b(nan|NaN|inf|None(?! of))\b", text)]
        for chart in app.get("plotly_chart"):
            try:
                json.loads(chart.proto.spec, parse_constant=refuse)
            except AssertionError as error:
                wrong.append(f"{page}: {error}")
        if not (app.metric or app.get("plotly_chart") or app.dataframe or app.subheader or app.info):
            wrong.append(f"{page}: an empty page")
    st.cache_resource.clear()
    st.cache_data.clear()
    assert wrong == []


@pytest.mark.parametrize("topic", ["contributions", "factors", "sensitivity", "reverse-stress"])
def test_a_mistyped_factor_is_misuse_of_every_command(folder: Path, topic: str) -> None:
    result = CliRunner().invoke(command, [topic, id_of("one"), "--factors", "NOSUCH"], env={"FARP_DATA_DIR": str(folder)})
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("farp: NOSUCH has no price at this source")
