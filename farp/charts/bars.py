"""Horizontal bars, one row each, with the value written at the end; shared by all charts that rank things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from farp.charts.theme import KEY_HEIGHT, SMALL, Palette, drawn, key
from farp.charts.words import text_width

ROW_HEIGHT = 27
FEWEST_ROWS = 3
"""A chart of fewer rows keeps the room of so many, so that a single bar does not become a wall."""
_TITLE_HEIGHT = 34
_TALLEST_ROW = 45
_TICK_BELOW = 0.35  # of a row, from its middle down to a tick: at the bar's lower edge, clear of the value at any width of the page
_TICK_SIZE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row: what it is called, how long it is, what stands at its end and what it says when pointed at."""

    label: str
    value: float
    text: str
    hover: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A second figure in the same row, drawn as a tick at the bar's lower edge."""

    value: float
    hover: str


def horizontal_bars(bars: Sequence[Bar], palette: Palette, title: str, height: int | None = None) -> go.Figure:
    """Return a figure of `bars` from the top down.

    Parameters
    ----------
    title
        Of the value axis; names the unit, for the values themselves stand at the bars.
    height
        Of the whole figure, px; None lets the number of rows decide.
    """
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [bar.value for bar in bars],
        "y": list(range(len(bars))),
        "width": 0.66,
        "marker": {"color": [bar.colour for bar in bars], "line": {"width": 0}},
        "text": [bar.text for bar in bars],
        "textposition": "outside",
        "textangle": 0,
        "constraintext": "none",
        "cliponaxis": False,
        "textfont": {"color": palette.ink, "size": SMALL},
        "hovertext": [bar.hover for bar in bars],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    left = [bar.text for bar in bars if bar.value < 0]
    right = [bar.text for bar in bars if bar.value >= 0]
    fewest = FEWEST_ROWS if height is None else height // _TALLEST_ROW
    layout = row_layout([bar.label for bar in bars], [bar.value for bar in bars], left, right, palette, title, fewest)
    return drawn([trace], layout, palette, height or rows_height(len(bars)))


def marked_bars(
    bars: Sequence[Bar], marks: Sequence[Mark | None], names: tuple[str, str], palette: Palette, title: str, height: int | None = None
) -> go.Figure:
    """Return `bars` with one of `marks` in each row that has one, and a key that calls the two `names`.

    A value always stands at its bar's end: beside a tick it would be read as the tick's.
    """
    rows = list(range(len(bars)))
    drawn_marks = [(row, mark) for row, mark in zip(rows, marks, strict=True) if mark is not None]
    values = [bar.value for bar in bars] + [mark.value for _, mark in drawn_marks]
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": names[0],
            "x": [bar.value for bar in bars],
            "y": rows,
            "width": 0.66,
            "marker": {"color": [bar.colour for bar in bars], "line": {"width": 0}},
            "hovertext": [bar.hover for bar in bars],
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": names[1],
            "x": [mark.value for _, mark in drawn_marks],
            "y": [row + _TICK_BELOW for row, _ in drawn_marks],
            "cliponaxis": False,
            "marker": {"symbol": "line-ns", "size": _TICK_SIZE, "line": {"width": 3, "color": palette.ink}},
            "hovertext": [mark.hover for _, mark in drawn_marks],
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "text",
            "x": [bar.value for bar in bars],
            "y": rows,
            "cliponaxis": False,
            "text": [f" {bar.text}  " if bar.value < 0 else f"  {bar.text}" for bar in bars],
            "textposition": ["middle left" if bar.value < 0 else "middle right" for bar in bars],
            "textfont": {"color": [palette.gain_text if bar.value < 0 else palette.primary_text for bar in bars], "size": SMALL},
            "hoverinfo": "skip",
        },
    ]
    left = [f"{bar.text}  " for bar in bars if bar.value < 0]
    right = [f"{bar.text}  " for bar in bars if bar.value >= 0]
    layout = row_layout([bar.label for bar in bars], values, left, right, palette, title)
    layout["annotations"] = [key([("■", palette.primary, names[0]), ("❙", palette.ink, names[1])], palette)]
    layout["margin"] |= {"t": KEY_HEIGHT}
    return drawn(traces, layout, palette, height or rows_height(len(bars)) + KEY_HEIGHT)


def row_layout(
    labels: Sequence[str], values: Sequence[float], left: Sequence[str], right: Sequence[str], palette: Palette, title: str, fewest: int = FEWEST_ROWS
) -> dict[str, Any]:
    """Return axes for rows named `labels`, with room in pixels, not in shares of the width, for the texts at the bars' ends.

    Rows stand at 0, 1, 2, ... rather than at their names, which Plotly might read as numbers or dates.
    """
    low, high = min(0.0, *values), max(0.0, *values)
    if low == high:
        high = 1.0
    spare = (max(len(labels), fewest) - len(labels)) / 2
    return {
        "margin": {"r": text_width(right) + 6 if right else 12},
        "xaxis": {
            "range": [low, high],
            "showgrid": False,
            "showticklabels": False,
            "zeroline": True,
            "zerolinewidth": 1,
            "zerolinecolor": palette.border,
            "title": {"text": title},
        },
        "yaxis": {
            "range": [len(labels) - 0.5 + spare, -0.5 - spare],
            "tickmode": "array",
            "tickvals": list(range(len(labels))),
            "ticktext": list(labels),
            "tickfont": {"color": palette.ink},
            "ticklabelstandoff": text_width(left) + 4 if left else 6,
            "showgrid": False,
            "zeroline": False,
        },
    }


def rows_height(rows: int, row: int = ROW_HEIGHT) -> int:
    """Return the height [px] of a figure of so many rows."""
    return max(rows, FEWEST_ROWS) * row + _TITLE_HEIGHT
