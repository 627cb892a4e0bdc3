"""The read-through cache: only what is missing is asked for, a changed past is fetched anew, and what is stored survives bad days."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from farp.prices.archive import Archive
from farp.prices.cached import CachedSource, PriceUpdate
from farp.prices.protocol import Outcome
from farp.prices.yahoo import YahooSource
from farp.store import Store
from tests.integration.prices.conftest import LAST, NOW, share, weekdays
from tests.yahoo_server import YahooServer


@pytest.fixture
def archive(store: Store) -> Archive:
    return Archive(store, "yahoo")


@pytest.fixture
def cached(yahoo: YahooServer, source: YahooSource, archive: Archive) -> CachedSource:
    return CachedSource(source, archive, source_label="Yahoo", benchmark="SPY", now=lambda: yahoo.moment)


def a_day_later(server: YahooServer, days: int = 1) -> None:
    """Let every instrument trade for further days."""
    for _ in range(days):
        server.moment += dt.timedelta(days=1)
        for instance in server.instances.values():
            day = instance.days[-1] + dt.timedelta(days=1)
            instance.days.append(day)
            instance.closes.append(instance.closes[-1] + 0.25)


def ends(update: PriceUpdate) -> dict[str, tuple[Outcome, int, bool]]:
    return {one.ticker: (one.outcome, one.added, one.fetched_anew) for one in update.tickers}


def first_asked(server: YahooServer, symbol: str) -> dt.date:
    return dt.datetime.fromtimestamp(server.spans[-1][1], dt.UTC).date() if server.spans[-1][0] == symbol else dt.date.max


def test_the_first_update_takes_everything_the_next_one_only_the_tail(yahoo: YahooServer, cached: CachedSource, archive: Archive) -> None:
    yahoo.add(share("AAPL", 60))
    assert ends(cached.update(["AAPL"])) == {"AAPL": (Outcome.PRICED, 60, False)}
    a_day_later(yahoo)
    assert ends(cached.update(["AAPL"])) == {"AAPL": (Outcome.PRICED, 1, False)}
    assert first_asked(yahoo, "AAPL") == weekdays(60)[-10] - dt.timedelta(days=3)  # a little earlier, see farp.prices.yahoo
    record = archive.get("AAPL")
    assert record.closes.tolist() == yahoo.instances["AAPL"].closes
    assert record.last_date == dt.date(2022, 12, 29)
    assert record.since == dt.date(2007, 1, 1)
    assert record.fetched_at == yahoo.moment
    assert record.events == ()


def test_nothing_new_changes_nothing(yahoo: YahooServer, cached: CachedSource, archive: Archive) -> None:
    yahoo.add(share("AAPL"))
    cached.update(["AAPL"])
    before = archive.get("AAPL")
    yahoo.moment += dt.timedelta(hours=1)
    assert ends(cached.update(["AAPL"])) == {"AAPL": (Outcome.PRICED, 0, False)}
    after = archive.get("AAPL")
    assert np.array_equal(before.closes, after.closes)
    assert after.fetched_at == before.fetched_at + dt.timedelta(hours=1)


def test_after_a_split_the_whole_history_is_fetched_anew_and_it_is_said(
    yahoo: YahooServer, cached: CachedSource, archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    yahoo.add(share("NVDA", 60))
    cached.update(["NVDA"])
    a_day_later(yahoo)
    instance = yahoo.instances["NVDA"]
    instance.closes = [close / 10 for close in instance.closes]
    instance.splits = {instance.days[-1]: (10, 1)}
    with caplog.at_level(logging.WARNING, logger="farp"):
        assert ends(cached.update(["NVDA"])) == {"NVDA": (Outcome.PRICED, 61, True)}
    record = archive.get("NVDA")
    assert record.closes.tolist() == instance.closes
    assert "Fetched anew: the close of 28 Dec 2022 was 114.75 and is 11.475 now" in record.events[-1].text
    assert "NVDA: Fetched anew" in caplog.text


def test_a_dividend_of_a_cent_is_noticed_yahoos_rounding_is_not(yahoo: YahooServer, cached: CachedSource) -> None:
    yahoo.add(share("A"), share("B"))
    cached.update(["A", "B"])
    a_day_later(yahoo)
    yahoo.instances["A"].closes = [close * (1 - 0.01 / 110) for close in yahoo.instances["A"].closes[:-1]] + yahoo.instances["A"].closes[-1:]
    yahoo.instances["B"].closes = [close * (1 + 1e-7) for close in yahoo.instances["B"].closes]
    assert ends(cached.update(["A", "B"])) == {"A": (Outcome.PRICED, 41, True), "B": (Outcome.PRICED, 1, False)}


def test_a_late_close_that_fills_a_hole_is_taken_with_everything_else(yahoo: YahooServer, cached: CachedSource, archive: Archive) -> None:
    hole = weekdays(40)[-3]
    yahoo.add(share("A", blank={hole}))
    cached.update(["A"])
    yahoo.instances["A"].blank = set()
    assert ends(cached.update(["A"])) == {"A": (Outcome.PRICED, 40, True)}
    assert "is there now and was not before" in archive.get("A").events[-1].text


def test_a_last_close_that_is_gone_for_the_moment_is_kept(yahoo: YahooServer, cached: CachedSource, archive: Archive) -> None:
    yahoo.add(share("A"))
    cached.update(["A"])
    yahoo.instances["A"].blank = {LAST}
    assert ends(cached.update(["A"])) == {"A": (Outcome.PRICED, 0, False)}
    assert archive.get("A").last_date == LAST


def test_an_earlier_since_reaches_further_back(yahoo: YahooServer, cached: CachedSource, archive: Archive) -> None:
    yahoo.add(share("A", 60))
    cached.update(["A"], since=weekdays(20)[0])
    assert len(archive.get("A").dates) == 20
    cached.update(["A"], since=weekdays(60)[0])
    assert archive.get("A").closes.tolist() == yahoo.instances["A"].closes
    cached.update(["A"], since=weekdays(5)[0])
    assert len(archive.get("A").dates) == 60


def test_a_short_answer_destroys_no_history(yahoo: YahooServer, cached: CachedSource, archive: Archive) -> None:
    yahoo.add(share("SAME", 60), share("OTHER", 60), share("APART", 60))
    cached.update(["SAME", "OTHER", "APART"], since=dt.date(2010, 1, 4))
    for name, kept in (("SAME", 20), ("OTHER", 20), ("APART", 0)):
        instance = yahoo.instances[name]
        instance.days, instance.closes = instance.days[60 - kept :], instance.closes[60 - kept :]
    yahoo.instances["OTHER"].closes = [close / 2 for close in yahoo.instances["OTHER"].closes]
    yahoo.instances["APART"].days, yahoo.instances["APART"].closes = [LAST + dt.timedelta(days=1)], [7.0]
    yahoo.moment += dt.timedelta(days=1)
    told = cached.update(["SAME", "OTHER", "APART"], since=dt.date(2000, 1, 3))
    assert ends(told) == {"SAME": (Outcome.PRICED, 0, False), "OTHER": (Outcome.FAILED, 0, False), "APART": (Outcome.FAILED, 0, False)}
    assert [len(archive.get(ticker).dates) for ticker in ("SAME", "OTHER", "APART")] == [60, 60, 60]
    assert "what is stored was kept" in told.tickers[1].message
    assert archive.get("OTHER").message == told.tickers[1].message


def test_a_whole_history_with_the_same_past_is_no_changed_past(yahoo: YahooServer, cached: CachedSource) -> None:
    yahoo.add(share("KO", 60))
    cached.update(["KO"])
    a_day_later(yahoo)
    assert ends(cached.update(["KO"], since=dt.date(1990, 1, 1))) == {"KO": (Outcome.PRICED, 1, False)}


def test_a_bad_day_keeps_what_is_stored_and_says_so(yahoo: YahooServer, cached: CachedSource, archive: Archive) -> None:
    yahoo.add(share("A"), share("B"))
    cached.update(["A", "B"])
    yahoo.trouble("A", "cut!")
    a_day_later(yahoo)
    assert ends(cached.update(["A", "B"])) == {"A": (Outcome.FAILED, 0, False), "B": (Outcome.PRICED, 1, False)}
    record = archive.get("A")
    assert record.last_date == LAST
    assert record.outcome is Outcome.FAILED
    assert "cut short" in record.message
    assert record.fetched_at == NOW
    assert record.tried_at == yahoo.moment


def test_delisted_and_halted_tickers_are_stale_and_unknown_ones_missing(yahoo: YahooServer, cached: CachedSource, archive: Archive) -> None:
    yahoo.add(share("GONE"), share("HALT"))
    cached.update(["GONE", "HALT"])
    del yahoo.instances["GONE"]
    yahoo.moment += dt.timedelta(days=14)
    update = {one.ticker: one for one in cached.update(["GONE", "HALT", "NOPE"]).tickers}
    assert [update[ticker].outcome for ticker in ("GONE", "HALT", "NOPE")] == [Outcome.STALE, Outcome.STALE, Outcome.MISSING]
    assert "last close is of 28 Dec 2022" in update["GONE"].message
    assert "no close since 28 Dec 2022" in update["HALT"].message
    assert len(archive.get("GONE").dates) == 40
    assert len(archive.get("NOPE").dates) == 0


def test_reading_fetches_only_what_is_not_there(yahoo: YahooServer, cached: CachedSource) -> None:
    yahoo.add(share("A"), share("B"))
    cached.history(["A"], dt.date(2022, 12, 1))
    asked = yahoo.asked["/v8/finance/chart/A"]
    history = cached.history(["A", "B"], dt.date(2022, 12, 5), dt.date(2022, 12, 9))
    assert history.tickers == ("A", "B")
    assert yahoo.asked["/v8/finance/chart/A"] == asked
    cached.history(["A"], dt.date(2022, 11, 15))
    assert yahoo.asked["/v8/finance/chart/A"] > asked


def test_facts_are_asked_once_and_the_users_word_stands(yahoo: YahooServer, cached: CachedSource, archive: Archive) -> None:
    yahoo.add(share("A", info={"sector": "Technology", "country": "United States"}))
    cached.update(["A"])
    assert cached.describe(["A"]).known["A"].sector == "Information Technology"
    archive.change("A", lambda record: dataclasses.replace(record, corrections={"sector": "Robots", "asset_class": "COMMODITY"}))
    asked = yahoo.asked["/v10/finance/quoteSummary/A"]
    told = cached.describe(["A"]).known["A"]
    assert yahoo.asked["/v10/finance/quoteSummary/A"] == asked == 1
    assert (told.sector, told.asset_class.value, told.country) == ("Robots", "COMMODITY", "United States")
    a_day_later(yahoo)
    cached.update(["A"])
    assert archive.get("A").facts == told


def test_the_currency_is_the_one_the_closes_are_quoted_in(yahoo: YahooServer, cached: CachedSource) -> None:
    yahoo.add(share("VOD.L", currency="GBp", info={"currency": "USD"}))
    cached.update(["VOD.L"])
    assert cached.describe(["VOD.L"]).known["VOD.L"].currency == "GBP", "a description may speak of another listing"


def test_progress_is_told_ticker_by_ticker(yahoo: YahooServer, cached: CachedSource) -> None:
    names = [f"T{i}" for i in range(30)]
    yahoo.add(*(share(name, 5) for name in names))
    told: list[tuple[int, int, str]] = []
    cached.update(names, progress=lambda done, total, ticker: told.append((done, total, ticker)))
    assert told == [(i + 1, 30, name) for i, name in enumerate(names)]


def test_what_is_stored_can_be_read_by_another_machine(yahoo: YahooServer, cached: CachedSource, store: Store) -> None:
    yahoo.add(share("A", 3))
    cached.update(["A"])
    document = store.get("prices", "yahoo:A")
    assert document is not None
    assert np.frombuffer(document["closes"]["data"], dtype="<f8").tolist() == yahoo.instances["A"].closes
    assert np.frombuffer(document["dates"]["data"], dtype="<i8").astype("datetime64[D]").tolist() == weekdays(3)


def test_two_updates_at_once_end_as_one(yahoo: YahooServer, source_of: Callable[..., YahooSource], archive: Archive) -> None:
    """The first has asked, the second asks and stores, then the first stores: nothing is lost or doubled."""
    yahoo.add(share("A"))

    class Interrupted:
        name = "yahoo"

        def __init__(self) -> None:
            self.between: Callable[[], object] | None = None

        def history(self, tickers: Sequence[str], start: dt.date | None = None, end: dt.date | None = None) -> object:
            answer = source_of(yahoo).history(tickers, start, end)
            between, self.between = self.between, None
            if between is not None:
                between()
            return answer

        def describe(self, tickers: Sequence[str]) -> object:
            return source_of(yahoo).describe(tickers)

    slow = Interrupted()
    first = CachedSource(slow, archive, source_label="Yahoo", benchmark="SPY", now=lambda: yahoo.moment)  # type: ignore[arg-type]
    second = CachedSource(source_of(yahoo), archive, source_label="Yahoo", benchmark="SPY", now=lambda: yahoo.moment)
    first.update(["A"])

    def meanwhile() -> None:
        a_day_later(yahoo)
        second.update(["A"])

    a_day_later(yahoo)
    slow.between = meanwhile
    first.update(["A"])
    assert archive.get("A").closes.tolist() == yahoo.instances["A"].closes
    assert len(archive.get("A").dates) == 42


@pytest.mark.parametrize("trouble", ["429!", None])
def test_a_source_that_is_down_is_not_asked_for_every_ticker(
    yahoo: YahooServer, source_of: Callable[..., YahooSource], archive: Archive, trouble: str | None
) -> None:
    names = [f"T{i:02}" for i in range(60)]
    yahoo.add(*(share(name, 5) for name in names))
    cached = CachedSource(source_of(yahoo), archive, source_label="Yahoo", benchmark="SPY", now=lambda: yahoo.moment)
    cached.update(names[:1])
    if trouble is None:
        yahoo.stop()
    else:
        yahoo.trouble("*", trouble)
    yahoo.asked.clear()
    update = cached.update(names)
    assert update.count(Outcome.FAILED) == 60
    assert len({one.message for one in update.tickers}) == 1
    assert len([path for path in yahoo.asked if "chart" in path]) <= 8, "those under way in the threads, and no more"
    assert archive.get("T00").last_date == LAST
