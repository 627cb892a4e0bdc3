"""The page Contributions: its numbers are the analysis's, groups open and close, and odd portfolios read as sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from farp.analysis.contributions import Breakdown, View, contributions
from farp.format import bucket, money, percent
from farp.portfolio import called
from farp.report.causes import who_causes_it
from farp.service import Desk

LONG_SHORT = "long-short-equity.user_003"
OpenApp = Callable[..., AppTest]


def words(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error")
    parts = [str(element.value) for kind in kinds for element in app.get(kind)] + [f"{m.label} {m.value} {m.delta}" for m in app.metric]
    return "\n".join(parts).replace("\\", "")


def cards(app: AppTest) -> dict[str, str]:
    return {metric.label.replace("\\", ""): metric.value.replace("\\", "") for metric in app.metric}


def figure(app: AppTest) -> dict[str, Any]:
    (chart,) = app.get("plotly_chart")
    drawn: dict[str, Any] = json.loads(chart.proto.spec, parse_constant=pytest.fail)
    return drawn


@pytest.mark.parametrize("by", list(Breakdown))
@pytest.mark.parametrize("view", list(View))
def test_cards_chart_sentence_and_table_are_the_analysis(open_app: OpenApp, desk: Desk, by: Breakdown, view: View) -> None:
    app = open_app("contributions", portfolio=LONG_SHORT, by=by.value, risk_view=view.value, confidence="97.5")
    result = contributions(desk.window(LONG_SHORT), desk.history, by, view, 0.975)
    assert not app.exception
    assert not app.warning
    shown = cards(app)
    assert shown["VaR 97.5\u2009%, 1 day"] == money(result.value_at_risk)
    assert shown["Expected shortfall"] == money(result.expected_shortfall)
    assert shown["Largest share"] == percent(result.contributors[0].share, 0)
    assert all(metric.help for metric in app.metric)
    assert who_causes_it(result) in words(app)
    assert figure(app)["data"][0]["x"] == pytest.approx([part.share for part in result.contributors])
    table = app.dataframe[0].value
    assert list(table.iloc[:, 0]) == [bucket(called(part.name)) for part in result.contributors]
    assert list(table["Component VaR"]) == [part.component_value_at_risk for part in result.contributors]
    assert list(table["Component ES"]) == [part.component_expected_shortfall for part in result.contributors]
    assert list(table["Incremental VaR"]) == [part.incremental_value_at_risk for part in result.contributors]
    assert list(table["Share of risk"]) == [part.share for part in result.contributors]
    marginal = [part.marginal_value_at_risk for part in result.contributors]
    assert list(table["VaR for $1,000 more"].dropna()) == pytest.approx([1000 * value for value in marginal if value is not None])


def test_what_softens_by_less_than_can_be_said_is_on_neither_card_nor_sentence(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("contributions", portfolio="crypto-tilt.user_005", by="sector")
    result = contributions(desk.window("crypto-tilt.user_005"), desk.history, Breakdown.SECTOR)
    assert -0.0005 < (result.contributors[-1].share or 0.0) < 0, "a part that lowers the risk by next to nothing"
    assert "Nothing among them lowers it." in words(app)
    (card,) = [metric for metric in app.metric if metric.label == "Softens most"]
    assert (card.value, card.delta) == ("–", "nothing does")


def test_a_click_on_a_sector_shows_its_holdings_and_the_button_leads_back(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("contributions", portfolio=LONG_SHORT, by="sector")
    whole = contributions(desk.window(LONG_SHORT), desk.history, Breakdown.SECTOR)
    tech = next(i for i, part in enumerate(whole.contributors) if part.name == "Information Technology")
    app.session_state["measures_sector"] = {"selection": {"rows": [tech], "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    assert app.query_params["group"] == "Information Technology"
    inside = contributions(desk.window(LONG_SHORT), desk.history, Breakdown.SECTOR, group="Information Technology")
    assert list(app.dataframe[0].value["Ticker"]) == ["AMD", "MSFT"]
    assert figure(app)["data"][0]["x"] == pytest.approx([part.share for part in inside.contributors])
    assert cards(app)["Share of the risk"] == percent(whole.contributors[tech].share, 0)
    assert cards(app)["Incremental VaR"] == money(whole.contributors[tech].incremental_value_at_risk)
    assert who_causes_it(inside) in words(app)

    next(button for button in app.button if button.label == "All sectors").click().run()
    assert not app.exception
    assert "group" not in app.query_params
    assert len(app.dataframe[0].value) == len(whole.contributors)


def test_a_link_opens_a_group_and_another_breakdown_closes_it(open_app: OpenApp) -> None:
    app = open_app("contributions", portfolio=LONG_SHORT, by="factor", group="Market")
    assert "Holdings through Market" in words(app)
    assert len(app.dataframe[0].value) == 16
    app.session_state["by"] = "sector"
    app.run()
    assert not app.exception
    assert not app.warning
    assert "group" not in app.query_params
    assert "Sector" in app.dataframe[0].value.columns


def test_a_group_does_not_follow_into_a_breakdown_that_happens_to_have_the_name(open_app: OpenApp) -> None:
    app = open_app("contributions", portfolio="balanced-60-40.user_001", by="factor", group="Gold")
    assert "Holdings through Gold" in words(app)
    app.session_state["by"] = "sector"
    app.run()
    assert "Gold" in list(app.dataframe[0].value["Sector"])


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"by": "sector", "group": "Nope"}, "The link's group 'Nope' cannot be used"),
        ({"group": "AAPL"}, "left out when the risk is by position"),
        ({"by": "colour"}, "The link's by 'colour' cannot be used"),
        ({"risk_view": "x"}, "The link's risk_view 'x' cannot be used"),
        ({"confidence": "12"}, "The link's confidence '12' cannot be used"),
        ({"by": "factor", "factors": "NOSUCH"}, "NOSUCH has no price"),
    ],
)
def test_a_link_that_cannot_be_used_shows_the_default_and_says_so(open_app: OpenApp, query: dict[str, str], sentence: str) -> None:
    app = open_app("contributions", portfolio=LONG_SHORT, **query)
    assert not app.exception
    assert any(sentence in warning.value.replace("\\", "") for warning in app.warning)
    assert app.dataframe


def test_lookback_date_and_factors_reach_the_numbers(open_app: OpenApp, desk: Desk) -> None:
    import datetime as dt

    from farp.analysis.alignment import chosen_factors

    app = open_app("contributions", portfolio=LONG_SHORT, by="factor", factors="QQQ,GLD", lookback="125", as_of="2022-06-18")
    history = desk.history
    result = contributions(
        desk.window(LONG_SHORT, dt.date(2022, 6, 18), 125), history, Breakdown.FACTOR, factors=chosen_factors(("QQQ", "GLD"), history)
    )
    assert list(app.dataframe[0].value["Component VaR"]) == [part.component_value_at_risk for part in result.contributors]
    assert list(app.dataframe[0].value["Factor"]) == [part.name for part in result.contributors]


@pytest.mark.parametrize(("by", "view"), [("position", "historical"), ("factor", "parametric")])
@pytest.mark.parametrize(
    "portfolio", ["borrowed-more.user_903", "just-cash.user_904", "short-only.user_905", "single-stock.user_008", "crypto-tilt.user_005"]
)
def test_odd_portfolios_read_as_sentences(open_app: OpenApp, portfolio: str, view: str, by: str) -> None:
    app = open_app("contributions", portfolio=portfolio, by=by, risk_view=view)
    assert not app.exception
    assert not app.error
    assert not re.search(r"\b(nan|NaN|None|inf)\b", words(app))
    figure(app)
    if portfolio == "just-cash.user_904":
        assert words(app).count("there is no risk to share out") == 1


def test_names_are_shown_as_typed(open_app: OpenApp, desk: Desk) -> None:
    evil = next(portfolio for portfolio in desk.portfolios() if portfolio.owner_id == "user_906")
    app = open_app("contributions", portfolio=evil.id)
    assert app.title[0].value.replace("\\", "") == evil.name
    assert "\\[" in app.title[0].value


@pytest.mark.parametrize(("portfolio", "sentence"), [("empty.user_901", "This portfolio is empty"), ("no-such.user_999", "There is no portfolio")])
def test_portfolios_without_figures_are_a_sentence(open_app: OpenApp, portfolio: str, sentence: str) -> None:
    app = open_app("contributions", portfolio=portfolio)
    assert not app.exception
    assert sentence in words(app)


def test_the_table_behind_the_chart_can_be_opened(open_app: OpenApp) -> None:
    app = open_app("contributions", portfolio=LONG_SHORT)
    app.session_state["table_contributions"] = True
    app.run()
    assert not app.exception
    assert len(app.dataframe) == 2
    assert list(app.dataframe[0].value["Ticker"]) == list(app.dataframe[1].value["Ticker"])
