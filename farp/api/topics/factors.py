"""`/risk/factors`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from farp import parameters
from farp.analysis.factors import LONGEST_ROLLING_WINDOW, SHORTEST_ROLLING_WINDOW, portfolio_factors, rolling_loadings
from farp.api.dependencies import AsOfDate, Factors, Lookback, PortfolioId, TheDesk, factors_of, window_of
from farp.api.models import Answer, FactorHolding, Fraction, Identified, Leg, MaybeMoney, Money
from farp.engine.factor_model import CovarianceEstimator
from farp.report.documents.factors import factors_document

router = APIRouter()

Covariance = Annotated[
    str | None,
    Query(
        description="How the factors' covariance is estimated: `sample`, or `ledoit_wolf`, which is shrunk to be more stable. Without it `sample`.",
        json_schema_extra={"enum": [value.value for value in CovarianceEstimator], "default": "sample"},
    ),
]
Rolling = Annotated[
    str | None,
    Query(
        description=f"Trading days of each window of the rolling loadings, {SHORTEST_ROLLING_WINDOW} to {LONGEST_ROLLING_WINDOW};"
        " they reach as far back as the prices do. Without it there are none in the answer."
    ),
]


class FactorInDepth(Answer):
    """One factor, and how the portfolio moves with it."""

    name: str
    meaning: str
    legs: list[Leg]
    portfolio_loading: float | None = Field(description="return of the portfolio for a return of 1 of the factor")
    exposure_amount: Money = Field(description="money gained when the factor rises by 100 %")
    standard_error_amount: MaybeMoney = Field(description="of the exposure; null when the factor cannot be told apart")
    t_statistic: float | None = Field(description="exposure over its standard error; beyond 2 in size it is unlikely to be chance")
    identified: bool = Field(description="false when the factor does not move, or can be made exactly from the others")
    variance_inflation: float | None = Field(
        description="how much larger the variance of the loading is than if the factor had nothing to do with the others; null when not identified"
    )
    share_pct: float | None = Field(description="percent of the portfolio's variance")


class AlikePair(Answer):
    """Two factors that correlate by 0.8 or more in size."""

    factor: str
    other: str
    correlation: float


class CollinearityReport(Answer):
    """How far the factors can be told apart."""

    condition_number: float | None = Field(description="of the factors; null when they are exactly dependent")
    collinear: bool = Field(description="the condition number is above 30")
    correlation: list[list[float | None]] = Field(description="of the factors; null for one that does not move")
    alike: list[AlikePair] = Field(description="the strongest first")
    findings: list[str] = Field(description="the same in sentences, and what to do")


class RollingLoadingsAnswer(Answer):
    """Loadings of today's holdings, refitted each day."""

    window_days: int
    unit: Literal["fraction", "money"] = Field(description="money when the net asset value is not positive")
    dates: list[dt.date] = Field(description="last days of the windows")
    loadings: dict[str, list[float | None]] = Field(description="by factor; null where the factor cannot be told apart")
    r_squared: list[float | None]


class FactorsAnswer(Identified):
    """What common factors drive the portfolio; `matrix` sums to 100 % of the variance."""

    date: dt.date = Field(description="the day of the figures")
    portfolio_value: Money
    factor_set: str = Field(description="`chosen` for factors given in the request")
    covariance: Literal["sample", "ledoit_wolf"]
    shrinkage: float = Field(description="how far the covariance is shrunk: 0 not at all, 1 to a multiple of the identity")
    factors: list[FactorInDepth]
    portfolio_r_squared: float | None = Field(description="share of the portfolio's own ups and downs that the factors explain")
    columns: list[str]
    holdings: list[FactorHolding]
    matrix: list[list[float | None]] = Field(description="percent of variance, one row for each holding, one column for each of `columns`")
    column_totals: list[float | None]
    loadings: list[list[float | None]] = Field(description="one row for each holding, one column for each factor")
    t_statistics: list[list[float | None]]
    systematic_pct: float | None = Field(description="percent of variance that comes through factors")
    specific_pct: float | None
    annual_volatility: Fraction = Field(description="of the model, a fraction")
    annual_volatility_amount: Money
    collinearity: CollinearityReport
    rolling: RollingLoadingsAnswer | None = Field(description="only when asked for")
    lookback_days: int | None = Field(description="daily returns asked for; null for all there are")
    data_points: int = Field(description="daily returns that holdings and factors have in common")


@router.get("/factors", response_model=FactorsAnswer)
def factors(
    desk: TheDesk,
    portfolio_id: PortfolioId = None,
    factors: Factors = None,
    covariance: Covariance = None,
    rolling: Rolling = None,
    lookback: Lookback = None,
    as_of_date: AsOfDate = None,
) -> JSONResponse:
    """Return loadings, shares of variance by holding and factor, how alike the factors are, and on request the loadings through time."""
    estimator = CovarianceEstimator.SAMPLE
    if covariance is not None:
        estimator = CovarianceEstimator(parameters.one_of(covariance, "covariance", tuple(value.value for value in CovarianceEstimator)))
    days = None
    if rolling is not None:
        days = parameters.whole(rolling, "rolling", SHORTEST_ROLLING_WINDOW, LONGEST_ROLLING_WINDOW, " days")
    chosen = factors_of(desk, factors)
    window = window_of(desk, portfolio_id, as_of_date, lookback, extra_days=None)
    result = portfolio_factors(window, desk.history, chosen, estimator)
    return JSONResponse(factors_document(result, rolling_loadings(window, desk.history, chosen, days) if days is not None else None))
