"""Where the commands print."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console


def console() -> Console:
    """Return a console for standard output that takes stored names literally and never cuts a line short in a pipe."""
    import io

    from rich.console import Console

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without a minus sign shows "?" rather than nothing
    shown = Console(markup=False, emoji=False, highlight=False)
    return shown if shown.is_terminal else Console(markup=False, emoji=False, highlight=False, width=200)


def print_json(document: Any) -> None:
    """Print `document` with full precision; NaN and infinity are a mistake of ours and refused."""
    import json

    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


@contextmanager
def progress(what: str, *, shown: bool = True) -> Iterator[Callable[[int, int], None]]:
    """Draw a bar with rate and time left on a terminal; yield a function that takes how many are done and of how many."""
    import time

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    errors = Console(stderr=True)  # what is printed at the end may go into a file
    if not shown or not errors.is_terminal:
        yield lambda done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task, start = bar.add_task(what, total=None, rate=""), time.monotonic()

        def advance(done: int, total: int) -> None:
            passed = time.monotonic() - start
            bar.update(task, completed=done, total=total, rate=f"{done / passed:,.0f} a second" if done and passed > 0 else "")

        yield advance
