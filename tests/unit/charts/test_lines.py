"""Names at the ends of lines stand apart and inside the chart, however close the lines end."""

from __future__ import annotations

import numpy as np
import pytest

from farp.analysis import Series
from farp.charts.lines import Line, end_labels


def line(name: str, *values: float) -> Line:
    dates = np.datetime64("2022-01-03") + np.arange(len(values))
    return Line(name=name, series=Series(dates=dates, values=np.array(values)), colour="#000000", text_colour="#111111", hover="")


@pytest.mark.parametrize("end", [0.0, 0.5, 1.0])
def test_lines_that_end_at_one_point_have_names_a_line_of_text_apart(end: float) -> None:
    labels, _ = end_labels([line("one", 0.2, end), line("two", 0.3, end), line("three", 0.1, end)], 0.0, 1.0, height=320)
    places = sorted(label["y"] * (320 - 56) + label["yshift"] for label in labels)
    assert np.diff(places) == pytest.approx([15, 15], abs=1)  # whole pixels
    assert places[0] >= 7
    assert places[-1] <= 320 - 56 - 7


def test_a_name_stands_at_its_line_when_there_is_room() -> None:
    labels, _ = end_labels([line("low", 0.5, 0.2), line("high", 0.5, 0.8)], 0.0, 1.0)
    assert [(label["text"], label["y"], label["yshift"]) for label in labels] == [("low", 0.2, 0), ("high", 0.8, 0)]


def test_the_last_known_value_carries_the_name() -> None:
    labels, _ = end_labels([line("gap", 0.4, float("nan"))], 0.0, 1.0)
    assert labels[0]["y"] == 0.4


def test_long_names_are_broken_and_the_margin_holds_the_longest_part() -> None:
    labels, narrow = end_labels([line("S&P 500", 1.0, 2.0)], 0.0, 3.0)
    broken, wide = end_labels([line("An Index With A Long Name", 1.0, 2.0)], 0.0, 3.0)
    assert "<br>" in broken[0]["text"]
    assert "<br>" not in labels[0]["text"]
    assert narrow < wide < 100
