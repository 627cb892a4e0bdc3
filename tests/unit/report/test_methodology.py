"""The text of docs/methodology.md taken apart for the screen."""

import re
from pathlib import Path

import pytest

from farp.errors import FarpError
from farp.report.methodology import DOCS, FILE, on_screen, parsed, read

TEXT = """# Title

First `a $b` and $5.

## Value (`farp/valuation.py`)

See [ADR 6](adr/0006-no-fill.md), [the API](api.md), [below](#factors-and-more-enginefactorspy-enginepcapy) and [a site](https://example.org/a:b~c).

```
## not a heading, $ and ~ stay
```

## Factors, and more (`engine/factors.py`, `engine/pca.py`)

| number | definition |
|---|---:|
| a | `x ~ y` |

## References
"""
RECORDS = {"adr/0006-no-fill.md": "# 6. Nothing is filled\n\nStatus: accepted\n\n## Context\nHoles cost $5; see [7](0007-other.md).\n"}


def test_sections_have_titles_anchors_and_the_module_that_computes_them():
    found = parsed(TEXT, RECORDS)
    assert found.title == "Title"
    assert [(section.title, section.anchor, section.sources) for section in found.sections] == [
        ("Value", "value", ("farp/valuation.py",)),
        ("Factors, and more", "factors-and-more", ("engine/factors.py", "engine/pca.py")),
        ("References", "references", ()),
    ]
    assert "## not a heading, $ and ~ stay" in found.sections[0].body


def test_links_work_on_the_page_or_are_plain_text():
    body = parsed(TEXT, RECORDS).sections[0].body
    assert "[ADR 6](#adr-6), the API, [below](#factors-and-more) and [a site](https://example.org/a:b~c)." in body
    without = parsed(TEXT, {}).sections[0].body
    assert "See ADR 6, the API" in without


def test_decisions_follow_with_their_headings_made_bold():
    (decision,) = parsed(TEXT, RECORDS).decisions
    assert (decision.title, decision.anchor) == ("Nothing is filled", "adr-6")
    assert decision.body == "Status: accepted\n\n**Context**\nHoles cost \\$5; see 7."


def test_code_is_left_alone_and_what_streamlit_reads_as_markup_is_not():
    assert parsed(TEXT, {}).introduction == "First `a $b` and \\$5."
    assert "| a | `x ~ y` |" in parsed(TEXT, {}).sections[1].body
    assert "|---|---:|" in parsed(TEXT, {}).sections[1].body
    assert on_screen("a ~ b ~ c :red[x] 5:30 \\$", {}) == "a \\~ b \\~ c \\:red[x] 5:30 \\$"


@pytest.mark.parametrize("text", ["", "No heading at all.", "## Only a section"])
def test_a_text_of_another_shape_is_shown_as_it_is(text):
    found = parsed(text, {})
    shown = found.introduction + "".join(f"## {section.title}{section.body}" for section in found.sections)
    assert shown == text
    assert found.title == "Methodology"


def test_no_word_of_the_file_is_lost():
    text = (DOCS / FILE).read_text(encoding="utf-8")
    found = read()

    def words(markdown):
        without_links = re.sub(r"\[([^\]]+)\]\([^)\s]+\)", r"\1", markdown)
        return re.findall(r"\w+", without_links.replace("\\", ""))

    shown = f"{found.title} {found.introduction} " + " ".join(
        f"{section.title} {' '.join(section.sources)} {section.body}" for section in found.sections
    )
    assert words(shown) == words(text)


def test_every_heading_is_a_section_and_every_anchor_is_there_once():
    text = (DOCS / FILE).read_text(encoding="utf-8")
    found = read()
    assert [section.title for section in found.sections] == [
        re.sub(r" \(`.+`\)$", "", line[3:]) for line in text.splitlines() if line.startswith("## ")
    ]
    anchors = [section.anchor for section in (*found.sections, *found.decisions)]
    assert len(set(anchors)) == len(anchors)
    for section in found.sections:
        for source in section.sources:
            module = DOCS.parent / "farp" / source.removeprefix("farp/")
            assert module.exists(), f"the heading of {section.title} names a module that is not there"


def test_every_link_in_the_file_leads_somewhere():
    found = read()
    anchors = {f"#{section.anchor}" for section in (*found.sections, *found.decisions)}
    for section in found.sections:
        for target in re.findall(r"\]\(([^)\s]+)\)", section.body):
            assert target in anchors or target.startswith("https://"), (section.title, target)
    text = (DOCS / FILE).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)\)", text):
        assert target.startswith("https://") or (DOCS / target).is_file(), target
    assert {f"#adr-{int(number)}" for number in re.findall(r"\(adr/(\d+)-", text)} <= anchors


@pytest.mark.parametrize("make", ["nothing", "bytes"])
def test_a_missing_or_unreadable_file_is_a_sentence_without_a_path_of_this_machine(tmp_path: Path, make: str):
    if make == "bytes":
        (tmp_path / FILE).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FarpError, match=r"^The text docs/methodology.md cannot be read. It is part of FARP") as raised:
        read(tmp_path)
    assert str(tmp_path) not in str(raised.value)


def test_a_decision_that_is_not_there_is_plain_text(tmp_path: Path):
    (tmp_path / FILE).write_text("# T\n\n## A\n\nSee [ADR 9](adr/0009-x.md).\n", encoding="utf-8")
    found = read(tmp_path)
    assert found.sections[0].body == "See ADR 9."
    assert found.decisions == ()
