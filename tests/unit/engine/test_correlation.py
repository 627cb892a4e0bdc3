import numpy as np
import pytest

from farp.engine.correlation import clustered_order, correlation, diversification_ratio
from farp.errors import InsufficientHistory, InvalidInput
from tests.markets import frozen

WAVE, OTHER = np.sin(np.arange(64.0) * np.pi / 4), np.sin(np.arange(64.0) * np.pi / 8)  # uncorrelated


def random_returns(tickers, days, seed=0):
    return np.random.default_rng(seed).normal(0, 0.01, (tickers, days))


def test_three_series_by_hand():
    result = correlation([WAVE, 0.5 * WAVE + np.sqrt(0.75) * OTHER, -WAVE])
    assert result.matrix == pytest.approx(np.array([[1, 0.5, -1], [0.5, 1, -0.5], [-1, -0.5, 1]]))
    assert result.average == pytest.approx((0.5 - 1 - 0.5) / 3)
    assert result.observations == 64


def test_the_matrix_is_numpys_and_symmetric_to_the_bit():
    returns = random_returns(30, 200)
    matrix = correlation(returns).matrix
    assert matrix == pytest.approx(np.corrcoef(returns), abs=1e-13)
    assert (matrix == matrix.T).all()
    assert (np.diagonal(matrix) == 1.0).all()


def test_what_never_moves_has_no_correlation_comes_last_and_is_not_averaged():
    result = correlation([WAVE, np.full(64, 0.01), WAVE + OTHER])
    assert np.isnan(result.matrix[1]).all()
    assert np.isnan(result.matrix[:, 1]).all()
    assert result.constant.tolist() == [False, True, False]
    assert result.order.tolist() == [0, 2, 1]
    assert result.average == pytest.approx(np.sqrt(0.5))


@pytest.mark.parametrize("returns", [[WAVE], [np.zeros(64)], [np.zeros(64), WAVE]])
def test_an_average_needs_two_series_that_move(returns):
    result = correlation(returns)
    assert np.isnan(result.average)
    assert sorted(result.order) == list(range(len(returns)))


def test_likes_are_neighbours():
    # two families, dealt alternately
    rng = np.random.default_rng(4)
    parents = rng.normal(size=(2, 300))
    returns = np.array([parents[i % 2] + 0.3 * rng.normal(size=300) for i in range(8)])
    order = correlation(returns).order
    assert order[0] < order[-1]
    assert len({i % 2 for i in order[:4]}) == 1
    assert len({i % 2 for i in order[4:]}) == 1


def test_the_order_is_a_chain_when_the_likeness_is():
    # series k is a wave shifted by k steps: the nearer the index the more alike
    returns = np.array([np.sin(np.arange(64) * np.pi / 32 + k * 0.3) for k in (0, 3, 1, 4, 2)])
    assert correlation(returns).order.tolist() == [0, 2, 4, 1, 3]


def test_clusters_join_by_the_average_of_their_pairs():
    # A-B are 1 apart, C-D 2, C-B 1.5 but C-A 3 (2.25 on average, so C joins D first); by the nearest pair D would end up beside A
    distance = np.array([[0, 1, 3, 1.8], [1, 0, 1.5, 3], [3, 1.5, 0, 2], [1.8, 3, 2, 0]]) / 4
    assert clustered_order(1 - 2 * distance**2).tolist() == [0, 1, 2, 3]


def test_ties_give_the_same_order_whatever_the_rounding():
    base = np.full((6, 6), 0.3) + 0.7 * np.eye(6)
    noise = 1e-15 * np.random.default_rng(0).normal(size=(6, 6))
    assert clustered_order(np.clip(base + noise + noise.T, -1, 1)).tolist() == clustered_order(base).tolist()


def test_more_holdings_than_days():
    result = correlation(random_returns(40, 10))
    assert sorted(result.order) == list(range(40))
    assert np.abs(result.matrix).max() <= 1.0


def test_bad_matrices_are_refused():
    with pytest.raises(InvalidInput, match=r"\(n, n\)"):
        clustered_order(np.ones((2, 3)))
    with pytest.raises(InvalidInput, match="between -1 and 1"):
        clustered_order(np.full((3, 3), 2.0))
    with pytest.raises(InvalidInput, match="moving series must be finite"):
        clustered_order([[1.0, np.nan, 0.0], [np.nan, 1.0, 0.0], [0.0, 0.0, 1.0]])


def test_two_independent_positions_of_equal_risk():
    assert diversification_ratio([WAVE, OTHER], [1.0, 1.0]) == pytest.approx(np.sqrt(2))


@pytest.mark.parametrize("amounts", [[3.0, 2.0], [-3.0, -2.0]])
def test_positions_that_are_one_do_not_diversify(amounts):
    assert diversification_ratio([WAVE, 2 * WAVE], amounts) == pytest.approx(1.0)


def test_a_short_diversifies_by_its_size():
    # 3 and 1 of the same series against each other: (3 + 1) / (3 - 1)
    assert diversification_ratio([WAVE, WAVE], [3.0, -1.0]) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("returns", "amounts"), [([WAVE, OTHER], [0.0, 0.0]), ([0 * WAVE], [1.0]), ([WAVE, 3 * WAVE], [0.3, -0.1])], ids=["nothing", "still", "hedged"]
)
def test_a_portfolio_that_does_not_move_has_no_ratio(returns, amounts):
    assert np.isnan(diversification_ratio(returns, amounts))


def test_bad_input():
    with pytest.raises(InsufficientHistory, match="2 data points"):
        correlation(random_returns(2, 2))
    with pytest.raises(InvalidInput, match="NaN"):
        correlation(np.full((2, 30), np.nan))
    with pytest.raises(InvalidInput, match="n_tickers, n_days"):
        correlation(WAVE)
    with pytest.raises(InvalidInput, match="do not fit"):
        diversification_ratio([WAVE], [1.0, 2.0])


def test_no_argument_is_written_to():
    returns = frozen(random_returns(4, 30))
    clustered_order(frozen(correlation(returns).matrix))
    diversification_ratio(returns, frozen(np.ones(4)))
