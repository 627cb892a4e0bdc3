"""What a row names: a ticker in its canonical form, or an option, a bond, a future, a currency pair."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from farp.holdings.identifiers import is_cusip
from farp.holdings.numbers import CURRENCY_CODES, fold
from farp.holdings.words import plain
from farp.portfolio import AssetClass, Instrument

_US_EXCHANGES = "NASDAQ|NASDAQGS|NASDAQGM|NASDAQCM|NYSE|NYSEARCA|NYSE ARCA|ARCA|AMEX|NYSEAMERICAN|NYSE AMERICAN|NYSEMKT|BATS|CBOE|XNAS|XNYS|XASE|ARCX|BATS|BZX|NMS|NYQ|PCX|US|OTCMKTS|NGS|NGM|NCM"
_PREFIX = re.compile(rf"^(?:{_US_EXCHANGES})\s?:\s?(?=[A-Z])")
_SUFFIX = re.compile(rf"(?::(?:{_US_EXCHANGES})|\.US|-US|\.OQ| U[SNQWAPRVF](?: EQUITY)?|-EQ)$")
_PAIRED = re.compile(r"^([A-Z]{1,5})[./\- ]([A-KM-Z])$")  # not .L: that is London
_RUN_TOGETHER = {"BRKA": "BRK.A", "BRKB": "BRK.B"}
_FOREIGN = re.compile(
    r"^[A-Z0-9]+(?:[.\- ][A-Z])?\.(?:L|DE|F|PA|AS|MI|MC|SW|VX|TO|V|HK|T|SS|SZ|AX|NZ|ST|OL|CO|HE|BR|LS|VI|IR|SI|KS|KQ|TW|NS|BO|SA|MX|JO|IL|WA|PR|BE|DU|HM|HA|MU|SG|TI|PS|IS|AT|TA|JK|KL|BK|CN|NE|XC|AQ|XD|ETR|DEU|LON|SWX)$"
)
_FIGURES = r"\$?\d[\d,]*(?:\.\d+)?"
_OPTIONS = (
    re.compile(r"^[-.]?[A-Z]{1,6}\d?\s*\d{6}[CP]\d+(?:\.\d+)?$"),
    re.compile(rf"^-?[A-Z./]{{1,6}}\d?\s+\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\s+(?:{_FIGURES}\s*(?:C|P|CALL|PUT)|[CP]{_FIGURES})(?:\s+EQUITY)?$"),
    re.compile(rf"^-?[A-Z./]{{1,6}}\d?(?: US)?\s+\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\s+[CP]{_FIGURES}"),
    re.compile(rf"^-?[A-Z./ ]{{1,8}}\d?\s+\d{{1,2}}\s?[A-Z]{{3}}\s?'?\d{{2,4}}\s+{_FIGURES}\s*(?:C|P|CALL|PUT)$"),
    re.compile(rf"^-?[A-Z./]{{1,6}}\d?\s+[A-Z]{{3}}\s+\d{{1,2}},?\s+'?\d{{2,4}}\s+{_FIGURES}\s*(?:C|P|CALL|PUT)\b"),
    re.compile(rf"^-?[A-Z./]{{1,6}}\d?\s+{_FIGURES}\s*(?:C|P|CALL|PUT)\s+.*\d"),
    re.compile(rf"\b(?:CALL|PUT)\b.*(?:\bEXP\b|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}|\$\d)|(?:{_FIGURES}|\d{{2,4}})\s+(?:CALL|PUT)$"),
)
_FUTURE = re.compile(r"^(?:/[A-Z0-9]{1,6}(?::[A-Z]+)?|[A-Z0-9]{1,4}=F|[A-Z]{1,3}[FGHJKMNQUVXZ]\d{1,2} (?:INDEX|COMDTY))$")
_BOND_WORDS = re.compile(
    r"\b(?:TREASURY|TREAS|TREASURIES|BONDS?|NOTES?|NTS|DEBS?|BUND|BUNDANLEIHE|BUNDESREP\w*|ANLEIHE|OBLIGATION\w*|OAT|BTPS?|GILTS?|T-?BILLS?|BILLS?|MUNI|CORP|REPUBLIC|SR|SUB|CERTIFICATES? OF DEPOSIT|CD|GOVT|STRIPS?)\b"
)
_BOND_SYMBOL = re.compile(r"^[A-Z]{1,8} \d{1,2}(?:[.,]\d{1,4}| \d/\d{1,2})?%? (?:PERP|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/\d{2,4})")
_MATURITY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\b\d{2}/\d{2,4}\b|\b(?:19|20)\d\d\b")
_COUPON = re.compile(r"\b\d{1,2}(?:[.,]\d{1,4})?\s?%|\b\d{1,2}[.,]\d{2,4}\b|\b\d+ ?/ ?[248] ?%")
_CLASSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("option", re.compile(r"\b(?:options?|optionen|opcion(?:es)?|opzion[ei]|opties?|optie|call|put|warrants?|optionsscheine?|opcoes|turbos?|knock out\w*)\b")),
    ("future", re.compile(r"\b(?:futures?|futuros?|terminkontrakte?|terminkontrakt|forwards?)\b")),
    ("fx", re.compile(r"\b(?:forex|fx|currency pairs?|devisen|curncy|spot fx)\b")),
    ("cfd", re.compile(r"\bcfds?\b")),
    ("bond", re.compile(r"\b(?:bonds?|anleihen?|obligations?|obligaties|obligatie|bonos?|obbligazion[ei]|obrigacoes|renten|rentenpapiere?|treasur(?:y|ies)|notes?|certificates? of deposit|cds?|obligation|debt|t bills?|fixed income|obligationer)\b")),
)  # fmt: skip
_CRYPTO_CLASS = re.compile(r"\b(?:crypto\w*|krypto\w*|cripto\w*|digital assets?|coins?)\b")
_FUND_CLASS = re.compile(r"\b(?:etfs?|etps?|etns?|funds?|fonds|mutual|closed end|fondos?|fondi|stocks?|equit(?:y|ies)|shares?|aktien?|actions?)\b")
_COINS = {
    "bitcoin": "BTC", "ethereum": "ETH", "ether": "ETH", "litecoin": "LTC", "ripple": "XRP", "xrp": "XRP", "solana": "SOL", "cardano": "ADA", "dogecoin": "DOGE", "polkadot": "DOT",
    "bitcoin cash": "BCH", "chainlink": "LINK", "avalanche": "AVAX", "stellar": "XLM", "stellar lumens": "XLM", "polygon": "MATIC", "uniswap": "UNI", "monero": "XMR",
}  # fmt: skip
_COIN_CODES = frozenset(_COINS.values()) | {"XBT"}
_COIN_PAIR = re.compile(r"^(" + "|".join(sorted(_COIN_CODES)) + r")[-/. ]?(USD|EUR|GBP|USDT)$")
_COMPANY_ENDINGS = frozenset(
    [
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "companies",
        "plc",
        "ag",
        "se",
        "sa",
        "nv",
        "spa",
        "ltd",
        "limited",
        "llc",
        "group",
        "holding",
        "holdings",
        "the",
        "class",
        "a",
        "b",
        "c",
        "common",
        "stock",
        "stk",
        "st",
        "shs",
        "shares",
        "share",
        "registered",
        "reg",
        "ord",
        "ordinary",
        "adr",
        "ads",
        "com",
        "new",
        "dl",
        "o",
        "n",
        "on",
        "del",
        "de",
        "trust",
        "etf",
        "fund",
        "ucits",
        "namens",
        "aktien",
        "inhaber",
        "vz",
        "usd",
        "eur",
        "us",
        "cap",
        "cl",
        "comm",
    ]
)


@lru_cache(maxsize=8192)
def normalised(raw: str) -> str:
    """Return the canonical ticker: upper case, US markers stripped, share classes with a point, foreign suffixes kept.

    Examples
    --------
    >>> [normalised(text) for text in ("brk/b", "BRK B", "NYSE:KO", "AAPL US Equity", "PFE.DE", "vod.l", "TCS-EQ")]
    ['BRK.B', 'BRK.B', 'KO', 'AAPL', 'PFE.DE', 'VOD.L', 'TCS']
    """
    text = re.sub(r"\s+", " ", fold(raw).upper().strip(" '\"“”=\t")).strip()
    text = _PREFIX.sub("", text)
    if text.endswith(" EQUITY") and not _SUFFIX.search(text):
        text = text.removesuffix(" EQUITY")
    stripped = _SUFFIX.sub("", text)
    text = stripped or text
    paired = _PAIRED.match(_RUN_TOGETHER.get(text, text))
    return f"{paired[1]}.{paired[2]}" if paired else text


def spelled_as(ticker: str, instruments: Mapping[str, Instrument] | None) -> str:
    """Return `ticker` in the spelling of the price source: BRK.B or BRK-B."""
    if instruments is None or ticker in instruments:
        return ticker
    for other in (ticker.replace(".", "-"), ticker.replace(".", "/"), ticker.replace(".", " "), ticker.replace(".", "")):
        if _PAIRED.match(ticker) and other in instruments and other != ticker.replace(".", ""):
            return other
    return ticker


def has_foreign_suffix(ticker: str) -> bool:
    """Whether the ticker names an exchange outside the US."""
    return bool(_FOREIGN.match(ticker))


def crypto_ticker(symbol: str, name: str, class_text: str) -> str | None:
    """Return the ticker of a coin priced in dollars, None when the row is not clearly one."""
    code = symbol.upper()
    quoted = _COIN_PAIR.match(code)
    if quoted:
        return f"{quoted[1].replace('XBT', 'BTC')}-USD"
    named = _COINS.get(re.sub(r" (?:btc|eth|ltc|xrp|coin|token)$", "", plain(name)))
    if _CRYPTO_CLASS.search(plain(class_text)) and re.fullmatch(r"[A-Z0-9]{2,6}", code) and code not in CURRENCY_CODES:
        return f"{code.replace('XBT', 'BTC')}-USD"
    if named and (not code or code in {named, "XBT"}):
        return f"{named}-USD"
    return None


@lru_cache(maxsize=8192)
def kind_of(symbol: str, name: str, class_text: str, known: bool) -> str | None:
    """Return option, bond, future, fx or cfd for what is recognised and not modelled, else None.

    `known`: the price source has the symbol, so no wording in its name makes it a bond.
    """
    code = fold(symbol).upper().strip()
    for text in (code, fold(name).upper().strip()):
        if text and (text is not code or not known) and _is_option(text, first=text is code):
            return "option"
    if code.endswith("=X") or _is_pair(code):
        return "fx"
    if _FUTURE.match(code):
        return "future"
    folded = plain(class_text)
    for kind, words in _CLASSES:
        if folded and words.search(folded):
            if kind == "bond" and (known or _FUND_CLASS.search(folded) or (re.fullmatch(r"[A-Z]{1,5}", code) and "fixed income" in folded)):
                continue
            if kind == "option" and known:
                continue
            return kind
    if not known and _is_bond(code, fold(name).upper()):
        return "bond"
    return None


def _is_option(text: str, first: bool) -> bool:
    if not first and "CALL" not in text and "PUT" not in text:
        return False
    patterns = _OPTIONS if first else _OPTIONS[-1:]
    return any(pattern.search(text) for pattern in patterns)


def _is_pair(code: str) -> bool:
    pair = re.fullmatch(r"([A-Z]{3})[./ ]?([A-Z]{3})(?: CURNCY)?", code)
    return bool(pair) and pair is not None and pair[1] in CURRENCY_CODES and pair[2] in CURRENCY_CODES and pair[1] != pair[2]


def _is_bond(code: str, name: str) -> bool:
    if _BOND_SYMBOL.match(code):
        return True
    text = name if not re.fullmatch(r"[A-Z]{1,5}", code) else ""
    text = text or (code if " " in code else "")
    if not text:
        return False
    worded = bool(_BOND_WORDS.search(text))
    return (worded and bool(_MATURITY.search(text))) or (bool(_COUPON.search(text)) and "%" in text and bool(_MATURITY.search(text)))


def may_be_bond(symbol: str, class_text: str) -> bool:
    """Whether the class of a row, or a CUSIP for a symbol, leaves open that it is a bond priced in percent."""
    bonds = next(words for kind, words in _CLASSES if kind == "bond")
    return bool(bonds.search(plain(class_text))) or is_cusip(fold(symbol).upper())


def words_of(name: str) -> list[str]:
    """Return the words of a company name that tell it from others."""
    return [word for word in plain(name).split() if word not in _COMPANY_ENDINGS]


def named(name: str, instruments: Mapping[str, Instrument]) -> list[str]:
    """Return the tickers of instruments whose whole name begins `name`, the longest match first."""
    wanted = words_of(name)
    hits: list[tuple[int, str]] = []
    for ticker, instrument in instruments.items():
        own = words_of(instrument.name)
        if own and instrument.holdable and instrument.asset_class is not AssetClass.FX and wanted[: len(own)] == own:
            hits.append((len(own), ticker))
    best = max((length for length, _ in hits), default=0)
    return [ticker for length, ticker in sorted(hits, key=lambda hit: (-hit[0], hit[1])) if length == best]


def closest(ticker: str, name: str, instruments: Mapping[str, Instrument], most: int = 3) -> tuple[str, ...]:
    """Return known tickers a person may have meant: by name first, then by spelling."""
    holdable: Sequence[str] = [code for code, instrument in instruments.items() if instrument.holdable]
    found = named(name, instruments) if name else []
    base = ticker.split(".", maxsplit=1)[0]
    if base != ticker and base in instruments:
        found.append(base)
    if f"{ticker}-USD" in instruments:
        found.append(f"{ticker}-USD")
    if ticker:
        found += difflib.get_close_matches(ticker, [code for code in holdable if code[:1] == ticker[:1]], n=most, cutoff=0.6)
    return tuple(dict.fromkeys(found))[:most]
