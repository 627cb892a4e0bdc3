"""Positions & data: what is held, the prices used, and what was left out and why."""

import streamlit as st

from farp.ui import help_texts, tables
from farp.ui.shell import current_report, guarded, through_app
from farp.ui.text import literal

through_app()
with guarded():
    report = current_report()
    if report.portfolio.description:
        st.markdown(literal(report.portfolio.description))
    st.subheader("Positions", anchor=False, help=help_texts.POSITIONS)
    tables.show(tables.positions(report), key="positions")
    st.subheader("Left out", anchor=False, help=help_texts.EXCLUDED)
    if report.excluded:
        tables.show(tables.exclusions(report.excluded, report.base_currency), key="excluded")
    else:
        st.caption("Nothing: every position is part of every figure.")
    st.subheader("Data behind the figures", anchor=False)
    tables.show(tables.provenance(report), key="provenance")
