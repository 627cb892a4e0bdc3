"""What a risk officer would say about a portfolio, made from its numbers. Plain words, no jargon, no markup."""

from __future__ import annotations

import math

import numpy as np

from farp.analysis import RiskReport
from farp.engine.checks import Floats
from farp.engine.value_at_risk import ValueAtRisk
from farp.format import day, money, number, percent

FAR_APART = 0.2
"""From this difference on, as a fraction, the VaR of overlapping periods is said beside the one scaled from a day."""
EVEN_SPREAD = 1.25
"""A holding whose share of losses exceeds this multiple of its weight carries more risk than its size."""


def three_sentences(report: RiskReport) -> tuple[str, str, str]:
    """Return how much could be lost on a bad day, what it comes from, and how a year with these holdings went."""
    return how_much(report), because_of_what(report), how_it_went(report)


def odds(confidence: float, of: str = "days") -> str:
    """Return a confidence level as a count: 0.95 -> ``19 of 20 days``."""
    out_of = round(1.0 / (1.0 - confidence))
    return f"{out_of - 1} of {out_of} {of}"


def value_at_risk_in_words(figure: ValueAtRisk, currency: str) -> str:
    """Return one VaR figure as a sentence: ``On 19 of 20 days the loss would have stayed below $3,116.``

    A figure over several days is the model's, and is worded as that; what the overlapping periods of the window say is added where it
    differs by more than 20 %.
    """
    if figure.horizon_days == 1:
        on = f"On {odds(figure.confidence)}"
        if figure.amount < 0:
            return f"{on} the holdings would have gained at least {money(-figure.amount, currency)}."
        return f"{on} the loss would have stayed below {money(figure.amount, currency)}."
    by = "By the square-root rule, which takes days to be independent,"
    periods = odds(figure.confidence, f"periods of {figure.horizon_days} trading days")
    if figure.amount < 0:
        return f"{by} the holdings gain at least {money(-figure.amount, currency)} in {periods}{_overlapping(figure, currency)}."
    return f"{by} the loss stays below {money(figure.amount, currency)} in {periods}{_overlapping(figure, currency)}."


def how_much(report: RiskReport) -> str:
    """Say what a bad day costs."""
    figure = report.value_at_risk_at(report.spec.confidences[0], 1)
    currency = report.base_currency
    if not report.profit_and_loss.any():
        return "These holdings did not change in value on any day of the window, so no loss is to be expected from market moves."
    out_of = round(1.0 / (1.0 - figure.confidence))
    share = f" ({percent(figure.fraction)} of the value)" if figure.fraction is not None else ""
    first = value_at_risk_in_words(figure, currency).removesuffix(".")
    if figure.expected_shortfall <= 0:
        return f"{first}{share if figure.amount > 0 else ''}, and even the worst days of the window earned money."
    return f"{first}{share if figure.amount > 0 else ''}; on the one day in {out_of} that is worse, it averages {money(figure.expected_shortfall, currency)}."


def because_of_what(report: RiskReport) -> str:
    """Say which holdings and factors the losses come from."""
    parts = report.tail_contributions[0].expected_shortfall
    total = float(parts.sum())
    if total <= 0:
        return "No holding stands out as a cause of losses."
    shares = parts / total
    order = np.argsort(-shares)
    largest = report.holdings[int(order[0])]
    share = float(shares[order[0]])
    sentence = f"{_named(largest.instrument.name, largest.ticker)} causes {percent(share, 0)} of the losses on bad days"
    if largest.weight is not None and len(report.holdings) > 1:
        against = abs(largest.weight)
        link = "but is only" if share > EVEN_SPREAD * against else "and is"
        sentence += f" {link} {percent(against, 0)} of the value" + (" (short)" if largest.quantity < 0 else "")
    hedges = [report.holdings[int(i)].instrument.name for i in order[::-1] if shares[i] < -0.005][:1]
    if hedges:
        sentence += f", while {hedges[0]} softens them"
    return f"{sentence}; {_factors(report)}." if report.factors and _factors(report) else f"{sentence}."


def how_it_went(report: RiskReport) -> str:
    """Say how deep these holdings would have fallen over the window."""
    fall = report.drawdown
    length = "the past year" if report.observations >= 250 else f"the past {report.observations} trading days"
    if fall.peak_date is None or fall.trough_date is None:
        return f"Held over {length}, today's holdings would never have fallen below an earlier high."
    deepest = percent(fall.maximum) if fall.maximum is not None else money(fall.maximum_amount, report.base_currency)
    sentence = f"Held over {length}, today's holdings would have lost {deepest} between {day(fall.peak_date)} and {day(fall.trough_date)}"
    if fall.current_amount <= 0:
        return f"{sentence} and have since made it up."
    now = percent(fall.current) if fall.current is not None else money(fall.current_amount, report.base_currency)
    return f"{sentence}; today they stand {now} below their high."


def _overlapping(figure: ValueAtRisk, currency: str) -> str:
    """Return what the periods of the window themselves say, where that is far from the scaled figure."""
    seen = figure.overlapping_amount
    if seen is None or abs(seen - figure.amount) <= FAR_APART * abs(figure.amount):
        return ""
    said = money(seen, currency) if seen >= 0 else f"a gain of {money(-seen, currency)}"
    return f"; the overlapping periods of the window themselves say {said}"


def _factors(report: RiskReport) -> str | None:
    if report.factors is None or math.isnan(report.factors.contributions.systematic):
        return None
    by_factor: Floats = report.factors.contributions.by_factor
    names = (*report.factors.factors.names, "no common factor")
    top = int(np.argmax(by_factor))
    share = float(by_factor[top])
    benchmark = report.benchmark
    beta = f" (beta {number(benchmark.beta)})" if names[top] == "Market" and benchmark is not None and benchmark.beta is not None else ""
    if top == len(names) - 1:
        return f"{percent(share, 0)} of the ups and downs belong to single holdings and to no common factor"
    if share > 1:
        return f"nearly all of the ups and downs follow the {names[top].lower()} factor{beta}"
    return f"{percent(share, 0)} of the ups and downs follow the {names[top].lower()} factor{beta}"


def _named(name: str, ticker: str) -> str:
    return name if len(name) <= 32 else ticker
