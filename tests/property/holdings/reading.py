"""Reading as a stranger does: through `read_holdings` and its JSON, and comparing with what was written."""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from farp.holdings import document, read_holdings
from farp.portfolio import Instrument
from farp.prices.sample import load_sample
from tests.property.holdings.layouts import Book, Written

Answer = dict[str, Any]
OUTCOMES = {"ok", "ok_with_warnings", "needs_user", "error"}
READ = {"ok", "ok_with_warnings"}


@functools.cache
def instruments() -> Mapping[str, Instrument]:
    return load_sample().instruments


def read(data: bytes, filename: str | None = None, answers: Mapping[str, str] | None = None) -> Answer:
    """What a program gets for the bytes, checked for the shape every answer has."""
    answer = document(read_holdings(data, filename=filename, answers=answers, instruments=instruments()))
    assert answer["outcome"] in OUTCOMES, answer["outcome"]
    if answer["outcome"] == "error":
        is_a_sentence(answer["error"])
    else:
        assert not answer["error"], answer["error"]
    assert (answer["outcome"] == "needs_user") == bool(answer["questions"]), (answer["outcome"], answer["questions"])
    for position in answer["positions"]:
        for field in ("quantity", "market_value", "weight"):
            assert position.get(field) is None or math.isfinite(position[field]), position
    return answer


def is_a_sentence(text: object) -> None:
    """One sentence for a person: a capital, a full stop, nothing of the machinery."""
    assert isinstance(text, str)
    assert text, "an error without a message"
    assert text[0].isupper() or text[0].isdigit() or text[0] in "'\"“«", text
    assert text.endswith("."), text
    assert len(text) < 500, text
    assert "\n" not in text, text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text), repr(text)
    machinery = r"Traceback|Error\b|Exception|<class|object at 0x|\bNone\b|codec|0x[0-9a-f]{2}|\.py\b|NoneType"
    assert not re.search(machinery, text), text


def accepted(data: bytes, filename: str | None = None, answers: Mapping[str, str] | None = None, rounds: int = 6) -> Answer:
    """The reading after every question was answered as proposed; stays `needs_user` where nothing is proposed."""
    given: dict[str, str] = dict(answers or {})
    answer = read(data, filename, given)
    for _ in range(rounds):
        new = {question["key"]: question["proposed"] for question in answer["questions"] if question["proposed"] is not None}
        if not new or new.items() <= given.items():
            return answer
        given |= new
        answer = read(data, filename, given)
    return answer


def choices(data: bytes, filename: str | None, limit: int = 40) -> Iterator[Answer]:
    """Every reading a person can reach by choosing among the options offered, proposed ones first."""
    tried: set[tuple[tuple[str, str], ...]] = set()
    waiting: list[dict[str, str]] = [{}]
    while waiting and len(tried) < limit:
        given = waiting.pop(0)
        mark = tuple(sorted(given.items()))
        if mark in tried:
            continue
        tried.add(mark)
        answer = read(data, filename, given)
        if answer["outcome"] in READ:
            yield answer
        open_questions = [question for question in answer["questions"] if question["key"] not in given]
        offered = [
            list(dict.fromkeys([*([q["proposed"]] if q["proposed"] is not None else []), *map(option_value, q["options"])])) for q in open_questions
        ]
        if open_questions and all(offered):
            keys = [question["key"] for question in open_questions]
            waiting += [given | dict(zip(keys, combination, strict=True)) for combination in itertools.islice(itertools.product(*offered), limit)]


def option_value(option: object) -> str:
    """The value of an option, however the JSON shows it: an object, a pair or the value alone."""
    if isinstance(option, Mapping):
        return str(option["value"])
    return str(option[0]) if isinstance(option, list | tuple) else str(option)


def quantities(answer: Answer) -> dict[str, float]:
    """Quantity by ticker (by its own text where there is none)."""
    return {position["ticker"] or position["raw"]: position.get("quantity") for position in answer["positions"]}


def close(first: float | None, second: Decimal | float) -> bool:
    return first is not None and math.isclose(first, float(second), rel_tol=1e-9, abs_tol=1e-9)


def differences(answer: Answer, book: Book, file: Written, currencies_given: bool) -> list[str]:
    """Everything in which the reading is not what was written."""
    found = quantities(answer)
    wrong = []
    if len(found) != len(answer["positions"]):
        wrong.append(f"a ticker is listed twice: {[position['ticker'] for position in answer['positions']]}")
    for ticker, quantity in book.quantities.items():
        if not close(found.get(ticker), quantity):
            wrong.append(f"{ticker}: wrote {quantity}, read {found.get(ticker)}")
    wrong += [f"{ticker}: wrote nothing, read {quantity}" for ticker, quantity in found.items() if ticker not in book.quantities]
    lines = {position["ticker"] or position["raw"]: tuple(position["lines"]) for position in answer["positions"]}
    if not wrong and lines != dict(file.lots):
        wrong.append(f"lines: wrote {dict(file.lots)}, read {lines}")
    if currencies_given:
        wrong += [
            f"{lot.ticker}: wrote {lot.currency}, read {position['currency']}"
            for lot in book.lots
            for position in answer["positions"]
            if position["ticker"] == lot.ticker and position["currency"] not in (None, lot.currency)
        ]
    wrong += _cash_differences(answer, book, currencies_given)
    return wrong


def _cash_differences(answer: Answer, book: Book, currencies_given: bool) -> list[str]:
    if currencies_given:
        read_balances: dict[str, float] = {}
        for cash in answer["cash"]:
            read_balances[cash["currency"]] = read_balances.get(cash["currency"], 0.0) + (cash["value"] or 0.0)
        if set(read_balances) != set(book.balances) or not all(close(read_balances[code], amount) for code, amount in book.balances.items()):
            return [f"cash: wrote { {code: str(amount) for code, amount in book.balances.items()} }, read {answer['cash']}"]
        return []
    total = math.fsum(cash["value"] or 0.0 for cash in answer["cash"])
    return [] if close(total, sum(book.balances.values(), Decimal(0))) else [f"cash: wrote {book.balances}, read {answer['cash']}"]


def verdict(book: Book, file: Written, currencies_given: bool) -> str:
    """`exact`, `asked` or `refused`; an AssertionError if the file is misread.

    What is proposed must be right wherever the file shows what is right; where it cannot show it (no price and value beside the
    quantity that would weigh the decimal mark), one of the options offered must be.
    """
    answer = read(file.data, file.filename)
    if answer["outcome"] == "error":
        return "refused"
    if answer["outcome"] in READ:
        wrong = differences(answer, book, file, currencies_given)
        assert not wrong, f"misread in silence: {wrong}"
        return "exact"
    if any(question["proposed"] is None and not question["options"] for question in answer["questions"]):
        return "asked"
    proposal = accepted(file.data, file.filename)
    wrong = differences(proposal, book, file, currencies_given) if proposal["outcome"] in READ else [f"still {proposal['outcome']}"]
    if not wrong:
        return "asked"
    if not file.weighable:
        wrong = [] if any(not differences(choice, book, file, currencies_given) for choice in choices(file.data, file.filename)) else wrong
    assert not wrong, f"asked {[(q['key'], q['proposed']) for q in answer['questions']]}, and the proposal is wrong: {wrong}"
    return "asked"
