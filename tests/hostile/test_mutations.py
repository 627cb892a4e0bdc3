"""Damaged files: nothing escapes, nothing hangs, and no quantity changes its magnitude in silence."""

from __future__ import annotations

import dataclasses
import random
import time
from decimal import Decimal
from pathlib import Path

import pytest

from tests.hostile.broker_files import FILES
from tests.hostile.mutations import mutant, power_of_ten
from tests.property.holdings.layouts import Book, Layout, Lot, money, number, random_book, random_layout, written
from tests.property.holdings.reading import quantities, read

MUTANTS_A_FILE = 25
MOST_SECONDS = 2.0
"""For one small file; a reader that takes longer does something that grows faster than the file."""


def generated(seed: int) -> tuple[str, bytes, str]:
    rng = random.Random(seed)
    book = random_book(rng)
    file = written(book, random_layout(rng, book))
    return f"generated {seed}", file.data, file.filename


def weighed(seed: int) -> tuple[str, bytes, str]:
    rng = random.Random(f"weighed {seed}")
    book = random_book(rng, foreign=False)
    layout = random_layout(rng, book)
    columns = tuple(dict.fromkeys([*layout.columns, "price", "value"]))
    file = written(book, dataclasses.replace(layout, columns=columns, workbook="", encoding="utf-8", newline="\n"))
    return f"weighed {seed}", file.data, file.filename


class explained:  # noqa: N801  reads as a sentence
    """Says beside whatever escapes which file it was."""

    def __init__(self, note: str) -> None:
        self._note = note

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, value: BaseException | None, trace: object) -> None:
        if value is not None:
            value.add_note(self._note)


EXAMPLES = sorted((Path(__file__).parents[1] / "data" / "holdings_examples").glob("*.csv"))
ORIGINALS = (
    [(path.name, path.read_bytes(), path.name) for path in EXAMPLES]
    + [(file.id, file.data, file.filename) for file in FILES]
    + [generated(seed) for seed in range(16)]
    + [weighed(seed) for seed in range(12)]
)
WEIGHED = {
    "merrill_edge",
    "postfinance",
    "questrade",
    "td_ameritrade_web",
    "schwab_Individual-Positions-2022-12-28.csv",
    *(f"weighed {seed}" for seed in range(12)),
}
"""Files with a price and a value beside every quantity, in one currency: a tenfold quantity contradicts them."""


@pytest.mark.parametrize(("name", "data", "filename"), ORIGINALS, ids=[name for name, _, _ in ORIGINALS])
def test_mutants(name: str, data: bytes, filename: str) -> None:
    original = quantities(read(data, filename))
    rng = random.Random(name)
    for number_of_mutant in range(MUTANTS_A_FILE):
        changed = mutant(rng, data)
        start = time.process_time()
        with explained(f"mutant {number_of_mutant}: {changed[:3000]!r}"):
            answer = read(changed, filename)
        assert time.process_time() - start < MOST_SECONDS, f"mutant {number_of_mutant} took too long\n{changed[:3000]!r}"
        if answer["outcome"] == "ok" and name in WEIGHED:
            for ticker, quantity in quantities(answer).items():
                exponent = power_of_ten(quantity, original[ticker]) if original.get(ticker) and quantity else None
                assert exponent is None, f"mutant {number_of_mutant}: {ticker} is 10^{exponent} times itself, in silence\n{changed[:3000]!r}"


# --- one decimal mark moved in one row --------------------------------------------------------------------------------------------


def table(book: Book, layout: Layout, row: int, quantity: str) -> bytes:
    """`book` in a plain table, the quantity of one row written as given."""
    lines = [["Symbol", "Quantity", "Price", "Market Value", "Currency"]]
    lines += [
        [lot.ticker, quantity if index == row else number(lot.quantity, layout), money(lot.price, layout), money(lot.value, layout), lot.currency]
        for index, lot in enumerate(book.lots)
    ]
    quoted = [[f'"{cell}"' if layout.delimiter in cell else cell for cell in line] for line in lines]
    return "\n".join(layout.delimiter.join(line) for line in quoted).encode() + b"\n"


TICKERS = ("AAPL", "MSFT", "JNJ", "XOM", "PFE", "KO", "PG", "IBM")


def priced_book(rng: random.Random) -> Book:
    lots = tuple(
        Lot(
            ticker=ticker,
            spelling=ticker,
            quantity=Decimal(rng.choice((rng.randint(1000, 99_999), rng.randint(10, 999), rng.randint(10_000, 9_999_999) / Decimal(1000)))),
            price=Decimal(rng.randint(1000, 40_000)) / 100,
            currency="USD",
            account="1",
        )
        for ticker in rng.sample(TICKERS, rng.randint(3, 6))
    )
    return Book(lots=lots)


@pytest.mark.parametrize("layout", ["1,234.5", "1.234,5", "1234.5", "1234,5", "1 234,5", "1'234.5"])
def test_a_quantity_that_contradicts_price_and_value_is_noticed(layout: str) -> None:
    """One row says ten, a hundred or a thousand times what its price and value say: warned, asked or refused, never plain `ok`."""
    style = Layout(
        words={},
        columns=(),
        delimiter=";" if "," in layout[-3:] else ",",
        decimal=layout[-2],
        thousands=layout[1] if layout[1] != "2" else "",
    )
    for seed in range(40):
        rng = random.Random(f"{layout} {seed}")
        book = priced_book(rng)
        row = rng.randrange(len(book.lots))
        factor = Decimal(10) ** rng.choice((-3, -2, -1, 1, 2, 3))
        whole = table(book, style, -1, "")
        assert quantities(read(whole, "positions.csv")) == pytest.approx({lot.ticker: float(lot.quantity) for lot in book.lots}), whole.decode()
        data = table(book, style, row, number(book.lots[row].quantity * factor, style))
        answer = read(data, "positions.csv")
        assert answer["outcome"] != "ok", f"{book.lots[row].ticker} x {factor}\n{data.decode()}"


@pytest.mark.parametrize("seed", range(40))
def test_a_mark_of_the_other_kind_in_one_row_is_not_guessed(seed: int) -> None:
    """The file writes 1,234.5; one row has 1.234 where price and value say 1234: read as 1234, warned or asked."""
    rng = random.Random(seed)
    book = priced_book(rng)
    lots = list(book.lots)
    row = rng.randrange(len(lots))
    lots[row] = dataclasses.replace(lots[row], quantity=Decimal(rng.randint(1001, 9999)))
    book = Book(lots=tuple(lots))
    english = Layout(words={}, columns=(), delimiter=rng.choice((",", ";", "\t")), decimal=".", thousands=",")
    german = Layout(words={}, columns=(), decimal=",", thousands=".")
    data = table(book, english, row, number(lots[row].quantity, german))
    answer = read(data, "positions.csv")
    if answer["outcome"] == "ok":
        assert quantities(answer)[lots[row].ticker] == float(lots[row].quantity), data.decode()
