"""Results that a run has stored, for whoever would compute the same: only what is current."""

from __future__ import annotations

import datetime as dt
from typing import Any

from farp.jobs.inputs import Inputs
from farp.portfolio import Portfolio
from farp.report.documents.common import day, identity
from farp.service import Desk
from farp.store.protocol import FACTOR_CONTRIBUTIONS, Document


def stored_contributions(desk: Desk, portfolio: Portfolio, as_of: dt.date | None) -> Document | None:
    """Return the stored factor contributions of `portfolio` if they are what would be computed now, with the name it has now; else None.

    They are when portfolio, prices up to the day and spec are those they were computed from, and they were asked for the same day: `as_of` None
    and the last day with prices are the same, unless there is something to say about the difference.
    """
    found = desk.store.get(FACTOR_CONTRIBUTIONS, portfolio.id)
    if found is None or "matrix" not in found or found["inputs"] != Inputs(desk.history, as_of, desk.analysis_spec()).of(portfolio):
        return None
    asked = day(as_of)
    if asked != found["requested_as_of_date"] and not {asked, found["requested_as_of_date"]} <= {None, found["date"]}:
        return None
    return {**found, **identity(portfolio), "requested_as_of_date": asked}


def computed_at(document: Document) -> str:
    """Return the moment of a stored result as ISO text."""
    moment: Any = document["computed_at"]
    return str(moment.isoformat())
