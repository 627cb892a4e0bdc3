"""Errors -> JSON: ``{"error": {"status", "type", "message", ...}}``, always one sentence, never HTML or a traceback."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from farp.api.headers import HEADERS
from farp.errors import Conflict, DataError, FarpError, Forbidden, InsufficientHistory, InvalidInput, NotFound, NothingToAnalyse, SourceUnavailable
from farp.report.documents.common import exclusion_document
from farp.valuation import Exclusion

_STATUS: tuple[tuple[type[FarpError], int, str], ...] = (
    (NotFound, 404, "not_found"),
    (InvalidInput, 422, "invalid_input"),
    (Conflict, 409, "conflict"),
    (InsufficientHistory, 409, "insufficient_history"),
    (NothingToAnalyse, 409, "nothing_to_analyse"),
    (DataError, 409, "data_error"),
    (Forbidden, 403, "forbidden"),
    (SourceUnavailable, 503, "source_unavailable"),
)
_RETRY_SECONDS = 5
_DOCS = "/api/v1/docs"


class Refused(HTTPException):
    """A request that is refused before it is understood: its status, type and sentence."""

    def __init__(self, status: int, type: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, message, headers)
        self.type = type


def add_error_handlers(app: FastAPI) -> None:
    """Make every error of `app` a JSON answer."""
    app.add_exception_handler(FarpError, _farp_error)
    app.add_exception_handler(RequestValidationError, _unreadable_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def error_document(status: int, type: str, message: str, **details: Any) -> dict[str, Any]:
    """Return the body of an error answer."""
    return {"error": {"status": status, "type": type, "message": message, **details}}


def _farp_error(_: Request, error: Exception) -> JSONResponse:
    status, name = next(((status, name) for kind, status, name in _STATUS if isinstance(error, kind)), (500, "internal"))
    details: dict[str, Any] = {}
    if isinstance(error, InsufficientHistory):
        details = {"data_points": error.observations, "needed": error.needed}
    elif isinstance(error, NothingToAnalyse):
        details = {"data_points": 0, "excluded": [exclusion_document(e) for e in error.exclusions if isinstance(e, Exclusion)]}
    headers = {"Retry-After": str(_RETRY_SECONDS)} if status == 503 else None
    return JSONResponse(error_document(status, name, str(error), **details), status, headers)


def _http_error(request: Request, error: Exception) -> JSONResponse:
    """Answer for what is refused at the door: an unknown address, a method an address does not know, too much or the wrong kind of data."""
    if isinstance(error, Refused):
        return JSONResponse(error_document(error.status_code, error.type, error.detail), error.status_code, error.headers)
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    match status:
        case 404:
            body = error_document(404, "not_found", f"There is nothing at {request.url.path}; {_DOCS} lists the addresses.")
        case 405:
            allowed = _methods(request) or headers.get("allow", "GET")
            headers = {"Allow": allowed}
            body = error_document(405, "method_not_allowed", f"{request.url.path} answers {allowed} only; {_DOCS} lists the addresses.")
        case _:
            body = error_document(status, "refused", f"The request was refused with status {status}; {_DOCS} says what is possible.")
    return JSONResponse(body, status, headers)


def _methods(request: Request) -> str:
    """Return the methods that the documentation gives for the request's address; the framework itself names those of one route only."""
    methods: set[str] = set()
    for path, described in request.app.openapi()["paths"].items():
        pattern = "[^/]+".join(re.escape(part) for part in re.split(r"\{[^}]+\}", path))
        if re.fullmatch(pattern, request.url.path):
            methods |= {method.upper() for method in described}
    return ", ".join(sorted(methods))


def _unreadable_request(_: Request, error: Exception) -> JSONResponse:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    sentences = [f"{problem['loc'][-1]}: {problem['msg']}" for problem in problems]
    return JSONResponse(error_document(422, "invalid_input", f"The request cannot be used: {'; '.join(sentences)}."), 422)


def _unexpected(_: Request, __: Exception) -> JSONResponse:
    """Answer for a mistake of ours, made outside the middlewares; the server then writes the traceback to its standard error."""
    message = "Something went wrong on the server, which has logged the details; please report it."
    return JSONResponse(error_document(500, "internal", message), 500, HEADERS)
