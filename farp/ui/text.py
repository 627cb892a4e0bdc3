"""Text for Streamlit's markdown: what users typed, and amounts with a dollar sign, must come out as they are."""

from __future__ import annotations

import re

_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")  # not every blank: the thin space before a percent sign stays
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~$:&])")


def literal(text: str) -> str:
    """Return `text` so that Streamlit's markdown shows it unchanged, on one line.

    Examples
    --------
    >>> literal("A*B costs $5")
    'A\\\\*B costs \\\\$5'
    """
    return _MARKUP.sub(r"\\\1", _BREAKS.sub(" ", text))
