"""Every cell is the analysis's P&L, losses take the red end, and what is doubtful is faint."""

from __future__ import annotations

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from farp.analysis import window_of
from farp.analysis.sensitivity import SensitivityAnalysis, sensitivities
from farp.charts.sensitivity import MOST_POSITIONS, grid_heatmap, ladder_heatmap, position_bars
from farp.charts.theme import DARK, LIGHT, Palette, contrast
from farp.market import Factor, FactorSet
from farp.prices.sample import load_sample
from tests.markets import holding, market, portfolio, wandering

BOOKS: dict[str, dict[str, float]] = {
    "mixed": {"AAPL": 900, "XOM": 500, "UST10Y": 2000, "GLD": 300, "NVDA": -500, "CASH:EUR": 40_000},
    "negative": {"AAPL": 100, "NVDA": -300},
    "one": {"NVDA": 100},
    "cash": {"CASH:USD": 1000},
    "tiny": {"AAPL": 0.00001},
    "huge": {"AAPL": 2e10},
}
both = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def of(name: str) -> SensitivityAnalysis:
    prices = load_sample()
    return sensitivities(window_of(holding(BOOKS[name]), prices, extra_days=None), prices, grid=("Market", "Rates"))


def cells(figure: go.Figure, attribute: str = "z") -> np.ndarray:
    """Put the traces together again, one for each colour of text."""
    layers = [np.array(getattr(trace, attribute), dtype=object) for trace in figure.data if trace.type == "heatmap"]
    whole = np.full(layers[0].shape, None, dtype=object)
    for layer in layers:
        filled = (layer != None) & (layer != "")  # noqa: E711
        whole[filled] = layer[filled]
    return whole


def test_every_rung_is_a_cell_and_a_loss_is_at_the_red_end() -> None:
    result = of("mixed")
    figure = ladder_heatmap(result, LIGHT)
    rungs = [0, 1, 2, 3, 5, 6, 7, 8]
    assert cells(figure).astype(float) == pytest.approx(-result.ladder.profit_and_loss[result.costliest][:, rungs])
    scale = figure.layout.coloraxis
    assert [colour for _, colour in scale.colorscale] == list(LIGHT.diverging)
    assert scale.cmin == -scale.cmax
    assert figure.layout.xaxis.ticktext[0] == "−10 %<br>−100 bp"
    assert figure.layout.xaxis.ticktext[-1] == "+10 %<br>+100 bp"
    assert [label.split("  <")[0] for label in figure.layout.yaxis.ticktext] == [result.factors.names[place] for place in result.costliest]
    assert ["bp</span>" in label for label in figure.layout.yaxis.ticktext] == [result.shocks[place].in_basis_points for place in result.costliest]


def test_only_what_cannot_be_told_from_zero_is_faint() -> None:
    result = of("mixed")
    assert 0 < result.uncertain.sum() < len(result.uncertain)
    figure = ladder_heatmap(result, LIGHT)
    muted = next(trace for trace in figure.data if trace.textfont.color == LIGHT.muted)
    rows = (np.array(muted.z, dtype=object) != None).all(axis=1)  # noqa: E711
    assert rows.tolist() == result.uncertain[result.costliest].tolist()
    hovers = cells(figure, "hovertext")
    assert [("cannot be told from zero" in row[0]) for row in hovers] == rows.tolist()


def test_a_hover_says_the_move_and_the_loss() -> None:
    result = of("one")
    place = result.factors.names.index("Market")
    row = result.costliest.index(place)
    hover = cells(ladder_heatmap(result, LIGHT), "hovertext")[row, 0]
    amount = -result.ladder.profit_and_loss[place, 0]
    assert hover.startswith("When Market loses 10\u2009%,<br>the portfolio loses $")
    assert f"{amount:,.0f}" in hover
    rates = cells(ladder_heatmap(result, LIGHT), "hovertext")[result.costliest.index(result.factors.names.index("Rates")), -1]
    assert "the yield of Rates rises by 100 basis points" in rates


def test_percent_is_of_value_and_undefined_without_one() -> None:
    result = of("mixed")
    text = cells(ladder_heatmap(result, LIGHT, in_percent=True), "text")[0, 0]
    share = result.ladder.profit_and_loss[result.costliest[0], 0] / result.window.net_asset_value
    assert text == f"{'−' if share < 0 else ''}{abs(share) * 100:.1f}\u2009%"
    for build in (ladder_heatmap, grid_heatmap):
        figure = build(of("negative"), LIGHT, in_percent=True)
        assert not figure.data
        assert "net asset value is not positive" in figure.layout.annotations[0].text.replace("<br>", " ")


def test_bars_add_up_to_the_costliest_rung_with_the_rest_in_one() -> None:
    count = MOST_POSITIONS + 6
    closes = {f"T{i}": wandering(260, seed=i) for i in range(count)} | {"M": wandering(260, seed=99)}
    prices = market(closes, factors=FactorSet(name="one", factors=(Factor(name="<b>M", legs=(("M", 1.0),)),)))
    result = sensitivities(window_of(portfolio(**{f"T{i}": 1.0 + i for i in range(count)}), prices), prices)
    figure = position_bars(result, 0, LIGHT)
    bars = figure.data[0]
    assert len(bars.x) == MOST_POSITIONS
    assert sum(bars.x) == pytest.approx(float(result.worst[0]))
    assert list(figure.layout.yaxis.ticktext)[-1] == "7 others"
    assert "<b>M" not in figure.layout.xaxis.title.text
    assert "&lt;b&gt;M" in figure.layout.xaxis.title.text
    assert list(bars.x[:-1]) == sorted(bars.x[:-1])
    assert [colour == LIGHT.loss for colour in bars.marker.color] == [value < 0 for value in bars.x]


def test_the_grid_has_all_moves_of_both() -> None:
    result = of("mixed")
    assert result.grid is not None
    figure = grid_heatmap(result, LIGHT)
    assert cells(figure).astype(float) == pytest.approx(-result.grid.profit_and_loss)
    assert (figure.layout.yaxis.title.text, figure.layout.xaxis.title.text) == ("Market", "Rates")
    assert figure.layout.yaxis.ticktext[0] == "−10\u2009%"
    assert figure.layout.xaxis.ticktext[-1] == "+100\u2009bp"
    corner = cells(figure, "hovertext")[0, -1]
    assert corner.startswith("When Market loses 10\u2009%<br>and the yield of Rates rises by 100 basis points,<br>the portfolio loses $")
    assert cells(figure, "hovertext")[4, 4] == "Nothing moves"
    assert max(len(text) for text in cells(figure, "text").ravel()) <= 6, "nine cells fit a phone"


@both
@pytest.mark.parametrize("name", BOOKS)
def test_every_book_draws_valid_and_readable(name: str, colours: Palette) -> None:
    result = of(name)
    figures = [ladder_heatmap(result, colours), grid_heatmap(result, colours), *(position_bars(result, place, colours) for place in range(9))]
    for figure in figures:
        json.loads(figure.to_json(), parse_constant=pytest.fail)
        for trace in figure.data:
            if trace.type == "heatmap":
                on = colours.diverging[1] if trace.textfont.color == colours.muted else None
                assert on is None or contrast(trace.textfont.color, on) >= 4.5


def test_cash_moves_with_nothing_and_says_so() -> None:
    result = of("cash")
    assert "No position moves with Market." in position_bars(result, 0, LIGHT).layout.annotations[0].text
    assert set(cells(ladder_heatmap(result, LIGHT), "text").ravel()) == {"0"}


def test_without_a_grid_there_is_a_sentence() -> None:
    prices = load_sample()
    result = sensitivities(window_of(holding(BOOKS["one"]), prices), prices)
    assert "A grid needs two factors." in grid_heatmap(result, LIGHT).layout.annotations[0].text


def test_a_grid_is_grey_where_only_what_cannot_be_told_from_zero_moves() -> None:
    result = of("mixed")
    assert result.grid is not None
    for first, second in ((False, True), (True, False), (True, True), (False, False)):
        doubt = np.zeros(len(result.shocks), dtype=bool)
        doubt[[result.grid.first, result.grid.second]] = first, second
        told = type("Told", (SensitivityAnalysis,), {"uncertain": property(lambda self, doubt=doubt: doubt)})
        figure = grid_heatmap(told(**vars(result)), LIGHT)
        (grey,) = [trace for trace in figure.data if trace.textfont.color == LIGHT.muted] or [None]
        drawn = np.array(grey.text, dtype=object) != "" if grey is not None else np.zeros((9, 9), dtype=bool)
        still = np.arange(9) == 4
        expected = (still | first)[:, None] & (still | second)[None, :]
        expected[4, 4] = False
        assert (drawn == expected).all()
        note = figure.layout.annotations[0].text.replace("<br>", " ")
        assert ("grey: cannot be told from zero" in note) == (first or second)
