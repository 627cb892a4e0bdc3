"""Who causes the risk: contributions of positions to expected shortfall and VaR. Losses are positive."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from farp.engine.checks import Floats, series
from farp.engine.value_at_risk import tail_weights
from farp.errors import InvalidInput


def component_expected_shortfall(position_profit_and_loss: ArrayLike, confidence: float) -> Floats:
    """Return each position's part of the portfolio's historical expected shortfall [money].

    ``ES_i = -sum_d w_d L_i[d]`` with the tail weights w of the portfolio's P&L; the parts sum to the ES.

    Parameters
    ----------
    position_profit_and_loss
        P&L of each position [money], losses negative, shape (n_positions, n_days).

    Returns
    -------
    Array (n_positions,); a negative part means that the position earned money on the portfolio's worst days.

    References
    ----------
    Tasche, D. (2002), Expected shortfall and beyond, Journal of Banking & Finance 26(7), 1519-1533 (Euler contributions).

    Examples
    --------
    >>> parts = component_expected_shortfall([[-3.0] + [0.0] * 19, [1.0] + [0.0] * 19], 0.95)
    >>> parts.tolist()
    [3.0, -1.0]
    """
    array = series(position_profit_and_loss, "position_profit_and_loss")
    if array.ndim != 2:
        raise InvalidInput(f"position_profit_and_loss must have shape (n_positions, n_days), got {array.shape}.")
    weights = tail_weights(array.sum(axis=0), confidence)
    return np.asarray(-(array * weights).sum(axis=-1))
