"""Why: each holding's share of the portfolio's variance through each factor, the loadings behind it, and how alike the factors are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from farp.analysis import FactorAnalysis, Series
from farp.analysis.factors import Explained, PortfolioFactors, RollingLoadings
from farp.charts.axes import around, money_axis, number_axis
from farp.charts.bars import Bar, horizontal_bars
from farp.charts.heatmap import heatmap
from farp.charts.lines import Line, date_axis, end_labels, line_trace
from farp.charts.theme import CHART_HEIGHT, Palette, drawn, sentence, wrapped
from farp.charts.waterfall import Step, waterfall
from farp.charts.words import exact, factor_note, holding_label, largest_and_rest, others, plain
from farp.format import number, percent

SPECIFIC = "Specific"
MOST_ROWS = 25
MOST_LINES = 6
"""More lines than this cannot be told apart."""
FEW_FACTORS = 5
"""Cells of so few columns are wide enough for two decimals, on a phone too."""
SIGNIFICANT = 2.0
"""A loading whose t-statistic is smaller in size cannot be told from zero with 95 % confidence; it is drawn faint."""

ROLLING_HEIGHT = 380
_FAINT = 0.1
_NO_VARIANCE = "The value of these holdings does not move, so there is no variance to share out."


def contribution_heatmap(report: Explained, palette: Palette) -> go.Figure:
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
    return heatmap(cells, texts, hovers, faint, labels, columns, totals, "Per cent of the portfolio's variance", palette)


def loadings_heatmap(report: Explained, palette: Palette) -> go.Figure:
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
            _loading_sentence(holding_label(report.holdings[i]), column, value, t, float(regression.r_squared[i]), identified)
            for column, value, t, identified in zip(columns, row, t_row, regression.identified.tolist(), strict=True)
        ]
        for i, row, t_row in zip(shown.tolist(), cells.tolist(), t_statistics.tolist(), strict=True)
    ]
    # a factor's own fund has no residual and so no t-statistic, but its loading is certain
    faint = np.where(np.isfinite(t_statistics), np.abs(t_statistics) < SIGNIFICANT, np.abs(cells) < 0.005)
    left_out = len(sizes) - len(shown)
    title = "Move in % for a factor move of 1 %" + (f"; the {len(shown)} largest of {len(sizes)} holdings" if left_out else "")
    return heatmap(cells, texts, hovers, faint, labels, columns, totals, title, palette)


def factor_shares(report: Explained, palette: Palette) -> go.Figure:
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
            text=_share(float(by_factor[i])),
            hover=_factor_sentence(analysis, int(i), float(by_factor[i])),
            colour=palette.muted if i == len(columns) - 1 else palette.gain if by_factor[i] < 0 else palette.primary,
        )
        for i in np.argsort(-by_factor, kind="stable")
    ]
    systematic, specific = percent(analysis.contributions.systematic, 0), percent(analysis.contributions.specific, 0)
    title = f"Share of variance: factors {systematic}, specific {specific}"
    return horizontal_bars(bars, palette, title, height=max(CHART_HEIGHT, 26 * len(bars) + 34))


def variance_waterfall(report: Explained, palette: Palette) -> go.Figure:
    """Draw how the factors' shares, the largest first, and the specific share add up to the whole variance."""
    analysis = report.factors
    if analysis is None:
        return sentence(factor_note(report), palette)
    by_factor = analysis.contributions.by_factor
    if not np.isfinite(by_factor).all():
        return sentence(_NO_VARIANCE, palette)
    factors, specific = by_factor[:-1], float(by_factor[-1])
    steps = [
        Step(
            label=plain(analysis.factors.names[i]),
            value=float(factors[i]),
            text=_share(float(factors[i])),
            hover=_factor_sentence(analysis, int(i), float(factors[i])),
            colour=palette.gain if factors[i] < 0 else palette.primary,
        )
        for i in np.argsort(-factors, kind="stable")
    ]
    own = Step(label=SPECIFIC, value=specific, text=_share(specific), hover=_factor_sentence(analysis, len(factors), specific), colour=palette.amber)
    total = Step(label="Variance", value=1.0, text=percent(1.0, 0), hover="The whole variance of the portfolio in the model", colour=palette.muted)
    return waterfall([*steps, own], total, palette, "Share of the portfolio's variance")


def rolling_lines(result: RollingLoadings, shown: Sequence[str], palette: Palette) -> go.Figure:
    """Draw the loadings on the factors named in `shown`, at most six of them, on each day."""
    names = result.factors.names
    columns = [names.index(name) for name in shown if name in names][:MOST_LINES]
    columns = [k for k in columns if np.isfinite(result.loadings[:, k]).any()]
    if not columns:
        return sentence("The chosen factors cannot be told apart from the others in any window; choose others.", palette)
    colours = (
        (palette.primary, palette.primary_text),
        (palette.amber, palette.amber_text),
        (palette.gain, palette.gain_text),
        (palette.categorical[3], palette.categorical[3]),
        (palette.muted, palette.muted),
        (palette.categorical[6], palette.categorical[6]),
    )
    currency = result.window.base_currency
    scale = 0.01 if result.in_money else 1.0
    lines = []
    for k, (colour, text_colour) in zip(columns, colours, strict=False):
        values = scale * result.loadings[:, k]
        said = [exact(value, currency) if result.in_money else number(value) for value in values.tolist()]
        lines.append(
            Line(
                name=plain(names[k]),
                series=Series(dates=result.dates, values=values),
                colour=colour,
                text_colour=text_colour,
                hover=f"{plain(names[k])}: %{{hovertext}}",
                hovertext=said,
                width=1.8,
            )
        )
    low, high = around((value for line in lines for value in line.series.values.tolist()), room=0.06, zero=True)
    if result.in_money:
        axis = money_axis(low, high, currency, f"P&L for a factor move of 1 %, {currency}")
    else:
        axis = number_axis(low, high, "Move in % for a factor move of 1 %")
    labels, right = end_labels(lines, low, high, ROLLING_HEIGHT)
    layout = {
        "hovermode": "x unified",
        "margin": {"r": right},
        "annotations": labels,
        "xaxis": date_axis(result.dates[0], result.dates[-1]),
        "yaxis": axis | {"zeroline": True, "zerolinewidth": 1},
    }
    return drawn([line_trace(line) for line in lines], layout, palette, ROLLING_HEIGHT)


def likeness_heatmap(result: PortfolioFactors, palette: Palette) -> go.Figure:
    """Draw the correlations of the factors; each row's label carries the factor's variance inflation."""
    found, names = result.collinearity, result.factors.factors.names
    if len(names) < 2:
        return sentence("There is a single factor, so there is nothing to compare it with.", palette)
    cells = found.correlation
    decimals = 2 if len(names) <= FEW_FACTORS else 1
    itself = np.eye(len(names), dtype=bool)
    texts = [["" if i == j else number(value, decimals) for j, value in enumerate(row)] for i, row in enumerate(cells.tolist())]
    hovers = [
        [
            plain(names[i]) if i == j else f"{plain(names[i])} and {plain(names[j])}:<br>correlation {number(value)}" if np.isfinite(value) else ""
            for j, value in enumerate(row)
        ]
        for i, row in enumerate(cells.tolist())
    ]
    labels = [
        f'{plain(name)}  <span style="color:{palette.muted}">{_inflation(float(value))}</span>'
        for name, value in zip(names, found.variance_inflation, strict=True)
    ]
    title = "Correlation of daily returns; ×: variance inflation"
    faint = (np.abs(cells) < _FAINT) | itself
    return heatmap(cells, texts, hovers, faint, labels, names, [("", "")] * len(names), title, palette, strongest=1.0)


def _inflation(value: float) -> str:
    if np.isnan(value):
        return "still"
    return "×∞" if np.isinf(value) else f"×{number(value, 1)}"


def _share(value: float) -> str:
    return percent(value, 0 if abs(value) >= 0.0995 else 1)


def _with_share(label: str, share: float, palette: Palette) -> str:
    return f'{label}  <span style="color:{palette.muted}">{percent(share / 100.0, 0 if abs(share) >= 9.95 else 1)}</span>'


def _with_weight(report: Explained, place: int, palette: Palette) -> str:
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


def _loading_sentence(name: str, column: str, loading: float, t: float, r_squared: float, identified: bool) -> str:
    if not identified:
        sure = "one split of many: the factor does not move, or can be made from the others"
    elif not np.isfinite(t):
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
