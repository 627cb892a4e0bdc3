"""A run in this process and its cores."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial

from farp.errors import FarpError, SourceUnavailable
from farp.jobs import runs
from farp.jobs.chunk import refresh_chunk, unexpected
from farp.jobs.runs import Request, Run
from farp.service import Desk, open_desk
from farp.settings import Settings

BEAT_SECONDS = 10.0

_desk: Desk | None = None


def refresh(desk: Desk, request: Request, *, on_progress: Callable[[Run], None] = lambda run: None, processes: int | None = None) -> Run:
    """Do a whole run and return it as it ended; `on_progress` gets it after every chunk.

    Interrupted by KeyboardInterrupt, the run is ended as such and the exception comes through; what is done is done, and the next
    run does the rest.

    Raises
    ------
    NotFound
        The owner or portfolio asked for is not there.
    SourceUnavailable
        The store does not answer.
    """
    run = begun(desk, request)
    return carried_out(desk, run, on_progress=on_progress, processes=processes)


def begun(desk: Desk, request: Request) -> Run:
    """Write a new local run that nobody works on yet, and return it; errors as in `refresh`."""
    runs.interrupt_the_silent(desk.store)
    return runs.begin(desk.store, request, workers="local", source_label=desk.history.source_label, users_per_chunk=desk.settings.users_per_chunk)


def carried_out(desk: Desk, run: Run, *, on_progress: Callable[[Run], None] = lambda run: None, processes: int | None = None) -> Run:
    """Work on a local run until it has ended and return it; see `refresh`."""
    on_progress(run)
    cores = processes if processes is not None else (os.cpu_count() or 1)
    try:
        if cores < 2 or len(run.chunks) < 2:  # for a single chunk a second process costs more than it brings
            _here(desk, run, on_progress)
        else:
            _in_processes(desk, run, min(cores, len(run.chunks)), on_progress)
    except BaseException:
        runs.interrupt(desk.store, run.id)
        raise
    return runs.find(desk.store, run.id)


def in_background(desk: Desk, run: Run) -> threading.Thread:
    """Work on a local run beside a server that goes on answering, in processes of their own if there is more than one chunk.

    A server that is stopped from the keyboard waits for the chunks that are begun and ends the run as interrupted; one that is killed leaves a run
    that the next one finds silent.
    """
    thread = threading.Thread(target=_silently, args=(desk.settings, run), name=f"run {run.id}")
    thread.start()
    return thread


def _silently(settings: Settings, run: Run) -> None:
    with suppress(FarpError), open_desk(settings) as desk:  # without the store nothing can be said; the run says when it was last heard of
        try:
            if len(run.chunks) < 2:
                _here(desk, run, lambda heard: None)
            else:
                _in_processes(desk, run, min(os.cpu_count() or 1, len(run.chunks)), lambda heard: None)
        except (FarpError, RuntimeError):  # the second when this process is about to end
            runs.interrupt(desk.store, run.id)


def _here(desk: Desk, run: Run, on_progress: Callable[[Run], None]) -> None:
    """Work on what is open in this process, one chunk after the other."""
    with ThreadPoolExecutor(1) as pool:
        _worked_off(desk, run, pool, lambda number: pool.submit(refresh_chunk, desk, run.id, number), 1, on_progress)


def _in_processes(desk: Desk, run: Run, processes: int, on_progress: Callable[[Run], None]) -> None:
    """Work on what is open, with new processes when one of them died: a chunk that kills its process is divided in the end."""
    # spawned, not forked: a fork would share the parent's threads' locks and database connections
    context = multiprocessing.get_context("spawn")
    current = run
    while current.open_chunks and not current.ended:
        try:
            with ProcessPoolExecutor(processes, mp_context=context, initializer=_prepare) as pool:
                submit = partial(_submitted, pool, desk.settings, run.id)
                # one more than can be worked on, so that nobody waits for us
                _worked_off(desk, current, pool, submit, processes + 1, on_progress)
        except BrokenProcessPool:
            before, current = current, runs.find(desk.store, run.id)
            if current.attempts == before.attempts:
                raise SourceUnavailable("The processes that should do the work end before they begin; look at the memory of this machine.") from None
        else:
            return


def _submitted(pool: ProcessPoolExecutor, settings: Settings, run_id: str, number: int) -> Future[tuple[int, ...]]:
    return pool.submit(_refresh, settings, run_id, number)


def _worked_off(
    desk: Desk, run: Run, pool: Executor, submit: Callable[[int], Future[tuple[int, ...]]], width: int, on_progress: Callable[[Run], None]
) -> None:
    """Have `pool` work on the open chunks, `width` of them handed out at a time; one that fails unexpectedly is divided."""
    todo = deque(run.open_chunks)
    waiting: dict[Future[tuple[int, ...]], int] = {}
    try:
        while todo or waiting:
            while todo and len(waiting) < width:
                number = todo.popleft()
                waiting[submit(number)] = number
            done, _ = wait(waiting, timeout=BEAT_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                number, error = waiting.pop(future), future.exception()
                if error is None or isinstance(error, (FarpError, BrokenProcessPool)):
                    todo.extend(future.result())
                else:
                    todo.extend(runs.divide(desk.store, run.id, number, unexpected(error)))
            runs.beat(desk.store, run.id)
            on_progress(runs.find(desk.store, run.id))
    except BrokenProcessPool:
        raise
    except BaseException:
        runs.interrupt(desk.store, run.id)  # first, so that chunks already handed out are not begun
        pool.shutdown(wait=True, cancel_futures=True)
        raise


def _prepare() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C goes to every process of the terminal; the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went; it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _refresh(settings: Settings, run_id: str, number: int) -> tuple[int, ...]:
    global _desk  # noqa: PLW0603 - one desk a worker process, opened with its first chunk
    if _desk is None:
        _desk = open_desk(settings)
    return refresh_chunk(_desk, run_id, number)
