"""How the holdings of a portfolio move together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from farp.analysis.window import Window, known
from farp.engine.checks import Floats
from farp.engine.correlation import Correlation, correlation, diversification_ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationAnalysis:
    """Correlations of the holdings over the lookback, rows and columns in the order of `window.holdings`.

    `average` is the mean over all pairs of holdings that move, None with fewer than two of them. `diversification_ratio` is the volatility the
    holdings would have if all moved together over the one they have, None for a portfolio that does not move.
    """

    window: Window
    correlation: Correlation
    average: float | None
    diversification_ratio: float | None

    @property
    def moving(self) -> int:
        """Holdings whose price moves."""
        return int((~self.correlation.constant).sum())

    @property
    def pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        """Every pair of holdings that move once, the most alike first: places of both in `window.holdings`, and their correlation."""
        first, second = np.triu_indices(len(self.window.holdings), k=1)
        values = self.correlation.matrix[first, second]
        order = np.flatnonzero(np.isfinite(values))
        order = order[np.argsort(-values[order], kind="stable")]
        return first[order], second[order], values[order]


def correlations(window: Window) -> CorrelationAnalysis:
    """Return correlations, a clustered order and the diversification ratio of the holdings over the lookback."""
    found = correlation(window.returns)
    return CorrelationAnalysis(
        window=window,
        correlation=found,
        average=known(found.average),
        diversification_ratio=known(diversification_ratio(window.returns, window.market_values)),
    )
