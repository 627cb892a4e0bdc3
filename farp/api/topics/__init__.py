"""Routes of the analyses in depth under `/risk`, one module a topic: the shape of its answer and the route itself."""

from __future__ import annotations

from farp.api.topics import correlation, factors, pca

ROUTERS = (correlation.router, factors.router, pca.router)
