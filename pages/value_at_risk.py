"""Value at risk: the table, the days behind it, and who lost what on the worst of them."""

import streamlit as st

from farp.charts.value_at_risk import loss_histogram, rolling_value_at_risk, tail_day_bars
from farp.format import confidence, day, money
from farp.report.sentences import value_at_risk_in_words
from farp.ui import help_texts, tables
from farp.ui.charts import chart, current_palette
from farp.ui.shell import current_report, guarded, through_app
from farp.ui.text import literal

through_app()
with guarded():
    report = current_report()
    colours = current_palette()
    level = report.spec.confidences[0]
    st.subheader("Value at risk and expected shortfall", anchor=False, help=help_texts.VAR_TABLE)
    tables.show(tables.value_at_risk(report), key="var_table")
    st.markdown(literal(" ".join(value_at_risk_in_words(figure, report.base_currency) for figure in report.value_at_risk)))
    for warning in dict.fromkeys(figure.warning for figure in report.value_at_risk if figure.warning):
        st.warning(literal(warning), icon=":material/hourglass_empty:")
    chart(
        "Daily profit and loss of today's holdings",
        loss_histogram(report, colours),
        lambda: tables.profit_and_loss(report),
        key="loss_histogram",
        help=help_texts.HISTOGRAM,
    )
    worst = report.tail_days(level)
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.subheader(f"The {len(worst)} worst days", anchor=False, help=help_texts.TAIL_DAYS)
        clicked = tables.show(tables.tail_days(report, worst), key="tail_days", selectable=True)
        chosen = worst[clicked or 0]
        st.caption("Click a row to see that day's gains and losses by position.")
    with right:
        amount = literal(money(float(report.profit_and_loss[chosen]), report.base_currency))
        chart(
            f"{day(report.dates[chosen].item())}: {amount} by position",
            tail_day_bars(report, chosen, colours),
            lambda: tables.day_by_position(report, chosen),
            key="tail_day",
            help=help_texts.TAIL_DAYS,
        )
    chart(
        f"VaR {confidence(level)} through time",
        rolling_value_at_risk(report, colours),
        lambda: tables.series({"VaR": report.rolling_value_at_risk}, lambda amount: money(amount, report.base_currency)),
        key="rolling_var",
        help=help_texts.ROLLING_VAR,
    )
