"""The book as one portfolio, by hand: longs against shorts, gross, holders, what cancels; and the past of a line."""

from __future__ import annotations

import numpy as np
import pytest

from farp.analysis import analyse
from farp.analysis.book import grouped
from farp.analysis.book_past import pasts, spread
from farp.analysis.book_total import Pooled, book_total, pooled
from farp.errors import InvalidInput, NothingToAnalyse
from farp.portfolio import Portfolio
from tests.markets import holding, instrument, market, wandering

DAYS = 300
HISTORY = market(
    {"A": wandering(DAYS, 1), "B": wandering(DAYS, 2, start=50.0), "E": wandering(DAYS, 3), "EURUSD": wandering(DAYS, 4, start=1.1)},
    instruments=[instrument("E", currency="EUR")],
)


def together(*portfolios: Portfolio) -> Pooled:
    tickers = tuple(dict.fromkeys(position.ticker for portfolio in portfolios for position in portfolio.positions))
    entries = [(tickers.index(position.ticker), position.quantity) for portfolio in portfolios for position in portfolio.positions]
    return pooled(tickers, np.array([column for column, _ in entries], dtype=np.int64), np.array([quantity for _, quantity in entries]))


def test_positions_are_added_up_longs_against_shorts() -> None:
    both = together(holding({"A": 10, "B": 4}), holding({"A": -3, "B": 0.0}), holding({"B": 1}))
    assert both.tickers == ("A", "B")
    assert both.net.tolist() == [7.0, 5.0]
    assert both.gross.tolist() == [13.0, 5.0]
    assert both.holders.tolist() == [2, 2], "a position of zero is none"


def test_the_whole_is_the_analysis_of_the_added_up_positions() -> None:
    total = book_total(together(holding({"A": 10, "B": 4}), holding({"A": -3, "E": 2}, "EUR")), HISTORY, "USD")
    alone = analyse(holding({"A": 7, "B": 4, "E": 2}), HISTORY)
    assert total.report.net_asset_value == alone.net_asset_value
    assert total.report.value_at_risk == alone.value_at_risk
    assert total.cancelled == ()
    a, b, e, rate = (float(HISTORY.close(ticker)[-1]) for ticker in ("A", "B", "E", "EURUSD"))
    held = {one.ticker: one for one in total.held}
    assert (held["A"].net, held["A"].gross, held["A"].holders) == (pytest.approx(7 * a), pytest.approx(13 * a), 2)
    assert (held["B"].net, held["B"].gross, held["B"].holders) == (pytest.approx(4 * b), pytest.approx(4 * b), 1)
    assert held["E"].gross == pytest.approx(2 * e * rate), "in the currency of the whole"
    assert held["E"].name == "The E company"
    assert [one.ticker for one in total.held] == sorted(held, key=lambda ticker: -held[ticker].gross)


def test_what_cancels_is_named_and_still_counts_as_gross() -> None:
    total = book_total(together(holding({"A": 0.1, "B": 1}), holding({"A": 0.2}), holding({"A": -0.3})), HISTORY, "USD")
    assert total.cancelled == ("A",), "0.1 + 0.2 - 0.3 is rounding"
    assert [one.ticker for one in total.report.holdings] == ["B"]
    held = {one.ticker: one for one in total.held}
    assert (held["A"].net, held["A"].holders) == (0.0, 3)
    assert held["A"].gross == pytest.approx(0.6 * float(HISTORY.close("A")[-1]))


def test_what_cannot_be_priced_is_left_out_and_listed_by_the_report() -> None:
    total = book_total(together(holding({"A": 1, "NOSUCH": 5})), HISTORY, "USD")
    assert [one.ticker for one in total.held] == ["A"]
    assert [exclusion.ticker for exclusion in total.report.excluded] == ["NOSUCH"]


def test_nothing_left_is_a_sentence() -> None:
    with pytest.raises(InvalidInput, match="Nothing is left"):
        book_total(together(holding({"A": 1}), holding({"A": -1})), HISTORY, "USD")
    with pytest.raises(InvalidInput, match="Nothing is left"):
        book_total(together(), HISTORY, "USD")
    with pytest.raises(NothingToAnalyse):
        book_total(together(holding({"NOSUCH": 1})), HISTORY, "USD")


def test_the_past_of_a_line_ends_at_its_value_and_passes_through_the_value_path() -> None:
    portfolios = [holding({"A": 10, "B": -4}), holding({"A": 1, "E": 3})]
    (group,), failures = grouped(portfolios, HISTORY)
    assert not failures
    for portfolio, past in zip(portfolios, pasts(group), strict=True):
        report = analyse(portfolio, HISTORY)
        assert len(past.value) == 24
        np.testing.assert_allclose(past.value, report.value.values[spread(253)], rtol=1e-12)
        assert past.mean_return == pytest.approx(252 * report.profit_and_loss.mean() / report.net_asset_value, rel=1e-10)


def test_a_value_below_zero_has_no_mean_return() -> None:
    (group,), _ = grouped([holding({"A": 1, "CASH:USD": -100_000})], HISTORY)
    (past,) = pasts(group)
    assert past.mean_return is None
    assert past.value[-1] < 0


def test_points_are_spread_from_the_first_to_the_last() -> None:
    assert spread(253)[[0, -1]].tolist() == [0, 252]
    assert (np.diff(spread(253)) > 0).all()
    assert spread(5).tolist() == [0, 1, 2, 3, 4]
