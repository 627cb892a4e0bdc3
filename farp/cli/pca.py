"""`farp pca`."""

from __future__ import annotations

from farp import parameters
from farp.cli import options


def pca(id: options.Id = None, lookback: options.Lookback = "252", as_of: options.AsOf = None, json: options.Json = False) -> None:
    """Show how many independent movements the holdings have, and which of them the portfolio rides on."""
    from farp.analysis.pca import portfolio_components
    from farp.report.documents.pca import pca_document
    from farp.report.terminals.pca import pca_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    key, day = options.portfolio_id(id), options.day(as_of)
    days = options.parsed(lambda: parameters.lookback(lookback, "--lookback"))
    with open_desk(load_settings()) as desk:
        result = portfolio_components(desk.window(key, day, days))
    options.show(json, lambda: pca_document(result), lambda: pca_tables(result))
