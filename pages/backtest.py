"""Backtest: which VaR method the past speaks for."""

import streamlit as st

from farp.analysis.backtest import ALL, FAST, LIGHT_DAYS, compared, lights
from farp.charts.backtest import exceptions_chart, lights_chart
from farp.ui import controls, tables
from farp.ui.charts import chart, current_palette
from farp.ui.shell import current_portfolio, current_window, guarded, through_app
from farp.ui.text import literal
from farp.ui.topics import backtest

through_app()
with guarded():
    portfolio = current_portfolio()
    first, second, third, fourth, fifth = controls.row(5, [3, 3, 4, 4, 5])
    with first:
        level = controls.confidence(key="level", default=99.0)
    with second:
        days = int(controls.segments("Days tested", {"250": "250", "500": "500"}, key="tested", default="250", help=backtest.TESTED))
    with third:
        behind = {"60": "60 days", "125": "125 days", "252": "252 days (a year)", "504": "504 days"}
        lookback = int(controls.choice("Days behind each forecast", behind, key="behind", default="252", help=backtest.BEHIND))
    with fourth:
        choice = controls.segments("Methods", {FAST: "Six fast", ALL: "All eight"}, key="with", default=FAST, help=backtest.WITH)
    window = current_window(lookback, extra_days=LIGHT_DAYS[-1], portfolio=portfolio)
    levels, rest = backtest.levels(level), (lookback, portfolio, window.as_of)
    slow = backtest.slow_forecasts(window, levels, days, *rest) if choice == ALL else []  # over the days tested alone: each takes its time
    forecasts = backtest.fast_forecasts(window, levels, LIGHT_DAYS[-1], *rest) + (slow or [])
    result = compared(window, forecasts, level, days, [] if slow else backtest.left_out(choice))
    with fifth:
        shown = controls.choice("Method shown", backtest.shown_options(choice), key="shown", default=backtest.FIRST, help=backtest.SHOWN)
    one = backtest.chosen(result, shown)
    for note in result.own_notes:
        st.info(literal(note), icon=":material/info:")
    progress = st.container()
    backtest.method_cards(result, one)
    chart(
        f"{one.name}: the days beyond its VaR",
        exceptions_chart(result, one.method, current_palette()),
        lambda: backtest.days_tested(result, one),
        key="backtest_days",
        help=backtest.CHART,
    )
    st.subheader("Which method to believe", anchor=False, help=backtest.RANKING)
    st.markdown(literal(result.first_because))
    tables.show(backtest.ranking(result), key="backtest_ranking")
    backtest.verdicts(result)
    methods = [forecast.method for forecast in forecasts]
    found = lights(window, forecasts)
    chart(
        "Traffic lights at 95 and 99 %, over 250 and 500 days",
        lights_chart(methods, found, current_palette()),
        lambda: backtest.lights(methods, found),
        key="backtest_lights",
        help=backtest.LIGHTS,
    )
    if slow is None:
        with progress:
            backtest.work_out_slow_forecasts(window, levels, days, *rest)
        st.rerun()
