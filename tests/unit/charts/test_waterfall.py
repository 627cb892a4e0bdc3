"""The primitive behind every waterfall."""

import json

import pytest

from farp.charts.theme import LIGHT
from farp.charts.waterfall import Step, waterfall


def step(label, value, colour=LIGHT.primary):
    return Step(label=label, value=value, text=f"{value:g}", hover=f"{label} is {value:g}", colour=colour)


def drawn(*values, total=None):
    steps = [step(f"step {i}", value) for i, value in enumerate(values)]
    return waterfall(steps, step("Total", sum(values) if total is None else total), LIGHT, "USD")


def spans(figure):
    """Where each bar begins and ends, from the top down."""
    bar = figure.data[0]
    return [(base, base + length) for base, length in zip(bar.base, bar.x, strict=True)]


def test_each_bar_begins_where_the_one_before_ended_and_the_total_at_zero():
    figure = drawn(5.0, -2.0, 4.0)
    assert spans(figure) == [(0.0, 5.0), (5.0, 3.0), (3.0, 7.0), (0.0, 7.0)]
    assert list(figure.layout.yaxis.ticktext) == ["step 0", "step 1", "step 2", "Total"]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1], "the first step is on top"


def test_lines_join_the_ends():
    lines = drawn(5.0, -2.0).layout.shapes
    assert [(line.x0, line.x1) for line in lines] == [(5.0, 5.0), (3.0, 3.0)]
    assert [0 < line.y0 - i < line.y1 - i < 1 for i, line in enumerate(lines)] == [True, True]


@pytest.mark.parametrize("values", [(5.0, -2.0), (-5.0, -2.0), (-5.0, 9.0), (3.0, -8.0, 2.0)])
def test_texts_stand_right_of_their_bar_inside_the_axis(values):
    figure = drawn(*values)
    texts = figure.data[1]
    assert list(texts.x) == [max(span) for span in spans(figure)]
    assert [text.strip() for text in texts.text] == [*(f"{value:g}" for value in values), f"{sum(values):g}"]
    assert texts.textposition == "middle right"
    low, high = figure.layout.xaxis.range
    ends = [end for span in spans(figure) for end in span]
    assert low == min(0.0, *ends)
    assert high == max(0.0, *ends)
    assert figure.layout.margin.r > 20, "room for the longest text, in pixels"


def test_colours_and_hovers_belong_to_their_row():
    figure = waterfall([step("a", 1.0, LIGHT.loss), step("b", -1.0, LIGHT.gain)], step("Total", 0.0, LIGHT.ink), LIGHT, "USD")
    assert list(figure.data[0].marker.color) == [LIGHT.loss, LIGHT.gain, LIGHT.ink]
    assert list(figure.data[0].hovertext) == ["a is 1", "b is -1", "Total is 0"]
    assert figure.layout.xaxis.title.text == "USD"


@pytest.mark.parametrize("values", [(), (0.0,), (0.0, 0.0)])
def test_nothing_and_zeros_are_drawn(values):
    figure = drawn(*values)
    assert len(spans(figure)) == len(values) + 1
    low, high = figure.layout.xaxis.range
    assert high > low
    json.loads(figure.to_json(), parse_constant=pytest.fail)


def test_height_grows_with_rows():
    assert drawn(*[1.0] * 30).layout.height > drawn(*[1.0] * 10).layout.height > drawn(1.0).layout.height - 1
