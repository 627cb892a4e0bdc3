"""Everything FARP says about one portfolio of 25 positions, part by part: all topics but GARCH and Monte Carlo, prices loaded, nothing cached.

Each part is what its page shows first and its route answers without a parameter. BLAS has one thread, as in the servers. Floor: the bare NumPy
operations of each part that nobody can leave out, on arrays that lie ready. The time on the processor stands beside that on the clock: on a
machine that does other work too, only the first says what the code costs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.measure import WARM_UPS, Row, milliseconds
from benchmarks.single import POSITIONS, bare_operations, portfolio_of_25
from farp.analysis import Window, analyse, window_of
from farp.analysis.alignment import factor_returns
from farp.analysis.backtest import FAST, FAST_METHODS, LIGHT_CONFIDENCES, backtests, forecast
from farp.analysis.contributions import View, contributions
from farp.analysis.correlation import correlations
from farp.analysis.factors import portfolio_factors, rolling_loadings
from farp.analysis.methods import comparison
from farp.analysis.pca import portfolio_components
from farp.analysis.performance import performance_of
from farp.analysis.reverse_stress import reverse_stress
from farp.analysis.sensitivity import sensitivities
from farp.analysis.stress import stresses
from farp.engine.checks import TRADING_DAYS
from farp.engine.stress_library import EXAMPLES, HISTORICAL_SCENARIOS
from farp.engine.value_at_risk import HISTORICAL_SIMULATION
from farp.market import PriceHistory
from farp.portfolio import Portfolio
from farp.prices.sample import load_sample

TARGET_SECONDS = 0.060
ROLLING_TARGET_SECONDS = 0.030
ROLLING_VAR_DAYS = 500
BACKTEST_DAYS = 250
ROLLING_DAYS = 252
PERFORMANCE_DAYS = 60
CONFIDENCE = 0.95
RISK_FREE_RATE = 0.02
HORIZON = 21
Run = Callable[[], object]


def parts(portfolio: Portfolio, history: PriceHistory, window: Window) -> dict[str, Run]:
    """Each part as a page asks for it, from one `window` that reaches back as far as there are prices."""
    return {
        "prices to a window": lambda: window_of(portfolio, history, extra_days=None),
        "headline report": lambda: analyse(portfolio, history),
        f"{len(FAST_METHODS)} VaR methods": lambda: comparison(window, CONFIDENCE, methods=FAST_METHODS),
        f"backtest of them over {BACKTEST_DAYS} days": lambda: backtests(window, FAST, 0.99, BACKTEST_DAYS),
        "contributions, both views": lambda: [contributions(window, history, view=view) for view in View],
        "factors": lambda: portfolio_factors(window, history),
        "rolling loadings": lambda: rolling_loadings(window, history, days=ROLLING_DAYS),
        "principal components": lambda: portfolio_components(window),
        "sensitivity": lambda: sensitivities(window, history),
        f"{len(HISTORICAL_SCENARIOS)} replays, {len(EXAMPLES)} examples": lambda: stresses(window, history),
        "reverse stress": lambda: reverse_stress(window, history),
        "performance": lambda: performance_of(window, history, RISK_FREE_RATE, rolling_window=PERFORMANCE_DAYS),
        "correlation": lambda: correlations(window),
    }


def bare_parts(portfolio: Portfolio, history: PriceHistory, window: Window) -> dict[str, Run]:
    """The arithmetic behind each part, without a check, a date or a name."""
    amounts, returns, profit = window.market_values, np.array(window.returns), np.array(window.profit_and_loss)
    shared = factor_returns(window, history)
    design = np.vstack([np.ones(shared.observations), shared.factor_returns]).T
    holdings = np.array(shared.holding_returns)
    past_design = np.vstack([np.ones(len(shared.past_dates)), shared.past_factor_returns])
    past = amounts @ shared.past_holding_returns
    closes = np.array(window.valuation.prices)
    tested = np.lib.stride_tricks.sliding_window_view(np.array(window.past_profit_and_loss[-BACKTEST_DAYS - TRADING_DAYS : -1]), TRADING_DAYS)
    steps = np.linspace(-0.1, 0.1, 9)
    moves = np.random.default_rng(0).normal(size=(len(HISTORICAL_SCENARIOS), len(amounts)))

    def rolled() -> object:
        products = (past_design[:, None, :] * past_design[None, :, :]).cumsum(axis=-1)
        targets = (past_design * past).cumsum(axis=-1)
        squares = (products[..., ROLLING_DAYS:] - products[..., :-ROLLING_DAYS]).transpose(2, 0, 1)
        return np.linalg.solve(squares, (targets[:, ROLLING_DAYS:] - targets[:, :-ROLLING_DAYS]).T[..., None])

    def reversed_() -> object:
        loadings = np.linalg.lstsq(design, holdings.T)[0][1:]
        exposure = loadings @ amounts
        return np.cov(shared.factor_returns) @ exposure, np.cumsum(shared.past_factor_returns, axis=1)[:, HORIZON:]

    report = analyse(portfolio, history)
    return {
        "prices to a window": lambda: amounts @ (closes[:, 1:] / closes[:, :-1] - 1),
        "headline report": bare_operations(report, history),
        f"{len(FAST_METHODS)} VaR methods": lambda: [(np.sort(profit), profit.std(), (profit**3).mean(), (profit**4).mean()) for _ in FAST_METHODS],
        f"backtest of them over {BACKTEST_DAYS} days": lambda: [(np.partition(tested, 3, axis=-1), tested.std(axis=-1)) for _ in FAST_METHODS],
        "contributions, both views": lambda: (np.cov(returns) @ amounts, (amounts[:, None] * returns)[:, np.argsort(profit)[:13]].mean(axis=1)),
        "factors": lambda: (np.linalg.lstsq(design, holdings.T), np.cov(shared.factor_returns)),
        "rolling loadings": rolled,
        "principal components": lambda: np.linalg.eigh(np.corrcoef(returns)),
        "sensitivity": lambda: np.multiply.outer(np.linalg.lstsq(design, holdings.T)[0][1:] @ amounts, steps),
        f"{len(HISTORICAL_SCENARIOS)} replays, {len(EXAMPLES)} examples": lambda: (moves * amounts, np.linalg.lstsq(design, holdings.T)),
        "reverse stress": reversed_,
        "performance": lambda: (np.sort(profit), profit.std(), np.maximum.accumulate(np.cumprod(1 + profit / amounts.sum()))),
        "correlation": lambda: np.corrcoef(returns),
    }


def rows(repeats: int) -> list[Row]:
    history = load_sample()
    portfolio = portfolio_of_25(history)
    window = window_of(portfolio, history, extra_days=None)
    if len(window.holdings) != POSITIONS:
        raise SystemExit(f"the benchmark needs {POSITIONS} priced positions, the sample gave {len(window.holdings)}.")
    measured, bare = parts(portfolio, history, window), bare_parts(portfolio, history, window)
    rolled_over = np.lib.stride_tricks.sliding_window_view(np.array(window.past_profit_and_loss[-ROLLING_VAR_DAYS - TRADING_DAYS : -1]), TRADING_DAYS)

    def everything() -> None:
        fresh = window_of(portfolio, history, extra_days=None)
        for name, run in parts(portfolio, history, fresh).items():
            if name != "prices to a window":
                run()

    def all_bare() -> None:
        for run in bare.values():
            run()

    rolling = {
        "all": everything,
        "all bare": all_bare,
        "rolling": lambda: forecast(window, HISTORICAL_SIMULATION, LIGHT_CONFIDENCES, ROLLING_VAR_DAYS),
        "rolling bare": lambda: np.sort(rolled_over, axis=-1),
    }
    runs: dict[str, Run] = rolling | {f"of {name}": run for name, run in measured.items()} | {f"bare {name}": run for name, run in bare.items()}
    with threadpool_limits(limits=1, user_api="blas"):
        times = clock_and_processor(runs, repeats * 3)

    def row(what: str, run: str, floor: str, target: float | None = None) -> Row:
        (clock, processor), (bare_clock, bare_processor) = times[run], times[floor]
        return Row(
            what=what,
            measured=f"{milliseconds(clock)} ({milliseconds(processor)} processor)",
            floor=f"{milliseconds(bare_clock)} bare NumPy",
            ratio=processor / bare_processor,
            target="-" if target is None else f"<= {milliseconds(target)}",
            ok=None if target is None else clock <= target,
        )

    return [
        row(f"full report in depth, {POSITIONS} positions", "all", "all bare", TARGET_SECONDS),
        *(row(f"  {name}", f"of {name}", f"bare {name}") for name in measured),
        row(f"rolling historical VaR over {ROLLING_VAR_DAYS} days", "rolling", "rolling bare", ROLLING_TARGET_SECONDS),
    ]


def clock_and_processor(runs: Mapping[str, Run], repeats: int) -> dict[str, tuple[float, float]]:
    """Return the median times [s] of each run by the clock and on the processor, one run after the other as in `interleaved`."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for repeat in range(-WARM_UPS, repeats):
        for name, run in runs.items():
            clock, processor = time.perf_counter(), time.process_time()
            run()
            elapsed = time.perf_counter() - clock, time.process_time() - processor
            if repeat >= 0:
                times[name].append(elapsed)
    return {name: (median(clock for clock, _ in found), median(processor for _, processor in found)) for name, found in times.items()}
