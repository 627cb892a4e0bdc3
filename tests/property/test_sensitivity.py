"""Ladders and grids on any book."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.engine.sensitivity import ladder, two_factor_grid
from tests.property.strategies import seeds, steady


def draw(seed, positions, factors):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1000, positions), rng.normal(0.5, 1, (positions, factors)), rng.normal(0, 0.1, 5)


@steady
@given(seeds, st.integers(1, 9), st.integers(1, 4))
def test_position_parts_sum_to_the_rung_and_shares_to_one(seed, positions, factors):
    amounts, loadings, shocks = draw(seed, positions, factors)
    result = ladder(amounts, loadings, shocks)
    scale = np.abs(result.position_exposures).sum()
    assert result.position_profit_and_loss.sum(axis=0) == pytest.approx(result.profit_and_loss, rel=1e-9, abs=1e-12 * scale)
    assert result.shares.sum(axis=0) == pytest.approx(np.ones(factors), rel=1e-6)


@steady
@given(seeds, st.integers(1, 9), st.floats(-3, 3))
def test_k_times_the_shock_is_k_times_the_loss_and_none_is_none(seed, positions, factor):
    amounts, loadings, shocks = draw(seed, positions, 2)
    once, often = ladder(amounts, loadings, shocks), ladder(amounts, loadings, factor * shocks)
    assert often.profit_and_loss == pytest.approx(factor * once.profit_and_loss, rel=1e-9, abs=1e-12)
    assert (ladder(amounts, loadings, 0 * shocks).profit_and_loss == 0).all()


@steady
@given(seeds, st.integers(1, 9))
def test_a_grid_is_the_sum_of_two_rungs_and_turns_with_its_factors(seed, positions):
    amounts, loadings, shocks = draw(seed, positions, 3)
    result, grid = ladder(amounts, loadings, shocks), two_factor_grid(amounts, loadings, 0, 2, shocks, shocks[:3])
    assert grid.tolist() == (result.profit_and_loss[0][:, None] + result.profit_and_loss[2][:3]).tolist()
    assert two_factor_grid(amounts, loadings, 2, 0, shocks[:3], shocks).tolist() == grid.T.tolist()
