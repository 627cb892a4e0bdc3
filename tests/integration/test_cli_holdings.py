"""`farp import`, `export` and `delete`, as a person or a script runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from farp.cli import app
from farp.holdings import document
from farp.service import Desk, open_desk
from farp.settings import load_settings

EXAMPLES = Path(__file__).parents[1] / "data" / "holdings_examples"
EXPECTED: dict[str, dict[str, Any]] = json.loads((EXAMPLES / "expected.json").read_text(encoding="utf-8"))["files"]
SIMPLE = "Symbol,Shares\nAAPL,10\nMSFT,5\n"
WEIGHTS = "Ticker,Weight\nAAPL,60%\nMSFT,40%\n"


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    with open_desk(load_settings({"FARP_DATA_DIR": str(tmp_path / "data")})) as opened:
        yield opened


@pytest.fixture
def farp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command in this process over a store of the test's own, in a folder of the test's own."""
    for name in ("BENCHMARK", "RISK_FREE_RATE", "MONGODB_URI", "DEFAULT_PORTFOLIO", "PRICE_SOURCE", "BASE_CURRENCY", "UPLOAD_LIMIT_MB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, given: str | bytes | None = None, **environment: str) -> Result:
        return CliRunner().invoke(app, arguments, input=given, env={"FARP_DATA_DIR": str(tmp_path / "data"), **environment})

    return run


def sentence(answer: Result, status: int = 1) -> str:
    """Check that nothing but one sentence came out, on standard error."""
    assert answer.exit_code == status, answer.output
    assert answer.stdout == ""
    assert answer.stderr.startswith("farp: ")
    assert answer.stderr.count("\n") == 1
    assert answer.stderr.endswith(".\n")
    return answer.stderr.removeprefix("farp: ").strip()


# --- what goes wrong ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"Symbol,Shares\n", "no positions"),
        (bytes(range(256)) * 40, "."),
        (b"Date,Action,Symbol,Quantity,Price,Amount\n2022-01-03,Buy,AAPL,5,180,-900\n2022-02-03,Sell,AAPL,5,170,850\n", "transactions"),
    ],
)
def test_an_unreadable_file_is_one_sentence_and_status_1(farp: Callable[..., Result], desk: Desk, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    assert words in sentence(farp("import", "bad.csv"))
    assert words in sentence(farp("import", "-", given=content))
    shown = farp("import", "bad.csv", "--json")
    assert shown.exit_code == 1
    assert json.loads(shown.stdout)["outcome"] == "error"
    assert words in json.loads(shown.stdout)["error"]
    assert desk.portfolios() == ()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import", "nowhere.csv"], "The file nowhere.csv cannot be read (No such file or directory)"),
        (["import", "."], "The file . cannot be read (Is a directory)"),
        (["import", "good.csv", "--answer", "decimal_mark"], "--answer must be KEY=VALUE, the key as the question names it, got 'decimal_mark'."),
        (["import", "good.csv", "--answer", "a=1", "--answer", "a=2"], "--answer gives 'a' two different values"),
        (["import", "good.csv", "--answer", "nope=1"], "This file has no question 'nope'"),
        (["import", "good.csv", "--portfolio-value", "lots"], "--portfolio-value must be a positive number"),
        (["import", "good.csv", "--as-of", "today"], "--as-of must be a date in the form YYYY-MM-DD"),
        (["import", "good.csv", "--owner", "a.b"], "A user id consists of"),
        (["import", "good.csv", "--name", " "], "A portfolio's name needs 1 to 80 characters, got 0."),
        (["export", "nope.me"], "There is no portfolio 'nope.me'."),
        (["delete", "nope.me", "--yes"], "There is no portfolio 'nope.me'."),
    ],
)
def test_a_bad_argument_is_one_sentence_and_changes_nothing(
    farp: Callable[..., Result], desk: Desk, tmp_path: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "good.csv").write_text(SIMPLE)
    assert words in sentence(farp(*arguments))
    assert desk.portfolios() == ()


def test_a_file_beyond_the_limit_is_not_read_to_its_end(farp: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "large.csv").write_text(SIMPLE + "\n" * 2**20)
    message = sentence(farp("import", "large.csv", UPLOAD_LIMIT_MB="1"))
    assert message.startswith("The file large.csv is larger than the 1 MB allowed")
    assert sentence(farp("import", "/dev/zero", UPLOAD_LIMIT_MB="1")).startswith("The file /dev/zero is larger")
    assert sentence(farp("import", "-", given=SIMPLE + "\n" * 2**20, UPLOAD_LIMIT_MB="1")).startswith("Standard input is larger")


def test_a_taken_name_is_kept_unless_it_may_be_replaced(farp: Callable[..., Result], desk: Desk) -> None:
    assert farp("import", "-", "--name", "One", given=SIMPLE).exit_code == 0
    assert "There is a portfolio 'one.me' already" in sentence(farp("import", "-", "--name", "One", given="Symbol,Shares\nKO,1\n"))
    assert [position.ticker for position in desk.portfolio("one.me").positions] == ["AAPL", "MSFT"]
    assert farp("import", "-", "--name", "One", "--replace", given="Symbol,Shares\nKO,1\n").exit_code == 0
    assert [position.ticker for position in desk.portfolio("one.me").positions] == ["KO"]


# --- import -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPECTED)
def test_the_json_of_every_example_is_the_importers_document(farp: Callable[..., Result], desk: Desk, name: str) -> None:
    answer = farp("import", str(EXAMPLES / name), "--json", "--owner", "tester")
    reading = desk.read_holdings((EXAMPLES / name).read_bytes(), name)
    shown = json.loads(answer.stdout)
    assert answer.stderr == ""
    assert {key: shown[key] for key in document(reading)} == json.loads(json.dumps(document(reading)))
    assert shown["outcome"] == EXPECTED[name]["outcome"]
    if shown["outcome"] == "needs_user":
        assert answer.exit_code == 2
        assert "portfolio_id" not in shown
        return
    assert answer.exit_code == 0
    saved = desk.portfolio(shown["portfolio_id"])
    assert (saved.owner_id, saved.positions) == ("tester", desk.positions_of(reading)[0])
    assert farp("risk", shown["portfolio_id"]).exit_code == 0


def test_the_summary_says_what_was_understood_and_what_was_not(farp: Callable[..., Result], desk: Desk) -> None:
    answer = farp("import", str(EXAMPLES / "ibkr_U0000417_20221228.csv"), "--name", "Mine")
    assert (answer.exit_code, answer.stderr) == (0, "")
    shown = " ".join(answer.stdout.split())
    assert shown.startswith("ibkr_U0000417_20221228.csv 5 positions · 2 cash lines · 1 not modelled · 20 lines left out · of 28 Dec 2022 · utf-8")
    for words in (
        "BBY BBY −150 USD 17",
        "BRK.B BRK B 12 USD 15 no prices, not part of the risk",
        "Ending Cash 1,874.21 EUR 26",
        "AMD 20JAN23 60 P option −3 21",
        "13–14 a lot of AMD, already inside its summary on line 12",
        "Note: Positions are in USD, EUR",
        "Saved as mine.me; `farp risk mine.me` shows what it could lose.",
    ):
        assert words in shown
    assert len(desk.portfolio("mine.me").positions) == 7


def test_what_is_not_settled_is_named_and_left_out(farp: Callable[..., Result]) -> None:
    shown = " ".join(farp("import", str(EXAMPLES / "fidelity_Portfolio_Positions_Dec-28-2022.csv"), "--dry-run").stdout.split())
    assert "Pending Activity −1,016.2 USD 7 not settled" in shown
    assert "Not in the portfolio: Pending Activity (lines 7): it is not settled yet" in shown


def test_a_dry_run_shows_the_same_and_saves_nothing(farp: Callable[..., Result], desk: Desk) -> None:
    dry, real = (farp("import", "-", "--name", "Dry", *more, given=SIMPLE) for more in (["--dry-run"], []))
    assert dry.exit_code == real.exit_code == 0
    assert "Nothing is saved: this was a dry run." in dry.stdout
    assert dry.stdout.splitlines()[:-1] == real.stdout.splitlines()[:-1]
    assert [portfolio.id for portfolio in desk.portfolios()] == ["dry.me"]
    answer = json.loads(farp("import", "-", "--name", "Drier", "--dry-run", "--json", given=SIMPLE).stdout)
    assert "portfolio_id" not in answer
    assert len(desk.portfolios()) == 1


def test_questions_are_shown_with_options_and_answered_on_the_command_line(farp: Callable[..., Result], desk: Desk) -> None:
    asked = farp("import", "-", "--name", "W", given=WEIGHTS)
    assert (asked.exit_code, asked.stderr) == (2, "")
    assert "--answer 'as_of=latest'  The last day with prices (proposed)" in asked.stdout
    assert "--answer 'portfolio_value=100000'  (proposed)" in asked.stdout
    assert asked.stdout.endswith("Nothing is saved yet: run the command again with the answers.\n")
    assert farp("import", "-", "--json", given=WEIGHTS).exit_code == 2
    assert desk.portfolios() == ()

    answers = ["--answer", "as_of=latest", "--answer", "portfolio_value=50000"]
    assert farp("import", "-", "--name", "W", *answers, given=WEIGHTS).exit_code == 0
    other = farp("import", "-", "--name", "V", "--portfolio-value", "50000", "--as-of", "2022-12-28", given=WEIGHTS)
    assert "Note: Quantities are worked out with the last prices on or before 28 Dec 2022." in other.stdout
    assert desk.report("w.me").net_asset_value == pytest.approx(50000.0)
    assert desk.portfolio("v.me").positions == desk.portfolio("w.me").positions


def test_names_and_control_characters_of_the_file_do_not_steer_the_terminal(farp: Callable[..., Result]) -> None:
    answer = farp("import", "-", "--name", "[red]Odd[/red]", given="Symbol,Name,Shares\nAAPL,\x1b[31mApple :smile:,1\n[bold]X,y,2\n")
    assert "\x1b" not in answer.output
    assert answer.exit_code in {0, 2}


def test_bytes_on_standard_input_are_not_decoded_by_the_terminal(tmp_path: Path) -> None:
    environment = {**os.environ, "FARP_DATA_DIR": str(tmp_path), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "farp.cli", "import", "-", "--dry-run"],
        input=b"\xff\xfe" + "Name;Symbol;Stück\nÖl;XOM;1.040,5\n".encode("utf-16-le"),
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in {0, 2}, done.stderr
    assert done.stderr == b""
    assert b"XOM" in done.stdout


# --- export and delete --------------------------------------------------------------------------------------------------------------


def test_an_export_goes_to_standard_output_or_a_file_and_imports_back(farp: Callable[..., Result], desk: Desk, tmp_path: Path) -> None:
    name = "fidelity_Portfolio_Positions_Dec-28-2022.csv"
    assert farp("import", str(EXAMPLES / name), "--name", "First").exit_code == 0
    shown = farp("export", "first.me")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Ticker,Name,Quantity,Currency\nMSFT,Microsoft,162.75,USD\n")
    assert farp("export", "first.me", "-o", "out.csv").stdout == "Wrote first.me to out.csv.\n"
    assert (tmp_path / "out.csv").read_bytes().decode() == shown.stdout
    assert farp("import", "out.csv", "--name", "Second").exit_code == 0
    assert desk.portfolio("second.me").positions == desk.portfolio("first.me").positions
    assert "cannot be written (No such file or directory)" in sentence(farp("export", "first.me", "-o", "nowhere/out.csv"))


def test_delete_asks_first_unless_told_not_to(farp: Callable[..., Result], desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert farp("import", "-", "--name", "One", given=SIMPLE).exit_code == 0
    assert "say so with --yes" in sentence(farp("delete", "one.me"))
    assert desk.portfolio("one.me")
    assert farp("delete", "one.me", "--yes").stdout == "Removed one.me.\n"
    assert desk.portfolios() == ()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal there")
@pytest.mark.parametrize(("typed", "status", "left"), [(b"n\n", 1, 1), (b"\n", 1, 1), (b"y\n", 0, 0)])
def test_at_a_terminal_delete_waits_for_a_yes(farp: Callable[..., Result], desk: Desk, tmp_path: Path, typed: bytes, status: int, left: int) -> None:
    import pty

    assert farp("import", "-", "--name", "One", given=SIMPLE).exit_code == 0
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "farp.cli", "delete", "one.me"],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "FARP_DATA_DIR": str(tmp_path / "data")},
        )
        os.write(ours, typed)
        shown, errors = process.communicate(timeout=60)
    finally:
        os.close(ours)
        os.close(theirs)
    assert process.returncode == status
    assert errors == b""
    assert b"Remove One (one.me) with 2 positions?" in shown
    assert len(desk.portfolios()) == left
