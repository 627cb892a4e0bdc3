"""Correlations of a portfolio's holdings, on made-up prices whose answer is known."""

import numpy as np
import pytest

from farp.analysis import window_of
from farp.analysis.correlation import correlations
from farp.errors import InsufficientHistory
from tests.markets import holding, instrument, market, portfolio, wandering

DAYS = 300
A, B, C = (wandering(DAYS, seed) for seed in (1, 2, 3))


def moved(pattern, step=0.01, start=100.0):
    """Closes that move by `step` times the pattern, day after day."""
    return start * np.concatenate([[1.0], np.cumprod(1.0 + step * np.asarray(pattern, dtype=float))])


def four(*pattern):
    return np.tile(pattern, 70)


UP, LATER = four(1, -1, 0, 0), four(0, 0, 1, -1)  # uncorrelated, of equal volatility


def test_two_holdings_that_have_nothing_to_do_with_each_other():
    window = window_of(portfolio(A=1, B=1), market({"A": moved(UP), "B": moved(LATER)}))
    result = correlations(window)
    worth = window.market_values
    assert result.correlation.matrix == pytest.approx(np.eye(2), abs=1e-12)
    assert result.average == pytest.approx(0.0, abs=1e-12)
    assert result.diversification_ratio == pytest.approx(worth.sum() / np.hypot(*worth), rel=1e-9)
    assert result.correlation.observations == 252


def test_the_matrix_is_numpys_of_the_windows_returns_in_the_order_of_the_holdings():
    window = window_of(portfolio(A=3, B=-2, C=1), market({"A": A, "B": B, "C": C}))
    result = correlations(window)
    assert [one.ticker for one in window.holdings] == ["A", "B", "C"]
    assert result.correlation.matrix == pytest.approx(np.corrcoef([(p[1:] / p[:-1] - 1)[-252:] for p in (A, B, C)]), abs=1e-12)
    upper = result.correlation.matrix[np.triu_indices(3, k=1)]
    assert result.average == pytest.approx(upper.mean())
    spread = np.abs(window.market_values) @ window.returns.std(axis=1) / window.profit_and_loss.std()
    assert result.diversification_ratio == pytest.approx(spread, rel=1e-9)


def test_only_the_lookback_counts_whatever_came_before():
    long = np.concatenate([moved(UP)[:150], moved(LATER, start=moved(UP)[149])[1:]])
    prices = market({"A": long, "B": moved(np.concatenate([UP[:149], LATER]))})
    within = correlations(window_of(portfolio(A=1, B=1), prices, lookback_days=60))
    assert within.correlation.matrix[0, 1] == pytest.approx(1.0)
    assert within.correlation.observations == 60
    reaching = correlations(window_of(portfolio(A=1, B=1), prices, lookback_days=60, extra_days=100))
    assert (reaching.correlation.matrix == within.correlation.matrix).all()
    assert reaching.diversification_ratio == pytest.approx(within.diversification_ratio, rel=1e-12)


def test_a_short_position_correlates_as_its_instrument_does_and_its_sign_is_in_the_ratio():
    prices = market({"A": moved(UP), "B": moved(UP, start=50.0)})
    long, hedged = (correlations(window_of(portfolio(A=1, B=quantity), prices)) for quantity in (1, -1))
    assert long.correlation.matrix[0, 1] == hedged.correlation.matrix[0, 1] == pytest.approx(1.0)
    assert long.diversification_ratio == pytest.approx(1.0)
    assert hedged.diversification_ratio == pytest.approx(1.5 / 0.5, rel=1e-9)


def test_cash_and_a_price_that_stands_still_have_no_correlation_and_are_not_averaged():
    window = window_of(portfolio(A=1, B=1, C=1, CASH_USD=100), market({"A": moved(UP), "B": moved(UP), "C": np.full(281, 7.0)}))
    result = correlations(window)
    known = np.isfinite(result.correlation.matrix)
    assert known.tolist() == [[True, True, False, False]] * 2 + [[False] * 4] * 2
    assert result.average == pytest.approx(1.0)
    assert result.correlation.order.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("held", [{"A": 5.0}, {"A": 5.0, "CASH:USD": 10.0}])
def test_one_holding_has_no_average_and_a_ratio_of_one(held):
    result = correlations(window_of(holding(held), market({"A": A})))
    assert result.average is None
    assert result.diversification_ratio == pytest.approx(1.0)


def test_cash_only_has_neither():
    result = correlations(window_of(portfolio(CASH_USD=10), market({"A": A})))
    assert (result.average, result.diversification_ratio) == (None, None)


def test_positions_that_cancel_each_other_have_no_ratio():
    result = correlations(window_of(portfolio(A=1, B=-1), market({"A": A, "B": A})))
    assert result.correlation.matrix[0, 1] == pytest.approx(1.0)
    assert result.diversification_ratio is None


@pytest.mark.parametrize("quantities", [{"A": -1.0, "B": -2.0}, {"A": 1.0, "CASH:USD": -1e6, "B": 1.0}])
def test_all_short_and_worth_less_than_nothing_are_answered(quantities):
    window = window_of(holding(quantities), market({"A": A, "B": B}))
    assert window.net_asset_value < 0
    result = correlations(window)
    assert result.diversification_ratio is not None
    assert result.diversification_ratio >= 1.0


def test_more_holdings_than_days():
    closes = {f"T{i}": wandering(26, i) for i in range(40)}
    result = correlations(window_of(holding(dict.fromkeys(closes, 1.0)), market(closes), lookback_days=25))
    assert result.correlation.observations == 25
    assert np.isfinite(result.correlation.matrix).all()
    assert sorted(result.correlation.order.tolist()) == list(range(40))


def test_currencies_count_returns_are_in_the_base_currency():
    euros = instrument("E", currency="EUR")
    window = window_of(portfolio(E=1, CASH_EUR=10), market({"E": np.full(DAYS, 10.0), "EURUSD": A / 100}, instruments=[euros]))
    result = correlations(window)
    assert result.correlation.matrix == pytest.approx(np.ones((2, 2)))


def test_a_history_of_a_few_days_is_refused_with_the_number_there_is():
    with pytest.raises(InsufficientHistory, match="There are 9 data points"):
        correlations(window_of(portfolio(A=1), market({"A": A[:10]})))
