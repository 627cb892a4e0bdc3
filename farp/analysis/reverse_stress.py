"""What would have to happen: the likeliest move of the factors that loses a given amount, and how often such a move has happened.

The loss asked for is positive; P&L is negative when money is lost. Moves are returns [fraction] over the horizon.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from farp.analysis.alignment import factor_returns
from farp.analysis.window import Series, Window, known
from farp.engine import factor_model, returns, stress
from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats
from farp.engine.stress import ReverseStress
from farp.errors import DataError, InvalidInput
from farp.market import Dates, FactorSet, PriceHistory, as_date

LOSS = 0.1
HORIZON = 21
"""Trading days: about a month, in which a loss of a tenth is thinkable."""

LONG_ENOUGH = 3
"""Whole horizons the past of the factors has to hold, so that a count of how often says something."""


@dataclass(frozen=True, kw_only=True)
class ReverseStressAnalysis:
    """The likeliest factor move that loses `result.loss` within `horizon_days`.

    The covariance of the factors is of the lookback, scaled to the horizon; `deviations` (n_factors,) [fraction] are its standard deviations. `past` is what today's holdings would have made through the
    factors in every run of `horizon_days` since the factors have prices [money], dated by the last day, from `since` on; `result` counts in it. `systematic`
    is the share of the portfolio's variance that the factors explain, None when it does not move. `impossible` names the factors that would
    have to lose more than everything.
    """

    window: Window
    factors: FactorSet
    horizon_days: int
    loss_fraction: float | None
    result: ReverseStress
    deviations: Floats
    past: Series
    since: dt.date
    systematic: float | None
    impossible: tuple[str, ...]
    observations: int

    @property
    def worst(self) -> float:
        """The worst P&L through the factors in the past [money]."""
        return float(self.past.values.min())


def reverse_stress(
    window: Window,
    history: PriceHistory,
    loss: float | None = LOSS,
    horizon_days: int = HORIZON,
    factors: FactorSet | None = None,
    loss_amount: float | None = None,
) -> ReverseStressAnalysis:
    """Return the smallest move (Mahalanobis) of `factors` that loses `loss` of net asset value, or `loss_amount`.

    Parameters
    ----------
    loss
        Fraction of net asset value; `loss_amount` [money] takes its place.
    horizon_days
        Trading days the move may take.

    Raises
    ------
    InvalidInput
        The loss is not positive, or the horizon not a whole number of days.
    DataError
        No positive net asset value to take a fraction of, no factor analysis, or a portfolio that depends on no factor.
    """
    if loss_amount is None:
        if loss is None or not 0.0 < loss < float("inf"):
            raise InvalidInput(f"The loss must be a positive share of the net asset value, got {loss!r}.")
        if window.net_asset_value <= 0:
            raise DataError("The net asset value is not positive, so there is no share of it to lose; give the loss as an amount of money.")
        loss_amount = loss * window.net_asset_value
    shared = factor_returns(window, history, factors)
    regression = factor_model.regress(shared.holding_returns, shared.factor_returns)
    covariance = factor_model.sample_covariance(shared.factor_returns)
    since, dates, sample = _past(window, history, shared.factors, horizon_days)
    result = stress.reverse_stress(window.market_values, regression.loadings, covariance * horizon_days, loss_amount, sample)
    shares = factor_model.variance_contributions(window.market_values, regression.loadings, covariance, regression.residual_variance)
    exposures = regression.loadings.T @ window.market_values
    impossible = [
        factor.name
        for factor, move in zip(shared.factors.factors, result.factor_moves.tolist(), strict=True)
        if len(factor.legs) == 1 and factor.legs[0][1] * move < -1.0
    ]
    return ReverseStressAnalysis(
        window=window,
        factors=shared.factors,
        horizon_days=horizon_days,
        loss_fraction=window.of_value(loss_amount),
        result=result,
        deviations=np.sqrt(np.diagonal(covariance) * horizon_days),
        past=Series(dates=dates, values=exposures @ sample),
        since=since,
        systematic=known(shares.systematic),
        impossible=tuple(impossible),
        observations=shared.observations,
    )


def _past(window: Window, history: PriceHistory, factors: FactorSet, horizon_days: int) -> tuple[dt.date, Dates, Floats]:
    """Return every overlapping run of the factors up to the day of the figures: the first day, last days (n,) and returns (n_factors, n)."""
    rows = np.flatnonzero((history.dates <= np.datetime64(window.as_of)) & np.is_busday(history.dates))
    closes = np.array([history.close(ticker)[rows] for ticker in factors.tickers])
    shared = np.isfinite(closes).all(axis=0)
    needed = max(MINIMUM_OBSERVATIONS, LONG_ENOUGH * horizon_days) + 1
    if shared.sum() < needed:
        raise DataError(
            f"The factors have only {int(shared.sum())} days of prices in common, and a horizon of {horizon_days} days needs {needed};"
            " choose a shorter horizon or other factors."
        )
    runs = factors.leg_weights(factors.tickers) @ returns.simple_returns(closes[:, shared], horizon_days)
    dates = history.dates[rows][shared]
    return as_date(dates[0]), dates[horizon_days:], runs
