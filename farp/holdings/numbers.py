"""Numbers as people and programs write them: one decimal mark for the file, thousands marks, signs, currencies, percent.

A number is read as text and only if its grouping is right under the decimal mark; what is not a number stays text, what is missing is
None and never zero.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

DecimalMark = Literal[".", ","]

CURRENCY_CODES = frozenset(
    [
        "USD",
        "EUR",
        "GBP",
        "CHF",
        "JPY",
        "CAD",
        "AUD",
        "NZD",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "HUF",
        "RON",
        "BGN",
        "TRY",
        "ILS",
        "ZAR",
        "INR",
        "CNY",
        "CNH",
        "HKD",
        "SGD",
        "KRW",
        "TWD",
        "THB",
        "MYR",
        "IDR",
        "PHP",
        "VND",
        "BRL",
        "MXN",
        "ARS",
        "CLP",
        "COP",
        "PEN",
        "AED",
        "SAR",
        "QAR",
        "KWD",
        "RUB",
        "UAH",
        "ISK",
        "HRK",
        "GBX",
        "GBP",
        "ZAC",
        "ILA",
    ]
)
PENCE = {"GBX": "GBP", "ZAC": "ZAR", "ILA": "ILS"}
SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS", "zł": "PLN"}
SIGNS |= {
    "C$": "CAD",
    "CA$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "HK$": "HKD",
    "S$": "SGD",
    "NZ$": "NZD",
    "R$": "BRL",
    "Rs.": "INR",
    "Rs": "INR",
    "kr": "",
    "Fr.": "CHF",
}
MISSING = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "–",
        "—",
        "n/a",
        "n.a.",
        "na",
        "null",
        "none",
        "nan",
        "#n/a",
        "#na",
        "#value!",
        "#ref!",
        "#div/0!",
        "#name?",
        "#num!",
        "k.a.",
        "nv",
        "n.v.",
        "?",
        ".",
        "*",
        "n/d",
        "n.d.",
        "nd",
    }
)

_SPACES = " \u00a0\u202f\u2009\u2007\u2008\u200a\u2002\u2003\u2005\u2006\u3000"
_APOSTROPHES = "'\u2019\u2018\u02bc`\u00b4"
_MINUS = "-\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d"
_MAX = 64
_CODE = "|".join(sorted(CURRENCY_CODES))
_SIGN = "|".join(sorted((re.escape(sign) for sign in SIGNS), key=len, reverse=True))
_MONEY = rf"(?:{_CODE}|{_SIGN})"
_SHAPE = re.compile(
    rf"(?P<s1>[+-]?) ?(?P<open>\(?) ?(?P<s2>[+-]?) ?(?P<c1>{_MONEY})? ?(?P<s3>[+-]?) ?"
    rf"(?P<digits>[0-9.,][0-9.,{_APOSTROPHES} ]*?)(?P<exp>[eE][+-]?[0-9]{{1,3}})? ?(?P<s4>-?) ?(?P<unit>%|‰|p|GBp|GBX)? ?(?P<c2>{_MONEY})? ?(?P<close>\)?) ?(?P<unit2>%?)"
)
_UNIT = re.compile(
    r"(?<=[0-9])\s*(?:stk|stück|stueck|st|shares?|shs?|units?|pcs|anteile|titres|parts|stuks|uds|títulos|titoli|azioni|actions|aandelen|aktien)\.?$",
    re.IGNORECASE,
)
_DOLLARS = re.compile(r"[+-]?\$?[1-9][0-9]{0,2}(?:,[0-9]{3}){0,4}(?:\.[0-9]{1,9})?")
_PLAIN = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")


class Exact(str):
    """A number a workbook stores as a number: digits with a decimal point, never grouped, whatever mark the file's text uses."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Number:
    """`value` with its sign (percent already divided by 100), the currency written beside it, and whether it was a percentage."""

    value: float
    currency: str | None = None
    percent: bool = False


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """Digits of any script, spaces and minus signs of any kind as ASCII; a superscript or a digit in a circle is no digit."""
    if any(char.isdigit() and not char.isdecimal() for char in text):
        return text.strip()
    folded = []
    for char in unicodedata.normalize("NFKC", text):
        if char in _SPACES:
            folded.append(" ")
        elif char in _MINUS:
            folded.append("-")
        elif char.isdigit() and not char.isascii():
            folded.append(str(unicodedata.digit(char)))
        elif unicodedata.category(char) not in {"Cf", "Cc"}:
            folded.append(char)
    return re.sub(" {2,}", " ", "".join(folded)).strip()  # no number holds two blanks in a row; accounting formats pad with them


def fold(text: str) -> str:
    """Return `text` with digits, blanks and minus signs in their ASCII form, without invisible characters."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _folded(text) if len(text) <= _MAX else text.strip()


def is_missing(text: str) -> bool:
    """Whether the cell says that there is no number: blank, a dash, n/a and the like."""
    return len(text) <= 12 and text.strip().casefold() in MISSING


def currency_code(text: str) -> str | None:
    """Return the ISO code if the whole of `text` is a currency code or sign."""
    text = text.strip()
    if len(text) == 3 and text.upper() in CURRENCY_CODES and text != "GBp":
        return text.upper()
    if text in {"GBp", "GBpence", "p", "pence", "Pence"}:
        return "GBX"
    return SIGNS.get(text) or None


def _match(text: str) -> re.Match[str] | None:
    if not text or len(text) > _MAX:
        return None
    found = _SHAPE.fullmatch(text)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    if sum(bool(found[sign]) for sign in ("s1", "s2", "s3", "s4")) > 1:
        return None
    return found


def looks_numeric(text: str) -> bool:
    """Whether `text` has the shape of a number under one of the two decimal marks."""
    if isinstance(text, Exact):
        return True
    return parse(text, ".") is not None or parse(text, ",") is not None


def parse(text: str, decimal: DecimalMark) -> Number | None:
    """Return the number written in `text`, None when it is missing or not a number under this decimal mark.

    Examples
    --------
    >>> parse("1.234,50", ","), parse("(650)", ".").value, parse("6,91 %", ",").percent
    (Number(value=1234.5, currency=None, percent=False), -650.0, True)
    """
    if isinstance(text, Exact):
        value = float(text.removesuffix("%"))
        return Number(value / 100.0, None, True) if text.endswith("%") else Number(value)
    if decimal == ".":  # the usual ways, without the machinery
        if _PLAIN.fullmatch(text):
            return Number(float(text) + 0.0)
        if _DOLLARS.fullmatch(text):
            return Number(float(text.replace("$", "").replace(",", "")) + 0.0, "USD" if "$" in text else None)
    return _parse(_without_unit(text), decimal)


@lru_cache(maxsize=8192)
def _parse(text: str, decimal: DecimalMark) -> Number | None:
    found = _match(fold(text))
    if found is None:
        return None
    plain = _plain(found["digits"].rstrip(), decimal)
    if plain is None:
        return None
    value = float(plain + (found["exp"] or ""))
    if not math.isfinite(value):
        return None
    if found["open"] or "-" in (found["s1"], found["s2"], found["s3"], found["s4"]):
        if found["open"] and "-" in (found["s2"], found["s3"]):
            return None
        value = -value
    unit = found["unit"] or found["unit2"]
    code = found["c1"] or found["c2"]
    currency = (SIGNS.get(code, code) or None) if code else None
    if unit in {"p", "GBp", "GBX"}:
        currency = "GBX"
    percent = unit in {"%", "‰"}
    if percent:
        value /= 100.0 if unit == "%" else 1000.0
    return Number(value + 0.0, currency, percent)


_LEAD = r"[1-9]\d{0,2}"  # a grouped number does not begin with a zero, so 0.123 can only be a fraction
_GROUPS = {
    ".": re.compile(rf"\d*|{_LEAD}(?:,\d{{3}})+|{_LEAD}(?:[{_APOSTROPHES}]\d{{3}})+|{_LEAD}(?: \d{{3}})+|[1-9]\d?(?:,\d{{2}})+,\d{{3}}"),
    ",": re.compile(rf"\d*|{_LEAD}(?:\.\d{{3}})+|{_LEAD}(?:[{_APOSTROPHES}]\d{{3}})+|{_LEAD}(?: \d{{3}})+"),
}


_NO_GROUPING = str.maketrans("", "", f",. {_APOSTROPHES}")


def _plain(digits: str, decimal: DecimalMark) -> str | None:
    """The digits with a point and no grouping; None when a group is not one."""
    whole, mark, fraction = digits.partition(decimal)
    if mark and not (fraction.isdigit() or (not fraction and whole)):
        return None
    if not _GROUPS[decimal].fullmatch(whole) or not (whole or fraction):
        return None
    whole = whole.translate(_NO_GROUPING)
    return f"{whole or '0'}.{fraction or '0'}"


def _without_unit(text: str) -> str:
    """A quantity without the word for its unit: ``26 Stk.``, ``100 shares``."""
    return _UNIT.sub("", text) if text[-1:].isalpha() or text[-1:] == "." else text


def mark_of(text: str) -> DecimalMark | Literal["?"] | None:
    """Which decimal mark the writing of one number proves: ``.``, ``,``, ``?`` (has one mark that could be either), None (has none).

    Examples
    --------
    >>> mark_of("1.234,5"), mark_of("0.123"), mark_of("1,480"), mark_of("1,00,000"), mark_of("26")
    (',', '.', '?', '.', None)
    """
    if isinstance(text, Exact) or text.isdigit():
        return None
    return _mark_of(_without_unit(text))


@lru_cache(maxsize=8192)
def _mark_of(text: str) -> DecimalMark | Literal["?"] | None:
    found = _match(fold(text))
    if found is None or ("." not in found["digits"] and "," not in found["digits"]):
        return None
    digits = found["digits"].rstrip()
    point, comma = _plain(digits, "."), _plain(digits, ",")
    if point is None and comma is None:
        return None
    if comma is None:
        return "."
    if point is None:
        return ","
    return "?" if float(point) != float(comma) else None


def decimal_votes(texts: Iterable[str]) -> dict[str, int]:
    """Count what `mark_of` says of each of `texts`."""
    votes = {".": 0, ",": 0, "?": 0}
    for text in texts:
        mark = mark_of(text)
        if mark is not None:
            votes[mark] += 1
    return votes
