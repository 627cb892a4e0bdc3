"""How today's holdings would have done: months on a calendar, figures that roll, and the worst falls. Red is a loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import plotly.graph_objects as go

from farp.analysis.performance import Calendar, PerformanceAnalysis
from farp.analysis.window import Series
from farp.charts.axes import Axis, around, number_axis, percent_axis
from farp.charts.heatmap import heatmap
from farp.charts.lines import Line, date_axis, end_labels, line_trace
from farp.charts.theme import SMALL, Palette, drawn, see_through, sentence
from farp.charts.words import iso, numbers, plain
from farp.format import day, number, percent

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
ROLLING_HEIGHT = 260
_NO_VALUE = "The net asset value is not positive, so returns in percent are undefined."


def calendar_heatmap(result: PerformanceAnalysis, palette: Palette) -> go.Figure:
    """Draw the return of each month, a row for each year with its total at the end, the latest year on top; a star marks what is incomplete."""
    calendar = result.calendar
    if calendar is None:
        return sentence(_NO_VALUE, palette)
    table = calendar.returns
    months = 100.0 * table.months[::-1]
    years = table.years[::-1].tolist()
    whole = 100.0 * table.year[::-1]
    cells = np.column_stack([months, whole])
    texts = [
        [_text(value, (year, month) in calendar.partial) for month, value in enumerate(row, start=1)]
        + [f"<b>{_text(total, year in calendar.partial_years)}</b>" if np.isfinite(total) else ""]
        for year, row, total in zip(years, months.tolist(), whole.tolist(), strict=True)
    ]
    hovers = [
        [_month_sentence(calendar, year, month, value) for month, value in enumerate(row, start=1)] + [_year_sentence(calendar, year, total)]
        for year, row, total in zip(years, months.tolist(), whole.tolist(), strict=True)
    ]
    faint = np.zeros(cells.shape, dtype=bool)
    faint[:, -1] = True  # a year would drown the months
    strongest = float(np.abs(months[np.isfinite(months)]).max(initial=0.0)) or 1.0
    title = "Return in % of each month, daily returns compounded" + ("; * incomplete" if calendar.partial or calendar.partial_years else "")
    labels = [str(year) for year in years]
    # the sign turned: a loss takes the red end of the scale
    return heatmap(-cells, texts, hovers, faint, labels, [*MONTHS, "Year"], [("", "")] * 13, title, palette, strongest=strongest)


def rolling_return(result: PerformanceAnalysis, palette: Palette) -> go.Figure:
    """Draw the compounded return of the days before each day, beside the benchmark's."""
    rolling = result.rolling
    if rolling is None:
        return sentence(_NO_VALUE, palette, ROLLING_HEIGHT)
    return _lines(result, rolling.total_return, rolling.benchmark_total_return, percent, percent_axis, f"Return over {rolling.window} days", palette)


def rolling_volatility(result: PerformanceAnalysis, palette: Palette) -> go.Figure:
    """Draw the volatility of the days before each day, beside the benchmark's."""
    rolling = result.rolling
    if rolling is None:
        return sentence(_NO_VALUE, palette, ROLLING_HEIGHT)
    return _lines(result, rolling.volatility, rolling.benchmark_volatility, percent, percent_axis, "Volatility, a year", palette)


def rolling_sharpe_ratio(result: PerformanceAnalysis, palette: Palette) -> go.Figure:
    """Draw the Sharpe ratio of the days before each day, beside the benchmark's."""
    rolling = result.rolling
    if rolling is None:
        return sentence(_NO_VALUE, palette, ROLLING_HEIGHT)
    return _lines(result, rolling.sharpe_ratio, rolling.benchmark_sharpe_ratio, number, number_axis, "Sharpe ratio", palette)


def rolling_beta(result: PerformanceAnalysis, palette: Palette) -> go.Figure:
    """Draw the beta of the days before each day."""
    rolling = result.rolling
    if rolling is None:
        return sentence(_NO_VALUE, palette, ROLLING_HEIGHT)
    if result.benchmark is None:
        return sentence("There is no benchmark to compare with.", palette, ROLLING_HEIGHT)
    nothing = Series(dates=rolling.beta.dates[:0], values=rolling.beta.values[:0])
    return _lines(result, rolling.beta, nothing, number, number_axis, f"Beta to {plain(result.benchmark.name)}", palette)


def worst_falls(result: PerformanceAnalysis, palette: Palette) -> go.Figure:
    """Draw how far the value lay below its running peak, and number the worst falls at their lowest days."""
    series = result.underwater
    if not np.isfinite(series.values).all():
        return sentence("The value touched zero or less, so a fall in percent of the peak has no meaning; the table has the amounts.", palette)
    if not result.worst_drawdowns:
        return sentence("The value never fell below an earlier peak.", palette)
    depth = float(series.values.max())
    falls = result.worst_drawdowns
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": iso(series.dates),
            "y": numbers(series.values),
            "fill": "tozeroy",
            "fillcolor": see_through(palette.loss, 0.18),
            "line": {"color": palette.loss, "width": 1.5},
            "hovertemplate": "On %{x|%-d %b %Y} the value was %{y:.1%} below its peak<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [fall.trough.isoformat() for fall in falls],
            "y": [fall.depth for fall in falls],
            "text": [f"<b>{place}</b>" for place in range(1, len(falls) + 1)],
            "textposition": "bottom center",
            "textfont": {"color": palette.loss_text, "size": SMALL},
            "cliponaxis": False,
            "marker": {"color": palette.loss, "size": 7, "line": {"width": 1.5, "color": palette.background}},
            "hovertext": [
                f"{percent(fall.depth)} from {day(fall.peak)} to {day(fall.trough)}<br>"
                + (f"made good on {day(fall.recovery)}" if fall.recovery else "not made good yet")
                for fall in falls
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
    ]
    axis = percent_axis(0.0, depth * 1.2, "Below the peak")
    layout = {"hovermode": "closest", "xaxis": date_axis(series.dates[0], series.dates[-1]), "yaxis": axis | {"range": [depth * 1.2, 0.0]}}
    return drawn(traces, layout, palette, ROLLING_HEIGHT)


def _lines(
    result: PerformanceAnalysis,
    own: Series,
    theirs: Series,
    write: Callable[[float], str],
    axis: Callable[[float, float, str], Axis],
    title: str,
    palette: Palette,
) -> go.Figure:
    lines = _pair(result, own, theirs, write, palette)
    if not lines:
        return sentence(_why_empty(result), palette, ROLLING_HEIGHT)
    low, high = around((value for line in lines for value in line.series.values.tolist()), room=0.08, zero=True)
    return _figure(lines, axis(low, high, title) | {"zeroline": True, "zerolinewidth": 1}, low, high, palette)


def _pair(result: PerformanceAnalysis, own: Series, theirs: Series, write: Callable[[float], str], palette: Palette) -> list[Line]:
    """Return the lines of the portfolio and the benchmark, those that have any value; nothing where the portfolio has none."""
    if not len(own.values):
        return []
    lines = [
        Line(
            name="Portfolio",
            series=own,
            colour=palette.primary,
            text_colour=palette.primary_text,
            hover="Portfolio %{hovertext}",
            hovertext=[write(value) for value in own.values.tolist()],
        )
    ]
    if result.benchmark is not None and len(theirs.values):
        name = plain(result.benchmark.name)
        lines.append(
            Line(
                name=name,
                series=theirs,
                colour=palette.muted,
                text_colour=palette.muted,
                hover=f"{name} %{{hovertext}}",
                hovertext=[write(value) for value in theirs.values.tolist()],
                width=1.5,
            )
        )
    return lines


def _figure(lines: list[Line], axis: Axis, low: float, high: float, palette: Palette) -> go.Figure:
    labels, right = end_labels(lines, low, high, ROLLING_HEIGHT)
    days = np.concatenate([line.series.dates for line in lines])
    layout = {
        "hovermode": "x unified",
        "margin": {"r": right},
        "annotations": labels,
        "xaxis": date_axis(days.min(), days.max()),
        "yaxis": axis,
    }
    return drawn([line_trace(line) for line in reversed(lines)], layout, palette, ROLLING_HEIGHT)


def _why_empty(result: PerformanceAnalysis) -> str:
    if not result.window.profit_and_loss.any():
        return f"The value of these holdings did not move on any of the {result.window.observations} days."
    window = result.rolling.window if result.rolling else 0
    return f"There are fewer than {window} days of common history, or the figure is undefined on all of them."


def _text(value: float, partial: bool) -> str:
    """Return a return in percent with few characters, for a cell of a calendar."""
    if not np.isfinite(value):
        return ""
    return number(value, 1 if abs(value) < 9.95 else 0) + ("*" if partial else "")


def _month_sentence(calendar: Calendar, year: int, month: int, value: float) -> str:
    if not np.isfinite(value):
        return ""
    part = "<br>only a part of its days" if (year, month) in calendar.partial else ""
    return f"{MONTH_NAMES[month - 1]} {year}: {_gained(value)}{part}"


def _year_sentence(calendar: Calendar, year: int, value: float) -> str:
    if not np.isfinite(value):
        return f"{year}: undefined"
    part = "<br>only a part of its days" if year in calendar.partial_years else ""
    return f"{year} as a whole: {_gained(value)}{part}"


def _gained(value: float) -> str:
    return f"today's weights {'lost' if value < 0 else 'gained'} {percent(abs(value) / 100.0, 2)}"
