"""What a loop does to the arrays that it writes: whether its trips can be taken all at once.

Two ways of writing allow it, and no other does:

    sums    entries are only added to, at whatever place, and not read      x_bar[i] += t; x_bar[i + 1] -= t
    slots   each trip reads and writes the one entry that is its own        t = y_bar[i]; y_bar[i] = 0.0

All accesses to memory that may be shared count (`Region`), and a slot is told by the name and the index of its array.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from typing import Any

from transforms import ir
from transforms.analyse.memory import CHECKS
from transforms.ir import Const, Region, Var

SIGNS = (operator.add, operator.sub)


class Slots:
    """The regions that a loop's body writes: those with `sums`, those with `slots`, and whether there are others."""

    def __init__(self, body: ir.Block, offsets: dict[int, int]) -> None:
        self.offsets = offsets
        self.sums: set[Region] = set()
        self.slots: dict[Region, list[Any]] = {}
        self.entangled = False
        accesses: dict[Region, list[Any]] = {}
        for stmt in body.stmts:
            for region in accessed(stmt):
                accesses.setdefault(region, []).append(stmt)
        for region, stmts in accesses.items():
            if any(isinstance(s, ir.Store) and region in accessed_by(s.target) for s in stmts):
                self._classify(region, stmts)

    def _classify(self, region: Region, stmts: list[Any]) -> None:
        if all(isinstance(s, ir.Store) or s.fn is operator.getitem for s in stmts) and self._one_slot(stmts):
            self.slots[region] = stmts
        elif all(isinstance(s, ir.Store) and s.op in SIGNS for s in stmts):
            self.sums.add(region)
        else:
            self.entangled = True

    def _one_slot(self, stmts: list[Any]) -> bool:
        """Whether all accesses are to one entry, another in each trip."""
        places = [place(s) for s in stmts]
        (array, index), *others = places
        moving = any(v.serial in self.offsets for v in ir.tree_vars(index))
        return moving and all(a is array and self.spelled(i) == self.spelled(index) for a, i in others)

    def spelled(self, index: Any) -> Any:
        """An index in a form in which equal ones are equal."""
        if isinstance(index, Var):
            return ("counter", self.offsets[index.serial]) if index.serial in self.offsets else index.serial
        if isinstance(index, Const):
            return index
        if isinstance(index, tuple):
            return tuple(map(self.spelled, index))
        return id(index)


class Touched:
    """Where a function touches memory: which regions are of no use any more after a loop."""

    def __init__(self, body: ir.Block) -> None:
        self.last: dict[Region, float] = {}
        self.shared: set[Region] = set()
        self.outermost: dict[int, int] = {}
        self._count = 0
        self._visit(body, False)
        self.last.update(dict.fromkeys(accessed_by(body.results), math.inf))

    def _visit(self, block: ir.Block, inside: bool) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, ir.Loop) and not inside:
                self._count += 1
                self.outermost[id(stmt)] = self._count
            for inner in ir.blocks(stmt):
                self._visit(inner, inside or isinstance(stmt, ir.Loop))
            if not inside and not isinstance(stmt, ir.Loop):
                self._count += 1
            for region in accessed(stmt) | accessed_by(ir.inner_results(stmt)):
                self.last[region] = self._count
                if isinstance(stmt, ir.Apply) and held_elsewhere(stmt):
                    self.shared.add(region)

    def useless_after(self, region: Region, loop: ir.Loop) -> bool:
        """Whether nobody can see what a loop, which is not in another, leaves in a region."""
        root = region.find()
        if root.external or root in self.shared or id(loop) not in self.outermost:
            return False
        return self.last.get(root, 0) <= self.outermost[id(loop)]


def held_elsewhere(stmt: ir.Apply) -> bool:
    """Whether what a statement is given may be seen later by other ways than its region: it is kept in an object."""
    if stmt.effect and stmt.fn not in CHECKS:
        return True
    return not all(v.kind.numeric for v in ir.tree_vars(stmt.out))


def accessed(stmt: Any) -> set[Region]:
    """The regions whose memory a statement of a loop's body may read or write."""
    return accessed_by(list(ir.operands(stmt))) | accessed_by(ir.defined(stmt))


def accessed_by(tree: Any) -> set[Region]:
    """The regions of the arrays and lists in an operand tree, and of what the lists hold."""
    return {region for v in ir.tree_vars(tree) if v.region is not None for region in reached(v.region, v.kind)}


def reached(region: Region, kind: Any) -> Iterator[Region]:
    """A region of values of a kind, and the regions of what is held by those that are lists."""
    if isinstance(kind, tuple):
        for item in kind:
            yield from reached(region, item)
        return
    yield region.find()
    if kind is not None and kind.base == "list":
        yield from reached(region.items, kind.item)


def place(stmt: Any) -> tuple[Any, Any]:
    """The array and the index that a statement reads or writes."""
    return (stmt.target, stmt.index) if isinstance(stmt, ir.Store) else (stmt.args[0], stmt.args[1])
