"""The page on correlation: help texts, cards, tables."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from farp.analysis.correlation import CorrelationAnalysis
from farp.format import number
from farp.report.likeness import likeness_sentence, sided
from farp.ui import cards
from farp.ui.cards import Card
from farp.ui.tables import Table
from farp.ui.text import literal

AVERAGE = (
    "**Average correlation**: the mean over all pairs of holdings. 1: everything moves as one; 0: nothing has to do with anything else.\n\n"
    "Of the daily returns in the base currency over the lookback. A short position correlates as the instrument does; its sign is in its weight."
)
RATIO = (
    "**Diversification ratio**: how much volatility spreading takes away.\n\n"
    "Σ |market value| × volatility of each holding ÷ volatility of the whole (Choueifaty and Coignard 2008). 1: nothing, all move together;"
    " 2: the whole swings half as much as its parts."
)
HEATMAP = (
    "**Correlation** of the daily returns of each pair of holdings, from −1 (opposite) over 0 (unrelated) to 1 (as one).\n\n"
    "The order puts holdings that move alike beside each other (average-linkage clustering). Blocks of red are one bet under several names."
    " One that is *short* moves the value the other way: red between it and a long holding is a hedge, not a risk."
)


def correlation_cards(result: CorrelationAnalysis) -> None:
    """Draw average correlation and diversification ratio."""
    count = result.moving
    cards.draw(
        [
            Card(
                label="Average correlation",
                value=number(result.average),
                beside=f"{count} holding{' that moves' if count == 1 else 's that move'}",
                help=AVERAGE,
            ),
            Card(label="Diversification ratio", value=number(result.diversification_ratio), beside="1 is no benefit", help=RATIO),
        ],
        key="correlation",
    )


def in_words(result: CorrelationAnalysis) -> None:
    """Draw what the correlations come to, in a sentence."""
    sentence = likeness_sentence(result)
    if sentence:
        st.markdown(literal(sentence))


def pairs(result: CorrelationAnalysis) -> Table:
    """Return every pair of holdings that move with its correlation, the highest first."""
    holdings = result.window.holdings
    first, second, values = result.pairs
    frame = pd.DataFrame({"Holding": [sided(holdings[i]) for i in first], "and": [sided(holdings[i]) for i in second], "Correlation": values})
    return Table(frame=frame, formats={"Correlation": number})
