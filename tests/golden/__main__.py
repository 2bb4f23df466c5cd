"""python -m tests.golden: compare the stored texts with what is emitted now; with --write, store that.

--write also writes the outputs in the README anew.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from tests import readme
from tests.golden.cases import CASES, Case

TEXTS = Path(__file__).parent / "texts"


def stored(case: Case) -> str:
    path = TEXTS / f"{case.name}.py"
    return path.read_text() if path.exists() else ""


def write() -> None:
    """Store the texts of all cases and remove those of cases that are gone."""
    TEXTS.mkdir(exist_ok=True)
    for case in CASES:
        (TEXTS / f"{case.name}.py").write_text(case.derived().source)
    for path in TEXTS.glob("*.py"):
        if path.stem not in {case.name for case in CASES}:
            path.unlink()
    readme.README.write_text(readme.refreshed())


def differences() -> str:
    found = []
    for case in CASES:
        old, new = stored(case).splitlines(keepends=True), case.derived().source.splitlines(keepends=True)
        found += difflib.unified_diff(old, new, f"stored {case.name}", f"emitted {case.name}")
    return "".join(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.golden")
    parser.add_argument("--write", action="store_true", help="store the texts that are emitted now")
    if parser.parse_args().write:
        write()
    changed = differences()
    sys.stdout.write(changed)
    sys.exit(1 if changed else 0)
