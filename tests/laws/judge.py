"""The verdict on the derivative of one program: right, refused, wrong or crashed, in each of three modes.

    reverse   `ad.grad`, `ad.value_and_grad`: the gradient, the value bit for bit, the arguments afterwards
    forward   `ad.jvp`: the directional derivative, and the value
    second    `ad.hvp`, or `ad.grad` of `ad.grad` by a float

right: every number is the oracle's.  refused: an exception of `transforms.errors`.  wrong: a number, shape, dtype or
a structure that is not the oracle's.  crashed: any other exception, or more than `LIMIT` seconds.  A program on which
the oracles disagree has the verdict rejected: it says nothing.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import os
import signal
import sys
import tempfile
import traceback
import types
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .oracle import Expected, Rejected, children, expect, leaves, real, second, tree_map
from .programs import Program

LIMIT = 20.0
WORST = ("wrong", "crashed", "refused", "right")
FOLDER = tempfile.TemporaryDirectory(prefix="programs_")


class Mismatch(Exception):
    """What the library returned is not what the oracle says."""


class TimeoutError_(BaseException):
    """Not an `Exception`, so that no `except` of the library or of the program can swallow it."""


@dataclass(frozen=True)
class Finding:
    outcome: str
    detail: str = ""


@dataclass(frozen=True)
class Verdict:
    """What was found in each mode, or the reason why the program was rejected."""

    modes: dict[str, Finding] = field(default_factory=dict)
    rejected: str = ""

    @property
    def outcome(self) -> str:
        found = {f.outcome for f in self.modes.values()}
        return "rejected" if self.rejected else next((outcome for outcome in WORST if outcome in found), "right")

    @property
    def failure(self) -> tuple[str, Finding] | None:
        """The mode and the finding which are wrong or crashed, if any."""
        return next(((m, f) for o in WORST[:2] for m, f in self.modes.items() if f.outcome == o), None)


def judge(program: Program, reverse: bool = True, forward: bool = True, second_order: bool = False) -> Verdict:
    """The verdict on one program, in the modes asked for."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            with time_limit():
                expected = expect(program)
        except (Rejected, TimeoutError_) as error:
            return Verdict(rejected=str(error.args[0]) if error.args else "too slow")
        trial = Trial(program, expected)
        modes = {"reverse": find(trial.reverse)} if reverse else {}
        if forward:
            modes["forward"] = find(trial.forward)
        if second_order and not program.single:
            with contextlib.suppress(Rejected):
                modes["second"] = find(trial.second)
        return Verdict(modes)


def find(check: Callable[[], None]) -> Finding:
    """Runs one check and says how it went."""
    try:
        with time_limit():
            check()
    except Rejected:
        raise
    except Mismatch as error:
        return Finding("wrong", str(error))
    except TimeoutError_:
        return Finding("crashed", f"no answer in {LIMIT:.0f} s")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a refusal at run time is no `Exception`
        what = f"{type(error).__name__}: {error}"
        return (
            Finding("refused", what) if isinstance(error, refusals()) else Finding("crashed", f"{what} {origin(error)}")
        )
    return Finding("right")


def origin(error: BaseException) -> str:
    """Where an exception was raised."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"[{os.path.relpath(frame.filename)}:{frame.lineno}, in {frame.name}]"


def refusals() -> tuple[type, ...]:
    """The bases of all refusals: those made when deriving, and those made when running."""
    from tensor.runtime import Refused
    from transforms import errors

    return errors.DerivativeError, Refused


@contextlib.contextmanager
def time_limit(seconds: float = LIMIT) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError_()

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


# ---- the module that the library sees


def wrapper(program: Program, name: str, argnums: tuple[int, ...]) -> str:
    """The text of a function of those arguments alone, which calls `f` with the others at their values."""
    tree = ast.parse(program.text)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    names = [a.arg for a in functions["f"].args.args]
    values = [ast.unparse(v) for v in functions["arguments"].body[-1].value.elts]
    given = [names[i] if i in argnums else value for i, value in enumerate(values)]
    return f"\n\ndef {name}({', '.join(names[k] for k in argnums)}):\n    return f({', '.join(given)})\n"


def load(program: Program) -> types.ModuleType:
    """The program in a real file, with `along`, a function of the differentiated arguments, and `alone`, of one."""
    text = program.text + wrapper(program, "along", program.argnums) + wrapper(program, "alone", program.argnums[:1])
    name = f"program_{program.seed}_{zlib.crc32(program.text.encode())}"
    path = os.path.join(FOLDER.name, name + ".py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    spec.loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


# ---- the checks


class Trial:
    """One program under the library."""

    def __init__(self, program: Program, expected: Expected):
        import ad

        self.ad, self.program, self.expected = ad, program, expected
        self.module = load(program)
        self.tolerance = 3e-3 if program.single else 1e-7

    def fresh(self) -> tuple[tuple, tuple]:
        """The arguments anew, and those which are differentiated."""
        arguments = self.module.arguments()
        return arguments, tuple(arguments[k] for k in self.program.argnums)

    def reverse(self) -> None:
        nums = self.program.argnums
        given = nums[0] if len(nums) == 1 and self.program.seed % 2 else nums
        primal = self.fresh()[1]
        for derive in (self.ad.value_and_grad, self.ad.grad):
            arguments = self.fresh()[0]
            result = derive(self.module.f, argnums=given)(*arguments)
            if derive is self.ad.value_and_grad:
                value, result = result
                self.check_value(value)
            self.check_after(arguments)
            gradient = result if isinstance(given, tuple) else (result,)
            self.compare("gradient", flat(primal, gradient), self.expected.gradient, self.tolerance)

    def forward(self) -> None:
        primal = self.fresh()[1]
        vector = direction(self.program.seed, self.expected.gradient.size)
        value, slope = self.ad.jvp(self.module.along, self.fresh()[1], unflat(primal, vector))
        self.check_value(value)
        if np.ndim(slope) != 0:
            raise Mismatch(f"jvp: the tangent has shape {np.shape(slope)}")
        self.compare("jvp", np.array([slope]), np.array([self.expected.gradient @ vector]), self.tolerance)

    def second(self) -> None:
        primal = self.fresh()[1][:1]
        size = sum(np.size(leaf) for leaf in leaves(primal) if real(leaf))
        vector = direction(self.program.seed, size)
        whole = np.zeros(self.expected.gradient.size)
        whole[:size] = vector
        want = second(self.program, whole)[:size]
        f, tangent = self.module.alone, unflat(primal, vector)[0]
        if isinstance(primal[0], float):
            got = self.ad.grad(self.ad.grad(f))(self.fresh()[1][0]) * tangent
        else:
            got = self.ad.hvp(f)(self.fresh()[1][0], tangent)
        self.compare("second", flat(primal, (got,)), want, 2e-4)

    def check_value(self, got: Any) -> None:
        want = self.expected.value
        if np.asarray(got).dtype != np.asarray(want).dtype or np.asarray(got).tobytes() != np.asarray(want).tobytes():
            raise Mismatch(f"value: {got!r} for {want!r}")

    def check_after(self, arguments: tuple) -> None:
        for got, want in zip(leaves(arguments), leaves(self.expected.after), strict=True):
            if np.shape(got) != np.shape(want) or not np.array_equal(got, want):
                raise Mismatch(f"arguments: left as {brief(got, 17)} for {brief(want, 17)}")

    def compare(self, what: str, got: np.ndarray, want: np.ndarray, tolerance: float) -> None:
        scale = 1.0 + np.max(np.abs(want), initial=0.0)
        if got.shape != want.shape or not np.all(np.abs(got - want) <= tolerance * scale):
            raise Mismatch(f"{what}: {brief(got)} for {brief(want)}")


def brief(value: Any, digits: int = 7) -> str:
    return np.array2string(np.asarray(value), precision=digits, threshold=12).replace("\n", "")


def direction(seed: int, size: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.uniform(0.3, 1.0, size) * rng.choice([-1.0, 1.0], size)


def unflat(primal: Any, vector: np.ndarray) -> Any:
    """A vector as a tree like the primal one: floats for floats, None for what is not differentiable."""
    rest = iter(vector.tolist())

    def place(leaf: Any) -> Any:
        if not real(leaf):
            return None
        if isinstance(leaf, np.ndarray):
            return np.array([next(rest) for _ in range(leaf.size)], dtype=leaf.dtype).reshape(leaf.shape)
        return type(leaf)(next(rest))

    return tree_map(place, primal)


def flat(primal: Any, gradient: Any, where: str = "") -> np.ndarray:
    """The numbers of a gradient, whose structure, shapes and dtypes must be those of the primal tree."""
    below = children(primal)
    if below is None:
        return flat_leaf(primal, gradient, where)
    if type(gradient) is not type(primal):
        raise Mismatch(f"structure{where}: {type(gradient).__name__} for {type(primal).__name__}")
    parts = dict(children(gradient))
    if list(parts) != [key for key, _ in children(primal)]:
        raise Mismatch(f"structure{where}: {list(parts)}")
    found = [flat(part, parts[key], f"{where}[{key!r}]") for key, part in below]
    return np.concatenate([np.zeros(0), *found])


def flat_leaf(primal: Any, gradient: Any, where: str) -> np.ndarray:
    if not real(primal):
        if gradient is not None:
            raise Mismatch(f"structure{where}: {gradient!r} for a leaf which is no float")
        return np.zeros(0)
    if np.shape(gradient) != np.shape(primal):
        raise Mismatch(f"shape{where}: {np.shape(gradient)} for {np.shape(primal)}")
    if isinstance(primal, np.ndarray) and (not isinstance(gradient, np.ndarray) or gradient.dtype != primal.dtype):
        raise Mismatch(f"dtype{where}: {np.asarray(gradient).dtype} for {primal.dtype}")
    if not isinstance(primal, np.ndarray) and not isinstance(gradient, (float, np.floating)):
        raise Mismatch(f"type{where}: {type(gradient).__name__} for a float")
    return np.ravel(np.asarray(gradient, dtype=float))
