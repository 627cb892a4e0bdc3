"""The lines of the book that a run writes: the figures of the single analysis, and nothing lost when a user is faster."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from farp.analysis import analyse
from farp.jobs import lines as written
from farp.jobs.inputs import Inputs
from farp.jobs.local import refresh
from farp.jobs.runs import Request
from farp.portfolio import Position
from farp.service import Desk, open_desk
from farp.service.book import Book, State, read_book
from farp.settings import load_settings
from farp.store.protocol import PORTFOLIOS, USER_PORTFOLIOS, Document


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(load_settings({"FARP_DATA_DIR": str(tmp_path)})) as opened:
        yield opened


def book_of(desk: Desk) -> Book:
    return read_book(desk.store, Inputs(desk.history, None, desk.analysis_spec()).basis)


def run(desk: Desk, **asked: Any) -> None:
    assert refresh(desk, Request(**asked), processes=1).state == "finished"


def test_lines_have_the_figures_of_the_single_analysis(desk: Desk) -> None:
    desk.seed(3)
    desk.save_portfolio("Odd", [Position("NVDA", -1.0)], owner="me")
    desk.save_portfolio("Nothing", [Position("NOSUCH", 1.0)], owner="me")
    run(desk)
    book = book_of(desk)
    assert dict(zip(book.id, book.state, strict=True)) == dict.fromkeys(book.id, State.CURRENT) | {"nothing.me": State.FAILED}
    assert "can be priced" in book.reason[book.id.index("nothing.me")]
    for place, key in enumerate(book.id):
        if book.state[place] is State.FAILED:
            continue
        report = analyse(desk.portfolio(key), desk.history, None, desk.analysis_spec())
        figure = report.value_at_risk_at(0.95, 1)
        assert book.value[place] == report.net_asset_value
        assert (book.value_at_risk[place], book.expected_shortfall[place]) == (figure.amount, figure.expected_shortfall)
        assert book.date[place] == report.as_of.isoformat()
        assert book.excluded[place] == len(report.excluded)
        assert book.past[place, -1] == pytest.approx(report.net_asset_value)
        if report.net_asset_value > 0:
            assert report.benchmark is not None
            assert (book.volatility[place], book.beta[place]) == (report.volatility[252], report.benchmark.beta)
            assert book.mean_return[place] == pytest.approx(252 * report.profit_and_loss.mean() / report.net_asset_value)
        assert book.worst_stress[place] < 0


def test_an_upload_has_a_line_after_its_first_run_even_when_only_one_portfolio_was_asked_for(desk: Desk) -> None:
    entries = [{"portfolio_name": name, "assets": [{"asset_ticker": "AAPL", "asset_quantity": 1.0}]} for name in ("One", "Two")]
    desk.store.put(USER_PORTFOLIOS, {"_id": "u", "user_id": "u", "username": "u", "portfolios": entries})
    assert book_of(desk).uploads_waiting == 1
    run(desk, portfolio="one.u")
    book = book_of(desk)
    assert dict(zip(book.id, book.state, strict=True)) == {"one.u": State.CURRENT, "two.u": State.WAITING}
    assert book.uploads_waiting == 0


def test_older_prices_are_said(desk: Desk) -> None:
    desk.seed(1)
    run(desk, as_of=desk.history.dates[-20].item())
    assert book_of(desk).state == (State.OLD_PRICES,)
    run(desk)
    assert book_of(desk).state == (State.CURRENT,)


def test_changed_and_changed_back_is_computed_again(desk: Desk) -> None:
    portfolio = desk.save_portfolio("Mine", [Position("AAPL", 1.0)])
    run(desk)
    desk.replace_positions(portfolio.id, [Position("AAPL", 2.0)])
    desk.replace_positions(portfolio.id, [Position("AAPL", 1.0)])
    assert book_of(desk).state == (State.WAITING,)
    run(desk)
    assert book_of(desk).state == (State.CURRENT,)


@pytest.mark.parametrize("moment", ["before the line", "after the line"])
@pytest.mark.parametrize(
    ("meanwhile", "expected"),
    [
        (
            lambda desk, id: desk.replace_positions(id, [Position("XOM", 5.0)]),
            {"mine.me": (State.WAITING, "Mine"), "other.me": (State.CURRENT, "Other")},
        ),
        (
            lambda desk, id: desk.replace_positions(id, [Position("AAPL", 1.0)], name="New name"),
            {"mine.me": (State.CURRENT, "New name"), "other.me": (State.CURRENT, "Other")},
        ),
        (
            lambda desk, id: desk.replace_positions(id, [Position("AAPL", 1.0)], description="Only a word more"),
            {"mine.me": (State.CURRENT, "Mine"), "other.me": (State.CURRENT, "Other")},
        ),
        (lambda desk, id: desk.delete_portfolio(id), {"other.me": (State.CURRENT, "Other")}),
    ],
)
def test_a_user_who_is_faster_than_the_run_is_not_overwritten(
    desk: Desk,
    moment: str,
    meanwhile: Callable[[Desk, str], object],
    expected: dict[str, tuple[State, str]],
) -> None:
    portfolio = desk.save_portfolio("Mine", [Position("AAPL", 1.0)])
    desk.save_portfolio("Other", [Position("MSFT", 1.0)])
    done: list[str] = []

    class Busy:
        """The store, in which a user acts beside the run: around the writing of the lines."""

        def __getattr__(self, name: str) -> Any:
            return getattr(desk.store, name)

        def put_many(self, collection: str, documents: Any) -> int:
            documents = list(documents)
            mine = collection == "book" and not done
            if mine and moment == "before the line":
                done.append(moment)
                meanwhile(desk, portfolio.id)
            count = desk.store.put_many(collection, documents)
            if mine and moment == "after the line":
                done.append(moment)
                meanwhile(desk, portfolio.id)
            return count

    run(dataclasses.replace(desk, store=Busy()))  # type: ignore[arg-type]
    assert done
    book = book_of(desk)
    assert {key: (state, name) for key, state, name in zip(book.id, book.state, book.name, strict=True)} == expected
    if "mine.me" in expected and expected["mine.me"][0] is State.WAITING:
        assert "XOM" in book.holdings.tickers
        assert "AAPL" not in book.holdings.tickers


def test_settling_looks_at_names_only_where_something_changed(desk: Desk) -> None:
    """A document that did not change costs no parsing: an unreadable neighbour would raise."""
    broken: Document = {
        "_id": "u",
        "user_id": "u",
        "portfolios": [{"portfolio_id": "a.u", "portfolio_name": "A", "risk": {"inputs": "x"}, "assets": None}],
    }
    written.settle(desk.store, [], {}, {"u": broken})
    assert desk.store.count(PORTFOLIOS) == 0
