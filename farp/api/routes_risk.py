"""`/risk/...`: the risk of one portfolio on one day.

Each route makes one report and returns one of its documents. The document is sent as it is: checking it against the
response model on every request would cost as much again, so the model is for the documentation and a test does the checking.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from farp import parameters
from farp.analysis import analyse
from farp.analysis.methods import method_figure
from farp.api import models
from farp.api.dependencies import AsOfDate, Lookback, PortfolioId, TheDesk, report_of, window_of
from farp.engine.methods import METHODS
from farp.engine.value_at_risk import HISTORICAL_SIMULATION, QuantileRule
from farp.jobs.stored import computed_at, stored_contributions
from farp.report.documents import report as document
from farp.report.documents.methods import method_document

router = APIRouter(prefix="/risk", tags=["risk"], responses=models.ERRORS)


@router.get("/metrics", response_model=models.Metrics)
def metrics(desk: TheDesk, portfolio_id: PortfolioId = None, as_of_date: AsOfDate = None) -> JSONResponse:
    """Return the headline figures: VaR, expected shortfall, drawdown, volatility, Sharpe ratio, beta."""
    return JSONResponse(document.metrics_document(report_of(desk, portfolio_id, as_of_date)))


@router.get("/var", response_model=models.ValueAtRisk)
def value_at_risk(
    desk: TheDesk,
    portfolio_id: PortfolioId = None,
    method: Annotated[str, Query(description="How the figure is estimated.", json_schema_extra={"enum": list(METHODS)})] = HISTORICAL_SIMULATION,
    confidence: Annotated[str, Query(description="Confidence in percent, any from 90 to 99.9.")] = "95",
    horizon: Annotated[str, Query(description="Horizon in trading days, any from 1 to 60.")] = "1",
    lookback: Lookback = None,
    rule: Annotated[
        str,
        Query(
            description="How the quantile is read between two days; of the methods that read it off days (historical and filtered ones).",
            json_schema_extra={"enum": [value.value for value in QuantileRule]},
        ),
    ] = QuantileRule.LINEAR.value,
    as_of_date: AsOfDate = None,
) -> JSONResponse:
    """Return one VaR with its expected shortfall, what was chosen and estimated for it, and for historical simulation its 90 % interval."""
    chosen = parameters.one_of(method, "method", tuple(METHODS))
    level, days = parameters.confidence(confidence), parameters.horizon(horizon)
    read = QuantileRule(parameters.one_of(rule, "rule", tuple(QuantileRule)))
    if chosen == HISTORICAL_SIMULATION and lookback is None:
        # the figure of the report, with all that the report has to note
        day = parameters.date(as_of_date) if as_of_date is not None else None
        spec = replace(desk.analysis_spec(), confidences=(level,), horizons=(days,), rule=read)
        report = analyse(desk.portfolio(portfolio_id or desk.default_portfolio_id()), desk.history, day, spec)
        return JSONResponse(document.value_at_risk_document(report, level, days))
    window = window_of(desk, portfolio_id, as_of_date, lookback)
    return JSONResponse(method_document(method_figure(window, chosen, level, days, read), window, window.lookback_days))


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
    """Return how much of the variance each holding contributes through each factor, with loadings and t-statistics.

    What a run of the book has stored is sent when it is current (`from_store`), else it is computed; the numbers are the same.
    """
    day = parameters.date(as_of_date) if as_of_date is not None else None
    portfolio = desk.portfolio(portfolio_id or desk.default_portfolio_id())
    stored = stored_contributions(desk, portfolio, day)
    if stored is not None:
        told = {"from_store": True, "computed_at": computed_at(stored)}
        return JSONResponse({name: stored[name] for name in models.FactorContributions.model_fields if name not in told} | told)
    figures = document.factor_contributions_document(analyse(portfolio, desk.history, day, desk.analysis_spec()))
    return JSONResponse({**figures, "from_store": False, "computed_at": None})
