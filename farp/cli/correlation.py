"""`farp correlation`."""

from __future__ import annotations

from farp import parameters
from farp.cli import options


def correlation(id: options.Id = None, lookback: options.Lookback = "252", as_of: options.AsOf = None, json: options.Json = False) -> None:
    """Show which holdings move together, and how much spreading helps."""
    from farp.analysis.correlation import correlations
    from farp.report.documents.correlation import correlation_document
    from farp.report.terminals.correlation import correlation_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    key, day = options.portfolio_id(id), options.day(as_of)
    days = options.parsed(lambda: parameters.lookback(lookback, "--lookback"))
    with open_desk(load_settings()) as desk:
        result = correlations(desk.window(key, day, days))
    options.show(json, lambda: correlation_document(result), lambda: correlation_tables(result))
