"""`scripts/setup`, `scripts/test` and the pins, without a network: a pretended Python stands in for the real one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("basename", "cat", "chmod", "cksum", "cp", "dirname", "env", "grep", "id", "mkdir", "rm", "sed", "sh", "tail")

# Does what set-up asks of a Python and writes down each call; `behaviour` beside it decides what goes wrong.
PRETENDED_PYTHON = """#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
behaviour=$(cat "$PRETEND/behaviour" 2>/dev/null)
case "$1 $2" in
"-c import sys"*) [ "$behaviour" = old ] || echo "$here/$(basename "$0")" ;;
"-c import ensurepip"*) [ "$behaviour" != "no venv" ] ;;
"-c "*) ;;
"-m venv")
    echo "venv" >>"$PRETEND/calls"
    mkdir -p "$3/bin"
    cp "$0" "$3/bin/python"
    printf 'home = %s\\nversion = 3.11.7\\n' "$here" >"$3/pyvenv.cfg"
    ;;
"-m pip")
    shift 2
    echo "pip $*" >>"$PRETEND/calls"
    case "$behaviour" in
    "no network") echo "WARNING: Retrying ... Temporary failure in name resolution"; exit 1 ;;
    "disk full") echo "ERROR: [Errno 28] No space left on device"; exit 1 ;;
    "broken package") echo "ERROR: metadata-generation-failed"; exit 1 ;;
    interrupted) kill -KILL $PPID; exit 1 ;;
    esac
    printf '#!/bin/sh\\n' >"$here/farp"
    chmod +x "$here/farp"
    ;;
"-m compileall") echo "compileall ${PYTHONDONTWRITEBYTECODE-unset}" >>"$PRETEND/calls" ;;
*) echo "unexpected: $*" >&2; exit 9 ;;
esac
"""


class Checkout:
    """A copy of what set-up reads, in a folder whose name has blanks, and a PATH that holds little."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a clean clone"
        self.bin = folder / "bin"
        self.pretend = folder / "pretend"
        for needed in (self.root / "scripts", self.root / "farp", self.bin, self.pretend):
            needed.mkdir(parents=True)
        for name in ("pyproject.toml", "constraints.txt", "scripts/setup", "scripts/test"):
            shutil.copy(ROOT / name, self.root / name)
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None, f"{tool} is a standard command"
            (self.bin / tool).symlink_to(found)

    def add_program(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text, encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def behave(self, behaviour: str) -> None:
        (self.pretend / "behaviour").write_text(behaviour, encoding="utf-8")

    def run(self, script: str, *arguments: str, **environment: str) -> tuple[int, str]:
        """Return the exit status and all output of `script`."""
        done = subprocess.run(
            [self.root / "scripts" / script, *arguments],
            env={"PATH": str(self.bin), "PRETEND": str(self.pretend), "PYTHONDONTWRITEBYTECODE": "1"} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout

    def calls(self) -> list[str]:
        """Return what was asked of the pretended Python since the last time."""
        record = self.pretend / "calls"
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        record.write_text("", encoding="utf-8")
        return lines


@pytest.fixture
def bare(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture
def checkout(bare: Checkout) -> Checkout:
    bare.add_program("python3.11", PRETENDED_PYTHON)
    return bare


def test_without_a_python_one_sentence_says_what_to_do(bare: Checkout) -> None:
    status, said = bare.run("setup")
    assert status == 1
    assert said == (
        "farp set-up: no Python 3.11 or newer was found on the PATH; install one, or name it with FARP_PYTHON=/path/to/python3,"
        " and call this again.\n"
    )
    assert not (bare.root / ".venv").exists()


def test_a_python_that_is_too_old_or_does_not_start_is_passed_over(checkout: Checkout) -> None:
    checkout.add_program("python3.13", "#!/bin/sh\necho 'version manager: no such version' >&2\nexit 127\n")
    checkout.add_program("python3.12", "#!/bin/sh\nexit 0\n")  # answers nothing: older than 3.11
    status, _ = checkout.run("setup")
    assert status == 0
    assert (checkout.root / ".venv/pyvenv.cfg").read_text(encoding="utf-8").startswith(f"home = {checkout.bin}")


def test_only_an_old_python_is_as_good_as_none(checkout: Checkout) -> None:
    checkout.behave("old")
    status, said = checkout.run("setup")
    assert (status, "no Python 3.11 or newer" in said) == (1, True)


def test_a_python_without_venv_is_named_with_the_cure(checkout: Checkout) -> None:
    checkout.behave("no venv")
    status, said = checkout.run("setup")
    assert status == 1
    assert said == (
        f"farp set-up: {checkout.bin}/python3.11 lacks the venv module; install it (on Debian and Ubuntu: apt install python3-venv)"
        " and call this again.\n"
    )


def test_the_first_call_installs_the_pinned_packages_and_the_second_does_nothing(checkout: Checkout) -> None:
    status, said = checkout.run("setup")
    assert (status, said) == (0, "Setting up .venv (the first time takes a minute or two) ...\n")
    calls = checkout.calls()
    assert [call.split()[0] for call in calls] == ["venv", "pip", "pip", "compileall"]
    assert all("--constraint constraints.txt" in call for call in calls if call.startswith("pip"))
    assert calls[2].endswith("--no-build-isolation --editable .")
    assert calls[3] == "compileall unset", "bytecode is written even where the environment switches it off"

    assert checkout.run("setup") == (0, "")
    assert checkout.calls() == []


def test_test_packages_come_on_top_and_suffice_for_running(checkout: Checkout) -> None:
    checkout.run("setup")
    checkout.calls()
    status, said = checkout.run("setup", "test")
    assert (status, said) == (0, "Bringing .venv up to date ...\n")
    assert checkout.calls()[-2].endswith("--editable .[test]")
    assert checkout.run("setup", "test") == (0, "")
    assert checkout.run("setup") == (0, "")
    assert checkout.calls() == []


@pytest.mark.parametrize("file", ["constraints.txt", "pyproject.toml"])
def test_changed_pins_bring_the_environment_up_to_date(checkout: Checkout, file: str) -> None:
    checkout.run("setup", "test")
    with (checkout.root / file).open("a", encoding="utf-8") as pins:
        pins.write("# a change\n")
    checkout.calls()
    assert checkout.run("setup") == (0, "Bringing .venv up to date ...\n")
    assert "venv" not in checkout.calls()
    assert checkout.run("setup", "test")[1] == "Bringing .venv up to date ...\n"


def test_a_moved_checkout_gets_a_new_environment(checkout: Checkout) -> None:
    checkout.run("setup")
    checkout.calls()
    checkout.root = checkout.root.rename(checkout.root.with_name("elsewhere"))
    assert checkout.run("setup")[0] == 0
    assert checkout.calls()[0] == "venv"


def test_a_python_that_went_away_gets_a_new_environment(checkout: Checkout) -> None:
    checkout.run("setup")
    checkout.calls()
    (checkout.root / ".venv/bin/python").unlink()
    assert checkout.run("setup")[0] == 0
    assert checkout.calls()[0] == "venv"


def test_an_interrupted_set_up_starts_again_next_time(checkout: Checkout) -> None:
    checkout.behave("interrupted")
    assert checkout.run("setup")[0] != 0
    checkout.behave("")
    status, said = checkout.run("setup")
    assert status == 0
    assert said == "The last set-up did not finish; starting again.\nSetting up .venv (the first time takes a minute or two) ...\n"
    assert checkout.run("setup") == (0, "")


@pytest.mark.parametrize(
    ("behaviour", "sentence", "pip_is_quoted"),
    [
        ("no network", "the packages could not be downloaded; check the network", False),
        ("disk full", "the disk is full", False),
        ("broken package", "installing the packages failed", True),
    ],
)
def test_a_failed_installation_says_why_and_recovers(checkout: Checkout, behaviour: str, sentence: str, pip_is_quoted: bool) -> None:
    checkout.behave(behaviour)
    status, said = checkout.run("setup")
    assert status == 1
    assert said.splitlines()[-1].startswith(f"farp set-up: {sentence}")
    assert ("ERROR" in said or "WARNING" in said) is pip_is_quoted, "pip's own words help only when the cause is not known"
    checkout.behave("")
    assert checkout.run("setup")[0] == 0
    assert checkout.run("setup") == (0, "")


# --- scripts/test -------------------------------------------------------------------------------------------------


@pytest.fixture
def small_machine(bare: Checkout) -> Checkout:
    """A set-up checkout on a machine without chromium, Go and root."""
    for name in ("ruff", "mypy", "lint-imports"):
        bare.add_program(name, "#!/bin/sh\nexit 0\n")
    bare.add_program("python", '#!/bin/sh\necho "pytest was called: $*"\n')
    (bare.bin / "id").unlink()
    bare.add_program("id", "#!/bin/sh\necho 1000\n")
    (bare.root / "scripts/setup").write_text("#!/bin/sh\n", encoding="utf-8")
    (bare.root / "scripts/ferretdb").mkdir()
    (bare.root / "scripts/ferretdb/build").write_text("#!/bin/sh\necho 'Go is missing.' >&2\nexit 1\n", encoding="utf-8")
    (bare.root / "scripts/ferretdb/build").chmod(0o755)
    return bare


def test_what_is_left_out_is_said_in_one_line_each(small_machine: Checkout) -> None:
    status, said = small_machine.run("test")
    assert status == 0
    assert [line for line in said.splitlines() if line.startswith("Left out")] == [
        "Left out: the browser tests (there is no chromium on this machine).",
        "Left out: the tests of workers (there is no redis-server on this machine).",
        "Left out: the tests over the MongoDB wire (FerretDB could not be built and FARP_TEST_MONGODB_URI is not set).",
    ]
    assert said.splitlines()[-1].endswith("-m not browser and not redis and not mongodb")


def test_nothing_is_left_out_where_all_is_there(small_machine: Checkout) -> None:
    small_machine.add_program("chromium", "#!/bin/sh\n")
    small_machine.add_program("redis-server", "#!/bin/sh\n")
    (small_machine.root / "scripts/ferretdb/build").write_text("#!/bin/sh\n", encoding="utf-8")
    status, said = small_machine.run("test", CI="true")
    assert status == 0
    assert "Left out" not in said
    assert said.splitlines()[-1] == "pytest was called: -m pytest -q -n 2 --dist loadfile"


@pytest.mark.parametrize(("there", "missing"), [("chromium", "the tests over the MongoDB wire"), ("nothing", "the browser tests")])
def test_in_ci_a_test_left_out_is_a_failure(small_machine: Checkout, there: str, missing: str) -> None:
    small_machine.add_program(there, "#!/bin/sh\n")
    small_machine.add_program("redis-server", "#!/bin/sh\n")
    status, said = small_machine.run("test", CI="true")
    assert status == 1
    assert said.splitlines()[-1].startswith(f"farp test: {missing} cannot run: ")
    assert "pytest was called" not in said


def test_a_database_that_is_named_needs_no_ferretdb(small_machine: Checkout) -> None:
    _, said = small_machine.run("test", FARP_TEST_MONGODB_URI="mongodb://127.0.0.1:27017")
    assert "wire" not in said


@pytest.mark.parametrize("tool", ["ruff", "mypy", "lint-imports", "python"])
def test_a_failing_check_fails_the_whole_and_is_named(small_machine: Checkout, tool: str) -> None:
    small_machine.add_program(tool, "#!/bin/sh\necho 'here is what is wrong'\nexit 1\n")
    status, said = small_machine.run("test")
    assert status == 1
    assert "here is what is wrong" in said
    name = {"ruff": "ruff check, ruff format", "lint-imports": "import-linter", "python": "pytest"}.get(tool, tool)
    assert said.splitlines()[-1] == f"farp test: failed: {name}."


# --- the pins -----------------------------------------------------------------------------------------------------


def test_every_package_is_pinned_to_one_version_and_no_address_is_named() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", line)] == []


def test_every_dependency_of_the_project_is_among_the_pins() -> None:
    def canonical(requirement: str) -> str:
        return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~;\[ ]", requirement)[0]).lower()

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra), "setuptools"]
    pinned = {canonical(line) for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()}
    assert {canonical(name) for name in wanted} - pinned == set()


@pytest.mark.parametrize("name", ["scripts/setup", "scripts/test", "scripts/pin", ".ci/run"])
def test_scripts_can_be_executed(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
