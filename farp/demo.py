"""Made-up users with portfolios of real tickers, for a first look and for load tests. Pure and reproducible.

The first eight users hold hand-made portfolios worth showing. The others follow a theme: a few sleeves of tickers
whose shares and weights are drawn. Every description is written from the quantities that came out.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from farp.errors import DataError, InvalidInput
from farp.market import Floats, PriceHistory, as_date
from farp.portfolio import cash_currency, cash_ticker

MAX_USERS = 100_000

_CURRENCY = "USD"
_SMALLEST, _LARGEST = 50_000.0, 5_000_000.0  # net asset value of a drawn portfolio
_STALE_AFTER = 5  # business days without a close, as in the analysis
_YEAR = 252

# The list lengths share no divisor, so walking both at once meets every pair before one comes back.
_FIRST_NAMES = (
    *("grace", "daniel", "amelia", "luca", "ingrid", "marcus", "yuki", "priya", "william", "sofia"),
    *("henrik", "chloe", "omar", "elena", "james", "fatima", "noah", "camille", "arjun", "hannah"),
    *("mateo", "olivia", "kwame", "laura", "peter", "mei", "thomas", "nadia", "samuel", "ruth"),
    *("felix", "isabel", "victor", "leila", "oscar", "clara", "andrew", "zofia", "hugo", "martha"),
)
_LAST_NAMES = (
    *("morgan", "reyes", "fischer", "bianchi", "larsen", "webb", "tanaka", "sharma", "brown", "costa"),
    *("nilsson", "dubois", "haddad", "petrova", "clarke", "rahman", "silva", "laurent", "mehta", "weiss"),
    *("garcia", "bennett", "mensah", "keller", "novak", "chen", "wright", "kaya", "adler", "okafor"),
    *("lindqvist", "moreno", "dumont", "farouk", "jensen", "hughes", "walsh"),
)


@dataclass(frozen=True, slots=True)
class _Sleeve:
    """A part of a portfolio with weights as fractions of net asset value; negative is short."""

    label: str
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Showcase:
    """A hand-made portfolio; its weights sum to one."""

    name: str
    opening: str
    value: float
    sleeves: tuple[_Sleeve, ...]
    by_inverse_volatility: bool = False


@dataclass(frozen=True, slots=True)
class _Draw:
    """A sleeve to be drawn: between `low` and `high` of net asset value in `fewest` to all tickers of `pool`."""

    label: str
    low: float
    high: float
    pool: tuple[str, ...]
    fewest: int


@dataclass(frozen=True, slots=True)
class _Theme:
    """What a drawn portfolio is about. Long shares are scaled so that all shares sum to one."""

    names: tuple[str, ...]
    opening: str
    draws: tuple[_Draw, ...]


def _cash(*currencies: str) -> tuple[str, ...]:
    return tuple(cash_ticker(currency) for currency in currencies)


_EUR, _GBP, _CHF, _JPY, _USD = _cash("EUR", "GBP", "CHF", "JPY", "USD")

_SHOWCASES = (
    _Showcase(
        name="Balanced 60/40",
        opening="A classic balanced portfolio: shares for growth, Treasuries of four maturities, a little gold and foreign cash as ballast.",
        value=1_250_000,
        sleeves=(
            _Sleeve(
                "shares",
                {"QUAL": 0.08, "VLUE": 0.07, "SIZE": 0.07, "MSFT": 0.06, "AAPL": 0.05, "JNJ": 0.05, "UNH": 0.04}
                | {"PG": 0.04, "XOM": 0.04, "JPM": 0.04, "HD": 0.03, "GOOG": 0.03},
            ),
            _Sleeve("Treasuries", {"UST5Y": 0.09, "UST10Y": 0.09, "UST2Y": 0.08, "UST20Y": 0.05}),
            _Sleeve("gold", {"GLD": 0.04}),
            _Sleeve("euro cash", {_EUR: 0.03}),
            _Sleeve("Treasury bills", {"BIL": 0.02}),
        ),
    ),
    _Showcase(
        name="Tech Growth",
        opening="Large technology and internet companies and nothing to soften the ride.",
        value=640_000,
        sleeves=(
            _Sleeve(
                "technology and internet shares",
                {"NVDA": 0.16, "MSFT": 0.16, "AAPL": 0.15, "AMZN": 0.12, "GOOG": 0.11, "META": 0.08, "AMD": 0.08, "NFLX": 0.07},
            ),
            _Sleeve("a Nasdaq-100 fund", {"QQQ": 0.07}),
        ),
    ),
    _Showcase(
        name="Long/Short Equity",
        opening="Bought: steady earners. Sold short: more volatile companies and a growth index fund. The money from the shorts is held as cash.",
        value=2_000_000,
        sleeves=(
            _Sleeve(
                "shares",
                {"UNH": 0.16, "LLY": 0.15, "XOM": 0.15, "PEP": 0.14, "JPM": 0.13, "WMT": 0.13, "MSFT": 0.12, "MRK": 0.12},
            ),
            _Sleeve("shares", {"AMD": -0.12, "QQQ": -0.12, "NFLX": -0.10, "META": -0.10, "BBY": -0.10, "GE": -0.10, "RRC": -0.06}),
            _Sleeve("dollar cash", {_USD: 0.60}),
        ),
    ),
    _Showcase(
        name="Multi-Currency Reserve",
        opening="More than half sits in foreign cash, so exchange rates matter as much as markets.",
        value=850_000,
        sleeves=(
            _Sleeve("foreign cash", {_EUR: 0.24, _GBP: 0.16, _CHF: 0.08, _JPY: 0.07}),
            _Sleeve("US shares", {"PG": 0.06, "KO": 0.05, "PFE": 0.05, "MRK": 0.05, "MSFT": 0.05, "XOM": 0.04}),
            _Sleeve("Treasuries", {"UST5Y": 0.10}),
            _Sleeve("gold", {"GLD": 0.05}),
        ),
    ),
    _Showcase(
        name="Crypto Tilt",
        opening="Growth shares with a large stake in bitcoin; gold and Treasury bills keep some powder dry.",
        value=900_000,
        sleeves=(
            _Sleeve("bitcoin", {"BTC-USD": 0.22}),
            _Sleeve("growth shares", {"QQQ": 0.14, "GOOG": 0.10, "NVDA": 0.09, "AMZN": 0.09, "META": 0.08, "AMD": 0.06}),
            _Sleeve("Treasury bills", {"BIL": 0.14}),
            _Sleeve("gold", {"GLD": 0.08}),
        ),
    ),
    _Showcase(
        name="Dividend Income",
        opening="Established companies that pay dividends, with a small reserve in Treasuries.",
        value=480_000,
        sleeves=(
            _Sleeve(
                "dividend payers",
                {"KO": 0.11, "PG": 0.11, "JNJ": 0.11, "PEP": 0.10, "MRK": 0.09, "XOM": 0.08, "CVX": 0.08, "PFE": 0.08} | {"JPM": 0.06, "WMT": 0.06},
            ),
            _Sleeve("Treasuries", {"UST5Y": 0.06}),
            _Sleeve("Treasury bills", {"BIL": 0.06}),
        ),
    ),
    _Showcase(
        name="Risk Parity",
        opening="Each holding is sized by the inverse of its volatility over the last year, so each carries about the same risk taken alone.",
        value=3_000_000,
        sleeves=(
            _Sleeve("Treasuries", dict.fromkeys(("UST5Y", "UST10Y", "UST20Y"), 1.0)),
            _Sleeve("share funds", dict.fromkeys(("USMV", "VLUE", "SIZE"), 1.0)),
            _Sleeve("gold", {"GLD": 1.0}),
        ),
        by_inverse_volatility=True,
    ),
    _Showcase(
        name="Single Stock",
        opening="An employee's shares in one company, never diversified: the whole risk is NVIDIA's.",
        value=1_403_100,
        sleeves=(_Sleeve("shares", {"NVDA": 1.0}),),
    ),
)

_TECHNOLOGY = ("AAPL", "MSFT", "NVDA", "AMD", "GOOG", "META", "AMZN", "NFLX")
_HEALTH = ("LLY", "UNH", "JNJ", "PFE", "MRK")
_STAPLES = ("KO", "PEP", "PG", "WMT")
_TREASURIES = ("UST2Y", "UST5Y", "UST10Y", "UST20Y")
_STYLE_FUNDS = ("MTUM", "QUAL", "SIZE", "USMV", "VLUE")
_BILLS = _Draw("Treasury bills", 0.04, 0.12, ("BIL",), 1)
_GOLD = _Draw("gold", 0.04, 0.10, ("GLD",), 1)
_DOLLARS = _Draw("dollar cash", 0.02, 0.06, (_USD,), 1)

_THEMES = (
    _Theme(
        ("Income Portfolio", "Dividends and Coupons", "Steady Income"),
        "Built for income: companies that pay dividends and Treasuries that pay coupons.",
        (
            _Draw("dividend payers", 0.55, 0.70, (*_STAPLES, "JNJ", "PFE", "MRK", "CVX", "XOM", "HD"), 6),
            _Draw("Treasuries", 0.2, 0.3, _TREASURIES, 2),
            _BILLS,
        ),
    ),
    _Theme(
        ("Health Care Leaders", "Medicines and Care", "Health First"),
        "Health care first, with broad funds beside it.",
        (_Draw("health care shares", 0.60, 0.75, _HEALTH, 4), _Draw("share funds", 0.15, 0.25, ("USMV", "QUAL"), 1), _BILLS),
    ),
    _Theme(
        ("Energy and Inflation", "Oil, Gas and Gold", "Real Assets"),
        "Meant to hold up when prices rise: oil and gas companies, gold and short Treasuries.",
        (
            _Draw("energy shares", 0.40, 0.55, ("XOM", "CVX", "RRC"), 2),
            _Draw("gold", 0.15, 0.25, ("GLD",), 1),
            _Draw("short Treasuries", 0.15, 0.25, ("UST2Y", "UST5Y"), 2),
            _Draw("commodity currencies", 0.05, 0.12, _cash("CAD", "NOK", "AUD"), 2),
        ),
    ),
    _Theme(
        ("Global Macro", "Macro Opportunities", "World View"),
        "Views on rates, currencies, gold and shares, some of them against the market.",
        (
            _Draw("Treasuries", 0.35, 0.55, _TREASURIES, 2),
            _Draw("gold", 0.10, 0.20, ("GLD",), 1),
            _Draw("share funds", 0.15, 0.25, ("VLUE", "USMV", "QUAL"), 1),
            _Draw("foreign cash", 0.15, 0.30, _cash("CHF", "SGD", "AUD", "MXN"), 2),
            _Draw("foreign cash", -0.30, -0.15, _cash("GBP", "SEK", "CNY"), 1),
            _Draw("growth funds", -0.20, -0.08, ("QQQ",), 1),
        ),
    ),
    _Theme(
        ("Factor Funds", "Style Mix", "Smart Beta"),
        "All five style funds in one portfolio, with a reserve.",
        (_Draw("style funds", 0.80, 0.92, _STYLE_FUNDS, 5), _BILLS),
    ),
    _Theme(
        ("Cautious Balanced", "Capital Preservation", "Retirement Balanced"),
        "Balanced, with more bonds than shares.",
        (
            _Draw("Treasuries", 0.45, 0.55, _TREASURIES, 3),
            _Draw("shares", 0.30, 0.40, (*_STAPLES, *_HEALTH, "MSFT", "JPM", "HD"), 5),
            _GOLD,
            _BILLS,
        ),
    ),
    _Theme(
        ("Gold and Treasuries", "Safe Havens", "Crisis Reserve"),
        "Only what tends to be sought in a crisis.",
        (
            _Draw("Treasuries", 0.45, 0.60, _TREASURIES, 3),
            _Draw("gold", 0.25, 0.35, ("GLD",), 1),
            _Draw("haven currencies", 0.08, 0.16, _cash("CHF", "JPY", "SGD"), 2),
        ),
    ),
    _Theme(
        ("FX Carry", "Currency Carry", "High-Yield Currencies"),
        "Owns currencies with high interest rates against borrowed ones with low rates, over a base of Treasury bills.",
        (
            _Draw("high-rate currencies", 0.50, 0.75, _cash("MXN", "BRL", "ZAR", "INR"), 3),
            _Draw("low-rate currencies", -0.70, -0.45, _cash("JPY", "CHF", "SEK"), 2),
            _Draw("Treasury bills", 0.60, 0.75, ("BIL",), 1),
            _DOLLARS,
        ),
    ),
    _Theme(
        ("Everyday Brands", "Consumer Brands", "Shops and Shelves"),
        "What households buy every week, and some of the shops they buy it from.",
        (
            _Draw("consumer staples shares", 0.50, 0.65, _STAPLES, 3),
            _Draw("retail shares", 0.25, 0.35, ("AMZN", "HD", "BBY"), 2),
            _Draw("cash in euro and sterling", 0.04, 0.10, (_EUR, _GBP), 2),
        ),
    ),
    _Theme(
        ("Quality Long/Short", "Calm against Wild", "Low-Beta Long/Short"),
        "Owns calm, profitable companies and is short volatile ones, so the market as a whole matters less.",
        (
            _Draw("shares", 0.80, 1.00, (*_STAPLES, *_HEALTH, "MSFT"), 6),
            _Draw("shares", -0.60, -0.35, ("AMD", "NFLX", "META", "RRC", "BBY"), 3),
            _Draw("dollar cash", 0.45, 0.60, (_USD,), 1),
        ),
    ),
    _Theme(
        ("Treasury Ladder", "Government Bonds", "Laddered Treasuries"),
        "US government debt from a few weeks to twenty years, and a little cash.",
        (_Draw("Treasuries", 0.75, 0.90, _TREASURIES, 4), _BILLS, _DOLLARS),
    ),
    _Theme(
        ("Chips and Cloud", "Digital Leaders", "Innovation Growth"),
        "Growth companies from technology and the internet.",
        (_Draw("technology and internet shares", 0.70, 0.85, _TECHNOLOGY, 5), _Draw("a Nasdaq-100 fund", 0.08, 0.15, ("QQQ",), 1), _DOLLARS),
    ),
    _Theme(
        ("Defensive Equity", "Low-Volatility Shares", "Quiet Shares"),
        "Shares that tend to fall less than the market.",
        (
            _Draw("defensive shares", 0.55, 0.70, (*_STAPLES, "JNJ", "MRK", "PFE"), 5),
            _Draw("low-volatility fund", 0.20, 0.30, ("USMV",), 1),
            _BILLS,
        ),
    ),
    _Theme(
        ("Banks and Value", "Cyclical Value", "Old Economy"),
        "Banks, industry and energy at modest prices.",
        (
            _Draw("financial, industrial and energy shares", 0.55, 0.70, ("JPM", "BAC", "GE", "XOM", "CVX"), 5),
            _Draw("value and small-company funds", 0.20, 0.30, ("VLUE", "SIZE"), 2),
            _DOLLARS,
        ),
    ),
    _Theme(
        ("Pacific Currencies", "Asia-Pacific Cash", "Pacific Reserve"),
        "Cash of the Pacific region, with gold and short Treasuries as a second leg.",
        (
            _Draw("Pacific currencies", 0.55, 0.70, _cash("AUD", "NZD", "JPY", "SGD", "KRW"), 4),
            _Draw("gold", 0.10, 0.20, ("GLD",), 1),
            _Draw("short Treasuries", 0.15, 0.25, ("UST2Y", "UST5Y"), 1),
        ),
    ),
)

# One portfolio holds a fund without recent prices, so that a visitor sees how an exclusion looks.
_USER_WITH_ENDED_PRICES = 24
_ENDED_TICKER = "SPY"
_ENDED_SHARE = 0.15
_INDEX_CORE = _Theme(
    ("Index Core",),
    "Index funds as the core, a few single companies around them.",
    (
        _Draw("style funds", 0.45, 0.55, _STYLE_FUNDS, 3),
        _Draw("shares", 0.20, 0.30, ("AAPL", "MSFT", "JPM", "UNH", "XOM", "KO"), 3),
        _Draw("Treasuries", 0.10, 0.20, ("UST5Y", "UST10Y"), 1),
    ),
)


def demo_users(users: int, seed: int, history: PriceHistory) -> tuple[dict[str, Any], ...]:
    """Return `users` made-up users, each with one portfolio, as documents of `user_portfolios`.

    User k is the same whatever `users` is: it depends on `seed`, k and the last prices of `history` alone.

    Parameters
    ----------
    users : int
        How many, 1 to 100,000. The first eight hold the hand-made portfolios.
    seed : int
        Not negative; draws holdings and dates. Names belong to the user's number.
    history : PriceHistory
        Sizes the holdings: quantities are whole units worth the wanted share at the last close.

    Returns
    -------
    tuple of dict
        `{user_id, username, email, portfolio: {portfolio_name, portfolio_desc, portfolio_created_at, assets:
        [{asset_ticker, asset_quantity}, ...]}}`; the quantity of `CASH:EUR` is an amount in euro, negative is short.

    Raises
    ------
    InvalidInput
        `users` or `seed` is out of range.
    DataError
        `history` lacks a current price of a ticker the demo holds.
    """
    if not 1 <= users <= MAX_USERS:
        raise InvalidInput(f"The number of demo users must lie between 1 and {MAX_USERS:,}, got {users!r}.")
    if seed < 0:
        raise InvalidInput(f"The seed of the demo must be 0 or more, got {seed!r}.")
    prices = _last_prices(history)
    return tuple(_user(number, seed, history, prices) for number in range(1, users + 1))


def _user(number: int, seed: int, history: PriceHistory, prices: Mapping[str, float]) -> dict[str, Any]:
    rng = np.random.default_rng([seed, number])
    created_at = _created_at(rng, history.last_date)
    username = _username(number)
    if number <= len(_SHOWCASES):
        showcase = _SHOWCASES[number - 1]
        name, opening, value = showcase.name, showcase.opening, showcase.value
        sleeves = _by_inverse_volatility(showcase.sleeves, history) if showcase.by_inverse_volatility else showcase.sleeves
    else:
        turn, k = divmod(number - len(_SHOWCASES) - 1, len(_THEMES))
        theme = _INDEX_CORE if number == _USER_WITH_ENDED_PRICES else _THEMES[k]
        name, opening = theme.names[turn % len(theme.names)], theme.opening
        value = math.exp(rng.uniform(math.log(_SMALLEST), math.log(_LARGEST)))
        sleeves = _drawn(theme.draws, rng)

    quantities = {ticker: _units(ticker, weight * value, prices[ticker]) for sleeve in sleeves for ticker, weight in sleeve.weights.items()}
    description = f"{opening} {_contents(sleeves, quantities, prices, history.last_date)}"
    if number == _USER_WITH_ENDED_PRICES:
        ended = _ended(history, _ENDED_TICKER)
        if ended is not None:
            last_price, last_date = ended
            quantities[_ENDED_TICKER] = _units(_ENDED_TICKER, _ENDED_SHARE * value, last_price)
            description += (
                f" It also holds {quantities[_ENDED_TICKER]:,} {_ENDED_TICKER}, whose prices here end on {_long(last_date)}:"
                " figures for later days leave it out and say so."
            )
    return {
        "user_id": f"user_{number:03d}",
        "username": username,
        "email": f"{username.replace('_', '.')}@example.com",
        "portfolio": {
            "portfolio_name": name,
            "portfolio_desc": description,
            "portfolio_created_at": created_at,
            "assets": [{"asset_ticker": ticker, "asset_quantity": quantity} for ticker, quantity in quantities.items()],
        },
    }


def _username(number: int) -> str:
    """Return the name of user `number`, different for every number: pairs of names, then pairs with a count."""
    turn, k = divmod(number - 1, math.lcm(len(_FIRST_NAMES), len(_LAST_NAMES)))
    pair = f"{_FIRST_NAMES[k % len(_FIRST_NAMES)]}_{_LAST_NAMES[k % len(_LAST_NAMES)]}"
    return pair if turn == 0 else f"{pair}_{turn + 1}"


def _created_at(rng: np.random.Generator, last_date: dt.date) -> dt.datetime:
    """Return a moment in office hours (UTC) of a weekday, a month to three years before `last_date`."""
    day = last_date - dt.timedelta(days=int(rng.integers(30, 1096)))
    day -= dt.timedelta(days=max(0, day.weekday() - 4))
    return dt.datetime(day.year, day.month, day.day, int(rng.integers(8, 18)), int(rng.integers(60)), tzinfo=dt.UTC)


def _drawn(draws: Sequence[_Draw], rng: np.random.Generator) -> tuple[_Sleeve, ...]:
    """Draw tickers and weights for each sleeve; the long sleeves are scaled so that all weights sum to one."""
    shares = np.array([rng.uniform(draw.low, draw.high) for draw in draws])
    long = shares > 0.0
    shares[long] *= (1.0 - shares[~long].sum()) / shares[long].sum()
    sleeves = []
    for draw, share in zip(draws, shares, strict=True):
        count = int(rng.integers(draw.fewest, len(draw.pool) + 1))
        tickers = [draw.pool[i] for i in rng.permutation(len(draw.pool))[:count]]
        weights = sorted(rng.dirichlet(np.full(count, 8.0)), reverse=True)
        sleeves.append(_Sleeve(draw.label, {ticker: float(share * weight) for ticker, weight in zip(tickers, weights, strict=True)}))
    return tuple(sleeves)


def _by_inverse_volatility(sleeves: Sequence[_Sleeve], history: PriceHistory) -> tuple[_Sleeve, ...]:
    """Return the sleeves with weights in proportion to 1 / volatility of the last 252 common daily returns."""
    tickers = [ticker for sleeve in sleeves for ticker in sleeve.weights]
    closes = np.column_stack([history.close(ticker) for ticker in tickers])
    closes = closes[np.isfinite(closes).all(axis=1)][-_YEAR - 1 :]
    inverse = 1.0 / (closes[1:] / closes[:-1] - 1.0).std(axis=0, ddof=1)
    weights = dict(zip(tickers, (inverse / inverse.sum()).tolist(), strict=True))
    return tuple(_Sleeve(sleeve.label, {ticker: weights[ticker] for ticker in sleeve.weights}) for sleeve in sleeves)


def _units(ticker: str, amount: float, price: float) -> int:
    """Return the whole units of `ticker` worth about `amount`, at least one; cash in round hundreds."""
    step = 100 if cash_currency(ticker) is not None else 1
    units = max(round(abs(amount) / price / step), 1) * step
    return units if amount > 0.0 else -units


def _contents(sleeves: Sequence[_Sleeve], quantities: Mapping[str, int], prices: Mapping[str, float], day: dt.date) -> str:
    """Say what share of the net value each sleeve really is, and its holdings, the largest first."""
    values = {ticker: quantity * prices[ticker] for ticker, quantity in quantities.items()}
    net = sum(values.values())
    parts = []
    for sleeve in sleeves:
        share = sum(values[ticker] for ticker in sleeve.weights) / net
        tickers = sorted(sleeve.weights, key=lambda ticker: -abs(values[ticker]))
        shown = [cash_currency(ticker) or ticker for ticker in tickers]
        listed = ", ".join(shown) if len(shown) <= 4 else f"{', '.join(shown[:3])} and {len(shown) - 3} more"
        parts.append(f"{'short ' if share < 0.0 else ''}{100.0 * abs(share):.0f} % {sleeve.label} ({listed})")
    return f"On {_long(day)}: {', '.join(parts)}."


def _last_prices(history: PriceHistory) -> dict[str, float]:
    """Return the current dollar price of one unit of every ticker the demo may hold."""
    held = [ticker for showcase in _SHOWCASES for sleeve in showcase.sleeves for ticker in sleeve.weights]
    held += [ticker for theme in (*_THEMES, _INDEX_CORE) for draw in theme.draws for ticker in draw.pool]
    prices = {ticker: _current_price(history, ticker) for ticker in dict.fromkeys(held)}
    missing = [ticker for ticker, price in prices.items() if price is None]
    if missing:
        raise DataError(
            f"The demo portfolios hold {', '.join(missing)}, which the price source '{history.source}' cannot price on"
            f" {_long(history.last_date)}; use PRICE_SOURCE=sample to make demo users."
        )
    return {ticker: price for ticker, price in prices.items() if price is not None}


def _current_price(history: PriceHistory, ticker: str) -> float | None:
    """Return the dollar price of one unit of `ticker`, None when the last one is older than five business days."""
    instrument = history.instrument(ticker)
    cash = cash_currency(ticker) is not None
    if instrument is None or not (cash or ticker in history):
        return None
    rate = history.fx_rate(instrument.currency, _CURRENCY)
    if rate is None:
        return None
    price = rate if cash else rate * history.close(ticker)
    row = _last_row(price)
    if row is None or np.busday_count(history.dates[row], history.dates[-1]) > _STALE_AFTER:
        return None
    return float(price[row])


def _ended(history: PriceHistory, ticker: str) -> tuple[float, dt.date] | None:
    """Return the last price of `ticker` and its date, None when it is unknown or has a current price."""
    if ticker not in history or _current_price(history, ticker) is not None:
        return None
    closes = history.close(ticker)
    row = _last_row(closes)
    return None if row is None else (float(closes[row]), as_date(history.dates[row]))


def _last_row(prices: Floats) -> int | None:
    rows = np.flatnonzero(np.isfinite(prices))
    return int(rows[-1]) if len(rows) else None


def _long(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
