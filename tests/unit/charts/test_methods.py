"""The pictures of VaR methods: what they draw is what the analysis says."""

import json

import numpy as np
import pytest

from farp.analysis import window_of
from farp.analysis.methods import QUICK_METHODS, SLOW_METHODS, comparison, method_view
from farp.charts.methods import comparison_bars, method_histogram
from farp.charts.theme import DARK, LIGHT, see_through
from farp.engine.methods import METHODS
from farp.format import money
from tests.markets import market, portfolio, wandering

A, B = wandering(300, 1, volatility=0.02), wandering(300, 2, volatility=0.02)
WINDOW = window_of(portfolio(A=300, B=-200), market({"A": A, "B": B}))


STILL = window_of(portfolio(A=1), market({"A": np.full(300, 7.0)}))
STEADY = window_of(portfolio(A=1), market({"A": 100 * 1.001 ** np.arange(300)}))


def test_a_bar_is_the_var_and_a_tick_the_es_of_each_method_in_order():
    result = comparison(WINDOW, 0.95, 10)
    figure = comparison_bars(result, LIGHT)
    bars, ticks, texts = figure.data
    assert list(bars.x) == [row.amount for row in result.figures]
    assert list(ticks.x) == [row.expected_shortfall for row in result.figures]
    assert list(figure.layout.yaxis.ticktext) == list(METHODS.values())
    assert [text.strip() for text in bars.text] == [money(row.amount) for row in result.figures]
    assert [text.strip() for text in texts.text] == [money(row.expected_shortfall) for row in result.figures]
    assert "95" in figure.layout.xaxis.title.text
    assert "10 days, USD" in figure.layout.xaxis.title.text
    assert "% of value" in bars.hovertext[0]


def test_the_shade_is_the_interval_of_the_historical_figure_open_to_the_end_of_the_axis():
    for level in (0.95, 0.99):
        result = comparison(WINDOW, level)
        figure = comparison_bars(result, LIGHT)
        shades = figure.layout.shapes
        assert min(shade.x0 for shade in shades) == result.historical.interval_low
        end = result.historical.interval_high
        assert max(shade.x1 for shade in shades) == pytest.approx(figure.layout.xaxis.range[1] if end is None else end)
        assert (end is None) == (level == 0.99)
        assert "90 % range" in figure.layout.annotations[0].text
        assert ("no upper end" in figure.layout.annotations[0].text) == (end is None)
        strengths = [float(shade.fillcolor.rstrip(")").split(",")[-1]) for shade in sorted(shades, key=lambda shade: shade.x0)]
        if end is None:  # no edge that could be read as a bound: each strip is paler than the one before, the last next to nothing
            assert strengths == sorted(strengths, reverse=True)
            assert strengths[-1] < 0.02 < 0.15 < strengths[0]
        else:
            assert len(strengths) == 1
    alone = comparison_bars(comparison(WINDOW, 0.95, methods=("student_t", "monte_carlo")), LIGHT)
    assert not alone.layout.shapes
    assert "90 %" not in alone.layout.annotations[0].text


def test_a_method_without_a_figure_and_one_still_pending_keep_their_rows():
    short = window_of(portfolio(A=100), market({"A": A[:41]}))
    figure = comparison_bars(comparison(short, 0.95), LIGHT)
    assert list(figure.layout.yaxis.ticktext) == list(METHODS.values())
    assert list(figure.data[0].y) == list(range(7))
    assert (figure.data[2].text[-1].strip(), figure.data[2].y[-1]) == ("no figure", 7)
    waiting = comparison_bars(comparison(WINDOW, 0.95, methods=QUICK_METHODS), LIGHT, SLOW_METHODS)
    assert list(waiting.layout.yaxis.ticktext) == list(METHODS.values())
    assert [(text.strip(), y) for text, y in zip(waiting.data[2].text, waiting.data[2].y, strict=True)][-2:] == [
        ("being computed", 4),
        ("being computed", 7),
    ]


def test_a_var_that_is_a_gain_reaches_to_the_left_and_its_es_is_written_clear_of_the_bar():
    result = comparison(STEADY, 0.95, methods=("historical_simulation", "parametric_normal", "age_weighted"))
    figure = comparison_bars(result, LIGHT)
    assert figure.data[0].x[0] < 0
    assert min(figure.data[2].x) >= 0
    assert figure.layout.xaxis.range[0] <= figure.data[0].x[0]
    assert "a gain of" in figure.data[0].hovertext[0]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("level", [0.9, 0.999])
def test_the_histogram_holds_every_day_and_its_red_bars_those_beyond_the_var(method, level, palette):
    view = method_view(WINDOW, method, level)
    figure = method_histogram(view, WINDOW.profit_and_loss, "USD", palette)
    json.loads(figure.to_json(), parse_constant=pytest.fail)
    bars = figure.data[0]
    assert sum(bars.y) == 252
    red = [y for y, x in zip(bars.y, bars.x, strict=True) if x < -view.tail.amount]
    assert sum(red) == (WINDOW.profit_and_loss < -view.tail.amount).sum()
    assert list(bars.marker.color) == [see_through(palette.loss if x < -view.tail.amount else palette.primary, 0.55) for x in bars.x]
    assert len({shape.x0 for shape in figure.layout.shapes} & {-view.tail.amount, -view.tail.expected_shortfall}) >= 1
    assert len(figure.data) == (1 if method == "historical_simulation" or view.no_curve_because else 2)


@pytest.mark.parametrize("method", ["parametric_normal", "student_t", "monte_carlo", "age_weighted", "filtered_historical", "garch_filtered"])
def test_the_line_counts_as_many_days_as_there_are(method):
    view = method_view(WINDOW, method, 0.95)
    bars, line = method_histogram(view, WINDOW.profit_and_loss, "USD", LIGHT).data
    if line.line.shape == "hv":
        assert sum(line.y) == pytest.approx(252)
    else:
        assert np.trapezoid(line.y, line.x) / bars.width == pytest.approx(252, rel=0.02)


def test_what_cannot_be_drawn_is_a_sentence():
    nothing = comparison_bars(comparison(STILL, 0.95), LIGHT)
    assert nothing.layout.annotations[0].text.endswith("nothing to compare.")
    still = method_histogram(method_view(STILL, "historical_simulation", 0.95), STILL.profit_and_loss, "USD", LIGHT)
    assert "moved alike on all" in still.layout.annotations[0].text.replace("<br>", " ")
    steady = method_histogram(method_view(STEADY, "historical_simulation", 0.95), STEADY.profit_and_loss, "USD", LIGHT)
    assert "moved alike on all" in steady.layout.annotations[0].text.replace("<br>", " ")


def test_a_method_that_reaches_far_beyond_the_days_is_said_rather_than_drawn():
    view = method_view(WINDOW, "parametric_normal", 0.95)
    far = method_histogram(view, WINDOW.profit_and_loss / 1000, "USD", LIGHT)
    assert "so far beyond all of the days" in far.layout.annotations[0].text.replace("<br>", " ")
