"""Measures of performance on any returns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.engine import performance
from farp.engine.drawdown import drawdowns
from tests.property.strategies import paths, seeds, steady


def draw(seed, days):
    rng = np.random.default_rng(seed)
    benchmark = rng.normal(0, 0.01, days)
    return rng.normal(1, 1) * benchmark + rng.normal(0, 0.01, days), benchmark


@steady
@given(seeds, st.integers(2, 300))
def test_a_mixture_of_benchmark_and_cash(seed, days):
    """Holding x of the benchmark and the rest in cash: no alpha, x of the captures, |1 - x| of its volatility as tracking error."""
    _, benchmark = draw(seed, days)
    rate, x = 0.02, np.random.default_rng(seed).uniform(-1, 2)
    mixed = x * benchmark + (1 - x) * rate / 252
    assert performance.alpha(mixed, benchmark, rate) == pytest.approx(0.0, abs=1e-9)
    volatility = float(performance.volatility(benchmark, days))
    assert performance.tracking_error(mixed, benchmark) == pytest.approx(abs(1 - x) * volatility, rel=1e-9)
    for capture in (performance.up_capture, performance.down_capture):
        assert capture(x * benchmark, benchmark) == pytest.approx(x, rel=1e-9) or np.isnan(capture(benchmark, benchmark))


@steady
@given(seeds, st.integers(2, 300), st.floats(-0.01, 0.01))
def test_gains_less_losses_are_the_mean(seed, days, target):
    returns, _ = draw(seed, days)
    gains, losses = performance.downside_potential(-returns, -target), performance.downside_potential(returns, target)
    assert gains - losses == pytest.approx(returns.mean() - target, abs=1e-15)
    both = performance.downside_deviation(returns, target) ** 2 + performance.downside_deviation(-returns, -target) ** 2
    assert both == pytest.approx(((returns - target) ** 2).mean(), rel=1e-9)
    omega = float(performance.omega_ratio(returns, target))
    assert np.isnan(omega) or (omega > 1) == (returns.mean() > target)


@steady
@given(seeds, st.integers(2, 300))
def test_a_mirror_turns_skewness_and_leaves_kurtosis(seed, days):
    returns, _ = draw(seed, days)
    assert performance.skewness(3 - 2 * returns) == pytest.approx(-performance.skewness(returns), rel=1e-6, abs=1e-9)
    assert performance.kurtosis(3 - 2 * returns) == pytest.approx(performance.kurtosis(returns), rel=1e-6, abs=1e-9)
    assert performance.kurtosis(returns) >= performance.skewness(returns) ** 2 - 2 - 1e-9


@steady
@given(seeds, st.integers(1, 900))
def test_months_compound_to_years_and_years_to_the_whole(seed, days):
    returns, _ = draw(seed, days)
    rng = np.random.default_rng(seed)
    dates = np.datetime64("1968-11-15") + np.cumsum(rng.integers(1, 40, days))
    table = performance.monthly_returns(returns, dates)
    whole = np.prod(1 + returns)
    assert np.nanprod(1 + table.months) == pytest.approx(whole, rel=1e-9)
    assert np.nanprod(1 + table.year) == pytest.approx(whole, rel=1e-9)
    assert np.nanprod(1 + table.months, axis=1) == pytest.approx(np.nan_to_num(table.year) + 1, rel=1e-9)
    assert np.isfinite(table.months).sum() == len(np.unique(dates.astype("datetime64[M]")))


@steady
@given(paths(), st.integers(1, 8))
def test_falls_do_not_overlap_and_begin_with_the_maximum(values, count):
    table, maximum = performance.worst_drawdowns(values, count), drawdowns(values)
    assert len(table.depth) <= count
    if len(table.depth):
        assert table.depth[0] == maximum.maximum
        assert table.trough[0] == maximum.trough
    else:
        assert maximum.trough == -1
    ends = np.where(table.recovery < 0, len(values), table.recovery)
    assert (table.peak < table.trough).all()
    assert (table.trough < ends).all()
    order = np.argsort(table.peak)
    assert (ends[order][:-1] <= table.peak[order][1:]).all()
    assert (np.diff(table.depth) <= 0).all()
    for peak, trough, end, depth in zip(table.peak, table.trough, ends, table.depth, strict=True):
        assert values[peak] == values[: peak + 1].max()
        assert values[peak + 1 : end].max() < values[peak]
        assert depth == (values[peak] - values[peak:end].min()) / values[peak]
        assert values[trough] == values[peak:end].min()
