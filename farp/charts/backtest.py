"""Backtests: the days that lost more than the VaR, and the traffic lights of all methods.

P&L as it is, losses below zero; a VaR of 3,116 is drawn at -3,116.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from farp.analysis.backtest import BacktestAnalysis
from farp.charts.axes import around, money_axis
from farp.charts.lines import date_axis
from farp.charts.theme import KEY_HEIGHT, SMALL, Palette, blend, drawn, key, see_through, wrapped
from farp.charts.words import dated, exact, iso, lost_or_gained, numbers
from farp.engine.backtest import Backtest, Zone
from farp.engine.methods import METHODS
from farp.format import confidence as shown_confidence
from farp.format import day as shown_day
from farp.format import number

_ROW = 38
_HEADER = 44
_DAY = 24 * 3600 * 1000  # milliseconds, as a time axis counts
_BAR = 0.85 * _DAY
_NEAR = 8  # pixels from which a dot is meant
_TINT = 0.3  # of the light's colour over the page's, so that text stays readable


def exceptions_chart(result: BacktestAnalysis, method: str, palette: Palette) -> go.Figure:
    """Draw the P&L of each tested day and, below, the VaR of `method` known the evening before; days that lost more are red."""
    one, currency = result.of(method), result.window.base_currency
    hits, limit, shortfall = one.result.exceptions, one.tail.value_at_risk, one.tail.expected_shortfall
    level = shown_confidence(result.confidence)

    def said(i: int) -> str:
        amount = float(result.profit_and_loss[i])
        text = f"{shown_day(dated(result.dates[i]))}: {lost_or_gained(amount, currency)}"
        if not np.isfinite(limit[i]):
            return f"{text}.<br>No forecast for this day"
        if not hits[i]:
            return f"{text}.<br>VaR {level}, known the evening before: {exact(float(limit[i]), currency)}"
        return (
            f"<b>{text}</b>,<br>{exact(-amount - float(limit[i]), currency)} more than the VaR {level} of {exact(float(limit[i]), currency)}"
            f"<br>(expected shortfall {exact(float(shortfall[i]), currency)})"
        )

    def bars(chosen: NDArray[np.bool_], colour: str) -> dict[str, Any]:
        return {
            "type": "bar",
            "x": iso(result.dates[chosen]),
            "y": result.profit_and_loss[chosen].tolist(),
            "width": _BAR,  # else as wide as the gap to the next bar of its colour
            "marker": {"color": colour, "line": {"width": 0}},
            "hoverinfo": "skip",
        }

    sentences = [said(i) for i in range(result.days)]
    known = np.isfinite(limit)
    low, high = around([*result.profit_and_loss.tolist(), *(-limit[known]).tolist()], room=0.06, zero=True)
    traces = [
        bars(~hits, see_through(palette.muted, 0.5)),
        bars(hits, palette.loss),
        {
            "type": "scatter",
            "mode": "lines",
            "x": iso(result.dates),
            "y": numbers(-limit),
            "line": {"color": palette.primary, "width": 2},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": iso(result.dates[hits]),
            "y": result.profit_and_loss[hits].tolist(),
            "marker": {"color": palette.loss, "size": 8, "line": {"width": 1, "color": palette.background}},
            "hovertext": [sentences[i] for i in np.flatnonzero(hits)],
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
        # a day is a few pixels wide and often not high: an unseen column lets it be pointed at anywhere, and a dot goes before its neighbours
        {
            "type": "bar",
            "x": iso(result.dates),
            "y": [high - low] * result.days,
            "base": low,
            "width": _DAY,
            "marker": {"color": "rgba(0,0,0,0)", "line": {"width": 0}},
            "hovertext": sentences,
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
    ]
    layout = {
        "annotations": [
            key(
                [
                    ("—", palette.primary_text, f"VaR {level}"),
                    ("●", palette.loss_text, f"{exceptions(one.result.count)}, {expected(one.result.expected)} expected"),
                ],
                palette,
            )
        ],
        "barmode": "overlay",
        "hovermode": "closest",
        "hoverdistance": _NEAR,
        "margin": {"t": KEY_HEIGHT},
        "xaxis": date_axis(result.dates[0] - np.timedelta64(1, "D"), result.dates[-1] + np.timedelta64(2, "D")),
        "yaxis": money_axis(low, high, currency, f"Profit or loss of one day, {currency}") | {"zeroline": True},
    }
    return drawn(traces, layout, palette)


def lights_chart(methods: Sequence[str], lights: Sequence[Sequence[Backtest | None]], palette: Palette) -> go.Figure:
    """Draw the traffic light and the number of exceptions of each method (rows) at each confidence over each number of days (columns)."""
    columns = [next(column for column in column_of if column is not None) for column_of in zip(*lights, strict=True) if any(column_of)]
    places = [place for place, column_of in enumerate(zip(*lights, strict=True)) if any(column_of)]
    colours = {
        Zone.GREEN: blend(palette.background, palette.gain, _TINT),
        Zone.YELLOW: blend(palette.background, palette.amber, _TINT),
        Zone.RED: blend(palette.background, palette.loss, _TINT),
    }
    shapes, annotations = [], []
    for row, line in enumerate(lights):
        for column, place in enumerate(places):
            found = line[place]
            if found is not None:
                shapes.append(_cell(row, column, colours[found.zone]))
            annotations.append(_text(row, column, "not tested" if found is None else f"<b>{found.count}</b> {found.zone.value}", palette.ink))
    for column, found in enumerate(columns):
        annotations.append(_text(-1, column, expected(found.expected), palette.muted))
    hover = {
        "type": "scatter",
        "mode": "markers",
        "x": [column for line in lights for column, place in enumerate(places) if line[place] is not None],
        "y": [row for row, line in enumerate(lights) for place in places if line[place] is not None],
        "marker": {"symbol": "square", "size": 30, "opacity": 0},
        "hovertext": [
            _hover(METHODS[method], found)
            for method, line in zip(methods, lights, strict=True)
            for found in (line[place] for place in places)
            if found
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    layout = {
        "shapes": shapes,
        "annotations": annotations,
        "margin": {"t": _HEADER},
        "xaxis": {
            "side": "top",
            "range": [-0.5, len(columns) - 0.5],
            "tickmode": "array",
            "tickvals": list(range(len(columns))),
            "ticktext": [f"<b>{shown_confidence(found.confidence)}</b><br>{len(found.exceptions)} days" for found in columns],
            "tickfont": {"color": palette.ink},
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {
            "range": [len(lights) - 0.5, -1.5],
            "tickmode": "array",
            "tickvals": [-1, *range(len(lights))],
            "ticktext": [f'<span style="color:{palette.muted}">Expected</span>', *("<br>".join(wrapped(METHODS[method], 20)) for method in methods)],
            "tickfont": {"color": palette.ink},
            "ticklabelstandoff": 6,
            "showgrid": False,
            "zeroline": False,
        },
    }
    return drawn([hover], layout, palette, height=_HEADER + _ROW * (len(lights) + 1))


def expected(count: float) -> str:
    """Return how many exceptions are to be expected, with a decimal only where there is one: ``2.5``, ``25``."""
    return number(count, 0 if round(count, 1).is_integer() and count >= 0.5 else 1)


def exceptions(count: int) -> str:
    """Return a number of exceptions: ``no exception``, ``1 exception``, ``6 exceptions``."""
    return f"{count or 'no'} exception{'' if count < 2 else 's'}"


def _cell(row: int, column: int, colour: str) -> dict[str, Any]:
    return {
        "type": "rect",
        "x0": column - 0.48,
        "x1": column + 0.48,
        "y0": row - 0.45,
        "y1": row + 0.45,
        "fillcolor": colour,
        "line": {"width": 0},
        "layer": "below",
    }


def _text(row: int, column: int, text: str, colour: str) -> dict[str, Any]:
    return {"x": column, "y": row, "text": text, "showarrow": False, "font": {"color": colour, "size": SMALL}}


def _hover(name: str, found: Backtest) -> str:
    return (
        f"{name}, {shown_confidence(found.confidence)}, {found.days} days:<br>{exceptions(found.count)} where {expected(found.expected)} were to be"
        f" expected;<br>a right VaR has no more in {number(100 * found.cumulative_probability, 2)} % of cases: {found.zone.value}"
    )
