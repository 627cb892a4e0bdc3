"""The move that loses a given amount, on made-up prices whose answer is known."""

import numpy as np
import pytest

from farp.analysis import window_of
from farp.analysis.reverse_stress import reverse_stress
from farp.errors import DataError, InvalidInput
from farp.market import Factor, FactorSet
from tests.markets import NO_FACTORS, market, one_factor, portfolio, wandering

DAYS = 500
INDEX, OTHER = wandering(DAYS, 1), wandering(DAYS, 2)


def made(factors=None, base="USD", **quantities):
    history = market({"INDEX": INDEX, "OTHER": OTHER}, factors=one_factor("INDEX") if factors is None else factors)
    return window_of(portfolio(base, **quantities), history), history


def test_with_one_factor_it_is_a_division():
    window, history = made(INDEX=10)
    result = reverse_stress(window, history, 0.1, 1)
    daily = np.diff(INDEX) / INDEX[:-1]
    assert result.result.factor_moves == pytest.approx([-0.1])
    assert result.result.distance == pytest.approx(0.1 / daily[-252:].std(ddof=1))
    assert result.deviations == pytest.approx([daily[-252:].std(ddof=1)])
    assert result.result.profit_and_loss.sum() == pytest.approx(-0.1 * window.net_asset_value)
    assert result.systematic == pytest.approx(1.0)
    assert result.loss_fraction == pytest.approx(0.1)


def test_a_longer_horizon_is_the_same_move_but_nearer():
    window, history = made(INDEX=10, OTHER=5)
    day, month = reverse_stress(window, history, 0.1, 1), reverse_stress(window, history, 0.1, 16)
    assert month.result.factor_moves == pytest.approx(day.result.factor_moves)
    assert month.result.distance == pytest.approx(day.result.distance / 4)


def test_past_runs_are_counted_with_todays_exposures():
    window, history = made(INDEX=10, CASH_USD=100)
    result = reverse_stress(window, history, 0.02, 5)
    runs = INDEX[5:] / INDEX[:-5] - 1
    exposure = window.market_values[0]
    assert result.past.values == pytest.approx(exposure * runs)
    assert result.result.days_as_bad == int((exposure * runs <= -0.02 * window.net_asset_value).sum()) > 0
    assert result.result.observations == DAYS - 5
    assert result.worst == pytest.approx(exposure * runs.min())
    assert np.datetime64(result.since) == history.dates[0]
    assert result.past.dates[0] == history.dates[5]


def test_the_past_ends_on_the_day_of_the_figures():
    history = market({"INDEX": INDEX, "OTHER": OTHER}, factors=one_factor("INDEX"))
    early = window_of(portfolio(INDEX=1), history, as_of=history.dates[400].item())
    result = reverse_stress(early, history, 0.1, 1)
    assert result.past.dates[-1] == history.dates[400]
    assert result.result.observations == 400


def test_a_short_portfolio_loses_when_the_factor_rises():
    window, history = made(INDEX=-10, CASH_USD=10_000)
    result = reverse_stress(window, history)
    assert result.result.factor_moves[0] > 0
    assert result.result.profit_and_loss.sum() == pytest.approx(-0.1 * window.net_asset_value)


def test_an_amount_takes_the_place_of_a_share():
    window, history = made(INDEX=10, CASH_USD=-1e6)
    with pytest.raises(DataError, match="net asset value is not positive"):
        reverse_stress(window, history)
    result = reverse_stress(window, history, loss_amount=50.0)
    assert (result.result.loss, result.loss_fraction) == (50.0, None)


def test_a_move_beyond_everything_is_named():
    window, history = made(INDEX=1, CASH_USD=100_000)
    assert reverse_stress(window, history).impossible == ("Market",)
    assert reverse_stress(window, history, 0.0001).impossible == ()


@pytest.mark.parametrize("loss", [0.0, -0.1, float("nan"), float("inf"), None])
def test_the_loss_has_to_be_positive(loss):
    window, history = made(INDEX=10)
    with pytest.raises(InvalidInput, match="must be a positive share"):
        reverse_stress(window, history, loss)


def test_what_cannot_be_answered_is_a_sentence():
    window, history = made(CASH_USD=10)
    with pytest.raises(DataError, match="does not depend on any of these factors"):
        reverse_stress(window, history)
    window, history = made(factors=NO_FACTORS, INDEX=10)
    with pytest.raises(DataError, match="the factor set names no factor"):
        reverse_stress(window, history)
    short = market({"INDEX": INDEX[:100]}, factors=one_factor("INDEX"))
    with pytest.raises(DataError, match="a horizon of 40 days needs 121"):
        reverse_stress(window_of(portfolio(INDEX=1), short), short, horizon_days=40)


def test_dependent_factors_have_an_answer():
    twice = FactorSet(name="twice", factors=(Factor(name="One", legs=(("INDEX", 1.0),)), Factor(name="Same", legs=(("INDEX", 2.0),))))
    window, history = made(factors=twice, INDEX=10)
    result = reverse_stress(window, history)
    assert result.result.profit_and_loss.sum() == pytest.approx(-0.1 * window.net_asset_value)
    assert result.result.factor_moves[1] == pytest.approx(2 * result.result.factor_moves[0])
