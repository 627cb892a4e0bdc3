"""What every VaR method that reads one P&L series must do, whatever its model."""

import math
from functools import partial

import numpy as np
import pytest

from farp.engine.methods import METHODS
from farp.engine.methods.age_weighted import age_weighted
from farp.engine.methods.cornish_fisher import cornish_fisher
from farp.engine.methods.filtered_historical import filtered_historical
from farp.engine.methods.garch_filtered import garch_filtered
from farp.engine.methods.historical_simulation import historical_simulation
from farp.engine.methods.monte_carlo import monte_carlo
from farp.engine.methods.parametric_normal import parametric_normal
from farp.engine.methods.student_t import student_t
from farp.engine.value_at_risk import historical_tails
from farp.errors import InsufficientHistory, InvalidInput
from tests.markets import frozen

QUICK = (historical_simulation, parametric_normal, student_t, cornish_fisher, age_weighted, filtered_historical)
ALL = (*QUICK, garch_filtered)
LEVELS = (0.9, 0.95, 0.99, 0.999)
DAYS = np.random.default_rng(7).standard_t(5, (6, 130)) * [[1.0], [1e-3], [1e6], [0.5], [2.0], [3e4]]

every = pytest.mark.parametrize("method", ALL, ids=lambda method: method.__name__)
moving = pytest.mark.parametrize("method", QUICK, ids=lambda method: method.__name__)


@every
def test_a_row_of_a_batch_has_the_bits_of_the_row_alone(method):
    batch = method(frozen(DAYS), LEVELS)
    for row, profit in enumerate(DAYS):
        alone = method(profit, LEVELS)
        for one, many in zip(alone.tails, batch.tails, strict=True):
            assert float(one.value_at_risk) == many.value_at_risk[row]
            assert float(one.expected_shortfall) == many.expected_shortfall[row]
        assert {name: float(values) for name, values in alone.fitted.items()} == {name: values[row] for name, values in batch.fitted.items()}
        assert alone.remarks_on() == batch.remarks_on((row,))


@moving
def test_the_bits_do_not_depend_on_the_layout_of_the_batch(method):
    windows = np.asfortranarray(np.lib.stride_tricks.sliding_window_view(DAYS[0], 100))
    for one, other in zip(method(windows, LEVELS).tails, method(np.ascontiguousarray(windows), LEVELS).tails, strict=True):
        assert one.value_at_risk.tolist() == other.value_at_risk.tolist()
        assert one.expected_shortfall.tolist() == other.expected_shortfall.tolist()


@every
@pytest.mark.parametrize("shape", [(), (1,), (2, 3)], ids=str)
def test_the_answer_has_the_shape_of_the_rows(method, shape):
    profit = DAYS[: max(math.prod(shape), 1)].reshape(*shape, 130)
    result = method(profit, LEVELS)
    assert [tail.confidence for tail in result.tails] == list(LEVELS)
    assert {tail.value_at_risk.shape for tail in result.tails} == {tail.expected_shortfall.shape for tail in result.tails} == {shape}
    assert {values.shape for values in result.fitted.values()} <= {shape}
    assert result.observations == 130
    assert result.method == method.__name__
    assert result.method in METHODS


@every
@pytest.mark.parametrize("level", [0.5, 1.0, 95, -0.1, float("nan")])
def test_a_confidence_out_of_range_is_refused(method, level):
    with pytest.raises(InvalidInput, match=r"between 0\.5 and 1"):
        method(DAYS[0], (level,))


@every
@pytest.mark.parametrize("hole", [float("nan"), float("inf")])
def test_a_gap_is_refused(method, hole):
    profit = DAYS.copy()
    profit[2, 40] = hole
    with pytest.raises(InvalidInput, match="NaN or an infinity"):
        method(profit, LEVELS)


@every
def test_too_short_a_past_is_refused_with_the_number_of_days(method):
    needed = 60 if method is garch_filtered else 20
    with pytest.raises(InsufficientHistory, match=f"There are {needed - 1} data points.*at least {needed}"):
        method(DAYS[0, : needed - 1], LEVELS)
    assert method(DAYS[0, :needed], LEVELS).observations == needed


@moving
@pytest.mark.parametrize("level", [0.0, 0.1, -3.0, 1e6 / 3])
def test_a_constant_series_has_a_defined_answer(method, level):
    result = method(np.full((2, 30), level), LEVELS)
    for tail in result.tails:
        assert np.isfinite(tail.value_at_risk).all()
        assert (tail.expected_shortfall >= tail.value_at_risk - 1e-9 * abs(level)).all()
    if level == 0:
        assert all((tail.value_at_risk == 0).all() and (tail.expected_shortfall == 0).all() for tail in result.tails)
    assert all(np.isfinite(values).all() for name, values in result.fitted.items() if name != "degrees_of_freedom")


@pytest.mark.parametrize("method", [parametric_normal, student_t, cornish_fisher], ids=lambda method: method.__name__)
def test_the_parametric_methods_say_that_nothing_moves(method):
    still = method(np.full(30, 0.1), LEVELS)
    assert [float(tail.value_at_risk) for tail in still.tails] == [0.0] * 4
    assert len(still.remarks_on()) == 1
    assert "does not move" in still.remarks_on()[0]


@every
def test_ten_days_are_root_ten_times_one(method):
    result = method(DAYS[0], LEVELS)
    for one, ten in zip(result.tails, result.over(10), strict=True):
        assert float(ten.value_at_risk) == pytest.approx(math.sqrt(10) * float(one.value_at_risk), rel=1e-14)
        assert float(ten.expected_shortfall) == pytest.approx(math.sqrt(10) * float(one.expected_shortfall), rel=1e-14)


@every
def test_a_thousand_times_the_position_is_a_thousand_times_the_risk(method):
    before, after = method(DAYS[0], LEVELS), method(DAYS[0] * 1000, LEVELS)
    for one, other in zip(before.tails, after.tails, strict=True):
        assert float(other.value_at_risk) == pytest.approx(1000 * float(one.value_at_risk), rel=1e-5)
        assert float(other.expected_shortfall) == pytest.approx(1000 * float(one.expected_shortfall), rel=1e-5)


@every
def test_the_figures_are_those_of_a_plausible_tail(method):
    # a loss beyond which one day in twenty lies, on 600 days of unit deviation: no method is half or twice the normal's 1.645
    moves = np.random.default_rng(3).normal(size=600)
    value = float(method(moves, (0.95,)).tails[0].value_at_risk)
    assert 1.3 < value < 2.0


def test_historical_simulation_is_the_historical_tail():
    ours, theirs = historical_simulation(DAYS, LEVELS).tails, historical_tails(DAYS, LEVELS)
    for one, other in zip(ours, theirs, strict=True):
        assert one.value_at_risk.tolist() == other.value_at_risk.tolist()
        assert one.expected_shortfall.tolist() == other.expected_shortfall.tolist()


def test_every_method_has_a_name_for_reading():
    known = [*(method(DAYS[0], (0.95,)).method for method in ALL), monte_carlo(DAYS, (0.95,), np.random.default_rng(1), paths=1000).method]
    assert sorted(known) == sorted(METHODS)
    assert len(set(METHODS.values())) == 8


def test_the_settings_are_part_of_the_result():
    assert age_weighted(DAYS[0], (0.95,), decay=0.97).settings["decay"] == 0.97
    assert partial(filtered_historical, decay=0.9)(DAYS[0], (0.95,)).settings == {"decay": 0.9, "rule": "linear"}
