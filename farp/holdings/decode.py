"""Bytes -> text: which encoding, and what the file is when it is not a table at all."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from farp.errors import InvalidInput

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EXPORT = "export the positions as CSV or XLSX and try that file."
_MAGIC = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"BM\x00", "a bitmap image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"{\\rtf", "a rich text document"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"OFXHEADER", "an OFX download"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text and how it was encoded; `damaged` counts bytes that belong to no character of that encoding."""

    text: str
    encoding: str
    damaged: int = 0


def is_zip(data: bytes) -> bool:
    """Whether `data` is a zip archive, as every XLSX workbook is."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def decode(data: bytes) -> Decoded:
    """Return the text of `data`.

    Raises
    ------
    InvalidInput
        The file is empty, binary, or a document of another kind; the sentence says which and what to do.
    """
    if not data:
        raise InvalidInput("The file is empty; export the positions again and upload the new file.")
    _refuse_other_kinds(data)
    decoded = _text(data)
    if not decoded.text.strip("\ufeff \t\r\n,;|\x00"):
        raise InvalidInput("The file is empty but for blanks; export the positions again and upload the new file.")
    _refuse_markup(decoded.text)
    return decoded


def _refuse_other_kinds(data: bytes) -> None:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise InvalidInput(f"This file is {kind}, not a table of positions; {_EXPORT}")
    if data.startswith(_OLE):
        if b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e" in data:
            raise InvalidInput("This workbook is protected by a password; save it without one, or as CSV, and try that file.")
        raise InvalidInput("This file is an old Excel workbook (.xls); save it as XLSX or CSV and try that file.")


def _refuse_markup(text: str) -> None:
    start = text[:4000].lstrip("\ufeff \t\r\n").lower()
    if start.startswith("<?xml") and "urn:schemas-microsoft-com:office:spreadsheet" in start:
        raise InvalidInput("This file is an Excel 2003 XML spreadsheet; save it as XLSX or CSV and try that file.")
    if re.match(r"<(!doctype html|html|head|body|table|meta|style|div|script)\b", start):
        raise InvalidInput("This file is a web page (HTML), whatever its name says; open it in a spreadsheet and save it as XLSX or CSV.")
    if start.startswith("<ofx") or "<ofx>" in start:
        raise InvalidInput(f"This file is an OFX download, not a table of positions; {_EXPORT}")
    if re.match(r"<[?!a-z]", start):
        raise InvalidInput(f"This file is XML, not a table of positions; {_EXPORT}")
    if re.match(r"""\{\s*["}]|\[\s*[\[{"\]]""", start):
        raise InvalidInput(f"This file is JSON, not a table of positions; {_EXPORT}")


def _text(data: bytes) -> Decoded:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _marked(data, encoding)
    if b"\x00" in data:
        return _utf16_without_mark(data)
    try:
        decoded = Decoded(text=data.decode("utf-8"), encoding="utf-8")
    except UnicodeDecodeError:
        decoded = _single_byte(data)
    _refuse_binary(decoded.text)
    return decoded


def _marked(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, errors="replace")
    damaged = text.count("\ufffd")
    if damaged * 20 > len(text):
        raise InvalidInput("This file begins like text, but what follows is binary; export the positions as CSV or XLSX and try that file.")
    text = text.removeprefix("\ufeff")
    _refuse_binary(text)
    return Decoded(text=text, encoding=encoding, damaged=damaged)


def _utf16_without_mark(data: bytes) -> Decoded:
    """UTF-16 of Western text has a zero in every other byte; any other zero byte means the file is binary."""
    sample = data[:20000]
    half = max(len(sample) // 2, 1)
    for encoding, zeros in (("utf-16-le", sample[1::2].count(0)), ("utf-16-be", sample[0::2].count(0))):
        if zeros > 0.7 * half and sample.count(0) < 1.05 * zeros:
            text = data[: len(data) // 2 * 2].decode(encoding, errors="replace")
            if text.count("\ufffd") * 20 <= len(text):
                _refuse_binary(text)
                return Decoded(text=text, encoding=encoding, damaged=text.count("\ufffd"))
    line = data.count(b"\n", 0, data.index(b"\x00")) + 1
    raise InvalidInput(f"This file is binary or damaged: line {line} holds a zero byte; export the positions as CSV or XLSX and try that file.")


def _single_byte(data: bytes) -> Decoded:
    """Not valid UTF-8: UTF-8 with a few damaged bytes, or Windows-1252."""
    valid = sum(len(match.group()) for match in _MULTIBYTE.finditer(data))
    high = sum(1 for byte in data if byte >= 0x80)
    if valid >= 0.75 * high:
        text = data.decode("utf-8", errors="replace")
        return Decoded(text=text, encoding="utf-8", damaged=text.count("\ufffd"))
    text = data.decode("cp1252", errors="replace")
    return Decoded(text=text, encoding="cp1252", damaged=text.count("\ufffd"))


def _refuse_binary(text: str) -> None:
    controls = len(_CONTROL.findall(text))
    odd = controls + text.count("\ufffd")
    if "\x00" in text or odd * 50 > len(text) or (len(text) < 50 and odd):
        raise InvalidInput(f"This file is binary, not a table of positions; {_EXPORT}")
