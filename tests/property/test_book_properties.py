"""A row of a book has the bits of the portfolio alone, whatever the block, the threads and the way it is written down."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from farp.engine import performance
from farp.engine.book import core_metrics
from farp.engine.drawdown import drawdowns
from farp.engine.exposure import concentration, exposure
from farp.engine.returns import profit_and_loss, simple_returns, value_path, weighted_sum
from farp.engine.value_at_risk import QuantileRule, historical_tails, scaled
from tests.property.strategies import random_book, random_prices, seeds, steady

shapes = st.tuples(st.integers(1, 9), st.integers(1, 12), st.integers(20, 140))
WINDOWS = (20, 60, 252)


def same(first, second):
    return np.array_equal(first, second, equal_nan=True)


@steady
@given(seeds, shapes)
def test_the_kernel_gives_each_row_its_own_bits(seed, shape):
    rng = np.random.default_rng(seed)
    amounts, series = random_book(rng, *shape[:2]), rng.normal(size=(shape[1], shape[2]))
    whole = weighted_sum(csr_array(amounts), series)
    assert all(same(weighted_sum(row, series), line) for row, line in zip(amounts, whole, strict=True))


@steady
@given(seeds, st.integers(1, 9), st.integers(20, 300))
def test_every_figure_of_a_row_has_the_bits_of_the_row_alone(seed, rows, days):
    rng = np.random.default_rng(seed)
    profit, benchmark = rng.normal(0, 0.01, (rows, days)), rng.normal(0, 0.01, days)
    values = 100 * np.cumprod(1 + profit, axis=1)
    figures = {
        "tails": lambda r: np.stack([f for t in historical_tails(r, (0.95, 0.99)) for f in (t.value_at_risk, t.expected_shortfall)], axis=-1),
        "volatility": lambda r: np.stack([performance.volatility(r, window) for window in WINDOWS], axis=-1),
        "sharpe_ratio": lambda r: np.stack([performance.sharpe_ratio(r, window, 0.02) for window in WINDOWS], axis=-1),
        "beta": lambda r: performance.beta(r, benchmark),
    }
    for name, figure in figures.items():
        whole = figure(profit)
        for i in range(rows):
            assert same(figure(profit[i].copy()), whole[i]), name
    whole = drawdowns(values)
    for i in range(rows):
        alone = drawdowns(values[i].copy())
        assert all(same(getattr(alone, part), getattr(whole, part)[i]) for part in ("maximum", "current", "maximum_amount", "peak", "trough"))


@steady
@given(seeds, shapes)
def test_exposure_and_concentration_of_a_row_have_the_bits_of_the_row_alone(seed, shape):
    rng = np.random.default_rng(seed)
    amounts, labels = random_book(rng, *shape[:2]), [f"bucket {k}" for k in rng.integers(0, 4, shape[1])]
    sparse, dense, shares = exposure(csr_array(amounts), labels), exposure(amounts, labels), concentration(amounts)
    for i, row in enumerate(amounts):
        alone = exposure(row, labels)
        assert same(alone.long, sparse.long[i])
        assert same(alone.short, sparse.short[i])
        assert same(alone.long, dense.long[i])
        assert same(concentration(row).herfindahl, shares.herfindahl[i])


@steady
@given(seeds, shapes, st.integers(1, 10), st.integers(1, 3), st.sampled_from(list(QuantileRule)), st.booleans())
def test_core_metrics_are_the_single_functions_row_by_row(seed, shape, block, threads, rule, sparse):
    rng = np.random.default_rng(seed)
    portfolios, tickers, days = shape
    amounts, prices = random_book(rng, portfolios, tickers), random_prices(rng, tickers, days)
    benchmark, labels = rng.normal(0, 0.01, days), [f"bucket {k}" for k in rng.integers(0, 4, tickers)]
    book = core_metrics(
        csr_array(amounts) if sparse else amounts, prices, benchmark, {"sector": labels}, rule=rule, windows=WINDOWS, block=block, threads=threads
    )
    for i, row in enumerate(amounts):
        profit, values = profit_and_loss(row, simple_returns(prices)), value_path(row, prices)
        assert book.net_asset_value[i] == values[-1]
        for tail in historical_tails(profit, (0.95, 0.99), rule):
            for horizon in (1, 10):
                assert book.value_at_risk[tail.confidence, horizon][i] == scaled(tail.value_at_risk, horizon)
                assert book.expected_shortfall[tail.confidence, horizon][i] == scaled(tail.expected_shortfall, horizon)
        alone = drawdowns(values)
        for part in ("maximum", "maximum_amount", "current", "current_amount", "peak", "trough"):
            assert same(getattr(book.drawdown, part)[i], getattr(alone, part))
        own = profit / values[-1] if values[-1] > 0 else None
        for window in WINDOWS:
            assert same(book.volatility[window][i], np.nan if own is None else performance.volatility(own, window))
            assert same(book.sharpe_ratio[window][i], np.nan if own is None else performance.sharpe_ratio(own, window, 0.02))
        assert same(book.beta[i], np.nan if own is None else performance.beta(own, benchmark))
        assert same(book.exposure["sector"].long[i], exposure(row, labels).long)
        assert same(book.exposure["sector"].short[i], exposure(row, labels).short)


@steady
@given(seeds, shapes)
def test_a_shock_of_zero_changes_nothing(seed, shape):
    rng = np.random.default_rng(seed)
    amounts = random_book(rng, *shape[:2])
    flat = np.repeat(rng.uniform(1, 100, (shape[1], 1)), shape[2] + 1, axis=1)
    book = core_metrics(amounts, flat, np.zeros(shape[2]), windows=(20,))
    assert all((figure == 0).all() for figure in (*book.value_at_risk.values(), *book.expected_shortfall.values()))
    assert (book.drawdown.maximum_amount == 0).all()
    assert (book.drawdown.trough == -1).all()
