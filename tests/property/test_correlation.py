"""Correlation and diversification of any holdings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.engine.correlation import correlation, diversification_ratio
from tests.property.strategies import seeds, steady


def returns_of(seed, tickers, days):
    """Rows with something in common, now and then one that never moves."""
    rng = np.random.default_rng(seed)
    returns = rng.normal(0, 0.01, (tickers, days)) + rng.normal(0, 0.01, days)
    returns[rng.random(tickers) < 0.1] = 0.001
    return returns


@steady
@given(seeds, st.integers(1, 20), st.integers(3, 40))
def test_a_matrix_of_correlations_and_an_order_of_all(seed, tickers, days):
    result = correlation(returns_of(seed, tickers, days))
    moving = ~result.constant
    block = result.matrix[np.ix_(moving, moving)]
    assert (np.abs(block) <= 1).all()
    assert (block == block.T).all()
    assert np.isnan(result.matrix).sum() == tickers**2 - moving.sum() ** 2
    assert np.linalg.eigvalsh(block).min(initial=0.0) > -1e-10
    assert sorted(result.order) == list(range(tickers))
    assert result.constant[result.order].tolist() == sorted(result.constant)


@steady
@given(seeds, st.integers(2, 12))
def test_scale_and_drift_do_not_matter_and_the_order_is_repeatable(seed, tickers):
    returns = returns_of(seed, tickers, 60)
    one, other = correlation(returns), correlation(2 * returns + 0.01)
    assert other.matrix == pytest.approx(one.matrix, abs=1e-9, nan_ok=True)
    assert other.average == pytest.approx(one.average, abs=1e-9, nan_ok=True)
    assert correlation(returns.copy()).order.tolist() == one.order.tolist()


@steady
@given(seeds, st.integers(1, 12), st.floats(0.1, 100))
def test_diversification_is_one_or_more_whatever_the_amount(seed, tickers, factor):
    returns, amounts = returns_of(seed, tickers, 60), np.random.default_rng(seed).normal(0, 100, tickers)
    ratio = diversification_ratio(returns, amounts)
    assert np.isnan(ratio) or ratio >= 1
    assert diversification_ratio(returns, -factor * amounts) == pytest.approx(ratio, rel=1e-9, nan_ok=True)
    total = (amounts @ returns).std(ddof=1)
    if not np.isnan(ratio):
        assert ratio == pytest.approx(np.abs(amounts) @ returns.std(axis=1, ddof=1) / total, rel=1e-9)
