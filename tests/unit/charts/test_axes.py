"""Ticks are round, and are written so that no two of them read alike."""

from __future__ import annotations

from itertools import pairwise

import pytest

from farp.charts.axes import around, count_axis, money_axis, number_axis, percent_axis, ticks
from farp.format import amounts, short_money


@pytest.mark.parametrize(("low", "high"), [(-5200.0, 9800.0), (0.0, 1.0), (1.2e6, 1.31e6), (-3e-9, 8e-9), (2e11, 9e12), (-1.0, -0.2)])
def test_ticks_lie_inside_are_evenly_spaced_and_few(low: float, high: float) -> None:
    places = ticks(low, high)
    steps = {round((b - a) / (high - low), 9) for a, b in pairwise(places)}
    assert len(steps) == 1
    assert 2 <= len(places) <= 7
    assert low - 1e-9 * abs(low) <= places[0]
    assert places[-1] <= high + 1e-9 * abs(high)


def test_zero_is_a_tick_where_it_lies_inside() -> None:
    assert 0.0 in ticks(-7.3, 11.0)


def test_a_range_of_nothing_has_one_tick() -> None:
    assert ticks(5.0, 5.0) == [5.0]


@pytest.mark.parametrize(("low", "high"), [(1.01e6, 1.09e6), (-0.004, 0.006), (0.0, 4e12), (98_500.0, 101_500.0)])
def test_money_ticks_are_all_different(low: float, high: float) -> None:
    axis = money_axis(low, high, "USD", "Value")
    assert len(set(axis["ticktext"])) == len(axis["tickvals"]) == len(axis["ticktext"]) > 1
    assert axis["range"] == [low, high]


def test_negative_money_carries_its_minus_before_the_symbol() -> None:
    assert money_axis(-5000.0, 5000.0, "USD", "P&L")["ticktext"] == ["−$4k", "−$2k", "$0", "$2k", "$4k"]


def test_percent_and_numbers_share_their_decimals() -> None:
    assert percent_axis(0.0, 0.3, "x", 3)["ticktext"] == ["0\u2009%", "10\u2009%", "20\u2009%", "30\u2009%"]
    assert number_axis(-1.0, 1.0, "x", 4)["ticktext"] == ["−1.0", "−0.5", "0.0", "0.5", "1.0"]


def test_days_are_counted_in_whole_numbers_with_room_above() -> None:
    axis = count_axis(3, "Days", room=0.25)
    assert axis["ticktext"] == ["", "1", "2", "3"]
    assert axis["range"] == [0.0, pytest.approx(4.0)]


def test_a_range_always_has_a_width() -> None:
    for values, zero in (([], False), ([0.0], True), ([7.0, 7.0], False), ([float("nan")], True)):
        low, high = around(values, zero=zero)
        assert high > low


def test_one_unit_and_the_fewest_decimals_for_all_amounts_of_an_axis() -> None:
    assert amounts([0, 500, 1000, 1500], "EUR") == ["€0", "€0.5k", "€1.0k", "€1.5k"]
    assert amounts([-0.002, 0.0, 0.002]) == ["−$0.002", "$0", "$0.002"]
    assert amounts([]) == []


def test_short_money_reaches_trillions_and_cents() -> None:
    assert [short_money(value) for value in (3.9e12, 0.04, 9.996, -0.5, 87)] == ["$3.9tn", "$0.04", "$10", "−$0.50", "$87"]
