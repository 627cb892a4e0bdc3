import numpy as np
import pytest

from farp.engine.methods.filtered_historical import ewma_variances, filtered_historical, rescaled_to_last
from farp.engine.value_at_risk import QuantileRule, historical_tails
from farp.errors import InvalidInput


def test_variances_by_hand():
    # 1; 0.5 * 1 + 0.5 * 4; 0.5 * 2.5
    assert ewma_variances([2.0, 0.0], 0.5, initial=1.0).tolist() == [1.0, 2.5, 1.25]
    assert ewma_variances([[2.0, 0.0], [0.0, 2.0]], 0.5, initial=[1.0, 0.0]).tolist() == [[1.0, 2.5, 1.25], [0.0, 0.0, 2.0]]


def test_it_starts_from_the_mean_square():
    assert ewma_variances([3.0, -4.0], 0.9)[0] == 12.5


def test_a_forecast_does_not_know_its_own_day():
    moves = np.random.default_rng(1).normal(size=30)
    changed = moves.copy()
    changed[20:] *= 3
    assert ewma_variances(moves, initial=1.0)[:21].tolist() == ewma_variances(changed, initial=1.0)[:21].tolist()
    assert ewma_variances(moves, initial=1.0)[21] != ewma_variances(changed, initial=1.0)[21]


def test_every_day_is_rescaled_to_today():
    moves, factor = rescaled_to_last(np.array([1.0, -3.0, 0.0]), np.array([4.0, 9.0, 0.25, 36.0]))
    assert moves.tolist() == [3.0, -6.0, 0.0]
    assert float(factor) == 3.0  # the day that did not move does not count


def test_a_day_without_variance_stays_as_it_is():
    moves, factor = rescaled_to_last(np.array([0.0, 2.0]), np.array([0.0, 0.0, 0.0]))
    assert moves.tolist() == [0.0, 2.0]
    assert float(factor) == 1.0


def test_the_plain_way_gives_the_same_figures():
    profit = np.random.default_rng(9).standard_t(4, 300) * np.linspace(1, 3, 300)
    variance, past = float((profit**2).mean()), []
    for move in profit:
        past.append(variance)
        variance = 0.94 * variance + 0.06 * move**2
    rescaled = profit * np.sqrt(variance / np.array(past))
    ours = filtered_historical(profit, (0.95, 0.99), rule=QuantileRule.ORDER_STATISTIC)
    for one, other in zip(ours.tails, historical_tails(rescaled, (0.95, 0.99), QuantileRule.ORDER_STATISTIC), strict=True):
        assert float(one.value_at_risk) == pytest.approx(float(other.value_at_risk), rel=1e-12)
        assert float(one.expected_shortfall) == pytest.approx(float(other.expected_shortfall), rel=1e-12)
    assert float(ours.fitted["volatility"]) == pytest.approx(np.sqrt(variance), rel=1e-12)


def test_a_stormy_end_raises_the_figure_and_a_calm_one_lowers_it():
    moves = np.random.default_rng(3).normal(size=300)
    storm, calm = moves.copy(), moves.copy()
    storm[-40:] *= 3
    calm[-40:] /= 3
    values = [float(filtered_historical(profit, (0.95,)).tails[0].value_at_risk) for profit in (storm, moves, calm)]
    assert values[0] > 1.5 * values[1] > 1.5 * 1.5 * values[2]


def test_a_day_after_a_long_silence_is_pointed_out():
    profit = np.zeros(252)
    profit[200:] = np.random.default_rng(2).normal(size=52)
    profit[0] = 0.0
    result = filtered_historical(profit, (0.99,))
    assert float(result.fitted["largest_scaling"]) > 10
    assert "scaled up more than 10 times" in result.remarks_on()[0]
    assert filtered_historical(np.random.default_rng(2).normal(size=252), (0.99,)).remarks == ()


@pytest.mark.parametrize("decay", [0.0, 1.0, 2.0])
def test_a_decay_out_of_range_is_refused(decay):
    with pytest.raises(InvalidInput, match="decay"):
        filtered_historical(np.ones(30), (0.95,), decay=decay)


@pytest.mark.parametrize("initial", [-1.0, float("nan"), float("inf")])
def test_an_impossible_variance_is_refused(initial):
    with pytest.raises(InvalidInput, match="variance"):
        ewma_variances([1.0], initial=initial)
