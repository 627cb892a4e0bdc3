"""A worker process of Celery with its children, and the wait for a run that workers do."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable
from typing import Any

from celery.platforms import SecurityWarning
from celery.signals import worker_ready

from farp.jobs import runs, tasks
from farp.jobs.broker import celery_app, place_of, require_broker
from farp.jobs.runs import Request, Run
from farp.service import Desk
from farp.settings import Settings

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 10.0
"""After which it is said that no worker came."""


def work(settings: Settings, *, concurrency: int | None, beat: bool, on_ready: Callable[[str], None]) -> int:
    """Do tasks until told to stop, and return the exit status; `on_ready` gets a sentence when the first task can be taken.

    Parameters
    ----------
    concurrency
        Processes, by default one a core.
    beat
        Also begin the nightly run; one worker of all should.

    Raises
    ------
    InvalidInput
        No broker is set.
    SourceUnavailable
        The broker does not answer. One that goes away later is waited for.
    """
    app = celery_app(settings)
    require_broker(app)
    tasks.use(settings)
    processes = concurrency or os.cpu_count() or 1

    def ready(**_: Any) -> None:
        nightly = f", every night at {settings.refresh_at:%H:%M} UTC" if beat else ""
        on_ready(f"{processes} process{'' if processes == 1 else 'es'} wait for work from {place_of(app)}{nightly}. Ctrl+C stops.")

    worker_ready.connect(ready, weak=False)
    # the danger it warns root of is pickled messages, and only JSON is taken
    warnings.filterwarnings("ignore", category=SecurityWarning)
    worker = app.Worker(
        concurrency=processes,
        pool="prefork",
        beat=beat,
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        hostname=f"farp-{os.getpid()}@{os.uname().nodename}",
    )
    worker.start()
    return int(worker.exitcode or 0)


def refresh(
    desk: Desk,
    request: Request,
    *,
    on_progress: Callable[[Run], None] = lambda run: None,
    on_waiting: Callable[[], None] = lambda: None,
) -> Run:
    """Have a whole run done by workers, wait for it and return it; interrupted by KeyboardInterrupt, the run is ended as such.

    `on_waiting` is called once when no worker has begun anything for a while.

    Raises
    ------
    NotFound
        The owner or portfolio asked for is not there.
    SourceUnavailable
        The store or the broker does not answer.
    """
    run = tasks.begun(celery_app(desk.settings), desk, request)
    start, told = time.monotonic(), False
    try:
        while not run.ended:
            on_progress(run)
            if not told and not run.attempts and time.monotonic() - start > PATIENCE_SECONDS:
                on_waiting()
                told = True
            time.sleep(POLL_SECONDS)
            run = runs.find(desk.store, run.id)
    except KeyboardInterrupt:
        runs.interrupt(desk.store, run.id)
        raise
    on_progress(run)
    return run
