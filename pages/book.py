"""All portfolios: each with its risk, and all of them as one."""

import streamlit as st

from farp.charts.book import factor_exposures, names_held, risk_and_return
from farp.errors import FarpError
from farp.ui.charts import chart, current_palette
from farp.ui.shell import guarded, through_app
from farp.ui.text import literal
from farp.ui.topics import book as topic

through_app()
with guarded():
    st.title("All portfolios", anchor=False)
    whole = topic.whole_book()
    topic.caption(whole)
    topic.unfinished(whole)
    shown = topic.filters(whole)
    if not len(shown):
        st.info("No portfolio passes these filters.", icon=":material/filter_alt_off:")
        st.stop()
    total = None
    try:
        total = topic.total_of(shown)
    except FarpError as error:
        st.info(literal(str(error)), icon=":material/info:")
    if total is not None:
        topic.total_cards(shown, total)
    topic.total_notes(shown, total)
    topic.lines(shown)
    topic.failures(shown)
    colours = current_palette()
    chart(
        "Risk and return of each portfolio",
        risk_and_return(topic.titles(shown), shown.volatility, shown.mean_return, colours),
        lambda: topic.scatter_table(shown),
        key="risk_return",
        help=topic.SCATTER,
    )
    if total is not None:
        together = total
        left, right = st.columns(2, gap="large")
        with left:
            gross = sum(one.gross for one in total.held)
            figure = names_held(total.held, total.report.base_currency, gross, colours)
            chart("What is held most", figure, lambda: topic.names_table(together), key="names", help=topic.NAMES)
        with right:
            chart(
                "What moves the whole",
                factor_exposures(total.report, colours),
                lambda: topic.factors_table(together),
                key="factors",
                help=topic.FACTORS,
            )
