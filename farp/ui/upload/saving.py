"""Saving: a name, what will be saved, and no overwriting without being told to."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from farp.errors import Conflict
from farp.holdings.result import HoldingsImport
from farp.market import PriceHistory
from farp.portfolio import Portfolio, cash_currency
from farp.service import NAME_LENGTH, Desk
from farp.ui import help_texts
from farp.ui.text import literal
from farp.ui.upload import editor, session, words
from farp.ui.upload.answers import unanswered
from farp.ui.upload.rows import Problem, Row, checked, left_out, standing
from farp.ui.upload.session import Upload

_TAKEN = "upload_taken"


def save(upload: Upload, reading: HoldingsImport, rows: tuple[Row, ...], desk: Desk, *, opened: Callable[[Portfolio], None]) -> None:
    """Draw the panel that saves; a saved portfolio is handed to `opened`, which opens its overview."""
    positions, problems = checked(rows)
    asked = unanswered(upload.rounds, upload.answers)
    with st.container(border=True, key="save"):
        st.subheader("Save", anchor=False)
        name = st.text_input("Name of the portfolio", value=words.portfolio_name(upload.name), max_chars=NAME_LENGTH, key=f"name_{upload.digest}")
        _problems(upload, rows, problems)
        st.caption(literal(_summary(rows, desk.history)))
        replace = _replace(name)
        with st.container(horizontal=True, gap="small"):
            pressed = editor.save_button(
                "Save and analyse",
                key=f"save_{upload.key}",
                disabled=bool(problems or asked or not positions),
                help="Answer the questions above first." if asked else help_texts.UPLOAD_SAVE,
            )
            st.button("Discard", key="discard", on_click=session.discard, help="Forget this file; nothing is saved.")
        if not pressed or problems or asked or not positions:
            return
        try:
            saved = desk.save_portfolio(name, positions, description=words.description(upload.name, reading), replace=replace)
        except Conflict:
            st.session_state[_TAKEN] = name
            st.rerun()
    st.session_state.pop(_TAKEN, None)
    session.discard()
    opened(saved)


def _replace(name: str) -> bool:
    if st.session_state.get(_TAKEN) != name:
        return False
    st.warning(literal(f"You have a portfolio called {name} already. Type another name, or replace it."), icon=":material/content_copy:")
    return st.checkbox("Replace the existing one", key="replace_existing")


def _problems(upload: Upload, rows: tuple[Row, ...], problems: tuple[Problem, ...]) -> None:
    editor.problem_list(problems)
    if len(problems) > 1:
        asked = f"leave_out_{upload.editor_key}"
        st.button(f"Leave these {len(problems)} rows out", key="leave_out", on_click=editor.ask, args=(asked,))
        if editor.due(asked):
            session.restart_editor(upload, left_out(rows, [problem.row for problem in problems]))
            st.rerun()


def _summary(rows: tuple[Row, ...], history: PriceHistory) -> str:
    """Return one sentence on what will be saved."""
    kept = [row for row in rows if row.keep]
    cash = sum(cash_currency(row.ticker) is not None for row in kept)
    unknown = sum(standing(row, history).kind == "unknown" for row in kept)
    parts = [words.counted(len(kept) - cash, "position")]
    if cash:
        parts.append(words.counted(cash, "cash line"))
    excluded = f"; {words.counted(unknown, 'unknown ticker')} among them, kept but part of no figure" if unknown else ""
    dropped = f"; {words.counted(len(rows) - len(kept), 'row')} left out" if len(kept) < len(rows) else ""
    return f"Will be saved: {' and '.join(parts)}{excluded}{dropped}."
