"""Where the trips of a loop read and write: entries at the counter plus what stays the same are a slice.

for i in range(1, len(x)): x[i - 1]         x[:-1]      for all trips
for k in range(m): x[i + k]                 x[i : i + m], if it is checked that x has so many entries
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

from tensor import runtime
from transforms import ir, kinds, shapes
from transforms.analyse.bounds import Bounds, cut
from transforms.analyse.slots import SIGNS
from transforms.ir import Const, Slice, Var

NONE, ONE = Const(None), Const(1)


class OneByOne(Exception):
    """The trips of a loop must be taken one by one."""


def need(fact: bool) -> None:
    if not fact:
        raise OneByOne


@dataclass(frozen=True)
class Offset:
    """What is added to a loop's counter: `base`, a whole number that is the same in all trips, or none, and `shift`."""

    base: Var | None
    shift: int


class Places:
    """The indices of a loop's body for all trips at once; raises `OneByOne` where there are none.

    `offsets` are the numbers that are the counter plus what is the same in all trips; what must be computed, or
    checked, before entries are read is put into `stmts`.
    """

    def __init__(self, loop: ir.Loop, body: ir.Block, bounds: Bounds, stmts: list[Any]) -> None:
        self.loop = loop
        self.body = body
        self.bounds = bounds
        self.stmts = stmts
        self.clipped: Var | None = None
        self.checked: set[Any] = set()
        self.computed: dict[Any, Var] = {}
        self.offsets = self.counters()

    def counters(self) -> dict[int, Offset]:
        """The numbers of the body that are the counter plus what is the same in all trips."""
        assert self.loop.index is not None
        found = {self.loop.index.serial: Offset(None, 0)}
        inside = {v.serial for s in self.body.stmts for v in ir.defined(s)} | {self.loop.index.serial}
        for stmt in self.body.stmts:
            if isinstance(stmt, ir.Apply) and stmt.fn in SIGNS and len(stmt.args) == 2:
                offset = offset_of(stmt, found, inside)
                if offset is not None:
                    found[stmt.out.serial] = offset
        return found

    def count(self) -> Any:
        """The token of the number of trips."""
        start, stop, step = self.loop.bounds
        low, end = self.bounds.affine(start), self.bounds.affine(stop)
        if low is None or low.base is not None or end is None or end.base is None or step != ONE:
            return self.loop.index.serial, 0  # type: ignore[union-attr]
        end = cut(end, low.offset).plus(-low.offset)
        if end.offset > 0:
            return self.loop.index.serial, 0  # type: ignore[union-attr]
        return end.base if end.offset == 0 else shapes.less(end.base, -end.offset)

    def slice(self, array: Var, axis: int, offset: Offset, loc: Any) -> Slice:
        """The entries of an axis at the counter plus an offset; that they are there is proved, or checked when run."""
        start, _, step = self.loop.bounds
        low, more = self.bounds.least(start), self.bounds.least(offset.base or Const(0))
        need(low is not None and more is not None and low + more + offset.shift >= 0)
        assert low is not None
        first = self.moved(start, offset)
        stop = self.proved(array, axis, offset, low)
        if stop is None:
            stop = self.moved(self.stop(), offset)
            self.check(array, axis, offset, [Const(0) if end == NONE else end for end in (first, stop)], loc)
        return Slice(first, stop, NONE if step == ONE else step)

    def check(self, array: Var, axis: int, offset: Offset, ends: list[Any], loc: Any) -> None:
        """Have it checked that entries are there, once for all arrays of the same extent."""
        key = shapes.key(array)[axis], offset
        if key not in self.checked:
            self.checked.add(key)
            _, _, step = self.loop.bounds
            operands = array, Const(axis), *ends, *([] if step == ONE else [step])
            self.stmts.append(ir.Apply(None, runtime.check_entries, operands, effect=True, loc=loc))

    def proved(self, array: Var, axis: int, offset: Offset, low: int) -> Any:
        """The stop of a slice whose entries are surely there, or None; the counter is at least `low`."""
        _, stop, _ = self.loop.bounds
        end, length = self.bounds.affine(stop), self.bounds.extent(shapes.dims(array)[axis])  # type: ignore[index]
        if end is None or offset.base is not None:
            return None
        last = cut(end, low)
        behind = last.offset + offset.shift - length.offset
        if end.base is not None and behind <= 0 and self.bounds.alike(last.base, length.base):
            return Const(behind) if behind else NONE
        high, least = self.bounds.most(end.plus(-1), low), self.bounds.least(end)
        if high is None or least is None or least + offset.shift < 0 or high.offset + offset.shift >= length.offset:
            return None
        return self.shifted(stop, offset.shift) if self.bounds.alike(high.base, length.base) else None

    def stop(self) -> Any:
        """The stop of the range, not below its start."""
        start, stop, _ = self.loop.bounds
        least, low = self.bounds.least(stop), self.bounds.affine(start)
        if least is not None and low is not None and low.base is None and low.offset <= least:
            return stop
        if self.clipped is None:
            self.clipped = Var("", kinds.INT)
            self.stmts.append(ir.Apply(self.clipped, max, (stop, start), loc=self.loop.loc))
        return self.clipped

    def moved(self, number: Any, offset: Offset) -> Any:
        """The operand `number + offset`; None for 0."""
        if offset.base is None:
            return self.shifted(number, offset.shift)
        if isinstance(number, Const):
            return self.shifted(offset.base, number.value + offset.shift)
        return self.shifted(self.sum(offset.base, number), offset.shift)

    def shifted(self, number: Any, shift: int) -> Any:
        """The operand `number + shift`; None for 0."""
        found = self.bounds.affine(number)
        need(found is not None)
        assert found is not None
        total = found.plus(shift)
        if total.base is None:
            return Const(total.offset) if total.offset else NONE
        if shift and isinstance(total.base, shapes.Value):
            number, shift = self.bounds.numbers[total.base.serial], total.offset
        return self.sum(number, Const(shift)) if shift else number

    def sum(self, number: Any, other: Any) -> Var:
        """The sum of two whole numbers, computed before."""
        fn = operator.add
        if isinstance(other, Const) and other.value < 0:
            fn, other = operator.sub, Const(-other.value)
        out = self.computed.get((fn, number, other))
        if out is None:
            out = self.computed[fn, number, other] = Var("", kinds.INT)
            self.stmts.append(ir.Apply(out, fn, (number, other), loc=self.loop.loc))
        return out

    def values(self, counter: Var) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The operands of an array of the values of a counter, plus its offset, for `np.arange`."""
        start, stop, step = self.loop.bounds
        ends = [self.moved(end, self.offsets[counter.serial]) for end in (start, stop)]
        ends = [Const(0) if end == NONE else end for end in ends]
        if step != ONE:
            ends.append(step)
        elif ends[0] == Const(0):
            del ends[0]
        read = [s.args[0] for s in self.body.stmts if isinstance(s, ir.Apply) and s.fn is operator.getitem]
        return tuple(ends), {"like": read[0]} if read else {}  # on the device where the arrays are

    def index(self, array: Any, index: Any, loc: Any) -> tuple[Any, bool]:
        """An index of the entries of all trips, and whether they differ; None where that is the whole array."""
        need(isinstance(array, Var) and array.kind.base == "array" and not array.kind.type)
        axes, items = shapes.dims(array), index if isinstance(index, tuple) else (index,)
        need(axes is not None and len(axes) == len(items))
        moving = [isinstance(i, Var) and i.serial in self.offsets for i in items]
        need(sum(moving) <= 1)
        found = []
        for axis, (item, extent, moves) in enumerate(zip(items, axes, moving, strict=True)):  # type: ignore[arg-type]
            if moves:
                found.append(self.slice(array, axis, self.offsets[item.serial], loc))
                continue
            at = self.bounds.affine(item)
            need(at is not None and self.bounds.within(at, extent))
            found.append(item)
        while found and found[-1] == Slice(NONE, NONE, NONE):
            found.pop()
        return (None if not found else found[0] if len(found) == 1 else tuple(found)), any(moving)


def offset_of(stmt: ir.Apply, counters: dict[int, Offset], inside: set[int]) -> Offset | None:
    """What a sum adds to the counter, if it is the same in all trips: a constant, and at most one whole number."""
    first, second = stmt.args
    if stmt.fn is operator.add and isinstance(second, Var) and second.serial in counters:
        first, second = second, first
    offset = counters.get(first.serial) if isinstance(first, Var) else None
    if offset is None:
        return None
    if isinstance(second, Const) and type(second.value) is int:
        return Offset(offset.base, offset.shift + (second.value if stmt.fn is operator.add else -second.value))
    whole = isinstance(second, Var) and second.kind.scalar and second.kind.dtype == "l" and second.serial not in inside
    if whole and stmt.fn is operator.add and offset.base is None:
        return Offset(second, offset.shift)
    return None
