"""`/risk/pca`."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from farp.analysis.pca import portfolio_components
from farp.api.dependencies import AsOfDate, Lookback, PortfolioId, TheDesk, window_of
from farp.api.models import Answer, Identified, Money, Percent
from farp.report.documents.pca import pca_document

router = APIRouter()


class Component(Answer):
    """One movement that the holdings have in common, independent of the others."""

    number: int
    explained_variance: float = Field(description="of the standardised returns")
    explained_pct: float = Field(description="percent of the variance of the standardised returns")
    cumulative_pct: float = Field(description="the same with the components before")
    exposure_amount: Money = Field(description="P&L when the component moves by one standard deviation of a day")
    exposure_pct: Percent
    variance_share_pct: float | None = Field(description="percent of the portfolio's variance; null for a portfolio that does not move")
    leading: list[str] = Field(description="the one or two holdings that load most on it")
    reading: str = Field(description="the same in words")
    loadings: list[float | None] = Field(description="one for each of `tickers`; the largest is positive")


class PcaAnswer(Identified):
    """The principal components of the holdings' standardised returns, the one that explains most first."""

    date: dt.date = Field(description="the day of the figures")
    portfolio_value: Money
    tickers: list[str]
    components: list[Component]
    components_for_90_pct: int = Field(description="how many of them explain 90 % together")
    constant: list[str] = Field(description="holdings whose price never moves; their loadings are 0")
    lookback_days: int | None = Field(description="daily returns asked for; null for all there are")
    data_points: int = Field(description="daily returns used")


@router.get("/pca", response_model=PcaAnswer)
def pca(desk: TheDesk, portfolio_id: PortfolioId = None, lookback: Lookback = None, as_of_date: AsOfDate = None) -> JSONResponse:
    """Return the principal components of the holdings, and the portfolio's exposure to each."""
    return JSONResponse(pca_document(portfolio_components(window_of(desk, portfolio_id, as_of_date, lookback))))
