import numpy as np
import pytest

from farp.engine.checks import confidence_level, finite, horizon, numbers, one_series, series
from farp.errors import InsufficientHistory, InvalidInput


@pytest.mark.parametrize("bad", [0.5, 1.0, 0.0, 95.0, -0.95, float("nan")])
def test_a_confidence_is_a_fraction_above_one_half(bad):
    with pytest.raises(InvalidInput, match=r"between 0\.5 and 1"):
        confidence_level(bad)


def test_a_good_confidence_comes_back():
    assert confidence_level(0.975) == 0.975


def test_numpy_integers_are_whole_days():
    assert horizon(np.int64(10)) == 10


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("check", [finite, series, one_series])
def test_what_is_not_finite_is_refused_by_name(check, bad):
    with pytest.raises(InvalidInput, match="losses must be finite"):
        check([1.0, bad], "losses")


def test_a_gap_passes_where_only_numbers_are_asked_for():
    assert np.isnan(numbers([np.nan], "prices")).all()


def test_too_few_days_are_counted():
    with pytest.raises(InsufficientHistory) as caught:
        series(np.zeros((5, 3)), "losses", at_least=4)
    assert (caught.value.observations, caught.value.needed) == (3, 4)


def test_one_series_is_not_a_table():
    with pytest.raises(InvalidInput, match="one series"):
        one_series(np.zeros((2, 3)), "losses")
