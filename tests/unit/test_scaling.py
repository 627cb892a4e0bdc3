"""The simulation of the nightly run against cases worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scaling_model import (
    BATCH_USERS,
    HASHED,
    RANGED,
    Bounds,
    Costs,
    Plan,
    Station,
    bounds,
    cores_needed,
    enough_workers,
    simulate,
)

COMPUTING = Costs(compute_user=0.01)  # a chunk of 100 users takes one second


def test_one_process_does_one_thing_after_the_other() -> None:
    costs = Costs(
        start=3.0,
        prices=2.0,
        compute_chunk=0.5,
        compute_user=0.01,
        worker_read_user=0.002,
        worker_write_user=0.003,
        store_read_user=0.001,
        store_write_user=0.004,
        run_update=0.1,
        run_update_chunk=0.01,
        run_read_chunk=0.02,
    )
    plan = Plan(users=250, chunk_users=100, workers=1, cores=1)
    # three chunks: each reads the run's document (3 × 0.02) and changes it twice (0.1 + 3 × 0.01); 20 ms for each of 250 users
    assert simulate(plan, costs).seconds == pytest.approx(3 + 2 + 3 * (0.06 + 2 * 0.13 + 0.5) + 250 * 0.02)


def test_an_infinitely_fast_store_leaves_rounds_of_chunks() -> None:
    # ten chunks of one second: 4 processes need three rounds, the last one with two of them
    outcome = simulate(Plan(users=1000, chunk_users=100, workers=2), COMPUTING)
    assert outcome.seconds == pytest.approx(3.0)
    assert outcome.worker_use == pytest.approx(10 / 12)
    assert outcome.chunks_done == 10


def test_more_processes_than_chunks_help_nobody() -> None:
    assert simulate(Plan(users=1000, chunk_users=100, workers=200), COMPUTING).seconds == pytest.approx(1.0)


@pytest.mark.parametrize(("shards", "slots", "seconds"), [(1, 1, 20.0), (1, 4, 5.0), (4, 1, 5.0)])
def test_a_run_bound_by_its_store(shards: int, slots: int, seconds: float) -> None:
    # 2000 users of 4 + 6 ms of a shard's server, and 20 processes that do nothing themselves
    costs = Costs(store_read_user=0.004, store_write_user=0.006)
    plan = Plan(users=2000, chunk_users=100, workers=10, shards=shards, slots=slots)
    outcome = simulate(plan, costs)
    assert outcome.seconds == pytest.approx(seconds)
    assert outcome.store_use == pytest.approx(1.0)
    assert bounds(plan, costs).limit == "store"


def test_a_run_bound_by_its_document() -> None:
    # 20 chunks change a document of 20 chunks twice: 40 × (10 ms + 20 × 1 ms)
    costs = Costs(run_update=0.01, run_update_chunk=0.001, compute_chunk=0.05)
    plan = Plan(users=2000, chunk_users=100, workers=10)
    limits = bounds(plan, costs)
    assert limits.run_document == pytest.approx(1.2)
    assert limits.limit == "run document"
    outcome = simulate(plan, costs)
    assert outcome.seconds == pytest.approx(1.2)
    assert outcome.run_document_use == pytest.approx(1.0)
    # all 20 begin together: the last waits for 19 others
    assert outcome.longest_run_document_wait == pytest.approx(19 * 0.03)
    # it is done 20th, after 0.6 s; computes; and changes the document last
    assert outcome.longest_chunk == pytest.approx(1.2)


def test_documents_of_their_own_take_the_turns_away() -> None:
    costs = Costs(run_update=0.01, run_update_chunk=0.001, compute_chunk=0.05)
    plan = Plan(users=2000, chunk_users=100, workers=10, one_run_document=False)
    assert simulate(plan, costs).seconds == pytest.approx(2 * 0.011 + 0.05)
    assert bounds(plan, costs).run_document == 0.0


def test_neighbouring_chunks_meet_on_one_shard_when_the_key_is_ranged() -> None:
    costs = Costs(store_write_user=0.01)
    plan = Plan(users=800, chunk_users=100, workers=1, shards=4)
    # hashed: chunks of one batch go round the four shards, so two processes never meet
    assert simulate(replace(plan, placement=HASHED), costs).seconds == pytest.approx(4.0)
    # ranged: chunks 0 and 1 lie on shard 0, so the second process waits for a second; from then on the two are one chunk apart and meet no more
    assert simulate(replace(plan, placement=RANGED), costs).seconds == pytest.approx(5.0)


def test_a_dead_process_costs_the_visibility_timeout() -> None:
    plan = Plan(users=100, chunk_users=100, workers=1, cores=1, deaths=((0, 0.4),), visibility_timeout=60.0, restart=10.0)
    outcome = simulate(plan, COMPUTING)
    assert outcome.seconds == pytest.approx(61.0)
    assert outcome.chunks_redone == 1


def test_an_idle_process_takes_over_when_the_chunk_is_visible_again() -> None:
    # two chunks of one second; process 0 dies at 0.4, process 1 is idle from 1.0 and takes the lost chunk at 30
    plan = Plan(users=200, chunk_users=100, workers=1, cores=2, deaths=((0, 0.4),), visibility_timeout=30.0, restart=1000.0)
    assert simulate(plan, COMPUTING).seconds == pytest.approx(31.0)


def test_one_process_left_does_all_lost_chunks_one_after_the_other() -> None:
    # chunks of 2, 2 and 0.8 seconds; process 2 is idle when the others die while they write, and does both lost chunks from 30 on
    costs = Costs(compute_user=0.01, worker_write_user=0.01)
    plan = Plan(users=240, chunk_users=100, workers=1, cores=3, deaths=((0, 1.4), (1, 1.5)), visibility_timeout=30.0, restart=1000.0)
    outcome = simulate(plan, costs)
    assert outcome.seconds == pytest.approx(34.0)
    assert outcome.longest_chunk == pytest.approx(2.0)


def test_a_death_without_a_chunk_loses_nothing() -> None:
    plan = Plan(users=100, chunk_users=100, workers=1, cores=2, deaths=((1, 0.5),), visibility_timeout=60.0)
    outcome = simulate(plan, COMPUTING)
    assert outcome.seconds == pytest.approx(1.0)
    assert outcome.chunks_redone == 0


def test_nothing_to_do_takes_no_time() -> None:
    outcome = simulate(Plan(users=0, chunk_users=100), COMPUTING)
    assert (outcome.seconds, outcome.chunks_done, outcome.worker_use) == (0.0, 0, 0.0)
    assert bounds(Plan(users=0, chunk_users=100), COMPUTING) == Bounds(workers=0.0, store=0.0, run_document=0.0)


def test_a_station_serves_in_the_order_of_arrival() -> None:
    station = Station(2)
    assert [station.serve(0.0, 2.0), station.serve(0.0, 3.0), station.serve(1.0, 1.0)] == [2.0, 3.0, 3.0]
    assert (station.busy, station.longest_wait) == (6.0, 1.0)


def test_enough_workers_is_where_the_next_step_saves_less_than_a_tenth() -> None:
    assert enough_workers([(1, 100.0), (2, 50.0), (5, 48.0), (10, 20.0)]) == 2
    assert enough_workers([(1, 100.0), (2, 50.0)]) == 2


def test_cores_for_a_rate_of_requests() -> None:
    assert cores_needed(1000.0, 0.006, 0.6) == 10
    assert cores_needed(1000.0, 0.0061, 0.6) == 11


seconds = st.floats(min_value=0.0, max_value=0.05).map(lambda value: round(value, 4))
any_costs = st.builds(
    Costs,
    start=seconds,
    compute_chunk=seconds,
    compute_user=seconds,
    worker_read_user=seconds,
    worker_write_user=seconds,
    store_read_user=seconds,
    store_write_user=seconds,
    run_update=seconds,
    run_update_chunk=seconds,
    run_read_chunk=seconds,
)
any_plan = st.builds(
    Plan,
    users=st.integers(1, 2500),
    chunk_users=st.integers(50, 400),
    workers=st.integers(1, 12),
    shards=st.integers(1, 4),
    slots=st.integers(1, 3),
    placement=st.sampled_from((HASHED, RANGED)),
    one_run_document=st.booleans(),
)


@given(any_plan, any_costs)
@settings(max_examples=150, deadline=None)
def test_no_run_beats_its_bounds_and_none_is_slower_than_one_process(plan: Plan, costs: Costs) -> None:
    outcome = simulate(plan, costs)
    alone = simulate(replace(plan, workers=1, cores=1), costs).seconds
    assert outcome.chunks_done == len(plan.chunks)
    assert outcome.seconds >= bounds(plan, costs).largest - 1e-6
    assert outcome.seconds <= alone + 1e-6
    assert max(outcome.worker_use, outcome.busiest_shard_use, outcome.run_document_use) <= 1 + 1e-9


@given(st.integers(1, 40), st.integers(1, 12), any_costs, st.integers(1, 8))
@settings(max_examples=100, deadline=None)
def test_more_workers_are_never_slower_while_they_do_not_meet(chunks: int, workers: int, costs: Costs, more: int) -> None:
    apart = replace(costs, store_read_user=0.0, store_write_user=0.0)
    plan = Plan(users=chunks * BATCH_USERS, chunk_users=BATCH_USERS, workers=workers, one_run_document=False)
    assert simulate(replace(plan, workers=workers + more), apart).seconds <= simulate(plan, apart).seconds + 1e-6


@given(any_plan, any_costs, st.lists(st.tuples(st.integers(0, 23), st.floats(0.0, 1.0)), max_size=30), st.floats(0.0, 100.0))
@settings(max_examples=80, deadline=None)
def test_every_chunk_is_done_whoever_dies(plan: Plan, costs: Costs, deaths: list[tuple[int, float]], timeout: float) -> None:
    calm = simulate(plan, costs).seconds
    dying = replace(plan, deaths=tuple((process, calm * part) for process, part in deaths), visibility_timeout=timeout, restart=1.0)
    outcome = simulate(dying, costs)
    assert outcome.chunks_done == len(plan.chunks)
    assert outcome.chunks_redone <= len(deaths)
