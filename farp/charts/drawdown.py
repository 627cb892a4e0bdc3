"""How the value of today's holdings went: against the benchmark, below its peaks, and how restless and rewarding it was."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import plotly.graph_objects as go

from farp.analysis import RiskReport, Series
from farp.charts.axes import around, money_axis, number_axis, percent_axis
from farp.charts.lines import Line, date_axis, end_labels, line_trace
from farp.charts.theme import SMALL, Palette, drawn, see_through, sentence
from farp.charts.words import iso, numbers, plain
from farp.format import day as shown_day
from farp.format import money, number, percent

_TOO_SHORT = "There is too little common history for any of the windows."


def value_path(report: RiskReport, palette: Palette) -> go.Figure:
    """Draw the value of today's quantities through the lookback, the benchmark scaled to start level, and the deepest fall."""
    currency, value = report.base_currency, report.value
    lines = [
        Line(
            name="Portfolio",
            series=value,
            colour=palette.primary,
            text_colour=palette.primary_text,
            hover="The holdings were worth %{hovertext}",
            hovertext=[money(amount, currency) for amount in value.values.tolist()],
        )
    ]
    benchmark = _rebased_benchmark(report)
    if benchmark is not None and report.benchmark is not None:
        lines.append(
            Line(
                name=plain(report.benchmark.name),
                series=benchmark,
                colour=palette.muted,
                text_colour=palette.muted,
                hover=f"The same money in the {plain(report.benchmark.name)}: %{{hovertext}}",
                hovertext=[money(amount, currency) for amount in benchmark.values.tolist()],
                width=1.5,
            )
        )
    low, high = around([amount for line in lines for amount in line.series.values.tolist()], room=0.12)
    labels, right = end_labels(lines, low, high)
    peak_and_trough, annotations = _peak_and_trough(report, palette)
    layout = {
        "hovermode": "x unified",
        "margin": {"r": right},
        "annotations": labels + annotations,
        "xaxis": date_axis(value.dates[0], value.dates[-1]),
        "yaxis": money_axis(low, high, currency, f"Value, {currency}"),
    }
    return drawn([line_trace(line) for line in reversed(lines)] + peak_and_trough, layout, palette)


def underwater(report: RiskReport, palette: Palette) -> go.Figure:
    """Draw how far the value lay below its running peak each day, downwards, in percent of that peak."""
    series, fall = report.drawdown.underwater, report.drawdown
    if not np.isfinite(series.values).all():
        return sentence("The value touched zero or less, so a fall in percent of the peak has no meaning.", palette)
    if fall.maximum is None or fall.trough_date is None or not series.values.any():
        return sentence("The value never fell below an earlier peak.", palette)
    depth = float(series.values.max())
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": iso(series.dates),
        "y": numbers(series.values),
        "fill": "tozeroy",
        "fillcolor": see_through(palette.loss, 0.18),
        "line": {"color": palette.loss, "width": 1.5},
        "hovertemplate": "On %{x|%-d %b %Y} the value was %{y:.1%} below its peak<extra></extra>",
    }
    deepest = _note(
        f"Deepest: {percent(fall.maximum)}, {shown_day(fall.trough_date)}", fall.trough_date, fall.maximum, series, "top", palette.loss_text, palette
    )
    axis = percent_axis(0.0, depth * 1.2, "Below the peak")
    layout = {
        "hovermode": "x",
        "annotations": [deepest],
        "xaxis": date_axis(series.dates[0], series.dates[-1]),
        "yaxis": axis | {"range": [depth * 1.2, 0.0]},
    }
    return drawn([trace, _dot(fall.trough_date, fall.maximum, palette.loss, palette)], layout, palette)


def rolling_volatility(report: RiskReport, palette: Palette) -> go.Figure:
    """Draw the annualised volatility of the last 20, 60 and 252 days through the lookback; windows without values are left out."""
    lines = [
        _window_line(window, series, palette, place, f"Volatility of the {window} days before: %{{y:.1%}} a year")
        for place, (window, series) in enumerate(report.rolling_volatility.items())
        if np.isfinite(series.values).any()
    ]
    if not lines or not report.profit_and_loss.any():
        return sentence(_why_no_ratio(report), palette)
    low, high = around((value for line in lines for value in line.series.values.tolist()), room=0.08, zero=True)
    return _rolling(lines, percent_axis(low, high, "Volatility, a year"), low, high, palette)


def rolling_sharpe_ratio(report: RiskReport, palette: Palette) -> go.Figure:
    """Draw the Sharpe ratio of the last 20, 60 and 252 days through the lookback; windows without values are left out."""
    lines = [
        _window_line(
            window,
            series,
            palette,
            place,
            f"Sharpe ratio of the {window} days before: %{{hovertext}}",
            [number(value) for value in series.values.tolist()],
        )
        for place, (window, series) in enumerate(report.rolling_sharpe_ratio.items())
        if np.isfinite(series.values).any()
    ]
    if not lines or not report.profit_and_loss.any():
        return sentence(_why_no_ratio(report), palette)
    low, high = around((value for line in lines for value in line.series.values.tolist()), room=0.06, zero=True)
    axis = number_axis(low, high, "Sharpe ratio") | {"zeroline": True, "zerolinewidth": 1}
    return _rolling(lines, axis, low, high, palette)


def _rebased_benchmark(report: RiskReport) -> Series | None:
    """Return the benchmark in money, level with the portfolio on the first day they share; None without a positive value there."""
    if report.benchmark is None:
        return None
    path, value = report.benchmark.path, report.value
    inside = path.dates >= value.dates[0]
    dates, relative = path.dates[inside], path.values[inside]
    if len(dates) < 2:
        return None
    start = float(value.values[np.searchsorted(value.dates, dates[0])])
    if start <= 0:
        return None
    return Series(dates=dates, values=relative * (start / relative[0]))


def _peak_and_trough(report: RiskReport, palette: Palette) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    fall = report.drawdown
    if fall.peak_date is None or fall.trough_date is None or fall.peak_value is None or fall.trough_value is None:
        return [], []
    dots = [_dot(fall.peak_date, fall.peak_value, palette.primary, palette), _dot(fall.trough_date, fall.trough_value, palette.loss, palette)]
    notes = [
        _note(f"Peak {shown_day(fall.peak_date)}", fall.peak_date, fall.peak_value, report.value, "bottom", palette.ink, palette),
        _note(f"Trough {shown_day(fall.trough_date)}", fall.trough_date, fall.trough_value, report.value, "top", palette.ink, palette),
    ]
    return dots, notes


def _dot(date: dt.date, value: float, colour: str, palette: Palette) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [date.isoformat()],
        "y": [value],
        "cliponaxis": False,
        "marker": {"color": colour, "size": 9, "line": {"width": 1.5, "color": palette.background}},
        "hoverinfo": "skip",
    }


def _note(text: str, date: dt.date, value: float, series: Series, anchor: str, colour: str, palette: Palette) -> dict[str, Any]:
    """Return a label above (`anchor` bottom) or below (top) a point, running inwards when the point is near an end."""
    first, last = series.dates[0], series.dates[-1]
    share = float((np.datetime64(date, "D") - first) / (last - first))
    side = "left" if share < 0.25 else "right" if share > 0.75 else "center"
    return {
        "text": text,
        "x": date.isoformat(),
        "y": value,
        "xanchor": side,
        "yanchor": anchor,
        "yshift": 6 if anchor == "bottom" else -6,
        "xshift": {"left": 3, "right": -3, "center": 0}[side],
        "showarrow": False,
        "bgcolor": see_through(palette.background, 0.7),
        "borderpad": 1,
        "font": {"color": colour, "size": SMALL},
    }


def _window_line(window: int, series: Series, palette: Palette, place: int, hover: str, hovertext: list[str] | None = None) -> Line:
    """Return the line of one window: the longer, the calmer the line and the stronger its colour."""
    colours = ((palette.amber, palette.amber_text, 1.2), (palette.gain, palette.gain_text, 1.6), (palette.primary, palette.primary_text, 2.4))
    colour, text_colour, width = colours[place % len(colours)]
    return Line(name=f"{window} days", series=series, colour=colour, text_colour=text_colour, hover=hover, hovertext=hovertext, width=width)


def _rolling(lines: list[Line], axis: dict[str, Any], low: float, high: float, palette: Palette) -> go.Figure:
    labels, right = end_labels(lines, low, high)
    days = np.concatenate([line.series.dates for line in lines])
    layout = {
        "hovermode": "x unified",
        "margin": {"r": right},
        "annotations": labels,
        "xaxis": date_axis(days.min(), days.max()),
        "yaxis": axis,
    }
    return drawn([line_trace(line) for line in lines], layout, palette)


def _why_no_ratio(report: RiskReport) -> str:
    if report.net_asset_value <= 0:
        return "The net asset value is not positive, so returns in percent are undefined."
    if not report.profit_and_loss.any():
        return f"The value of these holdings did not move on any of the {report.observations} days."
    return _TOO_SHORT
