"""The nightly run for 10 thousand to 1 million users: costs measured here (`scaling_costs`), then simulated (`scaling_model`).

`python -m benchmarks.scaling [--json FILE | --from FILE] [--mongodb-read-ms X --mongodb-write-ms X --mongodb-cores N --latency-ms X]` prints the tables of
docs/scaling.md as Markdown. The store of the simulated cluster is MongoDB, which is not measured: those four options are its assumed figures.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks import scaling_costs
from benchmarks.measure import Row, milliseconds
from benchmarks.scaling_costs import Compute, Figures, Operation, RealRun, RunUpdate, StoreCosts, Worker
from benchmarks.scaling_model import RANGED, Costs, Plan, bounds, cores_needed, enough_workers, simulate
from farp.jobs.runs import Request, planned
from farp.store.mongo import BATCH_DOCUMENTS
from farp.store.protocol import BOOK, FACTOR_CONTRIBUTIONS, PORTFOLIOS, PRICES, USER_PORTFOLIOS

USERS = (10_000, 100_000, 1_000_000)
WORKERS = (1, 2, 5, 10, 20, 50, 100, 125, 200)
SHARDS = (1, 4, 16)
VISIBILITY_SECONDS = 300.0  # farp.settings, REFRESH_VISIBILITY_SECONDS
API_SECONDS = 0.0076
"""Median answer of the API to `/risk/factor-contributions`, which computes it: docs/benchmarks.md, "Engine and API"."""
PAGE_SECONDS = 0.030
"""The slowest script of a page of the interface: docs/benchmarks.md, "Screen"."""
ACTIVE = 0.01
SECONDS_BETWEEN_REQUESTS = 10.0
UTILISATION = 0.6
SMALL_CHUNK = 100
TICKERS_OF_A_MILLION = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What is not measured: core seconds of a MongoDB shard for a document read and written, its cores, and a request's way through the network."""

    read: float = 0.05e-3
    write: float = 0.25e-3
    cores: int = 4
    latency: float = 0.5e-3


class _Ids(scaling_costs.MemoryStore):
    """A store that knows nothing but how many users there are."""

    def __init__(self, users: int) -> None:
        super().__init__()
        self.users = users

    def ids(self, collection: str, *, after: str | None = None) -> Iterator[str]:
        yield from (f"{number:09d}" for number in range(self.users if collection == PORTFOLIOS else 0))


@lru_cache
def chunk_users(users: int) -> int:
    """Return the size of a chunk as `farp.jobs.runs.planned` cuts them."""
    return planned(_Ids(users), Request())[0][1]


def _slope(updates: Sequence[RunUpdate], of: str) -> tuple[float, float]:
    """Return the cost of the shortest run document and what each further chunk adds, from the shortest and the longest."""
    first, last = updates[0], updates[-1]
    slope = max(getattr(last, of) - getattr(first, of), 0.0) / (last.chunks - first.chunks)
    return max(getattr(first, of) - slope * first.chunks, 0.0), slope


def _shared(figures: Figures, store: StoreCosts) -> dict[str, Any]:
    compute = figures.compute[0]
    return {
        "start": figures.worker.start,
        "compute_chunk": compute.chunk,
        "compute_user": compute.portfolio,
        "worker_read_user": sum(operation.client for operation in _operations(store, "read")),
        "run_read_chunk": _slope(store.run_updates, "read")[1],
    }


def _operations(store: StoreCosts, name: str) -> list[Operation]:
    return [operation for operation in store.operations if operation.name == name and operation.collection != PRICES]


def sqlite_costs(figures: Figures) -> Costs:
    """Return the costs on one machine with SQLite: reading disturbs nobody, one process writes at a time."""
    store = next(store for store in figures.stores if store.name == "SQLite")
    writes = _operations(store, "write")
    # what is put is encoded before the lock is taken, what is updated is read, changed and encoded under it
    held = sum(operation.client if operation.collection == PORTFOLIOS else min(operation.floor, operation.client) for operation in writes)
    base, slope = _slope(store.run_updates, "update")
    return Costs(
        **_shared(figures, store),
        worker_write_user=sum(operation.client for operation in writes) - held,
        store_write_user=held,
        run_update=base,
        run_update_chunk=slope,
    )


def mongodb_costs(figures: Figures, assumed: Assumed) -> Costs:
    """Return the costs against MongoDB: the client's share as measured with pymongo, the server's share assumed."""
    store = figures.stores[-1]
    shared = _shared(figures, store)
    reads, writes = _operations(store, "read"), _operations(store, "write")
    base, slope = _slope(store.run_updates, "client")
    trips = {name: sum(operation.commands or 0.0 for operation in of) for name, of in (("read", reads), ("write", writes))}
    shared["worker_read_user"] += trips["read"] * assumed.latency
    return Costs(
        **shared,
        worker_write_user=sum(operation.client for operation in writes) + trips["write"] * assumed.latency,
        store_read_user=assumed.read * (len(reads) + 1),  # an update reads the document once more
        store_write_user=assumed.write * (len(writes) + 2 / BATCH_DOCUMENTS),  # and two commands a batch for the claims
        prices=assumed.read * figures.price_tickers,
        # find, claim, replace: the document is occupied from the first to the last; a change costs the server one reading and two writings
        run_update=base + 3 * assumed.latency + assumed.read + 2 * assumed.write,
        run_update_chunk=slope,
    )


def _minutes(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _megabytes(size: float) -> str:
    return f"{size / 2**20:,.0f} MiB" if size < 2**30 else f"{size / 2**30:,.1f} GiB"


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines)) + "\n"


def measured_table(figures: Figures) -> str:
    """Return what was measured."""
    return table(
        ("what", "measured", "floor", "ratio"),
        [(row.what, row.measured, row.floor, f"{row.ratio:.1f}" if row.ratio else "") for row in cost_rows(figures)],
    )


def nightly_tables(figures: Figures, assumed: Assumed) -> Iterator[tuple[str, str]]:
    """Yield title and table of every part of the simulation of the nightly run."""
    costs = mongodb_costs(figures, assumed)
    lines: list[tuple[str, ...]] = []
    for users in USERS:
        plan = Plan(users=users, chunk_users=chunk_users(users), cores=figures.cores, slots=1)
        outcome = simulate(plan, sqlite_costs(figures))
        lines.append(
            (
                f"{users:,}",
                f"{len(plan.chunks):,} × {plan.chunk_users:,}",
                _minutes(outcome.seconds),
                _percent(outcome.worker_use),
                _percent(outcome.store_use),
            )
        )
    real = figures.real_run
    plan = Plan(users=real.users, chunk_users=chunk_users(real.users), cores=real.processes, slots=1)
    played = simulate(plan, sqlite_costs(figures))
    yield (
        "The simulation beside a real run",
        table(
            ("users", "processes", "simulated", "real, on the clock", "simulated work", "real processor time"),
            [
                (
                    f"{real.users:,}",
                    f"{real.processes}",
                    f"{played.seconds:.1f} s",
                    f"{real.seconds:.1f} s",
                    f"{(played.worker_use * plan.processes + played.store_use + played.run_document_use) * played.seconds:.1f} s",
                    f"{real.processor:.1f} s",
                )
            ],
        ),
    )
    yield "One machine with SQLite", table(("users", "chunks × users", "run", "cores busy", "write lock held"), lines)

    lines = []
    for users in USERS:
        plans = {workers: _plan(users, workers, assumed, shards=1) for workers in WORKERS}
        times = [(workers, simulate(plan, costs).seconds) for workers, plan in plans.items()]
        lines.append((f"{users:,}", *(_minutes(time) for _, time in times), f"{enough_workers(times)}"))
    yield "Workers, one shard", table(("users", *(f"{workers}" for workers in WORKERS), "enough"), lines)

    lines = []
    for shards in SHARDS:
        outcomes = [(workers, simulate(_plan(USERS[-1], workers, assumed, shards=shards), costs).seconds) for workers in WORKERS]
        last = _plan(USERS[-1], WORKERS[-1], assumed, shards=shards)
        longest = simulate(last, costs).longest_chunk
        lines.append(
            (f"{shards}", *(_minutes(time) for _, time in outcomes), f"{enough_workers(outcomes)}", bounds(last, costs).limit, f"{longest:.0f} s")
        )
    yield (
        "Shards, 1 million users",
        table(
            ("shards", *(f"{workers}" for workers in WORKERS), "enough", f"sets the time at {WORKERS[-1]}", f"longest chunk at {WORKERS[-1]}"), lines
        ),
    )

    yield (
        "The design's own limits, 1 million users on 200 workers and 4 shards",
        table(
            ("variant", "run", "at least", "set by", "workers busy", "busiest shard", "run document", "longest wait for it", "longest chunk"),
            list(_variants(costs, assumed)),
        ),
    )

    base = _plan(USERS[-1], 20, assumed, shards=4)
    calm = simulate(base, costs).seconds
    lines = []
    for lost in (1, 5):
        dying = replace(base, deaths=tuple((process, calm * (process + 1) / (lost + 1)) for process in range(lost)))
        for timeout in (0.0, VISIBILITY_SECONDS, 3600.0):
            outcome = simulate(replace(dying, visibility_timeout=timeout), costs)
            back = f"after {_minutes(timeout)}" if timeout else "at once"
            lines.append((f"{lost}", back, f"{outcome.chunks_redone}", _minutes(outcome.seconds), f"+ {_minutes(outcome.seconds - calm)}"))
    yield (
        "Worker deaths, 1 million users on 20 workers and 4 shards",
        table(("deaths", "a lost chunk comes back", "chunks done again", "run", "more than without"), lines),
    )

    lines = []
    for workers in (1, 20, 200):
        for tickers in (figures.price_tickers, TICKERS_OF_A_MILLION):
            processes, size = workers * 2, figures.price_bytes * tickers
            waited = costs.start + processes * assumed.read * tickers / assumed.cores
            lines.append((f"{workers}", f"{tickers:,}", _megabytes(size), _megabytes(size * processes), _minutes(waited)))
    yield (
        "A night's new prices",
        table(("workers", "tickers", "prices in each process", "read by all processes", "last process ready after"), lines),
    )


def _plan(users: int, workers: int, assumed: Assumed, *, shards: int) -> Plan:
    return Plan(users=users, chunk_users=chunk_users(users), workers=workers, shards=shards, slots=assumed.cores)


def _variants(costs: Costs, assumed: Assumed) -> Iterator[tuple[str, ...]]:
    asis = _plan(USERS[-1], WORKERS[-1], assumed, shards=4)
    small = replace(asis, chunk_users=SMALL_CHUNK)
    variants = {
        f"as it is: {len(asis.chunks):,} chunks of {asis.chunk_users:,}, hashed key": asis,
        "the same, key by range of owner": replace(asis, placement=RANGED),
        f"{len(small.chunks):,} chunks of {SMALL_CHUNK}, one run document": small,
        f"{len(small.chunks):,} chunks of {SMALL_CHUNK}, a document per chunk": replace(small, one_run_document=False),
        "the same on 16 shards": replace(small, one_run_document=False, shards=16),
    }
    for name, plan in variants.items():
        outcome, limits = simulate(plan, costs), bounds(plan, costs)
        yield (
            name,
            _minutes(outcome.seconds),
            _minutes(limits.largest),
            limits.limit,
            _percent(outcome.worker_use),
            _percent(outcome.busiest_shard_use),
            _percent(outcome.run_document_use),
            f"{outcome.longest_run_document_wait:.1f} s",
            f"{outcome.longest_chunk:.0f} s",
        )


def sizes_table(figures: Figures) -> str:
    """Return bytes of documents, and what all users have."""
    names = (USER_PORTFOLIOS, PORTFOLIOS, FACTOR_CONTRIBUTIONS, BOOK)
    lines = [
        (f"`{name}`", f"{figures.document_bytes[name]:,.0f}", *(_megabytes(figures.document_bytes[name] * users) for users in USERS))
        for name in names
    ]
    total = sum(figures.document_bytes[name] for name in names)
    lines.append(("together", f"{total:,.0f}", *(_megabytes(total * users) for users in USERS)))
    disk = figures.bytes_on_disk_per_user
    lines.append(("SQLite file, indexes included", f"{disk:,.0f}", *(_megabytes(disk * users) for users in USERS)))
    return table(("per user", "bytes", *(f"{users:,} users" for users in USERS)), lines)


def interactive_table(figures: Figures) -> str:
    """Return the cores that 1 million users need while they look."""
    rate = USERS[-1] * ACTIVE / SECONDS_BETWEEN_REQUESTS
    read = next(o.client for o in figures.stores[-1].operations if o.name == "read" and o.collection == PORTFOLIOS)
    lines = [
        (name, f"{milliseconds(seconds)}", f"{1 / seconds:,.0f}", f"{rate:,.0f}", f"{cores_needed(rate, seconds, UTILISATION)}")
        for name, seconds in (
            ("API, computed on request", API_SECONDS),
            ("API, a stored result (document's decoding alone)", read),
            ("a page of the interface", PAGE_SECONDS),
        )
    ]
    return table(("request", "core time", "a second per core", "asked a second", f"cores at {_percent(UTILISATION)}"), lines)


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.0f} %"


def markdown(figures: Figures, assumed: Assumed) -> str:
    """Return all tables as docs/scaling.md shows them."""
    parts = [
        ("Measured", measured_table(figures)),
        ("Sizes", sizes_table(figures)),
        *nightly_tables(figures, assumed),
        ("While people look", interactive_table(figures)),
    ]
    return "\n".join(f"### {title}\n\n{text}" for title, text in parts)


def cost_rows(figures: Figures) -> list[Row]:
    """Return the measured costs, each with its floor."""

    def row(what: str, measured: float, floor: float, said: str, show: Any = milliseconds) -> Row:
        return Row(what=what, measured=show(measured), floor=f"{show(floor)} {said}", ratio=measured / floor if floor else None, target="-", ok=None)

    rows = [row(f"compute a portfolio of {c.positions:.1f} positions, core time", c.portfolio, c.floor, "bare NumPy", _fine) for c in figures.compute]
    rows += [
        Row(what=f"compute a chunk besides, {c.positions:.1f} positions", measured=milliseconds(c.chunk), floor="-", ratio=None, target="-", ok=None)
        for c in figures.compute
    ]
    for store in figures.stores:
        for o in store.operations:
            who = f"client {_fine(o.client)}" + (f", server {_fine(o.server)}" if o.server is not None else "")
            rows.append(row(f"{store.name}: {o.name} a document of `{o.collection}` ({who})", o.wall, o.floor, "bare driver", _fine))
        rows += [
            row(
                f"{store.name}: change the run document, {u.chunks:,} chunk{'s' * (u.chunks > 1)}, {u.bytes / 1000:,.0f} kB",
                u.update,
                u.floor,
                "bare driver",
            )
            for u in store.run_updates
        ]
        alone = 1 / next(u.update for u in store.run_updates if u.chunks == 500)
        rows.append(
            Row(
                what=f"{store.name}: changes a second of a run of 500 chunks, 4 writers",
                measured=f"{store.contended_updates_per_second:.1f}",
                floor=f"{alone:.1f} by one writer",
                ratio=store.contended_updates_per_second / alone,
                target="-",
                ok=None,
            )
        )
        rows.append(
            Row(
                what=f"{store.name}: a write takes longer for every 1,000 documents there",
                measured=_fine(store.write_growth * 1000),
                floor="-",
                ratio=None,
                target="-",
                ok=None,
            )
        )
    worker = figures.worker
    rows.append(row("a worker process from its start to its first chunk", worker.start, worker.start_floor, "Python with NumPy"))
    rows.append(row("its memory", worker.memory, worker.memory_floor, "Python with NumPy", _megabytes))
    rows += [
        row(f"its peak with a chunk of {users:,} users", peak, worker.memory, "before it", _megabytes) for users, peak in worker.peak_by_chunk.items()
    ]
    return rows


def _fine(seconds: float) -> str:
    return f"{seconds * 1e3:.3f} ms" if seconds < 0.01 else milliseconds(seconds)


def rows(repeats: int) -> list[Row]:
    """Return the measured costs and the run of a million users for `python -m benchmarks`; the number of repeats is this part's own."""
    figures = scaling_costs.measure()
    costs = mongodb_costs(figures, Assumed())
    found = cost_rows(figures)
    for workers in (1, 20, 200):
        plan = _plan(USERS[-1], workers, Assumed(), shards=4)
        time, limits = simulate(plan, costs).seconds, bounds(plan, costs)
        found.append(
            Row(
                what=f"simulated: 1,000,000 users, {workers} workers, 4 shards assumed",
                measured=_minutes(time),
                floor=f"{_minutes(limits.largest)} {limits.limit} alone",
                ratio=time / limits.largest,
                target="-",
                ok=None,
            )
        )
    return found


def figures_of(found: Mapping[str, Any]) -> Figures:
    """Return figures as `--json` wrote them."""
    worker = {**found["worker"], "peak_by_chunk": {int(users): peak for users, peak in found["worker"]["peak_by_chunk"].items()}}
    stores = [
        StoreCosts(
            **{
                **store,
                "operations": tuple(Operation(**one) for one in store["operations"]),
                "run_updates": tuple(RunUpdate(**one) for one in store["run_updates"]),
            }
        )
        for store in found["stores"]
    ]
    return Figures(
        **{
            **found,
            "compute": tuple(Compute(**one) for one in found["compute"]),
            "stores": tuple(stores),
            "worker": Worker(**worker),
            "real_run": RealRun(**found["real_run"]),
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the measured costs there")
    parser.add_argument("--from", type=Path, dest="known", metavar="FILE", help="take the costs from there instead of measuring them")
    assumed = Assumed()
    parser.add_argument("--mongodb-read-ms", type=float, default=assumed.read * 1e3, help="assumed core time of a shard for a document read")
    parser.add_argument("--mongodb-write-ms", type=float, default=assumed.write * 1e3, help="assumed core time of a shard for a document written")
    parser.add_argument("--mongodb-cores", type=int, default=assumed.cores, help="assumed cores of a shard")
    parser.add_argument("--latency-ms", type=float, default=assumed.latency * 1e3, help="assumed way of a request through the network and back")
    options = parser.parse_args()
    figures = figures_of(json.loads(options.known.read_text(encoding="utf-8"))) if options.known else scaling_costs.measure()
    if options.json:
        options.json.write_text(json.dumps(asdict(figures), indent=1) + "\n", encoding="utf-8")
    assumed = Assumed(
        read=options.mongodb_read_ms / 1e3, write=options.mongodb_write_ms / 1e3, cores=options.mongodb_cores, latency=options.latency_ms / 1e3
    )
    print(markdown(figures, assumed))


if __name__ == "__main__":
    main()
