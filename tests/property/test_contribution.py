"""Who causes the risk, on any book: every breakdown sums to the same total."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.engine.contribution import (
    by_group,
    component_expected_shortfall,
    component_value_at_risk,
    factor_profit_and_loss,
    incremental_value_at_risk,
    parametric_contributions,
)
from farp.engine.factor_model import regress
from farp.engine.value_at_risk import QuantileRule, historical_expected_shortfall, historical_value_at_risk
from tests.property.strategies import confidences, seeds, steady

sizes = st.integers(1, 12)
rules = st.sampled_from(list(QuantileRule))


def book(seed, positions, days):
    """Market values with shorts and daily returns with something in common; days may be fewer than positions."""
    rng = np.random.default_rng(seed)
    returns = rng.normal(0, 0.01, (positions, days)) + rng.normal(0, 0.01, days)
    return rng.normal(0, 1000, positions), returns, rng


@steady
@given(seeds, sizes, st.integers(2, 40), confidences)
def test_parametric_components_sum_to_the_total(seed, positions, days, confidence):
    amounts, returns, _ = book(seed, positions, days)
    result = parametric_contributions(amounts, np.atleast_2d(np.cov(returns)), confidence)
    assert result.component.sum() == pytest.approx(result.value_at_risk, rel=1e-9, abs=1e-9)
    assert result.expected_shortfall_component.sum() == pytest.approx(result.expected_shortfall, rel=1e-9, abs=1e-9)
    assert result.percent.sum() == pytest.approx(1.0, rel=1e-9)
    assert result.expected_shortfall > result.value_at_risk


@steady
@given(seeds, sizes, confidences)
def test_marginal_is_the_slope_of_the_total(seed, positions, confidence):
    """A finite difference in each amount, on both sides."""
    amounts, returns, _ = book(seed, positions, 60)
    covariance, step = np.atleast_2d(np.cov(returns)), 1e-3

    def figure(values):
        return parametric_contributions(values, covariance, confidence).value_at_risk

    marginal = parametric_contributions(amounts, covariance, confidence).marginal
    slopes = [(figure(amounts + step * unit) - figure(amounts - step * unit)) / (2 * step) for unit in np.eye(positions)]
    assert marginal == pytest.approx(slopes, rel=1e-4, abs=1e-6)


@steady
@given(seeds, st.integers(2, 12), confidences)
def test_parametric_increment_is_the_figure_without_the_position(seed, positions, confidence):
    amounts, returns, _ = book(seed, positions, 60)
    covariance = np.cov(returns)
    result = parametric_contributions(amounts, covariance, confidence)
    rest = np.delete(np.delete(covariance, 0, axis=0), 0, axis=1)
    without = parametric_contributions(amounts[1:], rest, confidence).value_at_risk
    assert result.incremental[0] == pytest.approx(result.value_at_risk - without, rel=1e-9, abs=1e-9 * result.value_at_risk)


@steady
@given(seeds, sizes, st.integers(70, 120), st.data(), confidences, rules)
def test_every_breakdown_sums_to_the_same_total(seed, positions, days, data, confidence, rule):
    amounts, returns, rng = book(seed, positions, days)
    labels = data.draw(st.lists(st.sampled_from("ABCD"), min_size=positions, max_size=positions))
    profit = amounts[:, None] * returns
    shortfall = float(historical_expected_shortfall(profit.sum(axis=0), confidence))
    figure = float(historical_value_at_risk(profit.sum(axis=0), confidence, rule))
    factors = rng.normal(0, 0.01, (3, days))
    rows = factor_profit_and_loss(amounts, regress(returns, factors).loadings, factors, profit)
    slack = {"rel": 1e-9, "abs": 1e-9 * np.abs(profit).sum(axis=0).max()}
    for parts, value_parts in (
        (component_expected_shortfall(profit, confidence), component_value_at_risk(profit, confidence, rule)),
        (component_expected_shortfall(rows, confidence), component_value_at_risk(rows, confidence, rule)),
    ):
        assert parts.sum() == pytest.approx(shortfall, **slack)
        assert value_parts.sum() == pytest.approx(figure, **slack)
    positions_parts = component_expected_shortfall(profit, confidence)
    assert by_group(positions_parts, labels).values.sum() == pytest.approx(shortfall, **slack)
    # the parts of a group are those of the group held as one position
    joined = [profit[[label == group for label in labels]].sum(axis=0) for group in dict.fromkeys(labels)]
    assert component_expected_shortfall(joined, confidence) == pytest.approx(by_group(positions_parts, labels).values, **slack)


@steady
@given(seeds, sizes, confidences)
def test_parametric_figures_by_factor_sum_to_those_by_position(seed, positions, confidence):
    amounts, returns, rng = book(seed, positions, 80)
    factors = rng.normal(0, 0.01, (3, 80))
    profit = amounts[:, None] * returns
    rows = factor_profit_and_loss(amounts, regress(returns, factors).loadings, factors, profit)
    by_position = parametric_contributions(amounts, np.atleast_2d(np.cov(returns)), confidence)
    by_factor = parametric_contributions(np.ones(4), np.cov(rows), confidence)
    assert by_factor.component.sum() == pytest.approx(by_position.value_at_risk, rel=1e-9)


@steady
@given(seeds, sizes, st.data(), confidences, rules)
def test_historical_increment_is_a_second_calculation(seed, positions, data, confidence, rule):
    amounts, returns, _ = book(seed, positions, 50)
    profit = amounts[:, None] * returns
    labels = data.draw(st.lists(st.sampled_from("ABCD"), min_size=positions, max_size=positions))
    result = incremental_value_at_risk(profit, confidence, rule, labels)
    total = float(historical_value_at_risk(profit.sum(axis=0), confidence, rule))
    for group, value in zip(result.groups, result.values, strict=True):
        rest = profit[[label != group for label in labels]].sum(axis=0)
        expected = total - float(historical_value_at_risk(rest, confidence, rule))
        assert value == pytest.approx(expected, rel=1e-9, abs=1e-9 * np.abs(profit).sum(axis=0).max())
