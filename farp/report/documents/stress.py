"""Stress scenarios as documents."""

from __future__ import annotations

from collections.abc import Iterable

from farp.analysis.stress import StressAnalysis, StressResult, kind_of
from farp.analysis.window import Window
from farp.engine.stress_library import HistoricalScenario, HypotheticalScenario, ShockKind
from farp.report.documents.common import JsonObject, day, identity, number, percent, provenance
from farp.report.stress_sentences import stress_in_words


def stress_document(result: StressAnalysis, only: str | None = None) -> JsonObject:
    """Return every scenario on one portfolio, the largest loss first and those without a figure last; with `only`, that scenario alone."""
    shown = (result.result(only),) if only is not None else (*result.ranked, *result.unavailable)
    return {
        **_head(result.window),
        "benchmark": result.benchmark,
        "scenarios": [_result(one, result.window) for one in shown],
        **_foot(result.window, result.notes),
    }


def stress_result_document(result: StressResult, window: Window) -> JsonObject:
    """Return what one hypothetical scenario does."""
    return {**_head(window), "result": _result(result, window), **_foot(window)}


def scenario_document(scenario: HistoricalScenario | HypotheticalScenario) -> JsonObject:
    """Return a scenario without figures; the fields that a kind of scenario does not have are null."""
    known = {"id": scenario.id or None, "name": scenario.name, "kind": kind_of(scenario).value, "what": scenario.what}
    if isinstance(scenario, HistoricalScenario):
        return known | {"start_date": day(scenario.start), "end_date": day(scenario.end), "mode": None, "shocks": None}
    shocks = [{"kind": shock.kind.value, "name": shock.name, "size_pct": percent(shock.size)} for shock in scenario.shocks]
    return known | {"start_date": None, "end_date": None, "mode": scenario.mode.value, "shocks": shocks}


def scenarios_document(
    scenarios: Iterable[HistoricalScenario | HypotheticalScenario], shockable: Iterable[tuple[ShockKind, str]], unreadable: Iterable[str] = ()
) -> JsonObject:
    """Return every scenario, what a shock can name, and what could not be read."""
    names: dict[str, list[str]] = {kind.value: [] for kind in ShockKind}
    for kind, name in shockable:
        names[kind.value].append(name)
    return {"scenarios": [scenario_document(scenario) for scenario in scenarios], "can_be_shocked": names, "notes": list(unreadable)}


def _head(window: Window) -> JsonObject:
    return {"date": window.as_of.isoformat(), "portfolio_value": number(window.net_asset_value), "lookback_days": window.lookback_days}


def _foot(window: Window, notes: tuple[str, ...] = ()) -> JsonObject:
    said = provenance(window)
    return {**identity(window.portfolio), **said, "notes": [*said["notes"], *notes]}


def _result(result: StressResult, window: Window) -> JsonObject:
    return {
        **scenario_document(result.scenario),
        "available": result.available,
        "because": result.because,
        "in_words": stress_in_words(result, window),
        "profit_and_loss_amount": number(result.total),
        "profit_and_loss_pct": percent(result.fraction),
        "benchmark_pct": percent(result.benchmark_move),
        "covered_pct": percent(result.covered),
        "priced_pct": percent(result.priced),
        "distance": number(result.distance),
        "data_points": result.observations,
        "first_day": day(result.first_day) if result.first_day else None,
        "holdings": [_holding(result, window, i) for i in range(len(window.holdings))] if result.available else [],
        "notes": list(result.notes),
    }


def _holding(result: StressResult, window: Window, i: int) -> JsonObject:
    holding = window.holdings[i]
    source = "proxy" if result.proxied[i] else "none" if not result.reached[i] else "own_prices"
    historical = isinstance(result.scenario, HistoricalScenario)
    return {
        "ticker": holding.ticker,
        "name": holding.instrument.name,
        "market_value": number(holding.market_value),
        "move_pct": percent(float(result.moves[i])),
        "profit_and_loss_amount": number(float(result.profit_and_loss[i])),
        "source": source if historical else "shock",
        "r_squared": number(float(result.r_squared[i])),
        "impossible": bool(result.impossible[i]),
    }
