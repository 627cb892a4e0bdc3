"""Jumps and gaps by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np

from farp.prices.review import gaps, jumps, recent


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


def test_only_moves_of_more_than_a_quarter_are_jumps() -> None:
    dates = days("2022-12-19", "2022-12-20", "2022-12-21", "2022-12-22", "2022-12-23")
    found = jumps(dates, np.array([100.0, 125.0, 156.3, 117.0, 10.0]))
    assert [(jump.date, round(jump.change, 4)) for jump in found] == [
        (dt.date(2022, 12, 21), 0.2504),
        (dt.date(2022, 12, 22), -0.2514),
        (dt.date(2022, 12, 23), -0.9145),
    ]
    assert (found[2].before, found[2].after) == (117.0, 10.0)


def test_a_week_without_a_close_is_no_gap_six_weekdays_are() -> None:
    assert gaps(days("2022-12-02", "2022-12-12")) == ()  # Monday to Friday missing
    (gap,) = gaps(days("2022-12-02", "2022-12-13"))
    assert (gap.first, gap.last, gap.business_days) == (dt.date(2022, 12, 5), dt.date(2022, 12, 12), 6)


def test_short_and_empty_series_have_neither() -> None:
    none = days()
    assert jumps(none, np.array([])) == gaps(none) == ()
    assert jumps(days("2022-12-02"), np.array([1.0])) == gaps(days("2022-12-02")) == ()
    assert recent(none, np.array([]))[0].size == 0


def test_only_the_last_years_are_recent() -> None:
    dates = days("2017-12-27", "2017-12-29", "2022-12-28")
    kept, closes = recent(dates, np.array([1.0, 2.0, 3.0]))
    assert kept.tolist() == [dt.date(2017, 12, 29), dt.date(2022, 12, 28)]
    assert closes.tolist() == [2.0, 3.0]
