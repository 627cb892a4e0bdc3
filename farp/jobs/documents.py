"""Runs as documents, for the API and `--json`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from farp.jobs.runs import Run
from farp.report.documents.common import JsonObject


def run_document(run: Run) -> JsonObject:
    """Return one run: what was asked, how far it is, what failed."""
    failed = run.total("failed")
    return {
        "run_id": run.id,
        "state": run.state,
        "workers": run.workers,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "duration_seconds": run.seconds,
        "as_of_date": _day(run.request.as_of),
        "owner": run.request.owner,
        "portfolio_id": run.request.portfolio,
        "force": run.request.force,
        "source_label": run.source_label,
        "price_date": _day(run.price_date),
        "users": run.users,
        "users_done": run.users_done,
        "portfolios": {
            "computed": run.total("computed"),
            "current": run.total("current"),
            "changed_meanwhile": run.total("changed"),
            "failed": failed,
        },
        "failures": [{"portfolio_id": failure.portfolio_id, "reason": failure.reason} for failure in run.failures],
        "failures_not_listed": max(failed - len(run.failures), 0),
    }


def runs_document(runs: Iterable[Run]) -> JsonObject:
    """Return the runs, the newest first."""
    return {"runs": [run_document(run) for run in runs]}


def _day(date: dt.date | None) -> str | None:
    return date.isoformat() if date else None
