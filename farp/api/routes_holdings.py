"""`/portfolios`, the half that changes something: save a holdings file or positions, replace, remove, and export."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from farp import parameters
from farp.api import models
from farp.api.bodies import FORM, JSON, HoldingsBody, holdings_body
from farp.api.dependencies import TheDesk, portfolio_document_of
from farp.api.errors import error_document
from farp.errors import Forbidden, InvalidInput
from farp.holdings import document
from farp.holdings.result import HoldingsImport
from farp.portfolio import Portfolio, Position
from farp.service import DEFAULT_OWNER, Desk, Unresolved, answered, assumptions, currency_code, export_csv, name_from_file, reading_of


def same_origin(request: Request) -> None:
    """Refuse a change that a page of another site makes a browser send; programs send no Origin."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
        raise Forbidden("A page of another site may not change portfolios; send the request from a program, or from a page of this address.")


router = APIRouter(prefix="/portfolios", tags=["portfolios"], responses=models.ERRORS)
Changing = Annotated[None, Depends(same_origin)]

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {FORM: {"schema": models.body_schema(models.UploadForm)}, JSON: {"schema": models.body_schema(models.PositionsBody)}},
    }
}


@router.post("", status_code=201, response_model=models.Imported, responses=models.UPLOAD_ERRORS, openapi_extra=_BODY)
async def create(request: Request, desk: TheDesk, _: Changing) -> JSONResponse:
    """Save a portfolio from a holdings file or from positions; with `dry_run`, only say what would be saved (status 200)."""
    body = await holdings_body(request, desk.settings.upload_bytes)
    return await run_in_threadpool(_created, desk, body)


@router.put("/{portfolio_id}", response_model=models.Imported, responses=models.UPLOAD_ERRORS, openapi_extra=_BODY)
async def replace(request: Request, desk: TheDesk, portfolio_id: str, _: Changing) -> JSONResponse:
    """Give a saved portfolio the positions of a holdings file, or those listed; name and currency stay unless they are given."""
    _usable(portfolio_id)
    body = await holdings_body(request, desk.settings.upload_bytes)
    return await run_in_threadpool(_replaced, desk, portfolio_id, body)


@router.delete("/{portfolio_id}", status_code=204)
def delete(desk: TheDesk, portfolio_id: str, _: Changing) -> Response:
    """Remove a portfolio."""
    _usable(portfolio_id)
    desk.delete_portfolio(portfolio_id)
    return Response(status_code=204)


@router.get(
    "/{portfolio_id}/positions.csv",
    response_model=None,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The positions as CSV, which imports back."}},
)
def positions_csv(desk: TheDesk, portfolio_id: str) -> Response:
    """Return the positions as CSV that imports back to the same portfolio; formula characters are neutralised."""
    _usable(portfolio_id)
    portfolio = desk.portfolio(portfolio_id)
    filename = re.sub(r"[^A-Za-z0-9._-]", "-", portfolio.id)
    headers = {"Content-Disposition": f'attachment; filename="{filename}.csv"'}
    return Response(export_csv(portfolio, desk.history), media_type="text/csv; charset=utf-8", headers=headers)


def _created(desk: Desk, body: HoldingsBody) -> JSONResponse:
    name = _name(body)
    currency = currency_code(body.base_currency or desk.settings.base_currency)
    reading = _reading(desk, body)
    if reading.outcome in {"error", "needs_user"}:
        return _refusal(reading)
    positions, unresolved = desk.positions_of(reading, base_currency=currency, as_of=body.as_of, portfolio_value=body.portfolio_value)
    saved = None
    if not body.dry_run:
        saved = desk.save_portfolio(
            name,
            positions,
            owner=body.owner or DEFAULT_OWNER,
            description=body.description or "",
            base_currency=currency,
            replace=body.replace,
        )
    answer = _answer(desk, body, reading, positions, unresolved, saved, currency)
    if saved is None:
        return JSONResponse(answer)
    return JSONResponse(answer, 201, {"Location": f"/api/v1/portfolios/{saved.id}"})


def _replaced(desk: Desk, portfolio_id: str, body: HoldingsBody) -> JSONResponse:
    before = desk.portfolio(portfolio_id)
    if body.owner is not None and body.owner != before.owner_id:
        raise InvalidInput(f"Portfolio {portfolio_id!r} belongs to {before.owner_id!r}, and that cannot be changed; leave owner out.")
    currency = currency_code(body.base_currency or before.base_currency)
    reading = _reading(desk, body)
    if reading.outcome in {"error", "needs_user"}:
        return _refusal(reading)
    positions, unresolved = desk.positions_of(reading, base_currency=currency, as_of=body.as_of, portfolio_value=body.portfolio_value)
    saved = None
    if not body.dry_run:
        saved = desk.replace_positions(
            portfolio_id,
            positions,
            name=body.name,
            description=body.description,
            base_currency=None if body.base_currency is None else currency,
        )
    return JSONResponse(_answer(desk, body, reading, positions, unresolved, saved, currency))


def _reading(desk: Desk, body: HoldingsBody) -> HoldingsImport:
    if body.file is None:
        return reading_of(body.positions or (), desk.history.instruments)
    data, filename = body.file, body.filename
    return answered(lambda answers: desk.read_holdings(data, filename, answers), body.answers, portfolio_value=body.portfolio_value, as_of=body.as_of)


def _refusal(reading: HoldingsImport) -> JSONResponse:
    if reading.outcome == "error":
        body = error_document(422, "unreadable_holdings", reading.error or "The file cannot be read.")
    else:
        keys = ", ".join(question.key for question in reading.questions)
        body = error_document(
            422, "needs_answers", f"The file leaves something open; send it again with answers to: {keys} (import.questions says what is asked)."
        )
    return JSONResponse({**body, "import": document(reading)}, 422)


def _answer(
    desk: Desk,
    body: HoldingsBody,
    reading: HoldingsImport,
    positions: tuple[Position, ...],
    unresolved: tuple[Unresolved, ...],
    saved: Portfolio | None,
    currency: str,
) -> dict[str, Any]:
    return {
        "portfolio": portfolio_document_of(desk, saved.id, None) if saved else None,
        "import": document(reading),
        "positions": [{"ticker": position.ticker, "quantity": position.quantity} for position in positions],
        "unresolved": [{"label": item.label, "lines": list(item.lines), "message": item.message} for item in unresolved],
        "notes": list(assumptions(reading, desk.history, base_currency=currency, as_of=body.as_of)),
    }


def _name(body: HoldingsBody) -> str:
    """Return the name given, else the file's without its ending."""
    if body.name is not None:
        return body.name
    if body.file is None:
        raise InvalidInput("name is missing; a portfolio of listed positions needs one.")
    return name_from_file(body.filename)


def _usable(portfolio_id: str) -> None:
    parameters.known_once([("portfolio_id", portfolio_id)], ["portfolio_id"])
