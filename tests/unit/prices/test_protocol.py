"""Series to one table and back, and pickling."""

from __future__ import annotations

import datetime as dt
import pickle

import numpy as np
import pytest

from farp.errors import InvalidInput
from farp.prices import factor_sets
from farp.prices.protocol import Closes, Failure, FetchedHistory, Outcome, assembled, closes_of, series_of, span, within
from tests.markets import instrument


def series(ticker: str, **closes: float) -> Closes:
    dates = np.array([day.replace("d", "2022-12-") for day in closes], dtype="datetime64[D]")
    return closes_of(instrument(ticker), dates, np.array(list(closes.values())))


def together(*parts: Closes) -> FetchedHistory:
    failure = Failure(ticker="X", outcome=Outcome.MISSING, message="Gone.")
    return assembled(parts, source="s", source_label="S", benchmark="A", factors=factor_sets.LIVE, revision="r", failures={"X": failure})


def test_the_table_has_every_day_and_nan_where_there_is_no_close() -> None:
    history = together(series("A", d05=1.0, d07=3.0), series("B", d06=2.0))
    assert history.tickers == ("A", "B")
    assert [str(day) for day in history.dates] == ["2022-12-05", "2022-12-06", "2022-12-07"]
    assert np.array_equal(history.closes, [[1.0, np.nan], [np.nan, 2.0], [3.0, np.nan]], equal_nan=True)
    back = series_of(history, "A")
    assert back is not None
    assert back.closes.tolist() == [1.0, 3.0]
    assert series_of(history, "Z") is None


def test_series_without_closes_are_left_out() -> None:
    assert together(series("A")).tickers == ()
    assert len(together().dates) == 0


def test_days_come_in_order_once_and_only_with_usable_closes() -> None:
    dates = np.array(["2022-12-07", "2022-12-05", "2022-12-06", "2022-12-05", "2022-12-08"], dtype="datetime64[D]")
    found = closes_of(instrument("A"), dates, np.array([7.0, 5.0, 0.0, 5.5, np.inf]))
    assert found.dates.tolist() == [dt.date(2022, 12, 5), dt.date(2022, 12, 7)]
    assert found.closes.tolist() == [5.5, 7.0]


def test_a_span_includes_both_ends() -> None:
    whole = series("A", d05=1.0, d06=2.0, d07=3.0)
    assert within(whole, dt.date(2022, 12, 6), dt.date(2022, 12, 6)).closes.tolist() == [2.0]
    assert within(whole, None, None).closes.tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(InvalidInput, match="start must not lie after end"):
        span(dt.date(2022, 12, 7), dt.date(2022, 12, 6))


def test_it_survives_pickling_with_its_failures() -> None:
    history = together(series("A", d05=1.0))
    copy = pickle.loads(pickle.dumps(history))
    assert copy == history
    assert copy.failures["X"].message == "Gone."
    assert copy.revision == "r"
    with pytest.raises(TypeError):
        copy.failures["Y"] = copy.failures["X"]


def test_two_states_of_a_source_are_two_histories() -> None:
    import dataclasses

    history = together(series("A", d05=1.0))
    assert dataclasses.replace(history, revision="other") != history
