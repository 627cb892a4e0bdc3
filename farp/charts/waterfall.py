"""From nothing to a total, step by step: each bar begins where the one above it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from farp.charts.bars import row_layout, rows_height
from farp.charts.theme import SMALL, Palette, drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row: what it is called, how far it goes, what stands at its end and what it says when pointed at."""

    label: str
    value: float
    text: str
    hover: str
    colour: str


def waterfall(steps: Sequence[Step], total: Step, palette: Palette, title: str) -> go.Figure:
    """Return a figure of `steps` from the top down, and of their `total`, which starts at zero again, at the bottom.

    Parameters
    ----------
    total
        Its value is drawn as it is: it has to be the sum of the steps.
    title
        Of the value axis; names the unit.
    """
    starts, ends, level = [], [], 0.0
    for step in steps:
        starts.append(level)
        level += step.value
        ends.append(level)
    rows = [*steps, total]
    bases, tops = [*starts, 0.0], [*ends, total.value]
    highest = [max(pair) for pair in zip(bases, tops, strict=True)]
    lines: list[dict[str, Any]] = [
        {"type": "line", "xref": "x", "yref": "y", "x0": end, "x1": end, "y0": i + 0.33, "y1": i + 0.67, "line": {"color": palette.muted, "width": 1}}
        for i, end in enumerate(ends)
    ]
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [row.value for row in rows],
            "base": bases,
            "y": list(range(len(rows))),
            "width": 0.66,
            "marker": {"color": [row.colour for row in rows], "line": {"width": 0}},
            "hovertext": [row.hover for row in rows],
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
        {  # at the right end of each bar whichever way it goes, so that a text never lies on the bar before
            "type": "scatter",
            "mode": "text",
            "x": highest,
            "y": list(range(len(rows))),
            "text": [f"  {row.text}" for row in rows],
            "textposition": "middle right",
            "cliponaxis": False,
            "textfont": {"color": palette.ink, "size": SMALL},
            "hoverinfo": "skip",
        },
    ]
    layout = row_layout([row.label for row in rows], [*bases, *tops], [], [f"  {row.text}" for row in rows], palette, title)
    return drawn(traces, layout | {"shapes": lines}, palette, rows_height(len(rows)))
