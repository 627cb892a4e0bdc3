"""Principal components of a window: what each explains, what the portfolio has in it, and what it is called."""

import numpy as np
import pytest

from farp.analysis import window_of
from farp.analysis.pca import portfolio_components
from farp.errors import DataError
from tests.markets import market, portfolio, wandering

DAYS = 257
STEPS = np.arange(DAYS - 1.0)
WAVE, OTHER = np.sin(STEPS * np.pi / 4), np.sin(STEPS * np.pi / 8)  # whole periods: uncorrelated


def closes(moves):
    return 100.0 * np.concatenate([[1.0], np.cumprod(1 + moves)])


def result_of(held, prices, lookback=256):
    history = market(prices)
    return portfolio_components(window_of(held, history, None, lookback))


def test_two_holdings_that_correlate_by_half_by_hand():
    # correlation 0.5: the components explain 1.5 and 0.5 of 2
    prices = {"A": closes(0.01 * WAVE), "B": closes(0.01 * (0.5 * WAVE + np.sqrt(0.75) * OTHER))}
    result = result_of(portfolio(A=1, B=1), prices)
    assert result.components.explained_ratio == pytest.approx([0.75, 0.25])
    assert result.cumulative == pytest.approx((0.75, 1.0))
    assert result.for_most == 2
    assert result.readings == ("A and B together", "A against B")
    assert result.main == 0
    # a B as large as A: e = s (MV_A +- MV_B) / sqrt(2), the second one hedged away where both are worth the same
    values = np.array([prices["A"][-1], prices["B"][-1]])
    deviation = 0.01 * WAVE.std(ddof=1)
    expected = deviation * np.array([values.sum() * np.sqrt(1.5), (values[0] - values[1]) * np.sqrt(0.5)]) / np.sqrt(2)
    assert result.components.exposures == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_a_short_against_a_long_rides_on_the_second_component():
    prices = {"A": closes(0.01 * WAVE), "B": closes(0.01 * (0.9 * WAVE + np.sqrt(0.19) * OTHER))}
    result = result_of(portfolio(A=1, B=-1, CASH_USD=1000), prices)
    assert result.main == 1
    assert result.still == ("CASH:USD",)


def test_exposures_carry_the_whole_variance_of_the_profit_and_loss():
    prices = {name: wandering(300, seed) for seed, name in enumerate("ABCDE")}
    result = result_of(portfolio(A=1, B=-2, C=3, D=1, E=5), prices, 252)
    assert (result.components.exposures**2).sum() == pytest.approx(result.window.profit_and_loss.var(ddof=1))
    assert result.cumulative[-1] == pytest.approx(1.0)
    assert list(result.cumulative) == sorted(result.cumulative)


def test_ninety_per_cent_is_reached_by_the_first_component_of_twins():
    moves = 0.01 * WAVE
    result = result_of(portfolio(A=1, B=1, C=1), {"A": closes(moves), "B": closes(2 * moves), "C": closes(0.5 * moves)})
    assert (result.for_most, len(result.components.explained_ratio)) == (1, 1)
    assert result.readings == ("all holdings together, A and B most",)


def test_one_position_is_one_component_on_its_own():
    result = result_of(portfolio(A=-3), {"A": wandering(300, 1)}, 252)
    assert result.readings == ("A on its own",)
    assert (result.main, result.for_most, result.cumulative) == (0, 1, (1.0,))


def test_a_holding_that_never_moves_is_in_no_component():
    result = result_of(portfolio(A=1, S=10), {"A": wandering(300, 1), "S": np.full(300, 5.0)}, 252)
    assert result.still == ("S",)
    assert result.components.loadings.tolist() == [[1.0, 0.0]]


def test_more_holdings_than_days():
    prices = {f"T{i}": wandering(62, i) for i in range(90)}
    result = result_of(portfolio(**dict.fromkeys(prices, 1.0)), prices, 60)
    assert len(result.readings) == len(result.cumulative) == 59
    assert result.components.variance_shares.sum() == pytest.approx(1.0)


def test_a_hedged_portfolio_has_no_main_component():
    moves = wandering(300, 1)
    result = result_of(portfolio(A=2, B=-1), {"A": moves, "B": 2 * moves}, 252)
    assert result.main is None


def test_nothing_that_moves_is_a_sentence():
    with pytest.raises(DataError, match="No holding's price moves"):
        result_of(portfolio(S=1), {"S": np.full(300, 5.0)}, 252)
