"""The palettes: the colours asked for, readable, and told apart without seeing red and green."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import plotly.graph_objects as go
import pytest

from farp.charts.theme import CONFIG, DARK, LIGHT, Palette, blend, contrast, palette, sentence, styled

both = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def test_the_palette_follows_the_theme() -> None:
    assert (palette(dark=False), palette(dark=True)) == (LIGHT, DARK)


@pytest.mark.parametrize(
    ("colours", "table"),
    [
        (LIGHT, "#16202c #5c6b7d #ffffff #f5f7fa #dfe3e8 #e8ecf1 #1f5fbf #c8372d #d9822b #158a7a"),
        (DARK, "#e6ebf2 #93a1b3 #0f1620 #18222f #2a3646 #263241 #6ea8fe #ff7b72 #f2a65a #4fc3b0"),
    ],
)
def test_colours_are_those_of_the_design(colours: Palette, table: str) -> None:
    c = colours
    assert [c.ink, c.muted, c.background, c.raised, c.border, c.grid, c.primary, c.loss, c.amber, c.gain] == table.split()


@both
def test_text_is_readable_on_page_and_raised_ground(colours: Palette) -> None:
    texts = [colours.ink, colours.muted, colours.primary_text, colours.loss_text, colours.amber_text, colours.gain_text]
    ratios = {(text, ground): contrast(text, ground) for text in texts for ground in (colours.background, colours.raised)}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 4.5} == {}


@both
def test_text_in_a_heatmap_is_readable_on_every_colour_of_the_scale(colours: Palette) -> None:
    grounds = [colours.diverging_at(value) for value in np.linspace(-1.0, 1.0, 401)]
    assert min(contrast(colours.text_on(ground), ground) for ground in grounds) >= 4.5


@both
def test_marks_stand_out_from_the_page(colours: Palette) -> None:
    marks = {colours.primary, colours.loss, colours.amber, colours.gain, colours.muted}
    assert {mark for mark in marks if contrast(mark, colours.background) < 2.9} == set()


@both
def test_the_diverging_scale_is_neutral_at_zero_and_ends_in_loss(colours: Palette) -> None:
    assert [colours.diverging_at(value) for value in (-1.0, 0.0, 1.0)] == [colours.primary, colours.raised, colours.loss]


@both
def test_no_category_takes_the_colour_of_a_loss(colours: Palette) -> None:
    def hue(colour: str) -> float:
        import colorsys

        return colorsys.rgb_to_hsv(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))[0] * 360

    assert len(set(colours.categorical)) == len(colours.categorical)
    assert [colour for colour in colours.categorical if hue(colour) < 15 or hue(colour) > 345] == []


@both
def test_series_drawn_together_are_told_apart_by_a_deuteranope(colours: Palette) -> None:
    together = [
        *combinations((colours.primary, colours.gain, colours.amber), 2),  # rolling windows; contributions
        (colours.primary, colours.muted),  # portfolio and benchmark; factors and specific
        (colours.primary, colours.loss),  # body and tail of the histogram
        (colours.loss, colours.gain),  # what lost and what gained
    ]
    distances = {pair: distance(*(as_a_deuteranope_sees(colour) for colour in pair)) for pair in together}
    assert {pair: round(apart) for pair, apart in distances.items() if apart < 20} == {}


def test_the_simulation_merges_what_a_deuteranope_confuses() -> None:
    red, green = "#b0503c", "#7b7a2e"
    assert distance(lab_of_colour(red), lab_of_colour(green)) > 40
    assert distance(as_a_deuteranope_sees(red), as_a_deuteranope_sees(green)) < 20


def test_nothing_can_be_sent_to_another_host() -> None:
    assert CONFIG["showSendToCloud"] is False
    assert CONFIG["displayModeBar"] is False
    assert CONFIG["responsive"] is True


@both
def test_the_shared_layout_carries_everything_itself(colours: Palette) -> None:
    figure = styled(go.Figure({"layout": {"template": {}, "yaxis": {"showgrid": False}}}), colours, 240)
    layout = figure.layout
    assert layout.height == 240
    assert layout.font.family == '"Source Sans", "Source Sans 3", sans-serif'
    assert (layout.paper_bgcolor, layout.plot_bgcolor) == ("rgba(0,0,0,0)",) * 2
    assert (layout.font.color, layout.hoverlabel.bgcolor) == (colours.ink, colours.raised)
    assert layout.separators == ".,"
    for axis in (layout.xaxis, layout.yaxis):
        assert (axis.automargin, axis.ticks, axis.gridcolor) == (True, "", colours.grid)
        assert (axis.title.font.color, axis.title.font.size) == (colours.muted, 12)
    assert layout.yaxis.showgrid is False, "what the figure said before stays"


def test_a_sentence_is_broken_so_that_a_phone_shows_it_whole() -> None:
    figure = sentence("The value of these holdings did not move on any of the 252 days of the window.", LIGHT)
    (note,) = figure.layout.annotations
    assert max(len(line) for line in note.text.split("<br>")) <= 44
    assert note.text.replace("<br>", " ").endswith("252 days of the window.")
    assert json.loads(figure.to_json())["data"] == []


def test_blending_meets_both_ends() -> None:
    assert [blend("#102030", "#f0e0d0", share) for share in (0.0, 1.0)] == ["#102030", "#f0e0d0"]


# --- colours as a deuteranope sees them (Viénot, Brettel & Mollon 1999), compared in CIE Lab


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


TO_LMS = np.array([[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]])
WITHOUT_M = np.array([[1.0, 0.0, 0.0], [0.494207, 0.0, 1.24827], [0.0, 0.0, 1.0]])
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = TO_XYZ @ rgb / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(np.maximum(xyz, 0.0)), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def lab_of_colour(colour: str) -> np.ndarray:
    return lab(linear(colour))


def as_a_deuteranope_sees(colour: str) -> np.ndarray:
    return lab(np.clip(np.linalg.inv(TO_LMS) @ WITHOUT_M @ TO_LMS @ linear(colour), 0.0, 1.0))


def distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(one - other))
