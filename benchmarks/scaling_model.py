"""The nightly run as a queue, in simulated time: processes take chunks of users, read, compute and write; the store's shards and the run's one
document serve them in the order of arrival. No clock and no chance: the same plan gives the same outcome.

All times are in seconds.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

BATCH_USERS = 100
"""Users whose documents are asked for or written together; finer steps change the outcome by less than a batch."""

RANGED, HASHED = "ranged", "hashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What the work takes: `worker_*` on the process that does it, `store_*` on one of a shard's servers, `run_*` alone at the run's document."""

    start: float = 0.0
    """From starting a process to its first chunk: imports, connection, prices from the package."""
    compute_chunk: float = 0.0
    compute_user: float = 0.0
    worker_read_user: float = 0.0
    worker_write_user: float = 0.0
    store_read_user: float = 0.0
    store_write_user: float = 0.0
    prices: float = 0.0
    """What a shard serves to a process that starts and reads all prices from the store."""
    run_update: float = 0.0
    """One change of the run's document with no chunks in it, ..."""
    run_update_chunk: float = 0.0
    """... and what every chunk listed in it adds."""
    run_read_chunk: float = 0.0
    """Reading the run's document before a chunk, per chunk listed in it."""

    def run_hold(self, chunks: int) -> float:
        """Return how long one change occupies a run's document that lists `chunks`."""
        return self.run_update + self.run_update_chunk * chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run of `users` in chunks of `chunk_users` on `workers` of `cores` processes each, against a store of `shards` with `slots` servers each.

    With `placement` "ranged" the users of a chunk lie on one shard, neighbouring chunks on the same; with "hashed" they lie on all. `deaths` are
    (process, moment) pairs: the process is gone for `restart` seconds, and its chunk comes back to the queue `visibility_timeout` seconds after it
    was handed out. Without `one_run_document` every chunk has a document of its own.
    """

    users: int
    chunk_users: int
    workers: int = 1
    cores: int = 2
    shards: int = 1
    slots: int = 1
    placement: str = HASHED
    one_run_document: bool = True
    deaths: tuple[tuple[int, float], ...] = ()
    visibility_timeout: float = 3600.0
    restart: float = 10.0

    @property
    def processes(self) -> int:
        """Processes of all workers."""
        return self.workers * self.cores

    @property
    def chunks(self) -> tuple[int, ...]:
        """The number of users of every chunk; the last may be smaller."""
        whole, rest = divmod(self.users, self.chunk_users)
        return (self.chunk_users,) * whole + ((rest,) if rest else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Times that no run of a plan can beat, each from one of its resources alone."""

    workers: float
    """All processes busy without a pause, and the last round of chunks with it."""
    store: float
    run_document: float

    @property
    def largest(self) -> float:
        """The tightest of them."""
        return max(self.workers, self.store, self.run_document)

    @property
    def limit(self) -> str:
        """The resource that sets the time."""
        return max(("workers", self.workers), ("store", self.store), ("run document", self.run_document), key=lambda pair: pair[1])[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a simulated run went. Uses are fractions of the time of the run; waits are the longest of a single request."""

    seconds: float
    chunks_done: int
    chunks_redone: int
    worker_use: float
    store_use: float
    busiest_shard_use: float
    run_document_use: float
    longest_store_wait: float
    longest_run_document_wait: float
    longest_chunk: float
    """From being handed out to being done."""


@dataclass(slots=True)
class Station:
    """Servers that take requests in the order of arrival; `serve` must be called with moments that do not go back."""

    servers: int
    busy: float = 0.0
    longest_wait: float = 0.0
    _free_at: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._free_at = [0.0] * self.servers

    def serve(self, now: float, seconds: float) -> float:
        """Return when a request of `seconds` that arrives `now` is done."""
        begun = max(now, heapq.heappop(self._free_at))
        heapq.heappush(self._free_at, begun + seconds)
        self.busy += seconds
        self.longest_wait = max(self.longest_wait, begun - now)
        return begun + seconds


Step = tuple[Station | None, float]
"""Where a process goes next and for how long; None is its own core."""


@dataclass(slots=True)
class _Process:
    number: int
    steps: Iterator[Step]
    deaths: list[float]  # the next one last
    chunk: int | None = None
    taken_at: float = 0.0


@dataclass(slots=True)
class _Night:
    """What changes while a run is simulated."""

    plan: Plan
    costs: Costs
    waiting: list[tuple[float, int]]  # (visible from, chunk)
    shards: tuple[Station, ...]
    run_document: Station
    idle: list[int] = field(default_factory=list)
    done: set[int] = field(default_factory=set)
    redone: int = 0
    finished_at: float = 0.0
    worked: float = 0.0
    longest_chunk: float = 0.0


def simulate(plan: Plan, costs: Costs) -> Outcome:
    """Return how the run of `plan` goes."""
    chunks = plan.chunks
    night = _Night(
        plan=plan,
        costs=costs,
        waiting=[(0.0, number) for number in range(len(chunks))],
        shards=tuple(Station(plan.slots) for _ in range(plan.shards)),
        run_document=Station(1),
    )
    processes = [
        _Process(number=number, steps=_started(night), deaths=sorted((at for who, at in plan.deaths if who == number), reverse=True))
        for number in range(plan.processes)
    ]
    moments = [(0.0, number) for number in range(plan.processes)]
    while moments and len(night.done) < len(chunks):
        now, number = heapq.heappop(moments)
        process = processes[number]
        while process.deaths and process.deaths[-1] <= now:
            process.deaths.pop()  # it had nothing to do then, and has started anew since
        then = _advance(night, process, now)
        if then is None:
            night.idle.append(number)
            continue
        if process.deaths and then > process.deaths[-1]:
            _die(night, process, moments)
        else:
            heapq.heappush(moments, (then, number))
    time = night.finished_at
    uses = [shard.busy / (plan.slots * time) if time else 0.0 for shard in night.shards]
    return Outcome(
        seconds=time,
        chunks_done=len(night.done),
        chunks_redone=night.redone,
        worker_use=night.worked / (plan.processes * time) if time else 0.0,
        store_use=sum(uses) / len(uses),
        busiest_shard_use=max(uses),
        run_document_use=night.run_document.busy / time if time else 0.0,
        longest_store_wait=max(shard.longest_wait for shard in night.shards),
        longest_run_document_wait=night.run_document.longest_wait,
        longest_chunk=night.longest_chunk,
    )


def _advance(night: _Night, process: _Process, now: float) -> float | None:
    """Return when the next step of `process` is done, None when there is nothing for it to do."""
    while True:
        step = next(process.steps, None)
        if step is not None:
            station, seconds = step
            if station is None:
                night.worked += seconds
                return now + seconds
            return station.serve(now, seconds)
        if process.chunk is not None:
            night.done.add(process.chunk)
            night.finished_at = now
            night.longest_chunk = max(night.longest_chunk, now - process.taken_at)
            process.chunk = None
        if not night.waiting:
            return None
        visible, chunk = night.waiting[0]
        if visible > now:
            return visible
        heapq.heappop(night.waiting)
        process.chunk, process.taken_at, process.steps = chunk, now, _chunk_done(night, chunk)


def _die(night: _Night, process: _Process, moments: list[tuple[float, int]]) -> None:
    """End `process` at its hour: it starts anew, and its chunk becomes visible again for whoever looks."""
    at = process.deaths.pop()
    if process.chunk is not None:
        visible = max(at, process.taken_at + night.plan.visibility_timeout)
        heapq.heappush(night.waiting, (visible, process.chunk))
        night.redone += 1
        for number in night.idle:
            heapq.heappush(moments, (visible, number))
        night.idle.clear()
        process.chunk = None
    process.steps = _started(night)
    heapq.heappush(moments, (at + night.plan.restart, process.number))


def _started(night: _Night) -> Iterator[Step]:
    """Yield the steps of a process until it can take a chunk."""
    yield None, night.costs.start
    if night.costs.prices:
        yield night.shards[0], night.costs.prices  # one small collection, on one shard


def _chunk_done(night: _Night, chunk: int) -> Iterator[Step]:
    """Yield the steps of one chunk."""
    plan, costs, users = night.plan, night.costs, night.plan.chunks[chunk]
    listed = len(plan.chunks) if plan.one_run_document else 1
    run_document = night.run_document if plan.one_run_document else None
    hold = costs.run_hold(listed)
    yield None, costs.run_read_chunk * listed
    yield run_document, hold
    yield from _batches(night, chunk, costs.worker_read_user, costs.store_read_user)
    yield None, costs.compute_chunk + costs.compute_user * users
    yield from _batches(night, chunk, costs.worker_write_user, costs.store_write_user)
    yield run_document, hold


def _batches(night: _Night, chunk: int, worker: float, store: float) -> Iterator[Step]:
    plan = night.plan
    users = plan.chunks[chunk]
    for batch, start in enumerate(range(0, users, BATCH_USERS)):
        size = min(BATCH_USERS, users - start)
        shard = chunk * plan.shards // len(plan.chunks) if plan.placement == RANGED else (chunk + batch) % plan.shards
        yield None, worker * size
        yield night.shards[shard], store * size


def bounds(plan: Plan, costs: Costs) -> Bounds:
    """Return what each resource alone needs for the run of `plan`.

    The workers' bound is that of whole chunks: `ceil(chunks / processes)` rounds of the smallest chunk, or the work of all chunks spread evenly.
    """
    chunks = plan.chunks
    if not chunks:
        return Bounds(workers=0.0, store=0.0, run_document=0.0)
    listed = len(chunks) if plan.one_run_document else 1
    hold = costs.run_hold(listed)

    def process_time(users: int) -> float:
        a_user = costs.worker_read_user + costs.compute_user + costs.worker_write_user + costs.store_read_user + costs.store_write_user
        return costs.run_read_chunk * listed + 2 * hold + costs.compute_chunk + a_user * users

    alone = sum(process_time(users) for users in chunks)
    rounds = math.ceil(len(chunks) / plan.processes)
    last_round = process_time(min(chunks) if rounds > 1 else max(chunks))
    return Bounds(
        workers=costs.start + costs.prices + max(alone / plan.processes, (rounds - 1) * process_time(max(chunks)) + last_round),
        store=plan.users * (costs.store_read_user + costs.store_write_user) / (plan.shards * plan.slots),
        run_document=2 * len(chunks) * hold if plan.one_run_document else 0.0,
    )


def enough_workers(times: Sequence[tuple[int, float]], gain: float = 0.1) -> int:
    """Return the first number of workers after which the next larger one of `times` saves less than `gain` of the time."""
    for (workers, time), (_, next_time) in itertools.pairwise(times):
        if next_time > time * (1 - gain):
            return workers
    return times[-1][0]


def cores_needed(requests_per_second: float, core_seconds: float, utilisation: float) -> int:
    """Return how many cores serve a rate of requests when each is busy for `utilisation` of the time."""
    return math.ceil(requests_per_second * core_seconds / utilisation - 1e-9)
