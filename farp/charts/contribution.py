"""Who causes the losses: each part's share of the risk beside its weight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from farp.analysis import RiskReport
from farp.analysis.contributions import SPECIFIC, Breakdown, Contributions, Contributor, View
from farp.charts.bars import Bar, Mark, horizontal_bars, marked_bars
from farp.charts.theme import SENTENCE_HEIGHT, Palette, sentence
from farp.charts.words import bucket_label, exact, holding_label, holding_name, largest_and_rest, others, plain, short
from farp.format import confidence as shown_confidence
from farp.format import percent

MOST_ROWS = 25
"""More parts than this share a last row; the table has them all."""

SQUEEZED = 6.0
"""Weights this many times as long as the longest share would leave nothing of the bars: they are left to the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One bar: its part of the risk [money] and its weight [fraction], None where it has none or is not marked."""

    label: str
    name: str
    part: float
    weight: float | None


def tail_contributions(report: RiskReport, confidence: float, palette: Palette, top: int = 10) -> go.Figure:
    """Draw the `top` holdings by share of the one-day expected shortfall at `confidence`, with their weights; the rest share a row.

    A negative share belongs to a holding that earned money on the worst days.
    """
    level = shown_confidence(confidence)
    found = next((item for item in report.tail_contributions if math.isclose(item.confidence, confidence)), None)
    if found is None:
        return sentence(f"This report has no expected shortfall at {level}.", palette)
    parts, total = found.expected_shortfall, float(found.expected_shortfall.sum())
    if total <= 0:
        return sentence(f"The worst days at {level} brought no loss, so there is none to share out.", palette)
    rows = [
        _Row(label=holding_label(holding), name=holding_name(holding), part=float(part), weight=holding.weight)
        for holding, part in zip(report.holdings, parts, strict=True)
    ]
    return _shares(rows, total, View.HISTORICAL, level, report.base_currency, "holdings", palette, top)


def contribution_bars(result: Contributions, palette: Palette, top: int = MOST_ROWS) -> go.Figure:
    """Draw the share of the risk of each part beside its weight, the largest first; beyond `top` the rest share a row.

    The holdings inside a group keep their shares of the whole. Factors have no weight.
    """
    if result.nothing_because is not None:
        return sentence(result.nothing_because, palette, SENTENCE_HEIGHT)
    historical = result.view is View.HISTORICAL
    rows = []
    for part in result.contributors:
        label, name = _called(result, part)
        amount = part.component_expected_shortfall if historical else part.component_value_at_risk or 0.0
        rows.append(_Row(label=label, name=name, part=amount, weight=part.weight))
    total = result.expected_shortfall if historical else result.value_at_risk
    kind = "factors" if result.by is Breakdown.FACTOR and result.group is None else "of them"
    return _shares(rows, total, result.view, shown_confidence(result.confidence), result.window.base_currency, kind, palette, top)


def _shares(rows: Sequence[_Row], total: float, view: View, level: str, currency: str, kind: str, palette: Palette, top: int) -> go.Figure:
    """Return `rows` as bars of their shares of `total` [money], sorted, with a mark for each weight."""
    measure = "expected shortfall" if view is View.HISTORICAL else "value at risk"
    shown, rest = largest_and_rest(np.array([row.part for row in rows]), top + 1)
    drawn = sorted((rows[i] for i in shown), key=lambda row: -row.part)
    if len(rest):  # together they may weigh so much that their mark would squeeze every bar: the words say it instead
        weights = [weight for i in rest if (weight := rows[i].weight) is not None]
        together = f", together {percent(sum(weights), 0)} of the value," if weights else ""
        drawn.append(_Row(label=others(len(rest)), name=f"The other {len(rest)} {kind}{together}", part=sum(rows[i].part for i in rest), weight=None))
    bars = [
        Bar(
            label=row.label,
            value=row.part / total,
            text=percent(row.part / total, 0 if abs(row.part) >= 0.0995 * abs(total) else 1),
            hover=_hover(row, total, view, level, currency),
            colour=palette.muted if place == len(shown) else palette.gain if row.part < 0 else palette.primary,
        )
        for place, row in enumerate(drawn)
    ]
    title = f"% of the total; confidence {level}, 1 day"
    marks = [
        None if row.weight is None else Mark(value=row.weight, hover=f"{row.name}<br>weight {percent(row.weight)} of net asset value")
        for row in drawn
    ]
    heaviest = max((abs(mark.value) for mark in marks if mark is not None), default=None)
    if heaviest is None:
        return horizontal_bars(bars, palette, title)
    if heaviest > SQUEEZED * max(1e-3, *(abs(bar.value) for bar in bars)):
        return horizontal_bars(bars, palette, f"{title}; weights, up to {percent(heaviest, 0)}, are in the table")
    return marked_bars(bars, marks, (measure, "weight"), palette, title)


def _called(result: Contributions, part: Contributor) -> tuple[str, str]:
    """Return what a part is called on the axis and in a sentence."""
    if result.by is Breakdown.POSITION or result.group is not None:
        holding = result.window.holdings[part.holdings[0]]
        return holding_label(holding), holding_name(holding)
    if result.by is Breakdown.FACTOR:
        return plain(short(part.name)), "What no factor explains" if part.name == SPECIFIC else f"The factor {plain(part.name)}"
    return bucket_label(part.name), bucket_label(part.name)


def _hover(row: _Row, total: float, view: View, level: str, currency: str) -> str:
    share, amount = percent(abs(row.part / total)), exact(abs(row.part), currency)
    if view is View.PARAMETRIC:
        if row.part < 0:
            return f"{row.name} takes {amount} off the value at risk ({level}):<br>it lowers it by {share}"
        return f"{row.name} brings {amount} of the value at risk ({level}):<br>{share} of it"
    if row.part < 0:
        return f"{row.name} earned {amount} on average on the worst days ({level}):<br>it lowers the expected shortfall by {share}"
    return f"{row.name} lost {amount} on average on the worst days ({level}):<br>{share} of the expected shortfall"
