"""Whole numbers that index arrays: as the extent of an axis plus a constant, and between which bounds they lie.

    n = len(x) - 1                  n is the extent of x less 1
    for i in range(1, n): x[i - 1]  i - 1 is at least 0 and at most the extent of x less 3: x[i - 1] is there

Only what is surely so is said.  Extents are tokens (`transforms.shapes`): nothing is computed at run time.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

from tensor.attributes import attribute
from transforms import ir, shapes
from transforms.ir import Const, Var
from transforms.shapes import Less, Value

SHAPE, SIZE = attribute("shape"), attribute("size")


@dataclass(frozen=True)
class Affine:
    """`base + offset`, where the base is the token of an extent, or of a whole number (`Value`), or None for 0."""

    base: Any
    offset: int

    def plus(self, number: int) -> Affine:
        return Affine(self.base, self.offset + number)


class Bounds:
    """What is known of the whole numbers of a function's body.

    `numbers` are those that bases stand for; `agreeing` the pairs of extents that were found to be the same in the call
    that the derivative is made for: who relies on it must have it checked (`assume`).
    """

    def __init__(self, body: ir.Block, before: ir.Block | None = None) -> None:
        self.makers: dict[int, ir.Apply] = {}
        self.loops: dict[int, ir.Loop] = {}
        self.numbers: dict[int, Var] = {}
        self.agreeing: list[tuple[Any, Any]] = []
        for stmt in (*ir.walk(before or ir.Block()), *ir.walk(body)):
            if isinstance(stmt, ir.Apply) and isinstance(stmt.out, Var):
                self.makers[stmt.out.serial] = stmt
            elif isinstance(stmt, ir.Loop) and stmt.index is not None:
                self.loops[stmt.index.serial] = stmt

    # -- numbers -------------------------------------------------------------------------------------------------------

    def affine(self, operand: Any) -> Affine | None:
        """A whole number as a base plus a constant."""
        if isinstance(operand, Const):
            return Affine(None, operand.value) if type(operand.value) is int else None
        if not isinstance(operand, Var) or not operand.kind.scalar or operand.kind.dtype not in "lqiI":
            return None
        maker = self.makers.get(operand.serial)
        found = self._made(maker) if maker is not None and not maker.kwargs else None
        if found is None:
            self.numbers[operand.serial] = operand
            found = Affine(Value(operand.serial), 0)
        return found

    def _made(self, maker: ir.Apply) -> Affine | None:
        fn, args = maker.fn, maker.args
        if fn in (operator.add, operator.sub) and isinstance(args[1], Const) and type(args[1].value) is int:
            found = self.affine(args[0])
            step = args[1].value if fn is operator.add else -args[1].value
            return None if found is None else found.plus(step)
        if fn is len and isinstance(args[0], Var) or fn is SIZE and args[0].kind.ndim == 1:
            return self._extent(args[0], 0)
        if fn is operator.getitem and isinstance(args[0], Var) and isinstance(args[1], Const):
            shape = self.makers.get(args[0].serial)
            if shape is not None and shape.fn is SHAPE and type(args[1].value) is int:
                return self._extent(shape.args[0], args[1].value)
        if fn is min:
            first, *others = map(self.affine, args)
            return first if others and all(self.same(first, other) for other in others) else None
        return None

    def _extent(self, array: Any, axis: int) -> Affine | None:
        dims = shapes.dims(array) if array.kind.base == "array" else None
        if dims is None or not -len(dims) <= axis < len(dims):
            return None
        return self._resolved(dims[axis])

    def _resolved(self, token: Any) -> Affine:
        """The number that a token stands for."""
        if isinstance(token, int):
            return Affine(None, token)
        made = self.makers.get(token.serial) if isinstance(token, Value) else None
        return Affine(token, 0) if made is None else self.affine(made.out) or Affine(token, 0)

    # -- bounds --------------------------------------------------------------------------------------------------------

    def least(self, operand: Any) -> int | None:
        """A constant below which a number never is."""
        found = operand if isinstance(operand, Affine) else self.affine(operand)
        if found is None or found.base is None:
            return None if found is None else found.offset
        if not isinstance(found.base, Value):
            return found.offset  # an extent is not negative
        loop = self.loops.get(found.base.serial)
        low = self.least(loop.bounds[0]) if loop is not None and upwards(loop) else None  # type: ignore[index]
        return None if low is None else low + found.offset

    def most(self, found: Affine, low: int) -> Affine | None:
        """A bound above a number that is at least `low`, as an extent plus a constant."""
        while isinstance(found.base, Value) and found.base.serial in self.loops:
            loop = self.loops[found.base.serial]
            last = self.affine(loop.bounds[1]) if upwards(loop) else None  # type: ignore[index]
            if last is None:
                return None
            found = last.plus(found.offset - 1)
        return cut(found.plus(1), low).plus(-1)

    def extent(self, token: Any) -> Affine:
        """The extent of an axis: `max(0, base + offset)`, where the base is no difference itself."""
        return Affine(token.dim, -token.cut) if isinstance(token, Less) else self._resolved(token)

    def within(self, index: Affine, extent: Any) -> bool:
        """Whether an index is surely one of an axis, counted from its begin."""
        low, length = self.least(index), self.extent(extent)
        high = self.most(index, low) if low is not None and low >= 0 else None
        return high is not None and high.offset < length.offset and self.alike(high.base, length.base)

    # -- extents -------------------------------------------------------------------------------------------------------

    def same(self, a: Affine | None, b: Affine | None) -> bool:
        """Whether two numbers are the same."""
        return a is not None and b is not None and a.offset == b.offset and self.alike(a.base, b.base)

    def alike(self, base: Any, other: Any) -> bool:
        """Whether two bases are the same number, surely or in the call that the derivative is made for."""
        if base == other:
            return True
        if base is None or other is None or not shapes.alike(base, other, False):
            return False
        self.agreeing.append((base, other))
        return True

    def assume(self) -> bool:
        """Take for granted what was found of extents, for the text to check; whether it can be."""
        pairs, self.agreeing = self.agreeing, []
        return all(shapes.alike(base, other) for base, other in pairs)


def upwards(loop: ir.Loop) -> bool:
    """Whether a loop counts from its start to below its stop, in this order or from the end."""
    step = loop.bounds[2] if loop.bounds is not None else None
    return isinstance(step, Const) and type(step.value) is int and step.value > 0


def cut(stop: Affine, low: int) -> Affine:
    """A stop with which a range that starts at `low`, or above it, is the same, where the base is no difference.

    For range(0, max(0, n - 2) + 1) there is none: it has a trip where n is 0.
    """
    if isinstance(stop.base, Less) and stop.offset <= low:
        return Affine(stop.base.dim, stop.offset - stop.base.cut)
    return stop
