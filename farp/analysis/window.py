"""What every analysis starts from: a portfolio priced on one day, and what its holdings would have done before it.

Money is in the portfolio's base currency, returns are fractions. Nothing here is a risk figure yet.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from farp.engine import returns
from farp.engine.checks import MINIMUM_OBSERVATIONS, TRADING_DAYS, Floats
from farp.errors import InvalidInput
from farp.market import Dates, PriceHistory
from farp.portfolio import Portfolio
from farp.valuation import Exclusion, Holding, Valuation, valued


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A dated series: `dates` (datetime64[D]) and `values`, both shape (n,)."""

    dates: Dates
    values: Floats


@dataclass(frozen=True, kw_only=True)
class Window:
    """A portfolio's holdings and the days an analysis looks at.

    The lookback is the last `observations` daily returns: `dates`, `returns`, `profit_and_loss` and `position_profit_and_loss` are cut to
    it. What begins with `past_` reaches further back, as far as was asked for and all holdings have prices, for figures that roll.
    Arrays over holdings follow the order of `holdings`.
    """

    valuation: Valuation
    lookback_days: int | None
    source: str
    source_label: str
    past_dates: Dates
    past_returns: Floats
    past_profit_and_loss: Floats

    @property
    def portfolio(self) -> Portfolio:
        """What is analysed."""
        return self.valuation.portfolio

    @property
    def base_currency(self) -> str:
        """Currency of every amount."""
        return self.portfolio.base_currency

    @property
    def requested_as_of(self) -> dt.date | None:
        """The day asked for."""
        return self.valuation.requested_as_of

    @property
    def as_of(self) -> dt.date:
        """The day of the figures."""
        return self.valuation.as_of

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """What is part of the figures."""
        return self.valuation.holdings

    @property
    def excluded(self) -> tuple[Exclusion, ...]:
        """What is left out, and why."""
        return self.valuation.excluded

    @property
    def net_asset_value(self) -> float:
        """Sum of market values."""
        return self.valuation.net_asset_value

    @property
    def observations(self) -> int:
        """Daily returns in the lookback."""
        return self.valuation.observations

    @cached_property
    def market_values(self) -> Floats:
        """Market values [money], shape (n_holdings,)."""
        return self.valuation.market_values

    @property
    def gross(self) -> float:
        """Sum of the sizes of market values."""
        return float(np.abs(self.market_values).sum())

    @property
    def prices(self) -> Floats:
        """Base-currency prices in the lookback, shape (n_holdings, observations + 1)."""
        return self.valuation.prices[:, -self.observations - 1 :]

    @property
    def dates(self) -> Dates:
        """Days of the returns in the lookback, shape (observations,)."""
        return self.past_dates[-self.observations :]

    @property
    def returns(self) -> Floats:
        """Base-currency returns of the holdings [fraction], shape (n_holdings, observations)."""
        return self.past_returns[:, -self.observations :]

    @property
    def profit_and_loss(self) -> Floats:
        """P&L of today's holdings on each day [money], shape (observations,)."""
        return self.past_profit_and_loss[-self.observations :]

    @cached_property
    def position_profit_and_loss(self) -> Floats:
        """P&L of each holding on each day [money], shape (n_holdings, observations)."""
        return self.market_values[:, None] * self.returns

    @cached_property
    def value(self) -> Series:
        """Value of today's quantities in the lookback [money], shape (observations + 1,)."""
        return Series(dates=self.valuation.dates[-self.observations - 1 :], values=returns.value_path(self.market_values, self.prices))

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that hold for every figure of the window."""
        return tuple(note for note in (self.valuation.as_of_because, self.shortened_because, self.no_percent_because) if note)

    @property
    def shortened_because(self) -> str | None:
        """Why the lookback is shorter than asked for; None when it is not."""
        if self.valuation.limited_by is None or self.lookback_days is None:
            return None
        return (
            f"The figures use {self.observations} daily returns instead of {self.lookback_days}: {self.valuation.limited_by} has no longer history."
        )

    @property
    def no_percent_because(self) -> str | None:
        """Why there are no percentages; None when there are."""
        if self.net_asset_value > 0:
            return None
        return "The net asset value is not positive, so percentages, volatility, Sharpe ratio and beta are undefined and left out."

    def of_value(self, amount: float) -> float | None:
        """Return `amount` as a fraction of net asset value; None when that is not positive."""
        return amount / self.net_asset_value if self.net_asset_value > 0 else None


def window_of(
    portfolio: Portfolio,
    history: PriceHistory,
    as_of: dt.date | None = None,
    lookback_days: int | None = TRADING_DAYS,
    extra_days: int | None = TRADING_DAYS,
) -> Window:
    """Price `portfolio` on `as_of` (default: the source's last day) and collect its past.

    Parameters
    ----------
    lookback_days
        Daily returns the figures rest on, at least 20; None takes all that the holdings have in common.
    extra_days
        Days before the lookback to have at hand, as far as there are any; None takes all. They serve figures that roll, and fill up the
        lookback where a factor or the benchmark has no price on some of its days: a year of them, as the report has, gives its figures.

    Raises
    ------
    InvalidInput
        A lookback of fewer than 20 days.
    NothingToAnalyse
        The portfolio is empty, or nothing in it can be priced.
    InsufficientHistory
        Fewer than 20 daily returns in common.
    """
    if lookback_days is not None and lookback_days < MINIMUM_OBSERVATIONS:
        raise InvalidInput(f"lookback_days must be at least {MINIMUM_OBSERVATIONS}, got {lookback_days!r}.")
    everything = len(history.dates)
    valuation = valued(
        portfolio,
        history,
        as_of,
        everything if lookback_days is None else lookback_days,
        extra_days=everything if extra_days is None else extra_days,
    )
    past_returns = returns.simple_returns(valuation.prices)
    return Window(
        valuation=valuation,
        lookback_days=lookback_days,
        source=history.source,
        source_label=history.source_label,
        past_dates=valuation.dates[1:],
        past_returns=past_returns,
        past_profit_and_loss=returns.profit_and_loss(valuation.market_values, past_returns),
    )


def known(value: Floats | float) -> float | None:
    """Return a single figure as a float, None for NaN: what cannot be said is missing and not a number."""
    figure = float(value)
    return None if math.isnan(figure) else figure
