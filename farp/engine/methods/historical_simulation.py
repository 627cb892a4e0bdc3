"""Historical simulation behind the interface that all methods share; the figures are those of `value_at_risk.historical_tails`."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike

from farp.engine.checks import MINIMUM_OBSERVATIONS
from farp.engine.methods.estimate import Estimate, history
from farp.engine.value_at_risk import HISTORICAL_SIMULATION, QuantileRule, historical_tails


def historical_simulation(
    profit_and_loss: ArrayLike,
    confidences: Sequence[float],
    rule: QuantileRule = QuantileRule.LINEAR,
    minimum: int = MINIMUM_OBSERVATIONS,
) -> Estimate:
    """Return the historical VaR and ES of each row: (..., n_days) -> (...,), in the unit of the P&L.

    Raises
    ------
    InvalidInput
        A confidence outside (0.5, 1), or NaN in the P&L.
    InsufficientHistory
        Fewer than `minimum` days.

    Examples
    --------
    >>> import numpy as np
    >>> float(historical_simulation(-np.arange(1.0, 102.0), (0.95,)).tails[0].value_at_risk)
    96.0
    """
    array = history(profit_and_loss, minimum)
    return Estimate(
        method=HISTORICAL_SIMULATION,
        tails=historical_tails(array, confidences, rule, minimum),
        observations=array.shape[-1],
        settings={"rule": rule.value},
        fitted={},
    )
