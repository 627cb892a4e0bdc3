"""`farp sensitivity`, as a person runs it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from farp.analysis.sensitivity import sensitivities
from farp.cli import app
from farp.format import money, short_money
from farp.portfolio import Position
from farp.report.documents.sensitivity import sensitivity_document
from farp.report.moves import summary
from farp.service import Desk, open_desk
from farp.settings import load_settings

LONG_SHORT = "long-short-equity.user_003"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli")
    with open_desk(load_settings({"FARP_DATA_DIR": str(path)})) as desk:
        desk.seed()
        desk.save_portfolio("[red]Odd[/red]", [Position("AAPL", -10.0), Position("NOSUCH", 1.0)], owner="odd")
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
    return lambda *arguments: CliRunner().invoke(app, ["sensitivity", *arguments], env={"FARP_DATA_DIR": str(folder), "COLUMNS": "160"})


def test_as_json_it_is_the_document_of_the_api_to_the_last_bit(farp: Callable[..., Result], desk: Desk) -> None:
    answer = farp(LONG_SHORT, "--json", "--lookback", "125", "--grid", "Market,Gold")
    result = sensitivities(desk.window(LONG_SHORT, None, 125, None), desk.history, grid=("Market", "Gold"))
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert json.loads(answer.stdout) == sensitivity_document(result)


def test_ladder_positions_grid_and_conversion_are_shown(farp: Callable[..., Result], desk: Desk) -> None:
    shown = " ".join(farp(LONG_SHORT, "--grid", "Market,Rates").stdout.split())
    result = sensitivities(desk.window(LONG_SHORT, extra_days=None), desk.history, grid=("Market", "Rates"))
    place = result.costliest[0]
    assert " ".join(summary(result).split()) in shown
    assert f"{result.factors.names[place]}, %" in shown
    assert short_money(float(result.ladder.profit_and_loss[place, 0])) in shown
    amounts = result.ladder.position_profit_and_loss[:, place, result.worst_rungs[place]]
    assert money(float(amounts.min())) in shown
    assert "Market \\ Rates" in shown
    assert "a duration of 8.2 years" in shown
    assert "8 more" in shown


def test_chosen_factors_are_the_ladder(farp: Callable[..., Result]) -> None:
    shown = farp("--factors", "GLD").stdout
    assert "GLD, %" in shown
    assert "bp" not in shown


def test_a_book_worth_nothing_and_odd_names_read_plainly(farp: Callable[..., Result]) -> None:
    shown = farp("red-odd-red.odd").stdout
    assert shown.startswith("[red]Odd[/red]\n")
    assert "the ticker is unknown" in shown
    assert "of value" not in shown
    cash = farp("cash.odd").stdout
    assert "No move of a factor costs these holdings anything" in cash
    assert "nan" not in shown + cash


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["--grid", "Market"], 2, "farp: grid must be two factors separated by a comma"),
        (["--grid", "Market,Oil"], 2, "farp: grid names 'Oil', which is not a factor here"),
        (["--factors", "NOSUCH"], 2, "farp: NOSUCH has no price at this source"),
        (["--factors", "SPY"], 1, "farp: There is no factor analysis: SPY has no prices after 18 Aug 2021."),
        (["--lookback", "59"], 2, "farp: --lookback must be a whole number of trading days, 60 or more"),
        (["nope"], 1, "farp: There is no portfolio 'nope'."),
    ],
)
def test_what_goes_wrong_is_one_sentence(farp: Callable[..., Result], arguments: list[str], status: int, sentence: str) -> None:
    answer = farp(*arguments)
    assert (answer.exit_code, answer.stdout) == (status, "")
    assert answer.stderr.startswith(sentence)
    assert answer.stderr.count("\n") == 1
