"""The tasks that Celery workers do: a chunk of a run, and the nightly run itself."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from celery import Task, shared_task

from farp.errors import FarpError, InvalidInput, SourceUnavailable
from farp.jobs import runs
from farp.jobs.broker import REFRESH_BOOK, REFRESH_CHUNK, send_chunks
from farp.jobs.chunk import refresh_chunk as do_chunk
from farp.jobs.chunk import unexpected
from farp.jobs.runs import Request
from farp.service import Desk, open_desk
from farp.settings import Settings

MOST_RETRIES = 6
"""After 2, 4, 8, 16, 32 and 64 seconds."""

_settings: Settings | None = None
_desk: Desk | None = None


def use(settings: Settings) -> None:
    """Set what the worker processes of this one, which are forked later, shall work with."""
    global _settings  # noqa: PLW0603 - a task gets its arguments from the queue, and nothing secret may lie there
    _settings = settings


def desk_of_process() -> Desk:
    """Return the desk of this worker process, opened with its first task, with the prices as they are now."""
    global _desk  # noqa: PLW0603 - one desk a worker process
    if _desk is None:
        if _settings is None:
            raise InvalidInput("Tasks of FARP run in a worker that `farp worker` started.")
        _desk = open_desk(_settings)
    _desk = _desk.refreshed()
    return _desk


class _ChunkTask(Task):  # type: ignore[misc]
    """Records the chunk of a task that failed for good, so that its run comes to an end."""

    def on_failure(self, exc: BaseException, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        run_id, number = args
        with suppress(FarpError):  # with the store gone there is nowhere to record it; the run says when it was last heard of
            pieces = runs.divide(desk_of_process().store, run_id, number, str(exc) if isinstance(exc, FarpError) else unexpected(exc))
            send_chunks(self.app, run_id, pieces)


@shared_task(name=REFRESH_CHUNK, bind=True, base=_ChunkTask, max_retries=MOST_RETRIES)  # type: ignore[untyped-decorator]
def refresh_chunk(task: Any, run_id: str, number: int) -> None:
    """Do one chunk; what can recover is tried again a few times, a chunk that keeps killing its workers is divided."""
    try:
        pieces = do_chunk(desk_of_process(), run_id, number)
        send_chunks(task.app, run_id, pieces)
    except SourceUnavailable as error:
        raise task.retry(exc=error, countdown=2 ** (task.request.retries + 1)) from error


@shared_task(name=REFRESH_BOOK, bind=True, max_retries=MOST_RETRIES)  # type: ignore[untyped-decorator]
def refresh_book(task: Any) -> None:
    """Begin a run of the whole book, as every night."""
    try:
        begun(task.app, desk_of_process(), Request())
    except SourceUnavailable as error:
        raise task.retry(exc=error, countdown=2 ** (task.request.retries + 1)) from error


def begun(app: Any, desk: Desk, request: Request) -> runs.Run:
    """Write a run and put its chunks into the queue; a run whose chunks the broker does not take is ended at once."""
    runs.interrupt_the_silent(desk.store)
    run = runs.begin(desk.store, request, workers="celery", source_label=desk.history.source_label, users_per_chunk=desk.settings.users_per_chunk)
    try:
        send_chunks(app, run.id, run.open_chunks)
    except SourceUnavailable:
        runs.interrupt(desk.store, run.id)
        raise
    return run
