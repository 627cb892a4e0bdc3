"""Where a file comes from: the drop zone, the template, an example."""

from __future__ import annotations

import streamlit as st

from farp.ui import help_texts
from farp.ui.upload import session
from farp.ui.upload.examples import EXAMPLES, TEMPLATE, content
from farp.ui.upload.words import megabytes

TYPES = ("csv", "tsv", "txt", "xlsx")


def choose(limit_bytes: int, *, examples: bool) -> None:
    """Draw the drop zone, and below it the template and, while there is no file, the examples."""
    st.file_uploader(
        f"Positions file: CSV, TSV, TXT or XLSX, up to {megabytes(limit_bytes)}",
        type=list(TYPES),
        key=session.uploader_key(),
        on_change=session.take_uploaded,
        max_upload_size=max(1, limit_bytes // 2**20),
        help=help_texts.UPLOAD,
    )
    if not examples:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="upload_start"):
        st.markdown("No file at hand? Try an example:", width="content")
        for example in EXAMPLES:
            st.button(example.title, key=f"example_{example.file}", help=example.shows, on_click=_try, args=(example.file, example.title))
        st.download_button(
            "Download a template",
            data=lambda: content(TEMPLATE),
            file_name="farp_positions_template.csv",
            mime="text/csv",
            icon=":material/download:",
            type="tertiary",
            key="template",
            help="A small CSV with the columns Ticker, Name, Quantity and Currency, to fill in with a spreadsheet.",
            on_click="ignore",
        )
    st.caption("Whatever columns your broker exports, in any order and language: FARP reads them by meaning. Nothing is saved before you say so.")


def _try(file: str, title: str) -> None:
    session.discard()
    session.begin(f"Example {title}.csv", content(file))
