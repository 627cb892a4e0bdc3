"""One decimal mark for the file: first what quantity times price = value shows, then what the writing of the numbers proves, else asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from farp.holdings.columns import NUMERIC, Columns
from farp.holdings.numbers import DecimalMark, Number, decimal_votes, is_missing, mark_of, parse
from farp.holdings.questions import Asker
from farp.holdings.table import Row

Placed = Sequence[tuple[Columns, Sequence[Row]]]
_MARKS: tuple[DecimalMark, DecimalMark] = (".", ",")
_MOST = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The file's decimal mark, and the columns whose own writing proves another one."""

    mark: DecimalMark
    exceptions: Mapping[int, DecimalMark] = field(default_factory=dict)

    def number(self, row: Row, column: int | None) -> Number | None:
        """Return the number in `column` of `row`, None when it is missing or none."""
        if column is None or column >= len(row.cells):
            return None
        text = row.cells[column]
        return parse(text, self.exceptions.get(column, self.mark)) if text else None


def cell(row: Row, column: int | None) -> str:
    """Return the text in `column` of `row`, "" when there is no such cell."""
    return row.cells[column] if column is not None and column < len(row.cells) else ""


def agrees(quantity: float, price: float, value: float) -> bool:
    """Whether quantity times price is the value, up to rounding of the price and of the value."""
    product = quantity * price
    return abs(abs(product) - abs(value)) <= 0.006 + 2e-3 * abs(value) and value != 0.0


def decide(tables: Placed, asker: Asker, delimiter: str) -> Marks:
    """Return the decimal mark of the numbers in `tables`; asks ``decimal_mark`` when the file cannot show it."""
    products = {mark: _products(tables, mark) for mark in _MARKS}
    used = _columns(tables, all_columns=False)
    votes = {column: decimal_votes(texts) for column, texts in used.items()}
    proven: dict[int, DecimalMark] = {}
    for column, vote in votes.items():
        if vote["."] and not vote[","]:
            proven[column] = "."
        elif vote[","] and not vote["."]:
            proven[column] = ","
    totals = {mark: sum(vote[mark] for vote in votes.values()) for mark in _MARKS}
    if products["."] != products[","] and min(products.values()) * 4 <= max(products.values()):
        mark = max(_MARKS, key=lambda each: products[each])
        return Marks(mark=mark, exceptions={column: other for column, other in proven.items() if other != mark})
    if totals["."] and totals[","]:
        return _mixed(tables, votes, proven, totals, asker)
    if totals["."] or totals[","]:
        return Marks(mark=max(_MARKS, key=lambda each: totals[each]))
    others = decimal_votes(text for texts in _columns(tables, all_columns=True).values() for text in texts)
    if bool(others["."]) != bool(others[","]):
        return Marks(mark="." if others["."] else ",")
    if not any(vote["?"] for column, vote in votes.items() if _is_size(tables, column)):
        return Marks(mark="," if others[","] > others["."] else ".")
    return Marks(mark=_asked(asker, votes, used, "," if delimiter == ";" else "."))


def _mixed(
    tables: Placed, votes: Mapping[int, Mapping[str, int]], proven: Mapping[int, DecimalMark], totals: Mapping[DecimalMark, int], asker: Asker
) -> Marks:
    """Some numbers prove one mark, some the other: each column its own if none contradicts itself, else ask."""
    larger = max(_MARKS, key=lambda each: (sum(mark == each for mark in proven.values()), totals[each]))
    exceptions = {column: mark for column, mark in proven.items() if mark != larger}
    contradicted = [column for column, vote in votes.items() if vote["."] and vote[","]]
    unproven = [column for column, vote in votes.items() if column not in proven and vote["?"] and _is_size(tables, column)]
    if not contradicted and not unproven:
        return Marks(mark=larger, exceptions=exceptions)
    answer = _asked(asker, votes, _columns(tables, all_columns=False), larger)
    return Marks(mark=answer, exceptions={column: mark for column, mark in proven.items() if mark != answer})


def _asked(asker: Asker, votes: Mapping[int, Mapping[str, int]], texts: Mapping[int, Sequence[str]], proposed: DecimalMark) -> DecimalMark:
    example = next((text for column in votes for text in texts[column] if mark_of(text) == "?"), "")
    readings = {mark: parse(example, mark) for mark in _MARKS}
    labels = {mark: f"{number.value:,.10g}" if number else "" for mark, number in readings.items()}
    answer = asker.ask(
        "decimal_mark",
        f"Which mark separates decimals in this file: does '{example}' mean {labels['.'] or 'one thing'} or {labels[','] or 'another'}?"
        if example
        else "Which mark separates decimals in this file, where some numbers are written with a point and some with a comma?",
        (
            (".", f"A point ({example} is {labels['.']})" if example else "A point"),
            (",", f"A comma ({example} is {labels[',']})" if example else "A comma"),
        ),
        proposed,
    )
    return "," if answer == "," else "."


def _is_size(tables: Placed, column: int) -> bool:
    return any(
        column in (columns.get(name) for name in ("quantity", "market_value", "weight")) or column in columns.rivals.get("quantity", ())
        for columns, _ in tables
    )


def _columns(tables: Placed, all_columns: bool) -> dict[int, list[str]]:
    """The texts of the columns that hold numbers, by column."""
    texts: dict[int, list[str]] = {}
    for columns, rows in tables:
        numeric = {columns.get(name) for name in NUMERIC} | set(columns.rivals.get("quantity", ())) | set(columns.rivals.get("market_value", ()))
        identifiers = {
            columns.get(name) for name in ("symbol", "name", "isin", "wkn", "cusip", "sedol", "account", "date", "purchase_date", "price_date")
        }
        for row in rows[:_MOST]:
            for column, text in enumerate(row.cells):
                wanted = column not in identifiers if all_columns else column in numeric
                if wanted and text and not is_missing(text):
                    texts.setdefault(column, []).append(text)
    return dict(sorted(texts.items()))


def _products(tables: Placed, mark: DecimalMark) -> int:
    """How many rows in which the mark matters satisfy quantity x price = value under `mark`."""
    return sum(_row_agrees(row, columns, mark) for columns, rows in tables for row in rows[:_MOST])


def _row_agrees(row: Row, columns: Columns, mark: DecimalMark) -> bool:
    values = [columns.get("market_value"), *columns.rivals.get("market_value", ())]
    quantities = [columns.get("quantity"), *columns.rivals.get("quantity", ())]
    price_text = cell(row, columns.get("price"))
    price = parse(price_text, mark) if price_text else None
    if price is None:
        return False
    for quantity_column in quantities:
        quantity = parse(cell(row, quantity_column), mark)
        for value_column in values:
            value = parse(cell(row, value_column), mark)
            if quantity is None or value is None or quantity.value in {0.0, 1.0}:
                continue
            texts = (cell(row, quantity_column), price_text, cell(row, value_column))
            if any(mark_of(text) for text in texts) and _near(quantity.value, price.value, value.value):
                return True
    return False


def _near(quantity: float, price: float, value: float) -> bool:
    """Quantity times price is the value, perhaps with a price in pence."""
    return agrees(quantity, price, value) or agrees(quantity, price / 100.0, value)


def share_of_rows(tables: Placed, marks: Marks, quantity: int, value: int | None) -> tuple[int, int]:
    """Return in how many rows quantity x price = value holds and in how many it can be tested, for one choice of columns."""
    held = tested = 0
    for columns, rows in tables:
        for row in rows[:_MOST]:
            numbers: Iterable[Number | None] = (marks.number(row, quantity), marks.number(row, columns.get("price")), marks.number(row, value))
            found = [number.value for number in numbers if number is not None]
            if len(found) == 3 and found[0] and found[2]:
                tested += 1
                held += _near(*found)
    return held, tested
