"""Child process of the kill test: write, and say which ids were acknowledged, until someone ends this.

usage: write_until_killed.py FILE ROUND (put|put_many)
"""

import sys
from pathlib import Path

from farp.store.protocol import RUNS
from farp.store.sqlite import SqliteStore


def document(id: str, n: int) -> dict[str, object]:
    return {"_id": id, "user_id": f"user_{n % 7}", "n": n, "copies": [n] * 700}


def main() -> None:
    path, round_, how = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    store = SqliteStore(path)
    n = 0
    while True:
        if how == "put":
            store.put(RUNS, document(f"{round_}-{n:06}", n))
            acknowledged = 1
        else:
            acknowledged = store.put_many(RUNS, [document(f"{round_}-{i:06}", i) for i in range(n, n + 40)])
        n += acknowledged
        # unbuffered and only after the write returned: what is read on the other side was acknowledged
        sys.stdout.write(f"{n}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
