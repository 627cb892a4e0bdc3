"""The full analysis of one portfolio of 25 positions, prices loaded. Floor: the bare NumPy operations that nobody can leave out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.measure import Row, interleaved, milliseconds
from farp.analysis import RiskReport, analyse
from farp.market import PriceHistory
from farp.portfolio import Portfolio, Position
from farp.prices.sample import load_sample
from farp.valuation import STALE_AFTER_BUSINESS_DAYS

POSITIONS = 25
TARGET_SECONDS = 0.015


def portfolio_of_25(history: PriceHistory) -> Portfolio:
    """The first 25 holdable tickers of the sample that still have a price at its end, 10 units of each."""
    recent = history.closes[-STALE_AFTER_BUSINESS_DAYS:]
    tickers = [t for j, t in enumerate(history.tickers) if np.isfinite(recent[:, j]).any() and history.instruments[t].holdable]
    return Portfolio(id="bench", name="Benchmark", positions=tuple(Position(ticker, 10.0) for ticker in tickers[:POSITIONS]))


def bare_operations(report: RiskReport, history: PriceHistory) -> Callable[[], None]:
    """Returns, P&L, sort, deviation, value path and a regression of the same window, without a check, a date or a name."""
    days = np.searchsorted(history.dates, report.value.dates)
    closes = np.array([history.close(holding.ticker)[days] for holding in report.holdings])
    amounts = np.array([holding.market_value for holding in report.holdings])
    factors = np.vstack([np.ones(len(days) - 1), np.random.default_rng(0).normal(size=(len(history.factors.factors), len(days) - 1))])

    def run() -> None:
        returns = closes[:, 1:] / closes[:, :-1] - 1
        profit = amounts @ returns
        np.sort(profit)
        profit.std(ddof=1)
        np.maximum.accumulate((amounts / closes[:, -1]) @ closes)
        np.linalg.lstsq(factors.T, returns.T)

    return run


def rows(repeats: int) -> list[Row]:
    history = load_sample()
    portfolio = portfolio_of_25(history)
    report = analyse(portfolio, history)
    if len(report.holdings) != POSITIONS:
        raise SystemExit(f"the benchmark needs {POSITIONS} priced positions, the sample gave {len(report.holdings)}.")
    times = interleaved({"analysis": lambda: analyse(portfolio, history), "floor": bare_operations(report, history)}, repeats * 10)
    return [
        Row(
            what=f"full analysis, {POSITIONS} positions",
            measured=milliseconds(times["analysis"]),
            floor=f"{milliseconds(times['floor'])} bare NumPy",
            ratio=times["analysis"] / times["floor"],
            target=f"<= {milliseconds(TARGET_SECONDS)}",
            ok=times["analysis"] <= TARGET_SECONDS,
        )
    ]
