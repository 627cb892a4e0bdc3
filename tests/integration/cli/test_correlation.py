"""`farp correlation`, as a person runs it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from farp.analysis.correlation import correlations
from farp.cli import app
from farp.format import number
from farp.portfolio import Position
from farp.report.documents.correlation import correlation_document
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
        desk.save_portfolio("Many", [Position(ticker, 1.0) for ticker in ("AAPL", "MSFT", "XOM", "GLD", "NVDA", "UST10Y")], owner="odd")
    return path


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    with open_desk(load_settings({"FARP_DATA_DIR": str(folder)})) as opened:
        yield opened


@pytest.fixture
def farp(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    for name in ("BENCHMARK", "MONGODB_URI", "DEFAULT_PORTFOLIO", "PRICE_SOURCE", "BASE_CURRENCY"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(app, ["correlation", *arguments], env={"FARP_DATA_DIR": str(folder)})


def test_as_json_it_is_the_document_of_the_api_to_the_last_bit(farp: Callable[..., Result], desk: Desk) -> None:
    answer = farp(LONG_SHORT, "--json", "--lookback", "125", "--as-of", "2022-06-18")
    expected = correlation_document(correlations(desk.window(LONG_SHORT, dt.date(2022, 6, 18), 125)))
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert json.loads(answer.stdout) == expected
    assert expected["data_points"] == 125
    everything = json.loads(farp(LONG_SHORT, "--json", "--lookback", "all").stdout)
    assert everything["lookback_days"] is None


def test_without_an_id_it_shows_the_default_portfolio_over_a_year(farp: Callable[..., Result], desk: Desk) -> None:
    shown = farp().stdout
    result = correlations(desk.window())
    assert shown.startswith("Balanced 60/40\nbalanced-60-40.user_001 · 28 Dec 2022 · Sample data, 28 December 2022 · 252 daily returns\n")
    assert result.average is not None
    facts = dict(line.rsplit(maxsplit=1) for line in shown.splitlines() if line.startswith(("Average", "Diversification")))
    assert {name.strip(): value for name, value in facts.items()} == {
        "Average correlation": number(result.average),
        "Diversification ratio": number(result.diversification_ratio),
    }


def test_the_pairs_that_move_together_most_and_least_are_shown_and_how_many_are_not(farp: Callable[..., Result], desk: Desk) -> None:
    shown = farp("many.odd").stdout
    matrix = correlations(desk.window("many.odd")).correlation.matrix
    values = sorted((number(value) for value in matrix[np.triu_indices(6, k=1)]), key=lambda text: -float(text.replace("\N{MINUS SIGN}", "-")))
    assert "MSFT move together most" in shown or "NVDA move together most" in shown
    cells = [
        line.split()[-1]
        for line in shown.partition(" Pair ")[2].splitlines()
        if line.split()[:1] and line.split()[0] in {"AAPL", "MSFT", "XOM", "GLD", "NVDA"}
    ]
    assert cells == values[:5] + values[-5:]
    assert "5 pairs between them" in shown


def test_what_is_left_out_is_shown_names_are_literal_and_one_holding_has_no_pairs(farp: Callable[..., Result]) -> None:
    shown = farp("red-odd-red.odd").stdout
    assert shown.startswith("[red]Odd[/red]\n")
    assert "the ticker is unknown" in shown
    assert "Pair" not in shown
    assert "nan" not in shown


def test_cash_alone_has_dashes_and_no_nan(farp: Callable[..., Result]) -> None:
    shown = farp("cash.odd").stdout
    assert [line.split()[-1] for line in shown.splitlines() if line.startswith(("Average", "Diversification"))] == ["–", "–"]
    assert "nan" not in shown


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--lookback", "59"], 2, "farp: --lookback must be a whole number of trading days, 60 or more"),
        (["--lookback", "half"], 2, "farp: --lookback must be"),
        (["--as-of", "today"], 2, "farp: --as-of must be a date"),
        (["nope"], 1, "farp: There is no portfolio 'nope'."),
        ([""], 2, "farp: The portfolio id is empty"),
        (["--as-of", "1950-01-01"], 1, "farp: Nothing in portfolio"),
    ],
)
def test_what_goes_wrong_is_one_sentence(farp: Callable[..., Result], arguments: list[str], status: int, sentence: str) -> None:
    answer = farp(*arguments)
    assert (answer.exit_code, answer.stdout) == (status, "")
    assert answer.stderr.startswith(sentence)
    assert answer.stderr.count("\n") == 1
