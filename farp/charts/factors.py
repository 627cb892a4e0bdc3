"""Why: each holding's share of the portfolio's variance through each factor, and the loadings behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from farp.analysis import FactorAnalysis, RiskReport
from farp.charts.bars import Bar, horizontal_bars
from farp.charts.theme import CHART_HEIGHT, SMALL, Palette, drawn, note_below, sentence, wrapped
from farp.charts.words import factor_note, holding_label, largest_and_rest, others, plain
from farp.engine.checks import Floats
from farp.format import number, percent

SPECIFIC = "Specific"
MOST_ROWS = 25
SIGNIFICANT = 2.0
"""A loading whose t-statistic is smaller in size cannot be told from zero with 95 % confidence; it is drawn faint."""

CELL_SIZE = 11

LEAST_HEIGHT = 230
"""Height [px] that leaves room for cells when a narrow page turns the factors' names upright."""

_ROW, _HEADER = 28, 72
_NO_VARIANCE = "The value of these holdings does not move, so there is no variance to share out."


def contribution_heatmap(report: RiskReport, palette: Palette) -> go.Figure:
    """Draw holding x factor shares of the portfolio's variance in percent; all cells sum to 100.

    Holdings are sorted by their share, which is in the row label; each factor's share is above its column. Beyond 25 rows the
    holdings with the smallest shares are added up.
    """
    analysis = report.factors
    if analysis is None:
        return sentence(factor_note(report), palette)
    shares = 100.0 * analysis.contributions.shares
    if not np.isfinite(shares).all():
        return sentence(_NO_VARIANCE, palette)
    by_position, by_factor = shares.sum(axis=1), 100.0 * analysis.contributions.by_factor
    shown, rest = largest_and_rest(by_position, MOST_ROWS)
    shown = shown[np.argsort(-by_position[shown], kind="stable")]
    cells = shares[shown]
    labels = [_with_share(holding_label(report.holdings[i]), by_position[i], palette) for i in shown]
    names = [holding_label(report.holdings[i]) for i in shown]
    if len(rest):
        cells = np.vstack([cells, shares[rest].sum(axis=0)])
        labels.append(_with_share(others(len(rest)), float(by_position[rest].sum()), palette))
        names.append(f"the other {len(rest)} holdings")
    columns = [*analysis.factors.names, SPECIFIC]
    totals = [
        (_rounded(share), f"{'Specific' if name == SPECIFIC else plain(name)}: {percent(share / 100.0)} of the variance")
        for name, share in zip(columns, by_factor.tolist(), strict=True)
    ]
    texts = [[_rounded(value) for value in row] for row in cells.tolist()]
    hovers = [
        [_contribution_sentence(name, column, value) for column, value in zip(columns, row, strict=True)]
        for name, row in zip(names, cells.tolist(), strict=True)
    ]
    faint = np.abs(cells) < 0.05
    return _heatmap(cells, texts, hovers, faint, labels, columns, totals, "Per cent of the portfolio's variance", palette)


def loadings_heatmap(report: RiskReport, palette: Palette) -> go.Figure:
    """Draw what each holding moves when a factor moves by one; the largest holdings first, the portfolio's own loading above.

    Loadings that cannot be told from zero are faint.
    """
    analysis = report.factors
    if analysis is None:
        return sentence(factor_note(report), palette)
    regression = analysis.regression
    sizes = np.array([holding.market_value for holding in report.holdings])
    shown = np.argsort(-np.abs(sizes), kind="stable")[:MOST_ROWS]
    cells = regression.loadings[shown]
    t_statistics = regression.t_statistics[shown]
    labels = [_with_weight(report, i, palette) for i in shown.tolist()]
    nav = report.net_asset_value
    columns = analysis.factors.names
    totals = [
        (number(exposure / nav), f"When {plain(name)} gains 1 %, the portfolio {_moves(exposure / nav)}") if nav > 0 else ("", "")
        for name, exposure in zip(columns, analysis.exposures.tolist(), strict=True)
    ]
    texts = [[number(value) for value in row] for row in cells.tolist()]
    hovers = [
        [
            _loading_sentence(holding_label(report.holdings[i]), column, value, t, float(regression.r_squared[i]))
            for column, value, t in zip(columns, row, t_row, strict=True)
        ]
        for i, row, t_row in zip(shown.tolist(), cells.tolist(), t_statistics.tolist(), strict=True)
    ]
    # a factor's own fund has no residual and so no t-statistic, but its loading is certain
    faint = np.where(np.isfinite(t_statistics), np.abs(t_statistics) < SIGNIFICANT, np.abs(cells) < 0.005)
    left_out = len(sizes) - len(shown)
    title = "Move in % for a factor move of 1 %" + (f"; the {len(shown)} largest of {len(sizes)} holdings" if left_out else "")
    return _heatmap(cells, texts, hovers, faint, labels, columns, totals, title, palette)


def factor_shares(report: RiskReport, palette: Palette) -> go.Figure:
    """Draw each factor's share of the portfolio's variance and the share no factor explains, the largest first."""
    analysis = report.factors
    if analysis is None:
        return sentence(factor_note(report), palette)
    by_factor = analysis.contributions.by_factor
    if not np.isfinite(by_factor).all():
        return sentence(_NO_VARIANCE, palette)
    columns = [*analysis.factors.names, SPECIFIC]
    bars = [
        Bar(
            label=plain(columns[i]),
            value=float(by_factor[i]),
            text=percent(float(by_factor[i]), 0 if abs(by_factor[i]) >= 0.0995 else 1),
            hover=_factor_sentence(analysis, int(i), float(by_factor[i])),
            colour=palette.muted if i == len(columns) - 1 else palette.gain if by_factor[i] < 0 else palette.primary,
        )
        for i in np.argsort(-by_factor, kind="stable")
    ]
    systematic, specific = percent(analysis.contributions.systematic, 0), percent(analysis.contributions.specific, 0)
    title = f"Share of variance: factors {systematic}, specific {specific}"
    return horizontal_bars(bars, palette, title, height=max(CHART_HEIGHT, 26 * len(bars) + 34))


def _heatmap(
    cells: Floats,
    texts: Sequence[Sequence[str]],
    hovers: Sequence[Sequence[str]],
    faint: NDArray[np.bool_],
    labels: Sequence[str],
    columns: Sequence[str],
    totals: Sequence[tuple[str, str]],
    title: str,
    palette: Palette,
) -> go.Figure:
    """Return a heatmap of `cells` (n_rows, n_columns) on a scale symmetric about zero, one trace for each colour of text.

    Plotly would choose a text colour of its own that is not always readable, and knows one colour for each trace. `faint`
    cells keep the neutral colour. `totals` are (text, hover) of each column, in a row above the cells.
    """
    strongest = float(np.abs(cells).max()) or 1.0
    readable = np.array([palette.text_on(palette.diverging_at(value / strongest)) for value in cells.ravel().tolist()]).reshape(cells.shape)
    colours = np.where(faint, palette.muted, readable)
    traces: list[dict[str, Any]] = []
    neutral = {"colorscale": [[0, palette.diverging[1]], [1, palette.diverging[1]]], "zmin": -strongest, "zmax": strongest, "showscale": False}
    for colour in dict.fromkeys(colours.ravel().tolist()):
        chosen = colours == colour
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
    return drawn(traces, layout, palette, max(_ROW * (len(labels) + has_totals) + _HEADER, LEAST_HEIGHT))


def _where(chosen: NDArray[np.bool_], values: Any, otherwise: Any) -> NDArray[np.object_]:
    """Return the chosen cells of `values` and `otherwise` in the others; an array, which Plotly checks faster than nested lists."""
    return np.where(chosen, np.asarray(values, dtype=object), otherwise)


def _with_share(label: str, share: float, palette: Palette) -> str:
    return f'{label}  <span style="color:{palette.muted}">{percent(share / 100.0, 0 if abs(share) >= 9.95 else 1)}</span>'


def _with_weight(report: RiskReport, place: int, palette: Palette) -> str:
    holding = report.holdings[place]
    label = holding_label(holding)
    return label if holding.weight is None else f'{label}  <span style="color:{palette.muted}">{percent(holding.weight, 0)}</span>'


def _rounded(value: float) -> str:
    return "0" if abs(value) < 0.05 else number(value, 1)


def _contribution_sentence(name: str, column: str, value: float) -> str:
    how = "on its own" if column == SPECIFIC else f"through {plain(column)}"
    if abs(value) < 0.005:
        return f"{name} adds next to nothing {how}"
    verb, preposition = ("adds", "to") if value > 0 else ("takes", "from")
    return f"{name} {verb} {percent(abs(value) / 100.0, 2)} {preposition} the variance {how}"


def _loading_sentence(name: str, column: str, loading: float, t: float, r_squared: float) -> str:
    if not np.isfinite(t):
        sure = "without residual"
    else:
        sure = f"t-statistic {number(t, 1)}" + (", not distinguishable from zero" if abs(t) < SIGNIFICANT else "")
    return f"When {plain(column)} gains 1 %, {name} {_moves(loading)}<br>{sure}; R² of the holding {percent(r_squared, 0)}"


def _moves(loading: float) -> str:
    return f"{'gains' if loading >= 0 else 'loses'} {percent(abs(loading) / 100.0, 2)}"


def _factor_sentence(analysis: FactorAnalysis, place: int, share: float) -> str:
    if place == len(analysis.factors.names):
        return f"{percent(share)} of the variance is the holdings' own: no factor explains it"
    factor = analysis.factors.factors[place]
    said = (
        f"{percent(share)} of the variance comes through {plain(factor.name)}"
        if share >= 0
        else f"{plain(factor.name)} takes {percent(-share)} from the variance"
    )
    return said + "".join(f"<br>{row}" for row in wrapped(plain(factor.meaning), 52))
