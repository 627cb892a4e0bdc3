"""Shares of the expected shortfall: complete, sorted, beside the weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from farp.analysis import RiskReport, TailContribution
from farp.charts.contribution import tail_contributions
from farp.charts.theme import LIGHT
from farp.format import percent


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


def test_the_value_stands_clear_of_the_weight(mixed: RiskReport) -> None:
    bars, marks, texts = tail_contributions(mixed, 0.95, LIGHT).data
    room = 0.2 * (max(0.0, *bars.x, *marks.x) - min(0.0, *bars.x, *marks.x))
    for mark, text, share in zip(marks.x, texts.x, bars.x, strict=True):
        inside = text - room < mark < text if share < 0 else text < mark < text + room
        assert not inside


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
