"""What all documents share: how numbers, days and provenance are written. Nothing is rounded; what is undefined is null."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from farp.portfolio import Portfolio
from farp.valuation import Exclusion, ExclusionReason

JsonObject = dict[str, Any]


class Basis(Protocol):
    """What figures rest on: a `RiskReport` or a `Window`."""

    @property
    def portfolio(self) -> Portfolio:
        """What is analysed."""

    @property
    def requested_as_of(self) -> dt.date | None:
        """The day asked for."""

    @property
    def source(self) -> str:
        """The price source."""

    @property
    def source_label(self) -> str:
        """Its name for people."""

    @property
    def excluded(self) -> tuple[Exclusion, ...]:
        """What is left out."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about all figures."""


def identity(portfolio: Portfolio) -> JsonObject:
    """Return which portfolio an answer is about."""
    return {"portfolio_id": portfolio.id, "portfolio_name": portfolio.name, "currency": portfolio.base_currency}


def provenance(basis: Basis) -> JsonObject:
    """Return where the figures come from and what they leave out; part of every answer with figures."""
    return {
        "requested_as_of_date": day(basis.requested_as_of),
        "source": basis.source,
        "source_label": basis.source_label,
        "excluded": [exclusion_document(exclusion) for exclusion in basis.excluded],
        "excluded_value": number(excluded_value(basis.excluded)),
        "notes": list(basis.notes),
    }


def exclusion_document(exclusion: Exclusion) -> JsonObject:
    """Return one position that is left out, and why."""
    return {
        "ticker": exclusion.ticker,
        "quantity": number(exclusion.quantity),
        "reason": exclusion.reason.value,
        "message": exclusion.message,
        "last_price_date": day(exclusion.last_price_date),
        "last_value": number(exclusion.last_value),
    }


def excluded_value(exclusions: Iterable[Exclusion]) -> float | None:
    """Return what the excluded positions were last worth together, short ones negative; None when no worth of any is known."""
    exclusions = [exclusion for exclusion in exclusions if exclusion.reason is not ExclusionReason.ZERO_QUANTITY]
    known = [exclusion.last_value for exclusion in exclusions if exclusion.last_value is not None]
    return math.fsum(known) if known or not exclusions else None


def confidence_percent(fraction: float) -> int | float:
    """Return a confidence as the whole percent it is meant to be: 0.95 -> 95, and 0.995 -> 99.5."""
    value = round(100.0 * fraction, 9)
    return int(value) if value.is_integer() else value


def day(date: dt.date | None) -> str | None:
    """Return a date as YYYY-MM-DD."""
    return date.isoformat() if date else None


def percent(fraction: float | None) -> float | None:
    """Return a fraction as percent."""
    return None if fraction is None else number(100.0 * fraction)


def percent_of(amount: float | None, total: float) -> float | None:
    """Return `amount` as percent of `total`; null when that is not positive."""
    return percent(amount / total) if amount is not None and total > 0 else None


def number(value: float | None) -> float | None:
    """Return a plain float; None for what JSON has no number for."""
    return float(value) if value is not None and math.isfinite(value) else None


def row(values: ArrayLike, scale: float = 1.0) -> list[float | None]:
    """Return one series of numbers, null where there is none."""
    return _listed(values, scale)


def rows(values: ArrayLike, scale: float = 1.0) -> list[list[float | None]]:
    """Return a matrix of numbers row by row."""
    return _listed(values, scale)


def _listed(values: ArrayLike, scale: float) -> list[Any]:
    array = scale * np.asarray(values, dtype=np.float64)
    known = np.isfinite(array)
    found: Any = array
    if not known.all():
        found = array.astype(object)
        found[~known] = None
    listed: list[Any] = found.tolist()
    return listed
