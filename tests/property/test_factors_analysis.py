"""Factor analyses and principal components of any portfolio."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.analysis import window_of
from farp.analysis.alignment import chosen_factors
from farp.analysis.factors import portfolio_factors, rolling_loadings
from farp.analysis.pca import portfolio_components
from farp.engine.factor_model import CovarianceEstimator, collinearity, regress
from farp.engine.rolling_regression import rolling_regression
from farp.errors import DataError
from tests.markets import holding
from tests.property.strategies import quantities, seeds, small_market, steady

HISTORY = small_market(dents=12)
sets = st.lists(st.sampled_from(["A", "B", "C", "D", "M", "EURUSD"]), min_size=1, max_size=5, unique=True)


@steady
@given(quantities, sets, st.sampled_from(CovarianceEstimator), st.sampled_from([60, 252, None]))
def test_the_waterfall_ends_at_one_hundred_per_cent(held, tickers, estimator, lookback):
    window = window_of(holding(held), HISTORY, None, lookback, None)
    result = portfolio_factors(window, HISTORY, chosen_factors(tickers, HISTORY), estimator)
    shares = result.factors.contributions
    if shares.variance > 0:
        assert shares.by_factor.sum() == pytest.approx(1.0, rel=1e-9)
        assert shares.systematic + shares.specific == pytest.approx(1.0, rel=1e-9)
        assert shares.specific >= 0
    assert 0 <= result.factors.shrinkage <= 1
    assert result.portfolio.loadings[0] == pytest.approx(result.factors.exposures, rel=1e-7, abs=1e-9 * window.gross)
    assert (result.collinearity.variance_inflation >= 1).all()
    assert result.findings


@steady
@given(quantities, sets)
def test_the_last_window_is_the_lookback(held, tickers):
    window, chosen = window_of(holding(held), HISTORY, None, 60, None), chosen_factors(tickers, HISTORY)
    rolled, result = rolling_loadings(window, HISTORY, chosen, 60), portfolio_factors(window, HISTORY, chosen)
    scale = 1.0 if rolled.in_money else window.net_asset_value
    size = window.gross / scale
    assert rolled.loadings[-1] == pytest.approx(result.factors.exposures / scale, rel=1e-6, abs=1e-8 * size)


@steady
@given(seeds, st.integers(1, 6), st.floats(0, 100), st.integers(60, 90))
def test_every_window_is_the_direct_fit(seed, factors, common, window):
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 0.01, (factors, 100)) + common * rng.normal(0, 0.01, 100)
    y = x.sum(axis=0) + rng.normal(0, 0.01, 100)
    result = rolling_regression(y, x, window)
    for place in (0, (100 - window) // 2, 100 - window):
        fit = regress(y[place : place + window], x[:, place : place + window])
        assert result.loadings[place] == pytest.approx(fit.loadings[0], rel=1e-6, abs=1e-7)
        assert result.r_squared[place] == pytest.approx(fit.r_squared[0], rel=1e-8, abs=1e-10)


@steady
@given(seeds, st.integers(1, 6), st.floats(0, 50))
def test_likeness_does_not_depend_on_scale_sign_or_order(seed, factors, common):
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 0.01, (factors, 90)) + common * rng.normal(0, 0.01, 90)
    order, scale = rng.permutation(factors), rng.choice([-3.0, 0.5, 7.0], factors)
    one, other = collinearity(x), collinearity((scale[:, None] * x)[order])
    assert other.variance_inflation == pytest.approx(one.variance_inflation[order], rel=1e-6)
    assert other.condition_number == pytest.approx(one.condition_number, rel=1e-6)
    assert (one.variance_inflation >= 1).all()
    assert (one.condition_number**2 >= one.variance_inflation.max() * (1 - 1e-9)).all()


@steady
@given(quantities)
def test_components_of_any_portfolio_carry_its_variance(held):
    window = window_of(holding(held), HISTORY, None, 252)
    if set(held) == {"CASH:USD"}:
        with pytest.raises(DataError, match="price moves"):
            portfolio_components(window)
        return
    result = portfolio_components(window)
    found = result.components
    assert (found.exposures**2).sum() == pytest.approx(result.window.profit_and_loss.var(ddof=1), rel=1e-8, abs=1e-12 * result.window.gross**2)
    assert len(result.readings) == len(found.explained_ratio)
    assert result.cumulative[-1] == pytest.approx(1.0)
    assert 1 <= result.for_most <= len(result.readings)
    assert found.loadings[:, ~found.constant] @ found.loadings[:, ~found.constant].T == pytest.approx(np.eye(len(found.loadings)), abs=1e-9)
