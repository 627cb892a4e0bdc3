"""Portfolios -> the two documents the store keeps of each: its headline, and what its factor contributions are drawn from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from farp.analysis import AnalysisSpec
from farp.analysis.book import Failure, Group, grouped, headlines
from farp.analysis.book_past import Past, pasts
from farp.errors import DataError, FarpError
from farp.market import PriceHistory
from farp.portfolio import Portfolio
from farp.report.documents.book import headline_document
from farp.report.documents.common import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What is stored of one portfolio, or why there is nothing: exactly one of `headline` and `failure` is None."""

    portfolio: Portfolio
    headline: JsonObject | None = None
    contributions: JsonObject | None = None
    past: Past | None = None
    failure: str | None = None


def results_of(
    portfolios: Iterable[Portfolio], history: PriceHistory, as_of: dt.date | None, spec: AnalysisSpec, depth: Callable[[Group], Iterable[JsonObject]]
) -> Iterator[Result]:
    """Yield the result of every portfolio; one that cannot be computed is a failure and costs no other.

    Parameters
    ----------
    depth
        Makes the second document of every portfolio of a group, in its order.
    """
    groups, failures = grouped(portfolios, history, as_of, spec)
    yield from (_failed(failure) for failure in failures)
    for group in groups:
        try:
            yield from _of_group(group, history, spec, depth)
        except (FarpError, ArithmeticError, ValueError):
            # one of them spoils the whole; alone each can only spoil itself
            yield from _one_by_one([selection.portfolio for selection in group.selections], history, as_of, spec, depth)


def _of_group(group: Group, history: PriceHistory, spec: AnalysisSpec, depth: Callable[[Group], Iterable[JsonObject]]) -> list[Result]:
    results = []
    for row, contributions, past in zip(headlines(group, history, spec), depth(group), pasts(group), strict=True):
        worst = (contributions.get("stress") or {}).get("worst")
        headline = headline_document(row, history, spec) | {"worst_stress": worst}
        results.append(Result(portfolio=row.portfolio, headline=headline, contributions=contributions, past=past))
    return results


def _one_by_one(
    portfolios: Sequence[Portfolio], history: PriceHistory, as_of: dt.date | None, spec: AnalysisSpec, depth: Callable[[Group], Iterable[JsonObject]]
) -> Iterator[Result]:
    for portfolio in portfolios:
        groups, failures = grouped([portfolio], history, as_of, spec)
        try:
            yield from (_failed(failure) for failure in failures)
            for group in groups:
                yield from _of_group(group, history, spec, depth)
        except FarpError as error:
            yield _failed(Failure(portfolio=portfolio, error=error))
        except (ArithmeticError, ValueError) as error:
            why = DataError(f"The figures of portfolio '{portfolio.id}' cannot be computed ({error}); look at its positions and their prices.")
            yield _failed(Failure(portfolio=portfolio, error=why))


def _failed(failure: Failure) -> Result:
    return Result(portfolio=failure.portfolio, failure=str(failure.error))
