"""Do the rows kept add up to the totals the file states?"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from farp.holdings.result import HoldingsWarning, Reconciliation
from farp.holdings.rows import Line


def reconciled(totals: Sequence[Line], kept: Sequence[Line], warnings: list[HoldingsWarning]) -> Reconciliation | None:
    """Return how the kept rows compare with the file's grand total; None when it states none or cannot be compared.

    A total may be that of all rows, of those above it since an earlier total, or of those below it until a later one. A total that is none
    of these is warned of.
    """
    stated = [line for line in totals if line.value is not None]
    values = [(line.row.line, _value(line)) for line in sorted(kept, key=lambda line: line.row.line)]
    known = [(number, value) for number, value in values if value is not None]
    if not stated or not known or len(known) < len(values) or len({line.currency for line in kept if line.currency}) > 1:
        return None
    numbers = [number for number, _ in known]
    sums = [0.0, *accumulate(value for _, value in known)]
    everything = math.fsum(value for _, value in known)
    edges = sorted({0, len(known), *(bisect_left(numbers, line.row.line) for line in totals)})[:400]
    failing = []
    grand: Line | None = None
    for line in stated:
        total = line.value or 0.0
        tolerance = 0.011 + 0.006 * len(known) + 1e-9 * abs(total)
        if abs(total - everything) <= tolerance:
            grand = line
            continue
        if line.kind == "group":
            continue
        at = bisect_left(numbers, line.row.line)
        runs = [sums[at] - sums[edge] for edge in edges if edge < at] + [sums[edge] - sums[at] for edge in edges if edge > at]
        if not any(abs(total - run) <= tolerance for run in runs):
            failing.append(line)
    if grand is None and not failing:
        return None
    shown = grand or failing[-1]
    total = shown.value or 0.0
    difference = 0.0 if grand is not None else total - everything
    if failing and grand is None:
        text = f"The rows kept add up to {everything:,.2f}, and line {shown.row.line} states {total:,.2f}: a difference of {difference:,.2f}."
        warnings.append(HoldingsWarning(code="total_differs", text=text, lines=shown.row.lines))
    else:
        text = f"The rows kept add up to {everything:,.2f}, as line {shown.row.line} states."
    return Reconciliation(stated_total=total, kept_total=everything, difference=difference, text=text)


def _value(line: Line) -> float | None:
    if line.value is None:
        return None
    return -abs(line.value) if line.side < 0 else line.value
