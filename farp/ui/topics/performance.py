"""The page on performance: help texts, cards, tables."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from farp.analysis.performance import PerformanceAnalysis, Rolling
from farp.charts.performance import MONTHS
from farp.format import MISSING, day, days, money, number, percent
from farp.report.measures import AGAINST, OWN, PASTS, Measure, Past, written
from farp.ui import cards, tables
from farp.ui.cards import Card
from farp.ui.tables import Table
from farp.ui.text import literal

TWO_PASTS = (
    "This is the past of **what is held today**, not of an account: nothing was bought, sold or paid in."
    " Returns and ratios keep **today's weights** on every day; drawdowns and the Calmar ratio keep **today's quantities**, whose weights were others then."
)
FIGURES = (
    "Measures of today's holdings and of the benchmark over the lookback, in the portfolio's base currency.\n\n"
    "*Today's weights*: each day's return is today's holdings at that day's moves ÷ today's value. *Today's quantities*: what the quantities held now"
    " were worth on each day. The two differ where holdings have grown or shrunk a lot, and most for short positions."
)
CALENDAR = (
    "The return of each calendar month: its daily returns compounded, today's weights kept on every day. The last column compounds the year.\n\n"
    "A star marks a month or year of which the lookback holds only a part."
)
ROLLING_RETURN = "Daily returns of the days before each day, compounded; not scaled to a year."
ROLLING_VOLATILITY = "√252 × the standard deviation of the daily returns of the days before each day."
ROLLING_SHARPE = "(252 × mean daily return − risk-free rate) ÷ volatility, of the days before each day. Short windows swing wildly."
ROLLING_BETA = "Covariance with the benchmark ÷ variance of the benchmark, of the days before each day."
WINDOW = "How many days each point of the four charts looks back."
DRAWDOWNS = (
    "How far the value of **today's quantities** stood below its highest point so far. The deepest falls that do not overlap are numbered;"
    " the list below has their dates."
)
SPANS = "Lengths are in trading days, from the peak to the first day back at it; a fall that lasts counts to the last day."

_WIDTHS = {"Measure": 170, "Portfolio": 84, "Meaning": 460}
"""Of columns [px]: name and both figures fit a phone, the meaning stands in full. Formulas are too long for a column: `formulas` lists them."""


def performance_cards(result: PerformanceAnalysis) -> None:
    """Draw return, volatility, Sharpe ratio and maximum drawdown, the benchmark's beside them."""
    own, benchmark = result.figures, result.benchmark
    if own is None:
        return
    by_name = {measure.field: measure for measure in OWN}
    theirs = benchmark.figures if benchmark else None
    name = benchmark.name if benchmark else ""
    cards.draw(
        [
            Card(
                label=measure.name,
                value=written(measure, own),
                beside=f"{name} {written(measure, theirs)}" if theirs else "no benchmark",
                help=f"**{measure.name}**: {measure.meaning}\n\n{measure.formula}. {PASTS[measure.past]}.",
            )
            for measure in (by_name[field] for field in ("annual_return", "volatility", "sharpe_ratio", "maximum_drawdown"))
        ],
        key="performance",
    )


def figures_table(result: PerformanceAnalysis, past: Past) -> Table:
    """Return the measures that rest on one of the two pasts, portfolio and benchmark side by side, each with its meaning."""
    benchmark = result.benchmark
    rows = [
        _row(measure, written(measure, result.figures), written(measure, benchmark.figures) if benchmark else MISSING)
        for measure in OWN
        if measure.past is past
    ]
    return _side_by_side(result, rows)


def against_table(result: PerformanceAnalysis) -> Table:
    """Return the measures of the portfolio against the benchmark."""
    relative = result.benchmark.relative if result.benchmark else None
    rows = [{"Measure": measure.name, "Portfolio": written(measure, relative), "Meaning": measure.meaning} for measure in AGAINST]
    return Table(frame=pd.DataFrame(rows), formats={"Portfolio": str}, widths=_WIDTHS)


def formulas(result: PerformanceAnalysis) -> None:
    """Draw how each measure of the tables is computed, as text that wraps."""
    listed = st.expander("How each figure is computed", icon=":material/function:", key="formulas", on_change="rerun")
    if listed.open:
        measures = (*OWN, *(AGAINST if result.benchmark is not None else ()))
        with listed:
            st.markdown("\n".join(f"- **{literal(measure.name)}**: {literal(measure.formula)}" for measure in measures))


def _row(measure: Measure, own: str, theirs: str) -> dict[str, str]:
    return {"Measure": measure.name, "Portfolio": own, "Benchmark": theirs, "Meaning": measure.meaning}


def _side_by_side(result: PerformanceAnalysis, rows: list[dict[str, str]]) -> Table:
    name = result.benchmark.name if result.benchmark else "Benchmark"
    frame = pd.DataFrame(rows).rename(columns={"Benchmark": name})
    return Table(frame=frame, formats={"Portfolio": str, name: str}, widths=_WIDTHS | {name: _WIDTHS["Portfolio"]})


def calendar_table(result: PerformanceAnalysis) -> Table:
    """Return months and years as rows and columns, the latest year first, with what is incomplete in words."""
    calendar = result.calendar
    if calendar is None:
        return Table(frame=pd.DataFrame())
    frame = pd.DataFrame(calendar.returns.months[::-1], columns=list(MONTHS))
    years = calendar.returns.years[::-1].tolist()
    frame.insert(0, "Calendar year", [str(year) for year in years])
    frame["Year"] = calendar.returns.year[::-1]
    frame["Incomplete"] = [
        ", ".join(MONTHS[month - 1] for y, month in sorted(calendar.partial) if y == year) or _unfinished(year, calendar.partial_years)
        for year in years
    ]
    return Table(frame=frame, formats=dict.fromkeys((*MONTHS, "Year"), percent), pinned="Calendar year")


def _unfinished(year: int, partial: frozenset[int]) -> str:
    return "the year" if year in partial else ""


def rolling_tables(rolling: Rolling, benchmark: str) -> dict[str, Table]:
    """Return the tables behind the four rolling charts, by the name of the figure."""

    def pair(own: str, theirs: str, write: tables.Formatter) -> Table:
        return tables.series({"Portfolio": getattr(rolling, own), benchmark: getattr(rolling, theirs)}, write)

    return {
        "return": pair("total_return", "benchmark_total_return", percent),
        "volatility": pair("volatility", "benchmark_volatility", percent),
        "sharpe": pair("sharpe_ratio", "benchmark_sharpe_ratio", number),
        "beta": tables.series({"Beta": rolling.beta}, number),
    }


def drawdowns_table(result: PerformanceAnalysis) -> Table:
    """Return the worst falls with their dates and lengths, the deepest first."""
    rows = [
        {
            "No.": place,
            "Fall": span.depth,
            "Amount": span.amount,
            "Peak": day(span.peak),
            "Trough": day(span.trough),
            "Recovered": day(span.recovery) if span.recovery else "not yet",
            "Peak to trough": days(span.to_trough),
            "Trough to recovery": days(span.to_recovery) if span.to_recovery is not None else MISSING,
            "Length": days(span.length) + ("" if span.recovery else " so far"),
        }
        for place, span in enumerate(result.worst_drawdowns, start=1)
    ]
    frame = pd.DataFrame(rows)
    return Table(
        frame=frame.astype({"Fall": "float64", "Amount": "float64"}) if rows else frame,
        formats={"Fall": percent, "Amount": partial(money, currency=result.window.base_currency)} if rows else {},
        help={"Amount": "Peak less trough, of today's quantities.", "Length": SPANS},
    )
