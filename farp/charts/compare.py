"""Portfolios side by side: how their days were distributed, and what moves them. A portfolio has the same colour in every chart."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from farp.analysis import RiskReport
from farp.charts.axes import around, percent_axis
from farp.charts.bars import row_layout
from farp.charts.theme import CHART_HEIGHT, SMALL, Palette, drawn, sentence
from farp.charts.value_at_risk import bins
from farp.charts.words import plain, short
from farp.format import percent

MOST = 4
"""More portfolios than this cannot be told apart in one picture."""

_NAME_LENGTH = 40
_KEY_LINE = 19
_BAR_HEIGHT = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A report under the name it has on the page."""

    title: str
    report: RiskReport


def distributions(compared: Sequence[Named], palette: Palette) -> go.Figure:
    """Draw how often each portfolio's day ended where, as percent of its value, in the same bins for all."""
    shown = [(one, place) for place, one in enumerate(compared) if one.report.net_asset_value > 0]
    returns = [one.report.profit_and_loss / one.report.net_asset_value for one, _ in shown]
    pooled = np.concatenate(returns) if returns else np.empty(0)
    if not len(pooled) or np.ptp(pooled) == 0:
        return sentence("None of these portfolios has a positive value that moves, so there are no daily returns to show.", palette)
    edges, _ = bins(pooled, 0.0)
    width = edges[1] - edges[0]
    traces: list[dict[str, Any]] = []
    for (one, place), own in zip(shown, returns, strict=True):
        counts = np.bincount(np.floor(own / width).astype(int) - round(edges[0] / width), minlength=len(edges) - 1)
        shares = counts / len(own)
        name = plain(short(one.title, _NAME_LENGTH))
        between = [f"{percent(low)} to {percent(high)}" for low, high in itertools.pairwise(edges)]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                # a step begins at its bin's left edge; the outline starts and ends on the axis
                "x": [edges[0], *edges[:-1], edges[-1]],
                "y": [0.0, *shares.tolist(), 0.0],
                "line": {"color": palette.categorical[place], "width": 2, "shape": "hv"},
                "hovertext": [
                    "",
                    *(f"{name}<br>{percent(share)} of its days were {where}" for share, where in zip(shares, between, strict=True)),
                    "",
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    low, high = around([float(pooled.min()), float(pooled.max())], room=0.04)
    top = max(max(trace["y"]) for trace in traces)
    layout = {
        "annotations": [_key(compared, palette)],
        "margin": {"t": _KEY_LINE * len(compared) + 8},
        "xaxis": percent_axis(low, high, "Profit or loss of one day, % of value") | {"showgrid": False, "zeroline": True},
        "yaxis": percent_axis(0.0, top * 1.04, "Share of days", 4),
    }
    return drawn(traces, layout, palette, CHART_HEIGHT + _KEY_LINE * len(compared))


def factor_bars(compared: Sequence[Named], palette: Palette) -> go.Figure:
    """Draw each portfolio's loading on each factor: how many percent of its value a rise of the factor by 1 % makes."""
    shown = [(one, place) for place, one in enumerate(compared) if one.report.factors is not None and one.report.net_asset_value > 0]
    if not shown:
        return sentence("There is no factor analysis of these portfolios.", palette)
    loadings = {place: loadings_of(one.report) for one, place in shown}
    names = list(dict.fromkeys(name for values in loadings.values() for name in values))
    names.sort(key=lambda name: -max(abs(values.get(name, 0.0)) for values in loadings.values()))
    slot = 0.8 / len(shown)
    traces: list[dict[str, Any]] = []
    for number, (one, place) in enumerate(shown):
        values = [loadings[place].get(name) for name in names]
        title = plain(short(one.title, _NAME_LENGTH))
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": values,
                "y": [row - 0.4 + (number + 0.5) * slot for row in range(len(names))],
                "width": slot * 0.86,
                "marker": {"color": palette.categorical[place], "line": {"width": 0}},
                "text": ["" if value is None else percent(value / 100.0, 2) for value in values],
                "textposition": "outside",
                "textangle": 0,
                "constraintext": "none",
                "cliponaxis": False,
                "textfont": {"color": palette.ink, "size": SMALL},
                "hovertext": [
                    "" if value is None else f"{title}<br>{plain(name)} up 1 %: {'loses' if value < 0 else 'gains'} {percent(abs(value) / 100.0, 2)}"
                    for name, value in zip(names, values, strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    every = [value for values in loadings.values() for value in values.values()]
    left = [percent(value / 100.0, 2) for value in every if value < 0]
    right = [percent(value / 100.0, 2) for value in every if value >= 0]
    layout = row_layout([plain(short(name)) for name in names], every, left, right, palette, "% of value, when the factor rises by 1 %")
    layout["annotations"] = [_key(compared, palette)]
    layout["margin"] |= {"t": _KEY_LINE * len(compared) + 8}
    return drawn(traces, layout, palette, len(names) * (_BAR_HEIGHT * len(shown) + 10) + _KEY_LINE * len(compared) + 44)


def loadings_of(report: RiskReport) -> dict[str, float]:
    """Return the portfolio's loading on each factor, as a fraction of its value; nothing without factors or a positive value."""
    if report.factors is None or report.net_asset_value <= 0:
        return {}
    return {name: float(amount) / report.net_asset_value for name, amount in zip(report.factors.factors.names, report.factors.exposures, strict=True)}


def _key(compared: Sequence[Named], palette: Palette) -> dict[str, Any]:
    """Return which colour is whose, a line each: side by side they would not fit a phone."""
    lines = [
        f'<span style="color:{palette.categorical[place]}"><b>■</b></span> {plain(short(one.title, _NAME_LENGTH))}'
        for place, one in enumerate(compared)
    ]
    return {
        "text": "<br>".join(lines),
        "x": 0,
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 4,
        "align": "left",
        "showarrow": False,
        "font": {"color": palette.ink, "size": SMALL},
    }
