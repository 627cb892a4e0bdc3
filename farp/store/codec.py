"""Documents to and from BSON: what an analysis produces goes in, plain Python values come out.

What comes back is what was put in, except that

- NumPy scalars are plain numbers, arrays and tuples are lists, text and number subclasses (enums) are
  plain text and numbers, and minus zero is zero;
- a date is its ISO text "2022-12-28", because BSON knows only moments;
- a moment is in UTC and has milliseconds, BSON's resolution;
- `schema_version` is there.

NaN and infinities are refused: servers disagree about them, and JSON cannot carry them. Write None, or
`pack` the array. A list directly inside a list is wrapped as `{"[]": [...]}`, because some MongoDB-compatible
servers take no nested arrays; reading unwraps it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any, Never

import bson
import numpy as np
from bson.codec_options import CodecOptions
from bson.decimal128 import Decimal128
from bson.errors import BSONError
from bson.objectid import ObjectId
from numpy.typing import NDArray

from farp.errors import DataError, InvalidInput
from farp.store.protocol import Document, usable_id

SCHEMA_VERSION = 1
MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 100  # MongoDB takes no deeper nesting

_NESTED = "[]"
_PACKABLE = {"<f8", "<i8", "<M8[D]"}
_OPTIONS: CodecOptions[Document] = CodecOptions(document_class=dict, tz_aware=True, tzinfo=dt.UTC)


def encode(document: Document) -> bytes:
    """Return `document` as BSON, with `schema_version` added when it is missing.

    Raises
    ------
    InvalidInput
        `_id` or a value cannot be stored (the message names the path to it), or the document exceeds 16 MB.
    """
    name = usable_id(document.get("_id"))
    safe = to_bson_safe(document)
    version = safe.setdefault("schema_version", SCHEMA_VERSION)
    if type(version) is not int or not 1 <= version <= SCHEMA_VERSION:
        raise InvalidInput(f"schema_version of document {name!r} must be a whole number from 1 to {SCHEMA_VERSION}, got {version!r}.")
    body = bson.encode(safe)
    if len(body) > MAX_BYTES:
        raise InvalidInput(f"Document {name!r} has {len(body) / 2**20:.1f} MB and a document can have {MAX_BYTES // 2**20} MB; store it in parts.")
    return body


def decode(body: bytes, *, place: str) -> Document:
    """Return the document of `body`.

    Parameters
    ----------
    body
        BSON as `encode` made it, or another program did.
    place
        Where it was found, for the message: "portfolios in SQLite, farp.sqlite".

    Raises
    ------
    DataError
        The bytes are no document FARP can read, or a newer FARP wrote it.
    """
    try:
        raw = bson.decode(body, codec_options=_OPTIONS)
    except (BSONError, ValueError, OverflowError) as error:
        raise DataError(f"A document of {place} is damaged and cannot be read; restore it from a backup or delete and recreate it.") from error
    name = raw.get("_id")
    if not isinstance(name, str):
        raise DataError(f"A document of {place} has the _id {str(name)!r}, which is not text; FARP did not write it, so rename or remove it.")
    document: Document = {key: _from_bson(value, key, name, place) for key, value in raw.items()}
    version = document.setdefault("schema_version", SCHEMA_VERSION)
    if type(version) is not int or version < 1:
        raise DataError(f"Document {name!r} of {place} has the unusable schema_version {version!r}; delete and recreate it.")
    if version > SCHEMA_VERSION:
        raise DataError(
            f"Document {name!r} of {place} was written by a newer FARP (schema {version}, this one knows {SCHEMA_VERSION}); update FARP to read it."
        )
    return document


def to_bson_safe(document: Mapping[str, Any]) -> Document:
    """Return a copy of `document` made only of what BSON and every server can carry.

    Raises
    ------
    InvalidInput
        A key or value cannot be stored; the message names the path to it.
    """
    return _safe_document(document, "", 1)


def pack(array: NDArray[Any]) -> Document:
    """Return `array` as a small document with its bytes in little-endian order; NaN and NaT are kept.

    Parameters
    ----------
    array
        float64, int64 or datetime64[D], any shape.

    Examples
    --------
    >>> packed = pack(np.array([1.0, np.nan]))
    >>> packed["dtype"], packed["shape"], len(packed["data"])
    ('<f8', [2], 16)
    >>> unpack(packed)
    array([ 1., nan])
    """
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    if little.dtype.str not in _PACKABLE:
        raise InvalidInput(f"pack takes arrays of float64, int64 or datetime64[D], got {array.dtype}.")
    return {"dtype": little.dtype.str, "shape": list(array.shape), "data": little.tobytes()}


def unpack(packed: object) -> NDArray[Any]:
    """Return the array `pack` made `packed` from, read-only.

    Raises
    ------
    DataError
        `packed` is not what `pack` returns.
    """
    match packed:
        case {"dtype": str(dtype), "shape": list(shape), "data": bytes(data)} if dtype in _PACKABLE and all(type(n) is int and n >= 0 for n in shape):
            if math.prod(shape) * 8 == len(data):
                return np.frombuffer(data, dtype=dtype).reshape(shape)
    raise DataError("A packed array in the store is damaged or of a kind FARP does not know; delete the document that holds it and recreate it.")


def _refuse(path: str, why: str) -> Never:
    raise InvalidInput(f"{path or 'The document'} cannot be stored: {why}.")


def _safe_document(mapping: Mapping[Any, Any], path: str, depth: int) -> Document:
    if depth > MAX_DEPTH:
        _refuse(path, f"it is nested more than {MAX_DEPTH} levels deep")
    document: Document = {}
    for key, value in mapping.items():
        if not isinstance(key, str):
            _refuse(path, f"its key {key!r} is not text")
        if "$" in key or "." in key or "\0" in key or key == _NESTED:
            _refuse(path, f"its key {key!r} contains $, a dot or NUL, or is '[]'; keep such names as values")
        inner = f"{path}.{key}" if path else key
        document[_safe_text(key, inner)] = _safe_value(value, inner, depth)
    return document


def _safe_list(values: list[Any] | tuple[Any, ...], path: str, depth: int) -> list[Any]:
    if depth > MAX_DEPTH:
        _refuse(path, f"it is nested more than {MAX_DEPTH} levels deep")
    safe = []
    for i, value in enumerate(values):
        wrapped = isinstance(value, (list, tuple, np.ndarray))
        item = _safe_value(value, f"{path}[{i}]", depth + wrapped)
        safe.append({_NESTED: item} if isinstance(item, list) else item)
    return safe


def _safe_value(value: Any, path: str, depth: int) -> Any:  # noqa: PLR0912 - one branch per type reads best as a table
    match value:
        case None | bool():
            return value
        case np.bool_():
            return bool(value)
        case int() | np.integer():
            whole = int(value)
            if not -(2**63) <= whole < 2**63:
                _refuse(path, f"{whole} does not fit into 64 bits")
            return whole
        case float() | np.floating():
            number = float(value)
            if not math.isfinite(number):
                _refuse(path, f"{number} is no finite number; store None instead")
            return number + 0.0  # not every server keeps the sign of zero
        case str():
            return _safe_text(value, path)
        case bytes():
            return value
        case dt.datetime():
            return _safe_moment(value, path)
        case dt.date():
            return value.isoformat()
        case np.datetime64():
            day = value.item()
            if type(day) is not dt.date:
                _refuse(path, f"{value} is not a day; use datetime64[D] or a datetime with a time zone")
            return day.isoformat()
        case np.ndarray() if value.ndim == 0:
            return _safe_value(value[()], path, depth)
        case np.ndarray():
            # tolist() would turn NaT into None in silence
            return _safe_list(list(value) if value.dtype.kind == "M" else value.tolist(), path, depth + 1)
        case list() | tuple():
            return _safe_list(value, path, depth + 1)
        case Mapping():
            return _safe_document(value, path, depth + 1)
        case _:
            _refuse(path, f"a document cannot hold a {type(value).__name__}")


def _safe_text(value: str, path: str) -> str:
    plain = str.__str__(value)
    if not plain.isascii():
        try:
            plain.encode("utf-8")
        except UnicodeEncodeError:
            _refuse(repr(path), "the text contains a lone surrogate, which is no character")
    return plain


def _safe_moment(value: dt.datetime, path: str) -> dt.datetime:
    if value.utcoffset() is None:
        _refuse(path, f"the moment {value} has no time zone")
    try:
        return value.astimezone(dt.UTC)
    except OverflowError:
        _refuse(path, f"the moment {value} lies outside the years 1 to 9999 in UTC")


def _from_bson(value: Any, path: str, name: str, place: str) -> Any:
    match value:
        case dict():
            if len(value) == 1 and _NESTED in value:
                return _from_bson(value[_NESTED], path, name, place)
            return {key: _from_bson(item, f"{path}.{key}", name, place) for key, item in value.items()}
        case list():
            return [_from_bson(item, f"{path}[{i}]", name, place) for i, item in enumerate(value)]
        case None | bool() | float() | str() | dt.datetime():
            return value
        case int():
            return int(value)  # bson returns its own subclass for 64-bit numbers
        case bytes():
            return bytes(value)
        case ObjectId():
            return str(value)
        case Decimal128():
            return float(value.to_decimal())
        case _:
            raise DataError(
                f"{path} of document {name!r} of {place} is a {type(value).__name__}, which FARP cannot read; replace it by text or a number."
            )
