"""Saving, changing, removing and exporting portfolios, on a real store."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farp.errors import Conflict, DataError, InvalidInput, NotFound
from farp.portfolio import Portfolio, Position
from farp.prices import price_history
from farp.service import Desk, export_csv, name_from_file, open_desk
from farp.service.portfolios import delete_portfolio, replace_positions, save_portfolio
from farp.settings import load_settings
from farp.store.protocol import PORTFOLIOS, Document
from farp.store.sqlite import SqliteStore

APPLE = Position("AAPL", 10.0)
CASH = Position("CASH:USD", -5.5)
NOW = dt.datetime(2022, 12, 28, 21, 0, tzinfo=dt.UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "farp.sqlite") as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(load_settings({"FARP_DATA_DIR": str(tmp_path_factory.mktemp("service"))})) as opened:
        yield opened


def owned(store: SqliteStore, owner: str = "me") -> Document:
    found = store.get(PORTFOLIOS, owner)
    assert found is not None
    return found


def test_a_portfolio_is_saved_under_an_id_made_of_its_name_and_owner(store: SqliteStore) -> None:
    lots = [APPLE, CASH, Position("AAPL", 2.5)]
    saved = save_portfolio(store, name="  My\tPortfolio ", positions=lots, description="for  me", base_currency="eur", now=NOW)
    assert saved == Portfolio(
        id="my-portfolio.me",
        name="My Portfolio",
        positions=(Position("AAPL", 12.5), CASH),
        base_currency="EUR",
        description="for me",
        owner_id="me",
        owner_name="Me",
        created_at=NOW,
    )
    assert owned(store)["user_id"] == "me"


def test_other_portfolios_and_fields_of_the_owner_are_left_alone(store: SqliteStore) -> None:
    entry = {"portfolio_id": "old.user_1", "portfolio_name": "Old", "assets": [], "colour": "blue"}
    store.put(PORTFOLIOS, {"_id": "user_1", "user_id": "user_1", "email": "a@example.com", "portfolios": [entry]})
    save_portfolio(store, name="New", positions=[APPLE], owner="user_1")
    replace_positions(store, "new.user_1", [CASH])
    document = owned(store, "user_1")
    assert document["email"] == "a@example.com"
    assert document["portfolios"][0] == entry
    delete_portfolio(store, "new.user_1")
    assert owned(store, "user_1")["portfolios"] == [entry]


def test_a_taken_name_is_a_conflict_and_changes_nothing(store: SqliteStore) -> None:
    save_portfolio(store, name="Growth", positions=[APPLE])
    before = owned(store)
    with pytest.raises(Conflict, match=r"^There is a portfolio 'growth\.me' already"):
        save_portfolio(store, name="growth?", positions=[CASH])
    assert owned(store) == before
    save_portfolio(store, name="Growth", positions=[CASH], owner="you")


def test_a_replaced_portfolio_keeps_its_place_and_date_and_nothing_else(store: SqliteStore) -> None:
    save_portfolio(store, name="One", positions=[APPLE], description="first", base_currency="GBP", now=NOW)
    save_portfolio(store, name="Two", positions=[])
    again = save_portfolio(store, name="ONE", positions=[CASH], replace=True)
    assert (again.id, again.name, again.positions, again.description, again.base_currency) == ("one.me", "ONE", (CASH,), "", "USD")
    assert again.created_at == NOW
    assert [entry["portfolio_id"] for entry in owned(store)["portfolios"]] == ["one.me", "two.me"]


@pytest.mark.parametrize("name", ["", " \t", "x" * 81, "a\x00b", "a\x1b[31m", "\ud800", "abc\u202egpj.exe"])
def test_a_name_that_cannot_be_read_is_refused(store: SqliteStore, name: str) -> None:
    with pytest.raises(InvalidInput, match="A portfolio's name"):
        save_portfolio(store, name=name, positions=[])
    save_portfolio(store, name="Fine", positions=[])
    with pytest.raises(InvalidInput, match="A portfolio's name"):
        replace_positions(store, "fine.me", [], name=name)
    assert [entry["portfolio_name"] for entry in owned(store)["portfolios"]] == ["Fine"]


def test_names_of_any_script_are_kept(store: SqliteStore) -> None:
    assert save_portfolio(store, name="Größe 💎 ポートフォリオ", positions=[]).name == "Größe 💎 ポートフォリオ"
    assert save_portfolio(store, name="x" * 80, positions=[]).name == "x" * 80
    assert save_portfolio(store, name="ポートフォリオ", positions=[]).id == "portfolio.me"


def test_other_bad_fields_are_refused(store: SqliteStore) -> None:
    for owner in ("", "a.b", "a/b", "x" * 101, "ü"):
        with pytest.raises(InvalidInput, match="A user id consists of"):
            save_portfolio(store, name="A", positions=[], owner=owner)
    for currency in ("", "US", "DOLLAR", "U$D", "ÄÖÜ"):
        with pytest.raises(InvalidInput, match="three-letter code"):
            save_portfolio(store, name="A", positions=[], base_currency=currency)
    with pytest.raises(InvalidInput, match="description can have 1000 characters, got 1001"):
        save_portfolio(store, name="A", positions=[], description="x" * 1001)
    with pytest.raises(InvalidInput, match="finite number"):
        save_portfolio(store, name="A", positions=[Position("A", 1e308), Position("A", 1e308)])
    assert store.count(PORTFOLIOS) == 0


def test_positions_name_description_and_currency_can_be_changed_one_by_one(store: SqliteStore) -> None:
    first = save_portfolio(store, name="One", positions=[APPLE], description="kept", base_currency="GBP", now=NOW)
    second = replace_positions(store, "one.me", [CASH])
    assert (second.positions, second.name, second.description, second.base_currency, second.created_at) == (
        (CASH,),
        "One",
        "kept",
        "GBP",
        first.created_at,
    )
    third = replace_positions(store, "one.me", [APPLE], name="Better", description="", base_currency="usd")
    assert (third.id, third.name, third.description, third.base_currency) == ("one.me", "Better", "", "USD")


@pytest.mark.parametrize("unknown", ["nope.me", "nope", "nope.nobody", ""])
def test_what_is_not_there_is_not_found(store: SqliteStore, unknown: str) -> None:
    save_portfolio(store, name="One", positions=[APPLE])
    before = owned(store)
    with pytest.raises(NotFound):
        replace_positions(store, unknown, [])
    with pytest.raises(NotFound):
        delete_portfolio(store, unknown)
    assert owned(store) == before


def test_an_owner_keeps_an_empty_document_when_the_last_portfolio_is_removed(store: SqliteStore) -> None:
    save_portfolio(store, name="One", positions=[APPLE])
    delete_portfolio(store, "one.me")
    assert owned(store)["portfolios"] == []
    assert save_portfolio(store, name="One", positions=[CASH]).positions == (CASH,)


@pytest.mark.parametrize("portfolios", [None, "none", [1], [{"portfolio_id": "x"}]])
def test_a_document_that_cannot_be_read_is_not_written_to(store: SqliteStore, portfolios: object) -> None:
    store.put(PORTFOLIOS, {"_id": "me", "user_id": "me", "portfolios": portfolios})
    before = owned(store)
    with pytest.raises(DataError, match="The document of user 'me' cannot be used"):
        save_portfolio(store, name="One", positions=[APPLE])
    assert owned(store) == before


def test_an_upload_is_not_the_default_while_there_is_a_demo(tmp_path: Path) -> None:
    with open_desk(load_settings({"FARP_DATA_DIR": str(tmp_path)})) as desk:
        desk.save_portfolio("Mine", [APPLE], owner="AAA")
        assert desk.default_portfolio_id() == "mine.AAA"
        desk.seed(9)
        first = desk.default_portfolio_id()
        assert first.endswith(".user_001")
        desk.delete_portfolio(first)
        assert desk.default_portfolio_id().endswith(".user_002")


def test_the_desk_saves_in_the_house_currency_unless_told_otherwise(tmp_path: Path) -> None:
    with open_desk(load_settings({"FARP_DATA_DIR": str(tmp_path), "BASE_CURRENCY": "EUR"})) as desk:
        assert desk.save_portfolio("House", [APPLE]).base_currency == "EUR"
        assert desk.save_portfolio("Other", [APPLE], base_currency="GBP").base_currency == "GBP"
        assert desk.replace_positions("other.me", []).base_currency == "GBP"


# --- export -------------------------------------------------------------------------------------------------------------------------


def test_the_export_names_ticker_name_quantity_and_currency() -> None:
    positions = (Position("AAPL", -26.0), Position("CASH:EUR", 812.04), Position("NOSUCH", 0.125))
    text = export_csv(Portfolio(id="a.me", name="A", positions=positions), price_history(load_settings({})))
    assert text == "Ticker,Name,Quantity,Currency\nAAPL,Apple,-26,USD\nCASH,EUR cash,812.04,EUR\nNOSUCH,,0.125,\n"


@pytest.mark.parametrize(
    ("ticker", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+A", "'+A"),
        ("-B", "'-B"),
        ("@C", "'@C"),
        ("A\t=B", "A =B"),
        ("A\r=B", "A =B"),
        ('A",=B', 'A",=B'),
        ("BRK.B", "BRK.B"),
        ("^VIX", "^VIX"),
    ],
)
def test_cells_that_a_spreadsheet_would_run_are_neutralised(ticker: str, cell: str) -> None:
    portfolio = Portfolio(id="a.me", name="A", positions=(Position(ticker, -1.0),))
    (_, row) = csv.reader(io.StringIO(export_csv(portfolio, price_history(load_settings({})))))
    assert (row[0], row[2]) == (cell, "-1")


def test_a_currency_that_is_a_formula_is_neutralised() -> None:
    portfolio = Portfolio(id="a.me", name="A", positions=(Position("CASH:=1+1", 1.0),))
    assert export_csv(portfolio, price_history(load_settings({}))).splitlines()[1] == "CASH,'=1+1 cash,1,'=1+1"


tickers = st.sampled_from(["AAPL", "MSFT", "BRK.B", "BTC-USD", "CASH:USD", "CASH:EUR", "CASH:GBP", "GOOG", "XOM", "SAP.DE", "TLT"])
quantities = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False).filter(lambda value: abs(value) > 1e-9) | st.integers(1, 10**9).map(float)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=st.dictionaries(tickers, quantities, min_size=1, max_size=8))
def test_any_export_imports_back_to_the_same_positions_or_asks(desk: Desk, held: dict[str, float]) -> None:
    portfolio = Portfolio(id="a.me", name="A", positions=tuple(Position(ticker, quantity) for ticker, quantity in held.items()))
    reading = desk.read_holdings(export_csv(portfolio, desk.history).encode(), "a.csv")
    assert reading.error is None
    if reading.outcome == "needs_user":
        return
    positions, unresolved = desk.positions_of(reading)
    assert {position.ticker: position.quantity for position in positions} == held
    assert unresolved == ()


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("positions.csv", "positions"),
        ("C:\\Users\\me\\My  Depot.v2.xlsx", "My Depot.v2"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\x1b.csv", "a b"),
        ("", "Imported portfolio"),
        (None, "Imported portfolio"),
        ("/", "Imported portfolio"),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_files_name_becomes_a_portfolios_name(filename: str | None, name: str) -> None:
    assert name_from_file(filename) == name
