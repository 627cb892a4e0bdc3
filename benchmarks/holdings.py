"""Understanding a positions file: 10,000 rows, 50,000 lots, and the 100 rows of a preview. Floor: `csv.reader` over the same text.

Each size is also read in a process of its own, which is asked for its largest resident size.
"""

from __future__ import annotations

import csv
import functools
import io
import json
import random
import subprocess
import sys
from collections.abc import Callable

from benchmarks.measure import Row, interleaved, milliseconds, peak_memory
from farp.holdings import read_holdings
from farp.prices.sample import load_sample

TARGET_SECONDS = {100: 1.0, 10_000: 1.0, 50_000: 4.0}
TARGET_BYTES = 300 * 1024**2
TITLES = {100: "a file of 100 rows understood", 10_000: "a file of 10,000 rows understood", 50_000: "a file of 50,000 lots understood"}
HEADER = "Account Number,Symbol,Description,Quantity,Last Price,Current Value,Total Gain/Loss Dollar,Percent Of Account,Cost Basis Total,Type"


@functools.cache
def file_of(rows: int) -> bytes:
    """A broker's file: dollars, grouped thousands, lots in five accounts, a title before, a footer after; every third ticker unknown."""
    rng = random.Random(rows)
    known = [ticker for ticker, facts in load_sample().instruments.items() if facts.holdable and "^" not in ticker]
    unknown = [f"{a}{b}Q{c}" for a in "ABCDEFGHIJ" for b in "KLMNOPRSTU" for c in "VWXYZ"]
    lines = ["Positions as of 12/28/2022", "", HEADER]
    for i in range(rows):
        ticker = rng.choice(known if i % 3 else unknown)
        quantity, price = rng.randint(1, 9_999_999) / 1000, rng.randint(100, 99_999) / 100
        value = round(quantity * price, 2)
        lines.append(
            f'Z9041773{i % 5},{ticker},"{ticker} CORP, COMMON","{quantity:,.3f}",${price:,.2f},"${value:,.2f}","+${value / 9:,.2f}",0.01%,"${value:,.2f}",Cash'
        )
    lines += ["", '"The data in this file is for your use, and is not for distribution."']
    return "\n".join(lines).encode("utf-8")


def understand(rows: int) -> None:
    result = read_holdings(file_of(rows), filename="positions.csv", instruments=load_sample().instruments)
    if result.outcome == "error":
        raise SystemExit(f"the importer refused the file of {rows} rows: {result.error}")


def split(rows: int) -> None:
    for _ in csv.reader(io.StringIO(file_of(rows).decode("utf-8"))):
        pass


def rows(repeats: int) -> list[Row]:
    table = []
    for size, target in TARGET_SECONDS.items():
        file_of(size)
        runs: dict[str, Callable[[], object]] = {"read": functools.partial(understand, size), "floor": functools.partial(split, size)}
        times = interleaved(runs, max(3, repeats if size < 1000 else repeats // 3))
        table.append(
            Row(
                what=TITLES[size],
                measured=milliseconds(times["read"]),
                floor=f"{milliseconds(times['floor'])} csv.reader",
                ratio=times["read"] / times["floor"],
                target=f"<= {target:.0f} s",
                ok=times["read"] <= target,
            )
        )
        if size > 1000:
            table.append(_memory(size))
    return table


def _memory(size: int) -> Row:
    """Read the file once in a process of its own."""
    answer = subprocess.run([sys.executable, "-m", "benchmarks.holdings", str(size)], capture_output=True, text=True, check=True)
    sizes = json.loads(answer.stdout)
    return Row(
        what="  peak memory of a process that does only this",
        measured=f"{sizes['peak'] / 1024**2:.0f} MiB",
        floor=f"{sizes['inputs'] / 1024**2:.0f} MiB with the file loaded",
        ratio=sizes["peak"] / sizes["inputs"],
        target=f"<= {TARGET_BYTES / 1024**2:.0f} MiB",
        ok=sizes["peak"] <= TARGET_BYTES,
    )


if __name__ == "__main__":
    size = int(sys.argv[1])
    file_of(size)
    inputs = peak_memory()
    understand(size)
    print(json.dumps({"inputs": inputs, "peak": peak_memory()}))
