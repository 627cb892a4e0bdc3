"""How fresh the prices are, in the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from farp.format import day, days, percent
from farp.prices.protocol import Outcome
from farp.report.terminals.common import literal_row, literal_table, plain_text
from farp.service.prices import PricesStatus, PriceUpdate, SeriesStatus, TickerUpdate


def status_tables(status: PricesStatus, age: str, *, everything: bool) -> Iterator[RenderableType]:
    """Yield the source, the counts, and a table of the series: those that are needed, or with `everything` also the rest."""
    yield Text(plain_text(status.source_label), style="bold")
    yield Text(plain_text(f"{age} Benchmark {status.benchmark}.".strip()), style="dim")
    shown = [series for series in status.series if everything or series.needed_for or series.own]
    if shown:
        table = literal_table("Ticker", "Name", "For", "State", "Last close", ("Age", "right"), ("Closes", "right"), "To look at")
        for series in shown:
            literal_row(
                table,
                series.ticker,
                series.name,
                ", ".join(series.needed_for),
                series.outcome.value,
                day(series.last_date),
                "" if series.days_old is None else days(series.days_old),
                f"{series.closes:,}",
                to_look_at(series),
            )
        yield table
    yield Text(counts({outcome: status.count(outcome) for outcome in Outcome}))


def update_tables(update: PriceUpdate) -> Iterator[RenderableType]:
    """Yield what went wrong or was fetched anew, and the counts."""
    notable = [one for one in update.tickers if one.outcome is not Outcome.PRICED or one.fetched_anew]
    if notable:
        table = literal_table("Ticker", "State", "Last close", "Why")
        for one in notable:
            literal_row(table, one.ticker, one.outcome.value, day(one.last_date), one.message or because(one))
        yield table
    added = sum(one.added for one in update.tickers)
    yield Text(f"{counts({outcome: update.count(outcome) for outcome in Outcome})} {added:,} closes added.")


def because(update: TickerUpdate) -> str:
    """Say what happened to a ticker that is well."""
    return "The past had changed, so the whole history was fetched anew." if update.fetched_anew else ""


def counts(outcomes: dict[Outcome, int]) -> str:
    """Return the counts as one sentence: ``12 priced, 1 missing.``"""
    parts = [f"{count} {outcome.value}" for outcome, count in outcomes.items() if count]
    return f"{', '.join(parts)}." if parts else "Nothing is needed yet: no portfolio is stored."


def to_look_at(series: SeriesStatus) -> str:
    """Return in one line what is wrong with a series, or what a person should look at."""
    parts = [series.message] if series.message else []
    if series.jumps:
        largest = max(series.jumps, key=lambda jump: abs(jump.change))
        count = len(series.jumps)
        parts.append(f"{count} jump{'' if count == 1 else 's'} over 25 %, the largest {percent(largest.change, 0)} on {day(largest.date)}.")
    if series.gaps:
        longest = max(series.gaps, key=lambda gap: gap.business_days)
        parts.append(f"No close for {longest.business_days} weekdays from {day(longest.first)}.")
    if series.events:
        parts.append(series.events[-1].text)
    return " ".join(parts)
