"""The book as one portfolio: values add up, risks add up to more, and a portfolio split in two is still one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from farp.analysis import analyse
from farp.analysis.book_total import book_total, pooled
from farp.portfolio import Portfolio, Position
from tests.markets import market, wandering

DAYS = 280
TICKERS = ("A", "B", "C", "CASH:USD")
HISTORY = market({ticker: wandering(DAYS, seed) for seed, ticker in enumerate(TICKERS[:3])})
quantities = st.lists(st.floats(-50, 50).filter(lambda value: abs(value) > 1e-3), min_size=4, max_size=4)


def total_of(*books: list[float]):  # type: ignore[no-untyped-def]
    column = np.tile(np.arange(4), len(books))
    return book_total(pooled(TICKERS, column, np.concatenate([np.array(book) for book in books])), HISTORY, "USD")


def alone(amounts: list[float]):  # type: ignore[no-untyped-def]
    positions = tuple(Position(ticker, amount) for ticker, amount in zip(TICKERS, amounts, strict=True))
    return analyse(Portfolio(id="p", name="P", positions=positions), HISTORY)


@settings(max_examples=25, deadline=None)
@given(first=quantities, second=quantities)
def test_values_add_up_and_expected_shortfalls_to_no_less(first: list[float], second: list[float]) -> None:
    assume(all(abs(a + b) > 1e-6 for a, b in zip(first, second, strict=True)))
    whole, one, other = total_of(first, second), alone(first), alone(second)
    scale = one.gross + other.gross
    assert whole.report.net_asset_value == pytest.approx(one.net_asset_value + other.net_asset_value, abs=1e-9 * scale)
    for confidence in (0.95, 0.99):
        parts = sum(report.value_at_risk_at(confidence, 1).expected_shortfall for report in (one, other))
        assert whole.report.value_at_risk_at(confidence, 1).expected_shortfall <= parts + 1e-9 * scale
    assert sum(held.net for held in whole.held) == pytest.approx(whole.report.net_asset_value, abs=1e-9 * scale)
    assert sum(held.gross for held in whole.held) == pytest.approx(scale, rel=1e-9)
    assert all(abs(held.net) <= held.gross * (1 + 1e-12) for held in whole.held)


@settings(max_examples=15, deadline=None)
@given(amounts=quantities, share=st.floats(0.1, 0.9))
def test_a_portfolio_in_two_parts_is_the_portfolio(amounts: list[float], share: float) -> None:
    split = total_of([share * amount for amount in amounts], [(1 - share) * amount for amount in amounts])
    assert split.report.value_at_risk_at(0.95, 1).amount == pytest.approx(alone(amounts).value_at_risk_at(0.95, 1).amount, rel=1e-9, abs=1e-9)
    assert {held.holders for held in split.held} == {2}
