"""Core figures of 10,000 portfolios x 500 instruments x 252 days. Floor: the bare dense float64 product of these sizes.

Three books: sparse (20 positions a portfolio), the same book handed over as a dense array, and one whose portfolios hold all 500
instruments. The last has no target: its sums alone are 25 times those of the first, and the kernel does not use BLAS for them,
because BLAS does not give a row the same bits alone and in a book.
"""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
from scipy.sparse import csr_array

from benchmarks.measure import Row, interleaved, milliseconds, peak_memory
from farp.engine.book import CoreMetrics, core_metrics

PORTFOLIOS, INSTRUMENTS, DAYS, POSITIONS = 10_000, 500, 252, 20
THREADS = 2
REST_SECONDS = 0.2
TARGET_RATIO = 3.0
TARGET_BYTES = 2 * 1024**3


def market() -> tuple[np.ndarray, np.ndarray, dict[str, list[str]]]:
    """Made-up prices, a benchmark and the four dimensions of exposure."""
    rng = np.random.default_rng(1)
    prices = rng.lognormal(4, 1, (INSTRUMENTS, 1)) * np.cumprod(1 + rng.normal(0.0003, 0.012, (INSTRUMENTS, DAYS + 1)), axis=1)
    sizes = {"asset_class": 6, "currency": 8, "sector": 12, "country": 15}
    labels = {dimension: [f"{dimension} {i % size}" for i in range(INSTRUMENTS)] for dimension, size in sizes.items()}
    return prices, rng.normal(0.0003, 0.01, DAYS), labels


def sparse_book() -> csr_array:
    """20 instruments a portfolio, one in five short."""
    rng = np.random.default_rng(2)
    held = np.sort(rng.random((PORTFOLIOS, INSTRUMENTS)).argpartition(POSITIONS, axis=1)[:, :POSITIONS], axis=1)
    amounts = rng.lognormal(9, 1, held.shape) * rng.choice([1.0, -1.0], held.shape, p=[0.8, 0.2])
    rows = np.arange(0, held.size + 1, POSITIONS)
    return csr_array((amounts.ravel(), held.ravel(), rows), shape=(PORTFOLIOS, INSTRUMENTS))


def full_book() -> np.ndarray:
    return np.random.default_rng(3).lognormal(6, 1, (PORTFOLIOS, INSTRUMENTS))


def rows(repeats: int) -> list[Row]:
    prices, benchmark, labels = market()
    returns = prices[:, 1:] / prices[:, :-1] - 1
    sparse, full = sparse_book(), full_book()
    dense = sparse.toarray()

    def metrics(book: csr_array | np.ndarray, threads: int = THREADS) -> CoreMetrics:
        return core_metrics(book, prices, benchmark, labels, threads=threads)

    times = interleaved(
        {
            "floor": lambda: dense @ returns,
            "sparse": lambda: metrics(sparse),
            "floor again": lambda: dense @ returns,
            "one thread": lambda: metrics(sparse, 1),
            "dense": lambda: metrics(dense),
        },
        repeats,
        REST_SECONDS,
    )
    times |= interleaved({"full": lambda: metrics(full)}, max(2, repeats // 4), REST_SECONDS)
    floor = (times["floor"] + times["floor again"]) / 2
    titles = {
        "sparse": f"core figures of {PORTFOLIOS:,} x {INSTRUMENTS} x {DAYS}, {POSITIONS} positions each",
        "one thread": "  the same on one thread",
        "dense": "  the same book as a dense array",
        "full": f"  every portfolio holds all {INSTRUMENTS} instruments",
    }
    result = [
        Row(
            what=title,
            measured=milliseconds(times[name]),
            floor=f"{milliseconds(floor)} dense product",
            ratio=times[name] / floor,
            target=f"<= {TARGET_RATIO:.0f}x floor" if name == "sparse" else "-",
            ok=times[name] <= TARGET_RATIO * floor if name == "sparse" else None,
        )
        for name, title in titles.items()
    ]
    return [*result, _memory()]


def _memory() -> Row:
    """Compute the book once in a process of its own and ask it for its largest size."""
    answer = subprocess.run([sys.executable, "-m", "benchmarks.book"], capture_output=True, text=True, check=True)
    sizes = json.loads(answer.stdout)
    return Row(
        what="  peak memory of a process that does only this",
        measured=f"{sizes['peak'] / 1024**2:.0f} MiB",
        floor=f"{sizes['inputs'] / 1024**2:.0f} MiB with the inputs loaded",
        ratio=sizes["peak"] / sizes["inputs"],
        target=f"<= {TARGET_BYTES / 1024**2:.0f} MiB",
        ok=sizes["peak"] <= TARGET_BYTES,
    )


if __name__ == "__main__":
    prices, benchmark, labels = market()
    # made row by row here: the random numbers of `sparse_book` would be larger than what is measured
    rng = np.random.default_rng(2)
    held = np.array([np.sort(rng.choice(INSTRUMENTS, POSITIONS, replace=False)) for _ in range(PORTFOLIOS)])
    book = csr_array((rng.lognormal(9, 1, held.size), held.ravel(), np.arange(0, held.size + 1, POSITIONS)), shape=(PORTFOLIOS, INSTRUMENTS))
    inputs = peak_memory()
    core_metrics(book, prices, benchmark, labels, threads=THREADS)
    print(json.dumps({"inputs": inputs, "peak": peak_memory()}))
