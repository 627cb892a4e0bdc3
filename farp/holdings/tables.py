"""Rows -> tables: where headings stand, which rows belong to which, section files, repeated headings, what comes before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from farp.holdings.columns import has_numbers, header_score, is_heading_like
from farp.holdings.table import Row
from farp.holdings.words import plain

_RECORDS = frozenset({"header", "data", "total", "subtotal", "notes", "kopfzeile", "daten", "gesamt", "summe"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A heading and the rows below it. `section` is its name in a file of sections, `score` how much its heading is one of holdings.

    `headings` are all rows with this heading (a file of several accounts repeats it); `controls` are rows a section file marks as totals.
    """

    header: Row | None
    rows: tuple[Row, ...]
    score: float
    section: str | None = None
    headings: tuple[Row, ...] = ()
    controls: tuple[Row, ...] = ()

    @property
    def first_line(self) -> int:
        """The line of the heading, or of the first row when there is none."""
        rows = (self.header,) if self.header else self.rows
        return rows[0].line if rows else 0

    @property
    def last_line(self) -> int:
        """The last line of the table."""
        return max([self.first_line, *(row.lines[-1] for row in (*self.rows, *self.controls, *self.headings))])


def is_sectioned(rows: Sequence[Row]) -> bool:
    """Whether every row names its section and says whether it is a heading, data or a total, as activity statements do."""
    marks = [plain(row.cells[1]) if len(row.cells) > 1 else "" for row in rows[:2000]]
    known = sum(mark in _RECORDS for mark in marks)
    return len(marks) >= 2 and known >= 0.8 * len(marks) and "header" in marks


def sections(rows: Sequence[Row]) -> list[Table]:
    """Return the tables of a file of sections; the first two columns are cut off."""
    tables: list[Table] = []
    header: Row | None = None
    name = ""
    body: list[Row] = []
    controls: list[Row] = []

    def close() -> None:
        if header is not None:
            tables.append(
                Table(header=header, rows=tuple(body), score=header_score(header.cells), section=name, headings=(header,), controls=tuple(controls))
            )

    for row in rows:
        mark = plain(row.cells[1]) if len(row.cells) > 1 else ""
        cut = Row(row.lines, row.cells[2:])
        if mark == "header" or (row.cells[0] != name and header is not None):
            close()
            header, name, body, controls = cut, row.cells[0], [], []
            if mark != "header":
                body.append(cut)
        elif mark == "data" and header is not None:
            body.append(cut)
        else:
            controls.append(cut)
    close()
    return tables


def find_tables(rows: Sequence[Row]) -> tuple[list[Row], list[Table]]:
    """Return the rows above the first heading, and the tables; tables with the same heading are one."""
    starts: list[tuple[int, float]] = []
    for position, row in enumerate(rows):
        if has_numbers(row.cells):
            continue
        score = header_score(row.cells)
        if score > 0.0:
            starts.append((position, score))
        elif starts and is_heading_like(row.cells):
            starts.append((position, 0.0))
    if not any(score > 0.0 for _, score in starts):
        return list(rows), []
    before = list(rows[: starts[0][0]])
    found: dict[tuple[str, ...], tuple[list[Row], list[Row], float]] = {}
    for number, (position, score) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(rows)
        headings, body, _ = found.setdefault(tuple(_trimmed(rows[position].cells)), ([], [], score))
        headings.append(rows[position])
        body += rows[position + 1 : end]
    return before, [Table(header=headings[0], rows=tuple(body), score=score, headings=tuple(headings)) for headings, body, score in found.values()]


def _trimmed(cells: Sequence[str]) -> list[str]:
    words = [plain(cell) for cell in cells]
    while words and not words[-1]:
        words.pop()
    return words
