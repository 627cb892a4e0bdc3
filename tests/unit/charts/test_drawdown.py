"""Paths start level, end in their names, and mark the deepest fall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from farp.analysis import RiskReport, Series
from farp.charts.drawdown import rolling_sharpe_ratio, rolling_volatility, underwater, value_path
from farp.charts.theme import LIGHT

EMPTY = Series(dates=np.array([], dtype="datetime64[D]"), values=np.array([]))


def test_the_benchmark_starts_level_with_the_portfolio(mixed: RiskReport) -> None:
    assert mixed.benchmark is not None
    benchmark, portfolio, *_ = value_path(mixed, LIGHT).data
    assert portfolio.y == pytest.approx(mixed.value.values.tolist())
    assert (benchmark.x[0], benchmark.y[0]) == (portfolio.x[0], pytest.approx(portfolio.y[0]))
    assert benchmark.y[-1] / benchmark.y[0] == pytest.approx(mixed.benchmark.path.values[-1])


def test_a_benchmark_of_other_days_is_level_on_the_first_day_they_share(mixed: RiskReport) -> None:
    assert mixed.benchmark is not None
    path = mixed.benchmark.path
    earlier = path.dates[0] - np.arange(30, 0, -1).astype("timedelta64[D]")
    longer = Series(dates=np.concatenate([earlier, path.dates[5:]]), values=np.concatenate([np.full(30, 9.0), path.values[5:]]))
    benchmark, portfolio, *_ = value_path(replace(mixed, benchmark=replace(mixed.benchmark, path=longer)), LIGHT).data
    assert benchmark.x[0] == portfolio.x[5]
    assert benchmark.y[0] == pytest.approx(portfolio.y[5])


def test_lines_are_named_at_their_ends_and_peak_and_trough_are_marked(mixed: RiskReport) -> None:
    figure = value_path(mixed, LIGHT)
    texts = [note.text for note in figure.layout.annotations]
    assert {"Portfolio", "S&amp;P 500"} <= set(texts) or {"Portfolio", "S&P 500"} <= set(texts)
    assert any(text.startswith("Peak ") for text in texts)
    assert any(text.startswith("Trough ") for text in texts)
    peak, trough = figure.data[2:]
    assert (peak.y[0], trough.y[0]) == (mixed.drawdown.peak_value, mixed.drawdown.trough_value)


def test_names_at_the_ends_do_not_overlap(report_of: Callable[[str], RiskReport]) -> None:
    for name in ("mixed", "one", "many 40"):
        figure = rolling_volatility(report_of(name), LIGHT)
        low, high = figure.layout.yaxis.range
        pixels = (figure.layout.height - 56) / (high - low)
        places = sorted((note.y - low) * pixels + note.yshift for note in figure.layout.annotations)
        assert len(places) == 3
        assert min(np.diff(places)) >= 14
        assert places[0] >= 0
        assert places[-1] <= (high - low) * pixels


def test_without_benchmark_or_positive_value_the_portfolio_stands_alone(mixed: RiskReport, report_of: Callable[[str], RiskReport]) -> None:
    assert value_path(replace(mixed, benchmark=None), LIGHT).data[0].name == "Portfolio"
    assert value_path(report_of("negative"), LIGHT).data[0].name == "Portfolio"


def test_the_underwater_chart_hangs_from_zero_and_its_deepest_point_is_the_maximum_drawdown(mixed: RiskReport) -> None:
    figure = underwater(mixed, LIGHT)
    area, dot = figure.data
    assert max(area.y) == pytest.approx(mixed.drawdown.maximum) == dot.y[0]
    assert figure.layout.yaxis.range[0] > max(area.y) > 0.0 == figure.layout.yaxis.range[1]
    assert area.line.color == LIGHT.loss


def test_an_underwater_chart_without_a_fall_or_without_percentages_is_a_sentence(report_of: Callable[[str], RiskReport]) -> None:
    assert "never fell" in underwater(report_of("cash"), LIGHT).layout.annotations[0].text
    assert "zero or less" in underwater(report_of("negative"), LIGHT).layout.annotations[0].text


@pytest.mark.parametrize("build", [rolling_volatility, rolling_sharpe_ratio])
def test_each_window_is_a_named_line_and_empty_ones_are_left_out(build: Callable[..., object], mixed: RiskReport) -> None:
    figure = build(mixed, LIGHT)
    assert [trace.name for trace in figure.data] == ["20 days", "60 days", "252 days"]
    shorter = {
        "rolling_volatility": mixed.rolling_volatility | {252: EMPTY},
        "rolling_sharpe_ratio": mixed.rolling_sharpe_ratio | {252: EMPTY},
    }
    assert [trace.name for trace in build(replace(mixed, **shorter), LIGHT).data] == ["20 days", "60 days"]
    nothing = {20: EMPTY, 60: EMPTY, 252: EMPTY}
    assert not build(replace(mixed, rolling_volatility=nothing, rolling_sharpe_ratio=nothing), LIGHT).data


def test_the_lines_end_at_the_headline_figures(mixed: RiskReport) -> None:
    assert [trace.y[-1] for trace in rolling_volatility(mixed, LIGHT).data] == [pytest.approx(mixed.volatility[w]) for w in (20, 60, 252)]
    assert [trace.y[-1] for trace in rolling_sharpe_ratio(mixed, LIGHT).data] == [pytest.approx(mixed.sharpe_ratio[w]) for w in (20, 60, 252)]


def test_an_undefined_sharpe_ratio_is_a_gap(mixed: RiskReport) -> None:
    series = mixed.rolling_sharpe_ratio[20]
    values = series.values.copy()
    values[10] = np.nan
    figure = rolling_sharpe_ratio(replace(mixed, rolling_sharpe_ratio={20: replace(series, values=values)}), LIGHT)
    assert figure.data[0].y[10] is None
