import numpy as np
import pytest

from farp.engine.sensitivity import ladder, two_factor_grid
from farp.errors import InvalidInput
from tests.markets import frozen

SHOCKS = np.linspace(-0.1, 0.1, 5)


def test_ladder_by_hand():
    # 100 long at beta 1.5, 50 short at beta 1: 150 - 50 = 100 of market exposure
    result = ladder([100.0, -50.0], [[1.5], [1.0]], SHOCKS)
    assert result.profit_and_loss[0] == pytest.approx([-10.0, -5.0, 0.0, 5.0, 10.0])
    assert result.shares[:, 0] == pytest.approx([1.5, -0.5])
    assert result.position_profit_and_loss[:, 0, 0] == pytest.approx([-15.0, 5.0])


def test_each_factor_may_have_its_own_shocks():
    result = ladder([100.0], [[1.0, -2.0]], [[-0.1, 0.1], [-0.01, 0.01]])
    assert result.profit_and_loss == pytest.approx(np.array([[-10.0, 10.0], [2.0, -2.0]]))
    assert result.shocks.tolist() == [[-0.1, 0.1], [-0.01, 0.01]]


def test_a_zero_shock_changes_nothing():
    assert ladder([100.0, -3.0], [[1.5, 0.2], [1.0, 7.0]], [0.0]).profit_and_loss.tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize("amounts", [[0.0, 0.0], [0.1, -0.3]], ids=["nothing held", "hedged"])
def test_shares_of_nothing_are_undefined(amounts):
    result = ladder(amounts, [[3.0], [1.0]], SHOCKS)
    assert np.isnan(result.shares).all()
    assert result.profit_and_loss[0] == pytest.approx(np.zeros(5), abs=1e-15)


def test_all_short_gains_when_the_factor_falls():
    result = ladder([-100.0, -100.0], [[1.0], [3.0]], [-0.1])
    assert result.profit_and_loss[0, 0] == pytest.approx(40.0)
    assert result.shares[:, 0] == pytest.approx([0.25, 0.75])


def test_grid_by_hand():
    grid = two_factor_grid([100.0, 50.0], [[1.0, 0.0, 0.5], [2.0, 9.0, 0.0]], 0, 2, [-0.1, 0.0], [-0.2, 0.0, 0.2])
    assert grid == pytest.approx(np.array([[-30.0, -20.0, -10.0], [-10.0, 0.0, 10.0]]))


def test_the_middle_of_the_grid_is_the_ladder():
    amounts, loadings = [100.0, 50.0], [[1.0, 0.3], [2.0, -0.5]]
    grid, rungs = two_factor_grid(amounts, loadings, 0, 1, SHOCKS, SHOCKS), ladder(amounts, loadings, SHOCKS)
    assert grid[:, 2].tolist() == rungs.profit_and_loss[0].tolist()
    assert grid[2].tolist() == rungs.profit_and_loss[1].tolist()


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 2), (-1, 0)])
def test_a_grid_needs_two_factors_that_exist(first, second):
    with pytest.raises(InvalidInput, match="two different factors numbered 0 to 1"):
        two_factor_grid([1.0], [[1.0, 2.0]], first, second, SHOCKS, SHOCKS)


@pytest.mark.parametrize(
    ("amounts", "loadings", "shocks", "message"),
    [
        ([1.0, 2.0], [[1.0]], SHOCKS, "do not fit"),
        ([1.0], [1.0], SHOCKS, "do not fit"),
        ([1.0], [[1.0]], [[0.1], [0.2]], "with 1 factors"),
        ([1.0], [[1.0]], [[[0.1]]], "with 1 factors"),
        ([1.0], [[1.0]], [np.nan], "finite"),
        ([np.nan], [[1.0]], SHOCKS, "finite"),
    ],
)
def test_bad_input(amounts, loadings, shocks, message):
    with pytest.raises(InvalidInput, match=message):
        ladder(amounts, loadings, shocks)


def test_a_grid_wants_series_of_shocks():
    with pytest.raises(InvalidInput, match="one series each"):
        two_factor_grid([1.0], [[1.0, 2.0]], 0, 1, [SHOCKS], SHOCKS)


def test_no_argument_is_written_to_and_no_result_aliases_it():
    shocks = np.array([0.1, 0.2])
    result = ladder(frozen([1.0, 2.0]), frozen([[1.0], [2.0]]), shocks)
    shocks[0] = 9.0
    assert result.shocks[0, 0] == 0.1
    two_factor_grid(frozen([1.0]), frozen([[1.0, 2.0]]), 0, 1, frozen(SHOCKS), frozen(SHOCKS))
