"""From a reading to rows, through edits, to positions: nothing is dropped, nothing passes unchecked."""

from __future__ import annotations

import pytest

from farp.errors import InvalidInput
from farp.holdings.result import HoldingsImport, ImportedCash, ImportedPosition
from farp.market import PriceHistory
from farp.portfolio import Portfolio, Position
from farp.prices.sample import load_sample
from farp.service import Unresolved, positions_of
from farp.ui.upload.rows import Row, Standing, checked, corrected, edited, left_out, normalised, rows_of, rows_of_portfolio, standing, standings


@pytest.fixture(scope="module")
def history() -> PriceHistory:
    return load_sample()


def held(ticker: str | None, quantity: float = 10.0, line: int = 2, **more: object) -> ImportedPosition:
    return ImportedPosition(ticker=ticker, raw=ticker or "raw", basis="quantity", quantity=quantity, lines=(line,), **more)  # type: ignore[arg-type]


def reading(*positions: ImportedPosition, cash: tuple[ImportedCash, ...] = (), **more: object) -> HoldingsImport:
    return HoldingsImport(outcome="ok", positions=positions, cash=cash, **more)  # type: ignore[arg-type]


def test_rows_carry_quantity_lines_and_the_original_text(history: PriceHistory) -> None:
    result = reading(held("AAPL", 150.0, line=3), source_lines={3: " AAPL,150 ", 4: "MSFT,1"})
    (row,) = rows_of(result, lambda part: positions_of(part, history))
    assert (row.ticker, row.quantity, row.lines, row.source, row.keep) == ("AAPL", 150.0, (3,), "AAPL,150", True)


def test_original_lines_of_lots_follow_one_another(history: PriceHistory) -> None:
    lots = ImportedPosition(ticker="HD", raw="HD", basis="quantity", quantity=35.5, lines=(3, 5), lots=(31.0, 4.5))
    (row,) = rows_of(reading(lots, source_lines={3: "HD,31", 5: "HD,4.5"}), lambda part: positions_of(part, history))
    assert row.source == "HD,31 ⏎ HD,4.5"


def test_a_value_becomes_units_at_the_last_price(history: PriceHistory) -> None:
    item = ImportedPosition(ticker="AAPL", raw="AAPL", basis="market_value", market_value=1000.0, currency="USD", lines=(2,))
    (row,) = rows_of(reading(item), lambda part: positions_of(part, history))
    assert row.quantity == pytest.approx(1000.0 / history.close("AAPL")[-1])
    assert row.note == "the file says $1,000.00"


def test_a_value_without_a_price_keeps_the_row_and_says_why(history: PriceHistory) -> None:
    item = ImportedPosition(ticker="NOSUCH", raw="NOSUCH", basis="market_value", market_value=1000.0, currency="USD", lines=(2,))
    (row,) = rows_of(reading(item), lambda part: positions_of(part, history))
    assert row.quantity is None
    assert "price of NOSUCH" in standing(row, history).text
    assert "has no quantity" in checked([row])[1][0].text


def test_a_weight_waits_for_the_portfolios_value(history: PriceHistory) -> None:
    item = ImportedPosition(ticker="AAPL", raw="AAPL", basis="weight", weight=0.25, lines=(2,))
    (before,) = rows_of(reading(item), lambda part: positions_of(part, history))
    (after,) = rows_of(reading(item, portfolio_value=100_000.0), lambda part: positions_of(part, history))
    assert before.quantity is None
    assert "25.00" in before.note
    assert after.quantity == pytest.approx(25_000.0 / history.close("AAPL")[-1])


def test_cash_is_a_row_of_its_own_currency_and_no_money_is_not_kept(history: PriceHistory) -> None:
    cash = (
        ImportedCash(label="Cash", currency="EUR", value=812.04, lines=(2,)),
        ImportedCash(label="Sweep", currency=None, value=100.0, lines=(3,)),
        ImportedCash(label="Nothing", currency="USD", value=0.0, lines=(4,)),
    )
    rows = rows_of(reading(cash=cash), lambda part: positions_of(part, history))
    assert [(row.ticker, row.quantity, row.keep) for row in rows] == [("CASH:EUR", 812.04, True), ("CASH:USD", 100.0, True), ("CASH:USD", 0.0, False)]
    assert rows[1].note == "the file names no currency"


def test_a_holding_without_ticker_is_known_by_its_isin_or_blocks_saving(history: PriceHistory) -> None:
    rows = rows_of(reading(held(None, isin="IE00B4L5Y983"), held(None, name="Some fund")), lambda part: positions_of(part, history))
    assert [row.ticker for row in rows] == ["IE00B4L5Y983", ""]
    positions, problems = checked(rows)
    assert positions == (Position("IE00B4L5Y983", 10.0),)
    assert [problem.text for problem in problems] == ["Row 2 (line 2 of the file), Some fund, has no ticker: type one, or leave the row out."]


def test_open_questions_do_not_stop_the_preview(history: PriceHistory) -> None:
    asking = HoldingsImport(outcome="needs_user", positions=(held("AAPL"),))
    assert rows_of(asking, lambda part: positions_of(part, history))[0].quantity == 10.0


def test_edits_change_only_what_they_name() -> None:
    rows = (Row(ticker="AAPL", quantity=1.0, note="the file says 5 %"), Row(ticker="MSFT", quantity=2.0))
    after = edited(rows, {"edited_rows": {0: {"Quantity": 5}, "1": {"Keep": False, "Ticker": "GOOG"}, 9: {"Ticker": "LOST"}}})
    assert after == (Row(ticker="AAPL", quantity=5.0), Row(ticker="GOOG", quantity=2.0, keep=False))
    assert edited(rows, None) == rows


def test_rows_are_added_and_deleted() -> None:
    rows = (Row(ticker="AAPL", quantity=1.0), Row(ticker="MSFT", quantity=2.0))
    after = edited(rows, {"deleted_rows": [0], "added_rows": [{"Ticker": "XOM", "Quantity": -3}, {}, {"Keep": True}, {"Quantity": 4}]})
    assert [(row.ticker, row.quantity) for row in after] == [("MSFT", 2.0), ("XOM", -3.0), ("", 4.0)]


@pytest.mark.parametrize("typed", [None, "many", float("nan"), float("inf"), True])
def test_a_quantity_that_is_no_finite_number_blocks_saving(typed: object) -> None:
    (row,) = edited((Row(ticker="AAPL", quantity=1.0, lines=(7,)),), {"edited_rows": {0: {"Quantity": typed}}})
    positions, (problem,) = checked([row])
    assert positions == ()
    assert problem.text == "Row 1 (line 7 of the file), AAPL, has no quantity: type a number, or leave the row out."


@pytest.mark.parametrize(
    ("ticker", "because"),
    [
        ("", "has no ticker"),
        ("  ", "has no ticker"),
        ("A" * 61, "unusable ticker"),
        ("A\x00B", "unusable ticker"),
        ("CASH:", "cash without a currency"),
    ],
)
def test_a_ticker_that_cannot_be_saved_blocks_saving(ticker: str, because: str) -> None:
    positions, (problem,) = checked([Row(ticker=ticker, quantity=1.0)])
    assert positions == ()
    assert because in problem.text
    assert problem.text.endswith(".")


def test_a_row_that_is_not_kept_is_neither_saved_nor_a_problem() -> None:
    assert checked([Row(ticker="", quantity=None, keep=False)]) == ((), ())
    assert checked(left_out([Row(ticker="", quantity=1.0), Row(ticker="AAPL", quantity=1.0)], [0])) == ((Position("AAPL", 1.0),), ())


def test_lots_of_one_ticker_are_added_up_after_an_edit() -> None:
    rows = corrected([Row(ticker="AAPL", quantity=1.0), Row(ticker="APPL", quantity=2.5)], 1, "AAPL")
    assert checked(rows)[0] == (Position("AAPL", 3.5),)


def test_lots_beyond_the_largest_number_are_a_sentence() -> None:
    positions, problems = checked([Row(ticker="AAPL", quantity=1.7e308), Row(ticker="AAPL", quantity=1.7e308)])
    assert positions == ()
    assert "finite" in problems[0].text


def test_typed_tickers_are_written_as_the_source_writes_them() -> None:
    assert normalised("  brk.b ") == "BRK.B"
    assert checked([Row(ticker=" cash:eur", quantity=5.0)])[0] == (Position("CASH:EUR", 5.0),)


def test_standing_of_known_unknown_index_and_left_out(history: PriceHistory) -> None:
    assert standing(Row(ticker="aapl", quantity=1.0), history) == Standing(kind="known", text="Apple")
    assert standing(Row(ticker="NOSUCH", quantity=1.0), history).kind == "unknown"
    assert standing(Row(ticker="AAPL", quantity=1.0, keep=False), history).kind == "dropped"
    assert standing(Row(ticker="AAPL", quantity=None), history).kind == "incomplete"
    index = next(instrument for instrument in history.instruments.values() if not instrument.holdable)
    assert standing(Row(ticker=index.ticker, quantity=1.0), history).kind == "unknown"


def test_closest_tickers_come_with_unknown_ones_only(history: PriceHistory) -> None:
    rows = [Row(ticker="MSFTT", quantity=1.0), Row(ticker="AAPL", quantity=1.0), Row(ticker="", quantity=1.0, name="EXXON MOBIL CORP")]
    found = standings(rows, history)
    assert found[0].closest[0] == "MSFT"
    assert found[1].closest == ()
    assert found[2].closest[0] == "XOM"


def test_rows_of_a_saved_portfolio_are_its_positions(history: PriceHistory) -> None:
    positions = (Position("AAPL", 10.0), Position("CASH:EUR", 5.0), Position("NOSUCH", -1.0))
    rows = rows_of_portfolio(Portfolio(id="p.me", name="P", positions=positions), history)
    assert checked(rows) == (positions, ())
    assert [row.name for row in rows] == ["Apple", "EUR cash", ""]


def test_conversion_that_refuses_is_not_swallowed() -> None:
    def refuse(part: HoldingsImport) -> tuple[tuple[Position, ...], tuple[Unresolved, ...]]:
        raise InvalidInput("No.")

    item = ImportedPosition(ticker="AAPL", raw="AAPL", basis="market_value", market_value=1.0, lines=(2,))
    with pytest.raises(InvalidInput):
        rows_of(reading(item), refuse)
