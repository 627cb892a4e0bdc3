"""What if: scenarios ranked, who would lose in one of them, and what would have to happen for a given loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from farp.analysis.reverse_stress import ReverseStressAnalysis
from farp.analysis.stress import StressAnalysis, StressResult, reached_share
from farp.analysis.window import Window
from farp.charts.axes import around, money_axis, percent_axis
from farp.charts.bars import Bar, horizontal_bars
from farp.charts.lines import date_axis
from farp.charts.theme import KEY_HEIGHT, Palette, blend, drawn, key, sentence, wrapped
from farp.charts.waterfall import Step, waterfall
from farp.charts.words import brief, holding_label, holding_name, iso, largest_and_rest, lost_or_gained, others, plain, short
from farp.engine.checks import Floats
from farp.engine.stress_library import HistoricalScenario
from farp.format import day, number, percent, short_money

MOST_SCENARIOS = 40
MOST_HOLDINGS = 20
LONGEST_NAME = 26
STAND_IN = "≈"

_PALE = 0.55  # of the colour is left where stand-ins or gaps are part of the figure


def scenario_bars(result: StressAnalysis, palette: Palette, chosen: str | None = None) -> go.Figure:
    """Draw what each scenario makes of the portfolio, the largest loss first, in percent of its value (in money where that is not positive).

    Bars that rest in part on stand-ins are pale; the name of the `chosen` scenario is bold. Scenarios that move no holding, and beyond 40 the
    mildest, are left to the table.
    """
    window, ranked = result.window, tuple(one for one in result.ranked if not one.still)
    if not ranked:
        why = (
            "No scenario moves any of these holdings."
            if result.ranked
            else "No scenario has a figure for these holdings on this day; the reasons are below."
        )
        return sentence(why, palette)
    if len(ranked) > MOST_SCENARIOS:
        largest = {id(one) for one in sorted(ranked, key=lambda one: -abs(one.total or 0.0))[:MOST_SCENARIOS]}
        ranked = tuple(one for one in ranked if id(one) in largest)
    in_percent = window.net_asset_value > 0
    bars = []
    for one in ranked:
        total = one.total or 0.0
        name = plain(short(one.scenario.name, LONGEST_NAME))
        colour = palette.loss if total < 0 else palette.gain
        bars.append(
            Bar(
                label=f"<b>{name}</b>" if one.scenario.id == chosen else name,
                value=(one.fraction or 0.0) if in_percent else total,
                text=percent(one.fraction) if in_percent else short_money(total, window.base_currency),
                hover=_scenario_hover(one, result),
                colour=colour if one.priced >= 1.0 else blend(palette.background, colour, _PALE),
            )
        )
    title = "Percent of the value" if in_percent else f"Profit and loss, {window.base_currency}"
    figure = horizontal_bars(bars, palette, title)
    if any(one.priced < 1.0 for one in ranked):
        pale = "".join(
            f'<span style="color:{blend(palette.background, colour, _PALE)}"><b>■</b></span>'
            for colour, there in (
                (palette.loss, any(one.priced < 1.0 and (one.total or 0.0) < 0 for one in ranked)),
                (palette.gain, any(one.priced < 1.0 and (one.total or 0.0) >= 0 for one in ranked)),
            )
            if there
        )
        note = key([], palette) | {"text": f"{pale} with stand-ins or gaps"}
        figure.update_layout(annotations=[note], margin={"t": KEY_HEIGHT}, height=figure.layout.height + KEY_HEIGHT - 8)
    return figure


def stress_waterfall(result: StressResult, window: Window, palette: Palette) -> go.Figure:
    """Draw what each holding adds to the outcome of a scenario, the largest loss first, down to the total; the smallest are added up."""
    if result.total is None:
        return sentence(result.because or "This scenario has no figure.", palette)

    def hover(i: int) -> str:
        moved = "rises" if result.moves[i] >= 0 else "falls"
        said = f"{holding_name(window.holdings[i])} {moved} {percent(abs(float(result.moves[i])))}:<br>"
        said += f"{lost_or_gained(float(result.profit_and_loss[i]), window.base_currency)}"
        if result.proxied[i]:
            said += f"<br>no price then; moved by its factor loadings (R² {percent(float(result.r_squared[i]), 0)})"
        return said + ("<br>more than everything, which no price can" if result.impossible[i] else "")

    labels = [
        f"{holding_label(holding)} {STAND_IN}" if flag else holding_label(holding)
        for holding, flag in zip(window.holdings, result.proxied, strict=True)
    ]
    return _waterfall(result.profit_and_loss, result.reached, labels, hover, result.total, window, palette)


def reverse_waterfall(result: ReverseStressAnalysis, palette: Palette) -> go.Figure:
    """Draw what each holding loses in the move that loses the given amount, down to that loss."""
    window, found = result.window, result.result

    def hover(i: int) -> str:
        return f"{holding_name(window.holdings[i])}:<br>{lost_or_gained(float(found.profit_and_loss[i]), window.base_currency)}"

    everyone = np.ones(len(window.holdings), dtype=bool)
    return _waterfall(found.profit_and_loss, everyone, [holding_label(holding) for holding in window.holdings], hover, -found.loss, window, palette)


def factor_moves(result: ReverseStressAnalysis, palette: Palette) -> go.Figure:
    """Draw how far each factor moves in the likeliest way to the given loss, in the order of the factor set."""
    bars = []
    for name, move, deviation in zip(result.factors.names, result.result.factor_moves.tolist(), result.deviations.tolist(), strict=True):
        relative = f"{number(abs(move) / deviation, 1)} standard deviations of its own" if deviation > 0 else "it never moved in the lookback"
        bars.append(
            Bar(
                label=plain(short(name, LONGEST_NAME)),
                value=move,
                text=percent(move),
                hover=f"{plain(name)} {'rises' if move >= 0 else 'falls'} {percent(abs(move), 2)}<br>{relative}",
                colour=palette.primary,
            )
        )
    over = "a day" if result.horizon_days == 1 else f"{result.horizon_days} trading days"
    return horizontal_bars(bars, palette, f"Move within {over}, percent")


def factor_past(result: ReverseStressAnalysis, palette: Palette) -> go.Figure:
    """Draw what the factors would have made of today's holdings in every period of that length, and the loss asked for."""
    window, past, loss = result.window, result.past, result.result.loss
    scale = window.net_asset_value if window.net_asset_value > 0 else None
    values = past.values / scale if scale else past.values
    limit = -loss / scale if scale else -loss
    low, high = around([*values.tolist(), limit], room=0.1, zero=True)
    bad = values <= limit * (1.0 - 1e-12)
    over = "1 day" if result.horizon_days == 1 else f"{result.horizon_days} days"
    amounts = [lost_or_gained(float(amount), window.base_currency) for amount in past.values]
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": iso(past.dates),
            "y": [float(f"{value:.6g}") for value in values.tolist()],
            "line": {"color": palette.primary, "width": 1.5},
            "hovertext": amounts,
            "hovertemplate": f"{over} to %{{x|%-d %b %Y}}:<br>%{{hovertext}}<extra></extra>",
        }
    ]
    if bad.any():
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": iso(past.dates[bad]),
                "y": [float(f"{value:.6g}") for value in values[bad].tolist()],
                "marker": {"color": palette.loss, "size": 5},
                "hoverinfo": "skip",
            }
        )
    label = f"{percent(limit)} asked for" if scale else f"{short_money(limit, window.base_currency)} asked for"
    note = key([("━", palette.loss, label)], palette)  # above the plot: on the line it would lie on the curve wherever the loss is reached
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": limit, "y1": limit, "line": {"color": palette.loss, "width": 1.5}}
    title = f"Through the factors, {over}"
    axis = (
        percent_axis(low, high, f"{title}, % of value") if scale else money_axis(low, high, window.base_currency, f"{title}, {window.base_currency}")
    )
    layout = {
        "hovermode": "x",
        "shapes": [line],
        "annotations": [note],
        "margin": {"t": KEY_HEIGHT},
        "xaxis": date_axis(past.dates[0], past.dates[-1]),
        "yaxis": axis,
    }
    return drawn(traces, layout, palette)


def _scenario_hover(one: StressResult, result: StressAnalysis) -> str:
    currency, scenario = result.window.base_currency, one.scenario
    said = f"{plain(short(scenario.name, 60))}: {lost_or_gained(one.total or 0.0, currency)}"
    if one.fraction is not None:
        said += f" ({percent(one.fraction)})"
    if one.partial:
        said += f",<br>the outcome of the {reached_share(one.covered)} reached"
    if isinstance(scenario, HistoricalScenario):
        said += f"<br>{day(scenario.start)} to {day(scenario.end)}"
        if one.benchmark_move is not None:
            said += f"; {plain(short(result.benchmark_name, LONGEST_NAME))} {percent(one.benchmark_move)}"
    elif scenario.what:
        said += "".join(f"<br>{row}" for row in wrapped(plain(short(scenario.what, 150)), 52))
    if one.priced < 1.0:
        said += (
            f"<br>own prices of {percent(one.priced, 0)}, stand-ins {percent(one.covered - one.priced, 0)}, missing {percent(1.0 - one.covered, 0)}"
        )
    return said


def _waterfall(
    amounts: Floats, reached: NDArray[np.bool_], labels: Sequence[str], hover: Any, total: float, window: Window, palette: Palette
) -> go.Figure:
    currency = window.base_currency
    moving = np.flatnonzero(reached & (np.nan_to_num(amounts) != 0.0))
    if not len(moving):
        return sentence("No holding moves in this scenario.", palette)
    shown, rest = largest_and_rest(amounts[moving], MOST_HOLDINGS)
    steps = [
        Step(
            label=labels[i],
            value=float(amounts[i]),
            text=brief(float(amounts[i]), currency),
            hover=hover(int(i)),
            colour=_colour(amounts[i], palette),
        )
        for i in sorted(moving[shown].tolist(), key=lambda i: amounts[i])
    ]
    if len(rest):
        left = float(amounts[moving[rest]].sum())
        said = f"The other {len(rest)} holdings {lost_or_gained(left, currency)} together"
        steps.append(Step(label=others(len(rest)), value=left, text=brief(left, currency), hover=said, colour=_colour(left, palette)))
    share = window.of_value(total)
    written = f"{brief(total, currency)}" + (f" ({percent(share)})" if share is not None else "")
    final = Step(
        label="<b>Total</b>",
        value=total,
        text=f"<b>{written}</b>",
        hover=f"Together: {lost_or_gained(total, currency)}",
        colour=palette.muted,
    )
    return waterfall(steps, final, palette, f"Profit and loss, {currency}")


def _colour(amount: float, palette: Palette) -> str:
    return palette.loss if amount < 0 else palette.gain
