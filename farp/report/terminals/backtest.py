"""Backtests of VaR methods for a terminal: the ranking with its tests, and a sentence about each method."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from farp.analysis.backtest import BacktestAnalysis
from farp.format import confidence, day, number
from farp.market import as_date
from farp.report.terminals.common import heading, literal_row, literal_table, plain_text, remarks


def backtest_tables(result: BacktestAnalysis) -> Iterator[RenderableType]:
    """Yield heading, what was tested, the ranking, the verdicts, and what was not tested."""
    window = result.window
    yield from heading(window)
    span = f"{day(as_date(result.dates[0]))} to {day(as_date(result.dates[-1]))}"
    yield Text(f"One-day VaR {confidence(result.confidence)} tested on {result.days} days, {span}, each from the {result.lookback} days before it")
    right = "right"
    table = literal_table(
        ("", right),
        "Method",
        ("Exceptions", right),
        ("Expected", right),
        "Basel",
        ("p number", right),
        ("p spacing", right),
        ("p both", right),
        ("Loss / ES", right),
    )
    for place, one in enumerate(result.methods, start=1):
        found = one.result
        literal_row(
            table,
            str(place),
            one.name,
            str(found.count),
            number(found.expected, 1),
            found.zone.value,
            number(found.coverage.p_value, 3),
            number(found.independence.p_value, 3),
            number(found.conditional_coverage.p_value, 3),
            number(found.shortfall_ratio),
        )
    yield table
    yield Text(result.first_because)
    for one in result.methods:
        yield Text(one.verdict)
        for remark in one.remarks:
            yield Text(f"  {remark.text.removesuffix('.')} (on {remark.days} of {result.days} days).", style="dim")
    for missing in result.not_tested:
        yield Text(f"{missing.name} was not tested. {missing.message}", style="dim")
    for note in result.own_notes:
        yield Text(plain_text(note))
    yield from remarks(window)
