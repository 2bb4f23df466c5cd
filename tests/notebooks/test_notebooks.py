"""Every notebook runs from top to bottom, shows pictures, and is stored without outputs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture
def path_to_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the kernel import this checkout, installed or not."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    monkeypatch.delenv("MPLBACKEND", raising=False)  # the kernel has its own, which puts pictures into the notebook


def executed(path: Path) -> Any:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("matplotlib")
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(path.parent)}}
    return nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3", resources=place).execute()


@every_notebook
def test_notebook_runs(path: Path, path_to_checkout: None) -> None:
    outputs = [output for cell in executed(path).cells for output in cell.get("outputs", [])]
    warnings = [output.text for output in outputs if output.get("name") == "stderr"]
    assert warnings == []
    assert any("image/png" in output.get("data", {}) for output in outputs)


@every_notebook
def test_notebook_is_short_and_stored_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text())["cells"]
    assert len(cells) < 60
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS
