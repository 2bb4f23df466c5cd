"""Emitted text: it is the stored one, in every process; it is well-formed, runs alone, and can be differentiated."""

from __future__ import annotations

import copy
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import gast
import numpy as np
import pytest

import ad
from tensor import tree
from tests.golden.__main__ import TEXTS, stored
from tests.golden.cases import CASES, Case
from transforms import emit, export

ROOT = Path(__file__).resolve().parents[2]
HERE = {case.name: case for case in CASES}
every_case = pytest.mark.parametrize("name", HERE)
REMEDY = "if the new text is better: python -m tests.golden --write"


def leaves(value: Any) -> list[Any]:
    return [
        np.asarray(leaf, dtype=float)
        for leaf in tree.leaves(value)
        if isinstance(leaf, (float, np.generic, np.ndarray))
    ]


def assert_same(found: Any, expected: Any) -> None:
    found, expected = leaves(found), leaves(expected)
    assert len(found) == len(expected) > 0
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def assert_close(found: Any, expected: Any, rtol: float = 1e-9) -> None:
    found, expected = leaves(found), leaves(expected)
    assert len(found) == len(expected) > 0
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)


def arguments(case: Case) -> list[Any]:
    """The arguments, and for forward mode the tangents behind them."""
    args = [copy.deepcopy(a) for a in case.args]
    return args + ([np.ones_like(case.args[n]) for n in case.active] if case.mode == "jvp" else [])


def result(case: Case, namespace: dict[str, Any], stem: str) -> Any:
    """What the functions of a text give at the case's arguments."""
    if case.mode != "vjp":
        return namespace[stem](*arguments(case))
    value, kept = namespace[f"{case.fn.__name__}_forward"](*arguments(case))
    return value, namespace[f"{case.fn.__name__}_backward"](kept, 1.0)


def expected(case: Case) -> Any:
    """The same from the public API."""
    if case.mode == "jvp":
        dots = tuple(np.ones_like(a) if n in case.active else None for n, a in enumerate(case.args))
        return ad.jvp(case.fn, case.args, dots)
    if case.mode == "vjp":
        value, pullback = ad.vjp(case.fn, *case.args)
        return value, pullback(1.0)
    return case.derivative()(*arguments(case))


def stem_of(text: str) -> str:
    return next(node.name for node in gast.parse(text).body if isinstance(node, gast.FunctionDef))


def module_of(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@every_case
def test_text_is_the_stored_one(name: str) -> None:
    assert HERE[name].derived().source == stored(HERE[name]), REMEDY


def test_no_stored_text_is_left_over() -> None:
    assert {path.stem for path in TEXTS.glob("*.py")} == set(HERE)


@pytest.mark.parametrize("seed", ["1", "77"])
def test_text_is_the_same_in_every_process(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = [sys.executable, "-m", "tests.golden"]
    done = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0), REMEDY


@every_case
def test_text_parses_to_its_own_tree(name: str) -> None:
    tree_of_text = gast.parse(HERE[name].derived().source)
    assert gast.dump(gast.parse(emit.unparse(tree_of_text))) == gast.dump(tree_of_text)


@every_case
def test_executed_text_gives_the_derivative(name: str) -> None:
    case = HERE[name]
    derived = case.derived()
    own = {k: v for k, v in vars(derived.module).items() if k.startswith("__") is False}
    namespace = {
        k: v for k, v in own.items() if not callable(v) or getattr(v, "__module__", "") != derived.module.__name__
    }
    exec(compile(derived.source, "<text>", "exec"), namespace)
    assert_same(result(case, namespace, stem_of(derived.source)), expected(case))


ALONE = """
import importlib.abc, pickle, sys

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in ("ad", "tensor", "transforms", "gast", "astunparse", "scipy"):
            raise ImportError(f"{name} is not here")

sys.meta_path.insert(0, Refuse())
sys.path[:] = [p for p in sys.path if "site-packages" not in p] + [sys.argv[1]]
import runpy
for path in sys.argv[2:]:
    runpy.run_path(path)
print("alone")
"""


def test_exported_files_need_only_numpy(tmp_path: Path) -> None:
    """In an isolated Python whose path holds the standard library and NumPy alone."""
    site = tmp_path / "site"
    site.mkdir()
    for package in Path(np.__file__).parents[1].glob("numpy*"):
        (site / package.name).symlink_to(package)
    paths = [export.write(case.derived(), tmp_path / f"{case.name}.py", case.fn) for case in CASES]
    run = [sys.executable, "-I", "-c", ALONE, str(site), *map(str, paths)]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("alone\n", "")


@every_case
def test_exported_file_gives_the_same_numbers(name: str, tmp_path: Path) -> None:
    case = HERE[name]
    derived = case.derived()
    module = module_of(export.write(derived, tmp_path / f"{name}_export.py", case.fn))
    assert "tensor" not in vars(module)
    assert_same(result(case, vars(module), stem_of(derived.source)), expected(case))


# The emitted text, loaded as a module that anyone might have written, is differentiated again.


def first_leaf(value: Any, weights: Any) -> Any:
    """One number of a gradient: its first leaf, contracted."""
    if isinstance(value, (tuple, list)):
        return first_leaf(value[0], weights)
    if isinstance(value, dict):
        return first_leaf(value["w"], weights)
    return np.sum(value * weights) if isinstance(value, np.ndarray) else value


AGAIN = [
    name for name, case in HERE.items() if case.mode == "grad" and name not in ("kinetic", "distance", "composed")
]  # whose texts do not name classes of `functions`, as the other three do


@pytest.mark.parametrize("name", AGAIN)
@pytest.mark.parametrize("form", ["text", "export"])
def test_text_can_be_differentiated_again(name: str, form: str, tmp_path: Path) -> None:
    case = HERE[name]
    derived = case.derived()
    if form == "text":
        (tmp_path / f"{name}_again.py").write_text(derived.source)
    else:
        export.write(derived, tmp_path / f"{name}_again.py", case.fn)
    module = module_of(tmp_path / f"{name}_again.py")
    text, derivative = getattr(module, stem_of(derived.source)), case.derivative()
    leaf = leaves(derivative(*arguments(case)))[0]
    weights = np.random.default_rng(2).normal(size=leaf.shape) if leaf.ndim else 1.0
    position = case.active[0]

    def of_text(*args: Any) -> Any:
        return first_leaf(text(*args), weights)

    def of_derivative(*args: Any) -> Any:
        return first_leaf(derivative(*args), weights)

    again = ad.grad(of_text, argnums=position)(*arguments(case))
    assert_close(again, ad.grad(of_derivative, argnums=position)(*arguments(case)))
    direction = tree.tree_map(lambda a: np.cos(a) if isinstance(a, np.ndarray) else 0.7, case.args[position])
    dots = tuple(direction if n == position else None for n in range(len(case.args)))
    _, along = ad.jvp(of_text, tuple(arguments(case)), dots)
    assert_close(along, sum(np.sum(a * b) for a, b in zip(leaves(again), leaves(direction), strict=True)))
    ahead, behind = [
        of_derivative(
            *(
                tree.tree_map(lambda a, d: a + s * d, a, d) if d is not None else a
                for a, d in zip(arguments(case), dots, strict=True)
            )
        )
        for s in (1e-5, -1e-5)
    ]
    assert_close(along, (ahead - behind) / 2e-5, rtol=1e-5)
