"""`/prices`: how fresh every series is; nothing is fetched here."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from farp.api.dependencies import TheDesk
from farp.api.models import ERRORS, Answer
from farp.report.documents.prices import prices_document

router = APIRouter(tags=["service"], responses={503: ERRORS[503]})


class Jump(Answer):
    """A move of more than 25 % from one close to the next."""

    date: dt.date
    before: float
    after: float
    change_pct: float


class Gap(Answer):
    """More than five weekdays in a row without a close."""

    first_date: dt.date
    last_date: dt.date
    business_days: int


class Event(Answer):
    """Something that happened to a series, such as a past that changed."""

    at: dt.datetime
    message: str


class PriceSeries(Answer):
    """How one series stands."""

    ticker: str
    name: str | None
    needed_for: list[str]
    source: str | None
    own_file: bool
    outcome: Literal["priced", "stale", "missing", "failed"]
    message: str | None
    closes: int
    first_date: dt.date | None
    last_date: dt.date | None
    business_days_old: int | None
    fetched_at: dt.datetime | None
    jumps: list[Jump]
    gaps: list[Gap]
    events: list[Event]


class Prices(Answer):
    """The price source in use, how many of the needed series stand how, and every series."""

    source: str
    source_label: str
    source_fixed: bool
    benchmark: str
    last_price_date: dt.date | None
    updated_at: dt.datetime | None
    priced: int
    stale: int
    missing: int
    failed: int
    series: list[PriceSeries]


@router.get("/prices", response_model=Prices)
def prices(desk: TheDesk) -> JSONResponse:
    """Return how fresh the prices are: per series its last close, its age, and jumps and gaps of five years for review."""
    return JSONResponse(prices_document(desk.prices.status()))
