"""`farp seed`, `portfolios`, `risk` and `check`, as a person runs them."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from farp.cli import app
from farp.report.documents.report import metrics_document, portfolios_document
from farp.service import Desk, open_desk
from farp.settings import load_settings
from farp.store.protocol import PORTFOLIOS
from farp.store.users import converted

LONG_SHORT = "long-short-equity.user_003"
HOSTILE_NAME = "[red]Odd[/red] \x1b[31m:smile:"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo users and one user whose portfolio has an odd name and an unknown ticker."""
    path = tmp_path_factory.mktemp("cli")
    assets = [{"asset_ticker": "AAPL", "asset_quantity": 10}, {"asset_ticker": "NOSUCH", "asset_quantity": 1}]
    odd = {"portfolio_id": "odd.user_901", "portfolio_name": HOSTILE_NAME, "assets": assets}
    with open_desk(load_settings({"FARP_DATA_DIR": str(path)})) as desk:
        desk.seed()
        desk.store.put(PORTFOLIOS, converted({"user_id": "user_901", "portfolios": [odd]}))
    return path


@pytest.fixture
def farp(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command in this process over the seeded store."""
    for name in ("BENCHMARK", "RISK_FREE_RATE", "MONGODB_URI", "DEFAULT_PORTFOLIO", "PRICE_SOURCE", "BASE_CURRENCY"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(app, arguments, env={"FARP_DATA_DIR": str(folder), **environment})

    return run


def desk_of(folder: Path) -> Desk:
    return open_desk(load_settings({"FARP_DATA_DIR": str(folder)}))


def run_process(folder: Path, *arguments: str, shell_tail: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own; `shell_tail` is a pipe behind it."""
    command = [sys.executable, "-m", "farp.cli", *arguments]
    clean = {name: value for name, value in os.environ.items() if name not in {"BENCHMARK", "MONGODB_URI", "COLUMNS", "NO_COLOR", "FORCE_COLOR"}}
    if shell_tail:
        command = ["bash", "-o", "pipefail", "-c", f'"$@" {shell_tail}', "bash", *command]
    return subprocess.run(
        command, env=clean | {"FARP_DATA_DIR": str(folder)} | environment, capture_output=True, text=True, timeout=60, check=False, encoding="utf-8"
    )


@pytest.mark.parametrize("id", [LONG_SHORT, "multi-currency-reserve.user_004", "odd.user_901"])
def test_risk_as_json_is_the_document_of_the_api_to_the_last_bit(farp: Callable[..., Result], folder: Path, id: str) -> None:
    answer = farp("risk", id, "--json", "--as-of", "2022-06-18")
    with desk_of(folder) as desk:
        report = desk.report(id, dt.date(2022, 6, 18))
    assert answer.exit_code == 0
    assert json.loads(answer.stdout) == metrics_document(report)
    assert json.loads(answer.stdout)["date"] == "2022-06-17"
    assert answer.stderr == ""


def test_portfolios_as_json_are_the_document_of_the_api(farp: Callable[..., Result], folder: Path) -> None:
    with desk_of(folder) as desk:
        expected = portfolios_document(desk.portfolios(), desk.default_portfolio_id())
    assert json.loads(farp("portfolios", "--json").stdout) == expected


def test_risk_without_an_id_shows_the_default_portfolio(farp: Callable[..., Result]) -> None:
    assert farp("risk").stdout.startswith(
        "Balanced 60/40\nbalanced-60-40.user_001 · 28 Dec 2022 · Sample data, 28 December 2022 · 252 daily returns\n"
    )
    assert farp("risk", DEFAULT_PORTFOLIO="single-stock.user_008").stdout.startswith("Single Stock\n")


def test_risk_shows_the_figures_for_reading(farp: Callable[..., Result], folder: Path) -> None:
    with desk_of(folder) as desk:
        report = desk.report(LONG_SHORT)
    shown = farp("risk", LONG_SHORT).stdout
    for figure in report.value_at_risk:
        assert re.search(rf"{figure.confidence:.0%}".replace("%", ".%") + rf" +{figure.horizon_days} days? +\${figure.amount:,.0f} ", shown)
    assert f"${report.net_asset_value:,.0f}" in shown
    assert "Beta to ^GSPC" in shown
    largest = report.holdings[int(report.tail_contributions[0].expected_shortfall.argmax())]
    first_contributor = shown.split("Largest contributors")[1].splitlines()[2]
    assert first_contributor.split()[0] == largest.ticker


def test_what_is_left_out_and_why_is_shown_and_names_are_taken_literally(farp: Callable[..., Result]) -> None:
    shown = farp("risk", "odd.user_901").stdout
    assert shown.startswith("[red]Odd[/red] [31m:smile:\n")
    assert "\x1b" not in shown
    assert re.search(r"NOSUCH +1 +– +the ticker is unknown", shown)


def test_the_list_shows_every_portfolio_uncut(farp: Callable[..., Result], folder: Path) -> None:
    shown = farp("portfolios").stdout
    with desk_of(folder) as desk:
        for portfolio in desk.portfolios():
            assert portfolio.id in shown


def test_check_says_what_is_configured_and_how_fresh(farp: Callable[..., Result], folder: Path) -> None:
    answer = farp("check", RISK_FREE_RATE="0.035")
    assert answer.exit_code == 0
    assert f"SQLite, {folder}" in answer.stdout
    assert "sample (Sample data, 28 December 2022)" in answer.stdout
    assert re.search(r"Last prices +28 Dec 2022, [\d,]+ days ago", answer.stdout)
    assert re.search(r"Risk-free rate +3.50.%", answer.stdout)
    assert re.search(r"Users +25", answer.stdout)
    assert "balanced-60-40.user_001 (Balanced 60/40)" in answer.stdout


def test_seeding_twice_changes_nothing(farp: Callable[..., Result], tmp_path: Path) -> None:
    empty = {"FARP_DATA_DIR": str(tmp_path)}
    assert "Run `farp seed`" in farp("check", **empty).stdout
    assert farp("portfolios", **empty).exit_code == 1
    assert json.loads(farp("portfolios", "--json", **empty).stdout) == {"default_portfolio_id": None, "portfolios": []}

    assert farp("seed", "--users", "9", **empty).stdout == "Made 9 demo users; 0 were there already.\n"
    once = farp("portfolios", "--json", **empty).stdout
    assert farp("seed", "--users", "9", **empty).stdout == "Made 0 demo users; 9 were there already.\n"
    assert farp("portfolios", "--json", **empty).stdout == once
    assert farp("seed", "--users", "11", **empty).stdout == "Made 2 demo users; 9 were there already.\n"


def test_another_seed_makes_other_users(farp: Callable[..., Result], tmp_path: Path) -> None:
    made = []
    for seed in ("1", "2"):
        here = {"FARP_DATA_DIR": str(tmp_path / seed)}
        assert farp("seed", "--users", "12", "--seed", seed, **here).exit_code == 0
        made.append(farp("portfolios", "--json", **here).stdout)
    assert made[0] != made[1]


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "sentence"),
    [
        (["risk", "nope"], {}, 1, "farp: There is no portfolio 'nope'."),
        (["risk", "--as-of", "today"], {}, 2, "farp: --as-of must be a date in the form YYYY-MM-DD such as 2022-12-28, got 'today'."),
        (["risk", ""], {}, 2, "farp: The portfolio id is empty; leave it out for the default portfolio."),
        (["risk"], {"RISK_FREE_RATE": "lots"}, 1, "farp: RISK_FREE_RATE must be"),
        (["check"], {"BENCHMARK": "NOSUCH"}, 1, "farp: BENCHMARK 'NOSUCH' has no prices"),
        (["check"], {"DEFAULT_PORTFOLIO": "gone.user_001"}, 1, "farp: DEFAULT_PORTFOLIO is 'gone.user_001', but there is no such portfolio"),
        (["risk", "single-stock.user_008", "--as-of", "1950-01-01"], {}, 1, "farp: Nothing in portfolio 'single-stock.user_008' can be priced"),
        (["portfolios"], {"FARP_DATA_DIR": "/dev/null/nowhere"}, 1, "farp: The store /dev/null/nowhere/farp.sqlite cannot be created"),
    ],
)
def test_what_goes_wrong_is_one_sentence_on_standard_error(
    farp: Callable[..., Result], arguments: list[str], environment: dict[str, str], status: int, sentence: str
) -> None:
    answer = farp(*arguments, **environment)
    assert answer.exit_code == status
    assert answer.stdout == ""
    assert answer.stderr.startswith(sentence)
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["seed", "--users", "0"], ["seed", "--users", "many"], ["risk", "a", "b"], ["risks"], ["risk", "--jsno"]])
def test_misuse_of_the_command_line_is_status_2_without_a_traceback(farp: Callable[..., Result], arguments: list[str]) -> None:
    answer = farp(*arguments)
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output


@pytest.mark.parametrize("arguments", [["risk"], ["risk", "--json"], ["portfolios"], ["portfolios", "--json"]])
def test_a_reader_that_leaves_early_is_no_error_to_talk_about(folder: Path, arguments: list[str]) -> None:
    assert run_process(folder, *arguments, shell_tail="| true").stderr == ""
    assert run_process(folder, *arguments, shell_tail="| head -n 1").stderr == ""


def test_colours_are_for_terminals_only_and_can_be_refused(folder: Path) -> None:
    piped = run_process(folder, "risk")
    assert piped.returncode == 0
    assert "\x1b" not in piped.stdout
    assert "\x1b[" in run_process(folder, "risk", FORCE_COLOR="1").stdout
    refused = run_process(folder, "risk", FORCE_COLOR="1", NO_COLOR="1").stdout
    assert not re.search("\x1b\\[[0-9;]*3[0-9]", refused), "no colour; bold and dim are allowed"


def test_a_terminal_without_unicode_gets_question_marks_rather_than_a_traceback(folder: Path) -> None:
    shown = run_process(folder, "risk", LONG_SHORT, PYTHONIOENCODING="ascii")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Net asset value" in shown.stdout


def test_help_is_there_at_once_and_loads_nothing_slow(folder: Path) -> None:
    script = (
        "import sys, farp.cli; print([name for name in ('numpy', 'pandas', 'fastapi', 'streamlit', 'pymongo', 'rich.table') if name in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert loaded.stdout == "[]\n"
    shown = run_process(folder, "--help")
    for command in ("serve", "seed", "portfolios", "risk", "import", "export", "delete", "check"):
        assert command in shown.stdout


def test_the_command_line_does_not_load_the_web_framework(folder: Path) -> None:
    script = "import sys; from farp.cli import app; app(['risk', '--json'], standalone_mode=False); print('fastapi' in sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "FARP_DATA_DIR": str(folder)}, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == "False\n"


def test_every_command_keeps_linear_algebra_on_one_thread_unless_told_otherwise(tmp_path: Path) -> None:
    script = (
        "import os, sys; from farp.cli import app;"
        " app(['portfolios', '--json'], standalone_mode=False); print(os.environ['OPENBLAS_NUM_THREADS'], file=sys.stderr)"
    )
    for given, expected in ((None, "1"), ("3", "3")):
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
        environment |= {"FARP_DATA_DIR": str(tmp_path)} | ({"OPENBLAS_NUM_THREADS": given} if given else {})
        done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
        assert done.stderr.split()[-1:] == [expected]
