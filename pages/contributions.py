"""Contributions: who causes the risk, relative to its weight, down to the single holding."""

import streamlit as st

from farp.analysis.contributions import Breakdown
from farp.charts.contribution import contribution_bars
from farp.report.causes import who_causes_it
from farp.ui import controls
from farp.ui.charts import chart, current_palette
from farp.ui.shell import current_portfolio, current_window, guarded, through_app
from farp.ui.text import literal
from farp.ui.topics import contributions as topic

through_app()
with guarded():
    portfolio = current_portfolio()
    by = topic.breakdown()
    left, middle, right = controls.row(3)
    with left:
        view = topic.view()
    with middle:
        level = controls.confidence()
    with right:
        days = controls.lookback()
    factors = controls.factors() if by is Breakdown.FACTOR else None
    window = current_window(days, portfolio=portfolio)
    whole = topic.computed(window, by, view, level, factors)
    group = topic.chosen_group(whole)
    shown = topic.computed(window, by, view, level, factors, group) if group is not None else whole
    topic.contribution_cards(whole, group)
    if group is not None:
        topic.way_back(whole, group)
    st.markdown(literal(who_causes_it(shown)))
    for note in shown.notes:
        if note != shown.nothing_because:
            st.info(literal(note), icon=":material/info:")
    chart(
        topic.heading(whole, group),
        contribution_bars(shown, current_palette()),
        lambda: topic.contributors(shown),
        key="contributions",
        help=topic.CHART[view],
    )
    topic.draw_table(whole, shown)
