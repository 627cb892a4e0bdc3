"""Everything the store keeps of one portfolio beside its headline: what the heatmap is drawn from, components, sensitivities, stress.

The fields of `factor_contributions_document` stand at the top, so that the API can answer with them as they are.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from farp.analysis import AnalysisSpec, Window
from farp.analysis.alignment import benchmark_returns, factor_returns
from farp.analysis.factors import FactorAnalysis, collinearity_note, factor_analysis
from farp.analysis.pca import PcaAnalysis, portfolio_components
from farp.analysis.sensitivity import SensitivityAnalysis, sensitivities
from farp.analysis.stress import StressResult, stresses
from farp.errors import DataError
from farp.market import PriceHistory
from farp.portfolio import Portfolio
from farp.report.documents.common import JsonObject, number, percent, row
from farp.report.documents.report import factor_contributions_document
from farp.valuation import Exclusion, Holding

COMPONENTS = 5
"""Components kept; what is left out of the variance is in their cumulative share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedWindow:
    """A window with its factor analysis, saying what a `RiskReport` says."""

    window: Window
    factors: FactorAnalysis | None
    no_factors_because: str | None
    notes: tuple[str, ...]

    @property
    def portfolio(self) -> Portfolio:
        """What is analysed."""
        return self.window.portfolio

    @property
    def requested_as_of(self) -> dt.date | None:
        """The day asked for."""
        return self.window.requested_as_of

    @property
    def as_of(self) -> dt.date:
        """The day of the figures."""
        return self.window.as_of

    @property
    def source(self) -> str:
        """The price source."""
        return self.window.source

    @property
    def source_label(self) -> str:
        """Its name for people."""
        return self.window.source_label

    @property
    def excluded(self) -> tuple[Exclusion, ...]:
        """What is left out."""
        return self.window.excluded

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """What is part of the figures."""
        return self.window.holdings

    @property
    def net_asset_value(self) -> float:
        """Sum of market values."""
        return self.window.net_asset_value

    @property
    def lookback_days(self) -> int | None:
        """Daily returns asked for."""
        return self.window.lookback_days


def explained(window: Window, history: PriceHistory, spec: AnalysisSpec) -> ExplainedWindow:
    """Return `window` with the factor analysis and the notes that the report of the portfolio alone has."""
    notes = list(window.notes)
    try:
        benchmark_returns(window, history)
    except DataError as error:
        notes.append(f"There is no beta: {error}")
    try:
        analysis = factor_analysis(window, factor_returns(window, history, spec.factors))
    except DataError as error:
        return ExplainedWindow(window=window, factors=None, no_factors_because=str(error), notes=(*notes, str(error)))
    alike = collinearity_note(analysis.regression)
    return ExplainedWindow(window=window, factors=analysis, no_factors_because=None, notes=(*notes, *((alike,) if alike else ())))


def depth_document(window: Window, history: PriceHistory, spec: AnalysisSpec) -> JsonObject:
    """Return the document of one portfolio; a part that cannot be computed is null, and its reason stands under `because`."""
    because: dict[str, str] = {}
    found = explained(window, history, spec)
    if found.factors is None:
        because["factor_contributions"] = found.no_factors_because or ""
        heatmap = {}
    else:
        heatmap = factor_contributions_document(found)
    document: JsonObject = {**heatmap, "pca": None, "sensitivity": None, "stress": None}
    try:
        document["pca"] = _components(portfolio_components(window))
    except DataError as error:
        because["pca"] = str(error)
    try:
        document["sensitivity"] = _ladders(sensitivities(window, history, spec.factors))
    except DataError as error:
        because["sensitivity"] = str(error)
    results = stresses(window, history, examples=())
    document["stress"] = {
        "scenarios": [_scenario(result) for result in results.results],
        "worst": _scenario(results.ranked[0]) if results.ranked else None,
    }
    return document | {"because": because}


def _components(result: PcaAnalysis) -> JsonObject:
    found = result.components
    return {
        "explained_pct": row(found.explained_ratio[:COMPONENTS], 100.0),
        "variance_share_pct": row(found.variance_shares[:COMPONENTS], 100.0),
        "exposure_amount": row(found.exposures[:COMPONENTS]),
        "readings": list(result.readings[:COMPONENTS]),
        "components_for_90_pct": result.for_most,
    }


def _ladders(result: SensitivityAnalysis) -> list[JsonObject]:
    return [
        {
            "factor": shock.factor.name,
            "factor_return_pct": row(shock.returns, 100.0),
            "profit_and_loss_amount": row(result.ladder.profit_and_loss[place]),
        }
        for place, shock in enumerate(result.shocks)
    ]


def _scenario(result: StressResult) -> JsonObject:
    return {
        "id": result.scenario.id,
        "name": result.scenario.name,
        "profit_and_loss_amount": number(result.total),
        "profit_and_loss_pct": percent(result.fraction),
        "covered_pct": percent(result.covered),
    }
