import numpy as np
import pytest

from farp.engine.factor_model import CovarianceEstimator, collinearity, factor_covariance, regress, sample_covariance, variance_contributions
from farp.errors import InsufficientHistory, InvalidInput
from tests.markets import frozen


def random_factors(factors, days, seed=0):
    return np.random.default_rng(seed).normal(0, 0.01, (factors, days))


def test_a_line_through_four_points():
    # x 1..4, y 1, 3, 2, 5 (Sxx 5, Sxy 5.5, Syy 8.75): slope 1.1, intercept 0, residuals -0.1, 0.8, -1.3, 0.6
    result = regress([1.0, 3.0, 2.0, 5.0], [1.0, 2.0, 3.0, 4.0], minimum=3)
    assert result.loadings[0, 0] == pytest.approx(1.1)
    assert result.intercepts[0] == pytest.approx(0.0, abs=1e-14)
    assert result.residual_variance[0] == pytest.approx(2.7 / 2)
    assert result.r_squared[0] == pytest.approx(1 - 2.7 / 8.75)
    assert result.standard_errors[0, 0] == pytest.approx((1.35 / 5) ** 0.5)
    assert result.t_statistics[0, 0] == pytest.approx(1.1 / 0.27**0.5)
    assert result.condition_number == pytest.approx(1.0)


def test_an_exact_mixture_gets_its_weights_back():
    factors = random_factors(3, 80)
    result = regress(0.001 + np.array([[1.0, -2.0, 0.5]]) @ factors, factors)
    assert result.loadings[0] == pytest.approx([1.0, -2.0, 0.5], rel=1e-12)
    assert result.intercepts[0] == pytest.approx(0.001, rel=1e-10)
    assert result.r_squared[0] == pytest.approx(1.0)


def test_a_series_that_does_not_move_loads_on_nothing():
    result = regress(np.zeros(80), random_factors(2, 80))
    assert result.loadings[0] == pytest.approx([0.0, 0.0], abs=1e-15)
    assert np.isnan(result.r_squared[0])
    assert np.isnan(result.t_statistics[0]).all()
    assert result.residual_variance[0] == 0.0


def test_a_factor_that_does_not_move_gets_no_loading_and_shows_as_collinear():
    result = regress(random_factors(1, 80, 5), np.vstack([random_factors(1, 80), np.full((1, 80), 0.01)]))
    assert result.loadings[0, 1] == 0.0
    assert np.isnan(result.t_statistics[0, 1])
    assert result.collinear


def test_the_same_factor_twice_is_reported_and_shares_its_loading():
    factor = random_factors(1, 80)
    result = regress(2 * factor, np.vstack([factor, factor]))
    assert result.collinear
    assert result.loadings[0] == pytest.approx([1.0, 1.0])


def test_independent_factors_are_not_collinear():
    assert not regress(random_factors(1, 80, 5), random_factors(4, 80)).collinear


def test_sixty_days_are_enough_and_fifty_nine_are_not():
    regress(np.zeros(60), random_factors(2, 60))
    with pytest.raises(InsufficientHistory, match="There are 59 data points"):
        regress(np.zeros(59), random_factors(2, 59))


def test_a_degree_of_freedom_must_be_left():
    with pytest.raises(InsufficientHistory):
        regress(np.zeros(5), random_factors(4, 5), minimum=1)


@pytest.mark.parametrize(
    ("returns", "factors", "message"),
    [
        (np.zeros(80), np.zeros((1, 79)), "same days"),
        (np.full(80, np.nan), np.zeros((1, 80)), "returns must be finite"),
        (np.zeros(80), np.full((1, 80), np.inf), "factor_returns must be finite"),
        (np.zeros(80), np.zeros((0, 80)), "at least one factor"),
    ],
)
def test_bad_input_is_named(returns, factors, message):
    with pytest.raises(InvalidInput, match=message):
        regress(returns, factors)


def test_shares_of_variance_by_hand():
    # w'B = 2 * 1 + 1 * 3 = 5, F = 1: through the factor (2 * 1) * 5 = 10 and (1 * 3) * 5 = 15; specific 4 * 1 and 1 * 6
    result = variance_contributions([2.0, 1.0], [[1.0], [3.0]], [[1.0]], [1.0, 6.0])
    assert result.variance == 35.0
    assert result.shares * 35 == pytest.approx(np.array([[10.0, 4.0], [15.0, 6.0]]))
    assert result.by_position * 35 == pytest.approx([14.0, 21.0])
    assert result.by_factor * 35 == pytest.approx([25.0, 10.0])
    assert (result.systematic * 35, result.specific * 35) == pytest.approx((25.0, 10.0))


def test_a_hedge_has_a_negative_share():
    result = variance_contributions([2.0, -1.0], [[1.0], [1.0]], [[1.0]], [0.0, 0.0])
    assert result.by_position.tolist() == [2.0, -1.0]


def test_no_variance_has_no_shares():
    result = variance_contributions([0.0, 0.0], [[1.0], [3.0]], [[1.0]], [1.0, 6.0])
    assert result.variance == 0.0
    assert np.isnan(result.shares).all()


@pytest.mark.parametrize(
    "arguments",
    [
        ([1.0], [[1.0], [3.0]], [[1.0]], [1.0, 6.0]),
        ([1.0, 1.0], [[1.0], [3.0]], [[1.0, 0.0], [0.0, 1.0]], [1.0, 6.0]),
        ([1.0, 1.0], [[1.0], [3.0]], [[1.0]], [1.0]),
        ([1.0, 1.0], [1.0, 3.0], [[1.0]], [1.0, 1.0]),
    ],
)
def test_shapes_must_fit(arguments):
    with pytest.raises(InvalidInput, match="do not fit"):
        variance_contributions(*arguments)


def test_covariance_divides_by_n_less_one():
    # deviations (-1, 0, 1) and (-2, 1, 1)
    assert sample_covariance([[1.0, 2.0, 3.0], [1.0, 4.0, 4.0]]).tolist() == [[1.0, 1.5], [1.5, 3.0]]


def test_covariance_of_one_factor_is_a_table_of_one():
    assert sample_covariance([[1.0, 3.0]]).tolist() == [[2.0]]


def test_arguments_are_not_written_to():
    y, x = frozen(random_factors(2, 70, 1)), frozen(random_factors(2, 70, 2))
    result = regress(y, x)
    variance_contributions(frozen([1.0, 2.0]), frozen(result.loadings), frozen(sample_covariance(x)), frozen(result.residual_variance))


def test_shrinkage_by_hand():
    # two uncorrelated factors with variances 1 and 9 (divisor n): mean variance 5
    returns = np.array([[1.0, -1.0, 1.0, -1.0], [3.0, 3.0, -3.0, -3.0]])
    result = factor_covariance(returns, CovarianceEstimator.LEDOIT_WOLF)
    expected = (1 - result.shrinkage) * np.diag([1.0, 9.0]) + result.shrinkage * np.diag([5.0, 5.0])
    assert result.covariance == pytest.approx(expected)
    assert 0 < result.shrinkage < 1


def test_the_samples_own_covariance_is_not_shrunk():
    returns = random_factors(3, 80)
    result = factor_covariance(returns)
    assert result.shrinkage == 0.0
    assert (result.covariance == sample_covariance(returns)).all()


@pytest.mark.parametrize("days", [5, 10])
def test_shrinking_makes_more_factors_than_days_regular(days):
    result = factor_covariance(random_factors(20, days), CovarianceEstimator.LEDOIT_WOLF)
    assert np.linalg.eigvalsh(result.covariance).min() > 0


def test_one_factor_and_still_factors_have_a_covariance():
    one = factor_covariance(frozen([[1.0, -1.0, 1.0, -1.0]]), CovarianceEstimator.LEDOIT_WOLF)
    assert (one.covariance.tolist(), one.shrinkage) == ([[1.0]], 0.0)
    assert factor_covariance(np.zeros((2, 30)), CovarianceEstimator.LEDOIT_WOLF).covariance.tolist() == [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize("estimator", CovarianceEstimator)
def test_a_covariance_refuses_gaps_no_factor_and_one_day(estimator):
    with pytest.raises(InvalidInput, match="finite"):
        factor_covariance([[0.1, np.nan]], estimator)
    with pytest.raises(InvalidInput, match="at least one factor"):
        factor_covariance(np.zeros((0, 30)), estimator)
    with pytest.raises(InsufficientHistory, match="1 data points"):
        factor_covariance([[0.1]], estimator)


def test_a_factor_made_of_others_is_not_identified_and_has_no_t_statistic():
    one, other, free = random_factors(3, 80)
    result = regress(random_factors(1, 80, 5), [one, other, one - 2 * other, free])
    assert result.identified.tolist() == [False, False, False, True]
    assert np.isnan(result.t_statistics[0, :3]).all()
    assert np.isnan(result.standard_errors[0, :3]).all()
    alone = regress(random_factors(1, 80, 5), [one, other, free])
    # the degrees of freedom differ by one: 80 - 5 and 80 - 4
    assert result.t_statistics[0, 3] == pytest.approx(alone.t_statistics[0, 2] * (75 / 76) ** 0.5)
    assert np.isinf(result.condition_number)


def test_factors_that_are_only_much_alike_stay_identified():
    one, other = random_factors(2, 80)
    result = regress(random_factors(1, 80, 5), [one, one + 1e-6 * other])
    assert result.identified.all()
    assert result.condition_number > 1e5


def test_variance_inflation_by_hand():
    # correlation 0.6: VIF 1 / (1 - 0.36); condition number sqrt(1.6 / 0.4)
    wave, other = np.sin(np.arange(64.0) * np.pi / 4), np.sin(np.arange(64.0) * np.pi / 8)
    result = collinearity([5 * wave, 0.6 * wave + 0.8 * other])
    assert result.correlation == pytest.approx(np.array([[1.0, 0.6], [0.6, 1.0]]))
    assert result.variance_inflation == pytest.approx([1.5625, 1.5625])
    assert result.condition_number == pytest.approx(2.0)
    assert not result.collinear


def test_variance_inflation_is_one_over_what_the_others_leave_unexplained():
    factors = random_factors(4, 90) + random_factors(1, 90, 7)
    result = collinearity(frozen(factors))
    r_squared = [regress(factors[k], np.delete(factors, k, axis=0)).r_squared[0] for k in range(4)]
    assert result.variance_inflation == pytest.approx(1 / (1 - np.array(r_squared)))
    assert result.condition_number == pytest.approx(regress(factors[0], factors).condition_number)


def test_dependent_and_still_factors_are_told_apart():
    one, free = random_factors(2, 80)
    result = collinearity([one, -3 * one, np.full(80, 0.001), free])
    assert np.isinf(result.variance_inflation).tolist() == [True, True, False, False]
    assert result.constant.tolist() == [False, False, True, False]
    assert np.isnan(result.variance_inflation[2])
    assert np.isnan(result.correlation[2]).all()
    assert result.correlation[0, 1] == -1.0
    assert result.collinear


def test_one_factor_is_like_nothing():
    result = collinearity([[0.01, -0.02, 0.03]])
    assert (result.correlation.tolist(), result.condition_number) == ([[1.0]], 1.0)
    assert result.variance_inflation == pytest.approx([1.0])


def test_likeness_refuses_gaps_no_factor_and_too_few_days():
    with pytest.raises(InvalidInput, match="finite"):
        collinearity([[0.1, np.nan, 0.2]])
    with pytest.raises(InvalidInput, match="at least one factor"):
        collinearity(np.zeros((0, 30)))
    with pytest.raises(InsufficientHistory):
        collinearity(np.zeros((3, 4)))
