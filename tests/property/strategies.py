"""What the property tests draw from: profits, prices, books and portfolios. Every run draws the same examples."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from farp.market import PriceHistory
from farp.portfolio import AssetClass
from tests.markets import instrument, market, one_factor, wandering

steady = settings(derandomize=True, max_examples=60, deadline=None, database=None)
"""The same examples in the same order on every machine."""

confidences = st.one_of(st.sampled_from([0.9, 0.95, 0.975, 0.99, 0.999]), st.floats(0.51, 0.999))
amounts = st.one_of(st.integers(-50, 50).map(float), st.floats(-1e4, 1e4, width=32))  # ties are drawn as often as not
seeds = st.integers(0, 2**32 - 1)


def profits(least: int = 20, most: int = 90) -> st.SearchStrategy[np.ndarray]:
    return st.integers(least, most).flatmap(lambda days: arrays(np.float64, days, elements=amounts))


def paths(most: int = 40) -> st.SearchStrategy[np.ndarray]:
    return st.integers(1, most).flatmap(lambda days: arrays(np.float64, days, elements=st.integers(1, 30).map(float)))


def random_book(rng: np.random.Generator, portfolios: int, tickers: int, density: float = 0.4, shorts: bool = True) -> np.ndarray:
    values = rng.lognormal(8, 2, (portfolios, tickers)) * (rng.random((portfolios, tickers)) < density)
    return values * rng.choice([1.0, -1.0], values.shape, p=[0.75, 0.25]) if shorts else values


def random_prices(rng: np.random.Generator, tickers: int, days: int) -> np.ndarray:
    return rng.lognormal(3, 1, (tickers, 1)) * np.cumprod(1 + rng.normal(0, 0.01, (tickers, days + 1)), axis=1)


TICKERS = ("A", "B", "C", "D", "DAX", "M")


def small_market(days: int = 330, dents: int = 0) -> PriceHistory:
    """Five shares, one of them in euro, a benchmark that is the one factor; `dents` closes of A are missing."""
    closes = {ticker: wandering(days, seed) for seed, ticker in enumerate(TICKERS)} | {"EURUSD": wandering(days, 99, 1.1, 0.004)}
    if dents:
        closes["A"][np.random.default_rng(dents).choice(days - 10, dents, replace=False)] = np.nan
    facts = (
        instrument("A", sector="Technology", country="United States"),
        instrument("B", sector="Energy"),
        instrument("C", asset_class=AssetClass.FIXED_INCOME),
        instrument("DAX", "EUR", country="Germany"),
    )
    return market(closes, instruments=facts, benchmark="M", factors=one_factor("M"))


quantities = st.dictionaries(
    st.sampled_from(["A", "B", "C", "D", "DAX", "CASH:USD", "CASH:EUR"]), st.integers(-40, 40).filter(bool).map(float), min_size=1, max_size=6
)
long_quantities = st.dictionaries(st.sampled_from(["A", "B", "C", "D", "DAX", "CASH:EUR"]), st.integers(1, 40).map(float), min_size=1, max_size=6)
