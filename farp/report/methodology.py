"""`docs/methodology.md` taken apart for a screen: sections with anchors, links that work there, and the decisions they name.

The file is the one text: repository and app show the same words. It lies in the checkout beside the `farp` package, as `app.py` and `pages/` do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import farp
from farp.errors import FarpError

DOCS = Path(farp.__file__).resolve().parents[1] / "docs"
FILE = "methodology.md"

_HEADING = re.compile(r"^(?P<title>.*?)\s*(?:\((?P<sources>`[^`]+`(?:, `[^`]+`)*)\))?\s*$")
_DECISION = re.compile(r"^adr/(?P<number>\d+)-[a-z0-9-]+\.md$")
_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)")
_CODE = re.compile(r"(```.*?```|``.+?``|`[^`]+`)", re.DOTALL)
# A dollar sign starts a formula for Streamlit, a colon before a letter a colour or an icon, a tilde struck-out text
_READ_AS_MARKUP = re.compile(r"(?<!\\)(\$|~|:(?=[a-z]))")
_KNOWN_SCHEMES = ("https://", "http://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part under a heading of the second level: `anchor` is its name in a link, `sources` the modules that compute it, `body` markdown."""

    title: str
    anchor: str
    sources: tuple[str, ...]
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Methodology:
    """The whole text. `decisions` are the records it links to, in the order of their numbers."""

    title: str
    introduction: str
    sections: tuple[Section, ...]
    decisions: tuple[Section, ...]


def read(docs: Path = DOCS) -> Methodology:
    """Return the methodology in the folder `docs`.

    Raises
    ------
    FarpError
        The file is not there or is no text.
    """
    text = _text(docs, FILE)
    records = {target: _text(docs, target) for target in dict.fromkeys(_decisions_in(text)) if (docs / target).is_file()}
    return parsed(text, records)


def parsed(text: str, records: Mapping[str, str]) -> Methodology:
    """Return `text` taken apart; `records` are the decisions that may be linked to, by their address in the text.

    Examples
    --------
    >>> found = parsed("# Title\\n\\nFirst.\\n\\n## Value (`farp/valuation.py`)\\n\\nMore.\\n", {})
    >>> found.title, found.introduction, found.sections[0].title, found.sections[0].anchor
    ('Title', 'First.', 'Value', 'value')
    """
    head, *parts = _split(text)
    title, introduction = _title_and_rest(head)
    headings = [part.partition("\n")[0] for part in parts]
    anchors = {f"#{_slug(heading)}": f"#{_anchor(heading)}" for heading in headings}
    anchors |= {target: f"#{_decision_anchor(target)}" for target in records}
    sections = tuple(_section(part, anchors) for part in parts)
    decisions = tuple(_decision(target, record) for target, record in sorted(records.items()))
    return Methodology(title=title, introduction=on_screen(introduction, anchors), sections=sections, decisions=decisions)


def on_screen(markdown: str, anchors: Mapping[str, str]) -> str:
    """Return `markdown` as Streamlit shows it unchanged: links to known `anchors` work, other relative ones become plain text.

    Examples
    --------
    >>> on_screen("costs $5, see [ADR 6](adr/0006-x.md) and [here](other.md)", {"adr/0006-x.md": "#adr-6"})
    'costs \\\\$5, see [ADR 6](#adr-6) and here'
    """
    parts = _CODE.split(markdown)
    for place in range(0, len(parts), 2):  # every second part is code, which is shown as it is
        plain = _LINK.sub(lambda match: _link(match, anchors), parts[place])
        parts[place] = _escaped(plain)
    return "".join(parts)


def _text(docs: Path, name: str) -> str:
    try:
        return (docs / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise FarpError(f"The text docs/{name} cannot be read. It is part of FARP: run it from a complete checkout, or read it there.") from None


def _split(text: str) -> list[str]:
    """Return what comes before the first heading of the second level, and each part from such a heading on, without the marks."""
    parts: list[list[str]] = [[]]
    fenced = False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        if line.startswith("## ") and not fenced:
            parts.append([line.removeprefix("## ").strip()])
        else:
            parts[-1].append(line)
    return ["\n".join(lines).strip() for lines in parts]


def _title_and_rest(text: str) -> tuple[str, str]:
    first, _, rest = text.partition("\n")
    return (first.removeprefix("# ").strip(), rest.strip()) if first.startswith("# ") else ("Methodology", text)


def _section(part: str, anchors: Mapping[str, str]) -> Section:
    heading, _, body = part.partition("\n")
    found = _HEADING.match(heading)
    assert found is not None  # narrows the type: every line matches
    sources = tuple(re.findall(r"`([^`]+)`", found["sources"] or ""))
    return Section(title=found["title"], anchor=_anchor(heading), sources=sources, body=on_screen(body.strip(), anchors))


def _decision(target: str, text: str) -> Section:
    title, body = _title_and_rest(text.strip())
    body = re.sub(r"^## (.+)$", r"**\1**", body, flags=re.MULTILINE)
    return Section(title=re.sub(r"^\d+\.\s+", "", title), anchor=_decision_anchor(target), sources=(f"docs/{target}",), body=on_screen(body, {}))


def _decisions_in(text: str) -> list[str]:
    return [match["target"] for match in _LINK.finditer(text) if _DECISION.match(match["target"])]


def _decision_anchor(target: str) -> str:
    found = _DECISION.match(target)
    return f"adr-{int(found['number'])}" if found else _slug(target)


def _anchor(heading: str) -> str:
    found = _HEADING.match(heading)
    return _slug(found["title"] if found else heading)


def _slug(heading: str) -> str:
    """Return the anchor GitHub gives a heading: lower case, no punctuation, dashes for blanks."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _link(match: re.Match[str], anchors: Mapping[str, str]) -> str:
    target = anchors.get(match["target"], match["target"])
    return f"[{match['text']}]({target})" if target.startswith(("#", *_KNOWN_SCHEMES)) else match["text"]


def _escaped(text: str) -> str:
    """Escape what Streamlit reads as markup, outside the addresses of links."""
    parts = re.split(r"(\]\([^)\s]+\)|https?://\S+)", text)
    return "".join(part if place % 2 else _READ_AS_MARKUP.sub(r"\\\1", part) for place, part in enumerate(parts))
