"""Correlations of the holdings for a terminal: the pairs that matter, for a matrix of all does not fit a line."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from farp.analysis.correlation import CorrelationAnalysis
from farp.format import number
from farp.report.likeness import likeness_sentence
from farp.report.terminals.common import facts_table, heading, literal_row, literal_table, plain_text, remarks

PAIRS = 5


def correlation_tables(result: CorrelationAnalysis) -> Iterator[RenderableType]:
    """Yield heading, the two summary figures, and the pairs that move together most and least."""
    window = result.window
    yield from heading(window)
    yield facts_table(
        [("Average correlation", number(result.average)), ("Diversification ratio", number(result.diversification_ratio))],
    )
    sentence = likeness_sentence(result)
    if sentence:
        yield Text(plain_text(sentence))
    first, second, values = result.pairs
    between = len(values) - 2 * PAIRS
    if len(values):
        table = literal_table("Pair", "", ("Correlation", "right"))
        for place, value in enumerate(values.tolist()):
            if between > 0 and PAIRS <= place < PAIRS + between:
                if place == PAIRS:
                    literal_row(table, "…", f"{between} pair{'' if between == 1 else 's'} between them", "")
                continue
            literal_row(table, window.holdings[first[place]].ticker, window.holdings[second[place]].ticker, number(value))
        yield table
    yield from remarks(window)
