"""`create_app`: the REST API as an ASGI application, for uvicorn as `farp.api.app:create_app` (a factory)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from farp import __version__
from farp.api import models, routes_health, routes_holdings, routes_portfolios, routes_prices, routes_risk, routes_runs, routes_scenarios, topics
from farp.api.dependencies import only_known_parameters
from farp.api.documentation import OPENAPI_PATH, add_documentation
from farp.api.errors import add_error_handlers
from farp.api.headers import SecurityHeaders
from farp.service import open_desk
from farp.settings import Settings, load_settings

PREFIX = "/api/v1"

_DESCRIPTION = """Portfolio risk exposure analysis. Losses are positive. Fields that end in `_pct` are percent, `_amount` fields
are money in the portfolio's currency, volatility, weights and rates are fractions; nothing is rounded. Percentages of net asset
value are null when that value is not positive. Errors are JSON: `{"error": {"status", "type", "message"}}`."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application for `settings` (default: those of the process's environment).

    The store is opened and the prices are loaded here, so that a wrong setting is one sentence before the server
    listens instead of a failed start-up; both are released when the server stops.

    Raises
    ------
    InvalidInput
        A setting cannot be used.
    SourceUnavailable, DataError
        The store cannot be opened.
    """
    desk = open_desk(settings or load_settings())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with desk:
            yield

    app = FastAPI(
        title="FARP",
        description=_DESCRIPTION,
        version=__version__,
        openapi_url=OPENAPI_PATH,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(only_known_parameters)],
    )
    app.state.desk = desk
    for routes in (routes_risk, routes_portfolios, routes_holdings, routes_scenarios, routes_prices, routes_runs, routes_health):
        app.include_router(routes.router, prefix=PREFIX)
    for router in topics.ROUTERS:
        app.include_router(router, prefix=f"{PREFIX}/risk", tags=["risk"], responses=models.ERRORS)
    app.include_router(routes_health.router, include_in_schema=False)
    add_documentation(app)
    add_error_handlers(app)
    app.add_middleware(SecurityHeaders)
    return app
