"""The pages All portfolios, Compare and Runs: their numbers are the stored ones and the analysis's, and odd books read as sentences."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from farp.analysis.book_total import book_total
from farp.charts.compare import Named
from farp.format import money, number, percent
from farp.jobs import runs
from farp.jobs.inputs import Inputs
from farp.jobs.local import refresh
from farp.jobs.runs import ChunkOutcome, PortfolioFailure, Request
from farp.portfolio import Position
from farp.service import Desk, open_desk
from farp.service.book import Book, State, read_book
from farp.settings import load_settings
from farp.ui.topics.compare import distribution_table, factor_table

ROOT = Path(__file__).resolve().parents[2]
OpenAt = Callable[..., AppTest]


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a few computed portfolios, some of them odd."""
    directory = tmp_path_factory.mktemp("book")
    with open_desk(load_settings({"FARP_DATA_DIR": str(directory)})) as desk:
        desk.seed(8)
        desk.save_portfolio("Nothing known", [Position("NOSUCH", 1.0)], owner="odd")
        desk.save_portfolio("Borrowed", [Position("AAPL", 1.0), Position("CASH:USD", -100_000.0)], owner="odd")
        desk.save_portfolio("Euro", [Position("AAPL", 5.0)], owner="odd", base_currency="EUR")
        desk.save_portfolio(":red[*Evil*] $5 <b>x</b>", [Position("AAPL", 10.0)], owner="odd")
        assert refresh(desk, Request(), processes=1).state == "finished"
    return directory


@pytest.fixture
def desk(computed: Path) -> Iterator[Desk]:
    with open_desk(load_settings({"FARP_DATA_DIR": str(computed)})) as opened:
        yield opened


def at(directory: Path, monkeypatch: pytest.MonkeyPatch) -> OpenAt:
    """Return a function that opens a page, from a copy of app.py: beside a folder `pages`, `AppTest` loses a button's press."""
    script = directory / "app.py"
    script.write_text((ROOT / "app.py").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("FARP_DATA_DIR", str(directory))
    monkeypatch.chdir(ROOT)
    st.cache_resource.clear()
    st.cache_data.clear()

    def opened(page: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(script), default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        return app.switch_page(str(ROOT / "pages" / f"{page}.py")).run()

    return opened


@pytest.fixture
def open_at(computed: Path, monkeypatch: pytest.MonkeyPatch) -> OpenAt:
    return at(computed, monkeypatch)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[OpenAt, Path]:
    return at(tmp_path, monkeypatch), tmp_path


def book_of(desk: Desk) -> Book:
    return read_book(desk.store, Inputs(desk.history, None, desk.analysis_spec()).basis)


def cards(app: AppTest) -> dict[str, str]:
    assert all(metric.help for metric in app.metric)
    return {metric.label: metric.value.replace("\\", "") for metric in app.metric}


def words(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error")
    parts = [str(element.value) for kind in kinds for element in app.get(kind)] + [f"{m.label} {m.value} {m.delta}" for m in app.metric]
    return "\n".join(parts).replace("\\", "")


def lines(app: AppTest) -> list[dict[str, Any]]:
    proto = next(one.proto for one in app.dataframe if "Trend" in pa.ipc.open_stream(one.proto.arrow_data.data).schema.names)
    table = pa.ipc.open_stream(proto.arrow_data.data).read_all()
    return list(table.to_pylist())


def charts(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec, parse_constant=pytest.fail) for chart in app.get("plotly_chart")]


def test_the_table_shows_what_is_stored(open_at: OpenAt, desk: Desk) -> None:
    app, book = open_at("book"), book_of(desk)
    assert not app.exception
    rows = lines(app)
    assert [row["Owner"] for row in rows] == list(book.owner)
    for place, row in enumerate(rows):
        if book.state[place] is State.FAILED:
            assert (row["State"], row["Value, USD"], row["VaR, %"], row["Trend"]) == ("Failed", None, None, [])
            continue
        assert row["State"] == "Current"
        assert row["As of"] == dt.date(2022, 12, 28)
        if book.currency[place] == "USD":
            assert row["Value, USD"] == round(book.value[place])
            assert row["VaR, USD"] == round(book.value_at_risk[place])
        if book.value[place] > 0:
            assert row["VaR, %"] == pytest.approx(100 * book.value_at_risk[place] / book.value[place])
            assert row["Limit used"] == pytest.approx(row["VaR, %"] / 2 * 100)
            assert row["Worst stress"] == pytest.approx(-100 * book.worst_stress[place] / book.value[place])
        else:
            assert (row["VaR, %"], row["Limit used"], row["Volatility"]) == (None, None, None)
        assert len(row["Trend"]) == 24
    euro = rows[book.name.index("Euro")]
    assert euro["Value, USD"] == pytest.approx(5 * desk.history.close("AAPL")[-1], abs=1.0)


def test_cards_are_the_analysis_of_all_positions_added_up(open_at: OpenAt, desk: Desk) -> None:
    app, book = open_at("book"), book_of(desk)
    report = book_total(book.pooled(), desk.history, "USD", spec=desk.analysis_spec()).report
    figure = report.value_at_risk_at(0.95, 1)
    shown = cards(app)
    assert shown["Value"] == money(report.net_asset_value)
    assert shown["VaR 95\u2009%, 1 day".replace("\u2009", " ")] == money(figure.amount)
    assert shown["Expected shortfall 95 %"] == money(figure.expected_shortfall)
    assert shown["Volatility, 1 year"] == percent(report.volatility[252])
    assert report.benchmark is not None
    assert shown["Beta"] == number(report.benchmark.beta)
    known = [place for place, state in enumerate(book.state) if state is State.CURRENT]
    rates = book.rates(desk.history, "USD")
    assert shown["VaRs added up"] == money(sum(book.value_at_risk[place] * rates[place] for place in known))
    over = sum(book.value_at_risk[place] > 0.02 * book.value[place] > 0 for place in known)
    assert shown["Above the limit"] == str(over) != "0"
    said = words(app)
    assert "Portfolios in EUR are converted to USD" in said
    assert "NOSUCH" in said
    scatter, names, factors = charts(app)
    assert len(scatter["data"][0]["x"]) == len(known) - 1, "the one without a positive value has no volatility"
    assert names["data"][0]["x"] == sorted(names["data"][0]["x"], reverse=True)
    assert factors["data"]


def test_filters_reach_the_table_and_the_whole(open_at: OpenAt, desk: Desk) -> None:
    app = open_at("book", find="long equity")
    assert [row["Owner"] for row in lines(app)] == ["user_003"]
    assert cards(app)["Value"] == money(desk.report("long-short-equity.user_003").net_asset_value)
    app.text_input(key="find").set_value("").run()
    app.text_input(key="owner").set_value("ODD").run()
    assert {row["Owner"] for row in lines(app)} == {"odd"}
    app.selectbox(key="state").select("failed").run()
    assert [row["Portfolio"] for row in lines(app)] == ["Nothing known"]
    assert not app.metric, "nothing of it can be priced"
    assert "can be priced" in words(app)
    app.selectbox(key="state").select("waiting").run()
    assert "No portfolio passes these filters" in words(app)
    assert not app.exception


def test_the_limit_filter_keeps_those_above(open_at: OpenAt) -> None:
    app = open_at("book", limit="over")
    rows = lines(app)
    assert rows
    assert all(row["Limit used"] > 100 for row in rows)
    app.selectbox(key="limit").select("amber").run()
    assert len(lines(app)) > len(rows)
    assert all(row["Limit used"] > 80 for row in lines(app))


def test_a_row_opens_its_portfolio(open_at: OpenAt) -> None:
    app = open_at("book", find="single")
    app.session_state["book_lines"] = {"selection": {"rows": [], "columns": [], "cells": [(0, "VaR, %")]}}
    app.run()
    assert [title.value for title in app.title] == ["Single Stock"]
    assert app.selectbox(key="portfolio").value == "single-stock.user_008"


def test_names_and_reasons_come_out_as_they_are(open_at: OpenAt) -> None:
    app = open_at("book")
    assert ":red[*Evil*] $5 <b>x</b>" in [row["Portfolio"] for row in lines(app)]
    assert any("1 portfolio could not be computed" in expander.label for expander in app.expander)
    assert not re.search(r"\b(nan|None|inf)\b", words(app))


@pytest.mark.parametrize("query", [{"state": "nonsense"}, {"limit": "7"}, {"find": "\x00'; drop"}])
def test_a_bad_link_shows_the_default_or_nothing(open_at: OpenAt, query: dict[str, str]) -> None:
    app = open_at("book", **query)
    assert not app.exception
    assert "cannot be used" in words(app) or "No portfolio passes" in words(app)


def test_what_is_not_computed_can_be_computed_here(empty: tuple[OpenAt, Path]) -> None:
    open_at, directory = empty
    with open_desk(load_settings({"FARP_DATA_DIR": str(directory)})) as desk:
        desk.seed(3)
    app = open_at("book")
    assert "3 portfolios are not computed yet" in words(app)
    assert {row["State"] for row in lines(app)} == {"Not computed"}
    assert cards(app)["VaRs added up"] == "–", "a sum of some would pass for the sum of all"
    app.button(key="compute_now").click().run()
    assert "not computed" not in words(app)
    assert {row["State"] for row in lines(app)} == {"Current"}
    assert cards(app)["VaRs added up"] != "–"


def test_the_vars_are_not_added_up_while_one_is_missing(empty: tuple[OpenAt, Path]) -> None:
    open_at, directory = empty
    with open_desk(load_settings({"FARP_DATA_DIR": str(directory)})) as desk:
        desk.seed(2)
        refresh(desk, Request(), processes=1)
        desk.save_portfolio("New", [Position("AAPL", 1.0)])
        app = open_at("book")
        assert "1 portfolio is not computed yet" in words(app)
        assert cards(app)["VaRs added up"] == "–", "a sum of some would pass for the sum of all"
        desk.delete_portfolio("new.me")
        app.run()
        assert cards(app)["VaRs added up"] != "–", "what another process changed is seen by the next run"


def test_an_empty_store_says_how_to_begin(empty: tuple[OpenAt, Path]) -> None:
    open_at, _ = empty
    for page, said in (("book", "No portfolios yet"), ("runs", "There was no run yet"), ("compare", "Pick two or more")):
        app = open_at(page)
        assert not app.exception
        assert said in words(app)


def test_the_picked_portfolio_is_still_there_after_the_book(open_at: OpenAt) -> None:
    app = open_at("book", portfolio="tech-growth.user_002")
    assert not [box for box in app.selectbox if box.label == "Portfolio"], "there is none to pick here"
    app.switch_page(str(ROOT / "pages" / "overview.py")).run()
    assert [title.value for title in app.title] == ["Tech Growth"]


def test_compare_shows_the_reports_side_by_side(open_at: OpenAt, desk: Desk) -> None:
    ids = ["long-short-equity.user_003", "single-stock.user_008"]
    app = open_at("compare", **{"with": ",".join(ids)})
    assert not app.exception
    compared = [Named(title=desk.portfolio(one).name, report=desk.report(one)) for one in ids]
    book = book_of(desk)
    frame = next(one.value for one in app.dataframe if "Measure" in one.value.columns).set_index("Measure")
    for one in compared:
        column, report = frame[one.title], one.report
        assert column["Value"] == money(report.net_asset_value)
        assert column["VaR 95\u2009%, 1 day"].startswith(money(report.value_at_risk_at(0.95, 1).amount))
        assert column["Volatility, 1 year"] == percent(report.volatility[252])
        assert column["Maximum drawdown"] == percent(report.drawdown.maximum)
        place = book.id.index(report.portfolio.id)
        assert column["Worst historical stress"] == f"{percent(book.of_value(book.worst_stress)[place])}, {book.worst_stress_name[place]}"
    outlines, bars = charts(app)
    assert len(outlines["data"]) == len(bars["data"]) == 2
    returns = distribution_table(compared).frame
    assert returns["Single Stock"].iloc[-1] == compared[1].report.profit_and_loss[-1] / compared[1].report.net_asset_value
    assert list(factor_table(compared).frame.columns) == ["Factor", "Long/Short Equity", "Single Stock"]


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("nobody.user_999", "There is no portfolio 'nobody.user_999'"),
        (
            "balanced-60-40.user_001,tech-growth.user_002,long-short-equity.user_003,multi-currency-reserve.user_004,crypto-tilt.user_005",
            "It names 5 portfolios, and 4 can be compared",
        ),
        (",,", "Pick two or more"),
        ("nothing-known.odd", "is left out"),
    ],
)
def test_compare_says_what_it_cannot_show(open_at: OpenAt, link: str, said: str) -> None:
    app = open_at("compare", **{"with": link})
    assert not app.exception
    assert said in words(app)


def test_compare_takes_odd_portfolios_and_equal_names(open_at: OpenAt, desk: Desk) -> None:
    odd = [one.id for one in desk.portfolios() if one.owner_id == "odd" and one.name != "Nothing known"]
    app = open_at("compare", **{"with": ",".join([*odd, "risk-parity.user_007"])})
    assert not app.exception
    assert not re.search(r"\b(nan|None|inf)\b", words(app))
    charts(app)
    twice = [Named(title="Same", report=desk.report(odd[0])), Named(title="Same", report=desk.report("risk-parity.user_007"))]
    assert len(set(factor_table(twice).frame.columns)) == 3


def test_runs_are_listed_with_their_failures(open_at: OpenAt, desk: Desk) -> None:
    app = open_at("runs")
    assert not app.exception
    (run,) = runs.latest(desk.store)
    shown = cards(app)
    assert (shown["Computed"], shown["Failed"], shown["Prices of"]) == (str(run.total("computed")), "1", "28 Dec 2022")
    tables = [frame.value for frame in app.dataframe]
    failed = next(frame for frame in tables if "Why" in frame.columns)
    assert failed.to_numpy().tolist() == [["nothing-known.odd", run.failures[0].reason]]
    listed = next(frame for frame in tables if "Duration" in frame.columns)
    assert listed["State"].tolist() == ["Finished"]
    assert "portfolios computed in" in words(app)


def test_a_run_under_way_shows_how_far_it_is(empty: tuple[OpenAt, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    open_at, directory = empty
    with open_desk(load_settings({"FARP_DATA_DIR": str(directory)})) as desk:
        desk.seed(3)
        begun = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=10)
        run = runs.begin(desk.store, Request(owner="user_001", force=True), workers="local", source_label="Sample", now=begun)
        app = open_at("runs")
        assert not app.exception
        assert "Nothing was heard of this run for 10 min" in words(app)
        app = open_at("book")
        assert "Compute now" in [button.label for button in app.button], "a dead run does not stand in the way"
        runs.beat(desk.store, run.id)
        app = open_at("book")
        assert "A run is under way" in words(app)
        assert "Nothing was heard" not in words(open_at("runs"))
        outcome = ChunkOutcome(failures=(PortfolioFailure(portfolio_id="<b>x</b>", reason="*because*"),))
        runs.record(desk.store, run.id, 0, outcome)
        app = open_at("runs", run=run.id)
        assert not app.exception
        assert "owner user_001, everything anew" in app.selectbox(key="run").options[1]
        assert cards(app)["Failed"] == "1"
