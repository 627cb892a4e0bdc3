"""The page Methodology: every section of docs/methodology.md is on it, under an anchor that the contents link to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from farp.report import methodology
from farp.report.methodology import DOCS, FILE
from farp.ui.topics import methodology as topic

OpenApp = Callable[..., AppTest]


def headings_of_the_file() -> list[str]:
    lines = (DOCS / FILE).read_text(encoding="utf-8").splitlines()
    return [re.sub(r" \(`.+`\)$", "", line[3:]) for line in lines if line.startswith("## ")]


def test_every_section_is_on_the_page_and_in_the_contents(open_app: OpenApp) -> None:
    app = open_app("methodology")
    assert not app.exception
    assert not app.error
    shown = [heading.value.replace("\\", "") for heading in app.header]
    assert shown == [*headings_of_the_file(), "Decisions"]
    links = dict(re.findall(r"\[(.+?)\]\(#([\w-]+)\)", next(text.value for text in app.markdown if text.value.startswith("- ["))))
    anchors = {heading.value.replace("\\", ""): heading.proto.anchor for heading in app.header}
    assert {title.replace("\\", ""): anchor for title, anchor in links.items()} == anchors


def test_the_text_is_the_files(open_app: OpenApp) -> None:
    app = open_app("methodology")
    shown = "\n".join(text.value for text in app.markdown)
    for section in methodology.read().sections:
        assert section.body in shown
    assert any(decision.value == "Weekdays are the calendar" for decision in app.subheader)


def test_the_page_needs_no_portfolio(open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_app("methodology", portfolio="no-such.user_999").header
    monkeypatch.setenv("FARP_DATA_DIR", str(tmp_path))
    import streamlit as st

    st.cache_resource.clear()
    st.cache_data.clear()
    app = AppTest.from_file(str(Path(__file__).resolve().parents[2] / "app.py"), default_timeout=30).run()
    assert "No portfolios yet" in app.subheader[0].value
    app.switch_page("pages/methodology.py").run()
    assert app.title[0].value == "Methodology"
    assert app.header


def test_a_missing_file_is_a_sentence(open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic, "read", lambda: methodology.read(tmp_path))
    app = open_app("methodology")
    assert not app.exception
    assert any("The text docs/methodology.md cannot be read" in text.value.replace("\\", "") for text in app.markdown)
    assert not app.header
