"""Routes of the analyses in depth under `/risk`, one module a topic: the shape of its answer and the route itself."""

from __future__ import annotations

from farp.api.topics import backtest, contributions, correlation, factors, pca, performance, sensitivity, stress

ROUTERS = (
    backtest.router,
    contributions.router,
    correlation.router,
    factors.router,
    pca.router,
    performance.router,
    sensitivity.router,
    stress.router,
)
