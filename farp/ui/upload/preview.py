"""The preview: what was understood of the file, what is asked, and what is left out. Nothing is saved here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from farp.holdings.result import ColumnReading, HoldingsImport, Question
from farp.market import PriceHistory
from farp.ui import help_texts, tables
from farp.ui.text import literal
from farp.ui.upload import editor, session, words
from farp.ui.upload.answers import proposed_place, unanswered
from farp.ui.upload.rows import Row, corrected, standings
from farp.ui.upload.session import Upload

RADIO_OPTIONS = 5
SHOWN_WARNINGS = 6
SHOWN_COLUMNS = 40
COLOURS: dict[str, Literal["blue", "orange"]] = {"sure": "blue", "fairly sure": "orange", "a guess": "orange"}


def refused(upload: Upload, reading: HoldingsImport) -> None:
    """Show why the file cannot be read and what to do."""
    with st.container(border=True, key="refused"):
        st.subheader(":material/error: This file was not understood", anchor=False)
        st.write(literal(reading.error or "The file could not be read."))
        st.caption(f"{literal(upload.name)} · nothing was saved, no portfolio was changed.")
    with st.container(horizontal=True, gap="small"):
        if upload.before is not None:
            st.button("Take the last answers back", icon=":material/undo:", type="primary", key="undo", on_click=session.undo)
        st.button("Try another file", icon=":material/arrow_back:", key="discard", on_click=session.discard)


def outcome(upload: Upload, reading: HoldingsImport) -> None:
    """Show the one sentence, how the bytes were read, and what the reader should know."""
    st.subheader(literal(words.outcome(reading)), anchor=False)
    st.caption(literal(f"{upload.name} · {words.facts(reading)}"))
    if reading.reconciliation:
        agrees = abs(reading.reconciliation.difference) <= 0.005 * max(1.0, abs(reading.reconciliation.stated_total))
        st.markdown(f"{':material/check_circle:' if agrees else ':material/balance:'} {literal(reading.reconciliation.text)}")
    warnings = [literal(words.remark(warning)) for warning in reading.warnings]
    if warnings:
        st.info("  \n".join(warnings[:SHOWN_WARNINGS]), icon=":material/info:")
    if len(warnings) > SHOWN_WARNINGS:
        with st.expander(f"{words.counted(len(warnings) - SHOWN_WARNINGS, 'more remark')}"):
            st.markdown("  \n".join(warnings[SHOWN_WARNINGS:]))


def questions(upload: Upload) -> None:
    """Ask what only the reader knows, the proposed answers selected; the answers read the file again."""
    asked = [question for questions in upload.rounds for question in questions]
    if not asked:
        return
    still_open = unanswered(upload.rounds, upload.answers)
    with st.form(f"questions_{upload.key}", border=True):
        heading = (
            f":material/help: {words.counted(len(still_open), 'question')} before it can be saved"
            if still_open
            else ":material/task_alt: Your answers"
        )
        st.subheader(heading, anchor=False)
        given = {question.key: _control(question, upload, f"answer_{upload.key}_{place}") for place, question in enumerate(asked)}
        if st.form_submit_button("Use these answers", type="primary" if still_open else "secondary", key=f"use_{upload.key}"):
            missing = unanswered(upload.rounds, given)
            if missing:
                st.warning(literal(f"Still without an answer: {missing[0].text}"), icon=":material/edit_note:")
            else:
                session.answer(upload, given)
                st.rerun()


def _control(question: Question, upload: Upload, key: str) -> str:
    given, text = upload.answers.get(question.key), literal(question.text)
    if not question.options:
        return st.text_input(
            text, value=given if given is not None else question.proposed or "", key=key, placeholder="Your answer", max_chars=200
        ).strip()
    labels = {value: literal(f"{label} · proposed" if value == question.proposed else label) for value, label in question.options}
    place = proposed_place(question, given)
    if len(labels) == 1:  # one option beside whatever the reader types, such as a date
        return st.selectbox(text, list(labels), index=place, format_func=_named(question), key=key, accept_new_options=True) or ""
    if len(labels) <= RADIO_OPTIONS:
        return st.radio(text, list(labels), index=place, format_func=labels.__getitem__, key=key) or ""
    return st.selectbox(text, [value for value, _ in question.options], index=place, format_func=_named(question), key=key) or ""


def _named(question: Question) -> Callable[[str], str]:
    """Return what a select box shows for an answer; unlike other widgets it takes text as it is."""
    labels = {value: f"{label} · proposed" if value == question.proposed else label for value, label in question.options}
    return lambda value: labels.get(value, value)


def columns(upload: Upload, reading: HoldingsImport) -> None:
    """Show what each column was taken for and how sure that is, and let the reader say otherwise."""
    used, unused = words.used_columns(reading.layout), words.unused_columns(reading.layout)
    if not used and not unused:
        return
    st.subheader("Columns", anchor=False, help=help_texts.UPLOAD_COLUMNS)
    with st.container(horizontal=True, gap="small", key="upload_columns"):
        for column in used[:SHOWN_COLUMNS]:
            sure = words.confidence(column.confidence)
            text = f"{words.column_title(column)} → {words.meaning(column.meaning)} · {sure}"
            st.badge(literal(text), color=COLOURS[sure], help=literal(f"{round(column.confidence * 100)} % sure: {column.why}."))
    if unused:
        more = f" and {len(unused) - SHOWN_COLUMNS} more" if len(unused) > SHOWN_COLUMNS else ""
        st.caption(literal(f"Not used: {', '.join(words.column_title(column) for column in unused[:SHOWN_COLUMNS])}{more}."))
    by_hand = st.expander("Map a column by hand", icon=":material/view_column:", key="map_columns", on_change="rerun")
    if by_hand.open:
        with by_hand:
            _mapping(upload, [*used, *unused][:SHOWN_COLUMNS])


def _mapping(upload: Upload, readings: Sequence[ColumnReading]) -> None:
    with st.form(f"mapping_{upload.key}", border=False), st.container(horizontal=True, gap="small"):
        said: dict[int, str] = {}
        for column in readings:
            options = list(dict.fromkeys([column.meaning, *words.MEANINGS]))
            said[column.index] = st.selectbox(
                literal(words.column_title(column)),
                options,
                format_func=words.meaning,
                key=f"column_{upload.key}_{column.index}",
                width=200,
            )
        pressed = st.form_submit_button("Read the file again", key=f"map_{upload.key}")
    changed = {column.index: said[column.index] for column in readings if said[column.index] != column.meaning}
    if pressed and changed:
        session.map_columns(upload, changed)
        st.rerun()


def positions(upload: Upload, history: PriceHistory) -> tuple[Row, ...]:
    """Draw the table as understood, editable, and return its rows as they are now."""
    base, rows = session.edited_rows(upload)
    stands = standings(rows, history)

    st.subheader("Positions as understood", anchor=False, help=help_texts.UPLOAD_POSITIONS)
    editor.draw(editor.frame(base, stands, with_source=True), stands, key=upload.editor_key, number_format=editor.quantity_format(base))
    editor.unknown_tickers(rows, history, stands, key=upload.editor_key, fix=f"fix_{upload.editor_key}")
    wanted = editor.due(f"fix_{upload.editor_key}")
    if wanted:
        session.restart_editor(upload, corrected(rows, *wanted))
        st.rerun()
    return rows


def not_taken(reading: HoldingsImport) -> None:
    """Show the instruments that are not modelled and the lines that became nothing, each with its reason."""
    _details(words.other_rows(reading), words.counted(len(reading.other), "instrument not modelled", "instruments not modelled"), "category", "other")
    _details(words.left_out_rows(reading), words.counted(len(reading.ignored), "line left out", "lines left out"), "playlist_remove", "ignored")


def _details(rows: Sequence[dict[str, str | int]] | Sequence[dict[str, str]], title: str, icon: str, key: str) -> None:
    if not rows:
        return
    details = st.expander(title, icon=f":material/{icon}:", key=f"details_{key}", on_change="rerun")
    if details.open:
        with details:
            tables.show(tables.Table(frame=pd.DataFrame(list(rows))), key=f"table_{key}")
