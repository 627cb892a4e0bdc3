"""`/health`: whether the service can answer, and from what."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from farp import __version__
from farp.api import models
from farp.api.dependencies import TheDesk

router = APIRouter(tags=["service"], responses={503: models.ERRORS[503]})


@router.get("/health", response_model=models.Health)
def health(desk: TheDesk) -> JSONResponse:
    """Return what is configured and how fresh the prices are; status 503 when the store does not answer."""
    status = desk.status()
    return JSONResponse(
        {
            "status": "ok",
            "version": __version__,
            "store": status.store,
            "users": status.users,
            "source": status.source,
            "source_label": status.source_label,
            "last_price_date": status.last_price_date.isoformat() if status.last_price_date else None,
            "instruments": status.instruments,
            "benchmark": status.benchmark,
            "risk_free_rate": status.risk_free_rate,
        }
    )
