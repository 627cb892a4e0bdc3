"""A run in this process and its cores."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

from farp.jobs import runs
from farp.jobs.chunk import refresh_chunk
from farp.jobs.runs import Request, Run
from farp.service import Desk, open_desk
from farp.settings import Settings

INLINE_USERS = 300
"""Below this many users a second process costs more than it brings."""
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
    runs.interrupt_the_silent(desk.store)
    run = runs.begin(desk.store, request, workers="local", source_label=desk.history.source_label)
    on_progress(run)
    cores = processes if processes is not None else (os.cpu_count() or 1)
    try:
        if cores < 2 or run.users < INLINE_USERS or len(run.chunks) < 2:
            for number in range(len(run.chunks)):
                refresh_chunk(desk, run.id, number)
                on_progress(runs.find(desk.store, run.id))
        else:
            _in_processes(desk, run, min(cores, len(run.chunks)), on_progress)
    except BaseException:
        runs.interrupt(desk.store, run.id)
        raise
    return runs.find(desk.store, run.id)


def _in_processes(desk: Desk, run: Run, processes: int, on_progress: Callable[[Run], None]) -> None:
    # spawned, not forked: a fork would share the parent's threads' locks and database connections
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_open, initargs=(desk.settings,)) as pool:
        waiting: set[Future[None]] = {pool.submit(_refresh, run.id, number) for number in range(len(run.chunks))}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=BEAT_SECONDS, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                runs.beat(desk.store, run.id)
                on_progress(runs.find(desk.store, run.id))
        except BaseException:
            runs.interrupt(desk.store, run.id)  # first, so that chunks already handed to a process are not begun
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _open(settings: Settings) -> None:
    global _desk  # noqa: PLW0603 - one desk a worker process, opened when the process starts
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C goes to every process of the terminal; the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _desk = open_desk(settings)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went; it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _refresh(run_id: str, number: int) -> None:
    assert _desk is not None  # narrows the type: the pool's initializer ran first
    refresh_chunk(_desk, run_id, number)
