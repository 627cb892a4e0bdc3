"""What was understood, in plain words; and the closest known tickers."""

from __future__ import annotations

import datetime as dt
import doctest

import pytest

from farp.holdings.result import (
    ColumnReading,
    HoldingsImport,
    HoldingsWarning,
    IgnoredLine,
    ImportedCash,
    ImportedPosition,
    Layout,
    OtherInstrument,
    Question,
)
from farp.prices.sample import load_sample
from farp.ui.upload import rows, words
from farp.ui.upload.closest import closest_tickers
from farp.ui.upload.examples import EXAMPLES, TEMPLATE, content
from farp.ui.upload.rows import Row

HELD = ImportedPosition(ticker="AAPL", raw="AAPL", basis="quantity", quantity=1.0, lines=(2,))
CASH = ImportedCash(label="Cash", currency="USD", value=1.0, lines=(3,))
OPTION = OtherInstrument(symbol="AAPL 140 C", name="CALL", kind="option", lines=(4,), quantity=-2.0)


def test_outcome_counts_everything() -> None:
    reading = HoldingsImport(
        outcome="needs_user",
        positions=(HELD,) * 12,
        cash=(CASH, CASH),
        other=(OPTION,),
        ignored=(IgnoredLine(line=1, reason="a title"),) * 3,
        questions=(Question(key="k", text="Which?"),),
    )
    assert words.outcome(reading) == "12 positions, 2 cash lines; 1 instrument that FARP does not model; 3 lines left out; 1 question."
    assert words.outcome(HoldingsImport(outcome="ok", positions=(HELD,))) == "1 position."


def test_facts_name_how_the_bytes_were_read() -> None:
    text = Layout(encoding="cp1252", delimiter=";", decimal_mark=",", header_line=3, sheet=None, columns=())
    book = Layout(encoding="", delimiter="", decimal_mark=".", header_line=None, sheet="Holdings", columns=())
    read_on = dt.date(2022, 12, 28)
    assert words.facts(HoldingsImport(outcome="ok", layout=text, as_of=read_on)) == (
        "columns separated by semicolons · CP1252 · decimal comma · headings in line 3 · as of 28 Dec 2022"
    )
    assert words.facts(HoldingsImport(outcome="ok", layout=book)) == "sheet Holdings · decimal point · no headings"


@pytest.mark.parametrize(("value", "said"), [(1.0, "sure"), (0.9, "sure"), (0.89, "fairly sure"), (0.7, "fairly sure"), (0.69, "a guess")])
def test_confidence_in_words(value: float, said: str) -> None:
    assert words.confidence(value) == said


def test_columns_are_used_or_not_and_a_nameless_one_has_a_place() -> None:
    ticker = ColumnReading(index=0, header=" Symbol\n", meaning="ticker", confidence=0.95, why="heading")
    nameless = ColumnReading(index=4, header="", meaning="", confidence=0.0, why="")
    layout = Layout(encoding="utf-8", delimiter=",", decimal_mark=".", header_line=1, sheet=None, columns=(ticker, nameless))
    assert words.used_columns(layout) == (ticker,)
    assert words.unused_columns(layout) == (nameless,)
    assert [words.column_title(column) for column in layout.columns] == ["Symbol", "column 5"]
    assert (words.used_columns(None), words.meaning("market_value"), words.meaning("isin")) == ((), "market value", "ISIN")


def test_left_out_lines_and_other_instruments_keep_their_original_text() -> None:
    reading = HoldingsImport(
        outcome="ok", ignored=(IgnoredLine(line=10, reason="a total"),), other=(OPTION,), source_lines={10: "Account Total,,5", 4: "AAPL 140 C,-2"}
    )
    assert words.left_out_rows(reading) == [{"Line": 10, "Why it is left out": "A total", "In the file": "Account Total,,5"}]
    assert words.other_rows(reading) == [
        {"What": "Option", "Symbol": "AAPL 140 C", "Name": "CALL", "Size": "−2", "Lines": "4", "In the file": "AAPL 140 C,-2"}
    ]


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("a/b\\Depot_2022.csv", "Depot 2022"),
        ("x" * 200 + ".csv", "x" * 80),
        ("évil\x00name.csv", "évil name"),
        ("", "Portfolio"),
        ("two.dots.xlsx", "two.dots"),
    ],
)
def test_portfolio_name_from_file_name(filename: str, name: str) -> None:
    assert words.portfolio_name(filename) == name


def test_a_remark_names_its_lines_once() -> None:
    assert words.remark(HoldingsWarning(code="c", text="No price.", lines=(4, 5))) == "No price (lines 4, 5)."
    assert words.remark(HoldingsWarning(code="c", text="No price.", lines=(4,))) == "No price (line 4)."
    assert words.remark(HoldingsWarning(code="c", text="Line 4 has no price.", lines=(4,))) == "Line 4 has no price."
    assert words.remark(HoldingsWarning(code="c", text="No price.")) == "No price."


def test_description_says_where_it_comes_from_and_what_is_missing() -> None:
    reading = HoldingsImport(outcome="ok", as_of=dt.date(2022, 12, 28), other=(OPTION,))
    assert words.description("My_file.csv", reading) == "Uploaded from My file, as of 28 Dec 2022. Not modelled: AAPL 140 C."


def test_closest_follows_the_importer_then_letters_then_names() -> None:
    instruments = load_sample().instruments
    assert closest_tickers(Row(ticker="PFE.DE", quantity=1.0, suggestions=("GLD", "NOT THERE")), instruments)[:2] == ("GLD", "PFE")
    assert closest_tickers(Row(ticker="MSFTT", quantity=1.0), instruments)[0] == "MSFT"
    assert closest_tickers(Row(ticker="037833100", quantity=1.0, name="APPLE INC"), instruments) == ("AAPL",)
    assert closest_tickers(Row(ticker="QQQQQQQQQQ1", quantity=1.0), instruments) == ()


def test_the_name_of_a_fund_house_is_no_likeness() -> None:
    assert closest_tickers(Row(ticker="IE00B4L5Y983", quantity=1.0, name="ISHARES MSCI WOR A"), load_sample().instruments) == ()


def test_closest_offers_nothing_that_cannot_be_held() -> None:
    instruments = load_sample().instruments
    offered = closest_tickers(Row(ticker="^VIXX", quantity=1.0), instruments)
    assert all(instruments[ticker].holdable for ticker in offered)


def test_examples_and_template_are_bundled() -> None:
    for file in (TEMPLATE, *(example.file for example in EXAMPLES)):
        assert content(file), file


@pytest.mark.parametrize("module", [words, rows])
def test_examples_in_docstrings(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
