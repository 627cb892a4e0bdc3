"""The positions editor: a table in which ticker, quantity and what to keep can be changed, and what is wrong with its rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from farp.market import PriceHistory
from farp.ui import help_texts
from farp.ui.charts import current_palette
from farp.ui.text import literal
from farp.ui.upload.rows import KEEP, QUANTITY, TICKER, Problem, Row, Standing, normalised
from farp.ui.upload.words import counted, line_list

NumberFormat = Literal["%.15g", "localized"]
STANDING, LINES, SOURCE = "What it is", "Line", "In the file"
ROWS_IN_FULL = 14
STYLED_ROWS = 1000
SHOWN_PROBLEMS = 8
SHOWN_UNKNOWN = 8
EDIT_SECONDS = 0.3
"""How long an edit may be on its way from the browser; Streamlit holds it back for half of that."""


def frame(rows: Sequence[Row], standings: Sequence[Standing], *, with_source: bool) -> pd.DataFrame:
    """Return the editor's table: one row per `Row`, in the same order."""
    columns: dict[str, Any] = {}
    if with_source:
        columns[KEEP] = pd.Series([row.keep for row in rows], dtype=bool)
    columns[TICKER] = pd.Series([row.ticker for row in rows], dtype="str")
    columns[QUANTITY] = pd.Series([row.quantity for row in rows], dtype="float64")
    columns[STANDING] = pd.Series([_words(standing) for standing in standings], dtype="str")
    if with_source:
        columns[LINES] = pd.Series([line_list(row.lines) for row in rows], dtype="str")
        columns[SOURCE] = pd.Series([row.source for row in rows], dtype="str")
    return pd.DataFrame(columns)


def quantity_format(rows: Sequence[Row]) -> NumberFormat:
    """Return how quantities read: with thousands marks, but every digit where the file states more than three decimals."""
    # not "plain": for that the browser cuts a binary fraction short, and 210 reads 209.99999999999997
    stated = (row.quantity for row in rows if row.quantity is not None and not row.note)
    return "%.15g" if any(round(quantity, 3) != quantity for quantity in stated) else "localized"


def draw(
    table: pd.DataFrame,
    standings: Sequence[Standing],
    *,
    key: str,
    num_rows: Literal["fixed", "dynamic"] = "fixed",
    number_format: NumberFormat = "localized",
) -> None:
    """Draw the editor; Streamlit keeps the edits under `key`."""
    colours = current_palette()
    inks = {"unknown": colours.loss_text, "incomplete": colours.loss_text, "dropped": colours.muted}

    def ink(column: pd.Series[Any]) -> list[str]:
        return [f"color: {inks[standing.kind]}" if standing.kind in inks else "" for standing in standings]

    # a style for each of thousands of cells costs more than the table itself; the words say the same
    shown = table.style.apply(ink, subset=[STANDING]) if 0 < len(table) <= STYLED_ROWS and len(standings) == len(table) else table
    st.data_editor(
        shown,
        key=key,
        num_rows=num_rows,
        hide_index=True,
        height="content" if len(table) <= ROWS_IN_FULL else 520,
        column_config={
            KEEP: st.column_config.CheckboxColumn(width=80, help=help_texts.EDIT_KEEP, default=True),
            TICKER: st.column_config.TextColumn(width=130, help=help_texts.EDIT_TICKER, max_chars=60),
            QUANTITY: st.column_config.NumberColumn(width=130, format=number_format, help=help_texts.EDIT_QUANTITY),
            STANDING: st.column_config.TextColumn(width=290, help=help_texts.EDIT_STANDING, disabled=True),
            LINES: st.column_config.TextColumn(width=70, help=help_texts.EDIT_LINES, disabled=True, alignment="right"),
            SOURCE: st.column_config.TextColumn(width=520, help=help_texts.EDIT_SOURCE, disabled=True),
        },
    )


def unknown_tickers(rows: Sequence[Row], history: PriceHistory, standings: Sequence[Standing], *, key: str, fix: str) -> None:
    """Name the tickers the price source does not know and offer the closest ones it knows; a press asks for (row, ticker) under `fix`."""
    open_rows = [
        number for number, standing in enumerate(standings) if standing.kind == "unknown" or (standing.kind == "incomplete" and standing.closest)
    ]
    for number in open_rows[:SHOWN_UNKNOWN]:
        row, closest = rows[number], standings[number].closest
        called = normalised(row.ticker) or row.name or "No ticker"
        place = f" · line {line_list(row.lines)}" if row.lines else f" · row {number + 1}"
        name = f" · {row.name}" if row.name and row.name != called else ""
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"unknown_{key}_{number}"):
            st.markdown(f":red[**{literal(called)}** is not known]{literal(name + place)}", width="content")
            for ticker in closest:
                instrument = history.instrument(ticker)
                st.button(
                    literal(f"{ticker} · {instrument.name}" if instrument else ticker),
                    key=f"fix_{key}_{number}_{ticker}",
                    help=f"Use {literal(ticker)} for this row.",
                    on_click=ask,
                    args=(fix, (number, ticker)),
                )
            if not closest:
                st.caption("Nothing like it is known.")
    if len(open_rows) > SHOWN_UNKNOWN:
        st.caption(f"and {counted(len(open_rows) - SHOWN_UNKNOWN, 'more unknown ticker')}, in red in the table.")


def problem_list(problems: Sequence[Problem]) -> None:
    """Show one sentence per row that cannot be saved."""
    if not problems:
        return
    sentences = [literal(problem.text) for problem in problems[:SHOWN_PROBLEMS]]
    if len(problems) > SHOWN_PROBLEMS:
        sentences.append(f"{counted(len(problems) - SHOWN_PROBLEMS, 'more row')} like these.")
    st.warning("  \n".join(sentences), icon=":material/edit_note:")


def _words(standing: Standing) -> str:
    return f"{standing.text}; closest: {', '.join(standing.closest)}" if standing.closest else standing.text


def ask(key: str, what: object = True) -> None:
    """Remember what a button beside the editor was pressed for; called as its callback.

    A callback, because an edit that arrives next starts the script again, and that run would not know of the press.
    """
    st.session_state[key] = ("pressed", what)


def due(key: str) -> Any:
    """Return what was asked for under `key` once the last edit has arrived, else None; called after the editor is drawn.

    The browser sends an edit a moment after it was typed. Who types into a cell and presses a button at once would lose the edit.
    """
    stage, what = st.session_state.get(key) or (None, None)
    if stage == "pressed":
        st.session_state[key] = ("ready", what)
        time.sleep(EDIT_SECONDS)
        st.empty()  # lets a run with the late edit take over
        st.rerun()
    st.session_state.pop(key, None)
    return what


def save_button(label: str, *, key: str, disabled: bool, help: str | None = None) -> bool:
    """Draw the button that saves the editor's rows; return whether they are to be saved now."""
    asked = f"{key}_asked"
    # a primary button that is disabled has a label nobody can read on the dark theme
    st.button(
        label, type="secondary" if disabled else "primary", icon=":material/save:", key=key, disabled=disabled, help=help, on_click=ask, args=(asked,)
    )
    return bool(due(asked)) and not disabled
