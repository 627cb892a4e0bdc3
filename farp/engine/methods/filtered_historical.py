"""Historical simulation with each day rescaled to today's volatility. Losses are positive."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats
from farp.engine.methods.estimate import STILL, Estimate, decay_factor, history, levels, remark
from farp.engine.value_at_risk import QuantileRule, historical_tails
from farp.errors import InvalidInput

FILTERED_HISTORICAL = "filtered_historical"
DECAY = 0.94
LARGE_SCALING = 10.0

STRETCHED = (
    f"At least one past day is scaled up more than {LARGE_SCALING:.0f} times to today's volatility: it follows a stretch in which almost"
    " nothing moved, and the figures may rest on it."
)


def ewma_variances(profit_and_loss: ArrayLike, decay: float = DECAY, initial: ArrayLike | None = None) -> Floats:
    """Return the exponentially weighted variance forecast for each day and for the day after the last: (..., n_days) -> (..., n_days + 1).

    ``v[0] = initial`` and ``v[d + 1] = decay v[d] + (1 - decay) r[d]^2``, the mean of a day being zero: the forecast for a day
    knows only the days before it and `initial`, by default the mean square of all days given.

    Parameters
    ----------
    profit_and_loss
        P&L [money] or returns [fraction], oldest day first, shape (..., n_days).
    decay
        lambda in (0, 1).
    initial
        Variance before the first day, in the squared unit of the P&L, shape (...,).

    Raises
    ------
    InvalidInput
        The decay outside its range, a negative or non-finite `initial`, or NaN in the P&L.

    References
    ----------
    Hull, J. C., Risk Management and Financial Institutions (the exponentially weighted moving average model).

    Examples
    --------
    >>> ewma_variances([2.0, 0.0], 0.5, initial=1.0).tolist()
    [1.0, 2.5, 1.25]
    """
    array = history(profit_and_loss, minimum=1)
    factor = decay_factor(decay)
    squares = array * array
    first = squares.mean(axis=-1) if initial is None else np.broadcast_to(np.asarray(initial, dtype=np.float64), array.shape[:-1])
    if not ((first >= 0) & np.isfinite(first)).all():
        raise InvalidInput("initial must be a variance: zero or more, and finite.")
    variances = np.empty((array.shape[-1] + 1, *array.shape[:-1]))
    variances[0] = first
    for day in range(array.shape[-1]):
        variances[day + 1] = factor * variances[day] + (1.0 - factor) * squares[..., day]
    return np.ascontiguousarray(np.moveaxis(variances, 0, -1))


def rescaled_to_last(moves: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Return each day's move times today's volatility over that day's, and the largest such factor of a day that moved.

    Parameters
    ----------
    moves
        Shape (..., n_days).
    variances
        The forecast for each of those days and, last, for today: shape (..., n_days + 1). A day without variance stays as it is.

    Returns
    -------
    The rescaled moves (..., n_days) and the factors (...,), 1 for a row that does not move.
    """
    volatilities = np.sqrt(variances)
    past = volatilities[..., :-1]
    factors = np.divide(np.broadcast_to(volatilities[..., -1:], past.shape), past, out=np.ones_like(past), where=past > 0)
    largest = np.where(moves != 0, factors, 0.0).max(axis=-1)
    return np.ascontiguousarray(moves * factors), np.where(largest > 0, largest, 1.0)


def filtered_historical(
    profit_and_loss: ArrayLike,
    confidences: Sequence[float],
    decay: float = DECAY,
    rule: QuantileRule = QuantileRule.LINEAR,
    minimum: int = MINIMUM_OBSERVATIONS,
) -> Estimate:
    """Return the historical VaR and ES of each row after every day is rescaled to today's EWMA volatility: (..., n_days) -> (...,).

    ``r*[d] = r[d] s[T + 1] / s[d]`` with s the forecasts of `ewma_variances`.

    Parameters
    ----------
    profit_and_loss
        P&L [money] or returns [fraction], losses negative, oldest day first, shape (..., n_days).
    confidences
        Each in (0.5, 1).
    decay
        lambda in (0, 1).
    rule
        How the quantile is read.
    minimum
        Fewest days accepted.

    Returns
    -------
    `settings`: ``decay`` and ``rule``. `fitted`: ``volatility`` forecast for the next day, in the unit of the P&L, and ``largest_scaling``.

    Raises
    ------
    InvalidInput
        A confidence or the decay outside its range, or NaN in the P&L.
    InsufficientHistory
        Fewer than `minimum` days.

    References
    ----------
    Hull, J. and White, A. (1998), Incorporating volatility updating into the historical simulation method for value-at-risk,
    Journal of Risk 1(1), 5-19.
    """
    array = history(profit_and_loss, minimum)
    variances = ewma_variances(array, decay)
    moves, largest = rescaled_to_last(array, variances)
    today = np.sqrt(variances[..., -1])
    return Estimate(
        method=FILTERED_HISTORICAL,
        tails=historical_tails(moves, levels(confidences), rule, minimum),
        observations=array.shape[-1],
        settings={"decay": float(decay), "rule": rule.value},
        fitted={"volatility": today, "largest_scaling": largest},
        remarks=(*remark(STILL, today == 0), *remark(STRETCHED, largest > LARGE_SCALING)),
    )
