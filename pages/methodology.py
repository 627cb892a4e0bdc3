"""Methodology: what every number means, from the same text as docs/methodology.md."""

import streamlit as st

from farp.ui.shell import guarded, through_app
from farp.ui.text import literal
from farp.ui.topics import methodology

through_app()
with guarded():
    found = methodology.text()
    st.title("Methodology", anchor=False)
    st.caption(literal(found.title))
    text, beside = st.columns([3, 1], gap="large")
    with beside:
        methodology.contents(found)
    with text:
        methodology.sections(found)
