"""The page Sensitivity: its numbers are the analysis's, its controls reach them, and odd portfolios read as sentences."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from farp.analysis.sensitivity import SensitivityAnalysis, sensitivities
from farp.format import money, percent
from farp.report.moves import conversions, summary
from farp.service import Desk
from farp.ui.topics.sensitivity import grid_table, ladder_table, moves_table, positions_table

LONG_SHORT, BALANCED = "long-short-equity.user_003", "balanced-60-40.user_001"
OpenApp = Callable[..., AppTest]


def of(desk: Desk, id: str, as_of: dt.date | None = None, lookback: int | None = 252, grid: tuple[str, str] | None = None) -> SensitivityAnalysis:
    return sensitivities(desk.window(id, as_of, lookback, None), desk.history, grid=grid)


def words(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error")
    parts = [str(element.value) for kind in kinds for element in app.get(kind)] + [f"{m.label} {m.value} {m.delta}" for m in app.metric]
    return "\n".join(parts).replace("\\", "")


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec, parse_constant=pytest.fail) for chart in app.get("plotly_chart")]


def test_cards_sentence_and_charts_show_the_analysis(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("sensitivity", portfolio=LONG_SHORT)
    result = of(desk, LONG_SHORT)
    assert not app.exception
    shown = {metric.label: metric.value.replace("\\", "") for metric in app.metric}
    expected = {
        f"{result.shocks[i].factor.name} {result.shocks[i].written(result.shocks[i].sizes[result.worst_rungs[i]])}": i for i in result.costliest[:3]
    }
    assert {label.replace("\\", ""): value for label, value in shown.items()} == {
        **{label: money(float(result.worst[i])) for label, i in expected.items()},
        "Factors explain": percent(result.r_squared, 0),
    }
    assert all(metric.help for metric in app.metric)
    assert summary(result) in words(app)
    assert all(sentence in words(app) for sentence in conversions(result))
    ladder, bars, grid = figures(app)
    assert [label.split("  <")[0] for label in ladder["layout"]["yaxis"]["ticktext"]] == [result.factors.names[i] for i in result.costliest]
    assert sum(bars["data"][0]["x"]) == pytest.approx(float(result.worst[result.costliest[0]]))
    assert grid["layout"]["yaxis"]["title"]["text"] == "Market"
    assert grid["layout"]["xaxis"]["title"]["text"] == "Rates"


def test_controls_reach_the_numbers_and_live_in_the_link(open_app: OpenApp, desk: Desk) -> None:
    query = {"lookback": "125", "as_of": "2022-06-17", "unit": "percent", "factor": "Gold", "down": "Gold", "across": "Dollar"}
    app = open_app("sensitivity", portfolio=BALANCED, **query)
    result = of(desk, BALANCED, dt.date(2022, 6, 17), 125)
    assert any(metric.value.replace("\\", "") == money(float(result.worst[result.costliest[0]])) for metric in app.metric)
    ladder, bars, grid = figures(app)
    assert "P&L in % of value" in ladder["layout"]["annotations"][0]["text"]
    assert sum(bars["data"][0]["x"]) == pytest.approx(float(result.worst[result.factors.names.index("Gold")]))
    assert (grid["layout"]["yaxis"]["title"]["text"], grid["layout"]["xaxis"]["title"]["text"]) == ("Gold", "Dollar")
    app.selectbox(key="factor").select("Market").run()
    assert sum(figures(app)[1]["data"][0]["x"]) == pytest.approx(float(result.worst[0]))
    app.selectbox(key="down").select("Dollar").run()  # what stood across stands down now, so another factor stands across
    assert not app.exception
    titles = [figures(app)[2]["layout"][axis]["title"]["text"] for axis in ("yaxis", "xaxis")]
    assert titles[0] == "Dollar"
    assert titles[1] != "Dollar"


def test_chosen_factors_replace_the_houses_and_old_choices_with_them(open_app: OpenApp) -> None:
    app = open_app("sensitivity", portfolio=BALANCED, factor="Gold")
    app.multiselect(key="factors").set_value(["^GSPC", "UST10Y"]).run()
    assert not app.exception
    assert not app.error
    assert app.selectbox(key="factor").value in {"^GSPC", "UST10Y"}
    assert "UST10Y: +100 basis points of yield are taken as −8.2" in words(app)
    app.multiselect(key="factors").set_value(["GLD"]).run()
    assert not app.exception
    assert len(figures(app)) == 2, "one factor has no grid"


def test_tables_hold_every_rung_position_and_cell(desk: Desk) -> None:
    result = of(desk, LONG_SHORT, grid=("Market", "Rates"))
    ladder = ladder_table(result).frame
    assert len(ladder) == 81
    assert ladder["P&L"].head(9).tolist() == result.ladder.profit_and_loss[result.costliest[0]].tolist()
    positions = positions_table(result, 0).frame
    assert positions["Share"].sum() == pytest.approx(1.0)
    assert sorted(positions["Loading"]) == sorted(result.regression.loadings[:, 0])
    assert result.grid is not None
    assert grid_table(result).frame["P&L"].tolist() == result.grid.profit_and_loss.ravel().tolist()
    moves = moves_table(result).frame.set_index("Factor")
    assert moves.loc["Rates", "Duration"] == 8.2
    assert moves.loc["Size", "Made of"] == "SIZE − ^GSPC"


@pytest.mark.parametrize(
    "portfolio", ["single-stock.user_008", "just-cash.user_904", "short-only.user_905", "borrowed-more.user_903", "evil.user_906"]
)
@pytest.mark.parametrize("unit", ["money", "percent"])
def test_odd_portfolios_have_no_nan_and_no_traceback(open_app: OpenApp, portfolio: str, unit: str) -> None:
    app = open_app("sensitivity", portfolio=portfolio, unit=unit)
    assert not app.exception
    assert not re.search(r"\b(nan|None|inf)\b", words(app))
    figures(app)


def test_without_a_positive_value_money_is_shown_and_percent_is_a_sentence(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("sensitivity", portfolio="short-only.user_905", unit="percent")
    result = of(desk, "short-only.user_905")
    assert money(float(result.worst[result.costliest[0]])) in words(app)
    assert "value is not positive" in words(app)
    assert "percent of it are undefined" in json.dumps(figures(app)[0]).replace("<br>", " ")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"factors": "SPY"}, "SPY has no prices after 18 Aug 2021"),
        ({"factor": "Oil"}, "The link's factor 'Oil' cannot be used"),
        ({"lookback": "half"}, "The link's lookback 'half' cannot be used"),
        ({"portfolio": "empty.user_901"}, "This portfolio is empty"),
    ],
)
def test_what_goes_wrong_is_a_sentence(open_app: OpenApp, query: dict[str, str], sentence: str) -> None:
    app = open_app("sensitivity", **({"portfolio": BALANCED} | query))
    assert not app.exception
    assert sentence in words(app)
