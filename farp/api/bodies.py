"""The body of an upload: a form with a holdings file, or JSON with positions. Read piece by piece, and no further than the limit."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Never

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from farp import parameters
from farp.api.errors import Refused
from farp.errors import InvalidInput
from farp.portfolio import Position, cash_currency, cash_ticker

FORM = "multipart/form-data"
JSON = "application/json"

ENVELOPE_BYTES = 256 * 1024  # of a form beside its file
FIELDS = 500
DRAINED = 4  # times the limit are read and thrown away, so that the sender gets to see the answer …
DRAINED_LEAST = 64 * 2**20  # … and at least so many bytes of a body that says its length, for that one ends
TICKER_LENGTH = 64

_COMMON = ("name", "owner", "description", "base_currency", "replace", "dry_run")
_FORM_FIELDS = ("file", *_COMMON, "answers", "answer", "portfolio_value", "as_of_date")
_JSON_FIELDS = (*_COMMON, "positions")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsBody:
    """What a request says: the bytes of `file`, or `positions`; None where it says nothing."""

    file: bytes | None = None
    filename: str | None = None
    positions: tuple[Position, ...] | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None
    owner: str | None = None
    description: str | None = None
    base_currency: str | None = None
    replace: bool = False
    dry_run: bool = False
    portfolio_value: float | None = None
    as_of: dt.date | None = None


async def holdings_body(request: Request, limit: int) -> HoldingsBody:
    """Return what the body of `request` says; `limit` is for the file, or for the JSON as a whole [bytes].

    Raises
    ------
    Refused
        413 when there is more than the limit, 415 when it is neither a form with a file nor JSON.
    InvalidInput
        A field is missing, unknown or has a value that is not allowed.
    """
    kind = _kind(request)
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if kind not in {FORM, JSON} or coding != "identity":
        shown = f"{kind[:60] or 'a body without a content type'}{f' in {coding[:20]}' if coding != 'identity' else ''}"
        raise Refused(
            415, "unsupported_media_type", f"Send a holdings file as {FORM} (curl -F file=@positions.csv) or positions as {JSON}, not {shown}."
        )
    if kind == JSON:
        return _from_json(b"".join([chunk async for chunk in _bounded(request, limit, limit)]))
    return await _from_form(request, limit)


async def json_object(request: Request, limit: int, known: Collection[str], example: str) -> dict[str, Any]:
    """Return the JSON object in the body of `request`, whose fields are among `known`.

    Raises
    ------
    Refused
        413 when there is more than `limit` [bytes], 415 when it is not JSON.
    InvalidInput
        It is no JSON object, or has other fields; the sentence shows the `example`.
    """
    kind = _kind(request)
    if kind != JSON:
        raise Refused(415, "unsupported_media_type", f"Send {JSON} such as {example}, not {kind[:60] or 'a body without a content type'}.")
    too_large = f"The body is larger than the {limit // 1024:,} KB allowed here; {example} has all the fields there are."
    document = _loaded(b"".join([chunk async for chunk in _bounded(request, limit, limit, too_large)]), "The body")
    if not isinstance(document, dict):
        raise InvalidInput(f"The body must be a JSON object such as {example}.")
    _known(document, known)
    return document


def _kind(request: Request) -> str:
    """Return the media type of the body; Refused for JSON that says it is in another coding than UTF-8, the only one JSON has."""
    kind, *parameters_given = (part.strip() for part in request.headers.get("content-type", "").lower().split(";"))
    charset = next((part.partition("=")[2].strip(' "') for part in parameters_given if part.partition("=")[0].strip() == "charset"), "utf-8")
    if kind == JSON and charset not in {"utf-8", "utf8", "us-ascii"}:
        raise Refused(415, "unsupported_media_type", f"Send {JSON} in UTF-8, the coding JSON has, not in {charset[:40]}.")
    return kind


async def _bounded(request: Request, most: int, limit: int, sentence: str | None = None) -> AsyncGenerator[bytes, None]:
    """Yield the body while it has at most `most` bytes; then throw away what follows, and refuse."""
    announced = request.headers.get("content-length", "")
    fits = not (announced.isascii() and announced.isdigit() and (len(announced) > 15 or int(announced) > most))
    drained = max(DRAINED * most, DRAINED_LEAST if announced else 0)
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        fits = fits and received <= most
        if fits:
            yield chunk
        elif received > drained:
            raise _too_large(limit, {"Connection": "close"}, sentence)
    if not fits:
        raise _too_large(limit, None, sentence)


def _too_large(limit: int, headers: dict[str, str] | None = None, sentence: str | None = None) -> Refused:
    sentence = sentence or f"The upload is larger than the {limit / 2**20:g} MB allowed; leave out what is not a position, or raise UPLOAD_LIMIT_MB."
    return Refused(413, "too_large", sentence, headers)


async def _from_form(request: Request, limit: int) -> HoldingsBody:
    parser = MultiPartParser(
        request.headers, _bounded(request, limit + ENVELOPE_BYTES, limit), max_files=1, max_fields=FIELDS, max_part_size=ENVELOPE_BYTES
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise InvalidInput(f"The form cannot be read ({error.message.rstrip('.')}); send one file, as curl -F file=@positions.csv does.") from None
    try:
        file = form.get("file")
        data = await file.read() if isinstance(file, UploadFile) else None
        filename = file.filename if isinstance(file, UploadFile) else None
        items = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        elsewhere = [name for name, value in form.multi_items() if isinstance(value, UploadFile) and name != "file"]
    finally:
        await form.close()
    _known([*elsewhere, *(name for name, _ in items)], _FORM_FIELDS)
    if elsewhere:
        raise InvalidInput(f"{elsewhere[0]} is a file, and only the field 'file' can be one.")
    if data is None:
        raise InvalidInput("The form has no file in its field 'file'; with curl, write -F file=@positions.csv.")
    if len(data) > limit:
        raise _too_large(limit)
    fields = _once([(name, value) for name, value in items if name != "answer"])
    given = parameters.answers(value for name, value in items if name == "answer")
    for key, value in _answers(fields.get("answers", "{}")).items():
        if given.setdefault(key, value) != value:
            raise InvalidInput(f"answers and answer give {key[:40]!r} different values; give it once.")
    return HoldingsBody(
        file=data,
        filename=filename,
        answers=given,
        name=fields.get("name"),
        owner=fields.get("owner"),
        description=fields.get("description"),
        base_currency=fields.get("base_currency"),
        replace=parameters.flag(fields.get("replace", "false"), "replace"),
        dry_run=parameters.flag(fields.get("dry_run", "false"), "dry_run"),
        portfolio_value=parameters.amount(fields["portfolio_value"], "portfolio_value") if "portfolio_value" in fields else None,
        as_of=parameters.date(fields["as_of_date"]) if "as_of_date" in fields else None,
    )


def _once(items: list[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in items:
        if name in fields:
            raise InvalidInput(f"{name} is given more than once; give it once.")
        if not value.strip() and name not in {"description", "file"}:
            raise InvalidInput(f"{name} is empty; give a value, or leave it out for the default.")
        fields[name] = value
    return fields


def _answers(text: str) -> dict[str, str]:
    document = _loaded(text.encode("utf-8", "replace"), "answers")
    if not isinstance(document, dict) or not all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in document.values()):
        raise InvalidInput('answers must be a JSON object of texts, one for each question\'s key, such as {"decimal_mark": ","}.')
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in document.items()}


def _from_json(body: bytes) -> HoldingsBody:
    document = _loaded(body, "The body")
    if not isinstance(document, dict):
        raise InvalidInput('The body must be a JSON object such as {"name": "Growth", "positions": [{"ticker": "AAPL", "quantity": 10}]}.')
    _known(document, _JSON_FIELDS)
    if "positions" not in document:
        raise InvalidInput("positions is missing; give a list of objects with ticker and quantity, which may be empty.")
    return HoldingsBody(
        positions=_positions(document["positions"]),
        name=_text(document, "name"),
        owner=_text(document, "owner"),
        description=_text(document, "description"),
        base_currency=_text(document, "base_currency"),
        replace=_flag(document, "replace"),
        dry_run=_flag(document, "dry_run"),
    )


def _loaded(body: bytes, what: str) -> Any:
    def refuse(constant: str) -> Never:
        raise ValueError(f"{constant} is not a number JSON knows")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for name, value in pairs:
            if name in result:
                raise InvalidInput(f"{what} gives {name[:40]!r} more than once; give it once.")
            result[name] = value
        return result

    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=refuse, object_pairs_hook=once)
    except RecursionError:
        raise InvalidInput(f"{what} is nested too deeply to be read as JSON.") from None
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{what} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{what} is not JSON: its text is not UTF-8.") from None
    except ValueError as error:
        raise InvalidInput(f"{what} is not JSON: {str(error).partition(';')[0][:100]}.") from None


def _known(given: Collection[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            raise InvalidInput(f"There is no field {name[:40]!r} in this request; it takes {', '.join(known)}.")


def _text(document: dict[str, Any], name: str) -> str | None:
    value = document.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"{name} must be text, got {json.dumps(value)[:40]}.")
    return value


def _flag(document: dict[str, Any], name: str) -> bool:
    value = document.get(name)
    if value is not None and not isinstance(value, bool):
        raise InvalidInput(f"{name} must be true or false, got {json.dumps(value)[:40]}.")
    return bool(value)


def _positions(value: Any) -> tuple[Position, ...]:
    if not isinstance(value, list):
        raise InvalidInput("positions must be a list of objects with ticker and quantity.")
    return tuple(_position(item, f"positions[{i}]") for i, item in enumerate(value))


def _position(item: Any, where: str) -> Position:
    if not isinstance(item, dict) or set(item) != {"ticker", "quantity"}:
        raise InvalidInput(f"{where} must be an object with ticker and quantity and nothing else, got {json.dumps(item)[:80]}.")
    ticker, quantity = item["ticker"], item["quantity"]
    if not isinstance(ticker, str) or not 1 <= len(ticker.strip()) <= TICKER_LENGTH or not ticker.isprintable():
        raise InvalidInput(f"{where}.ticker must be a text of 1 to {TICKER_LENGTH} readable characters, got {json.dumps(ticker)[:80]}.")
    if isinstance(quantity, bool) or not isinstance(quantity, int | float):
        raise InvalidInput(f"{where}.quantity must be a number, got {json.dumps(quantity)[:40]}.")
    try:
        units = float(quantity)
    except OverflowError:
        units = math.inf
    if not math.isfinite(units):
        raise InvalidInput(f"{where}.quantity is too large to be a number of units.")
    name = ticker.strip().upper()
    currency = cash_currency(name)
    if currency is not None and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise InvalidInput(f"{where}.ticker is cash without a three-letter currency code such as {cash_ticker('USD')}, got {json.dumps(ticker)}.")
    return Position(name, units)
