"""The page on principal components: help texts, cards, words, tables."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from farp.analysis.pca import PcaAnalysis
from farp.charts.pca import earns_or_costs
from farp.format import MISSING, money, number, percent
from farp.portfolio import called
from farp.ui import cards
from farp.ui.cards import Card
from farp.ui.tables import Table
from farp.ui.text import literal

WORTH_A_WORD = 0.05
"""Components that explain less than this of both holdings and portfolio are left to the table."""
_MOST_WORDS = 6

FIRST = (
    "**First component**: the one movement that explains most of how the holdings move, each holding counted equally.\n\n"
    "Principal components of the daily returns, centred and divided by their standard deviation, over the lookback (eigenvectors of the correlation"
    " matrix). A high share says that the holdings are largely one bet."
)
FOR_MOST = "**Components for 90 %**: how many independent movements it takes to explain 90 % of how the holdings move. Few: little diversification."
MAIN = (
    "**Main component of the portfolio**: the movement that brings the largest share of its variance.\n\n"
    "Share = exposure² ÷ sum of all squared exposures, with exposure the profit or loss when the component moves by one standard deviation of a day."
)
MOVING = "Holdings whose price moved in the lookback. Cash in the base currency never moves and is in no component."
SCREE = (
    "**Scree**: what each component explains of how the holdings move (bars), and what the first ones explain together (line).\n\n"
    "Variance of the component ÷ sum of all variances. Where the bars flatten out, the rest is mostly chance."
)
SHARES = (
    "**What the portfolio rides on**: each component's share of the portfolio's variance (bar), beside what it explains of the holdings (tick).\n\n"
    "A bar far beyond its tick is a bet; a bar far below it is a movement that long and short positions cancel."
)
LOADINGS = (
    "**Loadings**: how much each holding takes part in each component, from −1 to 1; the squares down a column add up to 1.\n\n"
    "The same colour in a column moves together, opposite colours against each other. The sign of a whole column means nothing by itself: here the"
    " largest loading is positive."
)
READINGS = (
    "What each component stands for, by the two holdings that load most on it. A name is a reading aid, not a cause.\n\n"
    "A typical rise is one standard deviation of a day. Which way is *up* means nothing by itself: the holding named first goes up with it."
)


def pca_cards(result: PcaAnalysis) -> None:
    """Draw how concentrated the movement is, and which component matters to the portfolio."""
    found, main = result.components, result.main
    count, holdings = len(found.explained_ratio), len(result.window.holdings)
    moving = holdings - len(result.still)
    cards.draw(
        [
            Card(label="First component", value=percent(float(found.explained_ratio[0])), beside="of how the holdings move", help=FIRST),
            Card(label="Components for 90 %", value=str(result.for_most), beside=f"of {count}", help=FOR_MOST),
            Card(
                label="Main component",
                value=MISSING if main is None else f"No. {main + 1}",
                beside="no movement" if main is None else f"{percent(float(found.variance_shares[main]))} of variance",
                help=MAIN,
            ),
            Card(label="Holdings that move", value=str(moving), beside=f"of {holdings}", help=MOVING),
        ],
        key="pca",
    )


def in_words(result: PcaAnalysis) -> None:
    """Say what the components that matter are, and what one typical day of each is worth."""
    found, currency = result.components, result.window.base_currency
    shares = np.nan_to_num(found.variance_shares)
    mattering = [k for k in range(len(shares)) if max(shares[k], found.explained_ratio[k]) >= WORTH_A_WORD][:_MOST_WORDS]
    st.subheader("What the components are", anchor=False, help=READINGS)
    rows = []
    for k in mattering:
        amount = float(found.exposures[k])
        share = f" and {percent(float(shares[k]))} of the portfolio's variance" if result.main is not None else ""
        worth = f" A typical rise of it {earns_or_costs(amount, currency)}."
        reading = result.readings[k]
        rows.append(
            f"- **Component {k + 1}: {literal(reading)}.** "
            + literal(f"It explains {percent(float(found.explained_ratio[k]))} of how the holdings move{share}.{worth}")
        )
    st.markdown("\n".join(rows))
    if result.still:
        st.caption(literal(f"In no component, because the price never moves: {', '.join(called(ticker) for ticker in result.still)}."))


def components(result: PcaAnalysis) -> Table:
    """Return every component with what it explains and what the portfolio has in it."""
    found, currency = result.components, result.window.base_currency
    frame = pd.DataFrame(
        {
            "Component": [str(k + 1) for k in range(len(found.explained_ratio))],
            "What it is": list(result.readings),
            "Explains": found.explained_ratio,
            "Together": list(result.cumulative),
            "Share of the portfolio's variance": found.variance_shares,
            "P&L of a typical rise": found.exposures,
        }
    )
    return Table(
        frame=frame,
        formats={
            "Explains": percent,
            "Together": percent,
            "Share of the portfolio's variance": percent,
            "P&L of a typical rise": partial(money, currency=currency),
        },
        help={"P&L of a typical rise": "When the component moves by one standard deviation of a day."},
        widths={"What it is": 280},
    )


def loadings(result: PcaAnalysis) -> Table:
    """Return the loadings of every holding on every component."""
    found = result.components
    columns = [f"Component {k + 1}" for k in range(len(found.loadings))]
    frame = pd.DataFrame(found.loadings.T, columns=columns)
    frame.insert(0, "Ticker", [called(holding.ticker) for holding in result.window.holdings])
    return Table(frame=frame, formats=dict.fromkeys(columns, number), pinned="Ticker")
