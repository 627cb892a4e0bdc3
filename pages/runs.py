"""Runs: when the whole book was computed, how long it took and what failed."""

import streamlit as st

from farp.ui import tables
from farp.ui.shell import guarded, through_app
from farp.ui.topics import runs

through_app()
with guarded():
    st.title("Runs", anchor=False)
    st.caption("Each run computes the figures of all portfolios that changed, or whose prices did, and keeps them for the page All portfolios.")
    found = runs.latest()
    if not found:
        st.info("There was no run yet. `farp refresh` starts one, and so does Compute now on the page All portfolios.", icon=":material/schedule:")
        st.stop()
    runs.under_way(found)
    chosen = runs.choice(found)
    runs.run_cards(chosen)
    runs.failures(chosen)
    st.subheader("All runs", anchor=False, help="The newest fifty. Times are UTC.")
    tables.show(runs.table(found), key="runs")
