"""A chart on a page: heading, figure, and the table behind it one click away."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from farp.charts.theme import CONFIG, Palette, palette
from farp.ui import tables
from farp.ui.theme_watch import dark


def current_palette() -> Palette:
    """Return the colours of the theme the browser shows."""
    return palette(dark=dark())


def chart(title: str, figure: go.Figure, table: Callable[[], tables.Table], *, key: str, help: str, alt: str | None = None) -> None:
    """Draw `figure` under its heading; `table` is built only when its popover is opened."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small", key=f"head_{key}"):
        st.subheader(title, anchor=False, help=help, width="content")
        popover = st.popover("Table", icon=":material/table:", type="tertiary", key=f"table_{key}", on_change="rerun")
    if popover.open:
        with popover:
            data = table()
            tables.show(data, key=f"data_{key}", height=360 if len(data.frame) > 10 else None)
            st.download_button(
                "Download this table",
                data=lambda: data.frame.to_csv(index=False),
                file_name=f"{key}.csv",
                mime="text/csv",
                icon=":material/download:",
                key=f"csv_{key}",
                on_click="ignore",
            )
    st.plotly_chart(figure, theme=None, config=CONFIG, key=f"chart_{key}", alt=alt or title)
