"""What users typed comes out of Streamlit's markdown as they typed it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.format import percent
from farp.ui.text import literal


@pytest.mark.parametrize(
    "text", ["$5 and $6", ":red[x]", "**bold**", "[a](http://b)", "<script>", "`code`", "# head", "a_b_c", "&amp;", ":material/bolt:"]
)
def test_every_mark_is_escaped(text: str) -> None:
    assert re.sub(r"\\([^A-Za-z0-9\s])", "", literal(text)) == re.sub(r"[\\`*_{}\[\]<>()#+!|~$:&]", "", text)


@given(st.text())
def test_taking_the_backslashes_away_gives_the_text_back(text: str) -> None:
    shown = re.sub(r"\\(.)", r"\1", literal(text))
    assert shown == re.sub(r"[\x00-\x1f\x7f\u2028\u2029]+", " ", text)


def test_a_thin_space_stays() -> None:
    assert literal(percent(0.012)) == "1.2\N{THIN SPACE}%"


def test_a_line_break_becomes_a_blank() -> None:
    assert literal("a\n\n# b") == "a \\# b"
