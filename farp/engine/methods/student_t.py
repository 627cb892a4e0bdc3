"""VaR and ES of a Student t with the variance of the sample and degrees of freedom by maximum likelihood. Losses are positive."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, stdtrit

from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats, confidence_level
from farp.engine.methods.estimate import Estimate, history, levels, parametric, remark, standard_deviation, standardised
from farp.engine.methods.parametric_normal import normal_tail
from farp.engine.value_at_risk import Tail
from farp.errors import InvalidInput

STUDENT_T = "student_t"
FEWEST_DEGREES = 2.05
"""Below two the t has no variance to match; close above, the matched t is almost all centre and its tail means little."""
MOST_DEGREES = 200.0
"""From here on a t is a normal for every purpose of a VaR (0.6 % apart at 99 %), and the likelihood is flat."""
GRID = 24
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
STEPS = 36

NORMAL_LIMIT = (
    f"The likelihood of the Student t grows towards the normal (more than {MOST_DEGREES:.0f} degrees of freedom), so the normal figures are used."
)
HEAVIEST = (
    f"The likelihood asks for tails heavier than a Student t with a variance has: the degrees of freedom are held at {FEWEST_DEGREES},"
    " and the VaR is probably too low."
)


def student_t_tail(deviation: ArrayLike, degrees_of_freedom: ArrayLike, confidence: float) -> Tail:
    """Return VaR and ES of a Student t with mean zero and the given standard deviation (not scale).

    ``VaR = b q``, ``ES = b f(q) / (1 - c) * (v + q^2) / (v - 1)`` with ``b = s sqrt((v - 2) / v)``, q the c-quantile and f the density
    of the standard t with v degrees of freedom. Infinite v is the normal.

    Parameters
    ----------
    deviation
        s >= 0, in the unit of the P&L, shape (...,).
    degrees_of_freedom
        v > 2, infinity allowed, shape (...,).
    confidence
        c in (0.5, 1).

    Raises
    ------
    InvalidInput
        v is not above 2, or the confidence lies outside (0.5, 1).

    References
    ----------
    McNeil, A. J., Frey, R. and Embrechts, P. (2015), Quantitative Risk Management, rev. ed., section 2.3 (VaR and ES of a t loss).

    Examples
    --------
    >>> tail = student_t_tail(1.0, 4.0, 0.99)
    >>> round(float(tail.value_at_risk), 4), round(float(tail.expected_shortfall), 4)
    (2.6495, 3.6915)
    """
    s, v = np.broadcast_arrays(np.asarray(deviation, dtype=np.float64), np.asarray(degrees_of_freedom, dtype=np.float64))
    if not (v > 2.0).all():
        raise InvalidInput("degrees_of_freedom must be above 2, else a Student t has no variance.")
    beyond = 1.0 - confidence_level(confidence)
    normal = normal_tail(0.0, s, confidence)
    finite = np.isfinite(v)
    degrees = np.where(finite, v, 3.0)  # a stand-in; those rows are the normal's
    q = -stdtrit(degrees, beyond)
    log_density = gammaln((degrees + 1) / 2) - gammaln(degrees / 2) - 0.5 * np.log(math.pi * degrees)
    density = np.exp(log_density - (degrees + 1) / 2 * np.log1p(q * q / degrees))
    scale = s * np.sqrt((degrees - 2) / degrees)
    return Tail(
        confidence=float(confidence),
        value_at_risk=np.where(finite, scale * q, normal.value_at_risk),
        expected_shortfall=np.where(finite, scale * density / beyond * (degrees + q * q) / (degrees - 1), normal.expected_shortfall),
    )


def likelihood(moves: Floats, degrees_of_freedom: Floats) -> Floats:
    """Return the mean log-likelihood of each row under the t of unit variance: (..., n_days), (...,) -> (...,).

    `moves` are in standard deviations; `degrees_of_freedom` above 2.
    """
    v = np.asarray(degrees_of_freedom)
    constant = gammaln((v + 1) / 2) - gammaln(v / 2) - 0.5 * np.log(math.pi * (v - 2))
    return np.asarray(constant - (v + 1) / 2 * np.log1p(moves * moves / (v - 2)[..., None]).mean(axis=-1))


def degrees_of_freedom(profit_and_loss: ArrayLike, minimum: int = MINIMUM_OBSERVATIONS) -> Floats:
    """Return the degrees of freedom of each row by maximum likelihood, (..., n_days) -> (...,).

    The law is the one whose VaR `student_t` returns: mean zero, the sample's standard deviation, so the days are taken about zero.

    The likelihood is searched over 1/v on a grid from 200 down to 2.05 degrees and refined by golden section. Infinity where it
    grows towards the normal, and for a row that does not move.
    """
    array = history(profit_and_loss, minimum)
    return _degrees(array, standard_deviation(array))


def student_t(profit_and_loss: ArrayLike, confidences: Sequence[float], minimum: int = MINIMUM_OBSERVATIONS) -> Estimate:
    """Return VaR and ES of each row by a variance-matched Student t with mean zero: (..., n_days) -> (...,).

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
    `fitted`: ``deviation`` in the unit of the P&L and ``degrees_of_freedom``, infinite where the fit is the normal.

    Raises
    ------
    InvalidInput
        A confidence outside its range, or NaN in the P&L.
    InsufficientHistory
        Fewer than `minimum` days.
    """
    array = history(profit_and_loss, minimum)
    deviation = standard_deviation(array)
    degrees = _degrees(array, deviation)
    return parametric(
        STUDENT_T,
        array,
        [student_t_tail(deviation, degrees, level) for level in levels(confidences)],
        {"deviation": deviation, "degrees_of_freedom": degrees},
        *remark(NORMAL_LIMIT, np.isinf(degrees) & (deviation > 0)),
        *remark(HEAVIEST, degrees <= FEWEST_DEGREES * (1 + 1e-6)),
    )


def _degrees(array: Floats, deviation: Floats) -> Floats:
    moves = standardised(array, deviation, 0.0)

    def at(inverse: Floats) -> Floats:
        return likelihood(moves, 1.0 / inverse)

    grid = np.linspace(1.0 / MOST_DEGREES, 1.0 / FEWEST_DEGREES, GRID)
    heights = np.stack([at(np.full(deviation.shape, point)) for point in grid])
    best = heights.argmax(axis=0)
    low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, GRID - 1)]
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    left_height, right_height = at(left), at(right)
    for _ in range(STEPS):
        rises = right_height > left_height
        low, high = np.where(rises, left, low), np.where(rises, high, right)
        fresh = np.where(rises, low + GOLDEN * (high - low), high - GOLDEN * (high - low))
        fresh_height = at(fresh)
        left, right = np.where(rises, right, fresh), np.where(rises, fresh, left)
        left_height, right_height = np.where(rises, right_height, fresh_height), np.where(rises, fresh_height, left_height)
    inverse = (low + high) / 2
    degrees = np.clip(1.0 / inverse, FEWEST_DEGREES, MOST_DEGREES)
    runs_away = degrees >= MOST_DEGREES * (1 - 1e-3)
    return np.where(runs_away | (deviation == 0), np.inf, degrees)
