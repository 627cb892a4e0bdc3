"""Lines through time that are named at their ends, so that no legend is needed; shared by all charts over dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from farp.analysis import Series
from farp.charts.theme import CHART_HEIGHT, SMALL, wrapped
from farp.charts.words import iso, numbers, text_width

DATE_AXIS: dict[str, Any] = {"type": "date", "tickformat": "%b<br>%Y", "nticks": 6, "showgrid": False, "zeroline": False, "hoverformat": "%-d %b %Y"}

_LINE_HEIGHT = 15
_LABEL_WIDTH = 11  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A series with its name, the colours of line and name, what it says when pointed at, and how wide it is [px]."""

    name: str
    series: Series
    colour: str
    text_colour: str
    hover: str
    width: float = 2
    hovertext: Sequence[str] | None = None


def line_trace(line: Line) -> dict[str, Any]:
    """Return the trace of `line`; `hover` is Plotly's template."""
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "name": line.name,
        "x": iso(line.series.dates),
        "y": numbers(line.series.values),
        "line": {"color": line.colour, "width": line.width},
        "hovertemplate": f"{line.hover}<extra></extra>",
    }
    return trace if line.hovertext is None else trace | {"hovertext": list(line.hovertext)}


def end_labels(lines: Sequence[Line], low: float, high: float, height: int = CHART_HEIGHT) -> tuple[list[dict[str, Any]], int]:
    """Return the names of `lines` beside their last points, moved apart where they would overlap, and the margin [px] they need.

    Parameters
    ----------
    low, high
        The range of the value axis.
    height
        Of the figure [px]; how far apart two values are on screen follows from it.
    """
    pixels_per_unit = (height - 56) / (high - low)
    texts = {line.name: wrapped(line.name, _LABEL_WIDTH) for line in lines}
    ends = []
    for line in lines:
        last = next((value for value in reversed(numbers(line.series.values)) if value is not None), None)
        if last is not None:
            ends.append((last, line))
    ends.sort(key=lambda end: end[0])
    annotations = []
    floor = 0.0
    centres = []
    for value, line in ends:
        half = len(texts[line.name]) * _LINE_HEIGHT / 2
        centre = max((value - low) * pixels_per_unit, floor + half)
        floor = centre + half
        centres.append(centre)
    # what was pushed above the top comes back down, and takes what is below along
    ceiling = (high - low) * pixels_per_unit
    for i in range(len(ends) - 1, -1, -1):
        half = len(texts[ends[i][1].name]) * _LINE_HEIGHT / 2
        centres[i] = min(centres[i], ceiling - half)
        ceiling = centres[i] - half
    for (value, line), centre in zip(ends, centres, strict=True):
        annotations.append(
            {
                "text": "<br>".join(texts[line.name]),
                "x": 1,
                "xref": "paper",
                "y": value,
                "yshift": round(centre - (value - low) * pixels_per_unit),
                "xanchor": "left",
                "yanchor": "middle",
                "align": "left",
                "xshift": 5,
                "showarrow": False,
                "font": {"color": line.text_colour, "size": SMALL},
            }
        )
    return annotations, text_width([row for line in lines for row in texts[line.name]]) + 6


def date_axis(first: Any, last: Any) -> dict[str, Any]:
    """Return a time axis over exactly the days from `first` to `last`."""
    return DATE_AXIS | {"range": [str(first), str(last)]}
