"""What is held: long, short and net by bucket, and the holdings as areas."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from farp.analysis import RiskReport
from farp.charts.bars import Bar, horizontal_bars, row_layout, rows_height
from farp.charts.theme import CHART_HEIGHT, FONT_SIZE, KEY_HEIGHT, SMALL, Palette, drawn, key, note_below, sentence
from farp.charts.words import bucket_label, exact, holding_label, holding_name, largest_and_rest, others
from farp.engine.exposure import Exposure
from farp.format import percent, short_money

MOST_ROWS = 20
MOST_ROWS_COMPACT = 10
TREEMAP_HEIGHT = 460

_TALL_ROW = 38


def exposure_bars(report: RiskReport, dimension: str, palette: Palette) -> go.Figure:
    """Draw long to the right of zero and short to the left for each bucket of `dimension`, the largest gross first.

    Where a bucket holds both, its net is drawn as a slim bar across and named under its label.
    """
    exposure, currency = report.exposure[dimension], report.base_currency
    rows = _rows(exposure, exposure.gross, MOST_ROWS)
    gross = float(exposure.gross.sum())
    any_short = any(short for _, _, short in rows)
    y = list(range(len(rows)))

    def side(name: str, amounts: list[float], colour: str, word: str) -> dict[str, Any]:
        return {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "x": amounts,
            "y": y,
            "width": 0.62,
            "marker": {"color": colour, "line": {"width": 0}},
            "text": [short_money(amount, currency) if amount else "" for amount in amounts],
            "textposition": "outside",
            "textangle": 0,
            "constraintext": "none",
            "cliponaxis": False,
            "textfont": {"color": palette.ink, "size": SMALL},
            "hovertext": [
                f"{label}: {word} {exact(abs(amount), currency)}<br>{percent(abs(amount) / gross) if gross else ''} of gross exposure"
                for (label, _, _), amount in zip(rows, amounts, strict=True)
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }

    longs, shorts = [long for _, long, _ in rows], [-short for _, _, short in rows]
    traces = [side("Long", longs, palette.primary, "long")]
    labels = [label for label, _, _ in rows]
    if any_short:
        traces.append(side("Short", shorts, palette.amber, "short"))
        both = [(place, long - short, label) for place, (label, long, short) in enumerate(rows) if long and short]
        if both:
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": "Net",
                    "x": [net for _, net, _ in both],
                    "y": [place for place, _, _ in both],
                    "width": 0.14,
                    "marker": {"color": palette.ink, "line": {"width": 0}},
                    "hovertext": [f"{label}: net {exact(net, currency)}" for _, net, label in both],
                    "hovertemplate": "%{hovertext}<extra></extra>",
                }
            )
            for place, net, label in both:
                labels[place] = f'{label}<br><span style="color:{palette.muted}">net {short_money(net, currency)}</span>'
    left = [short_money(amount, currency) for amount in shorts if amount]
    right = [short_money(amount, currency) for amount in longs if amount]
    layout = row_layout(labels, longs + shorts, left, right, palette, f"Market value, {currency}")
    layout["barmode"] = "overlay"
    if any_short:
        signs = [("■", palette.primary, "long"), ("■", palette.amber, "short"), ("■", palette.ink, "net")]
        layout["annotations"] = [key(signs if len(traces) > 2 else signs[:2], palette)]
    layout["margin"] |= {"t": KEY_HEIGHT if any_short else 8}
    height = rows_height(len(rows), _TALL_ROW if any_short else _TALL_ROW - 8) + (KEY_HEIGHT if any_short else 0)
    return drawn(traces, layout, palette, height)


def net_exposure_bars(report: RiskReport, dimension: str, palette: Palette, height: int | None = CHART_HEIGHT) -> go.Figure:
    """Draw the net exposure of each bucket of `dimension`: percent of net asset value, or money when that is not positive.

    With the default `height` it stands beside other charts; with None its rows decide.
    """
    return _one_sided(report, dimension, palette, "net", height)


def gross_exposure_bars(report: RiskReport, dimension: str, palette: Palette, height: int | None = None) -> go.Figure:
    """Draw the gross exposure of each bucket of `dimension`: percent of net asset value, or money when that is not positive."""
    return _one_sided(report, dimension, palette, "gross", height)


def _one_sided(report: RiskReport, dimension: str, palette: Palette, measure: str, height: int | None) -> go.Figure:
    exposure, currency, nav = report.exposure[dimension], report.base_currency, report.net_asset_value
    rows = _rows(exposure, exposure.net if measure == "net" else exposure.gross, MOST_ROWS if height is None else MOST_ROWS_COMPACT)
    together = len(rows) - 1 if len(rows) < len(exposure.buckets) else None  # the last row when it stands for several buckets
    bars = []
    for place, (label, long, short_amount) in enumerate(rows):
        amount = long - short_amount if measure == "net" else long + short_amount
        share = amount / nav if nav > 0 else None
        said = "gross" if measure == "gross" else "net long" if amount >= 0 else "net short"
        bars.append(
            Bar(
                label=label,
                value=amount if share is None else share,
                text=short_money(amount, currency) if share is None else percent(share, 0 if abs(share) >= 0.0995 else 1),
                hover=f"{label}: {said} {exact(abs(amount), currency)}" + ("" if share is None else f"<br>{percent(abs(share))} of net asset value"),
                colour=palette.muted if place == together else palette.primary if amount >= 0 else palette.amber,
            )
        )
    name = measure.capitalize()
    title = f"{name} exposure, % of net asset value" if nav > 0 else f"{name} exposure, {currency}"
    return horizontal_bars(bars, palette, title, height=height)


def holdings_treemap(report: RiskReport, palette: Palette) -> go.Figure:
    """Draw each holding as an area of its market value, short or long, inside its sector inside its asset class.

    The colour is the holding's share of the expected shortfall at the first confidence: red adds to the losses of the worst
    days, blue takes from them; the neutral colour when there is no loss to share out.
    """
    currency, gross = report.base_currency, report.gross
    if gross <= 0:
        return sentence("Nothing in this portfolio has a market value.", palette)
    shares = _tail_shares(report)
    strongest = max((abs(share) for share in shares), default=0.0) or 1.0
    sectors: dict[str, dict[str, None]] = {}  # in the order of the holdings, so that the same report gives the same figure
    for holding in report.holdings:
        sectors.setdefault(holding.instrument.asset_class.value, {})[holding.instrument.sector] = None

    ids, labels, parents, values, colours, text_colours, texts, hovers = [], [], [], [], [], [], [], []

    def tile(id: str, parent: str, label: str, value: float, colour: str, text: str, hover: str) -> None:
        ids.append(id)
        parents.append(parent)
        labels.append(label)
        values.append(value)
        colours.append(colour)
        text_colours.append(palette.text_on(colour))
        texts.append(text)
        hovers.append(hover)

    def group(id: str, parent: str, label: str, inside: list[float]) -> None:
        size = sum(abs(value) for value in inside)
        hover = f"{label}: {exact(size, currency)} gross, {percent(size / gross)} of gross exposure"
        tile(id, parent, label, size, palette.border, percent(size / gross, 0), hover)

    for asset_class, names in sectors.items():
        group(
            asset_class,
            "",
            bucket_label(asset_class),
            [holding.market_value for holding in report.holdings if holding.instrument.asset_class.value == asset_class],
        )
        for sector in names if len(names) > 1 else ():  # one sector would only repeat its asset class
            inside = [h.market_value for h in report.holdings if (h.instrument.asset_class.value, h.instrument.sector) == (asset_class, sector)]
            group(f"{asset_class}/{sector}", asset_class, bucket_label(sector), inside)
    for place, (holding, share) in enumerate(zip(report.holdings, shares, strict=True)):
        asset_class, sector = holding.instrument.asset_class.value, holding.instrument.sector
        is_short = holding.market_value < 0
        size = abs(holding.market_value)
        tile(
            f"#{place}",
            f"{asset_class}/{sector}" if len(sectors[asset_class]) > 1 else asset_class,
            holding_label(holding),
            size,
            palette.diverging_at(share / strongest),
            f"{'short<br>' if is_short else ''}{short_money(size, currency)}",
            f"{holding_name(holding)}: {'short' if is_short else 'long'} {exact(size, currency)}<br>{percent(size / gross)} of gross exposure"
            + _tail_sentence(share),
        )
    trace = {
        "type": "treemap",
        "ids": ids,
        "labels": labels,
        "parents": parents,
        "values": values,
        "branchvalues": "total",
        "text": texts,
        "texttemplate": "<b>%{label}</b><br>%{text}",
        "insidetextfont": {"color": text_colours, "size": FONT_SIZE},  # `textfont` with a list of colours makes plotly.js complain
        "textposition": "top left",
        "hovertext": hovers,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"colors": colours, "line": {"width": 1, "color": palette.background}, "pad": {"t": 22, "l": 3, "r": 3, "b": 3}, "cornerradius": 3},
        "pathbar": {"visible": False},
        "tiling": {"pad": 2},
        "root": {"color": "rgba(0,0,0,0)"},
    }
    footnote = note_below("Area: market value. Red adds to the losses<br>of the worst days, blue takes from them.", palette)
    hidden = {"visible": False}
    layout = {
        "margin": {"t": 0, "r": 0, "b": 38},
        "xaxis": hidden,
        "yaxis": hidden,
        "annotations": [footnote],
        "uniformtext": {"minsize": 10, "mode": "hide"},
    }
    return drawn([trace], layout, palette, TREEMAP_HEIGHT)


def _rows(exposure: Exposure, sizes: Any, most: int) -> list[tuple[str, float, float]]:
    """Return (label, long, short) of each bucket, the largest of `sizes` first, the smallest together in a last row."""
    shown, rest = largest_and_rest(sizes, most)
    rows = [(bucket_label(exposure.buckets[i]), float(exposure.long[i]), float(exposure.short[i])) for i in shown]
    if len(rest):
        rows.append((others(len(rest)), float(exposure.long[rest].sum()), float(exposure.short[rest].sum())))
    return rows


def _tail_shares(report: RiskReport) -> list[float]:
    """Return each holding's share of the expected shortfall; all zero when there is no loss to share out."""
    parts = report.tail_contributions[0].expected_shortfall if report.tail_contributions else np.zeros(len(report.holdings))
    total = float(parts.sum())
    return [float(part) / total for part in parts] if total > 0 else [0.0] * len(parts)


def _tail_sentence(share: float) -> str:
    if share == 0:
        return ""
    return f"<br>{'adds' if share > 0 else 'takes'} {percent(abs(share))} {'to' if share > 0 else 'from'} the loss of the worst days"
