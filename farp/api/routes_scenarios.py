"""`/scenarios`: which stress scenarios there are, and saving hypothetical ones."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from farp.analysis.stress import shockable
from farp.api import models
from farp.api.bodies import JSON
from farp.api.dependencies import TheDesk
from farp.api.models import Answer
from farp.api.routes_holdings import Changing
from farp.api.scenario_bodies import flag, scenario_body
from farp.engine.stress_library import EXAMPLES, HISTORICAL_SCENARIOS
from farp.errors import FarpError
from farp.report.documents.stress import scenario_document, scenarios_document

router = APIRouter(prefix="/scenarios", tags=["scenarios"], responses=models.ERRORS)


class ShockAnswer(Answer):
    """One shock of a hypothetical scenario."""

    kind: Literal["factor", "asset_class", "sector", "currency", "ticker"]
    name: str
    size_pct: float = Field(description="percent; a currency's is that of its price in the portfolio's base currency")


class ScenarioAnswer(Answer):
    """A scenario: dated, or shocks that happen together."""

    id: str | None = Field(description="null for one that is not saved")
    name: str
    kind: Literal["historical", "example", "saved", "given"]
    what: str = Field(description="a sentence; empty when none was given")
    start_date: dt.date | None = Field(description="a historical scenario runs from this day's close …")
    end_date: dt.date | None = Field(description="… to this day's")
    mode: Literal["direct", "propagated"] | None = Field(description="null for a historical scenario")
    shocks: list[ShockAnswer] | None


class Shockable(Answer):
    """What a shock can name, by kind."""

    factor: list[str]
    asset_class: list[str]
    sector: list[str]
    currency: list[str]
    ticker: list[str]


class ScenarioList(Answer):
    """Every scenario: historical ones by time, examples, saved ones by id."""

    scenarios: list[ScenarioAnswer]
    can_be_shocked: Shockable
    notes: list[str] = Field(description="sentences on saved scenarios that cannot be read")


class ShockBody(BaseModel):
    """One shock."""

    kind: Literal["factor", "asset_class", "sector", "currency", "ticker"]
    name: str = Field(description="as listed under `can_be_shocked` of /scenarios")
    size_pct: float = Field(ge=-100, le=1000, description="percent, -20 is a loss of a fifth")


class ScenarioBody(BaseModel):
    """A hypothetical scenario, as JSON."""

    name: str = ""
    what: str = Field(default="", description="a sentence for people")
    mode: Literal["direct", "propagated"] = Field(
        default="direct", description="direct: only what is named moves; propagated: the rest moves as expected given the shocks"
    )
    shocks: list[ShockBody] = Field(min_length=1, max_length=20)


class SavedScenarioBody(ScenarioBody):
    """The same, to be saved under its name."""

    replace: bool = Field(default=False, description="one of that name may be replaced")


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the description of a JSON body for the documentation."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema["properties"]["shocks"]["items"] = schema["$defs"]["ShockBody"]
    return {"requestBody": {"required": True, "content": {JSON: {"schema": {key: value for key, value in schema.items() if key != "$defs"}}}}}


CHANGE_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {"model": models.Error, "description": "A page of another site sent it."},
    404: {"model": models.Error, "description": "There is no such saved scenario."},
    409: {"model": models.Error, "description": "There is a scenario of that name already."},
    413: {"model": models.Error, "description": "The body is too large."},
    415: {"model": models.Error, "description": "The body is not JSON."},
}


@router.get("", response_model=ScenarioList)
def scenarios(desk: TheDesk) -> JSONResponse:
    """Return every scenario, without figures, and what a shock can name."""
    problems: list[FarpError] = []
    saved = desk.scenarios(on_error=problems.append)
    names = shockable(desk.history, desk.settings.base_currency)
    return JSONResponse(scenarios_document((*HISTORICAL_SCENARIOS, *EXAMPLES, *saved), names, map(str, problems)))


@router.post("", status_code=201, response_model=ScenarioAnswer, responses=CHANGE_ERRORS, openapi_extra=body_of(SavedScenarioBody))
async def save(request: Request, desk: TheDesk, _: Changing) -> JSONResponse:
    """Save a hypothetical scenario under its name, for every portfolio."""
    scenario, body = await scenario_body(request, named=True, more=("replace",))
    may_replace = flag(body, "replace")
    saved = await run_in_threadpool(lambda: desk.save_scenario(scenario, replace=may_replace))
    return JSONResponse(scenario_document(saved), 201, {"Location": f"/api/v1/scenarios/{saved.id}"})


@router.put("/{scenario_id}", response_model=ScenarioAnswer, responses=CHANGE_ERRORS, openapi_extra=body_of(ScenarioBody))
async def replace(request: Request, desk: TheDesk, scenario_id: str, _: Changing) -> JSONResponse:
    """Give a saved scenario other shocks; another name gives it another id."""
    scenario, _body = await scenario_body(request, named=True)
    return JSONResponse(scenario_document(await run_in_threadpool(desk.replace_scenario, scenario_id, scenario)))


@router.delete("/{scenario_id}", status_code=204, responses=CHANGE_ERRORS)
def delete(desk: TheDesk, scenario_id: str, _: Changing) -> Response:
    """Remove a saved scenario."""
    desk.delete_scenario(scenario_id)
    return Response(status_code=204)
