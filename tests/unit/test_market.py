"""`PriceHistory` and `FactorSet`: read-only, comparable, picklable, and how currencies are found."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import pickle
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from farp.errors import InvalidInput, NoPrices
from farp.market import Factor, FactorSet, Floats, PriceHistory
from farp.portfolio import AssetClass, Instrument

FACTORS = FactorSet(
    name="test",
    factors=(Factor(name="Market", legs=(("M", 1.0),)), Factor(name="Size", legs=(("S", 1.0), ("M", -1.0)), meaning="Small less market.")),
)
STOCK = Instrument(ticker="A", name="Alpha", asset_class=AssetClass.EQUITY, currency="USD")

prices = hnp.arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 4)), elements=st.floats(0.01, 1e6) | st.just(np.nan))


def history(closes: object, tickers: Sequence[str] | None = None, **changes: object) -> PriceHistory:
    closes = np.asarray(closes, dtype=np.float64) if not isinstance(closes, np.ndarray) else closes
    fields: dict[str, object] = {
        "dates": np.datetime64("2022-01-03") + np.arange(closes.shape[0]),
        "tickers": tuple(tickers) if tickers is not None else tuple("ABCDEFGH"[: closes.shape[1]]),
        "closes": closes,
        "instruments": {"A": STOCK},
        "source": "test",
        "source_label": "Test data",
        "benchmark": "A",
        "factors": FACTORS,
    }
    return PriceHistory(**(fields | changes))  # type: ignore[arg-type]


def test_a_close_is_found_by_ticker_and_an_unknown_ticker_is_a_key_error() -> None:
    h = history([[1.0, 2.0], [3.0, np.nan]])
    np.testing.assert_array_equal(h.close("B"), [2.0, np.nan])
    assert "B" in h
    assert "Z" not in h
    with pytest.raises(KeyError):
        h.close("Z")


def test_the_last_date_is_a_plain_date() -> None:
    assert history([[1.0], [2.0]]).last_date == dt.date(2022, 1, 4)
    with pytest.raises(NoPrices, match="no prices yet"):
        _ = history(np.empty((0, 1))).last_date


@given(prices)
def test_nobody_can_write_and_the_callers_array_is_not_touched_or_shared(closes: Floats) -> None:
    before = closes.copy()
    h = history(closes)
    for array in (h.closes, h.dates, h.close("A")):
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]
    assert closes.flags.writeable
    closes[:] = -1.0
    np.testing.assert_array_equal(h.closes, before)


def test_the_callers_dates_are_not_shared_either() -> None:
    dates = np.array(["2022-01-03", "2022-01-04"], dtype="datetime64[D]")
    h = history([[1.0], [2.0]], dates=dates)
    dates[0] = np.datetime64("1999-01-01")
    assert h.dates[0] == np.datetime64("2022-01-03")


def test_a_read_only_view_of_a_writable_array_is_copied() -> None:
    owner = np.array([[1.0], [2.0]], order="F")
    view = owner[:, :]
    view.flags.writeable = False
    h = history(view)
    owner[0, 0] = 99.0
    assert h.closes[0, 0] == 1.0


def test_an_array_that_is_already_read_only_is_shared_so_a_changed_benchmark_costs_nothing() -> None:
    closes = np.asfortranarray([[1.0, 2.0], [3.0, 4.0]])
    closes.flags.writeable = False
    h = history(closes)
    assert h.closes is closes
    other = dataclasses.replace(h, benchmark="B")
    assert other.closes is h.closes
    assert other.dates is h.dates
    assert (other.benchmark, h.benchmark) == ("B", "A")


def test_closes_lie_column_by_column_because_a_ticker_is_what_is_read() -> None:
    assert history(np.arange(6.0).reshape(3, 2)).closes.flags.f_contiguous


@given(prices, st.sampled_from([2, pickle.HIGHEST_PROTOCOL]))
def test_pickling_keeps_equality_and_stays_read_only(closes: Floats, protocol: int) -> None:
    h = history(closes)
    twin = pickle.loads(pickle.dumps(h, protocol))
    assert twin == h
    assert hash(twin) == hash(h)
    assert not twin.closes.flags.writeable
    assert not twin.dates.flags.writeable
    np.testing.assert_array_equal(twin.close("A"), h.close("A"))
    with pytest.raises(TypeError):
        twin.instruments["B"] = STOCK


def test_a_deep_copy_is_equal() -> None:
    h = history([[1.0, np.nan]])
    assert copy.deepcopy(h) == h


@pytest.mark.parametrize(
    "changes",
    [
        {"benchmark": "B"},
        {"source": "other"},
        {"source_label": "Other"},
        {"factors": FactorSet(name="none", factors=())},
        {"instruments": {}},
        {"tickers": ("A", "C")},
        {"dates": np.array(["2022-01-03", "2022-01-05"], dtype="datetime64[D]")},
        {"closes": np.array([[1.0, np.nan], [3.0, 5.0]])},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_difference_in_any_field_makes_two_histories_unequal(changes: dict[str, object]) -> None:
    closes = np.array([[1.0, np.nan], [3.0, 4.0]])
    assert history(closes) == history(closes.copy())
    assert history(closes) != history(**({"closes": closes, "tickers": ("A", "B")} | changes))
    assert history(closes) != "a history"


def test_the_instruments_cannot_be_changed_from_outside() -> None:
    instruments = {"A": STOCK}
    h = history([[1.0]], instruments=instruments)
    instruments.clear()
    assert h.instrument("A") == STOCK
    with pytest.raises(TypeError):
        h.instruments["B"] = STOCK  # type: ignore[index]


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (2,), (2, 2, 1)])
def test_closes_of_the_wrong_shape_are_refused_with_both_shapes(shape: tuple[int, ...]) -> None:
    dates = np.array(["2022-01-03", "2022-01-04"], dtype="datetime64[D]")
    with pytest.raises(InvalidInput, match=r"\(2, 2\), got \(2" if shape[0] == 2 else r"\(2, 2\), got \(3, 2\)"):
        history(np.ones(shape), tickers=("A", "B"), dates=dates)


@pytest.mark.parametrize("days", [("2022-01-04", "2022-01-03"), ("2022-01-03", "2022-01-03"), ("2022-01-03", "NaT")])
def test_dates_that_do_not_ascend_are_refused(days: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput, match="ascend"):
        history([[1.0], [2.0]], dates=np.array(days, dtype="datetime64[D]"))


def test_two_moments_of_one_day_are_the_same_day_and_refused() -> None:
    with pytest.raises(InvalidInput, match="ascend"):
        history([[1.0], [2.0]], dates=np.array(["2022-01-03T09:00", "2022-01-03T17:00"], dtype="datetime64[m]"))


def test_a_ticker_listed_twice_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="got B more than once"):
        history([[1.0, 2.0, 3.0]], tickers=("A", "B", "B"))


def test_cash_is_known_in_every_currency() -> None:
    h = history([[1.0]])
    cash = h.instrument("CASH:ISK")
    assert cash is not None
    assert (cash.asset_class, cash.currency, cash.sector, cash.holdable) == (AssetClass.CASH, "ISK", "Cash", True)
    assert h.instrument("Z") is None


def test_a_currency_against_itself_is_one_even_without_any_pair() -> None:
    np.testing.assert_array_equal(history([[1.0], [2.0]]).fx_rate("ISK", "ISK"), [1.0, 1.0])


def test_a_direct_pair_is_used_as_it_is() -> None:
    h = history([[1.10], [1.20]], tickers=["EURUSD"])
    np.testing.assert_array_equal(h.fx_rate("EUR", "USD"), [1.10, 1.20])


def test_an_inverse_pair_is_turned_over() -> None:
    h = history([[1.25], [0.80]], tickers=["EURUSD"])
    np.testing.assert_allclose(h.fx_rate("USD", "EUR"), [0.80, 1.25], rtol=1e-15)


def test_two_pairs_cross_through_the_dollar_whichever_way_they_are_quoted() -> None:
    h = history([[1.10, 150.0, 1.20]], tickers=["EURUSD", "USDJPY", "GBPUSD"])
    np.testing.assert_allclose(h.fx_rate("EUR", "JPY"), [165.0], rtol=1e-14)
    np.testing.assert_allclose(h.fx_rate("JPY", "EUR"), [1 / 165.0], rtol=1e-14)
    np.testing.assert_allclose(h.fx_rate("GBP", "EUR"), [1.20 / 1.10], rtol=1e-14)


def test_a_direct_pair_is_preferred_to_the_cross() -> None:
    h = history([[1.10, 1.20, 0.90]], tickers=["EURUSD", "GBPUSD", "EURGBP"])
    np.testing.assert_array_equal(h.fx_rate("EUR", "GBP"), [0.90])


def test_without_a_pair_or_cross_there_is_no_rate() -> None:
    h = history([[1.10]], tickers=["EURUSD"])
    assert h.fx_rate("ISK", "USD") is None
    assert h.fx_rate("EUR", "ISK") is None


def test_a_missing_close_is_a_missing_rate() -> None:
    h = history([[np.nan, 150.0], [1.10, 150.0]], tickers=["EURUSD", "USDJPY"])
    np.testing.assert_array_equal(np.isnan(h.fx_rate("EUR", "JPY")), [True, False])


@given(st.floats(0.001, 1e4), st.floats(0.001, 1e4))
def test_there_and_back_again_is_one(eur: float, jpy: float) -> None:
    h = history([[eur, jpy]], tickers=["EURUSD", "USDJPY"])
    there, back = h.fx_rate("EUR", "JPY"), h.fx_rate("JPY", "EUR")
    assert there is not None
    assert back is not None
    np.testing.assert_allclose(there * back, 1.0, rtol=1e-12)


def test_a_factor_set_lists_each_leg_once_and_spreads_the_weights() -> None:
    assert FACTORS.names == ("Market", "Size")
    assert FACTORS.tickers == ("M", "S")
    np.testing.assert_array_equal(FACTORS.leg_weights(["S", "X", "M"]), [[0.0, 0.0, 1.0], [1.0, 0.0, -1.0]])


def test_legs_on_the_same_ticker_add_up() -> None:
    doubled = FactorSet(name="d", factors=(Factor(name="F", legs=(("M", 1.0), ("M", 0.5))),))
    np.testing.assert_array_equal(doubled.leg_weights(["M"]), [[1.5]])
