"""Portfolios side by side: the same bins, the same colours, and what is left out."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import pytest

from farp.analysis import RiskReport
from farp.charts.compare import Named, distributions, factor_bars, loadings_of
from farp.charts.theme import DARK, LIGHT

ReportOf = Callable[[str], RiskReport]


def valid(figure: go.Figure) -> dict:  # type: ignore[type-arg]
    return dict(json.loads(figure.to_json(), parse_constant=pytest.fail))


def named(report_of: ReportOf, *names: str) -> list[Named]:
    return [Named(title=f"<{name}>", report=report_of(name)) for name in names]


def test_outlines_share_their_bins_and_hold_every_day(report_of: ReportOf) -> None:
    compared = named(report_of, "mixed", "one")
    first, second = valid(distributions(compared, LIGHT))["data"]
    assert first["x"] == second["x"]
    for trace, one in zip((first, second), compared, strict=True):
        assert sum(trace["y"]) == pytest.approx(1.0)
        returns = one.report.profit_and_loss / one.report.net_asset_value
        edges = np.array(trace["x"][1:])
        counts, _ = np.histogram(returns, bins=edges)
        np.testing.assert_allclose(np.array(trace["y"][1:-1]) * len(returns), counts, atol=1)
        assert trace["y"][0] == trace["y"][-1] == 0.0
    assert first["name"] == "&lt;mixed&gt;"


def test_a_portfolio_keeps_its_colour_when_another_is_left_out(report_of: ReportOf) -> None:
    compared = named(report_of, "negative", "mixed")
    for figure in (distributions(compared, LIGHT), factor_bars(compared, LIGHT)):
        (trace,) = valid(figure)["data"]
        colour = (trace.get("line") if trace["type"] == "scatter" else trace["marker"])["color"]
        assert colour == LIGHT.categorical[1]
        key = figure.layout.annotations[0].text
        assert "&lt;negative&gt;" in key
        assert "&lt;mixed&gt;" in key


def test_bars_are_the_loadings_in_one_order_for_all(report_of: ReportOf) -> None:
    compared = named(report_of, "mixed", "one", "many 60")
    figure = factor_bars(compared, DARK)
    names = list(figure.layout.yaxis.ticktext)
    traces = valid(figure)["data"]
    for trace, one in zip(traces, compared, strict=True):
        loadings = loadings_of(one.report)
        assert trace["x"] == [pytest.approx(loadings[name]) for name in names]
    places = [y for trace in traces for y in trace["y"]]
    assert len(set(places)) == len(places), "no two bars in one place"
    largest = [max(abs(trace["x"][row]) for trace in traces) for row in range(len(names))]
    assert largest == sorted(largest, reverse=True)


def test_a_loading_is_the_exposure_per_unit_of_value(report_of: ReportOf) -> None:
    report = report_of("mixed")
    assert report.factors is not None
    exposures = dict(zip(report.factors.factors.names, report.factors.exposures.tolist(), strict=True))
    assert loadings_of(report) == {name: pytest.approx(amount / report.net_asset_value) for name, amount in exposures.items()}
    assert loadings_of(report_of("negative")) == {}


def test_nothing_that_moves_is_a_sentence(report_of: ReportOf) -> None:
    text = str(distributions(named(report_of, "cash"), LIGHT).layout.annotations[0].text).replace("<br>", " ")
    assert "None of these portfolios" in text
    assert "no factor analysis" in str(factor_bars(named(report_of, "negative"), LIGHT).layout.annotations[0].text).replace("<br>", " ")


@pytest.mark.parametrize("other", ["cash", "negative", "tiny", "huge", "many 60"])
def test_odd_portfolios_beside_an_ordinary_one_are_drawn(report_of: ReportOf, other: str) -> None:
    compared = named(report_of, "mixed", other)
    valid(distributions(compared, LIGHT))
    valid(factor_bars(compared, DARK))


def test_no_portfolio_at_all_is_a_sentence() -> None:
    valid(distributions([], LIGHT))
    valid(factor_bars([], LIGHT))
