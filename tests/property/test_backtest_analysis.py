"""Through prices, quantities and valuation: a forecast knows nothing of the day it is tested on, nor of any later one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farp.analysis import window_of
from farp.analysis.backtest import FAST_METHODS, backtests, compared, forecast
from farp.analysis.methods import SLOW_METHODS
from farp.engine.methods import METHODS
from tests.markets import holding, market
from tests.property.strategies import seeds, steady

LOOKBACK, DAYS, LEVELS = 60, 22, (0.95, 0.99)
NEEDED = LOOKBACK + DAYS + 1  # closes
TICKERS = ("A", "B", "C")


def closes_of(seed, days=NEEDED):
    moves = 0.01 * np.random.default_rng(seed).standard_t(4, (len(TICKERS), days - 1)).clip(-8, 8)
    return 50.0 * np.concatenate([np.ones((len(TICKERS), 1)), np.cumprod(1.0 + moves, axis=1)], axis=1)


def forecasts(method, closes, quantities=(3.0, -1.0, 2.0), as_of=None):
    prices = market(dict(zip(TICKERS, closes, strict=True)))
    held = holding({**dict(zip(TICKERS, quantities, strict=True)), "CASH:USD": 1000.0})
    view = window_of(held, prices, None if as_of is None else prices.dates[as_of].item(), LOOKBACK, DAYS)
    tails = forecast(view, method, LEVELS, DAYS, LOOKBACK).estimate.tails
    return np.array([figure for tail in tails for figure in (tail.value_at_risk, tail.expected_shortfall)])


def the_same(one, other):
    return bool(np.array_equal(one, other, equal_nan=True))


def changed_after(method, seed, day, ticker, factor):
    """Forecasts before and after the closes of one holding from tested day `day` on, but for the as-of day's own, are multiplied."""
    closes = closes_of(seed)
    other = closes.copy()
    other[ticker, 1 + LOOKBACK + day : -1] *= factor  # today's market values stay, and so does the scale of all P&L
    return forecasts(method, closes), forecasts(method, other)


@steady
@given(st.sampled_from(FAST_METHODS), seeds, st.integers(0, DAYS - 3), st.integers(0, 2), st.sampled_from([0.5, 0.9, 1.3]))
def test_changing_later_prices_never_changes_an_earlier_forecast(method, seed, day, ticker, factor):
    before, after = changed_after(method, seed, day, ticker, factor)
    assert the_same(before[:, : day + 1], after[:, : day + 1])


@pytest.mark.parametrize("method", SLOW_METHODS)
@pytest.mark.parametrize(("day", "ticker"), [(0, 0), (12, 1)])
def test_nor_with_the_slow_methods(method, day, ticker):
    before, after = changed_after(method, 5, day, ticker, 0.5)
    assert the_same(before[:, : day + 1], after[:, : day + 1])


@pytest.mark.parametrize("method", METHODS)
def test_it_does_change_the_forecasts_after_it(method):
    """Without this, the properties above would hold for a forecast that looks at nothing."""
    before, after = changed_after(method, 7, 10, 0, 0.5)
    assert (before[:, 11:] != after[:, 11:]).all()


@settings(parent=steady, max_examples=20)
@given(st.sampled_from(FAST_METHODS), seeds, st.integers(0, 2))
def test_nor_does_the_price_of_the_as_of_day_beyond_what_the_holdings_are_worth(method, seed, ticker):
    """Twice the last price for half the quantity: worth the same, and only the last day's P&L, which no forecast sees, is another."""
    closes, quantities = closes_of(seed), np.array([3.0, -1.0, 2.0])
    other, fewer = closes.copy(), quantities.copy()
    other[ticker, -1] *= 2.0
    fewer[ticker] /= 2.0
    assert the_same(forecasts(method, closes, tuple(quantities)), forecasts(method, other, tuple(fewer)))


@pytest.mark.parametrize("method", METHODS)
def test_tomorrows_prices_do_not_exist_today(method):
    """As of a day, the answer is that of a source that ends on the day."""
    longer = closes_of(9, NEEDED + 15)
    longer[:, NEEDED:] *= np.linspace(0.2, 3.0, 15)
    assert the_same(forecasts(method, longer[:, :NEEDED]), forecasts(method, longer, as_of=NEEDED - 1))


@settings(parent=steady, max_examples=15)
@given(seeds, st.sampled_from([0.5, 4.0, 1024.0]))
def test_twice_the_holdings_are_twice_the_money_and_the_same_verdicts(seed, times):
    prices = market(dict(zip(TICKERS, closes_of(seed), strict=True)))
    one, other = (
        backtests(window_of(holding(dict.fromkeys(TICKERS, size)), prices, None, LOOKBACK, DAYS), "fast", 0.95, DAYS, LOOKBACK)
        for size in (1.0, times)
    )
    assert [found.method for found in one.methods] == [found.method for found in other.methods]
    for left, right in zip(one.methods, other.methods, strict=True):
        assert left.verdict == right.verdict
        assert right.quantile_score == pytest.approx(times * left.quantile_score, rel=1e-9)
        assert right.tail.value_at_risk == pytest.approx(times * left.tail.value_at_risk, rel=1e-9)


@settings(parent=steady, max_examples=15)
@given(seeds, st.permutations(FAST_METHODS))
def test_the_ranking_does_not_depend_on_the_order_of_the_methods(seed, order):
    view = window_of(holding(dict.fromkeys(TICKERS, 1.0)), market(dict(zip(TICKERS, closes_of(seed), strict=True))), None, LOOKBACK, DAYS)
    found = {method: forecast(view, method, (0.95,), DAYS, LOOKBACK) for method in FAST_METHODS}
    listed, shuffled = (compared(view, [found[method] for method in methods], 0.95, DAYS) for methods in (FAST_METHODS, order))
    # methods level in everything keep the order in which they come: compare what they are ranked by
    ranks = [
        [(one.result.zone, one.result.conditional_coverage.rejected, one.quantile_score) for one in result.methods] for result in (listed, shuffled)
    ]
    assert ranks[0] == ranks[1]
    assert sorted(one.method for one in shuffled.methods) == sorted(FAST_METHODS)
    standings = [(one.result.zone == "red", one.result.conditional_coverage.rejected, one.result.zone != "green") for one in listed.methods]
    assert standings == sorted(standings)
    assert all(one.quantile_score >= 0 for one in listed.methods)
