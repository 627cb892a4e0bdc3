"""The page on sensitivity: help texts, cards, tables."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from farp.analysis.sensitivity import SensitivityAnalysis
from farp.format import MINUS, money, number, percent
from farp.portfolio import called
from farp.report.moves import in_days
from farp.ui import cards
from farp.ui.cards import Card
from farp.ui.tables import Table

WORST = (
    "**What this move costs**: the P&L of today's holdings when this one factor moves so far and every other factor stays where it is.\n\n"
    "Σ market value × loading × move. The loadings are least squares of each holding's daily returns on all factors together, over the lookback."
    " A straight line: twice the move is twice the loss.\n\n"
    "Below it: percent of the value, and how many **usual days** of the factor the move is (its daily standard deviation over the lookback)."
    " Ten usual days in one go is a crisis; a spread such as Low volatility moves far less in a day than the market does."
)
EXPLAINED = (
    "**How much the factors explain (R²)**: the share of the portfolio's daily swings that the factors reproduce over the lookback.\n\n"
    "What is left belongs to single holdings: no ladder and no grid shows it. The lower the figure, the less the ladder says."
)
LADDER = (
    "Profit or loss for each move of each factor, **one factor at a time, all others unchanged**. The factor that costs most is on top.\n\n"
    "Factors such as Rates are moved by their yield in basis points (100 bp = one percentage point), all others by their price in percent."
    " Grey rows: the effect cannot be told from zero with the days at hand (t-statistic below 2)."
)
POSITIONS = (
    "Each position's profit or loss when the chosen factor moves **the way that costs the portfolio most**: market value × loading × move.\n\n"
    "All bars add up to the portfolio's. Each position's share is the same for every size of the move."
)
GRID = (
    "Profit or loss when **two factors move together** and the others stay where they are: the sum of the two ladders.\n\n"
    "How likely the two are to move together is not part of it: the page Stress tests takes that into account."
)
FACTOR = "Which factor's positions to show, with the factor that costs most first."
AXIS = "Two factors that move together. Choose different ones."
UNIT = "Show profit and loss as money or as percent of net asset value."


def sensitivity_cards(result: SensitivityAnalysis) -> None:
    """Draw the three moves that cost most, and how much the factors explain."""
    window = result.window
    drawn = []
    for place in result.costliest[:3]:
        shock, amount = result.shocks[place], float(result.worst[place])
        share = window.of_value(amount)
        beside = percent(share) if share is not None else "value is not positive"
        drawn.append(
            Card(
                label=f"{shock.factor.name} {shock.written(shock.sizes[result.worst_rungs[place]])}",
                value=money(amount, window.base_currency),
                beside="cannot be told from zero" if result.uncertain[place] else f"{beside}{_rarity(result, place)}",
                help=WORST,
            )
        )
    days = result.regression.observations
    drawn.append(Card(label="Factors explain", value=percent(result.r_squared, 0), beside=f"of the swings, {days} days", help=EXPLAINED))
    cards.draw(drawn, key="sensitivity")


def _rarity(result: SensitivityAnalysis, place: int) -> str:
    days = float(result.worst_in_days[place])
    return f" · {in_days(days)}" if np.isfinite(days) else ""


def ladder_table(result: SensitivityAnalysis) -> Table:
    """Return every rung of every factor, one row each."""
    window = result.window
    rows = [
        {
            "Factor": shock.factor.name,
            "Move": shock.written(size),
            "Factor's return": move,
            "P&L": amount,
            "% of value": window.of_value(amount),
            "t-statistic": result.t_statistics[place],
        }
        for place in result.costliest
        for shock in [result.shocks[place]]
        for size, move, amount in zip(shock.sizes, shock.returns, result.ladder.profit_and_loss[place].tolist(), strict=True)
    ]
    frame = pd.DataFrame(rows).astype(dict.fromkeys(("Factor's return", "P&L", "% of value", "t-statistic"), "float64"))
    return Table(
        frame=frame,
        formats={
            "Factor's return": partial(percent, decimals=2),
            "P&L": partial(money, currency=window.base_currency),
            "% of value": partial(percent, decimals=2),
            "t-statistic": partial(number, decimals=1),
        },
        pinned="Factor",
    )


def positions_table(result: SensitivityAnalysis, place: int) -> Table:
    """Return each position's loading on the factor at `place`, its P&L at the costliest move and its share, the largest first."""
    window, shock, rung = result.window, result.shocks[place], int(result.worst_rungs[place])
    amounts = result.ladder.position_profit_and_loss[:, place, rung]
    unit = "+1 bp" if shock.in_basis_points else "+1 %"
    at = f"P&L at {shock.written(shock.sizes[rung])}"
    order = np.argsort(-np.abs(amounts), kind="stable")
    frame = pd.DataFrame(
        {
            "Ticker": [called(window.holdings[i].ticker) for i in order],
            "Loading": result.regression.loadings[order, place],
            "t-statistic": result.regression.t_statistics[order, place],
            f"P&L at {unit}": result.position_per_unit[order, place],
            at: amounts[order],
            "Share": result.ladder.shares[order, place],
        }
    )
    return Table(
        frame=frame,
        formats={
            "Loading": number,
            "t-statistic": partial(number, decimals=1),
            f"P&L at {unit}": partial(money, currency=window.base_currency, decimals=2),
            at: partial(money, currency=window.base_currency),
            "Share": percent,
        },
        help={"Share": "Of the portfolio's P&L; more than 100 % where others go the other way."},
        pinned="Ticker",
    )


def grid_table(result: SensitivityAnalysis) -> Table:
    """Return the grid, one row for each pair of moves."""
    assert result.grid is not None  # the page draws a grid only when there is one
    window = result.window
    first, second = result.shocks[result.grid.first], result.shocks[result.grid.second]
    rows = [
        {first.factor.name: first.written(a), second.factor.name: second.written(b), "P&L": amount, "% of value": window.of_value(amount)}
        for a, line in zip(first.sizes, result.grid.profit_and_loss.tolist(), strict=True)
        for b, amount in zip(second.sizes, line, strict=True)
    ]
    frame = pd.DataFrame(rows).astype({"P&L": "float64", "% of value": "float64"})
    return Table(frame=frame, formats={"P&L": partial(money, currency=window.base_currency), "% of value": partial(percent, decimals=2)})


def moves_table(result: SensitivityAnalysis) -> Table:
    """Return what each factor is, and how a move of it is counted."""
    rows = [
        {
            "Factor": shock.factor.name,
            "Made of": " ".join(f"{'+' if weight > 0 else MINUS} {ticker}" for ticker, weight in shock.factor.legs).removeprefix("+ "),
            "Moved by": "its yield, −100 to +100 basis points" if shock.in_basis_points else "its price, −10 to +10 %",
            "Duration": shock.duration_years,
            "Meaning": shock.factor.meaning,
        }
        for shock in result.shocks
    ]
    frame = pd.DataFrame(rows).astype({"Duration": "float64"})
    return Table(frame=frame, formats={"Duration": lambda years: f"{number(years, 1)} years"}, pinned="Factor")
