"""Markets and portfolios that break things: every bad input of the risk analyses, with prices chosen for it."""

from __future__ import annotations

import numpy as np

from farp.market import Factor, FactorSet, PriceHistory
from farp.portfolio import AssetClass
from tests.markets import NO_FACTORS, instrument, market, wandering

DAYS = 900
NAN = float("nan")
CROWD = 40
CROWD_DAYS = 31

A, B, C, M = (wandering(DAYS, seed) for seed in (1, 2, 3, 4))


def from_day(closes: np.ndarray, first: int) -> np.ndarray:
    """The same closes, but none before the day `first`."""
    changed = np.array(closes)
    changed[:first] = NAN
    return changed


def holed(closes: np.ndarray, *places: int) -> np.ndarray:
    """The same closes, with a day missing at each of `places`."""
    changed = np.array(closes)
    changed[list(places)] = NAN
    return changed


def spiked(closes: np.ndarray, place: int, times: float) -> np.ndarray:
    """The same closes, one of them `times` as high."""
    changed = np.array(closes)
    changed[place] *= times
    return changed


CLOSES: dict[str, np.ndarray] = {
    "A": A,
    "B": B,
    "C": C,
    "M": M,
    "TWIN": A.copy(),
    "DOUBLE": 2.0 * A,
    "FLAT": np.full(DAYS, 50.0),
    "SLEEPY": np.where(np.arange(DAYS) % 300 == 299, 50.5, 50.0),  # moves on three days only
    "HOLEY": holed(B, 300, 500, 700, 701, 702, 800, 890),
    "GAPPED": np.where((np.arange(DAYS) > 650) & (np.arange(DAYS) < 800), NAN, C),
    "DAYS20": from_day(A, DAYS - 21),
    "DAYS19": from_day(B, DAYS - 20),
    "DAYS61": from_day(C, DAYS - 62),
    "DAYS100": from_day(B, DAYS - 101),
    "STALE": np.where(np.arange(DAYS) > DAYS - 40, NAN, A),
    "CRASHED": spiked(A, DAYS - 30, 1e-6),
    "PENNY": 1e-9 * B,
    "GIANT": 1e12 * C,
    "EURUSD": 1.1 * wandering(DAYS, 9, 1.0, 0.004),
    "EURO": wandering(DAYS, 10),
    "COIN": wandering(DAYS, 11, volatility=0.2),
    "<b>R&D</b>": wandering(DAYS, 12),
    **{f"CROWD{i:02d}": from_day(wandering(DAYS, 100 + i), DAYS - CROWD_DAYS) for i in range(CROWD)},
}
FACTORS = FactorSet(
    name="made up",
    factors=(
        Factor(name="Market", legs=(("M", 1.0),), meaning="The market."),
        Factor(name="Rates", legs=(("C", 1.0),), meaning="A bond.", duration_years=7.0, duration_source="made up"),
        Factor(name="Spread", legs=(("B", 1.0), ("M", -1.0))),
    ),
)
FACTS = [
    instrument("EURO", currency="EUR", sector="Banks", country="DE"),
    instrument("COIN", asset_class=AssetClass.CRYPTO),
    instrument("C", asset_class=AssetClass.FIXED_INCOME, sector="Government"),
    instrument("EURUSD", asset_class=AssetClass.FX, holdable=False),
]


def made_up(factors: FactorSet = FACTORS, benchmark: str = "M", **closes: np.ndarray) -> PriceHistory:
    return market(CLOSES | closes, instruments=FACTS, factors=factors, benchmark=benchmark)


MARKETS: dict[str, PriceHistory] = {
    "plain": made_up(),
    "no factors": made_up(NO_FACTORS),
    "one factor": made_up(FactorSet(name="one", factors=(Factor(name="Market", legs=(("M", 1.0),)),))),
    "the same factor twice": made_up(
        FactorSet(name="twins", factors=(Factor(name="One", legs=(("A", 1.0),)), Factor(name="Other", legs=(("TWIN", 1.0),))))
    ),
    "a factor that never moves": made_up(
        FactorSet(name="flat", factors=(Factor(name="Market", legs=(("M", 1.0),)), Factor(name="Flat", legs=(("FLAT", 1.0),))))
    ),
    "a market that never moves": made_up(M=np.full(DAYS, 1000.0)),
    "a market that has ended": made_up(M=np.where(np.arange(DAYS) > DAYS - 30, NAN, M)),
    "a young market": made_up(M=from_day(M, DAYS - 50)),
}
"""What a source may give: the first is as it should be."""

LAST_A, LAST_B = float(A[-1]), float(B[-1])
PORTFOLIOS: dict[str, dict[str, float]] = {
    "ordinary": {"A": 3, "B": -1, "C": 5, "EURO": 2, "CASH:EUR": 100, "CASH:USD": 50},
    "empty": {},
    "unknown": {"NOSUCH": 1, "OTHER": -2},
    "one": {"A": 1},
    "one-flat": {"FLAT": 10},
    "one-sleepy": {"SLEEPY": 10},
    "cash": {"CASH:USD": 1000},
    "foreign-cash": {"CASH:EUR": 1000},
    "twins": {"A": 1, "TWIN": 1, "DOUBLE": 3},
    "cancelled": {"A": 2, "DOUBLE": -1, "CASH:USD": 100},
    "flat-and-more": {"FLAT": 10, "A": 1, "B": 2},
    "factors": {"M": 1, "C": 1, "B": 1},
    "holey": {"HOLEY": 1, "A": 1},
    "gapped": {"GAPPED": 1, "A": 1},
    "worth-nothing": {"A": 1, "CASH:USD": -LAST_A},
    "worth-less": {"A": 1, "CASH:USD": -10 * LAST_A},
    "short": {"A": -1, "B": -2, "EURO": -1},
    "days20": {"DAYS20": 1, "A": 1},
    "days19": {"DAYS19": 1},
    "days19-and-more": {"DAYS19": 1, "A": 1},
    "days61": {"DAYS61": 1, "A": 2},
    "days100": {"DAYS100": 1, "A": 2},
    "stale": {"STALE": 1, "A": 1},
    "crashed": {"CRASHED": 5, "A": 1},
    "small-and-large": {"PENNY": 1, "GIANT": 1, "A": 1},
    "tiny": {"A": 1e-12},
    "huge": {"A": 1e12, "B": -1e12},
    "coin": {"COIN": 1, "CASH:USD": -50},
    "odd-name": {"<b>R&D</b>": 1, "A": 1},
    "crowd": {f"CROWD{i:02d}": 1.0 + i % 3 for i in range(CROWD)},
}
"""By the name in their id: what is held."""
