"""Exposure: long, short, gross and net by a chosen dimension, and how concentrated the holdings are."""

import streamlit as st

from farp.charts.exposure import exposure_bars, holdings_treemap
from farp.ui import help_texts, tables
from farp.ui.cards import exposure_cards
from farp.ui.charts import chart, current_palette
from farp.ui.shell import current_report, guarded, through_app

DIMENSIONS = {"asset_class": "Asset class", "sector": "Sector", "currency": "Currency", "country": "Country"}

through_app()
with guarded():
    report = current_report()
    colours = current_palette()
    exposure_cards(report)
    dimension = st.segmented_control(
        "Group by", list(DIMENSIONS), default="asset_class", required=True, format_func=DIMENSIONS.__getitem__, key="dimension", bind="query-params"
    )
    dimension = dimension or "asset_class"
    title = DIMENSIONS[dimension]
    chart(
        f"Exposure by {title.lower()}",
        exposure_bars(report, dimension, colours),
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
