import numpy as np
import pytest
from numpy.random import MT19937, Generator, default_rng

from farp.engine.methods import monte_carlo as module
from farp.engine.methods.monte_carlo import monte_carlo
from farp.engine.methods.parametric_normal import parametric_normal
from farp.engine.methods.student_t import student_t_tail
from farp.errors import InsufficientHistory, InvalidInput
from tests.markets import frozen

LEVELS = (0.95, 0.99)
POSITIONS = default_rng(11).normal(size=(4, 120)) * [[1.0], [3.0], [0.2], [10.0]] + default_rng(12).normal(size=120)


def figures(result):
    return [float(value) for tail in result.tails for value in (tail.value_at_risk, tail.expected_shortfall)]


def test_normal_paths_agree_with_the_closed_form():
    simulated = monte_carlo(frozen(POSITIONS), LEVELS, default_rng(1))
    exact = parametric_normal(POSITIONS.sum(axis=0), LEVELS)
    assert figures(simulated) == pytest.approx(figures(exact), rel=0.02)  # four standard errors of the 99 % quantile of 100,000
    assert float(simulated.fitted["deviation"]) == pytest.approx(float(exact.fitted["deviation"]), rel=1e-12)


def test_student_t_paths_agree_with_the_closed_form():
    simulated = monte_carlo(POSITIONS, LEVELS, default_rng(1), degrees_of_freedom=5.0)
    for tail in simulated.tails:
        exact = student_t_tail(POSITIONS.sum(axis=0).std(ddof=1), 5.0, tail.confidence)
        assert float(tail.value_at_risk) == pytest.approx(float(exact.value_at_risk), rel=0.03)
        assert float(tail.expected_shortfall) == pytest.approx(float(exact.expected_shortfall), rel=0.04)
    assert simulated.settings["distribution"] == "student_t"


def test_the_seed_in_the_result_repeats_it():
    first = monte_carlo(POSITIONS, LEVELS, default_rng(20221228), paths=5000)
    assert first.settings["seed"] == 20221228
    assert first.settings["paths"] == 5000
    assert figures(monte_carlo(POSITIONS, LEVELS, default_rng(first.settings["seed"]), paths=5000)) == figures(first)
    assert figures(monte_carlo(POSITIONS, LEVELS, default_rng(20221229), paths=5000)) != figures(first)


def test_the_callers_generator_is_left_as_it_was():
    rng = default_rng(3)
    monte_carlo(POSITIONS, LEVELS, rng, paths=1000)
    assert rng.random() == default_rng(3).random()


def test_another_bit_generator_is_repeated_as_well():
    one, other = (monte_carlo(POSITIONS, LEVELS, Generator(MT19937(3)), paths=1000) for _ in range(2))
    assert figures(one) == figures(other) != figures(monte_carlo(POSITIONS, LEVELS, default_rng(3), paths=1000))


def used():
    rng = default_rng(3)
    rng.random()
    return rng


@pytest.mark.parametrize("rng", [used(), default_rng([1, 2]), default_rng(3).spawn(1)[0]], ids=["used", "two seeds", "spawned"])
def test_a_generator_that_a_seed_cannot_repeat_is_refused(rng):
    with pytest.raises(InvalidInput, match="fresh from"):
        monte_carlo(POSITIONS, LEVELS, rng)


def test_a_row_of_a_batch_gets_the_draws_it_gets_alone(monkeypatch):
    book = np.stack([POSITIONS, POSITIONS[::-1] * 2, -POSITIONS])
    monkeypatch.setattr(module, "BLOCK", 2)
    batch = monte_carlo(book, LEVELS, default_rng(1), paths=2000, degrees_of_freedom=4.0)
    assert batch.tails[0].value_at_risk.shape == (3,)
    for row, positions in enumerate(book):
        alone = monte_carlo(positions, LEVELS, default_rng(1), paths=2000, degrees_of_freedom=4.0)
        for one, many in zip(alone.tails, batch.tails, strict=True):
            assert float(one.value_at_risk) == many.value_at_risk[row]
            assert float(one.expected_shortfall) == many.expected_shortfall[row]


def test_the_number_of_draws_held_at_once_changes_nothing(monkeypatch):
    whole = figures(monte_carlo(POSITIONS, LEVELS, default_rng(1), paths=3000))
    monkeypatch.setattr(module, "CHUNK", 1000)
    assert figures(monte_carlo(POSITIONS, LEVELS, default_rng(1), paths=3000)) == pytest.approx(whole, rel=1e-12)


def test_a_full_covariance_has_no_remark():
    result = monte_carlo(POSITIONS, LEVELS, default_rng(1), paths=1000)
    values = np.linalg.eigvalsh(np.cov(POSITIONS))
    assert result.remarks == ()
    assert float(result.fitted["rank"]) == 4
    assert float(result.fitted["condition_number"]) == pytest.approx(values[-1] / values[0], rel=1e-9)


def test_positions_that_move_alike_are_simulated_and_reported():
    twins = np.vstack([POSITIONS, 2 * POSITIONS[0]])
    result = monte_carlo(twins, LEVELS, default_rng(1))
    assert float(result.fitted["rank"]) == 4
    assert np.isinf(result.fitted["condition_number"])
    assert "singular" in result.remarks_on()[0]
    assert figures(result) == pytest.approx(figures(parametric_normal(twins.sum(axis=0), LEVELS)), rel=0.02)


def test_more_positions_than_days_are_simulated_and_reported():
    many = default_rng(2).normal(size=(60, 30)) + default_rng(3).normal(size=30)
    result = monte_carlo(many, LEVELS, default_rng(1))
    assert float(result.fitted["rank"]) == 29
    assert "singular" in result.remarks_on()[0]
    assert figures(result) == pytest.approx(figures(parametric_normal(many.sum(axis=0), LEVELS)), rel=0.02)


def test_one_position_and_one_that_does_not_move():
    alone = monte_carlo(POSITIONS[:1], LEVELS, default_rng(1))
    assert figures(alone) == pytest.approx(figures(parametric_normal(POSITIONS[0], LEVELS)), rel=0.02)
    still = monte_carlo(np.full((2, 30), 0.1), LEVELS, default_rng(1), paths=1000)
    assert figures(still) == [0.0] * 4
    assert "does not move" in still.remarks_on()[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"paths": 999}, "paths must be a whole number, 1,000 or more"),
        ({"paths": 1e5}, "paths must be a whole number"),
        ({"degrees_of_freedom": 2.0}, "degrees_of_freedom must be above 2"),
        ({"degrees_of_freedom": float("nan")}, "degrees_of_freedom must be above 2"),
    ],
)
def test_impossible_settings_are_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        monte_carlo(POSITIONS, LEVELS, default_rng(1), **change)


def test_impossible_positions_are_refused():
    with pytest.raises(InvalidInput, match="at least one position"):
        monte_carlo(POSITIONS[0], LEVELS, default_rng(1))
    with pytest.raises(InvalidInput, match="at least one position"):
        monte_carlo(np.empty((0, 30)), LEVELS, default_rng(1))
    with pytest.raises(InvalidInput, match="NaN"):
        monte_carlo(np.where(POSITIONS > 20, np.nan, POSITIONS), LEVELS, default_rng(1))
    with pytest.raises(InsufficientHistory, match="19 data points"):
        monte_carlo(POSITIONS[:, :19], LEVELS, default_rng(1))
    with pytest.raises(InvalidInput, match="confidence"):
        monte_carlo(POSITIONS, (0.4,), default_rng(1))
