"""`farp sensitivity`."""

from __future__ import annotations

from typing import Annotated

import typer

from farp import parameters
from farp.cli import options

Grid = Annotated[
    str | None, typer.Option(metavar="FACTOR,FACTOR", help="Two factors to move together, such as Market,Rates.", show_default="no grid")
]


def sensitivity(
    id: options.Id = None,
    factors: options.Factors = None,
    grid: Grid = None,
    lookback: options.Lookback = "252",
    as_of: options.AsOf = None,
    json: options.Json = False,
) -> None:
    """Show what is gained or lost when a factor moves, and which positions are behind it."""
    from farp.analysis.alignment import chosen_factors
    from farp.analysis.sensitivity import sensitivities
    from farp.report.documents.sensitivity import sensitivity_document
    from farp.report.terminals.sensitivity import sensitivity_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    key, day = options.portfolio_id(id), options.day(as_of)
    days = options.parsed(lambda: parameters.lookback(lookback, "--lookback"))
    with open_desk(load_settings()) as desk:
        chosen = options.parsed(lambda: chosen_factors(parameters.tickers(factors), desk.history)) if factors is not None else None
        names = parameters.tickers(grid) if grid is not None else None
        window = desk.window(key, day, days, extra_days=None)
        result = options.parsed(lambda: sensitivities(window, desk.history, chosen, names))
    options.show(json, lambda: sensitivity_document(result), lambda: sensitivity_tables(result))
