"""`farp stress` and `farp reverse-stress`."""

from __future__ import annotations

from typing import Annotated

import typer

from farp import parameters
from farp.cli import options


def stress(
    id: options.Id = None,
    scenario: Annotated[str | None, typer.Option(metavar="ID", help="Show this scenario by holding.", show_default="all of them, ranked")] = None,
    shock: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND:NAME=PERCENT",
            help="A shock of your own, such as factor:Market=-20, sector:Energy=15 or currency:EUR=-10; may be given several times.",
        ),
    ] = None,
    mode: Annotated[str, typer.Option(metavar="MODE", help="How shocks spread: direct or propagated.")] = "direct",
    lookback: options.Lookback = "252",
    as_of: options.AsOf = None,
    json: options.Json = False,
) -> None:
    """Show what crises of the past, or shocks of your own, would do to a portfolio."""
    from farp.analysis.stress import Scene, hypothetical_stress, stresses
    from farp.engine.stress_library import HypotheticalScenario, ShockMode, shock_of
    from farp.report.documents.stress import stress_document, stress_result_document
    from farp.report.terminals.stress import stress_result_tables, stress_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    key, day = options.portfolio_id(id), options.day(as_of)
    days = options.parsed(lambda: parameters.lookback(lookback, "--lookback"))
    how = ShockMode(options.parsed(lambda: parameters.one_of(mode, "--mode", tuple(str(known) for known in ShockMode))))
    if shock and scenario is not None:
        raise options.MistypedArgument("--shock and --scenario ask for two different things; give one of them.")
    given = None
    if shock:
        shocks = tuple(options.parsed(lambda text=text: shock_of(text)) for text in shock)  # type: ignore[misc]
        given = options.parsed(lambda: HypotheticalScenario(name="Hypothetical scenario", mode=how, shocks=shocks))
    with open_desk(load_settings()) as desk:
        window = desk.window(key, day, days)
        if given is not None:
            one = hypothetical_stress(Scene(window=window, history=desk.history), given)
            options.show(json, lambda: stress_result_document(one, window), lambda: stress_result_tables(one, window))
            return
        problems: list[str] = []
        result = stresses(window, desk.history, desk.scenarios(on_error=lambda error: problems.append(str(error))))
    if scenario is not None:
        chosen = result.result(scenario)
        options.show(json, lambda: stress_document(result, scenario), lambda: stress_result_tables(chosen, window))
    else:
        options.show(json, lambda: stress_document(result), lambda: stress_tables(result))
    for problem in problems:
        typer.echo(problem, err=True)


def reverse_stress(
    id: options.Id = None,
    loss: Annotated[str, typer.Option(metavar="PERCENT", help="Loss in percent of net asset value.")] = "10",
    loss_amount: Annotated[str | None, typer.Option(metavar="MONEY", help="Loss in money, in place of --loss.")] = None,
    horizon: options.Horizon = "21",
    factors: options.Factors = None,
    lookback: options.Lookback = "252",
    as_of: options.AsOf = None,
    json: options.Json = False,
) -> None:
    """Show what would have to happen for a portfolio to lose a given share of its value, and how often it has happened."""
    from farp.analysis.alignment import chosen_factors
    from farp.analysis.reverse_stress import reverse_stress
    from farp.report.documents.reverse_stress import reverse_stress_document
    from farp.report.terminals.reverse_stress import reverse_stress_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    key, day = options.portfolio_id(id), options.day(as_of)
    days = options.parsed(lambda: parameters.lookback(lookback, "--lookback"))
    share = options.parsed(lambda: parameters.number_in(loss, "--loss", 0.01, 1000.0, " percent")) / 100.0
    amount = options.parsed(lambda: parameters.amount(loss_amount, "--loss-amount")) if loss_amount is not None else None
    over = options.parsed(lambda: parameters.horizon(horizon, "--horizon"))
    with open_desk(load_settings()) as desk:
        chosen = options.parsed(lambda: chosen_factors(parameters.tickers(factors), desk.history)) if factors is not None else None
        result = reverse_stress(desk.window(key, day, days), desk.history, share, over, chosen, amount)
    options.show(json, lambda: reverse_stress_document(result), lambda: reverse_stress_tables(result))
