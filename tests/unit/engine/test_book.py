import numpy as np
import pytest
from scipy.sparse import csr_array

from farp.engine.book import core_metrics
from farp.errors import InsufficientHistory, InvalidInput
from tests.markets import frozen, wandering

DAYS = 60
PRICES = np.array([wandering(DAYS + 1, seed) for seed in range(4)])
BENCHMARK = np.random.default_rng(9).normal(0, 0.01, DAYS)
LABELS = {"sector": ["Tech", "Energy", "Tech", "Cash"]}


def test_a_portfolio_worth_nothing_has_amounts_and_no_ratios():
    book = core_metrics([[100.0, -100.0, 0.0, 0.0], [100.0, 0.0, 0.0, 0.0]], PRICES, BENCHMARK, windows=(20,))
    assert book.net_asset_value.tolist() == [0.0, 100.0]
    for figures in (book.volatility[20], book.sharpe_ratio[20], book.beta):
        assert np.isnan(figures).tolist() == [True, False]
    assert np.isfinite(book.value_at_risk[0.95, 1]).all()


def test_a_portfolio_without_positions_loses_nothing():
    book = core_metrics(np.zeros((1, 4)), PRICES, BENCHMARK, LABELS)
    assert book.value_at_risk[0.99, 10].tolist() == [0.0]
    assert book.expected_shortfall[0.99, 10].tolist() == [0.0]
    assert book.drawdown.trough.tolist() == [-1]
    assert book.exposure["sector"].gross.tolist() == [[0.0, 0.0, 0.0]]


def test_an_empty_book_has_no_figures_and_keeps_its_keys():
    book = core_metrics(np.zeros((0, 4)), PRICES, BENCHMARK, LABELS)
    assert book.net_asset_value.shape == (0,)
    assert set(book.value_at_risk) == {(0.95, 1), (0.95, 10), (0.99, 1), (0.99, 10)}
    assert book.exposure["sector"].long.shape == (0, 3)


def test_a_window_longer_than_the_past_is_no_number():
    book = core_metrics(np.eye(4), PRICES, BENCHMARK, windows=(60, 61))
    assert np.isfinite(book.volatility[60]).all()
    assert np.isnan(book.volatility[61]).all()


def test_ten_days_are_root_ten_times_one():
    book = core_metrics(np.eye(4), PRICES, BENCHMARK)
    assert book.value_at_risk[0.95, 10] == pytest.approx(book.value_at_risk[0.95, 1] * 10**0.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"market_values": [1.0, 2.0, 3.0, 4.0]}, "n_portfolios, n_tickers"),
        ({"market_values": np.full((1, 4), np.nan)}, "market_values must be finite"),
        ({"market_values": csr_array(np.full((1, 4), np.inf))}, "market_values must be finite"),
        ({"market_values": np.ones((1, 3))}, "do not fit"),
        ({"prices": -PRICES}, "prices must be positive"),
        ({"benchmark_returns": BENCHMARK[:-1]}, "same days"),
        ({"benchmark_returns": BENCHMARK[None, :]}, "one series"),
        ({"labels": {"sector": ["Tech"]}}, "do not fit"),
        ({"confidences": (95,)}, "confidence"),
        ({"block": 0}, "block and threads"),
        ({"threads": 0}, "block and threads"),
    ],
)
def test_bad_input_is_named(change, message):
    with pytest.raises(InvalidInput, match=message):
        core_metrics(**({"market_values": np.eye(4), "prices": PRICES, "benchmark_returns": BENCHMARK} | change))


def test_nineteen_days_are_too_few():
    with pytest.raises(InsufficientHistory, match="19 data points"):
        core_metrics(np.eye(4), PRICES[:, :20], BENCHMARK[:19])


def test_arguments_are_not_written_to():
    amounts = csr_array((frozen([2.0, 1.0]), np.array([3, 0]), np.array([0, 2])), shape=(1, 4))
    core_metrics(amounts, frozen(PRICES), frozen(BENCHMARK), LABELS)
    assert amounts.indices.tolist() == [3, 0]
