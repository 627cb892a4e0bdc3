"""VaR by every method as bars with the ES marked, and the days of one method as it sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from farp.analysis.methods import MethodComparison, MethodFigure, MethodView, NoFigure
from farp.charts.axes import around, count_axis, money_axis
from farp.charts.bars import Bar, Mark, marked_bars
from farp.charts.theme import KEY_HEIGHT, Palette, drawn, key, see_through, sentence
from farp.charts.value_at_risk import LINE_OF_TEXT, bins, labelled_lines
from farp.charts.words import brief, exact
from farp.engine.checks import Floats
from farp.engine.methods import ASSUMES, METHODS
from farp.engine.value_at_risk import ValueAtRisk
from farp.format import confidence as shown_confidence
from farp.format import days as shown_days
from farp.format import percent

_ROOM = 0.02  # of the plot's height, between the tallest mark and the labels


def comparison_bars(comparison: MethodComparison, palette: Palette, pending: Sequence[str] = ()) -> go.Figure:
    """Draw the VaR of each method with its ES as a tick, and behind them the range in which chance alone puts the historical VaR.

    `pending` are methods whose figure is still being computed: they have their row already, so that nothing jumps when it arrives.
    """
    currency = comparison.window.base_currency
    figures = {row.method: row for row in comparison.rows}
    if not any(figure.amount or figure.expected_shortfall for figure in comparison.figures):
        return sentence("These holdings did not change in value, so there is nothing to compare.", palette)
    bars: list[Bar] = []
    marks: list[Mark | None] = []
    for method in METHODS:
        row = figures.get(method)
        if isinstance(row, MethodFigure):
            bars.append(_bar(row, currency, palette))
            marks.append(Mark(value=row.expected_shortfall, hover=f"{row.name}: beyond the VaR {_loss(row.expected_shortfall, currency)} on average"))
        elif isinstance(row, NoFigure) or method in pending:
            said = "no figure" if isinstance(row, NoFigure) else "being computed"
            bars.append(Bar(label=METHODS[method], value=0.0, text=said, hover=said, colour=palette.primary))
            marks.append(None)
    title = f"Loss at {shown_confidence(comparison.confidence)} over {shown_days(comparison.horizon_days)}, {currency}"
    figure = marked_bars(bars, marks, ("VaR", "expected shortfall"), palette, title)
    return _with_range(figure, comparison.historical, palette)


def method_histogram(view: MethodView, profit_and_loss: Floats, currency: str, palette: Palette) -> go.Figure:
    """Draw the days as they were, and over them the days or the distribution as one method sees them, with its VaR and ES of one day.

    One bin edge lies on the VaR; days that lost more than it are red.
    """
    tail = view.tail
    if np.ptp(profit_and_loss) == 0:
        return sentence(f"The value of these holdings did not move on any of the {tail.observations} days.", palette)
    edge, total = -tail.amount, len(profit_and_loss)
    edges, counts = bins(profit_and_loss, edge)
    width = edges[1] - edges[0]
    beyond = int((profit_and_loss < edge).sum())
    expected = (1.0 - tail.confidence) * total
    bars: dict[str, Any] = {
        "type": "bar",
        "x": [left + width / 2 for left in edges[:-1]],
        "y": counts,
        "width": width,
        "marker": {
            "color": [see_through(palette.loss if right <= edge + width * 1e-9 else palette.primary, 0.55) for right in edges[1:]],
            "line": {"width": 1, "color": palette.background},
        },
        "hovertext": [
            f"{count} of {total} days between {exact(left, currency)} and {exact(left + width, currency)}"
            f"<br>{beyond} lost more than this VaR; {expected:.1f} were to be expected"
            for left, count in zip(edges[:-1], counts, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    trace, seen = _seen(view, edges, total, palette)
    low, high = around([edges[0], edges[-1], -tail.expected_shortfall, edge], room=0.015)
    lines = [
        (edge, "VaR", tail.confidence, tail.amount, f"By this method a day loses more with a probability of {percent(1 - tail.confidence, 1)}"),
        (-tail.expected_shortfall, "ES", tail.confidence, tail.expected_shortfall, "By this method such days lose this on average"),
    ]
    shapes, annotations = labelled_lines(lines, low, high, currency, palette)
    entries = [("■", palette.primary, f"{total} days as they were")] + ([("—", palette.ink, seen)] if trace else [])
    tallest = max([*counts, *(trace["y"] if trace else [])])
    layout = {
        "bargap": 0,
        "shapes": shapes,
        "annotations": [*annotations, key(entries, palette)],
        "margin": {"t": KEY_HEIGHT},
        "xaxis": money_axis(low, high, currency, f"Profit or loss of one day, {currency}") | {"showgrid": False},
        "yaxis": count_axis(round(tallest), "Days", room=LINE_OF_TEXT * len(lines) + _ROOM),
    }
    return drawn([bars, trace] if trace else [bars], layout, palette)


def _bar(figure: MethodFigure, currency: str, palette: Palette) -> Bar:
    share = f" ({percent(figure.fraction, 2)} of value)" if figure.fraction is not None else ""
    return Bar(
        label=figure.name,
        value=figure.amount,
        text=brief(figure.amount, currency),
        hover=f"{figure.name}: {_loss(figure.amount, currency)}{share}<br>{ASSUMES[figure.method]}",
        colour=palette.primary,
    )


def _loss(amount: float, currency: str) -> str:
    return f"a loss of {exact(amount, currency)}" if amount >= 0 else f"a gain of {exact(-amount, currency)}"


def _with_range(figure: go.Figure, historical: ValueAtRisk | None, palette: Palette) -> go.Figure:
    if historical is None or (historical.interval_low is None and historical.interval_high is None):
        return figure
    low, high = figure.layout.xaxis.range
    left = low if historical.interval_low is None else historical.interval_low
    right = max(high, left) if historical.interval_high is None else historical.interval_high
    figure.layout.xaxis.range = [min(low, left), max(high, right)]
    figure.add_shape(
        type="rect", x0=left, x1=right, y0=0, y1=1, yref="y domain", layer="below", line={"width": 0}, fillcolor=see_through(palette.muted, 0.18)
    )
    entries = [("■", palette.primary, "VaR"), ("❙", palette.ink, "ES"), ("▒", palette.muted, "90 % range of the historical VaR")]
    figure.layout.annotations = [key(entries, palette)]
    return figure


def _seen(view: MethodView, edges: list[float], total: int, palette: Palette) -> tuple[dict[str, Any] | None, str]:
    """Return what the method sees as a line in days per bin, and what it is called."""
    width = edges[1] - edges[0]
    line = {"type": "scatter", "mode": "lines", "line": {"color": palette.ink, "width": 2}, "hoverinfo": "skip"}
    if view.curve is not None:
        inside = (view.curve.values >= edges[0] - width) & (view.curve.values <= edges[-1] + width)
        return line | {"x": view.curve.values[inside].tolist(), "y": (view.curve.density[inside] * width * total).tolist()}, "distribution fitted"
    if view.sample is None or view.weights is None or view.tail.historical is not None:
        return None, ""
    place = np.floor((view.sample - edges[0]) / width).astype(int)
    first, last = min(0, int(place.min())), max(len(edges) - 2, int(place.max()))
    counts = np.bincount(place - first, weights=view.weights * total, minlength=last - first + 1)
    starts = edges[0] + width * np.arange(first, last + 2)
    step = line | {"x": starts.tolist(), "y": [*counts.tolist(), 0.0], "line": {"color": palette.ink, "width": 2, "shape": "hv"}}
    return step, "as this method counts them"
