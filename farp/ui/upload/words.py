"""What was understood of a file, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath

from farp.format import day, money, number, quantity
from farp.holdings.result import ColumnReading, HoldingsImport, HoldingsWarning, Layout, OtherInstrument
from farp.service import NAME_LENGTH
from farp.ui.upload.rows import source_text

SURE, FAIRLY_SURE = 0.9, 0.7
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
DECIMAL_MARKS = {".": "decimal point", ",": "decimal comma"}
MEANINGS = {
    "": "not used",
    "symbol": "ticker",
    "isin": "ISIN",
    "cusip": "CUSIP",
    "sedol": "SEDOL",
    "wkn": "WKN",
    "name": "name",
    "quantity": "quantity",
    "market_value": "market value",
    "weight": "weight",
    "price": "price",
    "currency": "currency",
    "side": "long or short",
    "class": "asset class",
    "date": "date",
    "account": "account",
}
"""What a column can be said to mean, and how it reads."""
KINDS = {"option": "Option", "bond": "Bond", "future": "Future", "fx": "Currency position", "unrecognised": "Not recognised"}


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return ``1 position``, ``2 positions``.

    Examples
    --------
    >>> counted(1, "position"), counted(2, "cash line"), counted(2, "line left out", "lines left out")
    ('1 position', '2 cash lines', '2 lines left out')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def outcome(reading: HoldingsImport) -> str:
    """Return one sentence on what was found: ``12 positions, 2 cash lines; 3 lines left out; 1 question.``"""
    found = [counted(len(reading.positions), "position")]
    if reading.cash:
        found.append(counted(len(reading.cash), "cash line"))
    parts = [", ".join(found)]
    if reading.other:
        parts.append(counted(len(reading.other), "instrument that FARP does not model", "instruments that FARP does not model"))
    if reading.ignored:
        parts.append(counted(len(reading.ignored), "line left out", "lines left out"))
    if reading.questions:
        parts.append(counted(len(reading.questions), "question"))
    return "; ".join(parts) + "."


def facts(reading: HoldingsImport) -> str:
    """Return how the bytes were read: delimiter, decimal mark, encoding, header line, date."""
    parts = _layout_facts(reading.layout) if reading.layout else []
    if reading.as_of:
        parts.append(f"as of {day(reading.as_of)}")
    return " · ".join(parts)


def remark(warning: HoldingsWarning) -> str:
    """Return a warning with the lines it is about, unless its text names them."""
    if not warning.lines or "line" in warning.text.lower():
        return warning.text
    return f"{warning.text.rstrip('.')} ({'line' if len(warning.lines) == 1 else 'lines'} {line_list(warning.lines)})."


def confidence(value: float) -> str:
    """Return how sure a reading with this confidence [fraction] is."""
    return "sure" if value >= SURE else "fairly sure" if value >= FAIRLY_SURE else "a guess"


def meaning(name: str) -> str:
    """Return a column's meaning as it is read: ``market value`` for ``market_value``."""
    return MEANINGS.get(name, name.replace("_", " "))


def column_title(column: ColumnReading) -> str:
    """Return a column's heading, or its place when it has none."""
    return " ".join(column.header.split()) or f"column {column.index + 1}"


def used_columns(layout: Layout | None) -> tuple[ColumnReading, ...]:
    """Return the columns that have a meaning."""
    return tuple(column for column in (layout.columns if layout else ()) if column.meaning)


def unused_columns(layout: Layout | None) -> tuple[ColumnReading, ...]:
    """Return the columns that are not used."""
    return tuple(column for column in (layout.columns if layout else ()) if not column.meaning)


def left_out_rows(reading: HoldingsImport) -> list[dict[str, str | int]]:
    """Return the ignored lines as rows of a table: line, reason, original text."""
    return [
        {"Line": ignored.line, "Why it is left out": _capital(ignored.reason), "In the file": source_text(reading, [ignored.line])}
        for ignored in reading.ignored
    ]


def other_rows(reading: HoldingsImport) -> list[dict[str, str]]:
    """Return the instruments that are not modelled as rows of a table."""
    return [
        {
            "What": KINDS.get(item.kind, _capital(item.kind)),
            "Symbol": item.symbol or "",
            "Name": item.name,
            "Size": _size(item),
            "Lines": line_list(item.lines),
            "In the file": source_text(reading, item.lines),
        }
        for item in reading.other
    ]


def line_list(lines: Sequence[int]) -> str:
    """Return line numbers for reading, long runs shortened.

    Examples
    --------
    >>> line_list((4,)), line_list((2, 3, 9)), line_list(range(1, 9))
    ('4', '2, 3, 9', '1, 2, 3, 4, 5 and 3 more')
    """
    shown = ", ".join(str(line) for line in lines[:5])
    return f"{shown} and {len(lines) - 5} more" if len(lines) > 5 else shown


def portfolio_name(filename: str) -> str:
    """Return the name proposed for a portfolio that comes from `filename`.

    Examples
    --------
    >>> portfolio_name("My_Positions_2022-12-28.csv"), portfolio_name(".csv")
    ('My Positions 2022-12-28', 'Portfolio')
    """
    stem = PurePath(filename.replace("\\", "/")).name
    stem = "" if stem.startswith(".") else PurePath(stem).stem
    printable = "".join(char if char.isprintable() else " " for char in stem.replace("_", " "))
    return " ".join(printable.split())[:NAME_LENGTH].strip() or "Portfolio"


def description(filename: str, reading: HoldingsImport) -> str:
    """Return what a saved portfolio says about its origin."""
    dated = f", as of {day(reading.as_of)}" if reading.as_of else ""
    missing = f" Not modelled: {'; '.join(_other_names(reading.other))}." if reading.other else ""
    return f"Uploaded from {portfolio_name(filename)}{dated}.{missing}"


def megabytes(size: int) -> str:
    """Return a limit in bytes for reading: ``20 MB``."""
    return f"{size / 2**20:g} MB"


def _other_names(other: Iterable[OtherInstrument]) -> list[str]:
    names = [item.symbol or item.name or item.kind for item in other]
    return [*names[:5], f"{len(names) - 5} more"] if len(names) > 5 else names


def _layout_facts(layout: Layout) -> list[str]:
    if layout.sheet is not None:
        parts = [f"sheet {layout.sheet}"]
    else:
        parts = [f"columns separated by {DELIMITERS.get(layout.delimiter, repr(layout.delimiter))}", layout.encoding.upper()]
    if layout.decimal_mark in DECIMAL_MARKS:
        parts.append(DECIMAL_MARKS[layout.decimal_mark])
    parts.append(f"headings in line {layout.header_line}" if layout.header_line else "no headings")
    return parts


def _size(item: OtherInstrument) -> str:
    if item.quantity is not None:
        return quantity(item.quantity)
    return money(item.value, item.currency, 2) if item.currency else number(item.value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
