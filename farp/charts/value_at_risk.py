"""Value at risk: the distribution of daily P&L, one day of the tail, and the figure through time.

Losses are to the left of zero and below it, as P&L; a VaR of 3,116 is drawn at -3,116.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from farp.analysis import RiskReport
from farp.charts.axes import around, count_axis, money_axis
from farp.charts.bars import Bar, horizontal_bars
from farp.charts.lines import date_axis
from farp.charts.theme import KEY_HEIGHT, SMALL, Palette, drawn, key, see_through, sentence
from farp.charts.words import brief, dated, exact, holding_label, holding_name, iso, largest_and_rest, lost_or_gained, others
from farp.engine.checks import Floats
from farp.format import confidence as shown_confidence
from farp.format import day as shown_day
from farp.format import percent

FEWEST_BINS, MOST_BINS = 14, 44
MOST_ROWS = 20

LINE_OF_TEXT = 0.075  # of the plot's height


def loss_histogram(report: RiskReport, palette: Palette) -> go.Figure:
    """Draw the P&L of each day of the lookback with today's holdings; days that lost more than the first VaR are red.

    One bin edge lies exactly on that VaR, so the red bars hold the days beyond it and no other.
    """
    profit_and_loss, currency = report.profit_and_loss, report.base_currency
    if not profit_and_loss.any() or np.ptp(profit_and_loss) == 0:
        return sentence(f"The value of these holdings did not move on any of the {report.observations} days.", palette)
    figures = [figure for figure in report.value_at_risk if figure.horizon_days == 1]
    edge = -figures[0].amount if figures else 0.0
    edges, counts = bins(profit_and_loss, edge)
    kept = [place for place, count in enumerate(counts) if count]
    tail = sum(count for count, right in zip(counts, edges[1:], strict=True) if right <= edge)
    beyond = f"<br>{_days(tail)} of {report.observations} lost more than the VaR {shown_confidence(figures[0].confidence)}" if figures else ""
    bars: dict[str, Any] = {
        "type": "bar",
        "x": [(edges[place] + edges[place + 1]) / 2 for place in kept],
        "y": [counts[place] for place in kept],
        "width": edges[1] - edges[0],
        "marker": {
            "color": [palette.loss if figures and edges[place + 1] <= edge else palette.primary for place in kept],
            "line": {"width": 1, "color": palette.background},
        },
        "hovertext": [
            f"On {_days(counts[place])} of {report.observations} the portfolio {_between(edges[place], edges[place + 1], currency)}"
            + (beyond if edges[place + 1] <= edge else "")
            for place in kept
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    low, high = around([edges[kept[0]], edges[kept[-1] + 1]], room=0.015)
    lines = [
        (-figure.amount, "VaR", figure.confidence, figure.amount, _stays_below(figure.confidence, figure.amount, currency)) for figure in figures
    ]
    if figures:
        first = figures[0]
        lines.append(
            (
                -first.expected_shortfall,
                "ES",
                first.confidence,
                first.expected_shortfall,
                f"The worst {percent(1 - first.confidence, 0)} of days: {lost_or_gained(-first.expected_shortfall, currency)} on average",
            )
        )
    shapes, annotations = labelled_lines(lines, low, high, currency, palette)
    layout = {
        "bargap": 0,
        "shapes": shapes,
        "annotations": annotations,
        "xaxis": money_axis(low, high, currency, f"Profit or loss of one day, {currency}") | {"showgrid": False},
        "yaxis": count_axis(max(counts), "Days", room=LINE_OF_TEXT * len(lines) + 0.02),
    }
    return drawn([bars], layout, palette)


def tail_day_bars(report: RiskReport, day: int, palette: Palette) -> go.Figure:
    """Draw what each position lost or gained on day `day` of `report.dates`, the largest loss first."""
    column, currency = report.position_profit_and_loss[:, day], report.base_currency
    when = shown_day(dated(report.dates[day]))
    shown, rest = largest_and_rest(column, MOST_ROWS)
    rows = [(holding_label(report.holdings[i]), holding_name(report.holdings[i]), float(column[i])) for i in shown]
    rows.sort(key=lambda row: row[2])
    if len(rest):
        rows.append((others(len(rest)), f"The other {len(rest)} positions together", float(column[rest].sum())))
    bars = [
        Bar(
            label=label,
            value=amount,
            text=brief(amount, currency),
            hover=f"On {when} {name}<br>{lost_or_gained(amount, currency)}",
            colour=palette.loss if amount < 0 else palette.gain,
        )
        for label, name, amount in rows
    ]
    return horizontal_bars(bars, palette, f"Profit or loss on {when}, {currency}")


def rolling_value_at_risk(report: RiskReport, palette: Palette) -> go.Figure:
    """Draw each day's P&L and, below, the VaR that was known the evening before; days that lost more than it are marked."""
    currency = report.base_currency
    if not report.profit_and_loss.any():
        return sentence(f"The value of these holdings did not move on any of the {report.observations} days.", palette)
    level = shown_confidence(report.spec.confidences[0])
    rolling = report.rolling_value_at_risk
    # the figure of one evening is the limit of the next day; the last one is tomorrow's
    next_day = np.busday_offset(report.dates[-1], 1, roll="forward")
    dates = np.append(report.dates, next_day)
    before = np.searchsorted(rolling.dates, dates) - 1
    known = before >= 0
    limit = np.full(len(dates), np.nan)
    limit[known] = rolling.values[before[known]]
    breached = np.flatnonzero(-report.profit_and_loss > limit[:-1])
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "x": iso(report.dates),
            "y": report.profit_and_loss.tolist(),
            "marker": {"color": see_through(palette.muted, 0.5), "line": {"width": 0}},
            "hovertext": [
                lost_or_gained(amount, currency) + (", more than the VaR" if beyond else "")
                for amount, beyond in zip(report.profit_and_loss.tolist(), (-report.profit_and_loss > limit[:-1]).tolist(), strict=True)
            ],
            "hovertemplate": "The portfolio %{hovertext}<extra></extra>",
        }
    ]
    enough = int(known.sum()) > 1
    if enough:
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": iso(dates[known]),
                "y": (-limit[known]).tolist(),
                "line": {"color": palette.primary, "width": 2, "shape": "hv"},
                "hovertext": [exact(amount, currency) for amount in limit[known].tolist()],
                "hovertemplate": f"VaR {level}, known the evening before: %{{hovertext}}<extra></extra>",
            }
        )
    if len(breached):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": iso(report.dates[breached]),
                "y": report.profit_and_loss[breached].tolist(),
                "marker": {"color": palette.loss, "size": 8, "line": {"width": 1, "color": palette.background}},
                "hoverinfo": "skip",
            }
        )
    finite = [*report.profit_and_loss.tolist(), *(-limit[known]).tolist()]
    low, high = around(finite, room=0.06)
    layout = {
        "annotations": [_key(level, len(breached), int(known[:-1].sum()), enough, palette)],
        "bargap": 0.15,
        "hovermode": "x unified",
        "margin": {"t": KEY_HEIGHT},
        "xaxis": date_axis(report.dates[0] - np.timedelta64(1, "D"), next_day + np.timedelta64(2, "D")),
        "yaxis": money_axis(low, high, currency, f"Profit or loss of one day, {currency}") | {"zeroline": True},
    }
    return drawn(traces, layout, palette)


def _key(level: str, breaches: int, compared: int, enough: bool, palette: Palette) -> dict[str, Any]:
    """Return the line of text above the chart that says what line and dots are."""
    if not enough:
        return key([("", palette.muted, "There is too little earlier history for a rolling VaR.")], palette)
    return key(
        [
            ("—", palette.primary_text, f"VaR {level}, evening before"),
            ("●", palette.loss_text, f"{breaches} of {compared} days beyond"),
        ],
        palette,
    )


def bins(profit_and_loss: Floats, edge: float) -> tuple[list[float], list[int]]:
    """Return bin edges, `edge` among them, and the days in each; a day on an edge belongs to the bin on its right.

    The width follows the interquartile range (Freedman and Diaconis), within a number of bins that reads well.
    """
    low, high = float(profit_and_loss.min()), float(profit_and_loss.max())
    quartile_1, quartile_3 = np.quantile(profit_and_loss, [0.25, 0.75])
    width = 1.6 * float(quartile_3 - quartile_1) / len(profit_and_loss) ** (1 / 3)
    width = min(max(width, (high - low) / MOST_BINS), (high - low) / FEWEST_BINS)
    place = np.floor((profit_and_loss - edge) / width).astype(int)
    first, last = min(int(place.min()), 0), max(int(place.max()), -1)
    counts = np.bincount(place - first, minlength=last - first + 1)
    return [edge + k * width for k in range(first, last + 2)], counts.tolist()


def labelled_lines(
    lines: list[tuple[float, str, float, float, str]], low: float, high: float, currency: str, palette: Palette
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a vertical line for each (place, name, confidence, amount, hover), and its label.

    The lines are steps of a stair: each label has a line of text for itself and runs towards the shorter lines, above
    their ends. So labels cross neither each other nor a line, however narrow the chart is.
    """
    to_the_right = not lines or min(place for place, *_ in lines) < (low + high) / 2
    ordered = sorted(lines, key=lambda line: line[0] if to_the_right else -line[0])
    shapes, annotations = [], []
    for step, (place, name, level, amount, hover) in enumerate(ordered):
        top = 1.0 - step * LINE_OF_TEXT
        shapes.append(
            {
                "type": "line",
                "x0": place,
                "x1": place,
                "y0": 0,
                "y1": top,
                "yref": "y domain",
                "line": {"color": palette.loss, "width": 1.5, "dash": "dot" if name == "VaR" else "solid"},
            }
        )
        annotations.append(
            {
                "text": f"{name} {shown_confidence(level)}  <b>{brief(amount, currency)}</b>",
                "hovertext": hover,
                "x": place,
                "y": top,
                "yref": "y domain",
                "xanchor": "left" if to_the_right else "right",
                "yanchor": "top",
                "xshift": 2 if to_the_right else -2,
                "yshift": 3,
                "showarrow": False,
                "font": {"color": palette.loss_text, "size": SMALL},
            }
        )
    return shapes, annotations


def _stays_below(confidence: float, amount: float, currency: str) -> str:
    out_of = round(1.0 / (1.0 - confidence))
    if amount < 0:
        return f"On {out_of - 1} of {out_of} days the portfolio gains at least {exact(-amount, currency)}"
    return f"On {out_of - 1} of {out_of} days the loss stays below {exact(amount, currency)}"


def _between(left: float, right: float, currency: str) -> str:
    if right <= 0:
        return f"lost {exact(-right, currency)} to {exact(-left, currency)}"
    if left >= 0:
        return f"gained {exact(left, currency)} to {exact(right, currency)}"
    return f"ended between a loss of {exact(-left, currency)} and a gain of {exact(right, currency)}"


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
