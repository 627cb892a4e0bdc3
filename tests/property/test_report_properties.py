"""The whole report: what must not change it, and what must change it in proportion."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farp.analysis import analyse
from farp.portfolio import Portfolio, Position, added_up
from tests.markets import holding
from tests.property.strategies import long_quantities, quantities, seeds, small_market, steady

HISTORY = small_market()
slower = settings(steady, max_examples=25)


def headline(report):
    """Every scalar of the report that is money, then every one that is a fraction of value."""
    money = [x for f in report.value_at_risk for x in (f.amount, f.expected_shortfall, f.interval_low, f.interval_high, f.overlapping_amount)]
    money += [report.net_asset_value, report.gross, report.change_1d, report.drawdown.maximum_amount, report.drawdown.current_amount]
    fractions = [x for f in report.value_at_risk for x in (f.fraction, f.expected_shortfall_fraction)]
    fractions += [*report.volatility.values(), *report.sharpe_ratio.values(), report.drawdown.maximum, report.drawdown.current, report.benchmark.beta]
    fractions += [float(report.concentration.herfindahl)]
    return money, fractions


def assert_alike(first, second, scale=1.0):
    for values, others, factor in zip(headline(first), headline(second), (scale, 1.0), strict=True):
        for value, other in zip(values, others, strict=True):
            if value is None or other is None:
                assert value is other
            else:
                # near zero what is left of a difference of large amounts is rounding
                assert other == pytest.approx(value * factor, rel=1e-8, abs=1e-9 * first.gross * factor)


@slower
@given(long_quantities, st.randoms(use_true_random=False))
def test_the_order_of_positions_does_not_matter(held, rng):
    items = list(held.items())
    rng.shuffle(items)
    assert_alike(analyse(holding(held), HISTORY), analyse(holding(dict(items)), HISTORY))


@slower
@given(long_quantities, st.integers(2, 50))
def test_k_times_the_portfolio_is_k_times_the_money_and_the_same_percentages(held, factor):
    larger = {ticker: quantity * factor for ticker, quantity in held.items()}
    assert_alike(analyse(holding(held), HISTORY), analyse(holding(larger), HISTORY), float(factor))


@slower
@given(quantities, st.floats(0.01, 0.99))
def test_lots_of_one_ticker_are_one_position(held, part):
    lots = [Position(ticker, quantity * share) for share in (part, 1 - part) for ticker, quantity in held.items()]
    split = Portfolio(id="p", name="In lots", positions=added_up(lots))
    first, second = analyse(holding(held), HISTORY), analyse(split, HISTORY)
    assert second.net_asset_value == pytest.approx(first.net_asset_value, rel=1e-9, abs=1e-9 * first.gross)
    for figure, other in zip(first.value_at_risk, second.value_at_risk, strict=True):
        assert other.amount == pytest.approx(figure.amount, rel=1e-9, abs=1e-9 * first.gross)


@slower
@given(quantities)
def test_every_dimension_of_exposure_adds_to_the_same_totals(held):
    report = analyse(holding(held), HISTORY)
    for exposure in report.exposure.values():
        assert exposure.gross.sum() == pytest.approx(report.gross, rel=1e-12)
        assert exposure.net.sum() == pytest.approx(report.net_asset_value, rel=1e-12, abs=1e-12 * report.gross)
        assert (exposure.long >= 0).all()
        assert (exposure.short >= 0).all()


@slower
@given(quantities)
def test_shares_of_variance_add_to_one_and_parts_of_the_tail_to_the_tail(held):
    report = analyse(holding(held), HISTORY)
    shares = report.factors.contributions
    if shares.variance > 0:
        assert shares.shares.sum() == pytest.approx(1.0, rel=1e-9)
        assert shares.by_position.sum() == pytest.approx(shares.by_factor.sum(), rel=1e-9)
    for parts in report.tail_contributions:
        figure = report.value_at_risk_at(parts.confidence, 1)
        assert parts.expected_shortfall.sum() == pytest.approx(figure.expected_shortfall, rel=1e-9, abs=1e-12 * report.gross)


@slower
@given(quantities, st.integers(1, 40), seeds)
def test_what_happens_after_the_as_of_date_changes_nothing(held, ago, seed):
    history = small_market(dents=12)
    as_of = history.dates[-1 - ago].item()
    closes = np.array(history.closes)
    later = np.random.default_rng(seed).lognormal(3, 2, (ago, closes.shape[1]))
    closes[-ago:] = np.where(np.random.default_rng(seed + 1).random(later.shape) < 0.2, np.nan, later)
    closes[-1, 0] = 1.0  # the source still ends on its last day
    first, second = (analyse(holding(held), prices, as_of) for prices in (history, replace(history, closes=closes)))
    assert first.as_of == second.as_of <= as_of
    assert headline(first) == headline(second)
    assert first.notes == second.notes
    assert np.array_equal(first.factors.contributions.shares, second.factors.contributions.shares, equal_nan=True)
    assert np.array_equal(first.profit_and_loss, second.profit_and_loss)
    assert np.array_equal(first.rolling_value_at_risk.values, second.rolling_value_at_risk.values)
    assert np.array_equal(first.benchmark.rolling_beta.values, second.benchmark.rolling_beta.values)


@slower
@given(long_quantities, st.dates(dt.date(2022, 6, 1), dt.date(2023, 6, 1)))
def test_any_day_asked_for_is_answered_with_that_day_or_an_earlier_one(held, day):
    report = analyse(holding(held), HISTORY, day)
    assert report.as_of <= min(day, HISTORY.last_date)
    assert (report.as_of == day) or report.notes
    assert report.dates[-1] == np.datetime64(report.as_of)


@slower
@given(quantities, st.floats(-1e5, 1e5))
def test_base_currency_cash_moves_no_amount_of_risk(held, cash):
    held.pop("CASH:USD", None)
    if not held:
        return
    first, second = analyse(holding(held), HISTORY), analyse(holding(held | {"CASH:USD": cash or 1.0}), HISTORY)
    for figure, other in zip(first.value_at_risk, second.value_at_risk, strict=True):
        assert other.amount == pytest.approx(figure.amount, rel=1e-9, abs=1e-9 * first.gross)
        assert other.expected_shortfall == pytest.approx(figure.expected_shortfall, rel=1e-9, abs=1e-9 * first.gross)
