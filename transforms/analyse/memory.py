"""Memory: which regions are written in place, and whether a region may still be written after a statement.

An array whose region is never written is a plain value.  The others are memory: their content at one moment is not
their content later, so that whoever needs it later must ask `written_after`, and keep a copy if the answer is yes.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from tensor import registry, runtime
from tensor.attributes import ADD_AT, Attribute, Method
from transforms import ir
from transforms.ir import Region, Var

LIST_WRITERS = {"append", "pop", "insert"}


def content_operands(stmt: ir.Apply) -> list[Any]:
    """The operands of which a statement reads the entries, not just the shape and type."""
    if isinstance(stmt.fn, Attribute) and stmt.fn.name in METADATA or stmt.fn in SHAPE_ONLY:
        return [*stmt.args[1:], *stmt.kwargs.values()]
    rule = registry.lookup(stmt.fn)
    left_out = rule.independent if rule is not None else ()
    return [*(a for i, a in enumerate(stmt.args) if i not in left_out), *stmt.kwargs.values()]


PLACES = (runtime.strided_places, runtime.window_places)
METADATA = {"shape", "ndim", "size", "dtype", "itemsize", "nbytes"}
SHAPE_ONLY = {np.shape, np.ndim, np.size, np.iscomplexobj, np.zeros_like, np.ones_like, np.empty_like, *PLACES}


def written_regions(stmt: Any) -> list[Region]:
    """The regions that a statement itself (not those inside it) writes."""
    if isinstance(stmt, ir.Store):
        return [stmt.target.region.find()] if stmt.target.region is not None else []
    if not isinstance(stmt, ir.Apply):
        return []
    writes = stmt.fn in (ADD_AT, runtime.return_copy) or isinstance(stmt.fn, Method) and stmt.fn.name in LIST_WRITERS
    if writes and isinstance(stmt.args[0], Var) and stmt.args[0].region is not None:
        return [stmt.args[0].region.find()]
    if (
        stmt.effect and not writes and stmt.fn not in CHECKS
    ):  # a call that is not looked into may write whatever it is given
        return [
            v.region.find() for v in ir.tree_vars((stmt.args, stmt.kwargs)) if v.region is not None and v.kind.memory
        ]
    return []


# these only look
CHECKS = {
    runtime.check_constants,
    runtime.check_entries,
    runtime.check_key,
    runtime.check_shapes,
    runtime.same_view,
    runtime.same_length,
    runtime.some_trips,
    runtime.not_integer,
    runtime.distinct_places,
    runtime.unshared,
    runtime.distinct,
}


class Memory:
    """The facts of one function body."""

    def __init__(self, body: ir.Block) -> None:
        self.position: dict[int, int] = {}
        self.loops: dict[int, tuple[int, ...]] = {}
        self.writes: dict[Region, list[int]] = defaultdict(list)
        self.loop_writes: dict[int, set[Region]] = defaultdict(set)
        self._count = 0
        self._visit(body, ())

    def _visit(self, block: ir.Block, loops: tuple[int, ...]) -> None:
        for stmt in block.stmts:
            self._count += 1
            self.position[id(stmt)] = self._count
            self.loops[id(stmt)] = loops
            for region in written_regions(stmt):
                self.writes[region].append(self._count)
                for loop in loops:
                    self.loop_writes[loop].add(region)
            inner = (*loops, id(stmt)) if isinstance(stmt, ir.Loop) else loops
            for nested in ir.blocks(stmt):
                self._visit(nested, inner)

    def is_memory(self, var: Var) -> bool:
        """Whether the array or list is written in place somewhere."""
        return var.region is not None and var.region.find() in self.writes

    def written_after(self, region: Region, stmt: Any) -> bool:
        """Whether `region` may be written after `stmt` has run for the first time (by `stmt` itself, too)."""
        root = region.find()
        if any(root in self.loop_writes[loop] for loop in self.loops[id(stmt)]):
            return True
        here = self.position[id(stmt)]
        return any(position >= here for position in self.writes.get(root, ()))
