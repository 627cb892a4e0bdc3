"""What all terminal output shares: tables that take stored names literally."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from farp.analysis.window import Window
from farp.format import day, money, quantity
from farp.report.documents.common import excluded_value
from farp.valuation import Exclusion


def facts_table(facts: Sequence[tuple[str, str]]) -> Table:
    """Return names and values side by side."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in facts:
        literal_row(table, name, value)
    return table


def literal_table(*columns: str | tuple[str, str]) -> Table:
    """Return an empty table with headings taken literally; a heading may come with the side it is aligned to."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for column in columns:
        heading, side = column if isinstance(column, tuple) else (column, "left")
        table.add_column(Text(heading), justify="right" if side == "right" else "left", overflow="fold")
    return table


def literal_row(table: Table, *cells: str) -> None:
    """Add a row whose cells are taken literally."""
    table.add_row(*(Text(plain_text(cell)) for cell in cells))


def plain_text(text: str) -> str:
    """Return `text` without control characters: a name in the store must not steer the terminal."""
    return "".join(character for character in text if character.isprintable() or character in "\N{THIN SPACE}\N{NO-BREAK SPACE}")


def heading(window: Window) -> Iterator[RenderableType]:
    """Yield which portfolio, day, prices and window the figures below are of."""
    yield Text(plain_text(window.portfolio.name), style="bold")
    yield Text(f"{plain_text(window.portfolio.id)} · {day(window.as_of)} · {window.source_label} · {window.observations} daily returns", style="dim")


def remarks(window: Window) -> Iterator[RenderableType]:
    """Yield what is left out and the sentences that hold for every figure."""
    if window.excluded:
        yield exclusions_table(window.excluded, window.base_currency)
    for note in window.notes:
        yield Text(plain_text(note))


def exclusions_table(exclusions: Sequence[Exclusion], currency: str) -> Table:
    """Return what is left out, with the reasons."""
    left_out = money(excluded_value(exclusions), currency)
    table = literal_table(f"Excluded ({left_out} at last known prices)", ("Quantity", "right"), ("Last value", "right"), "Why")
    for exclusion in exclusions:
        literal_row(table, exclusion.ticker, quantity(exclusion.quantity), money(exclusion.last_value, currency), exclusion.message)
    return table
