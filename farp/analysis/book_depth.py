"""The depth of a whole book: factors, components, sensitivities and replays of every portfolio, the numbers of the single topics to the last bit.

What does not depend on who holds a ticker (its loadings, its moves in a scenario) is computed once for a group of portfolios that share their
days; what is left for each is a sparse product, and the principal components of its own holdings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from farp.analysis.alignment import benchmark_returns, factor_returns
from farp.analysis.book import Group, everything_held, windows
from farp.analysis.factors import FactorAnalysis, collinearity_note, factor_analysis
from farp.analysis.pca import PcaAnalysis, portfolio_components
from farp.analysis.report import AnalysisSpec
from farp.analysis.sensitivity import FactorShocks, factor_shocks, without_rounding
from farp.analysis.stress import Scene, stretch_of
from farp.analysis.window import Window
from farp.engine.checks import Floats
from farp.engine.factor_model import book_variance_contributions
from farp.engine.returns import weighted_sum
from farp.engine.sensitivity import book_exposures
from farp.engine.stress import book_replays
from farp.engine.stress_library import HISTORICAL_SCENARIOS, HistoricalScenario
from farp.errors import DataError
from farp.market import PriceHistory
from farp.portfolio import Portfolio
from farp.valuation import Exclusion, Holding


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What one dated scenario does to a portfolio, as in its `StressResult`: both None where the scenario is not available."""

    scenario: HistoricalScenario
    total: float | None
    fraction: float | None
    covered: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladders:
    """P&L of the shocks of each factor [money], shape (n_factors, n_shocks), as in the portfolio's `SensitivityAnalysis`."""

    shocks: tuple[FactorShocks, ...]
    profit_and_loss: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """Everything kept of one portfolio of a book beside its headline; it says of itself what a `RiskReport` says.

    `factors` and `ladders` are None together, with the reason in `no_factors_because`; so is `components` with `no_components_because`.
    `notes` are those of the portfolio's report.
    """

    window: Window
    factors: FactorAnalysis | None
    no_factors_because: str | None
    ladders: Ladders | None
    components: PcaAnalysis | None
    no_components_because: str | None
    replays: tuple[Replayed, ...]
    notes: tuple[str, ...]

    @property
    def worst(self) -> Replayed | None:
        """The available scenario with the largest loss, the first of equals; None when there is none."""
        return min((replay for replay in self.replays if replay.total is not None), key=lambda replay: replay.total or 0.0, default=None)

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


def depths(group: Group, history: PriceHistory, spec: AnalysisSpec | None = None) -> Iterator[Depth]:
    """Yield the depth of every portfolio of `group`, in its order; equal to the topics of each alone, bit for bit."""
    spec = spec or AnalysisSpec()
    everything = everything_held(group, spec)
    analyses, ladders, because = _factors(group, everything, history, spec)
    replays = _replays(group, everything, history)
    said = _notes(everything, history, because, analyses)
    for row, window in enumerate(windows(group, spec)):
        components, no_components_because = _components(window)
        yield Depth(
            window=window,
            factors=analyses[row] if analyses else None,
            no_factors_because=because,
            ladders=ladders[row] if ladders else None,
            components=components,
            no_components_because=no_components_because,
            replays=tuple(
                Replayed(scenario=scenario, total=total, fraction=None if total is None else window.of_value(total), covered=covered)
                for scenario, total, covered in zip(HISTORICAL_SCENARIOS, *replays[row], strict=True)
            ),
            notes=(*window.notes, *said),
        )


def _factors(group: Group, everything: Window, history: PriceHistory, spec: AnalysisSpec) -> tuple[list[FactorAnalysis], list[Ladders], str | None]:
    """Return the factor analyses and ladders of all portfolios, or none and the sentence why."""
    try:
        shared = factor_returns(everything, history, spec.factors)
        whole = factor_analysis(everything, shared)
    except DataError as error:
        return [], [], str(error)
    amounts, regression = group.market_values, whole.regression
    exposures = weighted_sum(amounts, regression.loadings)
    contributions = book_variance_contributions(amounts, regression.loadings, whole.covariance, regression.residual_variance)
    shocks = tuple(factor_shocks(factor, history.factors) for factor in shared.factors.factors)
    sizes = np.array([shock.returns for shock in shocks])
    profit_and_loss = book_exposures(amounts, without_rounding(regression.loadings, shared))[:, :, None] * sizes + 0.0
    analyses = [
        FactorAnalysis(
            factors=whole.factors,
            regression=regression.of_rows(amounts.indices[group.columns_of(row)]),
            covariance=whole.covariance,
            estimator=whole.estimator,
            shrinkage=whole.shrinkage,
            contributions=contributions[row],
            exposures=exposures[row],
        )
        for row in range(len(group.selections))
    ]
    return analyses, [Ladders(shocks=shocks, profit_and_loss=rungs) for rungs in profit_and_loss], None


def _notes(everything: Window, history: PriceHistory, because: str | None, analyses: list[FactorAnalysis]) -> tuple[str, ...]:
    """Return what the reports of all portfolios say about benchmark and factors."""
    notes = []
    try:
        benchmark_returns(everything, history)
    except DataError as error:
        notes.append(f"There is no beta: {error}")
    about_factors = because if because is not None else collinearity_note(analyses[0].regression)
    return (*notes, about_factors) if about_factors else tuple(notes)


def _components(window: Window) -> tuple[PcaAnalysis | None, str | None]:
    try:
        return portfolio_components(window), None
    except DataError as error:
        return None, str(error)


def _replays(group: Group, everything: Window, history: PriceHistory) -> list[tuple[list[float | None], list[float]]]:
    """Return for each portfolio what every dated scenario makes or loses, None where it is not available, and how much of it is covered."""
    scene = Scene(window=everything, history=history)
    moves = np.full((len(group.tickers), len(HISTORICAL_SCENARIOS)), np.nan)
    for place, scenario in enumerate(HISTORICAL_SCENARIOS):
        try:
            moves[:, place] = stretch_of(scene, scenario).moves
        except DataError:  # as for a single portfolio, a scenario that the prices do not reach is one that is not available
            continue
    found = book_replays(group.market_values, moves, scene.can_move)
    available = np.isfinite(found.total)
    return [
        ([total if there else None for total, there in zip(totals, reached, strict=True)], shares)
        for totals, reached, shares in zip(found.total.tolist(), available.tolist(), found.covered.tolist(), strict=True)
    ]
