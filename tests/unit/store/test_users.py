"""The two user documents, portfolio ids, and what is said about documents that cannot be used."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.errors import DataError, FarpError, InvalidInput, NotFound
from farp.portfolio import Position
from farp.store import Document
from farp.store.codec import decode, encode
from farp.store.users import converted, find_portfolio, list_portfolios, portfolio_id, portfolios_of

UPLOADED: Document = {
    "_id": "user_009",
    "user_id": "user_009",
    "username": "william_brown",
    "email": "william.brown@example.com",
    "portfolio": {
        "portfolio_name": "Income Portfolio",
        "portfolio_desc": "Pays a dividend",
        "portfolio_created_at": "2023-01-31T12:00:00Z",
        "assets": [
            {"asset_ticker": "AMZN", "asset_quantity": 99},
            {"asset_ticker": "KO", "asset_quantity": -2.5},
            {"asset_ticker": " AMZN ", "asset_quantity": 1},
        ],
    },
}


def changed(document: Document, path: str, value: Any) -> Document:
    """Return a copy with the field at `path` ("a/0/b") replaced, or removed when `value` is `...`."""
    result = copy.deepcopy(document)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    target: Any = result
    for part in parents:
        target = target[part]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return result


class Shelf:
    """A store in memory, which counts what is read."""

    def __init__(self, *documents: Document) -> None:
        self.documents = {document["_id"]: encode(document) for document in documents}
        self.read: list[str] = []

    def get(self, collection: str, id: str) -> Document | None:
        assert collection == "portfolios"
        self.read.append(id)
        return decode(self.documents[id], place="memory") if id in self.documents else None

    def list(self, collection: str) -> Iterator[Document]:
        assert collection == "portfolios"
        return (decode(body, place="memory") for _, body in sorted(self.documents.items()))


def test_an_uploaded_document_is_converted() -> None:
    document = converted(UPLOADED)
    assert document == {
        "_id": "user_009",
        "user_id": "user_009",
        "username": "william_brown",
        "email": "william.brown@example.com",
        "portfolios": [{**UPLOADED["portfolio"], "portfolio_id": "income-portfolio.user_009", "base_currency": "USD"}],
    }


def test_converting_again_changes_nothing_and_leaves_the_argument_alone() -> None:
    before = copy.deepcopy(UPLOADED)
    once = converted(UPLOADED)
    assert before == UPLOADED
    assert converted(once) == once
    assert converted(decode(encode(once), place="memory"), base_currency="EUR") == {**once, "schema_version": 1}


def test_a_converted_document_gives_portfolios() -> None:
    (portfolio,) = portfolios_of(converted(UPLOADED, base_currency="EUR"))
    assert portfolio.id == "income-portfolio.user_009"
    assert portfolio.name == "Income Portfolio"
    assert portfolio.description == "Pays a dividend"
    assert portfolio.positions == (Position("AMZN", 100.0), Position("KO", -2.5))
    assert portfolio.base_currency == "EUR"
    assert (portfolio.owner_id, portfolio.owner_name) == ("user_009", "William Brown")
    assert portfolio.created_at == dt.datetime(2023, 1, 31, 12, tzinfo=dt.UTC)


def test_portfolios_of_the_same_name_get_numbers_and_keep_them() -> None:
    entry = UPLOADED["portfolio"]
    several = {
        **UPLOADED,
        "portfolios": [entry, {**entry, "portfolio_name": "income, portfolio!"}, {**entry, "portfolio_name": "Income Portfolio 2"}],
    }
    del several["portfolio"]
    document = converted(several)
    ids = [portfolio["portfolio_id"] for portfolio in document["portfolios"]]
    assert ids == ["income-portfolio.user_009", "income-portfolio-2.user_009", "income-portfolio-2-2.user_009"]
    fewer = {**document, "portfolios": [*document["portfolios"][1:], entry]}
    again = [portfolio["portfolio_id"] for portfolio in converted(fewer)["portfolios"]]
    assert again == [*ids[1:], "income-portfolio.user_009"]
    newcomer_first = {**document, "portfolios": [entry, *document["portfolios"]]}
    kept = [portfolio["portfolio_id"] for portfolio in converted(newcomer_first)["portfolios"]]
    assert kept == ["income-portfolio-3.user_009", *ids]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Tech Growth", "tech-growth"),
        ("60/40 with Treasuries", "60-40-with-treasuries"),
        ("  Ünïcode — Größe  ", "unicode-groe"),
        ("Vers. 2.0", "vers-2-0"),
        ("投资组合", "portfolio"),
        ("---", "portfolio"),
        ("x" * 500, "x" * 60),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    assert portfolio_id(name, "User_1-a") == f"{slug}.User_1-a"


@given(st.text(), st.from_regex(r"[A-Za-z0-9_-]{1,100}", fullmatch=True), st.integers(0, 3))
def test_the_owner_can_always_be_read_from_the_id(name: str, user_id: str, others: int) -> None:
    taken: set[str] = set()
    for _ in range(others + 1):
        key = portfolio_id(name, user_id, taken)
        assert key not in taken
        assert key.isascii()
        assert key.partition(".")[2] == user_id
        taken.add(key)


@pytest.mark.parametrize("user_id", ["", "a.b", "a b", "a/b", "ä", "a\n", "x" * 101])
def test_user_ids_that_an_id_cannot_carry_are_refused(user_id: str) -> None:
    with pytest.raises(InvalidInput, match="A user id consists of 1 to 100 letters, digits, _ and -"):
        portfolio_id("Income", user_id)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("portfolio", ..., "portfolio: it is missing"),
        ("portfolio", "x", "portfolio: 'x' is not an object"),
        ("username", 7, "username: 7 is not text"),
        ("portfolio/portfolio_name", ..., r"portfolios\[0\]\.portfolio_name: it is missing"),
        ("portfolio/portfolio_name", " ", r"portfolios\[0\]\.portfolio_name: it is empty"),
        ("portfolio/portfolio_desc", [], r"portfolios\[0\]\.portfolio_desc: \[\] is not text"),
        ("portfolio/portfolio_created_at", "yesterday", r"portfolios\[0\]\.portfolio_created_at: 'yesterday' is not a date and time"),
        ("portfolio/portfolio_created_at", 5, r"portfolios\[0\]\.portfolio_created_at: 5 is not a date and time"),
        ("portfolio/base_currency", "usd", r"portfolios\[0\]\.base_currency: 'usd' is not a currency code"),
        ("portfolio/portfolio_id", "income.user_010", r"portfolios\[0\]\.portfolio_id: 'income.user_010' does not end in '.user_009'"),
        ("portfolio/portfolio_id", ["x"], r"portfolios\[0\]\.portfolio_id: \['x'\] is not text"),
        ("portfolio/assets", ..., r"portfolios\[0\]\.assets: it is missing"),
        ("portfolio/assets", {}, r"portfolios\[0\]\.assets: it is not a list"),
        ("portfolio/assets/1", "KO", r"portfolios\[0\]\.assets\[1\]: 'KO' is not an object"),
        ("portfolio/assets/1/asset_ticker", ..., r"portfolios\[0\]\.assets\[1\]\.asset_ticker: it is missing"),
        ("portfolio/assets/1/asset_ticker", 5, r"portfolios\[0\]\.assets\[1\]\.asset_ticker: 5 is not text"),
        ("portfolio/assets/1/asset_quantity", ..., r"portfolios\[0\]\.assets\[1\]\.asset_quantity: it is missing"),
        ("portfolio/assets/1/asset_quantity", "99", r"portfolios\[0\]\.assets\[1\]\.asset_quantity: '99' is not a number"),
        ("portfolio/assets/1/asset_quantity", True, r"portfolios\[0\]\.assets\[1\]\.asset_quantity: True is not a number"),
        ("portfolio/assets/1/asset_quantity", float("nan"), r"portfolios\[0\]\.assets\[1\]\.asset_quantity: nan is not a finite number"),
        ("portfolio/assets/1/asset_quantity", 10**400, r"portfolios\[0\]\.assets\[1\]\.asset_quantity: 10+ is not a finite number"),
    ],
)
def test_a_bad_document_is_named_with_user_and_field(path: str, value: Any, sentence: str) -> None:
    with pytest.raises(DataError, match=rf"^The document of user 'user_009' cannot be used: {sentence}"):
        converted(changed(UPLOADED, path, value))


def test_quantities_that_add_up_to_infinity_are_refused() -> None:
    huge = [{"asset_ticker": "AMZN", "asset_quantity": 1.7e308}] * 2
    with pytest.raises(DataError, match=r"portfolios\[0\]\.assets: The quantity of AMZN must be a finite number"):
        converted(changed(UPLOADED, "portfolio/assets", huge))


@pytest.mark.parametrize("user_id", [..., None, 7, ""])
def test_a_document_without_user_id_is_refused(user_id: Any) -> None:
    for function in (converted, portfolios_of):
        with pytest.raises(DataError, match=r"A user document \(_id 'user_009'\) has no usable user_id"):
            function(changed(UPLOADED, "user_id", user_id))


def test_converted_refuses_user_ids_that_an_id_cannot_carry() -> None:
    with pytest.raises(InvalidInput, match=r"A user id consists of .*'w\.brown'"):
        converted({**UPLOADED, "user_id": "w.brown"})


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("portfolios", ..., "portfolios: it is missing"),
        ("portfolios", {}, "portfolios: it is not a list"),
        ("portfolios/0", None, r"portfolios\[0\]: None is not an object"),
        ("portfolios/0/portfolio_id", ..., r"portfolios\[0\]\.portfolio_id: it is missing"),
    ],
)
def test_a_bad_converted_document_is_named_with_user_and_field(path: str, value: Any, sentence: str) -> None:
    with pytest.raises(DataError, match=rf"^The document of user 'user_009' cannot be used: {sentence}"):
        portfolios_of(changed(converted(UPLOADED), path, value))


def test_the_same_id_twice_is_refused() -> None:
    document = converted(UPLOADED)
    with pytest.raises(DataError, match=r"portfolios\[1\]\.portfolio_id: 'income-portfolio.user_009' is there twice"):
        portfolios_of({**document, "portfolios": document["portfolios"] * 2})


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (None, None),
        ("", None),
        ("2023-01-31", dt.datetime(2023, 1, 31, tzinfo=dt.UTC)),
        ("2023-01-31T12:00:00+02:00", dt.datetime(2023, 1, 31, 10, tzinfo=dt.UTC)),
        (dt.datetime(2023, 1, 31, 12), dt.datetime(2023, 1, 31, 12, tzinfo=dt.UTC)),
        (dt.date(2023, 1, 31), dt.datetime(2023, 1, 31, tzinfo=dt.UTC)),
    ],
)
def test_moments_are_utc_and_can_be_stored(value: Any, moment: dt.datetime | None) -> None:
    document = converted(changed(UPLOADED, "portfolio/portfolio_created_at", value))
    (portfolio,) = portfolios_of(decode(encode(document), place="memory"))
    assert portfolio.created_at == moment


@pytest.mark.parametrize(
    ("username", "name"), [("william_brown", "William Brown"), ("anna.de_McDonald", "Anna De McDonald"), ("", "user_009"), (None, "user_009")]
)
def test_owner_names(username: str | None, name: str) -> None:
    (portfolio,) = portfolios_of(converted({**UPLOADED, "username": username}))
    assert portfolio.owner_name == name


def test_an_empty_portfolio_and_a_user_without_portfolios_are_fine() -> None:
    (portfolio,) = portfolios_of(converted(changed(UPLOADED, "portfolio/assets", [])))
    assert portfolio.positions == ()
    assert portfolios_of(converted({"user_id": "user_001", "portfolios": []})) == ()


def test_one_portfolio_is_found_by_reading_one_document() -> None:
    shelf = Shelf(converted(UPLOADED), converted({**UPLOADED, "user_id": "user_010"}))
    assert find_portfolio(shelf, "income-portfolio.user_010").owner_id == "user_010"  # type: ignore[arg-type]
    assert shelf.read == ["user_010"]


@pytest.mark.parametrize(
    "id", ["", "income-portfolio", "income-portfolio.", ".", "other.user_009", "income-portfolio.user_999", "a.b.user_009", "x.\0", "x.a b"]
)
def test_an_unknown_portfolio_is_not_found(id: str) -> None:
    with pytest.raises(NotFound) as caught:
        find_portfolio(Shelf(converted(UPLOADED)), id)  # type: ignore[arg-type]
    assert (caught.value.kind, caught.value.id) == ("portfolio", id)


def test_a_bad_neighbour_does_not_hide_a_portfolio_but_itself_is_named() -> None:
    document = converted({"user_id": "u", "portfolios": [{**UPLOADED["portfolio"]}, {**UPLOADED["portfolio"], "portfolio_name": "Bad"}]})
    shelf = Shelf(changed(document, "portfolios/1/assets", None))
    assert find_portfolio(shelf, "income-portfolio.u").name == "Income Portfolio"  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"portfolios\[1\]\.assets: it is missing"):
        find_portfolio(shelf, "bad.u")  # type: ignore[arg-type]


def test_listing_raises_at_a_bad_document_or_reports_it_and_goes_on() -> None:
    good = converted(UPLOADED)
    shelf = Shelf(changed({**good, "_id": "user_001", "user_id": "user_001"}, "portfolios", []), {"_id": "user_002", "user_id": "user_002"}, good)
    with pytest.raises(DataError, match="'user_002'"):
        [*list_portfolios(shelf)]  # type: ignore[arg-type]
    errors: list[FarpError] = []
    assert [portfolio.id for portfolio in list_portfolios(shelf, on_error=errors.append)] == ["income-portfolio.user_009"]  # type: ignore[arg-type]
    assert len(errors) == 1
    assert "'user_002'" in str(errors[0])
