"""Copies of statements with fresh Vars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms.ir.statements import Apply, Block, Guarded, If, Loop, Scan, Store
from transforms.ir.trees import substituted, tree_map
from transforms.ir.values import Region, Var


class Copier:
    """Copies statements with fresh Vars; `memo` maps a Var's serial to the operand that takes its place."""

    def __init__(self, memo: dict[int, Any] | None = None) -> None:
        self.memo: dict[int, Any] = dict(memo or {})
        self.regions: dict[int, Region] = {}

    def tree(self, tree: Any) -> Any:
        return substituted(tree, self.memo)

    def bind(self, tree: Any) -> Any:
        """Fresh Vars for the Vars of `tree`, remembered."""

        def fresh(var: Any) -> Any:
            if isinstance(var, Var):
                new = Var(var.name, var.kind, var.region, shape=var.shape)
                self.memo[var.serial] = new
                return new
            return var

        return tree_map(fresh, tree)

    def block(self, block: Block) -> Block:
        stmts = [self.stmt(stmt) for stmt in block.stmts]
        return Block(stmts, [self.tree(tree) for tree in block.results])

    def stmt(self, stmt: Any) -> Any:
        return _COPIES[type(stmt)](self, stmt)

    def _apply(self, s: Apply) -> Apply:
        args, kwargs = self.tree(s.args), self.tree(s.kwargs)
        return Apply(self.bind(s.out), s.fn, args, kwargs, s.effect, s.loc)

    def _store(self, s: Store) -> Store:
        return Store(self.tree(s.target), self.tree(s.index), self.tree(s.value), s.op, s.loc)

    def _if(self, s: If) -> If:
        cond = self.tree(s.cond)
        then, orelse = self.block(s.then), self.block(s.orelse)
        return If(cond, then, orelse, self.bind(s.outs), s.loc)

    def _loop(self, s: Loop) -> Loop:
        inits, bounds = self.tree(s.inits), self.tree(s.bounds)
        sources = [self.tree(scan.source) for scan in s.scans]
        phis, index = self.bind(s.phis), self.bind(s.index)
        scans = [
            Scan(self.bind(scan.item), source, scan.reverse) for scan, source in zip(s.scans, sources, strict=True)
        ]
        test = self.block(s.test) if s.test else None
        body = self.block(s.body)
        halt = self.tree(s.halt)
        items = [self.tree(item) for _, item in s.collects]
        collects = [(self.bind(out), item) for (out, _), item in zip(s.collects, items, strict=True)]
        outs, trips = self.bind(s.outs), self.bind(s.trips)
        return Loop(phis, inits, outs, body, index, bounds, s.reverse, scans, collects, test, halt, trips, s.loc)

    def _guarded(self, s: Guarded) -> Guarded:
        body = self.block(s.body)
        cond, caught = self.bind(s.cond), self.bind(s.caught)
        then, orelse = self.block(s.then), self.block(s.orelse)
        return Guarded(cond, then, orelse, self.bind(s.outs), s.loc, body, s.catches, caught)


_COPIES: dict[type, Callable[..., Any]] = {
    Apply: Copier._apply,
    Store: Copier._store,
    If: Copier._if,
    Loop: Copier._loop,
    Guarded: Copier._guarded,
}


class Replacer(Copier):
    """Copies statements that bind the same Vars, with the operands of `memo` in place of what they read."""

    def bind(self, tree: Any) -> Any:
        return tree


def replace(block: Block, memo: dict[int, Any]) -> None:
    """Read the operands of `memo` in place of Vars, all through a block, in place."""
    if memo:
        replacer = Replacer(memo)
        block.stmts[:] = [replacer.stmt(s) for s in block.stmts]
        block.results[:] = [replacer.tree(r) for r in block.results]
