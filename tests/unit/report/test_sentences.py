"""The sentences say what the numbers say, for portfolios whose numbers can be checked by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from farp.analysis import RiskReport, analyse
from farp.format import money, percent
from farp.report.sentences import because_of_what, how_it_went, how_much, odds, three_sentences, value_at_risk_in_words
from tests.markets import market, one_factor, portfolio, wandering

DAYS = 600
A, B, M = (wandering(DAYS, seed) for seed in (1, 2, 3))
HISTORY = market({"A": A, "B": B, "M": M}, benchmark="M", factors=one_factor("M"))


@pytest.fixture(scope="module")
def report() -> RiskReport:
    return analyse(portfolio(A=30, B=10), HISTORY)


@pytest.mark.parametrize(
    ("confidence", "expected"),
    [(0.9, "9 of 10 days"), (0.95, "19 of 20 days"), (0.975, "39 of 40 days"), (0.99, "99 of 100 days"), (0.999, "999 of 1000 days")],
)
def test_a_confidence_is_a_count_of_days(confidence: float, expected: str) -> None:
    assert odds(confidence) == expected


def test_the_first_sentence_names_var_and_es(report: RiskReport) -> None:
    figure = report.value_at_risk_at(0.95, 1)
    assert how_much(report) == (
        f"On 19 of 20 days the loss would have stayed below {money(figure.amount)} ({percent(figure.fraction)} of the value);"
        f" on the one day in 20 that is worse, it averages {money(figure.expected_shortfall)}."
    )


def test_longer_horizons_are_what_the_square_root_rule_says(report: RiskReport) -> None:
    figure = dataclasses.replace(report.value_at_risk_at(0.99, 10), amount=1000.0, expected_shortfall=1300.0, overlapping_amount=1190.0)
    said = "By the square-root rule, which takes days to be independent, the loss stays below $1,000 in 99 of 100 periods of 10 trading days"
    assert value_at_risk_in_words(figure, "USD") == f"{said}."
    assert value_at_risk_in_words(dataclasses.replace(figure, overlapping_amount=None), "USD") == f"{said}."


@pytest.mark.parametrize(("seen", "said"), [(1210.0, "$1,210"), (790.0, "$790"), (-5.0, "a gain of $5")])
def test_overlapping_periods_that_say_something_else_are_named(report: RiskReport, seen: float, said: str) -> None:
    figure = dataclasses.replace(report.value_at_risk_at(0.99, 10), amount=1000.0, expected_shortfall=1300.0, overlapping_amount=seen)
    assert value_at_risk_in_words(figure, "USD").endswith(f"; the overlapping periods of the window themselves say {said}.")


def test_a_var_below_zero_is_a_gain(report: RiskReport) -> None:
    figure = dataclasses.replace(report.value_at_risk_at(0.95, 1), amount=-12.0)
    assert value_at_risk_in_words(figure, "USD") == "On 19 of 20 days the holdings would have gained at least $12."


def test_the_second_sentence_names_the_largest_cause_with_its_share_and_weight(report: RiskReport) -> None:
    parts = report.tail_contributions[0].expected_shortfall
    largest = int(np.argmax(parts))
    holding = report.holdings[largest]
    sentence = because_of_what(report)
    assert sentence.startswith(f"{holding.instrument.name} causes {percent(parts[largest] / parts.sum(), 0)} of the losses on bad days")
    assert f"{percent(holding.weight, 0)} of the value" in sentence


def test_a_holding_that_softens_bad_days_is_named() -> None:
    report = analyse(portfolio(A=30, B=-1, CASH_USD=1000), market({"A": A, "B": A * 1.0, "M": M}, benchmark="M", factors=one_factor("M")))
    assert "while The B company softens them" in because_of_what(report)


def test_the_third_sentence_has_the_drawdowns_dates(report: RiskReport) -> None:
    sentence = how_it_went(report)
    assert percent(report.drawdown.maximum) in sentence
    assert str(report.drawdown.peak_date.year) in sentence


def test_a_value_that_never_fell_says_so() -> None:
    rising = market({"A": 100.0 + np.arange(300.0)})
    assert how_it_went(analyse(portfolio(A=1), rising)).endswith("never have fallen below an earlier high.")


def test_cash_that_never_moves_expects_no_loss() -> None:
    report = analyse(portfolio(CASH_USD=100), HISTORY)
    first, second, third = three_sentences(report)
    assert "did not change in value" in first
    assert second == "No holding stands out as a cause of losses."
    assert "never have fallen" in third


def test_without_a_positive_value_amounts_stand_without_percent() -> None:
    report = analyse(portfolio(A=1, CASH_USD=-1_000_000), HISTORY)
    assert "%" not in how_much(report)
    assert "$" in how_it_went(report) or "never" in how_it_went(report)
