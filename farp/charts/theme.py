"""How a chart looks: the two palettes, the layout all figures share, and what Streamlit is told beside them.

Red means loss or breach and nothing else; no category takes it.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import plotly.graph_objects as go

CHART_HEIGHT = 320
"""Height [px] of a chart whose rows do not decide it, so that charts side by side are equally tall."""

CONFIG: Final[dict[str, Any]] = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "showTips": False,
    "scrollZoom": False,
    "doubleClick": False,
    "responsive": True,
}
"""The `config` of every `st.plotly_chart`: nothing to press, and no button that would send data to another host."""

SENTENCE_HEIGHT = 120
"""Height [px] of a chart that stands alone and has only a sentence to say."""

KEY_HEIGHT = 26
"""Margin [px] that a `key` needs above the plot."""

FONT = '"Source Sans", "Source Sans 3", sans-serif'
FONT_SIZE = 13
SMALL = 12

READABLE = 4.5
"""The least contrast of text with what it stands on (WCAG 2.2, level AA)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of one theme, ``#rrggbb``.

    `primary`, `loss`, `amber` and `gain` fill marks; the `*_text` tone of each is dark (light) enough to be read as text.
    `diverging` runs from the negative end over the neutral middle to the positive end.
    """

    ink: str
    muted: str
    background: str
    raised: str
    border: str
    grid: str
    primary: str
    loss: str
    amber: str
    gain: str
    primary_text: str
    loss_text: str
    amber_text: str
    gain_text: str
    diverging: tuple[str, str, str]
    categorical: tuple[str, ...]

    @property
    def colour_scale(self) -> list[list[float | str]]:
        """The diverging scale as Plotly takes it."""
        return [[place, colour] for place, colour in zip((0.0, 0.5, 1.0), self.diverging, strict=True)]

    def diverging_at(self, value: float) -> str:
        """Return the diverging scale's colour at `value` between -1 and 1."""
        low, middle, high = self.diverging
        return blend(middle, high if value > 0 else low, min(abs(value), 1.0))

    def text_on(self, colour: str) -> str:
        """Return a text colour that is readable on `colour`: the ink where it is, else white or black."""
        return next((tone for tone in (self.ink, "#ffffff") if contrast(tone, colour) >= READABLE), "#000000")


LIGHT = Palette(
    ink="#16202c",
    muted="#5c6b7d",
    background="#ffffff",
    raised="#f5f7fa",
    border="#dfe3e8",
    grid="#e8ecf1",
    primary="#1f5fbf",
    loss="#c8372d",
    amber="#d9822b",
    gain="#158a7a",
    primary_text="#1f5fbf",
    loss_text="#b02a21",
    amber_text="#8f500c",
    gain_text="#0f6e61",
    diverging=("#1f5fbf", "#f5f7fa", "#c8372d"),
    categorical=("#1f5fbf", "#158a7a", "#d9822b", "#7b55b8", "#5c6b7d", "#4a9fd8", "#8a6d1f", "#3f7f4f"),
)

DARK = Palette(
    ink="#e6ebf2",
    muted="#93a1b3",
    background="#0f1620",
    raised="#18222f",
    border="#2a3646",
    grid="#263241",
    primary="#6ea8fe",
    loss="#ff7b72",
    amber="#f2a65a",
    gain="#4fc3b0",
    primary_text="#8bb9fe",
    loss_text="#ff8d85",
    amber_text="#f2a65a",
    gain_text="#4fc3b0",
    diverging=("#6ea8fe", "#18222f", "#ff7b72"),
    categorical=("#6ea8fe", "#4fc3b0", "#f2a65a", "#b79cf0", "#93a1b3", "#8fd0f5", "#d1b55a", "#86c795"),
)


def palette(dark: bool) -> Palette:
    """Return the colours of the dark or the light theme."""
    return DARK if dark else LIGHT


def styled(figure: go.Figure, palette: Palette, height: int) -> go.Figure:
    """Give `figure` the layout all charts share and return it; what its layout already says about its axes and margins stays.

    Parameters
    ----------
    height
        Of the whole figure, px.
    """
    figure.layout = _under(_shared_layout(palette, height), figure.layout.to_plotly_json())
    return figure


def drawn(traces: list[dict[str, Any]], layout: dict[str, Any], palette: Palette, height: int = CHART_HEIGHT) -> go.Figure:
    """Return the figure of `traces` and `layout`, both as Plotly's own dictionaries, with what `styled` adds checked only once."""
    # an empty template keeps 6 kB of Plotly's default colours, none of them ours, out of every figure
    given = {"template": {}, "showlegend": False} | layout
    return go.Figure({"data": traces, "layout": _under(_shared_layout(palette, height), given)})


def sentence(text: str, palette: Palette, height: int = CHART_HEIGHT) -> go.Figure:
    """Return a figure that says calmly, in one sentence, why there is nothing to draw."""
    hidden = {"visible": False, "range": [0, 1]}
    note = {
        "text": "<br>".join(wrapped(text, 44)),
        "x": 0.5,
        "y": 0.5,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "font": {"color": palette.muted, "size": FONT_SIZE + 1},
    }
    return drawn([], {"annotations": [note], "xaxis": hidden, "yaxis": hidden}, palette, height)


def key(entries: Sequence[tuple[str, str, str]], palette: Palette) -> dict[str, Any]:
    """Return one line of text above the plot that says what the marks are: (sign, colour, words) of each.

    Plotly's own legend breaks into two lines over a narrow plot, and moves it.
    """
    return {
        "text": "   ".join(f'<span style="color:{colour}"><b>{sign}</b></span> {words}' for sign, colour, words in entries),
        "x": 0,
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 4,
        "showarrow": False,
        "font": {"color": palette.muted, "size": SMALL},
    }


def note_below(text: str, palette: Palette) -> dict[str, Any]:
    """Return an annotation under the plot's left edge; the figure's bottom margin makes room for it."""
    return {
        "text": text,
        "x": 0,
        "y": 0,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "top",
        "yshift": -4,
        "align": "left",
        "showarrow": False,
        "font": {"color": palette.muted, "size": SMALL},
    }


def wrapped(text: str, width: int) -> list[str]:
    """Return `text` as lines of at most `width` characters, broken at blanks.

    Examples
    --------
    >>> wrapped("one two three", 8)
    ['one two', 'three']
    """
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def blend(one: str, other: str, share: float) -> str:
    """Return the colour at `share` of the way from `one` to `other`, as a browser mixes them.

    Examples
    --------
    >>> blend("#000000", "#ffffff", 0.5)
    '#808080'
    """
    mixed = (round(a + (b - a) * share) for a, b in zip(_channels(one), _channels(other), strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def see_through(colour: str, opacity: float) -> str:
    """Return `colour` with an opacity between 0 and 1."""
    return f"rgba({','.join(str(channel) for channel in _channels(colour))},{opacity:g})"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2: relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@functools.lru_cache(maxsize=1024)
def _luminance(colour: str) -> float:
    red, green, blue = ((c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _shared_layout(palette: Palette, height: int) -> dict[str, Any]:
    axis = {
        "automargin": True,
        "fixedrange": True,  # a finger that scrolls the page must not drag the chart
        "ticks": "",
        "gridcolor": palette.grid,
        "zerolinecolor": palette.border,
        "tickfont": {"color": palette.muted, "size": SMALL},
        "title": {"font": {"color": palette.muted, "size": SMALL}, "standoff": 8},
    }
    label = {"font": {"family": FONT, "size": FONT_SIZE, "color": palette.ink}, "bgcolor": palette.raised, "bordercolor": palette.border}
    return {
        "height": height,
        "margin": {"l": 0, "r": 8, "t": 8, "b": 0, "pad": 0},
        "font": {"family": FONT, "size": FONT_SIZE, "color": palette.ink},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(palette.categorical),
        "separators": ".,",
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": label | {"align": "left"},
        "xaxis": axis,
        "yaxis": axis,
    }


def _under(defaults: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return `given` with `defaults` where it says nothing, level by level."""
    merged = defaults | given
    for name in defaults.keys() & given.keys():
        if isinstance(defaults[name], dict) and isinstance(given[name], dict):
            merged[name] = _under(defaults[name], given[name])
    return merged
