"""`farp factors`."""

from __future__ import annotations

from typing import Annotated

import typer

from farp import parameters
from farp.cli import options

Covariance = Annotated[str, typer.Option(metavar="HOW", help="How the factors' covariance is estimated: sample or ledoit_wolf.")]
Rolling = Annotated[
    str | None, typer.Option(metavar="DAYS", help="Also show loadings over rolling windows of so many days.", show_default="not shown")
]


def factors(
    id: options.Id = None,
    factors: options.Factors = None,
    covariance: Covariance = "sample",
    rolling: Rolling = None,
    lookback: options.Lookback = "252",
    as_of: options.AsOf = None,
    json: options.Json = False,
) -> None:
    """Show which common factors drive the portfolio, and how far they can be told apart."""
    from farp.analysis.alignment import chosen_factors
    from farp.analysis.factors import LONGEST_ROLLING_WINDOW, SHORTEST_ROLLING_WINDOW, portfolio_factors, rolling_loadings
    from farp.engine.factor_model import CovarianceEstimator
    from farp.report.documents.factors import factors_document
    from farp.report.terminals.factors import factors_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    key, day = options.portfolio_id(id), options.day(as_of)
    days = options.parsed(lambda: parameters.lookback(lookback, "--lookback"))
    estimators = tuple(value.value for value in CovarianceEstimator)
    estimator = CovarianceEstimator(options.parsed(lambda: parameters.one_of(covariance, "--covariance", estimators)))
    width = None
    if rolling is not None:
        width = options.parsed(lambda: parameters.whole(rolling, "--rolling", SHORTEST_ROLLING_WINDOW, LONGEST_ROLLING_WINDOW, " days"))
    with open_desk(load_settings()) as desk:
        chosen = options.parsed(lambda: chosen_factors(parameters.tickers(factors), desk.history)) if factors is not None else None
        window = desk.window(key, day, days, extra_days=None)
        result = portfolio_factors(window, desk.history, chosen, estimator)
        rolled = rolling_loadings(window, desk.history, chosen, width) if width is not None else None
    options.show(json, lambda: factors_document(result, rolled), lambda: factors_tables(result, rolled))
