"""VaR methods: the same risk by eight methods side by side, and each of them in detail."""

import streamlit as st

from farp.analysis.methods import QUICK_METHODS, SLOW_METHODS, MethodFigure, NoFigure, compared, method_row, method_view
from farp.charts.methods import comparison_bars, method_histogram
from farp.engine.methods import METHODS
from farp.engine.value_at_risk import HISTORICAL_SIMULATION
from farp.report.methods import EXPLAINED, apart_in_words
from farp.ui import controls, tables
from farp.ui.charts import chart, current_palette
from farp.ui.desk import kept
from farp.ui.shell import current_portfolio, current_window, guarded, through_app
from farp.ui.text import literal
from farp.ui.topics import methods

through_app()
with guarded():
    portfolio = current_portfolio()
    first, second, third, fourth = controls.row(4)
    with first:
        level = controls.confidence()
    with second:
        over = controls.horizon()
    with third:
        days = controls.lookback()
    with fourth:
        rule = controls.rule()
    window = current_window(days, portfolio=portfolio)
    asked = (portfolio, window.as_of, days, level, rule)

    def row(method: str) -> MethodFigure | NoFigure:
        return kept("method", lambda: method_row(window, method, level, over, rule), method, over, *asked)

    # the quick ones at once; the others once this session has computed them, at the end of the page
    there = st.session_state.get("_methods_done") == repr((over, *asked))
    pending = () if there else SLOW_METHODS
    result = compared(window, [row(method) for method in (METHODS if there else QUICK_METHODS)], level, over, rule)

    methods.method_cards(result)
    st.markdown(literal(apart_in_words(result)))
    colours = current_palette()
    chart(
        "The same risk by every method",
        comparison_bars(result, colours, pending),
        lambda: methods.methods_table(result, pending),
        key="methods",
        help=methods.BARS,
    )
    progress = st.container()
    progress.empty()
    st.subheader("Side by side", anchor=False, help=methods.TABLE)
    tables.show(methods.methods_table(result, pending), key="methods_table")

    chosen = controls.choice("Method in detail", METHODS, key="method", default=HISTORICAL_SIMULATION, help=methods.METHOD)
    st.markdown(literal(EXPLAINED[chosen]))
    answer = next((one for one in result.rows if one.method == chosen), None)
    if answer is None:
        st.caption(methods.PENDING)
    elif isinstance(answer, NoFigure):
        st.info(literal(answer.message), icon=":material/info:")
    else:
        view = kept("method_view", lambda: method_view(window, chosen, level, rule), chosen, *asked)
        left, right = st.columns([6, 5], gap="large")
        with left:
            chart(
                f"One day as seen by {answer.name}",
                method_histogram(view, window.profit_and_loss, window.base_currency, colours),
                lambda: methods.view_table(view, result),
                key="method_view",
                help=methods.VIEW,
            )
            if view.no_curve_because:
                st.caption(literal(view.no_curve_because))
        with right:
            st.subheader("Chosen and fitted", anchor=False, help=methods.FACTS)
            tables.show(methods.facts_table(view.tail, window.base_currency), key="method_facts")

    @st.fragment
    def slow_methods() -> None:
        with progress, st.spinner("Monte Carlo draws 100,000 days and GARCH is being fitted …"):
            for method in SLOW_METHODS:
                row(method)
        st.session_state["_methods_done"] = repr((over, *asked))
        st.rerun()

    if pending:
        slow_methods()
