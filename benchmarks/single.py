"""The full analysis of one portfolio of 25 positions, prices loaded, and its rolling VaR over 500 days.

Floor: the bare NumPy operations that nobody can leave out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.measure import Row, interleaved, milliseconds
from farp.analysis import RiskReport, analyse
from farp.engine.backtest import rolling_forecast
from farp.engine.checks import TRADING_DAYS
from farp.engine.methods.historical_simulation import historical_simulation
from farp.engine.returns import profit_and_loss, simple_returns
from farp.market import PriceHistory
from farp.portfolio import Portfolio, Position
from farp.prices.sample import load_sample
from farp.valuation import STALE_AFTER_BUSINESS_DAYS

POSITIONS = 25
TARGET_SECONDS = 0.015
ROLLING_DAYS = 500
ROLLING_TARGET_SECONDS = 0.030


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


def rolling(report: RiskReport, history: PriceHistory) -> dict[str, Callable[[], object]]:
    """The rolling historical VaR and ES at two confidences, each day from the 252 before it, and NumPy's partition of the same windows."""
    last = int(np.searchsorted(history.dates, report.value.dates[-1]))
    closes = np.array([history.close(holding.ticker) for holding in report.holdings])[:, : last + 1]
    closes = closes[:, np.isfinite(closes).all(axis=0)][:, -(ROLLING_DAYS + TRADING_DAYS + 1) :]
    amounts = np.array([holding.market_value for holding in report.holdings])
    profit = profit_and_loss(amounts, simple_returns(closes))
    windows = np.lib.stride_tricks.sliding_window_view(profit[:-1], TRADING_DAYS)
    if len(windows) != ROLLING_DAYS:
        raise SystemExit(f"the benchmark needs {ROLLING_DAYS} days to test, the sample gave {len(windows)}.")
    return {
        "rolling": lambda: rolling_forecast(profit, historical_simulation, (0.95, 0.99), ROLLING_DAYS),
        "rolling floor": lambda: np.partition(windows, 14, axis=-1),
    }


def rows(repeats: int) -> list[Row]:
    history = load_sample()
    portfolio = portfolio_of_25(history)
    report = analyse(portfolio, history)
    if len(report.holdings) != POSITIONS:
        raise SystemExit(f"the benchmark needs {POSITIONS} priced positions, the sample gave {len(report.holdings)}.")
    runs = {"analysis": lambda: analyse(portfolio, history), "floor": bare_operations(report, history)} | rolling(report, history)
    times = interleaved(runs, repeats * 10)
    return [
        Row(
            what=f"full analysis, {POSITIONS} positions",
            measured=milliseconds(times["analysis"]),
            floor=f"{milliseconds(times['floor'])} bare NumPy",
            ratio=times["analysis"] / times["floor"],
            target=f"<= {milliseconds(TARGET_SECONDS)}",
            ok=times["analysis"] <= TARGET_SECONDS,
        ),
        Row(
            what=f"rolling historical VaR, {ROLLING_DAYS} days",
            measured=milliseconds(times["rolling"]),
            floor=f"{milliseconds(times['rolling floor'])} bare NumPy",
            ratio=times["rolling"] / times["rolling floor"],
            target=f"<= {milliseconds(ROLLING_TARGET_SECONDS)}",
            ok=times["rolling"] <= ROLLING_TARGET_SECONDS,
        ),
    ]
