"""A `RiskReport` as tables for a terminal, for `farp risk`. Numbers are rounded for reading; `--json` has them in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from farp.analysis import RiskReport
from farp.format import confidence, day, days, money, number, percent
from farp.portfolio import Portfolio
from farp.report.terminals.common import exclusions_table, facts_table, literal_row, literal_table, plain_text

LARGEST = 5


def risk_tables(report: RiskReport) -> Iterator[RenderableType]:
    """Yield what to print for one report: heading, VaR table, key figures, largest contributors, exclusions and notes."""
    yield Text(plain_text(report.portfolio.name), style="bold")
    yield Text(f"{plain_text(report.portfolio.id)} · {day(report.as_of)} · {report.source_label} · {report.observations} daily returns", style="dim")
    yield _value_at_risk(report)
    yield _key_figures(report)
    yield _contributors(report)
    if report.excluded:
        yield exclusions_table(report.excluded, report.base_currency)
    for note in report.notes:
        yield Text(plain_text(note))


def portfolios_table(portfolios: Iterable[Portfolio]) -> Table:
    """Return the list of portfolios."""
    table = literal_table("Id", "Name", "Owner", ("Positions", "right"), "Currency")
    for portfolio in portfolios:
        literal_row(table, portfolio.id, portfolio.name, portfolio.owner_name, str(len(portfolio.positions)), portfolio.base_currency)
    return table


def _value_at_risk(report: RiskReport) -> Table:
    currency = report.base_currency
    table = literal_table(
        "Confidence", "Horizon", ("Value at risk", "right"), ("% of NAV", "right"), ("Expected shortfall", "right"), ("% of NAV", "right")
    )
    for figure in report.value_at_risk:
        literal_row(
            table,
            confidence(figure.confidence),
            days(figure.horizon_days),
            money(figure.amount, currency),
            percent(figure.fraction, 2),
            money(figure.expected_shortfall, currency),
            percent(figure.expected_shortfall_fraction, 2),
        )
    return table


def _key_figures(report: RiskReport) -> Table:
    drawdown, benchmark, currency = report.drawdown, report.benchmark, report.base_currency
    window, volatility = list(report.volatility.items())[-1]
    facts = [
        ("Net asset value", money(report.net_asset_value, currency)),
        ("Gross exposure", money(report.gross, currency)),
        (f"Volatility, {window} days", percent(volatility)),
        (f"Sharpe ratio, {window} days", number(report.sharpe_ratio[window])),
        (f"Beta to {benchmark.ticker}" if benchmark else "Beta", number(benchmark.beta if benchmark else None)),
        ("Drawdown now", _share_and_money(drawdown.current, drawdown.current_amount, currency)),
        ("Largest drawdown", _share_and_money(drawdown.maximum, drawdown.maximum_amount, currency)),
    ]
    if report.factors:
        facts.append(("Variance through factors", percent(report.factors.contributions.systematic, 0)))
    return facts_table(facts)


def _contributors(report: RiskReport) -> Table:
    tail = report.tail_contributions[0]
    total = float(tail.expected_shortfall.sum())
    table = literal_table(
        "Largest contributors",
        ("Market value", "right"),
        ("Weight", "right"),
        (f"Part of the {confidence(tail.confidence)} shortfall", "right"),
        ("Share", "right"),
    )
    for i in np.argsort(-tail.expected_shortfall, kind="stable")[:LARGEST]:
        holding, part = report.holdings[i], float(tail.expected_shortfall[i])
        literal_row(
            table,
            holding.ticker,
            money(holding.market_value, report.base_currency),
            percent(holding.weight),
            money(part, report.base_currency),
            percent(part / total if total > 0 else None),
        )
    return table


def _share_and_money(share: float | None, amount: float, currency: str) -> str:
    return f"{percent(share)} ({money(amount, currency)})"
