"""VaR methods on any portfolio of a small market."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farp.analysis import window_of
from farp.analysis.methods import QUICK_METHODS, MethodFigure, comparison
from farp.engine.value_at_risk import QuantileRule
from tests.markets import holding
from tests.property.strategies import quantities, small_market, steady

HISTORY = small_market()
slower = settings(steady, max_examples=25)
levels = st.floats(0.9, 0.999)
horizons = st.integers(1, 60)


@slower
@given(quantities, levels, horizons, st.sampled_from(QuantileRule))
def test_figures_are_ordered_within_the_extremes_and_scale_with_the_root_of_time(held, level, days, rule):
    window = window_of(holding(held), HISTORY)
    one, many = comparison(window, level, 1, rule, QUICK_METHODS), comparison(window, level, days, rule, QUICK_METHODS)
    assert many.without == ()
    for short, long in zip(one.figures, many.figures, strict=True):
        slack = 1e-9 * max(1.0, abs(long.amount))
        assert long.amount == pytest.approx(math.sqrt(days) * short.amount, rel=1e-12)
        assert long.expected_shortfall >= long.amount - slack
        assert long in many.not_compared or many.lowest.amount <= long.amount <= many.highest.amount
    assert {figure.method for figure in many.not_compared} <= {"cornish_fisher"}
    assert many.ratio is None or many.ratio >= 1.0
    historical = many.historical
    assert historical.interval_low is None or historical.interval_low <= historical.amount + 1e-9 * max(1.0, abs(historical.amount))
    assert historical.interval_high is None or historical.interval_high >= historical.amount - 1e-9 * max(1.0, abs(historical.amount))


@slower
@given(quantities, levels, st.integers(1, 6))
def test_a_portfolio_of_twice_the_size_has_twice_the_risk_and_the_same_percentages(held, level, power):
    factor = 2.0**power
    small = comparison(window_of(holding(held), HISTORY), level, methods=QUICK_METHODS)
    large = comparison(window_of(holding({ticker: factor * quantity for ticker, quantity in held.items()}), HISTORY), level, methods=QUICK_METHODS)
    gross = small.window.gross
    for before, after in zip(small.rows, large.rows, strict=True):
        assert isinstance(before, MethodFigure)
        assert isinstance(after, MethodFigure)
        assert after.amount == pytest.approx(factor * before.amount, rel=1e-6, abs=1e-9 * factor * gross)
        if before.fraction is None or after.fraction is None:
            assert before.fraction is after.fraction
        else:
            assert after.fraction == pytest.approx(before.fraction, rel=1e-6, abs=1e-9)
