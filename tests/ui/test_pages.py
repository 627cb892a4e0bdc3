"""Every page through app.py: the numbers it shows are the report's, and what can go wrong reads as a sentence."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from farp.format import day, money, number, percent
from farp.service import Desk

PAGES = ("overview", "value_at_risk", "exposure", "factors", "drawdown", "positions")
SHOWN = (
    "balanced-60-40.user_001",
    "long-short-equity.user_003",
    "multi-currency-reserve.user_004",
    "crypto-tilt.user_005",
    "single-stock.user_008",
    "index-core.user_024",
    "borrowed-more.user_903",
    "just-cash.user_904",
    "short-only.user_905",
)
OpenApp = Callable[..., AppTest]


def words(app: AppTest) -> str:
    """All text on screen that a reader sees."""
    parts = [element.value for kind in ("title", "subheader", "markdown", "caption", "info", "warning", "error") for element in app.get(kind)]
    parts += [f"{metric.label} {metric.value} {metric.delta}" for metric in app.metric]
    return "\n".join(str(part) for part in parts)


def plain(text: str) -> str:
    return text.replace("\\", "")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("portfolio", SHOWN)
def test_page_shows_no_traceback_and_no_nan(open_app: OpenApp, page: str, portfolio: str) -> None:
    app = open_app(page, portfolio=portfolio)

    assert not app.exception
    assert not app.error
    assert app.title, "a page shows the portfolio's name"
    assert not re.search(r"\b(nan|NaN|None|inf)\b", words(app))
    for chart in app.get("plotly_chart"):
        json.loads(chart.proto.spec, parse_constant=lambda constant: pytest.fail(f"{constant} in a chart"))


def test_overview_cards_show_the_reports_numbers(open_app: OpenApp, desk: Desk) -> None:
    report = desk.report("long-short-equity.user_003")
    app = open_app(portfolio="long-short-equity.user_003")

    shown = {plain(metric.label): plain(metric.value) for metric in app.metric}
    figure = report.value_at_risk_at(0.95, 1)
    assert report.benchmark is not None
    assert list(shown.values()) == [
        money(report.net_asset_value),
        money(figure.amount),
        money(report.value_at_risk_at(0.99, 1).amount),
        money(figure.expected_shortfall),
        percent(report.volatility[252]),
        number(report.benchmark.beta),
        number(report.sharpe_ratio[252]),
        percent(report.drawdown.current),
    ]
    assert all(metric.help for metric in app.metric), "every number has its explanation"


def test_value_at_risk_table_shows_every_combination(open_app: OpenApp, desk: Desk) -> None:
    report = desk.report("balanced-60-40.user_001")
    table = open_app("value_at_risk", portfolio="balanced-60-40.user_001").dataframe[0].value

    assert list(table["VaR"]) == [figure.amount for figure in report.value_at_risk]
    assert list(table["ES"]) == [figure.expected_shortfall for figure in report.value_at_risk]
    assert list(table["Horizon"]) == ["1 day", "10 days", "1 day", "10 days"]


def test_clicking_a_tail_day_shows_who_lost_that_day(open_app: OpenApp, desk: Desk) -> None:
    report = desk.report("balanced-60-40.user_001")
    app = open_app("value_at_risk", portfolio="balanced-60-40.user_001")
    app.session_state["tail_days"] = {"selection": {"rows": [2], "columns": [], "cells": []}}
    app.run()

    chosen = report.tail_days(0.95)[2]
    assert any(day(report.dates[chosen].item()) in plain(heading.value) for heading in app.subheader)


@pytest.mark.parametrize("dimension", ["asset_class", "sector", "currency", "country"])
def test_exposure_follows_the_chosen_dimension(open_app: OpenApp, desk: Desk, dimension: str) -> None:
    report = desk.report("multi-currency-reserve.user_004")
    app = open_app("exposure", portfolio="multi-currency-reserve.user_004")
    app.session_state["dimension"] = dimension
    app.run()

    table = app.dataframe[0].value
    assert sorted(table["Net"]) == pytest.approx(sorted(report.exposure[dimension].net))


def test_factors_switches_to_loadings(open_app: OpenApp) -> None:
    app = open_app("factors", portfolio="balanced-60-40.user_001")
    assert any("share of variance by holding" in heading.value for heading in app.subheader)
    app.session_state["view"] = "loadings"
    app.run()
    assert any("Loadings of each holding" in heading.value for heading in app.subheader)


def test_factors_shows_r2_and_t_statistics(open_app: OpenApp, desk: Desk) -> None:
    report = desk.report("tech-growth.user_002")
    assert report.factors is not None
    app = open_app("factors", portfolio="tech-growth.user_002")
    app.session_state["view"] = "statistics"
    app.run()
    table = app.dataframe[1].value
    assert sorted(table["R²"]) == sorted(report.factors.regression.r_squared)
    assert sorted(table["t Market"].dropna()) == pytest.approx(sorted(t for t in report.factors.regression.t_statistics[:, 0] if t == t))


def test_the_pick_survives_a_change_of_page(open_app: OpenApp) -> None:
    app = open_app(portfolio="crypto-tilt.user_005")
    app.switch_page("pages/drawdown.py").run()
    assert app.title[0].value == "Crypto Tilt"


def test_a_date_before_the_last_changes_every_page(open_app: OpenApp) -> None:
    app = open_app(portfolio="tech-growth.user_002", as_of="2022-06-18")  # a Saturday before a holiday
    text = plain(words(app))
    assert "as of 17 Jun 2022" in text
    assert "18 Jun 2022 is not a trading day" in text


@pytest.mark.parametrize("page", PAGES)
def test_unknown_portfolio_is_a_sentence(open_app: OpenApp, page: str) -> None:
    app = open_app(page, portfolio="no-such.user_999")
    assert not app.exception
    assert "There is no portfolio 'no-such.user_999'" in plain(words(app))
    assert not app.metric


@pytest.mark.parametrize("page", PAGES)
def test_empty_portfolio_is_a_sentence(open_app: OpenApp, page: str) -> None:
    app = open_app(page, portfolio="empty.user_901")
    assert not app.exception
    assert "This portfolio is empty" in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_all_positions_excluded_lists_each_with_its_reason(open_app: OpenApp, page: str) -> None:
    app = open_app(page, portfolio="all-unknown.user_902")
    assert not app.exception
    assert "No position can be priced" in words(app)
    assert list(app.dataframe[0].value["Ticker"]) == ["NOSUCH", "OTHER"]


def test_too_early_a_date_says_how_many_days_there_are(open_app: OpenApp) -> None:
    app = open_app(portfolio="dividend-income.user_006", as_of="1990-01-15")
    assert not app.exception
    assert "9 data points" in words(app)


def test_exclusions_are_named_on_every_page(open_app: OpenApp) -> None:
    for page in PAGES:
        app = open_app(page, portfolio="index-core.user_024")
        assert any("SPY" in plain(warning.value) for warning in app.warning), page


def test_a_portfolio_name_is_shown_as_typed(open_app: OpenApp, desk: Desk) -> None:
    evil = next(portfolio for portfolio in desk.portfolios() if portfolio.owner_id == "user_906")
    app = open_app(portfolio=evil.id)
    assert plain(app.title[0].value) == evil.name == ":red[*Evil*] $5 <b>x</b> [a](http://b)"
    assert "\\[" in app.title[0].value


def test_a_document_that_cannot_be_read_is_named_and_hides_no_other(open_app: OpenApp, desk: Desk) -> None:
    desk.store.put("portfolios", {"_id": "user_999", "user_id": "user_999", "portfolios": [{"portfolio_id": "x.user_999"}]})
    try:
        app = open_app(portfolio="tech-growth.user_002")
        assert app.title[0].value == "Tech Growth"
        assert any("user 'user_999' cannot be used" in plain(warning.value) for warning in app.warning)
    finally:
        desk.store.delete("portfolios", "user_999")


@pytest.mark.parametrize("asked", ["1980-01-01", "2050-01-01", "abc"])
def test_a_date_in_a_link_that_cannot_be_used_is_said(open_app: Callable[..., AppTest], asked: str) -> None:
    app = open_app(as_of=asked)
    assert not app.exception
    (said,) = [warning.value.replace("\\", "") for warning in app.warning if "as_of" in warning.value.replace("\\", "")]
    assert said.startswith(f"The link's as_of '{asked}' cannot be used")
    assert app.session_state["as_of"] is None


def test_a_chosen_date_is_in_the_link(open_app: Callable[..., AppTest]) -> None:
    app = open_app("drawdown", as_of="2022-06-17")
    assert app.date_input(key="as_of").value == dt.date(2022, 6, 17)
    app.date_input(key="as_of").set_value(dt.date(2021, 3, 1)).run()
    assert app.query_params["as_of"] == "2021-03-01"
