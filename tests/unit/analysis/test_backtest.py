"""Backtests of a portfolio, on made-up prices whose answer is known."""

import numpy as np
import pytest

from farp.analysis import window_of
from farp.analysis.backtest import (
    FAST_METHODS,
    NotTested,
    backtests,
    compared,
    forecast,
    lights,
    methods_of,
)
from farp.analysis.methods import SLOW_METHODS
from farp.engine.backtest import Zone, rolling_backtest
from farp.engine.methods import METHODS
from farp.engine.methods.historical_simulation import historical_simulation
from farp.errors import DataError, InsufficientHistory, InvalidInput
from tests.markets import holding, market, portfolio, wandering

A, B = wandering(600, 1), wandering(600, 2)


def stepped(days, falls, step=0.01, fall=0.05):
    """Closes that go up and down in turn, less each day, from `step` on, and fall by `fall` on some days, counted back from the last."""
    moves = np.tile([1.0, -1.0], days)[: days - 1] * np.linspace(step, 0.5 * step, days - 1)
    moves[[len(moves) - 1 - day for day in falls]] = -fall
    return 100.0 * np.concatenate([[1.0], np.cumprod(1.0 + moves)])


def window(closes=None, lookback=60, days=100, **quantities):
    return window_of(portfolio(**quantities or {"A": 1.0}), market(closes or {"A": A}), lookback_days=lookback, extra_days=days)


def test_days_that_lose_more_than_the_days_before_are_exceptions():
    # the falls are seventy days apart, so each is the worst day by far in the sixty before it
    result = backtests(window({"A": stepped(300, [20, 90])}), "historical_simulation", 0.95, 100, 60)
    (one,) = result.methods
    assert [str(day) for day in result.dates[one.result.exceptions]] == [str(result.dates[-91]), str(result.dates[-21])]
    worth = result.window.net_asset_value
    assert result.profit_and_loss[one.result.exceptions] == pytest.approx([-0.05 * worth] * 2)
    before = worth * np.tile([1.0, -1.0], 150)[:299] * np.linspace(0.01, 0.005, 299)  # the sixty days before the first tested one
    assert one.tail.value_at_risk[0] == pytest.approx(-np.quantile(before[-160:-100], 0.05))
    assert one.result.shortfall_ratio is not None
    assert one.result.shortfall_ratio > 5.0
    assert (result.days, result.days_asked, result.lookback, result.own_notes) == (100, 100, 60, ())
    assert result.first_because == "Historical simulation is the only method that was tested."


def test_it_is_the_engine_on_the_profit_and_loss_of_todays_holdings():
    view = window({"A": A, "B": B}, A=3.0, B=-2.0, CASH_USD=50.0)
    result = backtests(view, "historical_simulation", 0.975, 100, 60)
    moves = np.array([closes[1:] / closes[:-1] - 1 for closes in (A, B)])[:, -160:]
    profit = np.array([3.0 * A[-1], -2.0 * B[-1]]) @ moves
    (expected,) = rolling_backtest(profit, historical_simulation, (0.975,), 100, 60)
    found = result.methods[0].result
    assert found.exceptions.tolist() == expected.exceptions.tolist()
    assert (found.coverage, found.zone, found.count) == (expected.coverage, expected.zone, expected.count)
    assert result.profit_and_loss == pytest.approx(profit[-100:], rel=1e-12)
    assert result.dates[-1] == np.datetime64(view.as_of)


def test_all_means_all_eight_and_fast_says_what_it_leaves_out():
    assert methods_of("all") == tuple(METHODS)
    assert set(methods_of("fast")) | set(SLOW_METHODS) == set(METHODS)
    view = window({"A": A, "B": B}, A=3.0, B=2.0)
    every = backtests(view, "all", 0.95, 60, 60)
    assert sorted(one.method for one in every.methods) == sorted(METHODS)
    assert every.not_tested == ()
    fast = backtests(view, "fast", 0.95, 60, 60)
    assert sorted(one.method for one in fast.methods) == sorted(FAST_METHODS)
    assert [one.method for one in fast.not_tested] == list(SLOW_METHODS)
    assert "method=garch_filtered, or method=all for all 8" in fast.not_tested[1].message
    assert every.of("normal" if "normal" in METHODS else "parametric_normal").name == "Normal"
    with pytest.raises(InvalidInput, match="was not tested; choose one of"):
        fast.of("monte_carlo")
    with pytest.raises(InvalidInput, match="method must be fast, all, historical_simulation, "):
        methods_of("guess")


def test_monte_carlo_says_how_many_days_it_draws_and_has_no_trouble_with_cash():
    result = backtests(window({"A": A, "B": B}, A=3.0, B=2.0, CASH_USD=100.0), "monte_carlo", 0.99, 60, 60)
    (one,) = result.methods
    assert (one.settings["paths"], one.settings["seed"]) == (25_000, 20221228)
    assert one.remarks == ()


def test_monte_carlo_is_the_normal_within_its_stated_error():
    """About 1 % at 99 %; the draws of all days are the same, so the error is as well: three standard errors."""
    view = window({"A": A, "B": B}, A=3.0, B=2.0)
    drawn, exact = (forecast(view, method, (0.95, 0.99), 60, 60).estimate.tails for method in ("monte_carlo", "parametric_normal"))
    for one, other, allowed in zip(drawn, exact, (0.02, 0.035), strict=True):
        assert one.value_at_risk == pytest.approx(other.value_at_risk, rel=allowed)
        assert abs(np.mean(one.value_at_risk / other.value_at_risk) - 1) < 0.6 * allowed


def test_a_forecast_does_not_depend_on_how_many_days_are_asked_for():
    view = window(days=300)
    for method in (*FAST_METHODS, "monte_carlo"):
        many, few = (forecast(view, method, (0.99,), days, 60).estimate.tails[0].value_at_risk for days in (90, 30))
        assert many[-30:].tolist() == few.tolist(), method


def test_many_days_can_be_cut_to_few_and_to_one_of_the_confidences():
    view = window(days=300)
    forecasts = [forecast(view, method, (0.9, 0.99), 200, 60) for method in FAST_METHODS]
    for confidence, days in ((0.9, 200), (0.99, 80)):
        cut, alone = compared(view, forecasts, confidence, days), backtests(view, "fast", confidence, days, 60)
        assert [one.method for one in cut.methods] == [one.method for one in alone.methods]
        assert [one.verdict for one in cut.methods] == [one.verdict for one in alone.methods]
        assert [one.quantile_score for one in cut.methods] == [one.quantile_score for one in alone.methods]
        assert (cut.dates == alone.dates).all()
        assert [one.remarks for one in cut.methods] == [one.remarks for one in alone.methods]
    with pytest.raises(InvalidInput, match="no forecast at 95 %, only at 90 %, 99 %"):
        compared(view, forecasts, 0.95)
    with pytest.raises(InvalidInput, match="same lookback"):
        compared(view, [forecasts[0], forecast(view, "student_t", (0.9,), 60, 70)], 0.9)


def test_a_shorter_past_tests_fewer_days_and_says_so():
    result = backtests(window({"A": A[-150:]}, days=250), "fast", 0.95, 250, 60)
    assert (result.days, result.days_asked) == (89, 250)
    assert result.own_notes == (
        "89 days are tested instead of 250: the holdings have 149 daily returns in common, and the first forecast takes 60 of them."
        " A shorter lookback leaves more days to test.",
    )
    assert result.notes[-1] == result.own_notes[0]
    assert {one.result.days_asked for one in result.methods} == {250}


def test_too_short_a_past_is_a_sentence():
    view = window_of(portfolio(A=1), market({"A": A[-80:]}), lookback_days=60, extra_days=250)
    with pytest.raises(
        InsufficientHistory, match=r"There are 79 .* at least 80 are needed \(60 behind the first forecast and 20 to test; a shorter lookback"
    ):
        backtests(view, "fast", 0.95, 250, 60)


@pytest.mark.parametrize("held", [{"CASH:USD": 100.0}, {"A": 1.0, "B": -1.0}, {"STILL": 5.0, "CASH:USD": 1.0}])
def test_what_does_not_move_has_no_var_to_test(held):
    prices = market({"A": A, "B": A, "STILL": np.full(600, 7.0)})
    view = window_of(holding(held), prices, lookback_days=60, extra_days=100)
    for choice in ("fast", "garch_filtered", "monte_carlo"):
        with pytest.raises(DataError, match="did not move on any of the 160 days, so there is no VaR to test"):
            backtests(view, choice, 0.95, 100, 60)


@pytest.mark.parametrize("held", [{"A": -1.0}, {"A": 1.0, "CASH:USD": -5000.0}, {"A": 1e-9}, {"A": 1e12}])
def test_short_indebted_tiny_and_huge_holdings_have_a_defined_answer(held):
    view = window_of(holding(held), market({"A": A, "B": B}), lookback_days=60, extra_days=60)
    result = backtests(view, "all", 0.99, 60, 60)
    assert len(result.methods) == len(METHODS)
    for one in result.methods:
        assert np.isfinite([one.quantile_score, one.result.cumulative_probability, one.result.conditional_coverage.p_value]).all()
        assert np.isfinite(one.tail.value_at_risk).sum() == one.result.days
    assert not result.window.net_asset_value <= 0 or result.notes


def test_more_holdings_than_days_behind_a_forecast():
    closes = {f"T{i:02d}": wandering(200, i) for i in range(70)}
    view = window_of(holding(dict.fromkeys(closes, 1.0)), market(closes), lookback_days=60, extra_days=20)
    result = backtests(view, "monte_carlo", 0.95, 20, 60)
    assert "singular" in result.methods[0].remarks[0].text
    assert result.methods[0].remarks[0].days == 20
    assert result.methods[0].result.zone is Zone.GREEN


def test_a_method_without_enough_forecasts_is_listed_and_the_others_stand():
    still = np.concatenate([np.full(110, 100.0), wandering(21, 3)])
    view = window({"A": still}, days=60)
    result = backtests(view, "all", 0.95, 60, 60)
    assert [one.method for one in result.not_tested] == ["garch_filtered"]
    message = result.not_tested[0].message
    assert message.startswith("Only 19 of 60 days have a forecast to test, and at least 20 are needed")
    assert "profit and loss that does not move" in message
    assert len(result.methods) == 7
    with pytest.raises(DataError, match="Only 19 of 60 days"):
        backtests(view, "garch_filtered", 0.95, 60, 60)


def test_what_was_left_out_before_stays_listed():
    view = window()
    reason = NotTested(method="monte_carlo", name="Monte Carlo", message="Later.")
    assert compared(view, [forecast(view, "student_t", (0.95,), 60, 60)], 0.95, 60, [reason]).not_tested == (reason,)


def test_remarks_count_the_days_at_this_confidence_only():
    # of 60 equally old days one carries 2 % of the age-weighted tail, so that the 99 % tail is always a single day
    view = window()
    found = {level: backtests(view, "age_weighted", level, 60, 60).methods[0].remarks for level in (0.95, 0.99)}
    assert any("single day" in remark.text and "99 %" in remark.text for remark in found[0.99])
    assert not any("99 %" in remark.text for remark in found[0.95])
    assert all(0 < remark.days <= 60 for remarks in found.values() for remark in remarks)


def test_lights_are_the_backtests_at_each_confidence_over_each_number_of_days():
    view = window(days=300)
    forecasts = [forecast(view, method, (0.95, 0.99), 200, 60) for method in ("student_t", "parametric_normal")]
    found = lights(view, forecasts, days=(80, 200))
    assert [[(one.confidence, one.days) for one in line] for line in found] == [[(0.95, 80), (0.95, 200), (0.99, 80), (0.99, 200)]] * 2
    alone = backtests(view, "parametric_normal", 0.95, 80, 60).methods[0].result
    assert found[1][0].exceptions.tolist() == alone.exceptions.tolist()
    assert [len(line) for line in lights(view, forecasts, days=(250, 500))] == [2, 2], "where the past is too short for both, one column"


def test_a_method_forecast_for_fewer_days_takes_no_light_from_the_others():
    view = window(days=300)
    forecasts = [forecast(view, "student_t", (0.95,), 200, 60), forecast(view, "parametric_normal", (0.95,), 80, 60)]
    whole = lights(view, forecasts[:1], (0.95,), (80, 200))
    found = lights(view, forecasts, (0.95,), (80, 200))
    assert [one.days for one in found[0]] == [80, 200] == [one.days for one in whole[0]]
    assert [one if one is None else one.days for one in found[1]] == [80, None]


def test_a_light_without_forecasts_is_none():
    still = np.concatenate([np.full(110, 100.0), wandering(21, 3)])
    view = window({"A": still}, days=60)
    forecasts = [forecast(view, method, (0.95,), 60, 60) for method in ("parametric_normal", "garch_filtered")]
    assert [[one is None for one in line] for line in lights(view, forecasts, (0.95,))] == [[False], [True]]


@pytest.mark.parametrize("days", [19, 2.5])
def test_impossible_numbers_are_refused(days):
    with pytest.raises(InvalidInput, match="days must be a whole number"):
        forecast(window(), "student_t", (0.95,), days, 60)
    with pytest.raises(InvalidInput, match="method must be one of"):
        forecast(window(), "guess", (0.95,))
