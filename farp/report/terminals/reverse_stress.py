"""What would have to happen, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from farp.analysis.reverse_stress import ReverseStressAnalysis
from farp.format import money, number, percent
from farp.report.stress_sentences import reverse_stress_in_words
from farp.report.terminals.common import heading, literal_row, literal_table, plain_text, remarks


def reverse_stress_tables(result: ReverseStressAnalysis) -> Iterator[RenderableType]:
    """Yield heading, what would have to happen in words, the move of each factor, and what each holding loses by it."""
    window, found = result.window, result.result
    yield from heading(window)
    for sentence in reverse_stress_in_words(result):
        yield Text(plain_text(sentence))
    table = literal_table("Factor", ("Move", "right"), ("In its standard deviations", "right"))
    for name, move, deviation in zip(result.factors.names, found.factor_moves.tolist(), result.deviations.tolist(), strict=True):
        literal_row(table, name, percent(move), number(move / deviation if deviation > 0 else None, 1))
    yield table
    by_holding = literal_table("Holding", ("Profit and loss", "right"))
    for i in np.argsort(found.profit_and_loss, kind="stable"):
        literal_row(by_holding, window.holdings[i].ticker, money(float(found.profit_and_loss[i]), window.base_currency))
    yield by_holding
    yield from remarks(window)
