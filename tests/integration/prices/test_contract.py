"""The same demands on every price source: the sample, Yahoo on loopback, and Yahoo behind the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from farp.errors import InvalidInput
from farp.prices.archive import Archive
from farp.prices.cached import CachedSource
from farp.prices.protocol import FetchedHistory, Outcome, PriceSource
from farp.prices.sample import SampleSource, load_sample
from farp.prices.yahoo import YahooSource
from farp.store import Store
from tests.yahoo_server import YahooServer

TICKERS = ("AAPL", "XOM", "EURUSD", "BTC-USD", "QUAL")
START = dt.date(2022, 6, 1)


@pytest.fixture(params=["sample", "yahoo", "cached", "cached twice", "cached, source away"])
def any_source(request: pytest.FixtureRequest, yahoo: YahooServer, source_of: Callable[..., YahooSource], store: Store) -> Iterator[PriceSource]:
    if request.param == "sample":
        yield SampleSource()
        return
    yahoo.add_sample(load_sample(), TICKERS, dt.date(2022, 1, 3))
    asked = source_of(yahoo)
    if request.param == "yahoo":
        yield asked
        return
    cached = CachedSource(asked, Archive(store, "yahoo"), source_label="Yahoo", benchmark="SPY", now=lambda: yahoo.moment)
    if request.param != "cached":
        cached.update(TICKERS)
    if request.param.endswith("away"):
        cached.describe(TICKERS)
        yahoo.stop()
    yield cached


def test_it_gives_the_samples_closes_to_the_last_bit(any_source: PriceSource) -> None:
    history = any_source.history(TICKERS, START, dt.date(2022, 12, 23))
    whole = load_sample()
    assert history.tickers == TICKERS
    for ticker in TICKERS:
        chosen = (whole.dates >= np.datetime64(START)) & (whole.dates <= np.datetime64("2022-12-23")) & np.isfinite(whole.close(ticker))
        priced = np.isfinite(history.close(ticker))
        assert np.array_equal(history.dates[priced], whole.dates[chosen])
        assert np.array_equal(history.close(ticker)[priced], whole.close(ticker)[chosen])


def test_tickers_come_once_and_in_the_order_asked(any_source: PriceSource) -> None:
    assert any_source.history(["XOM", "AAPL", "XOM"], START).tickers == ("XOM", "AAPL")


def test_what_is_unknown_is_named_and_costs_nobody_else(any_source: PriceSource) -> None:
    history = any_source.history(["AAPL", "NOSUCH"], START)
    assert isinstance(history, FetchedHistory)
    assert history.tickers == ("AAPL",)
    assert set(history.failures) == {"NOSUCH"}
    assert history.failures["NOSUCH"].outcome in {Outcome.MISSING, Outcome.FAILED}
    assert history.failures["NOSUCH"].message.endswith(".")


def test_nothing_asked_nothing_told(any_source: PriceSource) -> None:
    assert any_source.history([]).tickers == ()
    told = any_source.describe([])
    assert not told.known
    assert not told.failures


def test_arrays_cannot_be_written_to(any_source: PriceSource) -> None:
    history = any_source.history(["AAPL"], START)
    assert not history.closes.flags.writeable
    assert not history.dates.flags.writeable


def test_a_span_that_ends_before_it_starts_is_refused(any_source: PriceSource) -> None:
    with pytest.raises(InvalidInput, match="start must not lie after end"):
        any_source.history(["AAPL"], dt.date(2022, 2, 1), dt.date(2022, 1, 1))


def test_facts_are_told_by_ticker(any_source: PriceSource) -> None:
    told = any_source.describe(["AAPL", "EURUSD", "NOSUCH"])
    assert told.known["AAPL"].name == "Apple"
    assert told.known["AAPL"].sector == "Information Technology"
    assert told.known["AAPL"].currency == "USD"
    assert told.known["EURUSD"].asset_class.value == "FX"
    assert set(told.failures) == {"NOSUCH"}
