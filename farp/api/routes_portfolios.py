"""`/portfolios`: which portfolios there are, and what is in one."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from farp import parameters
from farp.api import models
from farp.api.dependencies import AsOfDate, TheDesk, portfolio_document_of
from farp.report.documents import report as document

router = APIRouter(prefix="/portfolios", tags=["portfolios"], responses=models.ERRORS)


@router.get("", response_model=models.PortfolioList)
def portfolios(desk: TheDesk) -> JSONResponse:
    """Return every portfolio, without prices, and which one answers when no id is given."""
    everything = desk.portfolios()
    return JSONResponse(document.portfolios_document(everything, desk.default_portfolio_id() if everything else None))


@router.get("/{portfolio_id}", response_model=models.PortfolioAnswer)
def portfolio(desk: TheDesk, portfolio_id: str, as_of_date: AsOfDate = None) -> JSONResponse:
    """Return one portfolio with its positions, prices, market values and weights; null where nothing in it can be priced."""
    parameters.known_once([("portfolio_id", portfolio_id)], ["portfolio_id"])
    return JSONResponse(portfolio_document_of(desk, portfolio_id, as_of_date))
