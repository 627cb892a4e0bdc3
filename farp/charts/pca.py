"""Principal components: how much each explains, which holdings are in it, and what the portfolio has in it."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from farp.analysis.pca import MOST_OF_IT, PcaAnalysis
from farp.charts.axes import percent_axis
from farp.charts.bars import Bar, Mark, marked_bars
from farp.charts.heatmap import heatmap
from farp.charts.theme import CHART_HEIGHT, SENTENCE_HEIGHT, Palette, drawn, key, sentence
from farp.charts.words import exact, holding_label, holding_name, plain
from farp.format import number, percent

MOST_COMPONENTS = 10
MOST_HOLDINGS = 25
"""More rows than this cannot be read; the largest holdings are shown, and the table has them all."""

_FAINT = 0.1


def scree(result: PcaAnalysis, palette: Palette) -> go.Figure:
    """Draw how much of the holdings' movement each component explains, and how much the first ones explain together."""
    found = result.components
    shown = min(len(found.explained_ratio), MOST_COMPONENTS)
    numbers = list(range(1, shown + 1))
    explained, together = found.explained_ratio[:shown].tolist(), list(result.cumulative[:shown])
    bars = {
        "type": "bar",
        "x": numbers,
        "y": explained,
        "width": 0.66 if shown > 2 else 0.3,
        "marker": {"color": palette.primary, "line": {"width": 0}},
        "hovertext": [
            f"Component {k} ({plain(reading)})<br>explains {percent(value)} of how the holdings move"
            for k, value, reading in zip(numbers, explained, result.readings, strict=False)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": numbers,
        "y": together,
        "cliponaxis": False,
        "line": {"color": palette.amber, "width": 2},
        "marker": {"size": 6, "color": palette.amber},
        "hovertext": [_together(k, value) for k, value in zip(numbers, together, strict=True)],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    most = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": MOST_OF_IT, "y1": MOST_OF_IT}
    layout = {
        "margin": {"t": 30},
        "annotations": [key([("■", palette.primary, "each"), ("●", palette.amber, "together"), ("┄", palette.muted, "90 %")], palette)],
        "shapes": [most | {"line": {"color": palette.muted, "width": 1, "dash": "dot"}}],
        "xaxis": {
            "range": [0.5, shown + 0.5] if shown > 2 else [0, shown + 1],
            "tickmode": "array",
            "tickvals": numbers,
            "ticktext": [str(k) for k in numbers],
            "showgrid": False,
            "zeroline": False,
            "title": {"text": "Component"},
        },
        "yaxis": percent_axis(0.0, 1.0, "Share of the holdings' movement"),
    }
    return drawn([bars, line], layout, palette, CHART_HEIGHT)


def portfolio_shares(result: PcaAnalysis, palette: Palette) -> go.Figure:
    """Draw each component's share of the portfolio's variance, and beside it what it explains of the holdings."""
    found, currency = result.components, result.window.base_currency
    if result.main is None:
        return sentence("The value of these holdings does not move, so there is no variance to share out.", palette)
    shown = range(min(len(found.explained_ratio), MOST_COMPONENTS))
    bars = [
        Bar(
            label=f"Component {k + 1}",
            value=float(found.variance_shares[k]),
            text=percent(float(found.variance_shares[k]), 0 if found.variance_shares[k] >= 0.0995 else 1),
            hover=f"{percent(float(found.variance_shares[k]))} of the portfolio's variance: {plain(result.readings[k])}<br>"
            f"A typical rise of it {earns_or_costs(float(found.exposures[k]), currency)}",
            colour=palette.primary,
        )
        for k in shown
    ]
    marks = [
        Mark(
            value=float(found.explained_ratio[k]),
            hover=f"Component {k + 1} explains {percent(float(found.explained_ratio[k]))} of how the holdings move",
        )
        for k in shown
    ]
    return marked_bars(bars, marks, ("of the portfolio", "of the holdings"), palette, "Share of variance", height=CHART_HEIGHT)


def loadings_heatmap(result: PcaAnalysis, palette: Palette) -> go.Figure:
    """Draw the loading of each holding on each of the first components; the largest holdings first, the portfolio's shares above."""
    window, found = result.window, result.components
    moving = np.flatnonzero(~found.constant)
    if len(moving) < 2:
        return sentence(f"Only {holding_label(window.holdings[moving[0]])} moves, so it is the one component by itself.", palette, SENTENCE_HEIGHT)
    shown = moving[np.argsort(-np.abs(window.market_values[moving]), kind="stable")][:MOST_HOLDINGS]
    count = min(len(found.explained_ratio), MOST_COMPONENTS)
    cells = found.loadings[:count, shown].T
    columns = [str(k + 1) for k in range(count)]
    labels = [holding_label(window.holdings[i]) for i in shown.tolist()]
    names = [holding_name(window.holdings[i]) for i in shown.tolist()]
    texts = [["0" if abs(value) < 0.05 else number(value, 1) for value in row] for row in cells.tolist()]
    hovers = [
        [f"{name}<br>loads {number(value)} on component {column}" for column, value in zip(columns, row, strict=True)]
        for name, row in zip(names, cells.tolist(), strict=True)
    ]
    totals = [
        (percent(share, 0), f"Component {column}: {percent(share)} of the portfolio's variance") if np.isfinite(share) else ("", "")
        for column, share in zip(columns, found.variance_shares[:count].tolist(), strict=True)
    ]
    left_out = len(moving) - len(shown)
    title = "Loading on each component; above, the share of the portfolio's variance" + (
        f"; the {len(shown)} largest of {len(moving)} holdings" if left_out else ""
    )
    return heatmap(cells, texts, hovers, np.abs(cells) < _FAINT, labels, columns, totals, title, palette, strongest=1.0)


def _together(count: int, value: float) -> str:
    if count == 1:
        return f"The first component explains {percent(value)}"
    return f"The first {count} components explain {percent(value)} together"


def earns_or_costs(amount: float, currency: str) -> str:
    """Return what a move is worth to the portfolio, in words."""
    return f"{'earns' if amount >= 0 else 'costs'} the portfolio {exact(abs(amount), currency)}"
