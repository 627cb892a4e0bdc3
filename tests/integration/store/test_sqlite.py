"""The SQLite file under fire: kill -9, many processes, threads, damage, other programs, no space."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from farp.errors import DataError, FarpError, SourceUnavailable
from farp.settings import load_settings
from farp.store import open_store
from farp.store.protocol import COLLECTIONS, RUNS
from farp.store.sqlite import SqliteStore, explained

WRITER = Path(__file__).with_name("write_until_killed.py")
posix = pytest.mark.skipif(os.name != "posix", reason="Windows has neither SIGKILL nor permission bits nor fork")


def integrity(path: Path) -> str:
    connection = sqlite3.connect(path)
    try:
        answer: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
        return answer
    finally:
        connection.close()


def child(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


@posix
@pytest.mark.parametrize("how", ["put", "put_many"])
def test_kill_9_loses_no_acknowledged_write(tmp_path: Path, how: str) -> None:
    path = tmp_path / "farp.sqlite"
    moments = random.Random(20221228)
    acknowledged: dict[str, int] = {}
    for round_ in range(6):
        command = [sys.executable, str(WRITER), str(path), str(round_), how]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(moments.uniform(0.0, 0.25))
            process.kill()
            # a last line may be cut short by the kill, and then does not count
            lines = [line for line in [first, *process.stdout] if line.endswith("\n")]
        acknowledged[str(round_)] = int(lines[-1])
        with SqliteStore(path) as store:
            found = [*store.list(RUNS)]
        per_round = {name: [document for document in found if document["_id"].startswith(f"{name}-")] for name in acknowledged}
        for name, number in acknowledged.items():
            numbers = [document["n"] for document in per_round[name]]
            assert numbers == [*range(len(numbers))]
            assert number <= len(numbers) <= number + (1 if how == "put" else 40)  # the one in flight may have made it, whole
            assert how == "put" or len(numbers) % 40 == 0
        assert all(document["copies"] == [document["n"]] * 700 for document in found)
        assert integrity(path) == "ok"
    assert sum(acknowledged.values()) > 20


READ = """
import sys, time
from pathlib import Path
from farp.store.sqlite import SqliteStore
end = time.monotonic() + float(sys.argv[2])
reads = 0
with SqliteStore(Path(sys.argv[1])) as store:
    while time.monotonic() < end:
        one = store.get("runs", "one")
        assert set(one["copies"]) == {one["n"]}, one["n"]
        for document in store.list("runs"):
            assert set(document["copies"]) == {document["n"]}, document["_id"]
        reads += 1
print(reads)
"""


def test_many_readers_in_processes_and_threads_beside_one_writer(tmp_path: Path) -> None:
    path = tmp_path / "farp.sqlite"
    seconds = 4.0
    with SqliteStore(path) as store:

        def version(name: str, n: int) -> dict[str, object]:
            return {"_id": name, "n": n, "copies": [n] * 3000}

        store.put_many(RUNS, [version(name, 0) for name in ("one", "two", "three")])
        processes = [child(READ, path, seconds) for _ in range(3)]
        stop = threading.Event()

        def read() -> int:
            reads = 0
            while not stop.is_set():
                for document in store.list(RUNS):
                    assert set(document["copies"]) == {document["n"]}
                reads += 1
            return reads

        with ThreadPoolExecutor(3) as pool:
            readers = [pool.submit(read) for _ in range(3)]
            try:
                n = 0
                while any(process.poll() is None for process in processes):
                    n += 1
                    store.put(RUNS, version("one", n))
                    store.put_many(RUNS, [version("two", n), version("three", n)])
            finally:
                stop.set()
            assert all(reader.result() > 0 for reader in readers)
        assert all(int(finished(process)) > 0 for process in processes)
        assert n > 5


WRITE = """
import sys
from pathlib import Path
from farp.store.sqlite import SqliteStore
with SqliteStore(Path(sys.argv[1])) as store:
    for n in range(40):
        store.put("runs", {"_id": f"{sys.argv[2]}-{n:02}"})
"""


def test_processes_that_begin_together_on_a_new_file_all_write(tmp_path: Path) -> None:
    for attempt in range(3):
        path = tmp_path / str(attempt) / "farp.sqlite"
        for process in [child(WRITE, path, name) for name in "abcd"]:
            finished(process)
        with SqliteStore(path) as store:
            assert store.count(RUNS) == 160


def test_threads_that_begin_together_on_a_new_file(tmp_path: Path) -> None:
    barrier = threading.Barrier(4, timeout=20)

    def begin(path: Path) -> None:
        barrier.wait()
        with SqliteStore(path) as store:
            store.put(RUNS, {"_id": str(threading.get_ident())})

    with ThreadPoolExecutor(4) as pool:
        for attempt in range(15):
            path = tmp_path / f"{attempt}.sqlite"
            for done in [pool.submit(begin, path) for _ in range(4)]:
                done.result()


@posix
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_uses_connections_of_its_own(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "farp.sqlite") as store:
        store.put(RUNS, {"_id": "parent"})
        with store._connection() as inherited:
            pass
        child_id = os.fork()
        if child_id == 0:
            code = 1
            try:
                with store._connection() as own:
                    foreign = own is inherited
                store.put(RUNS, {"_id": "child"})
                store.close()
                code = 2 if foreign else 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child_id, 0)[1]) == 0
        store.put(RUNS, {"_id": "parent again"})
        assert store.count(RUNS) == 3


@posix
def test_files_belong_to_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with SqliteStore(tmp_path / "new" / "data" / "farp.sqlite") as store:
            store.put(RUNS, {"_id": "a"})
            files = [*(tmp_path / "new" / "data").iterdir()]
            assert {file.name for file in files} == {"farp.sqlite", "farp.sqlite-wal", "farp.sqlite-shm"}
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
            assert stat.S_IMODE((tmp_path / "new" / "data").stat().st_mode) == 0o700
    finally:
        os.umask(before)


def test_settings_choose_the_folder_and_writes_are_synchronous(tmp_path: Path) -> None:
    with open_store(load_settings({"FARP_DATA_DIR": str(tmp_path / "a b%20#?" / "data")})) as store:
        store.put(RUNS, {"_id": "a"})
        assert store.description == f"SQLite, {tmp_path / 'a b%20#?' / 'data' / 'farp.sqlite'}"
        assert isinstance(store, SqliteStore)
        with store._connection() as connection:  # a power cut cannot be tested here, so the setting that survives it is
            assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def opened_and_read(path: Path) -> None:
    with SqliteStore(path, lock_seconds=0.2) as store:
        for collection in COLLECTIONS:
            for _ in store.list(collection):
                pass


def text_file(path: Path) -> None:
    path.write_text("ticker,quantity\nAMZN,99\n" * 500)


def another_program(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()


def newer_layout(path: Path) -> None:
    SqliteStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 9")
    connection.close()


def missing_table(path: Path) -> None:
    SqliteStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE runs")
    connection.close()


def damaged_pages(path: Path) -> None:
    with SqliteStore(path) as store:
        store.put_many(RUNS, [{"_id": f"{n:03}", "data": os.urandom(3000)} for n in range(100)])
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))


def damaged_document(path: Path) -> None:
    SqliteStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO runs VALUES ('a', NULL, x'0102030405')")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (text_file, "is damaged or is no SQLite database; restore"),
        (another_program, "is a SQLite database of another program; set FARP_DATA_DIR"),
        (newer_layout, r"was made by a newer FARP \(layout 9, this one knows 3\); update"),
        (missing_table, "does not have FARP's tables .*; move it away"),
        (damaged_pages, "is damaged or is no SQLite database; restore"),
        (damaged_document, "A document of runs in SQLite, .* is damaged and cannot be read; restore"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_sentence_and_stays_as_it_is(tmp_path: Path, spoil: Callable[[Path], None], sentence: str) -> None:
    path = tmp_path / "farp.sqlite"
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(DataError, match=sentence) as caught:
        opened_and_read(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_a_place_where_no_file_can_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "farp.sqlite", Path(os.devnull) / "farp" / "farp.sqlite"):
        with pytest.raises(SourceUnavailable, match=r"^The store .*farp\.sqlite cannot be created \(.*FARP_DATA_DIR"):
            SqliteStore(path)
    (tmp_path / "farp.sqlite").mkdir()
    with pytest.raises(SourceUnavailable, match=r"cannot be opened; check that"):
        SqliteStore(tmp_path / "farp.sqlite")


def test_a_lock_held_too_long_is_a_sentence_and_reading_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "farp.sqlite"
    with SqliteStore(path, lock_seconds=0.2) as store:
        store.put(RUNS, {"_id": "a"})
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(SourceUnavailable, match=r"has been locked by another writer for 0\.2 s; wait for it or close that program"):
            store.put(RUNS, {"_id": "b"})
        assert store.get(RUNS, "a") is not None
        opened_and_read(path)
        other.close()
        store.put(RUNS, {"_id": "b"})


def test_a_file_deleted_under_a_running_process(tmp_path: Path) -> None:
    path = tmp_path / "farp.sqlite"
    with SqliteStore(path) as store:
        store.put(RUNS, {"_id": "old"})
        for file in tmp_path.iterdir():
            file.unlink()
        with pytest.raises(SourceUnavailable, match="is not there any more"):
            store.put(RUNS, {"_id": "lost"})
        with SqliteStore(path) as other:
            other.put(RUNS, {"_id": "new"})
            assert store.get(RUNS, "new") is not None
            assert store.get(RUNS, "old") is None
            store.put(RUNS, {"_id": "newer"})
            assert other.get(RUNS, "newer") is not None
    assert integrity(path) == "ok"


def real_error(path: Path, *statements: str, mode: str = "rwc") -> sqlite3.Error:
    connection = sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None)
    try:
        for statement in statements:
            connection.execute(statement)
    except sqlite3.Error as error:
        return error
    finally:
        connection.close()
    raise AssertionError(f"SQLite accepted {statements}")


def test_a_full_disk_and_a_write_protected_file_are_sentences(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    full = real_error(path, "CREATE TABLE t (x)", "PRAGMA max_page_count = 3", "INSERT INTO t VALUES (zeroblob(100000))")
    protected = real_error(path, "INSERT INTO t VALUES (1)", mode="ro")
    foreign = real_error(path, "SELECT body FROM runs")
    cases: list[tuple[sqlite3.Error, type[FarpError], str]] = [
        (full, SourceUnavailable, "There is no space left for the store"),
        (protected, SourceUnavailable, "cannot be written; give this user write permission"),
        (foreign, DataError, "does not have FARP's tables"),
    ]
    for error, kind, sentence in cases:
        answer = explained(error, path, 5.0)
        assert isinstance(answer, kind)
        assert sentence in str(answer)
        assert str(path) in str(answer)


@posix
def test_a_write_the_disk_refuses_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    """A limit on file sizes stands for the full disk."""
    code = """
import resource, sys
from pathlib import Path
from farp.errors import SourceUnavailable
from farp.store.sqlite import SqliteStore
with SqliteStore(Path(sys.argv[1])) as store:
    store.put("runs", {"_id": "small"})
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    try:
        store.put_many("runs", [{"_id": f"big {n}", "data": bytes(100_000)} for n in range(20)])
    except SourceUnavailable as error:
        print(error)
    assert store.count("runs") == 1
    store.put("runs", {"_id": "small too"})
    print(store.count("runs"))
"""
    path = tmp_path / "farp.sqlite"
    sentence, number = finished(child(code, path)).splitlines()
    assert sentence.startswith(f"The store {path} cannot be read or written")
    assert number == "2"
    assert integrity(path) == "ok"


def test_a_store_of_an_older_farp_gets_the_collections_it_lacks_and_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "farp.sqlite3"
    with SqliteStore(path) as store:
        store.put("runs", {"_id": "one"})
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE scenarios")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    with SqliteStore(path) as store:
        assert store.count("scenarios") == 0
        store.put("scenarios", {"_id": "mine"})
        assert store.get("runs", "one") == {"_id": "one", "schema_version": 1}
    with SqliteStore(path) as store:
        assert store.count("scenarios") == 1
