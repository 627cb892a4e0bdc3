"""Numbers and dates for reading. Percent exists only here and in the API's `*_pct` fields.

Negative numbers carry a minus sign (U+2212), so they read the same without colour. `None` and NaN read as an en dash.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TypeGuard

MINUS = "\N{MINUS SIGN}"
MISSING = "\N{EN DASH}"
THIN_SPACE = "\N{THIN SPACE}"
ASSET_CLASSES = {
    "EQUITY": "Equity",
    "FIXED_INCOME": "Fixed income",
    "COMMODITY": "Commodity",
    "CRYPTO": "Crypto",
    "CASH": "Cash",
}
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CHF": "CHF\N{NO-BREAK SPACE}"}

_UNITS = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))


def money(amount: float | None, currency: str = "USD", decimals: int = 0) -> str:
    """Return an amount in full: ``$1,234,567``.

    Examples
    --------
    >>> money(1234567.4), money(-3116.2), money(None)
    ('$1,234,567', '−$3,116', '–')
    """
    if not _present(amount):
        return MISSING
    return _signed(amount, f"{_symbol(currency)}{abs(round(amount, decimals)):,.{decimals}f}", decimals)


def short_money(amount: float | None, currency: str = "USD") -> str:
    """Return an amount for an axis: ``$1.2m``, ``$350k``, ``$90``.

    Examples
    --------
    >>> short_money(1_240_000), short_money(-5000), short_money(87), short_money(0.5)
    ('$1.2m', '−$5k', '$87', '$0.50')
    """
    if not _present(amount):
        return MISSING
    size = abs(amount)
    for unit, suffix in _UNITS:
        if size >= 0.9995 * unit:
            scaled = size / unit
            text = f"{scaled:.1f}" if scaled < 100 else f"{scaled:,.0f}"
            return _signed(amount, f"{_symbol(currency)}{text.removesuffix('.0')}{suffix}", 9)
    decimals = 2 if 0 < size < 9.995 else 0
    return _signed(amount, f"{_symbol(currency)}{size:,.{decimals}f}", decimals)


def amounts(values: Sequence[float], currency: str = "USD") -> list[str]:
    """Return the amounts of one axis in one unit, with the fewest decimals that lose none of them.

    Examples
    --------
    >>> amounts([0, 250_000, 500_000]), amounts([1_020_000, 1_040_000]), amounts([-0.5, 0])
    (['$0', '$250k', '$500k'], ['$1.02m', '$1.04m'], ['−$0.5', '$0'])
    """
    largest = max((abs(value) for value in values), default=0.0)
    unit, suffix = next(((unit, suffix) for unit, suffix in _UNITS if largest >= unit), (1.0, ""))
    scaled = [value / unit for value in values]
    decimals = next((d for d in range(9) if all(abs(round(value, d) - value) < 1e-9 * max(1.0, abs(value)) for value in scaled)), 9)
    texts = (f"{abs(round(value, decimals)):,.{decimals}f}" for value in scaled)
    return [
        _signed(value, f"{_symbol(currency)}{text}{suffix}" if value else f"{_symbol(currency)}0", decimals)
        for value, text in zip(scaled, texts, strict=True)
    ]


def percent(fraction: float | None, decimals: int = 1) -> str:
    """Return a fraction as percent: ``1.2 %`` with a thin space.

    Examples
    --------
    >>> percent(0.0123), percent(-0.5, 0)
    ('1.2\\u2009%', '−50\\u2009%')
    """
    if not _present(fraction):
        return MISSING
    value = fraction * 100.0
    return _signed(value, f"{abs(round(value, decimals)):,.{decimals}f}{THIN_SPACE}%", decimals)


def number(value: float | None, decimals: int = 2) -> str:
    """Return a plain number such as a beta: ``0.91``."""
    if not _present(value):
        return MISSING
    return _signed(value, f"{abs(round(value, decimals)):,.{decimals}f}", decimals)


def quantity(value: float | None) -> str:
    """Return a number of units with no more decimals than it has: ``1,200`` or ``0.25``."""
    if not _present(value):
        return MISSING
    return _signed(value, f"{abs(value):,.8f}".rstrip("0").rstrip("."), 8)


def price(value: float | None) -> str:
    """Return a price with two decimals, more for small ones: ``3,823.37``, ``1.0640``."""
    if not _present(value):
        return MISSING
    return number(value, 2 if abs(value) >= 10 else 4)


def day(value: dt.date | None) -> str:
    """Return a date: ``28 Dec 2022``."""
    return MISSING if value is None else f"{value.day} {value:%b %Y}"


def bucket(value: str) -> str:
    """Return the name of an exposure bucket for reading: ``Fixed income`` for ``FIXED_INCOME``, others as they are.

    Examples
    --------
    >>> bucket("FIXED_INCOME"), bucket("FX"), bucket("Health Care")
    ('Fixed income', 'FX', 'Health Care')
    """
    return ASSET_CLASSES.get(value, value)


def confidence(value: float) -> str:
    """Return a confidence level: ``95 %``, ``99.9 %``."""
    return f"{value * 100:.4g}{THIN_SPACE}%"


def days(count: int) -> str:
    """Return a horizon: ``1 day``, ``10 days``."""
    return f"{count} day" if count == 1 else f"{count} days"


def _present(value: float | None) -> TypeGuard[float]:
    return value is not None and not math.isnan(value)


def _symbol(currency: str) -> str:
    return SYMBOLS.get(currency, f"{currency}\N{NO-BREAK SPACE}")


def _signed(value: float, text: str, decimals: int) -> str:
    return MINUS + text if round(value, decimals) < 0 else text
