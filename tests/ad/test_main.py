"""python -m ad: what it prints, and the errors that it prints instead."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ad.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
F = str(ROOT / "notebooks" / "rosenbrock.py")


def test_prints_the_text_the_value_and_the_gradient(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"{F}:f"]) == 0
    out = capsys.readouterr().out
    assert "def f_grad(x):" in out
    assert "value     532.4" in out
    assert "gradient  [-215.6  792.  -655.6  -88. ]" in out


def test_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"{F}:misfit", "--argnums", "0,1", "--mode", "value_and_grad"]) == 0
    assert "def misfit_value_and_grad(p, concentration, speed):" in capsys.readouterr().out


def test_runs_as_a_module_in_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("import other\n\ndef g(x=2.0):\n    return other.square(x)\n")
    (tmp_path / "other.py").write_text("def square(x):\n    return x * x\n")
    run = [sys.executable, "-m", "ad", str(tmp_path / "model.py") + ":g"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("value     4.0\ngradient  4.0\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["model.py"], "is not of the form FILE.py:function"),
        (["nowhere.py:f"], "there is no file nowhere.py"),
        ([f"{F}:missing"], "has no function missing; it has f, misfit"),
        ([f"{F}:START"], "has no function START"),
        ([f"{F}:f", "--argnums", "one"], "--argnums takes positions such as 0 or 0,2"),
        ([f"{F}:f", "--argnums", "5"], "argnums has 5"),
        ([f"{F}:f", "--argnums", ","], "--argnums names no argument"),
    ],
)
def test_errors(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ") and words in err


def test_arguments_need_defaults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bare.py").write_text("def f(x, y):\n    return x * y\n")
    assert main([f"{tmp_path / 'bare.py'}:f"]) == 2
    assert "the argument x has no default to call the function with" in capsys.readouterr().err


def test_refusals_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.py").write_text("def f(x=1.0):\n    return 2.0 * float(repr(x))\n")
    assert main([f"{tmp_path / 'text.py'}:f"]) == 2
    assert "text.py:2, in f: repr has no derivative rule" in capsys.readouterr().err
