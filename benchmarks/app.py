"""FARP's own app with an empty page more: the floor of a page change, on the same server and inside the same frame."""

import streamlit as st

from farp.ui.navigation import sections
from farp.ui.shell import run


def empty() -> None:
    st.title("Empty page")


run({**sections(), "Benchmark": [st.Page(empty, title="Empty page")]})
