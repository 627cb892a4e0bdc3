"""The page on who causes the risk: choices, help texts, cards, the table, and the way into a group and back."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from farp.analysis.contributions import Breakdown, Contributions, Contributor, View, contributions
from farp.analysis.window import Window
from farp.format import MISSING, bucket, confidence, money, percent
from farp.market import FactorSet
from farp.portfolio import called
from farp.report.causes import group_name, kinds, lowering, measure, part_name
from farp.ui import cards, controls, tables
from farp.ui.cards import Card
from farp.ui.desk import desk, kept
from farp.ui.tables import Formatter, Table
from farp.ui.text import literal

GROUP_KEY = "group"
PER = 1000.0
"""Marginal VaR is shown for so much more money in a part."""

_OPENED_KEY = "_group_by"
_TITLES = {
    Breakdown.POSITION: "Position",
    Breakdown.SECTOR: "Sector",
    Breakdown.ASSET_CLASS: "Asset class",
    Breakdown.CURRENCY: "Currency",
    Breakdown.COUNTRY: "Country",
    Breakdown.FACTOR: "Factor",
}
_VIEWS = {View.HISTORICAL: "Worst days", View.PARAMETRIC: "Normal distribution"}

BY = (
    "What the risk is broken down by. Every breakdown adds up to the same VaR and expected shortfall.\n\n"
    "By factor: each holding is regressed on the factors, and its gains and losses split into what came through each of them and the rest (*Specific*)."
)
VIEW = (
    "**Worst days**: who lost the money on the worst days of the lookback (historical simulation).\n\n"
    "**Normal distribution**: mean 0 and the covariance of the lookback. It uses all days, so it is steadier, but knows no tail of its own."
)
VALUE_AT_RISK = {
    View.HISTORICAL: "**Value at risk (VaR)** of one day: the loss that is exceeded only as often as the confidence allows.\n\n"
    "The quantile of the profits and losses of today's holdings over the lookback, interpolated linearly.",
    View.PARAMETRIC: "**Value at risk (VaR)** of one day for a normal distribution with mean 0.\n\n"
    "Standard deviation of the daily profits and losses of today's holdings over the lookback × the normal quantile (1.64 at 95 %).",
}
EXPECTED_SHORTFALL = {
    View.HISTORICAL: "**Expected shortfall (ES)**: the average loss on the days beyond the confidence, over the lookback; never below the VaR.",
    View.PARAMETRIC: "**Expected shortfall (ES)**: the average loss beyond the VaR for a normal distribution with mean 0: standard deviation × φ(z) ÷ (1 − c).",
}
LARGEST = (
    "The part with the **largest share** of the risk, and how much of the value it is. A share far above the weight means that it brings more risk"
    " than its size."
)
SOFTENS = "The part with the **most negative share**: it earned money on the worst days, or moves against the rest, and so lowers the risk."
GROUP_SHARE = "The **share** of the whole portfolio's risk that this group causes; the holdings below add up to it."
WITHOUT = (
    "What the VaR would fall by **without** this group (incremental VaR): everything else stays as it is, and the VaR is computed anew."
    " A negative figure: without it the VaR would be higher."
)
CHART = {
    View.HISTORICAL: "**Bar**: share of the expected shortfall: the average loss of each part on the portfolio's worst days ÷ the average loss of the"
    " whole. All bars together are 100 %. **Tick**: weight, the market value over net asset value.\n\n"
    "A bar longer than its tick brings more risk than its size; a negative (green) one softens the bad days.",
    View.PARAMETRIC: "**Bar**: share of the VaR: amount × covariance with the whole ÷ variance of the whole (Euler). All bars together are 100 %."
    " **Tick**: weight, the market value over net asset value.\n\n"
    "A bar longer than its tick brings more risk than its size; a negative (green) one moves against the rest.",
}
_SHARE = {
    View.HISTORICAL: "Average loss on the worst days, as a share of the expected shortfall. Adds up to 100 %.",
    View.PARAMETRIC: "Amount × covariance with the whole ÷ variance of the whole. Adds up to 100 %.",
}
_COMPONENT = {
    View.HISTORICAL: "Part in the VaR; the parts add up to it. These are the shares of the expected shortfall scaled to the VaR: the mean of the"
    " worst days is steady, where the one day at the quantile is chance.",
    View.PARAMETRIC: "Part in the VaR: amount × marginal VaR. The parts add up to it.",
}
_SHORTFALL = {
    View.HISTORICAL: "Average loss on the worst days; the parts add up to the expected shortfall. Negative: it earned money on them.",
    View.PARAMETRIC: "Part in the expected shortfall of a normal distribution; the parts add up to it.",
}
_MARGINAL = "What the VaR rises by when so much more is put into it, spread as it is now. Left out where longs and shorts all but cancel."
_INCREMENTAL = "VaR less the VaR without it, computed anew. These do not add up. Negative: without it the VaR would be higher."


def computed(window: Window, by: Breakdown, view: View, confidence: float, factors: FactorSet | None, group: str | None = None) -> Contributions:
    """Return the breakdown, from memory when it was computed before."""
    return kept(
        "contributions",
        lambda: contributions(window, desk().history, by, view, confidence, factors, group),
        window.portfolio,
        window.requested_as_of,
        window.lookback_days,
        by,
        view,
        confidence,
        factors,
        group,
    )


def breakdown() -> Breakdown:
    """Draw the choice of what to break the risk down by, and return it."""
    return Breakdown(
        controls.segments("By", {value.value: _TITLES[value] for value in Breakdown}, key="by", default=Breakdown.POSITION.value, help=BY)
    )


def view() -> View:
    """Draw the choice of the view and return it; `view` in a link belongs to the page on factors."""
    return View(
        controls.segments(
            "Figures from", {value.value: name for value, name in _VIEWS.items()}, key="risk_view", default=View.HISTORICAL.value, help=VIEW
        )
    )


def chosen_group(whole: Contributions) -> str | None:
    """Return the group whose holdings to show: from the link, or the row that was clicked; None for the whole portfolio."""
    names = [part.name for part in whole.contributors] if whole.by is not Breakdown.POSITION else []

    def known(text: str) -> str:
        if text not in names:
            raise KeyError
        st.session_state[_OPENED_KEY] = whole.by.value
        return text

    asked = controls.linked(GROUP_KEY, "", known, f"one of {', '.join(names)}" if names else "left out when the risk is by position")
    # a group of another breakdown or portfolio is closed, not looked for here
    if asked not in names or st.session_state.get(_OPENED_KEY) != whole.by.value:
        asked = ""
    controls.keep(GROUP_KEY, asked)
    return asked or None


def open_group(whole: Contributions, name: str) -> None:
    """Show the holdings inside a part from now on."""
    st.session_state[_OPENED_KEY] = whole.by.value
    controls.keep(GROUP_KEY, name)
    st.rerun()


def way_back(whole: Contributions, group: str) -> None:
    """Draw the button back to all parts, and what is open."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(f"All {kinds(whole.by)}", icon=":material/arrow_back:", key="back", on_click=lambda: controls.keep(GROUP_KEY, ""))
        st.markdown(f"**{literal(_capital(group_name(whole.by, group)))}**", width="content")


def heading(whole: Contributions, group: str | None) -> str:
    """Return the chart's title."""
    of = f"share of the {measure(whole.view)} beside weight" if whole.by is not Breakdown.FACTOR or group else f"share of the {measure(whole.view)}"
    if group is not None:
        return f"Holdings in {literal(bucket(group))}: {of}" if whole.by is not Breakdown.FACTOR else f"Holdings through {literal(group)}: {of}"
    return f"{_capital(kinds(whole.by))}: {of}"


def contribution_cards(whole: Contributions, group: str | None) -> None:
    """Draw VaR and ES of the whole, and who causes most and who softens, or what the open group has to do with it."""
    window, level = whole.window, confidence(whole.confidence)
    drawn = [
        Card(
            label=f"VaR {level}, 1 day",
            value=money(whole.value_at_risk, window.base_currency),
            beside=_of_value(window.of_value(whole.value_at_risk)),
            help=VALUE_AT_RISK[whole.view],
        ),
        Card(
            label="Expected shortfall",  # at the VaR's confidence; with "99.9 %" it would be cut on a phone
            value=money(whole.expected_shortfall, window.base_currency),
            beside=_of_value(window.of_value(whole.expected_shortfall)),
            help=EXPECTED_SHORTFALL[whole.view],
        ),
    ]
    opened = next((part for part in whole.contributors if part.name == group), None)
    if opened is not None:
        drawn.append(Card(label="Share of the risk", value=_share(opened), beside=_weight(opened), help=GROUP_SHARE))
        drawn.append(
            Card(
                label="Incremental VaR",
                value=money(opened.incremental_value_at_risk, window.base_currency),
                beside="what it adds to the whole",
                help=WITHOUT,
            )
        )
    else:
        shared = [part for part in whole.contributors if part.share is not None]
        first = shared[0] if shared else None
        softens = next(reversed(lowering(whole)), None)
        drawn.append(
            Card(
                label="Largest share",
                value=_share(first) if first else MISSING,
                beside=_carded(whole, first) if first else "no loss to share out",
                help=LARGEST,
            )
        )
        drawn.append(
            Card(
                label="Softens most",
                value=_share(softens) if softens else MISSING,
                beside=_carded(whole, softens) if softens else "nothing does",
                help=SOFTENS,
            )
        )
    cards.draw(drawn, key="contributions")


def contributors(result: Contributions) -> Table:
    """Return every part with all its measures, the largest first."""
    inside = result.by is Breakdown.POSITION or result.group is not None
    factor = result.by is Breakdown.FACTOR and not inside
    currency = result.window.base_currency
    first = "Ticker" if inside else _TITLES[result.by]
    marginal = f"VaR for {money(PER, currency)} more"
    holdings = result.window.holdings
    hedged = not inside and any(part.gross is not None and part.gross > 1.000001 * abs(part.amount or 0.0) for part in result.contributors)
    rows = []
    for part in result.contributors:
        row: dict[str, object] = {first: called(part.name) if inside else part.name if factor else bucket(part.name)}
        if inside:
            row["Name"] = holdings[part.holdings[0]].instrument.name
        elif not factor:
            row["Holdings"] = len(part.holdings)
        row["Share of risk"] = part.share
        if factor:
            row["Exposure"] = part.amount
        else:
            row |= {"Weight": part.weight, "Market value": part.amount}
            if hedged:
                row["Gross"] = part.gross
        row |= {
            "Component VaR": part.component_value_at_risk,
            "Component ES": part.component_expected_shortfall,
            marginal: part.marginal_value_at_risk * PER if part.marginal_value_at_risk is not None else None,
            "Incremental VaR": part.incremental_value_at_risk,
        }
        rows.append(row)
    amount: Formatter = partial(money, currency=currency)
    formats: dict[str, Formatter] = {"Share of risk": percent, "Weight": percent}
    formats |= dict.fromkeys(("Market value", "Gross", "Exposure", "Component VaR", "Component ES", "Incremental VaR"), amount)
    formats[marginal] = partial(money, currency=currency, decimals=2)
    frame = pd.DataFrame(rows)
    numeric = [column for column in formats if column in frame]
    return Table(
        frame=frame.astype(dict.fromkeys(numeric, "float64")),
        formats={column: formats[column] for column in numeric},
        help={
            "Share of risk": _SHARE[result.view],
            "Weight": "Net market value over net asset value.",
            "Market value": "Net: longs less shorts.",
            "Gross": "Longs plus shorts.",
            "Exposure": "What a rise of the factor by 100 % would make, all other factors standing still: the sum of market value × loading.",
            "Component VaR": _COMPONENT[result.view],
            "Component ES": _SHORTFALL[result.view],
            marginal: f"Marginal VaR. {_MARGINAL}",
            "Incremental VaR": _INCREMENTAL,
        },
        pinned="Ticker" if inside else None,
        widths={} if inside else {first: 170, "Holdings": 75},
    )


def draw_table(whole: Contributions, shown: Contributions) -> None:
    """Draw the table of all measures; a click on a part of the whole opens it."""
    st.subheader("All measures", anchor=False, help="Point at a column's heading for what it means. Click a heading to sort.")
    if whole.by is Breakdown.POSITION or shown.group is not None:
        tables.show(contributors(shown), key=f"measures_{whole.by.value}_{shown.group or ''}")
        return
    st.caption(f"Click a row at its left edge to see the holdings inside {'that factor' if whole.by is Breakdown.FACTOR else 'it'}.")
    clicked = tables.show(contributors(shown), key=f"measures_{whole.by.value}", selectable=True)
    if clicked is not None:
        open_group(whole, shown.contributors[clicked].name)


def _of_value(fraction: float | None) -> str:
    return f"{percent(fraction, 2)} of value" if fraction is not None else "value is not positive"


def _share(part: Contributor) -> str:
    share = part.share
    return percent(share, 0 if share is not None and abs(share) >= 0.0995 else 1)


def _carded(result: Contributions, part: Contributor) -> str:
    return part.name if result.by is Breakdown.FACTOR else part_name(result, part)


def _weight(part: Contributor) -> str:
    return f"{percent(part.weight)} of value" if part.weight is not None else "of the whole portfolio"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
