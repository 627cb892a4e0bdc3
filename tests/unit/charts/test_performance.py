"""The calendar's cells are the months, rolling lines are the series, and the falls are numbered where they are deepest."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import plotly.graph_objects as go
import pytest

from farp.analysis import window_of
from farp.analysis.performance import EXTRA_DAYS, PerformanceAnalysis, performance_of
from farp.charts import performance as charts
from farp.charts.theme import DARK, LIGHT, Palette
from farp.market import PriceHistory
from farp.prices.sample import load_sample
from tests.markets import holding, market, wandering

BOOKS: dict[str, dict[str, float]] = {
    "mixed": {"AAPL": 900, "XOM": 500, "UST10Y": 2000, "GLD": 300, "NVDA": -500, "CASH:EUR": 40_000},
    "negative": {"AAPL": 100, "NVDA": -300},
    "one": {"NVDA": 100},
    "cash": {"CASH:USD": 1000},
    "tiny": {"AAPL": 0.00001},
}
ROLLING = (charts.rolling_return, charts.rolling_volatility, charts.rolling_sharpe_ratio, charts.rolling_beta)


def of(name: str, lookback: int | None = 252, rolling: int = 60, prices: PriceHistory | None = None) -> PerformanceAnalysis:
    history = prices or load_sample()
    return performance_of(window_of(holding(BOOKS.get(name, {name: 1.0})), history, None, lookback, EXTRA_DAYS), history, 0.02, rolling)


def cells(figure: go.Figure, attribute: str = "z") -> np.ndarray:
    layers = [np.array(getattr(trace, attribute), dtype=object) for trace in figure.data if trace.type == "heatmap"]
    whole = np.full(layers[0].shape, None, dtype=object)
    for layer in layers:
        filled = (layer != None) & (layer != "")  # noqa: E711
        whole[filled] = layer[filled]
    return whole


def said(figure: go.Figure) -> str:
    return figure.layout.annotations[0].text.replace("<br>", " ")


def test_months_are_cells_the_latest_year_on_top_and_the_year_at_the_end() -> None:
    result = of("mixed", lookback=None)
    figure = charts.calendar_heatmap(result, LIGHT)
    assert result.calendar is not None
    table = result.calendar.returns
    drawn = cells(figure)
    expected = -100 * np.column_stack([table.months, table.year])[::-1]
    for value, want in zip(drawn.ravel(), expected.ravel(), strict=True):
        assert (value is None and np.isnan(want)) or value == pytest.approx(want)
    assert list(figure.layout.yaxis.ticktext) == [str(year) for year in table.years[::-1]]
    assert list(figure.layout.xaxis.ticktext) == [*charts.MONTHS, "Year"]
    assert figure.layout.coloraxis.cmax == pytest.approx(100 * np.nanmax(np.abs(table.months))), "a year does not set the scale"


def test_what_is_incomplete_has_a_star_and_says_so() -> None:
    result = of("mixed")
    assert result.calendar is not None
    assert result.calendar.partial == {(2021, 12), (2022, 12)}
    texts, hovers = (cells(charts.calendar_heatmap(result, LIGHT), attribute) for attribute in ("text", "hovertext"))
    starred = {(row, column) for row in range(2) for column in range(13) if texts[row, column] and "*" in texts[row, column]}
    assert starred == {(0, 11), (1, 11), (0, 12), (1, 12)}
    assert all(("only a part" in (hovers[place] or "")) == (place in starred) for place in np.ndindex(2, 13))
    month = 100 * result.calendar.returns.months[1, 3]
    assert texts[0, 3] == f"{month:.1f}".replace("-", "−")
    assert hovers[0, 3] == f"April 2022: today's weights {'gained' if month > 0 else 'lost'} {abs(month):.2f}\u2009%"


def test_rolling_lines_are_the_series_of_both_named_at_their_ends() -> None:
    result = of("mixed", rolling=20)
    rolling = result.rolling
    assert rolling is not None
    pairs = {
        charts.rolling_return: (rolling.total_return, rolling.benchmark_total_return),
        charts.rolling_volatility: (rolling.volatility, rolling.benchmark_volatility),
        charts.rolling_sharpe_ratio: (rolling.sharpe_ratio, rolling.benchmark_sharpe_ratio),
    }
    for build, (own, theirs) in pairs.items():
        figure = build(result, LIGHT)
        lines = {trace.name: trace for trace in figure.data}
        assert list(lines["Portfolio"].y) == own.values.tolist()
        assert list(lines["S&amp;P 500"].y) == theirs.values.tolist()
        assert {annotation.text.replace("<br>", " ") for annotation in figure.layout.annotations} == {"Portfolio", "S&amp;P 500"}
        low, high = figure.layout.yaxis.range
        assert low <= min(own.values.min(), theirs.values.min())
        assert high >= max(own.values.max(), theirs.values.max())
    beta = charts.rolling_beta(result, LIGHT)
    assert [trace.name for trace in beta.data] == ["Portfolio"]
    assert list(beta.data[0].y) == rolling.beta.values.tolist()


def test_falls_are_numbered_at_their_troughs() -> None:
    result = of("mixed")
    figure = charts.worst_falls(result, LIGHT)
    area, marks = figure.data
    assert list(area.y) == result.underwater.values.tolist()
    assert list(marks.text) == [f"<b>{place}</b>" for place in range(1, len(result.worst_drawdowns) + 1)]
    at = {dt.date.fromisoformat(day): depth for day, depth in zip(area.x, area.y, strict=True)}
    for day, depth in zip(marks.x, marks.y, strict=True):
        assert depth == pytest.approx(at[dt.date.fromisoformat(day)])
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1], "a fall goes down"
    assert any("made good on" in hover for hover in marks.hovertext)


def test_what_cannot_be_drawn_is_a_sentence() -> None:
    negative, cash = of("negative"), of("cash")
    for build in (charts.calendar_heatmap, *ROLLING):
        assert "The net asset value is not positive" in said(build(negative, LIGHT))
    assert "touched zero or less" in said(charts.worst_falls(negative, LIGHT))
    assert "did not move on any of the 252 days" in said(charts.rolling_sharpe_ratio(cash, LIGHT))
    assert "never fell" in said(charts.worst_falls(cash, LIGHT))
    short = of("A", rolling=252, prices=market({"A": wandering(100, 1)}))
    assert "fewer than 252 days" in said(charts.rolling_return(short, LIGHT))
    hole = wandering(60, 7)
    hole[:50] = np.nan
    alone = of("A", rolling=20, prices=market({"A": wandering(60, 1), "B": hole}, benchmark="B"))
    assert "There is no benchmark" in said(charts.rolling_beta(alone, LIGHT))
    assert [trace.name for trace in charts.rolling_return(alone, LIGHT).data] == ["Portfolio"]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", BOOKS)
def test_every_book_draws_without_nan(name: str, colours: Palette) -> None:
    result = of(name)
    for build in (charts.calendar_heatmap, charts.worst_falls, *ROLLING):
        json.loads(build(result, colours).to_json(), parse_constant=pytest.fail)
