"""How far each series reaches: one bar a series, holes for gaps, and a sentence where there is nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from farp.charts.prices import MOST_ROWS, coverage
from farp.charts.theme import DARK, LIGHT, Palette
from farp.prices.protocol import Outcome
from farp.prices.review import Gap
from farp.service.prices import SeriesStatus

DAY_MS = 86_400_000


def series(ticker: str, first: dt.date | None, last: dt.date | None = dt.date(2022, 12, 28), **facts: object) -> SeriesStatus:
    given: dict[str, object] = {
        "ticker": ticker,
        "name": f"The {ticker} <b>company",
        "needed_for": ("held",),
        "source": "S",
        "outcome": Outcome.PRICED,
        "message": "",
        "closes": 10,
        "first_date": first,
        "last_date": last,
        "days_old": 0,
        "fetched_at": None,
        "jumps": (),
        "gaps": (),
        "events": (),
    }
    return SeriesStatus(**(given | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_shortest_history_is_on_top_and_a_gap_is_a_hole(palette: Palette) -> None:
    gap = Gap(first=dt.date(2022, 1, 10), last=dt.date(2022, 1, 20), business_days=9)
    figure = coverage([series("OLD", dt.date(2010, 1, 4)), series("NEW", dt.date(2022, 1, 3), gaps=(gap,))], palette)
    assert figure.layout.yaxis.ticktext == ("NEW", "OLD")
    (bars,) = figure.data
    assert list(bars.base) == ["2022-01-03", "2022-01-21", "2010-01-04"]
    assert list(bars.y) == [0, 0, 1]
    assert list(bars.x) == [
        7 * DAY_MS,
        (dt.date(2022, 12, 28) - dt.date(2022, 1, 21)).days * DAY_MS,
        (dt.date(2022, 12, 28) - dt.date(2010, 1, 4)).days * DAY_MS,
    ]
    assert "The NEW &lt;b&gt;company:<br>10 closes, 3 Jan 2022 to 28 Dec 2022" in bars.hovertext


def test_what_lacks_its_last_closes_has_another_colour_and_a_key() -> None:
    figure = coverage([series("A", dt.date(2022, 1, 3)), series("B", dt.date(2021, 1, 4), outcome=Outcome.STALE)], LIGHT)
    assert [trace.marker.color for trace in figure.data] == [LIGHT.primary, LIGHT.amber]
    assert "without its last closes" in figure.layout.annotations[0].text
    assert not coverage([series("A", dt.date(2022, 1, 3))], LIGHT).layout.annotations


def test_many_series_are_cut_to_the_shortest_and_that_is_said() -> None:
    many = [series(f"T{i}", dt.date(1990 + i, 1, 2)) for i in range(30)]
    figure = coverage(many, LIGHT)
    assert len(figure.data[0].y) == MOST_ROWS
    assert figure.layout.yaxis.ticktext[0] == "T29"
    assert figure.layout.xaxis.title.text == f"the {MOST_ROWS} shortest of 30 series"


@pytest.mark.parametrize("nothing", [[], [series("A", None, None)]])
def test_without_closes_there_is_a_sentence(nothing: list[SeriesStatus]) -> None:
    figure = coverage(nothing, LIGHT)
    assert figure.layout.annotations[0].text.startswith("No series has a close yet")
