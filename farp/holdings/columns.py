"""Columns by meaning: what the heading says, confirmed or overruled by what the cells hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from farp.holdings.identifiers import is_cusip, is_isin, is_sedol, is_wkn, isin_in, share
from farp.holdings.numbers import currency_code, fold, is_missing, looks_numeric, mark_of
from farp.holdings.result import ColumnReading
from farp.holdings.table import Row
from farp.holdings.words import heading_currency, is_cash, is_group, is_total, meanings, plain

IDENTIFIERS = ("symbol", "isin", "cusip", "sedol", "wkn", "valor", "name")
SIZES = ("quantity", "market_value", "weight")
NUMERIC = (*SIZES, "price", "multiplier", "short_quantity")
MEANINGS = (*IDENTIFIERS, *NUMERIC, "currency", "side", "action", "class", "date", "price_date", "purchase_date", "account", "record")

_SAMPLE = 400
_TICKER = re.compile(r"[A-Za-z0-9^$][A-Za-z0-9.\-/&*=^:$!]{0,14}(?: [A-Za-z]{1,2})?(?: (?:Equity|EQUITY|Index|INDEX|Curncy|CURNCY|Comdty|COMDTY))?")
_LONG = frozenset(["long", "l", "buy", "b", "kauf", "bought", "achat", "compra", "acquisto", "koop", "k", "lang", "kop"])
_SHORT = frozenset(["short", "s", "sell", "verkauf", "sold", "vente", "venta", "vendita", "verkoop", "v", "leer", "kurz", "salj"])
_MOVES = re.compile(
    r"^(?:buy|sell|bought|sold|dividends?|deposit|withdrawal|fee|fees|interest|transfer|reinvest\w*|kauf|verkauf|achat|vente|compra|venta|acquisto|vendita|koop|verkoop|"
    r"dividende|ausschuttung|send|receive|convert|split|spin\w*|tax|contribution|staking|rewards?|order|cdiv|ach|journal\w*|market buy|market sell|"
    r"limit buy|limit sell|you bought|you sold|einlage|entnahme|zinsen|depot|purchase|sale|redemption|subscription|trade|exercise\w*|assign\w*|expired|kop|salj|utdelning|slip|gold|rec|rtp|mtm)\b"
)
_DAY_ALONE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|(?:19|20)\d\d[01]\d[0-3]\d|\d{1,2}[- ][A-Za-z]{3,9}[- ,]+\d{2,4}|[A-Za-z]{3,9}[- ]\d{1,2}[, -]+\d{4}"
)
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|[12]\d{7}|\d{1,2}[- ][A-Za-z]{3,9}[- ,]+\d{2,4}|[A-Za-z]{3,9}[- ]\d{1,2}[, -]+\d{4}"
)


def looks_like_ticker(text: str) -> bool:
    """Whether `text` has the form of a ticker, a suffix or prefix included."""
    return bool(_TICKER.fullmatch(text)) and not mark_of(text) and (any(char.isalpha() for char in text))


def _is_ticker_form(text: str) -> bool:
    """Whether a cell under a heading that fits names as well as tickers is a ticker: all capitals, or short and all small."""
    core = re.sub(r" (?:Equity|Index|Curncy|Comdty)$", "", text)
    return looks_like_ticker(text) and (core == core.upper() or (core == core.lower() and len(core) <= 9))


def looks_like_date(text: str) -> bool:
    """Whether `text` begins with a day."""
    return bool(_DATE.match(text.strip()))


def is_day(text: str) -> bool:
    """Whether `text` is a day and nothing else, as the label of a lot is."""
    return bool(_DAY_ALONE.fullmatch(text.strip()))


def side_of(text: str) -> int:
    """Return 1 for a long side, -1 for a short one, 0 when `text` names none."""
    word = plain(text)
    return 1 if word in _LONG else -1 if word in _SHORT else 0


def is_move(text: str) -> bool:
    """Whether `text` names something that happened rather than something held: a purchase, a dividend, a deposit."""
    return bool(_MOVES.match(plain(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column has which meaning. `rivals` are further columns of a meaning, by falling confidence; `currencies` what headings name."""

    index: Mapping[str, int]
    readings: tuple[ColumnReading, ...]
    rivals: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    currencies: Mapping[int, str] = field(default_factory=dict)

    def get(self, meaning: str) -> int | None:
        """The column of `meaning`, None when there is none."""
        return self.index.get(meaning)

    @property
    def readable(self) -> bool:
        """Whether there is something held and how much of it."""
        return any(name in self.index for name in IDENTIFIERS) and any(name in self.index for name in SIZES)


@dataclass(slots=True)
class _Content:
    """Shares of the cells of a column that have a form; all of the cells that are not missing."""

    cells: list[str]

    @property
    def count(self) -> int:
        return len(self.cells)

    @property
    def numeric(self) -> float:
        return share(self.cells, looks_numeric)

    @property
    def currency(self) -> float:
        return share(self.cells, currency_code)

    @property
    def dates(self) -> float:
        return share(self.cells, looks_like_date)


def header_score(cells: Sequence[str]) -> float:
    """Return how much a row looks like the heading of a table of holdings: 0 when it does not, more the more it names.

    A heading names what is held and how much of it, in different columns, and holds no numbers.
    """
    found: dict[str, float] = {}
    filled = 0
    for cell in cells:
        if not cell:
            continue
        filled += 1
        options = meanings(cell)
        if options:
            meaning, confidence, _ = options[0]
            if confidence > found.get(meaning, 0.0):
                found[meaning] = confidence
    identifiers = [name for name in ("symbol", "isin", "wkn", "cusip", "sedol", "valor", "instrument", "name") if name in found]
    sizes = [name for name in SIZES if name in found]
    if not identifiers or filled < 2:
        return 0.0
    if not sizes:
        return 0.0
    weights = {
        "symbol": 3.0,
        "isin": 2.5,
        "quantity": 3.0,
        "market_value": 2.0,
        "price": 2.0,
        "weight": 1.0,
        "instrument": 1.5,
        "name": 1.0,
        "currency": 1.0,
    }
    return sum(weights.get(name, 0.4) * confidence for name, confidence in found.items())


def is_heading_like(cells: Sequence[str]) -> bool:
    """Whether a row is made of headings of some table, of holdings or not."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or any(cell[0].isdigit() or looks_numeric(cell) for cell in filled):
        return False
    known = sum(1 for cell in filled if any(confidence >= 0.6 for _, confidence, _ in meanings(cell)))
    return known >= 2 and known * 2 >= len(filled)


def has_numbers(cells: Sequence[str]) -> bool:
    """Whether a row holds a cell that begins like a number; quick, for rows without count."""
    return any(cell[0] in "0123456789-+($€£.,'" and looks_numeric(cell) for cell in cells if cell)


def assign(header: Sequence[str], rows: Sequence[Row], chosen: Mapping[int, str] | None = None) -> Columns:
    """Return what each column of a table means.

    Parameters
    ----------
    header : headings, one per column; blank and repeated ones allowed
    rows : the rows below; a sample of them decides
    chosen : meanings the user gave by column index ("" means: do not use)
    """
    chosen = chosen or {}
    wide = [row for row in rows if len(row.filled) > 1] or list(rows)
    sample = wide if len(wide) <= _SAMPLE else [wide[at * len(wide) // _SAMPLE] for at in range(_SAMPLE)]
    width = max([len(header), *(len(row.cells) for row in sample)], default=0)
    contents = [_Content([row.cells[i] for row in sample if i < len(row.cells) and not is_missing(row.cells[i])]) for i in range(width)]
    names = [header[i] if i < len(header) else "" for i in range(width)]
    claims: dict[str, list[tuple[float, int, str]]] = {}
    for i in range(width):
        if i in chosen:
            if chosen[i]:
                claims.setdefault(chosen[i], []).append((2.0, i, "chosen by you"))
            continue
        for meaning, confidence, why in _claims(names, contents, i):
            claims.setdefault(meaning, []).append((confidence, i, why))
    return _settled(names, claims)


def _claims(names: list[str], contents: list[_Content], i: int) -> list[tuple[str, float, str]]:
    content = contents[i]
    if not names[i]:
        return _unnamed(names, contents, i)
    claims: list[tuple[str, float, str]] = []
    for meaning, confidence, why in meanings(names[i]):
        for name, score, reason in _confirmed(meaning, confidence, why, content):
            if all(name != other for other, _, _ in claims):
                claims.append((name, score, reason))
    return claims


def _unnamed(names: list[str], contents: list[_Content], i: int) -> list[tuple[str, float, str]]:
    """A column without a heading: the other half of the one before it (amount and currency), or the tickers at the left."""
    content = contents[i]
    if not content.count:
        return []
    left = [meaning for meaning, _, _ in meanings(names[i - 1])] if i else []
    if i and "market_value" in left and contents[i - 1].currency >= 0.5 and content.numeric >= 0.7:
        return [("market_value", 0.85, "the amounts beside a column of currencies")]
    if i and ({"market_value", "price"} & set(left)) and content.currency >= 0.5:
        return [("currency", 0.7 if "price" in left else 0.6, "currency codes beside the amounts")]
    if share(content.cells, is_isin) >= 0.6:
        return [("isin", 0.7, "the cells are ISINs")]
    if i == 0 and share(content.cells, looks_like_ticker) >= 0.6:
        return [("symbol", 0.5, "the first column holds tickers")]
    return []


def _confirmed(meaning: str, confidence: float, why: str, content: _Content) -> list[tuple[str, float, str]]:  # noqa: PLR0912 - one case per meaning
    """What a heading means once the cells were looked at."""
    cells = content.cells
    if meaning in {"symbol", "instrument", "cusip", "sedol", "wkn", "valor", "isin"}:
        return _identifier(meaning, confidence, why, content)
    if meaning in NUMERIC:
        if not cells:
            return [(meaning, 0.2, f"{why}; the column is blank")] if meaning != "weight" else []
        if content.numeric >= 0.5:
            return [(meaning, confidence, why)]
        if meaning == "market_value" and content.currency >= 0.5:
            return [("currency", 0.75, "currency codes under a heading of amounts")]
        if meaning == "quantity" and share(cells, side_of) >= 0.6:
            return [("side", 0.8, "the cells say long or short")]
        if meaning == "quantity" and confidence <= 0.5:
            return _identifier("instrument", confidence, why, content)
        if content.numeric >= 0.15 or (meaning == "quantity" and confidence >= 0.8):
            return [(meaning, 0.3, f"{why}; few cells are numbers")]
        return []
    if meaning == "currency":
        return [(meaning, confidence, why)] if content.currency >= 0.4 else []
    if meaning == "side":
        return [("side", confidence, why)] if share(cells, side_of) >= 0.5 else []
    if meaning in {"action", "class"}:
        if share(cells, side_of) >= 0.6 and share(cells, lambda text: plain(text) in {"long", "short"}) >= 0.6:
            return [("side", confidence, why)]
        if share(cells, is_move) >= 0.6:
            return [("action", max(confidence, 0.8), why)]
        return [("class", confidence, why)] if meaning == "class" and cells and content.numeric < 0.5 else []
    if meaning in {"date", "price_date", "purchase_date"}:
        return [(meaning, confidence, why)] if content.dates >= 0.5 else []
    if meaning == "name":
        return [("name", confidence, why)] if cells and content.numeric < 0.8 else []
    return [(meaning, confidence, why)] if cells else []


def _identifier(meaning: str, confidence: float, why: str, content: _Content) -> list[tuple[str, float, str]]:
    cells = [fold(cell).upper() for cell in content.cells]
    if not cells:
        return [(meaning, 0.2, f"{why}; the column is blank")] if meaning == "symbol" else []
    if share(cells, isin_in) >= 0.6 and (meaning != "instrument" or share(cells, is_isin) >= 0.6):
        return [("isin", max(confidence, 0.9), "the cells are ISINs")]
    if meaning == "isin":
        return [("isin", 0.6, f"{why}; few cells are valid ISINs")] if cells else []
    numbered = share(cells, lambda text: any(char.isdigit() for char in text))
    if meaning in {"symbol", "instrument", "cusip"} and numbered >= 0.6 and share(cells, is_cusip) >= 0.6:
        return [("cusip", 0.85, "the cells are CUSIPs")]
    if meaning in {"cusip", "valor"}:
        return [(meaning, confidence, why)]
    if meaning in {"sedol", "wkn"}:
        return [(meaning, confidence, why)]
    if meaning == "symbol":
        if numbered >= 0.9 and share(cells, is_sedol) >= 0.9:
            return [("sedol", 0.7, "the cells are SEDOLs")]
        if numbered >= 0.9 and share(cells, lambda text: is_wkn(text) and (text[0].isdigit() or text[1].isdigit())) >= 0.9:
            return [("wkn", 0.6, "the cells have the form of a WKN")]
        return [("symbol", confidence, why)]
    securities = [cell for cell in content.cells if not (is_cash(cell) or is_total(cell) or is_group(cell))]
    capital = share(securities, _is_ticker_form)
    if capital >= 0.6:
        return [("symbol", min(confidence, 0.8), "the cells are tickers")]
    if content.numeric >= 0.8:
        return []
    return [("name", min(confidence, 0.7), "the cells are names")]


def _settled(names: list[str], claims: dict[str, list[tuple[float, int, str]]]) -> Columns:
    """Give each meaning its best column and each column its best meaning."""
    offers = sorted(
        ((confidence, -index, meaning, why) for meaning, entries in claims.items() for confidence, index, why in entries),
        key=lambda offer: (-offer[0], _PRIORITY.get(offer[2], 9), -offer[1]),
    )
    index: dict[str, int] = {}
    taken: dict[int, tuple[str, float, str]] = {}
    rivals: dict[str, list[int]] = {}
    for confidence, negative, meaning, why in offers:
        column = -negative
        if column in taken:
            continue
        if meaning not in index:
            index[meaning] = column
            taken[column] = (meaning, confidence, why)
        elif meaning in {"quantity", "market_value", "currency", "price", "date"}:
            rivals.setdefault(meaning, []).append(column)
    readings = tuple(
        ColumnReading(index=i, header=names[i], meaning=taken[i][0], confidence=min(taken[i][1], 1.0), why=taken[i][2])
        if i in taken
        else ColumnReading(index=i, header=names[i], meaning="", confidence=0.0, why="not needed")
        for i in range(len(names))
    )
    currencies = {i: code for i, name in enumerate(names) if (code := heading_currency(name))}
    return Columns(
        index=index,
        readings=readings,
        rivals={meaning: tuple(column for column in columns if column not in taken) for meaning, columns in rivals.items()},
        currencies=currencies,
    )


_PRIORITY = {"symbol": 0, "isin": 1, "quantity": 2, "market_value": 3, "price": 4, "weight": 5, "currency": 6}
