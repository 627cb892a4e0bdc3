"""What all figures have in common, for portfolios of every kind, light and dark."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from farp.analysis import RiskReport
from farp.charts.contribution import tail_contributions
from farp.charts.drawdown import rolling_sharpe_ratio, rolling_volatility, underwater, value_path
from farp.charts.exposure import exposure_bars, holdings_treemap, net_exposure_bars
from farp.charts.factors import contribution_heatmap, factor_shares, loadings_heatmap
from farp.charts.theme import DARK, LIGHT, Palette
from farp.charts.value_at_risk import loss_histogram, rolling_value_at_risk, tail_day_bars

BUILDERS: dict[str, Callable[[RiskReport, Palette], go.Figure]] = {
    "loss_histogram": loss_histogram,
    "tail_day_bars": lambda report, colours: tail_day_bars(report, int(np.argmin(report.profit_and_loss)), colours),
    "rolling_value_at_risk": rolling_value_at_risk,
    "exposure_bars": lambda report, colours: exposure_bars(report, "sector", colours),
    "net_exposure_bars": lambda report, colours: net_exposure_bars(report, "currency", colours),
    "holdings_treemap": holdings_treemap,
    "contribution_heatmap": contribution_heatmap,
    "loadings_heatmap": loadings_heatmap,
    "factor_shares": factor_shares,
    "tail_contributions": lambda report, colours: tail_contributions(report, 0.95, colours),
    "value_path": value_path,
    "underwater": underwater,
    "rolling_volatility": rolling_volatility,
    "rolling_sharpe_ratio": rolling_sharpe_ratio,
}
every_builder = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS.keys())
every_kind = pytest.mark.parametrize("name", ["mixed", "one", "cash", "negative", "tiny", "huge", "many 60"])


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} in the JSON")


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in strings(inner)]
    return [text for inner in value for text in strings(inner)] if isinstance(value, list) else []


@every_builder
@every_kind
def test_the_json_is_valid_small_and_free_of_numbers_that_are_none(
    build: Callable[..., go.Figure], name: str, report_of: Callable[[str], RiskReport]
) -> None:
    text = build(report_of(name), LIGHT).to_json()
    figure = json.loads(text, parse_constant=refuse)
    assert len(text) < 60_000
    assert [words for words in strings(figure) if "nan" in words.lower().split() or "None" in words or "inf" in words.split()] == []
    assert figure["layout"]["height"] >= 100
    assert "title" not in figure["layout"], "the page sets the heading"


@every_builder
@every_kind
def test_a_figure_shows_marks_with_units_or_one_sentence(build: Callable[..., go.Figure], name: str, report_of: Callable[[str], RiskReport]) -> None:
    figure = build(report_of(name), LIGHT)
    if not figure.data:
        (note,) = figure.layout.annotations
        assert note.text.endswith(".")
        return
    titles = [figure.layout.xaxis.title.text, figure.layout.yaxis.title.text, *(note.text for note in figure.layout.annotations)]
    said = " ".join(title for title in titles if title)
    assert any(unit in said for unit in ("USD", "%", "Per cent", "variance", "a year", "Sharpe ratio", "Below the peak", "market value"))
    silent = [trace.type for trace in figure.data if trace.hoverinfo != "skip" and not (trace.hovertemplate or "").endswith("<extra></extra>")]
    assert silent == []


@every_builder
def test_colours_come_from_the_palette(build: Callable[..., go.Figure], mixed: RiskReport) -> None:
    light, dark = (build(mixed, colours).to_json().lower() for colours in (LIGHT, DARK))
    assert light != dark
    only_light = {LIGHT.ink, LIGHT.muted, LIGHT.primary, LIGHT.loss, LIGHT.border, LIGHT.grid}
    assert [colour for colour in only_light if colour in dark] == []
    assert '"template":{"data"' not in light.replace(" ", "").replace('{"data":{"scatter":[{"type":"scatter"}]}}', "{}")


@every_builder
def test_the_same_report_gives_the_same_figure_and_is_left_as_it_was(build: Callable[..., go.Figure], mixed: RiskReport) -> None:
    before = mixed.profit_and_loss.copy(), mixed.position_profit_and_loss.copy()
    assert build(mixed, LIGHT).to_json() == build(mixed, LIGHT).to_json()
    assert (mixed.profit_and_loss == before[0]).all()
    assert (mixed.position_profit_and_loss == before[1]).all()


@every_builder
def test_names_are_shown_as_they_are_and_long_ones_stay_bounded(build: Callable[..., go.Figure], mixed: RiskReport) -> None:
    odd = replace(mixed.holdings[0].instrument, ticker="<b>A&B</b>" + "X" * 60, name="<a href='x'>Fund</a>", sector="<i>S</i>" + "y" * 90)
    holdings = (replace(mixed.holdings[0], instrument=odd), *mixed.holdings[1:])
    exposure = {name: replace(value, buckets=("<i>S</i>" + "y" * 90, *value.buckets[1:])) for name, value in mixed.exposure.items()}
    figure = build(replace(mixed, holdings=holdings, exposure=exposure), LIGHT)
    shown = [{k: v for k, v in trace.items() if k not in {"ids", "parents"}} for trace in json.loads(figure.to_json())["data"]]
    texts = strings(shown) + list(figure.layout.yaxis.ticktext or ())
    assert [text for text in texts if "<b>A" in text or "<a href" in text or "<i>" in text] == []
    labels = [text.split("  <span")[0].split("<br>")[0] for text in figure.layout.yaxis.ticktext or ()]
    assert max((len(label.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")) for label in labels), default=0) <= 30
