"""Ladders of any book of made-up prices: parts add up, a straight line through nothing, and what a factor's own loss would be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.analysis import window_of
from farp.analysis.sensitivity import SensitivityAnalysis, sensitivities
from farp.market import Factor, FactorSet
from tests.markets import market, portfolio, wandering
from tests.property.strategies import seeds, steady


def drawn(seed: int, holdings: int, factors: int) -> SensitivityAnalysis:
    closes = {f"T{i}": wandering(90, seed=seed + i) for i in range(holdings)} | {f"F{k}": wandering(90, seed=seed + 100 + k) for k in range(factors)}
    chosen = FactorSet(
        name="drawn",
        factors=tuple(Factor(name=f"F{k}", legs=((f"F{k}", 1.0),), duration_years=4.0 if k % 2 else None) for k in range(factors)),
    )
    prices = market(closes, factors=chosen)
    quantities = np.random.default_rng(seed).normal(0.5, 1.0, holdings)
    held = portfolio(**{f"T{i}": float(quantity) for i, quantity in enumerate(quantities)})
    return sensitivities(window_of(held, prices, extra_days=None), prices, grid=("F0", "F1") if factors > 1 else None)


@steady
@given(seeds, st.integers(1, 6), st.integers(1, 4))
def test_positions_add_up_to_every_rung_and_every_rung_lies_on_a_line_through_zero(seed: int, holdings: int, factors: int) -> None:
    result = drawn(seed, holdings, factors)
    scale = np.abs(result.ladder.position_profit_and_loss).sum() + 1e-300
    assert result.ladder.position_profit_and_loss.sum(axis=0) == pytest.approx(result.ladder.profit_and_loss, rel=1e-9, abs=1e-12 * scale)
    for place, shock in enumerate(result.shocks):
        expected = result.per_unit[place] * np.array(shock.sizes)
        assert result.ladder.profit_and_loss[place] == pytest.approx(expected, rel=1e-9, abs=1e-12 * scale)
        assert result.ladder.profit_and_loss[place][4] == 0.0
    assert (result.worst <= 0).all()
    assert sorted(result.costliest) == list(range(factors))


@steady
@given(seeds, st.integers(1, 6), st.integers(2, 4))
def test_a_grid_is_symmetric_about_its_middle_and_its_axes_are_the_ladders(seed: int, holdings: int, factors: int) -> None:
    result = drawn(seed, holdings, factors)
    assert result.grid is not None
    grid = result.grid.profit_and_loss
    scale = np.abs(grid).max() + 1e-300
    assert grid == pytest.approx(-grid[::-1, ::-1], abs=1e-12 * scale)
    assert grid[:, 4] == pytest.approx(result.ladder.profit_and_loss[0], abs=1e-12 * scale)
    assert grid[4] == pytest.approx(result.ladder.profit_and_loss[1], abs=1e-12 * scale)
