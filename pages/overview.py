"""Overview: what could be lost, and because of what, on one screen."""

import streamlit as st

from farp.charts.contribution import tail_contributions
from farp.charts.exposure import net_exposure_bars
from farp.charts.factors import factor_shares
from farp.charts.value_at_risk import loss_histogram
from farp.report.sentences import three_sentences
from farp.ui import help_texts, tables
from farp.ui.cards import headline_cards
from farp.ui.charts import chart, current_palette
from farp.ui.shell import current_report, guarded, through_app
from farp.ui.text import literal

through_app()
with guarded():
    report = current_report()
    colours = current_palette()
    headline_cards(report)
    for sentence in three_sentences(report):
        st.markdown(literal(sentence))
    left, right = st.columns(2, gap="large")
    with left:
        chart(
            "Daily profit and loss of today's holdings",
            loss_histogram(report, colours),
            lambda: tables.profit_and_loss(report),
            key="loss_histogram",
            help=help_texts.HISTOGRAM,
        )
    with right:
        chart(
            "Top risk contributors",
            tail_contributions(report, report.spec.confidences[0], colours),
            lambda: tables.contributions(report),
            key="contributors",
            help=help_texts.CONTRIBUTORS,
        )
    left, right = st.columns(2, gap="large")
    with left:
        chart(
            "Net exposure by sector",
            net_exposure_bars(report, "sector", colours),
            lambda: tables.exposure(report, "sector", "Sector"),
            key="sector",
            help=help_texts.EXPOSURE,
        )
    with right:
        chart(
            "What drives the ups and downs",
            factor_shares(report, colours),
            lambda: tables.variance_shares(report),
            key="factor_shares",
            help=help_texts.HEATMAP,
        )
