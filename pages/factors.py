"""Factors: which common influences drive which holding, and how much of the risk they explain."""

import streamlit as st

from farp.charts.factors import contribution_heatmap, factor_shares, loadings_heatmap
from farp.ui import help_texts, tables
from farp.ui.cards import factor_cards
from farp.ui.charts import chart, current_palette
from farp.ui.shell import current_report, guarded, nothing_here, through_app

VIEWS = {"contributions": "Share of variance", "loadings": "Loadings", "statistics": "R² and t-statistics"}

through_app()
with guarded():
    report = current_report()
    colours = current_palette()
    if report.factors is None:
        nothing_here("No factor analysis", report.no_factors_because)
    factor_cards(report)
    view = st.segmented_control(
        "Show", list(VIEWS), default="contributions", required=True, format_func=VIEWS.__getitem__, key="view", bind="query-params"
    )
    if view == "statistics":
        st.subheader("How well the factors explain each holding", anchor=False, help=help_texts.FACTOR_TABLE)
        tables.show(tables.regression(report), key="regression")
    elif view == "loadings":
        chart(
            "Loadings of each holding on each factor",
            loadings_heatmap(report, colours),
            lambda: tables.regression(report),
            key="loadings",
            help=help_texts.LOADINGS,
        )
    else:
        chart(
            "Where the risk comes from: share of variance by holding and factor",
            contribution_heatmap(report, colours),
            lambda: tables.variance_shares(report),
            key="heatmap",
            help=help_texts.HEATMAP,
        )
    chart(
        "Share of variance by factor",
        factor_shares(report, colours),
        lambda: tables.variance_shares(report),
        key="factor_shares",
        help=help_texts.SYSTEMATIC,
    )
    meanings = st.expander("What each factor is", icon=":material/menu_book:", key="meanings", on_change="rerun")
    if meanings.open:
        with meanings:
            tables.show(tables.factor_meanings(report), key="factor_meanings")
