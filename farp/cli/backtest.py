"""`farp backtest`."""

from __future__ import annotations

from typing import Annotated

import typer

from farp import parameters
from farp.cli import options


def backtest(
    id: options.Id = None,
    method: Annotated[
        str, typer.Option(metavar="METHOD", help="fast, all (with Monte Carlo and GARCH, some seconds), or one method's name.")
    ] = "fast",
    confidence: options.Confidence = "99",
    days: Annotated[str, typer.Option(metavar="DAYS", help="Days to test, 60 to 1000.")] = "250",
    lookback: Annotated[str, typer.Option(metavar="DAYS", help="Days behind each forecast, 60 to 2520.")] = "252",
    as_of: options.AsOf = None,
    json: options.Json = False,
) -> None:
    """Test VaR methods against what today's holdings would have lost, and rank them."""
    from farp.analysis.backtest import ALL, FAST, FEWEST_DAYS, LONGEST_LOOKBACK, MOST_DAYS, SHORTEST_LOOKBACK, backtests
    from farp.engine.methods import METHODS
    from farp.report.documents.backtest import backtest_document
    from farp.report.terminals.backtest import backtest_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    key, day = options.portfolio_id(id), options.day(as_of)
    choice = options.parsed(lambda: parameters.one_of(method, "--method", (FAST, ALL, *METHODS)))
    level = options.parsed(lambda: parameters.confidence(confidence, "--confidence"))
    tested = options.parsed(lambda: parameters.whole(days, "--days", FEWEST_DAYS, MOST_DAYS))
    behind = options.parsed(lambda: parameters.whole(lookback, "--lookback", SHORTEST_LOOKBACK, LONGEST_LOOKBACK, " days"))
    with open_desk(load_settings()) as desk:
        result = backtests(desk.window(key, day, behind, tested), choice, level, tested, behind)
    options.show(json, lambda: backtest_document(result), lambda: backtest_tables(result))
