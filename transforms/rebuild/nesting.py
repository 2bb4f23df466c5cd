"""Which temporaries are written inside the statement that uses them."""

from __future__ import annotations

import operator
from typing import Any

from tensor.attributes import Attribute
from transforms import ir
from transforms.analyse.memory import Memory
from transforms.ir import Var
from transforms.lower.operations import unpack

LARGEST_NESTED = 9


class Nesting:
    """Which temporaries are written inside the statement that uses them."""

    def __init__(self, fn: ir.Function) -> None:
        self.memory = Memory(fn.body)
        self.count: dict[int, int] = {}
        self.inline: dict[int, ir.Apply] = {}
        self.size: dict[int, int] = {}
        self.updated = {s.target.serial for s in ir.walk(fn.body) if isinstance(s, ir.Store) and s.index is None}
        for stmt in ir.walk(fn.body):
            for tree in (*ir.operands(stmt), *ir.inner_results(stmt)):
                self._tally(tree)
        self._tally(fn.body.results)
        self._block(fn.body)

    def _tally(self, tree: Any) -> None:
        for var in ir.tree_vars(tree):
            self.count[var.serial] = self.count.get(var.serial, 0) + 1

    def _block(self, block: ir.Block) -> None:
        pending: dict[int, ir.Apply] = {}
        for stmt in block.stmts:
            here = [v for tree in self._direct(stmt) for v in ir.tree_vars(tree)]
            self._take(here, pending)
            self._invalidate(stmt, pending)
            for inner in ir.blocks(stmt):
                self._block(inner)
            if self._nestable(stmt):
                pending[stmt.out.serial] = stmt
                self.size[stmt.out.serial] = 1 + sum(
                    self.size.get(v.serial, 0)
                    for v in ir.tree_vars((stmt.args, stmt.kwargs))
                    if v.serial in self.inline
                )
        ends = [v for tree in block.results for v in ir.tree_vars(tree)]
        self._take(ends, pending)

    def _direct(self, stmt: Any) -> list[Any]:
        """The operands that a statement evaluates once, where it stands."""
        return list(ir.operands(stmt))

    def _take(self, used: list[Var], pending: dict[int, ir.Apply]) -> None:
        for var in used:
            maker = pending.pop(var.serial, None)
            if var.serial in self.updated and maker is not None and maker.fn is not operator.getitem:
                continue
            if maker is not None and self.size.get(var.serial, 1) <= LARGEST_NESTED:
                self.inline[var.serial] = maker

    def _nestable(self, stmt: Any) -> bool:
        if not isinstance(stmt, ir.Apply) or stmt.effect or not isinstance(stmt.out, Var) or stmt.out.name:
            return False
        return self.count.get(stmt.out.serial, 0) == 1 and stmt.fn is not unpack

    def _invalidate(self, stmt: Any, pending: dict[int, ir.Apply]) -> None:
        """A write between an expression and its use keeps the expression where it is."""
        if not writes(stmt):
            return
        for serial, maker in list(pending.items()):
            if not isinstance(maker.fn, Attribute) and any(v.region is not None for v in self._leaves(maker)):
                del pending[serial]

    def _leaves(self, maker: ir.Apply) -> list[Var]:
        found = []
        for var in ir.tree_vars((maker.args, maker.kwargs)):
            inner = self.inline.get(var.serial)
            found.extend(self._leaves(inner) if inner is not None else [])
            found.append(var)
        return found


def writes(stmt: Any) -> bool:
    if isinstance(stmt, ir.Store) or isinstance(stmt, ir.Apply) and stmt.effect:
        return True
    return any(writes(s) for block in ir.blocks(stmt) for s in block.stmts)
