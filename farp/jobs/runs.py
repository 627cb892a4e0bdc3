"""A run of the book as a document: what was asked, its chunks and how they went, counts, failures, duration.

Times are UTC. A chunk's state is `waiting`, `running`, `done`, `failed` or `divided` (its pieces are chunks of their own); a run's `running`,
`finished`, `interrupted` or `failed`.
Every change is one atomic update of the run's document, so that workers on many machines can report to it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from farp.errors import NotFound
from farp.store.protocol import PORTFOLIOS, RUNS, USER_PORTFOLIOS, Document, Store

MOST_CHUNKS = 500
MOST_FAILURES = 200
"""Failures kept in a run's document; the number of all of them is there too, and each is in its portfolio's own result."""
SILENT_SECONDS = {"local": 60.0, "celery": 86_400.0}
"""A run that has not been heard of for so long has died; one on workers may wait for them."""
MOST_ATTEMPTS = 3
"""A chunk that was begun so often and never ended takes its workers down with it: it is divided, and given up when it is a single user."""
PIECES = 16
ENDED = frozenset({"done", "failed", "divided"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a run shall do: everything, one owner's portfolios or one portfolio; `force` also computes what is current."""

    as_of: dt.date | None = None
    owner: str | None = None
    portfolio: str | None = None
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """The users whose ids lie between `first` and `last`, both included."""

    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioFailure:
    """A portfolio, or a user whose document cannot be read, and why there is no result."""

    portfolio_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkOutcome:
    """How many portfolios were computed, were current already, or changed while they were computed, and what failed."""

    computed: int = 0
    current: int = 0
    changed: int = 0
    failures: tuple[PortfolioFailure, ...] = ()
    price_date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as stored."""

    id: str
    state: str
    workers: str
    request: Request
    started_at: dt.datetime
    heard_at: dt.datetime
    finished_at: dt.datetime | None
    source_label: str
    price_date: dt.date | None
    chunks: tuple[Mapping[str, Any], ...]
    failures: tuple[PortfolioFailure, ...] = field(default=())

    @property
    def users(self) -> int:
        """Users in all chunks."""
        return sum(chunk["users"] for chunk in self.chunks if chunk["state"] != "divided")

    @property
    def users_done(self) -> int:
        """Users in chunks that have ended."""
        return sum(chunk["users"] for chunk in self.chunks if chunk["state"] in {"done", "failed"})

    @property
    def open_chunks(self) -> tuple[int, ...]:
        """Numbers of the chunks that have not ended."""
        return tuple(number for number, chunk in enumerate(self.chunks) if chunk["state"] not in ENDED)

    @property
    def attempts(self) -> int:
        """How often a chunk was begun."""
        return sum(chunk["attempts"] for chunk in self.chunks)

    def total(self, what: str) -> int:
        """Return the sum over chunks of `computed`, `current`, `changed` or `failed`."""
        return sum(chunk.get(what, 0) for chunk in self.chunks)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state != "running"

    @property
    def seconds(self) -> float:
        """From start to end, or to the last sign of life."""
        return ((self.finished_at or self.heard_at) - self.started_at).total_seconds()


def planned(store: Store, request: Request, users_per_chunk: int = 250) -> tuple[tuple[Chunk, int], ...]:
    """Return the chunks a request is cut into, each with its number of users.

    Raises
    ------
    NotFound
        The owner or the portfolio asked for is not there.
    """
    if request.portfolio is not None or request.owner is not None:
        owner = request.owner if request.owner is not None else str(request.portfolio).partition(".")[2]
        if not owner or (store.get(PORTFOLIOS, owner) is None and store.get(USER_PORTFOLIOS, owner) is None):
            raise NotFound("owner", owner) if request.owner is not None else NotFound("portfolio", str(request.portfolio))
        return ((Chunk(first=owner, last=owner), 1),)
    ids = sorted(set(store.ids(PORTFOLIOS)) | set(store.ids(USER_PORTFOLIOS)))
    return _cut(ids, max(users_per_chunk, -(-len(ids) // MOST_CHUNKS)))


def begin(store: Store, request: Request, *, workers: str, source_label: str, users_per_chunk: int = 250, now: dt.datetime | None = None) -> Run:
    """Write a new run with its chunks waiting, and return it."""
    moment = now or dt.datetime.now(dt.UTC)
    chunks = planned(store, request, users_per_chunk)
    document: Document = {
        "_id": f"{moment:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
        "state": "running" if chunks else "finished",
        "workers": workers,
        "request": {**asdict(request), "as_of": request.as_of.isoformat() if request.as_of else None},
        "started_at": moment,
        "heard_at": moment,
        "finished_at": None if chunks else moment,
        "source_label": source_label,
        "price_date": None,
        "chunks": [_waiting(chunk, users) for chunk, users in chunks],
        "failures": [],
    }
    store.put(RUNS, document)
    return run_of(document)


def find(store: Store, id: str) -> Run:
    """Return the run `id`; NotFound when there is none."""
    document = store.get(RUNS, id) if id and "\0" not in id else None
    if document is None:
        raise NotFound("run", id)
    return run_of(document)


def latest(store: Store, limit: int = 50) -> tuple[Run, ...]:
    """Return the newest runs, the newest first."""
    newest = sorted(store.ids(RUNS))[-limit:]
    return tuple(run_of(document) for key in reversed(newest) if (document := store.get(RUNS, key)) is not None)


def attempt(store: Store, id: str, number: int, now: dt.datetime | None = None) -> Chunk | None:
    """Note that a chunk is begun and return it; None when it has ended already, is worn out (see `worn_out`), or its run is over."""
    begun: list[Chunk | None] = []

    def change(document: Document | None) -> Document:
        changed = _running(document, id, now)
        chunk = changed["chunks"][number]
        begun[:] = [None]
        if changed["state"] == "running" and chunk["state"] not in ENDED and chunk["attempts"] < MOST_ATTEMPTS:
            chunk |= {"state": "running", "attempts": chunk["attempts"] + 1}
            begun[:] = [Chunk(first=chunk["first"], last=chunk["last"])]
        return changed

    store.update(RUNS, id, change)
    return begun[0]


def worn_out(run: Run, number: int) -> bool:
    """Return whether a chunk was begun as often as may be and never ended."""
    chunk = run.chunks[number]
    return not run.ended and chunk["state"] not in ENDED and chunk["attempts"] >= MOST_ATTEMPTS


def give_back(store: Store, id: str, number: int) -> None:
    """Note that a chunk was left for a reason that is not its own, so that the attempt does not count."""

    def change(document: Document | None) -> Document:
        changed = _running(document, id, None)
        chunk = changed["chunks"][number]
        if chunk["state"] == "running":
            chunk |= {"state": "waiting", "attempts": max(chunk["attempts"] - 1, 0)}
        return changed

    store.update(RUNS, id, change)


def divide(store: Store, id: str, number: int, reason: str, now: dt.datetime | None = None) -> tuple[int, ...]:
    """Cut a chunk that cannot be done as a whole into pieces and return their numbers; one of a single user ends as a failure with `reason`.

    So the one user that takes the workers down is alone in the end, and costs no other.
    """
    run = find(store, id)
    asked = run.chunks[number]
    pieces: tuple[tuple[Chunk, int], ...] = ()
    if asked["first"] != asked["last"]:
        ids = sorted({key for collection in (PORTFOLIOS, USER_PORTFOLIOS) for key in _ids_between(store, collection, asked["first"], asked["last"])})
        pieces = _cut(ids, -(-len(ids) // PIECES)) if ids else ()
    numbers: list[int] = []

    def change(document: Document | None) -> Document:
        changed = _running(document, id, now)
        chunk = changed["chunks"][number]
        numbers.clear()
        if chunk["state"] in ENDED:
            return changed
        if asked["first"] == asked["last"]:
            chunk |= {"state": "failed", "failed": 1}
            _note_failures(changed, [PortfolioFailure(portfolio_id=chunk["first"], reason=reason)])
        else:
            chunk |= {"state": "divided"}
            numbers.extend(range(len(changed["chunks"]), len(changed["chunks"]) + len(pieces)))
            changed["chunks"] += [_waiting(piece, users) for piece, users in pieces]
        _end_if_done(changed, now)
        return changed

    store.update(RUNS, id, change)
    return tuple(numbers)


def record(store: Store, id: str, number: int, outcome: ChunkOutcome, now: dt.datetime | None = None) -> Run:
    """Note how a chunk ended; a second report on the same chunk changes nothing. The last chunk ends the run."""

    def change(document: Document | None) -> Document:
        changed = _running(document, id, now)
        chunk = changed["chunks"][number]
        if chunk["state"] not in ENDED:
            counts = {"computed": outcome.computed, "current": outcome.current, "changed": outcome.changed, "failed": len(outcome.failures)}
            chunk |= {"state": "done", **counts}
            _note_failures(changed, outcome.failures)
            if outcome.price_date is not None:
                changed["price_date"] = max(filter(None, (changed["price_date"], outcome.price_date.isoformat())))
            _end_if_done(changed, now)
        return changed

    return run_of(store.update(RUNS, id, change))


def beat(store: Store, id: str, now: dt.datetime | None = None) -> None:
    """Note that the run's process is alive."""
    store.update(RUNS, id, lambda document: _running(document, id, now))


def interrupt(store: Store, id: str, now: dt.datetime | None = None) -> Run:
    """End a run that will not go on; what it has not done is left for the next one."""

    def change(document: Document | None) -> Document:
        changed = _running(document, id, None)
        if changed["state"] == "running":
            changed |= {"state": "interrupted", "finished_at": now or dt.datetime.now(dt.UTC)}
        return changed

    return run_of(store.update(RUNS, id, change))


def interrupt_the_silent(store: Store, now: dt.datetime | None = None) -> int:
    """End runs whose process has died, or whose workers never came, and return how many there were."""
    moment = now or dt.datetime.now(dt.UTC)
    silent = [run for run in latest(store) if not run.ended and (moment - run.heard_at).total_seconds() > SILENT_SECONDS[run.workers]]
    for run in silent:
        interrupt(store, run.id, run.heard_at)
    return len(silent)


def run_of(document: Mapping[str, Any]) -> Run:
    """Return a stored run."""
    request = document["request"]
    return Run(
        id=document["_id"],
        state=document["state"],
        workers=document["workers"],
        request=Request(**{**request, "as_of": _date(request["as_of"])}),
        started_at=document["started_at"],
        heard_at=document["heard_at"],
        finished_at=document["finished_at"],
        source_label=document["source_label"],
        price_date=_date(document["price_date"]),
        chunks=tuple(document["chunks"]),
        failures=tuple(PortfolioFailure(**failure) for failure in document["failures"]),
    )


def _running(document: Document | None, id: str, now: dt.datetime | None) -> Document:
    if document is None:
        raise NotFound("run", id)
    return {**document, "heard_at": now or dt.datetime.now(dt.UTC)}


def _note_failures(document: Document, failures: Sequence[PortfolioFailure]) -> None:
    room = MOST_FAILURES - len(document["failures"])
    document["failures"] += [asdict(failure) for failure in failures[: max(room, 0)]]


def _end_if_done(document: Document, now: dt.datetime | None) -> None:
    if all(chunk["state"] in ENDED for chunk in document["chunks"]):
        given_up = any(chunk["state"] == "failed" for chunk in document["chunks"])
        document |= {"state": "failed" if given_up else "finished", "finished_at": now or dt.datetime.now(dt.UTC)}


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _cut(ids: Sequence[str], size: int) -> tuple[tuple[Chunk, int], ...]:
    pieces = (ids[start : start + size] for start in range(0, len(ids), size))
    return tuple((Chunk(first=piece[0], last=piece[-1]), len(piece)) for piece in pieces)


def _ids_between(store: Store, collection: str, first: str, last: str) -> Iterator[str]:
    if store.get(collection, first) is not None:
        yield first
    for key in store.ids(collection, after=first):
        if key > last:
            return
        yield key


def _waiting(chunk: Chunk, users: int) -> Document:
    return {"first": chunk.first, "last": chunk.last, "users": users, "state": "waiting", "attempts": 0}
