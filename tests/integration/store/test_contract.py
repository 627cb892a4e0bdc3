"""What every store does alike: the same tests on SQLite, and over the wire on a MongoDB-compatible server."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import bson
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farp.errors import InvalidInput
from farp.store import Document, Store
from farp.store.codec import decode, encode, pack, unpack
from farp.store.protocol import COLLECTIONS, FACTOR_CONTRIBUTIONS, PORTFOLIOS, PRICES, RUNS, USER_PORTFOLIOS
from farp.store.users import converted, find_portfolio, list_portfolios

OpenAgain = Callable[[], Store]


def ids(documents: Iterator[Document]) -> list[str]:
    return [document["_id"] for document in documents]


def numbered(n: int, *, owners: int = 3) -> list[Document]:
    return [{"_id": f"p{i:04}", "user_id": f"user_{i % owners}", "value": i} for i in range(n)]


def test_a_document_comes_back_as_it_was_put(store: Store) -> None:
    document = {
        "_id": "income.user_009",
        "user_id": "user_009",
        "text": "Größe 😀 \x01 $dollar.dot",
        "whole": [0, -1, 2**31, 2**63 - 1, -(2**63)],
        "fraction": [0.1, 5e-324, 1.7976931348623157e308],
        "flag": True,
        "nothing": None,
        "empty": [{}, [], ""],
        "matrix": [[1.0, 2.0], [3.0, None], []],
        "bytes": bytes(range(256)),
        "moment": dt.datetime(2022, 12, 28, 21, 0, 0, 123000, tzinfo=dt.UTC),
        "deep": {"a b": [{"c": [[{"d": 1}]]}]},
    }
    store.put(FACTOR_CONTRIBUTIONS, document)
    found = store.get(FACTOR_CONTRIBUTIONS, "income.user_009")
    assert found == {**document, "schema_version": 1}
    assert [type(value) for value in found["whole"]] == [int] * 5  # not a subclass of bson's
    assert found["moment"].tzinfo is dt.UTC


def test_numpy_results_and_packed_prices_can_be_stored(store: Store) -> None:
    days = np.array(["2022-12-27", "2022-12-28", "2022-12-29"], dtype="datetime64[D]")
    closes = np.array([1.5, np.nan, -0.0])
    store.put(
        PRICES, {"_id": "BRK.B", "dates": pack(days), "closes": pack(closes), "mean": np.float64(0.25), "n": np.int64(3), "loadings": np.eye(2)}
    )
    found = store.get(PRICES, "BRK.B")
    assert found is not None
    np.testing.assert_array_equal(unpack(found["dates"]), days)
    assert unpack(found["closes"]).tobytes() == closes.tobytes()
    assert (found["mean"], found["n"], found["loadings"]) == (0.25, 3, [[1.0, 0.0], [0.0, 1.0]])


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.get(PORTFOLIOS, "nobody") is None
    assert [*store.list(PORTFOLIOS)] == []
    assert store.count(PORTFOLIOS) == 0
    assert store.delete(PORTFOLIOS, "nobody") is False


def test_put_replaces_the_whole_document(store: Store) -> None:
    store.put(PORTFOLIOS, {"_id": "a", "user_id": "one", "old": 1})
    store.put(PORTFOLIOS, {"_id": "a", "user_id": "two", "new": 2})
    store.put(PORTFOLIOS, {"_id": "a", "user_id": "two", "new": 2})
    assert store.get(PORTFOLIOS, "a") == {"_id": "a", "user_id": "two", "new": 2, "schema_version": 1}
    assert store.count(PORTFOLIOS) == 1
    assert ids(store.list(PORTFOLIOS, owner="one")) == []
    assert ids(store.list(PORTFOLIOS, owner="two")) == ["a"]


def test_put_leaves_its_argument_alone(store: Store) -> None:
    document: Document = {"_id": "a", "values": np.ones(2)}
    store.put(RUNS, document)
    store.put_many(RUNS, [document])
    assert set(document) == {"_id", "values"}
    assert isinstance(document["values"], np.ndarray)


def test_collections_are_apart(store: Store) -> None:
    for name in COLLECTIONS:
        store.put(name, {"_id": "same", "here": name})
    for name in COLLECTIONS:
        found = store.get(name, "same")
        assert found is not None
        assert found["here"] == name
    assert store.delete(PRICES, "same") is True
    assert [store.count(name) for name in COLLECTIONS] == [int(name != PRICES) for name in COLLECTIONS]


def test_put_many_writes_all_and_can_be_repeated(store: Store) -> None:
    documents = numbered(730)
    assert store.put_many(PORTFOLIOS, iter(documents)) == 730
    for document in documents:
        document["value"] += 1000
    assert store.put_many(PORTFOLIOS, documents[:300]) == 300
    assert store.put_many(PORTFOLIOS, []) == 0
    assert store.count(PORTFOLIOS) == 730
    values = [document["value"] for document in store.list(PORTFOLIOS)]
    assert values == [i + 1000 if i < 300 else i for i in range(730)]


def test_put_many_of_the_same_id_keeps_the_last(store: Store) -> None:
    assert store.put_many(RUNS, [{"_id": "a", "v": 1}, {"_id": "b", "v": 1}, {"_id": "a", "v": 2}]) == 3
    assert [(document["_id"], document["v"]) for document in store.list(RUNS)] == [("a", 2), ("b", 1)]


def test_put_many_may_read_the_store_it_writes_to(store: Store) -> None:
    store.put_many(USER_PORTFOLIOS, numbered(250))
    assert store.put_many(PORTFOLIOS, store.list(USER_PORTFOLIOS)) == 250
    assert store.put_many(PORTFOLIOS, store.list(PORTFOLIOS)) == 250


def test_put_many_refuses_a_bad_document_and_names_it(store: Store) -> None:
    with pytest.raises(InvalidInput, match=r"^risk\.beta cannot be stored"):
        store.put_many(RUNS, [{"_id": "a"}, {"_id": "b", "risk": {"beta": float("nan")}}])


def test_list_is_in_order_of_code_points_and_starts_after(store: Store) -> None:
    names = ["~", "é", "Z", "a", "_", "10", "9", "ü", "aa", "😀", "\uffff", "a-", "a.b"]
    store.put_many(RUNS, [{"_id": name} for name in names])
    assert ids(store.list(RUNS)) == sorted(names)
    for name in [*names, "m"]:
        assert ids(store.list(RUNS, after=name)) == sorted(other for other in names if other > name)
    assert ids(store.list(RUNS, after="")) == sorted(names)


def test_list_by_owner_after_and_limit_over_several_pages(store: Store) -> None:
    store.put_many(PORTFOLIOS, numbered(330))
    mine = [f"p{i:04}" for i in range(1, 330, 3)]
    assert ids(store.list(PORTFOLIOS, owner="user_1")) == mine
    assert ids(store.list(PORTFOLIOS, owner="user_1", after=mine[4], limit=3)) == mine[5:8]
    assert ids(store.list(PORTFOLIOS, limit=205)) == [f"p{i:04}" for i in range(205)]
    assert ids(store.list(PORTFOLIOS, limit=100)) == [f"p{i:04}" for i in range(100)]
    assert ids(store.list(PORTFOLIOS, limit=0)) == []
    assert ids(store.list(PORTFOLIOS, owner="user_")) == []


def test_ids_are_those_of_list_in_its_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{type(store).__module__}.ID_PAGE", 7)
    assert list(store.ids(PRICES)) == []
    store.put_many(PRICES, [*numbered(21), {"_id": "z\U0001f600"}, {"_id": "Ä"}])
    assert list(store.ids(PRICES)) == ids(store.list(PRICES))
    assert list(store.ids(PRICES, after="p0013")) == ids(store.list(PRICES, after="p0013"))
    with pytest.raises(InvalidInput, match="There is no collection"):
        store.ids("users")


def test_list_goes_on_while_documents_change(store: Store) -> None:
    store.put_many(PORTFOLIOS, numbered(250))
    seen = []
    for document in store.list(PORTFOLIOS):
        seen.append(document["_id"])
        store.delete(PORTFOLIOS, document["_id"])
    assert seen == [f"p{i:04}" for i in range(250)]
    assert store.count(PORTFOLIOS) == 0


def test_documents_without_a_text_owner_belong_to_nobody(store: Store) -> None:
    store.put_many(RUNS, [{"_id": "a"}, {"_id": "b", "user_id": None}, {"_id": "c", "user_id": 1}, {"_id": "d", "user_id": "1"}])
    assert ids(store.list(RUNS, owner="1")) == ["d"]


def test_another_opening_sees_the_writes(store: Store, open_again: OpenAgain) -> None:
    store.put(RUNS, {"_id": "a", "v": 1})
    other = open_again()
    found = other.get(RUNS, "a")
    assert found is not None
    other.put(RUNS, {**found, "v": 2})
    again = store.get(RUNS, "a")
    assert again is not None
    assert again["v"] == 2


def test_a_document_may_have_almost_16_mb_and_not_more(store: Store) -> None:
    store.put(RUNS, {"_id": "big", "data": bytes(15_900_000)})
    found = store.get(RUNS, "big")
    assert found is not None
    assert len(found["data"]) == 15_900_000
    with pytest.raises(InvalidInput, match=r"^Document 'bigger' has 16\.\d MB and a document can have 16 MB"):
        store.put(RUNS, {"_id": "bigger", "data": bytes(16 * 1024 * 1024)})
    assert store.count(RUNS) == 1


@pytest.mark.parametrize("bad", ["", "a\0b", "\ud800", None, 7])
def test_ids_are_non_empty_text(store: Store, bad: Any) -> None:
    calls: list[Callable[[], object]] = [
        lambda: store.put(RUNS, {"_id": bad}),
        lambda: store.put_many(RUNS, [{"_id": bad}]),
        lambda: store.get(RUNS, bad),
        lambda: store.delete(RUNS, bad),
    ]
    for call in calls:
        with pytest.raises(InvalidInput, match="id must be a non-empty text"):
            call()
    with pytest.raises(InvalidInput, match="id must be a non-empty text"):
        store.put(RUNS, {"no id": 1})
    if bad is not None:
        with pytest.raises(InvalidInput, match="owner must be a non-empty text"):
            store.list(RUNS, owner=bad)


@pytest.mark.parametrize("name", ["users", "", "runs; DROP TABLE runs", "sqlite_schema"])
def test_unknown_collections_are_refused_at_the_call(store: Store, name: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: store.get(name, "a"),
        lambda: store.put(name, {"_id": "a"}),
        lambda: store.put_many(name, []),
        lambda: store.delete(name, "a"),
        lambda: store.list(name),
        lambda: store.count(name),
    ]
    for call in calls:
        with pytest.raises(InvalidInput, match="There is no collection"):
            call()


@pytest.mark.parametrize("limit", [-1, 1.5, True])
def test_bad_limits_are_refused(store: Store, limit: Any) -> None:
    with pytest.raises(InvalidInput, match="limit must be"):
        store.list(RUNS, limit=limit)


def test_ping_description_and_close(store: Store) -> None:
    store.ping()
    assert store.description.startswith(("SQLite, ", "MongoDB at "))
    with store as same:
        assert same is store
    store.close()
    calls: list[Callable[[], object]] = [store.ping, lambda: store.get(RUNS, "a"), lambda: store.put(RUNS, {"_id": "a"}), lambda: store.count(RUNS)]
    for call in calls:
        with pytest.raises(InvalidInput, match="has been closed"):
            call()


def test_threads_writing_the_same_new_ids_all_succeed(store: Store) -> None:
    barrier = threading.Barrier(4, timeout=20)

    def write(worker: int) -> None:
        for round_ in range(10):
            barrier.wait()
            store.put(RUNS, {"_id": f"r{round_}", "worker": worker})

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(write, worker) for worker in range(4)]:
            done.result()
    assert ids(store.list(RUNS)) == [f"r{round_}" for round_ in range(10)]


def test_threads_writing_the_same_batches_all_succeed(store: Store) -> None:
    barrier = threading.Barrier(3, timeout=20)

    def write(worker: int) -> int:
        barrier.wait()
        return sum(store.put_many(RUNS, [{"_id": f"{round_}-{i:02}", "worker": worker} for i in range(60)]) for round_ in range(2))

    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(write, worker) for worker in range(3)]
        assert [future.result() for future in done] == [120] * 3
    assert store.count(RUNS) == 120


def appended(item: str) -> Callable[[Document | None], Document]:
    return lambda found: {"_id": "one", "items": [*(found["items"] if found else ()), item]}


def test_update_makes_changes_and_returns_the_document_as_stored(store: Store) -> None:
    assert store.update(RUNS, "one", appended("a")) == {"_id": "one", "items": ["a"], "schema_version": 1}
    assert store.update(RUNS, "one", appended("b")) == {"_id": "one", "items": ["a", "b"], "schema_version": 1}
    store.put(RUNS, {"_id": "one", "items": []})
    assert store.update(RUNS, "one", appended("c")) == store.get(RUNS, "one") == {"_id": "one", "items": ["c"], "schema_version": 1}
    assert store.delete(RUNS, "one")
    given: list[Document | None] = []

    def owned(found: Document | None) -> Document:
        given.append(found)
        return {"_id": "one", "user_id": "me", "mean": np.float64(0.5)}

    assert store.update(RUNS, "one", owned) == {"_id": "one", "user_id": "me", "mean": 0.5, "schema_version": 1}
    assert given == [None]
    assert ids(store.list(RUNS, owner="me")) == ["one"]


@pytest.mark.parametrize("there", [True, False])
def test_a_change_that_raises_leaves_the_document_and_comes_through(store: Store, there: bool) -> None:
    before: Document | None = {"_id": "one", "items": ["a"], "schema_version": 1} if there else None
    if before is not None:
        store.put(RUNS, before)

    def refused(found: Document | None) -> Document:
        if found is not None:
            found["items"].append("b")
        raise LookupError("not this one")

    bad: list[tuple[type[Exception], str, Callable[[Document | None], Document]]] = [
        (LookupError, "not this one", refused),
        (InvalidInput, r"document 'one' must keep its _id, got 'two'", lambda _: {"_id": "two"}),
        (InvalidInput, "must keep its _id, got None", lambda _: {}),
        (InvalidInput, "^value cannot be stored", lambda _: {"_id": "one", "value": float("nan")}),
    ]
    for kind, message, change in bad:
        with pytest.raises(kind, match=message):
            store.update(RUNS, "one", change)
        assert store.get(RUNS, "one") == before
        assert store.count(RUNS) == int(there)
    assert store.update(RUNS, "one", appended("c"))["items"] == (["a", "c"] if there else ["c"])


def test_update_refuses_what_every_call_refuses(store: Store) -> None:
    with pytest.raises(InvalidInput, match="There is no collection"):
        store.update("users", "one", appended("a"))
    with pytest.raises(InvalidInput, match="id must be a non-empty text"):
        store.update(RUNS, "", appended("a"))
    store.close()
    with pytest.raises(InvalidInput, match="has been closed"):
        store.update(RUNS, "one", appended("a"))


def test_updates_of_threads_lose_nothing(store: Store, open_again: OpenAgain) -> None:
    barrier = threading.Barrier(4, timeout=20)

    def append(worker: int, mine: Store) -> None:
        barrier.wait()
        for i in range(50):
            mine.update(RUNS, "one", appended(f"{worker}-{i}"))

    stores = [store, store, open_again(), open_again()]
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(append, worker, mine) for worker, mine in enumerate(stores)]:
            done.result()
    found = store.get(RUNS, "one")
    assert found is not None
    assert sorted(found["items"]) == sorted(f"{worker}-{i}" for worker in range(4) for i in range(50))
    for worker in range(4):  # and each writer's in its own order
        assert [item for item in found["items"] if item.startswith(f"{worker}-")] == [f"{worker}-{i}" for i in range(50)]


def with_item(id: str, item: str) -> Callable[[Document | None], Document]:
    return lambda found: {"_id": id, "items": [*(found["items"] if found else ()), item]}


def test_update_many_changes_each_document_as_update_does(store: Store) -> None:
    names = [f"d{i:03}" for i in range(60)]
    store.put_many(RUNS, [{"_id": name, "items": ["a"]} for name in names[:40]])
    assert store.update_many(RUNS, {name: with_item(name, name) for name in names}) == 60
    assert [document["items"] for document in store.list(RUNS)] == [["a", name] for name in names[:40]] + [[name] for name in names[40:]]
    assert store.update_many(RUNS, {}) == 0
    with pytest.raises(InvalidInput, match="There is no collection"):
        store.update_many("users", {})


def test_a_change_of_many_that_raises_comes_through_and_leaves_its_document(store: Store) -> None:
    store.put_many(RUNS, [{"_id": name, "items": []} for name in ("a", "b")])

    def refused(_: Document | None) -> Document:
        raise LookupError("not this one")

    with pytest.raises(LookupError, match="not this one"):
        store.update_many(RUNS, {"a": with_item("a", "x"), "b": refused})
    with pytest.raises(InvalidInput, match="must keep its _id"):
        store.update_many(RUNS, {"b": with_item("a", "x")})
    assert store.get(RUNS, "b") == {"_id": "b", "items": [], "schema_version": 1}
    assert store.update_many(RUNS, {"b": with_item("b", "y")}) == 1
    assert store.get(RUNS, "b") == {"_id": "b", "items": ["y"], "schema_version": 1}


def test_updates_one_by_one_and_in_bulk_at_the_same_time_lose_nothing(store: Store, open_again: OpenAgain) -> None:
    barrier = threading.Barrier(3, timeout=20)
    names = ["a", "b", "c"]

    def in_bulk(worker: int, mine: Store) -> None:
        barrier.wait()
        for i in range(15):
            mine.update_many(RUNS, {name: with_item(name, f"{worker}-{i}") for name in names})

    def one_by_one(worker: int, mine: Store) -> None:
        barrier.wait()
        for i in range(15):
            for name in names:
                mine.update(RUNS, name, with_item(name, f"{worker}-{i}"))

    with ThreadPoolExecutor(3) as pool:
        work = [pool.submit(in_bulk, 0, store), pool.submit(in_bulk, 1, open_again()), pool.submit(one_by_one, 2, open_again())]
        for done in work:
            done.result()
    for document in store.list(RUNS):
        assert sorted(document["items"]) == sorted(f"{worker}-{i}" for worker in range(3) for i in range(15)), document["_id"]


def test_updates_of_processes_lose_nothing(store: Store, address: list[str]) -> None:
    command = [sys.executable, str(Path(__file__).with_name("append_some.py"))]
    children = [subprocess.Popen([*command, name, "50", *address], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for name in ("left", "right")]
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline().strip() == b"ready"
        for child in children:
            assert child.stdin is not None
            child.stdin.close()
        assert [child.wait(timeout=60) for child in children] == [0, 0]
    finally:
        for child in children:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
    found = store.get(RUNS, "one")
    assert found is not None
    assert sorted(found["items"]) == sorted(f"{name}-{i}" for name in ("left", "right") for i in range(50))


def test_readers_in_threads_never_see_a_torn_document(store: Store) -> None:
    def version(n: int) -> Document:
        return {"_id": "one", "n": n, "copies": [n] * 5000}

    store.put(RUNS, version(0))
    stop = threading.Event()

    def read() -> int:
        reads = 0
        while not stop.is_set():
            found = store.get(RUNS, "one")
            assert found is not None
            assert set(found["copies"]) == {found["n"]}
            reads += 1
        return reads

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        try:
            for n in range(1, 40):
                store.put(RUNS, version(n))
        finally:
            stop.set()
        assert all(reader.result() > 0 for reader in readers)


def test_portfolios_are_found_and_listed(store: Store) -> None:
    for user in ("user_002", "user_001"):
        assets = [{"asset_ticker": "AMZN", "asset_quantity": 99}, {"asset_ticker": "AMZN", "asset_quantity": 1}]
        entry = {"portfolio_name": "Income Portfolio", "portfolio_desc": "", "portfolio_created_at": "2023-01-31T12:00:00Z", "assets": assets}
        uploaded = {"_id": user, "user_id": user, "username": "william_brown", "email": "w@example.com", "portfolio": entry}
        store.put(USER_PORTFOLIOS, uploaded)
        found = store.get(USER_PORTFOLIOS, user)
        assert found is not None
        store.put(PORTFOLIOS, converted(found))
    assert [portfolio.id for portfolio in list_portfolios(store)] == ["income-portfolio.user_001", "income-portfolio.user_002"]
    portfolio = find_portfolio(store, "income-portfolio.user_002")
    assert portfolio.owner_name == "William Brown"
    assert [(position.ticker, position.quantity) for position in portfolio.positions] == [("AMZN", 100.0)]


keys = st.text(st.characters(exclude_characters="$.\0", exclude_categories=["Cs"]), max_size=8).filter(
    lambda key: key not in {"[]", "_id", "schema_version"}
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.binary(max_size=8)
    | st.datetimes(timezones=st.just(dt.UTC)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=values)
def test_any_storable_value_survives_the_store(store: Store, value: Any) -> None:
    document = {"_id": "a", "value": value}
    store.put(RUNS, document)
    expected = decode(bson.encode(bson.decode(encode(document))), place="memory")
    assert store.get(RUNS, "a") == expected
