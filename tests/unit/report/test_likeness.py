"""The sentences under the correlations."""

import numpy as np
import pytest

from farp.analysis import window_of
from farp.analysis.correlation import correlations
from farp.report.likeness import likeness_sentence
from tests.markets import holding, market, wandering

UP, LATER = np.tile([1.0, -1.0, 0.0, 0.0], 70), np.tile([0.0, 0.0, 1.0, -1.0], 70)


def moved(pattern, step=0.01):
    return 100.0 * np.concatenate([[1.0], np.cumprod(1.0 + step * pattern)])


CLOSES = {"A": moved(UP), "B": moved(LATER), "C": moved(UP, 0.02), "FLAT": np.full(281, 5.0), "X*": wandering(281, 3)}


def said(**quantities):
    held = {ticker.replace("CASH_", "CASH:").replace("X", "X*"): quantity for ticker, quantity in quantities.items()}
    return likeness_sentence(correlations(window_of(holding(held), market(CLOSES))))


def test_two_unrelated_holdings_of_the_same_swing_save_the_square_root_of_two():
    assert said(A=1, B=float(CLOSES["A"][-1] / CLOSES["B"][-1])) == (
        "The correlation of A and B is 0.00. Spreading takes away 29\N{THIN SPACE}% of the swings the holdings would have if they all moved as one."
    )


def test_of_three_the_most_and_the_least_alike_are_named_and_shorts_are_said():
    text = said(A=1, B=1, C=-0.2)
    assert text.startswith("A and C (short) move together most (1.00), and as one is short they hedge each other; ")
    assert "Spreading and being short some takes away" in text


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({"A": 1, "C": 1}, "The correlation of A and C is 1.00. Spreading takes nothing away: the holdings swing as one."),
        ({"A": 1}, "With a single holding that moves there is nothing to spread."),
        ({"A": 1, "FLAT": 1, "CASH_USD": 5}, "With a single holding that moves there is nothing to spread."),
        ({"FLAT": 1}, None),
        ({"CASH_USD": 1}, None),
    ],
)
def test_little_to_say_is_said(held, expected):
    assert said(**held) == expected


def test_positions_that_cancel():
    twin = CLOSES | {"D": CLOSES["A"].copy()}
    text = likeness_sentence(correlations(window_of(holding({"A": 1.0, "D": -1.0}), market(twin))))
    assert (
        text
        == "The correlation of A and D (short) is 1.00, and as one is short they hedge each other. The positions cancel each other: nothing of their swings is left."
    )
