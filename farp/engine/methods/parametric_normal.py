"""Normal VaR and ES. Losses are positive.

The mean of a day is taken as zero: over a year it is small beside its own standard error, and a good year is not safety. The deviation
of the P&L of a portfolio is `sqrt(w' S w)` with S the sample covariance of its positions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats, confidence_level
from farp.engine.methods.estimate import Estimate, history, levels, parametric, standard_deviation
from farp.engine.value_at_risk import Tail

PARAMETRIC_NORMAL = "parametric_normal"


def normal_density(z: ArrayLike) -> Floats:
    """Return the standard normal density at `z`."""
    points = np.asarray(z, dtype=np.float64)
    return np.asarray(np.exp(-0.5 * points * points) / math.sqrt(2.0 * math.pi))


def normal_tail(mean: ArrayLike, deviation: ArrayLike, confidence: float) -> Tail:
    """Return VaR and ES of normal P&L.

    ``VaR = z s - m`` and ``ES = s phi(z) / (1 - c) - m`` with z the c-quantile of the standard normal.

    Parameters
    ----------
    mean, deviation
        m and s of one day's P&L [money or fraction], shapes that broadcast to (...,); s >= 0.
    confidence
        c in (0.5, 1).

    Raises
    ------
    InvalidInput
        The confidence lies outside (0.5, 1).

    References
    ----------
    McNeil, A. J., Frey, R. and Embrechts, P. (2015), Quantitative Risk Management, rev. ed., section 2.3 (VaR and ES of a normal loss).

    Examples
    --------
    >>> tail = normal_tail(0.0, 1.0, 0.95)
    >>> round(float(tail.value_at_risk), 4), round(float(tail.expected_shortfall), 4)
    (1.6449, 2.0627)
    """
    m, s = np.asarray(mean, dtype=np.float64), np.asarray(deviation, dtype=np.float64)
    beyond = 1.0 - confidence_level(confidence)
    z = -float(ndtri(beyond))
    return Tail(
        confidence=float(confidence),
        value_at_risk=np.asarray(z * s - m),
        expected_shortfall=np.asarray(float(normal_density(z)) / beyond * s - m),
    )


def parametric_normal(profit_and_loss: ArrayLike, confidences: Sequence[float], minimum: int = MINIMUM_OBSERVATIONS) -> Estimate:
    """Return the normal VaR and ES of each row with mean zero and the sample deviation: (..., n_days) -> (...,).

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
    `fitted`: ``deviation``, one day's, in the unit of the P&L.

    Raises
    ------
    InvalidInput
        A confidence outside its range, or NaN in the P&L.
    InsufficientHistory
        Fewer than `minimum` days.

    Examples
    --------
    >>> round(float(parametric_normal([1.0, -1.0] * 50, (0.99,)).tails[0].value_at_risk), 3)
    2.338
    """
    array = history(profit_and_loss, minimum)
    deviation = standard_deviation(array)
    tails = [normal_tail(0.0, deviation, level) for level in levels(confidences)]
    return parametric(PARAMETRIC_NORMAL, array, tails, {"deviation": deviation})
