"""The book refreshed by real worker processes over a real Redis: the same documents, whatever is killed in between."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from farp.jobs import runs
from farp.jobs.broker import REFRESH_BOOK, celery_app
from farp.jobs.local import refresh
from farp.jobs.runs import Request
from farp.service import Desk, open_desk
from farp.settings import load_settings
from farp.store.protocol import PORTFOLIOS, RUNS, USER_PORTFOLIOS
from tests.integration.jobs.conftest import a_chunk_runs, environment, farp, fed, feed_large, newest, results, said, until, working

pytestmark = pytest.mark.redis

USERS = 24


def test_two_workers_write_what_this_process_writes(tmp_path: Path, broker: str) -> None:
    settings = environment(tmp_path, broker, REFRESH_CHUNK_USERS="4")
    with open_desk(load_settings(settings)) as desk:
        desk.seed(USERS, 3)
        desk.store.put(USER_PORTFOLIOS, fed("zz", "Empty"))
        refresh(desk, Request())
        before = results(desk)
        with working(settings, count=2):
            status, out, errors = said(settings, "refresh", "--force")
            assert (status, errors) == (0, "")
            assert f"{USERS + 1} portfolios computed" in out
            assert "empty.zz" in out
            run = newest(desk)
            assert (run.workers, run.state, run.total("computed"), len(run.chunks)) == ("celery", "finished", USERS + 1, 7)
            assert results(desk) == before
            app = celery_app(desk.settings)
            app.send_task(REFRESH_BOOK)  # as every night
            nightly = until(lambda: newest(desk) if newest(desk).id != run.id and newest(desk).ended else None, "the nightly run ends")
            assert (nightly.total("computed"), nightly.total("current")) == (0, USERS + 1)
            status, out, _ = said(settings, "refresh", "--workers", "local")
            assert (status, newest(desk).workers) == (0, "local")


@pytest.mark.mongodb
def test_workers_over_mongodb_write_what_sqlite_holds(desk: Desk, tmp_path: Path, broker: str, mongodb_uri: str, mongodb_database: str) -> None:
    desk.seed(8, 3)
    refresh(desk, Request())
    address, mark, options = mongodb_uri.partition("?")
    settings = environment(tmp_path, broker, REFRESH_CHUNK_USERS="2", MONGODB_URI=f"{address.rstrip('/')}/{mongodb_database}{mark}{options}")
    with open_desk(load_settings(settings)) as other, working(settings, count=2):
        other.seed(8, 3)
        assert said(settings, "refresh")[0] == 0
        assert newest(other).total("computed") == 8
        assert results(other) == results(desk)


def test_a_killed_process_and_a_killed_worker_lose_and_double_nothing(tmp_path: Path, broker: str) -> None:
    settings = environment(tmp_path, broker, REFRESH_CHUNK_USERS="20", REFRESH_VISIBILITY_SECONDS="10")
    with open_desk(load_settings(settings)) as desk:
        feed_large(desk, 60)
        with working(settings) as (worker,):
            waiting = farp(settings, "refresh")
            until(a_chunk_runs(desk), "a chunk is begun")
            for child in worker.children:
                os.kill(child, signal.SIGKILL)
            until(lambda: max(chunk["attempts"] for chunk in newest(desk).chunks) > 1, "what the process had is begun again")
            until(lambda: newest(desk).users_done > 0 and a_chunk_runs(desk)(), "the next chunk is begun")
            worker.kill()
            assert not newest(desk).ended
            with working(settings):
                out, errors = waiting.communicate(timeout=120)
        assert (waiting.returncode, errors) == (0, ""), out
        run = newest(desk)
        assert run.state == "finished"
        assert run.total("computed") + run.total("current") == 60
        assert run.total("failed") == 0
        after = results(desk)
        refresh(desk, Request(force=True))
        assert results(desk) == after


def test_a_user_who_kills_every_worker_is_alone_in_the_end(tmp_path: Path, broker: str) -> None:
    settings = environment(tmp_path, broker, REFRESH_CHUNK_USERS="6")
    with open_desk(load_settings(settings)) as desk:
        names = {"u2": "Deadly", "u5": "Buggy"}
        desk.store.put_many(USER_PORTFOLIOS, [fed(f"u{i}", names.get(f"u{i}", "Good"), ("AAPL", 1.0 + i)) for i in range(8)])
        with working(settings, concurrency=2, script=Path(__file__).with_name("deadly_worker.py")):
            status, out, _ = said(settings, "refresh")
        run = newest(desk)
        assert (status, run.state, run.total("computed"), run.total("failed"), run.users) == (1, "failed", 6, 2, 8)
        reasons = {failure.portfolio_id: failure.reason for failure in run.failures}
        assert "ended 3 times" in reasons["u2"]
        assert "a mistake of ours" in reasons["u5"]
        assert "Some owners were given up" in out
        refresh(desk, Request())  # here nothing is wrong with them
        assert newest(desk).total("computed") == 2


def test_a_store_that_is_away_for_a_moment_is_waited_for(tmp_path: Path, broker: str) -> None:
    settings = environment(tmp_path, broker)
    with open_desk(load_settings(settings)) as desk:
        desk.seed(3, 3)
        with working(settings):
            run = runs.begin(desk.store, Request(), workers="celery", source_label="x")
            with sqlite3.connect(tmp_path / "farp.sqlite", isolation_level=None) as other:
                other.execute("BEGIN IMMEDIATE")
                celery_app(desk.settings).send_task("farp.refresh_chunk", (run.id, 0))
                time.sleep(14)  # a worker waits 10 s for a lock before it says that the store does not answer
                other.execute("ROLLBACK")
            other.close()
            ended = until(lambda: run if (run := runs.find(desk.store, newest(desk).id)).ended else None, "the run ends")
        assert (ended.state, ended.total("computed")) == ("finished", 3)


def test_without_a_broker_there_is_one_sentence(tmp_path: Path) -> None:
    settings = environment(tmp_path, "redis://:secret@127.0.0.1:1/0")
    said(settings, "seed", "--users", "2")
    for command in (["refresh"], ["worker"]):
        status, out, errors = said(settings, *command)
        assert (status, out) == (1, "")
        assert errors.startswith("farp: The broker redis://:**@127.0.0.1:1/0 does not answer")
        assert errors.count("\n") == 1
        assert "secret" not in errors
    with open_desk(load_settings(settings)) as desk:
        assert newest(desk).state == "interrupted"
        assert said(settings, "refresh", "--workers", "local")[0] == 0
        assert newest(desk).total("computed") == 2
    status, _, errors = said(environment(tmp_path), "worker")
    assert (status, "CELERY_BROKER_URL" in errors) == (1, True)
    assert said(environment(tmp_path), "refresh", "--workers", "everywhere")[0] == 2


def test_stopped_while_nobody_works_the_messages_do_nothing_later(tmp_path: Path, broker: str) -> None:
    settings = environment(tmp_path, broker)
    with open_desk(load_settings(settings)) as desk:
        desk.seed(3, 3)
        process = farp(settings, "refresh")
        until(lambda: desk.store.count(RUNS), "a run begins")
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, newest(desk).state) == (130, "interrupted")
        assert "Traceback" not in errors
        with working(settings):
            time.sleep(2)
            document = desk.store.get(PORTFOLIOS, next(desk.store.ids(PORTFOLIOS)))
            assert document is not None
            assert "risk" not in document["portfolios"][0]
            assert said(settings, "refresh")[0] == 0
        assert newest(desk).total("computed") == 3
