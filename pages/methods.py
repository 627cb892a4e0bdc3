"""VaR methods: the same risk by eight methods side by side, and each of them in detail."""

import streamlit as st

from farp.analysis.methods import QUICK_METHODS, SLOW_METHODS, MethodFigure, NoFigure, compared, method_row, method_view
from farp.engine.methods import METHODS
from farp.engine.value_at_risk import HISTORICAL_SIMULATION
from farp.ui import controls
from farp.ui.charts import current_palette
from farp.ui.desk import kept
from farp.ui.shell import current_portfolio, current_window, guarded, through_app
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
    colours = current_palette()

    def row(method: str) -> MethodFigure | NoFigure:
        return kept("method", lambda: method_row(window, method, level, over, rule), method, over, *asked)

    side_by_side = st.empty()
    progress = st.empty()
    left, _ = controls.row(2, [1, 2])
    with left:
        chosen = controls.choice("Method in detail", METHODS, key="method", default=HISTORICAL_SIMULATION, help=methods.METHOD)
    detail = st.empty()

    def draw(there: tuple[str, ...]) -> None:
        result = compared(window, [row(method) for method in there], level, over, rule)
        pending = tuple(method for method in METHODS if method not in there)
        with side_by_side.container():
            methods.side_by_side(result, pending, colours)
        with detail.container():
            methods.explained(chosen)
            if chosen in pending:
                st.caption(methods.PENDING)
            elif isinstance(answer := row(chosen), NoFigure):
                methods.no_figure(answer)
            else:
                view = kept("method_view", lambda: method_view(window, chosen, level, rule), chosen, *asked)
                methods.in_detail(view, window, colours, final=not pending)

    # The slow methods come last, into a page that is there to be read and used. They are drawn into the same places rather than by
    # another run of the page, which would take away what this one had to say about the link.
    ready = repr((over, *asked))
    if st.session_state.get("_methods_ready") != ready:
        draw(QUICK_METHODS)
        with progress, st.spinner("Monte Carlo draws 100,000 days and GARCH is being fitted …"):
            for method in SLOW_METHODS:
                row(method)
        st.session_state["_methods_ready"] = ready
    draw(tuple(METHODS))
