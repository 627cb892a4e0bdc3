"""VaR and ES by one method, or by all side by side, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from farp.analysis.methods import MethodComparison, MethodFigure, NoFigure
from farp.analysis.window import Window
from farp.engine.methods import ASSUMES
from farp.format import MISSING, confidence, days, money, percent
from farp.report.methods import apart_in_words, facts, range_in_words
from farp.report.terminals.common import facts_table, heading, literal_row, literal_table, plain_text, remarks


def comparison_tables(comparison: MethodComparison) -> Iterator[RenderableType]:
    """Yield heading, one row for each method, how far they are apart in words, and what must be said about each."""
    window = comparison.window
    yield from heading(window)
    table = literal_table(
        f"VaR {confidence(comparison.confidence)}, {days(comparison.horizon_days)}",
        ("VaR", "right"),
        ("% of value", "right"),
        ("ES", "right"),
        ("% of value", "right"),
        "Assumes",
    )
    for row in comparison.rows:
        if isinstance(row, NoFigure):
            literal_row(table, row.name, MISSING, MISSING, MISSING, MISSING, ASSUMES[row.method])
        else:
            literal_row(table, row.name, *_amounts(row, window), ASSUMES[row.method])
    yield table
    yield Text(plain_text(apart_in_words(comparison)))
    for row in comparison.rows:
        for sentence in (row.message,) if isinstance(row, NoFigure) else row.remarks:
            yield Text(f"{row.name}: {plain_text(sentence)}")
    yield from remarks(window)


def method_tables(figure: MethodFigure, window: Window) -> Iterator[RenderableType]:
    """Yield heading, VaR and ES, what was chosen and fitted, and what must be said beside them."""
    amount, fraction, shortfall, shortfall_fraction = _amounts(figure, window)
    yield from heading(window)
    shown = [
        ("Method", figure.name),
        (f"VaR {confidence(figure.confidence)}, {days(figure.horizon_days)}", _with_percent(amount, fraction)),
        ("Expected shortfall", _with_percent(shortfall, shortfall_fraction)),
    ]
    if figure.historical is not None:
        shown.append(("90 % range of the VaR", range_in_words(figure.historical, window.base_currency) or MISSING))
        if figure.historical.overlapping_amount is not None:
            shown.append((f"VaR of overlapping {days(figure.horizon_days)}", money(figure.historical.overlapping_amount, window.base_currency)))
    if figure.tail_observations is not None:
        shown.append(("Days in the tail", f"{figure.tail_observations} of {figure.observations}"))
    yield facts_table([*shown, *((fact.name, fact.value) for fact in facts(figure, window.base_currency))])
    for sentence in figure.remarks:
        yield Text(plain_text(sentence))
    yield from remarks(window)


def _amounts(figure: MethodFigure, window: Window) -> tuple[str, str, str, str]:
    currency = window.base_currency
    return (
        money(figure.amount, currency),
        percent(figure.fraction, 2),
        money(figure.expected_shortfall, currency),
        percent(figure.expected_shortfall_fraction, 2),
    )


def _with_percent(amount: str, fraction: str) -> str:
    return amount if fraction == MISSING else f"{amount} ({fraction} of value)"
