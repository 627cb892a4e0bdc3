"""A row of the book's headline figures is the single analysis of that portfolio, bit for bit, whoever else is in the book."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.analysis import VOLATILITY_WINDOWS, RiskReport, Window, analyse, window_of
from farp.analysis.book import Headline, grouped, headlines, windows
from farp.errors import FarpError, InvalidInput, NothingToAnalyse
from farp.market import PriceHistory
from farp.portfolio import Portfolio, Position
from farp.prices.sample import load_sample
from tests.markets import instrument, market, wandering
from tests.property.strategies import seeds, steady

DAYS = 330


def gappy_market(seed: int) -> PriceHistory:
    """Shares with gaps, late starts and stops, in dollars and euros, and a benchmark that misses days now and then."""
    rng = np.random.default_rng(seed)
    closes = {f"T{i}": wandering(DAYS, seed + i) for i in range(8)} | {
        "EURUSD": wandering(DAYS, seed + 50, start=1.1),
        "B": wandering(DAYS, seed + 60),
    }
    closes["T1"][: rng.integers(0, DAYS)] = np.nan
    closes["T2"][rng.integers(0, DAYS, 5)] = np.nan
    closes["T3"][DAYS - rng.integers(1, 12) :] = np.nan
    if rng.random() < 0.5:
        closes["B"][rng.integers(0, DAYS, rng.integers(1, 40))] = np.nan
    return market(
        closes, benchmark="B", instruments=[instrument("T4", currency="EUR", sector="Energy"), instrument("T5", sector="Energy", country="DE")]
    )


def random_portfolios(seed: int, count: int) -> list[Portfolio]:
    rng = np.random.default_rng(seed)
    names = [*(f"T{i}" for i in range(8)), "CASH:USD", "CASH:EUR", "NOSUCH", "B"]
    portfolios = []
    for i in range(count):
        held = rng.permutation(names)[: rng.integers(0, len(names))]
        positions = tuple(Position(str(ticker), float(rng.normal(5, 10)) * bool(rng.random() > 0.05)) for ticker in held)
        portfolios.append(Portfolio(id=f"p{i}", name=f"P {i}", positions=positions, base_currency="EUR" if rng.random() < 0.2 else "USD"))
    return portfolios


def figures(row: Headline) -> dict[Any, Any]:
    return {
        "as_of": (row.as_of, row.as_of_because, row.observations, row.excluded),
        "value": (row.net_asset_value, row.gross),
        "tails": {key: (row.value_at_risk[key], row.expected_shortfall[key]) for key in row.value_at_risk},
        "drawdown": (
            row.maximum_drawdown,
            row.maximum_drawdown_amount,
            row.current_drawdown,
            row.current_drawdown_amount,
            row.peak_date,
            row.trough_date,
        ),
        "ratios": (dict(row.volatility), dict(row.sharpe_ratio), row.beta),
        "exposure": {dimension: dict(buckets) for dimension, buckets in row.exposure.items()},
        "concentration": tuple(float(value) for value in (row.concentration.largest_5, row.concentration.largest_10, row.concentration.herfindahl)),
    }


def figures_of_report(report: RiskReport) -> dict[Any, Any]:
    fall, concentration = report.drawdown, report.concentration
    return {
        "as_of": (
            report.as_of,
            next((note for note in report.notes if note.startswith("Computed as of")), None),
            report.observations,
            report.excluded,
        ),
        "value": (report.net_asset_value, report.gross),
        "tails": {(f.confidence, f.horizon_days): (f.amount, f.expected_shortfall) for f in report.value_at_risk},
        "drawdown": (fall.maximum, fall.maximum_amount, fall.current, fall.current_amount, fall.peak_date, fall.trough_date),
        "ratios": (report.volatility, report.sharpe_ratio, report.benchmark.beta if report.benchmark else None),
        "exposure": {
            dimension: {bucket: (float(long), float(short)) for bucket, long, short in zip(found.buckets, found.long, found.short, strict=True)}
            for dimension, found in report.exposure.items()
        },
        "concentration": tuple(float(value) for value in (concentration.largest_5, concentration.largest_10, concentration.herfindahl)),
    }


def compare(portfolios: list[Portfolio], history: PriceHistory) -> int:
    groups, failures = grouped(portfolios, history)
    rows = {row.portfolio.id: row for group in groups for row in headlines(group, history)}
    for window in (window for group in groups for window in windows(group)):
        assert same_window(window, window_of(window.portfolio, history, extra_days=max(VOLATILITY_WINDOWS))), window.portfolio
    failed = {failure.portfolio.id: failure.error for failure in failures}
    assert set(rows) | set(failed) == {portfolio.id for portfolio in portfolios}
    assert not set(rows) & set(failed)
    for portfolio in portfolios:
        row = rows.get(portfolio.id)
        in_the_book = repr(failed[portfolio.id]) if row is None else repr(figures(row))
        assert in_the_book == alone(portfolio, history), portfolio
    return len(rows)


def same_window(one: Window, other: Window) -> bool:
    first, second = one.valuation, other.valuation
    return (
        all(getattr(first, part.name) == getattr(second, part.name) for part in fields(first) if part.name not in {"dates", "prices"})
        and all(np.array_equal(getattr(first, name), getattr(second, name)) for name in ("dates", "prices"))
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("past_dates", "past_returns", "past_profit_and_loss"))
        and (one.lookback_days, one.source, one.source_label, one.notes) == (other.lookback_days, other.source, other.source_label, other.notes)
    )


def alone(portfolio: Portfolio, history: PriceHistory) -> str:
    try:
        return repr(figures_of_report(analyse(portfolio, history)))
    except FarpError as error:
        return repr(error)


@steady
@given(seeds, st.integers(1, 12))
def test_a_row_is_the_single_analysis_bit_for_bit(seed: int, count: int) -> None:
    compare(random_portfolios(seed, count), gappy_market(seed))


def test_so_it_is_for_real_prices_and_every_kind_of_portfolio() -> None:
    history = load_sample()
    rng = np.random.default_rng(5)
    portfolios = []
    for i in range(60):
        held = rng.permutation(history.tickers)[: rng.integers(1, 25)]
        portfolios.append(Portfolio(id=f"p{i}", name="P", positions=tuple(Position(str(t), float(rng.normal(5, 20))) for t in held)))
    assert compare(portfolios, history) > 50


def test_one_bad_portfolio_is_a_failure_with_its_reason_and_costs_no_other() -> None:
    good, empty = Portfolio(id="good", name="G", positions=(Position("T0", 1.0),)), Portfolio(id="empty", name="E", positions=())
    groups, failures = grouped([empty, good], gappy_market(1))
    assert [selection.portfolio.id for group in groups for selection in group.selections] == ["good"]
    (failure,) = failures
    assert isinstance(failure.error, NothingToAnalyse)
    assert failure.portfolio is empty


def test_a_lookback_shorter_than_the_windows_of_volatility_is_refused() -> None:
    from farp.analysis import AnalysisSpec

    with pytest.raises(InvalidInput, match="252"):
        grouped([], gappy_market(1), spec=AnalysisSpec(lookback_days=60))
