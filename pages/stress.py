"""Stress tests: what if a crisis came back, what if your own scenario happened, and what would have to happen for a given loss."""

import streamlit as st

from farp.analysis.reverse_stress import reverse_stress
from farp.analysis.stress import Scene, StressResult, hypothetical_stress, stresses
from farp.charts.stress import factor_moves, factor_past, reverse_waterfall, scenario_bars, stress_waterfall
from farp.errors import FarpError
from farp.report.stress_sentences import days_in_words, reverse_stress_in_words, stress_in_words
from farp.ui import controls
from farp.ui.charts import chart, current_palette
from farp.ui.desk import desk, kept
from farp.ui.shell import current_portfolio, current_window, guarded, through_app
from farp.ui.text import literal
from farp.ui.topics import stress
from farp.ui.topics.stress_builder import builder

PARTS = {"scenarios": "What if", "builder": "Build your own", "reverse": "What would it take"}


def scenarios() -> None:
    """Show every scenario ranked, and one of them by holding."""
    saved = desk().scenarios(on_error=stress.warn)
    result = kept("stress", lambda: stresses(window, desk().history, saved), portfolio, window.as_of, days, saved)
    stress.ranking_cards(result)
    for note in result.notes:
        st.info(literal(note), icon=":material/info:")
    ranked = st.container()
    with controls.row(2, [1, 1])[0]:
        one = stress.pick_scenario(result)
    with ranked:
        figure = scenario_bars(result, colours, one.scenario.id)
        chart("What today's holdings would gain or lose", figure, lambda: stress.ranking(result), key="scenarios", help=stress.RANKING)
        for said in stress.without_bars(result):
            st.caption(said)
    outcome(one, result.benchmark_name)


def own_scenario() -> None:
    """Build a scenario and show what it does."""
    scenario = builder(window.base_currency, [holding.ticker for holding in window.holdings])
    if scenario is None:
        return
    try:
        result = hypothetical_stress(Scene(window=window, history=desk().history), scenario)
    except FarpError as error:
        stress.warn(error)
        return
    outcome(result, "")


def outcome(result: StressResult, benchmark: str) -> None:
    """Show what one scenario does, by holding."""
    st.markdown(literal(stress_in_words(result, window)))
    if not result.available:
        return
    stress.result_cards(result, window, benchmark)
    stress.notes(tuple(filter(None, (days_in_words(result), *result.notes))))
    figure = stress_waterfall(result, window, colours)
    chart("Who gains and who loses", figure, lambda: stress.by_holding(result, window), key="waterfall", help=stress.WATERFALL)


def reverse() -> None:
    """Show the likeliest way to a loss, how far it is and how often it happened."""
    first, second, third = controls.row(3, [1, 1, 2])
    with first:
        share, amount = stress.loss(window)
    with second:
        within = controls.horizon(key="within", default=21)
    with third:
        chosen = controls.factors()
    result = kept(
        "reverse stress",
        lambda: reverse_stress(window, desk().history, share, within, chosen, amount),
        portfolio,
        window.as_of,
        days,
        share,
        amount,
        within,
        chosen,
    )
    stress.reverse_cards(result)
    st.markdown(literal(" ".join(reverse_stress_in_words(result))))
    left, right = st.columns([5, 6], gap="large")
    with left:
        chart(
            "How the factors would move",
            factor_moves(result, colours),
            lambda: stress.factor_moves_table(result),
            key="moves",
            help=stress.FACTOR_MOVES,
        )
    with right:
        figure = reverse_waterfall(result, colours)
        chart("Who would lose", figure, lambda: stress.reverse_by_holding(result), key="reverse", help=stress.REVERSE_WATERFALL)
    chart("Has it happened before?", factor_past(result, colours), lambda: stress.past_table(result), key="past", help=stress.FACTOR_PAST)


through_app()
with guarded():
    portfolio = current_portfolio()
    left, right = controls.row(2, [3, 1])
    with left:
        part = controls.segments("Question", PARTS, key="part", default="scenarios", help=stress.PART)
    with right:
        days = controls.lookback()
    window = current_window(days, portfolio=portfolio)
    colours = current_palette()
    {"scenarios": scenarios, "builder": own_scenario, "reverse": reverse}[part]()
