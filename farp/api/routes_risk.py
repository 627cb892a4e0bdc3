"""`/risk/...`: the risk of one portfolio on one day.

Each route makes one report and returns one of its documents. The document is sent as it is: checking it against the
response model on every request would cost as much again, so the model is for the documentation and a test does the checking.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from farp import parameters
from farp.api import models
from farp.api.dependencies import AsOfDate, PortfolioId, TheDesk, report_of
from farp.report.documents import report as document

router = APIRouter(prefix="/risk", tags=["risk"], responses=models.ERRORS)


@router.get("/metrics", response_model=models.Metrics)
def metrics(desk: TheDesk, portfolio_id: PortfolioId = None, as_of_date: AsOfDate = None) -> JSONResponse:
    """Return the headline figures: VaR, expected shortfall, drawdown, volatility, Sharpe ratio, beta."""
    return JSONResponse(document.metrics_document(report_of(desk, portfolio_id, as_of_date)))


@router.get("/var", response_model=models.ValueAtRisk)
def value_at_risk(
    desk: TheDesk,
    portfolio_id: PortfolioId = None,
    confidence: Annotated[
        str, Query(description="Confidence in percent.", json_schema_extra={"enum": list(map(str, parameters.CONFIDENCES))})
    ] = "95",
    horizon: Annotated[str, Query(description="Horizon in trading days.", json_schema_extra={"enum": list(map(str, parameters.HORIZONS))})] = "1",
    as_of_date: AsOfDate = None,
) -> JSONResponse:
    """Return one VaR with its expected shortfall, rule, sample and 90 % confidence interval."""
    level, days = parameters.confidence(confidence), parameters.horizon(horizon)
    return JSONResponse(document.value_at_risk_document(report_of(desk, portfolio_id, as_of_date), level, days))


@router.get("/exposure", response_model=models.ExposureAnswer, response_model_exclude_unset=True)
def exposure(
    desk: TheDesk,
    portfolio_id: PortfolioId = None,
    dimension: Annotated[
        str | None, Query(description="Give only the list of this dimension.", json_schema_extra={"enum": list(parameters.DIMENSIONS)})
    ] = None,
    as_of_date: AsOfDate = None,
) -> JSONResponse:
    """Return long, short, gross and net exposure by asset class, currency, sector and country, largest gross first."""
    wanted = parameters.dimension(dimension) if dimension is not None else None
    return JSONResponse(document.exposure_document(report_of(desk, portfolio_id, as_of_date), wanted))


@router.get("/factor-contributions", response_model=models.FactorContributions)
def factor_contributions(desk: TheDesk, portfolio_id: PortfolioId = None, as_of_date: AsOfDate = None) -> JSONResponse:
    """Return how much of the variance each holding contributes through each factor, with loadings and t-statistics."""
    return JSONResponse(document.factor_contributions_document(report_of(desk, portfolio_id, as_of_date)))
