"""Scenarios: what a historical replay and a hypothetical scenario are, the dated ones and a few examples to begin from. Data.

A historical scenario runs from the close of `start` to the close of `end`, both trading days in New York. Sizes of shocks are fractions.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from enum import StrEnum

from farp.errors import InvalidInput
from farp.parameters import decimal, quoted

MOST_SHOCKS = 20
LONGEST_NAME = 64
LOWEST_SHOCK, HIGHEST_SHOCK = -1.0, 10.0
"""Nothing loses more than everything, and what rises elevenfold is a typing mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricalScenario:
    """A stretch of market history: `id` for addresses, `name` and `what` for people."""

    id: str
    name: str
    start: dt.date
    end: dt.date
    what: str


def _scenario(id: str, name: str, start: str, end: str, what: str) -> HistoricalScenario:
    return HistoricalScenario(id=id, name=name, start=dt.date.fromisoformat(start), end=dt.date.fromisoformat(end), what=what)


HISTORICAL_SCENARIOS = (
    _scenario("black-monday-1987", "Black Monday 1987", "1987-10-16", "1987-10-19", "Shares fell by about a fifth in a single day."),
    _scenario("asia-1997", "Asian crisis 1997", "1997-10-21", "1997-10-27", "Asian currencies broke, and shares fell around the world."),
    _scenario("russia-ltcm-1998", "Russia and LTCM 1998", "1998-07-15", "1998-10-08", "Russia defaulted, and a large hedge fund had to be rescued."),
    _scenario("dot-com-2000", "Dot-com 2000-2002", "2000-03-24", "2002-10-09", "Technology shares collapsed over two and a half years."),
    _scenario(
        "september-11-2001",
        "11 September 2001",
        "2001-09-10",
        "2001-09-21",
        "New York's exchanges closed for four trading days and opened sharply lower.",
    ),
    _scenario("lehman-2008", "Lehman 2008-2009", "2008-09-12", "2009-03-09", "Lehman failed, credit froze, shares roughly halved."),
    _scenario(
        "flash-crash-2010",
        "Flash crash 2010",
        "2010-05-05",
        "2010-05-07",
        "Prices broke down and came back within an hour, in days of worry about Greece.",
    ),
    _scenario(
        "us-downgrade-2011", "US downgrade 2011", "2011-07-22", "2011-08-08", "The United States lost its AAA rating; Treasuries rose all the same."
    ),
    _scenario("china-oil-2016", "China and oil 2016", "2015-12-29", "2016-02-11", "Worries about China and falling oil prices."),
    _scenario(
        "volmageddon-2018", "Volmageddon 2018", "2018-01-26", "2018-02-08", "Volatility jumped, and products that bet against it were wiped out."
    ),
    _scenario("covid-2020", "Covid 2020", "2020-02-19", "2020-03-23", "The pandemic: a third of share prices lost in five weeks."),
    _scenario(
        "recovery-2020", "Recovery 2020", "2020-03-23", "2020-06-08", "The rebound after the Covid low; a scenario that hurts those who are short."
    ),
    _scenario("rates-2022", "Rates 2022", "2022-01-03", "2022-10-12", "Inflation and rising interest rates: bonds and shares fell together."),
)
"""In order of time. What each did to a portfolio comes from prices, never from here."""


class ShockKind(StrEnum):
    """What a shock names."""

    FACTOR = "factor"
    ASSET_CLASS = "asset_class"
    SECTOR = "sector"
    CURRENCY = "currency"
    TICKER = "ticker"


class ShockMode(StrEnum):
    """Direct: only what is named moves. Propagated: everything else moves by its conditional expectation given the shocks."""

    DIRECT = "direct"
    PROPAGATED = "propagated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shock:
    """A move of `size` [fraction] of what `kind` and `name` name. A currency's move is that of its price in the base currency."""

    kind: ShockKind
    name: str
    size: float

    def __post_init__(self) -> None:
        if not (1 <= len(self.name) <= LONGEST_NAME and self.name.isprintable() and self.name == self.name.strip()):
            raise InvalidInput(f"A shock names something in 1 to {LONGEST_NAME} readable characters, got {self.name[:LONGEST_NAME]!r}.")
        if not LOWEST_SHOCK <= self.size <= HIGHEST_SHOCK:  # NaN fails this too
            raise InvalidInput(
                f"The shock of {self.name} must lie between {100 * LOWEST_SHOCK:g} and {100 * HIGHEST_SHOCK:,.0f} percent, got {100 * self.size:,.6g}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class HypotheticalScenario:
    """Shocks that happen together. `id` is empty for one that is not saved; `what` is a sentence for people."""

    name: str
    shocks: tuple[Shock, ...]
    mode: ShockMode
    id: str = ""
    what: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.shocks) <= MOST_SHOCKS:
            raise InvalidInput(f"A scenario has 1 to {MOST_SHOCKS} shocks, got {len(self.shocks)}.")
        named = [(shock.kind, shock.name.casefold()) for shock in self.shocks]
        twice = next((shock.name for i, shock in enumerate(self.shocks) if named[i] in named[:i]), None)
        if twice is not None:
            raise InvalidInput(f"{twice} is shocked twice; give it one shock.")


def shock_of(text: str) -> Shock:
    """Return the shock that `text` writes as KIND:NAME=PERCENT, else raise `InvalidInput`; `shock_text` writes it.

    Examples
    --------
    >>> shock_of("factor:Market=-20").size
    -0.2
    """
    kind, colon, rest = text.strip().partition(":")
    name, equals, size = rest.rpartition("=")
    kinds = [str(known) for known in ShockKind]
    percent = decimal(size)
    if not colon or not equals or kind not in kinds or math.isnan(percent):
        raise InvalidInput(f"A shock is written KIND:NAME=PERCENT such as factor:Market=-20, its kind one of {', '.join(kinds)}; got {quoted(text)}.")
    return Shock(kind=ShockKind(kind), name=name.strip(), size=round(percent / 100.0, 15))


def shock_text(shock: Shock) -> str:
    """Return `shock` as `shock_of` reads it.

    Examples
    --------
    >>> shock_text(shock_of("currency:EUR=7.5"))
    'currency:EUR=7.5'
    """
    return f"{shock.kind}:{shock.name}={round(100 * shock.size, 9):.12g}"


def _example(id: str, name: str, what: str, mode: ShockMode, *shocks: tuple[ShockKind, str, float]) -> HypotheticalScenario:
    given = tuple(Shock(kind=kind, name=of, size=size) for kind, of, size in shocks)
    return HypotheticalScenario(id=id, name=name, what=what, mode=mode, shocks=given)


EXAMPLES = (
    _example(
        "shares-fall-20",
        "Shares fall 20 %",
        "The market loses 20 %, and everything moves as it usually does with it.",
        ShockMode.PROPAGATED,
        (ShockKind.FACTOR, "Market", -0.2),
    ),
    _example(
        "rates-up-1-point",
        "Rates rise one point",
        "Ten-year Treasuries lose 8.2 %, their duration times one percentage point of yield, and everything moves as it usually does with them.",
        ShockMode.PROPAGATED,
        (ShockKind.FACTOR, "Rates", -0.082),
    ),
    _example(
        "shares-and-bonds-fall",
        "Shares and bonds fall",
        "The market loses 15 % and ten-year Treasuries 8.2 %, as when their yield rises by one percentage point: no shelter in bonds.",
        ShockMode.PROPAGATED,
        (ShockKind.FACTOR, "Market", -0.15),
        (ShockKind.FACTOR, "Rates", -0.082),
    ),
    _example(
        "technology-falls-30",
        "Technology falls 30 %",
        "Every technology share loses 30 %, and nothing else moves.",
        ShockMode.DIRECT,
        (ShockKind.SECTOR, "Information Technology", -0.3),
    ),
    _example(
        "dollar-up-10",
        "The dollar gains 10 %",
        "The US dollar rises by 10 % against every other currency, and prices in their own currencies stay.",
        ShockMode.DIRECT,
        (ShockKind.CURRENCY, "USD", 0.1),
    ),
    _example(
        "crypto-falls-50",
        "Crypto falls 50 %",
        "Everything in crypto loses half of its price, and nothing else moves.",
        ShockMode.DIRECT,
        (ShockKind.ASSET_CLASS, "CRYPTO", -0.5),
    ),
)
"""Hypothetical scenarios to begin from."""
