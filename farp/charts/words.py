"""What charts say about holdings, buckets and amounts, and what Plotly must not read as markup."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from farp.analysis.factors import Explained
from farp.charts.theme import SMALL
from farp.engine.checks import Floats
from farp.format import bucket as bucket_name
from farp.format import money, short_money
from farp.market import Dates, as_date
from farp.portfolio import called, cash_currency
from farp.valuation import Holding

LONGEST_LABEL = 22
LONGEST_BUCKET = 30


def plain(text: str) -> str:
    """Return `text` so that Plotly shows it as it is: a name may hold characters that look like markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short(text: str, longest: int = LONGEST_LABEL) -> str:
    """Return `text`, its middle left out when it is longer than `longest` characters.

    Examples
    --------
    >>> short("ABCDEFGHIJ", 5)
    'AB…IJ'
    """
    if len(text) <= longest:
        return text
    head = (longest - 1) // 2
    return f"{text[:head]}…{text[len(text) - (longest - 1 - head) :]}"


def holding_title(holding: Holding) -> str:
    """Return what a holding is called on an axis, as it is: its ticker, ``EUR cash`` for cash."""
    return short(called(holding.ticker))


def holding_label(holding: Holding) -> str:
    """Return the same as `holding_title`, so that Plotly reads no markup in it."""
    return plain(holding_title(holding))


def holding_name(holding: Holding) -> str:
    """Return what a holding is called in a sentence: ``NVDA (NVIDIA Corporation)``, ``EUR cash``."""
    if cash_currency(holding.ticker) is not None:
        return holding_label(holding)
    name = holding.instrument.name
    return plain(holding.ticker) if name in {"", holding.ticker} else f"{plain(holding.ticker)} ({plain(name)})"


def bucket_label(bucket: str) -> str:
    """Return what a bucket of an exposure is called: ``FIXED_INCOME`` is ``Fixed income``."""
    return plain(short(bucket_name(bucket), LONGEST_BUCKET))


def exact(amount: float, currency: str) -> str:
    """Return an amount in full: cents only below a hundred, two digits of what is smaller than one.

    Examples
    --------
    >>> exact(3116.4, "USD"), exact(-12.5, "USD"), exact(0.00217, "USD")
    ('$3,116', '−$12.50', '$0.0022')
    """
    size = abs(amount)
    if size == 0 or size >= 99.995:
        return money(amount, currency)
    return money(amount, currency, 2 if size >= 0.1 else min(1 - math.floor(math.log10(size)), 12))


def brief(amount: float, currency: str) -> str:
    """Return an amount for a label: in full as long as that is short."""
    return exact(amount, currency) if abs(amount) < 1e7 else short_money(amount, currency)


def lost_or_gained(amount: float, currency: str) -> str:
    """Return a P&L in words: ``lost $3,116``, ``gained $20``, ``did not move``."""
    if amount == 0:
        return "did not move"
    return f"{'lost' if amount < 0 else 'gained'} {exact(abs(amount), currency)}"


def others(count: int) -> str:
    """Return the name of a row that stands for `count` others."""
    return f"{count} other" if count == 1 else f"{count} others"


def largest_and_rest(sizes: Floats, rows: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Split places by size into those that get a row, the largest first, and those that share one: (n,) -> indices.

    At most `rows` rows come out, the shared one included; it never stands for a single place.
    """
    order = np.argsort(-np.abs(sizes), kind="stable")
    return (order, order[:0]) if len(order) <= rows else (order[: rows - 1], order[rows - 1 :])


def iso(dates: Dates) -> list[str]:
    """Return dates as Plotly takes them."""
    return [str(date) for date in dates.astype("datetime64[D]")]


def dated(date: np.datetime64) -> dt.date:
    """Return a calendar date."""
    return as_date(date)


def numbers(values: Floats) -> list[float | None]:
    """Return values as Plotly takes them, with a gap for what is not finite (JSON knows no NaN)."""
    return [float(value) if np.isfinite(value) else None for value in values]


def text_width(texts: Sequence[str], size: int = SMALL) -> int:
    """Return a safe guess of the widest text's width [px], markup aside."""
    return round(max((len(text) for text in texts), default=0) * size * 0.54) + 6


def factor_note(report: Explained) -> str:
    """Return why there is no factor analysis."""
    return report.no_factors_because or "There is no factor analysis of these holdings."
