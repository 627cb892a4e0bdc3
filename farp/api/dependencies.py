"""What every route needs: the desk, and parameters that are read strictly."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.routing import APIRoute

from farp import parameters
from farp.analysis import RiskReport, Window
from farp.analysis.alignment import chosen_factors
from farp.engine.checks import TRADING_DAYS
from farp.errors import InsufficientHistory, NothingToAnalyse
from farp.market import FactorSet
from farp.report.documents import report as document
from farp.service import Desk


def desk_of(request: Request) -> Desk:
    """Return the desk the application opened, with the prices as they are now: another process may have fetched new ones."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)  # narrows the type: create_app put it there
    request.app.state.desk = desk = desk.refreshed()
    return desk


def only_known_parameters(request: Request) -> None:
    """Refuse a request with a parameter the route does not declare, or with one that is empty, repeated or unreadable."""
    route = request.scope["route"]
    known = [parameter.alias for parameter in route.dependant.query_params] if isinstance(route, APIRoute) else []
    parameters.known_once(request.query_params.multi_items(), known)


TheDesk = Annotated[Desk, Depends(desk_of)]

# Read as text and checked by `parameters`, whose sentences name the allowed values; the schema is for the documentation.
PortfolioId = Annotated[
    str | None, Query(description="Id of a portfolio, as listed by /portfolios. Without it: the default portfolio, named in the answer.")
]
AsOfDate = Annotated[
    str | None,
    Query(
        description="Day of the analysis, YYYY-MM-DD. Without it, or for a day after the last price: the last day with prices."
        " Not a trading day: the one before. The answer states the day used.",
        json_schema_extra={"format": "date"},
    ),
]


Lookback = Annotated[
    str | None,
    Query(description="Trading days the figures rest on: a whole number from 60, or `all`. Without it 252.", json_schema_extra={"default": "252"}),
]
Factors = Annotated[
    str | None,
    Query(description="Tickers to explain the holdings by, separated by commas, up to 20. Without it: the price source's own factor set."),
]


def window_of(
    desk: Desk, portfolio_id: str | None, as_of_date: str | None, lookback: str | None = None, extra_days: int | None = TRADING_DAYS
) -> Window:
    """Return what an analysis of one topic starts from, for the portfolio, day and lookback that were asked for as text."""
    day = parameters.date(as_of_date) if as_of_date is not None else None
    return desk.window(portfolio_id, day, parameters.lookback(lookback) if lookback is not None else TRADING_DAYS, extra_days)


def factors_of(desk: Desk, factors: str | None) -> FactorSet | None:
    """Return the factor set that was asked for as tickers separated by commas; None is the price source's own."""
    return chosen_factors(parameters.tickers(factors), desk.history) if factors is not None else None


def report_of(desk: Desk, portfolio_id: str | None, as_of_date: str | None) -> RiskReport:
    """Return the report on the portfolio and day that were asked for as text."""
    return desk.report(portfolio_id, parameters.date(as_of_date) if as_of_date is not None else None)


def portfolio_document_of(desk: Desk, portfolio_id: str, as_of_date: str | None) -> dict[str, Any]:
    """Return the document of one portfolio, also of one that is empty or cannot be priced."""
    day = parameters.date(as_of_date) if as_of_date is not None else None
    try:
        return document.portfolio_document(desk.report(portfolio_id, day))
    except (NothingToAnalyse, InsufficientHistory) as why:  # what is held can be shown all the same
        return document.unpriced_portfolio_document(desk.portfolio(portfolio_id), desk.history, day, why)
