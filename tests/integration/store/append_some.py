"""Child process of the update test: append to one document, as another process does at the same time.

usage: append_some.py NAME TIMES (FILE | ADDRESS DATABASE)
"""

import sys
from collections.abc import Callable
from pathlib import Path

from farp.store.mongo import MongoStore
from farp.store.protocol import RUNS, Document, Store
from farp.store.sqlite import SqliteStore


def appended(item: str) -> Callable[[Document | None], Document]:
    return lambda found: {"_id": "one", "items": [*(found["items"] if found else ()), item]}


def main() -> None:
    name, times, address, *database = sys.argv[1:]
    store: Store = MongoStore(address, database=database[0]) if database else SqliteStore(Path(address))
    with store:
        store.ping()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()  # until both are ready
        for i in range(int(times)):
            store.update(RUNS, "one", appended(f"{name}-{i}"))


if __name__ == "__main__":
    main()
