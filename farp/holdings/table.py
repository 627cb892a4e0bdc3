"""Text -> rows of cells with the physical lines they stand on. Quotes are honoured, but one stray quote does not swallow the file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from farp.errors import InvalidInput

DELIMITERS = (",", ";", "\t", "|")
MOST_ROWS = 100_000
MOST_COLUMNS = 1_000
MOST_CHARACTERS = 32_767  # of one cell: what a spreadsheet cell holds
_MOST_LINES_OF_A_CELL = 40

_LINE_END = re.compile(r"\r\n|\n|\r")
_SEPARATOR_HINT = re.compile(r'^"?sep=(.)"?$', re.IGNORECASE)


class Row(NamedTuple):
    """Cells, stripped, and the 1-based physical lines they come from."""

    lines: tuple[int, ...]
    cells: tuple[str, ...]

    @property
    def line(self) -> int:
        """The first physical line."""
        return self.lines[0]

    @property
    def filled(self) -> list[str]:
        """The cells that are not blank."""
        return [cell for cell in self.cells if cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """All rows that are not blank, and the original text of each of their lines."""

    rows: tuple[Row, ...]
    source_lines: dict[int, str]
    delimiter: str = ""
    sheet: str | None = None


def physical_lines(text: str) -> list[str]:
    """Return the lines of `text`, whatever ends them."""
    return _LINE_END.split(text)


def separator_hint(lines: Sequence[str]) -> str | None:
    """Return the delimiter named by a first line such as ``sep=;``, which spreadsheets write and read."""
    found = _SEPARATOR_HINT.match(lines[0].strip()) if lines else None
    return found.group(1) if found and found.group(1) in DELIMITERS else None


def split(lines: Sequence[str], delimiter: str, most: int | None = None) -> list[Row]:
    """Return the rows of `lines` that are not blank, at most `most`.

    Raises
    ------
    InvalidInput
        There are too many rows or columns, or a cell is too long; the sentence names the line.
    """
    rows: list[Row] = []
    number = 0
    while number < len(lines) and (most is None or len(rows) < most):
        line = lines[number]
        taken = 1
        if not line or line.isspace():
            number += 1
            continue
        if '"' in line:
            taken = _lines_of_record(lines, number, delimiter)
            cells = _quoted_cells(lines[number : number + taken], delimiter)
        else:
            cells = line.split(delimiter)
        row = Row(
            tuple(at + 1 for at in range(number, number + taken) if lines[at].strip()),
            tuple([cell.strip() for cell in cells]),
        )
        _check(row)
        rows.append(row)
        if len(rows) > MOST_ROWS:
            raise InvalidInput(f"The file has more than {MOST_ROWS:,} rows; split it, or leave out what is not a position.")
        number += taken
    return rows


def _lines_of_record(lines: Sequence[str], start: int, delimiter: str) -> int:
    """How many physical lines the record at `start` spans; 1 when its quote is never closed nearby."""
    inside = _ends_inside_quotes(lines[start], delimiter, False)
    if not inside:
        return 1
    length = len(lines[start])
    for extra in range(1, min(_MOST_LINES_OF_A_CELL, len(lines) - start)):
        length += len(lines[start + extra])
        if length > 2 * MOST_CHARACTERS:
            return 1
        inside = _ends_inside_quotes(lines[start + extra], delimiter, True)
        if not inside:
            return extra + 1
    return 1


def _ends_inside_quotes(line: str, delimiter: str, inside: bool) -> bool:
    """Whether a quoted cell is still open at the end of `line`; a quote opens a cell only at its beginning."""
    if not inside and line.count('"') % 2 == 0:
        return False
    at, start_of_cell = 0, not inside
    while at < len(line):
        char = line[at]
        if inside:
            if char == '"':
                if line[at + 1 : at + 2] == '"':
                    at += 1
                else:
                    inside = False
        elif char == '"' and start_of_cell:
            inside = True
        start_of_cell = not inside and (char == delimiter or (start_of_cell and char == " "))
        at += 1
    return inside


def _quoted_cells(lines: Sequence[str], delimiter: str) -> list[str]:
    try:
        records = list(csv.reader((line + "\n" for line in lines), delimiter=delimiter, skipinitialspace=delimiter != "\t"))
    except csv.Error:  # a cell beyond the module's own limit, which is above ours: `_check` names it
        return "\n".join(lines).replace('"', "").split(delimiter)
    return [cell.replace("\n", " ") for record in records for cell in record]


def _check(row: Row) -> None:
    if len(row.cells) > MOST_COLUMNS:
        raise InvalidInput(
            f"Line {row.line} has {len(row.cells):,} columns, and a table of positions has at most {MOST_COLUMNS:,}; export the positions again."
        )
    if len(max(row.cells, key=len)) > MOST_CHARACTERS:
        longest = max(range(len(row.cells)), key=lambda index: len(row.cells[index]))
        raise InvalidInput(
            f"Line {row.line}, column {longest + 1} holds {len(row.cells[longest]):,} characters, and a cell may hold {MOST_CHARACTERS:,};"
            " remove that cell and upload the file again."
        )


def source_of(lines: Sequence[str], rows: Iterable[Row], most: int = 300) -> dict[int, str]:
    """Return the beginning of the original text of each line that `rows` stand on."""
    return {number: lines[number - 1][:most].strip("\r\n") for row in rows for number in row.lines}
