import numpy as np
import pytest
from scipy.stats import norm

from farp.engine.contribution import (
    by_group,
    component_expected_shortfall,
    component_value_at_risk,
    factor_profit_and_loss,
    incremental_value_at_risk,
    parametric_contributions,
    parametric_incremental_value_at_risk,
    position_profit_and_loss_through,
)
from farp.engine.value_at_risk import QuantileRule, historical_expected_shortfall, historical_value_at_risk
from farp.errors import InsufficientHistory, InvalidInput
from tests.markets import frozen


def test_parts_are_what_each_position_lost_on_the_tail_days():
    # 30 days at 95 %: the worst day whole, the next one half
    profit = np.zeros((2, 30))
    profit[:, 4] = [-10.0, 1.0]  # -9 together
    profit[:, 9] = [2.0, -8.0]  # -6 together
    assert component_expected_shortfall(profit, 0.95) == pytest.approx([(10 - 1) / 1.5, (-1 + 4) / 1.5])


def test_parts_add_up_to_the_expected_shortfall():
    profit = np.random.default_rng(0).normal(size=(9, 252))
    total = float(historical_expected_shortfall(profit.sum(axis=0), 0.99))
    assert component_expected_shortfall(profit, 0.99).sum() == pytest.approx(total, rel=1e-13)


def test_a_single_position_is_all_of_it():
    profit = np.random.default_rng(1).normal(size=(1, 100))
    assert component_expected_shortfall(profit, 0.95)[0] == pytest.approx(float(historical_expected_shortfall(profit[0], 0.95)), rel=1e-14)


@pytest.mark.parametrize("bad", [np.zeros(30), np.zeros((2, 2, 30))])
def test_positions_by_days_and_nothing_else(bad):
    with pytest.raises(InvalidInput, match="n_positions, n_days"):
        component_expected_shortfall(bad, 0.95)


def test_the_argument_is_not_written_to():
    profit = frozen(np.arange(40.0).reshape(2, 20))
    component_expected_shortfall(profit, 0.95)
    assert profit[1, 19] == 39.0


# two uncorrelated positions of 60 and 40 with volatilities of 10 % and 20 %: w'Sw = 36 + 64 = 100
BOOK = np.array([60.0, 40.0])
COVARIANCE = np.diag([0.01, 0.04])
Z = 1.6448536269514722


def test_parametric_parts_by_hand():
    result = parametric_contributions(BOOK, COVARIANCE, 0.95)
    assert result.value_at_risk == pytest.approx(10 * Z, rel=1e-14)
    assert result.component == pytest.approx([3.6 * Z, 6.4 * Z], rel=1e-14)
    assert result.percent == pytest.approx([0.36, 0.64], rel=1e-14)
    assert result.marginal == pytest.approx([0.06 * Z, 0.16 * Z], rel=1e-14)
    assert result.incremental == pytest.approx([(10 - 8) * Z, (10 - 6) * Z], rel=1e-14)


def test_normal_expected_shortfall_is_the_mean_beyond_the_quantile():
    result = parametric_contributions(BOOK, COVARIANCE, 0.95)
    beyond = norm.expect(lambda x: x, lb=norm.ppf(0.95), conditional=True)
    assert result.expected_shortfall == pytest.approx(10 * beyond, rel=1e-9)
    assert result.expected_shortfall_component == pytest.approx([3.6 * beyond, 6.4 * beyond], rel=1e-9)


def test_a_hedge_has_a_negative_part_and_a_negative_increment():
    result = parametric_contributions([100.0, -20.0], [[0.01, 0.01], [0.01, 0.01]], 0.99)
    assert result.percent == pytest.approx([1.25, -0.25])
    assert result.incremental[1] < 0 < result.incremental[0]


def test_one_position_short_is_all_of_it():
    result = parametric_contributions([-100.0], [[0.04]], 0.95)
    assert result.value_at_risk == pytest.approx(20 * Z)
    assert result.component == pytest.approx([20 * Z])
    assert result.incremental == pytest.approx([20 * Z])
    assert result.marginal == pytest.approx([-0.2 * Z])


@pytest.mark.parametrize(
    ("amounts", "covariance"),
    [
        ([0.0, 0.0], COVARIANCE),
        ([10.0, 5.0], np.zeros((2, 2))),
        ([0.1, -0.3], np.outer([3.0, 1.0], [3.0, 1.0])),
    ],
    ids=["nothing held", "nothing moves", "fully hedged"],
)
def test_without_risk_parts_are_zero_and_shares_undefined(amounts, covariance):
    result = parametric_contributions(amounts, covariance, 0.95)
    assert result.value_at_risk == 0.0
    assert result.component.tolist() == [0.0, 0.0]
    assert np.isnan(result.percent).all()
    assert np.isnan(result.marginal).all()


def test_no_positions_have_no_risk():
    result = parametric_contributions(np.zeros(0), np.zeros((0, 0)), 0.95)
    assert result.value_at_risk == 0.0
    assert result.component.shape == (0,)


def test_more_holdings_than_days_is_a_singular_covariance_and_no_matter():
    returns = np.random.default_rng(3).normal(0, 0.01, (40, 25))
    result = parametric_contributions(np.full(40, 10.0), np.cov(returns), 0.95)
    assert result.value_at_risk == pytest.approx(Z * (10 * returns.sum(axis=0)).std(ddof=1), rel=1e-12)
    assert result.component.sum() == pytest.approx(result.value_at_risk, rel=1e-12)


@pytest.mark.parametrize(
    ("amounts", "covariance", "message"),
    [
        ([1.0, 2.0], [[1.0]], "do not fit"),
        ([[1.0]], [[1.0]], "do not fit"),
        ([1.0, 2.0], [[1.0, 0.5], [0.0, 1.0]], "symmetric"),
        ([1.0, -1.0], [[1.0, 2.0], [2.0, 1.0]], "positive semi-definite"),
        ([np.nan], [[1.0]], "finite"),
        ([1.0], [[np.inf]], "finite"),
    ],
)
def test_bad_covariances_are_refused(amounts, covariance, message):
    with pytest.raises(InvalidInput, match=message):
        parametric_contributions(amounts, covariance, 0.95)


def test_historical_component_value_at_risk_is_the_shares_of_the_shortfall():
    profit = np.random.default_rng(5).normal(size=(4, 252))
    parts = component_value_at_risk(profit, 0.95)
    figure = float(historical_value_at_risk(profit.sum(axis=0), 0.95))
    shares = component_expected_shortfall(profit, 0.95) / float(historical_expected_shortfall(profit.sum(axis=0), 0.95))
    assert parts == pytest.approx(shares * figure, rel=1e-12)


def test_the_quantile_rule_reaches_the_components():
    profit = np.random.default_rng(5).normal(size=(4, 252))
    figure = float(historical_value_at_risk(profit.sum(axis=0), 0.95, QuantileRule.ORDER_STATISTIC))
    assert component_value_at_risk(profit, 0.95, QuantileRule.ORDER_STATISTIC).sum() == pytest.approx(figure, rel=1e-12)


@pytest.mark.parametrize("profit", [np.zeros((2, 30)), np.outer([0.1, 0.2, -0.3], np.sin(np.arange(30.0)))], ids=["nothing moves", "hedged"])
def test_a_share_of_no_shortfall_is_undefined(profit):
    assert np.isnan(component_value_at_risk(profit, 0.95)).all()


def test_incremental_is_the_figure_less_the_figure_without():
    profit = np.random.default_rng(6).normal(size=(5, 100))
    result = incremental_value_at_risk(profit, 0.95)
    without = historical_value_at_risk(profit[[0, 1, 3, 4]].sum(axis=0), 0.95)
    assert result.values[2] == pytest.approx(float(historical_value_at_risk(profit.sum(axis=0), 0.95) - without), rel=1e-12)
    assert result.groups == ("0", "1", "2", "3", "4")


def test_incremental_of_a_group_takes_all_of_it_away():
    profit = np.random.default_rng(6).normal(size=(3, 100))
    result = incremental_value_at_risk(profit, 0.95, labels=["Tech", "Energy", "Tech"])
    expected = historical_value_at_risk(profit.sum(axis=0), 0.95) - historical_value_at_risk(profit[1], 0.95)
    assert result.groups == ("Tech", "Energy")
    assert result.values[0] == pytest.approx(float(expected), rel=1e-12)


def test_incremental_of_the_only_position_is_the_whole_figure():
    profit = np.random.default_rng(6).normal(size=(1, 100))
    assert incremental_value_at_risk(profit, 0.95).values[0] == float(historical_value_at_risk(profit[0], 0.95))


def test_incremental_value_at_risk_takes_the_rule():
    profit = np.random.default_rng(6).normal(size=(2, 100))
    one, other = (incremental_value_at_risk(profit, 0.95, rule).values for rule in (QuantileRule.LINEAR, QuantileRule.CENTERED))
    assert (one != other).all()


def test_too_few_days_for_an_increment():
    with pytest.raises(InsufficientHistory, match="19 data points"):
        incremental_value_at_risk(np.zeros((2, 19)), 0.95)


def test_groups_add_up_in_order_of_appearance():
    result = by_group([[1.0, 2.0, 4.0], [1.0, -1.0, 0.0]], ["B", "A", "B"])
    assert result.groups == ("B", "A")
    assert result.values.tolist() == [[5.0, 2.0], [1.0, -1.0]]


def test_an_undefined_part_spoils_its_own_group_only():
    assert np.isnan(by_group([np.nan, 2.0], ["A", "B"]).values).tolist() == [True, False]


def test_labels_must_be_as_many_as_positions():
    with pytest.raises(InvalidInput, match="each of the 2 positions, got 1"):
        by_group([1.0, 2.0], ["A"])


def test_factor_rows_add_up_to_the_portfolio_and_hold_the_specific_part_last():
    # 100 in a series that is twice the factor plus one basis point
    factor = np.sin(np.arange(30.0)) / 100
    rows = factor_profit_and_loss([100.0], [[2.0]], [factor], [100 * (2 * factor + 0.0001)])
    assert rows[0] == pytest.approx(200 * factor)
    assert rows[1] == pytest.approx(np.full(30, 0.01))


@pytest.mark.parametrize("loadings", [[[1.0, 2.0]], [[1.0], [1.0]]])
def test_factor_rows_need_fitting_shapes(loadings):
    with pytest.raises(InvalidInput, match="do not fit"):
        factor_profit_and_loss([100.0], loadings, [np.zeros(30)], [np.zeros(30)])


def test_no_argument_is_written_to():
    amounts, covariance, profit = frozen(BOOK), frozen(COVARIANCE), frozen(np.random.default_rng(1).normal(size=(2, 30)))
    parametric_contributions(amounts, covariance, 0.95)
    component_value_at_risk(profit, 0.95)
    incremental_value_at_risk(profit, 0.95)
    by_group(amounts, ["A", "B"])
    factor_profit_and_loss(amounts, frozen(np.ones((2, 1))), frozen(np.ones((1, 30))), profit)


def test_a_total_that_is_given_chooses_among_days_that_are_equal_but_for_rounding():
    profit = np.zeros((2, 20))
    profit[:, 3], profit[:, 8] = [-0.3, 0.0], [0.0, -0.3]  # the same loss, from one and from the other
    total = profit.sum(axis=0)
    total[8] -= 1e-16
    assert component_expected_shortfall(profit, 0.95).tolist() == [0.3, 0.0]
    assert component_expected_shortfall(profit, 0.95, total).tolist() == [0.0, 0.3]
    assert component_value_at_risk(profit, 0.95, total=total)[0] == 0.0


@pytest.mark.parametrize("total", [np.zeros(19), np.zeros((2, 20))])
def test_a_total_must_have_the_days_of_the_positions(total):
    with pytest.raises(InvalidInput, match="one P&L of 20 days"):
        component_expected_shortfall(np.zeros((2, 20)), 0.95, total)


def test_parametric_increment_of_a_group_takes_all_of_it_away():
    # deviations 6, 8 and 24, uncorrelated: 26 together, 24 without the first two, 10 without the third
    result = parametric_incremental_value_at_risk([6.0, 8.0, 24.0], np.eye(3), 0.95, ["A", "A", "B"])
    assert result.groups == ("A", "B")
    assert result.values == pytest.approx([2 * Z, 16 * Z], rel=1e-12)
    single = parametric_incremental_value_at_risk(BOOK, COVARIANCE, 0.95, ["A", "B"])
    assert single.values.tolist() == parametric_contributions(BOOK, COVARIANCE, 0.95).incremental.tolist()


def test_parametric_increment_needs_fitting_arguments():
    with pytest.raises(InvalidInput, match="each of the 2 positions"):
        parametric_incremental_value_at_risk(BOOK, COVARIANCE, 0.95, ["A"])
    with pytest.raises(InvalidInput, match="do not fit"):
        parametric_incremental_value_at_risk(BOOK, np.eye(3), 0.95, ["A", "B"])
    with pytest.raises(InvalidInput, match="confidence"):
        parametric_incremental_value_at_risk(BOOK, COVARIANCE, 0.5, ["A", "B"])


def test_positions_through_a_factor_add_up_to_its_row():
    rng = np.random.default_rng(8)
    amounts, loadings, factors, profit = rng.normal(size=3), rng.normal(size=(3, 2)), rng.normal(size=(2, 30)), rng.normal(size=(3, 30))
    rows = factor_profit_and_loss(amounts, loadings, factors, profit)
    for factor in range(3):
        assert position_profit_and_loss_through(factor, amounts, loadings, factors, profit).sum(axis=0) == pytest.approx(rows[factor])
    assert position_profit_and_loss_through(1, amounts, loadings, factors, profit)[2] == pytest.approx(amounts[2] * loadings[2, 1] * factors[1])


@pytest.mark.parametrize("factor", [-1, 3])
def test_a_factor_that_is_not_there_is_refused(factor):
    with pytest.raises(InvalidInput, match="0 to 2"):
        position_profit_and_loss_through(factor, np.ones(3), np.ones((3, 2)), np.ones((2, 30)), np.ones((3, 30)))
