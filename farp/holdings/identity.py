"""A row's names -> one ticker, or a question: tickers, ISIN and CUSIP, coins, foreign listings, WKN, names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from farp.holdings.columns import looks_like_ticker
from farp.holdings.identifiers import ticker_of
from farp.holdings.instruments import closest, crypto_ticker, has_foreign_suffix, named, normalised, spelled_as
from farp.holdings.questions import Asker
from farp.holdings.result import HoldingsWarning
from farp.holdings.rows import Line
from farp.portfolio import AssetClass, Instrument

_MOST_QUESTIONS = 40
_MOST_SUGGESTED = 60
_KEEP = ("", "Keep it without a price")
_NAME_IS_TICKER = re.compile(r"[A-Z]{1,5}(?:[./-][A-Z]{1,2})?")
_ISIN_FORM = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_TICKER = re.compile(r"[A-Z0-9^$][A-Z0-9.\-/=^:$ ]{0,19}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Who a row is: rows of one `key` are one position."""

    ticker: str | None
    raw: str
    key: str
    priced: bool | None = None
    suggestions: tuple[str, ...] = ()


class Identifier:
    """Identifies the rows of one file; remembers what was asked and what to warn of."""

    def __init__(self, asker: Asker, instruments: Mapping[str, Instrument] | None, lines: Sequence[Line]) -> None:
        self._asker = asker
        self._instruments = instruments
        self._known: dict[tuple[str | None, ...], Identified] = {}
        self._asked: set[str] = set()
        self._suggested = 0
        self._by_isin: list[Line] = []
        self._mistyped: list[Line] = []
        self._suffixed: list[tuple[Line, str]] = []
        self._conflicts: list[tuple[Line, str, str]] = []
        self._no_symbols = not any(line.symbol for line in lines)
        currencies = {line.quote for line in lines if line.quote}
        self._one_foreign_currency = len(currencies) == 1 and "USD" not in currencies

    def identify(self, line: Line) -> Identified:
        """Return who `line` is; asks when the file does not say."""
        about = (line.symbol, line.isin, line.cusip, line.code, line.name, line.quote, line.class_text)
        if about not in self._known:
            self._known[about] = self._identify(line)
        if not line.symbol and line.isin:
            self._by_isin.append(line)
        return self._known[about]

    def warnings(self) -> list[HoldingsWarning]:
        """What to tell about identifiers."""
        found: list[HoldingsWarning] = []
        if self._by_isin and self._no_symbols:
            found.append(
                HoldingsWarning(
                    code="identifier_is_isin",
                    text="Rows are identified by ISIN; those FARP knows are mapped to tickers, check them and map the others.",
                    lines=tuple(number for line in self._by_isin for number in line.row.lines),
                )
            )
        if self._mistyped:
            found.append(
                HoldingsWarning(
                    code="isin_mistyped",
                    text=f"{self._mistyped[0].code} and the like are no ISINs: their check digit is wrong; correct them.",
                    lines=tuple(number for line in self._mistyped for number in line.row.lines),
                )
            )
        found += [
            HoldingsWarning(
                code="suffix_stripped_needs_confirmation",
                text=f"{line.symbol} on line {line.row.line} is a foreign listing; by its ISIN it is the company of {ticker}, whose US prices are used: please confirm.",
                lines=line.row.lines,
                tickers=(ticker,),
                raw=line.symbol,
            )
            for line, ticker in self._suffixed
        ]
        found += [
            HoldingsWarning(
                code="identifier_conflict",
                text=f"Line {line.row.line} says {line.symbol}, but its {'ISIN' if line.isin else 'CUSIP'} is that of {ticker}, which is used.",
                lines=line.row.lines,
                tickers=(ticker,),
                raw=before,
            )
            for line, ticker, before in self._conflicts
        ]
        return found

    def _identify(self, line: Line) -> Identified:
        by_number = ticker_of(line.isin, line.cusip)
        by_number = spelled_as(by_number, self._instruments) if by_number else None
        raw = line.symbol or line.isin or line.code or line.name or line.label
        coin = crypto_ticker(line.symbol, line.name, line.class_text)
        if coin and line.isin is None:
            return self._of(coin, raw, line)
        if line.symbol and self._is_ticker(line):
            return self._by_symbol(line, by_number)
        if line.symbol and not line.isin and not line.cusip:
            return self._by_question(line, line.symbol)
        if by_number:
            return self._of(by_number, raw, line)
        if line.isin:
            return Identified(ticker=None, raw=raw, key=line.isin, priced=False, suggestions=self._suggest("", line.name))
        if _ISIN_FORM.fullmatch(line.code):
            self._mistyped.append(line)
            return Identified(ticker=None, raw=line.code, key=line.code, priced=False, suggestions=self._suggest("", line.name))
        return self._by_question(line, line.code or line.cusip or line.name or line.label)

    def _is_ticker(self, line: Line) -> bool:
        ticker = normalised(line.symbol)
        if self._instruments is not None and spelled_as(ticker, self._instruments) in self._instruments:
            return True
        return looks_like_ticker(line.symbol) or looks_like_ticker(ticker)

    def _by_symbol(self, line: Line, by_number: str | None) -> Identified:
        ticker = spelled_as(normalised(line.symbol), self._instruments)
        if by_number and by_number != ticker:
            if _letters(by_number) == _letters(ticker):
                pass
            elif has_foreign_suffix(ticker):
                self._suffixed.append((line, by_number))
            else:
                self._conflicts.append((line, by_number, ticker))
            return self._of(by_number, line.symbol, line)
        if by_number is None and self._is_namesake(line, ticker):
            return self._listing(line, ticker)
        return self._of(ticker, line.symbol, line)

    def _is_namesake(self, line: Line, ticker: str) -> bool:
        """Whether the price source's instrument of that ticker may be another one: its currency or its country differs."""
        instrument = self._instruments.get(ticker) if self._instruments is not None else None
        if instrument is None or instrument.asset_class is AssetClass.CRYPTO or has_foreign_suffix(ticker):
            return False
        if line.quote is not None and line.quote != instrument.currency:
            return True
        return line.isin is not None and instrument.currency == "USD" and not line.isin.startswith("US") and line.quote != "USD"

    def _listing(self, line: Line, ticker: str) -> Identified:
        currency = line.quote or "another currency"
        answer = self._asker.ask(
            f"listing.{ticker}",
            f"{line.symbol[:30]} on line {line.row.line} is held in {currency}; is it the share that FARP knows as {ticker}, or another listing of that name?",
            (("same", f"It is {ticker}"), ("other", "Another one: keep it without a price")),
            "same" if self._one_foreign_currency and line.isin is None else "other",
        )
        if answer == "same":
            return self._of(ticker, line.symbol, line)
        return Identified(ticker=None, raw=line.symbol, key=f"{ticker} {currency}", priced=False, suggestions=(ticker,))

    def _by_question(self, line: Line, raw: str) -> Identified:
        """A WKN or a name: only the user knows the ticker, unless the name is one."""
        if not line.code and _NAME_IS_TICKER.fullmatch(raw):
            return self._of(spelled_as(normalised(raw), self._instruments), raw, line)
        known = raw in self._asked or len(self._asked) < _MOST_QUESTIONS
        names = named(line.name or raw, self._instruments) if self._instruments is not None and known else []
        options = tuple((ticker, f"{ticker}: {self._instruments[ticker].name}") for ticker in names[:3]) if self._instruments is not None else ()
        proposed = names[0] if len(names) == 1 else ""
        if not known:
            answer: str | None = self._asker.ask(
                "unmapped",
                "Many more rows are identified by a name or a number only; keep them without prices?",
                (("keep", "Keep them without prices"),),
                "keep",
            )
            return Identified(ticker=None, raw=raw, key=raw, priced=False)
        self._asked.add(raw)
        shown = f"{raw[:60]} ({line.name[:60]})" if line.name and line.name != raw else raw[:60]
        answer = self._asker.ask(
            f"ticker.{raw[:80]}",
            f"Line {line.row.line} names no ticker but {shown}; which ticker is it?",
            (*options, _KEEP),
            proposed,
            accepts=lambda text: bool(_TICKER.fullmatch(text.upper())),
            form="a ticker such as AAPL",
        )
        if answer:
            return self._of(spelled_as(normalised(answer), self._instruments), raw, line)
        return Identified(ticker=None, raw=raw, key=raw, priced=False, suggestions=tuple(names[:3]))

    def _of(self, ticker: str, raw: str, line: Line) -> Identified:
        if self._instruments is None:
            return Identified(ticker=ticker, raw=raw, key=ticker)
        instrument = self._instruments.get(ticker)
        priced = instrument is not None and instrument.holdable
        return Identified(ticker=ticker, raw=raw, key=ticker, priced=priced, suggestions=() if priced else self._suggest(ticker, line.name))

    def _suggest(self, ticker: str, name: str) -> tuple[str, ...]:
        if self._instruments is None or self._suggested >= _MOST_SUGGESTED:
            return ()
        self._suggested += 1
        return closest(ticker, name, self._instruments)


def _letters(ticker: str) -> str:
    return "".join(char for char in ticker if char.isalnum())
