"""One store of each kind, and a real MongoDB-compatible server for one of them.

The server is the one FARP_TEST_MONGODB_URI names (each test uses a database of its own and drops it), else
FerretDB as `scripts/ferretdb/build` built it, started here on a free loopback port.
"""

from __future__ import annotations

import os
import queue
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pymongo
import pytest

from farp.store import Store
from farp.store.mongo import MongoStore
from farp.store.sqlite import SqliteStore

START_SECONDS = 30.0
BUILT = Path(__file__).resolve().parents[3] / ".tools" / "ferretdb"

Server = tuple[str, subprocess.Popen[str]]
ServerStarter = Callable[[], AbstractContextManager[Server]]


def left_out(reason: str) -> None:
    """Skip, except where everything must run."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def running_ferretdb(binary: Path, folder: Path) -> Iterator[Server]:
    """Start a server on a free port and end it; it also ends by itself when this process dies, for its stdin closes."""
    with (
        (folder / "server.log").open("w") as log,
        subprocess.Popen([str(binary), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=lambda: lines.put(process.stdout.readline() if process.stdout else ""), daemon=True).start()
        try:
            try:
                uri = lines.get(timeout=START_SECONDS).strip()
            except queue.Empty:
                uri = ""
            if not uri.startswith("mongodb://127.0.0.1:"):
                pytest.fail(f"FerretDB ({binary}) did not start within {START_SECONDS:g} s: {(folder / 'server.log').read_text()[-500:]}")
            yield uri, process
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="session")
def ferretdb_binary() -> Path:
    binary = Path(os.environ.get("FARP_TEST_FERRETDB") or BUILT)
    if not binary.is_file():
        left_out("There is no FerretDB to test against: run scripts/ferretdb/build, or set FARP_TEST_MONGODB_URI.")
    return binary


@pytest.fixture
def start_ferretdb(ferretdb_binary: Path, tmp_path: Path) -> ServerStarter:
    """Return a function that starts a server of the test's own, which it may kill; a second one finds the first one's data."""
    folder = tmp_path / "ferretdb"
    folder.mkdir()
    return lambda: running_ferretdb(ferretdb_binary, folder)


@pytest.fixture(scope="session")
def mongodb_uri(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    given = os.environ.get("FARP_TEST_MONGODB_URI")
    if given:
        yield given
        return
    with running_ferretdb(request.getfixturevalue("ferretdb_binary"), tmp_path_factory.mktemp("ferretdb")) as (uri, _):
        yield uri


@pytest.fixture
def mongodb_database(mongodb_uri: str) -> Iterator[str]:
    name = f"farp_test_{uuid.uuid4().hex[:12]}"
    yield name
    with pymongo.MongoClient(mongodb_uri, serverSelectionTimeoutMS=3000) as client:
        client.drop_database(name)


@pytest.fixture(params=["sqlite", pytest.param("mongodb", marks=pytest.mark.mongodb)])
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Return a function that opens the same database once more, as another process would."""
    opened: list[Store] = []
    if request.param == "sqlite":
        path = tmp_path / "data" / "farp.sqlite"

        def make() -> Store:
            return SqliteStore(path)
    else:
        uri, database = request.getfixturevalue("mongodb_uri"), request.getfixturevalue("mongodb_database")

        def make() -> Store:
            return MongoStore(uri, database=database)

    def open_one() -> Store:
        opened.append(make())
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def address(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> list[str]:
    """Return where another process finds the database of `store`: a file, or a MongoDB address and a database's name."""
    if isinstance(store, SqliteStore):
        return [str(tmp_path / "data" / "farp.sqlite")]
    return [request.getfixturevalue("mongodb_uri"), request.getfixturevalue("mongodb_database")]


@pytest.fixture
def store(open_again: Callable[[], Store]) -> Store:
    return open_again()
