"""The floor of a page change: two pages with a title and nothing else, under the same server as FARP's."""

import streamlit as st


def _first() -> None:
    st.title("First")


def _second() -> None:
    st.title("Second")


st.navigation([st.Page(_first, title="First", url_path="first", default=True), st.Page(_second, title="Second", url_path="second")]).run()
