"""`farp stress` and `farp reverse-stress`, as a person runs them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from farp.analysis.reverse_stress import reverse_stress
from farp.analysis.stress import Scene, hypothetical_stress, stresses
from farp.cli import app
from farp.engine.stress_library import HypotheticalScenario, Shock, ShockKind, ShockMode, shock_of
from farp.format import money, percent
from farp.portfolio import Position
from farp.report.documents.reverse_stress import reverse_stress_document
from farp.report.documents.stress import stress_document, stress_result_document
from farp.service import Desk, open_desk
from farp.settings import load_settings

LONG_SHORT = "long-short-equity.user_003"
MINE = HypotheticalScenario(name="[red]Mine[/red]", mode=ShockMode.DIRECT, shocks=(Shock(kind=ShockKind.TICKER, name="AAPL", size=-0.5),))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli")
    with open_desk(load_settings({"FARP_DATA_DIR": str(path)})) as desk:
        desk.seed()
        desk.save_portfolio("Cash", [Position("CASH:USD", 10.0)], owner="odd")
        desk.save_portfolio("Debt", [Position("AAPL", 1.0), Position("CASH:USD", -1000.0)], owner="odd")
        desk.save_scenario(MINE)
    return path


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    with open_desk(load_settings({"FARP_DATA_DIR": str(folder)})) as opened:
        yield opened


@pytest.fixture
def farp(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    for name in ("BENCHMARK", "MONGODB_URI", "DEFAULT_PORTFOLIO", "PRICE_SOURCE", "BASE_CURRENCY"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(app, arguments, env={"FARP_DATA_DIR": str(folder)})


def test_as_json_the_library_is_the_document_of_the_api(farp: Callable[..., Result], desk: Desk) -> None:
    answer = farp("stress", LONG_SHORT, "--json", "--lookback", "125", "--as-of", "2022-06-18")
    result = stresses(desk.window(LONG_SHORT, dt.date(2022, 6, 18), 125), desk.history, desk.scenarios())
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert json.loads(answer.stdout) == stress_document(result)
    one = farp("stress", LONG_SHORT, "--json", "--scenario", "covid-2020")
    assert [scenario["id"] for scenario in json.loads(one.stdout)["scenarios"]] == ["covid-2020"]


def test_the_ranking_shows_every_scenario_worst_first_and_names_literally(farp: Callable[..., Result], desk: Desk) -> None:
    shown = farp("stress", LONG_SHORT).stdout
    result = stresses(desk.window(LONG_SHORT), desk.history, desk.scenarios())
    places = [shown.index(f" {one.scenario.name} ") for one in result.ranked]
    assert places == sorted(places)
    for one in result.ranked:
        assert money(one.total) in shown
        assert percent(one.fraction) in shown
    assert "[red]Mine[/red]" in shown
    assert "Black Monday 1987" in shown.split("Not available")[1]
    assert "nan" not in shown


def test_one_scenario_by_holding(farp: Callable[..., Result], desk: Desk) -> None:
    shown = farp("stress", LONG_SHORT, "--scenario", "lehman-2008").stdout
    result = stresses(desk.window(LONG_SHORT), desk.history).result("lehman-2008")
    assert f"would {'lose' if (result.total or 0) < 0 else 'gain'} {money(abs(result.total or 0))}" in shown
    for holding, amount in zip(desk.window(LONG_SHORT).holdings, result.profit_and_loss.tolist(), strict=True):
        assert holding.ticker in shown
        assert money(amount) in shown
    assert "had no price then" in shown


def test_shocks_of_ones_own(farp: Callable[..., Result], desk: Desk) -> None:
    arguments = ["--shock", "factor:Market=-20", "--shock", "currency:EUR=5", "--mode", "propagated"]
    answer = farp("stress", LONG_SHORT, "--json", *arguments)
    given = HypotheticalScenario(
        name="Hypothetical scenario", mode=ShockMode.PROPAGATED, shocks=(shock_of("factor:Market=-20"), shock_of("currency:EUR=5"))
    )
    window = desk.window(LONG_SHORT)
    result = hypothetical_stress(Scene(window=window, history=desk.history), given)
    assert json.loads(answer.stdout) == stress_result_document(result, window)
    shown = farp("stress", LONG_SHORT, *arguments).stdout
    assert "If Market loses 20" in shown
    assert "everything else moves as it usually does with that" in shown


def test_reverse_stress_is_the_document_and_reads_as_sentences(farp: Callable[..., Result], desk: Desk) -> None:
    answer = farp("reverse-stress", LONG_SHORT, "--json", "--loss", "25", "--horizon", "10")
    result = reverse_stress(desk.window(LONG_SHORT), desk.history, 0.25, 10)
    assert json.loads(answer.stdout) == reverse_stress_document(result)
    shown = farp("reverse-stress", LONG_SHORT).stdout
    assert "within 21 trading days, the likeliest way is: " in shown
    assert "nan" not in shown
    owed = farp("reverse-stress", "debt.odd", "--loss-amount", "20")
    assert "To lose $20 within 21 trading days" in owed.stdout


def test_cash_alone_moves_in_no_scenario(farp: Callable[..., Result]) -> None:
    shown = farp("stress", "cash.odd").stdout
    assert "nan" not in shown
    assert shown.count("$0") >= 13


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["stress", "--shock", "Market=-20"], 2, "farp: A shock is written KIND:NAME=PERCENT such as factor:Market=-20"),
        (["stress", "--shock", "factor:Market=-2000"], 2, "farp: The shock of Market must lie between -100 and 1,000 percent"),
        (["stress", "--shock", "factor:Market=1", "--shock", "factor:market=2"], 2, "farp: market is shocked twice"),
        (["stress", "--shock", "factor:Mrket=1"], 1, "farp: There is no factor 'Mrket' to shock"),
        (["stress", "--shock", "factor:Market=1", "--scenario", "covid-2020"], 2, "farp: --shock and --scenario"),
        (["stress", "--mode", "sideways"], 2, "farp: --mode must be direct or propagated"),
        (["stress", "--scenario", "nope"], 1, "farp: There is no scenario 'nope'."),
        (["stress", "nope"], 1, "farp: There is no portfolio 'nope'."),
        (["reverse-stress", "--loss", "0"], 2, "farp: --loss must be a number from 0.01 to 1000 percent"),
        (["reverse-stress", "--horizon", "0"], 2, "farp: --horizon must be a whole number from 1 to 60"),
        (["reverse-stress", "--factors", "NOSUCH"], 2, "farp: NOSUCH has no price"),
        (["reverse-stress", "debt.odd"], 1, "farp: The net asset value is not positive"),
        (["reverse-stress", "cash.odd"], 1, "farp: The portfolio does not depend on any of these factors"),
    ],
)
def test_what_goes_wrong_is_one_sentence(farp: Callable[..., Result], arguments: list[str], status: int, sentence: str) -> None:
    answer = farp(*arguments)
    assert (answer.exit_code, answer.stdout) == (status, "")
    assert answer.stderr.startswith(sentence)
    assert answer.stderr.count("\n") == 1
