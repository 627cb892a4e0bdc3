"""The correlation heatmap: what is in which cell, what is said, and what happens when there is little to show."""

import json

import numpy as np
import pytest

from farp.analysis import window_of
from farp.analysis.correlation import correlations
from farp.charts.correlation import MOST_HOLDINGS, correlation_heatmap
from farp.charts.theme import DARK, LIGHT, SENTENCE_HEIGHT
from farp.format import number
from farp.prices.sample import load_sample
from tests.markets import holding, instrument, market, portfolio, wandering

A, B = wandering(300, 1), wandering(300, 2)


def result_of(quantities, prices=None):
    return correlations(window_of(holding(quantities), prices or load_sample()))


def cells_of(figure, what="z"):
    """The values of all cells, whichever trace draws them; rows x columns."""
    layers = [np.array(trace[what], dtype=object) for trace in figure.data if trace.type == "heatmap"]
    merged = np.full(layers[0].shape, None, dtype=object)
    for layer in layers:
        drawn = np.array([[value not in (None, "") for value in row] for row in layer])
        assert not (drawn & np.array([[value is not None for value in row] for row in merged])).any(), "a cell is drawn once"
        merged = np.where(drawn, layer, merged)
    return merged


def test_every_cell_is_the_correlation_of_its_row_and_column():
    result = result_of({"AAPL": 10, "UST10Y": 50, "MSFT": 5, "GLD": -20})
    figure = correlation_heatmap(result, LIGHT)
    tickers = [label.split(" ")[0] for label in figure.layout.yaxis.ticktext]
    places = [[one.ticker for one in result.window.holdings].index(ticker) for ticker in tickers]
    assert [label.split(" ")[0] for label in figure.layout.xaxis.ticktext] == tickers
    assert sorted(tickers) == ["AAPL", "GLD", "MSFT", "UST10Y"]
    assert abs(tickers.index("AAPL") - tickers.index("MSFT")) == 1, "likes are neighbours"
    assert cells_of(figure).astype(float) == pytest.approx(result.correlation.matrix[np.ix_(places, places)])


def test_a_cell_says_which_two_holdings_and_how_much():
    result = result_of({"A": 1, "B": 1}, market({"A": A, "B": B}))
    hovers, texts = (cells_of(correlation_heatmap(result, LIGHT), what) for what in ("hovertext", "text"))
    rho = float(result.correlation.matrix[0, 1])
    assert hovers[0, 1] == f"A (The A company)<br>and B (The B company):<br>correlation {number(rho)}"
    assert hovers[0, 0] == "A (The A company)"
    assert texts[0, 0] is None, "that a holding moves with itself need not be said"
    assert texts[0, 1] == number(rho, 1)


def test_the_colours_run_from_minus_one_to_one_whatever_the_correlations_are():
    for quantities in ({"AAPL": 1, "MSFT": 1}, {"AAPL": 1, "UST10Y": 1, "CASH:EUR": 5}):
        axis = correlation_heatmap(result_of(quantities), LIGHT).layout.coloraxis
        assert (axis.cmin, axis.cmid, axis.cmax) == (-1, 0, 1)


def test_what_never_moves_is_not_drawn():
    figure = correlation_heatmap(result_of({"AAPL": 1, "MSFT": 1, "CASH:USD": 100}), LIGHT)
    assert sorted(figure.layout.yaxis.ticktext) == ["AAPL", "MSFT"]


@pytest.mark.parametrize("quantities", [{"AAPL": 1}, {"CASH:USD": 100}, {"AAPL": 1, "CASH:USD": 100}])
def test_fewer_than_two_that_move_is_a_sentence(quantities):
    figure = correlation_heatmap(result_of(quantities), LIGHT)
    (note,) = figure.layout.annotations
    assert not figure.data
    assert figure.layout.height == SENTENCE_HEIGHT
    assert note.text.replace("<br>", " ") == "There are fewer than two holdings whose price moves, so there is no correlation to show."


def test_of_many_holdings_the_largest_are_drawn_and_it_says_so():
    closes = {f"T{i:02d}": wandering(300, i) for i in range(40)}
    result = result_of({ticker: float(i + 1) / closes[ticker][-1] for i, ticker in enumerate(closes)}, market(closes))
    figure = correlation_heatmap(result, LIGHT)
    assert sorted(figure.layout.yaxis.ticktext) == [f"T{i:02d}" for i in range(15, 40)]
    (note,) = figure.layout.annotations
    assert f"the {MOST_HOLDINGS} largest of 40 holdings" in note.text.replace("<br>", " ")
    assert len(figure.to_json()) < 200_000


def test_names_are_shown_as_they_are_on_both_axes_and_in_the_hover():
    odd, long = "R&D<b>", "X" * 60
    facts = [instrument(odd), instrument(long)]
    figure = correlation_heatmap(result_of({odd: 1, long: 1}, market({odd: A, long: B}, instruments=facts)), LIGHT)
    assert set(figure.layout.yaxis.ticktext) == set(figure.layout.xaxis.ticktext)
    assert "R&amp;D&lt;b&gt;" in figure.layout.yaxis.ticktext
    assert max(map(len, figure.layout.xaxis.ticktext)) <= 22
    assert "R&amp;D&lt;b&gt; (The R&amp;D&lt;b&gt; company)" in cells_of(figure, "hovertext")[0, 1]


def test_both_themes_and_no_number_that_is_none():
    result = correlations(window_of(portfolio(A=1, B=1, C=1), market({"A": A, "B": B, "C": np.full(300, 5.0)})))
    light, dark = (correlation_heatmap(result, palette).to_json() for palette in (LIGHT, DARK))
    assert light != dark
    for text in (light, dark):
        json.loads(text, parse_constant=pytest.fail)


def test_a_short_is_marked_for_a_red_cell_beside_it_is_a_hedge():
    figure = correlation_heatmap(result_of({"AAPL": 10, "MSFT": -5}), LIGHT)
    rows, columns = list(figure.layout.yaxis.ticktext), list(figure.layout.xaxis.ticktext)
    assert [">short<" in label for label in rows] == ["MSFT" in label for label in rows]
    assert [label.replace("<br>", " ").endswith(" short") for label in columns] == ["MSFT" in label for label in columns]
    assert "one is long, the other short" in cells_of(figure, "hovertext")[0, 1]
    assert "long against short: red is a hedge" in figure.layout.annotations[0].text.replace("<br>", " ")
    long_only = correlation_heatmap(result_of({"AAPL": 10, "MSFT": 5}), LIGHT)
    assert "short" not in long_only.to_json()
