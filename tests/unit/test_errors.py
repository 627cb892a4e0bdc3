"""The exception tree: one root, sentences for the user, and a safe journey between processes."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest

from farp import errors
from farp.errors import FarpError, InsufficientHistory, InvalidInput, NotFound, NothingToAnalyse

EXAMPLES: tuple[FarpError, ...] = (
    errors.FarpError("Something is wrong."),
    errors.InvalidInput("confidence must lie in (0.5, 1), got 2."),
    errors.DataError("There are no prices."),
    errors.InsufficientHistory(12, 20),
    errors.InsufficientHistory(12, 20, "META starts on 18 May 2012"),
    errors.NothingToAnalyse("p1"),
    errors.NothingToAnalyse("p1", ("SPY has no price",), dt.date(2022, 12, 28)),
    errors.NoPrices("Yahoo, nothing fetched yet"),
    errors.NotFound("portfolio", "p1"),
    errors.NoPortfolios(),
    errors.Conflict("portfolio", "p1"),
    errors.InProgress("run", "r1"),
    errors.Forbidden("This portfolio belongs to somebody else."),
    errors.SourceUnavailable("The database does not answer."),
)


def every_class(root: type[FarpError] = FarpError) -> set[type[FarpError]]:
    return {root}.union(*(every_class(child) for child in root.__subclasses__()))


def test_the_examples_below_cover_every_exception_class() -> None:
    defined = {cls for cls in every_class() if cls.__module__ == errors.__name__}
    assert {type(example) for example in EXAMPLES} == defined


@pytest.mark.parametrize("error", EXAMPLES, ids=repr)
@pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
def test_an_exception_survives_pickling_with_its_text_and_attributes(error: FarpError, protocol: int) -> None:
    copy = pickle.loads(pickle.dumps(error, protocol))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert copy.args == error.args
    assert vars(copy) == vars(error)


@pytest.mark.parametrize("error", EXAMPLES, ids=repr)
def test_the_text_ends_as_a_sentence(error: FarpError) -> None:
    assert str(error).endswith(".")


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        (errors.InvalidInput, FarpError),
        (errors.DataError, FarpError),
        (errors.NotFound, FarpError),
        (errors.Forbidden, FarpError),
        (errors.SourceUnavailable, FarpError),
        (errors.NoPortfolios, errors.NotFound),
        (errors.InsufficientHistory, errors.DataError),
        (errors.NothingToAnalyse, errors.DataError),
    ],
)
def test_the_tree(child: type[FarpError], parent: type[FarpError]) -> None:
    assert child.__base__ is parent


def test_too_short_a_history_says_how_many_there_are_how_many_are_needed_and_why() -> None:
    text = str(InsufficientHistory(12, 20, "META is young"))
    assert "12 data points" in text
    assert "at least 20" in text
    assert "(META is young)" in text
    assert "(" not in str(InsufficientHistory(12, 20)).replace("(daily returns)", "")


def test_an_empty_portfolio_and_one_without_prices_read_differently() -> None:
    assert "holds no positions" in str(NothingToAnalyse("p1"))
    text = str(NothingToAnalyse("p1", ("SPY: no price", "IBM: no price"), dt.date(2022, 12, 28)))
    assert text.startswith("Nothing in portfolio 'p1' can be priced on 2022-12-28, so there are 0 data points.")
    assert text.endswith("2 positions are left out: SPY: no price; IBM: no price.")
    assert str(NothingToAnalyse("p1", ("x.",))).startswith(
        "Nothing in portfolio 'p1' can be priced, so there are 0 data points. 1 position is left out: x."
    )


def test_not_found_names_the_kind_and_the_id() -> None:
    assert str(NotFound("portfolio", "p9")) == "There is no portfolio 'p9'."


def test_an_empty_store_names_the_command_that_fills_it() -> None:
    assert "farp seed" in str(errors.NoPortfolios())


def test_catching_the_root_catches_all() -> None:
    with pytest.raises(FarpError):
        raise InvalidInput("No.")
