"""Identifiers with check digits (ISIN, CUSIP, SEDOL, WKN), and the few that FARP can turn into a ticker."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_ISIN_WORD = re.compile(r"\b[A-Z]{2}[A-Z0-9]{9}[0-9]\b")
_CUSIP = re.compile(r"[0-9A-Z]{8}[0-9]")
_SEDOL = re.compile(r"[0-9BCDFGHJ-NP-TV-Z]{6}[0-9]")
_WKN = re.compile(r"[0-9A-HJ-NP-Z]{6}")


def _value(char: str) -> int:
    return int(char, 36)


@lru_cache(maxsize=8192)
def is_isin(text: str) -> bool:
    """Whether `text` is an ISIN with the right check digit.

    Examples
    --------
    >>> is_isin("US0378331005"), is_isin("US0378331004")
    (True, False)
    """
    if not _ISIN.fullmatch(text):
        return False
    digits = "".join(str(_value(char)) for char in text)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled // 10 + doubled % 10
    return total % 10 == 0


def isin_in(text: str) -> str | None:
    """Return the first valid ISIN that stands in `text`, None when there is none."""
    return next((found for found in _ISIN_WORD.findall(text.upper()) if is_isin(found)), None) if len(text) >= 12 else None


def is_cusip(text: str) -> bool:
    """Whether `text` is a CUSIP with the right check digit."""
    if not _CUSIP.fullmatch(text):
        return False
    total = 0
    for place, char in enumerate(text[:8]):
        doubled = _value(char) * (2 if place % 2 else 1)
        total += doubled // 10 + doubled % 10
    return (10 - total % 10) % 10 == int(text[8])


def is_sedol(text: str) -> bool:
    """Whether `text` is a SEDOL with the right check digit."""
    if not _SEDOL.fullmatch(text):
        return False
    total = sum(weight * _value(char) for weight, char in zip((1, 3, 1, 7, 3, 9), text[:6], strict=True))
    return (10 - total % 10) % 10 == int(text[6])


def is_wkn(text: str) -> bool:
    """Whether `text` has the form of a German securities number, which has no check digit."""
    return bool(_WKN.fullmatch(text)) and any(char.isdigit() for char in text)


_US_CUSIPS = {
    "AAPL": "037833100",
    "AMD": "007903107",
    "AMZN": "023135106",
    "APA": "03743Q108",
    "BAC": "060505104",
    "BBY": "086516101",
    "BIL": "78468R663",
    "BND": "921937835",
    "BRK.A": "084670108",
    "BRK.B": "084670702",
    "CMCSA": "20030N101",
    "CPB": "134429109",
    "CVX": "166764100",
    "DIA": "78467X109",
    "EEM": "464287234",
    "EFA": "464287465",
    "EPP": "464286665",
    "EWG": "464286806",
    "EWJ": "46434G822",
    "EWQ": "464286707",
    "EWU": "46435G334",
    "FXI": "464287184",
    "GE": "369604301",
    "GLD": "78463V107",
    "GOOG": "02079K107",
    "GOOGL": "02079K305",
    "HD": "437076102",
    "IBM": "459200101",
    "IEF": "464287440",
    "JNJ": "478160104",
    "JPM": "46625H100",
    "KO": "191216100",
    "LLY": "532457108",
    "LQD": "464287242",
    "META": "30303M102",
    "MMC": "571748102",
    "MO": "02209S103",
    "MRK": "58933Y105",
    "MSFT": "594918104",
    "MTUM": "46432F396",
    "NFLX": "64110L106",
    "NVDA": "67066G104",
    "PEP": "713448108",
    "PFE": "717081103",
    "PG": "742718109",
    "QQQ": "46090E103",
    "QUAL": "46432F339",
    "RRC": "75281A109",
    "SIZE": "46432F370",
    "SPY": "78462F103",
    "TGT": "87612E106",
    "TIP": "464287176",
    "TLT": "464287432",
    "TSLA": "88160R101",
    "UNH": "91324P102",
    "USMV": "46429B697",
    "V": "92826C839",
    "VGK": "922042874",
    "VLUE": "46432F388",
    "VPL": "922042866",
    "WMT": "931142103",
    "XLB": "81369Y100",
    "XLE": "81369Y506",
    "XLF": "81369Y605",
    "XLK": "81369Y803",
    "XLU": "81369Y886",
    "XOM": "30231G102",
    "ZION": "989701107",
}
_TICKER_BY_CUSIP = {cusip: ticker for ticker, cusip in _US_CUSIPS.items()}
_TICKER_BY_ISIN = {"IE00BY7QL619": "JCI"}


def ticker_of(isin: str | None = None, cusip: str | None = None) -> str | None:
    """Return the ticker of the US line behind an ISIN or CUSIP, None when FARP does not know it."""
    if isin:
        if isin in _TICKER_BY_ISIN:
            return _TICKER_BY_ISIN[isin]
        if isin.startswith("US"):
            return _TICKER_BY_CUSIP.get(isin[2:11])
    return _TICKER_BY_CUSIP.get(cusip) if cusip else None


def share(texts: Iterable[str], test: Callable[[str], object]) -> float:
    """Return the fraction of `texts` for which `test` holds, 0 when there is none."""
    results = [bool(test(text)) for text in texts]
    return sum(results) / len(results) if results else 0.0
