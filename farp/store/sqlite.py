"""The default store: one SQLite file, through the standard library, with nothing to install or start.

Each collection is a table of BSON documents. The write-ahead log lets many readers work beside one writer,
in this process and in others; `synchronous=FULL` makes a write that returned survive kill -9 and a power cut.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from farp.errors import DataError, FarpError, InvalidInput, SourceUnavailable
from farp.store import codec
from farp.store.protocol import COLLECTIONS, Document, known_collection, same_id, usable_id, usable_limit

APPLICATION_ID = 0x46415250  # "FARP", so that the file of another program is never written to
LAYOUT = 3  # of the tables, and raised with every new collection; documents have their own schema_version
PAGE = 100  # documents read at once by `list`
ID_PAGE = 10_000  # ids read at once by `ids`
BATCH_DOCUMENTS = 500  # documents written in one transaction by `put_many`, ...
BATCH_BYTES = 8 * 1024 * 1024  # ... and about their size
IDLE_CONNECTIONS = 8
LAYOUT_SECONDS = 10.0

_Answer = TypeVar("_Answer")
_Row = tuple[str, str | None, bytes]

_PUT = "INSERT INTO {} (id, user_id, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, body = excluded.body"


class SqliteStore:
    """Documents in the SQLite file at `path`, made (readable by its owner only) when it is not there.

    Parameters
    ----------
    path
        The database file; missing folders are created.
    lock_seconds
        How long to wait while another process writes before giving up.

    Raises
    ------
    SourceUnavailable
        The file cannot be created, opened or locked.
    DataError
        The file is damaged, is no SQLite database, belongs to another program, or a newer FARP made it.
    """

    def __init__(self, path: Path, *, lock_seconds: float = 10.0) -> None:
        self._path = path.absolute()
        self._lock_seconds = lock_seconds
        self._pool_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._inherited: list[sqlite3.Connection] = []
        self._process = os.getpid()
        self._file: tuple[int, int] | None = None
        self._closed = False
        try:
            _create_private(self._path)
        except OSError as error:
            raise SourceUnavailable(
                f"The store {self._path} cannot be created ({error.strerror}); make its folder writable or set FARP_DATA_DIR to another folder."
            ) from error
        self.ping()

    @property
    def description(self) -> str:
        """Which file this is."""
        return f"SQLite, {self._path}"

    def get(self, collection: str, id: str) -> Document | None:
        """Return the document under `id`, None when there is none."""
        table = known_collection(collection)
        key = usable_id(id, name="id")
        row = self._with_connection(lambda connection: connection.execute(f"SELECT body FROM {table} WHERE id = ?", (key,)).fetchone())
        return None if row is None else self._decoded(table, row[0])

    def put(self, collection: str, document: Document) -> None:
        """Write `document` under its `_id`, replacing the whole of what was there."""
        table = known_collection(collection)
        row = _row(document)
        self._write(lambda connection: connection.execute(_PUT.format(table), row))

    def put_many(self, collection: str, documents: Iterable[Document]) -> int:
        """Write all `documents` in transactions of bounded size, return how many."""
        table = known_collection(collection)
        written = 0
        for rows in _batches(documents):
            self._write(lambda connection, rows=rows: connection.executemany(_PUT.format(table), rows))  # type: ignore[misc]
            written += len(rows)
        return written

    def update(self, collection: str, id: str, change: Callable[[Document | None], Document]) -> Document:
        """Give the document under `id` to `change` and write what it returns, in one transaction that no other writer can enter."""
        table = known_collection(collection)
        key = usable_id(id, name="id")

        def changed(connection: sqlite3.Connection) -> bytes:
            found = connection.execute(f"SELECT body FROM {table} WHERE id = ?", (key,)).fetchone()
            row = _row(same_id(change(None if found is None else self._decoded(table, found[0])), key))
            connection.execute(_PUT.format(table), row)
            return row[2]

        return self._decoded(table, self._write(changed))

    def update_many(self, collection: str, changes: Mapping[str, Callable[[Document | None], Document]]) -> int:
        """Do `update` for every id in `changes`, in transactions of bounded size."""
        table = known_collection(collection)
        keys = [usable_id(given, name="id") for given in changes]

        def changed(connection: sqlite3.Connection, some: Sequence[str]) -> None:
            marks = ", ".join("?" * len(some))
            found = dict(connection.execute(f"SELECT id, body FROM {table} WHERE id IN ({marks})", some).fetchall())
            before = {key: self._decoded(table, found[key]) if key in found else None for key in some}
            connection.executemany(_PUT.format(table), [_row(same_id(changes[key](before[key]), key)) for key in some])

        for start in range(0, len(keys), BATCH_DOCUMENTS):
            some = keys[start : start + BATCH_DOCUMENTS]
            self._write(lambda connection, some=some: changed(connection, some))  # type: ignore[misc]
        return len(keys)

    def delete(self, collection: str, id: str) -> bool:
        """Remove the document under `id`, return whether there was one."""
        table = known_collection(collection)
        key = usable_id(id, name="id")
        return self._write(lambda connection: connection.execute(f"DELETE FROM {table} WHERE id = ?", (key,)).rowcount > 0)

    def list(self, collection: str, *, owner: str | None = None, after: str | None = None, limit: int | None = None) -> Iterator[Document]:
        """Yield documents in ascending `_id`; no lock is held between pages, so a slow reader stops no writer."""
        table = known_collection(collection)
        owner = None if owner is None else usable_id(owner, name="owner")
        return self._pages(table, owner, usable_id(after, name="after") if after else "", usable_limit(limit))

    def ids(self, collection: str, *, after: str | None = None) -> Iterator[str]:
        """Yield the `_id` of every document in ascending order, page by page."""
        table = known_collection(collection)
        return self._id_pages(table, usable_id(after, name="after") if after else "")

    def count(self, collection: str) -> int:
        """Return the number of documents in `collection`."""
        table = known_collection(collection)
        number: int = self._with_connection(lambda connection: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        return number

    def ping(self) -> None:
        """Return when the file can be read."""
        self._with_connection(lambda connection: connection.execute(f"SELECT 1 FROM {COLLECTIONS[0]} LIMIT 1").fetchone())

    def close(self) -> None:
        """Close the connections; closing twice is fine."""
        with self._pool_lock:
            self._closed = True
            idle, self._idle = self._idle, []
            if self._process != os.getpid():
                self._inherited += idle
                return
        for connection in idle:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def _pages(self, table: str, owner: str | None, after: str, limit: int | None) -> Iterator[Document]:
        where = "id > ?" if owner is None else "id > ? AND user_id = ?"
        query = f"SELECT id, body FROM {table} WHERE {where} ORDER BY id LIMIT ?"
        left = limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            values = (after, size) if owner is None else (after, owner, size)
            rows = self._with_connection(lambda connection, values=values: connection.execute(query, values).fetchall())  # type: ignore[misc]
            for _, body in rows:
                yield self._decoded(table, body)
            if len(rows) < size:
                return
            after = rows[-1][0]
            left = None if left is None else left - len(rows)

    def _id_pages(self, table: str, after: str) -> Iterator[str]:
        query = f"SELECT id FROM {table} WHERE id > ? ORDER BY id LIMIT ?"
        while True:
            values = (after, ID_PAGE)
            rows = self._with_connection(lambda connection, values=values: connection.execute(query, values).fetchall())  # type: ignore[misc]
            yield from (row[0] for row in rows)
            if len(rows) < ID_PAGE:
                return
            after = rows[-1][0]

    def _decoded(self, table: str, body: bytes) -> Document:
        return codec.decode(body, place=f"{table} in {self.description}")

    def _write(self, action: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        # Threads of this process queue here; SQLite itself would make them poll.
        if not self._write_lock.acquire(timeout=self._lock_seconds):
            raise SourceUnavailable(_locked(self._path, self._lock_seconds))
        try:
            return self._with_connection(lambda connection: _in_transaction(connection, action))
        finally:
            self._write_lock.release()

    def _with_connection(self, action: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        try:
            with self._connection() as connection:
                return action(connection)
        except sqlite3.Error as error:
            raise explained(error, self._path, self._lock_seconds) from error

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        connection = self._taken()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._pool_lock:
            keep = not self._closed and len(self._idle) < IDLE_CONNECTIONS and self._process == os.getpid()
            if keep:
                self._idle.append(connection)
        if not keep:
            connection.close()

    def _taken(self) -> sqlite3.Connection:
        with self._pool_lock:
            if self._closed:
                raise InvalidInput(f"The store {self._path} has been closed; open it again.")
            if self._process != os.getpid():
                # SQLite connections must not be used or closed by a forked child.
                self._inherited += self._idle
                self._idle = []
                self._process = os.getpid()
            file = _identity(self._path)
            known = file == self._file
            if not known:
                # Deleted and made anew under a running process: writes to the old file would be lost.
                while self._idle:
                    self._idle.pop().close()
            if known and self._idle:
                return self._idle.pop()
        connection = _connect(self._path, self._lock_seconds)
        try:
            if not known:
                _ensure_layout(connection, self._path)
        except BaseException:
            connection.close()
            raise
        self._file = file
        return connection


def explained(error: sqlite3.Error, path: Path, lock_seconds: float) -> FarpError:
    """Return what `error` of the database at `path` means to its user."""
    # The low byte is the kind; the rest details it (SQLITE_IOERR_WRITE is a kind of SQLITE_IOERR).
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DataError(
            f"The store {path} is damaged or is no SQLite database; restore it from a backup, or move it away to start with an empty one."
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return SourceUnavailable(_locked(path, lock_seconds))
    if code == sqlite3.SQLITE_FULL:
        return SourceUnavailable(f"There is no space left for the store {path}; free some disk space and repeat the write.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return SourceUnavailable(f"The store {path} cannot be written; give this user write permission to it and its folder, or set FARP_DATA_DIR.")
    if code == sqlite3.SQLITE_CANTOPEN:
        return SourceUnavailable(f"The store {path} cannot be opened; check that it is a readable file in a writable folder, or set FARP_DATA_DIR.")
    if code == sqlite3.SQLITE_ERROR:
        return DataError(f"The store {path} does not have FARP's tables ({error}); move it away to start with an empty one.")
    return SourceUnavailable(f"The store {path} cannot be read or written ({error}); check the disk, its free space and the file's permissions.")


def _locked(path: Path, lock_seconds: float) -> str:
    return f"The store {path} has been locked by another writer for {lock_seconds:g} s; wait for it or close that program, then try again."


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise SourceUnavailable(
            f"The store {path} is not there any more or cannot be reached ({error.strerror}); put it back, or start again to begin with an empty one."
        ) from error
    return status.st_dev, status.st_ino


def _create_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    if os.name == "posix":  # a new name is on disk only when its folder is
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _connect(path: Path, lock_seconds: float) -> sqlite3.Connection:
    # mode=rw: SQLite itself would make a missing file readable by everyone.
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=lock_seconds, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_size_limit = 67108864")
    except BaseException:
        connection.close()
        raise
    return connection


def _ensure_layout(connection: sqlite3.Connection, path: Path) -> None:
    if not _has_layout(connection, path):
        _in_transaction(connection, lambda connection: _has_layout(connection, path) or _create_layout(connection, path))
    deadline = time.monotonic() + LAYOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # This one statement does not wait for its lock by itself when two processes begin together.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _has_layout(connection: sqlite3.Connection, path: Path) -> bool:
    # Both numbers are committed together, so after the first the second cannot be older.
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        return False
    layout = connection.execute("PRAGMA user_version").fetchone()[0]
    if layout > LAYOUT:
        raise DataError(f"The store {path} was made by a newer FARP (layout {layout}, this one knows {LAYOUT}); update FARP to use it.")
    return bool(layout == LAYOUT)


def _create_layout(connection: sqlite3.Connection, path: Path) -> bool:
    """Make the tables that are not there: all of them in a new file, those of newer collections in one an older FARP made."""
    ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if not ours and connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
        raise DataError(f"The file {path} is a SQLite database of another program; set FARP_DATA_DIR to a folder of FARP's own.")
    for table in COLLECTIONS:
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table} (id TEXT PRIMARY KEY NOT NULL, user_id TEXT, body BLOB NOT NULL)")
        connection.execute(f"CREATE INDEX IF NOT EXISTS {table}_by_user_id ON {table} (user_id, id)")
    connection.execute(f"PRAGMA user_version = {LAYOUT}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    return True


def _in_transaction(connection: sqlite3.Connection, action: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
    # IMMEDIATE: the write lock is waited for at the start; a later upgrade would fail at once instead.
    connection.execute("BEGIN IMMEDIATE")
    try:
        answer = action(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return answer


def _row(document: Document) -> _Row:
    body = codec.encode(document)
    owner = document.get("user_id")
    return usable_id(document["_id"]), str.__str__(owner) if isinstance(owner, str) else None, body


def _batches(documents: Iterable[Document]) -> Iterator[list[_Row]]:
    rows: list[_Row] = []
    size = 0
    for document in documents:
        rows.append(_row(document))
        size += len(rows[-1][2])
        if len(rows) >= BATCH_DOCUMENTS or size >= BATCH_BYTES:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows
