"""Ladders and grids by hand, on markets whose loadings are known."""

from __future__ import annotations

import re

import numpy as np
import pytest

from farp.analysis import analyse, window_of
from farp.analysis.alignment import factor_returns
from farp.analysis.sensitivity import (
    BASIS_POINT_SHOCKS,
    PERCENT_SHOCKS,
    SensitivityAnalysis,
    default_pair,
    factor_shocks,
    sensitivities,
    with_grid,
)
from farp.errors import DataError, InsufficientHistory, InvalidInput
from farp.market import Factor, FactorSet, PriceHistory
from farp.prices.factor_sets import LIVE, SAMPLE
from farp.prices.sample import load_sample
from farp.report.moves import conversions, doubtful, summary
from tests.markets import market, portfolio, wandering

MARKET, BOND = Factor(name="Market", legs=(("M", 1.0),)), Factor(name="Rates", legs=(("B", 1.0),), duration_years=5.0, duration_source="by hand")
TWO = FactorSet(name="two", factors=(MARKET, BOND))


def path(moves: np.ndarray, last: float) -> np.ndarray:
    """Closes with these daily returns that end at `last`."""
    closes = np.concatenate([[1.0], np.cumprod(1.0 + moves)])
    return last * closes / closes[-1]


def history(factors: FactorSet = TWO, days: int = 260) -> PriceHistory:
    """M and B wander; X is twice M, Y is M less half of B, S stands still. All end at 100, S at 50."""
    rng = np.random.default_rng(1)
    m, b = rng.normal(0, 0.01, days), rng.normal(0, 0.004, days)
    closes = {"M": path(m, 100.0), "B": path(b, 100.0), "X": path(2 * m, 100.0), "Y": path(m - 0.5 * b, 100.0), "S": np.full(days + 1, 50.0)}
    return market(closes, factors=factors)


def of(factors: FactorSet = TWO, grid: tuple[str, ...] | None = None, /, **quantities: float) -> SensitivityAnalysis:
    prices = history(factors)
    return sensitivities(window_of(portfolio(**quantities), prices, extra_days=None), prices, grid=grid)


def test_a_holding_that_is_twice_the_market_loses_twice_the_move() -> None:
    result = of(X=10)
    assert result.shocks[0].sizes == PERCENT_SHOCKS
    assert result.ladder.profit_and_loss[0] == pytest.approx(1000.0 * 2 * np.array(PERCENT_SHOCKS) / 100.0)
    assert result.ladder.profit_and_loss[1] == pytest.approx(np.zeros(9), abs=1e-9)
    assert result.per_unit[0] == pytest.approx(20.0)
    assert result.r_squared == pytest.approx(1.0)


def test_a_hundred_basis_points_cost_a_bond_its_duration() -> None:
    result = of(B=10)
    rates = result.shocks[1]
    assert rates.sizes == BASIS_POINT_SHOCKS
    assert rates.returns == pytest.approx([0.05, 0.0375, 0.025, 0.0125, 0, -0.0125, -0.025, -0.0375, -0.05])
    assert result.ladder.profit_and_loss[1][-1] == pytest.approx(-50.0)  # +100 bp on 1,000 of a bond of five years
    assert result.per_unit[1] == pytest.approx(-0.5)
    assert result.worst_rungs[1] == 8


def test_each_positions_part_is_its_own_loading() -> None:
    result = of(X=10, Y=-20)
    at_minus_ten = result.ladder.position_profit_and_loss[:, 0, 0]
    assert at_minus_ten == pytest.approx([-200.0, 200.0])
    assert result.ladder.position_profit_and_loss[:, 1, -1] == pytest.approx([0.0, -2000 * -0.5 * -0.05], abs=1e-8)
    assert result.position_per_unit[:, 0] == pytest.approx([20.0, -20.0])
    # the two cancel in the market: a share of nothing means nothing
    assert result.ladder.profit_and_loss[0] == pytest.approx(np.zeros(9), abs=1e-8)
    assert np.abs(result.ladder.shares[:, 1]).sum() == pytest.approx(1.0)


def test_rounding_is_no_loading_and_what_cancels_is_nothing() -> None:
    """The bond itself is in the factor set, and its loading on the market is 1e-17, not a sensitivity."""
    result = of(TWO, ("Market", "Rates"), B=10)
    assert (result.ladder.profit_and_loss[0] == 0).all()
    assert result.uncertain.tolist() == [True, False]
    assert result.grid is not None
    assert np.unique(result.grid.profit_and_loss[:, -1]) == pytest.approx([-50.0])
    cancelled = of(TWO, None, X=10, Y=-20)
    assert (cancelled.ladder.profit_and_loss[0] == 0).all()
    assert cancelled.exposures[0] == 0
    assert np.isnan(cancelled.ladder.shares[:, 0]).all()


def test_a_grid_is_the_two_ladders_added() -> None:
    result = of(TWO, ("market", "Rates"), X=10, Y=20)
    assert result.grid is not None
    ladders = result.ladder.profit_and_loss
    assert result.grid.profit_and_loss == pytest.approx(ladders[0][:, None] + ladders[1])
    assert result.grid.profit_and_loss[0, 0] == pytest.approx(-0.1 * (2000 + 2000) + 0.05 * -1000)
    turned = with_grid(result, "Rates", "Market").grid
    assert turned is not None
    assert turned.profit_and_loss == pytest.approx(result.grid.profit_and_loss.T)
    assert of(X=10).grid is None


@pytest.mark.parametrize(
    ("grid", "sentence"),
    [
        (("Market",), "grid must be two factors separated by a comma, of Market, Rates; got 1."),
        ((), "got 0"),
        (("Market", "Rates", "Market"), "got 3"),
        (("Market", "Gold"), "grid names 'Gold', which is not a factor here; choose two of Market, Rates."),
        (("Market", "market"), "two different factors, got Market twice"),
    ],
)
def test_a_grid_of_something_else_is_a_sentence(grid: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(sentence)):
        of(TWO, grid, X=10)


def test_the_exposures_are_the_factor_models() -> None:
    prices = load_sample()
    holdings = portfolio(AAPL=100, XOM=-50, UST10Y=200)
    report = analyse(holdings, prices)
    result = sensitivities(window_of(holdings, prices, extra_days=None), prices)
    assert report.factors is not None
    assert result.exposures == pytest.approx(report.factors.exposures, rel=1e-12)
    assert result.regression.observations == 252


def test_the_portfolios_t_statistic_is_of_its_own_regression() -> None:
    """By the textbook: residual variance times the inverse of the factors' cross products."""
    prices = load_sample()
    window = window_of(portfolio(AAPL=100, XOM=-50, UST10Y=200), prices)
    shared = factor_returns(window, prices)
    result = sensitivities(window, prices)
    y = window.market_values @ shared.holding_returns
    x = np.column_stack([np.ones(len(y)), shared.factor_returns.T])
    slope = np.linalg.lstsq(x, y, rcond=None)[0]
    residual = y - x @ slope
    errors = np.sqrt(residual @ residual / (len(y) - x.shape[1]) * np.diag(np.linalg.inv(x.T @ x)))
    assert result.t_statistics == pytest.approx((slope / errors)[1:], rel=1e-6)
    assert result.r_squared == pytest.approx(1 - residual @ residual / ((y - y.mean()) ** 2).sum())
    assert result.uncertain.tolist() == (np.abs(slope / errors)[1:] < 2).tolist()


def test_the_costliest_come_first_and_the_doubtful_last() -> None:
    result = of(X=10, B=1)
    assert [result.factors.names[place] for place in result.costliest] == ["Market", "Rates"]
    assert (result.worst <= 0).all()


def test_what_does_not_move_depends_on_nothing() -> None:
    result = of(S=10)
    assert (result.ladder.profit_and_loss == 0).all()
    assert np.isnan(result.ladder.shares).all()
    assert result.r_squared is None
    assert result.uncertain.all()
    assert summary(result) == "No move of a factor costs these holdings anything: their value does not depend on the factors."
    assert not np.signbit(result.ladder.profit_and_loss).any()


def test_a_short_loses_when_the_factor_gains() -> None:
    result = of(X=-10)
    assert result.window.net_asset_value < 0
    assert result.worst[0] == pytest.approx(-200.0)
    assert result.shocks[0].sizes[result.worst_rungs[0]] == 10.0
    said = summary(result)
    assert said.startswith("When Market gains 10\u2009% and the other factors stay where they are, these holdings lose $200.")
    assert "of value" not in said


def test_one_factor_has_a_ladder_and_no_pair() -> None:
    one = FactorSet(name="one", factors=(BOND,))
    result = of(one, B=1)
    assert result.ladder.profit_and_loss.shape == (1, 9)
    assert default_pair(one) is None
    assert default_pair(TWO) == ("Market", "Rates")
    assert default_pair(FactorSet(name="plain", factors=(MARKET, Factor(name="X", legs=(("X", 1.0),))))) == ("Market", "X")


def test_a_ticker_the_house_knows_as_a_bond_is_moved_by_its_yield() -> None:
    chosen = Factor(name="B", legs=(("B", 1.0),))
    assert factor_shocks(chosen, TWO).in_basis_points
    assert factor_shocks(chosen, TWO).duration_years == 5.0
    assert not factor_shocks(Factor(name="B", legs=(("B", -1.0),)), TWO).in_basis_points
    assert factor_shocks(MARKET, TWO).returns == pytest.approx(np.array(PERCENT_SHOCKS) / 100.0)


def test_moves_are_written_with_their_unit() -> None:
    price, bond = factor_shocks(MARKET, TWO), factor_shocks(BOND, TWO)
    assert [price.written(size) for size in (-10.0, 2.5, 0.0)] == ["−10\u2009%", "+2.5\u2009%", "0\u2009%"]
    assert bond.written(-100.0) == "−100\u2009bp"
    assert (price.in_words(-10), bond.in_words(25)) == ("Market loses 10\u2009%", "the yield of Rates rises by 25 basis points")


def test_the_conversion_is_said() -> None:
    assert list(conversions(of(X=1))) == [
        "Rates: +100 basis points of yield are taken as −5.0\u2009% of its price, a duration of 5.0 years (by hand)."
    ]


def test_factors_that_are_one_are_said_to_be_so() -> None:
    twins = FactorSet(name="twins", factors=(MARKET, Factor(name="Twin", legs=(("M", 2.0),))))
    result = of(twins, X=10)
    assert result.regression.collinear
    assert result.uncertain.all(), "how the loading is split between the two is arbitrary"
    assert any("dependent" in note for note in result.notes)
    assert np.isfinite(result.ladder.profit_and_loss).all()


def test_too_few_days_and_too_many_factors_are_sentences() -> None:
    prices = history(days=50)
    with pytest.raises(DataError, match="50 daily returns in common"):
        sensitivities(window_of(portfolio(X=1), prices), prices)
    closes = {f"F{i}": wandering(62, seed=i) for i in range(60)}
    many = FactorSet(name="many", factors=tuple(Factor(name=name, legs=((name, 1.0),)) for name in closes))
    prices = market(closes, factors=many)
    with pytest.raises(InsufficientHistory, match="61 data points"):
        sensitivities(window_of(portfolio(F0=1), prices), prices)


def test_more_holdings_than_days() -> None:
    closes = {f"T{i}": wandering(62, seed=i) for i in range(80)} | {"M": wandering(62, seed=99)}
    prices = market(closes, factors=FactorSet(name="one", factors=(MARKET,)))
    result = sensitivities(window_of(portfolio(**{f"T{i}": 1.0 for i in range(80)}), prices, lookback_days=60), prices)
    assert np.isfinite(result.ladder.profit_and_loss).all()


@pytest.mark.parametrize(("factors", "years", "yield_"), [(SAMPLE, 10.0, 0.0388), (LIVE, 8.5, 0.04)])
def test_the_stated_durations_are_those_of_a_note_at_par(factors: FactorSet, years: float, yield_: float) -> None:
    """Modified duration of a par bond with half-yearly coupons: (1 - (1 + y/2)^(-2n)) / y, here from the price at both sides of the yield."""

    def price(y: float) -> float:
        times = np.arange(1, 2 * years + 1)
        return float((yield_ / 2 / (1 + y / 2) ** times).sum() + (1 + y / 2) ** (-2 * years))

    slope = -(price(yield_ + 1e-6) - price(yield_ - 1e-6)) / 2e-6
    rates = next(factor for factor in factors.factors if factor.name == "Rates")
    assert price(yield_) == pytest.approx(1.0)
    assert rates.duration_years == pytest.approx(slope, abs=0.06)
    assert [factor.name for factor in factors.factors if factor.duration_years is not None] == ["Rates"]


def test_a_move_is_counted_in_usual_days_of_its_factor() -> None:
    prices = history()
    result = of(X=10, B=1)
    daily = [float(np.std(np.diff(prices.close(ticker)[-253:]) / prices.close(ticker)[-253:-1], ddof=1)) for ticker in ("M", "B")]
    assert result.deviations == pytest.approx(daily)
    assert result.worst_in_days == pytest.approx([0.10 / daily[0], 0.05 / daily[1]])
    assert result.usual_day == pytest.approx([-2000.0 * daily[0], -100.0 * daily[1]])
    assert result.costliest_day == 0
    said = summary(result)
    assert f"Such a move is {0.10 / daily[0]:.{0 if 0.10 / daily[0] >= 9.95 else 1}f} times what the factor does on a usual day." in said
    assert f"On a usual day Market costs them most: ${2000.0 * daily[0]:.0f} when" in said


def test_what_costs_most_on_a_usual_day_need_not_be_what_a_ladder_ranks_first() -> None:
    calm = Factor(name="Calm", legs=(("C", 1.0),))
    rng = np.random.default_rng(4)
    m, c = rng.normal(0, 0.02, 260), rng.normal(0, 0.001, 260)
    own = FactorSet(name="own", factors=(MARKET, calm))
    prices = market({"M": path(m, 100.0), "C": path(c, 100.0), "P": path(m + 2 * c, 100.0)}, factors=own)
    result = sensitivities(window_of(portfolio(P=1), prices, extra_days=None), prices)
    assert result.costliest == [1, 0], "twice the loss for the same 10 %"
    assert result.costliest_day == 0, "which for the calm factor is a hundred days in one"


def test_a_factor_that_does_nothing_has_no_usual_day() -> None:
    assert of(S=10).costliest_day is None
    assert "On a usual day" not in summary(of(S=10))


def test_the_grid_says_which_of_its_factors_cannot_be_told_from_zero() -> None:
    sure = of(TWO, ("Market", "Rates"), Y=10)
    assert doubtful(sure) is None
    assert doubtful(of(Y=10)) is None, "there is no grid"
    unsure = of(TWO, ("Market", "Rates"), X=10)
    assert unsure.uncertain.tolist() == [False, True]
    assert str(doubtful(unsure)).startswith("The effect of Rates cannot be told from zero")
