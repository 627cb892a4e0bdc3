"""Principal components for a terminal: one row each, in words."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from farp.analysis.pca import PcaAnalysis
from farp.format import money, percent
from farp.report.terminals.common import facts_table, heading, literal_row, literal_table, plain_text, remarks

COMPONENTS = 10


def pca_tables(result: PcaAnalysis) -> Iterator[RenderableType]:
    """Yield heading, how many components matter, and the first ten with what they are."""
    window, found = result.window, result.components
    count = len(found.explained_ratio)
    yield from heading(window)
    yield facts_table(
        [
            ("Components", str(count)),
            ("For 90 % of the movement", str(result.for_most)),
            ("Main component of the portfolio", "–" if result.main is None else str(result.main + 1)),
        ]
    )
    table = literal_table(
        "Component",
        "What it is",
        ("Explains", "right"),
        ("Together", "right"),
        ("Share of the portfolio's variance", "right"),
        ("P&L of a typical rise", "right"),
    )
    for k in range(min(count, COMPONENTS)):
        literal_row(
            table,
            str(k + 1),
            result.readings[k],
            percent(float(found.explained_ratio[k])),
            percent(result.cumulative[k]),
            percent(float(found.variance_shares[k])),
            money(float(found.exposures[k]), window.base_currency),
        )
    yield table
    if count > COMPONENTS:
        yield Text(f"The other {count - COMPONENTS} explain {percent(1.0 - result.cumulative[COMPONENTS - 1])}; --json lists them.")
    if result.still:
        yield Text(plain_text(f"Not in any component, because the price never moves: {', '.join(result.still)}."))
    yield from remarks(window)
