"""Single behaviours of the importer, each from a file of a few lines."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from farp.holdings import document, read_holdings
from farp.holdings.decode import decode
from farp.holdings.identifiers import is_cusip, is_isin, is_sedol, is_wkn, ticker_of
from farp.holdings.instruments import kind_of, normalised
from farp.holdings.numbers import mark_of, parse
from farp.holdings.table import split
from farp.prices.sample import load_sample


def read(text: str | bytes, answers: dict[str, str] | None = None, filename: str | None = None) -> dict[str, Any]:
    data = text.encode() if isinstance(text, str) else text
    return document(read_holdings(data, answers=answers, filename=filename, instruments=load_sample().instruments))


def held(answer: dict[str, Any]) -> dict[str, float]:
    return {position["ticker"] or position["raw"]: position["quantity"] for position in answer["positions"]}


def asked(answer: dict[str, Any]) -> dict[str, str | None]:
    return {question["key"]: question["proposed"] for question in answer["questions"]}


def warned(answer: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in answer["warnings"]]


# --- numbers ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("1,234.50", ".", 1234.5),
        ("1.234,50", ",", 1234.5),
        ("1'234.50", ".", 1234.5),
        ("1’234.50", ".", 1234.5),
        ("1\u202f234,50", ",", 1234.5),
        ("12 345", ",", 12345.0),
        ("1,00,000.25", ".", 100000.25),
        ("(650)", ".", -650.0),
        ("($1,263.70)", ".", -1263.7),
        ("−650", ".", -650.0),
        ("650-", ".", -650.0),
        ("-USD 12.50", ".", -12.5),
        ("1.040 Stk.", ",", 1040.0),
        ("50%", ".", 0.5),
        ("1.5E+3", ".", 1500.0),
        ("١٢٣", ".", 123.0),
        (".5", ".", 0.5),
    ],
)
def test_a_number_is_read(text: str, mark: Any, value: float) -> None:
    number = parse(text, mark)
    assert number is not None
    assert number.value == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["", "--", "n/a", "2 1/2", "1,2,3", "12,34.5", "1e400", "nan", "inf", "0,123,456", "2²", "1.2.3", "$-(5)", "--5", "1 2"]
)
def test_what_is_no_number_stays_text(text: str) -> None:
    assert parse(text, ".") is None


@pytest.mark.parametrize(("text", "mark"), [("1,480", "?"), ("0,480", ","), ("1480,5", ","), ("1.234.567", ","), ("26", None), ("1,480.00", ".")])
def test_what_a_number_proves_of_its_decimal_mark(text: str, mark: str | None) -> None:
    assert mark_of(text) == mark


def test_a_long_run_of_blanks_costs_nothing() -> None:
    assert parse("32" + " " * 60 + "x", ".") is None
    assert parse("$      32.50", ".") is not None


@pytest.mark.parametrize(
    ("rows", "quantity"),
    [
        ("AAPL;1.040;126,37;", 1040.0),  # another column proves the comma
        ("AAPL;1.040;126.37;", 1.04),
        ("AAPL;1.040;126.000;131.04", 1.04),
    ],
)
def test_the_decimal_mark_is_decided_once(rows: str, quantity: float) -> None:
    answer = read(f"Symbol;Quantity;Price;Value\n{rows}\n")
    assert held(answer) == {"AAPL": quantity}


def test_quantity_times_price_decides_before_anything_else() -> None:
    answer = read('Symbol,Quantity,Price,Value\nAAPL,"1,480","100",148000\n')
    assert held(answer) == {"AAPL": 1480.0}
    assert answer["questions"] == []


def test_a_decimal_mark_that_cannot_be_decided_is_asked() -> None:
    file = 'Symbol,Quantity\nAAPL,"1,480"\n'
    assert asked(read(file)) == {"decimal_mark": "."}
    assert held(read(file, {"decimal_mark": "."})) == {"AAPL": 1480.0}
    assert held(read(file, {"decimal_mark": ","})) == {"AAPL": 1.48}


# --- answers ------------------------------------------------------------------------------------------------------------------------


def test_an_answer_to_no_question_and_a_wrong_answer_are_errors() -> None:
    file = 'Symbol,Quantity\nAAPL,"1,480"\n'
    assert "no question 'colour'" in read(file, {"colour": "red"})["error"]
    wrong = read(file, {"decimal_mark": ";"})
    assert wrong["outcome"] == "error"
    assert "decimal_mark" in wrong["error"]
    assert "a number above 0" in read("Ticker,Weight\nAAPL,1\n", {"portfolio_value": "much"})["error"]


def test_a_column_can_be_mapped_by_hand() -> None:
    file = "Symbol,Quantity,Mine\nAAPL,26,13\n"
    assert held(read(file, {"column.2": "quantity", "column.1": ""})) == {"AAPL": 13.0}
    assert "cannot mean" in read(file, {"column.2": "colour"})["error"]


def test_two_quantities_that_disagree_are_asked_about_unless_the_value_decides() -> None:
    assert asked(read("Symbol,Shares,Units\nAAPL,26,13\n")) == {"quantity_column": "1"}
    assert held(read("Symbol,Shares,Units\nAAPL,26,13\n", {"quantity_column": "2"})) == {"AAPL": 13.0}
    decided = read("Symbol,Shares,Units,Price,Value\nAAPL,26,13,126.37,1642.81\n")
    assert (held(decided), decided["questions"]) == ({"AAPL": 13.0}, [])


def test_snapshots_of_several_days_are_asked_about() -> None:
    file = "As of,Ticker,Shares\n2022-11-30,AAPL,20\n2022-12-28,AAPL,26\n"
    answer = read(file)
    assert asked(answer) == {"snapshot": "2022-12-28"}
    assert held(answer) == {"AAPL": 26.0}
    assert held(read(file, {"snapshot": "2022-11-30"})) == {"AAPL": 20.0}
    assert held(read(file, {"snapshot": "all"})) == {"AAPL": 46.0}


def test_names_are_asked_about_with_the_instrument_of_that_name_proposed() -> None:
    file = "Company,Shares\nApple Inc.,26\nNobody & Sons,5\n"
    assert asked(read(file)) == {"ticker.Apple Inc.": "AAPL", "ticker.Nobody & Sons": ""}
    answer = read(file, {"ticker.Apple Inc.": "AAPL", "ticker.Nobody & Sons": ""})
    assert answer["outcome"] == "ok_with_warnings"
    assert held(answer) == {"AAPL": 26.0, "Nobody & Sons": 5.0}


# --- what is asked rather than guessed ------------------------------------------------------------------------------------------------


def test_a_quantity_off_by_a_power_of_ten_is_asked_about() -> None:
    file = "Symbol,Quantity,Price,Value\nAAPL,26,126.37,3285.62\nMSFT,1.4,234.91,32887.40\n"
    assert asked(read(file)) == {"quantity.3": "140"}
    assert held(read(file, {"quantity.3": "1.4"})) == {"AAPL": 26.0, "MSFT": 1.4}


def test_pence_is_no_misread_quantity() -> None:
    assert read("Symbol,Quantity,Price,Value,Currency\nVOD.L,1250,84.10,1051.25,GBP\n")["questions"] == []
    assert asked(read("Symbol,Quantity,Price,Value,Currency\nAAPL,2600,126.37,3285.62,USD\n")) == {"quantity.2": "26"}


def test_a_negative_value_beside_a_positive_quantity_is_asked_about() -> None:
    file = "Symbol,Quantity,Price,Value\nAAPL,26,126.37,-3285.62\n"
    assert asked(read(file)) == {"sign.2": "short"}
    assert held(read(file, {"sign.2": "long"})) == {"AAPL": 26.0}


def test_side_sets_the_sign_once() -> None:
    answer = read("Symbol,Quantity,Side\nAAPL,26,Long\nBBY,150,Short\nKO,(650),Short\nPG,-5,\n")
    assert held(answer) == {"AAPL": 26.0, "BBY": -150.0, "KO": -650.0, "PG": -5.0}
    assert held(read("Symbol,Long Qty,Short Qty\nAAPL,26,0\nBBY,0,150\n")) == {"AAPL": 26.0, "BBY": -150.0}


def test_titles_that_say_short_or_closed_are_asked_about() -> None:
    file = "Symbol,Quantity\nAAPL,26\nShort positions,\nBBY,150\nClosed positions,\nKO,7\n"
    answer = read(file)
    assert asked(answer) == {"block.4": "short", "block.6": "leave_out"} or asked(answer) == {"block.3": "short", "block.5": "leave_out"}
    assert held(answer) == {"AAPL": 26.0, "BBY": -150.0}


def test_a_row_that_sums_up_its_lots_is_not_counted_again() -> None:
    file = "Symbol,Open date,Quantity\nAAPL,Multiple,26\nAAPL,2020-01-05,10\nAAPL,2021-02-05,16\n"
    assert asked(read(file)) == {"lots.2": "sum"}
    assert held(read(file)) == {"AAPL": 26.0}
    assert held(read(file, {"lots.2": "add"})) == {"AAPL": 52.0}


def test_cells_that_slipped_are_refused_or_asked_about() -> None:
    assert read("Symbol,Quantity,Price\nPFE,1,040,50.92\nAAPL,26,126.37\nKO,5,63.84\n")["questions"][0]["key"] == "ragged_rows"
    assert "cells" in read("Symbol,Quantity,Price\nPFE,1,040,50.92\n")["error"]
    short = read("Price,Symbol,Quantity,Change,Value,Account\n126.37,AAPL,26,1.5,3285.62,Z1\n63.84,KO,5,1,319.20,Z1\n234.91,MSFT,-2.5,32887.40,Z1\n")
    assert list(asked(short)) == ["ragged_rows"]


# --- rows ---------------------------------------------------------------------------------------------------------------------------


def test_a_total_that_does_not_add_up_is_said_once() -> None:
    rows = "Symbol,Quantity,Price,Value\nAAPL,26,126.37,3285.62\nMSFT,140,234.91,32887.40\nTotal,,,{}\n"
    assert warned(read(rows.format("36173.02"))) == []
    assert warned(read(rows.format("46173.02"))) == ["total_differs"]


def test_tickers_that_look_like_something_else_are_tickers() -> None:
    tickers = ["NA", "TRUE", "ON", "ALL", "T", "A", "DEC", "NAN", "USB"]
    answer = read("Symbol,Shares\n" + "".join(f"{ticker},5\n" for ticker in tickers))
    assert set(held(answer)) == set(tickers)


def test_rows_without_a_usable_quantity_are_listed_and_warned_of() -> None:
    answer = read("Symbol,Shares,Price\nAAPL,26,1\nRRC,,24.87\nKO,0,63.84\nPG,many,151.83\n")
    assert held(answer) == {"AAPL": 26.0}
    assert sorted(warned(answer)) == ["bad_number", "no_quantity", "zero_quantity"]
    assert {entry["line"] for entry in answer["ignored"]} == {1, 3, 4, 5}


@pytest.mark.parametrize(
    "text",
    [
        "Date,Action,Symbol,Quantity,Price,Amount\n2022-12-01,Buy,AAPL,10,126.37,-1263.70\n2022-12-02,Sell,AAPL,4,130.00,520.00\n",
        "Run Date,Account,Action,Symbol,Quantity,Price ($),Fees ($),Amount ($),Settlement Date\n12/01/2022,X1,YOU BOUGHT APPLE,AAPL,1,126.37,0,-126.37,12/05/2022\n",
        "Date,Description,Amount,Balance\n2022-12-01,Salary,100,200\n2022-12-02,Shop,-10,190\n",
    ],
)
def test_a_history_of_transactions_is_refused(text: str) -> None:
    answer = read(text)
    assert answer["outcome"] == "error"
    assert "history of transactions" in answer["error"]


def test_a_share_named_cash_and_cash_without_a_price() -> None:
    answer = read("Symbol,Quantity,Price,Value\nCASH,10,45.00,450.00\nAAPL,1,126.37,126.37\n")
    assert held(answer) == {"CASH": 10.0, "AAPL": 1.0}
    assert read("Symbol,Quantity,Price,Value\nCASH,,,450.00\n")["cash"][0]["value"] == 450.0


# --- instruments --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "ticker"),
    [
        ("brk.b", "BRK.B"), ("BRK/B", "BRK.B"), ("BRK-B", "BRK.B"), ("BRK B", "BRK.B"), ("AAPL.US", "AAPL"), ("AAPL US Equity", "AAPL"), ("AAPL UW Equity", "AAPL"),
        ("NYSE:KO", "KO"), ("AAPL:xnas", "AAPL"), ("TCS-EQ", "TCS"), ("VOD.L", "VOD.L"), ("PFE.DE", "PFE.DE"), ("BTC-USD", "BTC-USD"), ("LON:VOD", "LON:VOD"),
        ("ＡＡＰＬ", "AAPL"), ("\u200bMSFT", "MSFT"),
    ],
)  # fmt: skip
def test_tickers_are_normalised(raw: str, ticker: str) -> None:
    assert normalised(raw) == ticker


@pytest.mark.parametrize(
    ("symbol", "name", "kind"),
    [
        ("-MSFT230120C260", "", "option"), ("AAPL  230120C00140000", "", "option"), ("AAPL 02/17/2023 140.00 C", "", "option"), ("JPM Jan 20 '23 $140 Call", "", "option"),
        ("AMD 20JAN23 60 P", "", "option"), ("", "CALL APPLE INC $140 EXP 02/17/23", "option"), ("EUR=X", "", "fx"), ("EUR.USD", "", "fx"), ("/ESH23", "", "future"), ("ES=F", "", "future"),
        ("", "U S TREASURY NOTE 2.750 02/15/28", "bond"), ("T 2.75 02/15/28", "", "bond"), ("TLT", "ISHARES 20+ YEAR TREASURY BOND ETF", None), ("BND", "VANGUARD TOTAL BOND MARKET ETF", None),
        ("AAPL", "APPLE INC", None), ("ALL", "ALLSTATE CORP", None),
    ],
)  # fmt: skip
def test_other_instruments_are_recognised(symbol: str, name: str, kind: str | None) -> None:
    assert kind_of(symbol, name, "", False) == kind


def test_check_digits() -> None:
    assert is_isin("US0378331005")
    assert not is_isin("US0378331006")
    assert is_cusip("037833100")
    assert not is_cusip("037833101")
    assert is_sedol("0263494")
    assert not is_sedol("0263495")
    assert is_wkn("A0RPWH")
    assert not is_wkn("ABCDEF")
    assert ticker_of(isin="US0378331005") == ticker_of(cusip="037833100") == "AAPL"
    assert ticker_of(isin="IE00B4L5Y983") is None


def test_a_mistyped_isin_is_no_ticker() -> None:
    answer = read("ISIN,Quantity\nUS0378331006,26\n")
    assert [(position["ticker"], position["raw"]) for position in answer["positions"]] == [(None, "US0378331006")]
    assert "isin_mistyped" in warned(answer)


def test_unknown_tickers_come_with_the_closest_known_ones() -> None:
    [position] = read("Symbol,Name,Shares\nAPPL,Apple Inc,5\n")["positions"]
    assert position["priced"] is False
    assert position["suggestions"][0] == "AAPL"


# --- bytes and lines ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
def test_encodings(encoding: str) -> None:
    decoded = decode("Bezeichnung;Stück\nÜbermut;26\n".encode(encoding))
    assert decoded.text.startswith("Bezeichnung;Stück")
    assert decoded.damaged == 0


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"), (b" \r\n", "empty"), (b"%PDF-1.7 ...", "PDF"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "xls"),
        (b"<html><table><tr><td>Symbol</td></tr></table></html>", "HTML"), (b'{"positions": []}', "JSON"), (b"<?xml version='1.0'?><a/>", "XML"),
        (b"Symbol,Shares\nAAPL,\x0026\n", "binary"), (bytes(range(256)) * 4, "binary"), (b"Symbol,Shares\n", "no positions below"), (b"hello world", "No table"),
        (b"PK\x05\x06" + b"\0" * 18, "zip"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_sentence(data: bytes, word: str) -> None:
    answer = read(data)
    assert answer["outcome"] == "error"
    assert word in answer["error"]
    assert answer["error"].endswith(".")


def test_a_file_over_the_limit_is_refused() -> None:
    result = read_holdings(b"Symbol,Shares\nAAPL,26\n", limit_bytes=10)
    assert result.error is not None
    assert "limit" in result.error


def test_quotes_span_lines_and_a_stray_quote_does_not_swallow_the_file() -> None:
    rows = split(["Symbol,Note", 'AAPL,"two', 'lines"', 'MSFT,"open', "KO,1"], ",")
    assert [(row.lines, row.cells) for row in rows] == [
        ((1,), ("Symbol", "Note")),
        ((2, 3), ("AAPL", "two lines")),
        ((4,), ("MSFT", "open")),
        ((5,), ("KO", "1")),
    ]


def test_cells_and_columns_have_bounds() -> None:
    assert "characters" in read("Symbol,Shares\nAAPL," + "9" * 1_000_000 + "\n")["error"]
    assert "columns" in read(",".join(["Symbol"] * 10_000) + "\nAAPL\n")["error"]


# --- workbooks ----------------------------------------------------------------------------------------------------------------------


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


POSITIONS = [
    ["Holdings as of 2022-12-28"],
    [],
    ["Ticker", "Shares", "Price", "Value"],
    ["AAPL", 1.234, 126.37, 155.94],
    ["TRUE", 26, "1.234,5", None],
]


def test_a_workbook_keeps_its_numbers_whatever_its_text_looks_like() -> None:
    answer = read(workbook(("Positions", POSITIONS), ("Notes", [["nothing"]])))
    assert held(answer) == {"AAPL": 1.234, "TRUE": 26.0}
    assert answer["layout"]["sheet"] == "Positions"
    assert [position["lines"] for position in answer["positions"]] == [[4], [5]]
    assert answer["as_of"] == "2022-12-28"


def test_several_sheets_of_positions_are_asked_about() -> None:
    other = [["Ticker", "Shares"], ["KO", 5]]
    data = workbook(("One", POSITIONS), ("Two", other))
    assert asked(read(data)) == {"sheet": "One"}
    assert held(read(data, {"sheet": "Two"})) == {"KO": 5.0}


def test_a_formula_nobody_computed_is_text() -> None:
    answer = read(workbook(("Positions", [["Ticker", "Shares"], ["AAPL", "=20+6"], ["KO", 5]])))
    assert held(answer) == {"KO": 5.0}
    assert warned(answer) == ["bad_number"]


def test_a_workbook_renamed_or_damaged_is_refused() -> None:
    data = workbook(("Positions", POSITIONS))
    assert "Excel" in read(data, filename="positions.csv")["error"]
    assert "damaged" in read(data[: len(data) // 2])["error"]


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    buffer = io.BytesIO(workbook(("Positions", POSITIONS)))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * 30_000_000)
    assert "unpacks to far more" in read(buffer.getvalue())["error"]


def test_a_document_type_declaration_is_refused() -> None:
    buffer = io.BytesIO(workbook(("Positions", POSITIONS)))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/extra.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert "document type" in read(buffer.getvalue())["error"]


# --- regressions --------------------------------------------------------------------------------------------------------------------


def test_lines_quoted_as_a_whole_are_unwrapped() -> None:
    assert held(read('"Ticker,Shares"\n"AAPL,10"\n"MSFT,5"\n')) == {"AAPL": 10.0, "MSFT": 5.0}


def test_a_price_is_never_proposed_as_the_quantity() -> None:
    assert read("Symbol,Last,Chg\nAAPL,126.37,1\nMSFT,234.91,2\n")["outcome"] == "error"
    assert asked(read("Symbol,Last,Mine\nAAPL,126.37,1\nMSFT,234.91,2\n")) == {"quantity_column": "2"}


def test_dates_beside_purchase_prices_are_proposed_as_purchases() -> None:
    assert asked(read("Symbol,Date,Shares,Price paid\nAAPL,2020-01-05,10,70\nMSFT,2021-02-05,5,200\n")) == {"snapshot": "all"}


def test_a_value_without_a_quantity_is_not_dropped_in_silence() -> None:
    answer = read("Name,Symbol,Shares,Value\nApple,AAPL,26,3285.62\nWine cellar,,,9000\nMargin debit,,,-500\n")
    assert [(other["name"], other["kind"], other["value"]) for other in answer["other"]] == [("Wine cellar", "unrecognised", 9000.0)]
    assert warned(answer) == ["unrecognised"]
    assert [(cash["label"], cash["value"]) for cash in answer["cash"]] == [("Margin debit", -500.0)]


def test_of_a_section_of_cash_only_the_final_balances_count() -> None:
    lines = (
        "Statement,Header,Field Name,Field Value",
        'Statement,Data,Period,"December 1, 2022 - December 28, 2022"',
        "Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Close Price,Value",
        "Open Positions,Data,Summary,Stocks,USD,AMD,300,62.81,18843",
        "Cash Report,Header,Currency Summary,Currency,Total",
        "Cash Report,Data,Starting Cash,USD,100",
        "Cash Report,Data,Ending Cash,Base Currency Summary,99",
        "Cash Report,Data,Ending Cash,USD,99",
        "Cash Report,Data,Ending Settled Cash,USD,98",
    )
    answer = read("\n".join(lines) + "\n")
    assert [(cash["currency"], cash["value"], cash["lines"]) for cash in answer["cash"]] == [("USD", 99.0, [8])]
    assert answer["as_of"] == "2022-12-28"


def test_the_result_does_not_depend_on_what_was_read_before() -> None:
    file = "Symbol;Quantity;Price;Value\nAAPL;1.040;126,37;131.424,80\n"
    first = read(file)
    read("Symbol,Quantity\nAAPL,1.040\n")
    assert read(file) == first


def test_a_further_table_that_names_no_size_is_not_read_as_positions() -> None:
    answer = read("Symbol,Shares\nAAPL,26\n\nSymbol,Dividend yield,Price date\nAAPL,0.23,2023-01-05\n")
    assert held(answer) == {"AAPL": 26.0}
    assert warned(answer) == ["second_table_ignored"]


def test_a_workbook_that_declares_a_wrong_size_is_read_in_full() -> None:
    source = zipfile.ZipFile(io.BytesIO(workbook(("Positions", POSITIONS))))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/"):
                assert b'<dimension ref="A1:D5"' in data
                data = data.replace(b'<dimension ref="A1:D5"', b'<dimension ref="A1:A1"')
            archive.writestr(name, data)
    assert held(read(buffer.getvalue())) == {"AAPL": 1.234, "TRUE": 26.0}


def test_a_value_in_pence_is_pounds() -> None:
    [position] = read("Ticker,Value\nVOD.L,105125p\n")["positions"]
    assert position["market_value"] == pytest.approx(1051.25)
    assert position["currency"] == "GBP"


def test_weights_of_a_portfolio_with_shorts_are_fractions_if_they_add_up_to_one() -> None:
    answer = read("Ticker,Weight\nAAPL,1.3\nBBY,-0.3\n")
    assert {position["ticker"]: position["weight"] for position in answer["positions"]} == {"AAPL": 1.3, "BBY": -0.3}
    assert "weight_unit" not in asked(answer)
    assert asked(read("Ticker,Weight\nAAPL,13\nBBY,7\n"))["weight_unit"] == "percent"


def test_a_coin_is_known_by_its_class_or_its_name() -> None:
    assert held(read("Type,Symbol,Qty\nEquity,AAPL,5\nCrypto,BTC,0.5\n")) == {"AAPL": 5.0, "BTC-USD": 0.5}
    assert held(read("Asset,Name,Qty\nETH,Ethereum,2\n")) == {"ETH-USD": 2.0}
    assert held(read("Symbol,Name,Qty\nETH,Ethan Allen,2\n")) == {"ETH": 2.0}


@pytest.mark.parametrize(("answer", "day"), [("as_of", dt.date(2021, 6, 30)), ("latest", None)])
def test_the_prices_asked_for_decide_the_day_of_the_sizes(answer: str, day: dt.date | None) -> None:
    data = b"Holdings as of 2021-06-30\nTicker,Weight\nAAPL,60%\nMSFT,40%\n"
    reading = read_holdings(data, answers={"prices": answer, "portfolio_value": "100000"})
    assert reading.outcome in {"ok", "ok_with_warnings"}, reading.questions
    assert reading.as_of == day
