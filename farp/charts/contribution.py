"""Who causes the losses: each holding's share of the expected shortfall beside its weight."""

from __future__ import annotations

import math

import plotly.graph_objects as go

from farp.analysis import RiskReport
from farp.charts.bars import Bar, Mark, horizontal_bars, marked_bars
from farp.charts.theme import Palette, sentence
from farp.charts.words import exact, holding_label, holding_name, largest_and_rest, others
from farp.format import confidence as shown_confidence
from farp.format import percent


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
    shown, rest = largest_and_rest(parts, top + 1)
    rows = [(holding_label(report.holdings[i]), holding_name(report.holdings[i]), float(parts[i]), report.holdings[i].weight) for i in shown]
    rows.sort(key=lambda row: -row[2])
    if len(rest):  # together they may weigh so much that their mark would squeeze every bar: the words say it instead
        weights = [weight for i in rest if (weight := report.holdings[i].weight) is not None]
        together = f", together {percent(sum(weights), 0)} of the value," if weights else ""
        rows.append((others(len(rest)), f"The other {len(rest)} holdings{together}", float(parts[rest].sum()), None))
    bars = [
        Bar(
            label=label,
            value=part / total,
            text=percent(part / total, 0 if abs(part) >= 0.0995 * abs(total) else 1),
            hover=_hover(name, part, total, level, report.base_currency),
            colour=palette.muted if place == len(shown) else palette.gain if part < 0 else palette.primary,
        )
        for place, (label, name, part, _) in enumerate(rows)
    ]
    title = f"% of the total; confidence {level}, 1 day"
    marks = [
        None if weight is None else Mark(value=weight, hover=f"{name}<br>weight {percent(weight)} of net asset value") for _, name, _, weight in rows
    ]
    if not any(marks):
        return horizontal_bars(bars, palette, title)
    return marked_bars(bars, marks, ("expected shortfall", "weight"), palette, title)


def _hover(name: str, part: float, total: float, level: str, currency: str) -> str:
    if part < 0:
        return f"{name} earned {exact(-part, currency)} on average on the worst days ({level}):<br>it lowers the expected shortfall by {percent(-part / total)}"
    return f"{name} lost {exact(part, currency)} on average on the worst days ({level}):<br>{percent(part / total)} of the expected shortfall"
