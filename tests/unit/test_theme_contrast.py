"""Text in both themes can be read: WCAG 2.2 contrast of at least 4.5:1, computed from the colours in use."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

THEME = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
HUES = ("red", "orange", "yellow", "blue", "green", "violet", "gray")


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_on_white_is_the_largest_there_is() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_text_colour_is_readable_on_every_background_it_stands_on(mode: str) -> None:
    theme, sidebar = THEME[mode], THEME[mode]["sidebar"]
    main = (theme["backgroundColor"], theme["secondaryBackgroundColor"])
    texts = ["textColor", "linkColor", "primaryColor", *(f"{hue}TextColor" for hue in HUES)]
    pairs = [(name, theme[name], background) for name in texts for background in (*main, sidebar["backgroundColor"])]
    pairs += [(f"{hue} on its own background", theme[f"{hue}TextColor"], theme[f"{hue}BackgroundColor"]) for hue in HUES]
    pairs += [("ink on a coloured background", theme["textColor"], theme[f"{hue}BackgroundColor"]) for hue in HUES]
    pairs += [("table header", theme["dataframeHeaderTextColor"], theme["dataframeHeaderBackgroundColor"])]
    pairs += [("code", theme["codeTextColor"], theme["codeBackgroundColor"])]
    pairs += [(f"sidebar {name}", sidebar[name], sidebar[ground]) for name in ("textColor", "linkColor") for ground in BACKGROUNDS]

    too_weak = {f"{name}: {text} on {background}": round(contrast(text, background), 2) for name, text, background in pairs}

    assert {pair: ratio for pair, ratio in too_weak.items() if ratio < 4.5} == {}


BACKGROUNDS = ("backgroundColor", "secondaryBackgroundColor")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_category_takes_the_colour_of_a_loss(mode: str) -> None:
    categories = THEME[mode]["chartCategoricalColors"]
    assert THEME[mode]["redColor"] not in categories
    assert len(set(categories)) == len(categories)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("scale", ["chartSequentialColors", "chartDivergingColors"])
def test_colour_scales_have_the_ten_steps_streamlit_insists_on(mode: str, scale: str) -> None:
    assert len(THEME[mode][scale]) == 10


def test_every_option_is_one_the_installed_streamlit_knows() -> None:
    from streamlit import config

    known = set(config._config_options_template)
    file = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text(encoding="utf-8"))

    def options(table: dict[str, object], prefix: str = "") -> list[str]:
        names = []
        for name, value in table.items():
            names += options(value, f"{prefix}{name}.") if isinstance(value, dict) else [prefix + name]
        return names

    assert sorted(set(options(file)) - known) == []
