"""Historical value at risk and expected shortfall. Losses are positive.

A VaR below zero (no loss at that level) is reported as it is. All functions take P&L (or returns) of shape
(..., n_days) in which a loss is negative, and answer in the same unit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr

from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats, confidence_level, horizon, one_series, series
from farp.errors import InvalidInput

HISTORICAL_SIMULATION = "historical_simulation"
INTERVAL_PROBABILITY = 0.90

Amount = TypeVar("Amount", float, Floats)


class QuantileRule(StrEnum):
    """How a quantile is read off the sorted losses (Hyndman & Fan 1996, types 7 and 5, and the plain order statistic)."""

    LINEAR = "linear"
    ORDER_STATISTIC = "order_statistic"
    CENTERED = "centered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """VaR and ES of each row at one confidence, shape (...,), in the unit of the P&L."""

    confidence: float
    value_at_risk: Floats
    expected_shortfall: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueAtRisk:
    """One figure of the VaR table, in money, with everything needed to check it.

    `fraction` and `expected_shortfall_fraction` are of net asset value, None when that is not positive.
    `interval_high` is None when the sample is too short to bound the quantile from above.
    `overlapping_amount` is the VaR of overlapping `horizon_days` P&L, None for one day or too few of them.
    """

    confidence: float
    horizon_days: int
    method: str
    rule: QuantileRule
    amount: float
    fraction: float | None
    expected_shortfall: float
    expected_shortfall_fraction: float | None
    observations: int
    tail_observations: int
    interval_low: float | None
    interval_high: float | None
    overlapping_amount: float | None
    overlapping_observations: int
    warning: str | None

    def __post_init__(self) -> None:
        if self.expected_shortfall < self.amount - 1e-9 * max(1.0, abs(self.amount)):
            raise InvalidInput(f"expected shortfall {self.expected_shortfall!r} is below VaR {self.amount!r}: the two come from different samples.")


def tail_size(observations: int, confidence: float) -> float:
    """Return n (1 - c), the number of observations in the tail, free of binary rounding (100 at 95 % is 5, not 5.000...04)."""
    return _whole_if_near(observations * (1.0 - confidence_level(confidence)))


def historical_tails(
    profit_and_loss: ArrayLike,
    confidences: Sequence[float],
    rule: QuantileRule = QuantileRule.LINEAR,
    minimum: int = MINIMUM_OBSERVATIONS,
) -> tuple[Tail, ...]:
    """Return VaR and ES of each row at several confidences from one partial sort.

    Parameters
    ----------
    profit_and_loss
        P&L [money] or returns [fraction], losses negative, shape (..., n_days).
    confidences
        Each in (0.5, 1).
    rule
        How the quantile is read; ES does not depend on it.
    minimum
        Fewest days accepted.

    Raises
    ------
    InvalidInput
        A confidence outside its range, or NaN in the P&L.
    InsufficientHistory
        Fewer than `minimum` days.
    """
    array = series(profit_and_loss, "profit_and_loss", at_least=minimum)
    observations = array.shape[-1]
    levels = [confidence_level(confidence) for confidence in confidences]
    needed = min(observations, 2 + math.floor(max((tail_size(observations, level) for level in levels), default=0.0)))
    worst = _worst(array, needed)
    return tuple(
        Tail(
            confidence=level,
            value_at_risk=_quantile_of_losses(worst, observations, level, rule),
            expected_shortfall=_mean_of_tail(worst, tail_size(observations, level)),
        )
        for level in levels
    )


def historical_value_at_risk(profit_and_loss: ArrayLike, confidence: float, rule: QuantileRule = QuantileRule.LINEAR) -> Floats:
    """Return the historical VaR of each row: shape (..., n_days) -> (...,), in the unit of the P&L.

    ``linear`` interpolates as NumPy and Excel's PERCENTILE.INC do (Hyndman-Fan 7), ``order_statistic`` takes the
    ceil(n (1 - c))-th worst loss, ``centered`` is Hazen's rule (Hyndman-Fan 5).

    References
    ----------
    Hyndman, R. J. and Fan, Y. (1996), Sample quantiles in statistical packages, The American Statistician 50(4), 361-365 (definitions 5 and 7).

    Examples
    --------
    >>> float(historical_value_at_risk(-np.arange(1.0, 102.0), 0.95))
    96.0
    """
    return historical_tails(profit_and_loss, (confidence,), rule)[0].value_at_risk


def historical_expected_shortfall(profit_and_loss: ArrayLike, confidence: float) -> Floats:
    """Return the mean of the worst n (1 - c) losses of each row, the last one counted fractionally: (..., n_days) -> (...,).

    References
    ----------
    Acerbi, C. and Tasche, D. (2002), On the coherence of expected shortfall, Journal of Banking & Finance 26(7), 1487-1503.

    Examples
    --------
    >>> float(historical_expected_shortfall(-np.arange(1.0, 51.0), 0.95))
    49.2
    """
    return historical_tails(profit_and_loss, (confidence,))[0].expected_shortfall


def tail_weights(profit_and_loss: ArrayLike, confidence: float) -> Floats:
    """Return the weight of each day in the expected shortfall of one P&L series: (n_days,) -> (n_days,), summing to 1.

    The worst floor(n (1 - c)) days weigh the same, the next one the remaining fraction; equal losses are taken in order of time.
    """
    array = one_series(profit_and_loss, "profit_and_loss")
    size = tail_size(array.shape[-1], confidence)
    order = np.argsort(array, kind="stable")
    weights = np.zeros(array.shape[-1])
    weights[order[: math.ceil(size)]] = _shares(size)
    return weights


def confidence_interval(
    profit_and_loss: ArrayLike, confidence: float, probability: float = INTERVAL_PROBABILITY
) -> tuple[float | None, float | None]:
    """Return the interval that holds the true VaR with at least `probability`, from binomial order statistics.

    The number of the n losses below the true quantile is Binomial(n, c), whatever the distribution of losses; each limit is
    the order statistic that is passed with at most half of the remaining probability. A limit beyond the sample is None.

    Parameters
    ----------
    profit_and_loss
        One series, shape (n_days,), losses negative.

    Returns
    -------
    (low, high) in the unit of the P&L; losses positive.

    References
    ----------
    Conover, W. J. (1999), Practical Nonparametric Statistics, 3rd ed. (confidence interval for a quantile).
    """
    losses = np.sort(-one_series(profit_and_loss, "profit_and_loss"))
    n = len(losses)
    level = confidence_level(confidence)
    if not 0.0 < probability < 1.0:
        raise InvalidInput(f"probability must lie between 0 and 1 (90 % is 0.9), got {probability!r}.")
    beyond = (1.0 - probability) / 2.0
    cumulative = bdtr(np.arange(n + 1, dtype=np.float64), n, level)  # P(at most k losses lie below the quantile)
    low_rank = int(np.searchsorted(cumulative, beyond, side="right"))  # largest rank with P(fewer below) <= beyond
    high_rank = int(np.searchsorted(cumulative, 1.0 - beyond, side="left")) + 1
    return (
        float(losses[low_rank - 1]) if low_rank >= 1 else None,
        float(losses[high_rank - 1]) if high_rank <= n else None,
    )


def rolling_tail(profit_and_loss: ArrayLike, confidence: float, window: int, rule: QuantileRule = QuantileRule.LINEAR) -> Tail:
    """Return VaR and ES of each run of `window` consecutive days: (..., n_days) -> (..., n_days - window + 1)."""
    array = series(profit_and_loss, "profit_and_loss", at_least=window)
    windows = np.lib.stride_tricks.sliding_window_view(array, window, axis=-1)
    return historical_tails(windows, (confidence,), rule)[0]


def scaled(amount: Amount, horizon_days: int) -> Amount:
    """Return one-day figures scaled to `horizon_days` by the square root of time."""
    return amount * math.sqrt(horizon(horizon_days))


def _worst(array: Floats, count: int) -> Floats:
    """Return the `count` worst losses of each row, worst first, losses positive: (..., n_days) -> (..., count)."""
    if count < array.shape[-1]:
        array = np.partition(array, count - 1, axis=-1)[..., :count]
    return -np.sort(array, axis=-1)


def _quantile_of_losses(worst: Floats, observations: int, confidence: float, rule: QuantileRule) -> Floats:
    tail = 1.0 - confidence
    match rule:
        case QuantileRule.LINEAR:
            position = (observations - 1) * tail
        case QuantileRule.CENTERED:
            position = max(observations * tail - 0.5, 0.0)
        case QuantileRule.ORDER_STATISTIC:
            position = math.ceil(tail_size(observations, confidence)) - 1
    position = _whole_if_near(position)
    index = math.floor(position)
    weight = position - index
    upper = np.asarray(worst[..., index])
    if weight == 0.0:
        return upper
    return np.asarray(upper + weight * (worst[..., index + 1] - upper))


def _mean_of_tail(worst: Floats, size: float) -> Floats:
    shares = _shares(size)
    return np.asarray((worst[..., : len(shares)] * shares).sum(axis=-1))


def _shares(size: float) -> Floats:
    """Return the weights of the worst losses: 1/size each, the last one the fraction that is left."""
    whole = math.floor(size)
    shares = np.full(math.ceil(size), 1.0 / size)
    if size > whole:
        shares[-1] = (size - whole) / size
    return shares


def _whole_if_near(value: float) -> float:
    nearest = round(value)
    return float(nearest) if abs(value - nearest) < 1e-9 * max(1.0, abs(value)) else value
