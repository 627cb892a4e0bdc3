"""A saved portfolio: edit its positions, download them, delete it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from farp.errors import FarpError
from farp.portfolio import Portfolio
from farp.service import Desk, export_csv
from farp.ui import help_texts
from farp.ui.text import literal
from farp.ui.upload import editor
from farp.ui.upload.rows import checked, edited, rows_of_portfolio, standings

_EDITED, _SAVED = "positions_edited", "positions_saved"


def toolbar(portfolio: Portfolio, desk: Desk, *, deleted: Callable[[], None]) -> bool:
    """Draw what can be done with a saved portfolio; return whether its positions are being edited."""
    if st.session_state.pop(_SAVED, None) == portfolio.id:
        st.toast("The positions are saved.", icon=":material/check:")
    editing = bool(st.session_state.get(_EDITED) == portfolio.id)
    with st.container(horizontal=True, gap="small", key="portfolio_tools"):
        st.button("Edit positions", icon=":material/edit:", key="edit_positions", disabled=editing, on_click=_edit, args=(portfolio.id,))
        st.download_button(
            "Download CSV",
            data=lambda: export_csv(portfolio, desk.history),
            file_name=f"{portfolio.id}.csv",
            mime="text/csv",
            icon=":material/download:",
            key="export_positions",
            help="The positions as a file that can be uploaded again.",
            on_click="ignore",
        )
        if st.button("Delete portfolio", icon=":material/delete:", type="tertiary", key="delete_portfolio"):
            _confirm(portfolio, desk, deleted)
    return editing


def edit(portfolio: Portfolio, desk: Desk) -> None:
    """Draw the editor of the portfolio's positions; saving replaces them."""
    rows = rows_of_portfolio(portfolio, desk.history)
    st.subheader("Edit positions", anchor=False, help=help_texts.EDIT_POSITIONS)
    # rows can be added and removed, so the table itself must stand still: what the editor starts from is what is stored
    before = standings(rows, desk.history)
    key = f"saved_rows_{portfolio.id}_{abs(hash(portfolio.positions))}"
    editor.draw(editor.frame(rows, before, with_source=False), before, key=key, num_rows="dynamic", number_format=editor.quantity_format(rows))
    now = edited(rows, st.session_state.get(key))
    positions, problems = checked(now)
    editor.problem_list(problems)
    _unknown(tuple(position.ticker for position in positions if desk.history.instrument(position.ticker) is None))
    with st.container(horizontal=True, gap="small"):
        pressed = editor.save_button("Save positions", key=f"save_{key}", disabled=bool(problems))
        st.button("Cancel", key="cancel_edit", on_click=_stop_editing)
    if pressed and not problems:
        desk.replace_positions(portfolio.id, positions)
        _stop_editing()
        st.session_state[_SAVED] = portfolio.id
        st.rerun()


@st.dialog("Delete this portfolio?", icon=":material/delete:")
def _confirm(portfolio: Portfolio, desk: Desk, deleted: Callable[[], None]) -> None:
    st.write(
        literal(f"{portfolio.name} and its {len(portfolio.positions)} positions will be gone. Download the CSV first if you may want them back.")
    )
    with st.container(horizontal=True, gap="small"):
        if st.button("Delete it", type="primary", key="delete_confirmed"):
            try:
                desk.delete_portfolio(portfolio.id)
            except FarpError as error:  # a dialog runs on its own, outside the page's own guard
                st.warning(literal(str(error)))
                return
            deleted()
        if st.button("Keep it", key="delete_cancelled"):
            st.rerun()


def _unknown(tickers: tuple[str, ...]) -> None:
    if tickers:
        named = ", ".join(tickers[:8]) + (" …" if len(tickers) > 8 else "")
        st.caption(literal(f"Not known to the price source, kept but part of no figure: {named}."))


def _edit(id: str) -> None:
    st.session_state[_EDITED] = id


def _stop_editing() -> None:
    st.session_state.pop(_EDITED, None)
