"""Sensitivity: what is gained or lost when one factor moves, or two."""

import streamlit as st

from farp.analysis.sensitivity import default_pair, sensitivities, with_grid
from farp.charts.sensitivity import grid_heatmap, ladder_heatmap, position_bars
from farp.report.moves import conversions, doubtful, summary
from farp.ui import controls, tables
from farp.ui.charts import chart, current_palette
from farp.ui.desk import desk, kept
from farp.ui.shell import current_portfolio, current_window, guarded, through_app
from farp.ui.text import literal
from farp.ui.topics import sensitivity

through_app()
with guarded():
    portfolio = current_portfolio()
    left, right = controls.row(2)
    with left:
        days = controls.lookback()
    with right:
        in_percent = (
            controls.segments("P&L in", {"money": "Money", "percent": "Percent"}, key="unit", default="money", help=sensitivity.UNIT) == "percent"
        )
    chosen = controls.factors()  # a row of its own: it lists what was chosen on one line
    window = current_window(days, extra_days=None, portfolio=portfolio)
    result = kept("sensitivity", lambda: sensitivities(window, desk().history, chosen), portfolio, window.as_of, days, chosen)
    sensitivity.sensitivity_cards(result)
    st.markdown(literal(summary(result)))
    for sentence in conversions(result):
        st.caption(literal(sentence))
    for note in result.notes:
        st.info(literal(note), icon=":material/info:")
    colours = current_palette()
    chart(
        "If one factor moves",
        ladder_heatmap(result, colours, in_percent),
        lambda: sensitivity.ladder_table(result),
        key="ladder",
        help=sensitivity.LADDER,
    )
    names = {name: name for name in (result.factors.names[place] for place in result.costliest)}
    with controls.row(2, [1, 2])[0]:
        name = controls.choice("Who is behind it: factor", names, key="factor", default=next(iter(names)), help=sensitivity.FACTOR)
    place = result.factors.names.index(name)
    chart(
        f"Positions behind {literal(name)}",
        position_bars(result, place, colours),
        lambda: sensitivity.positions_table(result, place),
        key="sensitivity_positions",
        help=sensitivity.POSITIONS,
    )
    pair = default_pair(result.factors)
    if pair is not None:
        in_order = {name: name for name in result.factors.names}
        down, across, _ = controls.row(3)
        with down:
            first = controls.choice("Two factors: down", in_order, key="down", default=pair[0], help=sensitivity.AXIS)
        with across:
            others = {name: name for name in in_order if name != first}
            second = controls.choice(
                "and across", others, key="across", default=pair[1] if pair[1] in others else next(iter(others)), help=sensitivity.AXIS
            )
        both = with_grid(result, first, second)
        chart(
            f"If {literal(first)} and {literal(second)} move together",
            grid_heatmap(both, colours, in_percent),
            lambda: sensitivity.grid_table(both),
            key="grid",
            help=sensitivity.GRID,
        )
        doubt = doubtful(both)
        if doubt is not None:
            st.caption(literal(doubt))
    meanings = st.expander("What each factor is, and how it is moved", icon=":material/menu_book:", key="moves", on_change="rerun")
    if meanings.open:
        with meanings:
            tables.show(sensitivity.moves_table(result), key="moves_table")
