"""One reader in a process of its own that forks for each file, with bounds on time and memory.

Started with `python -m tests.hostile.sandbox`; takes one JSON request a line on standard input and answers each with one line.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_SECONDS = 5
MOST_BYTES = 400 * 2**20
GRACE_SECONDS = 15
"""A file may be late by this much before its process is ended; it has failed long before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of one file. `answer` is None when something escaped; `failure` then says what."""

    answer: dict[str, Any] | None
    failure: str
    seconds: float
    extra_bytes: int


class Sandbox:
    """The parent's end of the pipe."""

    def __init__(self) -> None:
        root = Path(__file__).resolve().parents[2]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.sandbox"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
        )

    def read(self, path: Path, filename: str | None) -> Reading:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"path": str(path), "filename": filename}) + "\n")
        self._process.stdin.flush()
        return Reading(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


def memory(field: str) -> int:
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith(field))
    return int(line.split()[1]) * 1024


def serve() -> None:
    from farp.holdings import document, read_holdings
    from farp.prices.sample import load_sample

    instruments = load_sample().instruments
    document(read_holdings(b"Symbol,Quantity,Price,Value\nAAPL,26,126.37,3285.62\n", instruments=instruments))

    def read(request: dict[str, Any], pipe: int) -> None:
        data = Path(request["path"]).read_bytes()
        with open("/proc/self/clear_refs", "w", encoding="ascii") as references:
            references.write("5")  # forget the peak of the parent
        before = memory("VmRSS")
        # twice the allowance, so that what exceeds it is measured and named instead of dying in the allocator
        resource.setrlimit(resource.RLIMIT_AS, (memory("VmSize") + 2 * MOST_BYTES, resource.RLIM_INFINITY))
        signal.alarm(MOST_SECONDS + GRACE_SECONDS)
        start = time.process_time()
        answer = None
        try:
            answer = document(read_holdings(data, filename=request["filename"], instruments=instruments))
        finally:  # whatever escapes is what the test looks for: it goes into the answer, and the process ends here
            seconds, extra = time.process_time() - start, memory("VmHWM") - before
            failure = traceback.format_exc()[-3000:] if answer is None else ""
            signal.alarm(0)
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            with os.fdopen(pipe, "w") as out:
                json.dump({"answer": answer, "failure": failure, "seconds": seconds, "extra_bytes": extra}, out)
            os._exit(0)

    for line in sys.stdin:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            read(json.loads(line), writer)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            text = pipe.read()
        _, status = os.waitpid(child, 0)
        if not text:
            ended = f"ended by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "ended without an answer"
            text = json.dumps({"answer": None, "failure": ended, "seconds": float(MOST_SECONDS + GRACE_SECONDS), "extra_bytes": 0})
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
