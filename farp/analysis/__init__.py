"""The composition: portfolios and prices through the engine to results. One module a topic, no I/O."""

from __future__ import annotations

from farp.analysis.factors import FactorAnalysis
from farp.analysis.report import (
    EXPOSURE_DIMENSIONS,
    VOLATILITY_WINDOWS,
    AnalysisSpec,
    Benchmark,
    Drawdown,
    RiskReport,
    TailContribution,
    analyse,
)
from farp.analysis.window import Series, Window, window_of

__all__ = [
    "EXPOSURE_DIMENSIONS",
    "VOLATILITY_WINDOWS",
    "AnalysisSpec",
    "Benchmark",
    "Drawdown",
    "FactorAnalysis",
    "RiskReport",
    "Series",
    "TailContribution",
    "Window",
    "analyse",
    "window_of",
]
