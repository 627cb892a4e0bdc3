"""What every VaR method answers: VaR and ES of each row, how they came about, and what must be said beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from farp.engine.checks import MINIMUM_OBSERVATIONS, TRADING_DAYS, Floats, confidence_level, series
from farp.engine.performance import volatility
from farp.engine.value_at_risk import Tail, scaled
from farp.errors import InvalidInput

STILL = "The profit and loss does not move in this window, so this method sees no risk."


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One sentence about some rows: `rows` is true where it holds, shape (...,). `confidence` is None if it holds at every level."""

    text: str
    rows: NDArray[np.bool_]
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """VaR and ES of each row by one method, one `Tail` per confidence, in the unit of the P&L; losses positive.

    `settings` is what was chosen (decay, paths, seed), `fitted` what was estimated, each array of shape (...,). A row that could not be
    estimated is NaN throughout and a remark says why; a single series raises instead.
    """

    method: str
    tails: tuple[Tail, ...]
    observations: int
    settings: Mapping[str, float | int | str]
    fitted: Mapping[str, Floats]
    remarks: tuple[Remark, ...] = ()

    def __post_init__(self) -> None:
        for tail in self.tails:
            slack = 1e-9 * np.maximum(1.0, np.abs(tail.value_at_risk))
            if (tail.expected_shortfall < tail.value_at_risk - slack).any():
                raise InvalidInput(f"expected shortfall is below VaR at {tail.confidence!r} in {self.method}: the two come from different samples.")

    def over(self, horizon_days: int) -> tuple[Tail, ...]:
        """Return the one-day tails scaled to `horizon_days` by the square root of time."""
        return tuple(
            Tail(
                confidence=tail.confidence,
                value_at_risk=scaled(tail.value_at_risk, horizon_days),
                expected_shortfall=scaled(tail.expected_shortfall, horizon_days),
            )
            for tail in self.tails
        )

    def remarks_on(self, row: tuple[int, ...] = (), confidence: float | None = None) -> tuple[str, ...]:
        """Return the sentences that hold for one row, at one confidence (None: at all of them)."""
        return tuple(remark.text for remark in self.remarks if remark.rows[row] and (confidence is None or remark.confidence in {None, confidence}))


def history(profit_and_loss: ArrayLike, minimum: int = MINIMUM_OBSERVATIONS) -> Floats:
    """Return the checked P&L, shape (..., n_days), laid out row by row: a sum then has the same bits alone and in a batch.

    Raises
    ------
    InvalidInput
        NaN or infinity inside, or not an array of numbers.
    InsufficientHistory
        Fewer than `minimum` days.
    """
    return np.ascontiguousarray(series(profit_and_loss, "profit_and_loss", at_least=minimum))


def levels(confidences: Sequence[float]) -> tuple[float, ...]:
    """Return the checked confidences, each in (0.5, 1), else raise `InvalidInput`."""
    return tuple(confidence_level(confidence) for confidence in confidences)


def decay_factor(value: float, allow_one: bool = False) -> float:
    """Return `value` if it lies in (0, 1), or is 1 where that is allowed, else raise `InvalidInput`."""
    if not (0.0 < value < 1.0 or (allow_one and value == 1.0)):
        raise InvalidInput(f"decay must lie between 0 and 1{' (1 weighs all days alike)' if allow_one else ''}, got {value!r}.")
    return float(value)


def standard_deviation(profit_and_loss: Floats) -> Floats:
    """Return the daily sample standard deviation (ddof 1) of each row, exactly zero where only rounding moves: (..., n_days) -> (...,)."""
    return np.asarray(volatility(profit_and_loss, profit_and_loss.shape[-1]) / math.sqrt(TRADING_DAYS))


def standardised(profit_and_loss: Floats, deviation: Floats, about: Floats | float) -> Floats:
    """Return the moves about `about` (..., 1) in standard deviations, zero for a row that does not move: (..., n_days) -> (..., n_days)."""
    moves = profit_and_loss - about
    scale = np.broadcast_to(deviation[..., None], moves.shape)
    return np.asarray(np.divide(moves, scale, out=np.zeros_like(moves), where=scale > 0))


def parametric(method: str, profit_and_loss: Floats, tails: Sequence[Tail], fitted: Mapping[str, Floats], *remarks: Remark) -> Estimate:
    """Return the estimate of a method that assumes a distribution with mean zero, and says where nothing moves; `fitted` holds ``deviation``."""
    return Estimate(
        method=method,
        tails=tuple(tails),
        observations=profit_and_loss.shape[-1],
        settings={"mean": "zero"},
        fitted=fitted,
        remarks=(*remark(STILL, fitted["deviation"] == 0), *remarks),
    )


def remark(text: str, rows: NDArray[np.bool_] | np.bool_, confidence: float | None = None) -> tuple[Remark, ...]:
    """Return the remark if it holds for any row, else nothing."""
    where = np.asarray(rows)
    return (Remark(text=text, rows=where, confidence=confidence),) if where.any() else ()
