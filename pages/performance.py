"""Performance: how today's holdings would have done, beside the benchmark."""

import streamlit as st

from farp.analysis.performance import EXTRA_DAYS, ROLLING_WINDOWS, performance_of
from farp.charts import performance as charts
from farp.format import percent
from farp.report.measures import PASTS, Past
from farp.ui import controls, tables
from farp.ui.charts import chart, current_palette
from farp.ui.desk import desk, kept
from farp.ui.shell import current_portfolio, current_window, guarded, through_app
from farp.ui.text import literal
from farp.ui.topics import performance

through_app()
with guarded():
    portfolio = current_portfolio()
    left, right = controls.row(2)
    with left:
        days = controls.lookback()
    with right:
        span = int(
            controls.segments(
                "Rolling window",
                {str(window): f"{window} days" for window in ROLLING_WINDOWS},
                key="rolling",
                default="60",
                help=performance.WINDOW,
            )
        )
    window = current_window(days, extra_days=EXTRA_DAYS, portfolio=portfolio)
    rate = desk().settings.risk_free_rate
    result = kept("performance", lambda: performance_of(window, desk().history, rate, span), portfolio, window.as_of, days, span)
    colours = current_palette()
    for note in result.notes:
        st.info(literal(note), icon=":material/info:")
    performance.performance_cards(result)
    st.caption(performance.TWO_PASTS)
    if result.figures is not None:
        chart(
            "Month by month",
            charts.calendar_heatmap(result, colours),
            lambda: performance.calendar_table(result),
            key="calendar",
            help=performance.CALENDAR,
        )
        st.subheader("All figures, beside the benchmark", anchor=False, help=performance.FIGURES)
        st.caption(PASTS[Past.WEIGHTS])
        tables.show(performance.figures_table(result, Past.WEIGHTS), key="figures_weights")
        if result.benchmark is not None:
            st.caption(f"Against {literal(result.benchmark.name)}, on the days they share")
            tables.show(performance.against_table(result), key="figures_against")
        st.caption(PASTS[Past.QUANTITIES])
        tables.show(performance.figures_table(result, Past.QUANTITIES), key="figures_quantities")
        performance.formulas(result)
    if result.rolling is not None:
        behind = performance.rolling_tables(result.rolling, result.benchmark.name if result.benchmark else "Benchmark")
        one, two = st.columns(2, gap="large")
        with one:
            chart(
                "Rolling return",
                charts.rolling_return(result, colours),
                lambda: behind["return"],
                key="rolling_return",
                help=performance.ROLLING_RETURN,
            )
        with two:
            chart(
                "Rolling volatility",
                charts.rolling_volatility(result, colours),
                lambda: behind["volatility"],
                key="rolling_vol",
                help=performance.ROLLING_VOLATILITY,
            )
        with one:
            chart(
                "Rolling Sharpe ratio",
                charts.rolling_sharpe_ratio(result, colours),
                lambda: behind["sharpe"],
                key="rolling_sharpe",
                help=performance.ROLLING_SHARPE,
            )
        with two:
            chart("Rolling beta", charts.rolling_beta(result, colours), lambda: behind["beta"], key="rolling_beta", help=performance.ROLLING_BETA)
    chart(
        "Worst drawdowns",
        charts.worst_falls(result, colours),
        lambda: tables.series({"Drawdown": result.underwater}, percent),
        key="worst_drawdowns",
        help=performance.DRAWDOWNS,
    )
    if result.worst_drawdowns:
        tables.show(performance.drawdowns_table(result), key="drawdown_list")
