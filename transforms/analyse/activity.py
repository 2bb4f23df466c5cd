"""Activity: which values depend on the inputs *and* reach the outputs, by way of numbers that can vary continuously.

Single assignment makes it a plain closure over the statements.  Memory is followed by region: what is stored into a
region makes all that is read from it vary.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from tensor import registry, runtime
from tensor.attributes import ADD_AT, Method
from transforms import ir
from transforms.analyse.memory import content_operands, written_regions
from transforms.errors import UnsupportedError
from transforms.ir import Region, Var


def writes_first(stmt: ir.Apply) -> bool:
    """Whether a statement puts its other operands into its first."""
    if stmt.fn in (ADD_AT, runtime.return_copy):
        return True
    return isinstance(stmt.fn, Method) and stmt.fn.name in ("append", "insert")


def known_memory(stmt: ir.Store) -> None:
    """Refuse a store into a value of unknown type: the memory that then varies is not known."""
    if stmt.target.region is None:
        raise UnsupportedError(
            "a value of unknown type is written here: this is not followed",
            stmt.loc.location() if stmt.loc is not None else None,
        )


def makes_text(stmt: ir.Apply) -> bool:
    """Whether a statement makes text or bytes, in which numbers may stand."""
    return any(var.kind.type in (str, bytes) for var in ir.tree_vars(stmt.out))


SIDE_BY_SIDE = {np.broadcast_arrays, np.meshgrid}  # each result has the entries of the argument in its place


def can_vary(var: Var) -> bool:
    """A real or complex number or array, or a list (of such)."""
    return var.kind.continuous or var.kind.base in ("list", "object")


def reach(var: Var) -> list[Region]:
    """The regions that a Var points to: its own, and for a list those of the arrays and lists that it may hold."""
    found: list[Region] = []
    region = var.region
    while region is not None and len(found) < DEEPEST:
        root = region.find()
        found.append(root)
        region = root._items if var.kind.base == "list" else None
    return found


DEEPEST = 8


class Activity:
    """The varied, useful and active Vars of a function body, for given inputs and outputs."""

    def __init__(self, body: ir.Block, inputs: Iterable[Var], outputs: Any) -> None:
        self.written = {r for stmt in ir.walk(body) for r in written_regions(stmt)}
        self.varied: set[int] = {v.serial for v in inputs}
        self.varied_regions: set[Region] = set()
        self.useful: set[int] = {v.serial for v in ir.tree_vars(outputs)}
        self.useful_regions: set[Region] = {v.region.find() for v in ir.tree_vars(outputs) if v.region is not None}
        self._settle(body, self._vary)
        self._settle(body, self._use)

    def is_varied(self, var: Var) -> bool:
        if var.serial in self.varied or self._holds(var, self.varied_regions):
            return True
        return can_vary(var) and any(region in self.varied_regions for region in reach(var))

    def is_useful(self, var: Var) -> bool:
        """It reaches an output itself, or it is memory that does."""
        if var.serial in self.useful or self._holds(var, self.useful_regions & self.written):
            return True
        return any(region in self.useful_regions and region in self.written for region in reach(var))

    def _holds(self, var: Var, regions: set[Region]) -> bool:
        """Whether a list holds arrays of one of these regions: what is stored into its arrays is stored into it."""
        if var.kind.base != "list" or var.region is None or not regions:
            return False
        return var.region.items.find() in regions

    def is_active(self, operand: Any) -> bool:
        return isinstance(operand, Var) and can_vary(operand) and self.is_varied(operand) and self.is_useful(operand)

    def any_varied(self, tree: Any) -> bool:
        return any(self.is_varied(v) for v in ir.tree_vars(tree))

    def _settle(self, body: ir.Block, visit: Any) -> None:
        size = -1
        while size != (size := self._size()):
            visit(body)

    def _size(self) -> int:
        return len(self.varied) + len(self.varied_regions) + len(self.useful) + len(self.useful_regions)

    # -- forward -------------------------------------------------------------------------------------------------------

    def _vary(self, block: ir.Block) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, ir.Apply):
                self._vary_apply(stmt)
            elif isinstance(stmt, ir.Store):
                if self.any_varied(stmt.value):
                    known_memory(stmt)
                    self._vary_region(stmt.target)
                    for var in ir.tree_vars(stmt.value if stmt.target.kind.base == "list" else ()):
                        self._vary_items(stmt.target, var)
            elif isinstance(stmt, ir.If):
                for inner in ir.blocks(stmt):
                    self._vary(inner)
                for out, a, b in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True):
                    self._flow((a, b), out)
                if isinstance(stmt, ir.Guarded):
                    self._flow([tree for s in stmt.body.stmts for tree in ir.operands(s)], stmt.caught)
            elif isinstance(stmt, ir.Loop):
                self._vary_loop(stmt)
            else:
                for inner in ir.blocks(stmt):
                    self._vary(inner)

    def _flow(self, source: Any, target: Any) -> None:
        if self.any_varied(source):
            self.varied.update(v.serial for v in ir.tree_vars(target) if can_vary(v))
            for var in ir.tree_vars(target):
                if var.kind.base == "list":
                    self._vary_region(var)

    def _vary_region(self, var: Any) -> None:
        if isinstance(var, Var) and var.region is not None:
            self.varied_regions.add(var.region.find())

    def _vary_apply(self, stmt: ir.Apply) -> None:
        if not self.any_varied((stmt.args, stmt.kwargs)):
            return
        if not self.any_varied(content_operands(stmt)):
            return
        if writes_first(stmt):
            if self.any_varied(stmt.args[1:]):
                self._vary_region(stmt.args[0])
                for var in ir.tree_vars(stmt.args[1:]):
                    self._vary_items(stmt.args[0], var)
            return
        self._vary_lists(stmt)
        rule = registry.lookup(stmt.fn)
        if (
            rule is not None
            and rule.constant
            and not (rule.partials and any(v.kind.complex for v in ir.tree_vars(stmt.args)))
        ):
            if makes_text(stmt):
                self._flow((stmt.args, stmt.kwargs), stmt.out)
            return
        if stmt.fn in SIDE_BY_SIDE and isinstance(stmt.out, (tuple, list)):
            for arg, out in zip(stmt.args, stmt.out, strict=True):
                self._flow(arg, out)
            return
        self._flow((stmt.args, stmt.kwargs), stmt.out)

    def _vary_lists(self, stmt: ir.Apply) -> None:
        """Lists that may be the same list, or hold the same arrays, vary together."""
        for out in ir.tree_vars(stmt.out):
            if out.kind.base == "list":
                for var in ir.tree_vars(stmt.args):
                    if self.is_varied(var) and var.region is not None and out.region is not None:
                        if var.region.find() is out.region.items.find():
                            self._vary_items(out, var)

    def _vary_items(self, holder: Any, item: Var) -> None:
        if item.kind.memory and isinstance(holder, Var) and holder.region is not None:
            self.varied_regions.add(holder.region.items.find())

    def _vary_loop(self, loop: ir.Loop) -> None:
        for scan in loop.scans:
            self._flow(scan.source, scan.item)
        for phi, init, result in zip(loop.phis, loop.inits, loop.body.results, strict=True):
            self._flow((init, result), phi)
        for inner in ir.blocks(loop):
            self._vary(inner)
        for phi, init, result, out in zip(loop.phis, loop.inits, loop.body.results, loop.outs, strict=True):
            self._flow((init, result), (phi, out))
        for out, item in loop.collects:
            self._flow(item, out)

    # -- backward ------------------------------------------------------------------------------------------------------

    def _use(self, block: ir.Block) -> None:
        for stmt in reversed(block.stmts):
            if isinstance(stmt, ir.Apply):
                self._use_apply(stmt)
            elif isinstance(stmt, ir.Store):
                if self.is_useful(stmt.target):
                    self._need(stmt.value)
            elif isinstance(stmt, ir.If):
                for out, a, b in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True):
                    self._back(out, (a, b))
                for inner in ir.blocks(stmt):
                    self._use(inner)
            elif isinstance(stmt, ir.Loop):
                self._use_loop(stmt)
            else:
                for inner in ir.blocks(stmt):
                    self._use(inner)

    def _need(self, tree: Any) -> None:
        for var in ir.tree_vars(tree):
            if can_vary(var):
                self.useful.add(var.serial)
                if var.region is not None:
                    self.useful_regions.add(var.region.find())

    def _back(self, target: Any, source: Any) -> None:
        if any(self.is_useful(v) for v in ir.tree_vars(target)):
            self._need(source)

    def _use_apply(self, stmt: ir.Apply) -> None:
        if writes_first(stmt):
            if self.is_useful(stmt.args[0]):
                self._need(stmt.args)
            return
        self._back(stmt.out, content_operands(stmt))

    def _use_loop(self, loop: ir.Loop) -> None:
        for phi, init, result, out in zip(loop.phis, loop.inits, loop.body.results, loop.outs, strict=True):
            self._back((phi, out), (init, result))
        for out, item in loop.collects:
            self._back(out, item)
        for inner in reversed(ir.blocks(loop)):
            self._use(inner)
        for phi, init, result in zip(loop.phis, loop.inits, loop.body.results, strict=True):
            self._back(phi, (init, result))
        for scan in loop.scans:
            self._back(scan.item, scan.source)
