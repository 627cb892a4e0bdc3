"""`farp var`, as a person runs it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from farp.analysis.methods import comparison, method_figure
from farp.cli import app
from farp.engine.methods import METHODS
from farp.engine.value_at_risk import QuantileRule
from farp.format import money, percent
from farp.portfolio import Position
from farp.report.documents.methods import comparison_document, method_document
from farp.report.methods import apart_in_words
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
    return lambda *arguments: CliRunner().invoke(app, arguments, env={"FARP_DATA_DIR": str(folder)})


def test_all_methods_as_json_are_the_comparison_to_the_last_bit(farp: Callable[..., Result], desk: Desk) -> None:
    asked = ["--confidence", "97.5", "--horizon", "5", "--lookback", "125", "--rule", "centered", "--as-of", "2022-06-18"]
    answer = farp("var", LONG_SHORT, "--json", *asked)
    assert answer.exit_code == 0, answer.output
    window = desk.window(LONG_SHORT, dt.date(2022, 6, 18), 125)
    assert json.loads(answer.stdout) == comparison_document(comparison(window, 0.975, 5, QuantileRule.CENTERED))


@pytest.mark.parametrize("method", METHODS)
def test_one_method_as_json_is_the_document_of_the_api_to_the_last_bit(farp: Callable[..., Result], desk: Desk, method: str) -> None:
    answer = farp("var", LONG_SHORT, "--method", method, "--json")
    window = desk.window(LONG_SHORT)
    assert json.loads(answer.stdout) == method_document(method_figure(window, method, 0.95), window, 252)


def test_the_table_shows_every_method_with_its_figures_and_says_how_far_they_are_apart(farp: Callable[..., Result], desk: Desk) -> None:
    shown = farp("var", LONG_SHORT, "--confidence", "99").stdout
    result = comparison(desk.window(LONG_SHORT), 0.99)
    for figure in result.figures:
        line = next(line for line in shown.splitlines() if line.strip().startswith(figure.name))
        assert money(figure.amount) in line
        assert percent(figure.expected_shortfall_fraction, 2) in line
    assert apart_in_words(result)[:60] in shown


def test_one_method_shows_what_was_chosen_and_fitted(farp: Callable[..., Result]) -> None:
    shown = farp("var", LONG_SHORT, "--method", "student_t", "--horizon", "10").stdout
    assert "Student t" in shown
    assert "Degrees of freedom" in shown
    assert "VaR 95\N{THIN SPACE}%, 10 days" in shown
    assert "Seed" in farp("var", LONG_SHORT, "--method", "monte_carlo").stdout


def test_odd_portfolios_read_as_sentences(farp: Callable[..., Result]) -> None:
    odd = farp("var", "red-odd-red.odd")
    assert odd.exit_code == 0, odd.output
    assert "[red]Odd[/red]" in odd.stdout
    assert "Excluded" in odd.stdout
    cash = farp("var", "cash.odd")
    assert cash.exit_code == 0
    assert "no method sees a risk" in cash.stdout
    alone = farp("var", "cash.odd", "--method", "garch_filtered")
    assert (alone.exit_code, alone.stdout) == (1, "")
    assert "does not move" in alone.stderr


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--method", "magic", "--method must be all, historical_simulation"),
        ("--confidence", "42", "--confidence must be a percentage from 90 to 99.9"),
        ("--confidence", "abc", "--confidence must be a percentage from 90 to 99.9"),
        ("--horizon", "61", "--horizon must be a whole number from 1 to 60 days"),
        ("--lookback", "59", "--lookback must be a whole number of trading days, 60 or more"),
        ("--rule", "hazen", "--rule must be linear, order_statistic or centered"),
    ],
)
def test_a_mistyped_option_is_one_sentence_and_status_2(farp: Callable[..., Result], option: str, value: str, said: str) -> None:
    answer = farp("var", LONG_SHORT, option, value)
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
