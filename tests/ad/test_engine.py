"""`import ad` brings the engine along where Python has it compiled, and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = "import sys, ad; print('transforms.derive' in sys.modules)"


def engine_is_imported(cache: Path, code: str = CODE, **environment: str) -> bool:
    """What a fresh process says that keeps its bytecode in `cache`."""
    known = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    settings = {**known, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(cache), **environment}
    done = subprocess.run([sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=True)
    return done.stdout.split()[-1] == "True"


def test_the_engine_is_imported_with_ad_once_it_is_compiled(tmp_path: Path) -> None:
    assert not engine_is_imported(tmp_path, PYTHONDONTWRITEBYTECODE="1")
    assert engine_is_imported(tmp_path, CODE.replace("ad;", "ad, transforms.derive;"))
    assert engine_is_imported(tmp_path)
    assert engine_is_imported(tmp_path, PYTHONDONTWRITEBYTECODE="1")


def test_the_engine_is_imported_when_a_derivative_is_asked_for(tmp_path: Path) -> None:
    code = CODE.replace("ad;", "ad; ad.grad(abs);")
    assert engine_is_imported(tmp_path, code, PYTHONDONTWRITEBYTECODE="1")
