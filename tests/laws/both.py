"""The verdict on a program of `elements`: its derivative with loops taken at once, and with all of them one by one.

python -m tests.laws.both --seeds 0:2000     the programs that fail, and how many had loops that were taken at once
python -m tests.laws.both --show 17          one program, its verdict and both texts

What must hold, in every call:

    outcome     both raise exceptions of one type, or both give a value; or it raises what the function itself raises
    gradient    numbers agree but for rounding, and are not finite in the same places
    value       bit for bit what the plain function returns
    arguments   bit for bit as the plain function leaves them
    slope       at the first call, central differences of the plain function agree
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import importlib.util
import os
import sys
import time
import traceback
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .elements import Program, generate
from .judge import FOLDER, TimeoutError_, refusals, time_limit

TOLERANCE = {"f": 1e-4, "d": 1e-9}


@dataclass(frozen=True)
class Outcome:
    """What a call gave, or the exception that it raised, and its arguments afterwards."""

    value: Any
    raised: BaseException | None
    after: tuple[Any, ...]


@dataclass(frozen=True)
class Verdict:
    """What failed, if anything; whether a loop was taken at once, and whether the program was refused."""

    failure: str = ""
    taken: bool = False
    refused: bool = False


@contextlib.contextmanager
def one_by_one() -> Iterator[None]:
    """For a while no loop is taken at once."""
    from transforms.optimise import arrays

    saved = arrays.vectorise
    arrays.vectorise = lambda fn, book=None, before=None: None
    try:
        yield
    finally:
        arrays.vectorise = saved


def load(program: Program, name: str) -> types.ModuleType:
    """The program in a file of its own, so that nothing that was derived from it before is found."""
    path = os.path.join(FOLDER.name, f"{name}.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(program.text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    spec.loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


def seeds(values: tuple[Any, ...], nums: tuple[int, ...]) -> tuple[Any, ...]:
    """Tangents: for each argument that is differentiated an array, or a number, of its kind."""
    found = []
    for place, value in enumerate(values):
        if place not in nums:
            found.append(None)
        elif isinstance(value, np.ndarray):
            found.append((np.cos(np.arange(value.size) * 1.3).reshape(value.shape) + 0.2).astype(value.dtype))
        else:
            found.append(type(value)(0.8))
    return tuple(found)


def derivative(program: Program, module: types.ModuleType) -> tuple[Callable[..., Any], Callable[..., str]]:
    """The derivative that the program asks for, and what gives its text."""
    import ad

    f, nums = module.f, program.argnums
    if program.operator in ("second", "inner"):
        f = module.outer
    if program.operator in ("jvp", "inner"):
        return lambda *args: ad.jvp(f, args, seeds(args, nums)), lambda *args: ""
    if program.operator == "vjp":

        def pulled(*args: Any) -> Any:
            value, pullback = ad.vjp(f, *args)
            return value, pullback(np.float64(1.0) if np.ndim(value) == 0 else np.ones_like(value))

        return pulled, lambda *args: ""
    if program.operator == "jacobian":
        found = ad.jacobian(f)
        return lambda *args: (f(*copy.deepcopy(args)), found(*args)), lambda *args: ""
    found = ad.value_and_grad(f, argnums=nums)
    return found, found.source_for


def called(fn: Callable[..., Any], args: tuple[Any, ...]) -> Outcome:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            with time_limit():
                return Outcome(fn(*args), None, args)
        except (Exception, TimeoutError_, *refusals()) as error:
            return Outcome(None, error, args)


def leaves(tree: Any) -> list[Any]:
    if isinstance(tree, (tuple, list)):
        return [leaf for item in tree for leaf in leaves(item)]
    return [] if tree is None else [tree]


def alike(one: Any, other: Any, single: bool = False) -> bool:
    """Whether two results agree but for rounding; `single`: some of what led to them is in single precision."""
    first, second = leaves(one), leaves(other)
    if len(first) != len(second):
        return False
    arrays = [(np.asarray(a), np.asarray(b)) for a, b in zip(first, second, strict=True)]
    if any(a.shape != b.shape or a.dtype != b.dtype and a.ndim for a, b in arrays):
        return False  # a number to which nothing is added stays Python's, the sum of no entries is NumPy's
    if any(a.dtype.kind != "f" and not np.array_equal(a, b) for a, b in arrays):
        return False
    real = [(a, b) for a, b in arrays if a.dtype.kind == "f"]
    sizes = [np.max(np.abs(b[np.isfinite(b)]), initial=0.0) for _, b in real]
    scale = 1.0 + max(map(float, sizes), default=0.0)
    single = single or any(a.dtype.char == "f" for a, _ in real)
    return all(near(a, b, TOLERANCE["f" if single else "d"] * scale) for a, b in real)


def near(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    finite = np.isfinite(b)
    if not np.array_equal(np.isfinite(a), finite) or not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return False
    return bool(np.all(np.abs(a[finite] - b[finite]) <= tolerance))


def identical(one: Any, other: Any) -> bool:
    """Whether two trees hold the same bits; all NaNs are the same."""
    first, second = map(leaves, (one, other))
    return len(first) == len(second) and all(map(identical_leaves, first, second))


def identical_leaves(one: Any, other: Any) -> bool:
    a, b = np.asarray(one), np.asarray(other)
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    return (
        a.tobytes() == b.tobytes()
        or a.dtype.kind == "f"
        and np.array_equal(a, b, equal_nan=True)
        and np.array_equal(np.signbit(a[~np.isnan(a)]), np.signbit(b[~np.isnan(b)]))
    )


class Trial:
    """One program, derived both ways."""

    def __init__(self, program: Program) -> None:
        self.program = program
        name = f"elements_{program.seed}"
        self.single = "dtype=np.float32" in program.text
        self.plain = load(program, name + "_plain")
        self.modules = {way: load(program, f"{name}_{way}") for way in ("at_once", "one_by_one")}
        self.derivatives = {way: derivative(program, module) for way, module in self.modules.items()}

    def ways(self, run: Callable[[str], Any]) -> list[Any]:
        at_once = run("at_once")
        with one_by_one():
            return [at_once, run("one_by_one")]

    def texts(self) -> list[str]:
        arguments = self.plain.arguments("plain")
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return self.ways(lambda way: self.derivatives[way][1](*copy.deepcopy(arguments)))

    def verdict(self) -> Verdict:
        for call in self.program.calls:
            fast, slow = self.ways(lambda way: called(self.derivatives[way][0], self.modules[way].arguments(call)))
            function = self.plain.outer if self.program.operator in ("second", "inner") else self.plain.f
            failure = self.compared(call, fast, slow, called(function, self.plain.arguments(call)))
            if failure:
                return Verdict(f"call {call!r}: {failure}")
        if isinstance(slow.raised, refusals()):
            return Verdict(refused=True)
        return Verdict(self.slope(fast), taken=self.taken())

    def taken(self) -> bool:
        if self.program.operator not in ("value_and_grad", "second"):
            return False
        at_once, one_by_one = self.texts()
        return at_once != one_by_one

    def compared(self, call: str, fast: Outcome, slow: Outcome, plain: Outcome) -> str:
        if fast.raised is None and slow.raised is not None and self.may_be_left_out(slow.raised, plain.raised):
            return ""
        inner = called(self.plain.f, self.plain.arguments(call))
        if type(fast.raised) not in (type(slow.raised), type(plain.raised), type(inner.raised)):
            return f"outcome: {fast.raised!r} for {slow.raised!r}\n{told(fast.raised)}"
        if fast.raised is not None:
            return ""
        if not alike(fast.value, slow.value, self.single) and self.steady(call, slow.value):
            return f"gradient:\n{fast.value}\nfor\n{slow.value}"
        if plain.raised is not None:
            return ""  # what is computed for nothing is left out, and what it would raise
        if self.program.operator in ("value_and_grad", "jvp", "vjp") and not identical(fast.value[0], plain.value):
            return f"value: {fast.value[0]!r} for {plain.value!r}; one by one {slow.value[0]!r}"
        if not identical(fast.after, plain.after):
            return f"arguments: {fast.after} for {plain.after}; one by one {slow.after}"
        return ""

    def may_be_left_out(self, raised: BaseException, plainly: BaseException | None) -> bool:
        """Whether what raises may be computed for nothing: for a value that is not asked for, or an array not read."""
        return self.program.operator in ("second", "inner") or plainly is not None and type(raised) is ValueError

    def steady(self, call: str, result: Any) -> bool:
        """Whether the result is about the same where arguments are rounded otherwise: it can be told by rounding."""
        module = load(self.program, f"elements_{self.program.seed}_moved")
        arguments = module.arguments(call)
        for value in arguments:
            if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.strides != (0,):
                rounding = 1e-13 if value.dtype.char == "d" else 1e-6
                value *= (1.0 + rounding * np.cos(np.arange(value.size) * 2.3).reshape(value.shape)).astype(value.dtype)
        with one_by_one():
            found = called(derivative(self.program, module)[0], arguments)
        return found.raised is None and alike(found.value, result, self.single)

    def slope(self, found: Outcome) -> str:
        """What differs from the slope of the plain function, in double precision and away from kinks."""
        if self.program.operator != "value_and_grad" or not self.program.smooth or found.raised is not None:
            return ""
        arguments = self.plain.arguments("plain")
        direction = seeds(arguments, self.program.argnums)

        def along(step: float) -> float:
            moved = [
                a if d is None else a + step * d for a, d in zip(self.plain.arguments("plain"), direction, strict=True)
            ]
            return float(called(self.plain.f, tuple(moved)).value)

        gradient = leaves(found.value[1])
        chosen = [d for d in direction if d is not None]
        got = sum(float(np.sum(np.asarray(g) * d)) for g, d in zip(gradient, chosen, strict=True))
        scale = 1.0 + sum(float(np.sum(np.abs(g))) for g in gradient)
        steps = (2e-4, 1e-4)
        with contextlib.suppress(TypeError):
            wide, narrow = ((along(h) - along(-h)) / (2 * h) for h in steps)
            want = (4 * narrow - wide) / 3
            if abs(wide - narrow) < 1e-4 * scale and abs(got - want) > 1e-3 * scale:
                return f"slope: {got} for {want}"
        return ""


def told(error: BaseException | None) -> str:
    return "".join(traceback.format_exception(error)[-3:]) if error is not None else ""


def judge(program: Program) -> Verdict:
    return Trial(program).verdict()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0:500")
    parser.add_argument("--show", type=int)
    args = parser.parse_args()
    os.environ.setdefault("AD_CACHE_DIR", os.path.join(FOLDER.name, "texts"))
    if args.show is not None:
        program = generate(args.show)
        print(
            program.text, program.argnums, program.operator, judge(program).failure, *Trial(program).texts(), sep="\n"
        )
        return
    low, high = map(int, args.seeds.split(":"))
    start, verdicts = time.monotonic(), []
    for seed in range(low, high):
        verdicts.append(judge(generate(seed)))
        if verdicts[-1].failure:
            print(f"seed {seed}: {verdicts[-1].failure}", flush=True)
    taken, refused = sum(v.taken for v in verdicts), sum(v.refused for v in verdicts)
    print(f"{len(verdicts)} programs in {time.monotonic() - start:.0f} s, {taken} with loops taken at once")
    print(f"{refused} refused, {sum(bool(v.failure) for v in verdicts)} failed")


if __name__ == "__main__":
    main()
