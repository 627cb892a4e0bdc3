"""Exposure: long, short, gross and net by a chosen dimension, and how concentrated the holdings are."""

import streamlit as st

from farp.charts.exposure import exposure_bars, gross_exposure_bars, holdings_treemap, net_exposure_bars
from farp.ui import help_texts, tables
from farp.ui.cards import exposure_cards
from farp.ui.charts import chart, current_palette
from farp.ui.shell import current_report, guarded, through_app

DIMENSIONS = {"asset_class": "Asset class", "sector": "Sector", "currency": "Currency", "country": "Country"}
MEASURES = {"long_short": "Long and short", "gross": "Gross", "net": "Net"}

through_app()
with guarded():
    report = current_report()
    colours = current_palette()
    exposure_cards(report)
    with st.container(horizontal=True, gap="medium"):
        dimension = st.segmented_control(
            "Group by",
            list(DIMENSIONS),
            default="asset_class",
            required=True,
            format_func=DIMENSIONS.__getitem__,
            key="dimension",
            bind="query-params",
        )
        measure = st.segmented_control(
            "Show", list(MEASURES), default="long_short", required=True, format_func=MEASURES.__getitem__, key="measure", bind="query-params"
        )
    title = DIMENSIONS[dimension]
    if measure == "gross":
        figure = gross_exposure_bars(report, dimension, colours)
    elif measure == "net":
        figure = net_exposure_bars(report, dimension, colours, height=None)
    else:
        figure = exposure_bars(report, dimension, colours)
    chart(
        f"{MEASURES[measure]} exposure by {title.lower()}",
        figure,
        lambda: tables.exposure(report, dimension, title),
        key="exposure",
        help=help_texts.EXPOSURE,
    )
    tables.show(tables.exposure(report, dimension, title), key="exposure_table")
    chart(
        "Holdings by size",
        holdings_treemap(report, colours),
        lambda: tables.positions(report),
        key="treemap",
        help=help_texts.TREEMAP,
    )
