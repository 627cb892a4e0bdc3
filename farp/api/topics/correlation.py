"""`/risk/correlation`."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from farp.analysis.correlation import correlations
from farp.api.dependencies import AsOfDate, Lookback, PortfolioId, TheDesk, window_of
from farp.api.models import Identified
from farp.report.documents.correlation import correlation_document

router = APIRouter()


class CorrelationAnswer(Identified):
    """How the holdings move together; tickers are ordered so that likes are neighbours."""

    date: dt.date = Field(description="the day of the figures")
    tickers: list[str]
    matrix: list[list[float | None]] = Field(description="one row and one column for each of `tickers`; null for a holding that never moves")
    average_correlation: float | None = Field(description="mean over all pairs of holdings that move")
    diversification_ratio: float | None = Field(
        description="volatility if everything moved together over the one there is: 1 or more; null for a portfolio that does not move"
    )
    lookback_days: int | None = Field(description="daily returns asked for; null for all there are")
    data_points: int = Field(description="daily returns used")


@router.get("/correlation", response_model=CorrelationAnswer)
def correlation(desk: TheDesk, portfolio_id: PortfolioId = None, lookback: Lookback = None, as_of_date: AsOfDate = None) -> JSONResponse:
    """Return the correlations of the holdings, their average and the diversification ratio."""
    return JSONResponse(correlation_document(correlations(window_of(desk, portfolio_id, as_of_date, lookback))))
