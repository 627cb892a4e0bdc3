"""The depth of a row of the book is the single topics of that portfolio, bit for bit, whoever else is in the book."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from farp.analysis import AnalysisSpec, analyse, window_of
from farp.analysis.book import grouped
from farp.analysis.book_depth import Depth, depths
from farp.analysis.pca import portfolio_components
from farp.analysis.sensitivity import sensitivities
from farp.analysis.stress import stresses
from farp.engine.factor_model import regress
from farp.errors import DataError
from farp.market import Factor, FactorSet, PriceHistory
from farp.portfolio import Portfolio, Position
from farp.prices.sample import load_sample
from farp.report.documents.common import row
from farp.report.documents.depth import COMPONENTS, depth_document
from farp.report.documents.pca import pca_document
from farp.report.documents.report import factor_contributions_document
from farp.report.documents.stress import stress_document
from tests.markets import instrument, market, wandering
from tests.property.strategies import seeds, steady

DAYS = 1_300  # back to the scenarios of 2018
TICKERS = tuple(f"T{i}" for i in range(8))


def gappy_market(seed: int) -> PriceHistory:
    """Shares with gaps, late starts and stops, in dollars and euros, and two factors, one of which may begin late or miss days."""
    rng = np.random.default_rng(seed)
    closes = {ticker: wandering(DAYS, seed + i) for i, ticker in enumerate(TICKERS)}
    closes |= {"EURUSD": wandering(DAYS, seed + 50, start=1.1), "M": wandering(DAYS, seed + 60), "F": wandering(DAYS, seed + 70)}
    closes["T1"][: rng.integers(0, DAYS)] = np.nan
    closes["T2"][rng.integers(0, DAYS, 5)] = np.nan
    closes["T6"][: DAYS - 400] = np.nan
    closes["T7"][:] = 20.0
    closes["F"][: rng.integers(0, DAYS)] = np.nan
    if rng.random() < 0.5:
        closes["M"][rng.integers(0, DAYS, rng.integers(1, 40))] = np.nan
    factors = FactorSet(
        name="two", factors=(Factor(name="Market", legs=(("M", 1.0),)), Factor(name="Other", legs=(("F", 1.0), ("M", -1.0)), duration_years=8.0))
    )
    facts = [instrument("T4", currency="EUR", sector="Energy"), instrument("T5", sector="Energy", country="DE")]
    return market(closes, benchmark="M", instruments=facts, factors=factors)


def random_portfolios(seed: int, count: int, tickers: tuple[str, ...], most: int = 12) -> list[Portfolio]:
    rng = np.random.default_rng(seed)
    names = [*tickers, "CASH:USD", "CASH:EUR", "NOSUCH"]
    portfolios = []
    for i in range(count):
        held = rng.permutation(names)[: rng.integers(1, most)]
        positions = tuple(Position(str(ticker), float(rng.normal(5, 10))) for ticker in held)
        portfolios.append(Portfolio(id=f"p{i}", name=f"P {i}", positions=positions, base_currency="EUR" if rng.random() < 0.2 else "USD"))
    return portfolios


def every_depth(portfolios: list[Portfolio], history: PriceHistory) -> list[Depth]:
    groups, _ = grouped(portfolios, history)
    return [depth for group in groups for depth in depths(group, history)]


def alone(portfolio: Portfolio, history: PriceHistory) -> dict[str, Any]:
    """What the document of the book has to say, from the topics' own functions and documents."""
    spec = AnalysisSpec()
    window = window_of(portfolio, history)
    document: dict[str, Any] = {"pca": None, "sensitivity": None, "because": {}}
    try:
        document |= factor_contributions_document(analyse(portfolio, history, None, spec))
    except DataError as error:
        document["because"]["factor_contributions"] = str(error)
    try:
        found = sensitivities(window, history)
        document["sensitivity"] = [
            {"factor": shock.factor.name, "factor_return_pct": row(shock.returns, 100.0), "profit_and_loss_amount": row(rungs)}
            for shock, rungs in zip(found.shocks, found.ladder.profit_and_loss, strict=True)
        ]
    except DataError as error:
        document["because"]["sensitivity"] = str(error)
    try:
        parts = pca_document(portfolio_components(window))
        document["pca"] = {
            "explained_pct": [part["explained_pct"] for part in parts["components"]][:COMPONENTS],
            "variance_share_pct": [part["variance_share_pct"] for part in parts["components"]][:COMPONENTS],
            "exposure_amount": [part["exposure_amount"] for part in parts["components"]][:COMPONENTS],
            "readings": [part["reading"] for part in parts["components"]][:COMPONENTS],
            "components_for_90_pct": parts["components_for_90_pct"],
        }
    except DataError as error:
        document["because"]["pca"] = str(error)
    results = stresses(window, history, examples=())
    told = stress_document(results)
    kept = ("id", "name", "profit_and_loss_amount", "profit_and_loss_pct", "covered_pct")
    by_id = {one["id"]: {key: one[key] for key in kept} for one in told["scenarios"]}
    ranked = [by_id[one.scenario.id] for one in results.ranked]
    document["stress"] = {"scenarios": [by_id[one.scenario.id] for one in results.results], "worst": ranked[0] if ranked else None}
    return document


def compare(portfolios: list[Portfolio], history: PriceHistory) -> list[dict[str, Any]]:
    documents = []
    for depth in every_depth(portfolios, history):
        document = depth_document(depth)
        assert json.dumps(document, sort_keys=True) == json.dumps(alone(depth.portfolio, history), sort_keys=True), depth.portfolio
        documents.append(document)
    return documents


@steady
@given(seeds, st.integers(1, 8))
def test_a_row_is_the_topics_of_the_portfolio_bit_for_bit(seed: int, count: int) -> None:
    compare(random_portfolios(seed, count, TICKERS), gappy_market(seed))


def test_so_it_is_for_real_prices_and_every_scenario() -> None:
    history = load_sample()
    holdable = tuple(ticker for ticker in history.tickers if (known := history.instrument(ticker)) and known.holdable)
    documents = compare(random_portfolios(11, 40, holdable, most=30), history)
    totals = [scenario["profit_and_loss_amount"] for document in documents for scenario in document["stress"]["scenarios"]]
    assert len(documents) > 30
    assert totals.count(None) < len(totals) / 10
    assert any(document.get("matrix") for document in documents)


def test_a_portfolio_is_the_same_in_any_company() -> None:
    history = load_sample()
    portfolios = random_portfolios(12, 25, ("AAPL", "XOM", "GLD", "MSFT", "BTC-USD", "EURUSD", "UST10Y"), most=7)
    among = {depth.portfolio.id: depth_document(depth) for depth in every_depth(portfolios, history)}
    assert among
    for portfolio in portfolios:
        for depth in every_depth([portfolio], history):
            assert repr(depth_document(depth)) == repr(among[portfolio.id])


def test_a_book_of_portfolios_is_left_as_it_is() -> None:
    """SciPy sorts the entries of a sparse matrix on some occasions; they stand in the order in which a portfolio lists its holdings."""
    portfolio = Portfolio(id="p", name="P", positions=(Position("XOM", 1.0), Position("AAPL", -1.0), Position("GLD", 2.0)))
    other = Portfolio(id="q", name="Q", positions=(Position("GLD", 1.0), Position("XOM", 1.0), Position("AAPL", 1.0)))
    (group,), _ = grouped([portfolio, other], load_sample())
    before = group.market_values.indices.tolist()
    assert before[3:] == [2, 0, 1]
    list(depths(group, load_sample()))
    assert group.market_values.indices.tolist() == before


@steady
@given(seeds, st.integers(1, 40), st.integers(1, 5), st.integers(60, 300))
def test_a_regression_has_the_same_bits_alone_and_among_many(seed: int, rows: int, factors: int, days: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(0, 0.01, (factors, days)), rng.normal(0, 0.01, (rows, days))
    together = regress(y, x)
    for order in ("C", "F"):
        again = regress(np.asarray(y, order=order), x)
        assert np.array_equal(again.residual_variance, together.residual_variance)
    for i in range(rows):
        one, of_many = regress(y[i], x), together.of_rows(np.array([i]))
        for name in ("loadings", "intercepts", "standard_errors", "t_statistics", "r_squared", "residual_variance"):
            assert getattr(one, name).tobytes() == getattr(of_many, name).tobytes(), name


def test_without_factors_the_reasons_are_said() -> None:
    history = market({"A": wandering(400, 1)})
    (depth,) = every_depth([Portfolio(id="p", name="P", positions=(Position("A", 1.0),))], history)
    document = depth_document(depth)
    assert "matrix" not in document
    assert document["sensitivity"] is None
    assert document["because"]["factor_contributions"] == document["because"]["sensitivity"] == depth.no_factors_because
    assert document["pca"]["readings"] == ["A on its own"]
    (still,) = every_depth([Portfolio(id="p", name="P", positions=(Position("CASH:USD", 10.0),))], history)
    assert "pca" in depth_document(still)["because"]
    assert depth_document(still)["pca"] is None
