"""Axes with round ticks, written as FARP writes money and percent (Plotly alone would write ``$−5k``)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from farp.format import amounts, number, percent

Axis = dict[str, Any]

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return about `count` round numbers between `low` and `high`, zero among them when it lies there.

    Examples
    --------
    >>> ticks(-5200.0, 9800.0)
    [-5000.0, 0.0, 5000.0]
    >>> ticks(0.0, 28.0, 4)
    [0.0, 10.0, 20.0]
    """
    if not high > low:
        return [low]
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step * power for step in _STEPS if step * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{place * step:.12g}") for place in range(first, last + 1)]


def money_axis(low: float, high: float, currency: str, title: str, count: int = 5) -> Axis:
    """Return an axis of amounts [money] over exactly `low` to `high`."""
    places = ticks(low, high, count)
    return _axis(low, high, places, amounts(places, currency), title)


def percent_axis(low: float, high: float, title: str, count: int = 5) -> Axis:
    """Return an axis of fractions, written as percent, over exactly `low` to `high`."""
    places = ticks(low, high, count)
    return _axis(low, high, places, _alike(places, percent, scale=100.0), title)


def number_axis(low: float, high: float, title: str, count: int = 5) -> Axis:
    """Return an axis of plain numbers over exactly `low` to `high`."""
    places = ticks(low, high, count)
    return _axis(low, high, places, _alike(places, number), title)


def count_axis(high: int, title: str, room: float, count: int = 4) -> Axis:
    """Return an axis of whole numbers from 0 to `high`, and `room` as a share of the axis above it."""
    places = sorted({float(math.floor(place)) for place in ticks(0.0, float(high), count)})
    # the foot of the axis is plain to see, and its "0" would touch the first label of the axis below
    return _axis(0.0, high / (1.0 - room), places, [number(place, 0) if place else "" for place in places], title)


def around(values: Iterable[float], room: float = 0.06, zero: bool = False) -> tuple[float, float]:
    """Return a range that holds all `values` (and zero if asked) with `room` of its width to spare on the sides that need it.

    Examples
    --------
    >>> around([0.0, 10.0], room=0.1)
    (-1.0, 11.0)
    >>> around([0.0, 10.0], room=0.1, zero=True)
    (0.0, 11.0)
    """
    known = [value for value in values if math.isfinite(value)]
    if zero:
        known.append(0.0)
    low, high = min(known, default=0.0), max(known, default=0.0)
    if zero and low == high == 0.0:
        return 0.0, 1.0
    spare = (high - low) * room or max(abs(high) * 0.05, 1e-9)
    return (0.0 if zero and low == 0.0 else low - spare), (0.0 if zero and high == 0.0 else high + spare)


def _axis(low: float, high: float, places: Sequence[float], texts: Sequence[str], title: str) -> Axis:
    return {
        "range": [low, high],
        "tickmode": "array",
        "tickvals": list(places),
        "ticktext": list(texts),
        "title": {"text": title},
        "zeroline": False,
    }


def _alike(places: Sequence[float], written: Callable[[float, int], str], scale: float = 1.0) -> list[str]:
    """Write all `places` with the same number of decimals: the fewest that lose none of them."""
    decimals = next((d for d in range(6) if all(abs(round(p * scale, d) - p * scale) < 1e-9 * max(1.0, abs(p * scale)) for p in places)), 6)
    return [written(place, decimals) for place in places]
