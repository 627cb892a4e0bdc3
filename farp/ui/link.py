"""The page's address: what it says that is news, and what the page's controls say, written once a run.

Streamlit makes an entry of the browser's history of every write, so one write for each control would put the page before seven presses
of the back button away.
"""

from __future__ import annotations

import streamlit as st

_PENDING = "_link_pending"
_WRITTEN = "_url_"


def begin() -> None:
    """Collect what is noted from here on until `write`; called once a run, before any control."""
    st.session_state[_PENDING] = {}


def news(key: str) -> str | None:
    """Return what the address says under `key` when it changed since this session last wrote it: a fresh link, or the back button."""
    said = st.query_params.get(key)
    return said if said is not None and said != st.session_state.get(f"{_WRITTEN}{key}") else None


def written(key: str) -> bool:
    """Return whether this session has written `key` before."""
    return f"{_WRITTEN}{key}" in st.session_state


def note(key: str, text: str) -> None:
    """Have the address say `text` under `key`, nothing when it is empty. In a fragment, which runs without its page, at once."""
    st.session_state[f"{_WRITTEN}{key}"] = text
    pending = st.session_state.get(_PENDING)
    if pending is None:
        _say({**st.query_params.to_dict(), key: text})
    else:
        pending[key] = text


def write() -> None:
    """Write what was noted in one go, and leave out what belongs to the controls of other pages."""
    pending = st.session_state.pop(_PENDING, None)
    if pending is not None:
        others = {key: text for key, text in st.query_params.to_dict().items() if key in pending or not written(key)}
        _say(others | pending)


def forget() -> None:
    """Write nothing: this run gives way to another."""
    st.session_state.pop(_PENDING, None)


def _say(wanted: dict[str, str]) -> None:
    said = {key: text for key, text in wanted.items() if text}
    if said != st.query_params.to_dict():
        st.query_params.from_dict(said)
