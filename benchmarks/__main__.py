"""`python -m benchmarks [--repeats N] [part ...]`: print the table of these parts: single, depth, book, holdings, prices, refresh, scaling, api, screen."""

from __future__ import annotations

import argparse
import importlib

from benchmarks.measure import print_table

PARTS = ("single", "depth", "book", "holdings", "prices", "refresh", "scaling", "api", "screen", "book_screen")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(PARTS)}; without it all of them")
    parser.add_argument("--repeats", type=int, default=15, help="repeats of each measurement (the median is printed)")
    options = parser.parse_args()
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; choose from {', '.join(PARTS)}.")
    rows = []
    for part in options.parts or PARTS:
        # imported one at a time: what one part needs does not weigh on the process that measures another
        rows += importlib.import_module(f"benchmarks.{part}").rows(options.repeats)
    print_table(rows)


if __name__ == "__main__":
    main()
