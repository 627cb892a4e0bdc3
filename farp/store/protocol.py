"""What a store can do, whatever stands behind it: whole documents by id, no query language.

The two adapters (`sqlite`, `mongo`) pass the same contract tests. Only functions that check a caller's
arguments live here beside the protocol, so that every adapter refuses the same things with the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Protocol, Self

from farp.errors import InvalidInput

Document = dict[str, Any]

USER_PORTFOLIOS = "user_portfolios"  # users with one portfolio, as uploaded or generated
PORTFOLIOS = "portfolios"  # users with all their portfolios and the portfolios' ids
FACTOR_CONTRIBUTIONS = "factor_contributions"  # one per portfolio
PRICES = "prices"  # one per ticker
RUNS = "runs"  # one per batch run
SCENARIOS = "scenarios"  # saved hypothetical stress scenarios
BOOK = "book"  # one small document per portfolio: its line in the list of all
COLLECTIONS = (USER_PORTFOLIOS, PORTFOLIOS, FACTOR_CONTRIBUTIONS, PRICES, RUNS, SCENARIOS, BOOK)


class Store(Protocol):
    """Documents in collections, each under a text `_id`.

    A write that returned is durable; a reader sees a document whole or not at all. Methods may be called
    from several threads and the same store may be open in several processes. Every document read carries
    `schema_version`, and owners are matched by the top-level field `user_id`.

    All methods raise `InvalidInput` for an unknown collection or an unusable id, `SourceUnavailable` when
    the database does not answer, and `DataError` when what it holds cannot be read.
    """

    @property
    def description(self) -> str:
        """Which database this is, for the screen; never a user name or password."""
        ...

    def get(self, collection: str, id: str) -> Document | None:
        """Return the document under `id`, None when there is none."""
        ...

    def put(self, collection: str, document: Document) -> None:
        """Write `document` under its `_id`, replacing the whole of what was there, atomically."""
        ...

    def put_many(self, collection: str, documents: Iterable[Document]) -> int:
        """Write all `documents`, return how many. Each is atomic; after a failure the earlier ones may be there, so repeat the call."""
        ...

    def update(self, collection: str, id: str, change: Callable[[Document | None], Document]) -> Document:
        """Give the document under `id` (None when there is none) to `change`, write what it returns, and return that as stored.

        No other `update` of that document comes between reading and writing, in this process or another, so none is lost. When `change`
        raises, nothing is written and its exception comes through. It may be called more than once, must return a document with the
        same `_id`, and must not use the store.
        """
        ...

    def update_many(self, collection: str, changes: Mapping[str, Callable[[Document | None], Document]]) -> int:
        """Do `update` for every id in `changes` with its own change, in few round trips; return how many.

        Each document is changed as `update` does, and none for the sake of another: after a failure some are changed and some are not.
        """
        ...

    def delete(self, collection: str, id: str) -> bool:
        """Remove the document under `id`, return whether there was one."""
        ...

    def list(self, collection: str, *, owner: str | None = None, after: str | None = None, limit: int | None = None) -> Iterator[Document]:
        """Yield documents in ascending `_id` (by code point), page by page.

        Parameters
        ----------
        owner
            Only documents whose `user_id` is this.
        after
            Only documents whose `_id` is greater than this: the last `_id` of the page before.
        limit
            At most so many.
        """
        ...

    def ids(self, collection: str, *, after: str | None = None) -> Iterator[str]:
        """Yield the `_id` of every document in the order of `list`, without reading what is in them; only those greater than `after`."""
        ...

    def count(self, collection: str) -> int:
        """Return the number of documents in `collection`."""
        ...

    def ping(self) -> None:
        """Return when the database answers, else raise `SourceUnavailable`."""
        ...

    def close(self) -> None:
        """Give up connections; closing twice is fine."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None: ...


def known_collection(name: str) -> str:
    """Return `name` if it is one of `COLLECTIONS`, else raise `InvalidInput`."""
    if name not in COLLECTIONS:
        raise InvalidInput(f"There is no collection {name!r}; the store has {', '.join(COLLECTIONS)}.")
    return name


def usable_id(value: object, *, name: str = "_id") -> str:
    """Return `value` if it can be the id of a document (non-empty text without NUL or surrogates), else raise `InvalidInput`."""
    if not isinstance(value, str) or not value or "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidInput(f"{name} must be a non-empty text without NUL characters and surrogates, got {value!r}.")
    return str.__str__(value)


def same_id(document: Document, id: str) -> Document:
    """Return `document` if its `_id` is `id`, else raise `InvalidInput`."""
    if document.get("_id") != id:
        raise InvalidInput(f"A change of document {id!r} must keep its _id, got {document.get('_id')!r}.")
    return document


def usable_limit(value: int | None) -> int | None:
    """Return `value` if it is None or a whole number of at least 0, else raise `InvalidInput`."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise InvalidInput(f"limit must be a whole number of at least 0, or None for all documents, got {value!r}.")
    return value
