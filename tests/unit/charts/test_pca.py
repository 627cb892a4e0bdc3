"""Charts of principal components: what is drawn is the analysis, and little to draw reads as a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import pytest

from farp.analysis import window_of
from farp.analysis.pca import PcaAnalysis, portfolio_components
from farp.charts.pca import MOST_COMPONENTS, MOST_HOLDINGS, loadings_heatmap, portfolio_shares, scree
from farp.charts.theme import DARK, LIGHT, Palette
from farp.market import PriceHistory
from farp.prices.sample import load_sample
from tests.markets import holding, instrument, market, wandering

BUILDERS = (scree, portfolio_shares, loadings_heatmap)
MIXED = {"AAPL": 100.0, "MSFT": 50.0, "UST10Y": 300.0, "GLD": -40.0, "CASH:USD": 1000.0}


def result_of(held: dict[str, float], prices: PriceHistory | None = None) -> PcaAnalysis:
    return portfolio_components(window_of(holding(held), prices or load_sample()))


def many(count: int) -> PcaAnalysis:
    closes = {f"T{i}": wandering(300, i) for i in range(count)}
    return result_of(dict.fromkeys(closes, 1.0), market(closes))


def test_the_scree_shows_each_share_and_the_sum_so_far() -> None:
    result = result_of(MIXED)
    bars, line = scree(result, LIGHT).data
    assert list(bars.y) == result.components.explained_ratio.tolist()
    assert list(line.y) == list(result.cumulative)
    assert line.y[-1] == pytest.approx(1.0)
    assert "The first 2 components explain" in line.hovertext[1]
    assert "AAPL" in bars.hovertext[0] or "MSFT" in bars.hovertext[0]


def test_bars_are_the_portfolios_shares_and_ticks_the_holdings() -> None:
    result = result_of(MIXED)
    bars, ticks, _ = portfolio_shares(result, DARK).data
    assert list(bars.x) == result.components.variance_shares.tolist()
    assert sum(bars.x) == pytest.approx(1.0)
    assert list(ticks.x) == result.components.explained_ratio.tolist()
    said = ["earns" if exposure >= 0 else "costs" for exposure in result.components.exposures]
    assert [word in hover for word, hover in zip(said, bars.hovertext, strict=True)] == [True] * len(said)


def test_each_cell_is_the_loading_of_its_row_on_its_column() -> None:
    result = result_of(MIXED)
    figure = loadings_heatmap(result, LIGHT)
    rows = list(figure.layout.yaxis.ticktext)[1:]
    assert sorted(rows) == ["AAPL", "GLD", "MSFT", "UST10Y"]
    values = np.full((4, 4), np.nan)
    for trace in figure.data:
        if trace.type == "heatmap":
            z = np.array(trace.z, dtype=float)
            values = np.where(np.isfinite(z), z, values)
    places = [[one.ticker for one in result.window.holdings].index(ticker) for ticker in rows]
    assert values == pytest.approx(result.components.loadings[:, places].T)
    assert len(figure.data[-1].text) == 4


def test_only_the_first_components_and_the_largest_holdings_get_room() -> None:
    result = many(40)
    assert len(scree(result, LIGHT).data[0].x) == len(portfolio_shares(result, LIGHT).data[0].x) == MOST_COMPONENTS
    figure = loadings_heatmap(result, LIGHT)
    assert len(figure.layout.yaxis.ticktext) == MOST_HOLDINGS + 1
    assert "the 25 largest of 40 holdings" in figure.layout.annotations[0].text.replace("<br>", " ")


def test_one_holding_and_a_hedged_portfolio_are_sentences() -> None:
    assert "it is the one component by itself" in loadings_heatmap(result_of({"AAPL": 1.0}), LIGHT).layout.annotations[0].text.replace("<br>", " ")
    closes = wandering(300, 1)
    hedged = result_of({"A": 2.0, "B": -1.0}, market({"A": closes, "B": 2 * closes}))
    assert "does not move" in portfolio_shares(hedged, LIGHT).layout.annotations[0].text.replace("<br>", " ")
    assert "nan" not in loadings_heatmap(hedged, LIGHT).to_json().lower()


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("result", [result_of(MIXED), result_of({"AAPL": -5.0}), many(40)], ids=["mixed", "one short", "many"])
def test_figures_are_valid_titled_and_of_the_palette(build: Callable[[PcaAnalysis, Palette], go.Figure], result: PcaAnalysis) -> None:
    light, dark = build(result, LIGHT).to_json(), build(result, DARK).to_json()
    figure = json.loads(light, parse_constant=lambda constant: pytest.fail(f"{constant} in the JSON"))
    assert "title" not in figure["layout"]
    assert len(light) < 60_000
    assert light != dark
    assert LIGHT.ink not in dark


@pytest.mark.parametrize("build", BUILDERS)
def test_names_are_shown_as_they_are(build: Callable[[PcaAnalysis, Palette], go.Figure]) -> None:
    odd = instrument("<b>X</b>")
    prices = market({"<b>X</b>": wandering(300, 1), "B": wandering(300, 2), "C": wandering(300, 3)}, instruments=[odd])
    text = build(result_of({"<b>X</b>": 1.0, "B": 1.0, "C": 1.0}, prices), LIGHT).to_json()
    assert "<b>X" not in text.replace("\\u003c", "<").replace("\\u003e", ">")
