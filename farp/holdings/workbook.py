"""XLSX -> rows of cells, one grid per visible sheet, in bounded time and memory.

The archive is measured before a parser sees it: number of parts, declared and actual sizes, compression ratio, no document type
declarations (so no entity can grow). openpyxl then reads the sheets as a stream.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from farp.errors import InvalidInput
from farp.holdings.numbers import Exact
from farp.holdings.table import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Grid, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_PARTS = 2_000
_MOST_BYTES = 150 * 2**20
_MOST_BYTES_OF_STRINGS = 40 * 2**20
_MOST_RATIO = 200
_SMALL = 4 * 2**20  # a part below this may be compressed as well as it likes
_CHUNK = 2**16
_MOST_SHEETS = 40
_SAVE_AGAIN = "open it in a spreadsheet, save it as XLSX or CSV, and try that file"
# what openpyxl and the standard library raise for a workbook that is not what it says; a narrower list lets tracebacks through
_UNREADABLE = (
    ValueError, LookupError, TypeError, AttributeError, AssertionError, NotImplementedError, RuntimeError, OSError, EOFError, OverflowError,
    MemoryError, SyntaxError, struct.error, zlib.error, zipfile.BadZipFile, zipfile.LargeZipFile,
)  # fmt: skip


def read_workbook(data: bytes) -> list[Grid]:
    """Return the rows of each visible sheet that has any, in the order of the sheets.

    Raises
    ------
    InvalidInput
        The archive is no workbook, damaged, protected, or too large once unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            formulas = _checked(archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions, which say nothing about the cells
            return _grids(data, formulas)
    except InvalidInput:
        raise
    except _UNREADABLE:
        raise InvalidInput(f"This workbook is damaged or not a workbook; {_SAVE_AGAIN}.") from None


def _checked(archive: zipfile.ZipFile) -> bool:
    """Measure the archive; return whether a sheet holds formulas."""
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS:
        raise InvalidInput(f"This workbook has {len(parts):,} parts, more than any table of positions needs; {_SAVE_AGAIN}.")
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        _refuse_other_archive(names, archive)
    if any(part.flag_bits & 0x1 for part in parts):
        raise InvalidInput("This workbook is protected by a password; save it without one, or as CSV, and try that file.")
    declared = sum(part.file_size for part in parts)
    if declared > _MOST_BYTES:
        raise InvalidInput(
            f"This workbook unpacks to {declared / 2**20:,.0f} MB, and the limit is {_MOST_BYTES // 2**20} MB; save only the sheet with the positions."
        )
    total, formulas = 0, False
    for part in parts:
        relevant = part.filename.endswith((".xml", ".rels"))
        limit = _MOST_BYTES_OF_STRINGS if part.filename.endswith("sharedStrings.xml") else _MOST_BYTES
        size, tail = 0, b""
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                total += len(chunk)
                if size > limit or total > _MOST_BYTES or size > max(_SMALL, _MOST_RATIO * max(part.compress_size, 1)):
                    raise InvalidInput(
                        f"This workbook unpacks to far more than its size ({part.filename} alone to over {size / 2**20:,.0f} MB), so it is not read;"
                        " save only the sheet with the positions."
                    )
                if relevant:
                    seen = tail + chunk
                    if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen or b"<\x00!\x00D\x00" in seen or b"\x00<\x00!\x00D" in seen:
                        raise InvalidInput(f"This workbook holds a document type declaration, which no spreadsheet writes; {_SAVE_AGAIN}.")
                    formulas = formulas or (part.filename.startswith("xl/worksheets/") and (b"<f>" in seen or b"<f " in seen))
                    tail = chunk[-16:]
    return formulas


def _refuse_other_archive(names: set[str], archive: zipfile.ZipFile) -> None:
    if "word/document.xml" in names:
        raise InvalidInput("This file is a Word document, not a table of positions; export the positions as CSV or XLSX and try that file.")
    if "xl/workbook.bin" in names:
        raise InvalidInput("This file is a binary Excel workbook (.xlsb); save it as XLSX or CSV and try that file.")
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200 and b"opendocument.spreadsheet" in archive.read("mimetype"):
        raise InvalidInput("This file is an OpenDocument spreadsheet (.ods); save it as XLSX or CSV and try that file.")
    raise InvalidInput("This file is a zip archive, not a workbook; unpack it and upload the file of positions inside.")


def _grids(data: bytes, formulas: bool) -> list[Grid]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    written = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False) if formulas else None
    grids = []
    try:
        for sheet in book.worksheets[:_MOST_SHEETS]:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()  # the size a sheet declares is often wrong
            other = None
            if written is not None:
                other = written[sheet.title]
                other.reset_dimensions()
            grid = _grid(sheet, other)
            if grid.rows:
                grids.append(grid)
    finally:
        book.close()
        if written is not None:
            written.close()
    return grids


def _grid(sheet: Any, written: Any) -> Grid:
    rows: list[Row] = []
    sources: dict[int, str] = {}
    formula_rows: Iterator[tuple[Any, ...]] | None = written.iter_rows(values_only=True) if written is not None else None
    for position, cells in enumerate(sheet.iter_rows(), 1):
        formulas = next(formula_rows, ()) if formula_rows is not None else ()
        number = next((cell.row for cell in cells if cell.value is not None), position)
        texts = []
        for index, cell in enumerate(cells):
            value = cell.value
            if value is None and index < len(formulas) and formulas[index] is not None:
                texts.append(str(formulas[index])[:200])  # a formula nobody has computed: its text, which is no number
            else:
                texts.append(_text(value, cell) if value is not None else "")
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        if len(texts) > MOST_COLUMNS:
            raise InvalidInput(
                f"Row {number} of sheet '{sheet.title}' has {len(texts):,} columns, and a table of positions has at most {MOST_COLUMNS:,}."
            )
        if max(map(len, texts)) > MOST_CHARACTERS:
            raise InvalidInput(
                f"Row {number} of sheet '{sheet.title}' has a cell of more than {MOST_CHARACTERS:,} characters; remove it and try again."
            )
        rows.append(Row((number,), tuple(texts)))
        sources[number] = " | ".join(texts)[:300]
        if len(rows) > MOST_ROWS:
            raise InvalidInput(f"Sheet '{sheet.title}' has more than {MOST_ROWS:,} rows; leave out what is not a position.")
    return Grid(rows=tuple(rows), source_lines=sources, sheet=str(sheet.title))


def _text(value: object, cell: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        text = _decimal(value)
        return Exact(_decimal(round(value * 100, 10)) + "%") if "%" in str(cell.number_format or "") else Exact(text)
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return re.sub(r"[\r\n]+", " ", str(value)).strip()


def _decimal(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value)) if abs(value) < 1e15 else repr(value)
    return repr(value)
