"""Texts a caller typed -> checked values: the same sentences for the API, the command line and links to a page."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection, Iterable

from farp.errors import InvalidInput

DIMENSIONS = ("asset_class", "currency", "sector")
LONGEST_VALUE = 200
LOWEST_CONFIDENCE = 90.0
HIGHEST_CONFIDENCE = 99.9
LONGEST_HORIZON = 60
SHORTEST_LOOKBACK = 60
LONGEST_LOOKBACK = 100_000
ALL_DAYS = "all"

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
            raise InvalidInput(f"There is no parameter {quoted(name)} at this address; {takes}.")
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
        raise InvalidInput(f"{name} must be a date in the form YYYY-MM-DD such as 2022-12-28, got {quoted(text)}.") from None


def dimension(text: str) -> str:
    """Return the dimension, one of `DIMENSIONS`, else raise `InvalidInput`."""
    return one_of(text, "dimension", DIMENSIONS)


def flag(text: str, name: str) -> bool:
    """Return whether `text` is true (true, 1) and not false (false, 0), else raise `InvalidInput`."""
    lowered = text.strip().lower()
    if lowered not in _FLAGS:
        raise InvalidInput(f"{name} must be true or false, got {quoted(text)}.")
    return _FLAGS[lowered]


def amount(text: str, name: str) -> float:
    """Return the positive amount of money in `text`, written with a decimal point and without separators, else raise `InvalidInput`."""
    value = float(text) if _AMOUNT.fullmatch(text.strip()) else math.nan
    if not 0.0 < value < math.inf:
        raise InvalidInput(f"{name} must be a positive number such as 250000 or 1234.50, got {quoted(text)}.")
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
        raise InvalidInput(f"{name} must be KEY=VALUE, the key as the question names it, got {quoted(text)}.")
    return key.strip(), value


def answers(texts: Iterable[str], name: str = "answer") -> dict[str, str]:
    """Return the answers in `texts` by key; two different ones for one key raise `InvalidInput`."""
    given: dict[str, str] = {}
    for key, value in (answer(text, name) for text in texts):
        if given.setdefault(key, value) != value:
            raise InvalidInput(f"{name} gives {quoted(key)} two different values; give it once.")
    return given


def confidence(text: str, name: str = "confidence") -> float:
    """Return a confidence in percent, 90 to 99.9, as a fraction, else raise `InvalidInput`.

    Examples
    --------
    >>> confidence("97.5")
    0.975
    """
    percent = decimal(text)
    if not LOWEST_CONFIDENCE <= percent <= HIGHEST_CONFIDENCE:  # NaN fails this too
        raise InvalidInput(
            f"{name} must be a percentage from {LOWEST_CONFIDENCE:g} to {HIGHEST_CONFIDENCE:g} such as 95 or 97.5, got {quoted(text)}."
        )
    return round(percent / 100.0, 12)


def horizon(text: str, name: str = "horizon") -> int:
    """Return a horizon of 1 to 60 trading days, else raise `InvalidInput`."""
    return whole(text, name, 1, LONGEST_HORIZON, " days")


def lookback(text: str, name: str = "lookback") -> int | None:
    """Return a lookback of 60 or more trading days, None for "all", else raise `InvalidInput`."""
    if text.strip().lower() == ALL_DAYS:
        return None
    days = text.strip()
    if not (days.isascii() and days.isdigit() and len(days) <= 6 and SHORTEST_LOOKBACK <= int(days) <= LONGEST_LOOKBACK):
        raise InvalidInput(
            f"{name} must be a whole number of trading days, {SHORTEST_LOOKBACK} or more (at most {LONGEST_LOOKBACK}), or {ALL_DAYS}, got {quoted(text)}."
        )
    return int(days)


def whole(text: str, name: str, low: int, high: int, unit: str = "") -> int:
    """Return a whole number from `low` to `high`, else raise `InvalidInput`."""
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit() and len(stripped) <= 9 and low <= int(stripped) <= high):
        raise InvalidInput(f"{name} must be a whole number from {low} to {high}{unit}, got {quoted(text)}.")
    return int(stripped)


def number_in(text: str, name: str, low: float, high: float, unit: str = "") -> float:
    """Return a number from `low` to `high`, else raise `InvalidInput`."""
    value = decimal(text)
    if not low <= value <= high:
        raise InvalidInput(f"{name} must be a number from {low:g} to {high:g}{unit}, got {quoted(text)}.")
    return value


def tickers(text: str) -> tuple[str, ...]:
    """Return the tickers in `text`, separated by commas.

    Examples
    --------
    >>> tickers("SPY, TLT")
    ('SPY', 'TLT')
    """
    return tuple(part.strip() for part in text.split(",") if part.strip())


def decimal(text: str) -> float:
    """Return the number in `text`, written with digits, a sign and a decimal point, NaN for anything else."""
    stripped = text.strip()
    body = stripped[1:] if stripped[:1] in {"-", "\N{MINUS SIGN}"} else stripped
    units, _, fraction = body.partition(".")
    digits = units + fraction
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 30):
        return math.nan
    value = float(f"{units or '0'}.{fraction or '0'}")
    return -value if body is not stripped and len(body) < len(stripped) else value


def one_of(text: str, name: str, allowed: tuple[str, ...], unit: str = "") -> str:
    """Return `text` if it is one of `allowed`, else raise `InvalidInput` that lists them."""
    if text not in allowed:
        *others, last = allowed
        raise InvalidInput(f"{name} must be {', '.join(others)}{' or ' if others else ''}{last}{unit}, got {quoted(text)}.")
    return text


def quoted(text: str) -> str:
    """Return `text` in quotes for a sentence, cut when it is long."""
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
