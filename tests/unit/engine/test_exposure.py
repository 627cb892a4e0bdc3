import numpy as np
import pytest
from scipy.sparse import csr_array

from farp.engine.exposure import concentration, exposure
from farp.errors import InvalidInput
from tests.markets import frozen


def test_longs_and_shorts_are_summed_by_bucket():
    result = exposure([100.0, -30.0, 20.0, -5.0], ["Tech", "Tech", "Energy", "Energy"])
    assert result.buckets == ("Tech", "Energy")
    assert result.long.tolist() == [100.0, 20.0]
    assert result.short.tolist() == [30.0, 5.0]
    assert result.gross.tolist() == [130.0, 25.0]
    assert result.net.tolist() == [70.0, 15.0]


def test_all_short_is_a_positive_short():
    result = exposure([-1.0, -2.0], ["a", "a"])
    assert (result.long.tolist(), result.short.tolist(), result.net.tolist()) == ([0.0], [3.0], [-3.0])


def test_a_book_keeps_its_shape():
    assert exposure(np.ones((2, 3, 4)), list("abca")).long.tolist() == [[[2.0, 1.0, 1.0]] * 3] * 2


def test_sparse_rows_in_any_order_give_the_same_bits():
    written = csr_array((np.array([0.3, 0.1, -0.2]), np.array([2, 0, 1]), np.array([0, 3, 3])), shape=(2, 3))
    dense = exposure([[0.1, -0.2, 0.3], [0.0, 0.0, 0.0]], list("aab"))
    sparse = exposure(written, list("aab"))
    assert np.array_equal(sparse.long, dense.long)
    assert np.array_equal(sparse.short, dense.short)


def test_nothing_held_is_no_bucket():
    result = exposure([], [])
    assert result.buckets == ()
    assert result.gross.shape == (0,)


def test_every_instrument_has_one_label():
    with pytest.raises(InvalidInput, match="do not fit"):
        exposure([1.0, 2.0], ["a"])


@pytest.mark.parametrize("function", [lambda mv: exposure(mv, ["a", "b"]), concentration])
def test_a_missing_value_is_refused_instead_of_spread(function):
    with pytest.raises(InvalidInput, match="market_values must be finite"):
        function([np.nan, 1.0])


def test_concentration_by_hand():
    # shares 1/2, 1/4, 1/4 of the gross
    result = concentration([200.0, -100.0, 100.0])
    assert float(result.herfindahl) == 0.375
    assert float(result.effective_positions) == pytest.approx(8 / 3)
    assert float(result.largest_5) == 1.0


def test_largest_five_and_ten_of_twelve():
    result = concentration(np.arange(1.0, 13.0))  # 78 together
    assert float(result.largest_5) == pytest.approx((12 + 11 + 10 + 9 + 8) / 78)
    assert float(result.largest_10) == pytest.approx((78 - 1 - 2) / 78)


@pytest.mark.parametrize("nothing", [[], [0.0, 0.0], np.zeros((1, 0))])
def test_no_exposure_has_no_concentration(nothing):
    result = concentration(nothing)
    assert np.isnan([result.largest_5, result.largest_10, result.herfindahl, result.effective_positions]).all()


def test_arguments_are_not_written_to():
    values = frozen([3.0, -1.0])
    exposure(values, ["a", "b"])
    concentration(values)
    assert values.tolist() == [3.0, -1.0]
