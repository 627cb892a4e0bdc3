"""What the correlations of the holdings come to, in two plain sentences: which pair is most and least alike, what spreading takes away."""

from __future__ import annotations

from farp.analysis.correlation import CorrelationAnalysis
from farp.format import number, percent
from farp.portfolio import cash_currency
from farp.valuation import Holding

AS_ONE = 0.005
"""A benefit of spreading smaller than this share of the swings is none."""


def likeness_sentence(result: CorrelationAnalysis) -> str | None:
    """Return which holdings move together most and least, and what spreading takes away; None when nothing moves."""
    parts = [part for part in (_pairs(result), _benefit(result)) if part]
    return " ".join(parts) or None


def _pairs(result: CorrelationAnalysis) -> str | None:
    first, second, values = result.pairs
    if not len(values):
        return None
    holdings = result.window.holdings
    names = [f"{_name(holdings[i])} and {_name(holdings[j])}" for i, j in ((first[0], second[0]), (first[-1], second[-1]))]
    if len(values) == 1:
        return f"The correlation of {names[0]} is {number(float(values[0]))}."
    return f"{names[0]} move together most ({number(float(values[0]))}), {names[1]} least ({number(float(values[-1]))})."


def _benefit(result: CorrelationAnalysis) -> str | None:
    ratio = result.diversification_ratio
    if ratio is None:
        return "The positions cancel each other: nothing of their swings is left." if result.moving else None
    if result.moving < 2:
        return "With a single holding that moves there is nothing to spread."
    saved = 1.0 - 1.0 / ratio
    if saved < AS_ONE:
        return "Spreading takes nothing away: the holdings swing as one."
    shorts = " and being short some" if any(holding.market_value < 0 for holding in result.window.holdings) else ""
    return f"Spreading{shorts} takes away {percent(saved, 0)} of the swings the holdings would have if they all moved as one."


def _name(holding: Holding) -> str:
    currency = cash_currency(holding.ticker)
    return holding.ticker if currency is None else f"{currency} cash"
