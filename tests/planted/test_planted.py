"""`scripts/plant`: that a handful of planted bugs is caught, and that it says so when one is not. It takes all of them only by hand: they are many."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PLANT = ROOT / "scripts" / "plant"
A_FEW = ("normal-mean-sign", "age-oldest-weighs-most", "grid-second-factor-sign")


def plant(script: Path, *names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(script), *names], capture_output=True, text=True, check=False)


def beside(tmp_path: Path, old: str, new: str) -> Path:
    """Return a copy of the script with a changed table, in a folder that has everything else it needs."""
    text = PLANT.read_text(encoding="utf-8")
    assert text.count(old) == 1
    script = tmp_path / "scripts" / "plant"
    script.parent.mkdir()
    script.write_text(text.replace(old, new), encoding="utf-8")
    for name in ("farp", "tests", "docs", "pages", "app.py", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    return script


def test_bugs_are_caught() -> None:
    run = plant(PLANT, *A_FEW)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{len(A_FEW)} of {len(A_FEW)} planted bugs caught." in run.stdout


def test_a_change_that_no_test_sees_is_reported(tmp_path: Path) -> None:
    run = plant(beside(tmp_path, "np.asarray(z * s + m)", "np.asarray(s * z - m)"), "normal-mean-sign")
    assert run.returncode == 1
    assert "survived" in run.stdout
    assert "0 of 1 planted bugs caught." in run.stdout


def test_a_line_that_is_gone_is_reported(tmp_path: Path) -> None:
    run = plant(beside(tmp_path, '"np.asarray(z * s - m)"', '"np.asarray(zz * s - m)"'), "normal-mean-sign")
    assert run.returncode == 1
    assert "0 times, not once" in run.stdout


def test_every_line_to_be_replaced_is_there() -> None:
    """Without running anything: a changed engine shows here, not only when somebody runs all of them."""
    listed = plant(PLANT, "--check")
    assert listed.returncode == 0, listed.stdout + listed.stderr
