import numpy as np
import pytest

from farp.engine.factor_model import regress
from farp.engine.rolling_regression import _WELL_CONDITIONED, _well_conditioned, rolling_regression
from farp.errors import InsufficientHistory, InvalidInput
from tests.markets import frozen


def draw(factors, days, seed=0, common=0.0):
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 0.01, (factors, days)) + common * rng.normal(0, 0.01, days)
    return rng.normal(0, 1, factors) @ x + rng.normal(0, 0.01, days), x


def direct(y, x, window):
    fits = [regress(y[i : i + window], x[:, i : i + window], minimum=window) for i in range(len(y) - window + 1)]
    return np.array([np.where(fit.identified, fit.loadings[0], np.nan) for fit in fits]), np.array([fit.r_squared[0] for fit in fits])


def test_a_slope_that_changes_by_hand():
    # slope 1 on the first three days, 2 on the last three
    x = np.array([1.0, -1.0, 0.0, 1.0, -1.0])
    y = np.array([1.0, -1.0, 0.0, 2.0, -2.0])
    result = rolling_regression(y, x, 3)
    assert result.loadings[:, 0] == pytest.approx([1.0, 1.5, 2.0])
    assert result.r_squared == pytest.approx([1.0, 1.5**2 * 2 / 14 * 3, 1.0])  # window 2: mean of y 1/3, Syy 14/3


@pytest.mark.parametrize(("factors", "window", "common"), [(1, 60, 0.0), (9, 60, 0.0), (9, 252, 3.0), (9, 60, 30.0), (5, 60, 1e4)])
def test_every_window_is_the_direct_fit(factors, window, common):
    y, x = draw(factors, 330, common=common)
    result = rolling_regression(frozen(y), frozen(x), window)
    loadings, r_squared = direct(y, x, window)
    assert result.loadings == pytest.approx(loadings, rel=1e-8, abs=1e-9)
    assert result.r_squared == pytest.approx(r_squared, rel=1e-9)


@pytest.mark.parametrize("factors", [1, 2, 3, 9, 20])
@pytest.mark.parametrize("apart", [1.0, 1e-2, 2e-3, 1e-3, 1e-5, 0.0])
def test_the_determinant_decides_as_the_eigenvalues_do(factors, apart):
    windows = np.random.default_rng(3).normal(size=(100, factors, 60))
    windows[:, 0] = windows[:, -1] + apart * windows[:, 0]
    correlations = np.array([np.atleast_2d(np.corrcoef(window)) for window in windows])
    assert (_well_conditioned(correlations) == (np.linalg.eigvalsh(correlations)[:, 0] > _WELL_CONDITIONED)).all()


def test_calm_windows_after_a_storm_keep_their_digits():
    y, x = draw(4, 400)
    storm = np.where(np.arange(400) < 80, 200.0, 1.0)
    result = rolling_regression(y * storm, x * storm, 60)
    loadings, _ = direct(y * storm, x * storm, 60)
    assert result.loadings == pytest.approx(loadings, rel=1e-7, abs=1e-8)


def test_a_large_mean_does_not_spoil_the_sums():
    y, x = draw(2, 200)
    assert rolling_regression(y + 1e4, x + 50.0, 60).loadings == pytest.approx(rolling_regression(y, x, 60).loadings, rel=1e-5, abs=1e-6)


def test_dependent_factors_are_gaps_and_the_others_stay():
    y, x = draw(2, 120)
    result = rolling_regression(y, np.vstack([x[0], 2 * x[0], x[1]]), 60)
    assert np.isnan(result.loadings[:, :2]).all()
    assert result.loadings[:, 2] == pytest.approx(rolling_regression(y, x, 60).loadings[:, 1])
    assert result.r_squared == pytest.approx(rolling_regression(y, x, 60).r_squared)


def test_a_factor_that_stands_still_for_a_while_is_a_gap_only_then():
    y, x = draw(2, 200)
    x[1, :70] = 0.0
    result = rolling_regression(y, x, 60)
    assert np.isnan(result.loadings[:, 1]).tolist() == [True] * 11 + [False] * 130
    assert np.isfinite(result.loadings[:, 0]).all()
    assert result.loadings[11:] == pytest.approx(direct(y, x, 60)[0][11:], rel=1e-7)


def test_a_series_that_does_not_move_loads_on_nothing():
    _, x = draw(2, 100)
    result = rolling_regression(np.full(100, 0.01), x, 60)
    assert result.loadings == pytest.approx(np.zeros((41, 2)), abs=1e-12)
    assert np.isnan(result.r_squared).all()


def test_the_last_window_ends_on_the_last_day():
    y, x = draw(2, 90)
    result = rolling_regression(y, x, 60)
    assert result.loadings.shape == (31, 2)
    assert result.loadings[-1] == pytest.approx(regress(y[-60:], x[:, -60:]).loadings[0])


def test_bad_input_is_named():
    y, x = draw(2, 80)
    with pytest.raises(InsufficientHistory, match="80 data points"):
        rolling_regression(y, x, 81)
    with pytest.raises(InvalidInput, match="at least 4 days for 2 factors"):
        rolling_regression(y, x, 3)
    with pytest.raises(InvalidInput, match="same days"):
        rolling_regression(y[1:], x, 60)
    with pytest.raises(InvalidInput, match="at least one factor"):
        rolling_regression(y, np.zeros((0, 80)), 60)
    with pytest.raises(InvalidInput, match="NaN"):
        rolling_regression(np.full(80, np.nan), x, 60)
