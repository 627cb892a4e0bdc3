"""Sensitivities for a terminal: the ladder of every factor, who is behind the costliest, and the grid when one was asked for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from farp.analysis.sensitivity import BASIS_POINT_SHOCKS, PERCENT_SHOCKS, SensitivityAnalysis
from farp.format import money, number, percent, short_money
from farp.report.moves import conversions, summary
from farp.report.terminals.common import heading, literal_row, literal_table, plain_text, remarks

RUNGS = (0, 2, 3, 5, 6, 8)
"""Places of the ladder that fit a line; `--json` has all."""

POSITIONS = 8


def sensitivity_tables(result: SensitivityAnalysis) -> Iterator[RenderableType]:
    """Yield heading, the ladder, the positions behind the factor that costs most, the grid, and what is to be said about them."""
    window = result.window
    currency = window.base_currency
    yield from heading(window)
    yield Text(plain_text(summary(result)))
    bonds = any(shock.in_basis_points for shock in result.shocks)
    columns = [_rung(place, bonds) for place in RUNGS]
    table = literal_table("All else unchanged", *((column, "right") for column in columns), ("t", "right"))
    for place in result.costliest:
        shock = result.shocks[place]
        amounts = result.ladder.profit_and_loss[place]
        unit = "bp" if shock.in_basis_points else "%"
        literal_row(
            table,
            f"{shock.factor.name}, {unit}",
            *(short_money(float(amounts[rung]), currency) for rung in RUNGS),
            number(float(result.t_statistics[place]), 1),
        )
    yield table
    yield from _positions(result, result.costliest[0])
    if result.grid is not None:
        first, second = result.shocks[result.grid.first], result.shocks[result.grid.second]
        grid = literal_table(f"{first.factor.name} \\ {second.factor.name}", *((second.written(second.sizes[rung]), "right") for rung in RUNGS))
        for rung in RUNGS:
            cells = result.grid.profit_and_loss[rung]
            literal_row(grid, first.written(first.sizes[rung]), *(short_money(float(cells[column]), currency) for column in RUNGS))
        yield grid
    for sentence in conversions(result):
        yield Text(plain_text(sentence))
    for note in result.notes:
        yield Text(plain_text(note))
    yield from remarks(window)


def _rung(place: int, bonds: bool) -> str:
    sized = f"{PERCENT_SHOCKS[place]:+g} %" + (f" / {BASIS_POINT_SHOCKS[place]:+g} bp" if bonds else "")
    return sized.replace("-", "\N{MINUS SIGN}")


def _positions(result: SensitivityAnalysis, place: int) -> Iterator[RenderableType]:
    rung = int(result.worst_rungs[place])
    amounts = result.ladder.position_profit_and_loss[:, place, rung]
    if not amounts.any():
        return
    shock = result.shocks[place]
    title = f"{shock.factor.name} {shock.written(shock.sizes[rung])}"
    table = literal_table(title, ("P&L", "right"), ("Loading", "right"), ("Share", "right"))
    order = np.argsort(-np.abs(amounts), kind="stable")
    for i in order[:POSITIONS].tolist():
        literal_row(
            table,
            result.window.holdings[i].ticker,
            money(float(amounts[i]), result.window.base_currency),
            number(float(result.regression.loadings[i, place])),
            percent(float(result.ladder.shares[i, place]), 0),
        )
    if len(order) > POSITIONS:
        rest = order[POSITIONS:]
        literal_row(table, f"{len(rest)} more", money(float(amounts[rest].sum()), result.window.base_currency), "", "")
    yield table
