"""Texts a caller typed -> checked values. Knows no web framework, so the command line reads dates with the same words."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection, Iterable

from farp.errors import InvalidInput

CONFIDENCES = (95, 99)
HORIZONS = (1, 10)
DIMENSIONS = ("asset_class", "currency", "sector")
LONGEST_VALUE = 200

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,30})?")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def known_once(given: Iterable[tuple[str, str]], known: Collection[str]) -> None:
    """Return if every name in `given` is one of `known`, is there once and has a usable value.

    A misspelt name must not silently give the answer for the default.

    Raises
    ------
    InvalidInput
        Naming the parameter, and what is allowed.
    """
    seen = set()
    for name, value in given:
        if name not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise InvalidInput(f"There is no parameter {_quoted(name)} at this address; {takes}.")
        if name in seen:
            raise InvalidInput(f"{name} is given more than once; give it once.")
        seen.add(name)
        if not value.strip():
            raise InvalidInput(f"{name} is empty; give a value, or leave it out for the default.")
        if len(value) > LONGEST_VALUE:
            raise InvalidInput(f"{name} has {len(value)} characters, and at most {LONGEST_VALUE} are allowed.")
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise InvalidInput(f"{name} holds a control character such as NUL or a line break; leave it out.")


def date(text: str, name: str = "as_of_date") -> dt.date:
    """Return the day `text` names as YYYY-MM-DD, else raise `InvalidInput`.

    Examples
    --------
    >>> date("2022-12-28")
    datetime.date(2022, 12, 28)
    """
    try:
        return dt.date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise InvalidInput(f"{name} must be a date in the form YYYY-MM-DD such as 2022-12-28, got {_quoted(text)}.") from None


def confidence(text: str) -> float:
    """Return the confidence as a fraction for a whole percent, one of `CONFIDENCES`, else raise `InvalidInput`."""
    return int(_one_of(text, "confidence", [str(percent) for percent in CONFIDENCES], " percent")) / 100.0


def horizon(text: str) -> int:
    """Return the horizon in days, one of `HORIZONS`, else raise `InvalidInput`."""
    return int(_one_of(text, "horizon", [str(days) for days in HORIZONS], " days"))


def dimension(text: str) -> str:
    """Return the dimension, one of `DIMENSIONS`, else raise `InvalidInput`."""
    return _one_of(text, "dimension", DIMENSIONS)


def flag(text: str, name: str) -> bool:
    """Return whether `text` is true (true, 1) and not false (false, 0), else raise `InvalidInput`."""
    lowered = text.strip().lower()
    if lowered not in _FLAGS:
        raise InvalidInput(f"{name} must be true or false, got {_quoted(text)}.")
    return _FLAGS[lowered]


def amount(text: str, name: str) -> float:
    """Return the positive amount of money in `text`, written with a decimal point and without separators, else raise `InvalidInput`."""
    value = float(text) if _AMOUNT.fullmatch(text.strip()) else math.nan
    if not 0.0 < value < math.inf:
        raise InvalidInput(f"{name} must be a positive number such as 250000 or 1234.50, got {_quoted(text)}.")
    return value


def answer(text: str, name: str = "answer") -> tuple[str, str]:
    """Return key and value of the answer `text`, KEY=VALUE, else raise `InvalidInput`.

    Examples
    --------
    >>> answer("decimal_mark=,")
    ('decimal_mark', ',')
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise InvalidInput(f"{name} must be KEY=VALUE, the key as the question names it, got {_quoted(text)}.")
    return key.strip(), value


def answers(texts: Iterable[str], name: str = "answer") -> dict[str, str]:
    """Return the answers in `texts` by key; two different ones for one key raise `InvalidInput`."""
    given: dict[str, str] = {}
    for key, value in (answer(text, name) for text in texts):
        if given.setdefault(key, value) != value:
            raise InvalidInput(f"{name} gives {_quoted(key)} two different values; give it once.")
    return given


def _one_of(text: str, name: str, allowed: Collection[str], unit: str = "") -> str:
    if text not in allowed:
        *others, last = allowed
        raise InvalidInput(f"{name} must be {', '.join(others)} or {last}{unit}, got {_quoted(text)}.")
    return text


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
