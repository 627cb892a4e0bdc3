"""Factors and benchmark on the days they share with the holdings: what regressions, sensitivities and comparisons are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from farp.analysis.window import Window
from farp.engine import factor_model, returns
from farp.engine.checks import MINIMUM_OBSERVATIONS, Floats
from farp.errors import DataError, InvalidInput
from farp.format import day as shown_day
from farp.market import Dates, Factor, FactorSet, PriceHistory, as_date
from farp.valuation import STALE_AFTER_BUSINESS_DAYS, base_series

MOST_FACTORS = 20


@dataclass(frozen=True, kw_only=True)
class FactorReturns:
    """Daily returns of factors and holdings on the days they share [fraction].

    `past_dates` (n_days,), `past_factor_returns` (n_factors, n_days) and `past_holding_returns` (n_holdings, n_days); the lookback is the last
    `observations` of them, which the names without `past_` are cut to.
    """

    factors: FactorSet
    past_dates: Dates
    past_factor_returns: Floats
    past_holding_returns: Floats
    observations: int

    @property
    def dates(self) -> Dates:
        """Days of the lookback, shape (observations,)."""
        return self.past_dates[-self.observations :]

    @property
    def factor_returns(self) -> Floats:
        """Shape (n_factors, observations)."""
        return self.past_factor_returns[:, -self.observations :]

    @property
    def holding_returns(self) -> Floats:
        """Shape (n_holdings, observations)."""
        return self.past_holding_returns[:, -self.observations :]


@dataclass(frozen=True, kw_only=True)
class BenchmarkReturns:
    """The benchmark on the days it shares with the holdings, in base currency.

    `dates` (n_days + 1,) and `closes` with the day before the first return; `past_returns` (n_days,) and the holdings'
    `past_holding_returns` (n_holdings, n_days); the lookback is the last `observations`.
    """

    ticker: str
    name: str
    past_dates: Dates
    past_closes: Floats
    past_returns: Floats
    past_holding_returns: Floats
    observations: int


def chosen_factors(tickers: Sequence[str], history: PriceHistory) -> FactorSet:
    """Return the factor set of one factor for each of `tickers`, in their order.

    Raises
    ------
    InvalidInput
        None, too many, the same twice, or one without prices at this source.
    """
    if not 1 <= len(tickers) <= MOST_FACTORS:
        raise InvalidInput(f"Choose 1 to {MOST_FACTORS} factors, got {len(tickers)}.")
    repeated = [ticker for ticker in dict.fromkeys(tickers) if list(tickers).count(ticker) > 1]
    if repeated:
        raise InvalidInput(f"Each factor can be chosen once; {', '.join(repeated)} is there more often.")
    unknown = [ticker for ticker in tickers if ticker not in history]
    if unknown:
        raise InvalidInput(f"{', '.join(unknown)} has no price at this source ({history.source_label}); choose other factors.")
    factors = []
    for ticker in tickers:
        instrument = history.instrument(ticker)
        factors.append(Factor(name=ticker, legs=((ticker, 1.0),), meaning=instrument.name if instrument else ""))
    return FactorSet(name="chosen", factors=tuple(factors))


def factor_returns(window: Window, history: PriceHistory, factors: FactorSet | None = None) -> FactorReturns:
    """Return the returns of `factors` (default: the price source's own set) and of the holdings on the days they share.

    Raises
    ------
    DataError
        The set is empty, a factor has no price, or there are fewer than 60 days in common; the sentence says which.
    """
    chosen = factors or history.factors
    if not chosen.factors:
        raise DataError("There is no factor analysis: the factor set names no factor.")
    unknown = [ticker for ticker in chosen.tickers if ticker not in history]
    if unknown:
        raise DataError(f"There is no factor analysis: {', '.join(unknown)} has no price at this source.")
    valuation = window.valuation
    closes = np.array([history.close(ticker)[np.searchsorted(history.dates, valuation.dates)] for ticker in chosen.tickers])
    shared = np.isfinite(closes).all(axis=0)
    problem = not_current(window, shared, "the factor set", factor_model.MINIMUM_REGRESSION_DAYS)
    if problem:
        alone = (
            not_current(window, np.isfinite(row), ticker, factor_model.MINIMUM_REGRESSION_DAYS)
            for ticker, row in zip(chosen.tickers, closes, strict=True)
        )
        raise DataError(f"There is no factor analysis: {next((why for why in alone if why), problem)}")
    return FactorReturns(
        factors=chosen,
        past_dates=valuation.dates[shared][1:],
        past_factor_returns=chosen.leg_weights(chosen.tickers) @ returns.simple_returns(closes[:, shared]),
        past_holding_returns=np.ascontiguousarray(returns.simple_returns(valuation.prices[:, shared])),
        observations=min(window.observations, int(shared.sum()) - 1),
    )


def benchmark_returns(window: Window, history: PriceHistory) -> BenchmarkReturns:
    """Return the benchmark and the holdings on the days they share.

    Raises
    ------
    DataError
        The benchmark has no price in the base currency, or fewer than 20 days in common; the sentence says which.
    """
    ticker, valuation = history.benchmark, window.valuation
    everything = base_series(history, ticker, window.base_currency)
    if everything is None:
        raise DataError(f"the benchmark {ticker} has no price in {window.base_currency} at this source.")
    closes = everything[np.searchsorted(history.dates, valuation.dates)]
    shared = np.isfinite(closes)
    problem = not_current(window, shared, f"the benchmark {ticker}", MINIMUM_OBSERVATIONS)
    if problem:
        raise DataError(problem)
    instrument = history.instrument(ticker)
    past_returns = returns.simple_returns(closes[shared])
    return BenchmarkReturns(
        ticker=ticker,
        name=instrument.name if instrument else ticker,
        past_dates=valuation.dates[shared],
        past_closes=closes[shared],
        past_returns=past_returns,
        past_holding_returns=returns.simple_returns(valuation.prices[:, shared]),
        observations=min(window.observations, len(past_returns)),
    )


def not_current(window: Window, shared: NDArray[np.bool_], who: str, minimum: int) -> str | None:
    """Say why `who` cannot be compared with the holdings: too few days in common, or none of late. None when it can.

    `shared` marks the days in common among the last days of the window, shape (n,) with any n up to all of them.
    """
    dates = window.valuation.dates[-len(shared) :]
    count = min(max(int(shared.sum()) - 1, 0), window.observations)
    if count < minimum:
        return f"{who} has only {count} daily returns in common with the holdings, and {minimum} are needed."
    last = dates[shared][-1]
    if np.busday_count(last, dates[-1]) > STALE_AFTER_BUSINESS_DAYS:
        return f"{who} has no prices after {shown_day(as_date(last))}."
    return None
