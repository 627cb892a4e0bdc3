"""`farp performance`."""

from __future__ import annotations

from typing import Annotated

import typer

from farp import parameters
from farp.cli import options

Rolling = Annotated[
    str | None,
    typer.Option(metavar="DAYS", help="With --json: also the figures of every 20, 60 or 252 days in a row.", show_default="none"),
]


def performance(
    id: options.Id = None, lookback: options.Lookback = "252", rolling: Rolling = None, as_of: options.AsOf = None, json: options.Json = False
) -> None:
    """Show how today's holdings would have done, beside the benchmark."""
    from farp.analysis.performance import EXTRA_DAYS, ROLLING_WINDOWS, performance_of
    from farp.report.documents.performance import performance_document
    from farp.report.terminals.performance import performance_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    key, day = options.portfolio_id(id), options.day(as_of)
    days = options.parsed(lambda: parameters.lookback(lookback, "--lookback"))
    allowed = tuple(str(window) for window in ROLLING_WINDOWS)
    span = int(options.parsed(lambda: parameters.one_of(rolling, "--rolling", allowed, " days"))) if rolling is not None else None
    with open_desk(load_settings()) as desk:
        window = desk.window(key, day, days, extra_days=EXTRA_DAYS)
        result = performance_of(window, desk.history, desk.settings.risk_free_rate, rolling_window=span)
    options.show(json, lambda: performance_document(result), lambda: performance_tables(result))
