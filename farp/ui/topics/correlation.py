"""The page on correlation: help texts, cards, tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from farp.analysis.correlation import CorrelationAnalysis
from farp.format import number
from farp.ui import cards
from farp.ui.cards import Card
from farp.ui.tables import Table

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
)


def correlation_cards(result: CorrelationAnalysis) -> None:
    """Draw average correlation and diversification ratio."""
    count = len(result.window.holdings)
    cards.draw(
        [
            Card(
                label="Average correlation",
                value=number(result.average),
                beside=f"{count} holding{'' if count == 1 else 's'}",
                help=AVERAGE,
            ),
            Card(label="Diversification ratio", value=number(result.diversification_ratio), beside="1 is no benefit", help=RATIO),
        ],
        key="correlation",
    )


def pairs(result: CorrelationAnalysis) -> Table:
    """Return every pair of holdings with its correlation, the highest first."""
    holdings = result.window.holdings
    first, second = np.triu_indices(len(holdings), k=1)
    values = result.correlation.matrix[first, second]
    order = np.argsort(-np.nan_to_num(values, nan=-2.0), kind="stable")
    frame = pd.DataFrame(
        {
            "Holding": [holdings[first[i]].ticker for i in order],
            "and": [holdings[second[i]].ticker for i in order],
            "Correlation": values[order],
        }
    )
    return Table(frame=frame, formats={"Correlation": number})
