"""Prices the user brings: a CSV file with date, ticker and close, or with one column a ticker. For what no source prices.

A value that cannot be read is refused with its line: a price file is short enough to be put right, and a close left out in silence
would move every figure. Blank cells of a wide file are days without a close. Nothing may change the size of a number in silence: pence
become pounds, a surplus cell is refused (it may be the decimals), and the decimal mark is one for the whole file, proven or asked for.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from farp.errors import InvalidInput
from farp.portfolio import UNCLASSIFIED, AssetClass, Instrument, cash_currency
from farp.prices.protocol import Closes
from farp.prices.symbols import CURRENCIES, is_pair, unit

NAME = "own"
MOST_TICKERS = 500
EARLIEST = dt.date(1900, 1, 1)

_DATE_WORDS = {"date", "day", "datum", "fecha", "data"}
_TICKER_WORDS = {"ticker", "symbol", "instrument", "id", "isin", "name"}
_CLOSE_WORDS = {"close", "price", "closing price", "value", "nav", "kurs", "schlusskurs"}
_CURRENCY_WORDS = {"currency", "ccy"}
_ISO = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d{1,15})?")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")  # 1.234: a thousand and more, or one and a bit
_WORDS = {".": "point", ",": "comma"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPrices:
    """What a price file says: one series a ticker, and sentences about it."""

    series: tuple[Closes, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """A close as it is written, with the currency or unit it is in."""

    day: dt.date
    ticker: str
    close: str
    money: str
    line: int


@dataclass(frozen=True, slots=True)
class _Cell:
    day: dt.date
    ticker: str
    close: float
    currency: str
    line: int


def read_prices(data: bytes, *, filename: str, currency: str, today: dt.date) -> OwnPrices:
    """Return the series in the CSV file `data`.

    Parameters
    ----------
    filename
        Named on screen as where the prices come from.
    currency
        What closes are in when the file has no column for it; a unit such as GBp (pence) is one, too.
    today
        No close can be later.

    Raises
    ------
    InvalidInput
        The file cannot be read; the sentence names the line and what was expected.
    """
    rows = _rows(data)
    if not rows:
        raise InvalidInput("The price file is empty; it needs a heading such as date,ticker,close and one line a close.")
    _, heading = rows[0]
    columns = [cell.strip().lower() for cell in heading]
    default = currency.strip()
    texts = _long(rows, columns, default) if _is_long(columns) else _wide(rows, heading, default)
    mark, notes = _decimal_mark(texts, _delimiter(data))
    read = _series([_read(text, mark) for text in texts], filename, today)
    return OwnPrices(series=read.series, notes=(*notes, *_parts(texts), *read.notes))


def _rows(data: bytes) -> list[tuple[int, list[str]]]:
    text = _text(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(data))
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InvalidInput(f"The price file is no CSV ({error}, line {reader.line_num}); save it as CSV text.") from None


def _text(data: bytes) -> str:
    if data[:2] == b"PK" or b"\0" in data[:1000]:
        raise InvalidInput("The price file is no CSV text; save it as CSV with a heading such as date,ticker,close.")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("The price file is no text in UTF-8 or Windows-1252; save it as CSV in UTF-8.")


def _delimiter(data: bytes) -> str:
    first = next((line for line in data.splitlines() if line.strip()), b"")
    return max((",", ";", "\t"), key=lambda mark: first.count(mark.encode()))


def _is_long(columns: Sequence[str]) -> bool:
    return bool(set(columns) & _TICKER_WORDS) and bool(set(columns) & _CLOSE_WORDS)


def _long(rows: Sequence[tuple[int, list[str]]], columns: Sequence[str], currency: str) -> list[_Text]:
    date, ticker, close = (
        _place(columns, words, name) for words, name in ((_DATE_WORDS, "date"), (_TICKER_WORDS, "ticker"), (_CLOSE_WORDS, "close"))
    )
    unit_at = next((i for i, name in enumerate(columns) if name in _CURRENCY_WORDS), None)
    cells = []
    for line, row in rows[1:]:
        if len(row) != len(columns):
            raise InvalidInput(
                f"Line {line} of the price file has {len(row)} cells and the heading has {len(columns)}; write one cell for each,"
                " and a close without commas between its digits."
            )
        money = row[unit_at].strip() if unit_at is not None and row[unit_at].strip() else currency
        cells.append(_Text(_day(row[date], line), _ticker(row[ticker], f"line {line}"), row[close].strip(), money, line))
    return cells


def _wide(rows: Sequence[tuple[int, list[str]]], heading: Sequence[str], currency: str) -> list[_Text]:
    if len(heading) < 2 or heading[0].strip().lower() not in _DATE_WORDS:
        raise InvalidInput("The heading of the price file must be date,ticker,close, or date and one column a ticker.")
    tickers = [_ticker(name, "the heading") for name in heading[1:]]
    repeated = sorted({ticker for ticker in tickers if tickers.count(ticker) > 1})
    if repeated:
        raise InvalidInput(f"The heading of the price file names {', '.join(repeated)} more than once; leave one of them out.")
    cells = []
    for line, row in rows[1:]:
        if len(row) > len(heading):
            raise InvalidInput(f"Line {line} of the price file has {len(row)} cells and the heading has {len(heading)}; take out the surplus.")
        day = _day(row[0], line)
        for ticker, cell in zip(tickers, row[1:], strict=False):
            if cell.strip():
                cells.append(_Text(day, ticker, cell.strip(), currency, line))
    return cells


def _series(cells: Sequence[_Cell], filename: str, today: dt.date) -> OwnPrices:
    if not cells:
        raise InvalidInput("The price file has a heading and no close below it.")
    by_ticker: dict[str, dict[dt.date, _Cell]] = {}
    currencies: dict[str, str] = {}
    for cell in cells:
        if not EARLIEST <= cell.day <= today:
            raise InvalidInput(f"Line {cell.line} of the price file has a close of {cell.day.isoformat()}, which is in the future or before 1900.")
        known = by_ticker.setdefault(cell.ticker, {})
        before = known.setdefault(cell.day, cell)
        if before.close != cell.close:
            raise InvalidInput(
                f"The price file has two closes of {cell.ticker} on {cell.day.isoformat()} (lines {before.line} and {cell.line});"
                " leave one of them out."
            )
        if currencies.setdefault(cell.ticker, cell.currency) != cell.currency:
            raise InvalidInput(f"Line {cell.line} of the price file changes the currency of {cell.ticker}; a ticker has one currency.")
    if len(by_ticker) > MOST_TICKERS:
        raise InvalidInput(f"The price file has {len(by_ticker)} tickers and may have {MOST_TICKERS}; split it.")
    series = tuple(_one(ticker, known, currencies[ticker], filename) for ticker, known in sorted(by_ticker.items()))
    return OwnPrices(series=series, notes=tuple(_notes(series)))


def _one(ticker: str, known: Mapping[dt.date, _Cell], currency: str, filename: str) -> Closes:
    days = sorted(known)
    instrument = Instrument(
        ticker=ticker,
        name=ticker,
        asset_class=AssetClass.UNCLASSIFIED,
        currency=currency,
        sector=UNCLASSIFIED,
        price_kind="close of an own price file",
        source=f"Own file {filename}",
    )
    return Closes(
        instrument=instrument,
        dates=np.array(days, dtype="datetime64[D]"),
        closes=np.array([known[day].close for day in days], dtype=np.float64),
    )


def _notes(series: Sequence[Closes]) -> list[str]:
    notes = []
    weekend = [one.ticker for one in series if not np.is_busday(one.dates).all()]
    if weekend:
        notes.append(f"{', '.join(weekend[:5])}: closes on a Saturday or Sunday are kept, but figures use weekdays only.")
    short = [one.ticker for one in series if len(one.dates) < 21]
    if short:
        notes.append(f"{', '.join(short[:5])}: fewer than 21 closes, so a position in it is left out of the figures and listed.")
    return notes


def _place(columns: Sequence[str], words: set[str], name: str) -> int:
    places = [i for i, column in enumerate(columns) if column in words]
    if len(places) != 1:
        found = "none" if not places else "several"
        raise InvalidInput(f"The heading of the price file must name one column {name}, and there is {found}; write date,ticker,close.")
    return places[0]


def _ticker(text: str, where: str) -> str:
    ticker = text.strip()
    if not ticker or len(ticker) > 40 or not ticker.isprintable():
        raise InvalidInput(f"A ticker in {where} of the price file is empty, longer than 40 characters or not printable: {ticker[:40]!r}.")
    if cash_currency(ticker) is not None or is_pair(ticker):
        raise InvalidInput(f"{ticker} in {where} of the price file is cash or a currency pair, whose price the source gives; use another name.")
    return ticker


def _day(text: str, line: int) -> dt.date:
    stripped = text.strip()
    iso, german = _ISO.match(stripped), _GERMAN.fullmatch(stripped)
    try:
        if iso and (iso.end() == len(stripped) or stripped[iso.end()] in "T "):
            return dt.date(int(iso[1]), int(iso[2]), int(iso[3]))
        if german:
            return dt.date(int(german[3]), int(german[2]), int(german[1]))
    except ValueError:
        pass
    raise InvalidInput(f"Line {line} of the price file has the date {stripped[:20]!r}; write it as YYYY-MM-DD.")


def _decimal_mark(texts: Sequence[_Text], delimiter: str) -> tuple[str, list[str]]:
    """Return the decimal mark of all closes of the file, and what is to be said about it.

    Raises
    ------
    InvalidInput
        One close proves a point and another a comma, or none proves either and a close can be read both ways.
    """
    proven: dict[str, _Text] = {}
    open_to_both: dict[str, _Text] = {}
    for text in texts:
        if _EITHER.fullmatch(text.close):
            open_to_both.setdefault("." if "." in text.close else ",", text)
        elif (mark := _proven_mark(text.close)) is not None:
            proven.setdefault(mark, text)
    if len(proven) == 2:
        point, comma = proven["."], proven[","]
        raise InvalidInput(
            f"The price file writes decimals with a point in line {point.line} ({point.close[:20]}) and with a comma in line {comma.line}"
            f" ({comma.close[:20]}); write all with a point."
        )
    if proven:
        return next(iter(proven)), []
    if not open_to_both:
        return ".", []
    text = next(iter(open_to_both.values()))
    if delimiter == "," and set(open_to_both) == {"."}:
        return ".", [f"The point is read as the decimal mark: the close {text.close} of {text.ticker} is less than a thousand."]
    raise InvalidInput(
        f"The close {text.close!r} in line {text.line} of the price file can be a number of thousands or one with three decimals, and no other"
        " close shows which; write it with a point, without marks between thousands and with two or four decimals."
    )


def _proven_mark(text: str) -> str | None:
    """Return the decimal mark `text` shows beyond doubt, None when it has none."""
    points, commas = text.count("."), text.count(",")
    if points and commas:
        return "." if text.rfind(".") > text.rfind(",") else ","
    if points + commas == 0:
        return None
    one = "." if points else ","
    if points + commas == 1:
        return one
    return "," if one == "." else "."  # one that comes twice stands between thousands


def _read(text: _Text, mark: str) -> _Cell:
    currency, divisor = _money(text.money, f"Line {text.line} of the price file")
    plain = text.close if mark == "." else text.close.translate(str.maketrans(".,", ",."))
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    value = float(plain) if _NUMBER.fullmatch(plain) else math.nan
    if not 0.0 < value < math.inf:
        raise InvalidInput(
            f"Line {text.line} of the price file has the close {text.close[:20]!r}, where the decimal mark is the {_WORDS[mark]};"
            " it must be a positive number such as 101.25."
        )
    return _Cell(text.day, text.ticker, value / divisor, currency, text.line)


def _money(text: str, where: str) -> tuple[str, float]:
    """Return the currency of closes written in `text`, and what to divide them by: GBp are pence."""
    currency, divisor = unit(text)
    if currency not in CURRENCIES:
        raise InvalidInput(f"{where} has the currency {text[:10]!r}; write a three-letter code such as USD, or GBp for pence.")
    return currency, divisor


def _parts(texts: Sequence[_Text]) -> list[str]:
    """Say which closes were divided, as they are written in parts of a currency."""
    notes = []
    for money in dict.fromkeys(text.money for text in texts):
        currency, divisor = unit(money)
        if divisor != 1.0:
            tickers = list(dict.fromkeys(text.ticker for text in texts if text.money == money))
            notes.append(f"{', '.join(tickers[:5])}: closes in {money} are divided by {divisor:.0f} and kept in {currency}.")
    return notes
