"""Which holdings move together: a heatmap in an order that puts likes beside each other."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from farp.analysis.correlation import CorrelationAnalysis
from farp.charts.heatmap import heatmap
from farp.charts.theme import SENTENCE_HEIGHT, Palette, sentence
from farp.charts.words import holding_label, holding_name, holding_title
from farp.format import number

MOST_HOLDINGS = 25
"""More columns than this cannot be read; the largest holdings are shown, and the table has them all."""

_FAINT = 0.1


def correlation_heatmap(result: CorrelationAnalysis, palette: Palette) -> go.Figure:
    """Draw the correlation of each pair of holdings, one row and column each in clustered order; the largest 25 where there are more."""
    window, found = result.window, result.correlation
    moving = [int(i) for i in found.order if not found.constant[i]]
    if len(moving) < 2:
        return sentence("There are fewer than two holdings whose price moves, so there is no correlation to show.", palette, SENTENCE_HEIGHT)
    largest = set(sorted(moving, key=lambda i: -abs(window.market_values[i]))[:MOST_HOLDINGS])
    shown = [i for i in moving if i in largest]
    cells = found.matrix[np.ix_(shown, shown)]
    short = [window.market_values[i] < 0 for i in shown]
    labels = [
        holding_label(window.holdings[i]) + (f' <span style="color:{palette.muted}">short</span>' if down else "")
        for i, down in zip(shown, short, strict=True)
    ]
    columns = [holding_title(window.holdings[i]) + (" short" if down else "") for i, down in zip(shown, short, strict=True)]
    names = [holding_name(window.holdings[i]) for i in shown]
    itself = np.eye(len(shown), dtype=bool)
    texts = [["" if i == j else number(value, 1) for j, value in enumerate(row)] for i, row in enumerate(cells.tolist())]
    hovers = [
        [
            names[i] if i == j else f"{names[i]}<br>and {names[j]}:<br>correlation {number(value)}{_sides(short[i], short[j])}"
            for j, value in enumerate(row)
        ]
        for i, row in enumerate(cells.tolist())
    ]
    left_out = len(moving) - len(shown)
    title = (
        "Correlation of daily returns"
        + ("; long against short: red is a hedge" if any(short) and not all(short) else "")
        + (f"; the {len(shown)} largest of {len(moving)} holdings" if left_out else "")
    )
    faint = (np.abs(cells) < _FAINT) | itself
    return heatmap(cells, texts, hovers, faint, labels, columns, [("", "")] * len(shown), title, palette, strongest=1.0)


def _sides(one: bool, other: bool) -> str:
    return "" if one == other else "<br>one is long, the other short"
