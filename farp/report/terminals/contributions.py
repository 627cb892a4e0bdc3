"""Who causes the risk, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from farp.analysis.contributions import Breakdown, Contributions, Contributor, View
from farp.format import bucket, confidence, money, number, percent
from farp.report.causes import who_causes_it
from farp.report.terminals.common import facts_table, heading, literal_row, literal_table, plain_text, remarks

LARGEST = 25
"""More parts than this share a last row; `--json` has them all."""
_HEADINGS = {
    Breakdown.POSITION: "Position",
    Breakdown.SECTOR: "Sector",
    Breakdown.ASSET_CLASS: "Asset class",
    Breakdown.CURRENCY: "Currency",
    Breakdown.COUNTRY: "Country",
    Breakdown.FACTOR: "Factor",
}


def contributions_tables(result: Contributions) -> Iterator[RenderableType]:
    """Yield heading, VaR and ES, the sentence, and the parts, the largest first."""
    window, currency = result.window, result.window.base_currency
    level = confidence(result.confidence)
    yield from heading(window)
    yield facts_table(
        [
            (f"Value at risk {level}, 1 day", money(result.value_at_risk, currency)),
            (f"Expected shortfall {level}, 1 day", money(result.expected_shortfall, currency)),
            ("Figures from", "the worst days of the window" if result.view is View.HISTORICAL else "a normal distribution with mean 0"),
        ]
    )
    yield Text(plain_text(who_causes_it(result)))
    yield _table(result)
    if result.view is View.HISTORICAL:
        yield Text("Component VaR: the shares of the expected shortfall, scaled to the VaR.", style="dim")
    for note in result.notes:
        if note != result.nothing_because:
            yield Text(plain_text(note))
    yield from remarks(window)


def _table(result: Contributions) -> RenderableType:
    currency, inside = result.window.base_currency, result.group is not None
    first = f"Position in {_named(result.by, result.group)}" if result.group is not None else _HEADINGS[result.by]
    size = "Exposure" if result.by is Breakdown.FACTOR and not inside else "Market value"
    columns = (size, "Weight", "Share of risk", "Component VaR", "Component ES", "Marginal VaR", "Incremental VaR")
    table = literal_table(first, *((column, "right") for column in columns))
    for part in result.contributors[:LARGEST]:
        literal_row(
            table,
            part.name if inside else _named(result.by, part.name),
            money(part.amount, currency),
            percent(part.weight),
            percent(part.share),
            money(part.component_value_at_risk, currency),
            money(part.component_expected_shortfall, currency),
            number(part.marginal_value_at_risk, 4),
            money(part.incremental_value_at_risk, currency),
        )
    rest = result.contributors[LARGEST:]
    if rest:
        literal_row(
            table,
            f"{len(rest)} others",
            money(_sum(rest, "amount"), currency),
            percent(_sum(rest, "weight")),
            percent(_sum(rest, "share")),
            money(_sum(rest, "component_value_at_risk"), currency),
            money(_sum(rest, "component_expected_shortfall"), currency),
            "",
            "",
        )
    return table


def _named(by: Breakdown, name: str) -> str:
    return name if by in {Breakdown.POSITION, Breakdown.FACTOR} else bucket(name)


def _sum(parts: tuple[Contributor, ...], field: str) -> float | None:
    values = [getattr(part, field) for part in parts]
    return None if None in values else float(sum(values))
