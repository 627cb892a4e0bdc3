"""The stages in order: bytes -> grids -> tables -> columns -> decimal mark -> rows -> result."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from farp.errors import InvalidInput
from farp.holdings.assembly import Part, assembled
from farp.holdings.columns import MEANINGS, SIZES, Columns, assign, has_numbers, looks_like_ticker
from farp.holdings.decimal_mark import Marks, cell, decide, share_of_rows
from farp.holdings.decode import decode, is_zip
from farp.holdings.identifiers import is_isin, share
from farp.holdings.numbers import is_missing, looks_numeric
from farp.holdings.questions import Asker
from farp.holdings.result import ColumnReading, HoldingsImport, HoldingsWarning, Layout
from farp.holdings.rows import Context, is_history
from farp.holdings.table import DELIMITERS, Grid, Row, physical_lines, separator_hint, source_of, split
from farp.holdings.tables import Table, find_tables, is_sectioned, sections
from farp.holdings.words import DECOYS, meanings, plain
from farp.portfolio import Instrument

_PROBE = 400  # rows that show which delimiter it is
_SECTION_WORDS = ("position", "holding", "bestand", "posicion", "posizion", "portfolio")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A grid with its tables; `score` is that of its best heading of holdings."""

    grid: Grid
    encoding: str
    before: tuple[Row, ...]
    tables: tuple[Table, ...]
    sectioned: bool = False

    @property
    def score(self) -> float:
        return max((table.score for table in self.tables if table.rows), default=0.0)


def imported(
    data: bytes, filename: str | None, answers: Mapping[str, str] | None, instruments: Mapping[str, Instrument] | None, limit_bytes: int
) -> HoldingsImport:
    """Return what the file holds; the parameters are those of `farp.holdings.read_holdings`.

    Raises
    ------
    InvalidInput
        The file cannot be read, or an answer does not fit it; the text is one sentence.
    """
    if len(data) > limit_bytes:
        raise InvalidInput(
            f"The file is {len(data) / 2**20:,.1f} MB, and the limit is {limit_bytes / 2**20:,.1f} MB; leave out what is not a position."
        )
    asker = Asker(answers)
    warnings: list[HoldingsWarning] = []
    if is_zip(data) and (filename or "").lower().endswith((".csv", ".tsv", ".txt")):
        raise InvalidInput(
            "This file is an Excel workbook or another archive renamed to a text file; give it its own ending (.xlsx) or save it as CSV."
        )
    found = _workbook(data, asker, warnings) if is_zip(data) else _text(data, warnings)
    result = _holdings(found, filename, asker, instruments, warnings)
    asker.refuse_unknown()
    return result


# --- grids --------------------------------------------------------------------------------------------------------------------------


def _text(data: bytes, warnings: list[HoldingsWarning]) -> _Found:
    decoded = decode(data)
    if decoded.damaged:
        warnings.append(
            HoldingsWarning(
                code="damaged_characters",
                text=f"{decoded.damaged} characters of the file are damaged and read as \N{REPLACEMENT CHARACTER}; check the names.",
            )
        )
    lines = _unwrapped(physical_lines(decoded.text))
    hint = separator_hint(lines)
    delimiter = hint or _delimiter(lines)
    rows = split(lines, delimiter)
    grid = Grid(rows=tuple(rows), source_lines=source_of(lines, rows), delimiter=delimiter)
    return _tabled(grid, decoded.encoding, skip=1 if hint else 0)


def _unwrapped(lines: list[str]) -> list[str]:
    """Lines of a file that quotes each whole line, as spreadsheets do with a column that holds one, without those quotes."""
    filled = [line for line in lines if line.strip()]
    inner = [line.strip()[1:-1] for line in filled]
    wrapped = all(len(line.strip()) > 2 and line.strip()[0] == line.strip()[-1] == '"' for line in filled)
    if (
        not filled
        or not wrapped
        or any('"' in text.replace('""', "") for text in inner)
        or not any(mark in text for text in inner for mark in DELIMITERS)
    ):
        return lines
    return [line.strip()[1:-1].replace('""', '"') if line.strip() else line for line in lines]


def _tabled(grid: Grid, encoding: str, skip: int = 0) -> _Found:
    rows = grid.rows[skip:]
    if is_sectioned(rows):
        tables = sections(rows)
        return _Found(grid=grid, encoding=encoding, before=grid.rows[:skip], tables=tuple(tables), sectioned=True)
    before, found = find_tables(rows)
    return _Found(grid=grid, encoding=encoding, before=(*grid.rows[:skip], *before), tables=tuple(found))


def _delimiter(lines: Sequence[str]) -> str:
    """The delimiter under which the file has the best heading of holdings, else the steadiest one."""
    best, best_key = ",", (-1.0, -1.0)
    problem: InvalidInput | None = None
    for delimiter in DELIMITERS:
        if not any(delimiter in line for line in lines):
            continue
        try:
            rows = split(lines, delimiter, most=_PROBE)
        except InvalidInput as error:
            problem = error
            continue
        if not rows:
            continue
        score = max((table.score for table in (sections(rows) if is_sectioned(rows) else find_tables(rows)[1])), default=0.0)
        widths = [len(row.cells) for row in rows]
        common = max(set(widths), key=lambda width: (widths.count(width) if width > 1 else 0, width))
        steady = widths.count(common) / len(widths) if common > 1 else 0.0
        if (score, steady) > best_key:
            best, best_key = delimiter, (score, steady)
    if best_key[0] < 0 and problem is not None:
        raise problem
    return best


def _workbook(data: bytes, asker: Asker, warnings: list[HoldingsWarning]) -> _Found:
    from farp.holdings.workbook import read_workbook

    sheets = [_tabled(grid, "xlsx") for grid in read_workbook(data)]
    if not sheets:
        raise InvalidInput("The workbook is empty: no visible sheet has anything in it; put the positions on a sheet and upload it again.")
    likely = (
        [sheet for sheet in sheets if sheet.score > 0 and not _only_history(sheet)] or [sheet for sheet in sheets if sheet.score > 0] or sheets[:1]
    )
    chosen = max(likely, key=lambda sheet: sheet.score)
    names = [sheet.grid.sheet or "" for sheet in likely]
    if len(likely) > 1:
        answer = asker.ask(
            "sheet", "Several sheets of the workbook hold positions; which one is meant?", tuple((name, name) for name in names), chosen.grid.sheet
        )
        chosen = next((sheet for sheet in likely if sheet.grid.sheet == answer), chosen)
    others = [sheet.grid.sheet or "" for sheet in sheets if sheet is not chosen]
    if others and len(likely) > 1:
        shown = ", ".join(f"'{name[:40]}'" for name in others[:5])
        warnings.append(HoldingsWarning(code="other_sheets_ignored", text=f"Other sheets of the workbook are not read: {shown}."))
    return chosen


def _only_history(sheet: _Found) -> bool:
    tables = [table for table in sheet.tables if table.score > 0 and table.header is not None]
    return bool(tables) and all(
        table.header is not None and is_history(table.rows, assign(table.header.cells, table.rows), table.header.cells) for table in tables
    )


# --- tables -------------------------------------------------------------------------------------------------------------------------


def _holdings(
    found: _Found, filename: str | None, asker: Asker, instruments: Mapping[str, Instrument] | None, warnings: list[HoldingsWarning]
) -> HoldingsImport:
    found = found if any(table.score > 0 for table in found.tables) else _guessed(found, asker)
    main, columns = _main(found, asker)
    others = [table for table in found.tables if table is not main]
    included: list[tuple[Table, Columns]] = [(main, columns)]
    cash_table: tuple[Table, Columns] | None = None
    ignored: list[tuple[Row, str]] = [(row, "above the table of positions") for row in found.before]
    for table in others:
        if found.sectioned and cash_table is None and _is_cash_section(table):
            cash_table = (table, assign(_header(table), table.rows))
            continue
        more = None if found.sectioned else _second(table, main, columns, asker, warnings)
        if more is not None:
            included.append((table, more))
            continue
        reason = f"another section of the statement ({(table.section or '')[:60]})" if found.sectioned else "another table, not the one of positions"
        rows = (*table.headings, *table.rows, *table.controls)
        ignored += [(row, reason) for row in rows]
    placed = [(columns_of, table.rows) for table, columns_of in included]
    marks = decide(placed, asker, found.grid.delimiter)
    parts = []
    for table, columns_of in included:
        quantity = _quantity_column(table, columns_of, marks, asker)
        value, base = _value_columns(table, columns_of, marks, quantity)
        context = Context(
            columns=_without_rivals(columns_of, quantity, value),
            marks=marks,
            instruments=instruments,
            quantity_column=quantity,
            value_column=value,
            base_column=base,
        )
        title = found.before[-1].filled if table is main and found.before else []
        parts.append(Part(table=table, context=context, title=title[0] if len(title) == 1 else "", text=bool(found.grid.delimiter)))
        ignored += [(row, "the headings of the columns") for row in table.headings]
        ignored += [(row, "a total of other rows") for row in table.controls]
    first = parts[0].context
    layout = Layout(
        encoding=found.encoding,
        delimiter=found.grid.delimiter,
        decimal_mark=marks.exceptions.get(first.quantity_column if first.quantity_column is not None else -1, marks.mark),
        header_line=main.header.line if main.header else None,
        sheet=found.grid.sheet,
        columns=first.columns.readings,
    )
    return assembled(
        parts=parts,
        cash_table=cash_table,
        ignored=ignored,
        warnings=warnings,
        asker=asker,
        instruments=instruments,
        layout=layout,
        source_lines=found.grid.source_lines,
        filename=filename,
    )


def _header(table: Table) -> tuple[str, ...]:
    return table.header.cells if table.header else ()


def _main(found: _Found, asker: Asker) -> tuple[Table, Columns]:
    """The table of positions and its columns.

    Raises
    ------
    InvalidInput
        There is none, it has no rows, or it is a history of transactions.
    """
    candidates: list[tuple[float, int, Table, Columns]] = []
    histories: list[Table] = []
    empty: list[Table] = []
    for number, table in enumerate(found.tables):
        if table.score <= 0.0:
            continue
        if not table.rows:
            empty.append(table)
            continue
        columns = assign(_header(table), table.rows)
        if is_history(table.rows, columns, _header(table)):
            histories.append(table)
            continue
        if not columns.readable and not _chosen(asker, columns):
            continue
        bonus = 3.0 if any(word in plain(table.section or "") for word in _SECTION_WORDS) else 0.0
        named = 0.0 if columns.get("symbol") is None and columns.get("isin") is None else 2.0
        size = min(3.0, 0.5 * math.log2(1 + len(table.rows))) - min(3.0, 1.0 * number)  # long and early, all else equal
        candidates.append((table.score + bonus + named + size, -number, table, columns))
    if candidates:
        _, _, table, columns = max(candidates, key=lambda candidate: candidate[:2])
        chosen = _chosen(asker, columns)
        return table, assign(_header(table), table.rows, chosen) if chosen else columns
    if histories:
        raise InvalidInput(
            f"This file is a history of transactions (line {histories[0].first_line}), not a list of what is held; export the positions or holdings instead."
        )
    if empty:
        raise InvalidInput(f"The file has headings on line {empty[0].first_line} and no positions below them; export the positions again.")
    raise _no_table(found)


def _chosen(asker: Asker, columns: Columns) -> dict[int, str]:
    """Meanings the user gave by hand, as answers ``column.3`` = quantity."""
    chosen: dict[int, str] = {}
    for reading in columns.readings:
        meaning = asker.given(f"column.{reading.index}")
        if meaning is None:
            continue
        if meaning and meaning not in MEANINGS:
            raise InvalidInput(f"Column {reading.index} cannot mean {meaning[:40]!r}; choose one of {', '.join(MEANINGS)}, or nothing.")
        chosen[reading.index] = meaning
    return chosen


def _no_table(found: _Found) -> InvalidInput:
    rows = found.grid.rows
    dated = any(
        "date" in plain(row.cells[0]) or any(meaning == "action" for text in row.filled for meaning, _, _ in meanings(text)) for row in rows[:30]
    )
    if dated:
        return InvalidInput(
            "No table of positions is in this file; it looks like a history of transactions, so export the positions or holdings instead."
        )
    return InvalidInput(
        "No table of positions is in this file: no line names a column for the security (symbol, ISIN or name) and one for its quantity, value or"
        " weight; add such headings and upload it again."
    )


def _guessed(found: _Found, asker: Asker) -> _Found:
    """A file without headings FARP knows: tickers or ISINs in one column, numbers in others; which is the quantity is asked."""
    rows = [row for row in found.grid.rows if len(row.filled) >= 2]
    if not rows:
        raise _no_table(found)
    width = max(len(row.cells) for row in rows)
    heading = next(
        (
            row
            for row in rows[:30]
            if not any(looks_numeric(text) for text in row.filled)
            and any(m in {"symbol", "isin"} for text in row.filled for m, c, _ in meanings(text) if c > 0.8)
        ),
        None,
    )
    if heading is None and len(rows) > 1 and not has_numbers(rows[0].cells) and all(has_numbers(row.cells) for row in rows[1:6]):
        heading = rows[0]
    body = [row for row in rows if heading is None or row.line > heading.line]
    cells = [[cell(row, i) for row in body if cell(row, i) and not is_missing(cell(row, i))] for i in range(width)]
    steady = max(2, len(body) // 2) if len(body) > 1 else 1
    names = [
        i
        for i in range(width)
        if len(cells[i]) >= steady and share(cells[i], lambda text: (looks_like_ticker(text) and text == text.upper()) or is_isin(text)) >= 0.8
    ]
    numbers = [i for i in range(width) if len(cells[i]) >= steady and share(cells[i], looks_numeric) >= 0.8]
    if heading is not None:
        numbers = [i for i in numbers if not _is_no_size(cell(heading, i))]
    if not body or not names or not numbers:
        raise _no_table(found)
    titles = {i: (heading.cells[i] if heading and i < len(heading.cells) and heading.cells[i] else f"column {i + 1}") for i in range(width)}
    answer = asker.ask(
        "quantity_column",
        "The file does not say which column is the quantity; which one is it?",
        tuple((str(i), f"{titles[i]} (for example {cells[i][0][:30]})") for i in numbers),
        str(numbers[0]),
    )
    quantity = int(answer) if answer else numbers[0]
    header = [
        "Symbol" if i == names[0] else "Quantity" if i == quantity else (titles[i] if heading and i not in numbers else "") for i in range(width)
    ]
    first = body[0]
    before = tuple(row for row in found.grid.rows if row.line < first.line and row is not heading)
    after = tuple(row for row in found.grid.rows if row.line >= first.line)
    table = Table(header=Row(heading.lines if heading else (0,), tuple(header)), rows=after, score=6.0, headings=(heading,) if heading else ())
    return replace(found, before=before, tables=(table,))


def _is_no_size(heading: str) -> bool:
    """Whether a heading says that its numbers are prices, changes or anything else that is no quantity."""
    return any(meaning == "price" for meaning, _, _ in meanings(heading)) or bool(DECOYS & set(plain(heading).split()))


def _is_cash_section(table: Table) -> bool:
    words = plain(table.section or "")
    return any(word in words for word in ("cash", "bar", "liquid", "espece", "efectivo", "contant")) and table.header is not None and bool(table.rows)


def _second(table: Table, main: Table, columns: Columns, asker: Asker, warnings: list[HoldingsWarning]) -> Columns | None:
    """The columns of a further table if it is to be read as well."""
    lines = (table.first_line, table.last_line)
    own = assign(_header(table), table.rows) if table.score >= 5.0 and table.rows else None
    if (
        own is not None
        and own.readable
        and own.get("quantity") is not None
        and columns.get("quantity") is not None
        and not is_history(table.rows, own, _header(table))
    ):
        held = {cell(row, columns.get("symbol") or columns.get("isin") or columns.get("name") or 0) for row in main.rows}
        more = {cell(row, own.get("symbol") or own.get("isin") or own.get("name") or 0) for row in table.rows}
        answer = asker.ask(
            f"table.{table.first_line}",
            f"A second table begins on line {table.first_line}; does it hold further positions?",
            (("include", "Yes, add its positions"), ("ignore", "No, leave it out")),
            "ignore" if held & more - {""} else "include",
        )
        if answer == "include":
            return own
    if table.rows or table.score > 0:
        warnings.append(
            HoldingsWarning(
                code="second_table_ignored",
                text=f"A second table on lines {lines[0]} to {lines[1]} has other headings and is not read as positions.",
                lines=lines,
            )
        )
    return None


# --- columns that depend on the numbers ---------------------------------------------------------------------------------------------


def _quantity_column(table: Table, columns: Columns, marks: Marks, asker: Asker) -> int | None:
    """The quantity: the only one, the one that gives the value, the surer heading if they agree; else asked."""
    first = columns.get("quantity")
    if first is None:
        return None
    rivals = [i for i in columns.rivals.get("quantity", ()) if _numeric_share(table, i) >= 0.5]
    differing = [i for i in rivals if _differ(table, marks, first, i)]
    if not differing:
        return first
    value = columns.get("market_value")
    options = [first, *differing]
    scores = {i: share_of_rows([(columns, table.rows)], marks, i, value) for i in options}
    proven = [i for i in options if scores[i][1] and scores[i][0] >= 0.8 * scores[i][1]]
    if len(proven) == 1:
        return proven[0]
    confidence = {i: max((score for meaning, score, _ in meanings(_name(table, i)) if meaning == "quantity"), default=0.0) for i in options}
    surer = [i for i in options if confidence[i] >= 0.8]
    if len(surer) == 1:
        return surer[0]
    answer = asker.ask(
        "quantity_column",
        "Two columns could be the quantity and they disagree; which one is held?",
        tuple((str(i), f"{_name(table, i)} (column {i + 1})") for i in options),
        str(proven[0] if proven else first),
    )
    return int(answer) if answer else first


def _name(table: Table, column: int) -> str:
    header = _header(table)
    return header[column] if column < len(header) else ""


def _numeric_share(table: Table, column: int) -> float:
    return share([text for row in table.rows[:400] if (text := cell(row, column)) and not is_missing(text)], looks_numeric)


def _differ(table: Table, marks: Marks, first: int, second: int) -> bool:
    for row in table.rows:
        one, two = marks.number(row, first), marks.number(row, second)
        if one is not None and two is not None and one.value != two.value:
            return True
    return False


def _value_columns(table: Table, columns: Columns, marks: Marks, quantity: int | None) -> tuple[int | None, int | None]:
    """The value in the position's own currency, and one in the file's; the first is the one that quantity times price gives."""
    first = columns.get("market_value")
    if first is None:
        return None, None
    options = [first, *(i for i in columns.rivals.get("market_value", ()) if _numeric_share(table, i) >= 0.5)]
    if quantity is not None:
        options = [i for i in options if i != quantity] or options

    def key(column: int) -> tuple[float, bool, int]:
        held, tested = share_of_rows([(columns, table.rows)], marks, quantity, column) if quantity is not None else (0, 0)
        return (-(held / tested if tested else 0.0), column in columns.currencies, options.index(column))

    ordered = sorted(options, key=key)
    base = next((i for i in options if i in columns.currencies and i != ordered[0]), None)
    if base is None and ordered[0] in columns.currencies:
        base = ordered[0]
    return ordered[0], base


def _without_rivals(columns: Columns, quantity: int | None, value: int | None) -> Columns:
    """The columns with the ones finally chosen for quantity and value."""
    index = dict(columns.index)
    for meaning, column in (("quantity", quantity), ("market_value", value)):
        if column is not None:
            index[meaning] = column
    codes = [index["currency"], *columns.rivals.get("currency", ())] if "currency" in index else []
    beside = [column + 1 for column in (index.get("price"), value) if column is not None and column + 1 in codes]
    if len(codes) > 1 and beside and not any(word in plain(columns.readings[codes[0]].header) for word in ("price", "kurs", "market")):
        index["currency"] = beside[0]  # several columns of currencies: the one right of the price is the position's
    readings: tuple[ColumnReading, ...] = tuple(
        replace(reading, meaning=meaning, confidence=0.9, why="chosen among several of its kind")
        if (meaning := next((name for name in SIZES if index.get(name) == reading.index), "")) and reading.meaning != meaning
        else replace(reading, meaning="", why="another column of its kind was taken")
        if reading.meaning in SIZES and index.get(reading.meaning) != reading.index
        else reading
        for reading in columns.readings
    )
    return replace(columns, index=index, readings=readings)
