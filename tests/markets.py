"""Small made-up markets for tests: a handful of tickers on weekdays, every close chosen by the test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from farp.market import Factor, FactorSet, PriceHistory
from farp.portfolio import AssetClass, Instrument, Portfolio, Position

NO_FACTORS = FactorSet(name="none", factors=())
LAST_DAY = dt.date(2022, 12, 28)  # a Wednesday


def weekdays(count: int, last: dt.date = LAST_DAY) -> np.ndarray:
    """The `count` weekdays that end on `last`."""
    end = np.datetime64(last, "D")
    return np.busday_offset(end, np.arange(-count + 1, 1), roll="backward")


def every_day(count: int, last: dt.date = LAST_DAY) -> np.ndarray:
    """The `count` calendar days that end on `last`."""
    return np.datetime64(last, "D") + np.arange(-count + 1, 1)


def instrument(ticker: str, currency: str = "USD", asset_class: AssetClass = AssetClass.EQUITY, **facts: object) -> Instrument:
    return Instrument(ticker=ticker, name=f"The {ticker} company", asset_class=asset_class, currency=currency, **facts)


def market(
    closes: Mapping[str, ArrayLike],
    dates: np.ndarray | None = None,
    instruments: Sequence[Instrument] = (),
    benchmark: str = "",
    factors: FactorSet = NO_FACTORS,
) -> PriceHistory:
    """A price history of `closes` (one array per ticker, NaN for no price); tickers without facts are US shares."""
    columns = np.column_stack([np.asarray(column, dtype=np.float64) for column in closes.values()])
    facts = {ticker: instrument(ticker) for ticker in closes} | {given.ticker: given for given in instruments}
    return PriceHistory(
        dates=weekdays(len(columns)) if dates is None else dates,
        tickers=tuple(closes),
        closes=columns,
        instruments=facts,
        source="made-up",
        source_label="Made-up prices",
        benchmark=benchmark or next(iter(closes)),
        factors=factors,
    )


def portfolio(base_currency: str = "USD", /, **quantities: float) -> Portfolio:
    """A portfolio of `quantities` by ticker; write CASH_EUR for CASH:EUR."""
    return holding({ticker.replace("CASH_", "CASH:"): quantity for ticker, quantity in quantities.items()}, base_currency)


def holding(quantities: Mapping[str, float], base_currency: str = "USD") -> Portfolio:
    """The same with any ticker."""
    positions = tuple(Position(ticker, quantity) for ticker, quantity in quantities.items())
    return Portfolio(id="p", name="A portfolio", positions=positions, base_currency=base_currency)


def wandering(days: int, seed: int, start: float = 100.0, volatility: float = 0.01) -> np.ndarray:
    """Positive closes with daily moves of about `volatility`."""
    moves = np.random.default_rng(seed).normal(0.0003, volatility, days - 1)
    return start * np.concatenate([[1.0], np.cumprod(1.0 + moves)])


def one_factor(ticker: str, name: str = "Market") -> FactorSet:
    return FactorSet(name="one", factors=(Factor(name=name, legs=((ticker, 1.0),)),))


def frozen(values: ArrayLike) -> np.ndarray:
    """A copy nobody can write to."""
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array
