"""Positions & data: what is held, the prices used, and what was left out and why."""

import streamlit as st

from farp.ui import help_texts, tables
from farp.ui.desk import desk
from farp.ui.shell import current_portfolio, guarded, open_overview, report_of, through_app
from farp.ui.text import literal
from farp.ui.upload import saved

through_app()
with guarded():
    portfolio = current_portfolio()
    if saved.toolbar(portfolio, desk(), deleted=lambda: open_overview(None)):
        saved.edit(portfolio, desk())
        st.stop()
    report = report_of(portfolio)
    if portfolio.description:
        st.markdown(literal(portfolio.description))
    st.subheader("Positions", anchor=False, help=help_texts.POSITIONS)
    tables.show(tables.positions(report), key="positions")
    st.subheader("Left out", anchor=False, help=help_texts.EXCLUDED)
    if report.excluded:
        tables.show(tables.exclusions(report.excluded, report.base_currency), key="excluded")
    else:
        st.caption("Nothing: every position is part of every figure.")
    st.subheader("Data behind the figures", anchor=False)
    tables.show(tables.provenance(report), key="provenance")
