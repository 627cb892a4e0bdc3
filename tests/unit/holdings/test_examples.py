"""The eight example files of brokers give exactly what is expected of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from farp.holdings import document, read_holdings
from farp.prices.sample import load_sample

EXAMPLES = Path(__file__).parents[2] / "data" / "holdings_examples"
EXPECTED: dict[str, Any] = json.loads((EXAMPLES / "expected.json").read_text(encoding="utf-8"))["files"]


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Any]]:
    instruments = load_sample().instruments
    return {name: document(read_holdings((EXAMPLES / name).read_bytes(), filename=name, instruments=instruments)) for name in EXPECTED}


@pytest.mark.parametrize("name", EXPECTED)
def test_outcome_day_and_layout(name: str, answers: dict[str, Any]) -> None:
    expected, answer = EXPECTED[name], answers[name]
    assert answer["outcome"] == expected["outcome"]
    assert answer["as_of"] == expected.get("as_of")
    assert answer["questions"] == []
    assert answer["error"] is None
    layout = answer["layout"]
    assert layout["delimiter"] == expected["delimiter"]
    assert layout["decimal_mark"] == expected["decimal"]
    assert layout["header_line"] == expected["header_line"]
    assert layout["encoding"] == expected["encoding"]


@pytest.mark.parametrize("name", EXPECTED)
def test_positions(name: str, answers: dict[str, Any]) -> None:
    def by_line(positions: list[dict[str, Any]], lines: str) -> dict[tuple[int, ...], dict[str, Any]]:
        return {tuple(position[lines]): position for position in positions}

    expected, found = by_line(EXPECTED[name]["positions"], "source_lines"), by_line(answers[name]["positions"], "lines")
    assert found.keys() == expected.keys()
    for lines, wanted in expected.items():
        position = found[lines]
        assert position["quantity"] == pytest.approx(wanted["quantity"], abs=1e-9)
        assert position["ticker"] == wanted["ticker"]
        assert position["side"] == wanted.get("side", "long" if wanted["quantity"] > 0 else "short")
        for field in ("currency", "isin", "raw", "priced", "lots"):
            if field in wanted:
                assert position[field] == wanted[field], field
        if "priced" not in wanted:
            assert position["priced"] is True
        if len(wanted["source_lines"]) == 1 and "lots" not in wanted and name.startswith("fidelity"):
            assert position["lots"] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_cash(name: str, answers: dict[str, Any]) -> None:
    expected = {tuple(cash["source_lines"]): cash for cash in EXPECTED[name].get("cash", [])}
    found = {tuple(cash["lines"]): cash for cash in answers[name]["cash"]}
    assert found.keys() == expected.keys()
    for lines, wanted in expected.items():
        assert found[lines]["value"] == pytest.approx(wanted["value"], abs=1e-9)
        for field in ("label", "currency"):
            if field in wanted:
                assert found[lines][field] == wanted[field]


@pytest.mark.parametrize("name", EXPECTED)
def test_other_instruments(name: str, answers: dict[str, Any]) -> None:
    expected = {tuple(other["source_lines"]): other for other in EXPECTED[name].get("other", [])}
    found = {tuple(other["lines"]): other for other in answers[name]["other"]}
    assert found.keys() == expected.keys()
    for lines, wanted in expected.items():
        for field in ("symbol", "name", "kind", "quantity", "value", "multiplier"):
            if field in wanted:
                assert found[lines][field] == wanted[field], field


@pytest.mark.parametrize("name", EXPECTED)
def test_warnings(name: str, answers: dict[str, Any]) -> None:
    expected = EXPECTED[name].get("warnings", [])
    found = {warning["code"]: warning for warning in answers[name]["warnings"]}
    assert len(found) == len(answers[name]["warnings"])
    assert found.keys() == {warning["code"] for warning in expected}
    for wanted in expected:
        for field, value in wanted.items():
            assert found[wanted["code"]][field] == value, (wanted["code"], field)


@pytest.mark.parametrize("name", EXPECTED)
def test_every_line_is_in_exactly_one_place(name: str, answers: dict[str, Any]) -> None:
    text = (EXAMPLES / name).read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    written = [number for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    answer = answers[name]
    placed = [line for entry in (*answer["positions"], *answer["cash"], *answer["other"]) for line in entry["lines"]]
    placed += [entry["line"] for entry in answer["ignored"]]
    assert sorted(placed) == written


def reasons(answer: dict[str, Any]) -> dict[int, str]:
    return {entry["line"]: entry["reason"] for entry in answer["ignored"]}


def test_what_is_ignored_says_why(answers: dict[str, Any]) -> None:
    schwab, etrade = reasons(answers["schwab_Individual-Positions-2022-12-28.csv"]), reasons(answers["etrade_PortfolioDownload.csv"])
    assert "above the table" in schwab[1]
    assert "total" in schwab[10]
    assert {"lot of JPM" in etrade[12], "lot of JPM" in etrade[13]} == {True}
    assert "total" in etrade[19]
    statement = reasons(answers["ibkr_U0000417_20221228.csv"])
    assert "already inside" in statement[13]
    assert "sum of the currencies" in statement[24]
    assert "Trades" in statement[28]
    quotes = reasons(answers["yahoo_quotes.csv"])
    assert "quantity" in quotes[7]
    assert "subtotal" in reasons(answers["portfolio_performance_Vermoegensaufstellung.csv"])[3]


def test_what_must_not_happen(answers: dict[str, Any]) -> None:
    tickers = {name: {position["ticker"] for position in answer["positions"]} for name, answer in answers.items()}
    assert "NULL" not in tickers["vanguard_ofxdownload.csv"]
    assert "RRC" not in tickers["yahoo_quotes.csv"]
    columns = {column["header"]: column["meaning"] for column in answers["yahoo_quotes.csv"]["layout"]["columns"]}
    assert columns["Volume"] == ""
    assert columns["Quantity"] == "quantity"
    degiro = {column["index"]: column["meaning"] for column in answers["degiro_Portfolio_de.csv"]["layout"]["columns"]}
    assert (degiro[4], degiro[5]) == ("currency", "market_value")


@pytest.mark.parametrize(
    "name", ["schwab_Individual-Positions-2022-12-28.csv", "etrade_PortfolioDownload.csv", "portfolio_performance_Vermoegensaufstellung.csv"]
)
def test_the_rows_kept_add_up_to_the_stated_total(name: str, answers: dict[str, Any]) -> None:
    reconciliation = answers[name]["reconciliation"]
    assert reconciliation["difference"] == 0.0
    assert reconciliation["kept_total"] == pytest.approx(reconciliation["stated_total"])


@pytest.mark.parametrize("name", EXPECTED)
def test_without_a_price_source_nothing_is_marked_as_priced(name: str) -> None:
    result = read_holdings((EXAMPLES / name).read_bytes(), filename=name)
    assert {position.priced for position in result.positions} <= {None, False}
    assert all(position.ticker is None for position in result.positions if position.priced is False)
