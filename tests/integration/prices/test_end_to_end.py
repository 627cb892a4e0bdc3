"""From an empty store to a risk report over Yahoo's prices, with real processes against a loopback Yahoo; and without it."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from farp.analysis import AnalysisSpec, analyse
from farp.cli import app
from farp.portfolio import Position
from farp.prices import factor_sets
from farp.prices.archive import Archive
from farp.prices.protocol import Closes, FetchedHistory, Outcome, assembled, series_of, within
from farp.prices.sample import load_sample
from farp.report.documents.report import metrics_document
from farp.service import open_desk
from farp.settings import Settings, load_settings
from farp.store import open_store
from tests.integration.prices.conftest import NOW, share
from tests.yahoo_server import YahooServer

START = dt.date(2020, 1, 2)
STAND_INS = {"SPY": "^GSPC", "IEF": "GLD", "UUP": "BIL"}  # what the sample lacks of the live factor set is served under other closes
HELD = ("long-short-equity.user_003", "multi-currency-reserve.user_004", "crypto-tilt.user_005")
OURS = ("BENCHMARK", "MONGODB_URI", "PRICE_SOURCE", "YAHOO_ADDRESS", "DEFAULT_PORTFOLIO", "COLUMNS")


def farp(folder: Path, address: str | None, *arguments: str, **environment: str) -> Result:
    """Run the command in this process: starting one takes longer than what most of them do."""
    return CliRunner().invoke(app, arguments, env={**dict.fromkeys(OURS), **ours(folder, address), **environment})


def ours(folder: Path, address: str | None) -> dict[str, str]:
    return {"FARP_DATA_DIR": str(folder)} | ({"PRICE_SOURCE": "yahoo", "YAHOO_ADDRESS": address} if address else {})


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "farp.cli", *arguments]


def around(folder: Path, address: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OURS} | ours(folder, address)


def settings_of(folder: Path, source: str | None = "yahoo") -> Settings:
    return load_settings({"FARP_DATA_DIR": str(folder)} | ({"PRICE_SOURCE": source} if source else {}))


def serve_everything(server: YahooServer) -> None:
    sample = load_sample()
    server.add_sample(sample, [ticker for ticker in sample.tickers if not ticker.startswith("UST")], START)
    for ticker, other in STAND_INS.items():
        instance = copy.copy(server.instances[other])
        instance.symbol, instance.kind, instance.name = ticker, "ETF", f"{ticker} fund"
        server.add(instance)


def by_the_sample_source() -> FetchedHistory:
    """The same closes, put together without Yahoo, a store or a network."""
    sample = load_sample()
    parts: list[Closes] = []
    for ticker in (*(t for t in sample.tickers if not t.startswith("UST")), *STAND_INS):
        series = series_of(sample, STAND_INS.get(ticker, ticker))
        assert series is not None
        if ticker in STAND_INS:
            if ticker in sample:
                parts = [part for part in parts if part.ticker != ticker]
            name = dataclasses.replace(series.instrument, ticker=ticker, name=f"{ticker} fund")
            series = Closes(instrument=name, dates=series.dates, closes=series.closes)
        parts.append(within(series, START, None))
    return assembled(parts, source="sample", source_label="Sample", benchmark="SPY", factors=factor_sets.LIVE)


@pytest.fixture(scope="module")
def server() -> Iterator[YahooServer]:
    with YahooServer(NOW) as running:
        serve_everything(running)
        yield running


@pytest.fixture(scope="module")
def updated(server: YahooServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A store that was empty before `farp prices update`, and what that said."""
    folder = tmp_path_factory.mktemp("live")
    assert farp(folder, server.address, "seed").exit_code == 0
    answer = farp(folder, server.address, "prices", "update", "--json")
    assert answer.exit_code == 0, answer.stderr
    assert answer.stderr == ""
    return folder, json.loads(answer.stdout)


def test_update_then_risk_gives_the_numbers_of_the_sample_source_exactly(updated: tuple[Path, dict[str, Any]], server: YahooServer) -> None:
    folder, _ = updated
    expected = by_the_sample_source()
    shown = farp(folder, server.address, "risk", HELD[0], "--json")
    assert shown.exit_code == 0, shown.stderr
    with open_desk(settings_of(folder)) as desk:
        # whatever names the source, in sentences too, is then the same; every number has to be
        live = desk.history
        assert isinstance(live, FetchedHistory)
        expected = dataclasses.replace(expected, source=live.source, source_label=live.source_label, failures=live.failures)
        for held in HELD:
            theirs = metrics_document(analyse(desk.portfolio(held), expected, None, AnalysisSpec(risk_free_rate=0.02)))
            found = metrics_document(desk.report(held))
            assert found == theirs
            assert found["date"] == "2022-12-28"
            if held == HELD[0]:
                assert json.loads(shown.stdout) == found


def test_everything_that_is_needed_was_asked_for_and_what_cannot_be_had_is_named(updated: tuple[Path, dict[str, Any]]) -> None:
    folder, said = updated
    ends = {one["ticker"]: one for one in said["tickers"]}
    assert {"SPY", "IEF", "UUP", "MTUM", "AAPL", "BTC-USD", "EURUSD", "USDJPY"} <= set(ends)
    assert {ticker for ticker, one in ends.items() if one["outcome"] == "missing"} == {"UST2Y", "UST5Y", "UST10Y", "UST20Y"}
    assert ends["UST2Y"]["message"].endswith("unknown, renamed or delisted.")
    with open_desk(settings_of(folder)) as desk:
        status = {one.ticker: one for one in desk.prices.status().series}
    assert status["SPY"].needed_for == ("held", "benchmark", "factor") or status["SPY"].needed_for == ("benchmark", "factor")
    assert status["USDJPY"].needed_for == ("exchange rate",)
    assert status["AAPL"].source == "Yahoo Finance"
    assert status["AAPL"].first_date == START


def test_unplugged_it_still_answers_and_tells_its_age(updated: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = updated
    nobody = "http://127.0.0.1:9"  # the port that discards; nothing listens
    again = farp(folder, nobody, "prices", "update", "--tickers", "AAPL,MSFT")
    assert again.exit_code == 1
    assert "Nothing could be fetched: Yahoo cannot be reached" in again.stderr
    assert "Traceback" not in again.stderr
    shown = farp(folder, nobody, "risk", HELD[0])
    assert shown.exit_code == 0
    today = dt.datetime.now(dt.UTC)
    assert f"closes to 28 December 2022, fetched {today.day} {today:%B %Y}" in shown.stdout
    status = farp(folder, nobody, "prices", "status")
    assert "weekdays behind" in status.stdout
    assert "Yahoo cannot be reached" in status.stdout


def test_before_anything_was_fetched_every_command_says_what_to_do(tmp_path: Path, server: YahooServer) -> None:
    farp(tmp_path, server.address, "seed")
    shown = farp(tmp_path, server.address, "risk", HELD[0])
    assert shown.exit_code == 1
    assert "There are no prices yet" in shown.stderr
    assert "farp prices update" in shown.stderr
    check = farp(tmp_path, server.address, "check")
    assert check.exit_code == 0
    assert "none yet" in check.stdout


def test_only_some_tickers_and_an_earlier_start(tmp_path: Path, server: YahooServer) -> None:
    assert farp(tmp_path, server.address, "prices", "update", "--tickers", "AAPL, EURUSD", "--since", "2022-06-01").exit_code == 0
    with open_store(settings_of(tmp_path)) as store:
        archive = Archive(store, "yahoo")
        assert archive.get("AAPL").first_date == dt.date(2022, 6, 1)
        assert archive.get("EURUSD").first_date == dt.date(2022, 6, 1)
        assert archive.get("MSFT").last_date is None
        farp(tmp_path, server.address, "prices", "update", "--tickers", "AAPL", "--since", "2021-06-01")
        assert archive.get("AAPL").first_date == dt.date(2021, 6, 1)


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("prices", "update", "--tickers", " , "), 1, "--tickers is empty"),
        (("prices", "update", "--since", "yesterday"), 2, "--since must be a date"),
        (("prices", "update", "--since", "2999-01-01"), 1, "must be a day before today"),
        (("prices", "use", "bloomberg"), 1, "must be one of sample, yahoo"),
        (("prices", "remove", "NOPE"), 1, "no own price series 'NOPE'"),
        (("prices", "import", "/nowhere.csv"), 1, "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(tmp_path: Path, server: YahooServer, arguments: tuple[str, ...], status: int, says: str) -> None:
    answer = farp(tmp_path, server.address, *arguments)
    assert answer.exit_code == status
    assert says in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_the_source_is_the_sample_until_somebody_chooses(tmp_path: Path) -> None:
    refused = farp(tmp_path, None, "prices", "update")
    assert refused.exit_code == 1
    assert "bundled sample, which never changes" in refused.stderr
    assert farp(tmp_path, None, "prices", "use", "yahoo").exit_code == 0
    assert "nothing fetched yet" in farp(tmp_path, None, "check").stdout
    fixed = farp(tmp_path, None, "prices", "use", "sample", PRICE_SOURCE="yahoo")
    assert fixed.exit_code == 1
    assert "PRICE_SOURCE=yahoo is set" in fixed.stderr
    assert farp(tmp_path, None, "prices", "use", "sample").exit_code == 0
    assert "Sample data" in farp(tmp_path, None, "check").stdout


def test_killed_in_the_middle_nothing_is_damaged_and_the_next_update_ends_it(tmp_path: Path) -> None:
    names = [f"T{i}" for i in range(60)]
    with YahooServer(NOW) as server:
        server.add(*(share(name, 300) for name in names))
        server.delay_seconds = 0.01
        arguments = ("prices", "update", "--tickers", ",".join(names))
        process = subprocess.Popen(command(*arguments), env=around(tmp_path, server.address), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open_store(settings_of(tmp_path)) as store:
            archive = Archive(store, "yahoo")
            deadline = time.monotonic() + 30
            while sum(1 for _ in archive.all()) < 3:
                assert process.poll() is None, "the update ended before it could be killed"
                assert time.monotonic() < deadline
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            stored = {record.ticker: record for record in archive.all()}
            assert 3 <= len(stored) < len(names)
            for name, record in stored.items():
                assert record.closes.tolist() == server.instances[name].closes
            server.delay_seconds = 0.0
            assert farp(tmp_path, server.address, *arguments).exit_code == 0
            assert sorted(record.ticker for record in archive.all()) == sorted(names)


def test_two_processes_that_update_at_once_leave_one_truth(tmp_path: Path) -> None:
    names = [f"T{i}" for i in range(30)]
    with YahooServer(NOW) as server:
        server.add(*(share(name, 200) for name in names))
        both = [
            subprocess.Popen(
                command("prices", "update", "--tickers", ",".join(names), "--json"),
                env=around(tmp_path, server.address),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        for process in both:
            out, err = process.communicate(timeout=60)
            assert process.returncode == 0, err
            assert {one["outcome"] for one in json.loads(out)["tickers"]} == {"stale"}  # the made-up closes end in 2022
        with open_store(settings_of(tmp_path)) as store:
            for record in Archive(store, "yahoo").all():
                assert record.closes.tolist() == server.instances[record.ticker].closes
                assert bool(np.all(np.diff(record.dates) > np.timedelta64(0, "D")))


def test_pence_of_an_own_file_are_kept_as_pounds(tmp_path: Path) -> None:
    file = tmp_path / "pence.csv"
    file.write_text("date,MYUK\n2022-12-28,505\n", encoding="utf-8")
    added = farp(tmp_path, None, "prices", "import", str(file), "--currency", "GBp")
    assert added.exit_code == 0, added.stderr
    assert "MYUK: 1 closes to 2022-12-28 in GBP." in added.stdout
    assert "closes in GBp are divided by 100" in added.stdout
    with open_store(settings_of(tmp_path)) as store:
        assert Archive(store, "own").get("MYUK").closes.tolist() == [5.05]


def test_an_own_file_stops_no_update_of_what_the_source_prices(tmp_path: Path, yahoo: YahooServer) -> None:
    """First the source has never been asked, then it prices AAPL and says that it knows no MYFUND, which is asked for no more."""
    yahoo.add(share("AAPL"), share("SPY"))
    settings = load_settings({"FARP_DATA_DIR": str(tmp_path), "PRICE_SOURCE": "yahoo", "YAHOO_ADDRESS": yahoo.address})
    with open_desk(settings) as desk:
        desk.save_portfolio("Book", [Position("AAPL", 1.0), Position("MYFUND", 1.0)])
        prices = dataclasses.replace(desk.prices, now=lambda: NOW)
        prices.save_own(prices.read_own(b"date,AAPL,MYFUND\n2022-12-27,1,2\n2022-12-28,1,2\n", "own.csv"))
        first = {one.ticker: one.outcome for one in prices.update().tickers}
        assert (first["AAPL"], first["MYFUND"]) == (Outcome.PRICED, Outcome.MISSING)
        assert desk.refreshed().history.close("AAPL")[-1] == yahoo.instances["AAPL"].closes[-1]
        assert desk.refreshed().history.close("MYFUND")[-1] == 2.0
        again = {one.ticker for one in prices.update().tickers}
        assert "AAPL" in again
        assert "MYFUND" not in again


def test_prices_of_ones_own_are_kept_apart_named_and_removed(tmp_path: Path) -> None:
    file = tmp_path / "my fund.csv"
    days = load_sample().dates[-300:]
    file.write_text("date,ticker,close\n" + "".join(f"{day},MYFUND,{100 + i % 7}\n" for i, day in enumerate(days)), encoding="utf-8")
    holdings = tmp_path / "book.csv"
    holdings.write_text("ticker,quantity\nMYFUND,10\nAAPL,5\n", encoding="utf-8")
    added = farp(tmp_path, None, "prices", "import", str(file), "--currency", "EUR")
    assert added.exit_code == 0, added.stderr
    assert "MYFUND: 300 closes to 2022-12-28 in EUR." in added.stdout
    book = farp(tmp_path, None, "import", str(holdings), "--name", "Book", "--json")
    assert book.exit_code == 0, book.stdout
    book_id = json.loads(book.stdout)["portfolio_id"]
    report = json.loads(farp(tmp_path, None, "risk", book_id, "--json").stdout)
    assert report["excluded"] == []
    assert "Own file my fund.csv" in farp(tmp_path, None, "prices", "status", "--json").stdout
    with open_desk(settings_of(tmp_path, None)) as desk:
        (mine,) = [one for one in desk.prices.status().series if one.own]
        assert (mine.ticker, mine.needed_for, mine.closes) == ("MYFUND", ("held",), 300)
    assert farp(tmp_path, None, "prices", "remove", "MYFUND").exit_code == 0
    after = json.loads(farp(tmp_path, None, "risk", book_id, "--json").stdout)
    assert [one["ticker"] for one in after["excluded"]] == ["MYFUND"]
