"""The editor's table: one row each, in order, and no digit of a stated quantity hidden."""

from __future__ import annotations

import pytest

from farp.prices.sample import load_sample
from farp.ui.upload.editor import frame, quantity_format
from farp.ui.upload.rows import Row, standings

ROWS = (
    Row(ticker="AAPL", quantity=10.0, lines=(2,), source="AAPL,10"),
    Row(ticker="MSFTT", quantity=None, keep=False),
    Row(ticker="MSFTT", quantity=1.0),
)


def test_frame_has_a_row_each_in_order() -> None:
    table = frame(ROWS, standings(ROWS, load_sample()), with_source=True)
    assert list(table.columns) == ["Keep", "Ticker", "Quantity", "What it is", "Line", "In the file"]
    assert list(table["Keep"]) == [True, False, True]
    assert table["Quantity"].isna().tolist() == [False, True, False]
    assert list(table["What it is"]) == ["Apple", "Left out", "Unknown ticker; closest: MSFT"]
    assert list(table["In the file"]) == ["AAPL,10", "", ""]


def test_frame_of_a_saved_portfolio_has_no_source_and_may_be_empty() -> None:
    table = frame((), [], with_source=False)
    assert list(table.columns) == ["Ticker", "Quantity", "What it is"]
    assert [str(table[column].dtype) for column in table] == ["str", "float64", "str"]


@pytest.mark.parametrize(
    ("quantity", "note", "shown"),
    [
        (17.3082, "", "%.15g"),
        (17.308, "", "localized"),
        (1480.0, "", "localized"),
        (96.3873387, "the file says 5 %", "localized"),
        (None, "", "localized"),
    ],
)
def test_every_digit_of_a_stated_quantity_is_shown(quantity: float | None, note: str, shown: str) -> None:
    assert quantity_format([Row(ticker="LLY", quantity=quantity, note=note)]) == shown
