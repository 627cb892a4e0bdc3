"""From when to when each series of prices reaches, gaps left blank."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import plotly.graph_objects as go

from farp.charts.bars import rows_height
from farp.charts.theme import SMALL, Palette, drawn, key, sentence
from farp.charts.words import plain, short, text_width
from farp.format import day
from farp.prices.protocol import Outcome
from farp.service.prices import SeriesStatus

MOST_ROWS = 25
"""More rows than this nobody reads; the series with the shortest history, which limit the figures, are shown."""

ROW = 20  # px
_DAY_MS = 86_400_000


def coverage(series: Sequence[SeriesStatus], palette: Palette) -> go.Figure:
    """Draw one bar a series from its first close to its last, the shortest history on top; a gap is a hole in the bar."""
    there = sorted((one for one in series if one.first_date is not None), key=lambda one: (one.first_date, one.ticker), reverse=True)
    if not there:
        return sentence("No series has a close yet: update the prices first.", palette)
    shown = there[:MOST_ROWS]
    colours = {False: palette.primary, True: palette.amber}
    traces = [_bars(shown, old, colours[old]) for old in (False, True)]
    labels = [short(plain(one.ticker), 14) for one in shown]
    late = any(_is_late(one) for one in shown)
    layout = {
        "barmode": "overlay",
        "margin": {"l": text_width(labels) + 14, "t": 34 if late else 8},
        "yaxis": {
            "tickvals": list(range(len(shown))),
            "ticktext": labels,
            "range": [len(shown) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
            "tickfont": {"size": SMALL},
            "automargin": True,
            "fixedrange": True,
        },
        "xaxis": {
            "title": {"text": f"the {len(shown)} shortest of {len(there)} series"} if len(there) > len(shown) else None,
            "type": "date",
            "automargin": True,
            "fixedrange": True,
            "tickformat": "%Y",
            "nticks": 8,
        },
        "annotations": [key([("■", palette.primary, "fresh"), ("■", palette.amber, "without its last closes")], palette)] if late else [],
    }
    return drawn([trace for trace in traces if trace["x"]], layout, palette, rows_height(len(shown), ROW))


def _bars(shown: Sequence[SeriesStatus], late: bool, colour: str) -> dict[str, object]:
    starts, lengths, rows, hovers = [], [], [], []
    for row, one in enumerate(shown):
        if _is_late(one) is not late:
            continue
        for first, last in _pieces(one):
            starts.append(first.isoformat())
            lengths.append(max(1, (last - first).days) * _DAY_MS)
            rows.append(row)
            hovers.append(f"{plain(one.name or one.ticker)}:<br>{one.closes:,} closes, {day(one.first_date)} to {day(one.last_date)}")
    return {
        "type": "bar",
        "orientation": "h",
        "base": starts,
        "x": lengths,
        "y": rows,
        "width": 0.6,
        "marker": {"color": colour, "line": {"width": 0}},
        "hovertext": hovers,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "showlegend": False,
    }


def _is_late(series: SeriesStatus) -> bool:
    return series.outcome is not Outcome.PRICED


def _pieces(series: SeriesStatus) -> list[tuple[dt.date, dt.date]]:
    """Return the spans between the gaps."""
    assert series.first_date is not None  # narrows the type: only series with closes are drawn
    assert series.last_date is not None
    pieces, start = [], series.first_date
    for gap in series.gaps:
        pieces.append((start, gap.first))
        start = gap.last + dt.timedelta(days=1)
    return [*pieces, (start, series.last_date)]
