"""The real yfinance against a loopback server that speaks Yahoo's JSON, on good days and bad."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest

from farp.portfolio import AssetClass
from farp.prices.protocol import Outcome
from farp.prices.yahoo import Patience, YahooSource
from tests.integration.prices.conftest import LAST, NOW, share, weekdays
from tests.yahoo_server import Instance, YahooServer


def test_closes_arrive_to_the_last_bit_with_cookie_and_crumb(yahoo: YahooServer, source: YahooSource) -> None:
    yahoo.add(share("AAPL", first=0.1), share("MSFT", first=1 / 3))
    history = source.history(["AAPL", "MSFT"], dt.date(2022, 12, 1))
    assert history.tickers == ("AAPL", "MSFT")
    assert history.last_date == LAST
    assert history.dates[0] == np.datetime64("2022-12-01")
    assert history.close("MSFT").tolist() == yahoo.instances["MSFT"].closes[-len(history.dates) :]
    assert yahoo.crumbless == 0
    assert dict(history.failures) == {}
    assert history.instruments["AAPL"].name == "AAPL Inc"
    assert history.instruments["AAPL"].asset_class is AssetClass.EQUITY


def test_both_ends_are_included_and_no_start_means_everything(yahoo: YahooServer, source: YahooSource) -> None:
    yahoo.add(share("AAPL"))
    assert len(source.history(["AAPL"]).dates) == 40
    history = source.history(["AAPL"], dt.date(2022, 12, 5), dt.date(2022, 12, 9))
    assert [str(day) for day in history.dates] == ["2022-12-05", "2022-12-06", "2022-12-07", "2022-12-08", "2022-12-09"]


def test_closes_are_adjusted_for_splits_and_dividends(yahoo: YahooServer, source: YahooSource) -> None:
    paid, split = weekdays(40)[30], weekdays(40)[20]
    yahoo.add(share("KO", dividends={paid: 2.0}, splits={split: (4, 1)}))
    assert source.history(["KO"]).close("KO").tolist() == yahoo.instances["KO"].closes


def test_pence_become_pounds(yahoo: YahooServer, source: YahooSource) -> None:
    yahoo.add(share("VOD.L", first=90.0, currency="GBp", zone="Europe/London", opens=dt.time(8), shuts=dt.time(16, 30)))
    history = source.history(["VOD.L"])
    assert history.instruments["VOD.L"].currency == "GBP"
    assert history.close("VOD.L")[0] == pytest.approx(0.90, rel=1e-15)


def test_share_classes_pairs_and_coins_are_asked_for_under_yahoos_names(yahoo: YahooServer, source: YahooSource) -> None:
    around = {"zone": "UTC", "opens": dt.time(0), "shuts": dt.time(23, 59)}
    yahoo.add(share("BRK-B"), share("EURUSD=X", kind="CURRENCY", **around), share("BTC-USD", kind="CRYPTOCURRENCY", **around))
    history = source.history(["BRK.B", "EURUSD", "BTC-USD"])
    assert history.tickers == ("BRK.B", "EURUSD", "BTC-USD")
    assert history.instruments["EURUSD"].asset_class is AssetClass.FX
    assert history.instruments["EURUSD"].currency == "USD"
    assert history.instruments["BTC-USD"].asset_class is AssetClass.CRYPTO


@pytest.mark.parametrize(
    ("moment", "zone", "shuts", "is_a_close"),
    [
        ("2022-12-28T20:59:00+00:00", "America/New_York", dt.time(16), False),  # one minute before New York closes
        ("2022-12-28T21:20:00+00:00", "America/New_York", dt.time(16), False),  # the closing price may still be on its way
        ("2022-12-28T21:31:00+00:00", "America/New_York", dt.time(16), True),
        ("2022-12-29T06:31:00+09:00", "America/New_York", dt.time(16), True),  # the same moment on a clock in Tokyo
        ("2022-12-28T18:31:00+00:00", "America/New_York", dt.time(13), True),  # a short day before a holiday
        ("2022-12-28T23:58:00+00:00", "UTC", dt.time(23, 59), False),  # coins trade until the day is over
        ("2022-12-29T00:01:00+00:00", "UTC", dt.time(23, 59), True),
    ],
)
def test_a_bar_counts_as_a_close_only_when_its_session_is_over(
    yahoo: YahooServer, source: YahooSource, moment: str, zone: str, shuts: dt.time, is_a_close: bool
) -> None:
    yahoo.moment = dt.datetime.fromisoformat(moment)
    yahoo.add(share("X", zone=zone, shuts=shuts, opens=dt.time(0) if zone == "UTC" else dt.time(9, 30)))
    if not is_a_close:
        yahoo.instances["X"].open_today = 999.0
    history = source.history(["X"], dt.date(2022, 12, 1))
    assert (history.last_date == LAST) is is_a_close
    assert 999.0 not in history.close("X")


def test_a_null_close_is_no_close(yahoo: YahooServer, source: YahooSource) -> None:
    holiday = dt.date(2022, 12, 26)
    yahoo.add(share("AAPL", blank={holiday}), share("MSFT"))
    history = source.history(["AAPL", "MSFT"])
    row = int(np.flatnonzero(history.dates == np.datetime64(holiday))[0])
    assert np.isnan(history.close("AAPL")[row])
    assert history.close("MSFT")[row] > 0


@pytest.mark.parametrize(
    ("trouble", "outcome", "says"),
    [
        ("404!", Outcome.MISSING, "unknown, renamed or delisted"),
        ("429!", Outcome.FAILED, "429"),
        ("500!", Outcome.FAILED, "BAD"),
        ("html!", Outcome.FAILED, "BAD"),
        ("cut!", Outcome.FAILED, "cut short"),
        ("slow!", Outcome.FAILED, "in time"),
    ],
)
def test_one_bad_ticker_costs_nobody_else_and_is_named(yahoo: YahooServer, source: YahooSource, trouble: str, outcome: Outcome, says: str) -> None:
    yahoo.add(share("GOOD"), share("BAD"), share("FINE"))
    yahoo.trouble("BAD", trouble)
    history = source.history(["GOOD", "FINE", "BAD"], dt.date(2022, 12, 1))
    assert history.tickers == ("GOOD", "FINE")
    assert history.failures["BAD"].outcome is outcome
    assert says in history.failures["BAD"].message
    assert history.failures["BAD"].message.endswith(".")


@pytest.mark.parametrize("known_before", [False, True])  # yfinance keeps the exchange's time zone, and asks otherwise then
@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ("empty!", "neither prices nor a reason"),
        ("null!", "BAD"),
        ("[]!", "BAD"),
        ("refused!", "BAD"),
        ("503!", "status 503"),
        ("500!", "status 500"),
        ("401!", "status 401"),
        ("crumb!", "status 401"),
        ("403!", "status 403"),
        ("451!", "status 451"),
        ("999!", "status 999"),
    ],
)
def test_a_refusal_is_never_taken_for_a_ticker_that_is_gone(
    yahoo: YahooServer, source: YahooSource, trouble: str, says: str, known_before: bool
) -> None:
    yahoo.add(share("BAD"))
    if known_before:
        assert source.history(["BAD"]).tickers == ("BAD",)
    yahoo.trouble("BAD", trouble)
    failure = source.history(["BAD"], dt.date(2022, 12, 1)).failures["BAD"]
    assert failure.outcome is Outcome.FAILED
    assert "delisted" not in failure.message
    assert says in failure.message


def test_no_data_in_the_days_asked_for_is_no_refusal(yahoo: YahooServer, source: YahooSource) -> None:
    yahoo.add(share("OLD"))
    yahoo.trouble("OLD", "gone!")
    assert source.history(["OLD"], dt.date(2022, 12, 1)).failures["OLD"].outcome is Outcome.MISSING


def test_an_address_that_is_blocked_is_not_tried_for_every_ticker(yahoo: YahooServer, source: YahooSource) -> None:
    tickers = [f"T{i}" for i in range(30)]
    yahoo.add(*(share(ticker) for ticker in tickers))
    yahoo.trouble("*", "403!")
    failures = source.history(tickers, dt.date(2022, 12, 1)).failures
    assert set(failures) == set(tickers)
    assert all(failure.everywhere for failure in failures.values())
    asked = [path for path in yahoo.asked if path.startswith("/v8/finance/chart/")]
    assert len(asked) < 15


def test_a_ticker_without_closes_in_the_days_asked_for_is_missing(yahoo: YahooServer, source: YahooSource) -> None:
    yahoo.add(share("AAPL", 5))
    failure = source.history(["AAPL"], dt.date(2022, 1, 3), dt.date(2022, 1, 7)).failures["AAPL"]
    assert failure.outcome is Outcome.MISSING


@pytest.mark.parametrize("trouble", ["cut", "slow", "500", "html", "429"])
def test_a_passing_trouble_is_outlived(yahoo: YahooServer, source: YahooSource, trouble: str) -> None:
    yahoo.add(share("AAPL"))
    yahoo.trouble("AAPL", trouble, trouble)
    assert source.history(["AAPL"], dt.date(2022, 12, 1)).tickers == ("AAPL",)


def test_attempts_are_bounded_and_pauses_grow(yahoo: YahooServer, tmp_path: object) -> None:
    pauses: list[float] = []
    patience = Patience(threads=1, timeout_seconds=0.6, attempts=4, pause_seconds=1.0)
    source = YahooSource(tmp_path / "yf", address=yahoo.address, patience=patience, now=lambda: NOW, sleep=pauses.append)  # type: ignore[operator]
    yahoo.add(share("AAPL"))
    yahoo.trouble("AAPL", "cut!")
    assert "AAPL" in source.history(["AAPL"], dt.date(2022, 12, 1)).failures
    assert pauses == [1.0, 2.0, 4.0]


def test_after_a_rate_limit_the_rest_is_not_asked(yahoo: YahooServer, source_of: Callable[..., YahooSource]) -> None:
    names = [f"T{i}" for i in range(12)]
    yahoo.add(*(share(name) for name in names))
    yahoo.trouble("*", "429!")
    source = source_of(yahoo, Patience(threads=1, timeout_seconds=0.6, limit_seconds=0.0, limit_attempts=1))
    history = source.history(names, dt.date(2022, 12, 1))
    assert {failure.outcome for failure in history.failures.values()} == {Outcome.FAILED}
    assert "429" in history.failures["T11"].message
    assert yahoo.asked["/v8/finance/chart/T11"] == 0


@pytest.mark.parametrize("wrong", ["US0378331005", "../../etc", "A B", "", "ticker", "CASH:USD"])
def test_what_cannot_be_a_symbol_is_not_asked(yahoo: YahooServer, source: YahooSource, wrong: str) -> None:
    history = source.history([wrong])
    assert history.failures[wrong].outcome is Outcome.MISSING
    assert not [path for path in yahoo.asked if "chart" in path]


def test_nobody_there(yahoo: YahooServer, source: YahooSource) -> None:
    yahoo.stop()
    history = source.history(["AAPL", "MSFT"], dt.date(2022, 12, 1))
    assert history.tickers == ()
    assert {failure.outcome for failure in history.failures.values()} == {Outcome.FAILED}
    assert "cannot be reached" in history.failures["AAPL"].message


def test_facts_come_with_farps_words(yahoo: YahooServer, source: YahooSource) -> None:
    yahoo.add(
        share("AAPL", info={"sector": "Technology", "country": "United States"}),
        Instance(
            symbol="TLT",
            days=weekdays(3),
            closes=[1.0, 2.0, 3.0],
            name="iShares 20+ Year Treasury Bond ETF",
            kind="ETF",
            info={"category": "Long Government"},
        ),
        share("VOD.L", currency="GBp"),
    )
    told = source.describe(["AAPL", "TLT", "VOD.L", "EURUSD", "NOPE"])
    assert told.known["AAPL"].sector == "Information Technology"
    assert told.known["AAPL"].country == "United States"
    assert told.known["TLT"].asset_class is AssetClass.FIXED_INCOME
    assert told.known["TLT"].sector == "Long Government"
    assert told.known["VOD.L"].currency == "GBP"
    assert told.known["EURUSD"].name == "EUR in USD"
    assert told.failures["NOPE"].outcome is Outcome.MISSING
