"""The store on a MongoDB-compatible server, through pymongo.

Every wait is bounded: a server that is down, unreachable or silent becomes `SourceUnavailable` within
seconds. Only what all such servers do alike is used: replace by `_id`, find by `_id` and `user_id`, sort by
`_id`, insert an `_id` once, delete, count, one index.

`update` cannot rely on a conditional replacement alone: FerretDB finds the document and replaces it in two steps, and of two writers
who found the same one both succeed. The one thing every server decides for one writer only is the insertion of an `_id`. So every
document carries a random `_revision`, new with each write, and a writer first inserts a claim whose `_id` names the revision it read.
Claims are deleted after use; one that stays because its writer died is passed over after a while.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

import pymongo
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.collection import Collection
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    InvalidName,
    OperationFailure,
    PyMongoError,
)

from farp.errors import FarpError, InvalidInput, SourceUnavailable
from farp.store import codec
from farp.store.protocol import Document, known_collection, same_id, usable_id, usable_limit

DEFAULT_DATABASE = "farp"
SELECTION_SECONDS = 3.0  # to find a server that answers
CONNECT_SECONDS = 2.0  # to one that was found
SILENCE_SECONDS = 5.0  # in the middle of an answer
REPEAT_SECONDS = 1.0  # a call that failed sooner is repeated; the wait as a whole stays bounded
PAGE = 100  # documents read at once by `list`
ID_PAGE = 10_000  # ids read at once by `ids`
BATCH_DOCUMENTS = 25  # FerretDB keeps one of its 100 connections per replaced document until the command ends
BATCH_BYTES = 4 * 1024 * 1024
ATTEMPTS = 10  # two writers may both find an id missing and both insert it; the loser tries again

CLAIM_SECONDS = 6.0  # after which the writer of a claim is taken for dead; its replacement has failed by then or soon does
UPDATE_SECONDS = 20.0  # spent on taking turns before `update` gives up
TURN_SECONDS = 0.02  # between two looks at a document that another writer changes, about

REVISION = "_revision"
CLAIMS = "claims"

_REFUSED = {13, 18, 8000}  # unauthorized, authentication failed, the same from Atlas
_DUPLICATE = 11000

_Answer = TypeVar("_Answer")
_Batch = dict[str, bytes]  # id -> document as BSON


class MongoStore:
    """Documents in the database that `uri` names (else "farp"), or in `database`.

    Nothing is connected until the first call.

    Raises
    ------
    InvalidInput
        `uri` is no MongoDB address.
    """

    def __init__(self, uri: str, *, database: str | None = None) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", UserWarning)  # an option pymongo would ignore
                self._client: pymongo.MongoClient[Any] = pymongo.MongoClient(
                    uri,
                    connect=False,
                    appname="farp",
                    serverSelectionTimeoutMS=int(SELECTION_SECONDS * 1000),
                    waitQueueTimeoutMS=int(SELECTION_SECONDS * 1000),
                    connectTimeoutMS=int(CONNECT_SECONDS * 1000),
                    socketTimeoutMS=int(SILENCE_SECONDS * 1000),
                    retryReads=False,  # `_answered` repeats what is worth it, and not after a timeout
                    retryWrites=False,
                )
        except (PyMongoError, ValueError, TypeError, UserWarning) as error:
            # pymongo's own message may quote a part of the password, so neither text nor cause is passed on.
            raise InvalidInput(
                f"MONGODB_URI is no usable MongoDB address ({type(error).__name__}); write mongodb://user:password@host:port/database"
                " with special characters of user and password percent-encoded."
            ) from None
        try:
            options: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
            name = database or self._client.get_default_database(DEFAULT_DATABASE).name
            self._database = self._client.get_database(name, codec_options=options)
        except InvalidName:
            self._client.close()
            raise InvalidInput("The database name in MONGODB_URI may not contain blanks, dots, slashes, quotes or $.") from None
        self._description = f"MongoDB at {_hosts(uri)}/{name}"
        self._indexed: set[str] = set()
        self._index_lock = threading.Lock()
        self._closed = False

    @property
    def description(self) -> str:
        """Which server and database this is, without user and password."""
        return self._description

    def get(self, collection: str, id: str) -> Document | None:
        """Return the document under `id`, None when there is none."""
        table = self._collection(collection)
        where = {"_id": usable_id(id, name="id")}
        raw = self._answered(lambda: table.find_one(where))
        return None if raw is None else self._decoded(collection, raw)

    def put(self, collection: str, document: Document) -> None:
        """Write `document` under its `_id`, replacing the whole of what was there."""
        table = self._collection(collection)
        body = _encoded(document)
        self._written(collection, table, {usable_id(document["_id"]): body})

    def put_many(self, collection: str, documents: Iterable[Document]) -> int:
        """Write all `documents` in batches of bounded size, return how many."""
        table = self._collection(collection)
        written = 0
        for batch in _batches(documents):
            self._written(collection, table, batch)
            written += len(batch)
        return written

    def update(self, collection: str, id: str, change: Callable[[Document | None], Document]) -> Document:
        """Give the document under `id` to `change` and write what it returns; writers take turns, see the module's docstring."""
        table = self._collection(collection)
        key = usable_id(id, name="id")
        self._ensure_index(collection, table)
        start = since = time.monotonic()
        before: RawBSONDocument | None = None
        while time.monotonic() - start < UPDATE_SECONDS:
            raw = self._answered(lambda: table.find_one({"_id": key}))
            if _revision(raw) != _revision(before):
                before, since = raw, time.monotonic()
            dead = int((time.monotonic() - since) / CLAIM_SECONDS)
            claims = [f"{collection}/{key}/{_revision(raw)}/{number}" for number in range(dead + 1)]
            if self._inserted(self._database[CLAIMS], {"_id": claims[-1]}):
                body = self._exchanged(collection, raw, key, change, claims)
                if body is not None:
                    return self._decoded(collection, RawBSONDocument(body))
            time.sleep(TURN_SECONDS * (0.5 + random.random()))
        raise SourceUnavailable(f"Others change document {id!r} of {self._description} all the time; try again in a moment.")

    def update_many(self, collection: str, changes: Mapping[str, Callable[[Document | None], Document]]) -> int:
        """Do `update` for every id in `changes`; the documents of a batch are read and claimed together."""
        table = self._collection(collection)
        keys = [usable_id(given, name="id") for given in changes]
        self._ensure_index(collection, table)
        for start in range(0, len(keys), BATCH_DOCUMENTS):
            some = keys[start : start + BATCH_DOCUMENTS]
            for key in self._not_exchanged(collection, some, changes):
                self.update(collection, key, changes[key])  # another writer is at it, so this one waits for its turn
        return len(keys)

    def _not_exchanged(self, name: str, keys: Sequence[str], changes: Mapping[str, Callable[[Document | None], Document]]) -> list[str]:
        """Change the documents under `keys` that are there and that nobody else is changing; return the ids of the others."""
        table = self._collection(name)
        found = {raw["_id"]: raw for raw in self._answered(lambda: table.find({"_id": {"$in": list(keys)}}).to_list())}
        claims = {key: f"{name}/{key}/{_revision(found.get(key))}/0" for key in keys if key in found}
        refused = self._refused_claims(list(claims.values()))
        mine = [key for key, claim in claims.items() if claim not in refused]
        try:
            bodies = {key: _encoded(same_id(changes[key](self._decoded(name, found[key])), key)) for key in mine}
        except BaseException:
            self._give_back([claims[key] for key in mine])
            raise
        # One by one: the answer to a command of several replacements tells how many there were and not which.
        written = {key for key, body in bodies.items() if self._replaced(table, found[key], body)}
        self._give_back([claims[key] for key in mine])  # when a replacement fails they stay: the server may still be writing
        return [key for key in keys if key not in written]

    def _replaced(self, table: Collection[RawBSONDocument], before: RawBSONDocument, body: bytes) -> bool:
        """Write `body` in place of `before` and return True, or return False when it is not there any more."""
        where = {"_id": before["_id"], REVISION: before.get(REVISION, {"$exists": False})}
        return self._answered(lambda: table.replace_one(where, RawBSONDocument(body)).matched_count == 1, repeat=False)

    def _refused_claims(self, claims: Sequence[str]) -> set[str]:
        """Insert `claims` and return those that another writer holds."""
        if not claims:
            return set()

        def insert() -> set[str]:
            try:
                self._database[CLAIMS].insert_many([{"_id": claim} for claim in claims], ordered=False)
            except BulkWriteError as error:
                failures = error.details["writeErrors"]
                if any(failure["code"] != _DUPLICATE for failure in failures):
                    raise
                return {claims[failure["index"]] for failure in failures}
            return set()

        return self._answered(insert, repeat=False)

    def _exchanged(
        self, name: str, raw: RawBSONDocument | None, key: str, change: Callable[[Document | None], Document], claims: Sequence[str]
    ) -> bytes | None:
        """Return the body that was written, None when the document is not `raw` any more; give the claims back."""
        table = self._collection(name)
        try:
            body = _encoded(same_id(change(None if raw is None else self._decoded(name, raw)), key))
        except BaseException:
            self._give_back(claims)
            raise
        # The claims stay when this fails: the server may still be writing.
        written = self._inserted(table, RawBSONDocument(body)) if raw is None else self._replaced(table, raw, body)
        self._give_back(claims)
        return body if written else None

    def _inserted(self, table: Collection[RawBSONDocument], document: Any) -> bool:
        """Return whether `document` was inserted; False when there is one with its `_id`."""

        def insert() -> bool:
            try:
                table.insert_one(document)
            except DuplicateKeyError:
                return False
            return True

        return self._answered(insert, repeat=False)

    def _give_back(self, claims: Sequence[str]) -> None:
        with suppress(PyMongoError):  # a claim that stays is passed over
            self._database[CLAIMS].delete_many({"_id": {"$in": claims}})

    def delete(self, collection: str, id: str) -> bool:
        """Remove the document under `id`, return whether there was one."""
        table = self._collection(collection)
        where = {"_id": usable_id(id, name="id")}
        return self._answered(lambda: table.delete_one(where).deleted_count > 0)

    def list(self, collection: str, *, owner: str | None = None, after: str | None = None, limit: int | None = None) -> Iterator[Document]:
        """Yield documents in ascending `_id`; every page is a query of its own, so no cursor can expire under a slow reader."""
        table = self._collection(collection)
        where = {} if owner is None else {"user_id": usable_id(owner, name="owner")}
        return self._pages(collection, table, where, usable_id(after, name="after") if after else None, usable_limit(limit))

    def ids(self, collection: str, *, after: str | None = None) -> Iterator[str]:
        """Yield the `_id` of every document in ascending order; every page is a query of its own."""
        return self._id_pages(self._collection(collection), usable_id(after, name="after") if after else None)

    def count(self, collection: str) -> int:
        """Return the number of documents in `collection`."""
        table = self._collection(collection)
        return self._answered(lambda: table.count_documents({}))

    def ping(self) -> None:
        """Return when the server answers."""
        self._answered(lambda: self._database.command("ping"))

    def close(self) -> None:
        """Close the connections; closing twice is fine."""
        self._closed = True
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def _collection(self, name: str) -> Collection[RawBSONDocument]:
        return self._database[known_collection(name)]

    def _pages(
        self, name: str, table: Collection[RawBSONDocument], where: dict[str, Any], after: str | None, limit: int | None
    ) -> Iterator[Document]:
        left = limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            page = self._page(table, where if after is None else {**where, "_id": {"$gt": after}}, size)
            for raw in page:
                document = self._decoded(name, raw)
                after = document["_id"]
                yield document
            if len(page) < size:
                return
            left = None if left is None else left - len(page)

    def _id_pages(self, table: Collection[RawBSONDocument], after: str | None) -> Iterator[str]:
        while True:
            query = {} if after is None else {"_id": {"$gt": after}}
            page = self._answered(lambda query=query: table.find(query, {"_id": 1}).sort("_id", pymongo.ASCENDING).limit(ID_PAGE).to_list())  # type: ignore[misc]
            yield from (raw["_id"] for raw in page)
            if len(page) < ID_PAGE:
                return
            after = page[-1]["_id"]

    def _page(self, table: Collection[RawBSONDocument], query: dict[str, Any], size: int) -> Sequence[RawBSONDocument]:
        return self._answered(lambda: table.find(query).sort("_id", pymongo.ASCENDING).limit(size).to_list())

    def _decoded(self, name: str, raw: RawBSONDocument) -> Document:
        document = codec.decode(bytes(raw.raw), place=f"{name} in {self._description}")
        document.pop(REVISION, None)
        return document

    def _written(self, name: str, table: Collection[RawBSONDocument], batch: _Batch) -> None:
        self._ensure_index(name, table)
        updates = [{"q": {"_id": key}, "u": RawBSONDocument(body), "upsert": True} for key, body in batch.items()]
        # The bare command and not `bulk_write`, which cannot read FerretDB's report of a failed replacement.
        command: dict[str, Any] = {"update": table.name, "updates": updates, "ordered": False}
        if not table.write_concern.is_server_default:
            command["writeConcern"] = table.write_concern.document
        failures: Sequence[dict[str, Any]] = ()
        for _ in range(ATTEMPTS):
            answer = self._answered(lambda: self._database.command(command))
            failures = [*answer.get("writeErrors", ()), *([answer["writeConcernError"]] if "writeConcernError" in answer else ())]
            if not failures:
                return
            if any(failure.get("code") != _DUPLICATE for failure in failures):
                break
        raise _not_all_written(failures, [*batch], self._description)

    def _ensure_index(self, name: str, table: Collection[RawBSONDocument]) -> None:
        with self._index_lock:
            if name in self._indexed:
                return
        # Outside the lock, so that threads do not queue up behind a dead server; making it twice is harmless.
        self._answered(lambda: table.create_index([("user_id", pymongo.ASCENDING), ("_id", pymongo.ASCENDING)]))
        with self._index_lock:
            self._indexed.add(name)

    def _answered(self, call: Callable[[], _Answer], *, repeat: bool = True) -> _Answer:
        """Return what `call` returns, called once more when a server that was restarted had closed the connection and `repeat` allows it."""
        if self._closed:
            raise InvalidInput(f"The store {self._description} has been closed; open it again.")
        try:
            start = time.monotonic()
            try:
                return call()
            except AutoReconnect as error:
                if not repeat or error.timeout or time.monotonic() - start > REPEAT_SECONDS:
                    raise
                return call()
        except PyMongoError as error:
            raise explained(error, self._description) from error


def explained(error: PyMongoError, description: str) -> FarpError:
    """Return what `error` of the server at `description` means to its user; pymongo's text is kept out where it may hold the address."""
    if isinstance(error, OperationFailure) and error.code in _REFUSED:
        return SourceUnavailable(f"{description} refuses this user; correct user and password in MONGODB_URI, or give the user the role readWrite.")
    if isinstance(error, ConnectionFailure) or error.timeout:
        return SourceUnavailable(f"{description} does not answer; start the server or correct MONGODB_URI, or unset it to use SQLite.")
    if isinstance(error, ConfigurationError):
        return SourceUnavailable(f"The address of {description} cannot be resolved or used ({type(error).__name__}); correct MONGODB_URI.")
    code = f", code {error.code}" if isinstance(error, OperationFailure) else ""
    return SourceUnavailable(f"{description} could not do what was asked ({type(error).__name__}{code}); look into the server's log and try again.")


def _not_all_written(failures: Sequence[dict[str, Any]], ids: Sequence[str], description: str) -> FarpError:
    first = failures[0]
    index = first.get("index")
    which = f"document {ids[index]!r}" if isinstance(index, int) and 0 <= index < len(ids) else "a document"
    reason = str(first.get("errmsg", "no reason given"))[:200]
    more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
    return SourceUnavailable(f"{description} did not write {which}{more} of a batch of {len(ids)} ({reason}); write the batch again.")


def _encoded(document: Document) -> bytes:
    return codec.encode({**document, REVISION: uuid.uuid4().hex})


def _revision(raw: RawBSONDocument | None) -> str | None:
    return None if raw is None else str(raw.get(REVISION, ""))


def _hosts(uri: str) -> str:
    return uri.partition("://")[2].partition("?")[0].partition("/")[0].rpartition("@")[2]


def _batches(documents: Iterable[Document]) -> Iterator[_Batch]:
    batch: _Batch = {}
    size = 0
    for document in documents:
        body = _encoded(document)
        key = usable_id(document["_id"])
        if key in batch or len(batch) >= BATCH_DOCUMENTS or size + len(body) > BATCH_BYTES:
            yield batch
            batch, size = {}, 0
        batch[key] = body
        size += len(body)
    if batch:
        yield batch
