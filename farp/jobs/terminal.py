"""Runs for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.text import Text

from farp.format import day, number
from farp.jobs.runs import Run
from farp.report.terminals.common import literal_row, literal_table, plain_text

FAILURES_SHOWN = 10


def run_sentence(run: Run) -> str:
    """Return in one sentence how a run went."""
    computed, current, failed, changed = (run.total(what) for what in ("computed", "current", "failed", "changed"))
    parts = [f"{computed:,} portfolio{'' if computed == 1 else 's'} computed in {number(run.seconds, 1)} s"]
    if current:
        parts.append(f"{current:,} {'was' if current == 1 else 'were'} current")
    if changed:
        parts.append(f"{changed:,} changed meanwhile and {'waits' if changed == 1 else 'wait'} for the next run")
    if failed:
        parts.append(f"{failed:,} could not be computed")
    how = {"finished": "", "failed": " Some owners were given up.", "interrupted": " It was interrupted.", "running": " It is still running."}[
        run.state
    ]
    prices = f" Prices of {day(run.price_date)}." if run.price_date else ""
    return f"{', '.join(parts)}.{prices}{how}"


def run_tables(run: Run) -> Iterator[RenderableType]:
    """Yield the sentence, and the first failures with their reasons."""
    yield Text(run_sentence(run))
    if not run.failures:
        return
    table = literal_table("Not computed", "Why")
    for failure in run.failures[:FAILURES_SHOWN]:
        literal_row(table, failure.portfolio_id, failure.reason)
    yield table
    more = max(run.total("failed"), len(run.failures)) - min(len(run.failures), FAILURES_SHOWN)
    if more > 0:
        yield Text(plain_text(f"and {more:,} more; --json lists them."))


def runs_tables(runs: Iterable[Run]) -> Iterator[RenderableType]:
    """Yield the list of runs."""
    table = literal_table(
        "Run", "State", "Started", ("Seconds", "right"), ("Computed", "right"), ("Current", "right"), ("Failed", "right"), "Prices of"
    )
    for run in runs:
        literal_row(
            table,
            run.id,
            run.state,
            f"{run.started_at:%Y-%m-%d %H:%M} UTC",
            number(run.seconds, 1),
            f"{run.total('computed'):,}",
            f"{run.total('current'):,}",
            f"{run.total('failed'):,}",
            day(run.price_date) if run.price_date else "",
        )
    yield table
