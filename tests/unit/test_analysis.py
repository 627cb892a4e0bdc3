import dataclasses
import datetime as dt

import numpy as np
import pytest

from farp.analysis import EXPOSURE_DIMENSIONS, AnalysisSpec, analyse
from farp.engine.value_at_risk import QuantileRule
from farp.errors import InvalidInput
from farp.market import Factor, FactorSet
from farp.portfolio import AssetClass
from farp.prices.sample import load_sample
from tests.markets import LAST_DAY, holding, instrument, market, one_factor, portfolio, wandering, weekdays

NAN = float("nan")
DAYS = 600
A, B, M = (wandering(DAYS, seed) for seed in (1, 2, 3))
CLOSES = {"A": A, "B": B, "M": M}
HISTORY = market(CLOSES, benchmark="M", factors=one_factor("M"))


def returns(closes, days=252):
    return (closes[1:] / closes[:-1] - 1)[-days:]


def without(closes, *places):
    changed = np.array(closes)
    changed[list(places)] = NAN
    return changed


# the window


def test_profit_and_loss_is_todays_holdings_on_past_moves():
    report = analyse(portfolio(A=3, B=-2), HISTORY)
    expected = 3 * A[-1] * returns(A) - 2 * B[-1] * returns(B)
    assert report.profit_and_loss == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert report.position_profit_and_loss.sum(axis=0) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert report.observations == len(report.dates) == 252
    assert report.dates[-1] == np.datetime64(LAST_DAY)


def test_the_value_path_has_one_day_more_than_there_are_returns():
    report = analyse(portfolio(A=3, B=-1), HISTORY)
    assert len(report.value.values) == 253
    assert report.value.values == pytest.approx((3 * A - B)[-253:], rel=1e-12)
    assert report.value.values[-1] == report.net_asset_value
    assert report.change_1d == pytest.approx(3 * (A[-1] - A[-2]) - (B[-1] - B[-2]), rel=1e-9)


def test_a_short_history_says_to_how_many_days_and_because_of_whom():
    report = analyse(portfolio(A=1, B=1), market(CLOSES | {"B": without(B, *range(DAYS - 101))}, benchmark="M"))
    assert report.observations == 100
    assert "100 daily returns instead of 252: B has no longer history" in " ".join(report.notes)


# value at risk


def test_the_table_has_every_confidence_and_horizon():
    report = analyse(portfolio(A=1), HISTORY)
    assert [(f.confidence, f.horizon_days) for f in report.value_at_risk] == [(0.95, 1), (0.95, 10), (0.99, 1), (0.99, 10)]


@pytest.mark.parametrize("confidence", [0.95, 0.99])
def test_one_day_value_at_risk_is_numpys_quantile(confidence):
    figure = analyse(portfolio(A=2), HISTORY).value_at_risk_at(confidence, 1)
    assert figure.amount == pytest.approx(-np.quantile(2 * A[-1] * returns(A), 1 - confidence), rel=1e-12)
    assert figure.fraction == pytest.approx(-np.quantile(returns(A), 1 - confidence), rel=1e-12)
    assert figure.interval_low <= figure.amount


def test_ten_days_are_scaled_and_the_overlapping_figure_stands_beside():
    report = analyse(portfolio(A=1), HISTORY)
    one, ten = report.value_at_risk_at(0.95, 1), report.value_at_risk_at(0.95, 10)
    assert ten.amount == pytest.approx(one.amount * 10**0.5, rel=1e-14)
    assert ten.expected_shortfall == pytest.approx(one.expected_shortfall * 10**0.5, rel=1e-14)
    window = A[-253:]
    assert ten.overlapping_amount == pytest.approx(-np.quantile(A[-1] * (window[10:] / window[:-10] - 1), 0.05), rel=1e-12)
    assert ten.overlapping_observations == 243
    assert (one.overlapping_amount, one.overlapping_observations) == (None, 0)


@pytest.mark.parametrize(("days", "there"), [(28, False), (29, True)])
def test_overlapping_figures_need_twenty_of_them(days, there):
    report = analyse(portfolio(A=1), market({"A": A[: days + 1]}))
    assert (report.value_at_risk_at(0.95, 10).overlapping_amount is not None) is there


def test_the_rule_is_the_one_asked_for():
    report = analyse(portfolio(A=1), HISTORY, spec=AnalysisSpec(rule=QuantileRule.ORDER_STATISTIC))
    figure = report.value_at_risk_at(0.95, 1)
    assert figure.amount == pytest.approx(-np.sort(A[-1] * returns(A))[12], rel=1e-12)  # 252 * 5 % = 12.6: the 13th worst
    assert (figure.rule, figure.tail_observations) == (QuantileRule.ORDER_STATISTIC, 13)


@pytest.mark.parametrize(("days", "warned"), [(99, True), (100, False)])
def test_below_a_hundred_days_the_99_figure_carries_a_warning(days, warned):
    report = analyse(portfolio(A=1), market({"A": A[: days + 1]}))
    assert (report.value_at_risk_at(0.99, 1).warning is not None) is warned
    assert report.value_at_risk_at(0.95, 1).warning is None


def test_a_figure_nobody_asked_for_is_a_key_error():
    with pytest.raises(KeyError):
        analyse(portfolio(A=1), HISTORY).value_at_risk_at(0.9, 1)


def test_contributions_add_up_to_both_figures():
    report = analyse(portfolio(A=2, B=-1), HISTORY)
    for parts in report.tail_contributions:
        figure = report.value_at_risk_at(parts.confidence, 1)
        assert parts.expected_shortfall.sum() == pytest.approx(figure.expected_shortfall, rel=1e-12)
        assert parts.value_at_risk.sum() == pytest.approx(figure.amount, rel=1e-12)


# ratios and drawdown


def test_volatility_sharpe_ratio_and_beta_by_hand():
    report = analyse(portfolio(A=5), HISTORY, spec=AnalysisSpec(risk_free_rate=0.03))
    for window in (20, 60, 252):
        r = returns(A, window)
        assert report.volatility[window] == pytest.approx(r.std(ddof=1) * 252**0.5, rel=1e-12)
        assert report.sharpe_ratio[window] == pytest.approx((252 * r.mean() - 0.03) / (r.std(ddof=1) * 252**0.5), rel=1e-10)
    covariance = np.cov(returns(A), returns(M))
    assert report.benchmark.beta == pytest.approx(covariance[0, 1] / covariance[1, 1], rel=1e-10)
    assert report.benchmark.observations == 252


def test_the_last_rolling_figure_is_the_headline():
    for spec in (AnalysisSpec(), AnalysisSpec(lookback_days=70)):
        report = analyse(portfolio(A=5, B=2), HISTORY, spec=spec)
        for window in (20, 60, 252):
            assert report.rolling_volatility[window].values[-1] == report.volatility[window]
            assert report.rolling_sharpe_ratio[window].values[-1] == report.sharpe_ratio[window]
        assert report.rolling_value_at_risk.values[-1] == report.value_at_risk_at(0.95, 1).amount
        assert report.rolling_extreme_value_at_risk.values[-1] == report.value_at_risk_at(0.99, 1).amount
        assert report.rolling_expected_shortfall.values[-1] == report.value_at_risk_at(0.95, 1).expected_shortfall
        assert report.benchmark.rolling_beta.values[-1] == report.benchmark.beta
        assert report.rolling_volatility[20].dates[-1] == np.datetime64(LAST_DAY)


def test_drawdown_dates_belong_to_the_maximum():
    closes = np.full(61, 100.0)
    closes[10], closes[20:40], closes[40:] = 160.0, 80.0, 120.0
    report = analyse(portfolio(A=2), market({"A": closes}))
    days = weekdays(61)
    assert report.drawdown.maximum == 0.5
    assert (report.drawdown.peak_date, report.drawdown.peak_value) == (days[10].item(), 320.0)
    assert (report.drawdown.trough_date, report.drawdown.trough_value) == (days[20].item(), 160.0)
    assert (report.drawdown.current, report.drawdown.current_amount) == (0.25, 80.0)


def test_never_in_a_drawdown_has_no_dates_and_zero_percentages():
    drawdown = analyse(portfolio(A=1), market({"A": 100.0 + np.arange(61.0)})).drawdown
    assert (drawdown.peak_date, drawdown.peak_value, drawdown.trough_date, drawdown.trough_value) == (None,) * 4
    assert (drawdown.maximum, drawdown.current, drawdown.maximum_amount) == (0.0, 0.0, 0.0)


def test_a_value_path_through_zero_has_amounts_only():
    # worth 10 on most days, 0 on one
    drawdown = analyse(portfolio(A=1, CASH_USD=-90), market({"A": np.r_[np.full(30, 100.0), 90.0, np.full(30, 100.0)]})).drawdown
    assert (drawdown.maximum, drawdown.current) == (None, None)
    assert drawdown.maximum_amount == pytest.approx(10.0)


def test_constant_prices_have_no_risk_and_no_ratios():
    flat = np.full(300, 10.0)
    report = analyse(portfolio(A=1, B=2), market({"A": flat, "B": flat, "M": flat}, benchmark="M", factors=one_factor("M")))
    assert {f.amount for f in report.value_at_risk} == {0.0}
    assert set(report.volatility.values()) == {0.0}
    assert set(report.sharpe_ratio.values()) == {None}
    assert report.benchmark.beta is None
    assert [parts.value_at_risk for parts in report.tail_contributions] == [None, None]


def test_cash_alone_loses_nothing():
    report = analyse(portfolio(CASH_USD=1000), HISTORY)
    assert report.net_asset_value == 1000.0
    assert {f.amount for f in report.value_at_risk} == {0.0}
    assert report.benchmark.beta == 0.0


@pytest.mark.parametrize("quantities", [{"A": -1}, {"A": 1, "CASH_USD": -A[-1]}, {"A": -2, "B": -1}])
def test_without_a_positive_value_there_are_only_amounts(quantities):
    report = analyse(portfolio(**quantities), HISTORY)
    figure = report.value_at_risk_at(0.95, 1)
    assert figure.amount > 0
    assert (figure.fraction, figure.expected_shortfall_fraction) == (None, None)
    assert set(report.volatility.values()) == set(report.sharpe_ratio.values()) == {None}
    assert report.benchmark.beta is None
    assert report.drawdown.maximum is None
    assert len(report.rolling_volatility[20].values) == 0
    assert "not positive" in " ".join(report.notes)


def test_more_positions_than_days():
    closes = {f"S{i}": wandering(30, i) for i in range(80)}
    report = analyse(holding(dict.fromkeys(closes, 1.0)), market(closes))
    assert (len(report.holdings), report.observations) == (80, 29)
    assert report.tail_contributions[0].expected_shortfall.sum() == pytest.approx(report.value_at_risk_at(0.95, 1).expected_shortfall)


def test_a_window_longer_than_the_history_is_none():
    report = analyse(portfolio(A=1), market({"A": A[:60]}))
    assert report.volatility[20] is not None
    assert (report.volatility[60], report.volatility[252], report.sharpe_ratio[60]) == (None, None, None)


# exposure


def test_every_position_is_in_one_bucket_of_each_dimension():
    facts = (
        instrument("A", sector="Technology", country="United States"),
        instrument("B", asset_class=AssetClass.FIXED_INCOME, currency="EUR"),
        instrument("EURUSD", asset_class=AssetClass.FX),
    )
    history = market(CLOSES | {"EURUSD": wandering(DAYS, 8, 1.1)}, instruments=facts)
    report = analyse(portfolio(A=2, B=-3, CASH_EUR=50, CASH_USD=10), history)
    assert set(report.exposure) == set(EXPOSURE_DIMENSIONS)
    assert set(report.exposure["asset_class"].buckets) == {"EQUITY", "FIXED_INCOME", "FX", "CASH"}
    assert set(report.exposure["currency"].buckets) == {"USD", "EUR"}
    assert set(report.exposure["country"].buckets) == {"United States", "Unclassified"}
    for exposure in report.exposure.values():
        assert exposure.gross.sum() == pytest.approx(report.gross)
        assert exposure.net.sum() == pytest.approx(report.net_asset_value)


# benchmark and factors


def test_a_benchmark_without_prices_is_a_note():
    report = analyse(portfolio(A=1), market(CLOSES, benchmark="SPY"))
    assert report.benchmark is None
    assert "There is no beta: the benchmark SPY has no price in USD" in " ".join(report.notes)


def test_a_benchmark_that_ended_is_a_note():
    report = analyse(portfolio(A=1), market(CLOSES | {"M": without(M, *range(-6, 0))}, benchmark="M"))
    assert report.benchmark is None
    assert "the benchmark M has no prices after 20 Dec 2022" in " ".join(report.notes)


def test_a_benchmark_holiday_makes_both_sides_skip_the_day():
    report = analyse(portfolio(A=1), market(CLOSES | {"M": without(M, -5)}, benchmark="M"))
    own, other = np.delete(A, -5), np.delete(M, -5)
    covariance = np.cov(returns(own), returns(other))
    assert report.benchmark.beta == pytest.approx(covariance[0, 1] / covariance[1, 1], rel=1e-10)


def test_the_benchmark_is_in_base_currency():
    eurusd = wandering(DAYS, 8, 1.1)
    report = analyse(portfolio("EUR", A=1), market(CLOSES | {"EURUSD": eurusd}, benchmark="M"))
    covariance = np.cov(returns(A / eurusd), returns(M / eurusd))
    assert report.benchmark.beta == pytest.approx(covariance[0, 1] / covariance[1, 1], rel=1e-10)


def test_a_factor_is_the_weighted_sum_of_its_legs():
    factors = FactorSet(name="two", factors=(Factor(name="Market", legs=(("M", 1.0),)), Factor(name="Spread", legs=(("B", 1.0), ("M", -1.0)))))
    report = analyse(portfolio(B=4), HISTORY, spec=AnalysisSpec(factors=factors))
    # B is the market plus the spread exactly
    assert report.factors.regression.loadings[0] == pytest.approx([1.0, 1.0], rel=1e-10)
    assert report.factors.contributions.specific == pytest.approx(0.0, abs=1e-12)
    assert report.factors.exposures == pytest.approx([4 * B[-1]] * 2, rel=1e-10)


def test_an_unknown_factor_is_a_note():
    report = analyse(portfolio(A=1), HISTORY, spec=AnalysisSpec(factors=one_factor("SPX")))
    assert report.factors is None
    assert "SPX has no price" in " ".join(report.notes)


def test_no_factors_are_a_note():
    report = analyse(portfolio(A=1), market(CLOSES))
    assert report.factors is None
    assert "names no factor" in " ".join(report.notes)


@pytest.mark.parametrize("lookback", [20, 59])
def test_a_lookback_too_short_for_a_regression_leaves_the_factors_out(lookback):
    report = analyse(portfolio(A=1), HISTORY, spec=AnalysisSpec(lookback_days=lookback))
    assert report.factors is None
    assert f"only {lookback} daily returns" in " ".join(report.notes)
    assert report.observations == lookback


def test_collinear_factors_are_reported_and_kept():
    factors = FactorSet(name="twice", factors=(Factor(name="M", legs=(("M", 1.0),)), Factor(name="M2", legs=(("M", 2.0),))))
    report = analyse(portfolio(A=1), HISTORY, spec=AnalysisSpec(factors=factors))
    assert report.factors.regression.collinear
    assert "exactly dependent" in " ".join(report.notes)


# the spec


@pytest.mark.parametrize("bad", [{"lookback_days": 19}, {"confidences": ()}, {"confidences": (95.0,)}, {"horizons": ()}, {"horizons": (0,)}], ids=str)
def test_a_spec_that_cannot_be_computed_is_refused(bad):
    with pytest.raises(InvalidInput):
        AnalysisSpec(**bad)


def test_equal_inputs_give_equal_reports():
    first, second = analyse(portfolio(A=1, B=2), HISTORY), analyse(portfolio(A=1, B=2), HISTORY)
    assert first.value_at_risk == second.value_at_risk
    assert np.array_equal(first.factors.contributions.shares, second.factors.contributions.shares)


# the bundled sample


def test_bond_holidays_of_the_sample_are_not_in_the_window():
    # 11 November 2022: shares traded, Treasuries did not
    report = analyse(holding({"AAPL": 10.0, "UST10Y": 10.0}), load_sample())
    assert np.datetime64("2022-11-11") not in report.dates
    assert np.datetime64("2022-11-11") in analyse(holding({"AAPL": 10.0}), load_sample()).dates


def test_the_sample_answers_for_a_day_long_ago():
    report = analyse(holding({"AAPL": 1.0, "KO": 5.0}), load_sample(), dt.date(1987, 10, 20))
    assert report.as_of == dt.date(1987, 10, 20)
    assert report.rolling_value_at_risk.dates[-1] == np.datetime64("1987-10-20")
    assert dataclasses.is_dataclass(report)
