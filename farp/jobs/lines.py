"""The lines of the book that a chunk writes beside its larger results, and what becomes of them when a user was faster."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from farp.jobs.results import Result
from farp.service import book
from farp.service.book import State
from farp.store.protocol import Document, Store
from farp.store.users import portfolios_of


def lines_of(results: Iterable[Result], inputs: Mapping[str, str], basis: str, moment: dt.datetime) -> Iterator[Document]:
    """Yield the line of every result; `inputs` is what each was computed from, `basis` what of it all share."""
    for result in results:
        known = {"inputs": inputs[result.portfolio.id], "basis": basis, "computed_at": moment}
        if result.headline is None or result.past is None:
            yield book.line(result.portfolio, state=State.FAILED.value, reason=result.failure, **known)
        else:
            yield book.line(result.portfolio, state=State.CURRENT.value, **known, **book.figures_of(result.headline, result.past))


def settle(store: Store, results: Iterable[Result], inputs: Mapping[str, str], written: Mapping[str, Document]) -> None:
    """Correct the lines of portfolios that changed while they were computed.

    The lines are written before the users' documents. A change that came before those is in `written`, by owner, and seen here; one that comes
    after them writes its own line, later than ours. So neither is lost.
    """
    computed = {result.portfolio.id: result for result in results}
    gone = set(computed)
    for document in written.values():
        late: set[str] = set()
        for entry in document["portfolios"]:
            key, risk = entry["portfolio_id"], entry.get("risk") or {}
            gone.discard(key)
            result = computed.get(key)
            if result is None:
                late |= set() if risk else {key}
            elif risk.get("inputs") != inputs[key] or entry["portfolio_name"] != result.portfolio.name:
                late.add(key)
        # reading the document anew is only worth it where something changed
        for portfolio in portfolios_of(document) if late else ():
            if portfolio.id in late:
                book.note(store, portfolio)
    book.remove(store, gone)
