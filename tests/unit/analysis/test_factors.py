"""The factor analysis of a window: equal to the report's, by hand where it can be, and what it says about factors that are alike."""

import numpy as np
import pytest

from farp.analysis import AnalysisSpec, analyse, window_of
from farp.analysis.alignment import chosen_factors
from farp.analysis.factors import portfolio_factors, rolling_loadings
from farp.engine.factor_model import CovarianceEstimator
from farp.errors import DataError, InvalidInput
from farp.market import Factor, FactorSet
from tests.markets import market, one_factor, portfolio, wandering

CLOSES = {name: wandering(500, seed) for seed, name in enumerate(("A", "B", "M", "N"))}
HISTORY = market(CLOSES, benchmark="M", factors=one_factor("M"))
A, M = CLOSES["A"], CLOSES["M"]


def moves(closes, days=252):
    return closes[-days:] / closes[-days - 1 : -1] - 1


def window(held, history=HISTORY, lookback=252):
    return window_of(held, history, None, lookback, None)


def twice(first, second):
    """A set of two factors, each the weighted sum of legs."""
    return FactorSet(name="two", factors=(Factor(name="First", legs=first), Factor(name="Second", legs=second)))


@pytest.mark.parametrize("estimator", CovarianceEstimator)
def test_two_holdings_on_one_factor_by_hand(estimator):
    held = portfolio(A=2, B=-1)
    result = portfolio_factors(window(held), HISTORY, None, estimator)
    x, values = moves(M), np.array([2 * A[-1], -CLOSES["B"][-1]])
    slopes = np.array([np.cov(moves(CLOSES[name]), x)[0, 1] / x.var(ddof=1) for name in ("A", "B")])
    left = [moves(CLOSES[name]) - slope * x for name, slope in zip(("A", "B"), slopes, strict=True)]
    residual = np.array([(rest - rest.mean()) @ (rest - rest.mean()) / 250 for rest in left])
    variance_of_factor = x.var(ddof=1) if estimator is CovarianceEstimator.SAMPLE else x.var()  # one factor has nothing to shrink to
    through = values * slopes * (values @ slopes) * variance_of_factor
    own = values**2 * residual
    whole = through.sum() + own.sum()
    assert result.factors.contributions.shares == pytest.approx(np.column_stack([through, own]) / whole)
    assert result.model_volatility == pytest.approx((252 * whole) ** 0.5)
    assert result.factors.exposures[0] == pytest.approx(values @ slopes)
    assert result.factors.shrinkage == 0.0
    profit = values @ [moves(CLOSES["A"]), moves(CLOSES["B"])]
    assert result.measured_volatility == pytest.approx(profit.std(ddof=1) * 252**0.5)
    assert result.portfolio.r_squared[0] == pytest.approx(np.corrcoef(profit, x)[0, 1] ** 2)


def test_report_and_topic_give_the_same_numbers_even_when_a_factor_misses_days():
    dented = dict(CLOSES) | {"M": np.where(np.isin(np.arange(500), [300, 420, 450]), np.nan, M)}
    history = market(dented, benchmark="A", factors=one_factor("M"))
    report = analyse(portfolio(A=1, B=2), history).factors
    result = portfolio_factors(window(portfolio(A=1, B=2), history), history).factors
    assert report is not None
    assert report.regression.observations == result.regression.observations == 252
    assert np.array_equal(report.regression.loadings, result.regression.loadings)
    assert np.array_equal(report.contributions.shares, result.contributions.shares)
    assert np.array_equal(report.exposures, result.exposures)


def test_chosen_factors_are_those_of_a_report_that_asks_for_them():
    chosen = chosen_factors(["N", "B"], HISTORY)
    report = analyse(portfolio(A=1, B=2), HISTORY, spec=AnalysisSpec(factors=chosen)).factors
    result = portfolio_factors(window(portfolio(A=1, B=2)), HISTORY, chosen).factors
    assert result.factors.names == ("N", "B")
    assert report is not None
    assert np.array_equal(report.contributions.shares, result.contributions.shares)


def test_the_regression_of_the_portfolio_is_the_sum_of_its_holdings():
    result = portfolio_factors(window(portfolio(A=3, B=-2, N=1)), HISTORY, chosen_factors(["M", "N"], HISTORY))
    assert result.portfolio.loadings[0] == pytest.approx(result.factors.exposures)
    assert np.isfinite(result.portfolio.t_statistics).all()


def test_shrinkage_is_told_and_changes_shares_but_not_loadings():
    chosen = chosen_factors(["M", "N", "B"], HISTORY)
    plain, shrunk = (portfolio_factors(window(portfolio(A=1)), HISTORY, chosen, estimator).factors for estimator in CovarianceEstimator)
    assert (plain.shrinkage, 0 < shrunk.shrinkage < 1) == (0.0, True)
    assert np.array_equal(plain.regression.loadings, shrunk.regression.loadings)
    assert not np.allclose(plain.contributions.shares, shrunk.contributions.shares, rtol=1e-6)
    assert shrunk.contributions.shares.sum() == pytest.approx(1.0)


def test_factors_that_have_nothing_in_common_can_be_told_apart():
    (said,) = portfolio_factors(window(portfolio(A=1)), HISTORY, chosen_factors(["M", "N"], HISTORY)).findings
    assert said.startswith("The factors can be told apart: no two correlate by 0.8 or more, and the condition number is 1.")


def test_alike_factors_are_named_with_what_to_do():
    noisy = dict(CLOSES) | {"M2": M * (1 + 0.002 * np.sin(np.arange(500.0) ** 2))}
    history = market(noisy, benchmark="M", factors=one_factor("M"))
    result = portfolio_factors(window(portfolio(A=1), history), history, chosen_factors(["M", "N", "M2"], history))
    assert result.findings[0].startswith("M and M2 move together (correlation 0.9")
    assert result.findings[-1].startswith("Leave one of them out, or read their loadings together")
    assert not any(finding.startswith("N") for finding in result.findings)


def test_opposite_factors_are_alike_too():
    result = portfolio_factors(window(portfolio(A=1)), HISTORY, twice((("M", 1.0),), (("M", -1.0), ("N", 0.2))))
    assert result.findings[0].startswith("First and Second move against each other (correlation −0.98")


def test_a_mixture_that_no_pair_shows_is_found_by_its_inflation():
    legs = (
        Factor(name="One", legs=(("M", 1.0),)),
        Factor(name="Two", legs=(("N", 1.0),)),
        Factor(name="Both", legs=(("M", 1.0), ("N", 1.0), ("B", 0.1))),
    )
    result = portfolio_factors(window(portfolio(A=1)), HISTORY, FactorSet(name="mix", factors=legs))
    assert "are nearly a mixture of the other factors (variance inflation above 10)." in result.findings[0]
    assert result.findings[-1].startswith("Leave one of them out")


def test_exactly_dependent_factors_are_said_and_have_no_t_statistic():
    result = portfolio_factors(window(portfolio(A=1)), HISTORY, twice((("M", 1.0),), (("M", 2.0),)))
    assert result.findings[0].startswith("First and Second are exactly dependent")
    assert np.isnan(result.portfolio.t_statistics).all()
    assert result.factors.contributions.shares.sum() == pytest.approx(1.0)
    alone = portfolio_factors(window(portfolio(A=1)), HISTORY).factors.contributions
    assert result.factors.contributions.systematic == pytest.approx(alone.systematic, rel=0.02)  # a degree of freedom less


def test_a_factor_that_never_moves_is_said():
    history = market(dict(CLOSES) | {"S": np.full(500, 7.0)}, benchmark="M", factors=one_factor("M"))
    result = portfolio_factors(window(portfolio(A=1), history), history, chosen_factors(["M", "S"], history))
    assert result.findings[0].startswith("S does not move in this period")
    assert result.factors.regression.loadings[0, 1] == 0.0
    alone = portfolio_factors(window(portfolio(A=1), history), history, chosen_factors(["S"], history))
    assert alone.factors.contributions.specific == pytest.approx(1.0)


def test_one_factor_has_nothing_to_be_confused_with():
    assert portfolio_factors(window(portfolio(A=1)), HISTORY).findings == ("There is a single factor, so there is nothing to confuse it with.",)


def test_the_factor_that_is_missing_is_named():
    stale = dict(CLOSES) | {"OLD": np.where(np.arange(500) < 400, M, np.nan), "NEW": np.where(np.arange(500) >= 450, M, np.nan)}
    history = market(stale, benchmark="M", factors=one_factor("M"))
    with pytest.raises(DataError, match="no factor analysis: OLD has no prices after"):
        portfolio_factors(window(portfolio(A=1), history), history, chosen_factors(["M", "OLD"], history))
    with pytest.raises(DataError, match="NEW has only 49 daily returns in common with the holdings, and 60 are needed"):
        portfolio_factors(window(portfolio(A=1), history), history, chosen_factors(["M", "NEW"], history))


def test_more_holdings_than_days_and_all_short():
    closes = {f"T{i}": wandering(90, i) for i in range(100)} | {"M": wandering(90, 999)}
    history = market(closes, benchmark="M", factors=one_factor("M"))
    held = portfolio(**{f"T{i}": -1.0 for i in range(100)})
    result = portfolio_factors(window(held, history), history)
    assert result.factors.contributions.shares.sum() == pytest.approx(1.0)
    assert result.net_asset_value < 0


# loadings through time


def test_the_last_rolling_loading_is_the_loading_of_the_lookback():
    held = window(portfolio(A=3, B=-2))
    chosen = chosen_factors(["M", "N"], HISTORY)
    rolled = rolling_loadings(held, HISTORY, chosen, 252)
    result = portfolio_factors(held, HISTORY, chosen)
    assert rolled.loadings[-1] == pytest.approx(result.factors.exposures / held.net_asset_value)
    assert rolled.r_squared[-1] == pytest.approx(result.portfolio.r_squared[0])
    assert len(rolled.dates) == len(rolled.loadings) == 499 - 252 + 1
    assert rolled.dates[-1] == held.dates[-1]
    assert rolled.dates[0] == held.past_dates[251]


def test_rolling_loadings_do_not_depend_on_the_lookback_nor_on_later_prices():
    short, long = (rolling_loadings(window(portfolio(A=1), lookback=days), HISTORY, None, 60) for days in (60, 252))
    assert np.array_equal(short.loadings, long.loadings)
    early = rolling_loadings(window_of(portfolio(A=1), HISTORY, HISTORY.dates[-50].item(), 252, None), HISTORY, None, 60)
    assert early.loadings == pytest.approx(long.loadings[: len(early.loadings)])


def test_without_a_positive_value_loadings_are_money():
    rolled = rolling_loadings(window(portfolio(A=-2)), HISTORY, None, 252)
    assert rolled.in_money
    assert rolled.loadings[-1, 0] == pytest.approx(-2 * A[-1] * np.cov(moves(A), moves(M))[0, 1] / moves(M).var(ddof=1))


def test_windows_longer_than_the_past_and_odd_ones_are_sentences():
    with pytest.raises(DataError, match="only 499 daily returns in common, and each window takes 504"):
        rolling_loadings(window(portfolio(A=1)), HISTORY, None, 504)
    with pytest.raises(InvalidInput, match="60 to 2520 days, got 59"):
        rolling_loadings(window(portfolio(A=1)), HISTORY, None, 59)
