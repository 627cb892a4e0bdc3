"""The page Backtest: its numbers are the analysis's, the slow methods come on demand, and odd portfolios read as sentences."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from farp.analysis.backtest import FAST_METHODS, BacktestAnalysis, DaysRemark, backtests
from farp.engine.methods import METHODS
from farp.format import number
from farp.service import Desk
from farp.ui.topics.backtest import UNTIL_THEN, days_tested, left_out, lights, on_days, ranking

LONG_SHORT = "long-short-equity.user_003"
OpenApp = Callable[..., AppTest]


def words(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error")
    parts = [str(element.value) for kind in kinds for element in app.get(kind)] + [f"{m.label} {m.value} {m.delta}" for m in app.metric]
    return "\n".join(parts).replace("\\", "")


def cards(app: AppTest) -> dict[str, str]:
    return {metric.label.replace("\\", ""): metric.value for metric in app.metric}


def expected_cards(result: BacktestAnalysis, method: str) -> dict[str, str]:
    found = result.of(method).result
    return {
        f"Exceptions, VaR {100 * result.confidence:.4g}\u2009%": str(found.count),
        "Basel light": found.zone.value.capitalize(),
        "Number and spacing": "Rejected" if found.conditional_coverage.rejected else "Not rejected",
        "Loss ÷ ES": number(found.shortfall_ratio),
    }


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec, parse_constant=pytest.fail) for chart in app.get("plotly_chart")]


def test_the_first_in_the_ranking_is_shown_with_the_numbers_of_the_analysis(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("backtest", portfolio=LONG_SHORT)
    result = backtests(desk.window(LONG_SHORT, extra_days=250))
    first = result.methods[0]
    assert not app.exception
    assert cards(app) == expected_cards(result, first.method)
    assert all(metric.help for metric in app.metric)
    days, lights_figure = figures(app)
    assert [day[:10] for day in days["data"][1]["x"]] == [str(day) for day in result.dates[first.result.exceptions]]
    said = words(app)
    assert f"{first.name}: the days beyond its VaR" in said
    assert result.first_because in said
    for place, one in enumerate(result.methods, start=1):
        assert f"{place}. {one.verdict}" in said
    assert "Monte Carlo was not tested. It takes seconds: choose “All eight” above." in said
    frame = app.dataframe[0].value
    assert frame["Method"].tolist() == [one.name for one in result.methods]
    assert frame["Exceptions"].tolist() == [one.result.count for one in result.methods]
    assert frame["Quantile score"].tolist() == [one.quantile_score for one in result.methods]
    # rows in the order of the methods, columns 95 % and 99 % over 250 and 500 days
    texts = {(note["x"], note["y"]): note["text"] for note in lights_figure["layout"]["annotations"]}
    for row, method in enumerate(FAST_METHODS):
        found = result.of(method).result
        assert texts[2, row] == f"<b>{found.count}</b> {found.zone.value}"
    year = backtests(desk.window(LONG_SHORT, extra_days=500), confidence=0.95, days=500)
    assert texts[1, 0] == f"<b>{year.of(FAST_METHODS[0]).result.count}</b> {year.of(FAST_METHODS[0]).result.zone.value}"


def test_the_choices_of_a_link_reach_the_numbers(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("backtest", portfolio=LONG_SHORT, level="97.5", tested="500", behind="125", shown="parametric_normal", as_of="2022-06-17")
    result = backtests(desk.window(LONG_SHORT, dt.date(2022, 6, 17), 125, 500), "fast", 0.975, 500, 125)
    assert cards(app) == expected_cards(result, "parametric_normal")
    app.selectbox(key="shown").select("student_t").run()
    assert cards(app) == expected_cards(result, "student_t")
    app.selectbox(key="behind").select("60").run()
    shorter = backtests(desk.window(LONG_SHORT, dt.date(2022, 6, 17), 60, 500), "fast", 0.975, 500, 60)
    assert cards(app) == expected_cards(shorter, "student_t")


def test_all_eight_are_tested_on_demand_and_kept(open_app: OpenApp, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # early in the prices there are few days to test, so that the GARCH is soon fitted to all of them
    app = open_app("backtest", portfolio=LONG_SHORT, behind="60", shown="garch_filtered", as_of="2018-06-01", **{"with": "all"})
    assert not app.exception
    result = backtests(desk.window(LONG_SHORT, dt.date(2018, 6, 1), 60, 250), "all", 0.99, 250, 60)
    assert cards(app) == expected_cards(result, "garch_filtered")
    frame = app.dataframe[0].value
    assert frame["Method"].tolist() == [one.name for one in result.methods]
    said = words(app)
    assert "25,000 days for each forecast" in said
    assert "was not tested" not in said
    assert not app.get("progress"), "the bar goes when the work is done"
    assert UNTIL_THEN not in said

    def again(*_: object, **__: object) -> None:
        pytest.fail("a kept forecast was worked out again")

    monkeypatch.setattr("farp.ui.topics.backtest.forecast", again)
    app.number_input(key="level").set_value(95.0).run()  # one of the confidences that are always forecast
    assert not app.exception
    assert cards(app)["Number and spacing"] in {"Rejected", "Not rejected"}


def test_a_link_that_shows_a_method_that_is_not_tested_says_so(open_app: OpenApp) -> None:
    app = open_app("backtest", portfolio=LONG_SHORT, shown="garch_filtered")
    assert "link's shown 'garch_filtered' cannot be used" in words(app)


def test_the_tables_behind_the_charts_hold_every_day_and_every_light(desk: Desk) -> None:
    result = backtests(desk.window(LONG_SHORT, extra_days=250))
    one = result.methods[0]
    days = days_tested(result, one).frame
    assert len(days) == 250
    assert (days["Exception"] == "yes").sum() == one.result.count
    assert days["VaR"].tolist() == one.tail.value_at_risk.tolist()
    table = ranking(result)
    assert set(table.help) <= set(table.frame.columns)
    assert set(table.formats) <= set(table.frame.columns)
    assert len(lights(["student_t", "garch_filtered"], [[one.result, one.result], [None, None]]).frame) == 2


def test_what_is_not_tested_says_what_to_do_only_where_it_was_not_asked_for() -> None:
    assert all("choose “All eight”" in missing.message for missing in left_out("fast"))
    assert {missing.message for missing in left_out("all")} == {"Its test is under way."}


def test_a_remark_ends_with_the_days_it_is_about() -> None:
    assert on_days(DaysRemark(text="The whole tail is a single day.", days=101), 250) == "The whole tail is a single day (on 101 of 250 days)."


def test_too_few_days_are_said_on_the_card_of_the_light_and_beside_the_first(open_app: OpenApp, desk: Desk) -> None:
    steady = "balanced-60-40.user_001"
    assert backtests(desk.window(steady, dt.date(2021, 12, 30), extra_days=250), confidence=0.999).methods[0].result.count == 0
    said = words(open_app("backtest", portfolio=steady, level="99.9", as_of="2021-12-30"))
    assert "Basel light Green too few days to judge" in said
    assert "250 days are too few to judge a VaR at 99.9 %: only 0.25 exceptions were to be expected" in said
    usual = words(open_app("backtest", portfolio=LONG_SHORT, level="95"))
    assert "too few days to judge" not in usual
    assert re.search(r"Basel light \w+ [\d.]+\u2009% chance of no more", usual)


@pytest.mark.parametrize(
    "portfolio", ["single-stock.user_008", "short-only.user_905", "borrowed-more.user_903", "red-evil-5-b-x-b-a-http-b.user_906"]
)
def test_odd_portfolios_have_no_nan_and_no_traceback(open_app: OpenApp, portfolio: str) -> None:
    app = open_app("backtest", portfolio=portfolio)
    assert not app.exception
    assert not re.search(r"\b(nan|None|inf)\b", words(app))
    if "There is no portfolio" not in words(app):
        assert len(figures(app)) == 2


def test_a_short_past_says_that_fewer_days_are_tested(open_app: OpenApp) -> None:
    app = open_app("backtest", portfolio=LONG_SHORT, as_of="2019-06-03", tested="500")
    assert not app.exception
    assert re.search(r"\d+ days are tested instead of 500: the holdings have \d+ daily returns in common", words(app))
    assert len(figures(app)[1]["layout"]["xaxis"]["ticktext"]) == 2, "250 and 500 days come to the same, and share a column"


def test_too_short_a_past_is_a_sentence(open_app: OpenApp) -> None:
    app = open_app("backtest", portfolio=LONG_SHORT, as_of="2018-06-01")
    assert not app.exception
    assert "at least 272 are needed (252 behind the first forecast and 20 to test; a shorter lookback needs fewer)" in words(app)
    assert not app.metric


@pytest.mark.parametrize(
    ("portfolio", "said"),
    [
        ("just-cash.user_904", "did not move on any of the"),
        ("empty.user_901", "This portfolio is empty"),
        ("all-unknown.user_902", "No position can be priced"),
        ("no.user_999", "There is no portfolio"),
    ],
)
def test_nothing_to_show_is_a_sentence(open_app: OpenApp, portfolio: str, said: str) -> None:
    app = open_app("backtest", portfolio=portfolio)
    assert not app.exception
    assert said in words(app)
    assert not app.metric


def test_the_methods_are_named_as_everywhere(open_app: OpenApp) -> None:
    app = open_app("backtest", portfolio=LONG_SHORT)
    options = app.selectbox(key="shown").options
    assert options == ["First in the ranking", *(METHODS[method] for method in METHODS if method in FAST_METHODS)]
