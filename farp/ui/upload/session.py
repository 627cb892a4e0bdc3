"""The upload a browser session is working on. Nothing of it reaches the store before it is saved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from farp.holdings.result import HoldingsImport
from farp.service import Desk
from farp.ui.upload import answers as question_rounds
from farp.ui.upload.answers import Rounds
from farp.ui.upload.rows import Row, edited, rows_of

COLUMN = "column."
"""How the key of an answer begins that says what a column means, before the column's number."""

_UPLOAD, _UPLOADER = "upload", "upload_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file in hand: its bytes, the answers so far, what was understood with them, and the rows as corrected.

    `version` counts what changed the rows from outside the editor: each one starts a fresh editor. `before` is the same file as it
    stood before its last answers.
    """

    name: str
    data: bytes = field(repr=False)
    answers: Mapping[str, str] = field(default_factory=dict)
    rounds: Rounds = ()
    reading: HoldingsImport | None = None
    rows: tuple[Row, ...] = ()
    latest: tuple[Row, ...] | None = None
    version: int = 0
    digest: str = ""
    before: Upload | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """What widgets of this file and these answers are called after, so that no other file inherits their state."""
        given = repr(sorted(self.answers.items()))
        return f"{self.digest}_{hashlib.sha256(given.encode()).hexdigest()[:8]}"

    @property
    def editor_key(self) -> str:
        """The key of the rows' editor."""
        return f"rows_{self.key}_{self.version}"


def uploader_key() -> str:
    """Return the key of the drop zone; another one empties it."""
    return f"upload_file_{st.session_state.get(_UPLOADER, 0)}"


def take_uploaded() -> None:
    """Take what was dropped, or let go of a file that was removed again; called when the drop zone changes."""
    dropped = st.session_state.get(uploader_key())
    if dropped is None:
        discard()
    else:
        begin(dropped.name, dropped.getvalue())


def begin(name: str, data: bytes) -> None:
    """Start with a file."""
    st.session_state[_UPLOAD] = Upload(name=name, data=data, digest=hashlib.sha256(data + name.encode(errors="replace")).hexdigest()[:12])


def discard() -> None:
    """Forget the file and empty the drop zone."""
    st.session_state.pop(_UPLOAD, None)
    st.session_state[_UPLOADER] = st.session_state.get(_UPLOADER, 0) + 1


def understood(desk: Desk) -> tuple[Upload, HoldingsImport] | None:
    """Return the upload in hand and its reading, read once per file and answers; None without a file."""
    upload: Upload | None = st.session_state.get(_UPLOAD)
    if upload is None:
        return None
    if upload.reading is not None:
        return upload, upload.reading
    reading = desk.read_holdings(upload.data, filename=upload.name, answers=upload.answers)
    rows = () if reading.outcome == "error" else rows_of(reading, desk.positions_of)
    rounds = question_rounds.with_new_questions(upload.rounds, reading.questions)
    upload = _keep(replace(upload, reading=reading, rows=rows, rounds=rounds))
    return upload, reading


def answer(upload: Upload, given: Mapping[str, str]) -> None:
    """Have the file read again with the answers `given`."""
    answers, rounds = question_rounds.answered(upload.rounds, upload.answers, given)
    mapped = {key: value for key, value in upload.answers.items() if key.startswith(COLUMN)}
    _read_again(upload, mapped | answers, rounds)


def map_columns(upload: Upload, meanings: Mapping[int, str]) -> None:
    """Have the file read again with columns that mean what the reader says; its questions are asked anew."""
    mapped = {key: value for key, value in upload.answers.items() if key.startswith(COLUMN)}
    _read_again(upload, mapped | {f"{COLUMN}{index}": meaning for index, meaning in meanings.items()}, ())


def undo() -> None:
    """Take the last answers back."""
    upload: Upload | None = st.session_state.get(_UPLOAD)
    if upload is not None and upload.before is not None:
        _keep(upload.before)


def _read_again(upload: Upload, answers: Mapping[str, str], rounds: Rounds) -> None:
    _keep(replace(upload, answers=answers, rounds=rounds, reading=None, rows=(), latest=None, version=0, before=upload))


def edited_rows(upload: Upload) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return the rows the editor starts from, and the same after the reader's edits so far."""
    state: Mapping[str, Any] | None = st.session_state.get(upload.editor_key)
    if state is None and upload.latest is not None:
        # back from another page: Streamlit forgot the editor's state, this session did not
        upload = _keep(replace(upload, rows=upload.latest))
    latest = edited(upload.rows, state)
    _keep(replace(upload, latest=latest))
    return upload.rows, latest


def restart_editor(upload: Upload, rows: tuple[Row, ...]) -> None:
    """Go on with `rows` in a fresh editor."""
    _keep(replace(upload, rows=rows, latest=None, version=upload.version + 1))


def _keep(upload: Upload) -> Upload:
    st.session_state[_UPLOAD] = upload
    return upload
