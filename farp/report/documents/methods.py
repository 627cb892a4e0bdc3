"""VaR and ES by one method, or by all of them side by side, as documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Protocol

from farp.analysis.methods import MethodComparison, MethodFigure, NoFigure
from farp.engine.value_at_risk import INTERVAL_PROBABILITY, ValueAtRisk
from farp.report.documents.common import Basis, JsonObject, confidence_percent, identity, number, percent, percent_of, provenance
from farp.report.methods import apart_in_words


class Priced(Basis, Protocol):
    """What one figure rests on: a `RiskReport` or a `Window`."""

    @property
    def as_of(self) -> dt.date:
        """The day of the figures."""

    @property
    def net_asset_value(self) -> float:
        """What percentages are of."""


def method_document(figure: MethodFigure, basis: Priced, lookback_days: int | None) -> JsonObject:
    """Return one VaR with everything needed to check it; what a method does not have is null."""
    value, historical = basis.net_asset_value, figure.historical
    return {
        "confidence": confidence_percent(figure.confidence),
        "horizon_days": figure.horizon_days,
        "var_pct": percent(figure.fraction),
        "var_amount": number(figure.amount),
        "method": figure.method,
        "portfolio_value": number(value),
        "calculation_date": basis.as_of.isoformat(),
        "lookback_days": lookback_days,
        "data_points": figure.observations,
        "expected_shortfall_pct": percent(figure.expected_shortfall_fraction),
        "expected_shortfall_amount": number(figure.expected_shortfall),
        "rule": figure.rule.value if figure.rule else None,
        "tail_observations": figure.tail_observations,
        "interval": _interval(historical, value) if historical else None,
        "overlapping": _overlapping(historical, value) if historical else None,
        "warning": historical.warning if historical else None,
        "settings": _plain(figure.settings),
        "fitted": _plain(figure.fitted),
        "remarks": list(figure.remarks),
        **identity(basis.portfolio),
        **provenance(basis),
    }


def comparison_document(comparison: MethodComparison) -> JsonObject:
    """Return VaR and ES by each method, in the order in which they are shown, and how far they are apart."""
    window = comparison.window
    return {
        "date": window.as_of.isoformat(),
        "confidence": confidence_percent(comparison.confidence),
        "horizon_days": comparison.horizon_days,
        "rule": comparison.rule.value,
        "portfolio_value": number(window.net_asset_value),
        "methods": [_row(row) for row in comparison.rows],
        "interval": _interval(comparison.historical, window.net_asset_value) if comparison.historical else None,
        "ratio": number(comparison.ratio),
        "summary": apart_in_words(comparison),
        "lookback_days": window.lookback_days,
        "data_points": window.observations,
        **identity(window.portfolio),
        **provenance(window),
    }


def _row(row: MethodFigure | NoFigure) -> JsonObject:
    if isinstance(row, NoFigure):
        nothing = dict.fromkeys(("var_pct", "var_amount", "expected_shortfall_pct", "expected_shortfall_amount"))
        return {"method": row.method, "name": row.name, **nothing, "settings": {}, "fitted": {}, "remarks": [row.message]}
    return {
        "method": row.method,
        "name": row.name,
        "var_pct": percent(row.fraction),
        "var_amount": number(row.amount),
        "expected_shortfall_pct": percent(row.expected_shortfall_fraction),
        "expected_shortfall_amount": number(row.expected_shortfall),
        "settings": _plain(row.settings),
        "fitted": _plain(row.fitted),
        "remarks": list(row.remarks),
    }


def _interval(figure: ValueAtRisk, value: float) -> JsonObject:
    return {
        "probability_pct": percent(INTERVAL_PROBABILITY),
        "low_pct": percent_of(figure.interval_low, value),
        "low_amount": number(figure.interval_low),
        "high_pct": percent_of(figure.interval_high, value),
        "high_amount": number(figure.interval_high),
    }


def _overlapping(figure: ValueAtRisk, value: float) -> JsonObject | None:
    if figure.overlapping_amount is None:
        return None
    return {
        "var_pct": percent_of(figure.overlapping_amount, value),
        "var_amount": number(figure.overlapping_amount),
        "data_points": figure.overlapping_observations,
    }


def _plain(facts: Mapping[str, float | int | str]) -> JsonObject:
    """Return settings or parameters; an infinite one (degrees of freedom of a normal, condition of a singular matrix) is null."""
    return {name: fact if isinstance(fact, (str, int)) else number(fact) for name, fact in facts.items()}
