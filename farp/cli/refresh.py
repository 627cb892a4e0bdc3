"""`farp refresh` and `farp runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from farp.cli import options

if TYPE_CHECKING:
    from farp.jobs.runs import Run

Owner = Annotated[str | None, typer.Option(metavar="ID", help="Only the portfolios of this owner.")]
OnePortfolio = Annotated[str | None, typer.Option("--portfolio", metavar="ID", help="Only this portfolio.")]
Force = Annotated[bool, typer.Option("--force", help="Compute also what is current.")]

INTERRUPTED = 130


def refresh(
    owner: Owner = None, portfolio: OnePortfolio = None, as_of: options.AsOf = None, force: Force = False, json: options.Json = False
) -> None:
    """Compute the risk of every portfolio and keep it; what is current is left alone. Ctrl+C stops, and the next run goes on from there."""
    from farp.cli.output import progress
    from farp.jobs.documents import run_document
    from farp.jobs.local import refresh as refresh_book
    from farp.jobs.runs import Request
    from farp.jobs.terminal import run_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    if owner is not None and portfolio is not None:
        raise options.MistypedArgument("Give --owner or --portfolio, not both.")
    request = Request(as_of=options.day(as_of), owner=owner, portfolio=portfolio, force=force)
    try:
        with open_desk(load_settings()) as desk, progress("Portfolios' owners", shown=not json) as advance:

            def heard(run: Run) -> None:
                advance(run.users_done, run.users)

            run = refresh_book(desk, request, on_progress=heard)
    except KeyboardInterrupt:
        typer.echo("farp: Stopped. What is computed is kept; run `farp refresh` again to do the rest.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    options.show(json, lambda: run_document(run), lambda: run_tables(run))
    if run.state == "failed":
        raise typer.Exit(1)


def runs(json: options.Json = False) -> None:
    """List the last runs of the book."""
    from farp.jobs.documents import runs_document
    from farp.jobs.runs import latest
    from farp.jobs.terminal import runs_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    with open_desk(load_settings()) as desk:
        found = latest(desk.store)
    options.show(json, lambda: runs_document(found), lambda: runs_tables(found))
