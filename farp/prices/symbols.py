"""FARP's tickers and Yahoo's symbols, units of quotation, and the words for classes and sectors. Data and pure functions.

FARP writes a share class with a dot (BRK.B) and a currency pair as six letters (EURUSD); Yahoo writes BRK-B and EURUSD=X. Exchange
suffixes (VOD.L, SAP.DE), coins (BTC-USD) and indices (^GSPC) are the same in both.
"""

from __future__ import annotations

import re

from farp.portfolio import UNCLASSIFIED, AssetClass

# A suffix of one letter that is an exchange and no share class: Frankfurt, London, Tokyo, TSX Venture.
_EXCHANGE_LETTERS = frozenset("FLTV")
_SHARE_CLASS = re.compile(r"([A-Z]{1,5})\.([A-Z])")
_PAIR = re.compile(r"[A-Z]{6}")
_SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.\-=^&]{0,23}")
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")

CURRENCIES = frozenset(
    re.findall(
        "[A-Z]{3}",
        "USD EUR GBP JPY CHF AUD NZD CAD SEK NOK DKK ISK PLN CZK HUF RON BGN TRY ILS ZAR CNY CNH HKD SGD TWD KRW INR IDR MYR PHP THB"
        " VND BRL MXN CLP COP PEN ARS SAR AED QAR KWD BHD OMR EGP NGN KES MAD RUB UAH KZT GEL RSD PKR BDT LKR",
    )
)
_QUOTED_IN_DOLLARS = ("EUR", "GBP", "AUD", "NZD")  # the market writes these as so many dollars, all others as so many to the dollar

# Units in which an exchange quotes, with the currency they are parts of.
_PARTS = {"GBp": ("GBP", 100.0), "GBX": ("GBP", 100.0), "ZAc": ("ZAR", 100.0), "ILA": ("ILS", 100.0), "KWF": ("KWD", 1000.0)}

_SECTORS = {
    "Technology": "Information Technology",
    "Healthcare": "Health Care",
    "Financial Services": "Financials",
    "Consumer Cyclical": "Consumer Discretionary",
    "Consumer Defensive": "Consumer Staples",
    "Basic Materials": "Materials",
}
_BONDS = ("bond", "treasury", "treasuries", "government", "fixed income", "tips", "muni", "credit", "inflation-protected", "bank loan")
_COMMODITIES = ("commodit", "gold", "silver", "oil fund", "bullion")
_CASH = ("money market", "ultrashort", "1-3 month", "0-3 month", "t-bill")
_LEVELS = frozenset({"^VIX", "^VXN", "^VVIX", "^OVX", "^GVZ", "^TNX", "^TYX", "^FVX", "^IRX"})  # levels and yields nobody can hold


def is_pair(ticker: str) -> bool:
    """Return whether `ticker` is a currency pair as FARP writes it.

    Examples
    --------
    >>> is_pair("EURUSD"), is_pair("GOOGLE"), is_pair("EURUSD=X")
    (True, False, False)
    """
    return bool(_PAIR.fullmatch(ticker)) and ticker[:3] in CURRENCIES and ticker[3:] in CURRENCIES and ticker[:3] != ticker[3:]


def dollar_pair(currency: str) -> str:
    """Return the pair that prices `currency` against the dollar, as the market writes it.

    Examples
    --------
    >>> dollar_pair("EUR"), dollar_pair("JPY")
    ('EURUSD', 'USDJPY')
    """
    return f"{currency}USD" if currency in _QUOTED_IN_DOLLARS else f"USD{currency}"


def yahoo_symbol(ticker: str) -> str | None:
    """Return Yahoo's symbol of `ticker`; None when it can be none, so that nothing is asked.

    Examples
    --------
    >>> yahoo_symbol("BRK.B"), yahoo_symbol("VOD.L"), yahoo_symbol("EURUSD"), yahoo_symbol("BTC-USD")
    ('BRK-B', 'VOD.L', 'EURUSD=X', 'BTC-USD')
    >>> yahoo_symbol("US0378331005"), yahoo_symbol("../x")
    (None, None)
    """
    if is_pair(ticker):
        return f"{ticker}=X"
    share = _SHARE_CLASS.fullmatch(ticker)
    if share and share[2] not in _EXCHANGE_LETTERS:
        return f"{share[1]}-{share[2]}"
    if not _SYMBOL.fullmatch(ticker) or _ISIN.fullmatch(ticker):
        return None
    return ticker


def unit(currency: str) -> tuple[str, float]:
    """Return the currency of a quotation and what to divide it by: pence become pounds.

    Examples
    --------
    >>> unit("GBp"), unit("USD")
    (('GBP', 100.0), ('USD', 1.0))
    """
    return _PARTS.get(currency, (currency.upper(), 1.0))


def sector(name: str | None) -> str:
    """Return the sector under the name the rest of FARP uses for it."""
    return _SECTORS.get(name, name) if name else UNCLASSIFIED


def asset_class(kind: str | None, *words: str | None) -> AssetClass:
    """Return the class of an instrument that Yahoo calls a `kind`; `words` are its name and category, which tell what a fund holds.

    Examples
    --------
    >>> asset_class("ETF", "iShares 20+ Year Treasury Bond ETF"), asset_class("EQUITY", "Gold Fields")
    (<AssetClass.FIXED_INCOME: 'FIXED_INCOME'>, <AssetClass.EQUITY: 'EQUITY'>)
    """
    match (kind or "").upper():
        case "EQUITY" | "INDEX":
            return AssetClass.EQUITY
        case "CRYPTOCURRENCY":
            return AssetClass.CRYPTO
        case "CURRENCY":
            return AssetClass.FX
        case "MONEYMARKET":
            return AssetClass.CASH
        case "ETF" | "MUTUALFUND":
            text = " ".join(word for word in words if word).lower()
            for names, held in ((_CASH, AssetClass.CASH), (_BONDS, AssetClass.FIXED_INCOME), (_COMMODITIES, AssetClass.COMMODITY)):
                if any(name in text for name in names):
                    return held
            return AssetClass.EQUITY
        case _:
            return AssetClass.UNCLASSIFIED


def holdable(ticker: str, kind: str | None) -> bool:
    """Return False for a level that is no asset price, such as ^VIX or a yield."""
    return not ((kind or "").upper() == "INDEX" and ticker in _LEVELS)
