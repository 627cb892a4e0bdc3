"""What a move of a factor does: a ladder for each factor, the positions behind one, and two factors at once. Red is a loss."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from farp.analysis.sensitivity import BASIS_POINT_SHOCKS, PERCENT_SHOCKS, FactorShocks, SensitivityAnalysis
from farp.charts.bars import Bar, horizontal_bars
from farp.charts.heatmap import heatmap
from farp.charts.theme import SENTENCE_HEIGHT, SMALL, Palette, sentence
from farp.charts.words import brief, exact, holding_label, holding_name, largest_and_rest, others, plain, short
from farp.engine.checks import Floats
from farp.format import MINUS, percent, short_money

MOST_POSITIONS = 15
_NO_VALUE = "The net asset value is not positive, so percent of it are undefined; money can be shown."
_LABEL = 16  # characters of a factor's name on an axis


def ladder_heatmap(result: SensitivityAnalysis, palette: Palette, in_percent: bool = False) -> go.Figure:
    """Draw the P&L of every factor for every move, the factor that costs most on top; what cannot be told from zero is faint."""
    scale = _scale(result, in_percent)
    if scale is None:
        return sentence(_NO_VALUE, palette, SENTENCE_HEIGHT)
    order = result.costliest
    rungs = [place for place, size in enumerate(PERCENT_SHOCKS) if size]
    amounts = result.ladder.profit_and_loss[order][:, rungs]
    labels = [_factor_label(result.shocks[place], palette) for place in order]
    columns = [f"{PERCENT_SHOCKS[place]:+g}" for place in rungs]
    hovers = [
        [
            _said(result, [(result.shocks[place], result.shocks[place].sizes[rung])], float(amount)) + _doubt(result, place)
            for rung, amount in zip(rungs, row, strict=True)
        ]
        for place, row in zip(order, amounts.tolist(), strict=True)
    ]
    faint = np.broadcast_to(result.uncertain[order][:, None], amounts.shape)
    bonds = any(shock.in_basis_points for shock in result.shocks)
    title = f"P&L in {'% of value' if in_percent else result.window.base_currency}, all else unchanged; grey: cannot be told from zero"
    # the sign turned: a loss takes the red end of the scale
    figure = heatmap(-amounts, _texts(amounts, scale, result, in_percent), hovers, faint, labels, columns, [("", "")] * len(columns), title, palette)
    figure.layout.xaxis.ticktext = tuple(
        f"{_signed(PERCENT_SHOCKS[place])} %" + (f"<br>{_signed(BASIS_POINT_SHOCKS[place])} bp" if bonds else "") for place in rungs
    )
    return figure


def position_bars(result: SensitivityAnalysis, place: int, palette: Palette) -> go.Figure:
    """Draw each position's P&L when the factor at `place` moves the way that costs most; positions beyond 15 are added up."""
    window, shock = result.window, result.shocks[place]
    rung = int(result.worst_rungs[place])
    amounts = result.ladder.position_profit_and_loss[:, place, rung]
    if not amounts.any():
        return sentence(f"No position moves with {shock.factor.name}.", palette, SENTENCE_HEIGHT)
    shares = result.ladder.shares[:, place]
    shown, rest = largest_and_rest(amounts, MOST_POSITIONS)
    shown = shown[np.argsort(amounts[shown], kind="stable")]
    moved = plain(_capital(shock.in_words(shock.sizes[rung])))
    bars = [
        _bar(holding_label(window.holdings[i]), holding_name(window.holdings[i]), float(amounts[i]), float(shares[i]), moved, result, palette)
        for i in shown.tolist()
    ]
    if len(rest):
        name = others(len(rest))
        bars.append(_bar(name, f"the {name}", float(amounts[rest].sum()), float(shares[rest].sum()), moved, result, palette))
    together = brief(float(result.worst[place]), window.base_currency)
    title = f"P&L when {plain(shock.in_words(shock.sizes[rung]))}: {together} in all"
    return horizontal_bars(bars, palette, title)


def grid_heatmap(result: SensitivityAnalysis, palette: Palette, in_percent: bool = False) -> go.Figure:
    """Draw the P&L when two factors move together: rows the first factor's moves, columns the second's."""
    if result.grid is None:
        return sentence("A grid needs two factors.", palette, SENTENCE_HEIGHT)
    scale = _scale(result, in_percent)
    if scale is None:
        return sentence(_NO_VALUE, palette, SENTENCE_HEIGHT)
    first, second = result.shocks[result.grid.first], result.shocks[result.grid.second]
    amounts = result.grid.profit_and_loss
    hovers = [
        [_said(result, [(first, row_size), (second, column_size)], float(amount)) for column_size, amount in zip(second.sizes, row, strict=True)]
        for row_size, row in zip(first.sizes, amounts.tolist(), strict=True)
    ]
    title = f"P&L in {'% of value' if in_percent else result.window.base_currency}; down: {first.factor.name}, across: {second.factor.name}"
    title += "; grey: cannot be told from zero" if result.uncertain[[result.grid.first, result.grid.second]].any() else ""
    figure = heatmap(
        -amounts,
        _texts(amounts, scale, result, in_percent),
        hovers,
        _nothing_sure(result, first, second),
        [first.written(size) for size in first.sizes],
        [""] * len(second.sizes),
        [("", "")] * len(second.sizes),
        title,
        palette,
    )
    figure.layout.xaxis.ticktext = tuple(second.written(size) for size in second.sizes)
    for axis, shock in ((figure.layout.xaxis, second), (figure.layout.yaxis, first)):
        axis.title = {"text": plain(shock.factor.name), "font": {"color": palette.muted, "size": SMALL}}
    return figure


def _nothing_sure(result: SensitivityAnalysis, first: FactorShocks, second: FactorShocks) -> NDArray[np.bool_]:
    """Return which cells of the grid move no factor whose effect can be told from zero, as the grey rows of the ladder."""
    assert result.grid is not None  # a grid is drawn only when there is one
    down, across = (
        np.array([size == 0 or bool(result.uncertain[place]) for size in shock.sizes])
        for shock, place in ((first, result.grid.first), (second, result.grid.second))
    )
    moved = np.add.outer(np.array(first.sizes) != 0, np.array(second.sizes) != 0)
    return np.asarray(down[:, None] & across[None, :] & moved)


def _scale(result: SensitivityAnalysis, in_percent: bool) -> float | None:
    """Return what an amount is multiplied by to be shown; None for percent of a value that is not positive."""
    if not in_percent:
        return 1.0
    nav = result.window.net_asset_value
    return 1.0 / nav if nav > 0 else None


def _texts(amounts: Floats, scale: float, result: SensitivityAnalysis, in_percent: bool) -> list[list[str]]:
    shown = amounts * scale
    if in_percent:
        decimals = 1 if np.abs(shown).max(initial=0.0) >= 0.01 else 2
        return [[percent(value, decimals) for value in row] for row in shown.tolist()]
    return [[_compact(value, result.window.base_currency) for value in row] for row in shown.tolist()]


def _compact(amount: float, currency: str) -> str:
    """Return an amount in so few characters that nine of them fit a phone: three digits at most."""
    if amount == 0:
        return "0"
    power = 10.0 ** (math.floor(math.log10(abs(amount))) - 1)
    return short_money(round(amount / power) * power if abs(amount) >= 1000 else amount, currency)


def _factor_label(shock: FactorShocks, palette: Palette) -> str:
    unit = "bp" if shock.in_basis_points else "%"
    return f'{plain(short(shock.factor.name, _LABEL))}  <span style="color:{palette.muted}">{unit}</span>'


def _said(result: SensitivityAnalysis, moves: list[tuple[FactorShocks, float]], amount: float) -> str:
    """Return the sentence of a cell: what moves, and what that does."""
    said = [plain(shock.in_words(size)) for shock, size in moves if size]
    if not said:
        return "Nothing moves"
    return f"When {'<br>and '.join(said)},<br>the portfolio {_outcome(result, amount)}"


def _outcome(result: SensitivityAnalysis, amount: float) -> str:
    if amount == 0:
        return "does not move"
    share = result.window.of_value(abs(amount))
    of_value = f" ({percent(share, 2)} of value)" if share is not None else ""
    return f"{'loses' if amount < 0 else 'gains'} {exact(abs(amount), result.window.base_currency)}{of_value}"


def _doubt(result: SensitivityAnalysis, place: int) -> str:
    return "<br>an effect that cannot be told from zero" if result.uncertain[place] else ""


def _bar(label: str, name: str, amount: float, share: float, moved: str, result: SensitivityAnalysis, palette: Palette) -> Bar:
    currency = result.window.base_currency
    of_all = f"<br>{percent(share)} of the portfolio's P&amp;L" if np.isfinite(share) else ""
    verb = "loses" if amount < 0 else "gains"
    return Bar(
        label=label,
        value=amount,
        text=brief(amount, currency),
        hover=f"{moved}:<br>{name} {verb} {exact(abs(amount), currency)}{of_all}",
        colour=palette.loss if amount < 0 else palette.primary,
    )


def _signed(size: float) -> str:
    return f"{size:+g}".replace("-", MINUS)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
