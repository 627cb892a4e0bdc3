"""Backtests against published tables and another implementation of the quantile score."""

import numpy as np
import pytest
from sklearn.metrics import mean_pinball_loss

from farp.engine.backtest import kupiec, quantile_score
from farp.engine.value_at_risk import Tail

# Kupiec (1995), Techniques for verifying the accuracy of risk measurement models, Journal of Derivatives 3(2): numbers of failures N between
# which a model is not rejected by a test of 5 %, for samples of T days; as reprinted in P. Jorion, Value at Risk (recalled).
# The table prints open bounds (4 < N < 17 is no rejection from 5 to 16), and none below for 255 days at 99 %, where the statistic of no failure
# at all is 5.13, above the 3.84 of a test of 5 %: one is the lowest by the formula.
NOT_REJECTED = [
    # confidence, T, lowest and highest N that is not rejected
    (0.99, 255, 1, 6),
    (0.99, 510, 2, 10),
    (0.99, 1000, 5, 16),
    (0.975, 255, 3, 11),
    (0.975, 510, 7, 20),
    (0.975, 1000, 16, 35),
    (0.95, 255, 7, 20),
    (0.95, 510, 17, 35),
    (0.95, 1000, 38, 64),
    (0.925, 255, 12, 27),
    (0.925, 510, 28, 50),
    (0.925, 1000, 60, 91),
    (0.90, 255, 17, 35),
    (0.90, 510, 39, 64),
    (0.90, 1000, 82, 119),
]

# The doctest of sklearn.metrics.mean_pinball_loss, scikit-learn 1.7: truth [1, 2, 3], forecasts, alpha, loss.
PINBALL = [([0.0, 2.0, 3.0], 0.9, 0.3), ([1.0, 2.0, 4.0], 0.9, 0.0333333333333)]


@pytest.mark.parametrize(("confidence", "days", "low", "high"), NOT_REJECTED)
def test_kupiecs_regions(confidence, days, low, high):
    kept = [count for count in range(days + 1) if not kupiec(days, count, confidence).rejected]
    assert (kept[0], kept[-1]) == (low, high)
    assert kept == list(range(low, high + 1))


def tail(value_at_risk, confidence):
    values = np.asarray(value_at_risk)
    return Tail(confidence=confidence, value_at_risk=values, expected_shortfall=values)


@pytest.mark.parametrize(("value_at_risk", "confidence", "expected"), PINBALL)
def test_the_quantile_score_of_the_documentation(value_at_risk, confidence, expected):
    assert quantile_score([-1.0, -2.0, -3.0], tail(value_at_risk, confidence)) == pytest.approx(expected, rel=1e-10)


def test_the_quantile_score_of_another_implementation():
    rng = np.random.default_rng(3)
    for confidence in (0.9, 0.95, 0.99, 0.999):
        profit, limit = rng.standard_t(4, 500), rng.normal(2.0, 1.0, 500)
        assert quantile_score(profit, tail(limit, confidence)) == pytest.approx(mean_pinball_loss(-profit, limit, alpha=confidence), rel=1e-12)


def test_in_the_long_run_nothing_beats_the_true_quantile():
    profit = np.random.default_rng(8).normal(size=200_000)
    scores = [quantile_score(profit, tail(np.full(len(profit), limit), 0.95)) for limit in (1.4, 1.5, 1.644854, 1.8, 1.9)]
    assert int(np.argmin(scores)) == 2
