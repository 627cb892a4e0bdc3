"""Who causes the risk of portfolios on real-like markets: every breakdown sums to the same figures, and every group to its holdings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farp.analysis import window_of
from farp.analysis.contributions import Breakdown, Contributions, View, contributions
from farp.engine.contribution import component_expected_shortfall
from farp.engine.methods.parametric_normal import parametric_normal
from farp.engine.value_at_risk import historical_expected_shortfall, historical_tails
from farp.market import Factor, FactorSet, PriceHistory
from farp.prices.sample import load_sample
from tests.markets import holding
from tests.property.strategies import TICKERS, quantities, seeds, small_market, steady

confidences = st.one_of(st.sampled_from([0.9, 0.95, 0.99, 0.999]), st.floats(0.9, 0.999))
views = st.sampled_from(list(View))
dents = st.integers(0, 2).map(lambda count: 7 * count)

SAMPLE = load_sample()
CURRENT = [ticker for ticker in SAMPLE.tickers if np.isfinite(SAMPLE.close(ticker)[-253:]).sum() > 245 and SAMPLE.instruments[ticker].holdable] + [
    "CASH:USD",
    "CASH:EUR",
]
real_books = st.lists(st.sampled_from(CURRENT), min_size=1, max_size=20, unique=True).flatmap(
    lambda tickers: st.fixed_dictionaries({ticker: st.floats(-1e6, 1e6).filter(lambda amount: abs(amount) > 1.0) for ticker in tickers})
)


def total(result: Contributions, field: str) -> float:
    return sum(getattr(part, field) or 0.0 for part in result.contributors)


def assert_adds_up(held: dict[str, float], history: PriceHistory, view: View, confidence: float) -> None:
    window = window_of(holding(held), history)
    profit = window.profit_and_loss
    tail = historical_tails(profit, (confidence,))[0] if view is View.HISTORICAL else parametric_normal(profit, (confidence,)).tails[0]
    slack = {"rel": 1e-8, "abs": 1e-9 * float(np.abs(window.position_profit_and_loss).sum(axis=0).max())}
    for by in Breakdown:
        whole = contributions(window, history, by, view, confidence)
        assert (whole.value_at_risk, whole.expected_shortfall) == (float(tail.value_at_risk), float(tail.expected_shortfall))
        assert total(whole, "component_expected_shortfall") == pytest.approx(whole.expected_shortfall, **slack)
        if whole.nothing_because is None:
            assert total(whole, "share") == pytest.approx(1.0, rel=1e-6)
            assert total(whole, "component_value_at_risk") == pytest.approx(whole.value_at_risk, **slack)
        if by is Breakdown.POSITION:
            continue
        for part in whole.contributors:
            inside = contributions(window, history, by, view, confidence, group=part.name)
            assert total(inside, "component_expected_shortfall") == pytest.approx(part.component_expected_shortfall, **slack)
            assert total(inside, "component_value_at_risk") == pytest.approx(part.component_value_at_risk or 0.0, **slack)
        if by is not Breakdown.FACTOR:
            assert sorted(i for part in whole.contributors for i in part.holdings) == list(range(len(window.holdings)))
            assert total(whole, "amount") == pytest.approx(window.net_asset_value, rel=1e-9, abs=1e-9 * window.gross)


@steady
@given(quantities, dents, views, confidences)
def test_every_breakdown_of_a_made_up_book_sums_to_the_same_total(held: dict[str, float], holes: int, view: View, confidence: float) -> None:
    assert_adds_up(held, small_market(dents=holes), view, confidence)


@steady
@given(real_books, views, confidences)
def test_every_breakdown_of_a_real_book_sums_to_the_same_total(amounts: dict[str, float], view: View, confidence: float) -> None:
    closes = {ticker: 1.0 if ticker.startswith("CASH:") else float(SAMPLE.close(ticker)[-1]) for ticker in amounts}
    assert_adds_up({ticker: amount / closes[ticker] for ticker, amount in amounts.items()}, SAMPLE, view, confidence)


@steady
@given(quantities, st.sampled_from(TICKERS[:4]), views, confidences)
def test_twice_the_book_has_twice_the_parts_and_the_same_shares(held: dict[str, float], factor: str, view: View, confidence: float) -> None:
    history = small_market()
    own = FactorSet(name="own", factors=(Factor(name=factor, legs=((factor, 1.0),)),))
    doubled = {ticker: 2.0 * quantity for ticker, quantity in held.items()}
    for by in Breakdown:
        one, two = (contributions(window_of(holding(book), history), history, by, view, confidence, own) for book in (held, doubled))
        assert (one.nothing_because is None) == (two.nothing_because is None)
        twins = {part.name: part for part in two.contributors}
        slack = {"rel": 1e-9, "abs": 1e-9 * one.window.gross}
        for part in one.contributors:
            twin = twins[part.name]
            assert twin.component_expected_shortfall == pytest.approx(2 * part.component_expected_shortfall, **slack)
            assert twin.incremental_value_at_risk == pytest.approx(2 * part.incremental_value_at_risk, **slack)
            assert (twin.share is None) == (part.share is None)
            assert (twin.share or 0.0) == pytest.approx(part.share or 0.0, rel=1e-6, abs=1e-6)


@steady
@given(seeds, st.integers(1, 6), confidences)
def test_the_part_in_the_shortfall_is_the_amount_times_its_slope(seed: int, positions: int, confidence: float) -> None:
    """Euler's theorem by a finite difference: the ES is linear as long as the tail days stay the same."""
    rng = np.random.default_rng(seed)
    profit = rng.normal(0, 100, (positions, 120))
    parts, step = component_expected_shortfall(profit, confidence), 1e-7
    for i in range(positions):
        up, down = ((profit * (1 + sign * step * (np.arange(positions) == i)[:, None])).sum(axis=0) for sign in (1, -1))
        slope = (historical_expected_shortfall(up, confidence) - historical_expected_shortfall(down, confidence)) / (2 * step)
        assert parts[i] == pytest.approx(float(slope), rel=1e-4, abs=1e-3)
