"""VaR by every method as bars with the ES marked, and the days of one method as it sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from farp.analysis.methods import MethodComparison, MethodFigure, MethodView
from farp.charts.axes import around, count_axis, money_axis
from farp.charts.bars import row_layout, rows_height
from farp.charts.theme import KEY_HEIGHT, SMALL, Palette, drawn, key, see_through, sentence
from farp.charts.value_at_risk import LINE_OF_TEXT, bins, labelled_lines
from farp.charts.words import brief, exact
from farp.engine.checks import Floats
from farp.engine.methods import ASSUMES, METHODS
from farp.engine.value_at_risk import ValueAtRisk
from farp.format import confidence as shown_confidence
from farp.format import days as shown_days
from farp.format import percent

ALIKE = 1e-9
"""Days that differ by no more than this fraction of their size differ by rounding."""
FAR = 4.0
"""So many times the range of the days may a method reach beyond them; further out, the days would be a stroke in the chart."""

_SHADE = 0.18
_FADE = 0.3  # of the axis, over which a shade that has no end fades out
_STEPS = 12
_ROOM = 0.02  # of the plot's height, between the tallest mark and the labels


def comparison_bars(comparison: MethodComparison, palette: Palette, pending: Sequence[str] = ()) -> go.Figure:
    """Draw the VaR of each method with its ES as a tick, and behind them the range in which chance alone puts the historical VaR.

    The VaR is written inside its bar and the ES beside its tick, so that neither is taken for the other. `pending` are methods whose
    figure is still being computed: they have their row already, so that nothing jumps when it arrives.
    """
    currency, rows = comparison.window.base_currency, {row.method: row for row in comparison.rows}
    if not any(figure.amount or figure.expected_shortfall for figure in comparison.figures):
        return sentence("These holdings did not change in value, so there is nothing to compare.", palette)
    shown = [method for method in METHODS if method in rows or method in pending]
    figures = [(place, row) for place, method in enumerate(shown) if isinstance(row := rows.get(method), MethodFigure)]
    others = [(place, "no figure" if method in rows else "being computed") for place, method in enumerate(shown) if place not in dict(figures)]
    places = [place for place, _ in figures]
    losses, shortfalls = [figure.amount for _, figure in figures], [figure.expected_shortfall for _, figure in figures]
    texts = [f"  {brief(amount, currency)}" for amount in shortfalls]
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": "VaR",
            "x": losses,
            "y": places,
            "width": 0.66,
            "marker": {"color": palette.primary, "line": {"width": 0}},
            "text": [f"{brief(amount, currency)} " for amount in losses],
            "textposition": "auto",
            "insidetextanchor": "end",
            "textangle": 0,
            "constraintext": "none",
            "cliponaxis": False,
            "insidetextfont": {"color": palette.text_on(palette.primary), "size": SMALL},
            "outsidetextfont": {"color": palette.primary_text, "size": SMALL},
            "hovertext": [_hover(figure, currency) for _, figure in figures],
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "expected shortfall",
            "x": shortfalls,
            "y": places,
            "cliponaxis": False,
            "marker": {"symbol": "line-ns", "size": 15, "line": {"width": 3, "color": palette.ink}},
            "hovertext": [f"{figure.name}: beyond the VaR {_loss(figure.expected_shortfall, currency)} on average" for _, figure in figures],
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "text",
            "x": [max(0.0, amount) for amount in shortfalls] + [0.0] * len(others),
            "y": places + [place for place, _ in others],
            "cliponaxis": False,
            "text": texts + [f"  {said}" for _, said in others],
            "textposition": "middle right",
            "textfont": {"color": [palette.ink] * len(figures) + [palette.muted] * len(others), "size": SMALL},
            "hoverinfo": "skip",
        },
    ]
    title = f"Loss at {shown_confidence(comparison.confidence)} over {shown_days(comparison.horizon_days)}, {currency}"
    layout = row_layout([METHODS[method] for method in shown], [*losses, *shortfalls], [], texts, palette, title)
    layout["margin"] |= {"t": KEY_HEIGHT}
    entries = [("■", palette.primary, "VaR"), ("❙", palette.ink, "ES")]
    span = _span(comparison.historical, *layout["xaxis"]["range"])
    if span is not None and comparison.historical is not None:
        low, high = span
        start, end = layout["xaxis"]["range"] = [min(layout["xaxis"]["range"][0], low), max(layout["xaxis"]["range"][1], high)]
        open_below, open_above = comparison.historical.interval_low is None, comparison.historical.interval_high is None
        layout["shapes"] = _band(low, high, (end - start) * _FADE, open_below, open_above, palette)
        entries.append(("▒", palette.muted, "90 % range" + (", no upper end" if open_above else ", no lower end" if open_below else "")))
    layout["annotations"] = [key(entries, palette)]
    return drawn(traces, layout, palette, rows_height(len(shown)) + KEY_HEIGHT)


def method_histogram(view: MethodView, profit_and_loss: Floats, currency: str, palette: Palette) -> go.Figure:
    """Draw the days as they were, and over them the days or the distribution as one method sees them, with its VaR and ES of one day.

    One bin edge lies on the VaR; days that lost more than it are red.
    """
    tail = view.tail
    smallest, largest = float(profit_and_loss.min()), float(profit_and_loss.max())
    spread = largest - smallest
    if spread <= ALIKE * max(abs(smallest), abs(largest)):
        return sentence(
            f"The value of these holdings moved alike on all of the {tail.observations} days, so there is no distribution to show.", palette
        )
    reached = [-tail.amount, -tail.expected_shortfall, *(view.sample if view.sample is not None else ())]
    if min(reached) < smallest - FAR * spread or max(reached) > largest + FAR * spread:
        return sentence("What this method expects lies so far beyond all of the days that the two do not fit one picture.", palette)
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
            f"{count:,} of {total:,} days between {exact(left, currency)} and {exact(left + width, currency)}"
            f"<br>{beyond:,} lost more than this VaR; {expected:,.1f} were to be expected"
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
    entries = [("■", palette.primary, f"{total:,} days as they were")] + ([("—", palette.ink, seen)] if trace else [])
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


def _hover(figure: MethodFigure, currency: str) -> str:
    share = f" ({percent(figure.fraction, 2)} of value)" if figure.fraction is not None else ""
    return f"{figure.name}: {_loss(figure.amount, currency)}{share}<br>{ASSUMES[figure.method]}"


def _loss(amount: float, currency: str) -> str:
    return f"a loss of {exact(amount, currency)}" if amount >= 0 else f"a gain of {exact(-amount, currency)}"


def _span(historical: ValueAtRisk | None, low: float, high: float) -> tuple[float, float] | None:
    """Return the interval of the historical VaR, an open end at the end of the axis; None when there is none to draw."""
    if historical is None or (historical.interval_low is None and historical.interval_high is None):
        return None
    start = low if historical.interval_low is None else historical.interval_low
    return start, max(start, high) if historical.interval_high is None else historical.interval_high


def _band(low: float, high: float, fade: float, open_below: bool, open_above: bool, palette: Palette) -> list[dict[str, Any]]:
    """Return the shade from `low` to `high`; at an end that is open it fades out over `fade`, for an edge there would be read as a bound."""
    room = min(fade, (high - low) / (1 + (open_below and open_above)))
    first, last = low + room * open_below, high - room * open_above
    parts = [(first, last, 1.0)] if last > first else []
    for step in range(_STEPS):
        near, far, strength = step / _STEPS * room, (step + 1) / _STEPS * room, 1.0 - (step + 0.5) / _STEPS
        parts += [(last + near, last + far, strength)] if open_above else []
        parts += [(first - far, first - near, strength)] if open_below else []
    shape = {"type": "rect", "y0": 0, "y1": 1, "yref": "y domain", "layer": "below", "line": {"width": 0}}
    return [shape | {"x0": start, "x1": end, "fillcolor": see_through(palette.muted, _SHADE * strength)} for start, end, strength in parts]


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
