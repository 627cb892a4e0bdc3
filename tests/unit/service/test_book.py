"""The lines of the book on a real store: who writes them, when they lose their figures, how they are read and filtered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from farp.analysis.book_past import Past
from farp.portfolio import Portfolio, Position
from farp.service import book
from farp.service.book import State, read_book, revision
from farp.service.portfolios import delete_portfolio, replace_positions, save_portfolio
from farp.store.protocol import BOOK, PORTFOLIOS, USER_PORTFOLIOS
from farp.store.sqlite import SqliteStore
from tests.markets import market, wandering

MOMENT = dt.datetime(2022, 12, 28, 21, 0, tzinfo=dt.UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "farp.sqlite") as opened:
        yield opened


def saved(store: SqliteStore, name: str, owner: str = "me", currency: str = "USD", **quantities: float) -> Portfolio:
    positions = [Position(ticker, quantity) for ticker, quantity in quantities.items()]
    return save_portfolio(store, name=name, positions=positions, owner=owner, base_currency=currency)


def computed(store: SqliteStore, portfolio: Portfolio, basis: str = "now", value: float = 1000.0, loss: float = 15.0) -> None:
    """Write results as a run does: the line, then the mark in the owner's document."""
    headline = {
        "date": "2022-12-28",
        "portfolio_value": value,
        "var": {"95_1d": {"var_amount": loss, "expected_shortfall_amount": 2 * loss}},
        "volatility": {"252d": 0.2},
        "beta": None,
        "excluded": [{}],
        "worst_stress": {"name": "Covid 2020", "profit_and_loss_amount": -300.0},
    }
    figures = book.figures_of(headline, Past(value=np.linspace(900.0, value, 24), mean_return=0.1))
    book.write_lines(store, [book.line(portfolio, state=State.CURRENT.value, basis=basis, computed_at=MOMENT, **figures)])

    def marked(document: dict | None) -> dict:  # type: ignore[type-arg]
        assert document is not None
        entries = [entry | {"risk": {"inputs": "x"}} if entry["portfolio_id"] == portfolio.id else entry for entry in document["portfolios"]]
        return {**document, "portfolios": entries}

    store.update(PORTFOLIOS, portfolio.owner_id, marked)


def test_a_saved_portfolio_waits_and_a_computed_one_has_its_figures(store: SqliteStore) -> None:
    portfolio = saved(store, "Mine", AAPL=2.0, XOM=-1.0)
    found = read_book(store, "now")
    assert (found.id, found.state, len(found.holdings.row)) == (("mine.me",), (State.WAITING,), 2)
    assert np.isnan(found.value).all()
    assert np.isnan(found.past).all()

    computed(store, portfolio)
    found = read_book(store, "now")
    assert found.state == (State.CURRENT,)
    assert (found.value[0], found.value_at_risk[0], found.expected_shortfall[0], found.volatility[0]) == (1000.0, 15.0, 30.0, 0.2)
    assert np.isnan(found.beta[0]), "unknown is not zero"
    assert (found.worst_stress[0], found.worst_stress_name, found.excluded[0]) == (-300.0, ("Covid 2020",), 1)
    assert found.past[0].tolist() == np.linspace(900.0, 1000.0, 24).tolist()
    assert found.computed_at == MOMENT
    assert found.utilisation[0] == pytest.approx(0.75)
    assert found.of_value(found.worst_stress)[0] == pytest.approx(-0.3)
    assert read_book(store, "tomorrow").state == (State.OLD_PRICES,)


def test_other_positions_take_the_figures_away_and_another_name_does_not(store: SqliteStore) -> None:
    portfolio = saved(store, "Mine", AAPL=2.0)
    computed(store, portfolio)
    replace_positions(store, portfolio.id, [Position("AAPL", 2.0)], name="Renamed")
    found = read_book(store, "now")
    assert (found.name, found.state) == (("Renamed",), (State.CURRENT,))

    replace_positions(store, portfolio.id, [Position("MSFT", 3.0)])
    found = read_book(store, "now")
    assert (found.state, found.holdings.tickers, found.holdings.quantity.tolist()) == ((State.WAITING,), ("MSFT",), [3.0])
    document = store.get(PORTFOLIOS, "me")
    assert document is not None
    assert "risk" not in document["portfolios"][0], "so that the next run computes it even when it is changed back"


def test_saving_again_in_another_currency_takes_the_figures_away(store: SqliteStore) -> None:
    portfolio = saved(store, "Mine", AAPL=2.0)
    computed(store, portfolio)
    save_portfolio(store, name="Mine", positions=[Position("AAPL", 2.0)], base_currency="EUR", replace=True)
    assert (read_book(store, "now").state, read_book(store, "now").currency) == ((State.WAITING,), ("EUR",))


def test_a_deleted_portfolio_is_gone_at_once_and_the_others_stay(store: SqliteStore) -> None:
    first, second = saved(store, "One", AAPL=1.0), saved(store, "Two", AAPL=1.0)
    delete_portfolio(store, first.id)
    assert read_book(store, "now").id == (second.id,)


def test_every_change_is_another_revision_and_reading_is_none(store: SqliteStore) -> None:
    seen = [revision(store)]
    portfolio = saved(store, "One", AAPL=1.0)
    seen.append(revision(store))
    computed(store, portfolio)
    seen.append(revision(store))
    replace_positions(store, portfolio.id, [Position("AAPL", 1.0)], name="Other")
    seen.append(revision(store))
    read_book(store, "now")
    assert revision(store) == seen[-1]
    delete_portfolio(store, portfolio.id)
    seen.append(revision(store))
    store.put(USER_PORTFOLIOS, {"_id": "u", "user_id": "u"})
    seen.append(revision(store))
    assert len(set(seen)) == len(seen)


def test_portfolios_without_a_line_and_uploads_are_part_of_it(store: SqliteStore) -> None:
    for owner in ("old", "broken"):
        saved(store, "Mine", owner, AAPL=1.0)
        store.delete(BOOK, f"mine.{owner}")
    broken = store.get(PORTFOLIOS, "broken")
    assert broken is not None
    broken["portfolios"][0]["assets"] = "none"
    store.put(PORTFOLIOS, broken)
    store.put(USER_PORTFOLIOS, {"_id": "fresh", "user_id": "fresh"})
    found = read_book(store, "now")
    assert (found.id, found.state, found.uploads_waiting) == (("mine.old",), (State.WAITING,), 1)
    (problem,) = found.problems
    assert "'broken'" in problem
    heard: list[str] = []
    read_book(store, "now", on_error=lambda error: heard.append(str(error)))
    assert heard == [problem]


def test_a_line_nobody_can_read_or_whose_owner_is_gone_counts_as_missing(store: SqliteStore) -> None:
    portfolio = saved(store, "Mine", AAPL=1.0)
    computed(store, portfolio)
    store.put(BOOK, {"_id": portfolio.id, "user_id": "me", "state": "a newer word"})
    store.put(BOOK, book.line(Portfolio(id="x.gone", name="X", owner_id="gone", positions=())))
    assert (read_book(store, "now").id, read_book(store, "now").state) == (("mine.me",), (State.WAITING,))


def test_filters_find_words_in_any_order_owners_and_states(store: SqliteStore) -> None:
    for name, owner in (("Steady Income", "anna"), ("Income Growth", "Berta"), ("Gold", "anna")):
        saved(store, name, owner, AAPL=1.0)
    found = read_book(store, "now")
    names = np.array(found.name)
    assert set(names[found.matching("INCOME")]) == {"Steady Income", "Income Growth"}
    assert set(names[found.matching("income steady")]) == {"Steady Income"}
    assert set(names[found.matching(owner=" bert ")]) == {"Income Growth"}
    assert found.matching("income", "anna").sum() == 1
    assert not found.matching(states=[State.FAILED]).any()
    assert found.matching(states=[State.WAITING]).all()
    assert found.matching("$5 [x").sum() == 0


def test_what_is_chosen_keeps_its_own_positions(store: SqliteStore) -> None:
    saved(store, "A", "a", AAPL=1.0, XOM=2.0)
    saved(store, "B", "b", MSFT=3.0)
    saved(store, "C", "c", XOM=-4.0)
    found = read_book(store, "now")
    some = found.chosen(found.matching(owner="a") | found.matching(owner="c"))
    assert some.id == ("a.a", "c.c")
    pooled = some.pooled()
    held = dict(zip(pooled.tickers, pooled.net.tolist(), strict=True))
    assert held == {"AAPL": 1.0, "XOM": -2.0, "MSFT": 0.0}
    assert some.value.shape == (2,)
    assert some.past.shape == (2, 24)
    assert some.chosen(np.zeros(2, dtype=bool)).pooled().gross.tolist() == [0.0, 0.0, 0.0]
    assert found.chosen(np.ones(3, dtype=bool)) is found


def test_money_is_converted_by_the_last_rate_and_unknown_without_one(store: SqliteStore) -> None:
    for owner, currency in (("a", "USD"), ("b", "EUR"), ("c", "XYZ")):
        saved(store, "P", owner, currency, AAPL=1.0)
    rates = wandering(30, 1, start=1.1)
    rates[-1] = np.nan
    history = market({"A": wandering(30, 2), "EURUSD": rates})
    found = read_book(store, "now")
    assert found.currencies == ("EUR", "USD", "XYZ")
    worth = found.rates(history, "USD")
    assert worth[:2].tolist() == [1.0, rates[-2]]
    assert np.isnan(worth[2])


def test_a_short_past_stands_at_the_right_and_odd_tickers_survive(store: SqliteStore) -> None:
    saved(store, "None", "a")
    portfolio = saved(store, "Two", "b", **{"A\x1fB": 1.0, "ÄÖ 株": 2.0})
    book.write_lines(store, [book.line(portfolio, state=State.CURRENT.value, basis="now", past=np.array([1.0, 2.0]).tobytes())])
    found = read_book(store, "now")
    assert found.holdings.tickers == ("A B", "ÄÖ 株")
    assert found.holdings.row.tolist() == [1, 1]
    assert np.isnan(found.past[1, :-2]).all()
    assert found.past[1, -2:].tolist() == [1.0, 2.0]
    assert np.isnan(found.past[0]).all()


def test_an_empty_book_is_a_book(store: SqliteStore) -> None:
    found = read_book(store, "now")
    assert (len(found), found.computed_at, found.pooled().tickers) == (0, None, ())
    assert found.matching("x").shape == (0,)
