"""The pages on factors and principal components: what they show is the analysis with the settings of the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from farp.analysis.alignment import chosen_factors
from farp.analysis.factors import portfolio_factors, rolling_loadings
from farp.analysis.pca import portfolio_components
from farp.engine.factor_model import CovarianceEstimator
from farp.format import number, percent
from farp.service import Desk
from tests.ui.test_pages import plain, words

OpenApp = Callable[..., AppTest]
LONG_SHORT = "long-short-equity.user_003"
VIEWS = ("contributions", "loadings", "rolling", "alike", "statistics")


def specs(app: AppTest) -> list[dict[str, object]]:
    return [json.loads(chart.proto.spec, parse_constant=lambda constant: pytest.fail(f"{constant} in a chart")) for chart in app.get("plotly_chart")]


def cards(app: AppTest) -> dict[str, str]:
    return {plain(metric.label): plain(metric.value) for metric in app.metric}


def test_default_settings_show_the_reports_numbers(open_app: OpenApp, desk: Desk) -> None:
    report = desk.report(LONG_SHORT).factors
    app = open_app("factors", portfolio=LONG_SHORT)
    assert report is not None
    assert cards(app)["Systematic"] == percent(report.contributions.systematic)
    assert cards(app)["Specific"] == percent(report.contributions.specific)
    assert all(metric.help for metric in app.metric)
    waterfall = specs(app)[1]
    assert waterfall["layout"]["yaxis"]["ticktext"][-2:] == ["Specific", "Variance"]


def test_no_card_says_fine_above_a_warning(open_app: OpenApp) -> None:
    app = open_app("factors", portfolio=LONG_SHORT, factors="^GSPC,QQQ,GLD", view="alike")
    (card,) = [metric for metric in app.metric if metric.label == "Condition number"]
    assert "^GSPC and QQQ move together" in plain(app.warning[0].value)
    assert card.delta == "some alike, 3 factors"
    assert any("factors ^GSPC, QQQ, GLD" in plain(caption.value) for caption in app.caption), "the control cuts what does not fit"
    apart = open_app("factors", portfolio=LONG_SHORT, factors="QQQ,GLD", view="alike")
    assert not apart.warning
    assert "fine below 30, 2 factors" in [metric.delta for metric in apart.metric]


def test_a_link_with_other_settings_shows_them_everywhere(open_app: OpenApp, desk: Desk) -> None:
    chosen = chosen_factors(("QQQ", "GLD"), desk.history)
    window = desk.window(LONG_SHORT, None, 125, None)
    result = portfolio_factors(window, desk.history, chosen, CovarianceEstimator.LEDOIT_WOLF)
    link = {"portfolio": LONG_SHORT, "factors": "QQQ,GLD", "lookback": "125", "covariance": "ledoit_wolf"}
    app = open_app("factors", **link)
    shown = cards(app)
    assert shown["Systematic"] == percent(result.factors.contributions.systematic)
    assert shown["Condition number"] == number(result.collinearity.condition_number, 1)
    assert f"covariance shrunk by {percent(result.factors.shrinkage)}" in plain(words(app))
    assert specs(app)[0]["layout"]["xaxis"]["ticktext"] == ["QQQ", "GLD", "Specific"]
    table = open_app("factors", view="statistics", **link).dataframe[0].value
    assert list(table["Factor"]) == ["QQQ", "GLD"]
    assert table["t"].tolist() == result.portfolio.t_statistics[0].tolist()
    assert table["Share of variance"].tolist() == result.factors.contributions.by_factor[:-1].tolist()


def test_loadings_over_time_draw_the_largest_or_those_of_the_link(open_app: OpenApp, desk: Desk) -> None:
    app = open_app("factors", portfolio=LONG_SHORT, view="rolling")
    (chart,) = specs(app)
    window = desk.window(LONG_SHORT, None, 252, None)
    shares = np.abs(portfolio_factors(window, desk.history).factors.contributions.by_factor[:-1])
    names = desk.history.factors.names
    assert [trace["name"] for trace in chart["data"]] == [names[i] for i in np.argsort(-shares, kind="stable")[:4]]
    (chart,) = specs(open_app("factors", portfolio=LONG_SHORT, view="rolling", lines="Gold,Dollar", rolling="60"))
    rolled = rolling_loadings(window, desk.history, None, 60)
    assert [trace["name"] for trace in chart["data"]] == ["Gold", "Dollar"]
    assert chart["data"][0]["y"][-1] == pytest.approx(rolled.loadings[-1, names.index("Gold")])


def test_lines_of_a_set_that_is_no_longer_chosen_are_forgotten(open_app: OpenApp) -> None:
    app = open_app("factors", portfolio=LONG_SHORT, view="rolling", lines="Gold,Dollar")
    app.session_state["factors"] = ["QQQ"]
    app.run()
    assert not app.exception
    (chart,) = specs(app)
    assert [trace["name"] for trace in chart["data"]] == ["QQQ"]


def test_a_link_that_cannot_be_used_is_said_and_the_house_set_shown(open_app: OpenApp) -> None:
    app = open_app("factors", portfolio=LONG_SHORT, factors="NOSUCH", covariance="x", view="rolling", lines="Nobody")
    said = plain(words(app))
    assert "NOSUCH has no price at this source" in said
    assert "covariance has to be one of sample, ledoit_wolf" in said
    assert "lines has to be names of factors" in said
    assert not app.exception
    assert len(specs(app)[0]["data"]) == 4


def test_alike_factors_are_said_before_they_are_shown(open_app: OpenApp) -> None:
    app = open_app("factors", portfolio=LONG_SHORT, factors="^GSPC,QQQ", view="alike")
    assert any("move together" in plain(warning.value) for warning in app.warning)
    app = open_app("factors", portfolio=LONG_SHORT, view="alike")
    assert any("can be told apart" in plain(info.value) for info in app.info)


def test_a_factor_without_current_prices_is_a_sentence(open_app: OpenApp) -> None:
    app = open_app("factors", portfolio=LONG_SHORT, factors="SPY,GLD")
    assert "SPY has no prices after 18 Aug 2021" in plain(words(app))
    assert not app.exception


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("portfolio", ["borrowed-more.user_903", "just-cash.user_904", "short-only.user_905", "evil-5-b-x-b-a-http-b.user_906"])
def test_odd_portfolios_read_as_numbers_or_sentences(open_app: OpenApp, portfolio: str, view: str) -> None:
    for more in ({}, {"factors": "GLD", "lookback": "60"}):
        app = open_app("factors", portfolio=portfolio, view=view, **more)
        assert not app.exception
        assert not app.error
        assert not re.search(r"\b(nan|NaN|None|inf)\b", words(app))
        specs(app)


def test_components_show_the_analysis(open_app: OpenApp, desk: Desk) -> None:
    result = portfolio_components(desk.window(LONG_SHORT))
    app = open_app("pca", portfolio=LONG_SHORT)
    assert result.main is not None
    assert list(cards(app).values()) == [
        percent(float(result.components.explained_ratio[0])),
        str(result.for_most),
        f"No. {result.main + 1}",
        "15",
    ]
    assert all(metric.help for metric in app.metric)
    scree, shares, _ = specs(app)
    assert scree["data"][1]["y"] == pytest.approx(result.cumulative[:10])
    assert shares["data"][0]["x"] == pytest.approx(result.components.variance_shares[:10])
    said = plain(words(app))
    assert f"Component 2: {result.readings[1]}." in said
    assert "the price never moves: USD cash" in said


def test_components_over_another_lookback(open_app: OpenApp, desk: Desk) -> None:
    result = portfolio_components(desk.window(LONG_SHORT, None, 60))
    assert cards(open_app("pca", portfolio=LONG_SHORT, lookback="60"))["First component"] == percent(float(result.components.explained_ratio[0]))


@pytest.mark.parametrize(
    ("portfolio", "sentence"),
    [
        ("just-cash.user_904", "No holding's price moves"),
        ("empty.user_901", "This portfolio is empty"),
        ("borrowed-more.user_903", "AAPL on its own"),
        ("short-only.user_905", "AAPL and XOM together"),
    ],
)
def test_odd_portfolios_have_components_or_a_sentence(open_app: OpenApp, portfolio: str, sentence: str) -> None:
    app = open_app("pca", portfolio=portfolio)
    assert not app.exception
    assert sentence in plain(words(app))
    assert not re.search(r"\b(nan|NaN|None|inf)\b", words(app))
    specs(app)
