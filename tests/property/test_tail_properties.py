"""Value at risk, expected shortfall and drawdown on any profit and loss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from farp.engine.contribution import component_expected_shortfall
from farp.engine.drawdown import drawdowns, underwater
from farp.engine.value_at_risk import (
    QuantileRule,
    confidence_interval,
    historical_expected_shortfall,
    historical_tails,
    historical_value_at_risk,
    tail_weights,
)
from tests.property.strategies import amounts, confidences, paths, profits, seeds, steady

rules = st.sampled_from(list(QuantileRule))


def close(value, other, scale):
    return abs(float(value) - float(other)) <= 1e-10 * (1.0 + float(np.max(np.abs(scale))))


@steady
@given(profits(), confidences, rules)
def test_expected_shortfall_is_never_below_value_at_risk(profit, confidence, rule):
    tail = historical_tails(profit, (confidence,), rule)[0]
    assert tail.expected_shortfall >= tail.value_at_risk - 1e-12 * np.abs(profit).max()


@steady
@given(profits(), confidences, rules, st.floats(-1e4, 1e4))
def test_a_sure_gain_lowers_both_by_itself(profit, confidence, rule, gain):
    before, after = (historical_tails(values, (confidence,), rule)[0] for values in (profit, profit + gain))
    scale = [*profit, gain]
    assert close(after.value_at_risk, before.value_at_risk - gain, scale)
    assert close(after.expected_shortfall, before.expected_shortfall - gain, scale)


@steady
@given(profits(), confidences, rules, st.floats(0, 1000))
def test_k_times_the_position_is_k_times_the_risk(profit, confidence, rule, factor):
    before, after = (historical_tails(values, (confidence,), rule)[0] for values in (profit, profit * factor))
    assert close(after.value_at_risk, before.value_at_risk * factor, profit * factor)
    assert close(after.expected_shortfall, before.expected_shortfall * factor, profit * factor)


@steady
@given(profits(), rules, st.lists(st.floats(0.51, 0.999), min_size=2, max_size=6, unique=True))
def test_more_confidence_is_never_less_risk(profit, rule, levels):
    tails = historical_tails(profit, sorted(levels), rule)
    slack = 1e-12 * np.abs(profit).max()
    assert (np.diff([float(tail.value_at_risk) for tail in tails]) >= -slack).all()
    assert (np.diff([float(tail.expected_shortfall) for tail in tails]) >= -slack).all()


@steady
@given(profits(), confidences)
def test_linear_is_numpys_quantile(profit, confidence):
    assert close(historical_value_at_risk(profit, confidence), -np.quantile(profit, 1 - confidence), profit)


@steady
@given(profits(), confidences)
def test_centered_is_numpys_hazen(profit, confidence):
    figure = historical_value_at_risk(profit, confidence, QuantileRule.CENTERED)
    assert close(figure, -np.quantile(profit, 1 - confidence, method="hazen"), profit)


@steady
@given(profits(), confidences)
def test_an_order_statistic_is_one_of_the_losses(profit, confidence):
    assert -historical_value_at_risk(profit, confidence, QuantileRule.ORDER_STATISTIC) in profit


@steady
@given(profits(), confidences)
def test_expected_shortfall_is_the_area_under_the_tail(profit, confidence):
    """Integrate the sorted losses, a step a day, over the first n (1 - c) days: Acerbi and Tasche's definition."""
    losses, size, total, left = sorted(-profit, reverse=True), len(profit) * (1 - confidence), 0.0, len(profit) * (1 - confidence)
    for loss in losses:
        step = min(1.0, max(left, 0.0))
        total, left = total + step * loss, left - step
    assert close(historical_expected_shortfall(profit, confidence), total / size, profit * 10)


@steady
@given(profits(), profits(), confidences)
def test_expected_shortfall_of_two_books_is_not_more_than_their_sum(first, second, confidence):
    days = min(len(first), len(second))
    first, second = first[:days], second[:days]
    together = historical_expected_shortfall(first + second, confidence)
    apart = historical_expected_shortfall(first, confidence) + historical_expected_shortfall(second, confidence)
    assert together <= apart + 1e-9 * (1 + np.abs([first, second]).max())


@steady
@given(st.integers(1, 6), st.integers(20, 60), st.data(), confidences)
def test_contributions_add_up_to_the_total(positions, days, data, confidence):
    profit = data.draw(arrays(np.float64, (positions, days), elements=amounts))
    parts = component_expected_shortfall(profit, confidence)
    assert close(parts.sum(), historical_expected_shortfall(profit.sum(axis=0), confidence), np.abs(profit).sum(axis=0))


@steady
@given(profits(), confidences)
def test_tail_weights_are_a_mean_of_the_worst_days(profit, confidence):
    weights = tail_weights(profit, confidence)
    assert weights.sum() == pytest.approx(1.0, rel=1e-12)
    assert (weights >= 0).all()
    assert profit[weights > 0].max() <= profit[weights == 0].min(initial=np.inf)


@steady
@given(profits(), confidences)
def test_the_interval_holds_the_order_statistic(profit, confidence):
    low, high = confidence_interval(profit, confidence)
    figure = historical_value_at_risk(profit, confidence, QuantileRule.ORDER_STATISTIC)
    assert low is None or low <= figure
    assert high is None or high >= figure


@pytest.mark.parametrize(("days", "confidence"), [(252, 0.95), (500, 0.99), (100, 0.9)])
def test_the_interval_covers_the_true_quantile_nine_times_in_ten(days, confidence):
    """On 2,000 uniform samples the true quantile is `confidence`. 90 % at least, and not many more than the next rank forces."""
    samples = np.random.default_rng(20221228).random((2000, days))
    intervals = (confidence_interval(-sample, confidence) for sample in samples)
    hits = np.mean([low <= confidence <= high for low, high in intervals])
    assert 0.90 - 3 * 0.0067 <= hits <= 0.97


def brute_force(values):
    """Return the largest relative fall over all pairs of days, and its first pair."""
    pairs = [((values[i] - values[j]) / values[i], i, j) for j in range(len(values)) for i in range(j + 1)]
    deepest = max(fall for fall, _, _ in pairs)
    trough = min(j for fall, _, j in pairs if fall == deepest)
    return deepest, min(i for fall, i, j in pairs if fall == deepest and j == trough), trough


@steady
@given(paths())
def test_drawdown_is_the_worst_of_all_pairs_of_days(values):
    deepest, peak, trough = brute_force(values)
    result = drawdowns(values)
    assert float(result.maximum) == deepest
    assert float(result.maximum_amount) == (values[peak] - values[trough])
    assert (int(result.peak), int(result.trough)) == ((peak, trough) if deepest > 0 else (-1, -1))
    assert float(result.current) == (values.max() - values[-1]) / values.max()


@steady
@given(paths(), st.floats(0.001, 1000))
def test_drawdown_does_not_depend_on_the_unit_of_money(values, unit):
    assert float(drawdowns(values * unit).maximum) == pytest.approx(float(drawdowns(values).maximum), rel=1e-12, abs=1e-14)


@steady
@given(paths())
def test_underwater_ends_at_the_current_and_is_deepest_at_the_maximum(values):
    depth, result = underwater(values), drawdowns(values)
    assert depth[-1] == result.current
    assert depth.max() == result.maximum


@steady
@given(seeds)
def test_a_path_through_zero_only_ever_falls_in_money(seed):
    values = np.random.default_rng(seed).integers(-5, 20, 30).astype(float)
    values[7] = min(values[7], 0.0)
    result = drawdowns(values)
    assert np.isnan(result.maximum)
    assert float(result.maximum_amount) == max(values[i] - values[j] for j in range(30) for i in range(j + 1))
