"""The book refreshed end to end: 10,000 portfolios read, computed and written.

Floor: the same store reads and writes the same documents without computing anything, chunk by chunk in turn with the real thing, in one process.
On SQLite the time on the processor counts, because another program's turn is nobody's cost; through FerretDB (when `scripts/ferretdb/build` has
built it) that on the clock, because the server's is not ours to see. Then the same run on all cores as `farp refresh` does it.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from benchmarks.measure import Row, milliseconds
from farp.analysis.book import grouped
from farp.analysis.book_depth import depths
from farp.jobs import runs
from farp.jobs.chunk import computed
from farp.jobs.local import refresh
from farp.jobs.runs import Chunk, Request
from farp.report.documents.depth import depth_document
from farp.service import Desk, open_desk
from farp.settings import Settings, load_settings
from farp.store.protocol import PORTFOLIOS, USER_PORTFOLIOS, Document, Store

USERS = 10_000
USERS_OVER_THE_WIRE = 80  # FerretDB 1.x looks through the whole collection for every write; more of them take minutes
TARGET_RATIO = 2.0
TARGET_SECONDS = 10.0
CORES = 2
FERRETDB = Path(__file__).resolve().parents[1] / ".tools" / "ferretdb"


@dataclass
class Recording:
    """A store that keeps what is written through it, and how often."""

    store: Store
    written: list[tuple[str, list[Document]]] = field(default_factory=list)
    changed: dict[str, Document] = field(default_factory=dict)

    def put_many(self, collection: str, documents: Iterable[Document]) -> int:
        self.written.append((collection, list(documents)))
        return self.store.put_many(collection, self.written[-1][1])

    def update_many(self, collection: str, changes: Mapping[str, Callable[[Document | None], Document]]) -> int:
        def kept(key: str) -> Callable[[Document | None], Document]:
            def change(found: Document | None) -> Document:
                self.changed[key] = changes[key](found)
                return self.changed[key]

            return change

        return self.store.update_many(collection, {key: kept(key) for key in changes})

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def without_computing(store: Store, chunk: Chunk, recording: Recording) -> None:
    """Read the users of a chunk and write what was computed of them."""
    for collection in (USER_PORTFOLIOS, PORTFOLIOS):
        store.get(collection, chunk.first)
        for document in store.list(collection, after=chunk.first):
            if document["_id"] >= chunk.last:
                break
    for collection, documents in recording.written:
        store.put_many(collection, documents)
    store.update_many(PORTFOLIOS, {key: lambda _, key=key: recording.changed[key] for key in recording.changed})  # type: ignore[misc]


def end_to_end(desk: Desk, clock: Callable[[], float]) -> tuple[float, float]:
    """Return the seconds of computing and storing all, and of storing alone."""
    request = Request(force=True)
    real = bare = 0.0
    chunks = [chunk for chunk, _ in runs.planned(desk.store, request, desk.settings.users_per_chunk)]
    for number, chunk in enumerate([chunks[0], *chunks]):  # the first warms up
        recording = Recording(desk.store)
        recorded = replace(desk, store=cast(Store, recording))
        start = clock()
        computed(recorded, chunk, request, dt.datetime.now(dt.UTC))
        middle = clock()
        without_computing(desk.store, chunk, recording)
        end = clock()
        if number:
            real, bare = real + middle - start, bare + end - middle
    return real, bare


def depth_seconds(desk: Desk) -> float:
    """Return the seconds that factor contributions, components, replays and ladders of all portfolios take on the processor, documents included."""
    portfolios = desk.portfolios()
    spec = desk.analysis_spec()
    start = time.process_time()
    for first in range(0, len(portfolios), desk.settings.users_per_chunk):
        groups, _ = grouped(portfolios[first : first + desk.settings.users_per_chunk], desk.history, None, spec)
        for group in groups:
            for depth in depths(group, desk.history, spec):
                depth_document(depth)
    return time.process_time() - start


def ratio_row(what: str, real: float, bare: float) -> Row:
    return Row(
        what=what,
        measured=f"{real:.1f} s",
        floor=f"{bare:.1f} s reading and writing alone",
        ratio=real / bare,
        target=f"<= {TARGET_RATIO:.0f}x floor",
        ok=real <= TARGET_RATIO * bare,
    )


@contextmanager
def ferretdb(folder: Path) -> Iterator[str]:
    command = [str(FERRETDB), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def settings_of(folder: Path, **more: str) -> Settings:
    return load_settings({"FARP_DATA_DIR": str(folder), **more})


def rows(repeats: int) -> list[Row]:
    result = []
    with tempfile.TemporaryDirectory() as place, open_desk(settings_of(Path(place))) as desk:
        desk.seed(USERS, 3)
        alone = depth_seconds(desk)
        result.append(
            Row(
                what=f"factors, components, 13 replays, ladders of {USERS:,} portfolios as documents, on the processor",
                measured=f"{alone:.1f} s",
                floor="-",
                ratio=None,
                target=f"<= {TARGET_SECONDS:.0f} s on two cores",
                ok=alone / CORES <= TARGET_SECONDS,
            )
        )
        result.append(ratio_row(f"  {USERS:,} portfolios end to end on SQLite, on the processor", *end_to_end(desk, time.process_time)))
        start = time.perf_counter()
        run = refresh(desk, Request(force=True), processes=os.cpu_count())
        seconds = time.perf_counter() - start
        shown = f"{milliseconds(seconds / run.total('computed'))} a portfolio"
        result.append(
            Row(what="  the same as `farp refresh` on all cores", measured=f"{seconds:.1f} s", floor=shown, ratio=None, target="-", ok=None)
        )
    if FERRETDB.is_file():
        with tempfile.TemporaryDirectory() as place, ferretdb(Path(place)) as uri:
            with open_desk(settings_of(Path(place), MONGODB_URI=uri, REFRESH_CHUNK_USERS="20")) as desk:
                desk.seed(USERS_OVER_THE_WIRE, 3)
                result.append(ratio_row(f"  {USERS_OVER_THE_WIRE:,} portfolios end to end through FerretDB", *end_to_end(desk, time.perf_counter)))
    return result
