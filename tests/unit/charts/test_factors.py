"""All cells of the contribution heatmap sum to 100, in every grouping; what is faint is what may be zero."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from farp.analysis import RiskReport
from farp.charts.factors import contribution_heatmap, factor_shares, loadings_heatmap
from farp.charts.theme import DARK, LIGHT, Palette, contrast

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
