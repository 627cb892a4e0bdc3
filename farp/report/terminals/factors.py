"""The factor analysis in depth for a terminal: one row for each factor, then the holdings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from farp.analysis.factors import PortfolioFactors, RollingLoadings
from farp.engine.factor_model import CovarianceEstimator
from farp.format import day, money, number, percent
from farp.market import as_date
from farp.report.terminals.common import facts_table, heading, literal_row, literal_table, plain_text, remarks

HOLDINGS = 10


def factors_tables(result: PortfolioFactors, rolling: RollingLoadings | None = None) -> Iterator[RenderableType]:
    """Yield heading, summary, factors, the holdings with the largest shares, rolling loadings when there are any, and what to watch."""
    window, analysis, fit = result.window, result.factors, result.portfolio
    currency, shares = window.base_currency, analysis.contributions
    yield from heading(window)
    covariance = "sample"
    if analysis.estimator is CovarianceEstimator.LEDOIT_WOLF:
        covariance = f"Ledoit-Wolf, shrunk by {percent(analysis.shrinkage)}"
    yield facts_table(
        [
            ("Systematic", f"{percent(shares.systematic)} of variance"),
            ("Specific", f"{percent(shares.specific)} of variance"),
            ("R²", percent(float(fit.r_squared[0]))),
            ("Covariance", covariance),
            ("Common days", str(analysis.regression.observations)),
        ]
    )
    table = literal_table(
        "Factor",
        ("Share of variance", "right"),
        ("Loading", "right"),
        ("t", "right"),
        ("P&L for +1 %", "right"),
        ("Variance inflation", "right"),
    )
    for k, factor in enumerate(analysis.factors.factors):
        exposure = float(analysis.exposures[k])
        inflation = float(result.collinearity.variance_inflation[k])
        literal_row(
            table,
            factor.name,
            percent(float(shares.by_factor[k])),
            number(window.of_value(exposure)),
            number(float(fit.t_statistics[0, k]), 1),
            money(exposure / 100.0, currency),
            "exactly dependent" if np.isinf(inflation) else number(inflation, 1),
        )
    yield table
    holdings = literal_table("Holding", ("Share of variance", "right"), ("Specific", "right"), ("R²", "right"))
    largest = np.argsort(-np.abs(np.nan_to_num(shares.by_position)), kind="stable")[:HOLDINGS]
    for i in largest.tolist():
        literal_row(
            holdings,
            window.holdings[i].ticker,
            percent(float(shares.by_position[i])),
            percent(float(shares.shares[i, -1])),
            percent(float(analysis.regression.r_squared[i]), 0),
        )
    yield holdings
    if rolling is not None:
        yield _rolling(rolling)
    for sentence in result.findings:
        yield Text(plain_text(sentence))
    yield from remarks(window)


def _rolling(result: RollingLoadings) -> RenderableType:
    """Return first, lowest, highest and last loading of each factor."""
    unit = f" [{result.window.base_currency}]" if result.in_money else ""
    first, last = day(as_date(result.dates[0])), day(as_date(result.dates[-1]))
    table = literal_table(f"Rolling {result.window_days} days{unit}", (first, "right"), ("lowest", "right"), ("highest", "right"), (last, "right"))
    decimals = 0 if result.in_money else 2
    for name, values in zip(result.factors.names, result.loadings.T, strict=True):
        known = values[np.isfinite(values)]
        ends = (values[0], known.min() if len(known) else np.nan, known.max() if len(known) else np.nan, values[-1])
        literal_row(table, name, *(number(float(value), decimals) for value in ends))
    return table
