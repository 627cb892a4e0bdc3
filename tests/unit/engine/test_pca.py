import numpy as np
import pytest

from farp.engine.pca import principal_components
from farp.errors import DataError, InsufficientHistory, InvalidInput
from tests.markets import frozen

WAVE, OTHER = np.sin(np.arange(64.0) * np.pi / 4), np.sin(np.arange(64.0) * np.pi / 8)  # whole periods: uncorrelated, mean 0


def random_returns(tickers, days, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 0.01, (1, days)) + rng.normal(0, 0.01, (tickers, days))


def test_two_series_that_correlate_by_half():
    # correlation 0.5: eigenvalues 1.5 and 0.5, directions (1, 1) and (1, -1) over sqrt(2)
    second = 0.5 * WAVE + np.sqrt(0.75) * OTHER
    result = principal_components([0.01 * WAVE, 0.03 * second], [100.0, 100.0])
    assert result.explained_variance == pytest.approx([1.5, 0.5])
    assert result.explained_ratio == pytest.approx([0.75, 0.25])
    assert result.loadings == pytest.approx(np.array([[1, 1], [1, -1]]) / np.sqrt(2))
    # 100 in each: e = 100 (s1 +- s2) / sqrt(2), a standard deviation of the component is sqrt(1.5) or sqrt(0.5)
    s = np.array([0.01, 0.03]) * WAVE.std(ddof=1)
    exposures = 100 / np.sqrt(2) * np.array([s.sum() * np.sqrt(1.5), (s[0] - s[1]) * np.sqrt(0.5)])
    assert result.exposures == pytest.approx(exposures)
    assert result.variance_shares == pytest.approx(exposures**2 / (exposures**2).sum())


def test_the_components_carry_the_whole_variance_of_the_portfolio():
    returns, amounts = random_returns(6, 120), np.array([5.0, -3.0, 2.0, 8.0, -1.0, 0.0])
    result = principal_components(returns, amounts)
    assert (result.exposures**2).sum() == pytest.approx((amounts @ returns).var(ddof=1), rel=1e-12)
    assert result.variance_shares.sum() == pytest.approx(1.0, rel=1e-12)
    assert result.explained_ratio.sum() == pytest.approx(1.0, rel=1e-12)


def test_exposure_is_the_profit_of_one_standard_deviation():
    """The P&L regressed on the scores of a component, times the scores' deviation."""
    returns, amounts = random_returns(4, 90), np.array([10.0, 20.0, -5.0, 1.0])
    result = principal_components(returns, amounts)
    standardised = (returns - returns.mean(axis=1, keepdims=True)) / returns.std(axis=1, ddof=1, keepdims=True)
    scores = result.loadings @ standardised
    slopes = [np.cov(amounts @ returns, score)[0, 1] / score.var(ddof=1) * score.std(ddof=1) for score in scores]
    assert result.exposures == pytest.approx(slopes, rel=1e-10)


def test_the_largest_loading_is_positive_and_the_next_one_is_named():
    result = principal_components(random_returns(5, 100), np.ones(5))
    for row, (first, second) in zip(result.loadings, result.leading, strict=True):
        assert row[first] == np.abs(row).max()
        assert abs(row[second]) == np.sort(np.abs(row))[-2]
    aid = result.reading_aid("ABCDE")
    assert aid[0] == ("ABCDE"[result.leading[0, 0]], "ABCDE"[result.leading[0, 1]])


def test_signs_do_not_depend_on_rounding():
    # the same two series in mirror image: loadings +-0.7071 differ in the last digits only, the first of them is positive
    for seed in range(30):
        returns = random_returns(2, 60, seed)
        result = principal_components(returns, [1.0, 1.0])
        assert result.loadings[:, 0] == pytest.approx([np.sqrt(0.5)] * 2)
        assert result.leading.tolist() == [[0, 1], [0, 1]]


def test_a_constant_series_is_reported_and_loads_on_nothing():
    returns = np.vstack([random_returns(2, 60), np.full((1, 60), 0.001)])
    result = principal_components(returns, [1.0, 1.0, 100.0])
    assert result.constant.tolist() == [False, False, True]
    assert (result.loadings[:, 2] == 0).all()
    alone = principal_components(returns[:2], [1.0, 1.0])
    assert result.exposures.tolist() == alone.exposures.tolist()


def test_nothing_moves():
    with pytest.raises(DataError, match="No holding's price moves"):
        principal_components(np.full((2, 30), 0.01), [1.0, 1.0])


def test_more_holdings_than_days():
    result = principal_components(random_returns(50, 25), np.ones(50))
    assert len(result.explained_ratio) == 24
    assert result.loadings.shape == (24, 50)
    assert result.variance_shares.sum() == pytest.approx(1.0)


def test_the_same_series_twice_is_one_component():
    returns = random_returns(1, 60)
    result = principal_components(np.vstack([returns, 3 * returns]), [1.0, 1.0])
    assert result.explained_ratio == pytest.approx([1.0])


def test_one_holding_is_one_component_without_a_second_name():
    result = principal_components(random_returns(1, 60), [-10.0])
    assert result.loadings.tolist() == [[1.0]]
    assert result.variance_shares.tolist() == [1.0]
    assert result.exposures[0] < 0
    assert result.reading_aid(["A"]) == (("A",),)


@pytest.mark.parametrize("amounts", [[0.0, 0.0], [0.3, -0.1]], ids=["nothing held", "hedged"])
def test_a_portfolio_that_does_not_move_has_no_shares(amounts):
    returns = random_returns(1, 60)
    result = principal_components(np.vstack([returns, 3 * returns]), amounts)
    assert np.isnan(result.variance_shares).all()


def test_unstandardised_components_follow_the_volatile_series():
    returns = np.vstack([0.001 * WAVE, 0.05 * OTHER])
    result = principal_components(returns, [1.0, 1.0], standardise=False)
    assert result.loadings[0] == pytest.approx([0.0, 1.0], abs=1e-9)
    assert result.explained_ratio[0] == pytest.approx(2500 / 2501)


def test_bad_input():
    with pytest.raises(InsufficientHistory, match="19 data points"):
        principal_components(random_returns(2, 19), [1.0, 1.0])
    with pytest.raises(InvalidInput, match="do not fit"):
        principal_components(random_returns(2, 30), [1.0])
    with pytest.raises(InvalidInput, match="NaN"):
        principal_components(np.full((1, 30), np.nan), [1.0])


def test_no_argument_is_written_to():
    for standardise in (True, False):
        principal_components(frozen(random_returns(3, 30)), frozen(np.ones(3)), standardise=standardise)
