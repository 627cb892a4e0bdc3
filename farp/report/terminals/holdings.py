"""A holdings file as understood, for a terminal: what was kept, what was left out and why, what has to be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from farp.format import day, quantity
from farp.holdings.result import HoldingsImport, ImportedPosition
from farp.report.terminals.common import literal_row, literal_table, plain_text

_UNITS = {"quantity": "Quantity", "market_value": "Market value", "weight": "Weight"}
_LINES_SHOWN = 6


def holdings_tables(reading: HoldingsImport, filename: str) -> Iterator[RenderableType]:
    """Yield what to print for one reading that is not an error."""
    yield Text(plain_text(filename), style="bold")
    yield Text(_summary(reading), style="dim")
    if reading.positions:
        yield _positions(reading.positions)
    if reading.cash:
        table = literal_table("Cash", ("Amount", "right"), "Currency", "Lines", "")
        for cash in reading.cash:
            literal_row(
                table, cash.label, quantity(cash.value), cash.currency or "not named", _lines(cash.lines), "not settled" if cash.pending else ""
            )
        yield table
    if reading.other:
        table = literal_table("Recognised, not modelled", "Kind", ("Quantity", "right"), "Lines")
        for other in reading.other:
            shown = quantity(other.quantity) if other.quantity is not None else ""
            literal_row(table, other.symbol or other.name, other.kind, shown, _lines(other.lines))
        yield table
    if reading.ignored:
        table = literal_table("Left out: line", "Why")
        for line, reason in _grouped(reading):
            literal_row(table, line, reason)
        yield table
    if reading.reconciliation is not None:
        yield Text(plain_text(reading.reconciliation.text))
    for warning in reading.warnings:
        yield Text(plain_text(f"Note: {warning.text}" + (f" (lines {_lines(warning.lines)})" if warning.lines else "")))
    for question in reading.questions:
        yield Text("")
        yield Text(plain_text(question.text), style="bold")
        for value, label in question.options:
            mark = " (proposed)" if value == question.proposed else ""
            yield Text(plain_text(f"  --answer '{question.key}={value}'  {label}{mark}"))
        if not question.options:
            proposed = question.proposed if question.proposed is not None else "..."
            yield Text(plain_text(f"  --answer '{question.key}={proposed}'" + ("  (proposed)" if question.proposed is not None else "")))


def outcome_lines(
    reading: HoldingsImport,
    *,
    dry_run: bool,
    unresolved: Sequence[Mapping[str, Any]] = (),
    notes: Sequence[str] = (),
    portfolio_id: str | None = None,
) -> Iterator[RenderableType]:
    """Yield what became of the reading: what is not in the portfolio, what was taken for granted, and where it was saved."""
    for item in unresolved:
        yield Text(plain_text(f"Not in the portfolio: {item['label']} (lines {_lines(item['lines'])}): {item['message']}"))
    for note in notes:
        yield Text(plain_text(f"Note: {note}"))
    yield Text("")
    if reading.outcome == "needs_user":
        yield Text("Nothing is saved yet: run the command again with the answers.")
    elif portfolio_id is not None:
        yield Text(f"Saved as {portfolio_id}; `farp risk {portfolio_id}` shows what it could lose.")
    elif dry_run:
        yield Text("Nothing is saved: this was a dry run.")


def _summary(reading: HoldingsImport) -> str:
    parts = [_count(len(reading.positions), "position")]
    if reading.cash:
        parts.append(_count(len(reading.cash), "cash line"))
    if reading.other:
        parts.append(f"{len(reading.other)} not modelled")
    if reading.ignored:
        parts.append(f"{_count(len(reading.ignored), 'line')} left out")
    if reading.as_of is not None:
        parts.append(f"of {day(reading.as_of)}")
    if reading.layout is not None:
        parts.append(reading.layout.encoding)
    return " · ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _positions(positions: Sequence[ImportedPosition]) -> RenderableType:
    bases = list(dict.fromkeys(position.basis for position in positions))
    table = literal_table("Ticker", "In the file", *((_UNITS[basis], "right") for basis in bases), "Currency", "Lines", "")
    for position in positions:
        sizes = [_size(position) if position.basis == basis else "" for basis in bases]
        literal_row(table, position.ticker or "–", position.raw, *sizes, position.currency or "", _lines(position.lines), _remark(position))
    return table


def _size(position: ImportedPosition) -> str:
    return f"{100.0 * position.size:.6g} %" if position.basis == "weight" else quantity(position.size)


def _remark(position: ImportedPosition) -> str:
    meant = f"; meant may be {', '.join(position.suggestions)}" if position.suggestions else ""
    if position.ticker is None:
        return f"no ticker known{meant}"
    return f"no prices, not part of the risk{meant}" if position.priced is False else ""


def _grouped(reading: HoldingsImport) -> list[tuple[str, str]]:
    """Return neighbouring lines that are left out for the same reason as one entry, so that a long file stays readable."""
    groups: list[tuple[list[int], str]] = []
    for ignored in reading.ignored:
        if groups and groups[-1][1] == ignored.reason and groups[-1][0][-1] + 1 == ignored.line:
            groups[-1][0].append(ignored.line)
        else:
            groups.append(([ignored.line], ignored.reason))
    return [(f"{lines[0]}–{lines[-1]}" if len(lines) > 1 else str(lines[0]), reason) for lines, reason in groups]


def _lines(lines: Sequence[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:_LINES_SHOWN])
    return shown + (f" and {len(lines) - _LINES_SHOWN} more" if len(lines) > _LINES_SHOWN else "")
