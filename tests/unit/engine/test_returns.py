import numpy as np
import pytest
from scipy.sparse import csr_array

from farp.engine.returns import profit_and_loss, relative_prices, simple_returns, value_path, weighted_sum
from farp.errors import InvalidInput
from tests.markets import frozen


def test_a_return_is_the_price_over_the_one_before_less_one():
    assert simple_returns([100.0, 125.0, 100.0]) == pytest.approx([0.25, -0.2])


def test_returns_over_two_days_overlap():
    assert simple_returns([100.0, 110.0, 150.0, 55.0], 2).tolist() == [0.5, -0.5]


@pytest.mark.parametrize("days", [0, 1, 2])
def test_too_few_prices_leave_no_return(days):
    assert simple_returns(np.ones(days), 3).shape == (0,)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("function", [simple_returns, relative_prices])
def test_a_price_must_be_positive_and_finite(function, bad):
    with pytest.raises(InvalidInput, match="prices must be positive"):
        function([[1.0, 2.0], [bad, 1.0]])


@pytest.mark.parametrize("bad", [0, -1, 1.5])
def test_a_horizon_is_a_whole_number_of_days(bad):
    with pytest.raises(InvalidInput, match="horizon must be a whole number"):
        simple_returns([1.0, 2.0], bad)


@pytest.mark.parametrize("bad", ["x", [[1.0], [1.0, 2.0]], 3.0])
def test_what_is_no_array_of_numbers_is_refused(bad):
    with pytest.raises(InvalidInput, match="prices must be"):
        simple_returns(bad)


def test_profit_and_loss_adds_what_each_position_earned():
    # 100 * 10 % - 50 * 20 % = 0; 100 * -10 % + 50 * 4 % = -8
    assert profit_and_loss([100.0, -50.0], [[0.10, -0.10], [0.20, -0.04]]) == pytest.approx([0.0, -8.0])


def test_each_portfolio_of_a_book_is_summed_on_its_own():
    result = weighted_sum([[[1.0, 0.0], [0.0, 2.0]]], [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
    assert result.tolist() == [[[1.0, 2.0, 3.0], [20.0, 40.0, 60.0]]]


def test_sparse_and_dense_amounts_give_the_same_bits():
    rng = np.random.default_rng(3)
    amounts, series = rng.normal(size=(7, 11)) * rng.integers(0, 2, (7, 11)), rng.normal(size=(11, 30))
    assert np.array_equal(weighted_sum(csr_array(amounts), series), weighted_sum(amounts, series))


def test_a_sparse_row_is_added_in_the_order_in_which_it_is_stored_as_the_portfolio_alone_is():
    series = np.random.default_rng(4).normal(size=(3, 20))
    listed = [2, 0, 1]
    stored = csr_array((np.array([0.3, 0.1, 0.2]), np.array(listed), np.array([0, 3])), shape=(1, 3))
    assert np.array_equal(weighted_sum(stored, series)[0], weighted_sum([0.3, 0.1, 0.2], series[listed]))
    assert stored.indices.tolist() == [2, 0, 1]  # the caller's matrix is as it was


def test_what_is_not_held_cannot_spoil_the_sum():
    assert weighted_sum([2.0, 0.0], [[1.0], [np.nan]]).tolist() == [2.0]


def test_a_portfolio_without_instruments_earns_nothing():
    assert weighted_sum(np.zeros((2, 0)), np.zeros((0, 3))).tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize("amounts", [[1.0], [[1.0, 2.0, 3.0]], csr_array(np.ones((1, 3))), 1.0])
def test_amounts_and_series_must_fit(amounts):
    with pytest.raises(InvalidInput, match="amounts"):
        weighted_sum(amounts, np.ones((2, 4)))


def test_the_value_path_prices_todays_quantities():
    # 10 units: 5, 4, 6 a unit; 3 short units: 2, 1, 1 a unit
    assert value_path([60.0, -3.0], [[5.0, 4.0, 6.0], [2.0, 1.0, 1.0]]) == pytest.approx([44.0, 37.0, 57.0])


def test_the_value_path_ends_at_the_market_value_exactly():
    values = value_path([0.1, 0.2, 0.3], np.random.default_rng(5).uniform(1, 9, (3, 40)))
    assert values[-1] == (0.1 + 0.2) + 0.3


def test_arguments_are_not_written_to():
    prices, amounts = frozen([[1.0, 2.0], [3.0, 4.0]]), frozen([1.0, 2.0])
    assert profit_and_loss(amounts, simple_returns(prices)).shape == (1,)
    assert value_path(amounts, prices).shape == (2,)
