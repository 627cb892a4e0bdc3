"""`/risk/stress` and `/risk/reverse-stress`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from farp import parameters
from farp.analysis.reverse_stress import HORIZON, LOSS, reverse_stress
from farp.analysis.stress import Scene, hypothetical_stress, stresses
from farp.api import models
from farp.api.dependencies import AsOfDate, Factors, Lookback, PortfolioId, TheDesk, factors_of, window_of
from farp.api.models import Answer, Identified
from farp.api.routes_scenarios import ScenarioAnswer, ScenarioBody, body_of
from farp.api.scenario_bodies import scenario_body
from farp.errors import FarpError, InvalidInput
from farp.report.documents.reverse_stress import reverse_stress_document
from farp.report.documents.stress import stress_document, stress_result_document
from farp.service import Desk

router = APIRouter()

LOWEST_LOSS, HIGHEST_LOSS = 0.01, 1000.0


class StressHolding(Answer):
    """What a scenario does to one holding."""

    ticker: str
    name: str
    market_value: float
    move_pct: float | None = Field(description="percent, in the base currency; null where the scenario does not reach the holding")
    profit_and_loss_amount: float | None = Field(description="money; negative when lost")
    source: Literal["own_prices", "proxy", "none", "shock"] = Field(
        description="where the move is from: its own prices, its factor loadings (see `r_squared`), nowhere, or the scenario's shocks"
    )
    r_squared: float | None = Field(description="share of daily variance its factor loadings explain; null unless they stand in")
    impossible: bool = Field(description="a loss of more than everything, which no price can have")


class StressScenario(ScenarioAnswer):
    """One scenario and its outcome."""

    available: bool
    because: str | None = Field(description="why there is no figure; null when there is one")
    in_words: str
    profit_and_loss_amount: float | None = Field(description="money in the portfolio's currency; negative when lost")
    profit_and_loss_pct: float | None = Field(description="percent of net asset value; null when that is not positive")
    benchmark_pct: float | None = Field(description="the benchmark's move in a historical scenario")
    covered_pct: float | None = Field(
        description="reached share of the gross value of what can move; cash in the base currency is not counted. Below 50 there is no figure; below 100 the figure is of that part alone"
    )
    priced_pct: float | None = Field(description="the part of it with prices of its own")
    distance: float | None = Field(description="of propagated shocks, in standard deviations of one day (Mahalanobis)")
    data_points: int | None = Field(description="daily returns that propagated shocks and loadings on factors rest on; null where there are neither")
    first_day: dt.date | None = Field(description="of these returns the first")
    holdings: list[StressHolding] = Field(description="empty where there is no figure")
    notes: list[str]


class StressAnswer(Identified):
    """Every scenario on one portfolio, the largest loss first, those without a figure last."""

    date: dt.date = Field(description="the day of the figures")
    portfolio_value: float
    benchmark: str
    scenarios: list[StressScenario]
    lookback_days: int | None


class HypotheticalAnswer(Identified):
    """One hypothetical scenario on one portfolio."""

    date: dt.date = Field(description="the day of the figures")
    portfolio_value: float
    result: StressScenario
    lookback_days: int | None


class FactorMove(Answer):
    """The move of one factor."""

    name: str
    move_pct: float | None
    deviation_pct: float | None = Field(description="its standard deviation over the horizon, percent")
    impossible: bool = Field(description="a loss of more than everything")


class ReverseHolding(Answer):
    """What the move costs by one holding."""

    ticker: str
    name: str
    market_value: float
    profit_and_loss_amount: float | None


class ReverseStressAnswer(Identified):
    """The likeliest move of the factors that loses the amount asked for."""

    date: dt.date = Field(description="the day of the figures")
    portfolio_value: float
    loss_amount: float
    loss_pct: float | None
    horizon_days: int
    distance: float | None = Field(description="standard deviations of the portfolio's factor P&L over the horizon (Mahalanobis)")
    times_as_bad: int = Field(description="of `periods`, those in which the factors would have cost today's holdings as much")
    times_as_far: int = Field(description="of `periods`, those in which the factors moved as far in any direction")
    periods: int = Field(description="overlapping runs of `horizon_days` since `periods_since`")
    periods_since: dt.date
    worst_amount: float | None = Field(description="the largest such loss; negative when there was none")
    systematic_pct: float | None = Field(description="percent of the portfolio's variance that the factors explain")
    in_words: str
    factor_set: str
    factors: list[FactorMove]
    holdings: list[ReverseHolding]
    lookback_days: int | None
    data_points: int


@router.get("/stress", response_model=StressAnswer)
def stress(
    desk: TheDesk,
    portfolio_id: PortfolioId = None,
    scenario: Annotated[str | None, Query(description="Id of one scenario, as listed by /scenarios. Without it: all of them.")] = None,
    lookback: Lookback = None,
    as_of_date: AsOfDate = None,
) -> JSONResponse:
    """Return what every dated, example and saved scenario would do to today's holdings."""
    problems: list[FarpError] = []
    window = window_of(desk, portfolio_id, as_of_date, lookback)
    document = stress_document(stresses(window, desk.history, desk.scenarios(on_error=problems.append)), scenario)
    document["notes"] += map(str, problems)
    return JSONResponse(document)


@router.post(
    "/stress",
    response_model=HypotheticalAnswer,
    openapi_extra=body_of(ScenarioBody),
    responses={
        413: {"model": models.Error, "description": "The body is too large."},
        415: {"model": models.Error, "description": "The body is not JSON."},
    },
)
async def hypothetical(
    request: Request, desk: TheDesk, portfolio_id: PortfolioId = None, lookback: Lookback = None, as_of_date: AsOfDate = None
) -> JSONResponse:
    """Return what the shocks in the body would do to today's holdings; nothing is saved."""
    scenario, _ = await scenario_body(request, named=False)

    def answered() -> JSONResponse:
        window = window_of(desk, portfolio_id, as_of_date, lookback)
        return JSONResponse(stress_result_document(hypothetical_stress(Scene(window=window, history=desk.history), scenario), window))

    return await run_in_threadpool(answered)


@router.get("/reverse-stress", response_model=ReverseStressAnswer)
def reverse(
    desk: TheDesk,
    portfolio_id: PortfolioId = None,
    loss_pct: Annotated[
        str | None, Query(description="Loss in percent of net asset value, 0.01 to 1000.", json_schema_extra={"default": f"{100 * LOSS:g}"})
    ] = None,
    loss_amount: Annotated[str | None, Query(description="Loss in money, in place of `loss_pct`.")] = None,
    horizon: Annotated[str, Query(description="Trading days the move may take, 1 to 60.")] = str(HORIZON),
    factors: Factors = None,
    lookback: Lookback = None,
    as_of_date: AsOfDate = None,
) -> JSONResponse:
    """Return the likeliest move of the factors that loses the given share of the value, and how often such a move has happened."""
    return JSONResponse(_reverse(desk, portfolio_id, loss_pct, loss_amount, horizon, factors, lookback, as_of_date))


def _reverse(
    desk: Desk,
    portfolio_id: str | None,
    loss_pct: str | None,
    loss_amount: str | None,
    horizon: str,
    factors: str | None,
    lookback: str | None,
    as_of_date: str | None,
) -> dict[str, object]:
    if loss_pct is not None and loss_amount is not None:
        raise InvalidInput("loss_pct and loss_amount are two ways to say the same; give one of them.")
    share = parameters.number_in(loss_pct, "loss_pct", LOWEST_LOSS, HIGHEST_LOSS, " percent") / 100.0 if loss_pct is not None else LOSS
    amount = parameters.amount(loss_amount, "loss_amount") if loss_amount is not None else None
    days = parameters.horizon(horizon)
    chosen = factors_of(desk, factors)
    window = window_of(desk, portfolio_id, as_of_date, lookback)
    return reverse_stress_document(reverse_stress(window, desk.history, share, days, chosen, amount))
