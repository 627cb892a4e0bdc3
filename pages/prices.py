"""Prices: how fresh every series is, fetching new closes, and prices of one's own."""

import streamlit as st

from farp.charts.prices import coverage
from farp.ui import controls, tables
from farp.ui.charts import chart, current_palette
from farp.ui.desk import desk
from farp.ui.shell import guarded, through_app
from farp.ui.text import literal
from farp.ui.topics import prices

through_app()
with guarded():
    st.title("Prices", anchor=False)
    status = prices.current_status()
    st.caption(literal(status.source_label))
    prices.last_note()
    left, middle, right = controls.row(3, [3, 4, 2])
    progress = st.empty()
    with left:
        prices.source_choice(status)
    with middle:
        prices.benchmark_choice(status)
    with right:
        prices.update_button(status, progress)
    prices.price_cards(status, desk().prices.age())
    show = controls.segments(
        "Series", prices.SHOWN, key="series", default="needed", help="Which series the table and the picture show; own are from your files."
    )
    series = prices.chosen(status, show)
    if series:
        tables.show(prices.series_table(series), key="series_table", height=460 if len(series) > 11 else None)
        chart(
            "How far each series reaches",
            coverage(series, current_palette()),
            lambda: prices.series_table(series),
            key="coverage",
            help=prices.COVERAGE,
        )
    else:
        st.info(prices.NONE[show], icon=":material/info:")
    with st.expander("Jumps of more than 25 % in the last five years", icon=":material/troubleshoot:"):
        prices.jump_review(series)
    with st.expander("Prices of your own", icon=":material/upload_file:", expanded=show == "own"):
        prices.own_upload()
        prices.own_removal(status)
    with st.expander("Correct what the source says about an instrument", icon=":material/edit:"):
        prices.corrections(status)
