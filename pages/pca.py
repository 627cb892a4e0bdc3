"""Principal components: how many independent movements the holdings have, and which of them the portfolio rides on."""

import streamlit as st

from farp.analysis.pca import portfolio_components
from farp.charts.pca import loadings_heatmap, portfolio_shares, scree
from farp.ui import controls
from farp.ui.charts import chart, current_palette
from farp.ui.desk import kept
from farp.ui.shell import current_portfolio, current_window, guarded, through_app
from farp.ui.topics import pca

through_app()
with guarded():
    portfolio = current_portfolio()
    (left, _) = controls.row(2, [1, 2])
    with left:
        days = controls.lookback()
    window = current_window(days, portfolio=portfolio)
    with st.spinner("Finding the components …"):
        result = kept("pca", lambda: portfolio_components(window), portfolio, window.as_of, days)
    colours = current_palette()
    pca.pca_cards(result)
    one, other = st.columns(2, gap="medium")
    with one:
        chart("How many movements there are", scree(result, colours), lambda: pca.components(result), key="scree", help=pca.SCREE)
    with other:
        chart(
            "Which of them the portfolio rides on",
            portfolio_shares(result, colours),
            lambda: pca.components(result),
            key="pca_shares",
            help=pca.SHARES,
        )
    pca.in_words(result)
    chart(
        "Which holdings are in which component",
        loadings_heatmap(result, colours),
        lambda: pca.loadings(result),
        key="pca_loadings",
        help=pca.LOADINGS,
    )
