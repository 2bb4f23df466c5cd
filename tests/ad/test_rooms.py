"""`import ad` notices packages of the names `tensor` and `transforms` that are not ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("room", ["tensor", "transforms"])
@pytest.mark.parametrize("text", ["", "import twisted_that_is_not_here\n", "print 'an old Python'\n"])
def test_another_package_of_the_name(room: str, text: str, tmp_path: Path) -> None:
    (tmp_path / room).mkdir()
    (tmp_path / room / "__init__.py").write_text(text)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-c", "import ad"], env=environment, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ImportError: the package {room!r} found at ")
    assert f"pip uninstall {room}" in last


def test_ours_are_ours() -> None:
    import tensor
    import transforms

    assert tensor.__distribution__ == transforms.__distribution__ == "tapeless"
