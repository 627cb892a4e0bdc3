"""From a reading of a holdings file to positions in units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from farp.errors import InvalidInput
from farp.holdings.result import HoldingsImport, ImportedCash, ImportedPosition, Question
from farp.market import PriceHistory
from farp.portfolio import Position
from farp.prices import price_history
from farp.service import Unresolved, answered, assumptions, positions_of, reading_of
from farp.settings import load_settings

DAY = dt.date(2022, 6, 1)


@pytest.fixture(scope="module")
def history() -> PriceHistory:
    return price_history(load_settings({}))


def held(ticker: str | None, **fields: Any) -> ImportedPosition:
    basis = next(name for name in ("quantity", "market_value", "weight") if name in fields)
    return ImportedPosition(**{"ticker": ticker, "raw": ticker or "SOME NAME", "basis": basis, "lines": (2,), **fields})


def read(*positions: ImportedPosition, cash: tuple[ImportedCash, ...] = (), **fields: Any) -> HoldingsImport:
    return HoldingsImport(**{"outcome": "ok", "positions": positions, "cash": cash, **fields})


def close(history: PriceHistory, ticker: str, day: dt.date | None = None) -> float:
    closes = history.close(ticker)
    stop = len(closes) if day is None else int(np.searchsorted(history.dates, np.datetime64(day), side="right"))
    return float(closes[:stop][np.isfinite(closes[:stop])][-1])


def test_quantities_and_cash_are_taken_as_they_are_and_added_up(history: PriceHistory) -> None:
    reading = read(
        held("AAPL", quantity=10.0),
        held("NOSUCH", quantity=-3.5),
        held("AAPL", quantity=2.0),
        cash=(
            ImportedCash(label="Cash", currency="USD", value=100.0, lines=(5,)),
            ImportedCash(label="Sweep", currency="USD", value=-30.0, lines=(6,)),
            ImportedCash(label="Konto", currency=None, value=5.0, lines=(7,)),
            ImportedCash(label="Nothing", currency="CHF", value=0.0, lines=(8,)),
        ),
    )
    positions, unresolved = positions_of(reading, history, base_currency="EUR")
    assert positions == (Position("AAPL", 12.0), Position("NOSUCH", -3.5), Position("CASH:USD", 70.0), Position("CASH:EUR", 5.0))
    assert unresolved == ()


def test_what_is_not_settled_is_reported_and_no_cash(history: PriceHistory) -> None:
    pending = ImportedCash(label="Pending Activity", currency="USD", value=-1016.2, lines=(7,), pending=True)
    positions, unresolved = positions_of(read(held("AAPL", quantity=1.0), cash=(pending,)), history)
    assert positions == (Position("AAPL", 1.0),)
    assert [(item.label, item.lines) for item in unresolved] == [("Pending Activity", (7,))]


def test_values_become_units_at_the_price_of_the_day_in_the_values_currency(history: PriceHistory) -> None:
    reading = read(held("AAPL", market_value=1000.0, currency="USD"), held("MSFT", market_value=-500.0, currency="EUR"))
    euro = float(history.fx_rate("USD", "EUR")[-1])
    units = {position.ticker: position.quantity for position in positions_of(reading, history)[0]}
    assert units == pytest.approx({"AAPL": 1000.0 / close(history, "AAPL"), "MSFT": -500.0 / (close(history, "MSFT") * euro)})


def test_the_day_is_the_one_asked_for_then_the_files_then_the_last(history: PriceHistory) -> None:
    position = held("AAPL", market_value=1000.0, currency="USD")

    def units(reading: HoldingsImport, as_of: dt.date | None = None) -> float:
        return 1000.0 / positions_of(reading, history, as_of=as_of)[0][0].quantity

    assert units(read(position)) == pytest.approx(close(history, "AAPL"))
    assert units(read(position, as_of=DAY)) == pytest.approx(close(history, "AAPL", DAY))
    assert units(read(position, as_of=dt.date(2022, 1, 3)), DAY) == pytest.approx(close(history, "AAPL", DAY))
    assert units(read(position, as_of=dt.date(2022, 6, 4))) == pytest.approx(close(history, "AAPL", dt.date(2022, 6, 3))), "a Saturday"
    assert units(read(position, as_of=dt.date(2040, 1, 1))) == pytest.approx(close(history, "AAPL"))


def test_weights_need_the_portfolios_value(history: PriceHistory) -> None:
    reading = read(held("AAPL", weight=0.6), held("MSFT", weight=-0.1))
    with pytest.raises(InvalidInput, match="the value of the whole portfolio is needed"):
        positions_of(reading, history)
    for given in ({"portfolio_value": 1000.0}, {}):
        stated = read(held("AAPL", weight=0.6), held("MSFT", weight=-0.1), portfolio_value=5.0 if given else 1000.0)
        units = {position.ticker: position.quantity for position in positions_of(stated, history, **given)[0]}
        assert units == pytest.approx({"AAPL": 600.0 / close(history, "AAPL"), "MSFT": -100.0 / close(history, "MSFT")})


def test_what_cannot_become_units_is_returned_with_a_sentence(history: PriceHistory) -> None:
    reading = read(
        held(None, quantity=3.0),
        held("NOSUCH", market_value=10.0, currency="USD"),
        held("AAPL", market_value=10.0, currency="XXX"),
        held("MSFT", weight=None, quantity=None, basis="weight"),
        held("KO", market_value=None, basis="market_value"),
        held("BTC-USD", market_value=10.0, currency="USD"),
    )
    positions, unresolved = positions_of(reading, history, as_of=dt.date(2014, 1, 2), portfolio_value=100.0)
    assert positions == ()
    assert [item.label for item in unresolved] == ["SOME NAME", "NOSUCH", "AAPL", "MSFT", "KO", "BTC-USD"]
    assert unresolved[0] == Unresolved(label="SOME NAME", lines=(2,), message="the file gives no ticker for it; name one to include it.")
    assert unresolved[1].message == "its market value cannot become units without a price of NOSUCH in USD."
    assert all(item.message.endswith(".") for item in unresolved)


def test_a_holding_with_an_isin_only_is_kept_under_it(history: PriceHistory) -> None:
    reading = read(held(None, quantity=3.0, isin="IE00B4L5Y983"), held(None, market_value=3.0, isin="IE00B4L5Y983"))
    positions, unresolved = positions_of(reading, history)
    assert positions == (Position("IE00B4L5Y983", 3.0),)
    assert [item.message for item in unresolved] == ["its market value cannot become units without a price of IE00B4L5Y983 in USD."]


def test_an_error_and_open_questions_are_refused(history: PriceHistory) -> None:
    with pytest.raises(InvalidInput, match=r"^The file is empty\.$"):
        positions_of(HoldingsImport(outcome="error", error="The file is empty."), history)
    questions = (Question(key="a", text="A?"), Question(key="b", text="B?"))
    with pytest.raises(InvalidInput, match="answer them first: a, b"):
        positions_of(read(held("AAPL", quantity=1.0), outcome="needs_user", questions=questions), history)


def test_what_is_taken_for_granted_is_said(history: PriceHistory) -> None:
    assert assumptions(read(cash=(ImportedCash(label="Pending", currency=None, value=1.0, lines=(7,), pending=True),)), history) == ()
    assert assumptions(read(held("AAPL", quantity=1.0)), history) == ()
    cash = tuple(ImportedCash(label=f"Konto {i}", currency=None, value=float(i), lines=(i + 1,)) for i in range(6))
    assert assumptions(read(cash=cash), history, base_currency="EUR") == (
        "The file names no currency for Konto 1, Konto 2, Konto 3 and 2 more; taken as EUR.",
    )
    reading = read(held("AAPL", market_value=1.0), as_of=dt.date(2040, 1, 1))
    assert assumptions(reading, history) == (
        "The file names no currency for AAPL; taken as USD.",
        "Quantities are worked out with the last prices on or before 28 Dec 2022.",
    )
    assert assumptions(reading, history, as_of=DAY)[1] == "Quantities are worked out with the last prices on or before 1 Jun 2022."


def test_value_and_day_answer_the_questions_that_ask_for_them_and_no_others() -> None:
    calls: list[dict[str, str]] = []
    keys: tuple[str, ...] = ()

    def reader(answers: Mapping[str, str]) -> HoldingsImport:
        calls.append(dict(answers))
        return read(questions=tuple(Question(key=key, text="?") for key in keys if key not in answers))

    assert answered(reader, {"a": "1"}, portfolio_value=1e6, as_of=DAY).questions == ()
    assert calls == [{"a": "1"}]
    calls.clear()
    keys = ("portfolio_value", "as_of", "prices", "a", "b")
    assert [question.key for question in answered(reader, {"a": "1"}, portfolio_value=1e22, as_of=DAY).questions] == ["b"]
    assert calls == [{"a": "1"}, {"a": "1", "portfolio_value": "1" + "0" * 22, "as_of": "2022-06-01", "prices": "as_of"}]
    assert [question.key for question in answered(reader, {"a": "1"}).questions] == ["portfolio_value", "as_of", "prices", "b"]


def test_listed_positions_read_like_a_file(history: PriceHistory) -> None:
    listed = [Position("AAPL", 1.0), Position("CASH:EUR", 5.0), Position("NOSUCH", -2.0), Position("AAPL", 2.0)]
    reading = reading_of(listed, history.instruments)
    assert reading.outcome == "ok_with_warnings"
    apple, unknown = reading.positions
    assert (apple.ticker, apple.quantity, apple.lines, apple.lots, apple.priced, apple.side) == ("AAPL", 3.0, (1, 4), (1.0, 2.0), True, "long")
    assert (unknown.ticker, unknown.lines, unknown.lots, unknown.priced, unknown.side) == ("NOSUCH", (3,), (), False, "short")
    assert reading.cash == (ImportedCash(label="CASH:EUR", currency="EUR", value=5.0, lines=(2,)),)
    assert [(warning.code, warning.tickers, warning.lines) for warning in reading.warnings] == [("unpriced", ("NOSUCH",), (3,))]
    assert positions_of(reading, history)[0] == (Position("AAPL", 3.0), Position("NOSUCH", -2.0), Position("CASH:EUR", 5.0))
    assert reading_of([Position("AAPL", 1.0)], history.instruments).outcome == "ok"
    assert reading_of([], history.instruments).positions == ()
