"""Stress scenarios for a terminal: the ranking, or one scenario by holding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from farp.analysis.stress import StressAnalysis, StressResult
from farp.analysis.window import Window
from farp.format import MISSING, money, number, percent
from farp.report.stress_sentences import KIND_NAMES, coverage_in_words, days_in_words, stress_in_words
from farp.report.terminals.common import heading, literal_row, literal_table, plain_text, remarks


def stress_tables(result: StressAnalysis) -> Iterator[RenderableType]:
    """Yield heading, the scenarios with the largest loss first, and those without a figure."""
    window = result.window
    yield from heading(window)
    table = literal_table("Scenario", "", ("Profit and loss", "right"), ("% of value", "right"), (result.benchmark_name, "right"), "Rests on", "Id")
    for one in result.ranked:
        literal_row(
            table,
            one.scenario.name,
            KIND_NAMES[one.kind],
            money(one.total, window.base_currency),
            percent(one.fraction),
            percent(one.benchmark_move),
            coverage_in_words(one) if one.priced < 1.0 else "",
            one.scenario.id or MISSING,
        )
    yield table
    if result.unavailable:
        missing = literal_table("Not available", "Why", "Id")
        for one in result.unavailable:
            literal_row(missing, one.scenario.name, one.because or "", one.scenario.id or MISSING)
        yield missing
    for note in result.notes:
        yield Text(plain_text(note))
    yield from remarks(window)


def stress_result_tables(result: StressResult, window: Window) -> Iterator[RenderableType]:
    """Yield heading, the sentence, and what each holding gains or loses."""
    yield from heading(window)
    yield Text(plain_text(stress_in_words(result, window)), style="bold")
    if result.available:
        table = literal_table("Holding", ("Move", "right"), ("Profit and loss", "right"), ("Stand-in, R²", "right"))
        for i in np.argsort(np.where(result.reached, result.profit_and_loss, np.inf), kind="stable"):
            literal_row(
                table,
                window.holdings[i].ticker,
                percent(float(result.moves[i])),
                money(float(result.profit_and_loss[i]), window.base_currency),
                number(float(result.r_squared[i])) if result.proxied[i] else "",
            )
        yield table
    for note in filter(None, (days_in_words(result), *result.notes)):
        yield Text(plain_text(note))
    yield from remarks(window)
