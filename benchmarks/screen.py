"""Page changes and the cold start in a real browser (measured by `benchmarks.browser`) as lines of the table."""

from __future__ import annotations

import shutil

from benchmarks.measure import Row, milliseconds

TARGET_RATIO = 2.0
TARGET_START_SECONDS = 6.0


def rows(_: int) -> list[Row]:
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        return [Row(what="browser: left out, there is no chromium on this machine", measured="-", floor="-", ratio=None, target="-", ok=None)]
    from benchmarks.browser import cold_start, page_changes

    changes = [
        Row(
            what=f"page change to {change.name}",
            measured=f"{milliseconds(change.first)} (complete {milliseconds(change.rests)}, drawn {milliseconds(change.drawn)})",
            floor=f"{milliseconds(change.floor_first)} to an empty page",
            ratio=change.first / change.floor_first,
            target=f"<= {TARGET_RATIO:.0f}x floor",
            ok=change.first <= TARGET_RATIO * change.floor_first,
        )
        for change in page_changes()
    ]
    seconds = cold_start()
    start = Row(
        what="cold start to the first usable page",
        measured=f"{seconds:.1f} s",
        floor="-",
        ratio=None,
        target=f"<= {TARGET_START_SECONDS:.0f} s",
        ok=seconds <= TARGET_START_SECONDS,
    )
    return [*changes, start]
