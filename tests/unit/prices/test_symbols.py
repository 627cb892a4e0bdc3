"""Tickers to symbols, units of quotation, and words."""

from __future__ import annotations

import pytest

from farp.portfolio import AssetClass
from farp.prices import symbols


@pytest.mark.parametrize(
    ("ticker", "symbol"),
    [
        ("AAPL", "AAPL"),
        ("BRK.B", "BRK-B"),
        ("BF.A", "BF-A"),
        ("BRK-B", "BRK-B"),
        ("VOD.L", "VOD.L"),  # London, no share class
        ("7203.T", "7203.T"),
        ("BMW.F", "BMW.F"),
        ("ABC.V", "ABC.V"),
        ("SAP.DE", "SAP.DE"),
        ("RY.TO", "RY.TO"),
        ("BTC-USD", "BTC-USD"),
        ("^GSPC", "^GSPC"),
        ("EURUSD", "EURUSD=X"),
        ("USDJPY", "USDJPY=X"),
        ("EURUSD=X", "EURUSD=X"),
        ("GC=F", "GC=F"),
        ("M&M.NS", "M&M.NS"),
        ("USDUSD", "USDUSD"),  # no pair
        ("DE0007164600", None),
        ("aapl", None),
        ("A/B", None),
        ("A?B", None),
        ("", None),
        ("CASH:USD", None),
        ("A" * 30, None),
    ],
)
def test_symbols(ticker: str, symbol: str | None) -> None:
    assert symbols.yahoo_symbol(ticker) == symbol


@pytest.mark.parametrize(
    ("quoted", "currency", "divisor"),
    [
        ("USD", "USD", 1.0),
        ("GBp", "GBP", 100.0),
        ("GBX", "GBP", 100.0),
        ("GBP", "GBP", 1.0),
        ("ZAc", "ZAR", 100.0),
        ("ILA", "ILS", 100.0),
        ("KWF", "KWD", 1000.0),
    ],
)
def test_units(quoted: str, currency: str, divisor: float) -> None:
    assert symbols.unit(quoted) == (currency, divisor)


@pytest.mark.parametrize(("currency", "pair"), [("EUR", "EURUSD"), ("GBP", "GBPUSD"), ("JPY", "USDJPY"), ("CHF", "USDCHF"), ("NZD", "NZDUSD")])
def test_pairs_are_written_as_the_market_does(currency: str, pair: str) -> None:
    assert symbols.dollar_pair(currency) == pair
    assert symbols.is_pair(pair)


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("EQUITY", "Barrick Gold", AssetClass.EQUITY),
        ("ETF", "SPDR S&P 500 ETF Trust", AssetClass.EQUITY),
        ("ETF", "iShares 7-10 Year Treasury Bond ETF", AssetClass.FIXED_INCOME),
        ("ETF", "SPDR Gold Shares", AssetClass.COMMODITY),
        ("ETF", "SPDR Bloomberg 1-3 Month T-Bill ETF", AssetClass.CASH),
        ("MUTUALFUND", "Vanguard Total Bond Market Index", AssetClass.FIXED_INCOME),
        ("CRYPTOCURRENCY", "Bitcoin USD", AssetClass.CRYPTO),
        ("CURRENCY", "EUR/USD", AssetClass.FX),
        ("FUTURE", "Gold Dec 26", AssetClass.UNCLASSIFIED),
        (None, "?", AssetClass.UNCLASSIFIED),
    ],
)
def test_asset_classes(kind: str | None, name: str, expected: AssetClass) -> None:
    assert symbols.asset_class(kind, name) is expected


def test_levels_nobody_can_hold() -> None:
    assert not symbols.holdable("^VIX", "INDEX")
    assert not symbols.holdable("^TNX", "INDEX")
    assert symbols.holdable("^GSPC", "INDEX")
    assert symbols.holdable("VIX", "EQUITY")


def test_sectors_are_called_as_in_the_sample() -> None:
    assert symbols.sector("Healthcare") == "Health Care"
    assert symbols.sector("Energy") == "Energy"
    assert symbols.sector(None) == "Unclassified"
