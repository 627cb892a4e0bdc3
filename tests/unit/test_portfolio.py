"""Positions and portfolios: what they refuse, and how lots are added up."""

from __future__ import annotations

import dataclasses
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.errors import InvalidInput
from farp.portfolio import AssetClass, Instrument, Portfolio, Position, added_up, cash_currency, cash_ticker

lots = st.lists(st.builds(Position, st.sampled_from(["AAPL", "GLD", "CASH:EUR"]), st.integers(-1000, 1000).map(float)))


@pytest.mark.parametrize("ticker", ["", " ", " AAPL", "AAPL\n"])
def test_a_position_needs_a_clean_ticker(ticker: str) -> None:
    with pytest.raises(InvalidInput, match="ticker"):
        Position(ticker, 1.0)


@pytest.mark.parametrize("quantity", [math.nan, math.inf, -math.inf])
def test_a_quantity_is_finite(quantity: float) -> None:
    with pytest.raises(InvalidInput, match="AAPL"):
        Position("AAPL", quantity)


def test_a_position_may_be_short_or_empty() -> None:
    assert Position("AAPL", -5.0).quantity == -5.0
    assert Position("AAPL", 0.0).quantity == 0.0


def test_a_portfolio_lists_a_ticker_once_and_names_those_it_repeats() -> None:
    twice = (Position("GLD", 1.0), Position("AAPL", 1.0), Position("GLD", 2.0))
    with pytest.raises(InvalidInput, match=r"'p1' lists GLD more than once"):
        Portfolio(id="p1", name="Lots", positions=twice)
    assert len(Portfolio(id="p1", name="Lots", positions=added_up(twice)).positions) == 2


def test_lots_are_added_up_in_order_of_first_appearance() -> None:
    result = added_up([Position("GLD", 1.0), Position("AAPL", 3.0), Position("GLD", -4.0)])
    assert result == (Position("GLD", -3.0), Position("AAPL", 3.0))


@given(lots)
def test_adding_up_keeps_every_total_and_leaves_one_position_a_ticker(positions: list[Position]) -> None:
    result = added_up(positions)
    for ticker in {position.ticker for position in positions}:
        matching = [position.quantity for position in result if position.ticker == ticker]
        assert matching == [sum(position.quantity for position in positions if position.ticker == ticker)]
    assert len(result) == len({position.ticker for position in positions})
    assert added_up(result) == result


@given(st.text(alphabet=st.characters(min_codepoint=65, max_codepoint=90), min_size=3, max_size=3))
def test_cash_tickers_and_currencies_are_each_others_inverse(currency: str) -> None:
    assert cash_currency(cash_ticker(currency)) == currency
    assert cash_currency(currency) is None


def test_cash_ticker_is_written_with_its_prefix() -> None:
    assert cash_ticker("EUR") == "CASH:EUR"


def test_the_values_are_immutable_comparable_and_survive_pickling() -> None:
    portfolio = Portfolio(id="p1", name="One", positions=(Position("AAPL", 1.0),))
    assert pickle.loads(pickle.dumps(portfolio)) == portfolio
    assert hash(portfolio) == hash(dataclasses.replace(portfolio))
    with pytest.raises(dataclasses.FrozenInstanceError):
        portfolio.name = "Two"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        portfolio.positions[0].quantity = 2.0  # type: ignore[misc]


def test_an_instrument_is_unclassified_and_holdable_unless_said_otherwise() -> None:
    instrument = Instrument(ticker="X", name="X", asset_class=AssetClass.UNCLASSIFIED, currency="USD")
    assert (instrument.sector, instrument.country, instrument.holdable) == ("Unclassified", "Unclassified", True)
