"""What a loop does to the arrays that it writes: whether its trips can be taken all at once.

Two ways of writing allow it, and no other does:

    sums    entries are only added to, at whatever place, and not read      x_bar[i] += t; x_bar[i + 1] -= t
    slots   each trip reads and writes the one entry that is its own        t = y_bar[i]; y_bar[i] = 0.0

All accesses to memory that may be the same count (`Origins`); a slot is told by the name and the index of its array.
"""

from __future__ import annotations

import math
import operator
from typing import Any

from transforms import ir, kinds
from transforms.analyse.memory import CHECKS
from transforms.ir import Const, Region, Var

SIGNS = (operator.add, operator.sub)


class Origins:
    """Which arrays are made by the function itself, and are therefore apart from all that was there before."""

    def __init__(self, body: ir.Block) -> None:
        self.order: dict[int, int] = {}
        self.made: set[int] = set()
        self._visit(body)

    def _visit(self, block: ir.Block) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, (ir.Loop, ir.Guarded)):
                self._bind(ir.bound_inside(stmt))
            for inner in ir.blocks(stmt):
                self._visit(inner)
            self._bind(ir.defined(stmt))
            if isinstance(stmt, ir.Apply) and makes_array(stmt):
                self.made.add(stmt.out.serial)

    def _bind(self, found: list[Var]) -> None:
        for var in found:
            self.order.setdefault(var.serial, len(self.order) + 1)

    def apart(self, array: Var, other: Var) -> bool:
        """Whether two arrays that are at hand in one place surely share no memory."""
        if array is other or array.region is None or other.region is None:
            return False
        if array.region.find() is not other.region.find():
            return True
        first, second = sorted((array, other), key=lambda v: self.order.get(v.serial, math.inf))
        return second.serial in self.made and first is not second


def makes_array(stmt: ir.Apply) -> bool:
    """Whether an operation makes a new array, each of whose entries has a place of its own."""
    if stmt.effect or not isinstance(stmt.out, Var) or stmt.out.kind.base != "array":
        return False
    if any(v.kind.base == "list" for v in ir.tree_vars((stmt.args, stmt.kwargs))):
        return False  # an item may be any array, the caller's too
    inferred = kinds.infer(stmt.fn, stmt.args, stmt.kwargs)
    flags = getattr(inferred.value, "flags", None) if inferred is not None and not inferred.shares else None
    return flags is not None and flags.owndata


class Slots:
    """The arrays that a loop's body writes: those with `sums`, those with `slots`, and whether there are others.

    `offsets` are the numbers of the body that are the counter plus a constant.
    """

    def __init__(self, body: ir.Block, offsets: dict[int, Any], origins: Origins) -> None:
        self.offsets = offsets
        self.origins = origins
        self.sums: set[int] = set()
        self.slots: set[int] = set()
        self.entangled = False
        accesses: dict[Var, list[Any]] = {}
        for stmt in body.stmts:
            for var in {v for tree in ir.operands(stmt) for v in ir.tree_vars(tree) if v.region is not None}:
                accesses.setdefault(var, []).append(stmt)
        for target in {s.target for s in body.stmts if isinstance(s, ir.Store)}:
            self._classify(target, [s for v in accesses if not origins.apart(v, target) for s in accesses[v]])

    def _classify(self, target: Var, stmts: list[Any]) -> None:
        """How a target is written, from all accesses to memory that may be its own."""
        if all(isinstance(s, ir.Store) or s.fn is operator.getitem for s in stmts) and self._one_slot(stmts):
            self.slots.add(target.serial)
        elif all(isinstance(s, ir.Store) and s.op in SIGNS for s in stmts):
            self.sums.add(target.serial)
        else:
            self.entangled = True

    def _one_slot(self, stmts: list[Any]) -> bool:
        """Whether all accesses are to one entry, another in each trip."""
        (array, index), *others = [place(s) for s in stmts]
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
                if isinstance(stmt, ir.Apply) and may_keep(stmt):
                    self.shared.add(region)

    def useless_after(self, region: Region, loop: ir.Loop) -> bool:
        """Whether nobody can see what a loop, which is not in another, leaves in a region."""
        root = region.find()
        if root.external or root in self.shared or id(loop) not in self.outermost:
            return False
        return self.last.get(root, 0) <= self.outermost[id(loop)]


def may_keep(stmt: ir.Apply) -> bool:
    """Whether an operation may put the arrays that it is given into something that lives on."""
    if stmt.effect:
        return stmt.fn not in CHECKS
    return not all(v.kind.numeric for v in ir.tree_vars(stmt.out))


def accessed(stmt: Any) -> set[Region]:
    """The regions whose memory a statement of a loop's body may read or write."""
    return accessed_by(list(ir.operands(stmt))) | accessed_by(ir.defined(stmt))


def accessed_by(tree: Any) -> set[Region]:
    """The regions of the arrays and lists in an operand tree, and of what the lists hold."""
    return {region for v in ir.tree_vars(tree) if v.region is not None for region in v.region.reach()}


def place(stmt: Any) -> tuple[Any, Any]:
    """The array and the index that a statement reads or writes."""
    return (stmt.target, stmt.index) if isinstance(stmt, ir.Store) else (stmt.args[0], stmt.args[1])
