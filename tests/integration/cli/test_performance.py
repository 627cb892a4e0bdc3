"""`farp performance`, as a person runs it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from farp.analysis.performance import EXTRA_DAYS, performance_of
from farp.cli import app
from farp.format import day
from farp.portfolio import Position
from farp.report.documents.performance import performance_document
from farp.report.measures import AGAINST, OWN, written
from farp.service import Desk, open_desk
from farp.settings import load_settings

LONG_SHORT = "long-short-equity.user_003"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli")
    with open_desk(load_settings({"FARP_DATA_DIR": str(path)})) as desk:
        desk.seed()
        desk.save_portfolio("Short", [Position("AAPL", -10.0)], owner="odd")
        desk.save_portfolio("Cash", [Position("CASH:USD", 10.0)], owner="odd")
    return path


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    with open_desk(load_settings({"FARP_DATA_DIR": str(folder)})) as opened:
        yield opened


@pytest.fixture
def farp(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    for name in ("BENCHMARK", "RISK_FREE_RATE", "MONGODB_URI", "DEFAULT_PORTFOLIO", "PRICE_SOURCE", "BASE_CURRENCY"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(app, ["performance", *arguments], env={"FARP_DATA_DIR": str(folder), "COLUMNS": "160"})


@pytest.mark.parametrize("rolling", [None, 20])
def test_as_json_it_is_the_document_of_the_api_to_the_last_bit(farp: Callable[..., Result], desk: Desk, rolling: int | None) -> None:
    answer = farp(LONG_SHORT, "--json", "--lookback", "125", *(["--rolling", str(rolling)] if rolling else []))
    result = performance_of(desk.window(LONG_SHORT, None, 125, EXTRA_DAYS), desk.history, 0.02, rolling)
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert json.loads(answer.stdout) == performance_document(result)


def test_every_figure_is_shown_beside_the_benchmarks(farp: Callable[..., Result], desk: Desk) -> None:
    shown = farp(LONG_SHORT).stdout
    result = performance_of(desk.window(LONG_SHORT, extra_days=EXTRA_DAYS), desk.history, 0.02)
    assert result.benchmark is not None
    lines = {re.split(r"\s{2,}", line.strip())[0]: re.split(r"\s{2,}", line.strip())[1:] for line in shown.splitlines() if line.strip()}
    for measure in OWN:
        assert lines[measure.name] == [written(measure, result.figures), written(measure, result.benchmark.figures)]
    for measure in AGAINST:
        assert lines[measure.name] == [written(measure, result.benchmark.relative), "–"]
    assert "3.2*" in lines["2022"]
    assert all(day(span.trough) in shown for span in result.worst_drawdowns)
    assert "not yet" in shown


def test_a_book_worth_nothing_and_cash_read_as_sentences(farp: Callable[..., Result]) -> None:
    short = farp("short.odd").stdout
    assert "The net asset value is not positive" in short
    assert "Sharpe" not in short.replace("Sharpe ratio and beta are undefined", "")
    assert "Worst falls" in short
    cash = farp("cash.odd").stdout
    assert "Sharpe ratio" in cash
    assert "Worst falls" not in cash
    assert "nan" not in short + cash


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--rolling", "30"], 2, "farp: --rolling must be 20, 60 or 252 days"),
        (["--lookback", "20"], 2, "farp: --lookback must be a whole number of trading days, 60 or more"),
        (["nope"], 1, "farp: There is no portfolio 'nope'."),
    ],
)
def test_what_goes_wrong_is_one_sentence(farp: Callable[..., Result], arguments: list[str], status: int, sentence: str) -> None:
    answer = farp(*arguments)
    assert (answer.exit_code, answer.stdout) == (status, "")
    assert answer.stderr.startswith(sentence)
    assert answer.stderr.count("\n") == 1
