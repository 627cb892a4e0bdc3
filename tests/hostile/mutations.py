"""Seeded damage to a file: bytes, lines, cells and decimal marks."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from decimal import Decimal

from tests.property.holdings.workbook import packed

SNIPPETS = (
    b'"',
    b"'",
    b",",
    b";",
    b"\t",
    b"|",
    b".",
    b"-",
    b"(",
    b")",
    b"%",
    b"$",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xfe",
    b"\xe2\x82",
    b"=",
    b" ",
    b"0",
    b"E5",
    b"\xc2\xa0",
)


def flip_bytes(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def delete_bytes(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.choice((1, 1, 2, 20)) :]


def insert_bytes(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + rng.choice(SNIPPETS) * rng.choice((1, 1, 3, 40)) + data[start:]


def cut(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] if rng.random() < 0.7 else data[start:]


def _lines(change: Callable[[random.Random, list[bytes]], None]) -> Callable[[random.Random, bytes], bytes]:
    def mutate(rng: random.Random, data: bytes) -> bytes:
        lines = data.split(b"\n")
        change(rng, lines)
        return b"\n".join(lines)

    return mutate


def _delete_line(rng: random.Random, lines: list[bytes]) -> None:
    del lines[rng.randrange(len(lines))]


def _repeat_line(rng: random.Random, lines: list[bytes]) -> None:
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))


def _swap_lines(rng: random.Random, lines: list[bytes]) -> None:
    first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]


def _cells(change: Callable[[random.Random, list[bytes]], None]) -> Callable[[random.Random, bytes], bytes]:
    def change_line(rng: random.Random, lines: list[bytes]) -> None:
        place = rng.randrange(len(lines))
        mark = max((b",", b";", b"\t", b"|"), key=lines[place].count)
        cells = lines[place].split(mark)
        change(rng, cells)
        lines[place] = mark.join(cells)

    return _lines(change_line)


def _delete_cell(rng: random.Random, cells: list[bytes]) -> None:
    del cells[rng.randrange(len(cells))]


def _empty_cell(rng: random.Random, cells: list[bytes]) -> None:
    cells[rng.randrange(len(cells))] = rng.choice((b"", b"--", b"n/a", b"NaN", b"#REF!", b"=1+1", b"1e400", b"0"))


def _swap_cells(rng: random.Random, cells: list[bytes]) -> None:
    first, second = rng.randrange(len(cells)), rng.randrange(len(cells))
    cells[first], cells[second] = cells[second], cells[first]


def _add_cell(rng: random.Random, cells: list[bytes]) -> None:
    cells.insert(rng.randrange(len(cells) + 1), rng.choice((b"", b"x", b"12", b"1.234", b'"a,b"')))


MUTATIONS = (
    flip_bytes,
    delete_bytes,
    insert_bytes,
    cut,
    _lines(_delete_line),
    _lines(_repeat_line),
    _lines(_swap_lines),
    _cells(_delete_cell),
    _cells(_empty_cell),
    _cells(_swap_cells),
    _cells(_add_cell),
)


def mutant(rng: random.Random, data: bytes) -> bytes:
    """One to three mutations; in a workbook mostly inside one of its parts, because a damaged zip is soon refused."""
    if data.startswith(b"PK") and rng.random() < 0.8:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            content = {name: archive.read(name) for name in archive.namelist()}
        name = rng.choice([*content, "xl/worksheets/sheet1.xml"])
        return packed(content | {name: mutant(rng, content[name])})
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(MUTATIONS)(rng, data or b"\n")
    return data


def power_of_ten(first: float, second: float | Decimal) -> int | None:
    """k if `first` is `second` times 10^k with k in ±1, ±2, ±3, else None."""
    if not first or not second:
        return None
    ratio = abs(first / float(second))
    for exponent in (-3, -2, -1, 1, 2, 3):
        if abs(ratio / 10.0**exponent - 1) < 0.005:
            return exponent
    return None
