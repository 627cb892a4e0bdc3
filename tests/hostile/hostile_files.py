"""Files made to break a reader, built when asked for; nothing large is kept in the repository.

Each builder returns the bytes. `CASES` says under which name a file arrives and what has to come of it: `error` (and words its sentence
must hold), or the quantities that must be read, or only that the reader survives with an answer in order.
"""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.property.holdings.workbook import DECLARATION, MAIN, packed, parts, sheet_xml, workbook

MEGABYTE = 2**20
HEAD = b"Symbol,Quantity,Price,Value\n"
GOOD = HEAD + b"AAPL,26,126.37,3285.62\nMSFT,140,234.91,32887.40\n"
HELD: Mapping[str, float] = {"AAPL": 26.0, "MSFT": 140.0}


@dataclass(frozen=True, kw_only=True)
class Case:
    """`outcomes` are the allowed ones; `held` is checked whenever the file is read without a question."""

    build: Callable[[], bytes]
    filename: str | None = "positions.csv"
    outcomes: frozenset[str] = frozenset({"ok", "ok_with_warnings", "needs_user", "error"})
    words: tuple[str, ...] = ()
    held: Mapping[str, float] | None = None


ERROR = frozenset({"error"})
READ = frozenset({"ok", "ok_with_warnings"})
ASKED = frozenset({"needs_user"})
NOT_PLAIN = frozenset({"ok_with_warnings", "needs_user", "error"})


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


# --- not a table ------------------------------------------------------------------------------------------------------------------


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 200)) + chunk(b"IEND", b"")


def pdf() -> bytes:
    stream = zlib.compress(b"BT /F1 12 Tf (Portfolio AAPL 26) Tj ET")
    return (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream\nendobj\n%%EOF\n"
    )


def old_excel() -> bytes:
    """The header of a compound file and the first sectors of an old workbook."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + noise(6000, 2)


def encrypted_excel() -> bytes:
    """A password turns a workbook into a compound file with a stream of this name."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 4000


def zip_of(content: Mapping[str, bytes]) -> bytes:
    return packed(content)


HTML = b"<!DOCTYPE html>\n<html><head><title>Positions</title></head><body><table><tr><td>AAPL</td><td>26</td></tr></table></body></html>\n"
XML = b'<?xml version="1.0"?>\n<portfolio><position symbol="AAPL" quantity="26"/></portfolio>\n'
JSON = json.dumps({"positions": [{"symbol": "AAPL", "quantity": 26}, {"symbol": "MSFT", "quantity": 140}]}, indent=1).encode()


# --- large ------------------------------------------------------------------------------------------------------------------------


def many_rows(count: int) -> bytes:
    rng = random.Random(3)
    tickers = list(many_rows_held(count))
    rows = [f"{tickers[i % len(tickers)]},{1 + i % 7},10.00,{10 * (1 + i % 7)}.00" for i in range(count)]
    rng.random()
    return HEAD + "\n".join(rows).encode() + b"\n"


def many_rows_held(count: int) -> dict[str, float]:
    tickers = ("AAPL", "MSFT", "JNJ", "XOM", "PFE", "KO", "SPY", "TLT", "GLD", "AMZN", "NVDA")
    held = dict.fromkeys(tickers, 0.0)
    for i in range(count):
        held[tickers[i % len(tickers)]] += 1 + i % 7
    return held


def many_columns(count: int) -> bytes:
    head = ",".join(["Symbol", "Quantity", *[f"Column {i}" for i in range(count)]])
    return f"{head}\nAAPL,26{',x' * count}\nMSFT,140{',y' * count}\n".encode()


def open_quote(size: int) -> bytes:
    row = b'JNJ,"14,177.13,2479.82\n'
    return GOOD + row + b"KO,10,63.84,638.40\n" * (size // 19)


def filled(piece: bytes, size: int) -> bytes:
    return piece * (size // len(piece))


# --- workbooks --------------------------------------------------------------------------------------------------------------------

ROWS = [["Symbol", "Quantity", "Price", "Value"], ["AAPL", 26, 126.37, 3285.62], ["MSFT", 140, 234.91, 32887.4]]


def deflated(piece: bytes, times: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open(zipfile.ZipInfo("x", (2022, 12, 28, 0, 0, 0)), "w"):
        pass
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join(squeeze.compress(piece) for _ in range(times)) + squeeze.flush()


def archive_with(content: Mapping[str, bytes], name: str, squeezed: bytes, checksum: int, size: int) -> bytes:
    """A zip of `content` and one member written by hand: `squeezed` is its deflated data, `size` what the directory says it is."""
    buffer = io.BytesIO(packed(content))
    with zipfile.ZipFile(buffer) as archive:
        end = archive.start_dir
    raw = buffer.getvalue()
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0x5597, checksum, len(squeezed), size, len(name), 0) + name.encode()
    entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0x5597, checksum, len(squeezed), size, len(name), 0, 0, 0, 0, 0, end)
    directory = raw[end : raw.rindex(b"PK\x05\x06")] + entry + name.encode()
    member = local + squeezed
    count = len(content) + 1
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), end + len(member), 0)
    return raw[:end] + member + directory + tail


def bomb(declared: int | None = None, megabytes: int = 300) -> bytes:
    """A sheet of `megabytes` that takes a thousandth of it on disk; `declared` is the size the directory claims."""
    start = f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetData>'.encode()
    piece = b'<row><c t="inlineStr"><is><t>AAPL</t></is></c><c><v>26</v></c></row>' + b" " * 3000
    times = megabytes * MEGABYTE // len(piece)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = piece * 340
    squeezed = [squeeze.compress(start)]
    checksum = zlib.crc32(start)
    for _ in range(times // 340):
        squeezed.append(squeeze.compress(block))
        checksum = zlib.crc32(block, checksum)
    end = b"</sheetData></worksheet>"
    squeezed += [squeeze.compress(end), squeeze.flush()]
    size = len(start) + len(block) * (times // 340) + len(end)
    content = {name: data for name, data in parts({"Positions": ""}).items() if "sheet1" not in name}
    return archive_with(content, "xl/worksheets/sheet1.xml", b"".join(squeezed), zlib.crc32(end, checksum), size if declared is None else declared)


def declared_as_huge() -> bytes:
    """A small honest workbook whose directory claims 200 MB for the sheet."""
    content = parts({"Positions": sheet_xml(ROWS)})
    sheet = content.pop("xl/worksheets/sheet1.xml")
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezed = squeeze.compress(sheet) + squeeze.flush()
    return archive_with(content, "xl/worksheets/sheet1.xml", squeezed, zlib.crc32(sheet), 200 * MEGABYTE)


def nested_bomb() -> bytes:
    inner = packed({"zeros": b"\0" * (20 * MEGABYTE)})
    for level in range(3):
        inner = packed({f"{level}-{copy}.zip": inner for copy in range(8)})
    return packed({**parts({"Positions": sheet_xml(ROWS)}), "xl/embeddings/inner.zip": inner})


def many_members() -> bytes:
    return packed({**parts({"Positions": sheet_xml(ROWS)}), **{f"xl/media/{i}.bin": b"" for i in range(20_000)}})


def shared_string_bomb() -> bytes:
    """One string of 1 MB that fifty thousand cells show."""
    cells = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c><c r="B{i}" t="s"><v>0</v></c></row>' for i in range(1, 25_001))
    sheet = f'{DECLARATION}<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    return packed(parts({"Positions": sheet}, strings=["A" * MEGABYTE]))


def far_cell() -> bytes:
    sheet = sheet_xml(ROWS).replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    return packed(parts({"Positions": sheet}))


def impossible_reference() -> bytes:
    sheet = sheet_xml(ROWS).replace("</sheetData>", '<row r="99999999999999"><c r="ZZZZZZZZZ99999999999999"><v>1</v></c></row></sheetData>')
    return packed(parts({"Positions": sheet}))


def laughing() -> bytes:
    entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    declared = f'<!DOCTYPE worksheet [<!ENTITY a0 "ha">{entities}]>'
    sheet = sheet_xml([["Symbol", "Quantity"], ["LAUGH", 26]]).replace(DECLARATION, DECLARATION + declared).replace("LAUGH", "&a11;")
    return packed(parts({"Positions": sheet}))


def foreign_entity() -> bytes:
    declared = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    sheet = sheet_xml([["Symbol", "Quantity"], ["LAUGH", 26]]).replace(DECLARATION, DECLARATION + declared).replace("LAUGH", "&x;")
    return packed(parts({"Positions": sheet}))


def with_macros_and_links() -> bytes:
    more = {
        "xl/vbaProject.bin": noise(5000, 4),
        "xl/externalLinks/externalLink1.xml": f'{DECLARATION}<externalLink xmlns="{MAIN}"/>'.encode(),
        "xl/externalLinks/_rels/externalLink1.xml.rels": b'<Relationships><Relationship Id="rId1" Target="http://127.0.0.1:9/x.xlsx"'
        b' TargetMode="External" Type="x"/></Relationships>',
    }
    return packed({**parts({"Positions": sheet_xml(ROWS)}), **more})


def password_bit() -> bytes:
    """The bit that says `encrypted` is set on every member."""
    data = bytearray(workbook(ROWS))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(workbook(ROWS))
    middle = data.index(b"sheet1.xml") + 30
    data[middle : middle + 40] = noise(40, 5)
    return bytes(data)


def formula_cells() -> bytes:
    strings: list[str] | None = None
    sheet = sheet_xml(
        [["Symbol", "Quantity"], ["AAPL", 26], ["MSFT", 140]], strings, formulas={"B2": "13*2", "B3": 'WEBSERVICE("http://127.0.0.1:9/")'}
    )
    return packed(parts({"Positions": sheet}))


def error_cells() -> bytes:
    sheet = sheet_xml(ROWS).replace('<c r="C2"><v>126.37</v></c>', '<c r="C2" t="e"><v>#N/A</v></c>')
    return packed(parts({"Positions": sheet}))


def error_quantity() -> bytes:
    sheet = sheet_xml(ROWS).replace('<c r="B2"><v>26</v></c>', '<c r="B2" t="e"><v>#REF!</v></c>')
    return packed(parts({"Positions": sheet}))


def two_sheets() -> bytes:
    return workbook([["Read me first"], ["This workbook has two sheets."]], sheet="About", more={"Positions": ROWS})


def hidden_sheet() -> bytes:
    old = sheet_xml([["Symbol", "Quantity"], ["AAPL", 9999]])
    return packed(parts({"Old": old, "Positions": sheet_xml(ROWS)}, hidden=("Old",)))


def text(body: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: body.encode(encoding)


def raw(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def one(quantity: str, delimiter: str = ";") -> Callable[[], bytes]:
    """Two plain rows that do not show the decimal mark, then one with the quantity in question."""
    rows = [("Symbol", "Quantity"), ("MSFT", "140"), ("XOM", "15"), ("AAPL", quantity)]
    return text("\n".join(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in rows) + "\n")


def held(quantity: float | None) -> dict[str, float]:
    return {"MSFT": 140.0, "XOM": 15.0} | ({} if quantity is None else {"AAPL": quantity})


CASES: dict[str, Case] = {
    "empty": Case(build=raw(b""), outcomes=ERROR, words=("empty",)),
    "one byte": Case(build=raw(b"x"), outcomes=ERROR),
    "a newline": Case(build=raw(b"\n"), outcomes=ERROR, words=("blank",)),
    "blanks": Case(build=raw(b" \r\n\t\r\n \r\n"), outcomes=ERROR, words=("blank",)),
    "only a BOM": Case(build=raw(b"\xef\xbb\xbf"), outcomes=ERROR, words=("blank",)),
    "only a UTF-16 BOM": Case(build=raw(b"\xff\xfe"), outcomes=ERROR, words=("blank",)),
    "half a UTF-16 character": Case(build=raw(b"\xff\xfeA"), outcomes=ERROR),
    "header only": Case(build=raw(HEAD), outcomes=ERROR),
    "header and footer": Case(build=raw(HEAD + b"\nGenerated at Dec 28 2022 05:12 PM ET\n"), outcomes=ERROR),
    "only a total": Case(build=raw(HEAD + b"Total,,,3285.62\n"), outcomes=ERROR),
    "prose": Case(build=text("Dear client,\n\nthank you for your trust in 2022, a difficult year.\nYours, the bank\n"), outcomes=ERROR),
    "random bytes": Case(build=lambda: noise(20_000), outcomes=ERROR),
    "a megabyte of random bytes": Case(build=lambda: noise(MEGABYTE), outcomes=ERROR),
    "random printable text": Case(build=lambda: bytes(32 + b % 95 for b in noise(50_000)), outcomes=NOT_PLAIN),
    "png": Case(build=png, outcomes=ERROR),
    "png named png": Case(build=png, filename="screenshot.png", outcomes=ERROR),
    "pdf": Case(build=pdf, outcomes=ERROR, words=("PDF",)),
    "zip": Case(build=lambda: zip_of({"positions.csv": GOOD}), filename="positions.zip", outcomes=ERROR, words=("zip",)),
    "gzip": Case(build=lambda: zlib.compress(GOOD, wbits=31), filename="positions.csv.gz", outcomes=ERROR),
    "workbook named csv": Case(build=lambda: workbook(ROWS), outcomes=ERROR, words=("Excel",)),
    "workbook without a name": Case(build=lambda: workbook(ROWS), filename=None, held=HELD),
    "csv named xlsx": Case(build=raw(GOOD), filename="positions.xlsx", held=HELD),
    "old Excel": Case(build=old_excel, filename="positions.xls", outcomes=ERROR, words=("xls",)),
    "old Excel named csv": Case(build=old_excel, outcomes=ERROR, words=("Excel",)),
    "encrypted Excel": Case(build=encrypted_excel, filename="positions.xlsx", outcomes=ERROR),
    "html": Case(build=raw(HTML), outcomes=ERROR, words=("HTML",)),
    "html named xls": Case(build=raw(HTML), filename="positions.xls", outcomes=ERROR),
    "xml": Case(build=raw(XML), outcomes=ERROR),
    "json": Case(build=raw(JSON), outcomes=ERROR, words=("JSON",)),
    "json on one line": Case(build=lambda: json.dumps(json.loads(JSON)).encode(), outcomes=ERROR),
    "utf-32": Case(build=text(GOOD.decode(), "utf-32"), held=HELD),
    "utf-16 without a BOM": Case(build=text(GOOD.decode(), "utf-16-le"), held=HELD),
    "utf-16 with a lone surrogate": Case(build=lambda: b"\xff\xfe" + GOOD.decode().encode("utf-16-le") + b"\x00\xd8\x0a\x00", held=HELD),
    # large
    "50,000 rows": Case(build=lambda: many_rows(50_000), outcomes=READ, held=many_rows_held(50_000)),
    "as many rows as the limit takes": Case(build=lambda: many_rows(900_000)[: 19 * MEGABYTE]),
    "over the size limit": Case(build=lambda: many_rows(1_000_000) + b" " * (8 * MEGABYTE), outcomes=ERROR, words=("MB",)),
    "a cell of 1 MB": Case(build=lambda: GOOD + b'JNJ,14,177.13,2479.82,"' + b"n" * MEGABYTE + b'"\n', held=HELD | {"JNJ": 14.0}),
    "a ticker of 1 MB": Case(build=lambda: GOOD + b"J" * MEGABYTE + b",14,177.13,2479.82\n"),
    "a quantity of 1 MB": Case(build=lambda: GOOD + b"JNJ," + b"1" * MEGABYTE + b",177.13,2479.82\n", outcomes=NOT_PLAIN),
    "blanks inside a quantity": Case(build=lambda: GOOD + (b"JNJ,14" + b" " * 50 + b"x,177.13,2479.82\n") * 2000, outcomes=NOT_PLAIN),
    "blanks inside every cell": Case(
        build=lambda: GOOD + (b"J" + b" " * 60 + b"J,1" + b"\xc2\xa0" * 60 + b"4,1" + b" " * 60 + b"7,8\n") * 2000, outcomes=NOT_PLAIN
    ),
    "a long row of blanks in a title": Case(build=lambda: b"As of " + b" " * 20_000 + b"x\n" + GOOD, held=HELD),
    "40,000 account blocks": Case(build=lambda: (b"\nAccount: 1\n" + GOOD) * 40_000),
    "a quantity of 1 MB with marks": Case(build=lambda: GOOD + b'JNJ,"' + b"1,234." * (MEGABYTE // 6) + b'",177.13,2479.82\n', outcomes=NOT_PLAIN),
    "a header of 1 MB": Case(build=lambda: HEAD[:-1] + b"," + b"h" * MEGABYTE + b"\nAAPL,26,126.37,3285.62,\nMSFT,140,234.91,32887.40,\n", held=HELD),
    "10,000 columns": Case(build=lambda: many_columns(10_000), held=HELD),
    "a million columns": Case(build=lambda: many_columns(1_000_000)),
    "a quote left open over 5 MB": Case(build=lambda: open_quote(5 * MEGABYTE), outcomes=NOT_PLAIN),
    "quotes left open on every line": Case(build=lambda: HEAD + b'AAPL,"26,126.37\n' * 200_000, outcomes=NOT_PLAIN),
    "5 MB of quotes": Case(build=lambda: filled(b'"', 5 * MEGABYTE), outcomes=ERROR),
    "5 MB of doubled quotes in a cell": Case(
        build=lambda: GOOD + b'JNJ,14,177.13,"' + filled(b'""', 5 * MEGABYTE) + b'"\n', held=HELD | {"JNJ": 14.0}
    ),
    "19 MB of commas": Case(build=lambda: filled(b",", 19 * MEGABYTE), outcomes=ERROR),
    "19 MB of newlines": Case(build=lambda: filled(b"\n", 19 * MEGABYTE), outcomes=ERROR),
    "19 MB of semicolons and commas": Case(build=lambda: filled(b";,|\t\n", 19 * MEGABYTE), outcomes=ERROR),
    "19 MB on one line": Case(build=lambda: filled(b"AAPL 26 ", 19 * MEGABYTE), outcomes=ERROR),
    "19 MB of digits": Case(build=lambda: filled(b"1234567890", 19 * MEGABYTE), outcomes=ERROR),
    "19 MB of headers": Case(build=lambda: filled(HEAD, 19 * MEGABYTE), outcomes=ERROR),
    "19 MB of blanks": Case(build=lambda: filled(b" ", 19 * MEGABYTE), outcomes=ERROR),
    "100,000 different unknown tickers": Case(build=lambda: HEAD + b"".join(b"Q%05dX,1,10.00,10.00\n" % i for i in range(100_000))),
    "100,000 lines of comment after": Case(build=lambda: GOOD + b"this is a comment\n" * 100_000, held=HELD),
    "20,000 account blocks": Case(build=lambda: (b"\nAccount: 1\n" + GOOD) * 20_000),
    # bytes
    "NULs between": Case(build=lambda: GOOD.replace(b"AAPL", b"AA\0PL"), outcomes=NOT_PLAIN),
    "a NUL in a quantity": Case(build=lambda: GOOD.replace(b"140", b"14\x000"), outcomes=NOT_PLAIN),
    "NULs at the end": Case(build=lambda: GOOD + b"\0" * 512, held=HELD),
    "control characters": Case(build=lambda: GOOD.replace(b"MSFT", b"MS\x1b[31mFT\x07"), outcomes=NOT_PLAIN),
    "bidirectional marks": Case(build=lambda: GOOD.decode().replace("AAPL", "\u202eAAPL\u202c").encode(), held=HELD),
    "zero-width characters": Case(build=lambda: GOOD.decode().replace("AAPL", "A\u200bAPL").replace("140", "\u200b140").encode(), held=HELD),
    "full-width letters": Case(build=lambda: GOOD.decode().replace("AAPL", "ＡＡＰＬ").encode(), held=HELD),
    "mixed encodings": Case(build=lambda: GOOD + "KO,10,63.84,638.40,Nestlé\n".encode() + "PG,5,151.83,759.15,Nestlé\n".encode("cp1252")),
    "mixed line ends": Case(build=lambda: b"Symbol,Quantity\r\nAAPL,26\rMSFT,140\nXOM,15", held=HELD | {"XOM": 15.0}),
    "vertical tabs and form feeds": Case(build=lambda: b"Symbol,Quantity,Note\nAAPL,26,a\x0bb\nMSFT,140,c\x0cd\xc2\x85e\xe2\x80\xa8f\n", held=HELD),
    "sep line": Case(build=lambda: b"sep=;\r\nSymbol;Quantity\r\nAAPL;26\r\nMSFT;140\r\n", outcomes=READ, held=HELD),
    # headers
    "blank headers": Case(build=text(",Symbol,,Quantity,,\n1,AAPL,,26,x,\n2,MSFT,,140,y,\n"), held=HELD),
    "the same header twice, same numbers": Case(build=text("Symbol,Quantity,Quantity\nAAPL,26,26\nMSFT,140,140\n"), held=HELD),
    "the same header twice, other numbers": Case(
        build=text("Symbol,Quantity,Quantity\nAAPL,26,2600\nMSFT,140,14\n"), outcomes=NOT_PLAIN - {"ok_with_warnings"}
    ),
    "a header without rows, then one with": Case(build=text("Symbol,Quantity\n\nSymbol,Quantity\nAAPL,26\nMSFT,140\n"), held=HELD),
    "a header of formulas": Case(build=text("=1+1,=2+2\nAAPL,26\n"), outcomes=NOT_PLAIN),
    "no quantity column": Case(build=text("Symbol,Price\nAAPL,126.37\nMSFT,234.91\n"), outcomes=frozenset({"error", "needs_user"})),
    "no identifier": Case(build=text("Quantity,Price\n26,126.37\n140,234.91\n"), outcomes=frozenset({"error", "needs_user"})),
    "only volume": Case(build=text("Symbol,Volume,Close\nAAPL,85438400,126.04\nMSFT,17457100,234.53\n"), outcomes=frozenset({"error", "needs_user"})),
    # what only looks like positions
    "a price history": Case(
        build=text("Date,Open,High,Low,Close,Adj Close,Volume\n2022-12-27,131.38,131.41,128.72,130.03,129.4,69007800\n" * 3),
        outcomes=frozenset({"error", "needs_user"}),
    ),
    "transactions": Case(
        build=text(
            "Date,Type,Symbol,Quantity,Price,Amount,Commission\n2022-11-14,Buy,AAPL,10,150.00,-1500.00,1\n"
            "2022-11-20,Sell,AAPL,4,148.00,592.00,1\n2022-12-01,Dividend,MSFT,,,68.00,\n"
        ),
        outcomes=ERROR,
        words=("transaction",),
    ),
    "transactions, German": Case(
        build=text(
            "Datum;Typ;Wertpapier;Symbol;Stück;Kurs;Betrag;Gebühren\n14.11.2022;Kauf;Apple;AAPL;10;150,00;-1.500,00;1,00\n"
            "20.11.2022;Verkauf;Apple;AAPL;4;148,00;592,00;1,00\n01.12.2022;Dividende;Microsoft;MSFT;;;68,00;\n"
        ),
        outcomes=ERROR,
        words=("transaction",),
    ),
    "an option chain": Case(
        build=text(
            "Contract,Strike,Last Price,Bid,Ask,Volume,Open Interest,Implied Volatility\nAAPL230120C00120000,120,8.10,8.05,8.15,1200,5400,31%\n"
            "AAPL230120C00125000,125,4.60,4.55,4.65,3400,7700,29%\n"
        ),
        outcomes=frozenset({"error", "needs_user"}),
    ),
    "only options": Case(
        build=text("Symbol,Quantity,Price\nAAPL 01/20/2023 120.00 C,2,8.10\nAAPL230120P00120000,-3,2.05\n"), held={}, outcomes=NOT_PLAIN
    ),
    # formulas are text
    "command formula": Case(build=lambda: GOOD + b"=cmd|' /C calc'!A0,10,1.00,10.00\n", outcomes=NOT_PLAIN),
    "plus formula": Case(build=lambda: GOOD + b"+1+1,10,1.00,10.00\n", outcomes=NOT_PLAIN),
    "at formula": Case(build=lambda: GOOD + b"@SUM(1+1)*cmd|' /C calc'!A0,10,1.00,10.00\n", outcomes=NOT_PLAIN),
    "hyperlink formula": Case(build=lambda: GOOD + b'"=HYPERLINK(""http://127.0.0.1:9/?x="",""AAPL"")",10,1.00,10.00\n', outcomes=NOT_PLAIN),
    "a formula as quantity": Case(build=lambda: GOOD + b"JNJ,=7+7,177.13,2479.82\n", outcomes=NOT_PLAIN),
    "text formula": Case(build=text('Symbol,Quantity\n"=""AAPL""","=""26"""\n"=""MSFT""","=""140"""\n'), held=HELD),
    # one quantity
    "NaN": Case(build=one("NaN"), outcomes=NOT_PLAIN, held=held(None)),
    "inf": Case(build=one("inf"), outcomes=NOT_PLAIN, held=held(None)),
    "-Infinity": Case(build=one("-Infinity"), outcomes=NOT_PLAIN, held=held(None)),
    "1e400": Case(build=one("1e400"), outcomes=NOT_PLAIN, held=held(None)),
    "300 digits": Case(build=one("9" * 400), outcomes=NOT_PLAIN, held=held(None)),
    "hexadecimal": Case(build=one("0x1A"), outcomes=NOT_PLAIN, held=held(None)),
    "underscores": Case(build=one("1_000"), outcomes=NOT_PLAIN, held=held(None)),
    "missing --": Case(build=one("--"), outcomes=NOT_PLAIN, held=held(None)),
    "missing n/a": Case(build=one("n/a"), outcomes=NOT_PLAIN, held=held(None)),
    "missing blank": Case(build=one(""), outcomes=NOT_PLAIN, held=held(None)),
    "percent": Case(build=one("50%"), outcomes=NOT_PLAIN, held=held(None)),
    "two numbers": Case(build=one("26 27"), outcomes=NOT_PLAIN, held=held(None)),
    "a letter O": Case(build=one("2O"), outcomes=NOT_PLAIN, held=held(None)),
    "two signs": Case(build=one("--650"), outcomes=NOT_PLAIN, held=held(None)),
    "minus in parentheses": Case(build=one("(-650)"), outcomes=NOT_PLAIN),
    "two decimal marks": Case(build=one("1.2.3"), outcomes=NOT_PLAIN, held=held(None)),
    "groups of two and four": Case(build=one("12,34,5678"), outcomes=NOT_PLAIN, held=held(None)),
    "a date": Case(build=one("2022-12-28"), outcomes=NOT_PLAIN, held=held(None)),
    "parentheses": Case(build=one("(650)"), outcomes=READ, held=held(-650.0)),
    "minus after": Case(build=one("650-"), outcomes=READ, held=held(-650.0)),
    "Unicode minus": Case(build=one("\u2212650"), outcomes=READ, held=held(-650.0)),
    "plus": Case(build=one("+650"), outcomes=READ, held=held(650.0)),
    "apostrophes": Case(build=one("1'234.50"), outcomes=READ, held=held(1234.5)),
    "curly apostrophes": Case(build=one("1\u2019234.50"), outcomes=READ, held=held(1234.5)),
    "a blank and a comma": Case(build=one("1 234,50"), outcomes=READ, held=held(1234.5)),
    "a thin space and a comma": Case(build=one("1\u202f234,50"), outcomes=READ, held=held(1234.5)),
    "point then comma": Case(build=one("1.234,50"), outcomes=READ, held=held(1234.5)),
    "comma then point": Case(build=one("1,234.50"), outcomes=READ, held=held(1234.5)),
    "Indian groups": Case(build=one("12,34,567.50"), held=held(1234567.5)),
    "bought and sold": Case(build=text("Symbol,Buy Qty,Sell Qty\nAAPL,26,6\n"), outcomes=NOT_PLAIN, held={"AAPL": 20.0}),
    "long and short": Case(build=text("Symbol,Long Qty,Short Qty\nAAPL,26,0\nBBY,0,150\n"), held={"AAPL": 26.0, "BBY": -150.0}),
    "a heading too many": Case(build=text("Symbol,,Quantity,Price,Value\nAAPL,26,126.37,3285.62\nMSFT,140,234.91,32887.40\n"), outcomes=NOT_PLAIN),
    "a heading too many in the middle": Case(
        build=text("Price,Symbol,,Quantity,Change,Value,Account\n126.37,AAPL,26,1.5,3285.62,Z1\n234.91,MSFT,140,-2.5,32887.40,Z1\n"),
        outcomes=NOT_PLAIN,
    ),
    "many groups": Case(build=one("1,234,567"), outcomes=READ, held=held(1234567.0)),
    "scientific": Case(build=one("1.5E+03"), held=held(1500.0)),
    "no whole part": Case(build=one(".5"), outcomes=READ, held=held(0.5)),
    "no fraction": Case(build=one("26."), held=held(26.0)),
    "zero": Case(build=one("0")),
    "minus zero": Case(build=one("-0")),
    "Arabic digits": Case(build=one("\u0661\u0662\u0663"), held=None),
    "full-width digits": Case(build=one("\uff11\uff12\uff13"), held=None),
    "a vulgar fraction": Case(build=one("2\u00bd"), held=None),
    "superscript": Case(build=one("2\u00b2"), outcomes=NOT_PLAIN, held=held(None)),
    "2 1/2": Case(build=one("2 1/2"), held=None),
    "ambiguous 1.234": Case(build=one("1.234"), outcomes=ASKED),
    "ambiguous 1,234": Case(build=one("1,234"), outcomes=ASKED),
    "ambiguous 1,234 among commas": Case(build=one("1,234", ","), outcomes=ASKED),
    "ambiguous 1.234 among tabs": Case(build=one("1.234", "\t"), outcomes=ASKED),
    # workbooks
    "workbook": Case(build=lambda: workbook(ROWS), filename="positions.xlsx", outcomes=READ, held=HELD),
    "empty workbook": Case(build=lambda: workbook([]), filename="positions.xlsx", outcomes=ERROR, words=("workbook",)),
    "workbook without sheets": Case(build=lambda: packed(parts({})), filename="positions.xlsx", outcomes=ERROR),
    "zip bomb": Case(build=bomb, filename="positions.xlsx", outcomes=ERROR),
    "zip bomb that lies about its size": Case(build=lambda: bomb(declared=1000), filename="positions.xlsx", outcomes=ERROR),
    "200 MB declared": Case(build=declared_as_huge, filename="positions.xlsx", outcomes=ERROR),
    "nested zip bomb": Case(build=nested_bomb, filename="positions.xlsx", held=HELD),
    "20,000 members": Case(build=many_members, filename="positions.xlsx", held=HELD),
    "a shared string of 1 MB in 50,000 cells": Case(build=shared_string_bomb, filename="positions.xlsx", outcomes=ERROR),
    "a cell in the last corner": Case(build=far_cell, filename="positions.xlsx", held=HELD),
    "an impossible cell": Case(build=impossible_reference, filename="positions.xlsx"),
    "a billion laughs": Case(build=laughing, filename="positions.xlsx", outcomes=ERROR),
    "a foreign entity": Case(build=foreign_entity, filename="positions.xlsx", outcomes=ERROR),
    "macros and external links": Case(build=with_macros_and_links, filename="positions.xlsm", held=HELD),
    "a password": Case(build=password_bit, filename="positions.xlsx", outcomes=ERROR),
    "a damaged member": Case(build=damaged, filename="positions.xlsx", outcomes=ERROR),
    "cut in the middle": Case(build=lambda: workbook(ROWS)[:900], filename="positions.xlsx", outcomes=ERROR),
    "formulas with cached numbers": Case(build=formula_cells, filename="positions.xlsx", held=HELD),
    "an error cell beside": Case(build=error_cells, filename="positions.xlsx", held=HELD),
    "an error cell as quantity": Case(build=error_quantity, filename="positions.xlsx", outcomes=NOT_PLAIN, held={"MSFT": 140.0}),
    "a cover sheet": Case(build=two_sheets, filename="positions.xlsx", held=HELD),
    "a hidden sheet": Case(build=hidden_sheet, filename="positions.xlsx", held=HELD),
}
