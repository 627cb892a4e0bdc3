"""Compare: up to four portfolios side by side."""

import streamlit as st

from farp.charts.compare import distributions, factor_bars
from farp.ui import tables
from farp.ui.charts import chart, current_palette
from farp.ui.shell import guarded, through_app
from farp.ui.topics import compare

through_app()
with guarded():
    st.title("Compare portfolios", anchor=False)
    ids = compare.picked()
    if not ids:
        st.info("Pick two or more portfolios to see them side by side.", icon=":material/compare_arrows:")
        st.stop()
    compared = compare.reports(ids)
    if not compared:
        st.stop()
    colours = current_palette()
    tables.show(compare.metrics(compared), key="compared")
    compare.notes(compared)
    left, right = st.columns(2, gap="large")
    with left:
        chart(
            "Days of profit and loss",
            distributions(compared, colours),
            lambda: compare.distribution_table(compared),
            key="distributions",
            help=compare.DISTRIBUTIONS,
        )
    with right:
        chart("What moves them", factor_bars(compared, colours), lambda: compare.factor_table(compared), key="compared_factors", help=compare.FACTORS)
