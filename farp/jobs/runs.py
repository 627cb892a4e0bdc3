"""A run of the book as a document: what was asked, its chunks and how they went, counts, failures, duration.

Times are UTC. A chunk's state is `waiting`, `running`, `done` or `failed`; a run's `running`, `finished`, `interrupted` or `failed`.
Every change is one atomic update of the run's document, so that workers on many machines can report to it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from farp.errors import NotFound
from farp.store.protocol import PORTFOLIOS, RUNS, USER_PORTFOLIOS, Document, Store

USERS_PER_CHUNK = 100
MOST_CHUNKS = 500
MOST_FAILURES = 200
"""Failures kept in a run's document; the number of all of them is there too, and each is in its portfolio's own result."""
SILENT_SECONDS = 120.0
"""A local run that has not been heard of for so long has died."""
MOST_ATTEMPTS = 3
"""A chunk that was begun so often and never ended takes its workers down with it and is given up."""


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
        return sum(chunk["users"] for chunk in self.chunks)

    @property
    def users_done(self) -> int:
        """Users in chunks that have ended."""
        return sum(chunk["users"] for chunk in self.chunks if chunk["state"] in {"done", "failed"})

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


def planned(store: Store, request: Request) -> tuple[tuple[Chunk, int], ...]:
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
    size = max(USERS_PER_CHUNK, -(-len(ids) // MOST_CHUNKS))
    pieces = (ids[start : start + size] for start in range(0, len(ids), size))
    return tuple((Chunk(first=piece[0], last=piece[-1]), len(piece)) for piece in pieces)


def begin(store: Store, request: Request, *, workers: str, source_label: str, now: dt.datetime | None = None) -> Run:
    """Write a new run with its chunks waiting, and return it."""
    moment = now or dt.datetime.now(dt.UTC)
    chunks = planned(store, request)
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
        "chunks": [{"first": chunk.first, "last": chunk.last, "users": users, "state": "waiting", "attempts": 0} for chunk, users in chunks],
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
    """Note that a chunk is begun and return it; None when it has ended already, was given up just now, or its run is over."""
    begun: list[Chunk | None] = []

    def change(document: Document | None) -> Document:
        changed = _running(document, id, now)
        chunk = changed["chunks"][number]
        begun[:] = [None]
        if changed["state"] == "running" and chunk["state"] in {"waiting", "running"}:
            if chunk["attempts"] >= MOST_ATTEMPTS:
                reason = f"It was begun {MOST_ATTEMPTS} times and its worker ended every time; compute its owners one by one with --owner."
                chunk |= {"state": "failed", "failed": chunk["users"]}
                _note_failures(changed, [PortfolioFailure(portfolio_id=f"owners {chunk['first']} to {chunk['last']}", reason=reason)])
                _end_if_done(changed, now)
            else:
                chunk |= {"state": "running", "attempts": chunk["attempts"] + 1}
                begun[:] = [Chunk(first=chunk["first"], last=chunk["last"])]
        return changed

    store.update(RUNS, id, change)
    return begun[0]


def record(store: Store, id: str, number: int, outcome: ChunkOutcome, now: dt.datetime | None = None) -> Run:
    """Note how a chunk ended; a second report on the same chunk changes nothing. The last chunk ends the run."""

    def change(document: Document | None) -> Document:
        changed = _running(document, id, now)
        chunk = changed["chunks"][number]
        if chunk["state"] in {"waiting", "running"}:
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
    """End local runs whose process has died, and return how many there were."""
    moment = now or dt.datetime.now(dt.UTC)
    silent = [run for run in latest(store) if not run.ended and run.workers == "local" and (moment - run.heard_at).total_seconds() > SILENT_SECONDS]
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
    if all(chunk["state"] in {"done", "failed"} for chunk in document["chunks"]):
        given_up = any(chunk["state"] == "failed" for chunk in document["chunks"])
        document |= {"state": "failed" if given_up else "finished", "finished_at": now or dt.datetime.now(dt.UTC)}


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
