"""Symbolic shapes: which arrays surely have the same extents, while no extent is known.

The shape of a `Var` is a token.  Tokens are compared, never computed with at run time: equal tokens mean equal shapes.
Where the rank is known a shape is a `Dims`, one token for each axis: an integer that is known, `(serial, axis)` for
the extent of an axis that nothing more is known of, or `Less(dim, k)` for what a slice leaves of it.  So `u[:-2]`,
`u[1:-1]` and `u[2:]` have one shape, and the cotangent of none of them needs to be summed back.

    x[1:] - x[:-1]          Dims((Less(n, 1),))  and  Dims((Less(n, 1),)):  no broadcasting
    w @ x + b               Dims((rows of w,))   and  Dims((axis of b,)):   not known: it may broadcast

An array that comes in from outside has an `Axis` for each axis.  Two of them that have the same extent when the
derivative is made are taken to be the same, and so is one whose extent is 1 to be 1: the `Book` records what was taken
for granted, and the emitted text checks it first (`runtime.check_shapes`).  For arguments whose shapes agree in
another way, another text is made.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from transforms.ir import Const, Var


class Dims(tuple[Any, ...]):
    """A shape of known rank: a token for each axis."""

    __slots__ = ()


@dataclass(frozen=True, repr=False)
class Less:
    """What is left of an extent after cutting `cut` entries off: never less than 0."""

    dim: Any
    cut: int


@dataclass(frozen=True, repr=False)
class Value:
    """The extent that a whole number, known at run time only, gives to an array made with it."""

    serial: int


def less(dim: Any, cut: int) -> Less:
    """The token of what is left of an extent."""
    return Less(dim.dim, dim.cut + cut) if isinstance(dim, Less) else Less(dim, cut)


class Book:
    """What a text takes for granted of the shapes of the arrays that come in."""

    def __init__(self) -> None:
        self.parents: dict[Axis, Axis] = {}
        self.ones: set[Axis] = set()
        self.axes: list[Axis] = []
        self.closed = False

    def find(self, axis: Axis) -> Axis:
        while axis in self.parents:
            axis = self.parents[axis]
        return axis

    def assume_same(self, a: Axis, b: Axis) -> bool:
        first, second = self.find(a), self.find(b)
        if first is second:
            return True
        if self.closed or a.extent != b.extent or a.book is not b.book:
            return False
        if (second.var.serial, second.axis) < (first.var.serial, first.axis):
            first, second = second, first
        self.parents[second] = first
        return True

    def assume_one(self, axis: Axis) -> bool:
        found = self.find(axis)
        if found.extent != 1 or self.closed and found not in self.ones:
            return False
        self.ones.add(found)
        return True

    def facts(self) -> list[tuple[Axis, Axis | int]]:
        """The pairs of axes that must have the same extent, and the axes whose extent must be 1."""
        pairs: list[tuple[Axis, Axis | int]] = [(axis, self.find(axis)) for axis in self.parents]
        return pairs + [(axis, 1) for axis in self.ones]


@contextlib.contextmanager
def opened(book: Book | None) -> Iterator[None]:
    """For a while, what a closed book takes for granted can be added to."""
    closed = book is None or book.closed
    if book is not None:
        book.closed = False
    try:
        yield
    finally:
        if book is not None:
            book.closed = closed


@dataclass(eq=False, repr=False)
class Axis:
    """An axis of an array that comes in from outside, and the extent that it had when the derivative was made."""

    var: Var
    axis: int
    extent: int
    book: Book

    def __post_init__(self) -> None:
        self.book.axes.append(self)

    def __repr__(self) -> str:
        return f"{self.var!r}.shape[{self.axis}]"


# -- comparing ---------------------------------------------------------------------------------------------------------


def dims(operand: Any) -> Dims | None:
    """The tokens of an operand's axes, or None where its rank is not known."""
    if isinstance(operand, Const):
        return Dims() if isinstance(operand.value, (bool, int, float, complex, np.generic)) else None
    if not isinstance(operand, Var) or not operand.kind.numeric:
        return None
    if operand.kind.scalar:
        return Dims()
    rank = operand.kind.ndim
    if isinstance(operand.shape, Dims):
        return operand.shape if len(operand.shape) == rank else None
    return None if rank is None else Dims((operand.shape, axis) for axis in range(rank))


def same(a: Any, b: Any) -> bool:
    """Whether two arrays surely have the same shape."""
    if not isinstance(a, Var) or not isinstance(b, Var):
        return False
    if a.kind.scalar is not b.kind.scalar:
        return False
    if a.shape == b.shape and a.kind.ndim == b.kind.ndim:
        return True
    first, second = dims(a), dims(b)
    if first is None or second is None or len(first) != len(second):
        return False
    if not all(alike(d, e, False) for d, e in zip(first, second, strict=True)):
        return False
    return all(alike(d, e) for d, e in zip(first, second, strict=True))


def alike(d: Any, e: Any, assume: bool = True) -> bool:
    """Whether two axes have the same extent; what is taken for granted is recorded if `assume`."""
    if d == e:
        return True
    if isinstance(d, Less) and isinstance(e, Less):
        return d.cut == e.cut and alike(d.dim, e.dim, assume)
    if isinstance(d, Axis) and isinstance(e, Axis):
        return d.book.assume_same(d, e) if assume or d.book.closed else d.extent == e.extent and d.book is e.book
    return False


def one(dim: Any) -> bool:
    """Whether the extent of an axis is 1."""
    return dim == 1 or isinstance(dim, Axis) and dim.book.assume_one(dim)


def maybe_one(dim: Any) -> bool:
    return dim == 1 or isinstance(dim, Axis) and dim.extent == 1


def key(var: Var) -> Any:
    """What two Vars of the same shape have in common."""
    found = dims(var)
    return (var.shape, var.kind.ndim) if found is None else Dims(map(canonical, found))


def canonical(dim: Any) -> Any:
    if isinstance(dim, Axis):
        return dim.book.find(dim)
    return Less(canonical(dim.dim), dim.cut) if isinstance(dim, Less) else dim


def summed(bar: Any, x: Any) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The leading axes of a cotangent, and those of one entry in `x`, over which it is summed to the shape of `x`.

    None where that is not known.
    """
    wide, narrow = dims(bar), dims(x)
    if wide is None or narrow is None or len(wide) < len(narrow):
        return None
    extra = len(wide) - len(narrow)
    pairs = list(zip(wide[extra:], narrow, strict=True))
    if not all(alike(d, e, False) or maybe_one(e) for d, e in pairs):
        return None
    single = tuple(i for i, (d, e) in enumerate(pairs) if not (alike(d, e, False) and alike(d, e)) and one(e))
    return tuple(range(extra)), single


def unknown(var: Var) -> bool:
    """Whether nothing is known of a shape but that it is this value's own."""
    return bool(var.shape == var.serial)


def broadcast(*shapes: Dims | None) -> Dims | None:
    """The shape of an elementwise result: None for axes of which nothing can be said."""
    if any(shape is None for shape in shapes):
        return None
    known = [shape for shape in shapes if shape is not None]
    rank = max(map(len, known))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in known]
    return Dims(meet([shape[axis] for shape in padded]) for axis in range(rank))


def meet(axes: list[Any]) -> Any:
    """The extent of the axis that these broadcast to."""
    others = [dim for dim in axes if dim != 1]
    if not others:
        return 1
    if _all_alike(others):
        return others[0]
    wide = [dim for dim in others if not maybe_one(dim)]
    if wide and _all_alike(wide):
        return wide[0] if all(one(dim) for dim in others if maybe_one(dim)) else None
    fixed = [dim for dim in others if isinstance(dim, int)]
    return fixed[0] if fixed else None


def _all_alike(axes: list[Any]) -> bool:
    return all(alike(axes[0], dim, False) for dim in axes) and all(alike(axes[0], dim) for dim in axes)
