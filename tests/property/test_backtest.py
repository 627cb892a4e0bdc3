"""Rolling forecasts look at no day they are tested on, and the tests of them are probabilities."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.engine.backtest import (
    Transitions,
    christoffersen_independence,
    conditional_coverage,
    cumulative_probability,
    kupiec,
    rolling_backtest,
    rolling_forecast,
    traffic_light,
    transitions,
)
from farp.engine.methods import METHODS
from farp.engine.methods.age_weighted import age_weighted
from farp.engine.methods.cornish_fisher import cornish_fisher
from farp.engine.methods.filtered_historical import filtered_historical
from farp.engine.methods.garch_filtered import garch_filtered
from farp.engine.methods.historical_simulation import historical_simulation
from farp.engine.methods.monte_carlo import monte_carlo
from farp.engine.methods.parametric_normal import parametric_normal
from farp.engine.methods.student_t import student_t
from tests.property.strategies import confidences, seeds, steady

QUICK = (historical_simulation, parametric_normal, student_t, cornish_fisher, age_weighted, filtered_historical)
WINDOW, DAYS = 60, 25
simulated = partial(monte_carlo, rng=np.random.default_rng(4), paths=1000)
exceptions = st.lists(st.booleans(), min_size=2, max_size=80)


def look_ahead(method, profit, day, change):
    """Return whether a change of `profit` from tested day `day` on reaches the forecasts up to that day, and those after it."""
    changed = profit.copy()
    first = profit.shape[-1] - DAYS + day
    changed[..., first:] = change
    before, after = (rolling_forecast(values, method, (0.95, 0.99), days=DAYS, window=WINDOW) for values in (profit, changed))
    same = [
        np.isclose(one, other, rtol=0, atol=0, equal_nan=True)
        for a, b in zip(before.tails, after.tails, strict=True)
        for one, other in ((a.value_at_risk, b.value_at_risk), (a.expected_shortfall, b.expected_shortfall))
    ]
    return not all(known[: day + 1].all() for known in same), not all(known[day + 1 :].all() for known in same)


@steady
@given(st.sampled_from(QUICK), seeds, st.integers(0, DAYS - 1), st.floats(-1e3, 1e3))
def test_what_happens_on_a_day_or_later_never_changes_its_forecast(method, seed, day, change):
    ahead, _ = look_ahead(method, np.random.default_rng(seed).standard_t(4, WINDOW + DAYS), day, change)
    assert not ahead


@pytest.mark.parametrize("method", [garch_filtered, simulated], ids=["garch", "monte_carlo"])
def test_nor_does_it_with_the_slow_methods(method):
    rng = np.random.default_rng(6)
    profit = rng.normal(size=(2, WINDOW + DAYS)) if method is simulated else rng.normal(size=WINDOW + DAYS)
    assert look_ahead(method, profit, 12, -40.0) == (False, True)


@pytest.mark.parametrize("method", QUICK, ids=lambda method: method.__name__)
def test_a_crash_does_change_the_forecasts_after_it(method):
    """Without this the property above would hold for a forecast that looks at nothing."""
    _, later = look_ahead(method, np.random.default_rng(1).normal(size=WINDOW + DAYS), 12, -40.0)
    assert later
    assert method.__name__ in METHODS


@steady
@given(st.sampled_from(QUICK), seeds, st.integers(0, DAYS - 1))
def test_a_rolling_figure_is_that_of_its_window_alone(method, seed, day):
    profit = np.random.default_rng(seed).standard_t(4, WINDOW + DAYS)
    rolling = rolling_forecast(profit, method, (0.95,), days=DAYS, window=WINDOW).tails[0]
    alone = method(profit[day : day + WINDOW], (0.95,)).tails[0]
    assert rolling.value_at_risk[day] == float(alone.value_at_risk)
    assert rolling.expected_shortfall[day] == float(alone.expected_shortfall)


@steady
@given(st.integers(1, 2000), st.data(), confidences)
def test_any_number_of_exceptions_has_a_probability(days, data, confidence):
    count = data.draw(st.integers(0, days))
    test = kupiec(days, count, confidence)
    assert 0 <= test.p_value <= 1
    assert 0 <= test.statistic < np.inf
    assert 0 <= cumulative_probability(days, count, confidence) <= 1


@steady
@given(st.integers(20, 600), st.sampled_from([0.9, 0.95, 0.99, 0.999]))
def test_more_exceptions_are_never_a_better_light(days, confidence):
    order = ["green", "yellow", "red"]
    lights = [order.index(traffic_light(days, count, confidence)) for count in range(days + 1)]
    assert lights == sorted(lights)
    assert (lights[0], lights[-1]) == (0, 2)


@steady
@given(exceptions)
def test_transitions_count_every_pair_once(hits):
    counts = transitions(hits)
    assert counts.calm_calm + counts.calm_hit + counts.hit_calm + counts.hit_hit == len(hits) - 1
    assert counts.hit_calm + counts.hit_hit == sum(hits[:-1])
    assert counts.calm_hit + counts.hit_hit == sum(hits[1:])


@steady
@given(*[st.integers(0, 400)] * 4)
def test_independence_and_coverage_always_have_a_probability(calm_calm, calm_hit, hit_calm, hit_hit):
    counts = Transitions(calm_calm=calm_calm, calm_hit=calm_hit, hit_calm=hit_calm, hit_hit=hit_hit)
    test = christoffersen_independence(counts)
    joint = conditional_coverage(kupiec(400, calm_hit % 401, 0.95), test)
    assert 0 <= test.p_value <= 1
    assert 0 <= joint.p_value <= 1
    assert joint.statistic >= test.statistic


@steady
@given(st.integers(1, 60), st.integers(1, 60), st.integers(2, 5))
def test_the_same_share_after_both_kinds_of_day_is_independence(calm, hit, times):
    counts = Transitions(calm_calm=calm * times, calm_hit=hit * times, hit_calm=calm, hit_hit=hit)
    assert christoffersen_independence(counts).statistic == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("confidence", [0.95, 0.99])
def test_a_right_model_is_rejected_about_as_often_as_the_test_says(confidence):
    """300 backtests of a true model: Kupiec's test of 5 % rejects it rarely, whatever the discreteness of the count."""
    rng = np.random.default_rng(20221228)
    rejected = np.mean([kupiec(250, int(count), confidence).rejected for count in rng.binomial(250, 1 - confidence, 300)])
    assert 0.01 <= rejected <= 0.12


@steady
@given(seeds)
def test_the_facts_of_a_backtest_fit_together(seed):
    profit = np.random.default_rng(seed).standard_t(3, 150)
    result = rolling_backtest(profit, historical_simulation, (0.9,), days=80, window=60)[0]
    assert result.count == result.exceptions.sum() <= result.days == 80
    assert result.shortfall_ratio is None or result.shortfall_ratio > 0
    assert sum(all_of(result.transitions)) == 79


def all_of(counts):
    return counts.calm_calm, counts.calm_hit, counts.hit_calm, counts.hit_hit
