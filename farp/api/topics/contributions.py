"""`/risk/contributions`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from farp import parameters
from farp.analysis.contributions import Breakdown, View, contributions
from farp.api.dependencies import AsOfDate, Factors, Lookback, PortfolioId, TheDesk, factors_of, window_of
from farp.api.models import Answer, Identified, MaybeMoney, Money, Percent
from farp.report.documents.contributions import contributions_document

router = APIRouter()

By = Annotated[
    str | None,
    Query(description="What to break the risk down by. Without it `position`.", json_schema_extra={"enum": list(Breakdown), "default": "position"}),
]
TheView = Annotated[
    str | None,
    Query(
        description="`historical`: from the worst days there were; `parametric`: from a normal distribution with mean 0. Without it `historical`.",
        json_schema_extra={"enum": list(View), "default": "historical"},
    ),
]
Group = Annotated[str | None, Query(description="A `name` of the breakdown: the answer is about the holdings inside it. Not by position.")]
Confidence = Annotated[str | None, Query(description="Percent, any from 90 to 99.9. Without it 95.", json_schema_extra={"default": "95"})]


class Contribution(Answer):
    """What one part has to do with VaR and ES."""

    name: str = Field(description="ticker, bucket or factor; `Specific` is what no factor explains")
    holdings: list[str] = Field(description="tickers inside")
    market_value: MaybeMoney = Field(description="net; null for a factor")
    gross: MaybeMoney = Field(description="market values added up without their signs; null for a factor")
    factor_exposure: MaybeMoney = Field(description="P&L of a move of the factor by +100 %; null for anything else, and for what is specific")
    weight_pct: Percent
    gross_weight_pct: Percent
    share_pct: float | None = Field(
        description="percent of the ES (historical) or of the VaR (parametric); sums to 100; null where there is no loss to share out"
    )
    component_var_amount: MaybeMoney = Field(description="part in the VaR, sums to it; null where there is nothing to share out")
    component_expected_shortfall_amount: Money = Field(description="part in the ES, sums to it")
    marginal_var: float | None = Field(
        description="VaR for one more unit of money in it, spread as it is; null where there is no part in the VaR or longs and shorts all but cancel"
    )
    incremental_var_amount: Money = Field(description="VaR less the VaR without it, computed anew; does not add up")


class ContributionsAnswer(Identified):
    """Who causes the one-day risk, the largest part first. With a `group`, the parts sum to that group's."""

    date: dt.date = Field(description="the day of the figures")
    by: Literal["position", "sector", "asset_class", "currency", "country", "factor"]
    view: Literal["historical", "parametric"]
    group: str | None = Field(description="the part whose holdings are listed; null for the whole portfolio")
    confidence: float = Field(description="percent")
    horizon_days: Literal[1]
    var_pct: Percent
    var_amount: Money = Field(description="of the whole portfolio")
    expected_shortfall_pct: Percent
    expected_shortfall_amount: Money = Field(description="of the whole portfolio")
    component_var_method: Literal["expected_shortfall_shares", "euler"] = Field(
        description="historical components of the VaR are the shares of the ES scaled to it, parametric ones are Euler's"
    )
    contributions: list[Contribution]
    factors: list[str] | None = Field(description="names of the factors; null unless by factor")
    lookback_days: int | None = Field(description="daily returns asked for; null for all there are")
    data_points: int = Field(description="daily returns used")


@router.get("/contributions", response_model=ContributionsAnswer)
def who_causes_it(
    desk: TheDesk,
    portfolio_id: PortfolioId = None,
    by: By = None,
    view: TheView = None,
    confidence: Confidence = None,
    lookback: Lookback = None,
    factors: Factors = None,
    group: Group = None,
    as_of_date: AsOfDate = None,
) -> JSONResponse:
    """Return marginal, component and incremental VaR, component ES and the share of the risk of each part."""
    breakdown = Breakdown(parameters.one_of(by, "by", tuple(Breakdown))) if by is not None else Breakdown.POSITION
    seen = View(parameters.one_of(view, "view", tuple(View))) if view is not None else View.HISTORICAL
    level = parameters.confidence(confidence) if confidence is not None else 0.95
    chosen = factors_of(desk, factors)
    window = window_of(desk, portfolio_id, as_of_date, lookback)
    return JSONResponse(contributions_document(contributions(window, desk.history, breakdown, seen, level, chosen, group)))
