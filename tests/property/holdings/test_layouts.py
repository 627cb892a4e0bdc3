"""A random portfolio in a random layout is read back exactly, asked about, or refused with a sentence; it is never misread."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import subprocess
import sys
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farp.holdings import read_holdings
from tests.property.holdings.layouts import WORDS, Book, Layout, Lot, Written, random_book, random_layout, written
from tests.property.holdings.reading import READ, Answer, accepted, instruments, quantities, read, verdict

steady = settings(derandomize=True, max_examples=120, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
draws = st.randoms(use_true_random=False)
seeds = st.integers(0, 10_000)


def drawn(rng: random.Random) -> tuple[Book, Layout, Written]:
    book = random_book(rng)
    layout = random_layout(rng, book)
    return book, layout, written(book, layout)


def shown(layout: Layout, file: Written) -> str:
    text = "(a workbook)" if layout.workbook else repr(file.data[:900])
    return f"{layout}\n{text}"


@steady
@given(draws)
def test_it_is_read_exactly_or_asked_about(rng: random.Random) -> None:
    book, layout, file = drawn(rng)
    try:
        verdict(book, file, "currency" in layout.columns)
    except AssertionError as wrong:
        raise AssertionError(f"{wrong}\n{shown(layout, file)}") from None


@pytest.mark.parametrize("batch", range(4))
def test_reading_is_the_rule_and_refusing_the_exception(batch: int) -> None:
    """An importer that refuses everything is never wrong either: of legible files none is refused, and most need no answer."""
    verdicts = Counter()
    refused = []
    for seed in range(100 * batch, 100 * batch + 100):
        book, layout, file = drawn(random.Random(seed))
        verdicts[verdict(book, file, "currency" in layout.columns)] += 1
        if read(file.data, file.filename)["outcome"] == "error":
            refused.append((seed, read(file.data, file.filename)["error"]))
    assert not refused
    assert verdicts["exact"] >= 60, verdicts


@pytest.mark.parametrize("language", WORDS)
def test_each_language_is_understood(language: str) -> None:
    book = Book(
        lots=tuple(
            Lot(ticker=ticker, spelling=ticker, quantity=Decimal(quantity), price=Decimal(price), currency="USD", account="1")
            for ticker, quantity, price in (("AAPL", "1234.5", "126.37"), ("MSFT", "26", "234.91"), ("BBY", "-150", "79.62"))
        )
    )
    for choice in range(6):
        words = {field: options[choice % len(options)] for field, options in WORDS[language].items()}
        layout = Layout(
            words=words,
            columns=("name", "symbol", "quantity", "price", "value", "currency"),
            delimiter="," if language == "en" else ";",
            decimal="." if language == "en" else ",",
            thousands="," if language == "en" else ".",
        )
        file = written(book, layout)
        answer = read(file.data, file.filename)
        assert answer["outcome"] in READ, (words, answer["outcome"], answer["error"], answer["questions"])
        assert quantities(answer) == {"AAPL": 1234.5, "MSFT": 26.0, "BBY": -150.0}, words


# --- the same table, written differently ------------------------------------------------------------------------------------------


def essence(answer: Answer) -> tuple[object, ...]:
    """What is held, without the lines it stands on."""
    held = sorted((p["ticker"] or p["raw"], p.get("quantity"), p["currency"] or "") for p in answer["positions"])
    return held, sorted((c["currency"] or "", c["value"]) for c in answer["cash"])


def plain(seed: int) -> tuple[Book, Layout]:
    """A layout in which nothing is open: prices, values and currencies are given."""
    rng = random.Random(seed)
    book = random_book(rng)
    layout = random_layout(rng, book)
    columns = tuple(dict.fromkeys([*layout.columns, "price", "value", "currency"]))
    return book, dataclasses.replace(layout, columns=columns, workbook="", money="", encoding="utf-8", blocks=False)


def fine(thousands: str, layout: Layout) -> str:
    return thousands if layout.decimal not in thousands else ""


CHANGES = {
    "footers": lambda rng, layout: {"footers": (("Prices are delayed by 15 minutes.",), ("Source: the custodian, who guarantees nothing",))},
    "titles": lambda rng, layout: {"titles": (("Holdings report",), ("Client", "William Brown")), "blank_before": 1},
    "column order": lambda rng, layout: {"columns": tuple(rng.sample(layout.columns, len(layout.columns)))},
    "delimiter": lambda rng, layout: {"delimiter": rng.choice([d for d in (",", ";", "\t", "|") if d != layout.delimiter])},
    "line ends": lambda rng, layout: {"newline": "\r\n" if layout.newline == "\n" else "\n"},
    "quoting": lambda rng, layout: {"quoting": "all" if layout.quoting == "minimal" else "minimal"},
    "encoding": lambda rng, layout: {"encoding": rng.choice(("utf-8-sig", "utf-16", "utf-16-be-bom", "cp1252"))},
    "trailing commas": lambda rng, layout: {"trailing": layout.trailing + 2},
    "thousands": lambda rng, layout: {"thousands": "" if layout.thousands else ("," if layout.decimal == "." else ".")},
    "a workbook": lambda rng, layout: {"workbook": rng.choice(("shared", "inline"))},
    "noise": lambda rng, layout: {"noise": layout.noise + 1},
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_carries_no_meaning_changes_nothing(change: str) -> None:
    for seed in range(25):
        book, layout = plain(seed)
        file = written(book, layout)
        other = dataclasses.replace(layout, **CHANGES[change](random.Random(seed), layout))
        again = written(book, other)
        first, second = accepted(file.data, file.filename), accepted(again.data, again.filename)
        assert first["outcome"] != "error", f"seed {seed}: {first['error']}"
        assert essence(first) == essence(second), f"seed {seed}\n{shown(layout, file)}\n{shown(other, again)}"
        assert first["outcome"] == second["outcome"], f"seed {seed}: {first['questions']} {second['questions']} {second['error']}"


def test_a_footer_leaves_every_line_number() -> None:
    for seed in range(20):
        book, layout = plain(seed)
        layout = dataclasses.replace(layout, footers=())
        file, longer = written(book, layout), written(book, dataclasses.replace(layout, footers=(("*** End ***",),), blank_after=2))
        first, second = read(file.data, file.filename), read(longer.data, longer.filename)
        assert first["positions"] == second["positions"]
        assert first["cash"] == second["cash"]


@steady
@given(draws)
def test_the_same_bytes_give_the_same_answer(rng: random.Random) -> None:
    _, _, file = drawn(rng)
    assert json.dumps(read(file.data, file.filename)) == json.dumps(read(file.data, file.filename))


def test_the_answer_does_not_depend_on_the_process() -> None:
    """Sets and hashes differ from one process to the next; the answer may not."""
    program = (
        "import random, hashlib, json\n"
        "from tests.property.holdings.test_layouts import drawn, read\n"
        "answers = [read(file.data, file.filename) for _, _, file in (drawn(random.Random(seed)) for seed in range(30))]\n"
        "print(hashlib.sha256(json.dumps(answers).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": str(seed)}, capture_output=True, text=True, check=True
        ).stdout
        for seed in (1, 2)
    }
    assert len(digests) == 1


# --- nothing is lost --------------------------------------------------------------------------------------------------------------


def claims(answer: Answer) -> Counter[int]:
    """How often each physical line is accounted for."""
    counted: Counter[int] = Counter()
    for entry in (*answer["positions"], *answer["cash"], *answer["other"]):
        counted.update(entry["lines"])
    counted.update(entry["line"] for entry in answer["ignored"])
    return counted


@steady
@given(draws)
def test_every_line_is_accounted_for_once(rng: random.Random) -> None:
    _, layout, file = drawn(rng)
    answer = accepted(file.data, file.filename)
    if answer["outcome"] == "error":
        return
    counted = claims(answer)
    twice = [line for line, times in counted.items() if times > 1]
    assert not twice, f"lines {twice} are in two places\n{shown(layout, file)}"
    header = read_holdings(file.data, filename=file.filename, instruments=instruments()).layout
    lost = sorted(set(file.lines) - set(counted) - ({header.header_line} if header else set()))
    assert not lost, f"lines {lost} are nowhere\n{shown(layout, file)}\n{answer['ignored']}"
    invented = sorted(set(counted) - set(file.lines))
    assert not invented, f"lines {invented} are blank or do not exist\n{shown(layout, file)}"


@steady
@given(draws)
def test_every_ignored_line_has_a_reason_in_words(rng: random.Random) -> None:
    _, _, file = drawn(rng)
    for entry in read(file.data, file.filename)["ignored"]:
        assert len(entry["reason"]) > 3
        assert not entry["reason"].isupper()


# --- a stated total ---------------------------------------------------------------------------------------------------------------


def test_a_total_that_does_not_add_up_is_said() -> None:
    rows = ["Symbol,Quantity,Price,Market Value", "AAPL,26,126.37,3285.62", "MSFT,140,234.91,32887.40", "Total,,,{}"]
    right = read("\n".join(rows).format("36173.02").encode(), "positions.csv")
    wrong = read("\n".join(rows).format("46173.02").encode(), "positions.csv")
    assert len(wrong["warnings"]) == len(right["warnings"]) + 1
    assert quantities(right) == quantities(wrong) == {"AAPL": 26.0, "MSFT": 140.0}
