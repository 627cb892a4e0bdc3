import numpy as np
import pytest
from scipy import integrate, stats

from farp.engine.methods.parametric_normal import normal_tail, parametric_normal
from farp.errors import InvalidInput


@pytest.mark.parametrize("confidence", [0.6, 0.9, 0.95, 0.99, 0.999])
@pytest.mark.parametrize(("mean", "deviation"), [(0.0, 1.0), (0.3, 2.0), (-1.0, 0.1)])
def test_var_is_the_quantile_and_es_the_mean_beyond_it(confidence, mean, deviation):
    law = stats.norm(-mean, deviation)  # of the loss
    tail = normal_tail(mean, deviation, confidence)
    value = law.ppf(confidence)
    beyond, _ = integrate.quad(lambda loss: loss * law.pdf(loss), value, value + 12 * deviation)
    assert float(tail.value_at_risk) == pytest.approx(value, rel=1e-12)
    assert float(tail.expected_shortfall) == pytest.approx(beyond / (1 - confidence), rel=1e-7)


def test_the_mean_of_a_day_is_taken_as_zero():
    moves = np.tile([3.0, 1.0], 15)  # about 2, deviation sqrt(30 / 29)
    result = parametric_normal(moves, (0.95,))
    assert float(result.tails[0].value_at_risk) == pytest.approx(1.6448536269514722 * (30 / 29) ** 0.5, rel=1e-13)
    assert result.settings == {"mean": "zero"}
    assert float(result.fitted["deviation"]) == pytest.approx((30 / 29) ** 0.5, rel=1e-13)


def test_it_is_the_root_of_the_quadratic_form_of_the_positions():
    positions = np.random.default_rng(4).normal(size=(5, 90)) @ np.diag(np.linspace(1, 2, 90))
    root = np.sqrt(np.ones(5) @ np.cov(positions) @ np.ones(5))
    assert float(parametric_normal(positions.sum(axis=0), (0.99,)).tails[0].value_at_risk) == pytest.approx(2.3263478740408408 * root, rel=1e-12)


def test_a_confidence_out_of_range_is_refused():
    with pytest.raises(InvalidInput, match="confidence"):
        normal_tail(0.0, 1.0, 0.5)
