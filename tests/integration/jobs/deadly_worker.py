"""A worker whose process dies as if it ran out of memory as soon as it computes the portfolio `deadly.*`, or fails unexpectedly for `buggy.*`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from farp.analysis.book_depth import Depth
from farp.jobs import chunk
from farp.jobs.worker import work
from farp.settings import load_settings

whole = chunk.depth_document


def dies(depth: Depth) -> Any:
    if depth.portfolio.id.startswith("deadly."):
        os.kill(os.getpid(), signal.SIGKILL)
    if depth.portfolio.id.startswith("buggy."):
        raise TypeError("a mistake of ours")
    return whole(depth)


chunk.depth_document = dies  # type: ignore[assignment]
work(load_settings(), concurrency=int(sys.argv[-1]), beat=False, on_ready=lambda sentence: sys.stderr.write(f"{sentence}\n"))
