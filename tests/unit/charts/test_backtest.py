"""The charts of the backtest: which days are red, what is said about them, and the lights."""

import json

import numpy as np
import pytest

from farp.analysis import window_of
from farp.analysis.backtest import backtests, forecast, lights
from farp.charts.backtest import exceptions, exceptions_chart, expected, lights_chart
from farp.charts.theme import DARK, LIGHT, contrast
from farp.engine.backtest import Zone
from farp.engine.methods import METHODS
from farp.format import day, money
from tests.markets import holding, market, wandering

CLOSES = wandering(500, 4)
LATE = np.concatenate([np.full(110, 100.0), wandering(60, 3)])  # a GARCH cannot be fitted to its first days


def view(closes=CLOSES, quantity=1000.0):
    return window_of(holding({"A": quantity}), market({"A": closes}), lookback_days=60, extra_days=300)


def text_of(figure):
    return json.loads(figure.to_json(), parse_constant=pytest.fail)


def test_the_red_bars_are_the_exceptions_and_nothing_else():
    result = backtests(view(), "fast", 0.95, 200, 60)
    for one in result.methods:
        calm, red, line, dots, columns = exceptions_chart(result, one.method, LIGHT).data
        hits = one.result.exceptions
        assert list(red.x) == [str(date) for date in result.dates[hits]]
        assert list(red.y) == result.profit_and_loss[hits].tolist()
        assert red.marker.color == dots.marker.color == LIGHT.loss
        assert (list(dots.x), list(dots.y)) == (list(red.x), list(red.y))
        assert list(calm.y) == result.profit_and_loss[~hits].tolist()
        assert list(line.y) == (-one.tail.value_at_risk).tolist()
        assert len(line.x) == 200
        assert list(columns.x) == [str(date) for date in result.dates]
        assert calm.width == red.width < 24 * 3600 * 1000, "exceptions far apart are no wider than other days"


def test_an_exception_says_what_was_lost_and_how_much_more_than_expected():
    result = backtests(view(), "parametric_normal", 0.95, 200, 60)
    (one,) = result.methods
    *_, dots, columns = exceptions_chart(result, one.method, LIGHT).data
    i = int(np.flatnonzero(one.result.exceptions)[0])
    lost, limit, shortfall = -result.profit_and_loss[i], one.tail.value_at_risk[i], one.tail.expected_shortfall[i]
    when = day(result.dates[i].item())
    assert dots.hovertext[0] == columns.hovertext[i]
    assert dots.hovertext[0] == (
        f"<b>{when}: lost {money(lost)}</b>,<br>{money(lost - limit)} more than the VaR 95\u2009% of {money(limit)}"
        f"<br>(expected shortfall {money(shortfall)})"
    )
    j = int(np.flatnonzero(~one.result.exceptions)[0])
    assert columns.hovertext[j].endswith(f".<br>VaR 95\u2009%, known the evening before: {money(one.tail.value_at_risk[j])}")
    assert columns.hovertext[j].startswith(day(result.dates[j].item()))


def test_the_key_counts():
    result = backtests(view(), "parametric_normal", 0.99, 200, 60)
    (note,) = exceptions_chart(result, "parametric_normal", DARK).layout.annotations
    count = result.methods[0].result.count
    assert f"{exceptions(count)}, 2 expected" in note.text
    assert "VaR 99" in note.text


def test_a_day_without_a_forecast_is_a_gap_and_says_so():
    result = backtests(view(LATE), "garch_filtered", 0.95, 100, 60)
    missing = result.methods[0].result.days_without_forecast
    _, _, line, _, columns = exceptions_chart(result, "garch_filtered", LIGHT).data
    assert missing > 0
    assert sum(value is None for value in line.y) == missing
    assert sum("No forecast for this day" in text for text in columns.hovertext) == missing
    text_of(exceptions_chart(result, "garch_filtered", LIGHT))


def test_500_days_stay_light():
    result = backtests(window_of(holding({"A": 1000.0}), market({"A": wandering(800, 4)}), lookback_days=252, extra_days=500), "fast", 0.95, 500, 252)
    assert len(exceptions_chart(result, "student_t", LIGHT).to_json()) < 150_000


def grid(methods=("parametric_normal", "filtered_historical"), closes=CLOSES):
    window = view(closes)
    return methods, lights(window, [forecast(window, method, (0.95, 0.99), 200, 60) for method in methods], days=(100, 200))


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_each_cell_has_its_count_and_its_light_in_words_and_colour(palette):
    methods, found = grid()
    figure = lights_chart(methods, found, palette)
    texts = {(note.x, note.y): note.text for note in figure.layout.annotations}
    colours = {((shape.x0 + shape.x1) / 2, (shape.y0 + shape.y1) / 2): shape.fillcolor for shape in figure.layout.shapes}
    of_zone = {}
    for row, line in enumerate(found):
        for column, light in enumerate(line):
            assert texts[column, row] == f"<b>{light.count}</b> {light.zone.value}"
            of_zone.setdefault(light.zone, set()).add(colour_at(colours, column, row))
    assert [len(shades) for shades in of_zone.values()] == [1] * len(of_zone)
    assert len(set.union(*of_zone.values())) == len(of_zone)
    assert all(contrast(palette.ink, shade) >= 4.5 for shade in colours.values())
    assert [texts[column, -1] for column in range(4)] == ["5", "10", "1", "2"]
    assert list(figure.layout.xaxis.ticktext) == [f"<b>{c}\u2009%</b><br>{n} days" for c in (95, 99) for n in (100, 200)]
    assert list(figure.layout.yaxis.ticktext)[1:] == ["Normal", "Filtered historical<br>(EWMA)"]


def colour_at(colours, column, row):
    return next(colour for (x, y), colour in colours.items() if abs(x - column) < 1e-9 and abs(y - row) < 1e-9)


def test_a_light_says_how_unlikely_it_is():
    methods, found = grid()
    hovers = lights_chart(methods, found, LIGHT).data[0].hovertext
    first = found[0][0]
    assert hovers[0].replace("<br>", " ") == (
        f"{METHODS[methods[0]]}, 95\u2009%, 100 days: {exceptions(first.count)} where 5 were to be expected;"
        f" a right VaR has no more in {100 * first.cumulative_probability:.2f} % of cases: {first.zone.value}"
    )
    assert len(hovers) == 8


def test_a_method_without_forecasts_says_so_in_place_of_a_light():
    closes = np.concatenate([np.full(110, 100.0), wandering(21, 3)])
    window = window_of(holding({"A": 1.0}), market({"A": closes}), lookback_days=60, extra_days=60)
    methods = ("parametric_normal", "garch_filtered")
    found = lights(window, [forecast(window, method, (0.95, 0.99), 60, 60) for method in methods])
    figure = lights_chart(methods, found, LIGHT)
    assert [note.text for note in figure.layout.annotations if note.y == 1] == ["not tested"] * 2
    assert len(figure.layout.shapes) == 2
    text_of(figure)


@pytest.mark.parametrize(("count", "text"), [(2.5, "2.5"), (25.0, "25"), (12.500000000000011, "12.5"), (0.25, "0.2"), (0.0, "0.0")])
def test_expected_counts_read_well(count, text):
    assert expected(count) == text


@pytest.mark.parametrize(("count", "text"), [(0, "no exception"), (1, "1 exception"), (2, "2 exceptions")])
def test_exceptions_read_well(count, text):
    assert exceptions(count) == text


def test_red_is_red():
    still = np.concatenate([wandering(300, 1, volatility=0.001), wandering(101, 2, volatility=0.05)[1:] * 1.0])
    window = window_of(holding({"A": 1.0}), market({"A": still}), lookback_days=252, extra_days=100)
    found = lights(window, [forecast(window, "parametric_normal", (0.95, 0.99), 100, 252)])
    assert {light.zone for light in found[0]} == {Zone.RED}
    assert {shape.fillcolor for shape in lights_chart(("parametric_normal",), found, LIGHT).layout.shapes} == {"#eec3c0"}
