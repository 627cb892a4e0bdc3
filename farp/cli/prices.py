"""`farp prices`: bring prices up to date, see how fresh they are, and bring prices of one's own."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from farp import parameters
from farp.cli.options import Json, parsed
from farp.cli.output import console, print_json, progress
from farp.errors import InvalidInput, SourceUnavailable

app = typer.Typer(no_args_is_help=True, help="Bring prices up to date, and see how fresh they are.")

Ticker = Annotated[list[str], typer.Argument(help="Tickers.", show_default=False)]


@app.command()
def update(
    tickers: Annotated[
        str | None, typer.Option(metavar="A,B", help="Only these, separated by commas.", show_default="all that are held or needed")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="How far back history is wanted, YYYY-MM-DD.", show_default="2007-01-01 for a new ticker")
    ] = None,
    json: Json = False,
) -> None:
    """Fetch what is missing from the price source. Exit status: 0 something was fetched or nothing was missing, 1 nothing could be fetched."""
    from farp.prices.protocol import Outcome
    from farp.service import open_desk
    from farp.settings import load_settings

    chosen = parameters.tickers(tickers) if tickers is not None else None
    if chosen == ():
        raise InvalidInput("--tickers is empty; name some, separated by commas, or leave it out for all that are needed.")
    first = parsed(lambda: parameters.date(since, "--since")) if since is not None else None
    with open_desk(load_settings()) as desk, progress("Fetching prices") as told:
        outcome = desk.prices.update(chosen, first, lambda done, total, ticker: told(done, total))
    if json:
        from farp.report.documents.prices import update_document

        print_json(update_document(outcome))
    else:
        from farp.report.terminals.prices import update_tables

        out = console()
        for part in update_tables(outcome):
            out.print(part)
    if outcome.tickers and outcome.count(Outcome.FAILED) == len(outcome.tickers):
        raise SourceUnavailable(f"Nothing could be fetched: {outcome.tickers[0].message} What was stored before is still there.")


@app.command()
def status(
    everything: Annotated[bool, typer.Option("--all", help="Also stored series that nothing needs at present.")] = False, json: Json = False
) -> None:
    """Show the price source in use and how fresh every series is, with jumps and gaps to look at."""
    from farp.service import open_desk
    from farp.settings import load_settings

    with open_desk(load_settings()) as desk:
        stands, age = desk.prices.status(), desk.prices.age()
    if json:
        from farp.report.documents.prices import prices_document

        print_json(prices_document(stands))
        return
    from farp.report.terminals.prices import status_tables

    out = console()
    for part in status_tables(stands, age, everything=everything):
        out.print(part)


@app.command()
def use(source: Annotated[str, typer.Argument(help="sample or yahoo.")]) -> None:
    """Choose the price source for every process on this store; PRICE_SOURCE in the environment goes before."""
    from farp.service import open_desk
    from farp.settings import load_settings

    with open_desk(load_settings()) as desk:
        desk.prices.choose_source(source)
    typer.echo(f"Prices come from {source} from now on.")


@app.command()
def benchmark(ticker: Annotated[str, typer.Argument(help="A ticker with prices, or - for the price source's own.")]) -> None:
    """Choose what beta is measured against; BENCHMARK in the environment goes before."""
    from farp.service import open_desk
    from farp.settings import load_settings

    with open_desk(load_settings()) as desk:
        desk.prices.choose_benchmark(None if ticker == "-" else ticker)
    typer.echo(f"Beta is measured against {'the price source’s own benchmark' if ticker == '-' else ticker} from now on.")


@app.command(name="import")
def import_(
    file: Annotated[str, typer.Argument(help="A CSV file: date,ticker,close, or date and one column a ticker.")],
    currency: Annotated[
        str | None, typer.Option(metavar="CODE", help="Currency of the closes, or GBp when they are pence.", show_default="the base currency")
    ] = None,
) -> None:
    """Keep prices of one's own for what no source prices: funds, bonds, private holdings."""
    from farp.service import open_desk
    from farp.settings import load_settings

    settings = load_settings()
    try:
        with open(file, "rb") as opened:
            data = opened.read(settings.upload_bytes + 1)
    except OSError as error:
        raise InvalidInput(f"The file {file} cannot be read ({error.strerror}); check its name and permissions.") from None
    if len(data) > settings.upload_bytes:
        raise InvalidInput(f"The file {file} is larger than the {settings.upload_bytes / 2**20:g} MB allowed; split it.")
    with open_desk(settings) as desk:
        prices = desk.prices.read_own(data, os.path.basename(file), currency)
        desk.prices.save_own(prices)
    for series in prices.series:
        last = series.dates[-1].item()
        typer.echo(f"{series.ticker}: {len(series.dates):,} closes to {last.isoformat()} in {series.instrument.currency}.")
    for note in prices.notes:
        typer.echo(note)


@app.command()
def remove(tickers: Ticker) -> None:
    """Remove prices of one's own."""
    from farp.service import open_desk
    from farp.settings import load_settings

    with open_desk(load_settings()) as desk:
        desk.prices.remove_own(tickers)
    typer.echo(f"Removed the own prices of {', '.join(tickers)}.")


@app.command()
def forget(tickers: Ticker) -> None:
    """Remove what was fetched of tickers; the next update fetches them anew."""
    from farp.service import open_desk
    from farp.settings import load_settings

    with open_desk(load_settings()) as desk:
        count = desk.prices.forget(tickers)
    typer.echo(f"Removed the fetched prices of {count} of {len(tickers)} tickers.")
