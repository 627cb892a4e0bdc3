"""Drawdown: the past year with today's holdings, beside the benchmark."""

import streamlit as st

from farp.charts.drawdown import rolling_sharpe_ratio, rolling_volatility, underwater, value_path
from farp.format import money, number, percent
from farp.report.sentences import how_it_went
from farp.ui import help_texts, tables
from farp.ui.cards import drawdown_cards
from farp.ui.charts import chart, current_palette
from farp.ui.shell import current_report, guarded, through_app
from farp.ui.text import literal

through_app()
with guarded():
    report = current_report()
    colours = current_palette()
    drawdown_cards(report)
    st.markdown(literal(how_it_went(report)))
    chart(
        "Value of today's holdings against the benchmark",
        value_path(report, colours),
        lambda: tables.series({"Value": report.value}, lambda amount: money(amount, report.base_currency)),
        key="value_path",
        help=help_texts.VALUE_PATH,
    )
    chart(
        "Below the high so far",
        underwater(report, colours),
        lambda: tables.series({"Drawdown": report.drawdown.underwater}, percent),
        key="underwater",
        help=help_texts.UNDERWATER,
    )
    left, right = st.columns(2, gap="large")
    with left:
        chart(
            "Rolling volatility",
            rolling_volatility(report, colours),
            lambda: tables.series({f"{window} days": series for window, series in report.rolling_volatility.items()}, percent),
            key="rolling_volatility",
            help=help_texts.ROLLING_VOLATILITY,
        )
    with right:
        chart(
            "Rolling Sharpe ratio",
            rolling_sharpe_ratio(report, colours),
            lambda: tables.series({f"{window} days": series for window, series in report.rolling_sharpe_ratio.items()}, number),
            key="rolling_sharpe",
            help=help_texts.ROLLING_SHARPE,
        )
