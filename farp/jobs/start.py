"""Beginning a run without waiting for it, for the API and the page."""

from __future__ import annotations

from farp.errors import InProgress
from farp.jobs import local, runs
from farp.jobs.runs import Request, Run
from farp.service import Desk


def start(desk: Desk, request: Request) -> Run:
    """Begin a run on the workers if there is a broker, else in processes of this server, and return it as it begins.

    Raises
    ------
    InProgress
        A run is in progress.
    NotFound
        The owner or portfolio asked for is not there.
    SourceUnavailable
        The store or the broker does not answer.
    """
    runs.interrupt_the_silent(desk.store)
    busy = in_progress(desk)
    if busy is not None:
        raise InProgress("run", busy.id)
    if desk.settings.celery_broker_url is not None:
        from farp.jobs.broker import celery_app
        from farp.jobs.tasks import begun

        return begun(celery_app(desk.settings), desk, request)
    run = local.begun(desk, request)
    if not run.ended:
        local.in_background(desk, run)
    return run


def in_progress(desk: Desk) -> Run | None:
    """Return the newest run that goes on, None when there is none."""
    return next((run for run in runs.latest(desk.store, limit=10) if not run.ended), None)
