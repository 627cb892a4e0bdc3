"""`farp refresh`, `farp worker` and `farp runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from farp.cli import options

if TYPE_CHECKING:
    from farp.jobs.runs import Run

Owner = Annotated[str | None, typer.Option(metavar="ID", help="Only the portfolios of this owner.")]
OnePortfolio = Annotated[str | None, typer.Option("--portfolio", metavar="ID", help="Only this portfolio.")]
Force = Annotated[bool, typer.Option("--force", help="Compute also what is current.")]
Workers = Annotated[
    str | None,
    typer.Option(metavar="WHERE", help="local: this process and its cores; celery: workers.", show_default="celery when CELERY_BROKER_URL is set"),
]

WORKERS = ("local", "celery")
INTERRUPTED = 130


def refresh(
    owner: Owner = None,
    portfolio: OnePortfolio = None,
    as_of: options.AsOf = None,
    force: Force = False,
    workers: Workers = None,
    json: options.Json = False,
) -> None:
    """Compute the risk of every portfolio and keep it; what is current is left alone. Ctrl+C stops, and the next run goes on from there."""
    from farp.cli.output import progress
    from farp.jobs import local
    from farp.jobs.documents import run_document
    from farp.jobs.runs import Request
    from farp.jobs.terminal import run_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    if owner is not None and portfolio is not None:
        raise options.MistypedArgument("Give --owner or --portfolio, not both.")
    if workers not in {None, *WORKERS}:
        raise options.MistypedArgument(f"--workers must be {' or '.join(WORKERS)}, got {workers!r}.")
    request = Request(as_of=options.day(as_of), owner=owner, portfolio=portfolio, force=force)
    settings = load_settings()
    on_workers = workers == "celery" or (workers is None and settings.celery_broker_url is not None)
    try:
        with open_desk(settings) as desk, progress("Portfolios' owners", shown=not json) as advance:

            def heard(run: Run) -> None:
                advance(run.users_done, run.users)

            if on_workers:
                from farp.jobs import worker as celery_workers

                run = celery_workers.refresh(desk, request, on_progress=heard, on_waiting=_nobody_comes)
            else:
                run = local.refresh(desk, request, on_progress=heard)
    except KeyboardInterrupt:
        typer.echo("farp: Stopped. What is computed is kept; run `farp refresh` again to do the rest.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    options.show(json, lambda: run_document(run), lambda: run_tables(run))
    if run.state != "finished":
        raise typer.Exit(1)


def _nobody_comes() -> None:
    typer.echo("farp: No worker has begun yet; start one with `farp worker`, or stop with Ctrl+C and use --workers local.", err=True)


def worker(
    beat: Annotated[bool, typer.Option("--beat", help="Also begin the nightly run, at REFRESH_AT; one worker of all should.")] = False,
    concurrency: Annotated[int | None, typer.Option(min=1, max=256, help="Processes.", show_default="one a core")] = None,
) -> None:
    """Take work from the broker that CELERY_BROKER_URL names, until Ctrl+C; start as many as you like, on as many machines."""
    from farp.jobs.worker import work
    from farp.settings import load_settings

    status = work(load_settings(), concurrency=concurrency, beat=beat, on_ready=lambda sentence: typer.echo(f"farp: {sentence}", err=True))
    if status:
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
