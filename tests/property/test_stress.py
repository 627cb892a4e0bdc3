"""Stress on any book: replays, shocks, the move that loses a given amount."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.engine.stress import LEAST_COVERED, conditional_moves, direct, group_returns, historical_replay, propagated, proxies, reverse_stress
from tests.property.strategies import seeds, steady


def book(seed, positions, series, days=80):
    rng = np.random.default_rng(seed)
    factors = rng.normal(0, 0.01, (series, days)) + rng.normal(0, 0.005, days)
    loadings = rng.normal(0.5, 1, (positions, series))
    returns = loadings @ factors + rng.normal(0, 0.005, (positions, days))
    return rng.normal(0, 1000, positions), returns, factors, loadings, rng


@steady
@given(seeds, st.integers(1, 8), st.integers(1, 4))
def test_a_replay_adds_up_over_what_it_reaches(seed, positions, series):
    amounts, returns, factors, _, rng = book(seed, positions, series)
    own = np.where(rng.random(positions) < 0.5, rng.normal(-0.2, 0.1, positions), np.nan)
    moves = np.where(rng.random(series) < 0.5, -0.1, np.nan)
    result = historical_replay(amounts, own, proxies(returns, factors, moves))
    reached = ~np.isnan(result.profit_and_loss)
    assert (reached == (result.actual | result.proxied)).all()
    assert not (result.actual & result.proxied).any()
    assert (np.isnan(result.r_squared) == ~result.proxied).all()
    assert reached.all() == (np.isfinite(moves).any() or np.isfinite(own).all())
    enough = reached.any() and result.covered >= LEAST_COVERED
    assert result.total == pytest.approx(np.nansum(result.profit_and_loss) if enough else np.nan, nan_ok=True)
    assert 0 <= result.covered <= 1 + 1e-12


@steady
@given(seeds, st.integers(1, 8), st.integers(1, 4), st.floats(-2, 2))
def test_shocks_are_linear_and_none_changes_nothing(seed, positions, series, factor):
    amounts, returns, factors, loadings, rng = book(seed, positions, series)
    shocks = rng.normal(0, 0.1, series)
    for stress in (
        lambda sizes: direct(amounts, loadings, sizes),
        lambda sizes: propagated(amounts, returns, factors, sizes),
    ):
        once, often = stress(shocks), stress(factor * shocks)
        assert often.profit_and_loss == pytest.approx(factor * once.profit_and_loss, rel=1e-9, abs=1e-9)
        assert once.profit_and_loss.sum() == pytest.approx(once.total, rel=1e-9, abs=1e-9)
        assert (stress(0 * shocks).profit_and_loss == 0).all()


@steady
@given(seeds, st.integers(2, 8), st.integers(1, 4))
def test_propagation_of_all_factors_is_the_regression(seed, positions, series):
    """With every factor shocked S_os S_ss^-1 are the regression's loadings: the proxy and the propagated shock agree."""
    amounts, returns, factors, _, rng = book(seed, positions, series)
    shocks = rng.normal(0, 0.1, series)
    assert propagated(amounts, returns, factors, shocks).moves == pytest.approx(proxies(returns, factors, shocks).moves, rel=1e-8, abs=1e-12)


@steady
@given(seeds, st.integers(2, 5))
def test_a_shock_as_expected_from_the_others_adds_nothing(seed, series):
    """Shocking a second series by exactly its conditional expectation leaves every other move and the distance as they were."""
    _, returns, factors, _, _ = book(seed, 3, series)
    expected, distance = conditional_moves(factors[1:2], factors[:1], [-0.1])
    one, _ = conditional_moves(returns, factors[:1], [-0.1])
    both, farther = conditional_moves(returns, factors[:2], [-0.1, expected[0]])
    assert both == pytest.approx(one, rel=1e-8, abs=1e-12)
    assert farther == pytest.approx(distance, rel=1e-8)


@steady
@given(seeds, st.integers(1, 8), st.data())
def test_a_shocked_group_moves_by_the_shock(seed, positions, data):
    amounts, returns, _, _, _ = book(seed, positions, 2)
    members = np.array(data.draw(st.lists(st.booleans(), min_size=positions, max_size=positions).filter(any)))
    moves = propagated(amounts, returns, [group_returns(amounts, returns, members)], [-0.2]).moves
    assert np.average(moves[members], weights=np.abs(amounts[members])) == pytest.approx(-0.2, rel=1e-9)


@steady
@given(seeds, st.integers(1, 8), st.integers(1, 5), st.floats(0.01, 1e6))
def test_reverse_stress_loses_exactly_what_was_asked_and_no_further_than_needed(seed, positions, series, loss):
    amounts, _, factors, loadings, rng = book(seed, positions, series)
    covariance = np.atleast_2d(np.cov(factors))
    result = reverse_stress(amounts, loadings, covariance, loss, factors)
    exposures, precision = loadings.T @ amounts, np.linalg.inv(covariance)
    assert result.profit_and_loss.sum() == pytest.approx(-loss, rel=1e-7)
    assert result.distance == pytest.approx(np.sqrt(result.factor_moves @ precision @ result.factor_moves), rel=1e-7)
    other = result.factor_moves * (1 + rng.normal(0, 0.5, series))
    if abs(exposures @ other) > 1e-9 * loss:
        other *= -loss / (exposures @ other)
        assert np.sqrt(other @ precision @ other) >= result.distance * (1 - 1e-9)
    # a day that lost as much through the factors lies at least as far away
    assert result.days_as_bad <= result.days_as_far <= result.observations
