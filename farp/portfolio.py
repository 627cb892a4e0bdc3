"""What is held: `Instrument`, `Position`, `Portfolio`. Immutable values without behaviour of the world."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from farp.errors import InvalidInput

UNCLASSIFIED = "Unclassified"
CASH_PREFIX = "CASH:"


class AssetClass(StrEnum):
    """What moves the price. A fund is classed by what it holds; foreign cash is FX."""

    EQUITY = "EQUITY"
    FIXED_INCOME = "FIXED_INCOME"
    COMMODITY = "COMMODITY"
    CRYPTO = "CRYPTO"
    FX = "FX"
    CASH = "CASH"
    UNCLASSIFIED = "Unclassified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """Facts about one ticker. `holdable` is False for an index level that is no asset price (^VIX)."""

    ticker: str
    name: str
    asset_class: AssetClass
    currency: str
    sector: str = UNCLASSIFIED
    country: str = UNCLASSIFIED
    price_kind: str = ""
    source: str = ""
    holdable: bool = True


@dataclass(frozen=True, slots=True)
class Position:
    """`quantity` units of `ticker`; negative is short. Cash is `CASH:EUR`, its quantity an amount of that currency."""

    ticker: str
    quantity: float

    def __post_init__(self) -> None:
        if not self.ticker or self.ticker != self.ticker.strip():
            raise InvalidInput(f"A position needs a ticker without surrounding blanks, got {self.ticker!r}.")
        if not math.isfinite(self.quantity):
            raise InvalidInput(f"The quantity of {self.ticker} must be a finite number, got {self.quantity!r}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """A named set of positions, one per ticker, valued in `base_currency`."""

    id: str
    name: str
    positions: tuple[Position, ...]
    base_currency: str = "USD"
    description: str = ""
    owner_id: str = ""
    owner_name: str = ""
    created_at: dt.datetime | None = None

    def __post_init__(self) -> None:
        tickers = [position.ticker for position in self.positions]
        repeated = sorted({ticker for ticker in tickers if tickers.count(ticker) > 1})
        if repeated:
            raise InvalidInput(f"Portfolio {self.id!r} lists {', '.join(repeated)} more than once; add the lots up with `added_up`.")


def added_up(positions: Iterable[Position]) -> tuple[Position, ...]:
    """Return one position per ticker, quantities of lots added, in order of first appearance."""
    quantities: dict[str, float] = {}
    for position in positions:
        quantities[position.ticker] = quantities.get(position.ticker, 0.0) + position.quantity
    return tuple(Position(ticker, quantity) for ticker, quantity in quantities.items())


def cash_ticker(currency: str) -> str:
    """Return the ticker under which cash of `currency` is held."""
    return f"{CASH_PREFIX}{currency}"


def cash_currency(ticker: str) -> str | None:
    """Return the currency of a cash ticker, None when `ticker` is not cash."""
    return ticker.removeprefix(CASH_PREFIX) if ticker.startswith(CASH_PREFIX) else None


def called(ticker: str) -> str:
    """Return what a ticker is called for reading: ``EUR cash`` for cash, others as they are.

    Examples
    --------
    >>> called("CASH:EUR"), called("AAPL")
    ('EUR cash', 'AAPL')
    """
    currency = cash_currency(ticker)
    return ticker if currency is None else f"{currency} cash"
