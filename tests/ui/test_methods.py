"""The page on VaR methods: the numbers it shows are the analysis's, and what can go wrong reads as a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from farp.analysis.methods import comparison
from farp.engine.methods import METHODS
from farp.engine.value_at_risk import QuantileRule
from farp.format import money, number
from farp.report.methods import EXPLAINED, apart_in_words, range_in_words
from farp.service import Desk
from tests.ui.test_pages import plain, words

LONG_SHORT = "long-short-equity.user_003"
OpenApp = Callable[..., AppTest]


def spec(app: AppTest, place: int) -> dict:
    return json.loads(app.get("plotly_chart")[place].proto.spec, parse_constant=lambda constant: pytest.fail(f"{constant} in a chart"))


def test_cards_table_and_sentence_are_the_comparison(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("methods", portfolio=LONG_SHORT)
    result = comparison(desk.window(LONG_SHORT), 0.95)
    shown = {plain(metric.label): plain(metric.value) for metric in app.metric}
    assert result.historical is not None
    assert shown == {
        "Historical VaR": money(result.historical.amount),
        "Lowest": money(result.lowest.amount),
        "Highest": money(result.highest.amount),
        "Spread": f"× {number(result.ratio)}",
    }
    assert range_in_words(result.historical, "USD") in plain(words(app))
    assert all(metric.help for metric in app.metric)
    table = app.dataframe[0].value
    assert list(table["Method"]) == list(METHODS.values())
    assert list(table["VaR"]) == [figure.amount for figure in result.figures]
    assert list(table["ES, %"]) == [figure.expected_shortfall_fraction for figure in result.figures]
    assert apart_in_words(result) in plain(words(app))


def test_the_report_and_this_page_show_the_same_historical_figure(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("methods", portfolio=LONG_SHORT, confidence="99", horizon="10")
    assert app.dataframe[0].value["VaR"].iloc[0] == desk.report(LONG_SHORT).value_at_risk_at(0.99, 10).amount


def test_a_link_sets_every_control(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("methods", portfolio=LONG_SHORT, confidence="97.5", horizon="20", lookback="400", rule="centered", method="garch_filtered")
    result = comparison(desk.window(LONG_SHORT, None, 400), 0.975, 20, QuantileRule.CENTERED)
    assert list(app.dataframe[0].value["VaR"]) == [figure.amount for figure in result.figures]
    assert EXPLAINED["garch_filtered"] in plain(words(app))
    assert "Alpha" in plain(words(app))
    title = spec(app, 0)["layout"]["xaxis"]["title"]["text"]
    assert "97.5" in title
    assert "20 days" in title


@pytest.mark.parametrize("method", METHODS)
def test_the_chosen_method_is_shown_in_detail(open_app: OpenApp, method: str) -> None:
    app = open_app("methods", portfolio=LONG_SHORT, method=method)
    assert not app.exception
    assert any(f"as seen by {METHODS[method]}" in plain(heading.value) for heading in app.subheader)
    assert len(spec(app, 1)["data"]) == (1 if method == "historical_simulation" else 2)


def test_a_method_that_has_no_answer_says_why(open_app: OpenApp) -> None:
    app = open_app("methods", portfolio="just-cash.user_904", method="garch_filtered")
    text = plain(words(app))
    assert not app.exception
    assert "cannot be fitted to profit and loss that does not move" in text
    assert "no method sees a risk" in text
    assert app.dataframe[0].value["VaR"].isna().tolist() == [False] * 7 + [True]


@pytest.mark.parametrize("portfolio", ["borrowed-more.user_903", "short-only.user_905", "single-stock.user_008", "evil-5-b-x-b-a-http-b.user_906"])
def test_odd_portfolios_are_shown_without_a_traceback_or_nan(open_app: OpenApp, desk: Desk, portfolio: str) -> None:
    key = portfolio if portfolio.startswith(("b", "s")) else next(one.id for one in desk.portfolios() if one.owner_id == "user_906")
    app = open_app("methods", portfolio=key, confidence="99.9", horizon="60", method="cornish_fisher")
    assert not app.exception
    assert not app.error
    assert not any(word in words(app).split() for word in ("nan", "NaN", "None", "inf"))
    spec(app, 0)
    if desk.window(key).net_asset_value <= 0:
        assert app.dataframe[0].value["VaR, %"].isna().all()
        assert (app.dataframe[0].value["VaR"] > 0).all()


def test_remarks_are_said_in_full_below_the_table(open_app: OpenApp) -> None:
    app = open_app("methods", portfolio=LONG_SHORT, confidence="99.9")
    remarks = next(caption.value for caption in app.caption if "single worst day" in caption.value)
    assert "Historical simulation, Filtered historical" in remarks
    assert remarks.count("single worst day") == 1, "a sentence that holds for several methods is said once"
    assert "**Age\\-weighted**" in remarks or "**Age-weighted**" in remarks
    assert "Remarks" not in app.dataframe[0].value.columns


def test_an_expansion_outside_its_domain_is_no_extreme_on_the_cards(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("methods", portfolio="crypto-tilt.user_005", as_of="2020-12-30", confidence="99")
    table = app.dataframe[0].value.set_index("Method")["VaR"]
    shown = {metric.label: metric.value for metric in app.metric}
    assert table["Cornish-Fisher"] == table.max()
    assert plain(shown["Highest"]) == money(table.drop("Cornish-Fisher").max())
    assert any(plain(metric.delta) == "without Cornish-Fisher" for metric in app.metric)
    assert "is left out of this comparison: skewness and kurtosis lie outside the range" in plain(words(app))


def test_a_link_that_cannot_be_used_says_so_and_shows_the_default(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("methods", portfolio=LONG_SHORT, confidence="42", method="magic")
    text = plain(words(app))
    assert "The link's confidence '42' cannot be used, so the default is shown. confidence has to be a number from 90 to 99.9" in text
    assert "'magic' cannot be used" in text
    assert list(app.dataframe[0].value["VaR"]) == [figure.amount for figure in comparison(desk.window(LONG_SHORT), 0.95).figures]


def test_an_empty_or_unknown_portfolio_is_a_sentence(open_app: OpenApp) -> None:
    assert "This portfolio is empty" in plain(words(open_app("methods", portfolio="empty.user_901")))
    assert "There is no portfolio" in plain(words(open_app("methods", portfolio="no-such.user_999")))
