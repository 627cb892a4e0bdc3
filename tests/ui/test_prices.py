"""The page Prices: its numbers are the status', its buttons do what they say, and an empty source is no dead end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from farp.prices.sample import load_sample
from farp.service import Desk, open_desk
from farp.service.prices import read_state
from farp.settings import load_settings
from tests.yahoo_server import YahooServer

ROOT = Path(__file__).resolve().parents[2]
OpenApp = Callable[..., AppTest]


def words(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error", "success")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind)).replace("\\", "")


def card(app: AppTest, label: str) -> str:
    return next(metric.value for metric in app.metric if metric.label == label).replace("\\", "")


def button(app: AppTest, label: str) -> Any:
    return next(button for button in app.button if button.label == label)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of the test's own: what is chosen here must not reach the other tests."""
    with open_desk(load_settings({"FARP_DATA_DIR": str(tmp_path)})) as desk:
        desk.seed(3)
    return tmp_path


@pytest.fixture
def own_app(folder: Path, monkeypatch: pytest.MonkeyPatch) -> OpenApp:
    monkeypatch.setenv("FARP_DATA_DIR", str(folder))
    monkeypatch.delenv("PRICE_SOURCE", raising=False)
    monkeypatch.chdir(ROOT)
    st.cache_resource.clear()
    st.cache_data.clear()

    def open_at(page: str = "prices", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        return app.switch_page(f"pages/{page}.py").run()

    return open_at


@pytest.fixture
def own_desk(folder: Path) -> Iterator[Desk]:
    with open_desk(load_settings({"FARP_DATA_DIR": str(folder)})) as desk:
        yield desk


def test_the_cards_and_the_table_show_the_status(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("prices")
    assert not app.exception
    status = desk.prices.status()
    needed = [one for one in status.series if one.needed_for]
    priced = [one for one in needed if one.outcome.value == "priced"]
    assert card(app, "Newest close") == "28 Dec 2022"
    assert card(app, "Priced") == f"{len(priced)} of {len(needed)}"
    assert card(app, "Without fresh prices") == str(len(needed) - len(priced))
    frame = app.dataframe[0].value
    assert sorted(frame["Ticker"]) == sorted(one.ticker for one in needed)
    assert frame["State"].iloc[0] != "Priced", "what needs a look comes first"
    assert "NOSUCH" in set(frame["Ticker"])


def test_every_view_is_in_the_link(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("prices", series="look")
    shown = set(app.dataframe[0].value["Ticker"])
    assert "NOSUCH" in shown
    assert "AAPL" not in shown
    assert "You have brought no prices of your own yet." in words(open_app("prices", series="own"))


def test_the_sample_cannot_be_updated_and_yahoo_is_a_choice(own_app: OpenApp, own_desk: Desk) -> None:
    app = own_app()
    assert button(app, "Update").disabled
    app.segmented_control(key="price_source").set_value("yahoo").run()
    assert not app.exception
    assert read_state(own_desk.store).source == "yahoo"
    assert "Prices come from Yahoo Finance from now on." in words(app)
    assert "No prices have been fetched yet." in words(app)
    assert not button(app, "Update").disabled
    assert card(app, "Newest close") == "–"


def test_a_page_of_figures_without_prices_says_what_to_do(own_app: OpenApp, own_desk: Desk) -> None:
    own_desk.prices.choose_source("yahoo")
    app = own_app("value_at_risk")
    assert not app.exception
    assert "There are no prices yet" in words(app)
    assert "press Update on the page Prices" in words(app)


def test_update_fetches_and_the_figures_follow(own_app: OpenApp, own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    own_desk.prices.choose_source("yahoo")
    sample = load_sample()
    with YahooServer(dt.datetime(2022, 12, 29, 12, tzinfo=dt.UTC)) as server:
        held = {position.ticker for portfolio in own_desk.portfolios() for position in portfolio.positions}
        server.add_sample(sample, sorted(held & set(sample.tickers) - {"UST2Y", "UST5Y", "UST10Y", "UST20Y"}), dt.date(2021, 6, 1))
        monkeypatch.setenv("YAHOO_ADDRESS", server.address)
        app = own_app()
        button(app, "Update").click().run(timeout=90)
    assert not app.exception
    assert "closes added" in words(app)
    assert card(app, "Newest close") == "28 Dec 2022"
    assert "weekdays behind" in "\n".join(str(metric.delta) for metric in app.metric)
    app.switch_page("pages/value_at_risk.py").run()
    assert not app.exception
    assert "closes to 28 December 2022" in words(app)


def test_a_source_that_is_away_is_a_sentence(own_app: OpenApp, own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    own_desk.prices.choose_source("yahoo")
    monkeypatch.setenv("YAHOO_ADDRESS", "http://127.0.0.1:9")
    app = own_app()
    button(app, "Update").click().run(timeout=90)
    assert not app.exception
    assert "Yahoo cannot be reached" in words(app)
    assert "What was stored before is still used." in words(app)


def test_a_benchmark_is_chosen_for_everybody_and_a_poor_one_refused(own_app: OpenApp, own_desk: Desk) -> None:
    app = own_app()
    picker = next(box for box in app.selectbox if box.label == "Benchmark")
    picker.set_value("QQQ").run()
    assert not app.exception
    assert read_state(own_desk.store).benchmark == "QQQ"
    assert "Beta is measured against QQQ from now on." in words(app)
    picker = next(box for box in app.selectbox if box.label == "Benchmark")
    picker.set_value("SPY").run()
    assert read_state(own_desk.store).benchmark == "QQQ"
    assert "a benchmark needs 60" in words(app)


def test_prices_of_ones_own_are_seen_before_they_are_kept(own_app: OpenApp, own_desk: Desk) -> None:
    days = load_sample().dates[-100:]
    text = "date,ticker,close\n" + "".join(f"{day},*MY* $FUND,{100 + i}\n" for i, day in enumerate(days))
    app = own_app()
    app.file_uploader[0].upload("fund.csv", text.encode(), "text/csv").run()
    assert not app.exception
    assert list(own_desk.prices.status().series) == [one for one in own_desk.prices.status().series if not one.own]
    button(app, "Keep these prices").click().run(timeout=90)
    assert not app.exception
    assert "Kept the prices of 1 ticker." in words(app)
    (mine,) = [one for one in own_desk.refreshed().prices.status().series if one.own]
    assert (mine.ticker, mine.source) == ("*MY* $FUND", "Own file fund.csv")
    app.multiselect(key="own_remove").set_value(["*MY* $FUND"]).run()
    button(app, "Remove").click().run(timeout=90)
    assert not [one for one in own_desk.refreshed().prices.status().series if one.own]


def test_a_price_file_that_cannot_be_read_is_one_sentence(own_app: OpenApp) -> None:
    app = own_app()
    app.file_uploader[0].upload("bad.csv", b"date,ticker,close\n2022-12-28,A,abc\n", "text/csv").run()
    assert not app.exception
    assert "Line 2 of the price file has the close 'abc'" in words(app)


def test_facts_are_corrected_and_stay(own_app: OpenApp, own_desk: Desk) -> None:
    days = load_sample().dates[-100:]
    text = "date,FUND\n" + "".join(f"{day},{100 + i}\n" for i, day in enumerate(days))
    own_desk.prices.save_own(own_desk.prices.read_own(text.encode(), "fund.csv"))
    app = own_app()
    next(box for box in app.selectbox if box.label == "Asset class").set_value("FIXED_INCOME")
    next(field for field in app.text_input if field.label == "Name").set_value("My bond fund")
    button(app, "Save these facts").click().run(timeout=90)
    assert not app.exception
    facts = own_desk.refreshed().history.instruments["FUND"]
    assert (facts.name, facts.asset_class.value, facts.sector) == ("My bond fund", "FIXED_INCOME", "Unclassified")


def test_the_environment_goes_before_the_switch(own_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICE_SOURCE", "sample")
    monkeypatch.setenv("BENCHMARK", "QQQ")
    st.cache_resource.clear()
    app = own_app()
    assert not app.exception
    assert "Set by PRICE_SOURCE where FARP was started." in words(app)
    assert next(box for box in app.selectbox if box.label == "Benchmark").disabled
