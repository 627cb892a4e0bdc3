"""The page Correlation: its numbers are the analysis's, and odd portfolios read as sentences."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from farp.analysis.correlation import correlations
from farp.format import number
from farp.portfolio import called
from farp.report.likeness import sided
from farp.service import Desk
from farp.ui.topics.correlation import pairs

LONG_SHORT = "long-short-equity.user_003"
OpenApp = Callable[..., AppTest]


def cards(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def words(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error")
    parts = [str(element.value) for kind in kinds for element in app.get(kind)] + [f"{m.label} {m.value} {m.delta}" for m in app.metric]
    return "\n".join(parts).replace("\\", "")


def test_cards_and_heatmap_show_the_analysis(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("correlation", portfolio=LONG_SHORT)
    result = correlations(desk.window(LONG_SHORT))
    assert not app.exception
    assert cards(app) == {"Average correlation": number(result.average), "Diversification ratio": number(result.diversification_ratio)}
    assert all(metric.help for metric in app.metric)
    (chart,) = app.get("plotly_chart")
    figure = json.loads(chart.proto.spec, parse_constant=pytest.fail)
    order = [i for i in result.correlation.order if not result.correlation.constant[i]]
    assert [label.split(" <span")[0] for label in figure["layout"]["yaxis"]["ticktext"]] == [called(result.window.holdings[i].ticker) for i in order]
    assert [">short<" in label for label in figure["layout"]["yaxis"]["ticktext"]] == [result.window.market_values[i] < 0 for i in order]


def test_lookback_and_date_reach_the_numbers(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("correlation", portfolio=LONG_SHORT, lookback="60", as_of="2022-06-17")
    assert cards(app)["Average correlation"] == number(correlations(desk.window(LONG_SHORT, dt.date(2022, 6, 17), 60)).average)
    app.selectbox(key="lookback").select("504").run()
    assert cards(app)["Average correlation"] == number(correlations(desk.window(LONG_SHORT, dt.date(2022, 6, 17), 504)).average)


def test_the_table_has_every_pair_that_moves_once_the_highest_first(desk: Desk) -> None:
    result = correlations(desk.window(LONG_SHORT))
    frame = pairs(result).frame
    tickers = [sided(holding) for holding in result.window.holdings]
    assert result.moving == len(tickers) - 1, "all but the dollars"
    assert len(frame) == result.moving * (result.moving - 1) / 2
    assert len({frozenset(pair) for pair in zip(frame["Holding"], frame["and"], strict=True)}) == len(frame)
    for _, row in frame.iterrows():
        assert row["Correlation"] == result.correlation.matrix[tickers.index(row["Holding"]), tickers.index(row["and"])]
    assert (np.diff(frame["Correlation"].to_numpy()) <= 0).all()


def test_the_sentence_names_the_first_and_the_last_of_the_table(open_app: OpenApp, desk: Desk) -> None:
    result = correlations(desk.window(LONG_SHORT))
    frame = pairs(result).frame
    assert any(name.endswith(" (short)") for name in frame["Holding"])
    first, last = frame.iloc[0], frame.iloc[-1]
    hedge = ", and as one is short they hedge each other" if first["Holding"].endswith(")") != first["and"].endswith(")") else ""
    assert (
        f"{first['Holding']} and {first['and']} move together most ({number(first['Correlation'])})"
        f"{hedge}; {last['Holding']} and {last['and']} least ({number(last['Correlation'])})."
    ) in words(open_app("correlation", portfolio=LONG_SHORT))


@pytest.mark.parametrize("portfolio", ["single-stock.user_008", "just-cash.user_904", "short-only.user_905", "borrowed-more.user_903"])
def test_odd_portfolios_have_no_nan_and_no_traceback(open_app: OpenApp, portfolio: str) -> None:
    app = open_app("correlation", portfolio=portfolio)
    assert not app.exception
    assert not re.search(r"\b(nan|None|inf)\b", words(app))
    for chart in app.get("plotly_chart"):
        json.loads(chart.proto.spec, parse_constant=pytest.fail)


def test_one_holding_says_why_there_is_no_heatmap(open_app: OpenApp) -> None:
    app = open_app("correlation", portfolio="just-cash.user_904")
    (chart,) = app.get("plotly_chart")
    assert "fewer than two holdings" in chart.proto.spec.replace("<br>", " ").replace("\\u003cbr\\u003e", " ")
    assert cards(app) == {"Average correlation": "–", "Diversification ratio": "–"}


@pytest.mark.parametrize(
    ("portfolio", "said"),
    [("empty.user_901", "This portfolio is empty"), ("all-unknown.user_902", "No position can be priced"), ("no.user_999", "There is no portfolio")],
)
def test_nothing_to_show_is_a_sentence(open_app: OpenApp, portfolio: str, said: str) -> None:
    app = open_app("correlation", portfolio=portfolio)
    assert not app.exception
    assert said in words(app)
    assert not app.metric
