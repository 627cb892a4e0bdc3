"""What a reader should look at in a series of closes: jumps and gaps. Nothing is repaired; a person decides."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from farp.engine.checks import Floats
from farp.market import Dates, as_date

JUMP = 0.25  # a close this far from the one before is flagged
GAP_BUSINESS_DAYS = 5  # more weekdays in a row than that without a close are a gap; exchanges' holidays are shorter
LOOK_BACK_YEARS = 5  # older jumps and gaps no longer touch the figures of a year


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """A move from one close to the next; `change` is a fraction."""

    date: dt.date
    before: float
    after: float
    change: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Weekdays in a row without a close, both dates included."""

    first: dt.date
    last: dt.date
    business_days: int


def jumps(dates: Dates, closes: Floats, threshold: float = JUMP) -> tuple[Jump, ...]:
    """Return the moves of more than `threshold` [fraction] between two closes that follow each other.

    Parameters
    ----------
    dates, closes
        Days in order with their closes, shapes (n_days,), every close positive.

    Examples
    --------
    >>> days = np.array(["2022-12-27", "2022-12-28"], dtype="datetime64[D]")
    >>> [round(jump.change, 2) for jump in jumps(days, np.array([100.0, 10.0]))]
    [-0.9]
    """
    if len(closes) < 2:
        return ()
    change = closes[1:] / closes[:-1] - 1.0
    return tuple(
        Jump(date=as_date(dates[i + 1]), before=float(closes[i]), after=float(closes[i + 1]), change=float(change[i]))
        for i in np.flatnonzero(np.abs(change) > threshold)
    )


def gaps(dates: Dates, longest: int = GAP_BUSINESS_DAYS) -> tuple[Gap, ...]:
    """Return the runs of more than `longest` weekdays without a close between the first and the last one.

    Examples
    --------
    >>> days = np.array(["2022-12-01", "2022-12-02", "2022-12-20"], dtype="datetime64[D]")
    >>> [(gap.first.isoformat(), gap.business_days) for gap in gaps(days)]
    [('2022-12-05', 11)]
    """
    if len(dates) < 2:
        return ()
    one = np.timedelta64(1, "D")
    missing = np.busday_count(dates[:-1] + one, dates[1:])
    return tuple(
        Gap(
            first=as_date(np.busday_offset(dates[i] + one, 0, roll="forward")),
            last=as_date(np.busday_offset(dates[i + 1] - one, 0, roll="backward")),
            business_days=int(missing[i]),
        )
        for i in np.flatnonzero(missing > longest)
    )


def recent(dates: Dates, closes: Floats, years: int = LOOK_BACK_YEARS) -> tuple[Dates, Floats]:
    """Return the last `years` of the closes, counted from the last one."""
    if not len(dates):
        return dates, closes
    first = int(np.searchsorted(dates, dates[-1] - np.timedelta64(round(365.25 * years), "D")))
    return dates[first:], closes[first:]
