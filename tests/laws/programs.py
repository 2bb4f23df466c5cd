"""Random programs of ordinary Python and NumPy, the same text for the same seed.

    >>> program = generate(7)
    >>> program.text == generate(7).text
    True

A program is a module: a function `f`, the helpers and classes it uses, and `arguments()`, which makes its arguments.
The text is plain and complete, and can be run, read and shrunk. It is made by the grammar in `grammar/`: some 200
features, each a small maker of a statement or of an expression, drawn by weights that change from program to program
(swarm testing) and applied to live variables whose kinds and shapes are known; what was lately written or shared comes
first.

Covered: float arithmetic and `math`; arrays of one and two dimensions (elementwise, broadcast, reduced, contracted,
indexed, built); writes in place of every form; views and aliases by name, tuple, list, dict, attribute, branch, call;
functions that mutate what they are given or return views of it; closures, `nonlocal`, defaults, lambdas; recursion;
generators; branches, loops, `break`, `continue`, `else`, early returns; `try`; lists, dicts, tuples, named tuples,
dataclasses, objects; arguments that are trees, strided, of single precision.

Not seen: three dimensions and empty arrays; complex numbers; linear algebra beyond products; FFT; SciPy; arguments that
share memory with one another; inheritance, properties, decorators; functions that raise; kinks (the oracles reject
programs near one); cost; anything that only shows on large arrays.

Programs run so far: 60 000 by the oracles alone, of which they accept 96.5 %; some 330 000 against the library, as it
was mended. In the last campaign of 52 000 before loops were taken at once (seeds 800000 to 852000) two values were
wrong and no gradient: an array made like one that a branch had chosen, of the wrong precision (seed 817399), and a sum
whose last bit differed because the primal read a copy of another layout (seed 809759). Since then 32 000 (seeds 1000000
to 1004000, 1100000 to 1102000, 2100000 to 2112000, 2200000 to 2214200), 4 000 of them in second order too: one value
was wrong, of a copy of an array in the order of columns (seed 1101390), and one gradient by an array of doubles was of
single precision, where a loop carries a number of Python's first (seed 2214198); both are mended. The last wrong
numbers in a gradient: tangents that overlap in `y[1] = y[:, 2]` (seed 618155).
NumPy's own overlapping copies (`y[1][:] = y[:, 2]`) may copy wrongly; the oracles copy as NumPy promises there.
If a slice were always a copy, 3 in 10 programs would have another value; if arguments were copied, 2 in 10.
"""

from __future__ import annotations

import contextlib
import math
import random
import sys
import types
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .grammar import MAKERS, Array, Float, Int, List, Maker, Pen, Record, Shared, Table, Unfit, Var
from .grammar.scalars import weighted

BASE = ("scalar_arith", "assign_scalar")
LONGEST = 60  # lines, blank ones and the head included
OF_ARRAYS = {"arrays", "indexing", "writes", "views", "objects"}
GROUPS = sorted({m.group for m in MAKERS.values()})


@dataclass(frozen=True)
class Program:
    """The text of a module with a function `f`, differentiated by `argnums`, and `arguments()`, which makes them."""

    seed: int
    text: str
    argnums: tuple[int, ...]
    features: frozenset[str]

    @property
    def single(self) -> bool:
        """Whether some of it runs in single precision."""
        return "float32" in self.text

    def load(self, name: str | None = None) -> types.ModuleType:
        """The module, executed."""
        return execute(self.text, name or f"program_{self.seed}")


def execute(text: str, name: str, **names: object) -> types.ModuleType:
    """A module of that text; dataclasses want it to be registered."""
    module = sys.modules[name] = types.ModuleType(name)
    module.__dict__.update(names)
    exec(compile(text, name, "exec"), module.__dict__)
    return module


def features(*, group: str | None = None) -> list[str]:
    """The names of the features, of one group or all."""
    return [m.name for m in MAKERS.values() if group in (None, m.group)]


def menu(wanted: Iterable[str] | None = None) -> dict[str, Maker]:
    """The makers of the wanted features or groups; arithmetic is always there, and arrays where a group needs them."""
    if wanted is None:
        return dict(MAKERS)
    names = {*wanted, *BASE}
    if OF_ARRAYS & {MAKERS[n].group if n in MAKERS else n for n in names}:
        names |= {"array_1d"} | ({"array_2d"} if OF_ARRAYS & names else set())
    unknown = names - set(MAKERS) - set(GROUPS)
    if unknown:
        raise ValueError(f"no such feature: {sorted(unknown)}; groups: {GROUPS}")
    return {m.name: m for m in MAKERS.values() if m.name in names or m.group in names}


def generate(seed: int, features: Iterable[str] | None = None) -> Program:
    """The program of that seed, of the named features or groups of features only."""
    rng, chosen = random.Random(seed), menu(features)
    while True:
        program = written(seed, rng, chosen)
        if len(program.text.splitlines()) <= LONGEST:
            return program


def written(seed: int, rng: random.Random, chosen: dict[str, Maker]) -> Program:
    """One program, of any length."""
    shared = Shared(chosen, swarm(rng, chosen), rng.choice([(2, 3), (2, 3), (3, 2), (2, 4), (3, 3)]))
    p = Pen(rng, shared)
    names, values = inputs(p)
    argnums = differentiated(p, names)
    p.result = lambda: p.scalar(2)
    length = rng.triangular(3, 18, 5)
    while len(p.lines) < length:
        with contextlib.suppress(Unfit):
            p.statement()
    readout(p)
    return Program(seed, assemble(p, names, values), argnums, frozenset(shared.used))


def swarm(rng: random.Random, chosen: dict[str, Maker]) -> dict[str, list[Maker]]:
    """The makers by role, their weights changed for this program: some groups come often, some features not at all.

    Programs differ more from one another in this way, and features meet more often than if all were alike everywhere.
    """
    groups = {group: rng.choice([0.25, 1.0, 1.0, 4.0]) for group in GROUPS}
    roles: dict[str, list[Maker]] = {}
    for m in chosen.values():
        factor = 1.0 if m.name in BASE else groups[m.group] * rng.choice([0.0, 1.0, 1.0, 2.0])
        roles.setdefault(m.role, []).append(replace(m, weight=m.weight * factor))
    return roles


# ---- arguments


def inputs(p: Pen) -> tuple[list[str], list[str]]:
    """The parameters of `f`, bound, and the texts of their values."""
    names, values = [], []
    for i in range(p.rng.choice([1, 2, 2, 3])):
        name = "xyz"[i]
        names.append(name)
        values.append(argument(p, name, i))
    if p.chance(0.2):
        names.append("n")
        values.append(str(p.rng.randint(0, 3)))
        p.bind(Int(0, 3), "n", rebindable=False)
    return names, values


def argument(p: Pen, name: str, place: int) -> str:
    arrays = p.allows("array_1d")
    if arrays and p.wants("tree_argument"):
        return tree(p, name)
    if arrays and p.chance(0.7 if place else 0.85):
        return array_argument(p, name)
    p.bind(Float(), name)
    value = repr(p.number(-1.2, 1.8))
    return f"np.float64({value})" if p.wants("numpy_scalar") else value


def array_argument(p: Pen, name: str) -> str:
    rows, cols = p.shared.dims
    shape = p.choice([(cols,), (cols,), (rows, cols), (cols, cols)]) if p.allows("array_2d") else (cols,)
    p.use("array_2d" if len(shape) == 2 else "array_1d")
    p.bind(Array(shape), name)
    return literal(p, shape)


def literal(p: Pen, shape: tuple[int, ...]) -> str:
    """The text of an array of numbers apart from one another; at times its memory is not contiguous."""
    strided = p.wants("strided_argument")
    if strided:
        shape = shape[::-1] if len(shape) == 2 else (2 * shape[0],)
    size = math.prod(shape)
    numbers = [round(-1.1 + 2.9 * (i + p.rng.uniform(0.1, 0.9)) / size, 2) for i in range(size)]
    p.rng.shuffle(numbers)
    rows = [numbers[i : i + shape[-1]] for i in range(0, size, shape[-1])]
    dtype = ", dtype=np.float32" if p.wants("float32") else ""
    view = (".T" if len(shape) == 2 else "[::2]") if strided else ""
    return f"np.array({rows if len(shape) == 2 else rows[0]}{dtype}){view}"


def tree(p: Pen, name: str) -> str:
    """A tuple, list, dict or dataclass of floats and arrays as one argument."""
    kind = Array((p.shared.dims[1],))
    form = p.choice(["tuple", "list", "dict", "Params", "nested", "Point"])
    floats, leaf = (repr(p.number()), repr(p.number())), literal(p, kind.shape)
    places = {
        "tuple": (f"({leaf}, {floats[0]})", {"[0]": kind, "[1]": Float()}),
        "list": (f"[{leaf}, {literal(p, kind.shape)}]", {"[0]": kind, "[1]": kind}),
        "dict": (f"{{'w': {leaf}, 'b': {floats[0]}}}", {"['w']": kind, "['b']": Float()}),
        "Params": (f"Params({leaf}, {floats[0]})", {".w": kind, ".b": Float()}),
        "Point": (f"Point({leaf}, {floats[0]})", {".w": kind, ".b": Float()}),
        "nested": (
            f"{{'a': ({leaf}, {floats[0]}), 'b': [{floats[1]}, 2]}}",
            {"['a'][0]": kind, "['a'][1]": Float(), "['b'][0]": Float()},
        ),
    }
    text, leaves = places[form]
    if form in ("Params", "Point"):
        declare(p, form)
    for place, leaf_kind in leaves.items():
        fixed = form in ("tuple", "Point") or place.startswith("['a']")
        p.bind(leaf_kind, name + place, rebindable=not fixed)
    return text


def declare(p: Pen, form: str) -> None:
    p.imports("from typing import Any, NamedTuple")
    if form == "Params":
        p.imports("from dataclasses import dataclass")
    head = {"Params": ["@dataclass", "class Params:"], "Point": ["class Point(NamedTuple):"]}[form]
    p.shared.classes[form] = [*head, "    w: Any", "    b: float = 0.5"]


def differentiated(p: Pen, names: list[str]) -> tuple[int, ...]:
    able = [i for i, name in enumerate(names) if name != "n"]
    if p.chance(0.7):
        return tuple(able)
    return tuple(sorted(p.rng.sample(able, p.rng.randint(1, len(able)))))


# ---- the end of the program


def readout(p: Pen) -> None:
    """Returns a number in which every live value has a part, the hottest first."""
    terms = [
        text for var in sorted(p.scope, key=lambda v: -p.heat.get(v.group, 0.0)) for text in [read(p, var)] if text
    ]
    kept = terms[: p.rng.randint(3, 9)] or [p.scalar(2)]
    if len(kept) <= 3:
        p.line(f"return {' + '.join(kept)}")
        return
    p.line(f"out = {' + '.join(kept[:3])}")
    for i in range(3, len(kept), 3):
        p.line(f"out += {' + '.join(kept[i : i + 3])}")
    p.line("return out")


def read(p: Pen, var: Var) -> str:
    match var.kind:
        case Float():
            return p.choice(["{}", "{0} * {0}", "math.sin({})", "0.5 * {}"]).format(var)
        case Array(shape=shape):
            return f"np.sum({weighted(p, var.text, shape)})"
        case List(item=Float()):
            return p.choice([f"sum({var})", f"sum(v * v for v in {var})", f"sum(k * v for k, v in enumerate({var}))"])
        case List():
            return p.choice(
                [
                    f"sum(np.sum(r ** 2) for r in {var})",
                    f"sum((k + 1) * np.sum(np.sin(r)) for k, r in enumerate({var}))",
                ]
            )
        case Table():
            return p.choice([f"sum({var}.values())", f"sum(v ** 2 for v in {var}.values())"])
        case Record():
            return p.choice([f"{var}.energy()", f"{var}.scale * {var}.count", ""])
    return ""


def assemble(p: Pen, names: list[str], values: list[str]) -> str:
    """The text of the module."""
    shared = p.shared
    blocks = ["\n".join(["import math", *sorted(shared.imports), "", "import numpy as np"])]
    blocks += ["\n".join(shared.constants.values())] if shared.constants else []
    blocks += ["\n".join(lines) for lines in shared.classes.values()]
    blocks += ["\n".join(lines) for lines in shared.definitions]
    blocks.append("\n".join([f"def f({', '.join(names)}):", *p.lines]))
    blocks.append(f"def arguments():\n    return ({', '.join(values)},)")
    return "\n\n\n".join(blocks) + "\n"
