"""The book's charts read as figures: what is drawn, what it says, and what happens to odd input."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import pytest

from farp.analysis import RiskReport
from farp.analysis.book_total import Held
from farp.charts.book import MOST_NAMES, MOST_POINTS, cells, factor_exposures, names_held, risk_and_return
from farp.charts.theme import DARK, LIGHT


def valid(figure: go.Figure) -> dict:  # type: ignore[type-arg]
    return dict(json.loads(figure.to_json(), parse_constant=pytest.fail))


def said(figure: go.Figure) -> str:
    return " ".join(str(note.text).replace("<br>", " ") for note in figure.layout.annotations)


def test_each_portfolio_is_a_point_with_its_sentence() -> None:
    figure = risk_and_return(["<b>A</b>", "B", "C"], np.array([0.1, 0.2, np.nan]), np.array([0.05, -0.1, 0.3]), LIGHT)
    (trace,) = valid(figure)["data"]
    assert (trace["x"], trace["y"]) == ([0.1, 0.2], [0.05, -0.1])
    assert trace["hovertext"][0].startswith("&lt;b&gt;A&lt;/b&gt;<br>swings by 10.0\u2009% a year")
    low, high = figure.layout.xaxis.range
    assert low == 0.0 < 0.2 < high


def test_many_portfolios_are_counted_in_cells_and_none_is_lost() -> None:
    rng = np.random.default_rng(1)
    volatility, gain = rng.uniform(0.05, 0.6, MOST_POINTS + 500), rng.normal(0.0, 0.2, MOST_POINTS + 500)
    volatility[:7] = np.nan
    found = cells(volatility, gain)
    assert sum(cell.count for cell in found) == MOST_POINTS + 493
    assert found == sorted(found, key=lambda cell: -cell.count)
    fullest = found[0]
    inside = (volatility >= fullest.volatility[0]) & (volatility < fullest.volatility[1])
    inside &= (gain >= fullest.mean_return[0]) & (gain < fullest.mean_return[1])
    assert inside.sum() == fullest.count
    figure = risk_and_return([""] * len(volatility), volatility, gain, DARK)
    (trace,) = valid(figure)["data"]
    assert len(trace["x"]) == len(found)
    assert trace["hovertext"][0].startswith(f"{fullest.count} portfolios<br>with volatility")
    assert len(figure.to_json()) < 300_000


def test_nothing_known_is_a_sentence() -> None:
    assert "None of these portfolios" in said(risk_and_return(["A"], np.array([np.nan]), np.array([0.1]), LIGHT))
    assert "Nothing in these portfolios" in said(names_held([], "USD", 0.0, LIGHT))


def test_equal_portfolios_still_have_an_axis() -> None:
    figure = risk_and_return(["A", "B"], np.zeros(2), np.zeros(2), LIGHT)
    assert figure.layout.xaxis.range[0] < figure.layout.xaxis.range[1]
    alike = np.full(MOST_POINTS + 1, 0.2)
    assert sum(cell.count for cell in cells(alike, alike)) == MOST_POINTS + 1
    valid(risk_and_return([""] * len(alike), alike, alike, LIGHT))


def test_names_show_gross_as_bar_and_net_as_tick() -> None:
    held = [Held(ticker=f"T{i}", name=f"The <{i}>", holders=i + 1, net=(-1) ** i * (50.0 - i), gross=100.0 - i) for i in range(20)]
    held[1] = Held(ticker="CASH:EUR", name="", holders=1, net=-5.0, gross=99.0)
    figure = names_held(held, "USD", 1000.0, LIGHT)
    bars, ticks, _ = valid(figure)["data"]
    assert bars["x"] == [one.gross for one in held[:MOST_NAMES]]
    assert ticks["x"] == [one.net for one in held[:MOST_NAMES]]
    assert list(figure.layout.yaxis.ticktext)[:2] == ["T0", "EUR cash"]
    assert bars["hovertext"][0] == "T0 (The &lt;0&gt;): $100 gross<br>in 1 portfolio, 10.0\u2009% of all that is held"
    assert "net short" in ticks["hovertext"][1]
    assert "gross" in said(figure)


def test_factor_bars_are_the_exposures_of_one_percent(report_of: Callable[[str], RiskReport]) -> None:
    report = report_of("mixed")
    assert report.factors is not None
    figure = factor_exposures(report, LIGHT)
    (trace,) = valid(figure)["data"]
    drawn = dict(zip(figure.layout.yaxis.ticktext, trace["x"], strict=True))
    assert drawn == {name: pytest.approx(amount / 100) for name, amount in zip(report.factors.factors.names, report.factors.exposures, strict=True)}
    sizes = [abs(value) for value in trace["x"]]
    assert sizes == sorted(sizes, reverse=True)
    assert all(("lost" in text) == (value < 0) for text, value in zip(trace["hovertext"], trace["x"], strict=True))


@pytest.mark.parametrize("name", ["one", "cash", "negative", "tiny", "huge", "many 60"])
def test_odd_books_have_valid_factor_charts(report_of: Callable[[str], RiskReport], name: str) -> None:
    valid(factor_exposures(report_of(name), DARK))
