"""The `farp` command. A command parses, makes one call, shows the answer; a `FarpError` becomes one sentence."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from farp.errors import FarpError

if TYPE_CHECKING:
    from farp.supervisor import Child

UI_PORT = 8501
API_PORT = 8000


class _OneSentence(TyperGroup):
    """Shows a `FarpError` of any command as one sentence, exit status 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except FarpError as error:
            typer.echo(f"farp: {error}", err=True)
            raise typer.Exit(1) from None


app = typer.Typer(cls=_OneSentence, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Portfolio risk exposure analysis: what could I lose, and because of what?"""


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


if __name__ == "__main__":
    app()
