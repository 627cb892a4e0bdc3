import numpy as np
import pytest

from farp.engine.contribution import component_expected_shortfall
from farp.engine.value_at_risk import historical_expected_shortfall
from farp.errors import InvalidInput
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
