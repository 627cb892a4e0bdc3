"""Options that many commands share, and the way every command of a topic ends: tables, or with `--json` the API's document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from farp import parameters
from farp.errors import InvalidInput

if TYPE_CHECKING:
    from rich.console import RenderableType

T = TypeVar("T")

Id = Annotated[str | None, typer.Argument(help="Id of a portfolio, as listed by `farp portfolios`.", show_default="the default portfolio")]
AsOf = Annotated[str | None, typer.Option(metavar="DATE", help="Day of the analysis, YYYY-MM-DD.", show_default="the last day")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, as the API does.")]
Lookback = Annotated[str, typer.Option(metavar="DAYS", help="Trading days the figures rest on, 60 or more, or all.")]
Confidence = Annotated[str, typer.Option(metavar="PERCENT", help="Confidence, 90 to 99.9.")]
Horizon = Annotated[str, typer.Option(metavar="DAYS", help="Horizon in trading days, 1 to 60.")]
Rule = Annotated[str, typer.Option(metavar="RULE", help="How the quantile is read: linear, order_statistic or centered.")]
Factors = Annotated[
    str | None, typer.Option(metavar="TICKERS", help="Tickers to explain the holdings by, separated by commas.", show_default="the house's factors")
]


class MistypedArgument(InvalidInput):
    """A word on the command line cannot be used."""


def parsed(parse: Callable[[], T]) -> T:
    """Return what `parse` gives; what it cannot use is a mistyped argument."""
    try:
        return parse()
    except InvalidInput as error:
        raise MistypedArgument(str(error)) from None


def portfolio_id(id: str | None) -> str | None:
    """Return the id; an empty one is a mistyped argument."""
    if id == "":
        raise MistypedArgument("The portfolio id is empty; leave it out for the default portfolio.")
    return id


def day(as_of: str | None) -> dt.date | None:
    """Return the day `--as-of` names."""
    return parsed(lambda: parameters.date(as_of, "--as-of")) if as_of is not None else None


def show(json: bool, document: Callable[[], Any], tables: Callable[[], Iterable[RenderableType]]) -> None:
    """Print the document as JSON, or the tables; only the one that is wanted is made."""
    from farp.cli.output import console, print_json

    if json:
        print_json(document())
        return
    out = console()
    for part in tables():
        out.print(part)
