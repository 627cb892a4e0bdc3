"""The primitive behind every heatmap."""

import json

import numpy as np
import pytest

from farp.charts.heatmap import LEAST_HEIGHT, heatmap
from farp.charts.theme import DARK, LIGHT, READABLE, contrast

NAN = float("nan")


def drawn(cells, palette=LIGHT, faint=None, totals=None, **more):
    cells = np.array(cells, dtype=float)
    rows, columns = cells.shape
    texts = [[f"{value:.1f}" for value in row] for row in cells]
    hovers = [[f"row {i}, column {j}" for j in range(columns)] for i in range(rows)]
    return heatmap(
        cells,
        texts,
        hovers,
        np.zeros(cells.shape, dtype=bool) if faint is None else np.array(faint),
        [f"row {i}" for i in range(rows)],
        [f"column {j}" for j in range(columns)],
        totals or [("", "")] * columns,
        "Per cent",
        palette,
        **more,
    )


def layers(figure):
    return [trace for trace in figure.data if trace.type == "heatmap"]


def test_each_cell_is_in_one_layer_with_its_text_and_hover():
    figure = drawn([[1.0, -2.0, 0.5], [0.0, 3.0, NAN]])
    seen = {}
    for layer in layers(figure):
        for i in range(2):
            for j in range(3):
                if layer.z[i][j] is not None:
                    assert (i, j) not in seen
                    seen[i, j] = (layer.z[i][j], layer.text[i][j], layer.hovertext[i][j])
                else:
                    assert layer.text[i][j] == layer.hovertext[i][j] == ""
    assert seen == {
        (0, 0): (1.0, "1.0", "row 0, column 0"),
        (0, 1): (-2.0, "-2.0", "row 0, column 1"),
        (0, 2): (0.5, "0.5", "row 0, column 2"),
        (1, 0): (0.0, "0.0", "row 1, column 0"),
        (1, 1): (3.0, "3.0", "row 1, column 1"),
    }, "and the cell that is NaN is a gap"


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("strongest", [0.01, 1.0, 50.0])
def test_every_text_can_be_read_on_its_cell(palette, strongest):
    values = strongest * np.linspace(-1, 1, 21)[None, :]
    for layer in layers(drawn(values, palette)):
        for value in layer.z[0]:
            if value is not None:
                assert contrast(layer.textfont.color, palette.diverging_at(value / strongest)) >= READABLE - 0.05


def test_colours_are_symmetric_about_zero_and_reach_the_largest_size():
    axis = drawn([[1.0, -4.0]]).layout.coloraxis
    assert (axis.cmin, axis.cmid, axis.cmax) == (-4, 0, 4)
    axis = drawn([[1.0, -4.0]], strongest=10.0).layout.coloraxis
    assert (axis.cmin, axis.cmax) == (-10, 10)


@pytest.mark.parametrize("cells", [[[0.0, 0.0]], [[NAN, NAN]], np.zeros((0, 2))])
def test_nothing_to_colour_is_drawn_all_the_same(cells):
    figure = drawn(cells)
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (-1, 1)
    json.loads(figure.to_json(), parse_constant=pytest.fail)


def test_faint_cells_keep_the_neutral_colour():
    figure = drawn([[5.0, 0.1]], faint=[[False, True]])
    neutral = [layer for layer in layers(figure) if layer.colorscale]
    (layer,) = neutral
    assert layer.z[0].tolist() == [None, 0.1]
    assert {colour for _, colour in layer.colorscale} == {LIGHT.diverging[1]}
    assert layer.textfont.color == LIGHT.muted


def test_totals_stand_above_the_cells_and_name_the_portfolio():
    plain, totalled = drawn([[1.0, 2.0]]), drawn([[1.0, 2.0]], totals=[("10 %", "ten"), ("20 %", "twenty")])
    assert list(plain.layout.yaxis.ticktext) == ["row 0"]
    assert list(totalled.layout.yaxis.ticktext) == ["<b>Portfolio</b>", "row 0"]
    assert list(totalled.layout.yaxis.tickvals) == [-1, 0]
    assert totalled.layout.yaxis.range[1] < -1
    (scatter,) = [trace for trace in totalled.data if trace.type == "scatter"]
    assert list(scatter.text) == ["<b>10 %</b>", "<b>20 %</b>"]
    assert list(scatter.hovertext) == ["ten", "twenty"]


def test_the_first_row_is_on_top_and_height_grows_with_rows():
    low, high = drawn([[1.0]]), drawn(np.ones((30, 2)))
    assert low.layout.yaxis.range == (0.5, -0.5)
    assert low.layout.height == LEAST_HEIGHT
    assert high.layout.height == 30 * 28 + 72
    assert drawn(np.ones((30, 2)), row_height=20).layout.height == 30 * 20 + 72


def test_column_names_are_taken_literally_and_break_at_blanks():
    figure = heatmap(np.ones((1, 1)), [["1"]], [["h"]], np.zeros((1, 1), dtype=bool), ["r"], ["Low <b>volatility"], [("", "")], "Per cent", LIGHT)
    assert figure.layout.xaxis.ticktext == ("Low<br>&lt;b&gt;volatility",)
