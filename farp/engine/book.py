"""The core figures of a whole book at once: the functions a single portfolio is analysed with, over blocks that fit the cache.

Losses are positive. Nothing is computed here in a second way: a row of the result has the bits that the single functions give
for that portfolio alone, whatever the block size or the number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from farp.engine import drawdown, performance, value_at_risk
from farp.engine.checks import Floats, finite, numbers, one_series
from farp.engine.drawdown import Drawdowns
from farp.engine.exposure import Exposure, exposure
from farp.engine.returns import relative_prices, simple_returns, weighted_sum
from farp.engine.value_at_risk import QuantileRule
from farp.errors import InvalidInput

BLOCK = 1024
"""Portfolios a block: at 252 days an array of a block takes 2 MiB, which stays in the shared cache, and is long enough for
NumPy's passes over it that threads seldom wait for each other.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreMetrics:
    """The core figures of n portfolios, each array of shape (n_portfolios,), amounts in money.

    `value_at_risk` and `expected_shortfall` are keyed by (confidence, horizon in days), `volatility` and `sharpe_ratio` by window in
    days, `exposure` by dimension. Volatility, Sharpe ratio and beta are NaN for a portfolio whose net asset value is not positive,
    and where a window is longer than the past.
    """

    net_asset_value: Floats
    value_at_risk: dict[tuple[float, int], Floats]
    expected_shortfall: dict[tuple[float, int], Floats]
    drawdown: Drawdowns
    volatility: dict[int, Floats]
    sharpe_ratio: dict[int, Floats]
    beta: Floats
    exposure: dict[str, Exposure]


@dataclass(frozen=True, slots=True)
class _Market:
    returns: Floats  # (n_tickers, n_days)
    relative: Floats  # (n_tickers, n_days + 1), 1 on the last day
    benchmark: Floats  # (n_days,)


@dataclass(frozen=True, slots=True)
class _Request:
    confidences: tuple[float, ...]
    horizons: tuple[int, ...]
    rule: QuantileRule
    windows: tuple[int, ...]
    risk_free_rate: float


def core_metrics(
    market_values: ArrayLike | csr_array,
    prices: ArrayLike,
    benchmark_returns: ArrayLike,
    labels: Mapping[str, Sequence[str]] | None = None,
    *,
    confidences: Sequence[float] = (0.95, 0.99),
    horizons: Sequence[int] = (1, 10),
    rule: QuantileRule = QuantileRule.LINEAR,
    windows: Sequence[int] = (20, 60, 252),
    risk_free_rate: float = 0.02,
    block: int = BLOCK,
    threads: int = 1,
) -> CoreMetrics:
    """Return VaR, ES, drawdown, volatility, Sharpe ratio, beta and exposure of every portfolio of a book.

    Parameters
    ----------
    market_values
        Market values [money], shape (n_portfolios, n_tickers), dense or sparse; negative is short. A row's entries are added in the order in
        which they are stored.
    prices
        Base-currency prices on the common days, shape (n_tickers, n_days + 1), the last day being the as-of date.
    benchmark_returns
        Returns [fraction] of the benchmark on the same days, shape (n_days,).
    labels
        For each dimension of exposure the bucket of each instrument, length n_tickers.
    risk_free_rate
        Fraction a year.
    block
        Portfolios computed together; changes the speed and no figure.
    threads
        Blocks computed at the same time; changes the speed and no figure.

    Raises
    ------
    InvalidInput
        NaN inside, a price that is not positive, or shapes that do not fit.
    InsufficientHistory
        Fewer than 20 days.

    Examples
    --------
    >>> prices = [[100.0 + day % 5 for day in range(31)], [50.0] * 31]
    >>> book = core_metrics([[1000.0, 0.0], [1000.0, 500.0]], prices, [0.0] * 30)
    >>> book.net_asset_value.tolist(), book.drawdown.maximum_amount.tolist()
    ([1000.0, 1500.0], [40.0, 40.0])
    """
    amounts = _book(market_values)
    if block < 1 or threads < 1:
        raise InvalidInput(f"block and threads must be 1 or more, got {block!r} and {threads!r}.")
    request = _Request(tuple(confidences), tuple(horizons), rule, tuple(windows), risk_free_rate)
    market = _Market(simple_returns(prices), relative_prices(prices), one_series(benchmark_returns, "benchmark_returns"))
    # even one without portfolios is a block: it checks the request and gives every result its shape
    starts = range(0, max(amounts.shape[0], 1), block)
    with ThreadPoolExecutor(threads) as pool:
        exposures = {dimension: pool.submit(exposure, amounts, names) for dimension, names in (labels or {}).items()}
        blocks = list(pool.map(lambda start: _block(amounts[start : start + block], market, request), starts))
        return _joined(blocks, {dimension: future.result() for dimension, future in exposures.items()})


def _book(market_values: ArrayLike | csr_array) -> csr_array:
    if isinstance(market_values, csr_array):
        finite(market_values.data, "market_values")
        return market_values
    array = finite(numbers(market_values, "market_values"), "market_values")
    if array.ndim != 2:
        raise InvalidInput(f"market_values must have shape (n_portfolios, n_tickers), got {array.shape}.")
    return csr_array(array)


def _block(amounts: csr_array, market: _Market, request: _Request) -> CoreMetrics:
    profit_and_loss = weighted_sum(amounts, market.returns)
    values = weighted_sum(amounts, market.relative)
    net_asset_value = values[:, -1].copy()  # relative prices are 1 on the last day; a view would keep the whole block alive
    tails = value_at_risk.historical_tails(profit_and_loss, request.confidences, request.rule)
    positive = net_asset_value > 0
    if not positive.all():
        profit_and_loss, net = profit_and_loss[positive], net_asset_value[positive]
    else:
        net = net_asset_value
    portfolio_returns = profit_and_loss / net[:, None]

    def everywhere(figures: Floats) -> Floats:
        """Put the figures of portfolios with a positive value in their places, NaN in the others'."""
        if positive.all():
            return figures
        result = np.full(positive.shape, np.nan)
        result[positive] = figures
        return result

    ratios = {w: performance.volatility_and_sharpe_ratio(portfolio_returns, w, request.risk_free_rate) for w in request.windows}
    return CoreMetrics(
        net_asset_value=net_asset_value,
        value_at_risk={(t.confidence, h): value_at_risk.scaled(t.value_at_risk, h) for t in tails for h in request.horizons},
        expected_shortfall={(t.confidence, h): value_at_risk.scaled(t.expected_shortfall, h) for t in tails for h in request.horizons},
        drawdown=drawdown.drawdowns(values),
        volatility={w: everywhere(volatility) for w, (volatility, _) in ratios.items()},
        sharpe_ratio={w: everywhere(sharpe) for w, (_, sharpe) in ratios.items()},
        beta=everywhere(performance.beta(portfolio_returns, market.benchmark)),
        exposure={},
    )


def _joined(blocks: Sequence[CoreMetrics], exposures: dict[str, Exposure]) -> CoreMetrics:
    first = blocks[0]
    return CoreMetrics(
        net_asset_value=np.concatenate([block.net_asset_value for block in blocks]),
        value_at_risk={key: np.concatenate([block.value_at_risk[key] for block in blocks]) for key in first.value_at_risk},
        expected_shortfall={key: np.concatenate([block.expected_shortfall[key] for block in blocks]) for key in first.expected_shortfall},
        drawdown=Drawdowns(
            maximum=np.concatenate([block.drawdown.maximum for block in blocks]),
            maximum_amount=np.concatenate([block.drawdown.maximum_amount for block in blocks]),
            current=np.concatenate([block.drawdown.current for block in blocks]),
            current_amount=np.concatenate([block.drawdown.current_amount for block in blocks]),
            peak=np.concatenate([block.drawdown.peak for block in blocks]),
            trough=np.concatenate([block.drawdown.trough for block in blocks]),
        ),
        volatility={window: np.concatenate([block.volatility[window] for block in blocks]) for window in first.volatility},
        sharpe_ratio={window: np.concatenate([block.sharpe_ratio[window] for block in blocks]) for window in first.sharpe_ratio},
        beta=np.concatenate([block.beta for block in blocks]),
        exposure=exposures,
    )
