"""`farp factors` and `farp pca`, as a person runs them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from farp.analysis.alignment import chosen_factors
from farp.analysis.factors import portfolio_factors, rolling_loadings
from farp.analysis.pca import portfolio_components
from farp.cli import app
from farp.engine.factor_model import CovarianceEstimator
from farp.format import money, number, percent
from farp.portfolio import Position
from farp.report.documents.factors import factors_document
from farp.report.documents.pca import pca_document
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


def cells(shown: str, first: str) -> list[str]:
    """The cells of the line that begins with `first`."""
    return next(line for line in shown.splitlines() if line.strip().startswith(first)).replace("\N{THIN SPACE}%", "%").split()


def test_factors_as_json_are_the_document_of_the_api_to_the_last_bit(farp: Callable[..., Result], desk: Desk) -> None:
    arguments = ["--factors", "QQQ,GLD", "--covariance", "ledoit_wolf", "--lookback", "125", "--rolling", "60", "--as-of", "2022-06-18"]
    answer = farp("factors", LONG_SHORT, "--json", *arguments)
    window, chosen = desk.window(LONG_SHORT, dt.date(2022, 6, 18), 125, None), chosen_factors(("QQQ", "GLD"), desk.history)
    result = portfolio_factors(window, desk.history, chosen, CovarianceEstimator.LEDOIT_WOLF)
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert json.loads(answer.stdout) == factors_document(result, rolling_loadings(window, desk.history, chosen, 60))


def test_factors_show_share_loading_and_what_a_move_is_worth(farp: Callable[..., Result], desk: Desk) -> None:
    shown = farp("factors", LONG_SHORT, "--rolling", "252").stdout
    result = portfolio_factors(desk.window(LONG_SHORT, extra_days=None), desk.history)
    exposure, shares = float(result.factors.exposures[0]), result.factors.contributions
    assert cells(shown, "Market ") == [
        "Market",
        percent(shares.by_factor[0]).replace("\N{THIN SPACE}", ""),
        number(exposure / result.net_asset_value),
        number(float(result.portfolio.t_statistics[0, 0]), 1),
        money(exposure / 100),
        number(float(result.collinearity.variance_inflation[0]), 1),
    ]
    assert "Rolling 252 days" in shown
    assert result.findings[0] in " ".join(shown.split())


def test_shrinkage_and_likeness_are_shown(farp: Callable[..., Result]) -> None:
    shown = farp("factors", LONG_SHORT, "--factors", "^GSPC,QQQ", "--covariance", "ledoit_wolf").stdout
    assert "Ledoit-Wolf, shrunk by " in shown
    assert "^GSPC and QQQ move together (correlation 0.97)." in shown


def test_pca_as_json_is_the_document_of_the_api_to_the_last_bit(farp: Callable[..., Result], desk: Desk) -> None:
    answer = farp("pca", LONG_SHORT, "--json", "--lookback", "125")
    assert json.loads(answer.stdout) == pca_document(portfolio_components(desk.window(LONG_SHORT, None, 125)))


def test_pca_shows_the_first_ten_and_what_they_are(farp: Callable[..., Result], desk: Desk) -> None:
    shown = farp("pca", LONG_SHORT).stdout
    result = portfolio_components(desk.window(LONG_SHORT))
    row = cells(shown, "2 ")
    assert " ".join(row[1:-4]) == result.readings[1]
    assert row[-1] == money(float(result.components.exposures[1]))
    assert row[-2] == percent(float(result.components.variance_shares[1])).replace("\N{THIN SPACE}", "")
    assert "The other 5 explain" in shown
    assert "the price never moves: CASH:USD." in shown


@pytest.mark.parametrize("command", ["factors", "pca"])
def test_odd_portfolios_read_literally_and_without_nan(farp: Callable[..., Result], command: str) -> None:
    shown = farp(command, "red-odd-red.odd").stdout
    assert shown.startswith("[red]Odd[/red]\n")
    assert "the ticker is unknown" in shown
    assert not {"nan", "inf", "None"} & set(shown.split())


def test_cash_alone_has_no_components_and_no_nan(farp: Callable[..., Result]) -> None:
    assert farp("pca", "cash.odd").stderr.startswith("farp: No holding's price moves")
    assert not {"nan", "inf", "None"} & set(farp("factors", "cash.odd").stdout.split())


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["factors", "--covariance", "x"], 2, "farp: --covariance must be sample or ledoit_wolf"),
        (["factors", "--rolling", "59"], 2, "farp: --rolling must be a whole number from 60 to 2520 days"),
        (["factors", "--factors", "NOSUCH"], 2, "farp: NOSUCH has no price at this source"),
        (["factors", "--factors", "SPY"], 1, "farp: There is no factor analysis: SPY has no prices after 18 Aug 2021."),
        (["factors", "--rolling", "2520"], 1, "farp: There are no rolling loadings"),
        (["pca", "--lookback", "half"], 2, "farp: --lookback must be"),
        (["pca", "nope"], 1, "farp: There is no portfolio 'nope'."),
    ],
)
def test_what_goes_wrong_is_one_sentence(farp: Callable[..., Result], arguments: list[str], status: int, sentence: str) -> None:
    answer = farp(*arguments)
    assert (answer.exit_code, answer.stdout) == (status, "")
    assert answer.stderr.startswith(sentence)
    assert answer.stderr.count("\n") == 1
