"""MongoDB that is down, silent, dying, refusing or full of other programs' documents: sentences, within seconds."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pymongo
import pytest
from bson import ObjectId

from farp.errors import DataError, InvalidInput, SourceUnavailable
from farp.settings import load_settings
from farp.store import Store, open_store
from farp.store.mongo import CLAIMS, MongoStore
from farp.store.protocol import PORTFOLIOS, RUNS

LIMIT_SECONDS = 6.0

CALLS: dict[str, Callable[[Store], object]] = {
    "ping": lambda store: store.ping(),
    "get": lambda store: store.get(RUNS, "a"),
    "put": lambda store: store.put(RUNS, {"_id": "a"}),
    "put_many": lambda store: store.put_many(RUNS, [{"_id": "a"}, {"_id": "b"}]),
    "update": lambda store: store.update(RUNS, "a", lambda _: {"_id": "a"}),
    "delete": lambda store: store.delete(RUNS, "a"),
    "list": lambda store: next(store.list(RUNS), None),
    "count": lambda store: store.count(RUNS),
}


@contextmanager
def soon() -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < LIMIT_SECONDS


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def refusals(store: Store) -> dict[str, str]:
    """Make every call at once, each from a thread of its own, and return the sentence each one ends with."""

    def sentence(call: Callable[[Store], object]) -> str:
        with soon(), pytest.raises(SourceUnavailable) as caught:
            call(store)
        return str(caught.value)

    with ThreadPoolExecutor(len(CALLS)) as pool:
        return dict(zip(CALLS, pool.map(sentence, CALLS.values()), strict=True))


def test_a_closed_port_is_a_sentence_within_seconds() -> None:
    port = unused_port()
    with MongoStore(f"mongodb://user:s3cret@127.0.0.1:{port}/risk") as store:
        assert store.description == f"MongoDB at 127.0.0.1:{port}/risk"
        for call, sentence in refusals(store).items():
            assert re.match(rf"MongoDB at 127\.0\.0\.1:{port}/risk does not answer; .*MONGODB_URI", sentence), (call, sentence)
            assert "s3cret" not in sentence


def test_a_port_that_accepts_and_never_answers_is_a_sentence_within_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, MongoStore(f"mongodb://127.0.0.1:{listener.getsockname()[1]}") as store:
        for call, sentence in refusals(store).items():
            assert sentence.startswith(f"{store.description} does not answer"), (call, sentence)


@pytest.mark.mongodb
def test_a_server_that_dies_between_calls_is_a_sentence_within_seconds(start_ferretdb: Callable[[], Any]) -> None:
    with start_ferretdb() as (uri, process):
        store = MongoStore(uri)
        store.put(RUNS, {"_id": "a"})
        process.kill()
        process.wait()
        for call, sentence in refusals(store).items():
            assert sentence.startswith(f"{store.description} does not answer"), (call, sentence)
        with soon():
            store.close()


@pytest.mark.mongodb
@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be stopped and continued there")
def test_a_server_that_falls_silent_is_a_sentence_within_seconds_and_may_come_back(start_ferretdb: Callable[[], Any]) -> None:
    with start_ferretdb() as (uri, process), MongoStore(uri) as store:
        store.put(RUNS, {"_id": "a"})
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)  # until it has stopped: on a busy machine it may answer once more
        try:
            with soon(), pytest.raises(SourceUnavailable, match="does not answer"):
                store.get(RUNS, "a")  # alone, on a connection that is open: only its own timeout ends it
            for call, sentence in refusals(store).items():
                assert sentence.startswith(f"{store.description} does not answer"), (call, sentence)
        finally:
            process.send_signal(signal.SIGCONT)
        store.put(RUNS, {"_id": "b"})
        assert store.get(RUNS, "b") is not None


@pytest.mark.mongodb
def test_a_connection_the_server_closed_is_opened_again(start_ferretdb: Callable[[], Any]) -> None:
    with start_ferretdb() as (uri, _), relay_to(uri) as (address, cut), MongoStore(f"mongodb://{address}/farp") as store:
        store.put(RUNS, {"_id": "a", "n": 1})
        cut()
        found = store.get(RUNS, "a")
        assert found is not None
        assert found["n"] == 1
        cut()
        assert store.put_many(RUNS, [{"_id": "b"}]) == 1


@contextmanager
def relay_to(uri: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Pass bytes on to the server at `uri`; the function given closes all connections of the moment."""
    host, port = uri.removeprefix("mongodb://").rstrip("/").split(":")
    pairs: list[socket.socket] = []

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):  # the other side may be cut
            while chunk := source.recv(65536):
                sink.sendall(chunk)
        for end in (source, sink):
            end.close()

    def accept() -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection((host, int(port)))
            pairs.extend((near, far))
            for ends in ((near, far), (far, near)):
                threading.Thread(target=pump, args=ends, daemon=True).start()

    def cut() -> None:
        while pairs:
            end = pairs.pop()
            with suppress(OSError):  # it may be closed already
                end.shutdown(socket.SHUT_RDWR)

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}", cut
    finally:
        listener.close()
        cut()


@pytest.mark.mongodb
def test_the_index_on_owners_is_made(mongodb_uri: str, mongodb_database: str) -> None:
    with MongoStore(mongodb_uri, database=mongodb_database) as store, pymongo.MongoClient(mongodb_uri) as client:
        store.put(PORTFOLIOS, {"_id": "a"})
        keys = [list(index["key"].items()) for index in client[mongodb_database][PORTFOLIOS].list_indexes()]
        assert [("user_id", 1), ("_id", 1)] in keys


@pytest.mark.mongodb
def test_documents_of_other_programs_are_read_where_possible(mongodb_uri: str, mongodb_database: str) -> None:
    with MongoStore(mongodb_uri, database=mongodb_database) as store, pymongo.MongoClient(mongodb_uri) as client:
        table = client[mongodb_database][RUNS]
        reference = ObjectId()
        table.insert_one({"_id": "a", "link": reference})
        assert store.get(RUNS, "a") == {"_id": "a", "link": str(reference), "schema_version": 1}
        table.insert_one({"_id": "newer", "schema_version": 99})
        with pytest.raises(
            DataError, match=r"^Document 'newer' of runs in MongoDB at .* was written by a newer FARP \(schema 99, this one knows 1\)"
        ):
            store.get(RUNS, "newer")
        store.delete(RUNS, "newer")
        table.insert_one({"_id": reference})
        with pytest.raises(DataError, match="which is not text"):
            [*store.list(RUNS)]


@pytest.mark.mongodb
def test_update_gives_its_claims_back(mongodb_uri: str, mongodb_database: str) -> None:
    with MongoStore(mongodb_uri, database=mongodb_database) as store, pymongo.MongoClient(mongodb_uri) as client:
        client[mongodb_database][RUNS].insert_one({"_id": "a", "n": 1})  # as another program writes it, without a revision
        for n in (2, 3):
            assert store.update(RUNS, "a", lambda found: {**(found or {}), "n": found["n"] + 1 if found else 0})["n"] == n
        with pytest.raises(ZeroDivisionError):
            store.update(RUNS, "a", lambda _: {"_id": 1 // 0})
        assert client[mongodb_database][CLAIMS].count_documents({}) == 0


@pytest.mark.mongodb
@pytest.mark.parametrize("there", [True, False])
def test_a_claim_whose_writer_died_is_passed_over(mongodb_uri: str, mongodb_database: str, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    monkeypatch.setattr("farp.store.mongo.CLAIM_SECONDS", 0.4)
    with MongoStore(mongodb_uri, database=mongodb_database) as store, pymongo.MongoClient(mongodb_uri) as client:
        if there:
            store.put(RUNS, {"_id": "a"})
        raw = client[mongodb_database][RUNS].find_one({"_id": "a"})
        client[mongodb_database][CLAIMS].insert_one({"_id": f"runs/a/{raw and raw['_revision']}/0"})
        start = time.monotonic()
        assert store.update(RUNS, "a", lambda _: {"_id": "a", "n": 1})["n"] == 1
        assert time.monotonic() - start >= 0.4
        assert client[mongodb_database][CLAIMS].count_documents({}) == 0


@pytest.mark.mongodb
def test_update_gives_up_with_a_sentence_when_its_turn_never_comes(mongodb_uri: str, mongodb_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farp.store.mongo.UPDATE_SECONDS", 0.3)
    with MongoStore(mongodb_uri, database=mongodb_database) as store, pymongo.MongoClient(mongodb_uri) as client:
        client[mongodb_database][CLAIMS].insert_one({"_id": "runs/a/None/0"})
        with pytest.raises(SourceUnavailable, match=r"^Others change document 'a' of MongoDB at .* all the time; try again in a moment\.$"):
            store.update(RUNS, "a", lambda _: {"_id": "a"})
        assert store.count(RUNS) == 0


@pytest.mark.mongodb
def test_a_document_written_between_reading_and_claiming_is_read_again(mongodb_uri: str, mongodb_database: str) -> None:
    with MongoStore(mongodb_uri, database=mongodb_database) as store:
        for meanwhile in ({"_id": "a", "items": ["put"]}, {"_id": "a", "items": ["put", "again"]}):
            written = [meanwhile]

            def change(found: dict[str, Any] | None, written: list[dict[str, Any]] = written) -> dict[str, Any]:
                if written:
                    store.put(RUNS, written.pop())  # what another program may do at this very moment
                return {"_id": "a", "items": [*(found["items"] if found else ()), "changed"]}

            assert store.update(RUNS, "a", change)["items"] == [*meanwhile["items"], "changed"]


@pytest.mark.mongodb
def test_a_refused_replacement_names_the_document(mongodb_uri: str, mongodb_database: str) -> None:
    with MongoStore(mongodb_uri, database=mongodb_database) as store, pymongo.MongoClient(mongodb_uri) as client:
        client[mongodb_database][RUNS].create_index("isin", unique=True)
        store.put(RUNS, {"_id": "a", "isin": "US1"})
        with pytest.raises(SourceUnavailable, match=r"MongoDB at .*(did not write|could not do)"):
            store.put_many(RUNS, [{"_id": "b", "isin": "US2"}, {"_id": "c", "isin": "US1"}])


def test_addresses_and_database_names() -> None:
    for uri, description in {
        "mongodb://localhost": "MongoDB at localhost/farp",
        "mongodb://localhost/": "MongoDB at localhost/farp",
        "mongodb://u:p%40ss@h1:1,h2:2/risk?authSource=admin&appName=a/b@c": "MongoDB at h1:1,h2:2/risk",
        "mongodb://[::1]:27017/?directConnection=true": "MongoDB at [::1]:27017/farp",
        "mongodb+srv://u:p@cluster.example.invalid/risk": "MongoDB at cluster.example.invalid/risk",
    }.items():
        with MongoStore(uri) as store:
            assert store.description == description


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://",
        "mongodb://user:s3cret@host:port/risk",
        "mongodb://user:s3c@ret@host/risk",
        "mongodb://user:s3c/ret@host/risk",
        "mongodb://user:s3cret@host/ri sk",
        "mongodb://user:s3cret@host/$risk",
        "mongodb://user:s3cret@host/?authMechanism=s3cret",
        "mongodb://user:s3cret@host:99999/",
        "mongodb+srv://user:s3cret@a,b/",
    ],
)
def test_unusable_addresses_are_refused_without_quoting_the_password(uri: str) -> None:
    with pytest.raises(InvalidInput, match="MONGODB_URI") as caught:
        MongoStore(uri)
    assert "s3c" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_unresolvable_name_is_a_sentence_within_seconds() -> None:
    for scheme in ("mongodb", "mongodb+srv"):
        with soon(), MongoStore(f"{scheme}://u:s3cret@cluster.farp.invalid/risk") as store:
            with pytest.raises(SourceUnavailable, match=r"MongoDB at cluster\.farp\.invalid/risk") as caught:
                store.ping()
            assert "s3cret" not in str(caught.value)


def test_open_store_takes_mongodb_when_it_is_set(tmp_path: Path) -> None:
    with open_store(load_settings({"MONGODB_URI": "mongodb://127.0.0.1:1/risk", "FARP_DATA_DIR": str(tmp_path / "data")})) as store:
        assert store.description == "MongoDB at 127.0.0.1:1/risk"
    assert not (tmp_path / "data").exists()
