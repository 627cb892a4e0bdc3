"""`/runs`: how refreshing the whole book went, and beginning it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from farp import parameters
from farp.api import models
from farp.api.bodies import JSON, json_object
from farp.api.dependencies import TheDesk
from farp.api.models import Answer
from farp.api.routes_holdings import Changing
from farp.api.scenario_bodies import flag
from farp.errors import InvalidInput
from farp.jobs import runs
from farp.jobs.documents import run_document, runs_document
from farp.jobs.runs import Request as Wish
from farp.jobs.start import start

router = APIRouter(prefix="/runs", tags=["runs"], responses=models.ERRORS)

LIMIT_BYTES = 4 * 1024
EXAMPLE = '{"owner": "user_003", "force": true}'
MOST_RUNS = 500


class RunCounts(Answer):
    """Portfolios of a run, each in one of these."""

    computed: int
    current: int = Field(description="were stored already with these positions and prices")
    changed_meanwhile: int = Field(description="were changed by their owner in between and wait for the next run")
    failed: int = Field(description="could not be computed; they are among `computed` when the reason is kept with the portfolio")


class RunFailure(Answer):
    """A portfolio, or an owner, without figures."""

    portfolio_id: str
    reason: str


class RunAnswer(Answer):
    """One run of the book."""

    run_id: str
    state: Literal["running", "finished", "interrupted", "failed"] = Field(description="`failed`: some owners had to be given up")
    workers: Literal["local", "celery"]
    started_at: dt.datetime
    finished_at: dt.datetime | None
    duration_seconds: float = Field(description="so far, while it is running")
    as_of_date: dt.date | None = Field(description="the day asked for; null for the last with prices")
    owner: str | None
    portfolio_id: str | None
    force: bool
    source_label: str
    price_date: dt.date | None = Field(description="the day of the figures")
    users: int
    users_done: int
    portfolios: RunCounts
    failures: list[RunFailure] = Field(description="the first 200")
    failures_not_listed: int


class RunList(Answer):
    """Runs, the newest first."""

    runs: list[RunAnswer]


class RunWish(BaseModel):
    """What a run shall do; without a body everything that is not current."""

    owner: str | None = Field(None, description="only the portfolios of this owner")
    portfolio_id: str | None = Field(None, description="only this portfolio")
    as_of_date: dt.date | None = None
    force: bool = Field(False, description="compute also what is current")


_BODY: dict[str, Any] = {"requestBody": {"required": False, "content": {JSON: {"schema": models.body_schema(RunWish)}}}}

_REFUSALS: dict[int | str, dict[str, Any]] = {
    403: {"model": models.Error, "description": "A page of another site sent it."},
    404: {"model": models.Error, "description": "There is no such owner or portfolio."},
    409: {"model": models.Error, "description": "A run is in progress."},
    413: {"model": models.Error, "description": "The body is too large."},
    415: {"model": models.Error, "description": "The body is not JSON."},
}


@router.get("", response_model=RunList)
def every_run(
    desk: TheDesk, limit: Annotated[str, Query(description=f"How many, 1 to {MOST_RUNS}.", json_schema_extra={"default": "50"})] = "50"
) -> JSONResponse:
    """Return the newest runs of the book."""
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 3 and 1 <= int(limit) <= MOST_RUNS):
        raise InvalidInput(f"limit must be a whole number from 1 to {MOST_RUNS}, got {parameters.quoted(limit)}.")
    return JSONResponse(runs_document(runs.latest(desk.store, int(limit))))


@router.get("/{run_id}", response_model=RunAnswer)
def one_run(desk: TheDesk, run_id: str) -> JSONResponse:
    """Return how far one run is, or how it ended."""
    return JSONResponse(run_document(runs.find(desk.store, run_id)))


@router.post("", status_code=202, response_model=RunAnswer, responses=_REFUSALS, openapi_extra=_BODY)
async def begin(request: Request, desk: TheDesk, _: Changing) -> JSONResponse:
    """Begin a run on the workers, or in processes of this server when there is no broker; 409 while one is in progress."""
    document = {}
    if request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers:
        document = await json_object(request, LIMIT_BYTES, RunWish.model_fields, EXAMPLE)
    wish = Wish(owner=_text(document, "owner"), portfolio=_text(document, "portfolio_id"), as_of=_day(document), force=flag(document, "force"))
    if wish.owner is not None and wish.portfolio is not None:
        raise InvalidInput("Give owner or portfolio_id, not both.")
    run = await run_in_threadpool(start, desk, wish)
    return JSONResponse(run_document(run), 202, {"Location": f"{request.url.path}/{run.id}"})


def _text(document: dict[str, Any], name: str) -> str | None:
    value = document.get(name)
    if value is not None and (not isinstance(value, str) or not value or "\0" in value):
        raise InvalidInput(f"{name} must be the text of an id, got {parameters.quoted(str(value))}.")
    return value


def _day(document: dict[str, Any]) -> dt.date | None:
    value = _text(document, "as_of_date")
    return None if value is None else parameters.date(value)
