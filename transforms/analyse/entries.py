"""Entries of an array that stay as they are once they have been read, though the array is written in place.

    for i in range(1, n): y[i] = a * y[i - 1] + x[i]        y[i - 1] is never written again: it can be read later

A loop that runs over an array in one direction, reading behind the place where it writes, leaves behind it what it has
read.  The backward sweep then reads the array itself, and nothing is kept.  What is required: the loop is not inside
another, writes the array through one name and at its counter plus constants, no index is negative, and nobody writes
after the loop.
"""

from __future__ import annotations

import operator
from typing import Any

from transforms import ir
from transforms.analyse.memory import written_regions
from transforms.ir import Const, Region, Var

Write = tuple[int, Any, tuple[ir.Loop, ...]]  # its place in the text, the statement, and the loops that it is in


class Entries:
    """Which reads of a function's body see entries that stay."""

    def __init__(self, body: ir.Block) -> None:
        self.makers: dict[int, ir.Apply] = {}
        self.place: dict[int, tuple[int, tuple[ir.Loop, ...]]] = {}
        self.writes: dict[Region, list[Write]] = {}
        self.visit(body, ())

    def visit(self, block: ir.Block, loops: tuple[ir.Loop, ...]) -> None:
        for stmt in block.stmts:
            position = len(self.place)
            self.place[id(stmt)] = (position, loops)
            if isinstance(stmt, ir.Apply) and isinstance(stmt.out, Var):
                self.makers[stmt.out.serial] = stmt
            for region in written_regions(stmt):
                self.writes.setdefault(region.find(), []).append((position, stmt, loops))
            for inner in ir.blocks(stmt):
                self.visit(inner, (*loops, stmt) if isinstance(stmt, ir.Loop) else loops)

    def stay(self, var: Any) -> bool:
        """Whether a value is read from an array, or is a view of a part of one, that is not written afterwards."""
        maker = self.makers.get(var.serial) if isinstance(var, Var) else None
        return maker is not None and maker.fn is operator.getitem and self.last(maker, maker.args[0], maker.args[1])

    def stored(self, stmt: Any) -> bool:
        """Whether what a statement stores is there at the end."""
        return isinstance(stmt, ir.Store) and stmt.op is None and self.last(stmt, stmt.target, stmt.index)

    def last(self, stmt: Any, target: Any, index: Any) -> bool:
        """Whether the entries of `target` at `index` are not written after a statement."""
        found = self.place.get(id(stmt))
        if found is None or len(found[1]) != 1 or not isinstance(target, Var):
            return False
        if target.kind.base != "array" or target.region is None:
            return False
        position, (loop,) = found
        offset = self.offset(index, loop)
        if offset is None or loop.bounds is None or loop.test is not None:
            return False
        writes = self.writes.get(target.region.find(), ())
        return all(self.before(write, position, offset, target, loop) for write in writes)

    def before(self, write: Write, position: int, offset: int, target: Var, loop: ir.Loop) -> bool:
        """Whether a statement writes other entries than those at `offset`, or writes them before `position`."""
        place, stmt, loops = write
        if loop not in loops:
            return place < self.place[id(loop)][0]
        if loops != (loop,) or not isinstance(stmt, ir.Store) or stmt.target is not target:
            return False
        other, step, low = self.offset(stmt.index, loop), direction(loop), least(loop)
        if other is None or step == 0 or low is None or low + min(offset, other) < 0:
            return False
        return place <= position if other == offset else (other > offset) == (step > 0)

    def offset(self, index: Any, loop: ir.Loop) -> int | None:
        """The constant c, if an index is the loop's counter plus c on the first axis."""
        first = index[0] if isinstance(index, tuple) and index else index
        if loop.index is None or not isinstance(first, Var):
            return None
        if first is loop.index:
            return 0
        maker = self.makers.get(first.serial)
        if maker is None or maker.fn not in (operator.add, operator.sub) or maker.args[0] is not loop.index:
            return None
        step = maker.args[1]
        if not isinstance(step, Const) or type(step.value) is not int:
            return None
        return step.value if maker.fn is operator.add else -step.value


def direction(loop: ir.Loop) -> int:
    """1 or -1 as the counter grows or falls, 0 if that is not known."""
    assert loop.bounds is not None
    step = loop.bounds[2]
    if not isinstance(step, Const) or type(step.value) is not int or step.value == 0:
        return 0
    return (1 if step.value > 0 else -1) * (-1 if loop.reverse else 1)


def least(loop: ir.Loop) -> int | None:
    """A bound below all values of the counter, if there is one that is known."""
    assert loop.bounds is not None
    start, stop, step = loop.bounds
    upwards = isinstance(step, Const) and type(step.value) is int and step.value > 0
    end = start if upwards else stop
    if not isinstance(end, Const) or type(end.value) is not int:
        return None
    return end.value if upwards else end.value + 1
