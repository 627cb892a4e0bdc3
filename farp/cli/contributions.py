"""`farp contributions`."""

from __future__ import annotations

from typing import Annotated

import typer

from farp import parameters
from farp.cli import options


def contributions(
    id: options.Id = None,
    by: Annotated[str, typer.Option(metavar="WHAT", help="position, sector, asset_class, currency, country or factor.")] = "position",
    view: Annotated[str, typer.Option(metavar="VIEW", help="historical (the worst days) or parametric (a normal distribution).")] = "historical",
    group: Annotated[
        str | None, typer.Option(metavar="NAME", help="Show the holdings inside this sector, factor, …", show_default="the whole portfolio")
    ] = None,
    confidence: options.Confidence = "95",
    lookback: options.Lookback = "252",
    factors: options.Factors = None,
    as_of: options.AsOf = None,
    json: options.Json = False,
) -> None:
    """Show who causes the risk: each part's share, component, marginal and incremental VaR, and component ES."""
    from farp.analysis.alignment import chosen_factors
    from farp.analysis.contributions import Breakdown, View
    from farp.analysis.contributions import contributions as analysed
    from farp.report.documents.contributions import contributions_document
    from farp.report.terminals.contributions import contributions_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    key, day = options.portfolio_id(id), options.day(as_of)
    breakdown = Breakdown(options.parsed(lambda: parameters.one_of(by, "--by", tuple(Breakdown))))
    seen = View(options.parsed(lambda: parameters.one_of(view, "--view", tuple(View))))
    level = options.parsed(lambda: parameters.confidence(confidence, "--confidence"))
    days = options.parsed(lambda: parameters.lookback(lookback, "--lookback"))
    with open_desk(load_settings()) as desk:
        chosen = options.parsed(lambda: chosen_factors(parameters.tickers(factors), desk.history)) if factors is not None else None
        result = analysed(desk.window(key, day, days), desk.history, breakdown, seen, level, chosen, group)
    options.show(json, lambda: contributions_document(result), lambda: contributions_tables(result))
