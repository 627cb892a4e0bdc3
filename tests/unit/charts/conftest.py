"""Reports of made-up portfolios on the bundled prices, analysed once."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest

from farp.analysis import RiskReport, analyse
from farp.portfolio import Portfolio, Position
from farp.prices.sample import load_sample

POSITIONS: dict[str, tuple[tuple[str, float], ...]] = {
    "mixed": (("AAPL", 900), ("MSFT", 400), ("XOM", 500), ("UST10Y", 2000), ("GLD", 300), ("NVDA", -500), ("CASH:EUR", 40_000), ("CASH:USD", 9_000)),
    "one": (("NVDA", 100),),
    "cash": (("CASH:USD", 1_000),),
    "negative": (("AAPL", 100), ("NVDA", -300), ("MSFT", 20)),
    "tiny": (("AAPL", 0.0001), ("NVDA", 0.0002)),
    "huge": (("AAPL", 2e10), ("NVDA", 1e10)),
}


def _many(count: int) -> tuple[tuple[str, float], ...]:
    history = load_sample()
    current = [t for t in history.tickers if np.isfinite(history.close(t)[-1]) and history.instruments[t].holdable]
    return tuple((t, (i % 7 + 1) * 1000 / float(history.close(t)[-1]) * (-1 if i % 6 == 5 else 1)) for i, t in enumerate(current[:count]))


@functools.cache
def _report(name: str) -> RiskReport:
    positions = _many(int(name.removeprefix("many "))) if name.startswith("many ") else POSITIONS[name]
    portfolio = Portfolio(id=name, name=name, positions=tuple(Position(ticker, quantity) for ticker, quantity in positions))
    return analyse(portfolio, load_sample())


@pytest.fixture
def report_of() -> Callable[[str], RiskReport]:
    return _report


@pytest.fixture
def mixed() -> RiskReport:
    """Long and short shares, a Treasury, gold, dollars and euros."""
    return _report("mixed")
