import numpy as np
import pytest

from farp.engine.methods.age_weighted import age_weighted, age_weights
from farp.engine.value_at_risk import QuantileRule, historical_tails
from farp.errors import InvalidInput


def figures(profit, confidence, decay):
    tail = age_weighted(profit, (confidence,), decay, minimum=1).tails[0]
    return float(tail.value_at_risk), float(tail.expected_shortfall)


def test_the_latest_day_weighs_most():
    weights = age_weights(4, 0.5)
    assert weights.tolist() == pytest.approx([1 / 15, 2 / 15, 4 / 15, 8 / 15])
    assert age_weights(5, 1.0).tolist() == [0.2] * 5


# losses 1 (old), 4, 2, 3 (new) with weights 1, 2, 4, 8 of 15; sorted 4, 3, 2, 1 with masses 2, 8, 4, 1, reached 2, 10, 14, 15
BY_HAND = [
    # a quarter through the 8 of loss 3 (mass 4 of 15): half-way between the mean of 4 and 3 and the 3 itself
    (4, 3.25, (2 * 4 + 2 * 3) / 4),
    # in its middle (6 of 15) the loss itself
    (6, 3.0, (2 * 4 + 4 * 3) / 6),
    # at the end of the first weight (2 of 15) the mean of two losses; before the middle of it (1 of 15) the worst
    (2, 3.5, 4.0),
    (1, 4.0, 4.0),
    # three quarters through the 8 (7 of 15 is five eighths): an eighth of the way from 3 to the mean with 2, twice over
    (7, 3.0 - 1.0 / 8, (2 * 4 + 5 * 3) / 7),
]


@pytest.mark.parametrize(("mass", "value_at_risk", "expected_shortfall"), BY_HAND)
def test_var_and_es_by_hand(mass, value_at_risk, expected_shortfall):
    profit = -np.array([1.0, 4.0, 2.0, 3.0])
    assert figures(profit, 1 - mass / 15, 0.5) == pytest.approx((value_at_risk, expected_shortfall), abs=1e-9)


@pytest.mark.parametrize("confidence", [0.6, 0.9, 0.95, 0.99, 0.999])
def test_with_equal_weights_it_is_hazens_rule_and_the_historical_shortfall(confidence):
    profit = np.random.default_rng(6).normal(size=(5, 73))
    ours = age_weighted(profit, (confidence,), decay=1.0).tails[0]
    theirs = historical_tails(profit, (confidence,), QuantileRule.CENTERED)[0]
    assert ours.value_at_risk.tolist() == pytest.approx(theirs.value_at_risk.tolist(), rel=1e-9)
    assert ours.expected_shortfall.tolist() == pytest.approx(theirs.expected_shortfall.tolist(), rel=1e-9)


def test_the_worked_example_of_the_hybrid_approach():
    """Allen, Boudoukh and Saunders print 2.63 % for these six worst of 100 days at lambda 0.98 (recalled; weights checked by hand)."""
    returns = np.zeros(100)
    for days_ago, worst in ((3, -3.3), (2, -2.9), (65, -2.7), (45, -2.5), (5, -2.4), (30, -2.3)):
        returns[-days_ago] = worst
    assert figures(returns, 0.95, 0.98)[0] == pytest.approx(2.63, abs=0.005)


def test_the_settings_say_how_the_quantile_is_read_off():
    # at 2 of 15 the weights of losses 4 and 3 meet; a line from middle to middle (at 1 and at 6) would give 3.8
    result = age_weighted(-np.array([1.0, 4.0, 2.0, 3.0]), (1 - 2 / 15,), 0.5, minimum=1)
    assert float(result.tails[0].value_at_risk) == pytest.approx(3.5)
    assert "the mean of two losses, where their weights meet" in result.settings["interpolation"]


def test_a_recent_loss_counts_for_more_than_an_old_one():
    old, recent = np.zeros(252), np.zeros(252)
    old[10], recent[240] = -5.0, -5.0
    assert figures(recent, 0.99, 0.98)[1] > figures(old, 0.99, 0.98)[1]


def test_a_tail_of_one_day_says_so_at_its_confidence_only():
    profit = np.random.default_rng(1).normal(size=100)
    profit[-1] = -9.0
    result = age_weighted(profit, (0.9, 0.99))
    assert float(result.tails[1].expected_shortfall) == 9.0
    assert [sentence[:27] for sentence in result.remarks_on((), 0.99)] == ["The whole tail at 99 % is a"]
    assert result.remarks_on((), 0.9) == ()


def test_where_the_interpolation_passes_the_mean_of_the_tail_the_shortfall_is_the_var_and_says_so():
    profit = np.zeros(300)
    profit[0], profit[-1] = -10.0, -1.0  # the worst day is old and weighs next to nothing, the second is today's
    result = age_weighted(profit, (0.995,))
    assert float(result.tails[0].expected_shortfall) == float(result.tails[0].value_at_risk) > 1.0
    assert "interpolated VaR lies above the mean of the tail" in result.remarks_on()[0]


def test_the_effective_number_of_days():
    result = age_weighted(np.random.default_rng(1).normal(size=2000), (0.95,))
    assert float(result.fitted["effective_observations"]) == pytest.approx(1.98 / 0.02, rel=1e-9)
    assert float(age_weighted(np.zeros(40), (0.95,), decay=1.0).fitted["effective_observations"]) == pytest.approx(40.0)


@pytest.mark.parametrize("decay", [0.0, 1.1, -1.0, float("nan")])
def test_a_decay_out_of_range_is_refused(decay):
    with pytest.raises(InvalidInput, match="decay"):
        age_weighted(np.zeros(40), (0.95,), decay=decay)
