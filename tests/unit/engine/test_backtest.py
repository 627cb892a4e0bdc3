import math
from functools import partial

import numpy as np
import pytest
from scipy import stats

from farp.engine.backtest import (
    Transitions,
    Zone,
    backtest,
    christoffersen_independence,
    conditional_coverage,
    cumulative_probability,
    exception_days,
    kupiec,
    probability,
    quantile_score,
    ranking,
    rolling_backtest,
    rolling_forecast,
    shared_scores,
    shortfall_ratio,
    traffic_light,
    transitions,
    verdict,
    why_first,
)
from farp.engine.methods.estimate import Estimate
from farp.engine.methods.garch_filtered import garch_filtered
from farp.engine.methods.historical_simulation import historical_simulation
from farp.engine.methods.monte_carlo import monte_carlo
from farp.engine.methods.parametric_normal import parametric_normal
from farp.engine.value_at_risk import Tail, historical_value_at_risk
from farp.errors import DataError, InsufficientHistory, InvalidInput

PROFIT = np.random.default_rng(5).standard_t(5, 400)


def forecast(value_at_risk, expected_shortfall=None, confidence=0.95):
    values = np.asarray(value_at_risk, dtype=np.float64)
    tail = Tail(
        confidence=confidence, value_at_risk=values, expected_shortfall=values if expected_shortfall is None else np.asarray(expected_shortfall)
    )
    return Estimate(method="made-up", tails=(tail,), observations=252, settings={}, fitted={})


def with_exceptions(*days, of=250, confidence=0.95, loss=2.0):
    """A backtest of a VaR of 1 (ES 2) on days that lose nothing but on `days`, which lose `loss`."""
    profit = np.zeros(of)
    profit[list(days)] = -loss
    return backtest(profit, forecast(np.ones(of), np.full(of, 2.0), confidence))[0]


def test_a_forecast_is_made_from_the_days_before_it():
    rolling = rolling_forecast(PROFIT, historical_simulation, (0.95,), days=30, window=100)
    expected = [float(historical_value_at_risk(PROFIT[day - 100 : day], 0.95)) for day in range(370, 400)]
    assert rolling.tails[0].value_at_risk.tolist() == expected


def test_as_many_days_are_tested_as_the_past_allows():
    result = rolling_backtest(PROFIT, historical_simulation, (0.95,), days=500, window=252)[0]
    assert (result.days, result.days_asked, len(result.exceptions)) == (148, 500, 148)
    assert rolling_backtest(PROFIT, historical_simulation, (0.95,), days=20)[0].days == 20


def test_too_short_a_past_says_what_is_needed():
    with pytest.raises(
        InsufficientHistory, match=r"There are 271 data points .* at least 272 are needed \(252 behind the first forecast and 20 to test\)"
    ):
        rolling_forecast(PROFIT[:271], historical_simulation, (0.95,))
    assert rolling_forecast(PROFIT[:272], historical_simulation, (0.95,)).tails[0].value_at_risk.shape == (20,)


@pytest.mark.parametrize("change", [{"days": 19}, {"days": 250.0}, {"window": 0}, {"window": True}])
def test_impossible_lengths_are_refused(change):
    with pytest.raises(InvalidInput, match=f"{next(iter(change))} must be a whole number"):
        rolling_forecast(PROFIT, historical_simulation, (0.95,), **change)


def test_a_gap_is_refused():
    with pytest.raises(InvalidInput, match="NaN"):
        rolling_backtest(np.where(np.arange(400) == 200, np.nan, PROFIT), historical_simulation, (0.95,))


def test_monte_carlo_sees_the_positions():
    positions = np.random.default_rng(1).normal(size=(3, 130))
    method = partial(monte_carlo, rng=np.random.default_rng(9), paths=2000)
    result = rolling_backtest(positions.sum(axis=0), method, (0.95,), days=20, window=100, positions=positions)[0]
    rolling = rolling_forecast(positions, method, (0.95,), days=20, window=100)
    assert result.days == 20
    alone = method(positions[:, 29:129], (0.95,))
    assert rolling.tails[0].value_at_risk[-1] == float(alone.tails[0].value_at_risk)
    with pytest.raises(InvalidInput, match="same days, got 129 and 130"):
        rolling_backtest(positions.sum(axis=0), method, (0.95,), positions=positions[:, 1:])


def test_a_loss_of_exactly_the_var_is_no_exception():
    assert exception_days([-1.0, -1.0000001, 1.5, -9.0], [1.0, 1.0, 1.0, np.nan]).tolist() == [False, True, False, False]


def test_exceptions_and_ratio_by_hand():
    profit = np.zeros(40)
    profit[[3, 4, 10]] = [-3.0, -1.5, -6.0]
    result = backtest(profit, forecast(np.ones(40), np.full(40, 1.5)))[0]
    assert np.flatnonzero(result.exceptions).tolist() == [3, 4, 10]
    assert (result.count, result.days, result.expected) == (3, 40, pytest.approx(2.0))
    assert result.shortfall_ratio == pytest.approx((2.0 + 1.0 + 4.0) / 3)
    assert result.transitions == Transitions(calm_calm=34, calm_hit=2, hit_calm=2, hit_hit=1)
    assert result.coverage == kupiec(40, 3, 0.95)
    assert result.independence == christoffersen_independence(result.transitions)
    assert result.conditional_coverage.statistic == result.coverage.statistic + result.independence.statistic


def test_the_last_days_of_a_longer_past_are_compared():
    profit = np.zeros(60)
    profit[[10, 59]] = -5.0
    result = backtest(profit, forecast(np.ones(30)), days=250)[0]
    assert np.flatnonzero(result.exceptions).tolist() == [29]
    assert result.days_asked == 250


def test_there_is_no_ratio_without_an_exception_or_with_a_shortfall_that_is_none():
    tail = forecast(np.full(3, 1.0)).tails[0]
    assert shortfall_ratio([0.0, 0.0, 0.0], tail) is None
    assert shortfall_ratio([-1.0, -2.0, -3.0], forecast([0.0, 1.0, 0.0]).tails[0]) is None
    assert shortfall_ratio([0.0, -2.0, 0.0], forecast([0.0, 1.0, 0.0]).tails[0]) == 2.0


def test_days_without_a_forecast_are_left_out_and_counted():
    values = np.ones(60)
    values[[5, 6]] = np.nan
    profit = np.zeros(60)
    profit[[4, 5, 7]] = -2.0
    result = backtest(profit, forecast(values))[0]
    assert (result.days, result.days_without_forecast, result.count) == (58, 2, 2)
    # neither the 4th nor the 7th day has a neighbour across the gap
    assert result.transitions == Transitions(calm_calm=54, calm_hit=1, hit_calm=1, hit_hit=0)
    assert "2 days without a forecast left out" in verdict(result, "GARCH")


def test_failed_fits_do_not_end_the_backtest():
    profit = np.concatenate([np.zeros(85), np.random.default_rng(1).normal(size=30)])
    result = rolling_backtest(profit, garch_filtered, (0.95,), days=40, window=60)[0]
    assert (result.days, result.days_without_forecast) == (29, 11)  # the sixty days before days 75 to 85 hold no move
    with pytest.raises(DataError, match="Only 0 of 30 days have a forecast to test, and at least 20"):
        rolling_backtest(np.zeros(90), garch_filtered, (0.95,), days=30, window=60)


@pytest.mark.parametrize("values", [np.ones((2, 30)), np.ones(61)], ids=["two rows", "too long"])
def test_a_forecast_that_does_not_fit_is_refused(values):
    with pytest.raises(InvalidInput, match="one row a day"):
        backtest(np.zeros(60), forecast(values))


def test_kupiec_is_the_ratio_of_binomial_likelihoods():
    for n, x, c in [(250, 7, 0.99), (500, 20, 0.95), (100, 1, 0.9)]:
        ratio = -2 * (stats.binom.logpmf(x, n, 1 - c) - stats.binom.logpmf(x, n, x / n))
        test = kupiec(n, x, c)
        assert test.statistic == pytest.approx(ratio, rel=1e-9)
        assert test.p_value == pytest.approx(stats.chi2.sf(ratio, 1), rel=1e-9)
        assert test.degrees_of_freedom == 1


def test_no_exception_and_nothing_but_exceptions_are_defined():
    assert kupiec(250, 0, 0.99).statistic == pytest.approx(-2 * 250 * math.log(0.99), rel=1e-12)
    assert kupiec(250, 250, 0.99).statistic == pytest.approx(-2 * 250 * math.log(0.01), rel=1e-12)
    assert kupiec(250, 250, 0.99).p_value == 0.0
    assert kupiec(100, 5, 0.95).statistic == pytest.approx(0.0, abs=1e-12)
    none, every = with_exceptions(), with_exceptions(*range(250))
    assert none.independence.statistic == every.independence.statistic == 0.0
    assert none.independence.p_value == every.independence.p_value == 1.0
    assert none.transitions == Transitions(calm_calm=249, calm_hit=0, hit_calm=0, hit_hit=0)
    assert every.transitions == Transitions(calm_calm=0, calm_hit=0, hit_calm=0, hit_hit=249)
    assert (none.zone, every.zone) == (Zone.GREEN, Zone.RED)
    assert none.shortfall_ratio is None


def test_an_exception_on_the_last_day_is_followed_by_nothing():
    result = with_exceptions(249)
    assert result.transitions == Transitions(calm_calm=248, calm_hit=1, hit_calm=0, hit_hit=0)
    assert result.independence.statistic == pytest.approx(0.0, abs=1e-12)


def test_independence_against_the_likelihoods_written_out():
    counts = Transitions(calm_calm=200, calm_hit=8, hit_calm=8, hit_hit=4)
    apart = stats.binom.logpmf(8, 208, 8 / 208) + stats.binom.logpmf(4, 12, 4 / 12)
    together = stats.binom.logpmf(8, 208, 12 / 220) + stats.binom.logpmf(4, 12, 12 / 220)
    test = christoffersen_independence(counts)
    assert test.statistic == pytest.approx(2 * (apart - together), rel=1e-9)
    assert test.rejected
    joint = conditional_coverage(kupiec(221, 12, 0.95), test)
    assert joint.p_value == pytest.approx(math.exp(-joint.statistic / 2), rel=1e-12)  # the chi-squared law of two degrees
    assert test.degrees_of_freedom == 1
    assert test.p_value == pytest.approx(math.erfc(math.sqrt(test.statistic / 2)))  # with one degree it is a normal squared


def test_transitions_by_hand():
    counts = transitions([False, True, True, False, False, True])
    assert counts == Transitions(calm_calm=1, calm_hit=2, hit_calm=1, hit_hit=1)


@pytest.mark.parametrize(("days", "exceptions"), [(0, 0), (10, 11), (10, -1)])
def test_impossible_counts_are_refused(days, exceptions):
    with pytest.raises(InvalidInput, match="between 0 and the number of days"):
        kupiec(days, exceptions, 0.99)
    with pytest.raises(InvalidInput, match="between 0 and the number of days"):
        cumulative_probability(days, exceptions, 0.99)


def test_the_light_is_green_to_four_yellow_to_nine_and_red_from_ten():
    lights = [traffic_light(250, exceptions, 0.99) for exceptions in range(12)]
    assert lights == [Zone.GREEN] * 5 + [Zone.YELLOW] * 5 + [Zone.RED] * 2


def test_no_exception_is_green_however_few_the_days():
    assert cumulative_probability(20, 0, 0.999) > 0.95
    assert traffic_light(20, 0, 0.999) is Zone.GREEN


def spread(count, of=250):
    """`count` days apart from one another."""
    return [round(place) for place in np.linspace(2, of - 3, count)]


VERDICTS = [
    (
        with_exceptions(110, 111, *spread(11)),
        "13 exceptions in 250 days, where 12.5 were to be expected at 95 %; the number fits (not rejected, p 0.918).",
    ),
    (
        with_exceptions(*spread(12)),
        "12 exceptions in 250 days, where 12.5 were to be expected at 95 %; the number fits (not rejected, p 0.539).",
    ),
    (
        with_exceptions(*spread(2), confidence=0.99),
        "2 exceptions in 250 days, where 2.5 were to be expected at 99 %; the number fits (not rejected, p 0.932).",
    ),
    (
        with_exceptions(*spread(6), confidence=0.99),
        "6 exceptions in 250 days, where 2.5 were to be expected at 99 %; more than expected (Basel yellow; not rejected, p 0.146):"
        " it may understate the risk.",
    ),
    (
        with_exceptions(*spread(8), confidence=0.99),
        "8 exceptions in 250 days, where 2.5 were to be expected at 99 %; too many (Basel yellow; rejected, p 0.016): it understates the risk.",
    ),
    (
        with_exceptions(*spread(6), confidence=0.95),
        "6 exceptions in 250 days, where 12.5 were to be expected at 95 %; fewer than expected (the number alone is rejected, p 0.037;"
        " with the spacing not rejected, p 0.097): it may overstate the risk.",
    ),
    (
        with_exceptions(*spread(12), confidence=0.99),
        "12 exceptions in 250 days, where 2.5 were to be expected at 99 %; far too many (Basel red; rejected, p < 0.001): it understates the risk"
        " and should not be used.",
    ),
    (
        with_exceptions(100),
        "1 exception in 250 days, where 12.5 were to be expected at 95 %; too few (rejected, p < 0.001): it overstates the risk.",
    ),
    (
        with_exceptions(),
        "no exception in 250 days, where 12.5 were to be expected at 95 %; too few (rejected, p < 0.001): it overstates the risk.",
    ),
    (
        with_exceptions(confidence=0.999),
        "no exception in 250 days, where 0.3 were to be expected at 99.9 %; too few days to judge so high a confidence.",
    ),
    (
        with_exceptions(*range(40, 46), *range(150, 156)),
        "12 exceptions in 250 days, where 12.5 were to be expected at 95 %; the number fits, the spacing does not (rejected, p < 0.001);"
        " exceptions follow one another, so it reacts too slowly when markets turn.",
    ),
    (
        with_exceptions(*spread(12), loss=5.0),
        "12 exceptions in 250 days, where 12.5 were to be expected at 95 %; the number fits (not rejected, p 0.539);"
        " on those days the loss was 2.5 times the expected shortfall.",
    ),
]


@pytest.mark.parametrize(("result", "sentence"), VERDICTS, ids=range(len(VERDICTS)))
def test_the_verdict_is_one_sentence(result, sentence):
    assert verdict(result, "Normal") == f"Normal: {sentence}"


def test_an_honest_model_passes_and_half_its_figure_does_not():
    profit = np.random.default_rng(11).normal(size=800)
    honest = rolling_backtest(profit, parametric_normal, (0.95, 0.99), days=500)
    assert [result.zone for result in honest] == [Zone.GREEN, Zone.GREEN]
    assert not any(result.conditional_coverage.rejected for result in honest)
    rolling = rolling_forecast(profit, parametric_normal, (0.95,), days=500)
    assert backtest(profit, forecast(rolling.tails[0].value_at_risk / 2))[0].zone is Zone.RED


@pytest.mark.parametrize("block", [1, 7, 29, 30, 31])
def test_forecasts_in_blocks_are_those_of_all_days_at_once(block):
    whole, parts = (rolling_forecast(PROFIT, garch_filtered, (0.95, 0.99), days=30, window=100, block=size) for size in (None, block))
    for one, other in zip(whole.tails, parts.tails, strict=True):
        assert (one.confidence, one.value_at_risk.tolist()) == (other.confidence, other.value_at_risk.tolist())
        assert one.expected_shortfall.tolist() == other.expected_shortfall.tolist()
    assert {name: values.tolist() for name, values in whole.fitted.items()} == {name: values.tolist() for name, values in parts.fitted.items()}
    assert [(one.text, one.rows.tolist()) for one in whole.remarks] == [(one.text, one.rows.tolist()) for one in parts.remarks]


def test_a_remark_of_one_block_is_false_on_the_days_of_the_others():
    profit = np.concatenate([np.zeros(85), np.random.default_rng(1).normal(size=30)])
    whole, parts = (rolling_forecast(profit, garch_filtered, (0.95,), days=40, window=60, block=size) for size in (None, 8))
    failed = [[one.rows.tolist() for one in estimate.remarks if "does not move" in one.text] for estimate in (whole, parts)]
    assert failed[0] == failed[1] == [[True] * 11 + [False] * 29]


def test_simulated_days_are_the_same_in_blocks():
    positions = np.random.default_rng(1).normal(size=(3, 130))
    method = partial(monte_carlo, rng=np.random.default_rng(9), paths=2000)
    whole, parts = (rolling_forecast(positions, method, (0.95,), days=25, window=100, block=size) for size in (None, 10))
    assert whole.tails[0].value_at_risk.tolist() == parts.tails[0].value_at_risk.tolist()


def test_progress_is_told_after_each_block():
    told = []
    rolling_forecast(PROFIT, parametric_normal, (0.95,), days=25, window=100, block=10, progress=told.append)
    assert told == [0.4, 0.8, 1.0]


@pytest.mark.parametrize("block", [0, 2.5])
def test_impossible_blocks_are_refused(block):
    with pytest.raises(InvalidInput, match="block must be a whole number"):
        rolling_forecast(PROFIT, parametric_normal, (0.95,), block=block)


def test_the_quantile_score_by_hand():
    # lost 3, 1 and nothing, each against a VaR of 2: 1 beyond, and 10 % of what each VaR was too high by (-1, 1 and 2)
    assert quantile_score([-3.0, -1.0, 0.0], forecast([2.0, 2.0, 2.0], confidence=0.9).tails[0]) == pytest.approx((1 + 0.1 * (-1 + 1 + 2)) / 3)
    assert quantile_score([-3.0, -1.0], forecast([2.0, np.nan], confidence=0.9).tails[0]) == pytest.approx(0.9)
    with pytest.raises(InvalidInput, match="no day has a VaR"):
        quantile_score([-3.0], forecast([np.nan]).tails[0])


def test_scores_are_of_the_days_that_all_share():
    gap = forecast([np.nan, 1.0, 1.0, 1.0]).tails[0]
    full = forecast([9.0, 1.0, 1.0, 1.0]).tails[0]
    profit = [-50.0, 0.0, 0.0, -2.0]
    assert shared_scores(profit, [gap, full]) == (quantile_score(profit, gap),) * 2
    assert shared_scores(profit, [full]) == (quantile_score(profit, full),)
    with pytest.raises(DataError, match="no day for which all"):
        shared_scores([-1.0, 1.0], [forecast([np.nan, 1.0]).tails[0], forecast([1.0, np.nan]).tails[0]])


def some_together(count):
    """`count` days of which one follows on another, as chance has it."""
    return [*spread(count - 1), 3]


def test_each_rule_of_the_ranking_decides_where_those_before_it_do_not():
    red, rejected, bunched = with_exceptions(*spread(40)), with_exceptions(), with_exceptions(*range(40, 46), *range(150, 156))
    yellow, green = with_exceptions(*some_together(19)), with_exceptions(*spread(12))
    severe = with_exceptions(*spread(12), loss=5.0)
    assert [one.zone for one in (red, rejected, bunched, yellow, green, severe)] == [Zone.RED, Zone.GREEN, Zone.GREEN, Zone.YELLOW] + [Zone.GREEN] * 2
    assert [one.conditional_coverage.rejected for one in (red, rejected, bunched, yellow, green, severe)] == [True, True, True, False, False, False]
    assert ranking([red, rejected, yellow, green], [0.1, 0.2, 0.3, 0.4]) == (3, 2, 1, 0)  # the scores say the opposite
    assert ranking([bunched, green], [0.1, 0.9]) == (1, 0)
    assert ranking([green, severe], [2.0, 1.0]) == (1, 0)  # the score before the ratio of loss to ES
    assert ranking([severe, green], [1.0, 1.0]) == (1, 0)
    assert ranking([rejected, with_exceptions(100)], [1.0, 1.0]) == (1, 0)  # no exception, no ratio
    assert ranking([green, green, green], [1.0, 1.0, 1.0]) == (0, 1, 2)
    assert ranking([], []) == ()


def test_a_ratio_of_two_is_as_far_from_one_as_a_half():
    one, two, half = (with_exceptions(*spread(12), loss=loss) for loss in (2.2, 4.0, 1.0 + 1e-9))
    assert (two.shortfall_ratio, half.shortfall_ratio) == (2.0, pytest.approx(0.5))
    assert ranking([two, one], [1.0, 1.0]) == (1, 0)
    assert ranking([two, half], [1.0, 1.0]) == (1, 0)  # a half and a hair more is nearer
    far = with_exceptions(*spread(12), loss=3.2)
    assert far.shortfall_ratio == pytest.approx(1.6)
    assert ranking([half, far], [1.0, 1.0]) == (1, 0)  # 0.5 is nearer to 1 as a difference, not as a factor
    gains = backtest(np.full(40, 1.0), forecast(np.full(40, -2.0), np.full(40, 3.0)))[0]  # a gain that was too small: the ratio is negative
    assert gains.shortfall_ratio == pytest.approx(-1 / 3)
    assert ranking([gains, gains], [1.0, 1.0]) == (0, 1)


@pytest.mark.parametrize("change", [{"scores": [1.0]}, {"results": [with_exceptions(), with_exceptions(of=100)]}])
def test_what_cannot_be_compared_is_not_ranked(change):
    with pytest.raises(InvalidInput, match="can be ranked"):
        ranking(**{"results": [with_exceptions()] * 2, "scores": [1.0, 1.0]} | change)


GREEN, YELLOW, RED = with_exceptions(*spread(12)), with_exceptions(*some_together(19)), with_exceptions(*spread(40))
NONE, SEVERE = with_exceptions(), with_exceptions(*spread(12), loss=5.0)
REASONS = [
    (
        [GREEN, GREEN, YELLOW],
        [1.0, 1.25, 0.5],
        "A is first: 2 of 3 methods have a green light and are not rejected by the test of number and spacing."
        " Of these, its VaR followed the losses most closely (quantile score 20.0 % below that of B, the next).",
    ),
    (
        [GREEN, YELLOW],
        [1.0, 0.5],
        "A is first: it alone of the 2 methods has a green light and is not rejected by the test of number and spacing.",
    ),
    (
        [GREEN, SEVERE],
        [1.0, 1.0],
        "A is first: 2 of 2 methods have a green light and are not rejected by the test of number and spacing."
        " Of these, its expected shortfall was nearest to the losses on exception days (B is level in all else).",
    ),
    (
        [YELLOW, YELLOW, NONE],
        [1.0, 1.0, 0.1],
        "No method passes every test. A is first: 2 of 3 methods have a yellow light but are not rejected by the test of number and spacing."
        " Of these, it is level with B and only listed first.",
    ),
    (
        [NONE, RED],
        [1.0, 1.0],
        "No method passes every test. A is first: it alone of the 2 methods has a green light but is rejected by the test of number and spacing.",
    ),
    (
        [RED, RED],
        [0.9999, 1.0],
        "None should be used: all 2 methods have a red light. A is the least bad: its VaR followed the losses most closely"
        " (quantile score less than 0.1 % below that of B, the next).",
    ),
]


@pytest.mark.parametrize(("results", "scores", "sentence"), REASONS, ids=range(len(REASONS)))
def test_it_is_said_why_the_first_is_first(results, scores, sentence):
    assert ranking(results, scores)[0] == 0
    assert why_first(results, scores, "ABC"[: len(results)]) == sentence
    with pytest.raises(InvalidInput, match="at least one"):
        why_first([], [], [])


def test_methods_that_are_rejected_and_not_read_differently_in_verdict_and_reason():
    kept, rejected = with_exceptions(*spread(6), confidence=0.99), with_exceptions(*spread(8), confidence=0.99)
    assert (kept.zone, rejected.zone) == (Zone.YELLOW, Zone.YELLOW)
    assert (kept.conditional_coverage.rejected, rejected.conditional_coverage.rejected) == (False, True)
    assert "not rejected" in verdict(kept, "A")
    assert "not rejected" in why_first([kept, rejected], [1.0, 1.0], "AB")
    assert "not rejected" not in verdict(rejected, "A")
    assert "; rejected, p 0.016" in verdict(rejected, "A")


def test_less_than_one_expected_exception_is_said_beside_who_is_first():
    sixty = with_exceptions(of=60, confidence=0.99)
    assert sixty.too_few_days
    said = "60 days are too few to judge a VaR at 99 %: only 0.6 exceptions were to be expected, so a green light says little."
    assert why_first([sixty], [1.0], "A") == f"A is the only method that was tested. {said}"
    assert why_first([sixty, sixty], [0.9, 1.0], "AB").endswith(f" {said}")
    assert "too few days" in verdict(sixty, "A")
    hit = with_exceptions(5, 20, 40, of=60, confidence=0.99)  # three are yellow and rejected however few the days
    assert not hit.too_few_days
    assert "too few" not in why_first([hit], [1.0], "A")
    assert not with_exceptions(of=100, confidence=0.99).too_few_days, "one is expected"


@pytest.mark.parametrize(("value", "text"), [(0.0501617, "0.0502"), (0.04996, "0.04996"), (0.05, "0.050"), (0.0004, "< 0.001"), (1.0, "1.000")])
def test_a_p_value_shows_on_which_side_of_the_threshold_it_lies(value, text):
    assert probability(value) == text
