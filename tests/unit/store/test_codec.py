"""Documents through real BSON: what comes back, and what is refused with which words."""

from __future__ import annotations

import datetime as dt
import math
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import bson
import numpy as np
import pytest
from bson import Decimal128, Int64, ObjectId, Regex
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from farp.errors import DataError, InvalidInput
from farp.store.codec import MAX_BYTES, MAX_DEPTH, decode, encode, pack, to_bson_safe, unpack


def through_bson(value: Any) -> Any:
    return decode(encode({"_id": "a", "value": value}), place="memory")["value"]


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("value", "back"),
    [
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.int64(-5), -5),
        (np.uint8(200), 200),
        (np.bool_(True), True),
        (np.str_("text"), "text"),
        (True, True),
        (-0.0, 0.0),
        (2**63 - 1, 2**63 - 1),
        (-(2**63), -(2**63)),
        (Colour.RED, "red"),
        (Level.HIGH, 3),
        ((1, (2, 3)), [1, [2, 3]]),
        ([[[]]], [[[]]]),
        (np.array([[1.0, 2.0]]), [[1.0, 2.0]]),
        (np.array([1, 2]), [1, 2]),
        (np.array([True]), [True]),
        (np.array(2.5), 2.5),
        (np.array(["2022-12-28"], dtype="datetime64[D]"), ["2022-12-28"]),
        (np.datetime64("2022-12-28"), "2022-12-28"),
        (dt.date(2022, 12, 28), "2022-12-28"),
        (
            dt.datetime(2022, 12, 28, 21, 0, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=-5))),
            dt.datetime(2022, 12, 29, 2, 0, 0, 123000, tzinfo=dt.UTC),
        ),
        (MappingProxyType({"a": (1,)}), {"a": [1]}),
        (b"\0\1", b"\0\1"),
        (None, None),
        ({"": {"a b": []}}, {"": {"a b": []}}),
    ],
)
def test_values_come_back_plain(value: Any, back: Any) -> None:
    found = through_bson(value)
    assert found == back
    assert type(found) is type(back)
    if isinstance(back, float):
        assert math.copysign(1.0, found) == math.copysign(1.0, back)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (float("nan"), "nan is no finite number"),
        (np.float64("inf"), "inf is no finite number"),
        (2**63, "does not fit into 64 bits"),
        (np.uint64(2**63), "does not fit into 64 bits"),
        (dt.datetime(2022, 12, 28), "has no time zone"),
        (dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=5))), "outside the years 1 to 9999"),
        (np.datetime64("NaT"), "is not a day"),
        (np.datetime64("2022-12-28T21:00"), "is not a day"),
        (np.array(["NaT"], dtype="datetime64[D]"), "is not a day"),
        (np.array([1j]), "cannot hold a complex"),
        ({1, 2}, "cannot hold a set"),
        (object(), "cannot hold a object"),
        ("\ud800", "lone surrogate"),
    ],
)
def test_what_cannot_be_stored_is_named_with_its_path(value: Any, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as caught:
        encode({"_id": "a", "portfolios": [{}, {"risk": [0.0, value]}]})
    assert "portfolios[1].risk[1]" in str(caught.value)


@pytest.mark.parametrize("key", ["a.b", "$a", "a$", "a\0b", 1, None, "[]", b"a", "\ud800"])
def test_keys_a_server_could_misread_are_refused(key: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^'?outer.*cannot be stored"):
        to_bson_safe({"outer": {key: 1}})
    with pytest.raises(InvalidInput, match="cannot be stored"):
        to_bson_safe({key: 1})


def test_nan_in_an_array_is_named_with_its_index() -> None:
    with pytest.raises(InvalidInput, match=r"^heatmap\[1\]\[0\] cannot be stored: nan"):
        encode({"_id": "a", "heatmap": np.array([[1.0], [np.nan]])})


def test_nesting_ends_before_the_server_does() -> None:
    def nested(depth: int) -> Any:
        value: Any = 1
        for _ in range(depth):
            value = {"a": value}
        return value

    assert through_bson(nested(MAX_DEPTH - 1)) == nested(MAX_DEPTH - 1)
    circle: list[Any] = []
    circle.append(circle)
    for value in (nested(MAX_DEPTH), circle):
        with pytest.raises(InvalidInput, match="nested more than 100 levels"):
            through_bson(value)


def test_a_list_in_a_list_is_wrapped_because_some_servers_take_none() -> None:
    assert to_bson_safe({"matrix": [[1], [2, [3]]]}) == {"matrix": [{"[]": [1]}, {"[]": [2, {"[]": [3]}]}]}


def test_the_size_limit_is_exact() -> None:
    overhead = len(encode({"_id": "a", "data": b""}))
    assert len(encode({"_id": "a", "data": bytes(MAX_BYTES - overhead)})) == MAX_BYTES
    with pytest.raises(InvalidInput, match="a document can have 16 MB; store it in parts"):
        encode({"_id": "a", "data": bytes(MAX_BYTES - overhead + 1)})


def test_schema_version_is_added_kept_and_checked() -> None:
    assert decode(encode({"_id": "a"}), place="memory") == {"_id": "a", "schema_version": 1}
    assert decode(bson.encode({"_id": "a"}), place="memory") == {"_id": "a", "schema_version": 1}
    for bad in (0, 2, "1", True, None):
        with pytest.raises(InvalidInput, match="schema_version of document 'a' must be"):
            encode({"_id": "a", "schema_version": bad})
    with pytest.raises(DataError, match=r"Document 'a' of runs was written by a newer FARP \(schema 2, this one knows 1\); update FARP"):
        decode(bson.encode({"_id": "a", "schema_version": 2}), place="runs")
    with pytest.raises(DataError, match="unusable schema_version"):
        decode(bson.encode({"_id": "a", "schema_version": "x"}), place="runs")


def test_what_other_programs_wrote() -> None:
    reference = ObjectId()
    body = bson.encode({"_id": "a", "big": Int64(2**40), "link": reference, "price": Decimal128("1.5"), "rows": [[1], [2]]})
    found = decode(body, place="runs")
    assert found == {"_id": "a", "big": 2**40, "link": str(reference), "price": 1.5, "rows": [[1], [2]], "schema_version": 1}
    assert type(found["big"]) is int
    with pytest.raises(DataError, match=r"pattern\[0\] of document 'a' of runs is a Regex"):
        decode(bson.encode({"_id": "a", "pattern": [Regex("x")]}), place="runs")
    with pytest.raises(DataError, match="which is not text"):
        decode(bson.encode({"_id": reference}), place="runs")


@given(st.binary(max_size=40))
def test_any_bytes_are_a_document_or_a_sentence(body: bytes) -> None:
    try:
        decode(body, place="runs")
    except DataError as error:
        assert "runs" in str(error)  # noqa: PT017 - most bytes are damaged, a few are a document


@given(
    hnp.arrays(
        st.sampled_from([np.dtype("f8"), np.dtype(">f8"), np.dtype("i8"), np.dtype("M8[D]")]), hnp.array_shapes(min_dims=1, max_dims=3, min_side=0)
    )
)
def test_packed_arrays_come_back_to_the_last_bit(array: Any) -> None:
    found = unpack(through_bson(pack(array)))
    little = array.astype(array.dtype.newbyteorder("<"))
    assert found.dtype == little.dtype
    assert found.shape == array.shape
    assert found.tobytes() == little.tobytes()
    assert not found.flags.writeable


def test_pack_takes_a_view_in_any_order() -> None:
    array = np.arange(12.0).reshape(3, 4).T[::-1]
    np.testing.assert_array_equal(unpack(pack(array)), array)


@pytest.mark.parametrize("dtype", ["f4", "M8[s]", "U3", "c16", "O"])
def test_pack_refuses_other_types(dtype: str) -> None:
    with pytest.raises(InvalidInput, match="pack takes arrays of float64, int64 or datetime64"):
        pack(np.zeros(2, dtype=dtype))


@pytest.mark.parametrize(
    "packed",
    [
        None,
        {},
        {"dtype": "<f8", "shape": [2], "data": b"1234567"},
        {"dtype": "<f8", "shape": [-1, -1], "data": bytes(8)},
        {"dtype": "|O8", "shape": [1], "data": bytes(8)},
        {"dtype": "<f8", "shape": [1.0], "data": bytes(8)},
    ],
)
def test_unpack_refuses_what_pack_did_not_make(packed: Any) -> None:
    with pytest.raises(DataError, match="packed array in the store is damaged"):
        unpack(packed)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary()
    | st.datetimes(timezones=st.just(dt.UTC)).map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000, fold=0))
)
keys = st.text(st.characters(exclude_characters="$.\0", exclude_categories=["Cs"])).filter(lambda key: key != "[]")
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=20)


@given(values)
def test_every_plain_value_comes_back_equal(value: Any) -> None:
    assert repr(through_bson(value)) == repr(value)  # repr and not ==, for True == 1 == 1.0
