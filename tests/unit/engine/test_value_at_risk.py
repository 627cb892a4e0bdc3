import math

import numpy as np
import pytest

from farp.engine.value_at_risk import (
    QuantileRule,
    ValueAtRisk,
    confidence_interval,
    historical_expected_shortfall,
    historical_tails,
    historical_value_at_risk,
    rolling_tail,
    scaled,
    tail_size,
    tail_weights,
)
from farp.errors import InsufficientHistory, InvalidInput
from tests.markets import frozen

HUNDRED = -np.arange(1.0, 101.0)  # losses of 1 to 100


@pytest.mark.parametrize(
    ("rule", "confidence", "expected"),
    [
        # linear: rank (n - 1) c + 1 of the ascending losses: 95.05 and 99.01
        (QuantileRule.LINEAR, 0.95, 95.05),
        (QuantileRule.LINEAR, 0.99, 99.01),
        # the 100 * 5 % = 5th worst is 96, the first worst 100
        (QuantileRule.ORDER_STATISTIC, 0.95, 96.0),
        (QuantileRule.ORDER_STATISTIC, 0.99, 100.0),
        # Hazen: rank n c + 1/2 = 95.5 and 99.5
        (QuantileRule.CENTERED, 0.95, 95.5),
        (QuantileRule.CENTERED, 0.99, 99.5),
    ],
)
def test_value_at_risk_of_losses_one_to_a_hundred(rule, confidence, expected):
    assert float(historical_value_at_risk(HUNDRED, confidence, rule)) == pytest.approx(expected, abs=1e-12)


def test_order_statistic_rounds_the_rank_up():
    # 30 * 5 % = 1.5: the second worst of 1..30
    assert float(historical_value_at_risk(-np.arange(1.0, 31.0), 0.95, QuantileRule.ORDER_STATISTIC)) == 29.0


def test_centered_stops_at_the_worst_loss():
    # 20 * 1 % = 0.2 days: Hazen's rank lies beyond the sample
    assert float(historical_value_at_risk(-np.arange(1.0, 21.0), 0.99, QuantileRule.CENTERED)) == 20.0


@pytest.mark.parametrize(
    ("days", "confidence", "expected"),
    [
        (100, 0.95, 98.0),  # mean of 100, 99, 98, 97, 96
        (100, 0.99, 100.0),
        (50, 0.95, (50 + 49 + 0.5 * 48) / 2.5),
        (30, 0.99, 30.0),  # 0.3 of a day: the worst one
        (252, 0.95, (sum(range(241, 253)) + 0.6 * 240) / 12.6),
    ],
)
def test_expected_shortfall_counts_the_last_day_fractionally(days, confidence, expected):
    assert float(historical_expected_shortfall(-np.arange(1.0, days + 1.0), confidence)) == pytest.approx(expected, abs=1e-12)


def test_a_portfolio_that_never_lost_has_a_negative_value_at_risk():
    gains = np.arange(1.0, 101.0)
    assert float(historical_value_at_risk(gains, 0.95)) == pytest.approx(-5.95)
    assert float(historical_expected_shortfall(gains, 0.95)) == pytest.approx(-3.0)


@pytest.mark.parametrize("rule", QuantileRule)
def test_constant_profit_is_its_own_tail(rule):
    tail = historical_tails(np.full(30, -7.0), (0.95,), rule)[0]
    assert float(tail.value_at_risk) == 7.0
    assert float(tail.expected_shortfall) == pytest.approx(7.0, abs=1e-14)


def test_the_order_of_days_does_not_matter():
    shuffled = np.random.default_rng(0).permutation(HUNDRED)
    assert float(historical_value_at_risk(shuffled, 0.99)) == float(historical_value_at_risk(HUNDRED, 0.99))


def test_the_deepest_confidence_asked_for_last_still_has_its_tail():
    both = historical_tails(HUNDRED, (0.99, 0.90))
    assert float(both[1].value_at_risk) == pytest.approx(90.1)
    assert float(both[1].expected_shortfall) == pytest.approx(95.5)


def test_twenty_days_are_enough_and_nineteen_are_not():
    historical_tails(np.zeros(20), (0.95,))
    with pytest.raises(InsufficientHistory, match="There are 19 data points"):
        historical_tails(np.zeros(19), (0.95,))


def test_a_gap_in_the_profit_and_loss_is_refused():
    with pytest.raises(InvalidInput, match="profit_and_loss must be finite"):
        historical_value_at_risk([*HUNDRED, np.nan], 0.95)


def test_the_argument_is_not_written_to():
    losses = frozen(np.random.default_rng(1).permutation(HUNDRED))
    before = losses.copy()
    historical_tails(losses, (0.95, 0.99))
    confidence_interval(losses, 0.95)
    tail_weights(losses, 0.95)
    assert np.array_equal(losses, before)


@pytest.mark.parametrize(("days", "confidence", "expected"), [(100, 0.95, 5.0), (250, 0.99, 2.5), (252, 0.95, 12.6), (1000, 0.999, 1.0)])
def test_tail_size_is_free_of_binary_rounding(days, confidence, expected):
    assert tail_size(days, confidence) == pytest.approx(expected, abs=1e-12)
    if expected == int(expected):
        assert math.ceil(tail_size(days, confidence)) == expected


def test_tail_weights_fall_on_the_worst_days():
    weights = tail_weights([-1.0] * 28 + [-30.0, -20.0], 0.95)  # 1.5 days of 30
    assert weights[-2:] == pytest.approx([2 / 3, 1 / 3])
    assert weights[:-2].tolist() == [0.0] * 28


def test_of_equal_losses_the_earlier_days_are_taken():
    weights = tail_weights([0.0, *[-5.0] * 299], 0.95)  # 15 of 300 days
    assert weights.nonzero()[0].tolist() == list(range(1, 16))


@pytest.mark.parametrize("function", [confidence_interval, tail_weights])
def test_one_series_at_a_time(function):
    with pytest.raises(InvalidInput, match="one series"):
        function(np.zeros((2, 30)), 0.95)


def test_the_interval_of_a_hundred_days():
    # K ~ Bin(100, 0.95) losses lie below the quantile. P(K <= 90) = 0.028 and P(K <= 91) = 0.063: rank 91.
    # P(K <= 97) = 0.882, P(K <= 98) = 0.963: rank 99.
    assert confidence_interval(HUNDRED, 0.95) == (91.0, 99.0)


def test_the_interval_ranks_by_summing_the_binomial():
    n, c, half = 250, 0.95, 0.05
    below = [math.comb(n, k) * c**k * (1 - c) ** (n - k) for k in range(n + 1)]
    low = max(r for r in range(1, n + 1) if sum(below[:r]) <= half)
    high = min(r for r in range(1, n + 1) if sum(below[r:]) <= half)
    assert confidence_interval(-np.arange(1.0, n + 1.0), c) == (low, high)


def test_a_short_sample_cannot_bound_the_quantile_from_above():
    # 1 - 0.99^252 = 92 % < 95 %
    low, high = confidence_interval(-np.arange(1.0, 253.0), 0.99)
    assert high is None
    assert low is not None


@pytest.mark.parametrize("bad", [0.0, 1.0, float("nan")])
def test_the_probability_of_an_interval_is_a_fraction(bad):
    with pytest.raises(InvalidInput, match="probability"):
        confidence_interval(HUNDRED, 0.95, bad)


def test_rolling_figures_are_those_of_each_window():
    losses = np.random.default_rng(2).normal(size=40)
    rolling = rolling_tail(losses, 0.95, 30)
    assert rolling.value_at_risk.tolist() == [float(historical_value_at_risk(losses[d : d + 30], 0.95)) for d in range(11)]
    assert rolling.expected_shortfall.tolist() == [float(historical_expected_shortfall(losses[d : d + 30], 0.95)) for d in range(11)]


def test_ten_days_are_root_ten_times_one():
    assert scaled(100.0, 10) == pytest.approx(316.22776601683796, abs=1e-12)
    assert scaled(100.0, 1) == 100.0


def test_a_figure_whose_shortfall_is_below_its_value_at_risk_is_refused():
    with pytest.raises(InvalidInput, match="below VaR"):
        ValueAtRisk(
            confidence=0.95,
            horizon_days=1,
            method="historical_simulation",
            rule=QuantileRule.LINEAR,
            amount=2.0,
            fraction=None,
            expected_shortfall=1.0,
            expected_shortfall_fraction=None,
            observations=100,
            tail_observations=5,
            interval_low=None,
            interval_high=None,
            overlapping_amount=None,
            overlapping_observations=0,
            warning=None,
        )
