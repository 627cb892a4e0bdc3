"""Whatever the bytes: an answer in order, within 5 seconds of one core and 400 MB more than before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from farp.errors import FarpError
from farp.holdings import read_holdings
from tests.hostile.hostile_files import CASES, GOOD, HELD, ROWS
from tests.hostile.sandbox import MOST_BYTES, MOST_SECONDS, Sandbox
from tests.property.holdings.reading import READ, close, is_a_sentence, quantities, read
from tests.property.holdings.workbook import packed, parts, sheet_xml


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    process = Sandbox()
    yield process
    process.close()


@pytest.mark.parametrize("name", CASES)
def test_hostile_file(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    case = CASES[name]
    path = tmp_path / "upload"
    path.write_bytes(case.build())
    reading = sandbox.read(path, case.filename)
    answer = reading.answer
    assert answer is not None, reading.failure
    assert reading.seconds <= MOST_SECONDS, f"took {reading.seconds:.1f} s ({answer['outcome']})"
    assert reading.extra_bytes <= MOST_BYTES, f"took {reading.extra_bytes / 2**20:.0f} MB ({answer['outcome']})"
    if answer["outcome"] == "error":
        is_a_sentence(answer["error"])
        assert not answer["positions"]
    assert answer["outcome"] in case.outcomes, {key: answer[key] for key in ("outcome", "error", "positions", "questions", "warnings")}
    for word in case.words:
        assert word.lower() in answer["error"].lower(), answer["error"]
    if case.held is not None and answer["outcome"] in READ:
        held = quantities(answer)
        assert set(held) == set(case.held)
        assert all(close(held[ticker], quantity) for ticker, quantity in case.held.items()), held


@pytest.mark.parametrize(
    "right", [("\u0661\u0662\u0663", 123), ("\uff11\uff12\uff13", 123), ("2\u00bd", 2.5), ("2 1/2", 2.5)], ids=lambda right: right[0]
)
def test_odd_digits_are_understood_or_rejected(right: tuple[str, float]) -> None:
    text, value = right
    answer = read(f"Symbol;Quantity\nMSFT;140\nAAPL;{text}\n".encode(), "positions.csv")
    held = quantities(answer)
    if "AAPL" in held:
        assert close(held["AAPL"], value)
    else:
        assert answer["outcome"] != "ok"
        assert [entry["line"] for entry in answer["ignored"] if entry["line"] == 3]


@pytest.mark.parametrize("ticker", ["TRUE", "NA", "NAN", "ON", "ALL", "DEC", "MAR1", "IT", "A", "NOW", "KEY", "EUR.PA", "USD", "INF", "SUM", "BOND"])
def test_a_ticker_that_is_also_a_word(ticker: str) -> None:
    """It is held, or the line is listed with a reason; it is never lost and never turned into something else."""
    data = f"Symbol,Description,Quantity,Price,Value\nAAPL,APPLE INC,26,126.37,3285.62\n{ticker},SOME COMPANY INC,10,50.00,500.00\n"
    answer = read(data.encode(), "positions.csv")
    held = quantities(answer)
    assert close(held["AAPL"], 26.0)
    if ticker in {"TRUE", "NA", "NAN", "ON", "ALL", "IT", "A", "NOW", "KEY"}:
        assert close(held.get(ticker), 10.0), answer
    accounted = [line for entry in (*answer["positions"], *answer["cash"], *answer["other"]) for line in entry["lines"]]
    assert 3 in [*accounted, *(entry["line"] for entry in answer["ignored"])]


@pytest.mark.parametrize("text", ["null", "NULL", "None", "--", "n/a", "#N/A", ""])
def test_a_missing_ticker_is_no_ticker(text: str) -> None:
    data = f"Symbol,Description,Quantity,Price,Value\nAAPL,APPLE INC,26,126.37,3285.62\n{text},SOMETHING LTD,10,50.00,500.00\n"
    answer = read(data.encode(), "positions.csv")
    assert text.upper() not in {position["ticker"] for position in answer["positions"]}
    assert answer["outcome"] != "ok"


@pytest.mark.parametrize(
    "text", ["03/14/2020", "2020-03-14", "14.03.2020", "     03/14/2020", "Mar-14-2020", "Total", "TOTAL", "Subtotal", "Account Total", "Summe"]
)
def test_a_row_that_is_no_position(text: str) -> None:
    data = f"Symbol,Quantity,Price,Value\nAAPL,26,126.37,3285.62\n{text},26,126.37,3285.62\nMSFT,140,234.91,32887.40\n"
    answer = read(data.encode(), "positions.csv")
    assert set(quantities(answer)) == {"AAPL", "MSFT"}
    assert close(quantities(answer)["AAPL"], 26.0)
    assert [entry for entry in answer["ignored"] if entry["line"] == 3]


@pytest.mark.parametrize(
    ("side", "quantity", "expected"),
    [
        ("Short", "(650)", -650),
        ("Short", "650", -650),
        ("Short", "-650", -650),
        ("Long", "650", 650),
        ("short", "\u2212650", -650),
        ("S", "650", -650),
    ],
)
def test_the_side_sets_the_sign_once(side: str, quantity: str, expected: float) -> None:
    data = f"Symbol,Side,Quantity\nMSFT,Long,140\nAAPL,{side},{quantity}\n"
    answer = read(data.encode(), "positions.csv")
    if answer["outcome"] in READ or "AAPL" in quantities(answer):
        assert close(quantities(answer)["AAPL"], expected)


@pytest.mark.parametrize(
    "written", ["BRK.B", "BRK/B", "BRK-B", "BRK B", "brk.b", " BRK.B ", "BRK.B.US", "BRK/B US Equity", "NYSE:BRK.B", "BRK\u2011B"]
)
def test_one_share_class_however_it_is_written(written: str) -> None:
    answer = read(f"Symbol,Quantity,Price,Value\nAAPL,26,126.37,3285.62\n{written},12,306.11,3673.32\n".encode(), "positions.csv")
    assert quantities(answer) == {"AAPL": 26.0, "BRK.B": 12.0}


@pytest.mark.parametrize(
    "written", ["HD.L", "MRK.DE", "GE.MI", "KO.TO", "JNJ.SW", "IBM.F", "PG.AS", "MO.PA", "HD LN Equity", "LON:HD", "FRA:IBM", "AAPL.MX"]
)
def test_a_foreign_line_is_never_priced_as_its_us_namesake(written: str) -> None:
    answer = read(f"Symbol,Quantity,Price,Value\nAAPL,26,126.37,3285.62\n{written},12,30.00,360.00\n".encode(), "positions.csv")
    if answer["outcome"] in READ:
        namesake = re.sub(r"^(LON|FRA):|[. ].*$", "", written)
        assert namesake not in set(quantities(answer)) - {"AAPL"}
        assert len(answer["positions"]) == 2
        assert answer["outcome"] == "ok_with_warnings"


@pytest.mark.parametrize(
    "filename", [None, "", ".", "../../etc/passwd", "x" * 5000 + ".csv", "positions", "a\nb.csv", "файл.csv", "positions.csv.exe"]
)
def test_the_name_of_the_file_does_no_harm(filename: str | None) -> None:
    answer = read(GOOD, filename)
    assert answer["outcome"] == "error" or quantities(answer) == HELD


@pytest.mark.parametrize(
    "answers", [{"nonsense": "1"}, {"": ""}, {"decimal": "?"}, {"decimal": "x" * 10_000}, {"currency": "\0"}, {"quantity": "99999"}]
)
def test_answers_nobody_asked_for_do_no_harm(answers: dict[str, str]) -> None:
    try:
        answer = read(GOOD, "positions.csv", answers)
    except FarpError as refusal:
        is_a_sentence(str(refusal))
    else:
        assert answer["outcome"] == "error" or quantities(answer) == HELD


def test_an_answer_that_was_not_offered_is_refused_or_asked_again() -> None:
    data = b"Symbol;Quantity\nAAPL;1.234\n"
    question = read(data, "positions.csv")["questions"][0]
    try:
        answer = read(data, "positions.csv", {question["key"]: "certainly not"})
    except FarpError as refusal:
        is_a_sentence(str(refusal))
    else:
        assert answer["outcome"] in {"needs_user", "error"}


def test_the_size_limit_is_the_callers() -> None:
    answer = read_holdings(GOOD, filename="positions.csv", limit_bytes=len(GOOD) - 1)
    assert answer.outcome == "error"
    is_a_sentence(answer.error)
    assert read_holdings(GOOD, filename="positions.csv", limit_bytes=len(GOOD)).outcome != "error"


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "|"])
def test_a_formula_is_text_and_says_so(mark: str) -> None:
    data = f"Symbol;Quantity;Price;Value\nAAPL;26;126.37;3285.62\n{mark}cmd' /C calc'!A0;10;1.00;10.00\n"
    answer = read(data.encode(), "positions.csv")
    assert answer["outcome"] != "ok"
    assert close(quantities(answer).get("AAPL"), 26.0)


BROKEN_XML = {
    "cut": lambda part: part[: len(part) // 2],
    "empty": lambda part: b"",
    "no XML": lambda part: b"quantity,price",
    "unknown encoding": lambda part: part.replace(b'encoding="UTF-8"', b'encoding="jTF-8"'),
    "bytes that are no UTF-8": lambda part: part.replace(b"AAPL", b"AA\xffL").replace(b"Positions", b"Pos\xfftions") + b"\xff",
    "an unclosed tag": lambda part: part.replace(b"</", b"<", 1),
    "an undeclared prefix": lambda part: part.replace(b"<", b"<zz:", 3),
    "text for a number": lambda part: part.replace(b"<v>", b"<v>x"),
}


@pytest.mark.parametrize("damage", BROKEN_XML)
@pytest.mark.parametrize("name", [*parts({"Positions": ""})])
def test_a_damaged_part_of_a_workbook(name: str, damage: str) -> None:
    content = parts({"Positions": sheet_xml(ROWS)})
    answer = read(packed(content | {name: BROKEN_XML[damage](content[name])}), "positions.xlsx")
    assert answer["outcome"] != "ok" or quantities(answer) == HELD


@pytest.mark.parametrize("name", [*parts({"Positions": ""})])
def test_a_missing_part_of_a_workbook(name: str) -> None:
    content = {part: data for part, data in parts({"Positions": sheet_xml(ROWS)}).items() if part != name}
    answer = read(packed(content), "positions.xlsx")
    assert answer["outcome"] != "ok" or quantities(answer) == HELD


SAYS_OTHERWISE = {
    "a value of the other sign": "Symbol,Quantity,Price,Value\nAAPL,26,126.37,-3285.62\nMSFT,140,234.91,32887.40\nKO,10,63.84,638.40\n",
    "a value three times too large": "Symbol,Quantity,Price,Value\nAAPL,26,126.37,9856.86\nMSFT,140,234.91,32887.40\nKO,10,63.84,638.40\n",
    "a section of shorts": "Long positions\nSymbol,Quantity\nAAPL,26\n\nShort positions\nSymbol,Quantity\nBBY,150\n",
    "a section of closed positions": "Open positions\nSymbol,Quantity\nAAPL,26\n\nClosed positions\nSymbol,Quantity\nBBY,150\n",
    "short in the type": "Symbol,Type,Quantity\nAAPL,Stock,26\nMSFT,Short Stock,140\n",
    "a short row": "Price,Symbol,Quantity,Change,Value,Account\n126.37,AAPL,26,1.5,3285.62,Z1\n234.91,MSFT,-2.5,32887.40,Z1\n",
    "cut inside a quoted cell": 'Symbol,Description,Quantity,Price,Market value\nXOM,EXXON MOBIL CORP,"1,15',
    "cut in the last quantity": "Symbol,Description,Quantity,Price,Market value\nAAPL,APPLE,26,126.37,3285.62\nXOM,EXXON MOBIL CORP,11",
    "target and actual weights": "Symbol,Target Weight,Actual Weight,Shares\nAAPL,50%,40%,\nMSFT,50%,60%,\n",
}


@pytest.mark.parametrize("name", SAYS_OTHERWISE)
def test_what_the_file_itself_contradicts_is_said(name: str) -> None:
    answer = read(SAYS_OTHERWISE[name].encode(), "positions.csv")
    assert answer["outcome"] != "ok", answer["positions"]


def test_target_weights_are_not_what_is_held() -> None:
    answer = read(b"Symbol,Target Weight,Actual Weight\nAAPL,50%,40%\nMSFT,50%,60%\n", "positions.csv")
    weights = {position["ticker"]: position["weight"] for position in answer["positions"]}
    asked = [question["key"] for question in answer["questions"] if "column" in question["key"]]
    assert asked or weights == pytest.approx({"AAPL": 0.4, "MSFT": 0.6})


def test_a_bond_of_a_known_issuer_is_no_share() -> None:
    rows = ["Ticker,Shares,Price,Value,Asset Type", "AAPL,26,126.37,3285.62,Equity", "AAPL,5000,99,4950,Fixed Income", "SPY,5,380,1900,ETF"]
    answer = read("\n".join(rows).encode(), "positions.csv")
    assert close(quantities(answer)["AAPL"], 26.0)
    assert [entry["kind"] for entry in answer["other"]] == ["bond"]


def test_an_isin_with_a_wrong_check_digit_is_no_ticker() -> None:
    answer = read(b"ISIN,Quantity\nUS0378331006,26\nUS5949181045,140\n", "positions.csv")
    assert "US0378331006" not in {position["ticker"] for position in answer["positions"]}
    assert answer["outcome"] != "ok"
    assert close(quantities(answer)["MSFT"], 140.0)
