"""Principal components of any holdings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from farp.engine.pca import NO_MOVEMENT, principal_components
from tests.property.strategies import seeds, steady


def returns_of(seed, tickers, days):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 0.01, (tickers, 1)) + rng.normal(0, 0.01, (tickers, days)) + rng.normal(0, 0.01, days)


@steady
@given(seeds, st.integers(1, 40), st.integers(20, 60), st.booleans())
def test_shares_sum_to_one_and_components_carry_the_variance(seed, tickers, days, standardise):
    returns = returns_of(seed, tickers, days)
    amounts = np.random.default_rng(seed).normal(0, 100, tickers)
    result = principal_components(returns, amounts, standardise=standardise)
    assert len(result.explained_ratio) == min(tickers, days - 1)
    assert result.explained_ratio.sum() == pytest.approx(1.0)
    assert result.variance_shares.sum() == pytest.approx(1.0)
    assert (result.exposures**2).sum() == pytest.approx((amounts @ returns).var(ddof=1), rel=1e-9)
    assert (np.diff(result.explained_variance) <= 1e-12).all()


@steady
@given(seeds, st.integers(1, 12))
def test_loadings_are_orthonormal_and_their_largest_is_positive(seed, tickers):
    loadings = principal_components(returns_of(seed, tickers, 60), np.ones(tickers)).loadings
    assert loadings @ loadings.T == pytest.approx(np.eye(tickers), abs=1e-10)
    assert (loadings.max(axis=1) >= np.abs(loadings).max(axis=1) * (1 - 1e-8)).all()


@steady
@given(seeds, st.integers(3, 8))  # of two, both loadings are equal in size and the first one leads
def test_the_order_of_holdings_and_the_unit_of_returns_do_not_matter(seed, tickers):
    returns, order = returns_of(seed, tickers, 60), np.random.default_rng(seed).permutation(tickers)
    amounts = np.arange(1.0, tickers + 1)
    one, other = principal_components(returns, amounts), principal_components(7 * returns[order], amounts[order])
    assert other.explained_ratio == pytest.approx(one.explained_ratio, rel=1e-9)
    assert other.variance_shares == pytest.approx(one.variance_shares, rel=1e-6, abs=1e-9)
    assert other.exposures == pytest.approx(7 * one.exposures, rel=1e-6, abs=1e-9)


@steady
@given(seeds, st.integers(1, 8))
def test_a_portfolio_in_mirror_image_has_mirrored_exposures(seed, tickers):
    returns, amounts = returns_of(seed, tickers, 60), np.arange(1.0, tickers + 1)
    long, short = principal_components(returns, amounts), principal_components(returns, -amounts)
    assert short.exposures.tolist() == (-long.exposures).tolist()
    assert short.loadings.tolist() == long.loadings.tolist()


@steady
@given(seeds, st.integers(1, 40), st.integers(20, 120))
def test_the_decomposition_is_that_of_scikit_learn_to_the_last_bit(seed, tickers, days):
    rng = np.random.default_rng(seed)
    returns = rng.normal(0, 0.01, (tickers, days))
    returns[-1] = 2 * returns[0]  # one that depends on another, or on nothing but itself
    result = principal_components(returns, rng.normal(0, 1000, tickers))
    mean = returns.mean(axis=1, keepdims=True)
    with threadpool_limits(limits=1):
        fitted = PCA(svd_solver="full").fit(((returns - mean) / (returns - mean).std(axis=1, ddof=1)[:, None]).T)
    kept = fitted.explained_variance_ratio_ > NO_MOVEMENT
    assert np.array_equal(result.explained_variance, fitted.explained_variance_[kept])
    assert np.array_equal(np.abs(result.loadings), np.abs(fitted.components_[kept])), "the sign is FARP's own"
