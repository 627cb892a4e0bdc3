"""What the market did: `PriceHistory` and `FactorSet`. Immutable values; arrays are read-only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from farp.errors import InvalidInput, NoPrices
from farp.portfolio import AssetClass, Instrument, called, cash_currency

Dates = NDArray[np.datetime64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A factor return: the sum of `weight * return` over its legs (Size = SIZE minus Market).

    `duration_years` is given for a bond factor: it gains so many percent when its yield falls by one percentage point (modified duration);
    `duration_source` says in words where the figure comes from.
    """

    name: str
    legs: tuple[tuple[str, float], ...]
    meaning: str = ""
    duration_years: float | None = None
    duration_source: str = ""

    @property
    def tickers(self) -> tuple[str, ...]:
        """The tickers of the legs."""
        return tuple(ticker for ticker, _ in self.legs)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSet:
    """Named factors, in the order they are shown."""

    name: str
    factors: tuple[Factor, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The factors' names."""
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


@dataclass(frozen=True, kw_only=True, eq=False)
class PriceHistory:
    """Daily closes in each instrument's own currency.

    `closes` has shape (n_days, n_tickers) and is NaN where there is no close; nothing is filled. `dates`
    (datetime64[D]) ascends and holds every day on which anything traded. Both arrays are read-only; an array
    that is already read-only, in column order and of the right type is shared, any other is copied. `revision`
    tells two states of one source apart that carry the same label; "" for a source that never changes.
    """

    dates: Dates
    tickers: tuple[str, ...]
    closes: Floats
    instruments: Mapping[str, Instrument]
    source: str
    source_label: str
    benchmark: str
    factors: FactorSet
    revision: str = ""
    _column: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.closes.shape != (len(self.dates), len(self.tickers)):
            raise InvalidInput(f"closes must have shape (n_days, n_tickers) = {(len(self.dates), len(self.tickers))}, got {self.closes.shape}.")
        column = {ticker: j for j, ticker in enumerate(self.tickers)}
        if len(column) != len(self.tickers):
            repeated = sorted({ticker for ticker in self.tickers if self.tickers.count(ticker) > 1})
            raise InvalidInput(f"a price history holds each ticker once, got {', '.join(repeated)} more than once.")
        dates = _read_only(self.dates, np.dtype("datetime64[D]"))
        if len(dates) > 1 and not (np.diff(dates) > np.timedelta64(0, "D")).all():
            raise InvalidInput("dates of a price history must ascend, each once.")
        object.__setattr__(self, "dates", dates)
        object.__setattr__(self, "closes", _read_only(self.closes, np.dtype(np.float64)))
        object.__setattr__(self, "instruments", MappingProxyType(dict(self.instruments)))
        object.__setattr__(self, "_column", MappingProxyType(column))

    def __eq__(self, other: object) -> bool:
        """Compare by value; two missing closes are equal."""
        if self is other:
            return True
        if not isinstance(other, PriceHistory):
            return NotImplemented
        return (
            self._labels() == other._labels()
            and self.instruments == other.instruments
            and np.array_equal(self.dates, other.dates)
            and np.array_equal(self.closes, other.closes, equal_nan=True)
        )

    def __hash__(self) -> int:
        return hash(self._labels())

    def _labels(self) -> tuple[object, ...]:
        return (self.tickers, self.source, self.source_label, self.benchmark, self.factors, self.revision)

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
            raise NoPrices(self.source_label)
        return as_date(self.dates[-1])

    def close(self, ticker: str) -> Floats:
        """Closes of `ticker`, shape (n_days,), NaN where there is none. Raises KeyError for an unknown ticker."""
        return self.closes[:, self._column[ticker]]

    def instrument(self, ticker: str) -> Instrument | None:
        """Facts about `ticker`; cash is known for every currency."""
        currency = cash_currency(ticker)
        if currency is not None:
            return Instrument(
                ticker=ticker, name=called(ticker), asset_class=AssetClass.CASH, currency=currency, sector="Cash", price_kind="cash at par"
            )
        return self.instruments.get(ticker)

    def unknown_because(self, ticker: str) -> str:
        """Say why there is nothing under `ticker`, and what to do about it."""
        return f"the ticker is unknown to the price source ({self.source_label}); check its spelling."

    def fx_rate(self, currency: str, base: str) -> Floats | None:
        """Base-currency price of one unit of `currency`, shape (n_days,); None when no pair or cross exists.

        Each day by itself takes the pair, else the pair the other way round, else the cross through the dollar: a pair that begins later
        or has ended hides no cross, and what is fetched of later days changes nothing on earlier ones.
        """
        if currency == base:
            return np.ones(len(self.dates))
        direct = self._pair(currency, base)
        if (direct is not None and np.isfinite(direct).all()) or "USD" in {currency, base}:
            return direct
        to_dollar, from_dollar = self._pair(currency, "USD"), self._pair("USD", base)
        cross = to_dollar * from_dollar if to_dollar is not None and from_dollar is not None else None
        return _first_known(direct, cross)

    def _pair(self, currency: str, base: str) -> Floats | None:
        straight, inverse = f"{currency}{base}", f"{base}{currency}"
        return _first_known(
            self.close(straight) if straight in self._column else None, 1.0 / self.close(inverse) if inverse in self._column else None
        )


def _first_known(first: Floats | None, second: Floats | None) -> Floats | None:
    """Return `first` with the days it has nothing on from `second`."""
    if first is None or second is None:
        return second if first is None else first
    return np.where(np.isfinite(first), first, second)


def _read_only(array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return `array` if nobody can write to it any more and a column of it is contiguous, else a copy that is so."""
    flags = array.flags
    if array.dtype == dtype and flags.f_contiguous and flags.owndata and not flags.writeable:
        return array
    copy = np.array(array, dtype=dtype, order="F", copy=True)
    copy.flags.writeable = False
    return copy


def as_date(day: np.datetime64) -> dt.date:
    """Return a datetime64 day as a date."""
    value = day.astype("datetime64[D]").item()
    assert isinstance(value, dt.date)  # narrows the type: item() of datetime64[D] is a date
    return value
