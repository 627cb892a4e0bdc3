"""Where the commands print."""

from __future__ import annotations

import sys
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
