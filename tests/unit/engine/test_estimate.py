import numpy as np
import pytest

from farp.engine.methods.estimate import Estimate, decay_factor, remark, standard_deviation
from farp.engine.value_at_risk import Tail
from farp.errors import InvalidInput


def estimate(value_at_risk, expected_shortfall, remarks=()):
    tail = Tail(confidence=0.95, value_at_risk=np.array(value_at_risk), expected_shortfall=np.array(expected_shortfall))
    return Estimate(method="made-up", tails=(tail,), observations=20, settings={}, fitted={}, remarks=remarks)


def test_a_shortfall_below_the_value_at_risk_is_refused_even_in_one_row():
    with pytest.raises(InvalidInput, match=r"below VaR at 0\.95 in made-up"):
        estimate([1.0, 2.0], [1.5, 1.9])


def test_rounding_and_failed_rows_are_not_refused():
    assert estimate([1.0, np.nan], [1.0 - 1e-12, np.nan]).observations == 20


def test_remarks_are_found_by_row_and_confidence():
    remarks = (*remark("always", np.array([True, False])), *remark("at 99 %", np.array([True, True]), 0.99), *remark("never", np.array([False])))
    result = estimate([1.0, 1.0], [1.0, 1.0], remarks)
    assert result.remarks_on((0,)) == ("always", "at 99 %")
    assert result.remarks_on((0,), 0.95) == ("always",)
    assert result.remarks_on((1,), 0.99) == ("at 99 %",)


@pytest.mark.parametrize("bad", [0.0, -0.1, 1.0, 1.5, float("nan")])
def test_a_decay_is_a_fraction(bad):
    with pytest.raises(InvalidInput, match=r"decay must lie between 0 and 1, got"):
        decay_factor(bad)


def test_a_decay_of_one_is_allowed_where_it_means_something():
    assert decay_factor(1.0, allow_one=True) == 1.0
    with pytest.raises(InvalidInput, match="weighs all days alike"):
        decay_factor(1.01, allow_one=True)


def test_the_deviation_is_the_sample_s():
    assert float(standard_deviation(np.array([1.0, -1.0, 1.0, -1.0]))) == pytest.approx((4 / 3) ** 0.5, rel=1e-14)
    assert float(standard_deviation(np.full(50, 0.1))) == 0.0
