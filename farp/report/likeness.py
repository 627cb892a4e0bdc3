"""What the correlations of the holdings come to, in two plain sentences: which pair is most and least alike, what spreading takes away."""

from __future__ import annotations

from farp.analysis.correlation import CorrelationAnalysis
from farp.format import number, percent
from farp.portfolio import called
from farp.valuation import Holding

FELT = 0.3
"""A correlation smaller than this makes neither a hedge nor one bet of two."""
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
    names = [f"{sided(holdings[i])} and {sided(holdings[j])}" for i, j in ((first[0], second[0]), (first[-1], second[-1]))]
    hedge = _hedge(holdings[first[0]], holdings[second[0]], float(values[0]))
    if len(values) == 1:
        return f"The correlation of {names[0]} is {number(float(values[0]))}{hedge}."
    return f"{names[0]} move together most ({number(float(values[0]))}){hedge}; {names[1]} least ({number(float(values[-1]))})."


def _hedge(one: Holding, other: Holding, correlation: float) -> str:
    """Return what it means that of two holdings one is short."""
    if abs(correlation) < FELT or (one.market_value < 0) == (other.market_value < 0):
        return ""
    return ", and as one is short they hedge each other" if correlation > 0 else ", and as one is short they are one bet"


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


def sided(holding: Holding) -> str:
    """Return what a holding is called beside its correlation, which knows no sign of the position: ``QQQ (short)``."""
    return f"{called(holding.ticker)}{' (short)' if holding.market_value < 0 else ''}"
