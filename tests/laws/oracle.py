"""Two oracles for the gradient of a program, which know nothing of how it is derived from the source.

The first executes the text on dual numbers (`dual.py`). The second is central differences with Richardson extrapolation
on plain runs. They must agree: `expect(program)` rejects, with the reason, a program where they do not, or which is at
a kink, ill-conditioned, too large.
"""

from __future__ import annotations

import builtins
import dataclasses
import functools
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .dual import MATH, NP, Careful, Dual, Kinks, Number, float_, scalar_of
from .programs import Program, execute

LARGEST = 1e4
STEP = 2e-4


class Rejected(Exception):
    """The oracles cannot tell the gradient of this program. The first argument is the reason, in fixed words."""


# ---- pytrees of arguments


def children(tree: Any) -> Iterator[tuple[Any, Any]] | None:
    """The keyed children of a container of arguments, None for a leaf."""
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return zip(tree._fields, tree, strict=True)
    if isinstance(tree, (list, tuple)):
        return enumerate(tree)
    if isinstance(tree, dict):
        return iter(tree.items())
    if dataclasses.is_dataclass(tree):
        return ((f.name, getattr(tree, f.name)) for f in dataclasses.fields(tree))
    return None


def rebuilt(tree: Any, parts: list) -> Any:
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*parts)
    if isinstance(tree, (list, tuple)):
        return type(tree)(parts)
    if isinstance(tree, dict):
        return dict(zip(tree, parts, strict=True))
    return dataclasses.replace(tree, **dict(zip([f.name for f in dataclasses.fields(tree)], parts, strict=True)))


def tree_map(function: Callable, tree: Any) -> Any:
    """The same tree with `function` of every leaf, left to right."""
    below = children(tree)
    if below is None:
        return function(tree)
    return rebuilt(tree, [tree_map(function, part) for _, part in below])


def leaves(tree: Any) -> list:
    found: list = []
    tree_map(found.append, tree)
    return found


def real(leaf: Any) -> bool:
    """Whether a leaf is differentiable: a float, or an array of floats."""
    return isinstance(leaf, (builtins.float, np.floating)) or isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"


# ---- the first oracle


Run = tuple[float, np.ndarray, tuple, int]


def differentiate(text: str, argnums: tuple[int, ...], shift: np.ndarray | None = None) -> Run:
    """The value with the inputs moved by `shift`, its derivative, the arguments afterwards, the number of kinks met."""
    bare = text.replace("import math\n", "").replace("import numpy as np\n", "")
    module = execute(bare, "dual_program", np=NP, math=MATH, float=float_)
    arguments = list(module.arguments())
    inputs = [leaf for k in argnums for leaf in leaves(arguments[k])]
    sizes = [leaf.size if isinstance(leaf, np.ndarray) else 1 for leaf in inputs if active(leaf)]
    basis = iter(np.eye(sum(sizes)))
    moved = iter(np.zeros(sum(sizes)) if shift is None else shift)

    def seed(leaf: Any) -> Any:
        if not active(leaf):
            return leaf
        if isinstance(leaf, np.ndarray):
            for index in np.ndindex(leaf.shape):
                leaf[index] = Dual(leaf[index] + builtins.float(next(moved)), next(basis))
            return leaf.view(Careful)
        return Dual(leaf + builtins.float(next(moved)), next(basis))

    for k in argnums:
        arguments[k] = tree_map(seed, arguments[k])
    Kinks.met = 0
    out = scalar_of(module.f(*arguments))
    slope = out.d if isinstance(out, Dual) and type(out.d) is not float else np.zeros(sum(sizes))
    return plain(out), slope, tuple(tree_map(plain, a) for a in arguments), Kinks.met


def active(leaf: Any) -> bool:
    return isinstance(leaf, builtins.float) or isinstance(leaf, np.ndarray) and leaf.dtype == object


def plain(leaf: Any) -> Any:
    """A leaf with the dual numbers taken out."""
    if isinstance(leaf, Dual):
        return leaf.v
    if isinstance(leaf, np.ndarray) and leaf.dtype == object:
        return np.array([plain(v) for v in leaf.flat], dtype=builtins.float).reshape(leaf.shape)
    return leaf


# ---- the second oracle


def runner(text: str, argnums: tuple[int, ...]) -> tuple[Callable[[np.ndarray], float], int]:
    """The plain function of what is added to all its differentiated numbers, as one vector, and their number."""
    module = execute(text.replace("np.float32", "np.float64"), "plain_program")
    first = module.arguments()
    size = sum(np.size(leaf) for k in argnums for leaf in leaves(first[k]) if real(leaf))

    def run(shift: np.ndarray) -> float:
        arguments = list(module.arguments())
        moved = iter(shift.tolist())

        def move(leaf: Any) -> Any:
            if not real(leaf):
                return leaf
            if isinstance(leaf, np.ndarray):
                leaf += np.array([next(moved) for _ in range(leaf.size)]).reshape(leaf.shape)
                return leaf
            return leaf + next(moved)

        for k in argnums:
            arguments[k] = tree_map(move, arguments[k])
        return builtins.float(module.f(*arguments))

    return run, size


def slope_along(run: Callable, direction: np.ndarray, step: float = STEP) -> float:
    """The derivative along a direction: central differences at two steps, extrapolated."""
    wide, narrow = ((run(h * direction) - run(-h * direction)) / (2 * h) for h in (step, step / 2))
    return (4 * narrow - wide) / 3


# ---- what a program must give


@dataclasses.dataclass(frozen=True)
class Expected:
    """The plain value, the arguments after the plain run, and the gradient as one vector."""

    value: Any
    after: tuple
    gradient: np.ndarray


def expect(program: Program) -> Expected:
    """What the derivative of the program must give; `Rejected` if the oracles cannot agree on it."""
    with np.errstate(all="ignore"):
        value, after = primal(program)
        dual_value, gradient, dual_after, kinks = attempt(
            differentiate, program.text, program.argnums, why="dual run failed"
        )
        if kinks:
            raise Rejected("kink")
        if not (np.all(np.isfinite(gradient)) and np.max(np.abs(gradient), initial=0.0) < LARGEST):
            raise Rejected("gradient too large")
        check_primal(program, value, after, dual_value, dual_after)
        check_slopes(program, gradient)
        if program.single:
            check_precision(program, gradient)
    return Expected(value, after, gradient)


def attempt(function: Callable, *args: Any, why: str) -> Any:
    try:
        return function(*args)
    except (RecursionError, Exception) as error:
        raise Rejected(why, error) from error


def primal(program: Program) -> tuple[Any, tuple]:
    """The plain run: its value, and its arguments afterwards.

    `sum` of Python 3.12 and later compensates for rounding; here, as in what the library emits, it only adds.
    """
    module = attempt(program.load, why="does not run")
    module.__dict__["sum"] = lambda items, start=0: functools.reduce(operator.add, items, start)
    arguments = module.arguments()
    value = attempt(module.f, *arguments, why="does not run")
    if not (np.ndim(value) == 0 and isinstance(scalar_of(value), Number)):
        raise Rejected("no scalar")
    if not all(np.all(np.abs(leaf) < LARGEST) for leaf in [value, *leaves(arguments)] if real(leaf)):
        raise Rejected("value too large")
    return value, arguments


def check_primal(program: Program, value: Any, after: tuple, dual_value: float, dual_after: tuple) -> None:
    """The dual run must have computed what the plain one did, arguments included."""
    tolerance = 1e-3 if program.single else 1e-9
    pairs = [(value, dual_value), *zip(leaves(after), leaves(dual_after), strict=True)]
    for a, b in pairs:
        if np.shape(a) != np.shape(b) or not np.allclose(a, b, rtol=tolerance, atol=tolerance):
            raise Rejected("dual run differs", a, b)


def check_slopes(program: Program, gradient: np.ndarray) -> None:
    run, size = runner(program.text, program.argnums)
    rng = np.random.default_rng(program.seed)
    for _ in range(2):
        direction = rng.uniform(0.3, 1.0, size) * rng.choice([-1.0, 1.0], size)
        want = attempt(slope_along, run, direction, why="does not run nearby")
        got = builtins.float(gradient @ direction)
        scale = max(1.0, builtins.float(np.abs(gradient) @ np.abs(direction)))
        if not abs(got - want) <= 1e-5 * scale:
            raise Rejected("differences disagree", got, want)


def check_precision(program: Program, gradient: np.ndarray) -> None:
    """Single precision must be enough: where it is not, as for 1 - tanh(10.0) ** 2, no gradient of it is right."""
    Dual.single = True
    try:
        _, rough, _, _ = attempt(differentiate, program.text, program.argnums, why="no dual run in single precision")
    finally:
        Dual.single = False
    if not np.allclose(rough, gradient, rtol=1e-3, atol=1e-3):
        raise Rejected("single precision is too little", rough, gradient)


def second(program: Program, direction: np.ndarray, step: float = STEP) -> np.ndarray:
    """The product of the Hessian and a direction: differences of the dual gradient."""

    def gradient(s: float) -> np.ndarray:
        _, slope, _, kinks = attempt(
            differentiate, program.text, program.argnums, s * direction, why="dual run failed nearby"
        )
        if kinks:
            raise Rejected("kink nearby")
        return slope

    with np.errstate(all="ignore"):
        wide, narrow = ((gradient(h) - gradient(-h)) / (2 * h) for h in (step, step / 2))
    if not np.allclose(wide, narrow, rtol=1e-3, atol=1e-3):
        raise Rejected("second differences disagree")
    return (4 * narrow - wide) / 3
