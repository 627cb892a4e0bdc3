"""What is said about VaR methods, and how they read in documents and terminals."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from farp.analysis import window_of
from farp.analysis.methods import comparison, method_figure
from farp.engine.methods import METHODS
from farp.engine.value_at_risk import QuantileRule
from farp.report.documents.methods import comparison_document, method_document
from farp.report.methods import EXPLAINED, RULES, apart_in_words, facts, range_in_words
from farp.report.terminals.methods import comparison_tables, method_tables
from tests.markets import market, portfolio, wandering

WINDOW = window_of(portfolio(A=300, B=-100), market({"A": wandering(300, 1, volatility=0.02), "B": wandering(300, 2)}))
STILL = window_of(portfolio(A=1), market({"A": np.full(300, 7.0)}))
RESULT = comparison(WINDOW, 0.95)


def made(**amounts):
    """The comparison with these VaR in place of its own."""
    rows = [replace(row, amount=amounts.get(row.method, row.amount)) for row in RESULT.rows if row.method in amounts]
    return replace(RESULT, rows=tuple(rows))


def printed(parts):
    console = Console(file=io.StringIO(), width=200)
    for part in parts:
        console.print(part)
    return console.file.getvalue()


def test_every_method_and_rule_has_its_words():
    assert EXPLAINED.keys() == METHODS.keys()
    assert RULES.keys() == set(QuantileRule)


def test_how_far_apart_names_both_ends_and_the_difference():
    words = apart_in_words(made(historical_simulation=1000.0, parametric_normal=1500.0))
    assert words.startswith(
        "At 95\u2009% over 1 day the 2 methods range from $1,000 by Historical simulation to $1,500 by Normal: the highest is 50\u2009% above"
    )
    assert "2.5 times the lowest" in apart_in_words(made(historical_simulation=1000.0, parametric_normal=2500.0))
    assert "as good as equal" in apart_in_words(made(historical_simulation=1000.0, parametric_normal=1040.0))
    assert "from a gain of $5.00 by Normal" in apart_in_words(made(historical_simulation=1000.0, parametric_normal=-5.0))


def test_methods_are_compared_with_what_chance_explains():
    low, high = RESULT.historical.interval_low, RESULT.historical.interval_high
    assert "so these days cannot tell which one is right" in apart_in_words(made(historical_simulation=low, parametric_normal=(low + high) / 2))
    outside = apart_in_words(made(historical_simulation=low, parametric_normal=low - 1, student_t=low - 2, cornish_fisher=high + 1))
    assert "Normal and Student t lie below and Cornish-Fisher lies above the range" in outside
    assert "the choice of method matters here" in outside


def test_a_range_without_an_upper_end_is_no_proof_of_agreement():
    open_above = replace(RESULT.rows[0].historical, interval_low=900.0, interval_high=None)
    rows = tuple(replace(row, amount=1e6, historical=open_above if row.historical else None) for row in RESULT.rows)
    words = apart_in_words(replace(RESULT, rows=rows))
    assert "No method lies below the range of the historical figure that chance alone explains ($900 or more)." in words
    assert "too few to set it an upper end, so being inside it says little" in words
    assert "All lie within" not in words


def test_a_figure_left_out_of_the_comparison_is_named_with_its_reason():
    result = made(historical_simulation=1000.0, parametric_normal=1500.0, cornish_fisher=9000.0)
    rows = [replace(row, not_compared_because="Skewness is too large.") if row.method == "cornish_fisher" else row for row in result.rows]
    words = apart_in_words(replace(result, rows=tuple(rows)))
    assert "the 2 methods range from $1,000 by Historical simulation to $1,500 by Normal" in words
    assert words.endswith("Cornish-Fisher ($9,000) is left out of this comparison: skewness is too large.")
    assert "Cornish-Fisher lies above" not in words


def test_recent_days_that_are_calmer_or_rougher_are_said_only_when_all_agree():
    base = RESULT.historical.amount
    calm = made(historical_simulation=base, age_weighted=0.8 * base, filtered_historical=0.9 * base, garch_filtered=0.7 * base)
    assert "the last weeks were calmer" in apart_in_words(calm)
    assert "the last weeks were rougher" in apart_in_words(made(historical_simulation=base, age_weighted=1.2 * base, garch_filtered=1.1 * base))
    assert "the last weeks" not in apart_in_words(made(historical_simulation=base, age_weighted=1.2 * base, garch_filtered=0.8 * base))


def test_nothing_to_compare_is_said():
    assert apart_in_words(replace(RESULT, rows=())) == "No method has an answer for this portfolio."
    assert "no method sees a risk" in apart_in_words(comparison(STILL, 0.95))
    assert "there is no other method" in apart_in_words(made(student_t=5.0))


def test_the_range_in_words_is_open_where_the_window_is_too_short():
    figure = RESULT.historical
    assert " to " in range_in_words(figure, "USD")
    assert range_in_words(replace(figure, interval_high=None), "USD").endswith(" or more")
    assert range_in_words(replace(figure, interval_low=None), "USD").endswith(" or less")
    assert range_in_words(replace(figure, interval_low=None, interval_high=None), "USD") is None


@pytest.mark.parametrize("method", METHODS)
def test_every_setting_and_parameter_has_a_name_and_a_meaning(method):
    figure = method_figure(WINDOW, method, 0.95)
    shown = facts(figure, "USD")
    silent = {"degrees_of_freedom"} if method == "monte_carlo" else set()  # infinite: it is the normal, which is said
    assert len(shown) == len(figure.settings.keys() - silent) + len(figure.fitted)
    assert all(fact.name and fact.value and fact.meaning.endswith(".") for fact in shown)
    assert not any("nan" in fact.value for fact in shown)


def test_infinite_parameters_read_as_words_and_are_null_in_the_document():
    figure = replace(method_figure(WINDOW, "student_t", 0.95), fitted={"degrees_of_freedom": np.inf, "deviation": 1.0})
    assert "infinite (a normal)" in [fact.value for fact in facts(figure, "USD")]
    assert method_document(figure, WINDOW, 252)["fitted"]["degrees_of_freedom"] is None


@pytest.mark.parametrize("method", METHODS)
def test_the_document_of_a_method_has_the_fields_of_the_historical_one(method):
    document = method_document(method_figure(WINDOW, method, 0.975, 10), WINDOW, WINDOW.lookback_days)
    historical = method_document(method_figure(WINDOW, "historical_simulation", 0.975, 10), WINDOW, 252)
    assert document.keys() == historical.keys()
    json.dumps(document, allow_nan=False)
    assert document["var_pct"] == pytest.approx(100 * document["var_amount"] / document["portfolio_value"])
    assert (document["confidence"], document["horizon_days"], document["lookback_days"]) == (97.5, 10, 252)
    if method != "historical_simulation":
        assert (document["interval"], document["overlapping"], document["warning"]) == (None, None, None)


def test_the_document_of_all_methods_has_their_rows_and_what_is_said():
    short = window_of(portfolio(A=1), market({"A": wandering(41, 1)}))
    document = comparison_document(comparison(short, 0.95))
    json.dumps(document, allow_nan=False)
    assert [row["method"] for row in document["methods"]] == list(METHODS)
    failed = document["methods"][-1]
    assert (failed["var_amount"], failed["fitted"]) == (None, {})
    assert "60" in failed["remarks"][0]
    assert document["summary"] == apart_in_words(comparison(short, 0.95))


def test_the_terminal_shows_every_method_its_figures_and_what_fails():
    short = window_of(portfolio(A=1), market({"A": wandering(41, 1)}))
    text = printed(comparison_tables(comparison(short, 0.95)))
    assert all(name in text for name in METHODS.values())
    assert "GARCH-filtered: " in text
    one = printed(method_tables(method_figure(WINDOW, "historical_simulation", 0.99, 10), WINDOW))
    assert "VaR of overlapping 10 days" in one
    assert "3 of 252" in one
