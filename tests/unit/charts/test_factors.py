"""All cells of the contribution heatmap sum to 100, in every grouping; what is faint is what may be zero."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from farp.analysis import RiskReport, Window, analyse, window_of
from farp.analysis.alignment import chosen_factors
from farp.analysis.factors import PortfolioFactors, portfolio_factors, rolling_loadings
from farp.charts.factors import (
    MOST_LINES,
    contribution_heatmap,
    factor_shares,
    likeness_heatmap,
    loadings_heatmap,
    rolling_lines,
    variance_waterfall,
)
from farp.charts.theme import DARK, LIGHT, Palette, contrast
from farp.charts.words import exact
from farp.format import number, percent
from farp.market import Factor, FactorSet
from farp.prices.sample import load_sample
from tests.markets import holding

both = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def cells(figure: object, attribute: str = "z") -> np.ndarray:
    """Put the traces together again: one for each colour of text, each cell in exactly one."""
    layers = [np.array(getattr(trace, attribute), dtype=object) for trace in figure.data if trace.type == "heatmap"]
    whole = np.full(layers[0].shape, None, dtype=object)
    for layer in layers:
        filled = (layer != None) & (layer != "")  # noqa: E711
        assert (whole[filled] == None).all(), "no cell is drawn twice"  # noqa: E711
        whole[filled] = layer[filled]
    assert (whole != None).all(), "no cell is missing"  # noqa: E711
    return whole


@pytest.mark.parametrize("name", ["mixed", "one", "negative", "many 40", "many 60", "tiny", "huge"])
def test_all_cells_sum_to_a_hundred_and_both_edges_agree(name: str, report_of: Callable[[str], RiskReport]) -> None:
    report = report_of(name)
    figure = contribution_heatmap(report, LIGHT)
    z = cells(figure).astype(float)
    assert z.sum() == pytest.approx(100.0)
    assert z.shape == (min(len(report.holdings), 25), 10)
    totals = figure.data[-1]
    assert [text[3:-4] for text in totals.text] == ["0" if abs(v) < 0.05 else f"{v:.1f}".replace("-", "−") for v in z.sum(axis=0)]
    rows = figure.layout.yaxis.ticktext
    assert rows[0] == "<b>Portfolio</b>"
    for label, share in zip(rows[1:], z.sum(axis=1), strict=True):
        assert f"{abs(share):.{0 if abs(share) >= 9.95 else 1}f}\u2009%" in label


def test_holdings_are_sorted_by_share_and_the_rest_comes_last(report_of: Callable[[str], RiskReport]) -> None:
    figure = contribution_heatmap(report_of("many 40"), LIGHT)
    shares = cells(figure).astype(float).sum(axis=1)
    assert (np.diff(shares[:-1]) <= 1e-9).all()
    assert figure.layout.yaxis.ticktext[-1].startswith("16 others")


def test_the_grouped_rows_are_those_with_the_smallest_shares(report_of: Callable[[str], RiskReport]) -> None:
    report = report_of("many 40")
    assert report.factors is not None
    by_size = np.sort(np.abs(report.factors.contributions.by_position))[::-1]
    shares = cells(contribution_heatmap(report, LIGHT)).astype(float).sum(axis=1)[:-1]
    assert np.sort(np.abs(shares))[::-1] == pytest.approx(100 * by_size[:24])


@both
def test_colours_are_symmetric_about_zero_and_every_cell_is_readable(mixed: RiskReport, colours: Palette) -> None:
    figure = contribution_heatmap(mixed, colours)
    scale = figure.layout.coloraxis
    assert -scale.cmin == scale.cmax == np.abs(cells(figure).astype(float)).max()
    assert [colour for _, colour in scale.colorscale] == list(colours.diverging)
    for trace in figure.data[:-1]:
        assert (trace.xgap, trace.ygap, trace.hoverongaps) == (2, 2, False)
        own = [value for row in trace.z for value in row if value is not None]
        grounds = [colours.raised] if trace.textfont.color == colours.muted else [colours.diverging_at(value / scale.cmax) for value in own]
        assert min(contrast(trace.textfont.color, ground) for ground in grounds) >= 4.5


def test_zeros_are_faint_and_written_without_decimals(mixed: RiskReport) -> None:
    figure = contribution_heatmap(mixed, LIGHT)
    (faint,) = [trace for trace in figure.data if trace.type == "heatmap" and trace.textfont.color == LIGHT.muted]
    values = [value for row in faint.z for value in row if value is not None]
    assert values
    assert max(abs(value) for value in values) < 0.05
    assert {text for row in faint.text for text in row} == {"0", ""}
    assert {"0", "−0.0", "0.0"} & {text for trace in figure.data[:-1] if trace is not faint for row in trace.text for text in row} == set()


def test_the_height_grows_with_the_rows_up_to_a_limit(report_of: Callable[[str], RiskReport]) -> None:
    heights = [contribution_heatmap(report_of(name), LIGHT).layout.height for name in ("one", "mixed", "many 40", "many 60")]
    assert heights == sorted(heights)
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_each_cell_has_a_sentence(mixed: RiskReport) -> None:
    hovers = cells(contribution_heatmap(mixed, LIGHT), "hovertext")
    assert all(" the variance " in text or "next to nothing" in text for text in hovers.ravel())
    assert "on its own" in hovers[0, -1]


def test_loadings_show_the_largest_holdings_and_the_portfolio_above(report_of: Callable[[str], RiskReport]) -> None:
    report = report_of("many 40")
    assert report.factors is not None
    figure = loadings_heatmap(report, LIGHT)
    order = np.argsort([-abs(holding.market_value) for holding in report.holdings], kind="stable")[:25]
    assert cells(figure).astype(float) == pytest.approx(report.factors.regression.loadings[order])
    assert figure.data[-1].text[0] == f"<b>{report.factors.exposures[0] / report.net_asset_value:.2f}</b>"
    assert "25 largest of 40 holdings" in figure.layout.annotations[0].text.replace("<br>", " ")


def test_loadings_that_may_be_zero_are_faint_but_a_factors_own_fund_is_not(mixed: RiskReport) -> None:
    assert mixed.factors is not None
    figure = loadings_heatmap(mixed, LIGHT)
    faint = np.zeros(mixed.factors.regression.loadings.shape, dtype=bool)
    for trace in figure.data[:-1]:
        if trace.textfont.color == LIGHT.muted:
            faint |= np.array([[value is not None for value in row] for row in trace.z])
    order = np.argsort([-abs(holding.market_value) for holding in mixed.holdings], kind="stable")
    t = mixed.factors.regression.t_statistics[order]
    known = np.isfinite(t)
    assert (faint[known] == (np.abs(t[known]) < 2.0)).all()
    gold = [mixed.holdings[i].ticker for i in order].index("GLD")
    assert not faint[gold, mixed.factors.factors.names.index("Gold")]


def test_without_net_asset_value_there_is_no_portfolio_row(report_of: Callable[[str], RiskReport]) -> None:
    figure = loadings_heatmap(report_of("negative"), LIGHT)
    assert {trace.type for trace in figure.data} == {"heatmap"}
    assert len(figure.layout.yaxis.ticktext) == 3


def test_factor_shares_are_sorted_complete_and_sum_to_one(mixed: RiskReport) -> None:
    assert mixed.factors is not None
    figure = factor_shares(mixed, DARK)
    (bars,) = figure.data
    assert sum(bars.x) == pytest.approx(1.0)
    assert list(bars.x) == sorted(bars.x, reverse=True)
    labels = figure.layout.yaxis.ticktext
    assert set(labels) == {*mixed.factors.factors.names, "Specific"}
    expected = {True: DARK.gain, False: DARK.primary}
    for label, value, colour in zip(labels, bars.x, bars.marker.color, strict=True):
        assert colour == (DARK.muted if label == "Specific" else expected[value < 0])


@pytest.mark.parametrize("build", [contribution_heatmap, loadings_heatmap, factor_shares])
def test_without_factors_the_figure_says_why(build: Callable[..., object], mixed: RiskReport) -> None:
    why = "There is no factor analysis: the factor set has no prices after 1 Jan 2020."
    figure = build(replace(mixed, factors=None, notes=("Something else.", why), no_factors_because=why), LIGHT)
    assert not figure.data
    assert figure.layout.annotations[0].text.replace("<br>", " ") == why


# the topic in depth


def window_for(quantities: dict[str, float], lookback: int | None = 252) -> Window:
    return window_of(holding(quantities), load_sample(), None, lookback, None)


def topic(quantities: dict[str, float], *tickers: str) -> PortfolioFactors:
    history = load_sample()
    return portfolio_factors(window_for(quantities), history, chosen_factors(tickers, history) if tickers else None)


def test_the_waterfall_starts_each_bar_where_the_last_one_ended_and_reaches_the_whole(mixed: RiskReport) -> None:
    assert mixed.factors is not None
    figure = variance_waterfall(mixed, LIGHT)
    bars = figure.data[0]
    labels = list(figure.layout.yaxis.ticktext)
    assert labels[-2:] == ["Specific", "Variance"]
    assert (bars.base[-1], bars.x[-1]) == (0.0, 1.0)
    for start, step, following in zip(bars.base[:-2], bars.x[:-2], bars.base[1:-1], strict=True):
        assert start + step == pytest.approx(following)
    assert bars.base[-2] + bars.x[-2] == pytest.approx(1.0)
    by_factor = dict(zip(mixed.factors.factors.names, mixed.factors.contributions.by_factor, strict=False))
    assert dict(zip(labels[:-2], bars.x[:-2], strict=True)) == by_factor
    assert list(bars.x[:-2]) == sorted(bars.x[:-2], reverse=True)
    assert figure.data[1].text[-1].strip() == percent(1.0, 0)
    for value, colour in zip(bars.x[:-2], bars.marker.color[:-2], strict=True):
        assert colour == (LIGHT.gain if value < 0 else LIGHT.primary)


def test_the_waterfall_of_nothing_is_a_sentence(report_of: Callable[[str], RiskReport], mixed: RiskReport) -> None:
    assert "does not move" in variance_waterfall(report_of("cash"), LIGHT).layout.annotations[0].text.replace("<br>", " ")
    assert "Why not." in variance_waterfall(replace(mixed, factors=None, no_factors_because="Why not."), LIGHT).layout.annotations[0].text


def test_charts_of_a_topic_are_those_of_the_report_on_the_same_settings() -> None:
    held = {"AAPL": 10.0, "GLD": 20.0, "XOM": -3.0}
    report, result = analyse(holding(held), load_sample()), topic(held)
    for build in (contribution_heatmap, loadings_heatmap, variance_waterfall, factor_shares):
        assert build(result, LIGHT).to_json() == build(report, LIGHT).to_json()


def test_chosen_factors_are_the_columns() -> None:
    result = topic({"AAPL": 10.0, "MSFT": 5.0}, "QQQ", "GLD")
    assert list(contribution_heatmap(result, LIGHT).layout.xaxis.ticktext) == ["QQQ", "GLD", "Specific"]
    assert set(variance_waterfall(result, LIGHT).layout.yaxis.ticktext) == {"QQQ", "GLD", "Specific", "Variance"}


def test_loadings_that_cannot_be_told_apart_say_so() -> None:
    history = load_sample()
    same = FactorSet(name="same", factors=(Factor(name="One", legs=(("^GSPC", 1.0),)), Factor(name="Two", legs=(("^GSPC", 2.0),))))
    result = portfolio_factors(window_for({"AAPL": 10.0}), history, same)
    hovers = [text for trace in loadings_heatmap(result, LIGHT).data if trace.type == "heatmap" for text in np.ravel(trace.hovertext) if text]
    assert len(hovers) == 2
    assert all("one split of many" in text for text in hovers)


def test_rolling_lines_are_the_loadings_of_the_factors_asked_for() -> None:
    result = rolling_loadings(window_for({"AAPL": 10.0, "GLD": 5.0}), load_sample(), None, 252)
    figure = rolling_lines(result, ["Gold", "Market"], LIGHT)
    assert [trace.name for trace in figure.data] == ["Gold", "Market"]
    assert list(figure.data[0].y) == result.loadings[:, result.factors.names.index("Gold")].tolist()
    assert figure.data[0].x[-1] == "2022-12-28"
    assert figure.data[1].hovertext[-1] == number(result.loadings[-1, 0])
    assert {note.text for note in figure.layout.annotations} == {"Gold", "Market"}
    assert figure.layout.yaxis.title.text == "Move in % for a factor move of 1 %"
    assert len(rolling_lines(result, result.factors.names, LIGHT).data) == MOST_LINES
    assert len(figure.to_json()) < 150_000


def test_rolling_lines_in_money_are_for_a_move_of_one_per_cent() -> None:
    result = rolling_loadings(window_for({"AAPL": -10.0}), load_sample(), None, 252)
    figure = rolling_lines(result, ["Market"], LIGHT)
    assert figure.data[0].y[-1] == pytest.approx(0.01 * result.loadings[-1, 0])
    assert figure.layout.yaxis.title.text == "P&L for a factor move of 1 %, USD"
    assert figure.data[0].hovertext[-1] == exact(0.01 * float(result.loadings[-1, 0]), "USD")


def test_rolling_lines_leave_gaps_and_say_when_there_is_nothing_else() -> None:
    result = rolling_loadings(window_for({"AAPL": 10.0}), load_sample(), None, 252)
    loadings = result.loadings.copy()
    loadings[:, 0], loadings[:5, 1] = np.nan, np.nan
    gaps = replace(result, loadings=loadings)
    figure = rolling_lines(gaps, ["Market", "Size"], DARK)
    assert [trace.name for trace in figure.data] == ["Size"]
    assert list(figure.data[0].y[:6])[:5] == [None] * 5
    assert "cannot be told apart" in rolling_lines(gaps, ["Market"], DARK).layout.annotations[0].text.replace("<br>", " ")


def test_likeness_shows_correlations_and_inflation() -> None:
    result = topic({"AAPL": 10.0}, "^GSPC", "QQQ", "GLD")
    figure = likeness_heatmap(result, LIGHT)
    shown = [value for trace in figure.data if trace.type == "heatmap" for value in np.ravel(trace.z) if value is not None]
    assert sorted(shown) == pytest.approx(sorted(result.collinearity.correlation.ravel()))
    assert f"×{number(result.collinearity.variance_inflation[1], 1)}" in figure.layout.yaxis.ticktext[1]
    assert "single factor" in likeness_heatmap(topic({"AAPL": 10.0}, "GLD"), LIGHT).layout.annotations[0].text


def test_likeness_of_dependent_and_still_factors_has_no_nan() -> None:
    result = topic({"AAPL": 10.0}, "^GSPC", "GLD")
    odd = replace(
        result,
        collinearity=replace(
            result.collinearity, variance_inflation=np.array([np.inf, np.nan]), correlation=np.array([[1.0, np.nan], [np.nan, np.nan]])
        ),
    )
    figure = likeness_heatmap(odd, LIGHT)
    assert ["×∞" in figure.layout.yaxis.ticktext[0], "still" in figure.layout.yaxis.ticktext[1]] == [True, True]
    assert "nan" not in figure.to_json().lower()
