"""`farp var`."""

from __future__ import annotations

from typing import Annotated

import typer

from farp import parameters
from farp.cli import options

ALL = "all"

Method = Annotated[
    str, typer.Option(metavar="METHOD", help="all, to compare them, or one: historical_simulation, parametric_normal, student_t and so on.")
]


def var(
    id: options.Id = None,
    method: Method = ALL,
    confidence: options.Confidence = "95",
    horizon: options.Horizon = "1",
    lookback: options.Lookback = "252",
    rule: options.Rule = "linear",
    as_of: options.AsOf = None,
    json: options.Json = False,
) -> None:
    """Show the value at risk by every method side by side, or by one."""
    from farp.analysis.methods import comparison, method_figure
    from farp.engine.methods import METHODS
    from farp.engine.value_at_risk import QuantileRule
    from farp.report.documents.methods import comparison_document, method_document
    from farp.report.terminals.methods import comparison_tables, method_tables
    from farp.service import open_desk
    from farp.settings import load_settings

    key, day = options.portfolio_id(id), options.day(as_of)
    chosen = options.parsed(lambda: parameters.one_of(method, "--method", (ALL, *METHODS)))
    level = options.parsed(lambda: parameters.confidence(confidence, "--confidence"))
    over = options.parsed(lambda: parameters.horizon(horizon, "--horizon"))
    days = options.parsed(lambda: parameters.lookback(lookback, "--lookback"))
    read = QuantileRule(options.parsed(lambda: parameters.one_of(rule, "--rule", tuple(QuantileRule))))
    with open_desk(load_settings()) as desk:
        window = desk.window(key, day, days)
    if chosen == ALL:
        every = comparison(window, level, over, read)
        options.show(json, lambda: comparison_document(every), lambda: comparison_tables(every))
    else:
        one = method_figure(window, chosen, level, over, read)
        options.show(json, lambda: method_document(one, window, window.lookback_days), lambda: method_tables(one, window))
