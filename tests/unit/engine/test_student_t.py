import math

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from farp.engine.methods.parametric_normal import parametric_normal
from farp.engine.methods.student_t import FEWEST_DEGREES, degrees_of_freedom, likelihood, student_t, student_t_tail
from farp.errors import InvalidInput


@pytest.mark.parametrize("confidence", [0.6, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("degrees", [2.1, 3.0, 5.5, 150.0])
def test_var_is_the_quantile_and_es_the_mean_beyond_it(confidence, degrees):
    law = stats.t(degrees, scale=2.0 * math.sqrt((degrees - 2) / degrees))
    tail = student_t_tail(2.0, degrees, confidence)
    value = law.ppf(confidence)
    beyond, _ = integrate.quad(lambda loss: loss * law.pdf(loss), value, np.inf)
    assert float(tail.value_at_risk) == pytest.approx(value, rel=1e-12)
    assert float(tail.expected_shortfall) == pytest.approx(beyond / (1 - confidence), rel=1e-6)


def test_the_deviation_is_the_one_asked_for():
    # the variance of a t with v degrees is v / (v - 2): scaled away
    assert stats.t(5.0, scale=math.sqrt(3 / 5)).std() == pytest.approx(1.0)
    assert float(student_t_tail(1.0, 5.0, 0.99).value_at_risk) == pytest.approx(stats.t(5.0, scale=math.sqrt(3 / 5)).ppf(0.99), rel=1e-12)


def test_infinite_degrees_are_the_normal():
    tail = student_t_tail([1.0, 1.0], [math.inf, 1e9], 0.99)
    assert tail.value_at_risk[0] == pytest.approx(2.3263478740408408, rel=1e-14)
    assert tail.value_at_risk.tolist() == pytest.approx([2.3263478740408408] * 2, rel=1e-7)
    assert tail.expected_shortfall.tolist() == pytest.approx([2.6652142203457] * 2, rel=1e-6)


@pytest.mark.parametrize("degrees", [2.0, 1.0, -3.0, float("nan")])
def test_without_a_variance_there_is_nothing_to_match(degrees):
    with pytest.raises(InvalidInput, match="above 2"):
        student_t_tail(1.0, degrees, 0.99)


def test_the_likelihood_is_the_density_of_the_scaled_t():
    moves = np.random.default_rng(0).standard_t(4, (2, 50))
    degrees = np.array([3.0, 8.0])
    expected = [stats.t(v, scale=math.sqrt((v - 2) / v)).logpdf(row).mean() for v, row in zip(degrees, moves, strict=True)]
    assert likelihood(moves, degrees).tolist() == pytest.approx(expected, rel=1e-12)


def test_the_degrees_maximise_the_likelihood():
    moves = np.random.default_rng(2).standard_t(4, (20, 300)) + 0.1  # a drift, which the law knows nothing of
    found = degrees_of_freedom(moves)
    assert np.isfinite(found).all()
    unit = moves / moves.std(axis=1, ddof=1, keepdims=True)  # the law has mean zero
    for row, degrees in zip(unit, found, strict=True):

        def loss(v, row=row):
            return -stats.t(v, scale=math.sqrt((v - 2) / v)).logpdf(row).sum()

        search = optimize.minimize_scalar(loss, bounds=(FEWEST_DEGREES, 200.0), method="bounded", options={"xatol": 1e-8})
        assert degrees == pytest.approx(search.x, rel=1e-4)


def test_the_degrees_of_a_large_sample_are_found():
    moves = np.random.default_rng(5).standard_t(5.0, 60_000)
    assert float(degrees_of_freedom(moves)) == pytest.approx(5.0, rel=0.1)


@pytest.mark.parametrize("moves", [np.linspace(-1, 1, 100), np.tile([1.0, -1.0], 40)], ids=["uniform", "coin"])
def test_light_tails_run_away_to_the_normal_and_say_so(moves):
    result = student_t(moves, (0.95, 0.99))
    assert math.isinf(result.fitted["degrees_of_freedom"])
    for one, other in zip(result.tails, parametric_normal(moves, (0.95, 0.99)).tails, strict=True):
        assert float(one.value_at_risk) == float(other.value_at_risk)
        assert float(one.expected_shortfall) == float(other.expected_shortfall)
    assert result.remarks_on()[0].startswith("The likelihood of the Student t grows towards the normal")


def test_tails_too_heavy_for_a_variance_are_held_and_say_so():
    moves = np.where(np.arange(400) == 7, 1e3, 0.0) + np.tile([1e-4, -1e-4], 200)
    result = student_t(moves, (0.99,))
    assert float(result.fitted["degrees_of_freedom"]) == pytest.approx(FEWEST_DEGREES, rel=1e-6)
    assert "held at 2.05" in result.remarks_on()[0]
