"""Coloured cells with their values in them: contributions, loadings, correlations, months, grids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from farp.charts.theme import SMALL, Palette, drawn, note_below, wrapped
from farp.charts.words import plain
from farp.engine.checks import Floats

CELL_SIZE = 11

LEAST_HEIGHT = 230
"""Height [px] that leaves room for cells when a narrow page turns the columns' names upright."""

_ROW, _HEADER = 28, 72


def heatmap(
    cells: Floats,
    texts: Sequence[Sequence[str]],
    hovers: Sequence[Sequence[str]],
    faint: NDArray[np.bool_],
    labels: Sequence[str],
    columns: Sequence[str],
    totals: Sequence[tuple[str, str]],
    title: str,
    palette: Palette,
    strongest: float | None = None,
    row_height: int = _ROW,
) -> go.Figure:
    """Return a heatmap of `cells` (n_rows, n_columns) on a scale symmetric about zero, one trace for each colour of text.

    Plotly would choose a text colour of its own that is not always readable, and knows one colour for each trace. `faint`
    cells keep the neutral colour. `totals` are (text, hover) of each column, in a row above the cells; none without texts. A cell that is
    NaN is a gap.

    Parameters
    ----------
    labels
        Of the rows; Plotly's markup is allowed, so names from users come through `plain`.
    columns
        Their names, taken literally.
    title
        Under the cells: the unit.
    strongest
        The size that takes the full colour; by default the largest there is.
    row_height
        Of a row [px].
    """
    known = np.abs(cells[np.isfinite(cells)])
    strongest = strongest or float(known.max(initial=0.0)) or 1.0
    readable = np.array([palette.text_on(palette.diverging_at(value / strongest)) for value in np.nan_to_num(cells).ravel().tolist()]).reshape(
        cells.shape
    )
    colours = np.where(faint, palette.muted, readable)
    traces: list[dict[str, Any]] = []
    neutral = {"colorscale": [[0, palette.diverging[1]], [1, palette.diverging[1]]], "zmin": -strongest, "zmax": strongest, "showscale": False}
    for colour in dict.fromkeys(colours.ravel().tolist()):
        chosen = (colours == colour) & np.isfinite(cells)
        traces.append(
            {
                "type": "heatmap",
                "z": _where(chosen, cells, None),
                "text": _where(chosen, texts, ""),
                "hovertext": _where(chosen, hovers, ""),
                "texttemplate": "%{text}",
                "textfont": {"color": colour, "size": CELL_SIZE},
                "hovertemplate": "%{hovertext}<extra></extra>",
                "hoverongaps": False,
                "xgap": 2,
                "ygap": 2,
            }
            | (neutral if colour == palette.muted else {"coloraxis": "coloraxis"})
        )
    has_totals = any(text for text, _ in totals)
    if has_totals:
        traces.append(
            {
                "type": "scatter",
                "mode": "text",
                "x": list(range(len(columns))),
                "y": [-1] * len(columns),
                "text": [f"<b>{text}</b>" for text, _ in totals],
                "textfont": {"color": palette.ink, "size": CELL_SIZE},
                "hovertext": [hover for _, hover in totals],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    below = wrapped(title, 46)
    layout = {
        "margin": {"r": 2, "b": 8 + 16 * len(below)},
        "annotations": [note_below("<br>".join(below), palette)],
        "coloraxis": {"colorscale": palette.colour_scale, "cmin": -strongest, "cmax": strongest, "cmid": 0, "showscale": False},
        "xaxis": {
            "side": "top",
            "range": [-0.5, len(columns) - 0.5],
            "tickmode": "array",
            "tickvals": list(range(len(columns))),
            "ticktext": ["<br>".join(wrapped(plain(name), 10)) for name in columns],
            "tickfont": {"color": palette.ink, "size": SMALL},
            "autotickangles": [0, -90],
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {
            "range": [len(labels) - 0.5, -1.5 if has_totals else -0.5],
            "tickmode": "array",
            "tickvals": list(range(-1 if has_totals else 0, len(labels))),
            "ticktext": ["<b>Portfolio</b>"] * has_totals + list(labels),
            "tickfont": {"color": palette.ink},
            "ticklabelstandoff": 6,
            "showgrid": False,
            "zeroline": False,
        },
    }
    return drawn(traces, layout, palette, max(row_height * (len(labels) + has_totals) + _HEADER, LEAST_HEIGHT))


def _where(chosen: NDArray[np.bool_], values: Any, otherwise: Any) -> NDArray[np.object_]:
    """Return the chosen cells of `values` and `otherwise` in the others; an array, which Plotly checks faster than nested lists."""
    return np.where(chosen, np.asarray(values, dtype=object), otherwise)
