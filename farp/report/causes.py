"""What a risk officer would say about who causes the risk of a portfolio. Plain words, no markup."""

from __future__ import annotations

from farp.analysis.contributions import SPECIFIC, Breakdown, Contributions, Contributor, View
from farp.format import bucket, percent
from farp.portfolio import called

LONGEST_NAME = 32
BEYOND_ITS_SIZE = 0.02
"""A part whose share exceeds its weight by this much, and most of all, is worth a sentence when it is not the largest anyway."""
LEAST_SHOWN = 0.001
LEAST_TIMES = 0.05
"""Fewer times its weight than this is not worth counting: all but the whole weight brings no risk."""
SOFTENS = -0.0005
"""A share below this lowers the risk; one nearer to zero is neither here nor there."""

_PLURALS = {
    Breakdown.POSITION: "positions",
    Breakdown.SECTOR: "sectors",
    Breakdown.ASSET_CLASS: "asset classes",
    Breakdown.CURRENCY: "currencies",
    Breakdown.COUNTRY: "countries",
    Breakdown.FACTOR: "factors",
}


def kinds(by: Breakdown) -> str:
    """Return what the parts of a breakdown are called together: ``asset classes``."""
    return _PLURALS[by]


def measure(view: View) -> str:
    """Return the figure that shares are of."""
    return "expected shortfall" if view is View.HISTORICAL else "value at risk"


def part_name(result: Contributions, part: Contributor) -> str:
    """Return what a part is called in a sentence: a holding by its name, as long as that is short."""
    if result.by is Breakdown.POSITION or result.group is not None:
        name = result.window.holdings[part.holdings[0]].instrument.name
        return name if 0 < len(name) <= LONGEST_NAME else called(part.name)
    return f"what is priced in {part.name}" if result.by is Breakdown.CURRENCY else group_name(result.by, part.name)


def group_name(by: Breakdown, name: str) -> str:
    """Return what a group is called in a sentence: ``Fixed income``, ``the factor Market``."""
    if by is not Breakdown.FACTOR:
        return bucket(name)
    return "what no factor explains" if name == SPECIFIC else f"the factor {name}"


def who_causes_it(result: Contributions) -> str:
    """Say who causes most of the risk, relative to its weight, who brings most beyond its size, and who lowers it."""
    if result.nothing_because is not None:
        return result.nothing_because
    parts = [part for part in result.contributors if part.share is not None]
    largest, of = parts[0], measure(result.view)
    share = largest.share or 0.0
    inside = f"Inside {group_name(result.by, result.group)}, " if result.group is not None else ""
    if len(parts) == 1 and not inside:
        return f"{_capital(part_name(result, largest))} causes all of the {of}, for there is nothing else."
    if share <= 0:
        return _capital(f"{inside}nothing adds to the {of}: {_lowered_by(result, parts[-1])}.")
    said = [
        _capital(f"{inside}{part_name(result, largest)} causes the most: {percent(share, _decimals(share))} of the {of}{_beside_weight(largest)}.")
    ]
    outsized = max(parts, key=_excess)
    if outsized is not largest and _excess(outsized) > BEYOND_ITS_SIZE:
        said.append(
            f"For its size, {part_name(result, outsized)} brings the most: {percent(outsized.share, _decimals(outsized.share))} of the {of}"
            f"{_beside_weight(outsized)}."
        )
    softening = lowering(result)
    if softening:
        others = len(softening) - 1
        also = f"; {others} more {'does' if others == 1 else 'do'} so too" if others else ""
        said.append(_capital(f"{_lowered_by(result, softening[-1])}{also}."))
    elif not inside and len(parts) > 1:
        said.append("Nothing among them lowers it.")
    return " ".join(said)


def lowering(result: Contributions) -> list[Contributor]:
    """Return the parts that lower the risk by enough to be named, the one that lowers it most last."""
    return [part for part in result.contributors if part.share is not None and part.share < SOFTENS]


def _beside_weight(part: Contributor) -> str:
    """Say how much of the value causes that share, and how many times as much that is."""
    if part.weight is None or part.gross_weight is None or part.share is None:
        return ""
    size = part.gross_weight
    side = ", long and short" if abs(part.weight) < 0.999 * size else " (short)" if part.weight < 0 else ""
    against = f" with {percent(size, _decimals(size)) if size >= LEAST_SHOWN else f'less than {percent(LEAST_SHOWN)}'} of the value{side}"
    times = part.share / size if size >= 0.005 else 0.0
    if times < LEAST_TIMES:
        return against
    return f"{against}, {'as much as' if 0.95 <= times < 1.05 else f'{times:.1f} times'} its weight"


def _lowered_by(result: Contributions, part: Contributor) -> str:
    share = abs(part.share or 0.0)
    return f"{part_name(result, part)} lowers it by {percent(share, _decimals(share))}"


def _excess(part: Contributor) -> float:
    return (part.share or 0.0) - part.gross_weight if part.gross_weight is not None else float("-inf")


def _decimals(fraction: float | None) -> int:
    return 0 if abs(fraction or 0.0) >= 0.0995 else 1


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
