"""The book: risk against return of its portfolios, the names it holds most, and what moves the whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from farp.analysis import RiskReport
from farp.analysis.book_total import Held
from farp.charts.axes import around, percent_axis
from farp.charts.bars import Bar, Mark, horizontal_bars, marked_bars
from farp.charts.theme import Palette, blend, drawn, sentence
from farp.charts.words import brief, exact, factor_note, lost_or_gained, plain, short
from farp.engine.checks import Floats
from farp.format import number, percent, short_money
from farp.portfolio import cash_currency

MOST_POINTS = 1000
"""More portfolios than this are counted in cells instead of drawn one by one: their points would cover each other."""
MOST_NAMES = 12

_CELLS = 36  # across; half as many up


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Portfolios of about equal risk and return: both ranges as fractions a year, and how many there are."""

    volatility: tuple[float, float]
    mean_return: tuple[float, float]
    count: int


def risk_and_return(titles: Sequence[str], volatility: Floats, mean_return: Floats, palette: Palette) -> go.Figure:
    """Draw each portfolio's mean return against its volatility, both fractions a year; many are counted in cells.

    Parameters
    ----------
    titles
        What each portfolio is called when pointed at.
    volatility, mean_return
        Shape (n_portfolios,); those without either are left out.
    """
    known = np.isfinite(volatility) & np.isfinite(mean_return)
    if not known.any():
        return sentence("None of these portfolios has a volatility and a return yet.", palette)
    x, y = volatility[known], mean_return[known]
    (low, high), (bottom, top) = around(x, room=0.04, zero=True), around(y, room=0.06, zero=True)
    layout = {
        "xaxis": percent_axis(low, high, "Volatility a year") | {"showgrid": False},
        "yaxis": percent_axis(bottom, top, "Mean return a year") | {"zeroline": True},
    }
    if len(x) > MOST_POINTS:
        return drawn([_density(cells(volatility, mean_return), palette)], layout, palette)
    shown = [title for title, is_known in zip(titles, known.tolist(), strict=True) if is_known]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": x.tolist(),
        "y": y.tolist(),
        "marker": {"color": palette.primary, "size": 9 if len(x) <= 200 else 6, "opacity": 0.65, "line": {"width": 0}},
        "hovertext": [
            f"{plain(title)}<br>swings by {percent(risk)} a year<br>and returned {percent(gain)} a year"
            for title, risk, gain in zip(shown, x.tolist(), y.tolist(), strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return drawn([trace], layout, palette)


def cells(volatility: Floats, mean_return: Floats) -> list[Cell]:
    """Count portfolios in a grid over risk and return, the fullest cell first; arguments as in `risk_and_return`."""
    known = np.isfinite(volatility) & np.isfinite(mean_return)
    counts, x, y = np.histogram2d(volatility[known], mean_return[known], bins=(_CELLS, _CELLS // 2))
    found = [
        Cell(volatility=(float(x[i]), float(x[i + 1])), mean_return=(float(y[j]), float(y[j + 1])), count=int(counts[i, j]))
        for i, j in np.argwhere(counts > 0)
    ]
    return sorted(found, key=lambda cell: -cell.count)


def names_held(held: Sequence[Held], currency: str, gross: float, palette: Palette) -> go.Figure:
    """Draw the names with the largest gross value across the book, longs and shorts added, with their net as a tick.

    Parameters
    ----------
    gross
        Of all names together [money], for the shares.
    """
    if not held or gross <= 0:
        return sentence("Nothing in these portfolios has a price.", palette)
    bars, marks = [], []
    for one in held[:MOST_NAMES]:
        name, share = _name(one), percent(one.gross / gross)
        who = f"{one.holders:,} portfolio{'' if one.holders == 1 else 's'}"
        bars.append(
            Bar(
                label=plain(_label(one)),
                value=one.gross,
                text=short_money(one.gross, currency),
                hover=f"{name}: {exact(one.gross, currency)} gross<br>in {who}, {share} of all that is held",
                colour=palette.primary,
            )
        )
        marks.append(Mark(value=one.net, hover=f"{name}: {exact(abs(one.net), currency)} net {'long' if one.net >= 0 else 'short'}"))
    return marked_bars(bars, marks, ("gross", "net"), palette, f"Market value across the book, {currency}")


def factor_exposures(report: RiskReport, palette: Palette) -> go.Figure:
    """Draw what a rise of each factor by 1 % would gain or lose for the whole, the largest first."""
    if report.factors is None:
        return sentence(factor_note(report), palette)
    currency, nav = report.base_currency, report.net_asset_value
    names, amounts = report.factors.factors.names, report.factors.exposures / 100.0
    bars = [
        Bar(
            label=plain(short(names[i])),
            value=float(amounts[i]),
            text=brief(float(amounts[i]), currency) if abs(amounts[i]) < 1e5 else short_money(float(amounts[i]), currency),
            hover=f"{plain(names[i])} up 1 %: {lost_or_gained(float(amounts[i]), currency)}"
            + (f"<br>{percent(float(amounts[i]) / nav, 2)} of the value" if nav > 0 else ""),
            colour=palette.primary if amounts[i] >= 0 else palette.amber,
        )
        for i in np.argsort(-np.abs(amounts), kind="stable")
    ]
    return horizontal_bars(bars, palette, f"Profit or loss when the factor rises by 1 %, {currency}")


def _density(found: Sequence[Cell], palette: Palette) -> dict[str, Any]:
    most = math.log1p(found[0].count)
    width, height = (found[0].volatility[1] - found[0].volatility[0]), (found[0].mean_return[1] - found[0].mean_return[0])
    return {
        "type": "bar",
        "x": [(cell.volatility[0] + cell.volatility[1]) / 2 for cell in found],
        "base": [cell.mean_return[0] for cell in found],
        "y": [height * 0.94] * len(found),
        "width": width * 0.94,
        "marker": {
            # by the logarithm, so that a lone portfolio is seen beside a crowd
            "color": [blend(palette.grid, palette.primary, 0.25 + 0.75 * math.log1p(cell.count) / most) for cell in found],
            "line": {"width": 0},
        },
        "hovertext": [
            f"{number(cell.count, 0)} portfolio{'' if cell.count == 1 else 's'}<br>with volatility {_range(cell.volatility)}"
            f"<br>and mean return {_range(cell.mean_return)} a year"
            for cell in found
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _range(ends: tuple[float, float]) -> str:
    return f"{percent(ends[0])} to {percent(ends[1])}"


def _label(one: Held) -> str:
    currency = cash_currency(one.ticker)
    return short(one.ticker) if currency is None else f"{short(currency)} cash"


def _name(one: Held) -> str:
    if cash_currency(one.ticker) is not None or one.name in {"", one.ticker}:
        return plain(_label(one))
    return f"{plain(one.ticker)} ({plain(one.name)})"
