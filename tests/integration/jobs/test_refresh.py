"""The book refreshed in this process and its cores, on a real store: what is written, when it is current, and what a crash leaves behind."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from farp.analysis import analyse
from farp.errors import InvalidInput, NotFound, SourceUnavailable
from farp.jobs import runs
from farp.jobs.chunk import refresh_chunk
from farp.jobs.local import refresh
from farp.jobs.runs import Request
from farp.portfolio import Position
from farp.report.documents.report import factor_contributions_document, metrics_document
from farp.service import Desk, open_desk
from farp.settings import load_settings
from farp.store.protocol import FACTOR_CONTRIBUTIONS, PORTFOLIOS, RUNS, USER_PORTFOLIOS
from tests.integration.jobs.conftest import a_chunk_runs, environment, farp, fed, feed_large, newest, results, said, until


def entry_of(desk: Desk, id: str) -> dict[str, Any]:
    document = desk.store.get(PORTFOLIOS, id.partition(".")[2])
    assert document is not None
    (entry,) = [entry for entry in document["portfolios"] if entry["portfolio_id"] == id]
    return dict(entry)


def test_uploads_become_portfolios_with_the_figures_of_the_single_analysis(desk: Desk) -> None:
    desk.store.put_many(USER_PORTFOLIOS, [fed("u1", "Mine", ("AAPL", 10.0), ("XOM", -4.0), ("NOSUCH", 1.0)), fed("u2", "Bonds", ("UST10Y", 5.0))])
    desk.save_portfolio("Saved", [Position("MSFT", 3.0)], owner="me")

    run = refresh(desk, Request())

    assert (run.state, run.users, run.total("computed"), run.total("failed")) == ("finished", 3, 3, 0)
    assert run.price_date == desk.history.last_date
    for portfolio in desk.portfolios():
        report = analyse(portfolio, desk.history, None, desk.analysis_spec())
        metrics, risk = json.loads(json.dumps(metrics_document(report))), entry_of(desk, portfolio.id)["risk"]
        for key in ("date", "portfolio_value", "volatility", "beta", "excluded", "data_points", "total_gross_exposure"):
            assert risk[key] == metrics[key], key
        assert risk["var"]["95_1d"]["var_amount"] == metrics["var"]["95_1d"]["var_amount"]
        stored = desk.store.get(FACTOR_CONTRIBUTIONS, portfolio.id)
        assert stored is not None
        expected = json.loads(json.dumps(factor_contributions_document(report)))
        assert {key: stored[key] for key in expected} == expected
        assert risk["worst_stress"] == stored["stress"]["worst"]
        assert risk["worst_stress"]["profit_and_loss_amount"] == min(
            s["profit_and_loss_amount"] for s in stored["stress"]["scenarios"] if s["covered_pct"]
        )
        assert stored["pca"]["explained_pct"]
        assert len(stored["sensitivity"]) == len(report.factors.factors.names) if report.factors else False


def test_a_second_run_finds_everything_current_and_a_forced_one_writes_the_same(desk: Desk) -> None:
    desk.seed(12, 3)
    assert refresh(desk, Request()).total("computed") == 12
    before = results(desk)
    again = refresh(desk, Request())
    assert (again.state, again.total("computed"), again.total("current")) == ("finished", 0, 12)
    assert refresh(desk, Request(force=True)).total("computed") == 12
    assert results(desk) == before
    assert desk.store.count(FACTOR_CONTRIBUTIONS) == 12


def test_a_changed_portfolio_and_no_other_is_computed_again(desk: Desk) -> None:
    desk.seed(5, 3)
    refresh(desk, Request())
    (changed, *_) = desk.portfolios()
    desk.replace_positions(changed.id, [Position("AAPL", 1.0)])
    run = refresh(desk, Request())
    assert (run.total("computed"), run.total("current")) == (1, 4)
    assert entry_of(desk, changed.id)["risk"]["portfolio_value"] == pytest.approx(desk.report(changed.id).net_asset_value)


def test_a_new_upload_replaces_its_portfolio_and_what_the_user_added_stays(desk: Desk) -> None:
    desk.store.put(USER_PORTFOLIOS, fed("u1", "Mine", ("AAPL", 10.0)))
    refresh(desk, Request())
    desk.replace_positions("mine.u1", [Position("MSFT", 2.0)])
    desk.save_portfolio("Other", [Position("GLD", 1.0)], owner="u1")
    refresh(desk, Request())
    assert desk.portfolio("mine.u1").positions == (Position("MSFT", 2.0),), "the same upload does not undo an edit"
    desk.store.put(USER_PORTFOLIOS, fed("u1", "Mine", ("XOM", 7.0)))
    refresh(desk, Request())
    assert desk.portfolio("mine.u1").positions == (Position("XOM", 7.0),)
    assert desk.portfolio("other.u1").positions == (Position("GLD", 1.0),)


def test_bad_portfolios_are_recorded_failures_and_cost_no_other(desk: Desk) -> None:
    desk.store.put_many(
        USER_PORTFOLIOS,
        [fed("u1", "Good", ("AAPL", 1.0)), fed("u2", "Empty"), fed("u3", "Unknown", ("NOSUCH", 1.0)), {"_id": "u4", "user_id": "u4", "portfolio": 7}],
    )
    run = refresh(desk, Request())
    assert (run.state, run.total("computed"), run.total("failed")) == ("finished", 3, 3)
    reasons = {failure.portfolio_id: failure.reason for failure in run.failures}
    assert set(reasons) == {"empty.u2", "unknown.u3", "u4"}
    assert "holds no positions" in reasons["empty.u2"]
    assert "NOSUCH" in reasons["unknown.u3"]
    assert entry_of(desk, "empty.u2")["risk"]["failed"] == reasons["empty.u2"]
    stored = desk.store.get(FACTOR_CONTRIBUTIONS, "unknown.u3")
    assert stored is not None
    assert stored["failed"] == reasons["unknown.u3"]
    assert desk.store.get(PORTFOLIOS, "u4") is None
    assert "worst_stress" in entry_of(desk, "good.u1")["risk"]


def test_a_figure_that_breaks_is_a_failure_of_its_portfolio_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.store.put_many(USER_PORTFOLIOS, [fed("u1", "Good", ("AAPL", 1.0)), fed("u2", "Bad", ("AAPL", 2.0))])
    whole = sys.modules["farp.jobs.chunk"].depth_document  # type: ignore[attr-defined]

    def breaks(window: Any, *rest: Any) -> Any:
        if window.portfolio.id == "bad.u2":
            raise np.linalg.LinAlgError("SVD did not converge")
        return whole(window, *rest)

    monkeypatch.setattr("farp.jobs.chunk.depth_document", breaks)
    run = refresh(desk, Request())
    assert [(failure.portfolio_id, "SVD did not converge" in failure.reason) for failure in run.failures] == [("bad.u2", True)]
    assert "portfolio_value" in entry_of(desk, "good.u1")["risk"]


def test_one_owner_or_one_portfolio(desk: Desk) -> None:
    desk.seed(4, 3)
    first, *others = [portfolio.id for portfolio in desk.portfolios()]
    run = refresh(desk, Request(portfolio=first))
    assert (run.users, run.total("computed")) == (1, 1)
    assert [key for key in (first, *others) if "risk" in entry_of(desk, key)] == [first]
    assert refresh(desk, Request(owner=others[0].partition(".")[2])).total("computed") == 1
    for wrong in (Request(owner="nobody"), Request(portfolio="no.where"), Request(portfolio="x")):
        with pytest.raises(NotFound):
            refresh(desk, wrong)


def test_what_changes_while_it_is_computed_keeps_no_old_result(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.store.put(USER_PORTFOLIOS, fed("u1", "Mine", ("AAPL", 10.0)))
    refresh(desk, Request())
    whole = sys.modules["farp.jobs.chunk"].depth_document  # type: ignore[attr-defined]

    def edited_meanwhile(window: Any, *rest: Any) -> Any:
        desk.replace_positions("mine.u1", [Position("MSFT", 2.0)])
        return whole(window, *rest)

    monkeypatch.setattr("farp.jobs.chunk.depth_document", edited_meanwhile)
    run = refresh(desk, Request(force=True))
    assert (run.total("computed"), run.total("changed")) == (0, 1)
    monkeypatch.undo()
    assert refresh(desk, Request()).total("computed") == 1
    assert entry_of(desk, "mine.u1")["risk"]["portfolio_value"] == pytest.approx(desk.report("mine.u1").net_asset_value)


def test_processes_write_what_one_process_writes(desk: Desk) -> None:
    desk = dataclasses.replace(desk, settings=dataclasses.replace(desk.settings, users_per_chunk=5))
    desk.seed(13, 3)
    refresh(desk, Request(), processes=1)
    before = results(desk)
    seen: list[int] = []
    run = refresh(desk, Request(force=True), processes=2, on_progress=lambda heard: seen.append(heard.users_done))
    assert (run.state, run.total("computed"), len(run.chunks)) == ("finished", 13, 3)
    assert results(desk) == before
    assert seen == sorted(seen)
    assert seen[-1] == 13


def test_an_as_of_date_is_a_result_of_its_own(desk: Desk) -> None:
    desk.store.put(USER_PORTFOLIOS, fed("u1", "Mine", ("AAPL", 10.0)))
    day = dt.date(2021, 6, 30)
    assert refresh(desk, Request(as_of=day)).price_date == day
    assert entry_of(desk, "mine.u1")["risk"]["date"] == "2021-06-30"
    assert refresh(desk, Request()).total("computed") == 1
    assert entry_of(desk, "mine.u1")["risk"]["date"] == "2022-12-28"


def test_a_chunk_that_wears_out_its_workers_is_divided_until_one_user_is_left(desk: Desk) -> None:
    desk.seed(40, 3)
    ids = sorted(desk.store.ids(PORTFOLIOS))
    run = runs.begin(desk.store, Request(), workers="celery", source_label="x")
    todo, deadly = [0], ids[17]
    while todo:
        number = todo.pop()
        chunk = runs.find(desk.store, run.id).chunks[number]
        if chunk["first"] <= deadly <= chunk["last"] and chunk["attempts"] < runs.MOST_ATTEMPTS:
            assert runs.attempt(desk.store, run.id, number) is not None  # and its worker is killed
            todo.append(number)
        else:
            todo.extend(refresh_chunk(desk, run.id, number))
    ended = runs.find(desk.store, run.id)
    assert (ended.state, ended.total("computed"), ended.total("failed"), ended.users, ended.users_done) == ("failed", 39, 1, 40, 40)
    assert [failure.portfolio_id for failure in ended.failures] == [deadly]
    assert "ended 3 times" in ended.failures[0].reason
    assert refresh(desk, Request()).total("computed") == 1


def test_a_store_that_goes_away_costs_no_attempt(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.seed(3, 3)
    run = runs.begin(desk.store, Request(), workers="celery", source_label="x")

    def away(*_: Any) -> Any:
        raise SourceUnavailable("The store does not answer.")

    for _ in range(runs.MOST_ATTEMPTS + 1):
        with monkeypatch.context() as patched:
            patched.setattr("farp.jobs.chunk.results_of", away)
            with pytest.raises(SourceUnavailable):
                refresh_chunk(desk, run.id, 0)
    assert (runs.find(desk.store, run.id).attempts, runs.find(desk.store, run.id).state) == (0, "running")
    assert refresh_chunk(desk, run.id, 0) == ()
    assert runs.find(desk.store, run.id).total("computed") == 3


def test_a_chunk_reported_twice_counts_once(desk: Desk) -> None:
    desk.seed(3, 3)
    run = runs.begin(desk.store, Request(), workers="celery", source_label="x")
    assert refresh_chunk(desk, run.id, 0) == ()
    assert refresh_chunk(desk, run.id, 0) == ()
    runs.record(desk.store, run.id, 0, runs.ChunkOutcome(computed=99))
    assert runs.find(desk.store, run.id).total("computed") == 3


def test_many_failures_are_counted_and_not_all_listed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MOST_FAILURES", 2)
    desk.store.put_many(USER_PORTFOLIOS, [fed(f"u{i}", "Empty") for i in range(5)])
    run = refresh(desk, Request())
    assert (len(run.failures), run.total("failed")) == (2, 5)


def test_an_empty_store_is_a_finished_run_of_nothing(desk: Desk) -> None:
    run = refresh(desk, Request())
    assert (run.state, run.users, run.chunks) == ("finished", 0, ())
    assert [found.id for found in runs.latest(desk.store)] == [run.id]
    with pytest.raises(NotFound):
        runs.find(desk.store, "nothing")


def test_local_runs_that_died_are_ended_by_the_next(desk: Desk) -> None:
    desk.seed(2, 3)
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=10)
    dead = runs.begin(desk.store, Request(), workers="local", source_label="x", now=past)
    alive = runs.begin(desk.store, Request(), workers="local", source_label="x")
    refresh(desk, Request())
    assert runs.find(desk.store, dead.id).state == "interrupted"
    assert runs.find(desk.store, alive.id).state == "running"


@pytest.mark.parametrize(("kind", "status", "state"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGKILL, -9, "running")])
def test_stopped_in_the_middle_the_rest_is_done_by_the_next_run(tmp_path: Path, kind: signal.Signals, status: int, state: str) -> None:
    settings = environment(tmp_path, REFRESH_CHUNK_USERS="50")
    with open_desk(load_settings(settings)) as desk:
        desk.seed(1500, 3)
        process = farp(settings, "refresh")
        until(lambda: desk.store.count(RUNS) and newest(desk).users_done, "the first chunk is done")
        process.send_signal(kind)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == status, errors
        if kind is signal.SIGINT:
            assert errors.strip().endswith("run `farp refresh` again to do the rest.")
            assert "Traceback" not in errors
        (stopped,) = runs.latest(desk.store)
        assert stopped.state == state
        rest = refresh(desk, Request())
        assert rest.state == "finished"
        assert rest.total("computed") + rest.total("current") == 1500
        assert 0 < rest.total("computed") < 1500
        assert desk.store.count(FACTOR_CONTRIBUTIONS) == 1500
        assert refresh(desk, Request()).total("current") == 1500


def test_a_process_that_is_killed_is_replaced(tmp_path: Path) -> None:
    settings = environment(tmp_path, REFRESH_CHUNK_USERS="40")
    with open_desk(load_settings(settings)) as desk:
        feed_large(desk, 120)
        process = farp(settings, "refresh")
        until(lambda: desk.store.count(RUNS) and a_chunk_runs(desk)(), "a chunk is begun")
        children = [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
        spawned = [pid for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        os.kill(spawned[0], signal.SIGKILL)
        out, errors = process.communicate(timeout=120)
        assert (process.returncode, errors) == (0, ""), out
        run = newest(desk)
        assert run.total("computed") + run.total("current") == 120
        assert run.attempts > len(run.chunks)
        results(desk)


def test_the_command_says_how_it_went_and_json_is_the_document(tmp_path: Path) -> None:
    settings = environment(tmp_path)
    with open_desk(load_settings(settings)) as desk:
        desk.seed(2, 3)
        desk.store.put(USER_PORTFOLIOS, fed("zz", "Empty"))
    status, out, errors = said(settings, "refresh")
    assert (status, errors) == (0, "")
    assert "3 portfolios computed in" in out
    assert "1 could not be computed" in out
    assert "empty.zz" in out
    document = json.loads(said(settings, "refresh", "--json")[1])
    assert document["portfolios"] == {"computed": 0, "current": 3, "changed_meanwhile": 0, "failed": 0}
    listed = json.loads(said(settings, "runs", "--json")[1])
    assert listed["runs"][0]["run_id"] == document["run_id"]
    status, _, errors = said(settings, "refresh", "--owner", "a", "--portfolio", "b.a")
    assert status == 2
    assert "not both" in errors


def test_the_whole_flow_of_seeding_and_refreshing(tmp_path: Path) -> None:
    settings = environment(tmp_path)
    assert "Made 300 demo users" in said(settings, "seed", "--users", "300")[1]
    assert "300 portfolios computed" in said(settings, "refresh")[1]
    with open_desk(load_settings(settings)) as desk:
        assert newest(desk).state == "finished"
        results(desk)


def test_a_deleted_portfolio_leaves_no_result(desk: Desk) -> None:
    desk.seed(2, 3)
    refresh(desk, Request())
    (gone, stays) = [portfolio.id for portfolio in desk.portfolios()]
    desk.delete_portfolio(gone)
    assert list(desk.store.ids(FACTOR_CONTRIBUTIONS)) == [stays]


def test_quantities_beyond_all_measure_cost_no_other_portfolio(desk: Desk) -> None:
    huge = 1e308
    desk.store.put_many(
        USER_PORTFOLIOS,
        [fed("u1", "Good", ("AAPL", 1.0)), fed("u2", "Huge", ("AAPL", huge)), fed("u3", "Both", ("AAPL", -huge), ("XOM", huge))],
    )
    run = refresh(desk, Request())
    assert (run.state, run.total("computed")) == ("finished", 3)
    assert "portfolio_value" in entry_of(desk, "good.u1")["risk"]
    for failure in run.failures:
        assert failure.reason.endswith(".")


def test_a_mistake_of_ours_is_the_failure_of_one_user(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.seed(5, 3)
    unlucky = sorted(desk.store.ids(PORTFOLIOS))[2]
    whole = sys.modules["farp.jobs.chunk"].depth_document  # type: ignore[attr-defined]

    def mistaken(depth: Any) -> Any:
        if depth.portfolio.owner_id == unlucky:
            raise TypeError("nobody thought of this")
        return whole(depth)

    with monkeypatch.context() as patched:
        patched.setattr("farp.jobs.chunk.depth_document", mistaken)
        run = refresh(desk, Request())
    assert (run.state, run.total("computed"), run.total("failed")) == ("failed", 4, 1)
    (failure,) = run.failures
    assert failure.portfolio_id == unlucky
    assert "TypeError: nobody thought of this" in failure.reason
    assert refresh(desk, Request()).total("computed") == 1


def test_a_run_document_is_whole(desk: Desk) -> None:
    desk.seed(2, 3)
    run = refresh(desk, Request())
    document = desk.store.get(RUNS, run.id)
    assert document is not None
    assert {"state", "started_at", "finished_at", "chunks", "failures", "price_date", "source_label", "workers"} <= set(document)
    assert run.seconds > 0
    with pytest.raises(InvalidInput):
        desk.store.put("no", {"_id": "x"})
