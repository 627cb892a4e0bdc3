"""What the nightly run costs piece by piece, measured here and now with a floor beside each: computing, documents, the run's document, a worker process.

Compute and memory are measured in processes of their own (`python -m benchmarks.scaling_costs PART`), with one BLAS thread: one core.
Other work on the machine lengthens what the clock shows, so waiting is the shortest of the repeats, and where processor time will do (of this
process for the client's share, of the server's process for its own) that is taken.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import os
import queue
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import bson
import numpy as np
import pymongo
from bson.raw_bson import RawBSONDocument
from pymongo import monitoring

from benchmarks.measure import peak_memory
from farp.demo import demo_users
from farp.jobs import runs
from farp.jobs.chunk import computed
from farp.jobs.local import refresh
from farp.jobs.runs import Chunk, Request
from farp.market import PriceHistory
from farp.portfolio import cash_currency
from farp.prices.archive import Archive, Record
from farp.prices.protocol import Outcome
from farp.prices.sample import load_sample
from farp.service import Desk, open_desk
from farp.settings import load_settings
from farp.store import codec
from farp.store.mongo import BATCH_DOCUMENTS, MongoStore
from farp.store.protocol import COLLECTIONS, PORTFOLIOS, PRICES, RUNS, USER_PORTFOLIOS, Document, Store
from farp.store.sqlite import SqliteStore
from farp.store.users import converted

SMALL, LARGE = 100, 1000  # users in the two chunks whose times tell the cost of a chunk from that of a user
MANY_POSITIONS = 20
DOCUMENTS = 500
DOCUMENTS_AT_A_SERVER = 50  # fewer, because FerretDB's writes take the longer the more documents there are
GROWN = 200
CHUNK_COUNTS = (1, 100, 500, 2000)
REPEATS = 3
REAL_USERS = 4000
RUN_REPEATS = 12
WRITERS = 4
WRITER_SECONDS = 3.0
START_SECONDS = 30.0
FERRETDB = Path(__file__).resolve().parents[1] / ".tools" / "ferretdb"
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compute:
    """Core seconds of a chunk and of each portfolio in it; `floor` is the bare NumPy arithmetic of one portfolio."""

    positions: float
    chunk: float
    portfolio: float
    floor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One kind of access to a collection, seconds per document.

    `wall` as the caller waits, `client` and `server` processor time (None: there is no server), `floor` the wall time of the same bytes through the
    bare driver; `commands` are requests to the server per document.
    """

    name: str
    collection: str
    wall: float
    client: float
    server: float | None
    floor: float
    commands: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunUpdate:
    """One change of the run's document that lists `chunks`, and one reading of it, seconds.

    `update` and `floor` (the same bytes through the bare driver) as the caller waits; `client`, `server` and `read` are processor time.
    """

    chunks: int
    bytes: int
    update: float
    client: float
    server: float | None
    read: float
    floor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCosts:
    """All of one kind of store."""

    name: str
    operations: tuple[Operation, ...]
    run_updates: tuple[RunUpdate, ...]
    contended_updates_per_second: float
    """Of a run of 500 chunks, by 4 writers that do nothing else."""
    documents: int
    """In each collection while the operations were measured."""
    write_growth: float
    """What every further document in the collection adds to one write, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker process: seconds from its start until it has a desk, and resident memory [bytes]; floors are a Python that only imports NumPy."""

    start: float
    start_floor: float
    memory: int
    memory_floor: int
    peak_by_chunk: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RealRun:
    """A real run of `users` on this machine against SQLite: seconds on the clock, and processor time of all its processes."""

    users: int
    processes: int
    seconds: float
    processor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything measured in one run."""

    measured_on: str
    cores: int
    compute: tuple[Compute, ...]
    document_bytes: Mapping[str, float]
    """Mean size as BSON by collection."""
    documents_per_user: Mapping[str, float]
    bytes_on_disk_per_user: float
    """Of a SQLite file with its indexes."""
    stores: tuple[StoreCosts, ...]
    worker: Worker
    real_run: RealRun
    price_bytes: float
    price_tickers: int


class MemoryStore:
    """The store's protocol over dictionaries, without a codec: what is left is computing."""

    description = "memory"

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Document]] = {name: {} for name in COLLECTIONS}

    def get(self, collection: str, id: str) -> Document | None:
        return self.tables[collection].get(id)

    def put(self, collection: str, document: Document) -> None:
        self.tables[collection][document["_id"]] = document

    def put_many(self, collection: str, documents: Iterable[Document]) -> int:
        found = {document["_id"]: document for document in documents}
        self.tables[collection].update(found)
        return len(found)

    def update(self, collection: str, id: str, change: Callable[[Document | None], Document]) -> Document:
        self.tables[collection][id] = change(self.tables[collection].get(id))
        return self.tables[collection][id]

    def update_many(self, collection: str, changes: Mapping[str, Callable[[Document | None], Document]]) -> int:
        for key, change in changes.items():
            self.update(collection, key, change)
        return len(changes)

    def delete(self, collection: str, id: str) -> bool:
        return self.tables[collection].pop(id, None) is not None

    def list(self, collection: str, *, owner: str | None = None, after: str | None = None, limit: int | None = None) -> Iterator[Document]:
        table = self.tables[collection]
        found = (table[key] for key in sorted(table) if (after is None or key > after) and owner in (None, table[key].get("user_id")))
        yield from (document for number, document in enumerate(found) if limit is None or number < limit)

    def ids(self, collection: str, *, after: str | None = None) -> Iterator[str]:
        yield from (key for key in sorted(self.tables[collection]) if after is None or key > after)

    def count(self, collection: str) -> int:
        return len(self.tables[collection])

    def ping(self) -> None:
        pass

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ending: object) -> None:
        pass


def uploads(users: int, history: PriceHistory, positions: int | None = None) -> list[Document]:
    """Return documents of `user_portfolios`: the demo's own, or with `positions` tickers each, drawn from all there are."""
    documents: list[Document] = [{"_id": document["user_id"], **document} for document in demo_users(users, 7, history)]
    if positions is not None:
        # those that are priced up to the last day, so that every portfolio has all of its positions
        tickers = [ticker for ticker, close in zip(history.tickers, history.closes[-1], strict=True) if np.isfinite(close) or cash_currency(ticker)]
        rng = np.random.default_rng(7)
        for document in documents:
            chosen = rng.choice(tickers, size=positions, replace=False)
            assets = [{"asset_ticker": str(ticker), "asset_quantity": int(rng.integers(10, 1000))} for ticker in chosen]
            document["portfolio"] = {**document["portfolio"], "assets": assets}
    return documents


def memory_desk(users: Sequence[Document], folder: str) -> Desk:
    """Return a desk over a `MemoryStore` with these uploads, converted as after the first run."""
    with open_desk(load_settings({"FARP_DATA_DIR": folder})) as desk:
        store = MemoryStore()
        fill(store, users)
        return dataclasses.replace(desk, store=store)


def fill(store: Store, users: Sequence[Document]) -> None:
    """Write uploads and what they are converted to."""
    store.put_many(USER_PORTFOLIOS, users)
    store.put_many(PORTFOLIOS, [converted(document) for document in users])


def chunk_of(users: Sequence[Document]) -> Chunk:
    """Return the chunk of all `users`."""
    return Chunk(first=min(document["_id"] for document in users), last=max(document["_id"] for document in users))


def compute(positions: int | None = None) -> Compute:
    """Measure `computed` without a store: processor time of chunks of two sizes."""
    history = load_sample()
    with tempfile.TemporaryDirectory() as folder:
        users = uploads(LARGE, history, positions)
        desk = memory_desk(users, folder)
        request = Request(force=True)
        small, large = chunk_of(users[:SMALL]), chunk_of(users)
        both = {SMALL: lambda: computed(desk, small, request, NOW), LARGE: lambda: computed(desk, large, request, NOW)}
        times = processor_times(both | {0: bare_arithmetic(users, history)}, REPEATS)
    portfolio = (times[LARGE] - times[SMALL]) / (LARGE - SMALL)
    held = [len(document["portfolio"]["assets"]) for document in users]
    return Compute(
        positions=statistics.fmean(held),
        chunk=max(times[SMALL] - SMALL * portfolio, 0.0),
        portfolio=portfolio,
        floor=times[0] / LARGE,
    )


def bare_arithmetic(users: Sequence[Document], history: PriceHistory) -> Callable[[], object]:
    """Return what nobody can leave out, on arrays that lie ready: P&L, quantiles, value path, components, factor and scenario products."""
    column = {ticker: number for number, ticker in enumerate(history.tickers)}
    closes = np.nan_to_num(np.array(history.closes[-253:].T), nan=1.0)
    returns = closes[:, 1:] / closes[:, :-1] - 1.0
    places = [[column[asset["asset_ticker"]] for asset in document["portfolio"]["assets"] if asset["asset_ticker"] in column] for document in users]
    amounts = np.zeros((len(users), len(returns)))
    for row, chosen in enumerate(places):
        amounts[row, chosen] = 1000.0
    factors = returns[:6]
    moves = np.random.default_rng(7).normal(size=(len(returns), 13))
    noise = np.random.default_rng(7).normal(scale=1e-4, size=returns.shape)  # cash does not move; a constant has no correlation

    def run() -> None:
        profit = amounts @ returns
        np.partition(profit, (2, 12), axis=-1)
        profit.std(axis=-1)
        np.maximum.accumulate(amounts @ closes[:, 1:], axis=-1)
        loadings = np.linalg.lstsq(factors.T, returns.T)[0]
        (amounts @ loadings.T, amounts @ moves)
        for chosen in places:
            np.linalg.eigh(np.corrcoef((returns + noise)[chosen] if len(chosen) > 1 else returns[:2] + noise[:2]))

    return run


def processor_times(measured: Mapping[int, Callable[[], object]], repeats: int) -> dict[int, float]:
    """Return the least processor time [s] of each, taken in turns after one round to warm up."""
    times: dict[int, list[float]] = {name: [] for name in measured}
    for repeat in range(repeats + 1):
        for name, action in measured.items():
            start = time.process_time()
            action()
            if repeat:
                times[name].append(time.process_time() - start)
    return {name: min(values) for name, values in times.items()}


def memory(users: int) -> dict[str, int]:
    """Return resident memory [bytes] of this process after opening a desk, and at its peak after a chunk of `users` against SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"FARP_DATA_DIR": folder})
        with open_desk(settings) as desk:
            opened = peak_memory()
            if users:
                documents = list(desk.store.list(USER_PORTFOLIOS)) or uploads(users, desk.history)
                fill(desk.store, documents)
                computed(desk, chunk_of(documents), Request(force=True), NOW)
    return {"opened": opened, "peak": peak_memory()}


def real_run(users: int) -> RealRun:
    """Do a run as `farp refresh --force` does it, on all cores."""
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder, open_desk(load_settings({"FARP_DATA_DIR": folder})) as desk:
        fill(desk.store, uploads(users, desk.history))
        before = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        refresh(desk, Request(force=True), processes=cores)
        seconds = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = sum(late.ru_utime + late.ru_stime - early.ru_utime - early.ru_stime for early, late in zip(before, after, strict=True))
    return RealRun(users=users, processes=cores, seconds=seconds, processor=processor)


def in_a_child(part: str, *arguments: str) -> Any:
    """Return what `python -m benchmarks.scaling_costs` prints, run with one BLAS thread."""
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, "-m", "benchmarks.scaling_costs", part, *arguments]
    done = subprocess.run(command, env={**os.environ, **threads}, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def worker() -> Worker:
    """Measure a process that does what a worker does before its first chunk."""
    bare = "import numpy; from benchmarks.measure import peak_memory; print(peak_memory())"
    opening = (
        "import tempfile; from farp.jobs import chunk; from farp.service import open_desk; from farp.settings import load_settings;"
        "open_desk(load_settings({'FARP_DATA_DIR': tempfile.mkdtemp()})).close(); from benchmarks.measure import peak_memory; print(peak_memory())"
    )
    seconds: dict[str, list[float]] = {bare: [], opening: []}
    memories: dict[str, int] = {}
    for repeat in range(REPEATS + 1):
        for code, taken in seconds.items():
            start = time.perf_counter()
            memories[code] = int(subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout)
            if repeat:
                taken.append(time.perf_counter() - start)
    return Worker(
        start=min(seconds[opening]),
        start_floor=min(seconds[bare]),
        memory=memories[opening],
        memory_floor=memories[bare],
        peak_by_chunk={users: in_a_child("memory", str(users))["peak"] for users in (100, 500, 2000)},
    )


class Commands(monitoring.CommandListener):
    """Counts requests to a MongoDB-compatible server."""

    count = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in {"find", "insert", "update", "delete", "getMore"}:
            type(self).count += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


@contextmanager
def ferretdb(folder: Path) -> Iterator[tuple[str, int]]:
    """Start the server that `scripts/ferretdb/build` built on a free port; yields its address and process id."""
    with subprocess.Popen(
        [str(FERRETDB), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=lambda: lines.put(process.stdout.readline() if process.stdout else ""), daemon=True).start()
        try:
            try:
                uri = lines.get(timeout=START_SECONDS).strip()
            except queue.Empty:
                uri = ""
            if not uri.startswith("mongodb://"):
                raise SystemExit(f"FerretDB did not start within {START_SECONDS:g} seconds; build it again with scripts/ferretdb/build.")
            yield uri, process.pid
        finally:
            process.terminate()


def server_seconds(pid: int) -> float:
    """Return the processor time [s] of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


Raw = Callable[[str, Mapping[str, bytes] | None], object]
"""Writes bodies by id to a collection through the bare driver, or reads and decodes all of it (None)."""


def sqlite_raw(path: Path) -> Raw:
    """Return the floor for SQLite: one transaction as safe as the store's."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")

    def run(collection: str, bodies: Mapping[str, bytes] | None) -> object:
        if bodies is None:
            return [bson.decode(body) for (body,) in connection.execute(f"SELECT body FROM {collection} ORDER BY id")]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"UPDATE {collection} SET body = ? WHERE id = ?", [(body, key) for key, body in bodies.items()])
        return connection.execute("COMMIT")

    return run


def mongo_raw(client: pymongo.MongoClient[Any], database: str) -> Raw:
    """Return the floor for a MongoDB-compatible server: replacements in batches of the store's size."""

    def run(collection: str, bodies: Mapping[str, bytes] | None) -> object:
        table = client[database][collection]
        if bodies is None:
            return list(table.find().batch_size(100))
        items = list(bodies.items())
        for start in range(0, len(items), BATCH_DOCUMENTS):
            some = [{"q": {"_id": key}, "u": RawBSONDocument(body), "upsert": True} for key, body in items[start : start + BATCH_DOCUMENTS]]
            client[database].command({"update": collection, "updates": some, "ordered": False})
        return None

    return run


def operations(store: Store, raw: Raw, tables: Mapping[str, Mapping[str, Document]], pid: int | None) -> Iterator[Operation]:
    """Yield what a chunk does with the store, measured over the documents of `tables`, which are there already."""
    for collection, documents in tables.items():
        if collection not in {USER_PORTFOLIOS, PRICES}:
            yield _operation(
                "write", collection, len(documents), _writing(store, collection, documents), _raw_writing(raw, collection, documents), pid
            )
        if collection in {USER_PORTFOLIOS, PORTFOLIOS, PRICES}:
            yield _operation("read", collection, len(documents), partial(_read_all, store, collection), partial(raw, collection, None), pid)


def _read_all(store: Store, collection: str) -> None:
    for _ in store.list(collection):
        pass


def _writing(store: Store, collection: str, documents: Mapping[str, Document]) -> Callable[[], object]:
    if collection == PORTFOLIOS:
        changes = {key: _replacing_by(document) for key, document in documents.items()}
        return lambda: store.update_many(collection, changes)
    return lambda: store.put_many(collection, documents.values())


def _replacing_by(document: Document) -> Callable[[Document | None], Document]:
    return lambda found: document


def _raw_writing(raw: Raw, collection: str, documents: Mapping[str, Document]) -> Callable[[], object]:
    # two contents in turn, because a server may see that nothing changes and write nothing
    turns = itertools.cycle([{key: codec.encode({**document, "turn": turn}) for key, document in documents.items()} for turn in range(2)])
    return lambda: raw(collection, next(turns))


def write_growth(store: Store, documents: Sequence[Document]) -> float:
    """Return by how much one write takes longer for every document more that the collection has, seconds; measured between 50 and 200."""
    some = documents[:BATCH_DOCUMENTS]
    times = []
    for size in (DOCUMENTS_AT_A_SERVER, GROWN):
        store.put_many(PORTFOLIOS, documents[:size])
        taken = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            store.put_many(PORTFOLIOS, some)
            taken.append((time.perf_counter() - start) / len(some))
        times.append(min(taken))
    return max(times[1] - times[0], 0.0) / (GROWN - DOCUMENTS_AT_A_SERVER)


def _operation(name: str, collection: str, count: int, action: Callable[[], object], floor: Callable[[], object], pid: int | None) -> Operation:
    taken: list[tuple[float, float, float, float]] = []
    commands = 0
    for _ in range(REPEATS + 1):
        before = (time.perf_counter(), time.process_time(), server_seconds(pid) if pid else 0.0)
        counted = Commands.count
        action()
        after = (time.perf_counter(), time.process_time(), server_seconds(pid) if pid else 0.0)
        commands = Commands.count - counted
        start = time.perf_counter()
        floor()
        wall, client, server = (late - early for early, late in zip(before, after, strict=True))
        taken.append((wall, client, server, time.perf_counter() - start))
    walls, clients, servers, floors = zip(*taken[1:], strict=True)  # the first warms up
    return Operation(
        name=name,
        collection=collection,
        wall=min(walls) / count,
        client=min(clients) / count,
        server=statistics.fmean(servers) / count if pid else None,  # the kernel counts in hundredths of a second
        floor=min(floors) / count,
        commands=commands / count if pid else None,
    )


def run_with(chunks: int) -> Document:
    """Return the document of a run that is half done."""
    done = {"state": "done", "attempts": 1, "computed": 2000, "current": 0, "changed": 0, "failed": 0}
    waiting = {"state": "waiting", "attempts": 0}
    return {
        "_id": f"20260101T000000-{chunks:08x}",
        "state": "running",
        "workers": "local",
        "request": {"as_of": None, "owner": None, "portfolio": None, "force": False},
        "started_at": NOW,
        "heard_at": NOW,
        "finished_at": None,
        "source_label": "Bundled sample",
        "price_date": "2022-12-28",
        "chunks": [
            {"first": f"user_{n * 2000:07d}", "last": f"user_{n * 2000 + 1999:07d}", "users": 2000, **(done if n < chunks // 2 else waiting)}
            for n in range(chunks)
        ],
        "failures": [],
    }


def run_updates(store: Store, raw: Raw, pid: int | None) -> Iterator[RunUpdate]:
    """Yield the cost of a change of the run's document as it lists more chunks."""
    for chunks in CHUNK_COUNTS:
        document = run_with(chunks)
        store.put(RUNS, document)
        key = document["_id"]
        floor = _raw_writing(raw, RUNS, {key: document})
        taken: list[tuple[float, float, float, float, float]] = []
        for _ in range(RUN_REPEATS):
            floor()
            marks = [(time.perf_counter(), time.process_time(), server_seconds(pid) if pid else 0.0)]
            for action in (lambda key=key: runs.beat(store, key), lambda key=key: runs.find(store, key), floor):
                action()
                marks.append((time.perf_counter(), time.process_time(), server_seconds(pid) if pid else 0.0))
            (w0, c0, s0), (w1, c1, s1), (w2, c2, _), (w3, _, _) = marks
            taken.append((w1 - w0, c1 - c0, s1 - s0, c2 - c1, w3 - w2))
        update, client, server, read, bare = zip(*taken[1:], strict=True)
        yield RunUpdate(
            chunks=chunks,
            bytes=len(codec.encode(document)),
            update=min(update),
            client=min(client),
            server=statistics.fmean(server) if pid else None,
            read=min(read),
            floor=min(bare),
        )


def contended(opened: Callable[[], Store]) -> float:
    """Return how many changes per second of one run's document `WRITERS` writers get done together."""
    with opened() as first:
        document = run_with(500)
        first.put(RUNS, document)
    counts = [0] * WRITERS
    until = time.monotonic() + WRITER_SECONDS

    def work(number: int) -> None:
        with opened() as store:
            while time.monotonic() < until:
                runs.beat(store, document["_id"])
                counts[number] += 1

    start = time.monotonic()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - start)


def results_of_a_run(history: PriceHistory) -> dict[str, dict[str, Document]]:
    """Return every document that `DOCUMENTS` users have after a run, by collection, and the prices as they would be kept."""
    with tempfile.TemporaryDirectory() as folder:
        users = uploads(DOCUMENTS, history)
        desk = memory_desk(users, folder)
        computed(desk, chunk_of(users), Request(force=True), NOW)
        tables = {name: documents for name, documents in desk.store.tables.items() if documents}  # type: ignore[attr-defined]
    memory_store = MemoryStore()
    Archive(memory_store, "yahoo").put(
        Record(
            source="yahoo",
            ticker=ticker,
            instrument=history.instruments[ticker],
            dates=history.dates[np.isfinite(closes)],
            closes=np.array(closes[np.isfinite(closes)]),
            fetched_at=NOW,
            tried_at=NOW,
            outcome=Outcome.PRICED,
        )
        for ticker, closes in zip(history.tickers, history.closes.T, strict=True)
    )
    return tables | {PRICES: memory_store.tables[PRICES]}


def store_costs(name: str, opened: Callable[[], Store], raw: Raw, tables: Mapping[str, Mapping[str, Document]], pid: int | None) -> StoreCosts:
    """Measure one kind of store, empty and opened anew by `opened`; `pid` is its server's process."""
    size = DOCUMENTS_AT_A_SERVER if pid else DOCUMENTS
    some = {name: dict(itertools.islice(documents.items(), size)) for name, documents in tables.items()}
    with opened() as store:
        for collection, documents in some.items():
            store.put_many(collection, documents.values())
        measured = tuple(operations(store, raw, some, pid))
        return StoreCosts(
            name=name,
            operations=measured,
            run_updates=tuple(run_updates(store, raw, pid)),
            contended_updates_per_second=contended(opened),
            documents=size,
            write_growth=write_growth(store, list(tables[PORTFOLIOS].values())),
        )


def bytes_on_disk(path: Path, tables: Mapping[str, Mapping[str, Document]]) -> float:
    """Return the bytes of a SQLite file per user of `tables`."""
    with SqliteStore(path) as store:
        for collection in sorted(set(tables) - {PRICES}):
            store.put_many(collection, tables[collection].values())
    return path.stat().st_size / DOCUMENTS


def measure() -> Figures:
    """Measure everything; takes about two minutes on two cores."""
    history = load_sample()
    tables = results_of_a_run(history)
    stores: list[StoreCosts] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "sqlite" / "farp.sqlite"
        SqliteStore(path).close()
        stores.append(store_costs("SQLite", lambda: SqliteStore(path), sqlite_raw(path), tables, None))
        on_disk = bytes_on_disk(folder / "size.sqlite", tables)
        if FERRETDB.is_file():
            home = folder / "ferretdb"
            home.mkdir()
            monitoring.register(Commands())
            with ferretdb(home) as (uri, pid):
                client: pymongo.MongoClient[Any] = pymongo.MongoClient(uri)
                raw = mongo_raw(client, "bench")
                stores.append(store_costs("FerretDB", lambda: MongoStore(uri, database="bench"), raw, tables, pid))
    sizes = {name: [len(codec.encode(document)) for document in documents.values()] for name, documents in tables.items()}
    return Figures(
        measured_on=f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
        cores=os.cpu_count() or 1,
        compute=tuple(Compute(**in_a_child("compute", *arguments)) for arguments in ((), (str(MANY_POSITIONS),))),
        document_bytes={name: statistics.fmean(of) for name, of in sizes.items()},
        documents_per_user={name: len(of) / DOCUMENTS for name, of in sizes.items() if name != PRICES},
        bytes_on_disk_per_user=on_disk,
        stores=tuple(stores),
        worker=worker(),
        real_run=RealRun(**in_a_child("run", str(REAL_USERS))),
        price_bytes=statistics.fmean(sizes[PRICES]),
        price_tickers=len(sizes[PRICES]),
    )


def main() -> None:
    part, arguments = sys.argv[1], [int(argument) for argument in sys.argv[2:]]
    if part == "compute":
        print(json.dumps(dataclasses.asdict(compute(*arguments))))
    elif part == "run":
        print(json.dumps(dataclasses.asdict(real_run(*arguments))))
    else:
        print(json.dumps(memory(*arguments)))


if __name__ == "__main__":
    main()
