import math

import numpy as np
import pytest

from farp.engine import performance
from farp.engine.performance import beta, rolling_beta, rolling_sharpe_ratio, rolling_volatility, sharpe_ratio, volatility
from farp.engine.returns import simple_returns
from farp.errors import InvalidInput
from tests.markets import frozen


def test_volatility_is_the_sample_deviation_a_year():
    # mean 0, squares 4e-4, divided by n - 1 = 3, times 252
    assert float(volatility([0.01, -0.01, 0.01, -0.01], 4)) == pytest.approx(math.sqrt(4e-4 / 3 * 252), rel=1e-14)


def test_only_the_last_days_count():
    assert float(volatility([9.0, 0.01, -0.01], 2)) == pytest.approx(math.sqrt(2e-4 * 252), rel=1e-14)


def test_sharpe_ratio_by_hand():
    # mean 1 %, deviation sqrt((1e-4 + 1e-4) / 1) = sqrt(2e-4)
    assert float(sharpe_ratio([0.02, 0.0], 2, 0.02)) == pytest.approx((2.52 - 0.02) / math.sqrt(2e-4 * 252), rel=1e-14)


@pytest.mark.parametrize("figure", [volatility, lambda r, w: sharpe_ratio(r, w, 0.0)])
def test_too_few_days_are_no_number(figure):
    assert np.isnan(figure(np.zeros((3, 19)), 20)).tolist() == [True] * 3


@pytest.mark.parametrize("flat", [np.zeros(30), np.full(30, 0.01), simple_returns(100 * 1.01 ** np.arange(31))])
def test_what_does_not_move_has_no_volatility_and_no_sharpe_ratio(flat):
    assert float(volatility(flat, 30)) == 0.0
    assert np.isnan(sharpe_ratio(flat, 30, 0.02))


def test_a_tiny_movement_is_still_a_movement():
    assert float(volatility(np.tile([1e-9, -1e-9], 15), 30)) == pytest.approx(1e-9 * math.sqrt(30 / 29 * 252), rel=1e-9)


@pytest.mark.parametrize("window", [1, 0, -5])
def test_a_window_has_two_days_or_more(window):
    with pytest.raises(InvalidInput, match="window must be at least 2"):
        volatility(np.zeros(30), window)


def test_a_gap_is_refused():
    with pytest.raises(InvalidInput, match="returns must be finite"):
        volatility([0.01, np.nan, 0.02], 2)


def test_beta_is_covariance_over_variance():
    # deviations of the benchmark -1, 0, 1; of the returns -3, 1, 2: (3 + 0 + 2) / 2
    assert float(beta([-0.03, 0.01, 0.02], [-0.01, 0.0, 0.01])) == pytest.approx(2.5, rel=1e-14)


def test_the_benchmark_has_beta_one():
    returns = np.random.default_rng(0).normal(0.001, 0.01, 50)
    assert float(beta(returns, returns)) == pytest.approx(1.0, rel=1e-14)


@pytest.mark.parametrize("flat", [np.zeros(30), np.full(30, 0.001), simple_returns(100 * 1.01 ** np.arange(31))])
def test_there_is_no_beta_to_a_benchmark_that_does_not_move(flat):
    assert np.isnan(beta(np.random.default_rng(0).normal(size=30), flat))


def test_there_is_no_beta_of_one_day():
    assert np.isnan(beta([0.01], [0.02]))


def test_beta_needs_the_same_days():
    with pytest.raises(InvalidInput, match="same days"):
        beta(np.zeros(30), np.zeros(29))


@pytest.mark.parametrize(
    ("rolling", "single"),
    [
        (lambda r: rolling_volatility(r, 20), lambda r: volatility(r, 20)),
        (lambda r: rolling_sharpe_ratio(r, 20, 0.02), lambda r: sharpe_ratio(r, 20, 0.02)),
        (lambda r: rolling_beta(r, r[::-1], 20), None),
    ],
)
def test_a_rolling_figure_is_that_of_each_window(rolling, single):
    returns = np.random.default_rng(1).normal(0, 0.01, 60)
    windows = [returns[d : d + 20] for d in range(41)]
    mirrored = [returns[::-1][d : d + 20] for d in range(41)]
    expected = [single(w) if single else beta(w, m) for w, m in zip(windows, mirrored, strict=True)]
    assert rolling(returns).tolist() == [float(value) for value in expected]


def test_arguments_are_not_written_to():
    returns, benchmark = frozen([0.01, -0.02, 0.03]), frozen([0.02, 0.01, -0.01])
    performance.volatility_and_sharpe_ratio(returns, 3, 0.02)
    beta(returns, benchmark)
    rolling_beta(returns, benchmark, 2)
    assert returns.tolist() == [0.01, -0.02, 0.03]
