"""The histogram's tail is the days beyond VaR and no other; labels never meet; one day's positions add up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from farp.analysis import RiskReport, Series
from farp.charts.theme import DARK, LIGHT, Palette
from farp.charts.value_at_risk import loss_histogram, rolling_value_at_risk, tail_day_bars

both = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
NAMES = ["mixed", "one", "negative", "tiny", "huge", "many 40"]


def edges(trace: object) -> tuple[np.ndarray, np.ndarray]:
    centre, half = np.array(trace.x), trace.width / 2
    return centre - half, centre + half


@pytest.mark.parametrize("name", NAMES)
def test_a_bin_edge_falls_on_the_value_at_risk_and_the_red_bins_hold_the_days_beyond(name: str, report_of: Callable[[str], RiskReport]) -> None:
    report = report_of(name)
    value_at_risk = report.value_at_risk_at(0.95, 1).amount
    (bars,) = loss_histogram(report, LIGHT).data
    left, right = edges(bars)
    steps = (-value_at_risk - left) / bars.width
    assert np.allclose(steps, np.round(steps), atol=1e-6)
    red = np.array([colour == LIGHT.loss for colour in bars.marker.color])
    assert np.array(bars.y)[red].sum() == (report.profit_and_loss < -value_at_risk).sum() > 0
    assert (right[red] <= -value_at_risk + bars.width * 1e-6).all()
    assert sum(bars.y) == report.observations


def test_a_day_exactly_on_the_value_at_risk_is_not_beyond_it(mixed: RiskReport) -> None:
    worst = np.sort(mixed.profit_and_loss)[:13]
    figures = tuple(replace(figure, amount=-float(worst[9])) if figure.confidence == 0.95 else figure for figure in mixed.value_at_risk)
    (bars,) = loss_histogram(replace(mixed, value_at_risk=figures), LIGHT).data
    assert sum(count for count, colour in zip(bars.y, bars.marker.color, strict=True) if colour == LIGHT.loss) == 9


@pytest.mark.parametrize("name", NAMES)
def test_labels_of_the_lines_stand_on_a_stair_so_that_they_never_meet(name: str, report_of: Callable[[str], RiskReport]) -> None:
    figure = loss_histogram(report_of(name), LIGHT)
    lines, labels = figure.layout.shapes, figure.layout.annotations
    assert [label.text.split("  ")[0] for label in labels] == ["VaR 99\u2009%", "ES 95\u2009%", "VaR 95\u2009%"]
    assert [line.x0 for line in lines] == [label.x for label in labels] == sorted(line.x0 for line in lines)
    tops = [line.y1 for line in lines]
    row = 15 / (figure.layout.height - 60)  # a line of text, as a share of the plot
    assert all(higher - lower >= row for higher, lower in pairwise(tops))
    assert all(label.xanchor == "left" and label.y == line.y1 for label, line in zip(labels, lines, strict=True))
    (bars,) = figure.data
    assert max(bars.y) / figure.layout.yaxis.range[1] <= tops[-1] - row, "the lowest label is above the bars"


def test_labels_run_to_the_left_when_the_lines_stand_on_the_right(mixed: RiskReport) -> None:
    flipped = replace(mixed, profit_and_loss=np.append(np.full(20, -1e6), mixed.profit_and_loss[20:]))
    labels = loss_histogram(flipped, LIGHT).layout.annotations
    assert {label.xanchor for label in labels} == {"right"}
    assert [label.x for label in labels] == sorted((label.x for label in labels), reverse=True)


@both
def test_the_histogram_says_its_counts_in_words_and_its_units(mixed: RiskReport, colours: Palette) -> None:
    figure = loss_histogram(mixed, colours)
    (bars,) = figure.data
    assert set(bars.marker.color) == {colours.loss, colours.primary}
    assert all(text.startswith("On ") and "of 252 the portfolio" in text for text in bars.hovertext)
    assert "13 days of 252 lost more than the VaR 95\u2009%" in bars.hovertext[0]
    assert "lost more" not in bars.hovertext[-1]
    assert figure.layout.xaxis.title.text == "Profit or loss of one day, USD"
    assert figure.layout.annotations[-1].hovertext.startswith("On 19 of 20 days the loss stays below $")


def test_every_position_has_a_bar_on_a_tail_day_and_they_add_up(mixed: RiskReport) -> None:
    day = int(np.argmin(mixed.profit_and_loss))
    (bars,) = tail_day_bars(mixed, day, LIGHT).data
    assert sum(bars.x) == pytest.approx(mixed.profit_and_loss[day])
    assert list(bars.x) == sorted(bars.x)
    assert len(bars.text) == len(bars.x) == len(mixed.holdings)
    assert list(bars.marker.color) == [LIGHT.loss if amount < 0 else LIGHT.gain for amount in bars.x]
    assert all(text.startswith("−") for text, amount in zip(bars.text, bars.x, strict=True) if amount <= -1)


def test_many_positions_of_a_day_share_a_last_row(report_of: Callable[[str], RiskReport]) -> None:
    report = report_of("many 40")
    figure = tail_day_bars(report, 7, LIGHT)
    (bars,) = figure.data
    assert (len(bars.x), figure.layout.yaxis.ticktext[-1]) == (20, "21 others")
    assert sum(bars.x) == pytest.approx(report.profit_and_loss[7])


def test_exceptions_lost_more_than_the_value_at_risk_of_the_evening_before(mixed: RiskReport) -> None:
    figure = rolling_value_at_risk(mixed, LIGHT)
    bars, line, dots = figure.data
    assert len(bars.x) == mixed.observations
    known = dict(zip(line.x, line.y, strict=True))
    beyond = [date for date, amount in zip(bars.x, bars.y, strict=True) if date in known and amount < known[date]]
    assert list(dots.x) == beyond != []
    assert f"{len(beyond)} of {mixed.observations - 1} days" in figure.layout.annotations[0].text
    assert line.y[-1] == pytest.approx(-mixed.value_at_risk_at(0.95, 1).amount), "the line ends at today's figure"
    assert line.x[-1] > bars.x[-1], "which is tomorrow's limit"
    first = str(mixed.rolling_value_at_risk.dates[0])
    assert min(known) > first, "a day is not compared with a figure that knows it"


def test_too_little_history_leaves_the_line_out_and_says_so(mixed: RiskReport) -> None:
    last = mixed.rolling_value_at_risk
    short = replace(mixed, rolling_value_at_risk=Series(dates=last.dates[-1:], values=last.values[-1:]))
    figure = rolling_value_at_risk(short, LIGHT)
    assert [trace.type for trace in figure.data] == ["bar"]
    assert "too little earlier history" in figure.layout.annotations[0].text


def test_holdings_that_do_not_move_get_a_sentence(report_of: Callable[[str], RiskReport]) -> None:
    for figure in (loss_histogram(report_of("cash"), LIGHT), rolling_value_at_risk(report_of("cash"), LIGHT)):
        assert not figure.data
        assert "did not move" in figure.layout.annotations[0].text
