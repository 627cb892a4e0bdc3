"""VaR methods side by side for one portfolio, on made-up prices whose answer is known."""

import math

import numpy as np
import pytest

from farp.analysis import AnalysisSpec, analyse, window_of
from farp.analysis.methods import (
    QUICK_METHODS,
    SEED,
    SLOW_METHODS,
    MethodFigure,
    NoFigure,
    comparison,
    method_figure,
    method_row,
    method_view,
    thin_tail_warning,
)
from farp.engine.contribution import parametric_contributions
from farp.engine.factor_model import sample_covariance
from farp.engine.methods import ASSUMES, METHODS
from farp.engine.methods.monte_carlo import monte_carlo
from farp.engine.value_at_risk import QuantileRule
from farp.errors import DataError, InsufficientHistory, InvalidInput
from tests.markets import holding, market, portfolio, wandering

DAYS = 300
A, B, C = (wandering(DAYS, seed) for seed in (1, 2, 3))
THREE = window_of(portfolio(A=3, B=-2, C=1), market({"A": A, "B": B, "C": C}))


HEAVY = window_of(
    portfolio(A=3), market({"A": 100 * np.cumprod(1 + 0.01 * np.random.default_rng(5).standard_t(6, DAYS))})
)  # fat tails, but still within what the Cornish-Fisher expansion is made for


def falling(*losses, start=100.0):
    """Closes that lose these fractions day by day."""
    return start * np.concatenate([[1.0], np.cumprod(1.0 - np.asarray(losses, dtype=float))])


def test_every_method_is_quick_or_slow_and_says_what_it_assumes():
    assert sorted((*QUICK_METHODS, *SLOW_METHODS)) == sorted(METHODS)
    assert ASSUMES.keys() == METHODS.keys()


@pytest.mark.parametrize("rule", list(QuantileRule))
@pytest.mark.parametrize(("level", "days"), [(0.95, 1), (0.99, 10), (0.9, 60), (0.999, 3), (0.975, 1)])
def test_historical_simulation_is_the_reports_figure_to_the_last_bit(rule, level, days):
    held, prices = portfolio(A=3, B=-2, C=1), market({"A": A, "B": B, "C": C})
    report = analyse(held, prices, spec=AnalysisSpec(confidences=(level,), horizons=(days,), rule=rule))
    figure = method_figure(window_of(held, prices), "historical_simulation", level, days, rule)
    assert figure.historical == report.value_at_risk_at(level, days)
    assert (figure.amount, figure.expected_shortfall) == (report.value_at_risk[0].amount, report.value_at_risk[0].expected_shortfall)
    assert (figure.fraction, figure.observations, figure.rule) == (report.value_at_risk[0].fraction, 252, rule)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99, 0.999])
def test_the_normal_method_is_the_total_of_the_parametric_contributions(level):
    parts = parametric_contributions(THREE.market_values, sample_covariance(THREE.returns), level)
    figure = method_figure(THREE, "parametric_normal", level)
    assert figure.amount == pytest.approx(parts.value_at_risk, rel=1e-12)
    assert figure.expected_shortfall == pytest.approx(parts.expected_shortfall, rel=1e-12)
    assert figure.amount == pytest.approx(parts.component.sum(), rel=1e-12)


def test_losses_of_1_to_100_percent_of_a_dollar_by_hand():
    # 100 days; a held amount of 100 at the last price, so that the P&L of a day is its return times 100
    losses = np.arange(1, 101) / 1000
    window = window_of(portfolio(A=100 / falling(*losses)[-1]), market({"A": falling(*losses)}), lookback_days=100)
    figure = method_figure(window, "historical_simulation", 0.95)
    assert window.net_asset_value == pytest.approx(100.0)
    assert figure.amount == pytest.approx(9.505)  # between the fifth worst 9.6 and the sixth 9.5, at 99 x 0.05 = 4.95 from the top
    assert figure.expected_shortfall == pytest.approx(9.8)  # mean of 10.0 ... 9.6
    assert figure.fraction == pytest.approx(0.09505)
    assert (figure.tail_observations, figure.observations, figure.settings) == (5, 100, {"rule": "linear"})


@pytest.mark.parametrize("method", METHODS)
def test_ten_days_are_the_root_of_ten_times_one_day(method):
    one, ten = method_figure(THREE, method, 0.95, 1), method_figure(THREE, method, 0.95, 10)
    assert ten.amount == pytest.approx(math.sqrt(10) * one.amount, rel=1e-12)
    assert ten.expected_shortfall == pytest.approx(math.sqrt(10) * one.expected_shortfall, rel=1e-12)
    assert ten.fitted == one.fitted
    assert (ten.horizon_days, ten.confidence, ten.name) == (10, 0.95, METHODS[method])
    assert ten.expected_shortfall >= ten.amount > 0
    assert ten.fraction == pytest.approx(ten.amount / THREE.net_asset_value)


def test_monte_carlo_sees_the_positions_and_names_its_seed():
    figure = method_figure(THREE, "monte_carlo", 0.99)
    direct = monte_carlo(THREE.position_profit_and_loss, (0.99,), np.random.default_rng(SEED))
    assert (figure.amount, figure.settings["seed"], figure.settings["paths"]) == (float(direct.tails[0].value_at_risk), SEED, 100_000)
    assert figure.amount == method_figure(THREE, "monte_carlo", 0.99).amount
    assert figure.amount == pytest.approx(method_figure(THREE, "parametric_normal", 0.99).amount, rel=0.02)
    assert figure.fitted["rank"] == 3


def test_cash_in_the_base_currency_makes_no_covariance_singular():
    with_cash = window_of(portfolio(A=3, B=-2, C=1, CASH_USD=50), market({"A": A, "B": B, "C": C}))
    plain, cash = method_figure(THREE, "monte_carlo", 0.95), method_figure(with_cash, "monte_carlo", 0.95)
    assert cash.remarks == plain.remarks == ()
    assert cash.fitted["condition_number"] == pytest.approx(plain.fitted["condition_number"])
    twins = method_figure(window_of(portfolio(A=1, B=1), market({"A": A, "B": A})), "monte_carlo", 0.95)
    assert "singular" in twins.remarks[0]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rule", [QuantileRule.CENTERED, QuantileRule.ORDER_STATISTIC])
def test_the_rule_counts_for_the_methods_that_read_days_and_is_none_for_the_others(method, rule):
    figure, linear = method_figure(THREE, method, 0.975, rule=rule), method_figure(THREE, method, 0.975)
    reads = method in {"historical_simulation", "filtered_historical", "garch_filtered"}
    assert figure.rule == (rule if reads else None)
    assert figure.tail_observations == (7 if reads else None)
    assert (figure.amount != linear.amount) == reads
    assert (figure.historical is not None) == (method == "historical_simulation")


def test_what_was_chosen_and_fitted_comes_with_the_figure():
    fitted = {method: set(method_figure(THREE, method, 0.95).fitted) for method in METHODS}
    assert fitted == {
        "historical_simulation": set(),
        "parametric_normal": {"deviation"},
        "student_t": {"deviation", "degrees_of_freedom"},
        "cornish_fisher": {"deviation", "skewness", "excess_kurtosis"},
        "monte_carlo": {"deviation", "rank", "condition_number"},
        "age_weighted": {"effective_observations"},
        "filtered_historical": {"volatility", "largest_scaling"},
        "garch_filtered": {"mean", "omega", "alpha", "beta", "log_likelihood", "volatility"},
    }
    assert method_figure(THREE, "age_weighted", 0.95).settings["decay"] == 0.98
    assert method_figure(THREE, "filtered_historical", 0.95).settings["decay"] == 0.94


def test_the_comparison_has_every_method_in_order_and_its_extremes():
    result = comparison(THREE, 0.95, 5)
    assert [row.method for row in result.rows] == list(METHODS)
    assert all(row == method_figure(THREE, row.method, 0.95, 5) for row in result.rows)
    amounts = [figure.amount for figure in result.figures]
    assert (result.lowest.amount, result.highest.amount) == (min(amounts), max(amounts))
    assert result.ratio == max(amounts) / min(amounts)
    assert result.historical == result.rows[0].historical
    assert comparison(THREE, 0.95, methods=("student_t", "parametric_normal")).historical is None


def test_an_expansion_outside_its_domain_is_shown_and_counts_neither_as_lowest_nor_as_highest():
    jump = window_of(portfolio(A=1), market({"A": np.r_[A[:200], 0.6 * A[200:]]}))
    for level in (0.95, 0.99):
        result = comparison(jump, level)
        (left_out,) = result.not_compared
        assert (left_out.method, left_out.not_compared_because) == ("cornish_fisher", left_out.remarks[0])
        assert "outside the range" in left_out.not_compared_because
        others = [figure.amount for figure in result.figures if figure.method != "cornish_fisher"]
        assert not min(others) <= left_out.amount <= max(others), "else this portfolio shows nothing"
        assert (result.lowest.amount, result.highest.amount) == (min(others), max(others))
        assert result.ratio == max(others) / min(others)
    alone = comparison(jump, 0.99, methods=("cornish_fisher",))
    assert (alone.highest, alone.not_compared) == (alone.figures[0], ()), "with nothing to compare with, it is what there is"
    assert comparison(HEAVY, 0.99).not_compared == ()


def test_a_method_that_fails_is_a_row_with_its_sentence_and_costs_the_others_nothing():
    short = window_of(portfolio(A=1), market({"A": A[:41]}))
    result = comparison(short, 0.95)
    assert [row.method for row in result.without] == ["garch_filtered"]
    assert "60" in result.without[0].message
    assert len(result.figures) == 7
    with pytest.raises(InsufficientHistory):
        method_figure(short, "garch_filtered", 0.95)
    still = window_of(portfolio(A=1), market({"A": np.full(DAYS, 7.0)}))
    row = method_row(still, "garch_filtered", 0.95)
    assert isinstance(row, NoFigure)
    assert (row.message[:36], row.name) == ("A GARCH(1,1) cannot be fitted to pro", "GARCH-filtered")
    with pytest.raises(DataError):
        method_view(still, "garch_filtered", 0.95)


ODD = {
    "one": (portfolio(A=1), {"A": A}),
    "all short": (portfolio(A=-1, B=-2), {"A": A, "B": B}),
    "in debt": (portfolio(A=1, CASH_USD=-1e6), {"A": A}),
    "constant": (portfolio(A=1), {"A": np.full(DAYS, 7.0)}),
    "cash": (portfolio(CASH_USD=5), {"A": A}),
    "hedged": (portfolio(A=1, B=-1), {"A": A, "B": A}),
    "steadily up": (portfolio(A=1), {"A": 100 * 1.001 ** np.arange(DAYS)}),
    "one jump": (portfolio(A=1), {"A": np.r_[np.full(150, 100.0), np.full(150, 60.0)]}),
    "long quiet": (portfolio(A=1), {"A": np.r_[np.full(290, 100.0), 100.0 + np.arange(10) % 3]}),
    "more holdings than days": (holding({f"T{i}": 1.0 for i in range(80)}), {f"T{i}": wandering(70, i) for i in range(80)}),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_portfolios_have_finite_answers_or_a_sentence(name):
    held, closes = ODD[name]
    window = window_of(held, market(closes), lookback_days=60 if "than days" in name else 252)
    for level, days in ((0.9, 1), (0.999, 60)):
        result = comparison(window, level, days)
        assert len(result.rows) == len(METHODS)
        for row in result.rows:
            if isinstance(row, MethodFigure):
                assert math.isfinite(row.amount)
                assert math.isfinite(row.expected_shortfall)
                assert row.expected_shortfall >= row.amount - 1e-9 * max(1.0, abs(row.amount))
                assert (row.fraction is None) == (window.net_asset_value <= 0)
            else:
                assert row.message.endswith(".")
    if name in {"constant", "cash", "hedged"}:
        assert {figure.amount for figure in result.figures} == {0.0}
        assert (result.ratio, result.without[0].method) == (None, "garch_filtered")


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(InvalidInput, match=r"method must be one of historical_simulation, .* got 'magic'"):
        method_figure(THREE, "magic", 0.95)
    with pytest.raises(InvalidInput, match="method must be one of"):
        comparison(THREE, 0.95, methods=("magic",))
    with pytest.raises(InvalidInput, match="horizon must be"):
        comparison(THREE, 0.95, 0)
    with pytest.raises(InvalidInput, match="confidence must lie"):
        comparison(THREE, 1.0)


@pytest.mark.parametrize(
    ("days", "level", "said"),
    [
        (252, 0.99, None),
        (99, 0.95, None),
        (99, 0.99, "the single worst day"),
        (252, 0.997, "the single worst day"),
        (1000, 0.999, None),
        (20, 0.95, None),
    ],
)
def test_a_tail_of_less_than_a_day_is_said(days, level, said):
    warning = thin_tail_warning(days, level)
    assert (warning is None) == (said is None)
    if warning:
        assert said in warning
        assert warning.startswith(f"Only {days} days of history")


def test_a_thin_tail_is_remarked_on_by_the_methods_that_read_days():
    remarked = [row.method for row in comparison(THREE, 0.999).figures if any("single worst day" in remark for remark in row.remarks)]
    assert remarked == ["historical_simulation", "filtered_historical", "garch_filtered"]


@pytest.mark.parametrize("method", METHODS)
def test_the_view_of_a_method_gives_back_its_own_figure(method):
    view = method_view(HEAVY, method, 0.95)
    assert view.tail == method_figure(HEAVY, method, 0.95)
    if view.curve is not None:
        below = np.cumsum((view.curve.density[1:] + view.curve.density[:-1]) / 2 * np.diff(view.curve.values))
        assert below[-1] == pytest.approx(1.0, abs=2e-3)
        assert np.interp(-view.tail.amount, view.curve.values[1:], below) == pytest.approx(0.05, abs=2e-3)
    elif method == "age_weighted":
        assert view.weights.sum() == pytest.approx(1.0)
        assert view.weights[view.sample < -view.tail.amount].sum() == pytest.approx(0.05, abs=0.02)
    else:
        assert -np.quantile(view.sample, 0.05) == pytest.approx(view.tail.amount, rel=1e-12)
        assert view.sample.shape == view.weights.shape == (252,)


def test_the_curve_of_an_expansion_that_is_no_distribution_is_left_out_with_the_reason():
    jump = window_of(portfolio(A=1), market({"A": ODD["one jump"][1]["A"]}))
    view = method_view(jump, "cornish_fisher", 0.95)
    assert view.curve is None
    assert "not a proper distribution" in view.no_curve_because
    still = window_of(portfolio(A=1), market({"A": np.full(DAYS, 7.0)}))
    assert "did not move" in method_view(still, "student_t", 0.95).no_curve_because
