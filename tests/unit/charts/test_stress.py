"""Figures of scenarios: the numbers of the analysis, readable names, one sentence where there is nothing to draw."""

from __future__ import annotations

import dataclasses
import functools
import json

import numpy as np
import plotly.graph_objects as go
import pytest

from farp.analysis import window_of
from farp.analysis.reverse_stress import ReverseStressAnalysis, reverse_stress
from farp.analysis.stress import StressAnalysis, stresses
from farp.charts.stress import MOST_HOLDINGS, MOST_SCENARIOS, factor_moves, factor_past, reverse_waterfall, scenario_bars, stress_waterfall
from farp.charts.theme import DARK, KEY_HEIGHT, LIGHT
from farp.engine.stress_library import EXAMPLES, HypotheticalScenario, Shock, ShockKind, ShockMode
from farp.format import percent
from farp.prices.sample import load_sample
from tests.markets import holding

from .conftest import POSITIONS, _many

HOSTILE = HypotheticalScenario(
    id="hostile",
    name="<b>Bad</b> & " + "x" * 60,
    what="<i>why</i>",
    mode=ShockMode.DIRECT,
    shocks=(Shock(kind=ShockKind.TICKER, name="AAPL", size=-0.5),),
)


@functools.cache
def analysis(name: str) -> StressAnalysis:
    positions = _many(int(name.removeprefix("many "))) if name.startswith("many ") else POSITIONS[name]
    return stresses(window_of(holding(dict(positions)), load_sample()), load_sample(), (HOSTILE,))


@functools.cache
def reverse(name: str) -> ReverseStressAnalysis:
    window = analysis(name).window
    return reverse_stress(window, load_sample(), loss_amount=0.1 * window.gross)


def labels(figure: go.Figure) -> list[str]:
    return list(figure.layout.yaxis.ticktext)


def test_bars_are_the_ranking_losses_red_and_gains_green() -> None:
    result = analysis("mixed")
    figure = scenario_bars(result, LIGHT, "covid-2020")
    shown = [one for one in result.ranked if not one.still]
    assert list(figure.data[0].x) == [one.fraction for one in shown]
    assert list(figure.data[0].text) == [percent(one.fraction) for one in shown]
    assert labels(figure)[[one.scenario.id for one in shown].index("covid-2020")] == "<b>Covid 2020</b>"
    colours = figure.data[0].marker.color
    for one, colour in zip(shown, colours, strict=True):
        full = LIGHT.loss if (one.total or 0.0) < 0 else LIGHT.gain
        assert (colour == full) == (one.priced >= 1.0), one.scenario.id
    assert "stand-ins" in figure.layout.annotations[0].text


def test_bars_are_in_money_where_the_value_is_not_positive() -> None:
    result = analysis("negative")
    assert result.window.net_asset_value < 0
    figure = scenario_bars(result, LIGHT)
    assert list(figure.data[0].x) == [one.total for one in result.ranked if not one.still]
    assert "USD" in figure.layout.xaxis.title.text


def test_names_are_literal_and_bounded() -> None:
    figure = scenario_bars(analysis("mixed"), LIGHT)
    (mine,) = [text for text in labels(figure) if "Bad" in text]
    assert mine.startswith("&lt;b&gt;Bad")
    assert len(mine) < 60
    hover = next(text for text in figure.data[0].hovertext if "Bad" in text)
    assert "<b>" not in hover
    assert "<i>" not in hover


def test_a_waterfall_leads_from_nothing_to_the_total() -> None:
    result = analysis("mixed")
    for one in result.ranked:
        if one.still:
            continue
        bars = stress_waterfall(one, result.window, LIGHT).data[0]
        assert bars.base[0] == 0.0
        assert sum(bars.x[:-1]) == pytest.approx(one.total)
        assert bars.x[-1] == one.total
        for i in range(1, len(bars.x) - 1):
            assert bars.base[i] == pytest.approx(bars.base[i - 1] + bars.x[i - 1])


def test_stand_ins_are_marked() -> None:
    result = analysis("mixed")
    crisis = result.result("lehman-2008")
    marked = {text.removesuffix(" ≈") for text in labels(stress_waterfall(crisis, result.window, LIGHT)) if text.endswith("≈")}
    assert marked == {one.ticker for one, flag in zip(result.window.holdings, crisis.proxied, strict=True) if flag}
    assert marked


def test_beyond_so_many_holdings_the_smallest_are_added_up() -> None:
    result = analysis("many 60")
    one = result.result("covid-2020")
    figure = stress_waterfall(one, result.window, LIGHT)
    assert len(labels(figure)) == MOST_HOLDINGS + 1
    assert labels(figure)[-2].endswith("others")
    assert sum(figure.data[0].x[:-1]) == pytest.approx(one.total)


def test_beyond_so_many_scenarios_the_mildest_are_left_out() -> None:
    saved = [
        HypotheticalScenario(id=f"s{i}", name=f"S{i}", mode=ShockMode.DIRECT, shocks=(Shock(kind=ShockKind.TICKER, name="AAPL", size=-i / 100),))
        for i in range(1, 61)
    ]
    result = stresses(analysis("mixed").window, load_sample(), saved)
    figure = scenario_bars(result, LIGHT)
    assert len(figure.data[0].x) == MOST_SCENARIOS
    assert "S60" in labels(figure)
    assert "S1" not in labels(figure)


def test_reverse_figures_show_the_analysis() -> None:
    result = reverse("mixed")
    moves = factor_moves(result, LIGHT)
    assert list(moves.data[0].x) == result.result.factor_moves.tolist()
    assert labels(moves) == list(result.factors.names)
    fall = reverse_waterfall(result, LIGHT).data[0]
    assert fall.x[-1] == -result.result.loss
    assert sum(fall.x[:-1]) == pytest.approx(-result.result.loss)
    past = factor_past(result, LIGHT)
    assert np.asarray(past.data[0].y) == pytest.approx(result.past.values / result.window.net_asset_value, rel=1e-5)
    reached = len(past.data[1].x) if len(past.data) > 1 else 0
    assert reached == result.result.days_as_bad
    assert past.layout.shapes[0].y0 == pytest.approx(-result.result.loss / result.window.net_asset_value)


def test_the_loss_asked_for_is_named_above_the_plot_and_not_on_the_curve() -> None:
    past = factor_past(reverse("mixed"), LIGHT)
    (note,) = past.layout.annotations
    assert "asked for" in note.text
    assert (note.yref, note.y, note.yanchor) == ("paper", 1, "bottom")
    assert past.layout.margin.t >= KEY_HEIGHT


def test_a_bar_of_a_part_says_of_which_part_it_is() -> None:
    result = analysis("mixed")
    whole = next(one for one in result.ranked if one.kind == "historical")
    part = dataclasses.replace(whole, covered=0.62, priced=0.62)
    figure = scenario_bars(dataclasses.replace(result, results=(part,)), LIGHT)
    assert f"the outcome of the {percent(0.62, 0)} reached" in figure.data[0].hovertext[0]
    assert "S&P 500" in figure.data[0].hovertext[0] or "S&amp;P 500" in figure.data[0].hovertext[0]
    assert "outcome of the" not in scenario_bars(dataclasses.replace(result, results=(whole,)), LIGHT).data[0].hovertext[0]


def test_nothing_to_draw_is_one_sentence() -> None:
    result = analysis("cash")
    figures = [scenario_bars(result, LIGHT), stress_waterfall(result.result("covid-2020"), result.window, LIGHT)]
    figures.append(stress_waterfall(result.result(EXAMPLES[0].id), result.window, LIGHT))
    for figure in figures:
        assert not figure.data
        assert figure.layout.annotations[0].text.endswith(".")


@pytest.mark.parametrize("name", ["mixed", "one", "negative", "tiny", "huge", "many 60", "cash"])
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_figures_hold_no_nan_and_stay_small(name: str, palette: object) -> None:
    result = analysis(name)
    figures = [scenario_bars(result, palette), *(stress_waterfall(one, result.window, palette) for one in result.results)]  # type: ignore[arg-type]
    if name != "cash":
        found = reverse(name)
        figures += [factor_moves(found, palette), reverse_waterfall(found, palette)]  # type: ignore[arg-type]
        json.loads(factor_past(found, palette).to_json(), parse_constant=pytest.fail)  # type: ignore[arg-type]
    for figure in figures:
        text = figure.to_json()
        json.loads(text, parse_constant=pytest.fail)
        assert len(text) < 60_000
        assert "nan" not in text.lower().replace("finance", "").replace("financial", "")
