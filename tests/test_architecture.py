"""The rooms and their arrows, read off the import statements; names; what `import ad` costs in modules.

ad -> transforms -> tensor,  ad -> tensor;  nothing points back.
"""

from __future__ import annotations

import ast
import graphlib
import importlib
import inspect
import math
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("ad", "tensor", "transforms")

# Which packages a room may import when it is itself imported, and which only when first used.
ARROWS = {"tensor": {"tensor"}, "transforms": {"transforms", "tensor"}, "ad": {"ad", "transforms", "tensor"}}
EAGER = {"tensor": {"numpy"}, "transforms": {"numpy", "gast", "astunparse"}, "ad": {"numpy"}}
LAZY = {
    "tensor": {"cupy", "cupyx", "scipy", "sklearn"},
    "transforms": set(),
    "ad": {"IPython", "cupy", "cupyx", "mpi4py", "numba", "pygments", "safetensors", "scipy", "tqdm"},
}

# One recursive function over the language, in a file for each subject: a call runs a body, a body holds loops, a loop
# runs over containers, containers hold objects, objects have methods that are called.  Taken as one in the graph.
ONE_RECURSION = "transforms.lower"

# The libraries that are written on the public API alone.
ON_PUBLIC_API = ("ad.nn", "ad.optim", "ad.data", "ad.distributed")


@dataclass(frozen=True)
class Import:
    """One name imported somewhere; `eager` if that happens as soon as the module is imported."""

    module: str
    target: str
    eager: bool
    line: int

    @property
    def package(self) -> str:
        return self.target.partition(".")[0]


def files() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def modules() -> dict[str, Path]:
    return {module_name(path): path for path in files()}


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def walk_imports(node: ast.AST, eager: bool = True) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield child, eager
        inside = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) or is_type_checking(child)
        yield from walk_imports(child, eager and not inside)


def absolute(module: str, path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def targets(module: str, path: Path, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """What a statement imports; `from tensor import tree` is an import of `tensor.tree`."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = absolute(module, path, node)
    for alias in node.names:
        inner = f"{base}.{alias.name}"
        yield inner if inner in modules() else base


@cache
def imports() -> tuple[Import, ...]:
    return tuple(
        Import(module, target, eager, node.lineno)
        for module, path in modules().items()
        for node, eager in walk_imports(tree_of(path))
        for target in targets(module, path, node)
    )


@cache
def loaded_by_import_ad() -> frozenset[str]:
    """The modules that `import ad` loads beyond NumPy's own."""
    code = "import sys, numpy; old = set(sys.modules); import ad; print(*sorted(set(sys.modules) - old))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return frozenset(done.stdout.split())


def third_party(name: str) -> bool:
    return name not in sys.stdlib_module_names and name not in ROOMS and name != "__future__"


def listed(found: list[Import]) -> str:
    return "\n".join(f"{i.module}, line {i.line}: imports {i.target}" for i in found)


def test_every_room_is_seen() -> None:
    assert {name.partition(".")[0] for name in modules()} == set(ROOMS)


def test_arrows_point_one_way() -> None:
    wrong = [i for i in imports() if i.package in ROOMS and i.package not in ARROWS[i.module.partition(".")[0]]]
    assert not wrong, listed(wrong)


def test_libraries_use_the_public_api() -> None:
    wrong = [i for i in imports() if i.module.startswith(ON_PUBLIC_API) and i.package == "transforms"]
    assert not wrong, listed(wrong)


def test_third_party_packages_per_room() -> None:
    wrong = []
    for i in imports():
        room = i.module.partition(".")[0]
        # A module that is itself imported only when first used may name an extra at its top.
        late = not i.eager or i.module not in loaded_by_import_ad()
        allowed = EAGER[room] | (LAZY[room] if late else set())
        if third_party(i.package) and i.package not in allowed:
            wrong.append(i)
    assert not wrong, listed(wrong)


def part(module: str) -> str:
    """The node of a module in the graph of imports."""
    return ONE_RECURSION if module.startswith(f"{ONE_RECURSION}.") else module


def test_no_import_cycles() -> None:
    graph: dict[str, set[str]] = {}
    for i in imports():
        source, target = part(i.module), part(i.target)
        if i.eager and i.target in modules() and source != target:
            graph.setdefault(source, set()).add(target)
    try:
        tuple(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


# What a module does while it is imported, in order: ("load", module), ("name", module, attribute), ("bind", attribute).
Event = tuple[str, ...]


@cache
def events(module: str) -> tuple[Event, ...]:
    aliases: dict[str, str] = {}
    return tuple(event for stmt in tree_of(modules()[module]).body for event in events_of(module, stmt, aliases))


def events_of(module: str, stmt: ast.stmt, aliases: dict[str, str]) -> Iterator[Event]:
    """What one statement does; `aliases` are the names of the modules imported before it."""
    if is_type_checking(stmt):
        return
    if isinstance(stmt, ast.Import):
        yield from (("load", alias.name) for alias in stmt.names)
    elif isinstance(stmt, ast.ImportFrom):
        base = absolute(module, modules()[module], stmt)
        yield ("load", base)
        for alias in stmt.names:
            inner = f"{base}.{alias.name}"
            if inner in modules():
                aliases[alias.asname or alias.name] = inner
                yield ("load", inner)
            else:
                yield ("name", base, alias.name)
            yield ("bind", alias.asname or alias.name)
    else:
        for node in run_at_once(stmt):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
                yield ("name", aliases[node.value.id], node.attr)
        for node in (stmt, *run_at_once(stmt)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield ("bind", node.id)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield ("bind", node.name)


def run_at_once(node: ast.AST) -> Iterator[ast.AST]:
    """The syntax inside that is evaluated when the module is imported: no bodies of functions, no annotations."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns") or name == "body" and isinstance(node, (ast.FunctionDef, ast.Lambda)):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child
                yield from run_at_once(child)


def cut_short(first: str) -> list[str]:
    """The names that are asked of modules before they have them, if `first` is imported before all others."""
    bound: dict[str, set[str]] = {}
    found = []

    def load(module: str) -> None:
        package = module.rpartition(".")[0]
        if package:
            load(package)
        if module not in modules() or module in bound:
            return
        bound[module] = set()
        for kind, name, *rest in events(module):
            if kind == "load":
                load(name)
            elif kind == "bind":
                bound[module].add(name)
            elif name in bound and rest[0] not in bound[name] and f"{name}.{rest[0]}" not in modules():
                found.append(f"import {first}: {module} asks {name} for {rest[0]}")

    load(first)
    return found


def test_every_module_can_be_imported_first() -> None:
    assert "\n".join(line for module in modules() for line in cut_short(module)) == ""


def test_import_ad_loads_no_extra() -> None:
    packages = {name.partition(".")[0] for name in loaded_by_import_ad()}
    assert {name for name in packages if third_party(name)} <= {"numpy", "gast", "astunparse", "six"}


def public_names() -> list[str]:
    return sorted(importlib.import_module("ad").__all__)


def test_public_names_exist_and_are_sorted() -> None:
    ad = importlib.import_module("ad")
    assert [name for name in ad.__all__ if not hasattr(ad, name)] == []
    assert list(ad.__all__) == sorted(ad.__all__)


def test_public_names_are_documented_with_an_example() -> None:
    ad = importlib.import_module("ad")
    docs = {name: inspect.getdoc(getattr(ad, name)) or "" for name in public_names()}
    assert [name for name, doc in docs.items() if ">>> " not in doc] == []


def defined_names(path: Path) -> Iterator[str]:
    for node in tree_of(path).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name


def has_free_number(name: str) -> bool:
    """Whether `name` has a number outside the names of mathematics: `log10`, `arctan2_pullback` and `l2` may."""
    known = {*dir(np), *dir(np.linalg), *dir(np.fft), *dir(math), "l1", "l2", "1d", "2d", "3d"}
    return name not in known and any(re.search(r"\d", part) and part not in known for part in name.split("_"))


def test_no_numbers_in_names() -> None:
    names = [(module, name) for module, path in modules().items() for name in defined_names(path)]
    names += [(module, part) for module in modules() for part in module.split(".")]
    names += [("ad", name) for name in public_names()]
    assert [f"{module}: {name}" for module, name in names if not name.startswith("_") and has_free_number(name)] == []


def test_files_say_what_they_are_for() -> None:
    vague = {"utils", "util", "helpers", "helper", "misc", "stuff"}
    everywhere = [*files(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "notebooks").rglob("*.py")]
    assert [str(path.relative_to(ROOT)) for path in everywhere if vague & {*path.with_suffix("").parts}] == []


def test_modules_have_docstrings() -> None:
    without = [m for m, path in modules().items() if tree_of(path).body and not ast.get_docstring(tree_of(path))]
    assert without == []


def test_nothing_but_emitted_text_is_executed() -> None:
    calls = [
        (m, node) for m, path in modules().items() for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)
    ]
    found = {m for m, node in calls if isinstance(node.func, ast.Name) and node.func.id in ("exec", "eval")}
    assert found == {"transforms.load"}


def test_packages_carry_their_types() -> None:
    assert all((ROOT / room / "py.typed").exists() for room in ROOMS)


def test_a_missing_dependency_is_named() -> None:
    code = "import sys; sys.modules['gast'] = None; import transforms; transforms.derive"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "ModuleNotFoundError: import of gast halted" in done.stderr.splitlines()[-1]


def test_a_missing_module_of_ours_is_no_attribute() -> None:
    import transforms

    with pytest.raises(AttributeError, match="there is no transforms.nothing"):
        transforms.nothing
