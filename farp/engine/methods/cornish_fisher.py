"""VaR and ES corrected for skewness and kurtosis by the Cornish-Fisher expansion. Losses are positive.

The mean of a day is zero, as in `parametric_normal`: without skewness and excess kurtosis both methods agree.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats, confidence_level
from farp.engine.methods.estimate import Estimate, history, levels, parametric, remark, standard_deviation, standardised
from farp.engine.methods.parametric_normal import normal_density
from farp.engine.value_at_risk import Tail

CORNISH_FISHER = "cornish_fisher"
FAR = 1e6
"""Stands for the end of the line: where the slope falls at all, it is negative by then."""

OUTSIDE = "Skewness and kurtosis lie outside the range in which the Cornish-Fisher expansion is a proper quantile function."
FALLS = "The Cornish-Fisher expansion is not monotone in the tail at {level:.4g} %: more confidence gives less VaR there, so do not rely on it."
FLOORED = "The Cornish-Fisher expected shortfall at {level:.4g} % came out below the VaR, so the VaR is shown in its place."


def cornish_fisher_quantile(z: ArrayLike, skewness: ArrayLike, excess_kurtosis: ArrayLike) -> Floats:
    """Return the quantile of standardised P&L at the normal quantile `z`; shapes broadcast to (...,).

    ``w = z + (z^2 - 1) S/6 + (z^3 - 3z) K/24 - (2z^3 - 5z) S^2/36``

    References
    ----------
    Boudt, K., Peterson, B. and Croux, C. (2008), Estimation and decomposition of downside risk for portfolios with non-normal returns,
    Journal of Risk 11(2), 79-103 (modified VaR).

    Examples
    --------
    >>> round(float(cornish_fisher_quantile(-2.0, -0.6, 1.2)), 4)
    -2.34
    """
    points, skew, kurtosis = (np.asarray(values, dtype=np.float64) for values in (z, skewness, excess_kurtosis))
    square = points * points
    return np.asarray(points + (square - 1) * skew / 6 + points * (square - 3) * kurtosis / 24 - points * (2 * square - 5) * skew * skew / 36)


def monotone(skewness: ArrayLike, excess_kurtosis: ArrayLike, up_to: float = np.inf) -> NDArray[np.bool_]:
    """Return whether the expansion rises over all z up to `up_to` (in the lower tail, a negative number): shapes (...,) -> (...,).

    Its slope is the parabola ``a z^2 + b z + c`` with ``a = K/8 - S^2/6``, ``b = S/3`` and ``c = 1 - K/8 + 5 S^2/36``; it opens upwards
    (or is a line that does not fall to the left) and is not negative where it is lowest: at its bottom or, short of that, at `up_to`.

    References
    ----------
    Maillard, D. (2012), A user's guide to the Cornish Fisher expansion (its domain of validity).

    Examples
    --------
    >>> bool(monotone(-0.5, 2.0)), bool(monotone(-2.0, 1.0))
    (True, False)
    """
    skew, kurtosis = np.broadcast_arrays(np.asarray(skewness, dtype=np.float64), np.asarray(excess_kurtosis, dtype=np.float64))
    a, b, c = kurtosis / 8 - skew * skew / 6, skew / 3, 1 - kurtosis / 8 + 5 * skew * skew / 36
    end = min(up_to, FAR)
    bottom = np.divide(-b, 2 * a, out=np.zeros(a.shape), where=a > 0)
    lowest = np.where(a > 0, np.minimum(bottom, end), end)
    never_falls_far_below = (a > 0) | ((a == 0) & (b <= 0))
    return np.asarray(never_falls_far_below & (a * lowest * lowest + b * lowest + c >= 0))


def cornish_fisher_tail(mean: ArrayLike, deviation: ArrayLike, skewness: ArrayLike, excess_kurtosis: ArrayLike, confidence: float) -> Tail:
    """Return modified VaR and modified ES of P&L with the given moments; shapes broadcast to (...,).

    ``VaR = -m - s w`` with w the Cornish-Fisher quantile at 1 - c. ES is minus the mean, below w, of the second-order Edgeworth
    density, whose integral is in closed form:
    ``ES = -m + s phi(w) / (1 - c) (1 + w^3 S/6 + (w^4 - 2w^2 - 1) K/24 + (w^6 - 9w^4 + 9w^2 + 3) S^2/72)``,
    and VaR where that falls below it (the authors' operational form).

    Parameters
    ----------
    mean, deviation
        m and s of one day's P&L [money or fraction].
    skewness, excess_kurtosis
        S and K, both 0 for a normal.
    confidence
        c in (0.5, 1).

    Raises
    ------
    InvalidInput
        The confidence lies outside (0.5, 1).

    References
    ----------
    Boudt, K., Peterson, B. and Croux, C. (2008), Estimation and decomposition of downside risk for portfolios with non-normal returns,
    Journal of Risk 11(2), 79-103 (modified ES).

    Examples
    --------
    >>> tail = cornish_fisher_tail(0.0, 1.0, 0.0, 0.0, 0.95)
    >>> round(float(tail.value_at_risk), 4), round(float(tail.expected_shortfall), 4)
    (1.6449, 2.0627)
    """
    m, s = np.asarray(mean, dtype=np.float64), np.asarray(deviation, dtype=np.float64)
    quantile, shortfall = _standard_tail(skewness, excess_kurtosis, confidence)
    return Tail(
        confidence=float(confidence),
        value_at_risk=np.asarray(-m - s * quantile),
        expected_shortfall=np.asarray(-m + s * np.maximum(shortfall, -quantile)),
    )


def cornish_fisher(profit_and_loss: ArrayLike, confidences: Sequence[float], minimum: int = MINIMUM_OBSERVATIONS) -> Estimate:
    """Return modified VaR and ES of each row with mean zero and the sample's deviation, skewness and kurtosis: (..., n_days) -> (...,).

    Skewness and kurtosis are the moments of the sample (divisor n). Where the expansion leaves its domain, the remarks say so.

    Parameters
    ----------
    profit_and_loss
        P&L [money] or returns [fraction], losses negative, shape (..., n_days).
    confidences
        Each in (0.5, 1).
    minimum
        Fewest days accepted.

    Returns
    -------
    `fitted`: ``deviation`` in the unit of the P&L, ``skewness`` and ``excess_kurtosis`` (0 where nothing moves).

    Raises
    ------
    InvalidInput
        A confidence outside its range, or NaN in the P&L.
    InsufficientHistory
        Fewer than `minimum` days.
    """
    array = history(profit_and_loss, minimum)
    deviation = standard_deviation(array)
    still = deviation == 0
    skewness, kurtosis = _shape(standardised(array, deviation, array.mean(axis=-1, keepdims=True)), still)
    remarks = [*remark(OUTSIDE, ~monotone(skewness, kurtosis) & ~still)]
    checked = levels(confidences)
    for level in checked:
        quantile, shortfall = _standard_tail(skewness, kurtosis, level)
        falls = ~monotone(skewness, kurtosis, up_to=float(ndtri(1.0 - level)))
        remarks += remark(FALLS.format(level=100 * level), falls & ~still, level)
        remarks += remark(FLOORED.format(level=100 * level), (shortfall < -quantile) & ~still, level)
    tails = [cornish_fisher_tail(0.0, deviation, skewness, kurtosis, level) for level in checked]
    return parametric(CORNISH_FISHER, array, tails, {"deviation": deviation, "skewness": skewness, "excess_kurtosis": kurtosis}, *remarks)


def _standard_tail(skewness: ArrayLike, excess_kurtosis: ArrayLike, confidence: float) -> tuple[Floats, Floats]:
    """Return the quantile of standardised P&L and the mean loss beyond it, before it is compared with the VaR."""
    skew, kurtosis = np.asarray(skewness, dtype=np.float64), np.asarray(excess_kurtosis, dtype=np.float64)
    beyond = 1.0 - confidence_level(confidence)
    w = cornish_fisher_quantile(float(ndtri(beyond)), skew, kurtosis)
    square = w * w
    correction = (
        1
        + w * square * skew / 6
        + (square * square - 2 * square - 1) * kurtosis / 24
        + (square * square * square - 9 * square * square + 9 * square + 3) * skew * skew / 72
    )
    return w, np.asarray(normal_density(w) / beyond * correction)


def _shape(moves: Floats, still: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    square = moves * moves
    variance = np.where(still, 1.0, square.mean(axis=-1))  # (n - 1) / n
    skewness = (square * moves).mean(axis=-1) / (variance * np.sqrt(variance))
    kurtosis = (square * square).mean(axis=-1) / (variance * variance) - 3.0
    return np.where(still, 0.0, skewness), np.where(still, 0.0, kurtosis)
