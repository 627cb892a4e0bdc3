"""`/risk/sensitivity`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from farp import parameters
from farp.analysis.sensitivity import sensitivities
from farp.api.dependencies import AsOfDate, Factors, Lookback, PortfolioId, TheDesk, factors_of, window_of
from farp.api.models import Answer, Identified, MaybeMoney, Money, Percent
from farp.report.documents.sensitivity import sensitivity_document

router = APIRouter()

Unit = Annotated[
    Literal["percent", "basis_points"],
    Field(description="of `shock`: percent of the factor's price, or hundredths of a percentage point of its yield where its duration is known"),
]


class Rung(Answer):
    """P&L for one move of one factor; the other factors stay where they are."""

    shock: float = Field(description="in the factor's unit")
    factor_return_pct: float = Field(description="what the move means for the factor's price: itself, or −duration × shock / 100")
    profit_and_loss_amount: Money
    profit_and_loss_pct: Percent


class SensitivityPosition(Answer):
    """One position's part in a factor."""

    ticker: str
    loading: float = Field(description="its move for a move of the factor by 1, the others unchanged")
    amount_per_unit: float = Field(description="its P&L for +1 % or +1 basis point; all positions add up to the factor's")
    share_pct: float | None = Field(
        description="its percentage of the portfolio's P&L, the same on every rung; null where that cancels out to nothing"
    )


class FactorSensitivity(Answer):
    """One factor, moved alone."""

    name: str
    tickers: list[str]
    unit: Unit
    duration_years: float | None = Field(description="modified duration a basis point is converted with")
    duration_source: str | None
    amount_per_unit: float = Field(description="P&L of the portfolio for +1 % or +1 basis point")
    t_statistic: float | None = Field(description="of the portfolio's loading; below 2 in size it cannot be told from zero")
    ladder: list[Rung]
    positions: list[SensitivityPosition]


class SensitivityGrid(Answer):
    """P&L when two factors move together: one row for each of `row_shocks`, one column for each of `column_shocks`."""

    rows: str = Field(description="name of the first factor")
    row_unit: Unit
    row_shocks: list[float]
    columns: str = Field(description="name of the second factor")
    column_unit: Unit
    column_shocks: list[float]
    profit_and_loss_amount: list[list[float]]
    profit_and_loss_pct: list[list[float]] | None = Field(description="percent of net asset value; null when that is not positive")


class SensitivityAnswer(Identified):
    """What is gained or lost when a factor moves; P&L is negative when money is lost."""

    date: dt.date = Field(description="the day of the figures")
    portfolio_value: MaybeMoney
    explained_pct: float | None = Field(
        description="share of the portfolio's variance that the factors explain (R²); null for one that does not move"
    )
    condition_number: float | None = Field(description="above 30 single loadings are unsure; null when the factors are exactly dependent")
    factors: list[FactorSensitivity]
    grid: SensitivityGrid | None = Field(description="null unless `grid` names two factors")
    lookback_days: int | None = Field(description="daily returns asked for; null for all there are")
    data_points: int = Field(description="daily returns used")


@router.get("/sensitivity", response_model=SensitivityAnswer)
def sensitivity(
    desk: TheDesk,
    portfolio_id: PortfolioId = None,
    factors: Factors = None,
    grid: Annotated[
        str | None, Query(description="Names of two factors to move together, separated by a comma, such as `Market,Rates`. Without it: no grid.")
    ] = None,
    lookback: Lookback = None,
    as_of_date: AsOfDate = None,
) -> JSONResponse:
    """Return P&L for each factor from −10 to +10 %, or −100 to +100 basis points, each position's share, and a grid of two factors."""
    names = parameters.tickers(grid) if grid is not None else None
    window = window_of(desk, portfolio_id, as_of_date, lookback, extra_days=None)
    return JSONResponse(sensitivity_document(sensitivities(window, desk.history, factors_of(desk, factors), names)))
