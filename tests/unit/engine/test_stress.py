import datetime as dt

import numpy as np
import pytest

from farp.engine.stress import (
    conditional_moves,
    direct,
    factor_moves,
    group_returns,
    historical_replay,
    moves_between,
    propagated,
    proxies,
    reverse_stress,
)
from farp.engine.stress_library import HISTORICAL_SCENARIOS
from farp.errors import DataError, InsufficientHistory, InvalidInput
from tests.markets import frozen

NAN = float("nan")
WAVE, OTHER = np.sin(np.arange(64.0) * np.pi / 4) / 100, np.sin(np.arange(64.0) * np.pi / 8) / 100  # uncorrelated, mean 0


def random_returns(series, days, seed=0):
    return np.random.default_rng(seed).normal(0, 0.01, (series, days))


# historical replay


def test_moves_between_two_closes():
    assert moves_between([100.0, NAN, 50.0], [80.0, 10.0, NAN]) == pytest.approx([-0.2, NAN, NAN], nan_ok=True)


@pytest.mark.parametrize("price", [0.0, -1.0, float("inf")])
def test_a_close_that_is_no_price_is_refused(price):
    with pytest.raises(InvalidInput, match="must be positive, or NaN"):
        moves_between([100.0, 1.0], [80.0, price])
    with pytest.raises(InvalidInput, match="must be positive, or NaN"):
        moves_between([100.0, price], [80.0, 1.0])


def test_a_factor_of_two_legs_needs_both():
    # Market is the first leg, Size the second less the first, Gold the third
    weights = [[1.0, 0.0, 0.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    assert factor_moves(weights, [-0.2, -0.25, NAN]) == pytest.approx([-0.2, -0.05, NAN], nan_ok=True)
    assert factor_moves(weights, [NAN, -0.25, 0.1]) == pytest.approx([NAN, NAN, 0.1], nan_ok=True)


def test_own_prices_come_first_and_what_is_out_of_reach_is_not_zero():
    factors = np.vstack([WAVE])
    recent = np.vstack([WAVE, 1.5 * WAVE, np.full(64, NAN)])
    stand_in = proxies(recent, factors, [-0.2])
    result = historical_replay([100.0, 200.0, 100.0], [-0.1, NAN, NAN], stand_in)
    assert result.profit_and_loss == pytest.approx([-10.0, -60.0, NAN], nan_ok=True)
    assert result.actual.tolist() == [True, False, False]
    assert result.proxied.tolist() == [False, True, False]
    assert result.r_squared == pytest.approx([NAN, 1.0, NAN], nan_ok=True)
    assert result.total == pytest.approx(-70.0)
    assert result.covered == pytest.approx(0.75)
    assert result.available


def test_a_scenario_out_of_reach_is_not_available():
    result = historical_replay([100.0, -50.0], [NAN, NAN], proxies([WAVE, OTHER], [WAVE], [NAN]))
    assert not result.available
    assert np.isnan(result.total)
    assert result.covered == 0.0


def test_a_missing_factor_lowers_the_fit_instead_of_counting_as_zero():
    # y = f + g; without g the loading on f is 1 still, and half of the variance is unexplained
    result = proxies([WAVE + OTHER], [WAVE, OTHER], [-0.2, NAN])
    assert result.moves == pytest.approx([-0.2])
    assert result.r_squared == pytest.approx([0.5])
    assert result.factors.tolist() == [True, False]
    # with correlated factors the one that is left takes over what it shares with the missing one
    mixed = WAVE + OTHER
    assert proxies([mixed], [WAVE, mixed], [NAN, -0.2]).moves == pytest.approx([-0.2])


def test_the_drift_of_a_holding_is_not_part_of_its_proxy():
    assert proxies([WAVE + 0.01], [WAVE], [-0.2]).moves == pytest.approx([-0.2])


def test_a_holding_that_never_moved_has_no_proxy():
    result = proxies([np.zeros(64), WAVE], [WAVE], [-0.2])
    assert np.isnan(result.moves).tolist() == [True, False]


def test_a_proxy_needs_sixty_days():
    with pytest.raises(InsufficientHistory, match="59 data points"):
        proxies([WAVE[:59]], [WAVE[:59]], [-0.2])


def test_a_path_is_followed_step_by_step():
    falls = np.full((1, 10), -0.06)
    stretch = [0.94**10 - 1]
    assert proxies([2 * WAVE], [WAVE], stretch, falls).moves == pytest.approx([0.88**10 - 1])
    assert proxies([2 * WAVE], [WAVE], stretch).moves == pytest.approx([2 * stretch[0]]), "without a path in one straight step"


def test_what_has_lost_everything_on_the_way_stays_lost():
    result = proxies([3 * WAVE, WAVE], [WAVE], [0.05], [[-0.5, 1.1]])
    assert result.moves == pytest.approx([-1.5, 0.05])
    assert historical_replay([1.0, 1.0], [NAN, NAN], result).impossible.tolist() == [True, False]


@pytest.mark.parametrize("path", [[[NAN, 0.1]], [[0.1], [0.1]], [0.1], np.zeros((1, 0))])
def test_a_path_has_to_fit_the_factors_that_move(path):
    with pytest.raises(InvalidInput, match="path must have shape"):
        proxies([WAVE], [WAVE], [0.1], path)


def test_what_cannot_move_reaches_nothing():
    cash_only = historical_replay([100.0, 900.0], [NAN, 0.0], can_move=[True, False])
    assert not cash_only.available
    assert np.isnan(cash_only.total)
    assert cash_only.covered == 0.0
    half = historical_replay([100.0, 100.0, 900.0], [-0.1, NAN, 0.0], can_move=[True, True, False])
    assert (half.total, half.covered, half.priced) == (-10.0, 0.5, 0.5)
    less = historical_replay([-99.0, 101.0], [-0.1, NAN])  # the share is of the gross value, not of the net
    assert (less.covered, less.available) == (0.495, False)
    assert np.isnan(less.total)
    alone = historical_replay([900.0], [0.0], can_move=[False])
    assert (alone.total, alone.covered, alone.available) == (0.0, 1.0, True)
    with pytest.raises(InvalidInput, match="can_move must have shape"):
        historical_replay([1.0], [0.1], can_move=[True, False])


def test_own_prices_and_stand_ins_are_told_apart():
    result = historical_replay([100.0, 300.0], [-0.1, NAN], proxies([WAVE, WAVE], [WAVE], [-0.2]))
    assert (result.covered, result.priced) == (1.0, 0.25)


@pytest.mark.parametrize("amounts", [[0.0], []], ids=["nothing", "empty"])
def test_a_portfolio_worth_nothing_is_replayed(amounts):
    result = historical_replay(amounts, np.full(len(amounts), -0.1))
    assert result.covered == 0.0
    assert result.profit_and_loss.tolist() == [0.0 for _ in amounts]


def test_replay_refuses_what_does_not_fit():
    with pytest.raises(InvalidInput, match="n_holdings"):
        historical_replay([1.0, 2.0], [0.1])
    with pytest.raises(InvalidInput, match="n_holdings"):
        historical_replay([1.0], [float("inf")])
    with pytest.raises(InvalidInput, match="n_holdings"):
        historical_replay([1.0, 2.0], [0.1, 0.1], proxies([WAVE], [WAVE], [-0.2]))
    with pytest.raises(InvalidInput, match="do not fit"):
        proxies([WAVE], [WAVE], [-0.2, 0.1])
    with pytest.raises(InvalidInput, match="do not fit"):
        factor_moves([[1.0, 0.0]], [0.1])
    with pytest.raises(InvalidInput, match="do not fit"):
        factor_moves([[1.0, 0.0]], [0.1, float("inf")])


# hypothetical shocks


def test_direct_moves_only_what_is_named_and_adds_up():
    # a factor shock with loadings, a sector shock on the last two
    result = direct([100.0, 50.0, -20.0], [[1.0, 0.0], [2.0, 1.0], [0.0, 1.0]], [-0.1, -0.05])
    assert result.moves == pytest.approx([-0.1, -0.25, -0.05])
    assert result.profit_and_loss == pytest.approx([-10.0, -12.5, 1.0])
    assert result.total == pytest.approx(-21.5)
    assert np.isnan(result.distance)


def test_a_loss_of_more_than_everything_is_flagged_not_capped():
    result = direct([100.0, 100.0], [[2.5], [2.0]], [-0.5])
    assert result.impossible.tolist() == [True, False]
    assert result.moves.tolist() == [-1.25, -1.0]


def test_propagated_by_hand():
    # y = 2f + g with independent f and g: given f, y moves twice as far; given both shocks, the sum
    y = 2 * WAVE + OTHER
    assert propagated([100.0], [y], [WAVE], [-0.1]).total == pytest.approx(-20.0)
    both = propagated([100.0], [y], [WAVE, OTHER], [-0.1, 0.05])
    assert both.total == pytest.approx(-15.0)
    assert both.distance == pytest.approx(np.hypot(0.1 / WAVE.std(ddof=1), 0.05 / OTHER.std(ddof=1)))


def test_propagation_is_the_textbook_formula():
    returns = random_returns(6, 250) + random_returns(1, 250, 1)
    shocks = np.array([-0.1, 0.02])
    joint = np.cov(returns)
    expected = joint[2:, :2] @ np.linalg.solve(joint[:2, :2], shocks)
    moves, distance = conditional_moves(returns[2:], returns[:2], shocks)
    assert moves == pytest.approx(expected, rel=1e-10)
    assert distance == pytest.approx(np.sqrt(shocks @ np.linalg.solve(joint[:2, :2], shocks)), rel=1e-10)


def test_a_shocked_holding_moves_by_its_shock_and_a_still_one_not_at_all():
    returns = random_returns(3, 100)
    result = propagated([1.0, 1.0, 1.0, 1.0], [*returns, np.zeros(100)], returns[:2], [-0.3, 0.1])
    assert result.moves[:2] == pytest.approx([-0.3, 0.1], rel=1e-12)
    assert result.moves[3] == 0.0


def test_a_zero_shock_changes_nothing():
    returns = random_returns(3, 100)
    assert propagated([1.0, 2.0, 3.0], returns, returns[:1], [0.0]).total == 0.0
    assert direct([1.0, 2.0], [[1.0], [3.0]], [0.0]).total == 0.0


def test_a_shocked_group_moves_as_a_whole_by_the_shock():
    amounts, returns = np.array([100.0, -300.0, 50.0]), random_returns(3, 100)
    group = group_returns(amounts, returns, [True, True, False])
    moves = propagated(amounts, returns, [group], [-0.2]).moves
    assert (100 * moves[0] + 300 * moves[1]) / 400 == pytest.approx(-0.2)


def test_agreeing_shocks_on_the_same_series_are_one_shock():
    result = propagated([100.0], [2 * WAVE], [WAVE, 3 * WAVE], [-0.1, -0.3])
    assert result.total == pytest.approx(-20.0)
    assert result.distance == pytest.approx(0.1 / WAVE.std(ddof=1))


def test_contradicting_shocks_are_refused():
    with pytest.raises(InvalidInput, match="contradict each other"):
        propagated([100.0], [WAVE], [WAVE, 3 * WAVE], [-0.1, 0.1])


def test_a_sum_shocked_differently_from_its_parts_is_a_contradiction_whatever_the_rounding():
    for seed in range(20):
        parts = random_returns(3, 100, seed)
        series = [*parts, 0.2 * parts[0] + 0.3 * parts[1] + 0.5 * parts[2]]
        agreeing = propagated([100.0], parts[:1], series, [-0.1, -0.1, -0.1, -0.1])
        assert agreeing.total == pytest.approx(-10.0)
        with pytest.raises(InvalidInput, match="contradict each other"):
            propagated([100.0], parts[:1], series, [-0.1, -0.1, -0.1, 0.1])


def test_a_shock_on_what_never_moves_is_refused_by_its_number():
    with pytest.raises(InvalidInput, match="The shock number 2 is on a price that does not move"):
        propagated([100.0], [WAVE], [WAVE, np.zeros(64)], [-0.1, 0.1])


def test_a_shock_on_what_never_moves_is_refused_by_its_name_when_it_has_one():
    with pytest.raises(InvalidInput, match="The shock of the peso is on a price that does not move"):
        propagated([1.0], [WAVE], [WAVE, np.zeros(64)], [-0.1, 0.1], ["of the dollar", "of the peso"])


def test_propagation_needs_twenty_days_and_more_than_the_shocks():
    with pytest.raises(InsufficientHistory, match="at least 20"):
        propagated([1.0], [WAVE[:19]], [WAVE[:19]], [0.1])
    with pytest.raises(InsufficientHistory, match="at least 32"):
        propagated([1.0], [WAVE[:25]], random_returns(30, 25), np.full(30, 0.1))


@pytest.mark.parametrize(
    ("amounts", "returns", "shocked", "shocks", "message"),
    [
        ([1.0, 2.0], [WAVE], [WAVE], [0.1], "do not fit"),
        ([1.0], [WAVE], [WAVE], [0.1, 0.1], "do not fit"),
        ([1.0], [WAVE], [WAVE[:30]], [0.1], "do not fit"),
        ([1.0], [WAVE], np.zeros((0, 64)), [], "at least one shock"),
        ([1.0], [WAVE], [WAVE], [NAN], "finite"),
        ([1.0], [WAVE * NAN], [WAVE], [0.1], "finite"),
    ],
)
def test_propagation_refuses_what_does_not_fit(amounts, returns, shocked, shocks, message):
    with pytest.raises(InvalidInput, match=message):
        propagated(amounts, returns, shocked, shocks)


def test_direct_and_groups_refuse_what_does_not_fit():
    with pytest.raises(InvalidInput, match="do not fit"):
        direct([1.0], [[1.0]], [0.1, 0.2])
    with pytest.raises(InvalidInput, match="do not fit"):
        group_returns([1.0], [WAVE], [True, False])
    with pytest.raises(InvalidInput, match="Nothing is held"):
        group_returns([1.0, 0.0], [WAVE, OTHER], [False, True])


# reverse stress


def test_reverse_stress_with_one_factor_is_a_division():
    # 200 of exposure: losing 10 takes -5 %, at 1 % a day five standard deviations
    result = reverse_stress([100.0, 100.0], [[1.5], [0.5]], [[0.0001]], 10.0, [[-0.06, -0.05, 0.05, 0.0, -0.049]])
    assert result.factor_moves == pytest.approx([-0.05])
    assert result.profit_and_loss == pytest.approx([-7.5, -2.5])
    assert result.distance == pytest.approx(5.0)
    assert (result.days_as_far, result.days_as_bad, result.observations) == (3, 2, 5)


def test_no_other_move_that_loses_as_much_is_nearer():
    rng = np.random.default_rng(8)
    returns = random_returns(4, 300) @ np.eye(300) + random_returns(1, 300, 9)
    covariance, loadings, amounts = np.cov(returns), rng.normal(1, 0.5, (6, 4)), rng.normal(50, 60, 6)
    result = reverse_stress(amounts, loadings, covariance, 25.0, returns)
    exposures, precision = loadings.T @ amounts, np.linalg.inv(covariance)
    assert exposures @ result.factor_moves == pytest.approx(-25.0, rel=1e-12)
    assert result.profit_and_loss.sum() == pytest.approx(-25.0, rel=1e-12)
    assert result.distance == pytest.approx(np.sqrt(result.factor_moves @ precision @ result.factor_moves), rel=1e-9)
    for _ in range(200):
        other = result.factor_moves + rng.normal(0, 0.01, 4)
        other *= -25.0 / (exposures @ other)
        assert np.sqrt(other @ precision @ other) >= result.distance * (1 - 1e-12)


def test_days_as_far_are_counted_in_all_directions():
    returns = random_returns(3, 500)
    covariance = np.cov(returns)
    result = reverse_stress([1.0], [[1.0, 0.0, 0.0]], covariance, 0.02, returns)
    distances = np.sqrt(np.einsum("id,ij,jd->d", returns, np.linalg.inv(covariance), returns))
    assert result.days_as_far == (distances >= result.distance).sum()
    assert result.days_as_bad == (returns[0] <= -0.02).sum()


def test_a_singular_covariance_has_an_answer():
    returns = np.vstack([WAVE, 2 * WAVE, np.zeros(64)])
    result = reverse_stress([100.0], [[1.0, 1.0, 5.0]], np.cov(returns), 10.0, returns)
    assert result.factor_moves == pytest.approx([-0.1 / 3, -0.2 / 3, 0.0])
    assert result.days_as_far == 0


def test_all_short_loses_when_the_factor_rises():
    assert reverse_stress([-100.0], [[1.0]], [[0.0001]], 5.0, [[0.0]]).factor_moves == pytest.approx([0.05])


@pytest.mark.parametrize(
    ("amounts", "loadings", "covariance"),
    [([0.0, 0.0], [[1.0], [1.0]], [[0.01]]), ([0.1, -0.3], [[3.0], [1.0]], [[0.01]]), ([1.0, 1.0], [[1.0], [1.0]], [[0.0]])],
    ids=["nothing held", "hedged", "still factor"],
)
def test_a_portfolio_without_factor_risk_cannot_lose_by_factors(amounts, loadings, covariance):
    with pytest.raises(DataError, match="does not depend on any of these factors"):
        reverse_stress(amounts, loadings, covariance, 1.0, [[0.0]])


@pytest.mark.parametrize("loss", [0.0, -1.0, NAN, float("inf")])
def test_the_loss_asked_for_is_a_positive_amount(loss):
    with pytest.raises(InvalidInput, match="positive amount of money"):
        reverse_stress([1.0], [[1.0]], [[0.01]], loss, [[0.0]])


def test_reverse_stress_refuses_what_does_not_fit():
    with pytest.raises(InvalidInput, match="do not fit"):
        reverse_stress([1.0], [[1.0, 2.0]], [[0.01]], 1.0, [[0.0]])
    with pytest.raises(InvalidInput, match="negative variance"):
        reverse_stress([1.0], [[1.0]], [[-0.01]], 1.0, [[0.0]])


def test_no_argument_is_written_to():
    one, wave = frozen([1.0]), frozen([WAVE])
    historical_replay(one, frozen([NAN]), proxies(wave, wave, frozen([0.1])))
    direct(one, frozen([[1.0]]), one)
    propagated(one, wave, wave, one)
    group_returns(one, wave, [True])
    reverse_stress(one, frozen([[1.0]]), frozen([[0.01]]), 1.0, wave)
    factor_moves(frozen([[1.0]]), moves_between(one, one))


# the library


def test_the_library_holds_the_dates_of_the_methodology():
    dates = [(scenario.start.isoformat(), scenario.end.isoformat()) for scenario in HISTORICAL_SCENARIOS]
    assert dates == [
        ("1987-10-16", "1987-10-19"),
        ("1997-10-21", "1997-10-27"),
        ("1998-07-15", "1998-10-08"),
        ("2000-03-24", "2002-10-09"),
        ("2001-09-10", "2001-09-21"),
        ("2008-09-12", "2009-03-09"),
        ("2010-05-05", "2010-05-07"),
        ("2011-07-22", "2011-08-08"),
        ("2015-12-29", "2016-02-11"),
        ("2018-01-26", "2018-02-08"),
        ("2020-02-19", "2020-03-23"),
        ("2020-03-23", "2020-06-08"),
        ("2022-01-03", "2022-10-12"),
    ]


def test_scenarios_have_ids_of_their_own_and_begin_before_they_end():
    assert len({scenario.id for scenario in HISTORICAL_SCENARIOS}) == len({s.name for s in HISTORICAL_SCENARIOS}) == len(HISTORICAL_SCENARIOS)
    for scenario in HISTORICAL_SCENARIOS:
        assert dt.date(1987, 1, 1) < scenario.start < scenario.end
        assert scenario.start.weekday() < 5 > scenario.end.weekday()
        assert scenario.id.replace("-", "").isalnum()
        assert scenario.id == scenario.id.lower()
        assert scenario.what.endswith(".")
