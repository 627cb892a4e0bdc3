"""Checks at the door: each returns the checked value or raises `InvalidInput` naming what is allowed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farp.errors import InsufficientHistory, InvalidInput

TRADING_DAYS = 252
MINIMUM_OBSERVATIONS = 20

Floats = NDArray[np.float64]


def confidence_level(value: float) -> float:
    """Return `value` if it lies in (0.5, 1), else raise `InvalidInput`."""
    if not 0.5 < value < 1.0:  # NaN fails this too
        raise InvalidInput(f"confidence must lie between 0.5 and 1 (95 % is 0.95), got {value!r}.")
    return float(value)


def horizon(value: int) -> int:
    """Return `value` if it is a whole number of days >= 1, else raise `InvalidInput`."""
    if not (isinstance(value, (int, np.integer)) and value >= 1):
        raise InvalidInput(f"horizon must be a whole number of days, 1 or more, got {value!r}.")
    return int(value)


def numbers(values: ArrayLike, name: str) -> Floats:
    """Return `values` as floats of one dimension or more (NaN and infinity pass), else raise `InvalidInput`."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(f"{name} must be a regular array of numbers.") from None
    if array.ndim == 0:
        raise InvalidInput(f"{name} must be an array, got a single number.")
    return array


def finite(values: ArrayLike, name: str) -> Floats:
    """Return `values` as finite floats of one dimension or more, else raise `InvalidInput`."""
    array = numbers(values, name)
    if not np.isfinite(array).all():
        raise InvalidInput(f"{name} must be finite numbers; there is a NaN or an infinity inside.")
    return array


def one_series(values: ArrayLike, name: str) -> Floats:
    """Return `values` as one series of finite floats, shape (n_days,), else raise as `series` does."""
    array = series(values, name)
    if array.ndim != 1:
        raise InvalidInput(f"{name} must be one series (n_days,), got shape {array.shape}.")
    return array


def series(values: ArrayLike, name: str, at_least: int = 1) -> Floats:
    """Return `values` as finite floats whose last axis holds at least `at_least` days.

    Raises
    ------
    InvalidInput
        Not numbers, no time axis, or NaN or infinity inside.
    InsufficientHistory
        Fewer than `at_least` days.
    """
    array = numbers(values, name)
    if array.shape[-1] < at_least:
        raise InsufficientHistory(array.shape[-1], at_least)
    return finite(array, name)
