"""Tickers that may have been meant by one the price source does not know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Protocol

from farp.portfolio import Instrument

CLOSEST = 3
_LIKE_ENOUGH = 0.75
_FILLERS = frozenset(
    [
        "inc",
        "corp",
        "co",
        "company",
        "ag",
        "se",
        "sa",
        "plc",
        "ltd",
        "the",
        "and",
        "common",
        "stock",
        "shares",
        "class",
        "of",
        "registered",
        "ishares",
        "msci",
        "spdr",
        "vanguard",
        "invesco",
        "etf",
        "fund",
        "trust",
        "index",
    ]
)


class Named(Protocol):
    """What a row tells about a holding."""

    @property
    def ticker(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def suggestions(self) -> tuple[str, ...]: ...  # noqa: D102


def closest_tickers(row: Named, instruments: Mapping[str, Instrument]) -> tuple[str, ...]:
    """Return at most `CLOSEST` holdable tickers like that of `row`: by the importer's word, by letters, by words of the name."""
    found = [ticker for ticker in row.suggestions if ticker in instruments]
    scored = []
    for ticker, instrument in instruments.items():
        score = max(_likeness(row.ticker.upper(), ticker), _shared_words(row.name, instrument.name))
        if instrument.holdable and score >= _LIKE_ENOUGH:
            scored.append((-score, ticker))
    found += [ticker for _, ticker in sorted(scored)]
    return tuple(dict.fromkeys(found))[:CLOSEST]


def _likeness(typed: str, ticker: str) -> float:
    if re.split(r"[.:\- ]", typed, maxsplit=1)[0] == ticker:  # an exchange after it: a namesake, offered and never taken by itself
        return 0.95
    matcher = SequenceMatcher(None, typed, ticker)
    return matcher.ratio() if typed and matcher.real_quick_ratio() >= _LIKE_ENOUGH else 0.0


def _shared_words(name: str, known: str) -> float:
    words = [word for word in re.findall(r"[a-z]{3,}", known.lower()) if word not in _FILLERS]
    given = set(re.findall(r"[a-z]{3,}", name.lower()))
    return sum(word in given for word in words) / len(words) if words else 0.0
