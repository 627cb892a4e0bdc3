"""Whatever happens after the as-of date, and in whatever order pieces of a history arrive, the answer is the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from farp.analysis import AnalysisSpec, RiskReport, analyse
from farp.market import PriceHistory
from farp.prices.archive import Change, empty, merged, tail_start
from farp.prices.protocol import Closes, assembled, closes_of
from farp.prices.review import gaps, jumps
from tests.markets import holding, instrument, market, one_factor, wandering

DAYS = 120
SPEC = AnalysisSpec(lookback_days=60)
AT = dt.datetime(2022, 12, 29, tzinfo=dt.UTC)

positive = st.floats(0.01, 1e6, allow_nan=False)


def known(seed: int) -> PriceHistory:
    closes = {name: wandering(DAYS, seed + i) for i, name in enumerate(("A", "B", "M"))} | {
        "EURUSD": wandering(DAYS, seed + 9, start=1.1, volatility=0.004)
    }
    return market(closes, instruments=[instrument("B", currency="EUR")], benchmark="M", factors=one_factor("M"))


def figures(report: RiskReport) -> list[object]:
    """Every number, date and sentence of a report but the day that was asked for."""
    told: list[object] = [report.as_of, report.net_asset_value, report.observations, report.excluded, report.notes]
    told += [(one.amount, one.expected_shortfall, one.interval_low, one.interval_high, one.overlapping_amount) for one in report.value_at_risk]
    told += [holding.market_value for holding in report.holdings]
    told += report.profit_and_loss.tolist() + report.value.values.tolist() + report.drawdown.underwater.values.tolist()
    told += [report.benchmark.beta if report.benchmark else None, report.volatility, report.sharpe_ratio]
    told += report.factors.regression.loadings.ravel().tolist() if report.factors else []
    return told


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    back=st.integers(1, 40),
    later=st.lists(st.one_of(positive, st.just(math.nan)), min_size=40 * 4, max_size=40 * 4),
    cut=st.booleans(),
)
def test_nothing_after_the_as_of_date_can_change_the_answer(seed: int, back: int, later: list[float], cut: bool) -> None:
    history = known(seed)
    portfolio = holding({"A": 10.0, "B": -3.0, "CASH:EUR": 100.0, "CASH:USD": 5000.0})
    as_of = history.dates[-1 - back].item()
    closes = history.closes.copy()
    closes[-back:, :] = np.array(later).reshape(40, 4)[:back]
    other = dataclasses.replace(history, closes=closes)
    if cut:  # the future is not even there
        other = dataclasses.replace(history, closes=history.closes[:-back], dates=history.dates[:-back])
    assert figures(analyse(portfolio, other, as_of, SPEC)) == figures(analyse(portfolio, history, as_of, SPEC))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    back=st.integers(1, 40),
    begins=st.integers(0, 39),
    pair=st.sampled_from(["EURGBP", "GBPEUR"]),
    base=st.sampled_from(["EUR", "GBP", "USD"]),
    value=positive,
)
def test_a_series_that_begins_after_the_as_of_date_cannot_change_the_answer(
    seed: int, back: int, begins: int, pair: str, base: str, value: float
) -> None:
    closes = {name: wandering(DAYS, seed + i) for i, name in enumerate(("A", "B", "M"))}
    closes |= {name: wandering(DAYS, seed + 9 + i, start=1.1, volatility=0.004) for i, name in enumerate(("EURUSD", "GBPUSD"))}
    late = np.full(DAYS, np.nan)
    late[DAYS - back + min(begins, back - 1) :] = value
    facts = [instrument("A", currency="EUR"), instrument("B", currency="GBP")]
    without = market(closes, instruments=facts, benchmark="M", factors=one_factor("M"))
    with_it = market({**closes, pair: late, "NEW": late}, instruments=facts, benchmark="M", factors=one_factor("M"))
    portfolio = holding({"A": 10.0, "B": -3.0, "CASH:GBP": 100.0, "CASH:EUR": 5000.0}, base_currency=base)
    as_of = without.dates[-1 - back].item()
    assert figures(analyse(portfolio, with_it, as_of, SPEC)) == figures(analyse(portfolio, without, as_of, SPEC))


@st.composite
def histories(draw: st.DrawFn) -> Closes:
    count = draw(st.integers(12, 60))
    days = np.datetime64("2022-01-03") + np.cumsum(draw(st.lists(st.integers(1, 4), min_size=count, max_size=count)))
    values = draw(st.lists(positive, min_size=count, max_size=count))
    return closes_of(instrument("A"), days, np.array(values))


def part(whole: Closes, first: int, stop: int) -> Closes:
    return Closes(instrument=whole.instrument, dates=whole.dates[first:stop], closes=whole.closes[first:stop])


@settings(max_examples=100, deadline=None)
@given(whole=histories(), stops=st.lists(st.integers(1, 60), max_size=5))
def test_a_history_that_arrives_in_tails_is_the_history(whole: Closes, stops: list[int]) -> None:
    record = empty("yahoo", "A")
    for stop in [*sorted(min(stop, len(whole.dates)) for stop in stops), len(whole.dates)]:
        start = tail_start(record)
        first = 0 if start is None else int(np.searchsorted(whole.dates, np.datetime64(start)))
        record, change = merged(record, part(whole, first, stop), whole_since=None, whole=start is None, at=AT)
        assert change is not Change.REFUSED
    assert np.array_equal(record.dates, whole.dates)
    assert np.array_equal(record.closes, whole.closes)
    assert record.events == ()


@settings(max_examples=100, deadline=None)
@given(whole=histories(), place=st.integers(1, 10), factor=st.sampled_from([0.5, 0.999, 1.001, 2.0, 10.0]))
def test_a_changed_past_is_never_mixed_with_the_old_one(whole: Closes, place: int, factor: float) -> None:
    record, _ = merged(empty("yahoo", "A"), whole, whole_since=None, whole=True, at=AT)
    closes = whole.closes.copy()
    closes[: len(closes) - place + 1] *= factor  # at least one close of the overlap is another one
    now = Closes(instrument=whole.instrument, dates=whole.dates, closes=closes)
    same, change = merged(record, part(now, len(closes) - 10, len(closes)), whole_since=None, whole=False, at=AT)
    assert change is Change.REFUSED
    assert same is record
    anew, change = merged(record, now, whole_since=None, whole=True, at=AT)
    assert change is Change.REPLACED
    assert np.array_equal(anew.closes, closes)
    assert len(anew.events) == 1


@settings(max_examples=100, deadline=None)
@given(whole=histories(), stop=st.integers(1, 60))
def test_storing_the_same_twice_is_storing_it_once(whole: Closes, stop: int) -> None:
    once, _ = merged(empty("yahoo", "A"), part(whole, 0, stop), whole_since=None, whole=True, at=AT)
    tail = part(whole, max(0, min(stop, len(whole.dates)) - 10), len(whole.dates))
    first, _ = merged(once, tail, whole_since=None, whole=False, at=AT)
    second, change = merged(first, tail, whole_since=None, whole=False, at=AT)
    assert change is Change.UNCHANGED
    assert np.array_equal(first.closes, second.closes)


@given(st.lists(histories(), min_size=1, max_size=4))
def test_one_table_holds_exactly_the_series(parts: list[Closes]) -> None:
    named = [Closes(instrument=instrument(f"T{i}"), dates=one.dates, closes=one.closes) for i, one in enumerate(parts)]
    history = assembled(named, source="s", source_label="S", benchmark="T0", factors=one_factor("T0"))
    assert int(np.isfinite(history.closes).sum()) == sum(len(one.dates) for one in named)
    assert np.isfinite(history.closes).any(axis=1).all()
    for one in named:
        priced = np.isfinite(history.close(one.ticker))
        assert np.array_equal(history.dates[priced], one.dates)
        assert np.array_equal(history.close(one.ticker)[priced], one.closes)


@given(histories(), positive)
def test_jumps_do_not_depend_on_the_unit_of_quotation_and_gaps_not_on_closes(whole: Closes, unit: float) -> None:
    scaled = [jump.date for jump in jumps(whole.dates, whole.closes * unit, 0.25)]
    near = np.abs(np.abs(whole.closes[1:] / whole.closes[:-1] - 1.0) - 0.25) < 1e-9
    if not near.any():
        assert scaled == [jump.date for jump in jumps(whole.dates, whole.closes, 0.25)]
    for gap in gaps(whole.dates):
        inside = (whole.dates >= np.datetime64(gap.first)) & (whole.dates <= np.datetime64(gap.last)) & np.is_busday(whole.dates)
        assert not inside.any()
        assert gap.business_days == np.busday_count(gap.first, gap.last) + 1
