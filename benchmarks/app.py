"""FARP's own app with an empty page more: the floor of a page change, on the same server and inside the same frame."""

import streamlit as st

from farp.ui.shell import frame, sections


def empty() -> None:
    st.title("Empty page")


frame({**sections(), "Benchmark": [st.Page(empty, title="Empty page")]}).run()
