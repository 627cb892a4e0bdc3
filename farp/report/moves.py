"""What moves of factors mean, in sentences for screen and terminal."""

from __future__ import annotations

import math
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


def in_days(days: float, capital: bool = False) -> str:
    """Say how far a move is in daily standard deviations: what a usual day brings."""
    times = number(days, 0 if days >= 9.95 else 1)
    return f"Such a move is {times} times what the factor does on a usual day" if capital else f"{times} × a usual day"


def doubtful(result: SensitivityAnalysis) -> str | None:
    """Say which of the two factors of the grid has an effect that cannot be told from zero."""
    if result.grid is None:
        return None
    names = [result.shocks[place].factor.name for place in (result.grid.first, result.grid.second) if result.uncertain[place]]
    if not names:
        return None
    return f"The effect of {' and of '.join(names)} cannot be told from zero with the days at hand, so take what {'it adds' if len(names) == 1 else 'they say'} with doubt."


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
    days = float(result.worst_in_days[place])
    if math.isfinite(days):
        said += f" {in_days(days, capital=True)}."
    usual = result.costliest_day
    if usual is not None:
        daily = money(-float(result.usual_day[usual]), window.base_currency)
        said += (
            f" On a usual day {result.shocks[usual].factor.name} costs them most: {daily} when it goes against them by one daily standard deviation."
        )
    if result.uncertain[place]:
        said += " None of the factors has an effect that can be told from zero."
    if result.r_squared is not None:
        said += f" The factors explain {percent(result.r_squared, 0)} of the swings of these holdings; the rest is their own, and no ladder shows it."
    return said
