"""What moves of factors mean, in sentences for screen and terminal."""

from __future__ import annotations

from collections.abc import Iterator

from farp.analysis.sensitivity import SensitivityAnalysis
from farp.format import MINUS, money, number, percent


def conversions(result: SensitivityAnalysis) -> Iterator[str]:
    """Yield for each factor that is moved by its yield what that means for its price."""
    for shock in result.shocks:
        if shock.duration_years is not None:
            because = f" ({shock.duration_source})" if shock.duration_source else ""
            yield (
                f"{shock.factor.name}: +100 basis points of yield are taken as {MINUS}{percent(shock.duration_years / 100.0)} of its price,"
                f" a duration of {number(shock.duration_years, 1)} years{because}."
            )


def summary(result: SensitivityAnalysis) -> str:
    """Say which factor costs most, and how much of the portfolio's swings the factors speak for."""
    window, place = result.window, result.costliest[0]
    lost = -float(result.worst[place])
    if lost <= 0:
        return "No move of a factor costs these holdings anything: their value does not depend on the factors."
    share = window.of_value(lost)
    of_value = f" ({percent(share)} of value)" if share is not None else ""
    shock = result.shocks[place]
    moved = shock.in_words(shock.sizes[result.worst_rungs[place]])
    said = f"When {moved} and the other factors stay where they are, these holdings lose {money(lost, window.base_currency)}{of_value}."
    if result.uncertain[place]:
        said += " None of the factors has an effect that can be told from zero."
    if result.r_squared is not None:
        said += f" The factors explain {percent(result.r_squared, 0)} of the swings of these holdings; the rest is their own, and no ladder shows it."
    return said
