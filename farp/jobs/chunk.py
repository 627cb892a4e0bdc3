"""One chunk of a run: read users, compute what is not current, write results. The same wherever it runs.

What is written first can be written again; the headline in the user's own document comes last and says that the rest is there. A worker
that dies in between leaves old results or new ones, and whoever does the chunk again finishes it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from farp.analysis.book_depth import depths
from farp.errors import FarpError, SourceUnavailable
from farp.jobs import runs
from farp.jobs.inputs import Inputs
from farp.jobs.lines import lines_of, settle
from farp.jobs.results import Result, results_of
from farp.jobs.runs import Chunk, ChunkOutcome, PortfolioFailure, Request
from farp.jobs.uploads import with_uploads
from farp.portfolio import Portfolio
from farp.report.documents.depth import depth_document
from farp.service import Desk
from farp.service.book import write_lines
from farp.store.protocol import FACTOR_CONTRIBUTIONS, PORTFOLIOS, USER_PORTFOLIOS, Document, Store
from farp.store.users import portfolios_of

WORN_OUT = f"Its worker was ended {runs.MOST_ATTEMPTS} times while computing it; look at the size of its portfolios and at the worker's memory."


@dataclass(slots=True)
class _Book:
    """The users of a chunk as they are read: what has to be computed, with the inputs of each, and what went wrong already."""

    todo: list[Portfolio] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    entries: dict[str, Document] = field(default_factory=dict)  # as they were read
    converted: dict[str, Document] = field(default_factory=dict)  # the upload of each owner that has to be converted
    current: int = 0
    failures: list[PortfolioFailure] = field(default_factory=list)


def refresh_chunk(desk: Desk, run_id: str, number: int, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> tuple[int, ...]:
    """Do chunk `number` of a run and report it to the run's document; return the numbers of the chunks it had to be divided into, usually none.

    Raises
    ------
    SourceUnavailable
        The store does not answer; the chunk can be done again.
    """
    run = runs.find(desk.store, run_id)
    if runs.worn_out(run, number):
        return runs.divide(desk.store, run_id, number, WORN_OUT, now())
    chunk = runs.attempt(desk.store, run_id, number, now())
    if chunk is None:
        return ()
    try:
        outcome = computed(desk, chunk, run.request, now())
    except SourceUnavailable:
        with suppress(SourceUnavailable):  # then it counts as an attempt, and whoever comes later sorts it out
            runs.give_back(desk.store, run_id, number)
        raise
    runs.record(desk.store, run_id, number, outcome, now())
    return ()


def unexpected(error: BaseException) -> str:
    """Return the reason of a failure that is a mistake of ours."""
    return f"Something went wrong ({type(error).__name__}: {str(error)[:200]}); please report it."


def computed(desk: Desk, chunk: Chunk, request: Request, moment: dt.datetime) -> ChunkOutcome:
    """Compute and write the results of the users of `chunk` that are not current."""
    spec = desk.analysis_spec()
    inputs = Inputs(desk.history, request.as_of, spec)
    book = _read(desk, chunk, request, inputs)
    written, changed, failures = 0, 0, book.failures
    results = list(results_of(book.todo, desk.history, request.as_of, spec, lambda group: map(depth_document, depths(group, desk.history, spec))))
    desk.store.put_many(FACTOR_CONTRIBUTIONS, (_contributions(result, book.inputs[result.portfolio.id], moment) for result in results))
    write_lines(desk.store, lines_of(results, book.inputs, inputs.basis, moment))
    by_owner: dict[str, list[Result]] = {owner: [] for owner in book.converted}
    for result in results:
        by_owner.setdefault(result.portfolio.owner_id, []).append(result)
    counts: dict[str, int] = {}
    kept: dict[str, Document] = {}

    def change_of(owner: str, theirs: list[Result]) -> Callable[[Document | None], Document]:
        def change(found: Document | None) -> Document:
            document = with_uploads(found, book.converted.get(owner), desk.settings.base_currency)
            entries, counts[owner] = _with_results(document, theirs, book, moment)
            kept[owner] = {**document, "portfolios": entries}
            return kept[owner]

        return change

    desk.store.update_many(PORTFOLIOS, {owner: change_of(owner, theirs) for owner, theirs in by_owner.items()})
    settle(desk.store, results, book.inputs, kept)
    for owner, theirs in by_owner.items():
        written += counts[owner]
        changed += len(theirs) - counts[owner]
        failures += [PortfolioFailure(portfolio_id=result.portfolio.id, reason=result.failure) for result in theirs if result.failure]
    dates = [result.headline["date"] for result in results if result.headline]
    return ChunkOutcome(
        computed=written,
        current=book.current,
        changed=changed,
        failures=tuple(failures),
        price_date=dt.date.fromisoformat(max(dates)) if dates else None,
    )


def _read(desk: Desk, chunk: Chunk, request: Request, inputs: Inputs) -> _Book:
    book = _Book()
    uploads = {document["_id"]: document for document in _between(desk.store, USER_PORTFOLIOS, chunk)}
    users: dict[str, Document | None] = dict.fromkeys(uploads)
    users |= {document["_id"]: document for document in _between(desk.store, PORTFOLIOS, chunk)}
    for owner, found in sorted(users.items()):
        try:
            document = with_uploads(found, uploads.get(owner), desk.settings.base_currency)
            portfolios = portfolios_of(document)
        except FarpError as error:
            book.failures.append(PortfolioFailure(portfolio_id=owner, reason=str(error)))
            continue
        if found is None or document != found:
            book.converted[owner] = uploads[owner]
        for portfolio, entry in zip(portfolios, document["portfolios"], strict=True):
            if request.portfolio is not None and portfolio.id != request.portfolio:
                continue
            book.inputs[portfolio.id] = inputs.of(portfolio)
            if not request.force and (entry.get("risk") or {}).get("inputs") == book.inputs[portfolio.id]:
                book.current += 1
            else:
                book.todo.append(portfolio)
                book.entries[portfolio.id] = entry
    return book


def _between(store: Store, collection: str, chunk: Chunk) -> Iterator[Document]:
    first = store.get(collection, chunk.first)
    if first is not None:
        yield first
    if chunk.first == chunk.last:
        return
    for document in store.list(collection, after=chunk.first):
        if document["_id"] > chunk.last:
            return
        yield document


def _contributions(result: Result, inputs: str, moment: dt.datetime) -> Document:
    portfolio = result.portfolio
    body = {"failed": result.failure} if result.contributions is None else result.contributions
    return {"_id": portfolio.id, "user_id": portfolio.owner_id, "portfolio_id": portfolio.id, "inputs": inputs, "computed_at": moment, **body}


def _with_results(document: Document, results: list[Result], book: _Book, moment: dt.datetime) -> tuple[list[dict[str, Any]], int]:
    """Return the entries of `document` with results where the portfolio is still what was computed, and how many those are."""
    found = {result.portfolio.id: result for result in results}
    entries, count = [], 0
    for entry in document["portfolios"]:
        result = found.get(entry["portfolio_id"])
        if result is not None and _same_content(entry, book.entries[result.portfolio.id]):
            body = {"failed": result.failure} if result.headline is None else result.headline
            entry = {**entry, "risk": {"inputs": book.inputs[result.portfolio.id], "computed_at": moment, **body}}  # noqa: PLW2901
            count += 1
        entries.append(entry)
    return entries, count


def _same_content(one: Document, other: Document) -> bool:
    return all(one.get(name) == other.get(name) for name in ("assets", "base_currency"))
