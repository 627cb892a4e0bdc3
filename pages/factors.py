"""Factors: which common influences drive which holding, how much of the risk they explain, and how that changed."""

import streamlit as st

from farp.analysis.factors import portfolio_factors, rolling_loadings
from farp.charts.factors import contribution_heatmap, likeness_heatmap, loadings_heatmap, rolling_lines, variance_waterfall
from farp.ui import controls, tables
from farp.ui.charts import chart, current_palette
from farp.ui.desk import desk, kept
from farp.ui.shell import current_portfolio, current_window, guarded, through_app
from farp.ui.text import literal
from farp.ui.topics import factors

through_app()
with guarded():
    portfolio = current_portfolio()
    left, right = controls.row(2)
    with left:
        days = controls.lookback()
    with right:
        estimator = factors.covariance()
    chosen = controls.factors()  # a row of its own: it lists what was chosen on one line
    window = current_window(days, extra_days=None, portfolio=portfolio)
    settings = (portfolio, window.as_of, days, chosen)
    result = kept("factors", lambda: portfolio_factors(window, desk().history, chosen, estimator), *settings, estimator)
    colours = current_palette()
    factors.factor_cards(result)
    view = controls.segments("Show", factors.VIEWS, key="view", default="contributions", help=factors.VIEW)
    if view == "contributions":
        chart(
            "Where the risk comes from: share of variance by holding and factor",
            contribution_heatmap(result, colours),
            lambda: tables.variance_shares(result),
            key="heatmap",
            help=factors.HEATMAP,
        )
        chart(
            "How the variance adds up, factor by factor",
            variance_waterfall(result, colours),
            lambda: factors.portfolio_regression(result),
            key="waterfall",
            help=factors.WATERFALL,
        )
    elif view == "loadings":
        chart(
            "Loadings of each holding on each factor",
            loadings_heatmap(result, colours),
            lambda: tables.regression(result),
            key="loadings",
            help=factors.LOADINGS,
        )
    elif view == "rolling":
        narrow, wide = controls.row(2, [2, 5])
        with narrow:
            width = int(controls.choice("Days of each fit", factors.ROLLING_WINDOWS, key="rolling", default="252", help=factors.ROLLING_WINDOW))
        with wide:
            shown = factors.shown_lines(result)
        with st.spinner("Fitting every day …"):
            rolled = kept("rolling loadings", lambda: rolling_loadings(window, desk().history, chosen, width), *settings, width)
        chart("Loadings over time", rolling_lines(rolled, shown, colours), lambda: factors.rolling_table(rolled), key="rolling", help=factors.ROLLING)
    elif view == "alike":
        factors.alike_findings(result)
        chart("Which factors move alike", likeness_heatmap(result, colours), lambda: factors.likeness(result), key="alike", help=factors.ALIKE)
    else:
        st.subheader("How the factors explain the portfolio", anchor=False, help=factors.PORTFOLIO_TABLE)
        st.write(literal(factors.fit_sentence(result)))
        tables.show(factors.portfolio_regression(result), key="portfolio_regression")
        st.subheader("How well the factors explain each holding", anchor=False, help=factors.HOLDINGS_TABLE)
        tables.show(tables.regression(result), key="regression")
    meanings = st.expander("What each factor is", icon=":material/menu_book:", key="meanings", on_change="rerun")
    if meanings.open:
        with meanings:
            tables.show(tables.factor_meanings(result), key="factor_meanings")
