"""What a stress result says in plain words."""

from __future__ import annotations

import numpy as np

from farp.analysis.reverse_stress import ReverseStressAnalysis
from farp.analysis.stress import ScenarioKind, StressResult, reached_share
from farp.analysis.window import Window
from farp.engine.stress_library import HistoricalScenario, HypotheticalScenario, Shock, ShockKind, ShockMode
from farp.format import bucket, day, money, number, percent

KIND_NAMES = {
    ScenarioKind.HISTORICAL: "what happened",
    ScenarioKind.EXAMPLE: "example",
    ScenarioKind.SAVED: "saved",
    ScenarioKind.GIVEN: "not saved",
}


def stress_in_words(result: StressResult, window: Window) -> str:
    """Say what the scenario is, and what it would make of the portfolio."""
    scenario, currency = result.scenario, window.base_currency
    if result.total is None:
        return f"{scenario.name} has no figure. {result.because}"
    share = f" ({percent(abs(result.fraction))} of the value)" if result.fraction is not None else ""
    if result.total == 0:
        outcome = "the portfolio would not move"
    else:
        outcome = f"the portfolio would {'lose' if result.total < 0 else 'gain'} {money(abs(result.total), currency)}{share}"
    if result.partial:
        outcome += f". That is the outcome of the {reached_share(result.covered)} reached; of the rest nothing is known"
    if isinstance(scenario, HistoricalScenario):
        return f"{scenario.what} If {day(scenario.start)} to {day(scenario.end)} happened again, {outcome}."
    return f"If {shocks_in_words(scenario)}, {outcome}."


def shocks_in_words(scenario: HypotheticalScenario) -> str:
    """Return the shocks as a clause: ``Market loses 20 %, EUR gains 5 %, and everything else moves as it usually does with them``."""
    moves = ", ".join(f"{shock_name(shock)} {_moved(shock.size)}" for shock in scenario.shocks)
    rest = "nothing else moves" if scenario.mode is ShockMode.DIRECT else "everything else moves as it usually does with that"
    return f"{moves} and {rest}"


def shock_name(shock: Shock) -> str:
    """Return what is shocked, as people write it."""
    return bucket(shock.name) if shock.kind is ShockKind.ASSET_CLASS else shock.name


def coverage_in_words(result: StressResult) -> str:
    """Return how much of the portfolio's own prices a replay rests on."""
    if result.total is None:
        return "not available"
    if result.priced >= 1.0:
        return "own prices of all holdings"
    proxied = result.covered - result.priced
    parts = [f"own prices {_part(result.priced)}"] if result.priced > 0 else []
    parts += [f"stand-ins {_part(proxied)}"] if proxied > 1e-9 else []
    parts += [f"missing {_part(1.0 - result.covered)}"] if result.covered < 1.0 - 1e-9 else []
    return ", ".join(parts)


def reverse_stress_in_words(result: ReverseStressAnalysis) -> tuple[str, ...]:
    """Say what would have to happen, how unusual that is, and what it leaves out."""
    found, currency = result.result, result.window.base_currency
    relative = np.divide(found.factor_moves, result.deviations, out=np.zeros_like(result.deviations), where=result.deviations > 0)
    order = np.argsort(-np.abs(relative), kind="stable").tolist()
    moved = [k for k in order if found.factor_moves[k] != 0][:3]
    named = ", ".join(
        f"{result.factors.names[k]} {'down' if found.factor_moves[k] < 0 else 'up'} {percent(abs(float(found.factor_moves[k])))}" for k in moved
    )
    share = f" ({percent(result.loss_fraction)} of the value)" if result.loss_fraction is not None else ""
    over = "a day" if result.horizon_days == 1 else f"{result.horizon_days} trading days"
    first = f"To lose {money(found.loss, currency)}{share} within {over}, the likeliest way is: {named}."
    second = f"{rarity(result)} {how_often(result)}"
    sentences = [first, second]
    if result.impossible:
        names = ", ".join(result.impossible)
        sentences.append(f"{names} would have to lose more than everything, so these factors alone cannot cause this loss.")
    if result.systematic is not None:
        sentences.append(
            f"The factors explain {percent(result.systematic, 0)} of the portfolio's variance; the holdings' own moves come on top and are taken as zero here."
        )
    return tuple(sentences)


def rarity(result: ReverseStressAnalysis) -> str:
    """Say how far the move is in standard deviations."""
    distance = result.result.distance
    if distance < 1.5:
        how = "nothing out of the ordinary"
    elif distance < 2.5:
        how = "unusual"
    elif distance < 4.0:
        how = "rare"
    elif distance < 8.0:
        how = "far outside of what these factors usually do"
    else:
        how = "next to impossible, going by the lookback"
    return f"That is {number(distance, 1)} standard deviations of what the factors do to this portfolio in that time: {how}."


def how_often(result: ReverseStressAnalysis) -> str:
    """Say how often the factors have cost today's holdings as much."""
    found = result.result
    periods = "days" if result.horizon_days == 1 else f"periods of {result.horizon_days} trading days"
    since = f"since {day(result.since)}"
    if found.days_as_bad == 0:
        worst = money(-result.worst, result.window.base_currency) if result.worst < 0 else "no loss at all"
        return f"It has not happened in any of {found.observations:,} {periods} {since}; the worst was {worst}."
    share = percent(found.days_as_bad / found.observations)
    return f"In {found.days_as_bad:,} of {found.observations:,} {periods} {since} ({share}) the factors would have cost today's holdings as much."


def days_in_words(result: StressResult) -> str:
    """Return what a hypothetical scenario's figures were estimated from; empty for one that needs no history."""
    if result.observations is None or result.first_day is None:
        return ""
    return f"Estimated from {result.observations} daily returns since {day(result.first_day)}."


def _moved(size: float) -> str:
    return f"{'loses' if size < 0 else 'gains'} {_short_percent(abs(size))}" if size else "stays where it is"


def _short_percent(fraction: float) -> str:
    return percent(fraction, 0 if round(100 * fraction, 6).is_integer() else 1)


def _part(fraction: float) -> str:
    return percent(fraction, 0 if fraction >= 0.01 else 1)
