"""The page Performance: its numbers are the analysis's, its controls reach them, and odd portfolios read as sentences."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from farp.analysis.performance import EXTRA_DAYS, PerformanceAnalysis, performance_of
from farp.format import day, number, percent
from farp.report.measures import AGAINST, OWN, Past, written
from farp.service import Desk
from farp.ui.topics.performance import calendar_table, drawdowns_table

LONG_SHORT = "long-short-equity.user_003"
OpenApp = Callable[..., AppTest]


def of(desk: Desk, id: str, as_of: dt.date | None = None, lookback: int | None = 252, rolling: int = 60) -> PerformanceAnalysis:
    return performance_of(desk.window(id, as_of, lookback, EXTRA_DAYS), desk.history, 0.02, rolling)


def words(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error")
    parts = [str(element.value) for kind in kinds for element in app.get(kind)] + [f"{m.label} {m.value} {m.delta}" for m in app.metric]
    return "\n".join(parts).replace("\\", "")


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec, parse_constant=pytest.fail) for chart in app.get("plotly_chart")]


def test_cards_and_tables_show_the_analysis(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("performance", portfolio=LONG_SHORT)
    result = of(desk, LONG_SHORT)
    own, benchmark = result.figures, result.benchmark
    assert not app.exception
    assert own is not None
    assert benchmark is not None
    assert {metric.label: metric.value.replace("\\", "") for metric in app.metric} == {
        "Return a year": percent(own.annual_return),
        "Volatility a year": percent(own.volatility),
        "Sharpe ratio": number(own.sharpe_ratio),
        "Maximum drawdown": percent(own.maximum_drawdown),
    }
    assert all(metric.help and "S&P 500" in metric.delta.replace("\\", "") for metric in app.metric)
    weights, against, quantities, falls = (table.value for table in app.dataframe)
    for frame, past in ((weights, Past.WEIGHTS), (quantities, Past.QUANTITIES)):
        measures = [measure for measure in OWN if measure.past is past]
        assert list(frame["Measure"]) == [measure.name for measure in measures]
        assert list(frame["Portfolio"]) == [written(measure, own) for measure in measures]
        assert list(frame["S&P 500"]) == [written(measure, benchmark.figures) for measure in measures]
        assert all(frame["Meaning"])
        assert "Formula" not in frame, "too long for a column"
    assert list(against["Portfolio"]) == [written(measure, benchmark.relative) for measure in AGAINST]
    assert list(falls["Fall"]) == [span.depth for span in result.worst_drawdowns]
    assert list(falls["Trough"]) == [day(span.trough) for span in result.worst_drawdowns]
    assert "the past of **what is held today**" in words(app)


def test_controls_reach_the_numbers(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("performance", portfolio=LONG_SHORT, lookback="all", rolling="20", as_of="2022-06-17")
    result = of(desk, LONG_SHORT, dt.date(2022, 6, 17), None, 20)
    assert result.figures is not None
    assert result.rolling is not None
    assert result.calendar is not None
    assert app.metric[0].value == percent(result.figures.annual_return)
    calendar, returns, *_ = figures(app)
    assert calendar["layout"]["yaxis"]["ticktext"] == [str(year) for year in result.calendar.returns.years[::-1]]
    assert "Return over 20 days" in json.dumps(returns)
    assert returns["data"][-1]["y"][-1] == result.rolling.total_return.values[-1]
    app.session_state["rolling"] = "252"
    app.run()
    assert "Return over 252 days" in json.dumps(figures(app)[1])


def test_the_calendars_table_names_what_is_incomplete(desk: Desk) -> None:
    result = of(desk, LONG_SHORT)
    assert result.calendar is not None
    frame = calendar_table(result).frame
    assert frame["Calendar year"].tolist() == ["2022", "2021"]
    assert frame["Incomplete"].tolist() == ["Dec", "Dec"]
    assert frame["Year"].tolist() == result.calendar.returns.year[::-1].tolist()
    assert frame["Apr"][0] == result.calendar.returns.months[1, 3]
    lasting = drawdowns_table(result).frame.iloc[-1]
    assert (lasting["Recovered"], lasting["Length"]) == ("not yet", "37 days so far")


@pytest.mark.parametrize("portfolio", ["single-stock.user_008", "just-cash.user_904", "short-only.user_905", "borrowed-more.user_903"])
@pytest.mark.parametrize("lookback", ["60", "all"])
def test_odd_portfolios_have_no_nan_and_no_traceback(open_app: OpenApp, portfolio: str, lookback: str) -> None:
    app = open_app("performance", portfolio=portfolio, lookback=lookback, rolling="252")
    assert not app.exception
    assert not re.search(r"\b(nan|None|inf)\b", words(app))
    figures(app)
    for table in app.dataframe:
        assert not re.search(r"\b(nan|None|inf)\b", table.value.drop(columns=["Fall"], errors="ignore").to_string())


def test_without_a_positive_value_there_is_a_sentence_and_the_falls_in_money(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("performance", portfolio="short-only.user_905")
    result = of(desk, "short-only.user_905")
    assert "The net asset value is not positive, so percentages, volatility, Sharpe ratio and beta are undefined and left out." in words(app)
    assert not app.metric
    (falls,) = (table.value for table in app.dataframe)
    assert list(falls["Amount"]) == [span.amount for span in result.worst_drawdowns]


def test_a_short_lookback_is_said_to_be_short(open_app: OpenApp) -> None:
    assert "Yearly figures are scaled up from 60 days" in words(open_app("performance", portfolio=LONG_SHORT, lookback="60"))


def test_every_formula_stands_in_full_in_its_own_list(open_app: OpenApp) -> None:
    app = open_app("performance", portfolio=LONG_SHORT)
    app.session_state["formulas"] = True
    said = words(app.run())
    assert not app.exception
    for measure in (*OWN, *AGAINST):
        assert measure.formula.replace("\\", "") in said
