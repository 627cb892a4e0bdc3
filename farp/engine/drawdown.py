"""Drawdown of a value path. Drawdowns are positive; relative ones are fractions of the running peak."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farp.engine.checks import Floats, series

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawdowns:
    """Maximum and current drawdown of each path, shape (...,).

    Relative figures are NaN for a path that touches zero or less; its maximum is then the largest fall in money.
    `peak` and `trough` are day indices that belong to the maximum, both -1 for a path that never falls.
    """

    maximum: Floats
    maximum_amount: Floats
    current: Floats
    current_amount: Floats
    peak: Indices
    trough: Indices


def underwater(values: ArrayLike) -> Floats:
    """Return how far each value lies below its running peak, as a fraction of that peak: (..., n_days) -> (..., n_days).

    ``(max(V[0..d]) - V[d]) / max(V[0..d])``. Rows that touch zero or less are NaN: a fraction of nothing means nothing.

    Examples
    --------
    >>> underwater([100.0, 120.0, 90.0]).tolist()
    [0.0, 0.0, 0.25]
    """
    array = series(values, "values")
    peaks = np.maximum.accumulate(array, axis=-1)
    positive = (array > 0).all(axis=-1, keepdims=True)
    return np.asarray(np.divide(peaks - array, peaks, out=np.full_like(array, np.nan), where=np.broadcast_to(positive, array.shape)))


def drawdowns(values: ArrayLike) -> Drawdowns:
    """Return maximum and current drawdown of each path [same unit as `values`], shape (..., n_days) -> (...,).

    References
    ----------
    Magdon-Ismail, M. and Atiya, A. (2004), Maximum drawdown, Risk 17(10): the largest fall from a running maximum.
    """
    array = series(values, "values")
    peaks = np.maximum.accumulate(array, axis=-1)
    falls = peaks - array
    positive = np.asarray(array.min(axis=-1, keepdims=True) > 0)
    # one array for both: fractions of the peak where they mean something, money where they do not
    depth = falls / (peaks if positive.all() else np.where(positive, peaks, 1.0))
    trough = depth.argmax(axis=-1)
    at_trough = trough[..., None]
    deepest = np.take_along_axis(depth, at_trough, axis=-1)[..., 0]
    peak_value = np.take_along_axis(peaks, at_trough, axis=-1)
    peak = (array >= peak_value).argmax(axis=-1)
    relative = positive[..., 0]
    fell = deepest > 0
    return Drawdowns(
        maximum=np.where(relative, deepest, np.nan),
        maximum_amount=np.take_along_axis(falls, at_trough, axis=-1)[..., 0],
        current=np.where(relative, depth[..., -1], np.nan),
        current_amount=falls[..., -1],
        peak=np.where(fell, peak, -1),
        trough=np.where(fell, trough, -1),
    )
