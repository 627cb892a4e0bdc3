"""A result as the JSON that the command line and the API answer with."""

from __future__ import annotations

from typing import Any

from farp.holdings.result import HoldingsImport, ImportedPosition


def document(result: HoldingsImport) -> dict[str, Any]:
    """Return `result` as plain dictionaries, lists, text and numbers; a position states its size under the name of its basis."""
    layout, reconciliation = result.layout, result.reconciliation
    return {
        "outcome": result.outcome,
        "as_of": result.as_of.isoformat() if result.as_of else None,
        "positions": [_position(position) for position in result.positions],
        "cash": [
            {"label": cash.label, "currency": cash.currency, "value": cash.value, "pending": cash.pending, "lines": list(cash.lines)}
            for cash in result.cash
        ],
        "other": [
            {
                "symbol": other.symbol,
                "name": other.name,
                "kind": other.kind,
                "quantity": other.quantity,
                "value": other.value,
                "currency": other.currency,
                "multiplier": other.multiplier,
                "lines": list(other.lines),
            }
            for other in result.other
        ],
        "ignored": [{"line": ignored.line, "reason": ignored.reason} for ignored in result.ignored],
        "warnings": [
            {
                "code": warning.code,
                "text": warning.text,
                "lines": list(warning.lines),
                "tickers": list(warning.tickers),
                "currencies": list(warning.currencies),
                "raw": warning.raw,
            }
            for warning in result.warnings
        ],
        "questions": [
            {
                "key": question.key,
                "text": question.text,
                "options": [{"value": value, "label": label} for value, label in question.options],
                "proposed": question.proposed,
            }
            for question in result.questions
        ],
        "error": result.error,
        "portfolio_value": result.portfolio_value,
        "reconciliation": reconciliation
        and {
            "stated_total": reconciliation.stated_total,
            "kept_total": reconciliation.kept_total,
            "difference": reconciliation.difference,
            "text": reconciliation.text,
        },
        "layout": layout
        and {
            "encoding": layout.encoding,
            "delimiter": layout.delimiter,
            "decimal_mark": layout.decimal_mark,
            "header_line": layout.header_line,
            "sheet": layout.sheet,
            "columns": [
                {"index": column.index, "header": column.header, "meaning": column.meaning, "confidence": column.confidence, "why": column.why}
                for column in layout.columns
            ],
        },
    }


def _position(position: ImportedPosition) -> dict[str, Any]:
    return {
        "ticker": position.ticker,
        "raw": position.raw,
        position.basis: position.size,
        "currency": position.currency,
        "lines": list(position.lines),
        "basis": position.basis,
        "name": position.name,
        "isin": position.isin,
        "price": position.price,
        "side": position.side,
        "priced": position.priced,
        "lots": list(position.lots),
        "suggestions": list(position.suggestions),
    }
