"""`farp backtest`, as a person runs it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from farp.analysis.backtest import backtests
from farp.cli import app
from farp.portfolio import Position
from farp.report.documents.backtest import backtest_document
from farp.service import Desk, open_desk
from farp.settings import load_settings

LONG_SHORT = "long-short-equity.user_003"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli")
    with open_desk(load_settings({"FARP_DATA_DIR": str(path)})) as desk:
        desk.seed()
        desk.save_portfolio("[red]Odd[/red]", [Position("AAPL", 10.0), Position("NOSUCH", 1.0)], owner="odd")
        desk.save_portfolio("Cash", [Position("CASH:USD", 10.0)], owner="odd")
    return path


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    with open_desk(load_settings({"FARP_DATA_DIR": str(folder)})) as opened:
        yield opened


@pytest.fixture
def farp(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    for name in ("BENCHMARK", "MONGODB_URI", "DEFAULT_PORTFOLIO", "PRICE_SOURCE", "BASE_CURRENCY"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(app, ["backtest", *arguments], env={"FARP_DATA_DIR": str(folder), "COLUMNS": "200"})


def test_as_json_it_is_the_document_of_the_api_to_the_last_bit(farp: Callable[..., Result], desk: Desk) -> None:
    options = ("--method", "all", "--confidence", "97.5", "--days", "60", "--lookback", "100", "--as-of", "2022-06-18")
    answer = farp(LONG_SHORT, "--json", *options)
    expected = backtest_document(backtests(desk.window(LONG_SHORT, dt.date(2022, 6, 18), 100, 60), "all", 0.975, 60, 100))
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert json.loads(answer.stdout) == expected
    assert len(expected["methods"]) == 8


def test_a_long_lookback_leaves_what_is_left_to_test(farp: Callable[..., Result], desk: Desk) -> None:
    answer = json.loads(farp(LONG_SHORT, "--json", "--method", "student_t", "--lookback", "504", "--days", "1000").stdout)
    past = len(desk.window(LONG_SHORT, extra_days=None).past_dates)
    assert answer["data_points"] == past - 504 < 1000


def test_the_tables_are_the_ranking_and_a_sentence_for_each_method(farp: Callable[..., Result], desk: Desk) -> None:
    shown = farp(LONG_SHORT).stdout
    result = backtests(desk.window(LONG_SHORT, extra_days=250))
    assert "One-day VaR 99\u2009% tested on 250 days, 31 Dec 2021 to 28 Dec 2022, each from the 252 days before it" in shown
    rows = [line.split("  ")[0].strip() for line in shown.splitlines()]
    assert [row for row in rows if row.isdigit()] == ["1", "2", "3", "4", "5", "6"]
    flat = " ".join(shown.split())
    assert " ".join(result.first_because.split()) in flat
    for one in result.methods:
        assert one.verdict in flat
    assert "Monte Carlo was not tested." in flat
    names = [one.name for one in result.methods]
    assert sorted(names, key=shown.index) == names


def test_a_name_is_literal_and_what_is_left_out_is_shown(farp: Callable[..., Result]) -> None:
    shown = farp("red-odd-red.odd", "--method", "historical_simulation").stdout
    assert shown.startswith("[red]Odd[/red]\n")
    assert "the ticker is unknown" in shown
    assert "nan" not in shown


def test_fewer_days_are_said_once(farp: Callable[..., Result]) -> None:
    shown = farp(LONG_SHORT, "--method", "student_t", "--as-of", "2020-06-01", "--days", "1000").stdout
    assert " ".join(shown.split()).count("days are tested instead of 1000") == 1


def test_cash_alone_is_a_sentence(farp: Callable[..., Result]) -> None:
    answer = farp("cash.odd")
    assert answer.exit_code == 1
    assert "did not move" in " ".join(answer.stderr.split())


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--method", "guess", "--method must be fast, all, historical_simulation"),
        ("--confidence", "42", "--confidence must be a percentage from 90 to 99.9"),
        ("--days", "1001", "--days must be a whole number from 60 to 1000"),
        ("--lookback", "59", "--lookback must be a whole number from 60 to 2520 days"),
    ],
)
def test_a_mistyped_option_is_a_sentence(farp: Callable[..., Result], option: str, value: str, said: str) -> None:
    answer = farp(option, value)
    assert answer.exit_code != 0
    assert said in " ".join(answer.stderr.split())
