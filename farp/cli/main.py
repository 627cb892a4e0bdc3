"""The `farp` command. A command parses, makes one call, shows the answer; a `FarpError` becomes one sentence."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from farp.cli import backtest, contributions, correlation, factors, pca, performance, refresh, sensitivity, stress, value_at_risk
from farp.cli import prices as prices_commands
from farp.cli.options import AsOf, Id, Json, MistypedArgument, day, portfolio_id
from farp.cli.output import console, print_json
from farp.errors import FarpError, InvalidInput, NoPortfolios
from farp.processes import one_thread_for_linear_algebra

if TYPE_CHECKING:
    from farp.supervisor import Child

UI_PORT = 8501
API_PORT = 8000


class _OneSentence(TyperGroup):
    """Shows a `FarpError` of any command as one sentence, exit status 1; 2 for a mistyped argument, as for any other misuse."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except FarpError as error:
            typer.echo(f"farp: {error}", err=True)
            raise typer.Exit(2 if isinstance(error, MistypedArgument) else 1) from None


app = typer.Typer(cls=_OneSentence, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Portfolio risk exposure analysis: what could I lose, and because of what?"""
    one_thread_for_linear_algebra()


@app.command()
def serve(
    ui_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the user interface.")] = UI_PORT,
    api_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the REST API.")] = API_PORT,
    host: Annotated[str, typer.Option(help="Address to listen on; 127.0.0.1 can be reached from this machine only.")] = "127.0.0.1",
    open_browser: Annotated[
        bool | None, typer.Option("--open/--no-open", help="Open the page in a browser; by default on a desktop, from a terminal.")
    ] = None,
) -> None:
    """Start the user interface and the REST API; Ctrl+C stops both."""
    from farp.settings import load_settings
    from farp.supervisor import require_free_port, supervise
    from farp.ui.server import app_script

    settings = load_settings()
    if ui_port == api_port:
        raise typer.BadParameter(f"The user interface and the API cannot share port {ui_port}; change --ui-port or --api-port.")
    require_free_port(host, ui_port, option="--ui-port")
    require_free_port(host, api_port, option="--api-port")
    app_script()
    children = _children(host, ui_port, api_port)

    def announce() -> None:
        typer.echo("FARP is ready. Press Ctrl+C to stop it.\n")
        for child in children:
            typer.echo(f"  {child.name:<16} {child.url}")
        typer.echo("")
        if open_browser or (open_browser is None and _on_a_desktop()):
            import webbrowser

            webbrowser.open(children[0].url)

    try:
        from farp.service import seed_if_empty

        seed_if_empty(settings)
    except KeyboardInterrupt:  # stopped on purpose while nothing runs yet
        return
    # Set in some shells and containers; it would make every start compile every module again.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    supervise(children, on_ready=announce, environment=environment | {"PYTHONUNBUFFERED": "1"})


def _children(host: str, ui_port: int, api_port: int) -> tuple[Child, Child]:
    from farp.supervisor import Child

    def command(factory: str, port: int, *options: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "farp.serving", factory, "--host", host, "--port", str(port), "--end-with-parent", *options)

    return (
        Child(
            name="user interface",
            command=command("farp.ui.server:create_app", ui_port, "--websockets"),
            host=host,
            port=ui_port,
            ready_path="/_stcore/health",
        ),
        Child(name="API", command=command("farp.api.app:create_app", api_port), host=host, port=api_port, ready_path="/api/v1/health"),
    )


def _on_a_desktop() -> bool:
    """Return whether a person sits at a terminal of a graphical session, so that a browser window makes sense."""
    graphical = sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return graphical and sys.stdout.isatty()


@app.command()
def seed(
    users: Annotated[int | None, typer.Option(min=1, help="How many demo users.", show_default="24")] = None,
    seed: Annotated[int | None, typer.Option(help="Another number makes other users.", show_default="7")] = None,
) -> None:
    """Make demo users with portfolios of real tickers; users that are there already are left as they are."""
    from farp.service import DEMO_SEED, DEMO_USERS, open_desk
    from farp.settings import load_settings

    with open_desk(load_settings()) as desk:
        outcome = desk.seed(users if users is not None else DEMO_USERS, seed if seed is not None else DEMO_SEED)
    typer.echo(f"Made {outcome.created} demo users; {outcome.existing} were there already.")


@app.command()
def portfolios(json: Annotated[bool, typer.Option("--json", help="Print JSON, as the API does.")] = False) -> None:
    """List the portfolios."""
    from farp.service import open_desk
    from farp.settings import load_settings

    with open_desk(load_settings()) as desk:
        everything = desk.portfolios()
        default = desk.default_portfolio_id() if everything else None
    if json:
        from farp.report.documents.report import portfolios_document

        print_json(portfolios_document(everything, default))
        return
    if not everything:
        raise NoPortfolios
    from farp.report.terminals.report import portfolios_table

    console().print(portfolios_table(everything))


@app.command()
def risk(id: Id = None, as_of: AsOf = None, json: Json = False) -> None:
    """Show what a portfolio could lose, and because of what."""
    from farp.service import open_desk
    from farp.settings import load_settings

    key, on = portfolio_id(id), day(as_of)
    with open_desk(load_settings()) as desk:
        report = desk.report(key, on)
    if json:
        from farp.report.documents.report import metrics_document

        print_json(metrics_document(report))
        return
    from farp.report.terminals.report import risk_tables

    out = console()
    for part in risk_tables(report):
        out.print(part)


for _topic in (
    backtest.backtest,
    contributions.contributions,
    correlation.correlation,
    factors.factors,
    pca.pca,
    performance.performance,
    sensitivity.sensitivity,
    stress.stress,
    stress.reverse_stress,
    value_at_risk.var,
    refresh.refresh,
    refresh.worker,
    refresh.runs,
):
    app.command()(_topic)


app.add_typer(prices_commands.app, name="prices")


@app.command(name="import")
def import_(
    file: Annotated[str, typer.Argument(help="A positions file of a broker, custodian or spreadsheet; - reads standard input.")],
    name: Annotated[str | None, typer.Option(help="Name of the portfolio.", show_default="the file's name")] = None,
    owner: Annotated[str | None, typer.Option(help="Id of its owner.", show_default="me")] = None,
    answer: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="Answer to a question; may be given several times.")] = None,
    portfolio_value: Annotated[
        str | None, typer.Option(metavar="N", help="What the whole portfolio is worth in the base currency, for a file of weights.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="Day whose prices turn values and weights into units, YYYY-MM-DD.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a portfolio of that name.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what was understood, save nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, as the API's import.")] = False,
) -> None:
    """Read a holdings file and save it as a portfolio. Exit status: 0 done, 2 it needs answers, 1 an error."""
    from farp import parameters
    from farp.service import DEFAULT_OWNER, answered, assumptions, name_from_file, open_desk
    from farp.settings import load_settings

    settings = load_settings()
    answers = parameters.answers(answer or (), "--answer")
    worth = parameters.amount(portfolio_value, "--portfolio-value") if portfolio_value is not None else None
    day = parameters.date(as_of, "--as-of") if as_of is not None else None
    data = _input(file, settings.upload_bytes)
    filename = None if file == "-" else os.path.basename(file)
    with open_desk(settings) as desk:
        reading = answered(lambda given: desk.read_holdings(data, filename, given), answers, portfolio_value=worth, as_of=day)
        more: dict[str, Any] = {}
        if reading.outcome not in {"error", "needs_user"}:
            positions, unresolved = desk.positions_of(reading, as_of=day, portfolio_value=worth)
            more["unresolved"] = [{"label": item.label, "lines": list(item.lines), "message": item.message} for item in unresolved]
            more["notes"] = list(assumptions(reading, desk.history, base_currency=settings.base_currency, as_of=day))
            if not dry_run:
                title = name if name is not None else name_from_file(filename)
                more["portfolio_id"] = desk.save_portfolio(title, positions, owner=owner or DEFAULT_OWNER, replace=replace).id
    if json:
        from farp.holdings import document

        print_json({**document(reading), **{key: value for key, value in more.items() if value}})
    elif reading.error is not None:
        raise InvalidInput(reading.error)
    else:
        from farp.report.terminals.holdings import holdings_tables, outcome_lines

        out = console()
        for part in holdings_tables(reading, filename or "standard input"):
            out.print(part)
        for line in outcome_lines(reading, dry_run=dry_run, **more):
            out.print(line)
    if reading.outcome in {"error", "needs_user"}:
        raise typer.Exit(1 if reading.outcome == "error" else 2)


@app.command()
def export(
    id: Annotated[str, typer.Argument(help="Id of a portfolio, as listed by `farp portfolios`.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="File to write; - is standard output.")] = "-",
) -> None:
    """Write a portfolio's positions as CSV that imports back to the same portfolio."""
    from farp.service import export_csv, open_desk
    from farp.settings import load_settings

    with open_desk(load_settings()) as desk:
        text = export_csv(desk.portfolio(id), desk.history)
    if output == "-":
        sys.stdout.flush()
        typer.echo(text.encode("utf-8"), nl=False)
        return
    try:
        with open(output, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise InvalidInput(f"The file {output} cannot be written ({error.strerror}); choose another place with -o.") from None
    typer.echo(f"Wrote {id} to {output}.")


@app.command()
def delete(
    id: Annotated[str, typer.Argument(help="Id of a portfolio, as listed by `farp portfolios`.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a portfolio."""
    from farp.report.terminals.common import plain_text
    from farp.service import open_desk
    from farp.settings import load_settings

    with open_desk(load_settings()) as desk:
        portfolio = desk.portfolio(id)
        if not yes:
            if not sys.stdin.isatty():
                raise InvalidInput(f"Nobody can be asked whether to remove {id}; say so with --yes.")
            count = len(portfolio.positions)
            question = f"Remove {plain_text(portfolio.name)} ({id}) with {count} position{'' if count == 1 else 's'}?"
            if not typer.confirm(question):
                typer.echo("Nothing was removed.")
                raise typer.Exit(1)
        desk.delete_portfolio(id)
    typer.echo(f"Removed {id}.")


@app.command()
def check() -> None:
    """Show what is configured, which store and price source are used, and how fresh the prices are."""
    import datetime as dt

    from farp.format import day, percent
    from farp.report.terminals.common import facts_table
    from farp.service import open_desk
    from farp.settings import load_settings

    with open_desk(load_settings()) as desk:
        status = desk.status()
        try:
            default = desk.portfolio(desk.default_portfolio_id())
        except NoPortfolios as error:
            shown_default = str(error)
        else:
            shown_default = f"{default.id} ({default.name})"
    last = status.last_price_date
    freshness = f"{day(last)}, {(dt.date.today() - last).days:,} days ago" if last else "none yet; run `farp prices update`"
    facts = [
        ("Store", status.store),
        ("Users", f"{status.users:,}"),
        ("Price source", f"{status.source} ({status.source_label})"),
        ("Last prices", freshness),
        ("Instruments", f"{status.instruments:,}"),
        ("Benchmark", status.benchmark),
        ("Risk-free rate", percent(status.risk_free_rate, 2)),
        ("Base currency", status.base_currency),
        ("Default portfolio", shown_default),
    ]
    console().print(facts_table(facts))


def _input(file: str, limit: int) -> bytes:
    """Return the bytes of `file`, or of standard input when it is -, but no more than a little over `limit`."""
    try:
        if file == "-":
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with open(file, "rb") as opened:
                data = opened.read(limit + 1)
    except OSError as error:
        raise InvalidInput(f"The file {file} cannot be read ({error.strerror}); check its name and permissions.") from None
    if len(data) > limit:
        shown = "Standard input" if file == "-" else f"The file {file}"
        raise InvalidInput(f"{shown} is larger than the {limit / 2**20:g} MB allowed; leave out what is not a position, or raise UPLOAD_LIMIT_MB.")
    return data
