"""Scenarios on portfolios of the bundled prices: what has to hold whatever is held."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farp.analysis import Window, window_of
from farp.analysis.reverse_stress import reverse_stress
from farp.analysis.stress import Scene, hypothetical_stress, stresses
from farp.engine.stress_library import HypotheticalScenario, Shock, ShockKind, ShockMode
from farp.prices.sample import load_sample
from tests.markets import holding

TICKERS = ("AAPL", "XOM", "NVDA", "UST10Y", "GLD", "BTC-USD", "CASH:EUR", "CASH:USD", "EURUSD")
books = st.dictionaries(st.sampled_from(TICKERS), st.integers(-500, 500).filter(bool), min_size=1, max_size=6)
given_shocks = st.dictionaries(
    st.sampled_from(
        [
            (ShockKind.FACTOR, "Market"),
            (ShockKind.FACTOR, "Rates"),
            (ShockKind.SECTOR, "Energy"),
            (ShockKind.ASSET_CLASS, "EQUITY"),
            (ShockKind.CURRENCY, "EUR"),
            (ShockKind.TICKER, "AAPL"),
        ]
    ),
    st.floats(-0.9, 2.0),
    min_size=1,
    max_size=4,
)


@functools.lru_cache(maxsize=256)
def _window(book: tuple[tuple[str, int], ...]) -> Window:
    return window_of(holding(dict(book)), load_sample())


def window(book: dict[str, int]) -> Window:
    return _window(tuple(sorted(book.items())))


def scenario(sizes: dict[tuple[ShockKind, str], float], mode: ShockMode, scale: float = 1.0) -> HypotheticalScenario:
    return HypotheticalScenario(
        name="x", mode=mode, shocks=tuple(Shock(kind=kind, name=name, size=scale * size) for (kind, name), size in sizes.items())
    )


@settings(max_examples=30, deadline=None)
@given(book=books)
def test_holdings_add_up_and_shorting_everything_turns_the_sign(book: dict[str, int]) -> None:
    mine, other = window(book), window({ticker: -quantity for ticker, quantity in book.items()})
    for one, opposite in zip(stresses(mine, load_sample()).results, stresses(other, load_sample()).results, strict=True):
        assert one.available == opposite.available
        assert 0.0 <= one.priced <= one.covered <= 1.0 + 1e-12
        if one.total is None or opposite.total is None:
            continue
        scale = mine.gross * max(1.0, float(np.nanmax(np.abs(one.moves))))
        assert one.total == pytest.approx(np.nansum(one.profit_and_loss), abs=1e-9 * scale)
        assert one.total == pytest.approx(-opposite.total, abs=1e-9 * scale)
        assert np.nansum(np.abs(one.profit_and_loss)) == pytest.approx(np.nansum(np.abs(mine.market_values * one.moves)), abs=1e-9 * scale)
        if mine.net_asset_value > 0:
            assert one.fraction == pytest.approx(one.total / mine.net_asset_value)
        else:
            assert one.fraction is None


@settings(max_examples=30, deadline=None)
@given(book=books, sizes=given_shocks, mode=st.sampled_from(ShockMode))
def test_half_the_shock_is_half_the_outcome_and_none_is_nothing(
    book: dict[str, int], sizes: dict[tuple[ShockKind, str], float], mode: ShockMode
) -> None:
    scene = Scene(window=window(book), history=load_sample())
    if mode is ShockMode.PROPAGATED:  # a group nothing is held in cannot be propagated from, and shocks on parts of each other may contradict
        sizes = {what: size for what, size in sizes.items() if what[0] in {ShockKind.FACTOR, ShockKind.CURRENCY}} or {(ShockKind.FACTOR, "Gold"): 0.1}
    whole = hypothetical_stress(scene, scenario(sizes, mode))
    half = hypothetical_stress(scene, scenario(sizes, mode, 0.5))
    none = hypothetical_stress(scene, scenario(sizes, mode, 0.0))
    assert whole.total is not None
    assert half.total is not None
    scale = scene.window.gross * max(1.0, float(np.abs(whole.moves).max()))
    assert half.total == pytest.approx(whole.total / 2, abs=1e-9 * scale)
    assert (none.total, none.still) == (0.0, True)
    if mode is ShockMode.PROPAGATED:
        assert half.distance == pytest.approx((whole.distance or 0.0) / 2, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(book=books, loss=st.floats(0.001, 5.0), horizon=st.integers(1, 60))
def test_the_reverse_move_loses_what_was_asked_and_scales(book: dict[str, int], loss: float, horizon: int) -> None:
    mine = window(book | {"AAPL": 400})
    amount = loss * mine.gross
    one = reverse_stress(mine, load_sample(), None, horizon, loss_amount=amount)
    twice = reverse_stress(mine, load_sample(), None, horizon, loss_amount=2 * amount)
    assert one.result.profit_and_loss.sum() == pytest.approx(-amount, rel=1e-9)
    assert twice.result.factor_moves == pytest.approx(2 * one.result.factor_moves, rel=1e-9)
    assert twice.result.distance == pytest.approx(2 * one.result.distance, rel=1e-9)
    assert 0 <= twice.result.days_as_bad <= one.result.days_as_bad <= one.result.observations
    assert (one.worst <= -amount) == (one.result.days_as_bad > 0)


@settings(max_examples=15, deadline=None)
@given(book=books)
def test_the_reverse_move_applied_as_a_scenario_loses_the_same(book: dict[str, int]) -> None:
    mine = window(book | {"AAPL": 400})
    found = reverse_stress(mine, load_sample(), None, 21, loss_amount=0.001 * mine.gross)
    scene = Scene(window=mine, history=load_sample())
    moves = {(ShockKind.FACTOR, name): float(move) for name, move in zip(found.factors.names, found.result.factor_moves, strict=True)}
    applied = hypothetical_stress(scene, scenario(moves, ShockMode.DIRECT))
    assert applied.total == pytest.approx(-found.result.loss, rel=1e-9)
    assert applied.profit_and_loss == pytest.approx(found.result.profit_and_loss, rel=1e-9, abs=1e-9)
