"""Workbooks written cell by cell, so that the tests need no spreadsheet library and can also write damaged ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

Cell = str | int | float | Decimal | bool | None


def column_name(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    name, rest = "", index + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(65 + digit) + name
    return name


def cell_xml(row: int, column: int, value: Cell, strings: list[str] | None) -> str:
    reference = f"{column_name(column)}{row}"
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        if strings is None:
            return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        if value not in strings:
            strings.append(value)
        return f'<c r="{reference}" t="s"><v>{strings.index(value)}</v></c>'
    return f'<c r="{reference}"><v>{value}</v></c>'


def sheet_xml(rows: Sequence[Sequence[Cell]], strings: list[str] | None = None, after: str = "", formulas: Mapping[str, str] | None = None) -> str:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(cell_xml(number, column, value, strings) for column, value in enumerate(row))
        if cells:
            lines.append(f'<row r="{number}">{cells}</row>')
    body = "".join(lines)
    for reference, formula in (formulas or {}).items():
        body = body.replace(f'<c r="{reference}">', f'<c r="{reference}"><f>{escape(formula)}</f>')
    return f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>{after}</worksheet>'


def parts(sheets: Mapping[str, str], strings: Sequence[str] = (), hidden: Sequence[str] = ()) -> dict[str, bytes]:
    """The parts of a workbook with the sheets' XML by name."""
    kind = f"{OFFICE}"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}"{" state=" + chr(34) + "hidden" + chr(34) if name in hidden else ""} r:id="rId{i}"/>'
        for i, name in enumerate(sheets, 1)
    )
    related = "".join(f'<Relationship Id="rId{i}" Type="{kind}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in range(1, len(sheets) + 1))
    related += f'<Relationship Id="rId{len(sheets) + 1}" Type="{kind}/sharedStrings" Target="sharedStrings.xml"/>'
    content = {
        "[Content_Types].xml": f'{DECLARATION}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/sharedStrings.xml"'
        ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{DECLARATION}<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>',
        "xl/sharedStrings.xml": f'{DECLARATION}<sst xmlns="{MAIN}" count="{len(strings)}" uniqueCount="{len(strings)}">'
        + "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
        + "</sst>",
    }
    content |= {f"xl/worksheets/sheet{i}.xml": xml for i, xml in enumerate(sheets.values(), 1)}
    return {name: text.encode("utf-8") for name, text in content.items()}


def packed(content: Mapping[str, bytes]) -> bytes:
    """The parts as a zip whose bytes depend on nothing else."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, (2022, 12, 28, 17, 0, 0)), data, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def workbook(
    rows: Sequence[Sequence[Cell]], shared: bool = True, sheet: str = "Positions", more: Mapping[str, Sequence[Sequence[Cell]]] | None = None
) -> bytes:
    """A workbook whose first sheet holds `rows`; strings shared in their own part or inline."""
    strings: list[str] | None = [] if shared else None
    sheets = {name: sheet_xml(content, strings) for name, content in {sheet: rows, **(more or {})}.items()}
    return packed(parts(sheets, strings or ()))
