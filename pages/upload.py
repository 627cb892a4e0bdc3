"""Upload: from a positions file to a portfolio, with a preview before anything is saved."""

import streamlit as st

from farp.ui.desk import desk
from farp.ui.shell import guarded, open_overview, through_app
from farp.ui.upload import preview, session, source
from farp.ui.upload.saving import save

through_app()
with guarded():
    st.title("Upload", anchor=False)
    with st.spinner("Reading the file …", show_time=False):
        upload, reading = session.understood(desk()) or (None, None)
    source.choose(desk().settings.upload_bytes, examples=upload is None)
    if upload is None or reading is None:
        st.stop()
    if reading.outcome == "error":
        preview.refused(upload, reading)
        st.stop()
    preview.outcome(upload, reading)
    preview.questions(upload)
    rows = preview.positions(upload, desk().history)
    preview.columns(upload, reading)
    preview.not_taken(reading)
    save(upload, reading, rows, desk(), opened=open_overview)
