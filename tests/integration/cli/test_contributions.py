"""`farp contributions`, as a person runs it."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from farp.analysis.alignment import chosen_factors
from farp.analysis.contributions import Breakdown, View, contributions
from farp.cli import app
from farp.format import money, percent
from farp.portfolio import Position
from farp.report.causes import who_causes_it
from farp.report.documents.contributions import contributions_document
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
        usable = [t for t in desk.history.tickers if np.isfinite(desk.history.close(t)[-1]) and desk.history.instruments[t].holdable]
        desk.save_portfolio("Many", [Position(ticker, 1.0) for ticker in usable[:40]], owner="odd")
    return path


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    with open_desk(load_settings({"FARP_DATA_DIR": str(folder)})) as opened:
        yield opened


@pytest.fixture
def farp(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    for name in ("BENCHMARK", "MONGODB_URI", "DEFAULT_PORTFOLIO", "PRICE_SOURCE", "BASE_CURRENCY"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(app, ["contributions", *arguments], env={"FARP_DATA_DIR": str(folder)})


def test_as_json_it_is_the_document_of_the_api_to_the_last_bit(farp: Callable[..., Result], desk: Desk) -> None:
    answer = farp(
        LONG_SHORT, "--json", "--by", "factor", "--view", "parametric", "--confidence", "99.5", "--lookback", "125",
        "--factors", "QQQ,GLD", "--group", "QQQ", "--as-of", "2022-06-18",
    )  # fmt: skip
    window, history = desk.window(LONG_SHORT, dt.date(2022, 6, 18), 125), desk.history
    expected = contributions(window, history, Breakdown.FACTOR, View.PARAMETRIC, 0.995, chosen_factors(("QQQ", "GLD"), history), "QQQ")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert json.loads(answer.stdout) == contributions_document(expected)
    assert json.loads(farp(LONG_SHORT, "--json").stdout) == contributions_document(contributions(desk.window(LONG_SHORT), history))


def test_it_shows_totals_the_sentence_and_every_part(farp: Callable[..., Result], desk: Desk) -> None:
    shown = farp(LONG_SHORT).stdout
    result = contributions(desk.window(LONG_SHORT), desk.history)
    assert shown.startswith("Long/Short Equity\n")
    assert money(result.value_at_risk) in shown
    assert money(result.expected_shortfall) in shown
    assert who_causes_it(result) in shown.replace("\n", " ")
    places = [shown.index(f"\n {part.name} ") for part in result.contributors]
    assert places == sorted(places)
    first = result.contributors[0]
    row = next(line for line in shown.splitlines() if line.startswith(f" {first.name} "))
    assert re.split(r"  +", row.strip())[1:] == [
        money(first.amount), percent(first.weight), percent(first.share), money(first.component_value_at_risk),
        money(first.component_expected_shortfall), f"−{abs(first.marginal_value_at_risk or 0.0):.4f}", money(first.incremental_value_at_risk),
    ]  # fmt: skip
    assert "scaled to the VaR" in shown


def test_groups_and_what_is_inside_them(farp: Callable[..., Result]) -> None:
    groups = farp(LONG_SHORT, "--by", "asset_class", "--view", "parametric").stdout
    assert re.search(r"\n Equity +", groups)
    assert "scaled to the VaR" not in groups
    inside = farp(LONG_SHORT, "--by", "sector", "--group", "Information Technology").stdout
    assert "Position in Information Technology" in inside
    assert re.search(r"\n AMD .*\n MSFT ", inside)
    assert "NFLX" not in inside
    assert "Exposure" in farp(LONG_SHORT, "--by", "factor").stdout


def test_many_parts_share_a_last_row(farp: Callable[..., Result], desk: Desk) -> None:
    result = contributions(desk.window("many.odd"), desk.history)
    rest = len(result.contributors) - 25
    assert rest > 1
    shown = farp("many.odd").stdout
    assert re.search(rf"\n {rest} others +", shown)
    assert percent(sum(part.share or 0.0 for part in result.contributors[25:])) in shown


def test_odd_portfolios_read_as_sentences(farp: Callable[..., Result]) -> None:
    odd = farp("red-odd-red.odd")
    assert odd.exit_code == 0
    assert odd.stdout.startswith("[red]Odd[/red]\n")
    assert re.search(r"NOSUCH +1 +– +the ticker is unknown", odd.stdout)
    assert "Apple causes all of the expected shortfall" in odd.stdout
    cash = farp("cash.odd", "--by", "currency").stdout
    assert cash.count("there is no risk to share out") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--by", "colour"), 2, "--by must be position, sector"),
        (("--view", "x"), 2, "--view must be historical or parametric, got 'x'."),
        (("--confidence", "89"), 2, "--confidence must be a percentage from 90 to 99.9"),
        (("--lookback", "5"), 2, "--lookback must be a whole number of trading days, 60 or more"),
        (("--by", "sector", "--group", "Nope"), 1, "group must be one of "),
        (("--group", "AAPL"), 1, "A position has no holdings inside it"),
        (("--by", "factor", "--factors", "NOSUCH"), 2, "NOSUCH has no price at this source"),
        (("nope",), 1, "There is no portfolio 'nope'"),
    ],
)
def test_what_cannot_be_used_is_a_sentence(farp: Callable[..., Result], arguments: tuple[str, ...], code: int, sentence: str) -> None:
    answer = farp(*arguments)
    assert (answer.exit_code, answer.stdout) == (code, "")
    assert answer.stderr.startswith(f"farp: {sentence}")
    assert answer.stderr.count("\n") == 1
