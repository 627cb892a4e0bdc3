"""Correlations of the holdings for a terminal: the pairs that matter, for a matrix of all does not fit a line."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.console import RenderableType

from farp.analysis.correlation import CorrelationAnalysis
from farp.format import number
from farp.report.terminals.common import facts_table, heading, literal_row, literal_table, remarks

PAIRS = 5


def correlation_tables(result: CorrelationAnalysis) -> Iterator[RenderableType]:
    """Yield heading, the two summary figures, and the pairs that move together most and least."""
    window, found = result.window, result.correlation
    yield from heading(window)
    yield facts_table(
        [("Average correlation", number(result.average)), ("Diversification ratio", number(result.diversification_ratio))],
    )
    first, second = np.triu_indices(len(window.holdings), k=1)
    values = found.matrix[first, second]
    known = np.flatnonzero(np.isfinite(values))
    order = known[np.argsort(-values[known], kind="stable")]
    between = len(order) - 2 * PAIRS
    if len(order):
        table = literal_table("Pair", "", ("Correlation", "right"))
        for place, i in enumerate(order):
            if between > 0 and PAIRS <= place < PAIRS + between:
                if place == PAIRS:
                    literal_row(table, "…", f"{between} pair{'' if between == 1 else 's'} between them", "")
                continue
            literal_row(table, window.holdings[first[i]].ticker, window.holdings[second[i]].ticker, number(float(values[i])))
        yield table
    yield from remarks(window)
