"""Layouts nobody wrote the importer for: read exactly, or asked about; a transaction history is refused."""

from __future__ import annotations

import math

import pytest

from tests.hostile.broker_files import FILES, File, Name
from tests.property.holdings.reading import READ, accepted, is_a_sentence, quantities, read

HELD = [file for file in FILES if not file.refused and not file.must_ask]


def found(names: dict[str, float], name: Name) -> float | None:
    wanted = {name} if isinstance(name, str) else name
    hits = [quantity for ticker, quantity in names.items() if ticker in wanted]
    return hits[0] if len(hits) == 1 else None


@pytest.mark.parametrize("file", HELD, ids=lambda file: file.id)
def test_nothing_is_misread(file: File) -> None:
    answer = accepted(file.data, file.filename)
    assert answer["outcome"] != "error", answer["error"]
    positions = {position["ticker"] or position.get("isin") or position["raw"]: position.get("quantity") for position in answer["positions"]}
    for name, quantity in file.positions.items():
        by_name = found(positions, name)
        by_raw = found({position["raw"]: position.get("quantity") for position in answer["positions"]}, name)
        value = by_name if by_name is not None else by_raw
        assert value is not None, (name, answer["positions"], answer["questions"])
        assert math.isclose(value, quantity, rel_tol=1e-9), (name, positions)
    assert len(answer["positions"]) == len(file.positions), positions
    assert tuple(sorted(entry["kind"] for entry in answer["other"])) == file.other


@pytest.mark.parametrize("file", [file for file in HELD if file.cash is not None], ids=lambda file: file.id)
def test_cash_is_kept_apart(file: File) -> None:
    assert file.cash is not None
    answer = accepted(file.data, file.filename)
    amounts = {(cash["currency"] if None not in file.cash else None): cash["value"] for cash in answer["cash"]}
    assert amounts == pytest.approx(dict(file.cash))


@pytest.mark.parametrize("file", [file for file in HELD if not file.may_ask], ids=lambda file: file.id)
def test_a_plain_file_needs_no_answer(file: File) -> None:
    answer = read(file.data, file.filename)
    assert answer["outcome"] in READ, answer["questions"]
    assert quantities(answer) == pytest.approx(dict(file.positions))


@pytest.mark.parametrize("file", [file for file in FILES if file.must_ask], ids=lambda file: file.id)
def test_what_the_file_does_not_say_is_asked(file: File) -> None:
    answer = read(file.data, file.filename)
    assert answer["outcome"] == "needs_user", answer
    for question in answer["questions"]:
        assert question["key"]
        assert question["text"][0].isupper()
        assert question["text"].endswith(("?", "."))


@pytest.mark.parametrize("file", [file for file in FILES if file.refused], ids=lambda file: file.id)
def test_a_history_of_transactions_is_refused_by_name(file: File) -> None:
    answer = read(file.data, file.filename)
    assert answer["outcome"] == "error", answer
    is_a_sentence(answer["error"])
    assert "transaction" in answer["error"].lower()
    assert not answer["positions"]


def test_weights_are_fractions_and_nothing_is_renormalised() -> None:
    answer = read(b"Ticker,Weight\nAAPL,40%\nMSFT,50%\n", "weights.csv")
    weights = {position["ticker"]: position.get("weight") for position in answer["positions"]}
    assert weights == pytest.approx({"AAPL": 0.4, "MSFT": 0.5})


def test_values_keep_their_sign() -> None:
    answer = read(b'Ticker,Market Value\nAAPL,"3,285.62"\nBBY,"(11,943.00)"\n', "values.csv")
    values = {position["ticker"]: position.get("market_value") for position in answer["positions"]}
    assert values == pytest.approx({"AAPL": 3285.62, "BBY": -11943.0})
