"""The API's own documentation in a browser: Swagger UI, served from this package, so it works without a network."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

OPENAPI_PATH = "/api/v1/openapi.json"
DOCS_PATH = "/api/v1/docs"
STATIC_PATH = "/api/v1/static"

# Swagger UI sets style attributes and draws its icons as data: images; everything else is a file of ours.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>FARP API</title>
<link rel="icon" type="image/png" href="{STATIC_PATH}/favicon-32x32.png">
<link rel="stylesheet" href="{STATIC_PATH}/swagger-ui.css">
</head>
<body>
<div id="swagger-ui" data-openapi="{OPENAPI_PATH}"></div>
<script src="{STATIC_PATH}/swagger-ui-bundle.js"></script>
<script src="{STATIC_PATH}/docs.js"></script>
</body>
</html>
"""


class _CachedFiles(StaticFiles):
    """Files that change only with a release, so a browser may keep them for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "max-age=3600"
        return response


def add_documentation(app: FastAPI) -> None:
    """Add the documentation page, its files, and short ways to it from `/` and `/docs`."""
    app.mount(STATIC_PATH, _CachedFiles(directory=Path(__file__).with_name("static")), name="static")

    @app.get(DOCS_PATH, include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})

    @app.get("/docs", include_in_schema=False)
    @app.get("/", include_in_schema=False)
    def to_docs() -> RedirectResponse:
        return RedirectResponse(DOCS_PATH)
