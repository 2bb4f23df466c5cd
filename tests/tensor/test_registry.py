"""The tables of rules are imported when they are first needed, and nothing depends on when that is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tensor import registry, rules

ROOT = Path(__file__).resolve().parents[2]
TABLES = {path.stem for path in Path(rules.__file__).parent.glob("*.py")} - {"__init__"}
LAZY = {table for tables in registry.LIBRARIES.values() for table in tables}
TEMPLATES_ALONE = {"axes"}

COMPLETE = """
import copy, importlib
import tensor.rules
from tensor import registry

def state(rule):
    return repr(rule)

early = {fn: state(rule) for fn, rule in registry.RULES.items()}
owners, everything = {}, {}
for table in sorted({t for ts in registry.LIBRARIES.values() for t in ts}):
    known = dict.fromkeys(registry.RULES)
    try:
        importlib.import_module(f"tensor.rules.{table}")
    except ImportError:
        continue  # SciPy is not installed
    owners.update({fn: table for fn in registry.RULES if fn not in known})
print([fn for fn, was in early.items() if state(registry.RULES[fn]) != was])

def tables(fn):
    library = registry.home(fn)
    if library.startswith("tensor.rules."):  # a table's own function is found after the table
        return (library.rpartition(".")[2],)
    while library and library not in registry.LIBRARIES:
        library = library.rpartition(".")[0]
    return registry.LIBRARIES.get(library, ())

print([(fn, table) for fn, table in owners.items() if table not in tables(fn)])
"""

USERS_RULE_FIRST = """
import ad, numpy as np
ad.defvjp(FUNCTION, lambda ans, x: lambda g: 7.0 * g)
print(ad.grad(lambda x: np.sum(FUNCTION(x)))(np.array([1.0])))
"""


def run(code: str, path: Path) -> list[str]:
    """What a fresh process prints."""
    path.write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True, env=environment)
    return done.stdout.splitlines()


def test_every_table_is_imported_some_day() -> None:
    assert set(rules.__all__) | LAZY | TEMPLATES_ALONE == TABLES
    assert not set(rules.__all__) & LAZY


def test_a_rule_is_complete_when_it_is_found(tmp_path: Path) -> None:
    """What a table of later says changes no rule that was there; each rule is in a table that its library names."""
    assert run(COMPLETE, tmp_path / "complete.py") == ["[]", "[]"]


@pytest.mark.parametrize("function", ["np.sin", "np.cumsum", "np.linalg.norm"])
def test_the_users_rule_replaces_that_of_a_table_imported_later(function: str, tmp_path: Path) -> None:
    code = USERS_RULE_FIRST.replace("FUNCTION", function)
    assert run(code, tmp_path / "given.py") == ["[7.]"]


IMPORTED = """
import sys, numpy
before = set(sys.modules)
import tensor.rules
print(*sorted(set(sys.modules) - before))
"""


def test_importing_the_tables_imports_no_library(tmp_path: Path) -> None:
    (found,) = run(IMPORTED, tmp_path / "tables.py")
    assert not [name for name in found.split() if name.startswith(("scipy", "numpy.fft", "numpy.polynomial"))]
