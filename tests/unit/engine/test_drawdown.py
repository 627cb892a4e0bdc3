import numpy as np
import pytest

from farp.engine.drawdown import drawdowns, underwater
from farp.errors import InsufficientHistory, InvalidInput
from tests.markets import frozen


def test_the_largest_relative_fall_is_the_maximum():
    result = drawdowns([100.0, 80.0, 200.0, 170.0, 190.0])
    assert float(result.maximum) == 0.2  # 100 -> 80, though 200 -> 170 lost more money
    assert float(result.maximum_amount) == 20.0
    assert (int(result.peak), int(result.trough)) == (0, 1)


def test_current_is_measured_from_the_running_peak():
    result = drawdowns([100.0, 80.0, 200.0, 170.0, 190.0])
    assert float(result.current) == pytest.approx(0.05)
    assert float(result.current_amount) == 10.0


def test_a_path_that_never_falls_has_no_peak_and_no_trough():
    result = drawdowns([1.0, 1.0, 2.0, 3.0])
    assert (float(result.maximum), float(result.current), int(result.peak), int(result.trough)) == (0.0, 0.0, -1, -1)


def test_of_equal_peaks_the_first_counts():
    result = drawdowns([50.0, 100.0, 100.0, 60.0])
    assert (int(result.peak), int(result.trough)) == (1, 3)


def test_of_equal_falls_the_first_counts():
    result = drawdowns([100.0, 50.0, 100.0, 50.0])
    assert (int(result.peak), int(result.trough)) == (0, 1)


@pytest.mark.parametrize("low", [0.0, -20.0])
def test_a_path_that_touches_zero_has_only_amounts(low):
    result = drawdowns([100.0, low, 60.0, 50.0])
    assert np.isnan(result.maximum)
    assert np.isnan(result.current)
    assert float(result.maximum_amount) == 100.0 - low
    assert float(result.current_amount) == 50.0
    assert (int(result.peak), int(result.trough)) == (0, 1)


def test_a_path_below_zero_falls_in_money():
    result = drawdowns([-100.0, -90.0, -150.0])
    assert float(result.maximum_amount) == 60.0
    assert np.isnan(result.maximum)


def test_a_path_of_zeros_never_falls():
    result = drawdowns([0.0, 0.0])
    assert float(result.maximum_amount) == 0.0
    assert int(result.peak) == -1


def test_each_row_has_its_own_answer():
    result = drawdowns([[100.0, 50.0, 75.0], [-1.0, 1.0, 0.5], [1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(result.maximum, [0.5, np.nan, 0.0])
    assert result.peak.tolist() == [0, 1, -1]


def test_one_day_is_no_drawdown():
    assert float(drawdowns([5.0]).maximum) == 0.0


def test_no_day_is_refused():
    with pytest.raises(InsufficientHistory):
        drawdowns([])


def test_a_gap_is_refused():
    with pytest.raises(InvalidInput, match="values must be finite"):
        drawdowns([1.0, np.nan])


def test_underwater_is_the_depth_on_each_day():
    assert underwater([100.0, 90.0, 110.0, 55.0]).tolist() == [0.0, 0.1, 0.0, 0.5]


def test_underwater_of_a_path_that_touches_zero_means_nothing():
    assert np.isnan(underwater([[1.0, 0.0]])).all()


def test_the_argument_is_not_written_to():
    values = frozen([3.0, 1.0, 2.0])
    drawdowns(values)
    underwater(values)
    assert values.tolist() == [3.0, 1.0, 2.0]
