"""Performance of any book with a positive value: months compound to the whole, and no figure leaves its bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.analysis import window_of
from farp.analysis.performance import EXTRA_DAYS, performance_of
from tests.markets import market, portfolio, wandering
from tests.property.strategies import seeds, steady


@steady
@given(seeds, st.integers(1, 5), st.integers(30, 400))
def test_months_compound_to_the_whole_and_bounds_hold(seed: int, holdings: int, days: int) -> None:
    prices = market({f"T{i}": wandering(days, seed=seed + i) for i in range(holdings)} | {"B": wandering(days, seed=seed + 50)}, benchmark="B")
    held = portfolio(**{f"T{i}": 1.0 + i for i in range(holdings)})
    result = performance_of(window_of(held, prices, lookback_days=None, extra_days=EXTRA_DAYS), prices, 0.02, 20)
    figures, calendar = result.figures, result.calendar
    assert figures is not None
    assert calendar is not None
    assert figures.total_return is not None
    assert figures.maximum_drawdown is not None
    assert np.nanprod(1 + calendar.returns.months) - 1 == pytest.approx(figures.total_return, rel=1e-9, abs=1e-12)
    assert np.nanprod(1 + calendar.returns.year) - 1 == pytest.approx(figures.total_return, rel=1e-9, abs=1e-12)
    assert 0 <= figures.maximum_drawdown < 1
    assert [fall.depth for fall in result.worst_drawdowns] == sorted((fall.depth for fall in result.worst_drawdowns), reverse=True)
    assert max([0.0] + [fall.depth or 0.0 for fall in result.worst_drawdowns]) == figures.maximum_drawdown
    assert result.benchmark is not None
    relative = result.benchmark.relative
    assert relative is not None
    assert relative.correlation is not None
    assert -1 <= relative.correlation <= 1
    assert calendar.partial <= {calendar.first, calendar.last}
    assert {year for year, _ in calendar.partial} <= calendar.partial_years
    for value in (getattr(figures, name) for name in figures.__slots__):
        assert value is None or math.isfinite(value)
