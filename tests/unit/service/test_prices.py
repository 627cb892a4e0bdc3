"""Prices as use cases: what is needed, what is in use, and what a person may change, over a store and without any network."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from farp.analysis import analyse
from farp.errors import InvalidInput, NoPrices, NotFound
from farp.portfolio import AssetClass, Position
from farp.prices.archive import Archive, Record
from farp.prices.protocol import Closes, Outcome
from farp.prices.sample import load_sample
from farp.service import Desk, open_desk
from farp.service.prices import PriceState, read_state, usable_benchmark
from farp.settings import load_settings
from farp.valuation import ExclusionReason
from tests.markets import every_day, instrument, market, wandering, weekdays

FETCHED = dt.datetime(2022, 12, 29, 6, tzinfo=dt.UTC)


def opened(folder: Path, **environment: str) -> Desk:
    return open_desk(load_settings({"FARP_DATA_DIR": str(folder), **environment}))


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path, PRICE_SOURCE="yahoo") as desk:
        yield desk


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path) as desk:
        yield desk


def hold(desk: Desk, base: str = "USD", **quantities: float) -> None:
    positions = [Position(ticker.replace("CASH_", "CASH:"), quantity) for ticker, quantity in quantities.items()]
    desk.save_portfolio(f"Book {len(desk.portfolios())}", positions, base_currency=base)


def fetched(desk: Desk, currencies: Mapping[str, str], days: int = 300) -> Desk:
    """Put closes of tickers (with the currency each is quoted in) into the store, as an update would."""
    Archive(desk.store, "yahoo").put(
        Record(
            source="yahoo",
            ticker=ticker,
            instrument=instrument(ticker, currency=currency),
            dates=weekdays(days),
            closes=wandering(days, seed),
            fetched_at=FETCHED,
            tried_at=FETCHED,
            outcome=Outcome.PRICED,
        )
        for seed, (ticker, currency) in enumerate(currencies.items())
    )
    desk.prices.forget([])  # a new revision, as an update makes
    return desk.refreshed()


def test_everything_held_the_benchmark_and_the_factors_are_needed(live: Desk) -> None:
    hold(live, VOD=10, CASH_USD=5)
    needed = live.prices.needed()
    assert needed["VOD"] == ("held",)
    assert needed["SPY"] == ("benchmark", "factor")
    assert set(live.history.factors.tickers) <= set(needed)
    assert "CASH:USD" not in needed
    assert not [ticker for ticker, why in needed.items() if why == ("exchange rate",)], "dollars alone need no rate"


def test_every_currency_is_crossed_through_the_dollar(live: Desk) -> None:
    hold(live, "CHF", CASH_JPY=1, VOD=10)
    assert {ticker for ticker, why in live.prices.needed().items() if why == ("exchange rate",)} == {"USDCHF", "USDJPY"}
    desk = fetched(live, {"VOD": "GBP"})
    assert {ticker for ticker, why in desk.prices.needed().items() if why == ("exchange rate",)} == {"USDCHF", "USDJPY", "GBPUSD"}


def test_a_position_without_a_cross_is_left_out_and_listed(live: Desk) -> None:
    hold(live, "CHF", VOD=10, ABB=5)
    (portfolio,) = live.portfolios()
    desk = fetched(live, {"VOD": "GBP", "ABB": "CHF", "USDCHF": "CHF"})
    report = analyse(portfolio, desk.history)
    assert [(one.ticker, one.reason) for one in report.excluded] == [("VOD", ExclusionReason.NO_EXCHANGE_RATE)]
    desk = fetched(desk, {"GBPUSD": "USD"})
    report = analyse(portfolio, desk.history)
    assert not report.excluded
    history, holding = desk.history, report.holdings[0]
    assert holding.fx_rate == pytest.approx(history.close("GBPUSD")[-1] * history.close("USDCHF")[-1])


def test_a_position_without_prices_says_what_the_source_answered_or_that_it_was_not_asked(live: Desk) -> None:
    hold(live, A=1, GONE=1, NEVER=1)
    (portfolio,) = live.portfolios()
    Archive(live.store, "yahoo").put([Record(source="yahoo", ticker="GONE", outcome=Outcome.MISSING, message="Yahoo has no prices under GONE.")])
    desk = fetched(live, {"A": "USD"})
    why = {one.ticker: one.message for one in analyse(portfolio, desk.history).excluded}
    assert why["GONE"] == "Yahoo has no prices under GONE."
    assert why["NEVER"].startswith("it has not been fetched yet (Yahoo Finance, closes to 28 December 2022")
    assert why["NEVER"].endswith("update the prices, or check its spelling.")


def test_nothing_fetched_is_an_empty_history_that_says_so(live: Desk) -> None:
    assert live.history.source_label == "Yahoo Finance, nothing fetched yet"
    assert live.prices.age() == "No prices have been fetched yet."
    assert live.status().last_price_date is None
    with pytest.raises(NoPrices, match="farp prices update"):
        _ = live.history.last_date


def test_the_age_counts_weekdays_that_could_have_closed(live: Desk) -> None:
    desk = fetched(live, {"A": "USD"})
    assert desk.history.source_label == "Yahoo Finance, closes to 28 December 2022, fetched 29 December 2022"
    for day, says in (
        ("2022-12-28", "The prices are up to date."),
        ("2022-12-29", "The prices are up to date."),
        ("2022-12-30", "The newest close is 1 weekday behind."),
        ("2023-01-02", "The newest close is 2 weekdays behind."),
        ("2023-01-05", "The newest close is 5 weekdays behind."),
    ):
        noon = dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")
        assert dataclasses.replace(desk.prices, now=lambda noon=noon: noon).age() == says


def test_a_desk_notices_what_another_changed_and_only_that(sample: Desk, tmp_path: Path) -> None:
    assert sample.refreshed() is sample
    with opened(tmp_path) as other:
        other.prices.choose_benchmark("QQQ")
    after = sample.refreshed()
    assert after.history.benchmark == "QQQ"
    assert after.refreshed() is after
    assert sample.history.benchmark == "^GSPC"


def test_the_sample_is_the_very_same_value_as_long_as_nothing_is_brought(sample: Desk) -> None:
    assert sample.history is load_sample()


@pytest.mark.parametrize("ticker", ["NOSUCH", "SPY"])
def test_a_benchmark_needs_recent_closes(sample: Desk, ticker: str) -> None:
    with pytest.raises(InvalidInput, match=ticker):
        sample.prices.choose_benchmark(ticker)
    assert read_state(sample.store) == PriceState()


def test_sixty_closes_of_a_hundred_weekdays_are_enough() -> None:
    closes = wandering(300, 1)
    for holes, enough in ((40, True), (41, False)):
        gappy = closes.copy()
        gappy[-holes * 2 :: 2] = np.nan
        history = market({"A": closes, "B": gappy}, dates=weekdays(300))
        if enough:
            assert usable_benchmark(history, "B") == "B"
        else:
            with pytest.raises(InvalidInput, match="59 of the last 100 weekdays"):
                usable_benchmark(history, "B")
    weekend = market({"A": closes}, dates=every_day(300))
    assert usable_benchmark(weekend, "A") == "A"


def test_the_environment_goes_before_what_was_chosen(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        desk.prices.choose_source("yahoo")
        desk.prices.choose_benchmark(None)
    with opened(tmp_path, PRICE_SOURCE="sample", BENCHMARK="QQQ") as desk:
        assert desk.history.source == "sample"
        assert desk.history.benchmark == "QQQ"
        with pytest.raises(InvalidInput, match="PRICE_SOURCE=sample is set"):
            desk.prices.choose_source("yahoo")
        with pytest.raises(InvalidInput, match="BENCHMARK=QQQ is set"):
            desk.prices.choose_benchmark("AAPL")


def own(desk: Desk, *, days: int = 300, extra: str = "", ticker: str = "FUND", currency: str = "USD") -> Desk:
    lines = [f"{day},{ticker},{100 + i % 5}" for i, day in enumerate(weekdays(days))]
    text = "date,ticker,close\n" + "\n".join(lines) + f"\n{extra}"
    prices = dataclasses.replace(desk.prices, now=lambda: dt.datetime(2023, 6, 1, tzinfo=dt.UTC))
    prices.save_own(prices.read_own(text.encode(), "fund.csv", currency))
    return desk.refreshed()


def test_own_prices_fill_in_beside_the_sample_and_carry_their_name(sample: Desk) -> None:
    hold(sample, FUND=10, AAPL=1)
    (portfolio,) = sample.portfolios()
    desk = own(sample)
    report = analyse(portfolio, desk.history)
    assert not report.excluded
    assert desk.history.instruments["FUND"].source == "Own file fund.csv"
    assert np.array_equal(desk.history.close("AAPL")[np.isfinite(desk.history.close("AAPL"))], [c for c in load_sample().close("AAPL") if c == c])
    assert desk.history != sample.history
    desk.prices.remove_own(["FUND"])
    assert desk.refreshed().history is load_sample()


def test_a_slip_in_one_name_removes_no_own_series(sample: Desk) -> None:
    desk = own(sample)
    with pytest.raises(NotFound, match="NOPE"):
        desk.prices.remove_own(["FUND", "NOPE"])
    assert "FUND" in desk.refreshed().history


def test_what_is_forgotten_keeps_its_corrections(live: Desk) -> None:
    desk = fetched(live, {"A": "USD", "B": "USD"})
    desk.prices.correct("A", {"sector": "Robots"})
    assert (desk.prices.forget(["A"]), desk.prices.forget(["A"])) == (1, 0)
    desk = desk.refreshed()
    assert "A" not in desk.history
    assert desk.history.unknown_because("A").startswith("it has not been fetched yet")
    archive = Archive(desk.store, "yahoo")
    series = Closes(instrument=instrument("A"), dates=weekdays(50), closes=wandering(50, 1))
    archive.merge(series, whole_since=None, whole=True, at=FETCHED)
    facts = archive.get("A").facts
    assert facts is not None
    assert facts.sector == "Robots"


def test_own_closes_after_the_sources_last_day_wait(sample: Desk) -> None:
    desk = own(sample, extra="2023-05-02,FUND,200\n")
    assert desk.history.last_date == dt.date(2022, 12, 28)


def test_own_prices_of_what_the_source_prices_are_not_used_and_that_is_said(sample: Desk) -> None:
    hold(sample, AAPL=1)
    desk = own(sample, ticker="AAPL")
    assert desk.history is load_sample()
    mine = [one for one in desk.prices.status().series if one.own]
    assert [(one.ticker, one.message) for one in mine] == [("AAPL", "Not used: the source prices this ticker itself.")]


def test_own_prices_alone_are_a_source(live: Desk) -> None:
    desk = own(live)
    assert desk.history.last_date == dt.date(2022, 12, 28)
    assert desk.history.tickers == ("FUND",)


def test_facts_can_be_corrected_and_taken_back(live: Desk) -> None:
    desk = fetched(live, {"A": "USD"})
    told = desk.prices.correct("A", {"sector": "Robots", "asset_class": "COMMODITY", "name": "  A thing "})
    assert (told.sector, told.asset_class, told.name) == ("Robots", AssetClass.COMMODITY, "A thing")
    assert desk.refreshed().history.instruments["A"] == told
    back = desk.prices.correct("A", {"sector": "", "asset_class": "", "name": ""})
    assert back == desk.history.instruments["A"]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"currency": "EUR"}, "currency cannot be corrected"),
        ({"asset_class": "SHARES"}, "must be one of EQUITY"),
        ({"name": "x" * 101}, "at most 100"),
        ({"name": "a\nb"}, "printable"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(live: Desk, facts: dict[str, str], says: str) -> None:
    desk = fetched(live, {"A": "USD"})
    with pytest.raises(InvalidInput, match=says):
        desk.prices.correct("A", facts)


def test_facts_of_what_is_not_stored_cannot_be_corrected(live: Desk) -> None:
    with pytest.raises(NotFound, match="NOSUCH"):
        live.prices.correct("NOSUCH", {"name": "x"})


def test_the_sample_is_not_updated(sample: Desk) -> None:
    with pytest.raises(InvalidInput, match="never changes"):
        sample.prices.update()


def test_status_names_gaps_jumps_and_age(live: Desk) -> None:
    hold(live, A=1)
    days, closes = weekdays(100), wandering(100, 3)
    closes[50:] *= 3
    kept = np.r_[0:60, 70:95]
    Archive(live.store, "yahoo").put(
        [
            Record(
                source="yahoo",
                ticker="A",
                instrument=instrument("A"),
                dates=days[kept],
                closes=closes[kept],
                fetched_at=FETCHED,
                outcome=Outcome.PRICED,
            )
        ]
    )
    noon = dt.datetime(2023, 1, 5, 12, tzinfo=dt.UTC)
    status = {one.ticker: one for one in dataclasses.replace(live.refreshed().prices, now=lambda: noon).status().series}
    a = status["A"]
    assert (a.outcome, a.days_old) == (Outcome.STALE, 10)
    assert "no close since 21 Dec 2022" in a.message
    assert [jump.date for jump in a.jumps] == [days[50].item()]
    assert [gap.business_days for gap in a.gaps] == [10]
    assert status["SPY"].message == "Never fetched; the next update asks for it."


@pytest.mark.parametrize("damage", [{"dates": b"xx"}, {"closes": None}, {"outcome": "fine"}, {"instrument": {"ticker": "B"}}])
def test_one_damaged_document_costs_nobody_else_and_is_named(live: Desk, tmp_path: Path, damage: dict[str, object]) -> None:
    hold(live, A=1, B=1)
    desk = fetched(live, {"A": "USD", "B": "USD"})
    document = desk.store.get("prices", "yahoo:B")
    assert document is not None
    desk.store.put("prices", document | damage)
    with opened(tmp_path, PRICE_SOURCE="yahoo") as again:
        assert again.history.tickers == ("A",)
        status = {one.ticker: one for one in again.prices.status().series}
        assert status["B"].outcome is Outcome.FAILED
        assert "'yahoo:B'" in status["B"].message
        assert status["B"].message.endswith(".")
        assert again.prices.forget(["B"]) == 1
