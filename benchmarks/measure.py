"""Timing by medians of interleaved repeats, and the table that is printed."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

WARM_UPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `ok` is None for a figure without a target."""

    what: str
    measured: str
    floor: str
    ratio: float | None
    target: str
    ok: bool | None


def interleaved(runs: Mapping[str, Callable[[], object]], repeats: int, rest: float = 0.0) -> dict[str, float]:
    """Return the median time [s] of each run; one after the other, so that a busy spell of the machine falls on all of them.

    `rest` seconds pass before each: the threads of BLAS keep a core busy for a moment after a product, waiting for the next.
    """
    times: dict[str, list[float]] = {name: [] for name in runs}
    for repeat in range(-WARM_UPS, repeats):
        for name, run in runs.items():
            time.sleep(rest)
            start = time.perf_counter()
            run()
            elapsed = time.perf_counter() - start
            if repeat >= 0:
                times[name].append(elapsed)
    return {name: statistics.median(values) for name, values in times.items()}


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms" if seconds < 0.1 else f"{seconds * 1e3:.0f} ms"


def peak_memory() -> int:
    """Return the largest resident size [bytes] of this process so far."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    except FileNotFoundError:  # not Linux; there getrusage also counts what the parent had when it forked
        import resource

        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return size if sys.platform == "darwin" else size * 1024


def print_table(rows: list[Row]) -> None:
    verdict = {True: "yes", False: "NO", None: "-"}
    table = [("what", "time", "floor", "ratio", "target", "ok")]
    table += [(r.what, r.measured, r.floor, f"{r.ratio:.2f}" if r.ratio is not None else "-", r.target, verdict[r.ok]) for r in rows]
    widths = [max(len(line[i]) for line in table) for i in range(6)]
    for number, line in enumerate(table):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
