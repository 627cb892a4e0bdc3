"""What the market did: `PriceHistory` and `FactorSet`. Immutable values; arrays are read-only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from farp.errors import InvalidInput
from farp.portfolio import AssetClass, Instrument, cash_currency

Dates = NDArray[np.datetime64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A factor return: the sum of `weight * return` over its legs (Size = SIZE minus Market)."""

    name: str
    legs: tuple[tuple[str, float], ...]
    meaning: str = ""

    @property
    def tickers(self) -> tuple[str, ...]:
        return tuple(ticker for ticker, _ in self.legs)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSet:
    """Named factors, in the order they are shown."""

    name: str
    factors: tuple[Factor, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(factor.name for factor in self.factors)

    @property
    def tickers(self) -> tuple[str, ...]:
        """The tickers of all legs, each once."""
        return tuple(dict.fromkeys(ticker for factor in self.factors for ticker in factor.tickers))

    def leg_weights(self, tickers: Sequence[str]) -> Floats:
        """Return the legs as a matrix (n_factors, len(tickers))."""
        weights = np.zeros((len(self.factors), len(tickers)))
        column = {ticker: j for j, ticker in enumerate(tickers)}
        for i, factor in enumerate(self.factors):
            for ticker, weight in factor.legs:
                weights[i, column[ticker]] += weight
        return weights


@dataclass(frozen=True, kw_only=True)
class PriceHistory:
    """Daily closes in each instrument's own currency.

    `closes` has shape (n_days, n_tickers) and is NaN where there is no close; nothing is filled. `dates`
    (datetime64[D]) ascends and holds every day on which anything traded.
    """

    dates: Dates
    tickers: tuple[str, ...]
    closes: Floats
    instruments: Mapping[str, Instrument]
    source: str
    source_label: str
    benchmark: str
    factors: FactorSet
    _column: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.closes.shape != (len(self.dates), len(self.tickers)):
            raise InvalidInput(f"closes must have shape (n_days, n_tickers) = {(len(self.dates), len(self.tickers))}, got {self.closes.shape}.")
        if len(self.dates) > 1 and not (np.diff(self.dates) > np.timedelta64(0, "D")).all():
            raise InvalidInput("dates of a price history must ascend, each once.")
        closes = np.asfortranarray(self.closes, dtype=np.float64)
        if closes is self.closes or closes.base is not None:
            closes = closes.copy(order="F")
        closes.flags.writeable = False
        dates = self.dates.astype("datetime64[D]")
        dates.flags.writeable = False
        object.__setattr__(self, "closes", closes)
        object.__setattr__(self, "dates", dates)
        object.__setattr__(self, "instruments", MappingProxyType(dict(self.instruments)))
        object.__setattr__(self, "_column", MappingProxyType({ticker: j for j, ticker in enumerate(self.tickers)}))

    def __getstate__(self) -> dict[str, object]:
        state = {name: value for name, value in self.__dict__.items() if name != "_column"}
        return state | {"instruments": dict(self.instruments)}

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self.__post_init__()

    def __contains__(self, ticker: str) -> bool:
        return ticker in self._column

    @property
    def last_date(self) -> dt.date:
        """The last day with any price."""
        if not len(self.dates):
            raise InvalidInput("the price history is empty.")
        return _as_date(self.dates[-1])

    def close(self, ticker: str) -> Floats:
        """Closes of `ticker`, shape (n_days,), NaN where there is none. Raises KeyError for an unknown ticker."""
        return self.closes[:, self._column[ticker]]

    def instrument(self, ticker: str) -> Instrument | None:
        """Facts about `ticker`; cash is known for every currency."""
        currency = cash_currency(ticker)
        if currency is not None:
            return Instrument(
                ticker=ticker, name=f"Cash in {currency}", asset_class=AssetClass.CASH, currency=currency, sector="Cash", price_kind="cash at par"
            )
        return self.instruments.get(ticker)

    def fx_rate(self, currency: str, base: str) -> Floats | None:
        """Base-currency price of one unit of `currency`, shape (n_days,); None when no pair or cross exists."""
        if currency == base:
            return np.ones(len(self.dates))
        direct = self._pair(currency, base)
        if direct is not None:
            return direct
        through_dollar = [self._pair(currency, "USD"), self._pair("USD", base)]
        if through_dollar[0] is not None and through_dollar[1] is not None:
            return through_dollar[0] * through_dollar[1]
        return None

    def _pair(self, currency: str, base: str) -> Floats | None:
        for pair, inverted in ((f"{currency}{base}", False), (f"{base}{currency}", True)):
            if pair in self._column:
                return 1.0 / self.close(pair) if inverted else self.close(pair)
        return None


def _as_date(day: np.datetime64) -> dt.date:
    value = day.astype("datetime64[D]").item()
    assert isinstance(value, dt.date)  # narrows the type: item() of datetime64[D] is a date
    return value
