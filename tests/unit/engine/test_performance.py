import math

import numpy as np
import pytest
from scipy import stats

from farp.engine import performance
from farp.engine.performance import (
    alpha,
    annual_return,
    beta,
    calmar_ratio,
    down_capture,
    downside_deviation,
    downside_potential,
    information_ratio,
    kurtosis,
    monthly_returns,
    omega_ratio,
    rolling_beta,
    rolling_sharpe_ratio,
    rolling_volatility,
    sharpe_ratio,
    skewness,
    sortino_ratio,
    tracking_error,
    up_capture,
    volatility,
    worst_drawdowns,
)
from farp.engine.returns import simple_returns
from farp.errors import InsufficientHistory, InvalidInput
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


# more measures

RETURNS, BENCHMARK = np.array([0.02, -0.01, 0.03, -0.02]), np.array([0.01, -0.02, 0.02, 0.0])


def test_annual_return_compounds():
    assert float(annual_return(np.full(252, 0.001))) == pytest.approx(1.001**252 - 1, rel=1e-12)
    assert float(annual_return([0.1, -0.1])) == pytest.approx(0.99**126 - 1, rel=1e-12)


def test_all_lost_and_more_than_all_lost():
    assert annual_return([[0.1, -1.0], [0.1, -1.5], [0.0, 0.0]]).tolist() == pytest.approx([-1.0, np.nan, 0.0], nan_ok=True)


def test_an_absurd_gain_is_infinite_without_a_warning():
    assert float(annual_return([1e3])) == np.inf


def test_downside_measures_by_hand():
    # below 1 %: 2 % and 3 % short on two of four days
    assert float(downside_potential(RETURNS, 0.01)) == pytest.approx(0.05 / 4)
    assert float(downside_deviation(RETURNS, 0.01)) == pytest.approx(math.sqrt((4e-4 + 9e-4) / 4))
    assert float(omega_ratio(RETURNS, 0.01)) == pytest.approx(0.03 / 0.05)
    assert float(omega_ratio(RETURNS)) == pytest.approx(0.05 / 0.03)


def test_sortino_ratio_by_hand():
    # rate 2.52 a year is 1 % a day
    expected = (252 * 0.005 - 2.52) / (math.sqrt(252) * math.sqrt(13e-4 / 4))
    assert float(sortino_ratio(RETURNS, 2.52)) == pytest.approx(expected, rel=1e-12)


def test_without_a_loss_ratios_over_losses_are_undefined():
    assert np.isnan(sortino_ratio([0.01, 0.02], 0.0))
    assert np.isnan(omega_ratio([0.01, 0.02]))
    assert np.isnan(sortino_ratio(np.full(30, 0.02 / 252), 0.02))
    assert np.isnan(omega_ratio(np.zeros(30)))
    steady = simple_returns(100 * 1.01 ** np.arange(31))  # 1 % a day but for rounding
    assert np.isnan(sortino_ratio(steady, 2.52))
    assert np.isnan(omega_ratio(steady, 0.01))


def test_calmar_ratio_by_hand():
    assert calmar_ratio([0.1, -0.1, 0.1, np.nan], [0.2, 0.2, 0.0, 0.2]) == pytest.approx([0.5, -0.5, np.nan, np.nan], nan_ok=True)


def test_active_measures_by_hand():
    # active: 1 %, 1 %, 1 %, -2 %: mean 0.25 %, squares about it 3 * 0.75^2 + 2.25^2 = 6.75 (in 1e-4), over 3
    deviation = math.sqrt(6.75e-4 / 3)
    assert float(tracking_error(RETURNS, BENCHMARK)) == pytest.approx(deviation * math.sqrt(252))
    assert float(information_ratio(RETURNS, BENCHMARK)) == pytest.approx(0.0025 * 252 / (deviation * math.sqrt(252)))


def test_the_benchmark_itself_has_no_tracking_error_and_no_ratio():
    assert float(tracking_error(BENCHMARK, BENCHMARK)) == 0.0
    assert np.isnan(information_ratio(BENCHMARK, BENCHMARK))
    assert float(alpha(BENCHMARK, BENCHMARK, 0.02)) == pytest.approx(0.0, abs=1e-14)
    assert float(up_capture(BENCHMARK, BENCHMARK)) == float(down_capture(BENCHMARK, BENCHMARK)) == 1.0


@pytest.mark.parametrize("figure", [tracking_error, information_ratio, lambda r, b: alpha(r, b, 0.0)])
def test_one_day_has_no_active_measures(figure):
    assert np.isnan(figure([0.1], [0.2]))


def test_alpha_by_hand():
    # means 0.5 % and 0.25 %, beta = (2*1 + 1*2 + 3*2) centred: cov sum 10 - 4 * 0.5 * 0.25 = 9.5, var sum 9 - 0.25 = 8.75
    slope = 9.5 / 8.75
    assert float(alpha(RETURNS, BENCHMARK, 0.02)) == pytest.approx(252 * 0.005 - 0.02 - slope * (252 * 0.0025 - 0.02), rel=1e-12)


def test_capture_counts_days_by_the_benchmark():
    assert float(up_capture(RETURNS, BENCHMARK)) == pytest.approx(0.05 / 0.03)
    assert float(down_capture(RETURNS, BENCHMARK)) == pytest.approx(0.01 / 0.02)


def test_a_benchmark_that_never_fell_has_no_down_capture():
    assert np.isnan(down_capture([0.1, -0.1], [0.0, 0.1]))
    assert np.isnan(up_capture([0.1, -0.1], [0.0, -0.1]))


def test_skewness_and_kurtosis_are_the_moments():
    returns = np.random.default_rng(2).standard_t(4, (3, 200)) / 100
    assert skewness(returns) == pytest.approx(stats.skew(returns, axis=1), rel=1e-12)
    assert kurtosis(returns) == pytest.approx(stats.kurtosis(returns, axis=1), rel=1e-12)


@pytest.mark.parametrize("figure", [skewness, kurtosis])
def test_what_does_not_move_has_no_shape(figure):
    assert np.isnan(figure(np.array([np.zeros(30), np.full(30, 0.1)]))).all()
    assert np.isnan(figure([0.1]))


MEASURES = [
    annual_return,
    downside_deviation,
    downside_potential,
    omega_ratio,
    skewness,
    kurtosis,
    lambda r: sortino_ratio(r, 0.02),
    lambda r: tracking_error(r, RETURNS),
    lambda r: information_ratio(r, RETURNS),
    lambda r: alpha(r, RETURNS, 0.02),
    lambda r: up_capture(r, RETURNS),
    lambda r: down_capture(r, RETURNS),
]


@pytest.mark.parametrize("measure", MEASURES)
def test_a_row_of_many_is_the_row_alone_and_nothing_is_written_to(measure):
    rows = frozen([BENCHMARK, RETURNS, -RETURNS])
    assert measure(rows)[1] == pytest.approx(float(measure(rows[1])), rel=1e-15, nan_ok=True)


@pytest.mark.parametrize("measure", MEASURES)
def test_gaps_are_refused(measure):
    with pytest.raises(InvalidInput, match="NaN"):
        measure([0.1, np.nan, 0.1, 0.1])


@pytest.mark.parametrize("measure", MEASURES[7:])
def test_other_days_are_refused(measure):
    with pytest.raises(InvalidInput, match="same days, got 3 and 4"):
        measure([0.1, 0.2, 0.3])


def days(*texts):
    return np.array(texts, dtype="datetime64[D]")


def test_months_and_years_compound_and_gaps_stay_open():
    table = monthly_returns([0.1, 0.1, 0.5, -0.2], days("2020-11-02", "2020-11-30", "2020-12-31", "2022-02-01"))
    assert table.years.tolist() == [2020, 2021, 2022]
    assert table.months[0, 10:] == pytest.approx([0.21, 0.5])
    assert table.months[2, 1] == pytest.approx(-0.2)
    assert np.isnan(table.months).sum() == 36 - 3
    assert table.year == pytest.approx([1.21 * 1.5 - 1, np.nan, -0.2], nan_ok=True)


def test_dates_before_1970_fall_into_their_own_month():
    table = monthly_returns([0.1, 0.2], days("1969-12-31", "1970-01-01"))
    assert table.years.tolist() == [1969, 1970]
    assert table.months[0, 11] == pytest.approx(0.1)
    assert table.months[1, 0] == pytest.approx(0.2)


def test_months_will_do_as_labels():
    table = monthly_returns(frozen([0.1, 0.1]), np.array(["2020-05", "2020-05"], dtype="datetime64[M]"))
    assert table.months[0, 4] == pytest.approx(0.21)


@pytest.mark.parametrize("dates", [days("2020-01-01"), np.array([1, 2]), days("2020-01-01", "NaT")])
def test_every_return_needs_a_date(dates):
    with pytest.raises(InvalidInput, match="one date"):
        monthly_returns([0.1, 0.2], dates)


def test_dates_ascend():
    with pytest.raises(InvalidInput, match="ascend"):
        monthly_returns([0.1, 0.2], days("2020-02-01", "2020-01-01"))


def test_no_day_has_no_month():
    with pytest.raises(InsufficientHistory):
        monthly_returns([], days())


def test_worst_drawdowns_by_hand():
    #                      0    1    2    3    4    5    6    7    8
    table = worst_drawdowns([100, 95, 100, 120, 60, 90, 120, 130, 117])
    assert table.depth == pytest.approx([0.5, 0.1, 0.05])
    assert table.amount == pytest.approx([60, 13, 5])
    assert table.peak.tolist() == [3, 7, 0]
    assert table.trough.tolist() == [4, 8, 1]
    assert table.recovery.tolist() == [6, -1, 2]


def test_only_the_deepest_are_listed_and_equals_in_order_of_time():
    table = worst_drawdowns([100, 90, 100, 80, 100, 90, 100], count=2)
    assert table.trough.tolist() == [3, 1]


def test_a_double_top_is_two_falls():
    table = worst_drawdowns([120, 110, 120, 90, 120])
    assert table.peak.tolist() == [2, 0]
    assert table.recovery.tolist() == [4, 2]


@pytest.mark.parametrize("values", [[100.0], [100.0, 100.0, 101.0]])
def test_a_path_that_never_falls_has_no_drawdowns(values):
    table = worst_drawdowns(frozen(values))
    assert [len(column) for column in (table.depth, table.amount, table.peak, table.trough, table.recovery)] == [0] * 5


def test_a_path_through_zero_is_ranked_by_money():
    table = worst_drawdowns([10.0, 1.0, 10.0, 100.0, 80.0, 100.0, -1.0])
    assert np.isnan(table.depth).all()
    assert table.amount.tolist() == [101.0, 20.0, 9.0]


def test_at_least_one_drawdown_is_asked_for():
    with pytest.raises(InvalidInput, match="count must be 1 or more"):
        worst_drawdowns([1.0, 2.0], 0)
    with pytest.raises(InvalidInput, match="one series"):
        worst_drawdowns([[1.0, 2.0]])
