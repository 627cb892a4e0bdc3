"""Performance for a terminal: portfolio and benchmark side by side, months, and the worst falls."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from farp.analysis.performance import PerformanceAnalysis
from farp.format import MISSING, day, money, percent
from farp.report.measures import AGAINST, OWN, PASTS, Past, written
from farp.report.terminals.common import heading, literal_row, literal_table, plain_text, remarks

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
YEARS = 5


def performance_tables(result: PerformanceAnalysis) -> Iterator[RenderableType]:
    """Yield heading, the figures, the months of the last years, and the worst falls with their dates."""
    window = result.window
    yield from heading(window)
    if result.figures is not None:
        yield _figures(result)
    if result.calendar is not None:
        yield _months(result)
    if result.worst_drawdowns:
        table = literal_table("Worst falls", ("Amount", "right"), "Peak", "Trough", "Recovered", ("Days", "right"))
        for span in result.worst_drawdowns:
            literal_row(
                table,
                percent(span.depth),
                money(span.amount, window.base_currency),
                day(span.peak),
                day(span.trough),
                day(span.recovery) if span.recovery else "not yet",
                str(span.length),
            )
        yield table
    for note in result.notes:
        yield Text(plain_text(note))
    yield from remarks(window)


def _figures(result: PerformanceAnalysis) -> RenderableType:
    benchmark = result.benchmark
    columns = [("Portfolio", "right")] + ([(benchmark.name, "right")] if benchmark else [])
    table = literal_table("Today's holdings in the past", *columns)
    for past in Past:
        literal_row(table, PASTS[past], *[""] * len(columns))
        for measure in (measure for measure in OWN if measure.past is past):
            theirs = [written(measure, benchmark.figures)] if benchmark else []
            literal_row(table, f"  {measure.name}", written(measure, result.figures), *theirs)
        if past is Past.WEIGHTS and benchmark is not None and benchmark.relative is not None:
            for against in AGAINST:
                literal_row(table, f"  {against.name}", written(against, benchmark.relative), MISSING)
    return table


def _months(result: PerformanceAnalysis) -> RenderableType:
    calendar = result.calendar
    assert calendar is not None  # the caller looked
    table = literal_table("Month by month, %", *((month, "right") for month in MONTHS), ("Year", "right"))
    years = calendar.returns.years.tolist()
    for place in list(range(len(years)))[-YEARS:]:
        year = int(years[place])
        cells = [
            "" if math.isnan(value) else percent(value).rstrip("%\N{THIN SPACE}") + ("*" if (year, month) in calendar.partial else "")
            for month, value in enumerate(calendar.returns.months[place].tolist(), start=1)
        ]
        whole = percent(float(calendar.returns.year[place])).rstrip("%\N{THIN SPACE}")
        literal_row(table, str(year), *cells, whole + ("*" if year in calendar.partial_years else ""))
    return table
