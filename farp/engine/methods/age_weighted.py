"""Historical simulation in which a day counts for less the older it is. Losses are positive."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats
from farp.engine.methods.estimate import Estimate, Remark, decay_factor, history, levels, remark
from farp.engine.value_at_risk import Tail

AGE_WEIGHTED = "age_weighted"
DECAY = 0.98

INTERPOLATION = "linear between a loss, in the middle of its weight, and the mean of two losses, where their weights meet"

FLOORED = (
    "One day carries so much of the weight at {level:.4g} % that the interpolated VaR lies above the mean of the tail:"
    " the expected shortfall is shown as the VaR."
)
ONE_DAY = "The whole tail at {level:.4g} % is a single day, so VaR and expected shortfall rest on one observation."


def age_weights(observations: int, decay: float = DECAY) -> Floats:
    """Return the weight of each day, oldest first, summing to 1: ``decay^age (1 - decay) / (1 - decay^n)``, the latest having age 0.

    Examples
    --------
    >>> age_weights(3, 0.5).round(4).tolist()
    [0.1429, 0.2857, 0.5714]
    """
    weights = decay_factor(decay, allow_one=True) ** np.arange(observations - 1, -1, -1, dtype=np.float64)
    return np.asarray(weights / weights.sum())


def age_weighted(
    profit_and_loss: ArrayLike,
    confidences: Sequence[float],
    decay: float = DECAY,
    minimum: int = MINIMUM_OBSERVATIONS,
) -> Estimate:
    """Return VaR and ES of each row with weights that fall by `decay` a day: (..., n_days) -> (...,).

    Losses are sorted, worst first, and their weights added up. Half-way through its own weight the quantile is the loss itself, where
    two weights meet it is the mean of the two losses, and it is linear between; before the middle of the worst day it is the worst
    loss. With `decay` 1 that is the ``centered`` (Hazen) rule. ES is the weighted mean of the worst losses of total weight 1 - c, the last
    one counted fractionally, and VaR where the interpolation lies above that.

    Parameters
    ----------
    profit_and_loss
        P&L [money] or returns [fraction], losses negative, oldest day first, shape (..., n_days).
    confidences
        Each in (0.5, 1).
    decay
        lambda in (0, 1].
    minimum
        Fewest days accepted.

    Returns
    -------
    `settings`: ``decay``. `fitted`: ``effective_observations``, the number of equal weights that would vary as little, 1 / sum of squares.

    Raises
    ------
    InvalidInput
        A confidence or the decay outside its range, or NaN in the P&L.
    InsufficientHistory
        Fewer than `minimum` days.

    References
    ----------
    Boudoukh, J., Richardson, M. and Whitelaw, R. (1998), The best of both worlds, Risk 11(5), 64-67.
    """
    array = history(profit_and_loss, minimum)
    weights = age_weights(array.shape[-1], decay)
    order = np.argsort(array, axis=-1, kind="stable")
    losses = -np.take_along_axis(array, order, axis=-1)
    masses = weights[order]
    tails: list[Tail] = []
    remarks: list[Remark] = []
    for level in levels(confidences):
        tail, floored, one_day = _tail(losses, masses, level)
        tails.append(tail)
        remarks += remark(FLOORED.format(level=100 * level), floored, level)
        remarks += remark(ONE_DAY.format(level=100 * level), one_day, level)
    return Estimate(
        method=AGE_WEIGHTED,
        tails=tuple(tails),
        observations=array.shape[-1],
        settings={"decay": float(decay), "interpolation": INTERPOLATION},
        fitted={"effective_observations": np.full(array.shape[:-1], 1.0 / float((weights * weights).sum()))},
        remarks=tuple(remarks),
    )


def _tail(losses: Floats, masses: Floats, confidence: float) -> tuple[Tail, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return VaR and ES of sorted losses with their weights, where ES had to be raised, and where one day is all of the tail."""
    beyond = 1.0 - confidence
    reached = masses.cumsum(axis=-1)
    last = losses.shape[-1] - 1
    place = np.minimum((reached < beyond).sum(axis=-1), last)

    def at(array: Floats, index: NDArray[np.intp]) -> Floats:
        return np.asarray(np.take_along_axis(array, index[..., None], axis=-1)[..., 0])

    loss, mass = at(losses, place), at(masses, place)
    worse, milder = at(losses, np.maximum(place - 1, 0)), at(losses, np.minimum(place + 1, last))
    first = place == 0
    earlier = np.where(first, 0.0, at(reached, np.maximum(place - 1, 0)))
    inside = np.clip((beyond - earlier) / mass, 0.0, 1.0)  # how far through its weight the quantile lies
    step = np.where(inside <= 0.5, (worse - loss) * (0.5 - inside), (milder - loss) * (inside - 0.5))
    value_at_risk = loss + step
    counted = np.where(first, 0.0, at((masses * losses).cumsum(axis=-1), np.maximum(place - 1, 0)))
    mean = (counted + (beyond - earlier) * loss) / beyond
    tail = Tail(confidence=confidence, value_at_risk=np.asarray(value_at_risk), expected_shortfall=np.asarray(np.maximum(mean, value_at_risk)))
    slack = 1e-12 * np.maximum(1.0, np.abs(value_at_risk))
    return tail, mean < value_at_risk - slack, first
