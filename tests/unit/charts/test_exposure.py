"""Long, short and net are drawn as they are; areas add up; what is short says so in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from farp.analysis import RiskReport
from farp.charts.exposure import exposure_bars, gross_exposure_bars, holdings_treemap, net_exposure_bars
from farp.charts.theme import DARK, LIGHT, contrast
from farp.engine.exposure import Exposure, exposure


@pytest.mark.parametrize("dimension", ["asset_class", "currency", "sector", "country"])
@pytest.mark.parametrize("name", ["mixed", "negative", "many 40"])
def test_bars_add_up_and_are_sorted_by_gross(name: str, dimension: str, report_of: Callable[[str], RiskReport]) -> None:
    report = report_of(name)
    long, short, *_ = exposure_bars(report, dimension, LIGHT).data
    assert sum(long.x) == pytest.approx(report.exposure[dimension].long.sum())
    assert -sum(short.x) == pytest.approx(report.exposure[dimension].short.sum())
    gross = np.array(long.x) - np.array(short.x)
    assert (np.diff(gross[:19]) <= 1e-6).all()


def test_net_is_drawn_and_named_only_where_a_bucket_holds_both(mixed: RiskReport) -> None:
    figure = exposure_bars(mixed, "sector", LIGHT)
    exposure = mixed.exposure["sector"]
    net = figure.data[2]
    technology = exposure.buckets.index("Information Technology")
    assert list(net.x) == [pytest.approx(exposure.net[technology])]
    labels = figure.layout.yaxis.ticktext
    assert [label for label in labels if "net" in label] == [labels[net.y[0]]]
    assert labels[net.y[0]].startswith("Information Technology<br>")


def test_colours_and_ends_of_the_bars(mixed: RiskReport) -> None:
    long, short, *_ = exposure_bars(mixed, "asset_class", DARK).data
    assert (long.marker.color, short.marker.color) == (DARK.primary, DARK.amber)
    assert all((text == "") == (amount == 0) for trace in (long, short) for text, amount in zip(trace.text, trace.x, strict=True))
    assert all(text.startswith("−$") for text in short.text if text)


def test_a_long_only_portfolio_needs_no_key(report_of: Callable[[str], RiskReport]) -> None:
    figure = exposure_bars(report_of("one"), "sector", LIGHT)
    assert len(figure.data) == 1
    assert not figure.layout.annotations


def test_codes_of_asset_classes_are_written_as_words(mixed: RiskReport) -> None:
    assert "Fixed income" in "|".join(exposure_bars(mixed, "asset_class", LIGHT).layout.yaxis.ticktext)


def test_beyond_twenty_buckets_the_smallest_are_added_up(mixed: RiskReport) -> None:
    sizes = np.arange(1.0, 61.0)
    exposure = Exposure(buckets=tuple(f"Bucket {i}" for i in range(60)), long=sizes, short=np.zeros(60))
    figure = exposure_bars(replace(mixed, exposure={"sector": exposure}), "sector", LIGHT)
    assert (len(figure.data[0].x), figure.layout.yaxis.ticktext[-1]) == (20, "41 others")
    assert figure.data[0].x[-1] == sizes[:41].sum()


def test_net_exposure_is_a_share_of_net_asset_value(mixed: RiskReport) -> None:
    figure = net_exposure_bars(mixed, "asset_class", LIGHT)
    (bars,) = figure.data
    assert sum(bars.x) == pytest.approx(1.0)
    assert figure.layout.xaxis.title.text == "Net exposure, % of net asset value"
    assert np.all(np.diff(np.abs(bars.x)) <= 0)


def test_without_net_asset_value_net_exposure_is_money(report_of: Callable[[str], RiskReport]) -> None:
    report = report_of("negative")
    figure = net_exposure_bars(report, "sector", LIGHT)
    assert sum(figure.data[0].x) == pytest.approx(report.net_asset_value)
    assert figure.layout.xaxis.title.text == "Net exposure, USD"
    assert figure.data[0].marker.color == (LIGHT.amber,)


@pytest.mark.parametrize("name", ["mixed", "one", "negative", "many 40", "cash"])
def test_every_area_of_the_treemap_is_the_sum_of_what_is_inside(name: str, report_of: Callable[[str], RiskReport]) -> None:
    report = report_of(name)
    (tree,) = holdings_treemap(report, LIGHT).data
    assert len(set(tree.ids)) == len(tree.ids)
    inside = {group: sum(v for v, parent in zip(tree.values, tree.parents, strict=True) if parent == group) for group in {"", *tree.parents}}
    assert inside[""] == pytest.approx(report.gross)
    for tile, value in zip(tree.ids, tree.values, strict=True):
        assert inside.get(tile, value) == pytest.approx(value)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_what_is_short_says_so_and_every_tile_is_readable(mixed: RiskReport, colours: object) -> None:
    (tree,) = holdings_treemap(mixed, colours).data
    short = [label for label, text in zip(tree.labels, tree.text, strict=True) if text.startswith("short")]
    assert short == ["NVDA"]
    pairs = zip(tree.insidetextfont.color, tree.marker.colors, strict=True)
    assert min(contrast(text, ground) for text, ground in pairs) >= 4.5


def test_the_tile_that_adds_most_to_the_losses_is_the_reddest_and_a_diversifier_is_not_red(mixed: RiskReport) -> None:
    (tree,) = holdings_treemap(mixed, LIGHT).data
    colour = dict(zip(tree.labels, tree.marker.colors, strict=True))
    parts = mixed.tail_contributions[0].expected_shortfall
    largest = int(np.argmax(np.abs(parts)))
    assert colour[mixed.holdings[largest].ticker] == (LIGHT.loss if parts[largest] > 0 else LIGHT.primary)
    assert colour["USD cash"] == LIGHT.raised


def test_gross_bars_add_up_to_gross_over_value(mixed: RiskReport) -> None:
    figure = gross_exposure_bars(mixed, "sector", LIGHT)
    assert sum(figure.data[0].x) == pytest.approx(mixed.gross / mixed.net_asset_value)
    assert min(figure.data[0].x) >= 0


def test_the_row_of_the_rest_is_muted(report_of: Callable[[str], RiskReport]) -> None:
    report = report_of("many 40")
    exposures = dict(report.exposure)
    exposures["sector"] = exposure([holding.market_value for holding in report.holdings], [holding.ticker for holding in report.holdings])
    figure = net_exposure_bars(replace(report, exposure=exposures), "sector", LIGHT)
    assert figure.data[0].marker.color[-1] == LIGHT.muted
    assert LIGHT.muted not in figure.data[0].marker.color[:-1]
