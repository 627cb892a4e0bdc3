"""What common factors drive a portfolio: loadings, shares of variance, how alike the factors are, and loadings through time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from farp.analysis.alignment import FactorReturns, factor_returns
from farp.analysis.window import Window, known
from farp.engine import factor_model, performance, returns
from farp.engine.checks import TRADING_DAYS, Floats
from farp.engine.factor_model import Collinearity, CovarianceEstimator, Regression, VarianceContributions
from farp.engine.rolling_regression import rolling_regression
from farp.errors import DataError, InvalidInput
from farp.format import number
from farp.market import Dates, FactorSet, PriceHistory
from farp.valuation import Holding

ALIKE = 0.8
"""Factors that correlate this much, in either direction, are named as alike."""
SHORTEST_ROLLING_WINDOW = factor_model.MINIMUM_REGRESSION_DAYS
LONGEST_ROLLING_WINDOW = 10 * TRADING_DAYS


@dataclass(frozen=True, kw_only=True)
class FactorAnalysis:
    """Regression of each holding on the factors, and shares of variance (rows: holdings; columns: factors, then specific).

    `covariance` is the factors' daily covariance, shrunk by `shrinkage` (0 to 1) with the Ledoit-Wolf `estimator`. `exposures` is the P&L of
    a +100 % move of each factor [money], shape (n_factors,).
    """

    factors: FactorSet
    regression: Regression
    covariance: Floats
    estimator: CovarianceEstimator
    shrinkage: float
    contributions: VarianceContributions
    exposures: Floats


class Explained(Protocol):
    """Holdings with a factor analysis, or the reason why there is none: a `RiskReport` or a `PortfolioFactors`."""

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """What is part of the figures."""

    @property
    def net_asset_value(self) -> float:
        """Sum of market values."""

    @property
    def factors(self) -> FactorAnalysis | None:
        """The analysis."""

    @property
    def no_factors_because(self) -> str | None:
        """Why there is none."""


@dataclass(frozen=True, kw_only=True)
class PortfolioFactors:
    """The factor analysis of a window, with what a single report leaves out.

    `portfolio` is the regression of the P&L of today's holdings [money] on the factors, one row: its loadings are `factors.exposures`.
    `measured_volatility` is the yearly one of that P&L [money]. `findings` says in sentences how far the factors can be told apart, and what to do
    where they cannot.
    """

    window: Window
    factors: FactorAnalysis
    portfolio: Regression
    measured_volatility: float | None
    collinearity: Collinearity
    findings: tuple[str, ...]

    @property
    def model_volatility(self) -> float:
        """Yearly volatility in the model, factors and specific parts together [money]."""
        return math.sqrt(self.factors.contributions.variance * TRADING_DAYS)

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """What is part of the figures."""
        return self.window.holdings

    @property
    def net_asset_value(self) -> float:
        """Sum of market values."""
        return self.window.net_asset_value

    @property
    def no_factors_because(self) -> str | None:
        """None: there is an analysis."""
        return None


@dataclass(frozen=True, kw_only=True)
class RollingLoadings:
    """Loadings of today's holdings on the factors, refitted each day over the `window_days` returns before it and its own.

    `dates` (n_windows,) are the last days of the windows, `loadings` (n_windows, n_factors) return of the portfolio for a return of 1 of the factor;
    [money] where the net asset value is not positive (`in_money`). NaN where the factor cannot be told apart. `r_squared` (n_windows,).
    """

    window: Window
    factors: FactorSet
    window_days: int
    dates: Dates
    loadings: Floats
    r_squared: Floats
    in_money: bool


def factor_analysis(window: Window, shared: FactorReturns, estimator: CovarianceEstimator = CovarianceEstimator.SAMPLE) -> FactorAnalysis:
    """Return loadings and shares of variance over the lookback: the one composition behind the report and the topic."""
    regression = factor_model.regress(shared.holding_returns, shared.factor_returns)
    covariance = factor_model.factor_covariance(shared.factor_returns, estimator)
    market_values = window.market_values
    return FactorAnalysis(
        factors=shared.factors,
        regression=regression,
        covariance=covariance.covariance,
        estimator=estimator,
        shrinkage=covariance.shrinkage,
        contributions=factor_model.variance_contributions(market_values, regression.loadings, covariance.covariance, regression.residual_variance),
        exposures=returns.weighted_sum(market_values, regression.loadings),
    )


def portfolio_factors(
    window: Window, history: PriceHistory, factors: FactorSet | None = None, estimator: CovarianceEstimator = CovarianceEstimator.SAMPLE
) -> PortfolioFactors:
    """Return the factor analysis of `window` with `factors` (default: the price source's own set).

    Give a window that reaches back (`extra_days=None`): where a factor has no price on some of its days, as many common days as the lookback
    asks for are taken from before.

    Raises
    ------
    DataError
        The set is empty, a factor has no price, or there are fewer than 60 days in common; the sentence says which.
    """
    shared = factor_returns(window, history, factors)
    analysis = factor_analysis(window, shared, estimator)
    alike = factor_model.collinearity(shared.factor_returns)
    profit_and_loss = window.market_values @ shared.holding_returns
    return PortfolioFactors(
        window=window,
        factors=analysis,
        portfolio=factor_model.regress(profit_and_loss, shared.factor_returns),
        measured_volatility=known(performance.volatility(profit_and_loss, len(profit_and_loss))),
        collinearity=alike,
        findings=findings(alike, shared.factors.names),
    )


def rolling_loadings(window: Window, history: PriceHistory, factors: FactorSet | None = None, days: int = TRADING_DAYS) -> RollingLoadings:
    """Return the portfolio's loadings over each run of `days` common returns, as far back as `window` reaches.

    Raises
    ------
    InvalidInput
        `days` is not from 60 to 2,520.
    DataError
        As `portfolio_factors`, or fewer than `days` returns in common.
    """
    if not SHORTEST_ROLLING_WINDOW <= days <= LONGEST_ROLLING_WINDOW:
        raise InvalidInput(f"rolling must be {SHORTEST_ROLLING_WINDOW} to {LONGEST_ROLLING_WINDOW} days, got {days}.")
    shared = factor_returns(window, history, factors)
    available = len(shared.past_dates)
    if available < days:
        raise DataError(
            f"There are no rolling loadings: holdings and factors have only {available} daily returns in common, and each window takes {days}."
        )
    nav = window.net_asset_value
    in_money = not nav > 0
    profit_and_loss = window.market_values @ shared.past_holding_returns
    rolled = rolling_regression(profit_and_loss if in_money else profit_and_loss / nav, shared.past_factor_returns, days)
    return RollingLoadings(
        window=window,
        factors=shared.factors,
        window_days=days,
        dates=shared.past_dates[days - 1 :],
        loadings=rolled.loadings,
        r_squared=rolled.r_squared,
        in_money=in_money,
    )


def collinearity_note(regression: Regression) -> str | None:
    """Say in one sentence that the factors are too alike to be told apart; None when they are not."""
    if not regression.collinear:
        return None
    if not np.isfinite(regression.condition_number):
        return (
            "Some of the factors are exactly dependent, or do not move: how a loading is split between them is arbitrary;"
            " what they explain together is not."
        )
    return (
        f"The factors are nearly dependent (condition number {regression.condition_number:.0f}, above"
        f" {factor_model.COLLINEAR_ABOVE:.0f}): single loadings are unsure, their sum is not."
    )


def alike_pairs(result: Collinearity) -> list[tuple[int, int, float]]:
    """Return the pairs of factors that correlate by `ALIKE` or more in size, as (first, second, correlation), the strongest first."""
    first, second = np.triu_indices(len(result.correlation), k=1)
    values = result.correlation[first, second]
    close = np.flatnonzero(np.abs(np.nan_to_num(values)) >= ALIKE)
    order = close[np.argsort(-np.abs(values[close]), kind="stable")]
    return [(int(first[i]), int(second[i]), float(values[i])) for i in order]


def findings(result: Collinearity, names: tuple[str, ...]) -> tuple[str, ...]:
    """Say how far the factors can be told apart, which are alike, and what to do about it."""
    said = []
    still = [name for name, constant in zip(names, result.constant, strict=True) if constant]
    if still:
        said.append(f"{_listed(still)} {'does' if len(still) == 1 else 'do'} not move in this period, so nothing can load on it; leave it out.")
    dependent = [name for name, inflation in zip(names, result.variance_inflation, strict=True) if np.isinf(inflation)]
    if dependent:
        said.append(
            f"{_listed(dependent)} are exactly dependent: each can be made from the others, so how their loading is split between them is"
            " arbitrary, and there is no t-statistic. Leave one of them out."
        )
    pairs = [(i, j, value) for i, j, value in alike_pairs(result) if not {names[i], names[j]} <= set(dependent)]
    for i, j, value in pairs:
        said.append(f"{names[i]} and {names[j]} move {'together' if value > 0 else 'against each other'} (correlation {number(value)}).")
    paired = {k for i, j, _ in pairs for k in (i, j)}
    inflated = [
        f"{name} ({number(float(inflation), 0)})"
        for k, (name, inflation) in enumerate(zip(names, result.variance_inflation, strict=True))
        if k not in paired and np.isfinite(inflation) and inflation > factor_model.INFLATED_ABOVE
    ]
    if inflated:
        said.append(
            f"{_listed(inflated)} {'is' if len(inflated) == 1 else 'are'} nearly a mixture of the other factors"
            f" (variance inflation above {factor_model.INFLATED_ABOVE:.0f})."
        )
    if len(names) == 1 and not said:
        return ("There is a single factor, so there is nothing to confuse it with.",)
    if pairs or inflated or (result.collinear and not said):
        said.append(
            "Leave one of them out, or read their loadings together: what they explain jointly is sound, how it is split between them is not."
        )
    if said:
        return tuple(said)
    return (
        f"The factors can be told apart: no two correlate by {number(ALIKE, 1)} or more, and the condition number is"
        f" {number(result.condition_number, 1)}, below {factor_model.COLLINEAR_ABOVE:.0f}.",
    )


def _listed(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
