"""The page on methodology: the text of `docs/methodology.md`, its contents beside it, the decisions it names below it."""

from __future__ import annotations

import streamlit as st

from farp.report.methodology import Methodology, Section, read
from farp.ui.text import literal

_STYLE = """<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-methodology_contents) { position: sticky; top: 4.5rem; }
.st-key-methodology_contents { max-height: calc(100vh - 6rem); overflow-y: auto; }
.st-key-methodology_contents ul { list-style: none; margin: 0 0 1rem 0; padding: 0; }
.st-key-methodology_contents li { margin: 0 0 0.4rem 0; padding: 0; }
.st-key-methodology_contents a { text-decoration: none; }
.st-key-methodology_text h2 { margin-top: 1rem; }
.st-key-methodology_text table { display: block; width: 100%; overflow-x: auto; border: 0; }
.st-key-methodology_text td { vertical-align: top; }
.st-key-methodology_text td:first-child { min-width: 7rem; }
.st-key-methodology_text td:nth-child(n + 2) { min-width: 10rem; }
.st-key-methodology_text code { overflow-wrap: anywhere; }
.st-key-methodology_text td:first-child code { white-space: nowrap; }
@media (max-width: 640px) {
  [data-testid="stColumn"]:has(.st-key-methodology_contents) { order: -1; }
  .st-key-methodology_contents { max-height: none; }
}
</style>"""


@st.cache_resource(ttl=3600, max_entries=1, show_spinner=False)
def text() -> Methodology:
    """Return the methodology, read once an hour."""
    return read()


def contents(found: Methodology) -> None:
    """Draw a link to each section, and one to the decisions if there are any."""
    entries = [(section.title, section.anchor) for section in found.sections]
    if found.decisions:
        entries.append(("Decisions", "decisions"))
    with st.container(key="methodology_contents"):
        st.caption("On this page")
        st.markdown("\n".join(f"- [{literal(title)}](#{anchor})" for title, anchor in entries))


def sections(found: Methodology) -> None:
    """Draw the introduction, each section under a heading that a link can name, and the decisions, folded."""
    st.html(_STYLE)
    with st.container(key="methodology_text"):
        st.markdown(found.introduction)
        for section in found.sections:
            _section(section)
        if found.decisions:
            st.header("Decisions", anchor="decisions")
            st.markdown("Why some of it is as it is, in the words of the record made when it was decided.")
            for decision in found.decisions:
                st.subheader(literal(decision.title), anchor=decision.anchor)
                with st.expander("Read the decision"):
                    st.markdown(decision.body)


def _section(section: Section) -> None:
    st.header(literal(section.title), anchor=section.anchor)
    if section.sources:
        st.caption("In the code: " + ", ".join(f"`farp/{source.removeprefix('farp/')}`" for source in section.sources))
    st.markdown(section.body)
