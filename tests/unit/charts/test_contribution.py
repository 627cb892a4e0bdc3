"""Shares of the expected shortfall: complete, sorted, beside the weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from farp.analysis import RiskReport, TailContribution, window_of
from farp.analysis.contributions import Breakdown, Contributions, View, contributions
from farp.charts.bars import ROW_HEIGHT
from farp.charts.contribution import contribution_bars, tail_contributions
from farp.charts.theme import DARK, LIGHT, SENTENCE_HEIGHT
from farp.format import percent
from farp.prices.sample import load_sample


@pytest.mark.parametrize("confidence", [0.95, 0.99])
@pytest.mark.parametrize("name", ["mixed", "one", "many 40"])
def test_shares_and_weights_both_sum_to_one(name: str, confidence: float, report_of: Callable[[str], RiskReport]) -> None:
    report = report_of(name)
    bars, marks, texts = tail_contributions(report, confidence, LIGHT, top=len(report.holdings)).data
    assert sum(bars.x) == pytest.approx(1.0)
    assert sum(marks.x) == pytest.approx(1.0)
    assert len(bars.x) == len(marks.x) == len(texts.text)


def test_the_rest_says_its_weight_in_words_and_has_no_mark(report_of: Callable[[str], RiskReport]) -> None:
    report = report_of("many 40")
    bars, marks, _ = tail_contributions(report, 0.95, LIGHT, top=5).data
    assert len(marks.x) == 5
    assert 5 not in marks.y
    rest = 1.0 - sum(marks.x)
    assert f"The other 35 holdings, together {percent(rest, 0)} of the value" in bars.hovertext[-1]
    assert sum(bars.x) == pytest.approx(1.0)


def test_the_top_holdings_are_sorted_and_the_rest_is_grouped(report_of: Callable[[str], RiskReport]) -> None:
    figure = tail_contributions(report_of("many 40"), 0.95, LIGHT, top=5)
    shares = figure.data[0].x
    assert len(shares) == 6
    assert list(shares[:-1]) == sorted(shares[:-1], reverse=True)
    assert figure.layout.yaxis.ticktext[-1] == "35 others"


def test_a_holding_that_earns_on_the_worst_days_is_no_loss(mixed: RiskReport) -> None:
    figure = tail_contributions(mixed, 0.95, LIGHT)
    bars = figure.data[0]
    place = list(figure.layout.yaxis.ticktext).index("NVDA")
    assert bars.x[place] < 0
    assert bars.marker.color[place] == LIGHT.gain
    assert "lowers the expected shortfall" in bars.hovertext[place]
    assert figure.data[2].textposition[place] == "middle left"


def test_the_value_stands_at_its_bar_and_the_weight_below_it(mixed: RiskReport) -> None:
    bars, marks, texts = tail_contributions(mixed, 0.95, LIGHT).data
    assert list(texts.x) == list(bars.x), "beside a tick the share would be read as the weight"
    tick, digits = 0.7 * marks.marker.size, 0.36 * texts.textfont.size  # px from their middles
    for mark, text in zip(marks.y, texts.y, strict=True):
        assert (mark - text) * ROW_HEIGHT - tick > digits - 0.5
        assert (mark - text) * ROW_HEIGHT + tick < 0.55 * ROW_HEIGHT, "nearer to its own bar than to the next"


def test_without_net_asset_value_there_are_no_weights(report_of: Callable[[str], RiskReport]) -> None:
    figure = tail_contributions(report_of("negative"), 0.95, LIGHT)
    assert [trace.type for trace in figure.data] == ["bar"]


def test_nothing_to_share_out_is_said(mixed: RiskReport, report_of: Callable[[str], RiskReport]) -> None:
    gain = TailContribution(confidence=0.95, expected_shortfall=np.full(len(mixed.holdings), -1.0), value_at_risk=None)
    for figure in (
        tail_contributions(report_of("cash"), 0.95, LIGHT),
        tail_contributions(replace(mixed, tail_contributions=(gain,)), 0.95, LIGHT),
        tail_contributions(mixed, 0.9, LIGHT),
    ):
        assert not figure.data
        assert "95" in figure.layout.annotations[0].text or "90" in figure.layout.annotations[0].text


def broken_down(
    report: RiskReport, by: Breakdown = Breakdown.POSITION, view: View = View.HISTORICAL, group: str | None = None, confidence: float = 0.95
) -> Contributions:
    history = load_sample()
    return contributions(window_of(report.portfolio, history), history, by, view, confidence, group=group)


def test_by_position_the_topic_draws_what_the_overview_draws(mixed: RiskReport) -> None:
    topic, overview = contribution_bars(broken_down(mixed), LIGHT), tail_contributions(mixed, 0.95, LIGHT)
    assert topic.to_json() == overview.to_json()


@pytest.mark.parametrize("by", list(Breakdown))
@pytest.mark.parametrize("view", list(View))
def test_bars_of_every_breakdown_are_the_shares_sorted_and_sum_to_one(by: Breakdown, view: View, mixed: RiskReport) -> None:
    result = broken_down(mixed, by, view)
    for colours in (LIGHT, DARK):
        figure = contribution_bars(result, colours)
        shares = list(figure.data[0].x)
        assert shares == pytest.approx([part.share for part in result.contributors])
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1.0)
        assert [colour == colours.gain for colour in figure.data[0].marker.color] == [share < 0 for share in shares]


def test_marks_are_the_weights_and_factors_have_none(mixed: RiskReport) -> None:
    result = broken_down(mixed, Breakdown.SECTOR)
    _, marks, _ = contribution_bars(result, LIGHT).data
    assert list(marks.x) == pytest.approx([part.weight for part in result.contributors])
    assert len(contribution_bars(broken_down(mixed, Breakdown.FACTOR), LIGHT).data) == 1


def test_inside_a_group_bars_are_the_holdings_with_their_shares_of_the_whole(mixed: RiskReport) -> None:
    whole = {part.name: part for part in broken_down(mixed, Breakdown.ASSET_CLASS).contributors}
    figure = contribution_bars(broken_down(mixed, Breakdown.ASSET_CLASS, group="EQUITY"), LIGHT)
    assert set(figure.layout.yaxis.ticktext) == {"AAPL", "MSFT", "XOM", "NVDA"}
    assert sum(figure.data[0].x) == pytest.approx(whole["EQUITY"].share)
    through = contribution_bars(broken_down(mixed, Breakdown.FACTOR, group="Market"), LIGHT)
    assert len(through.data[0].x) == len(mixed.holdings)


def test_labels_and_hovers_speak_of_what_they_are(mixed: RiskReport) -> None:
    figure = contribution_bars(broken_down(mixed, Breakdown.ASSET_CLASS, View.PARAMETRIC), LIGHT)
    assert "Fixed income" in figure.layout.yaxis.ticktext
    assert any("of the value at risk (95" in hover for hover in figure.data[0].hovertext)
    factors = contribution_bars(broken_down(mixed, Breakdown.FACTOR), LIGHT).data[0].hovertext
    assert any(hover.startswith("The factor Market lost") for hover in factors)
    assert any(hover.startswith("What no factor explains") for hover in factors)
    shorts = contribution_bars(broken_down(mixed, Breakdown.POSITION, View.PARAMETRIC), LIGHT)
    place = list(shorts.layout.yaxis.ticktext).index("NVDA")
    assert "off the value at risk" in shorts.data[0].hovertext[place]


def test_beyond_25_the_rest_share_a_row(report_of: Callable[[str], RiskReport]) -> None:
    figure = contribution_bars(broken_down(report_of("many 40")), LIGHT)
    assert figure.layout.yaxis.ticktext[-1] == "15 others"
    assert sum(figure.data[0].x) == pytest.approx(1.0)


def test_weights_that_would_squeeze_the_bars_are_left_to_the_table(mixed: RiskReport) -> None:
    result = broken_down(mixed)
    heavy = replace(result, contributors=tuple(replace(part, weight=50.0) for part in result.contributors))
    figure = contribution_bars(heavy, LIGHT)
    assert [trace.type for trace in figure.data] == ["bar"]
    assert "weights, up to 5,000" in figure.layout.xaxis.title.text


def test_no_loss_to_share_out_is_the_sentence_of_the_analysis(report_of: Callable[[str], RiskReport]) -> None:
    figure = contribution_bars(broken_down(report_of("cash")), LIGHT)
    assert not figure.data
    assert figure.layout.height == SENTENCE_HEIGHT
    assert "did not change in value" in figure.layout.annotations[0].text.replace("<br>", " ")


def test_without_net_asset_value_the_topic_has_no_weights_either(report_of: Callable[[str], RiskReport]) -> None:
    assert [trace.type for trace in contribution_bars(broken_down(report_of("negative")), LIGHT).data] == ["bar"]


def test_names_are_shown_as_they_are_and_long_ones_stay_bounded(mixed: RiskReport) -> None:
    odd = "<b>A&B</b>" + "x" * 60
    sectors = broken_down(mixed, Breakdown.SECTOR)
    factors = broken_down(mixed, Breakdown.FACTOR)
    for result in (sectors, factors):
        first, *rest = result.contributors
        figure = contribution_bars(replace(result, contributors=(replace(first, name=odd), *rest)), LIGHT)
        texts = [*figure.layout.yaxis.ticktext, *figure.data[0].hovertext]
        assert [text for text in texts if "<b>" in text] == []
        assert max(len(label.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")) for label in figure.layout.yaxis.ticktext) <= 30
