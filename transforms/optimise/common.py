"""Common subexpressions and copies: what is computed twice from the same operands is computed once.

Only pure operations on plain values (no memory that is written) are shared, within the block where they stand and the
blocks inside it; branches that yield the same value on both sides, and values that a loop carries unchanged, are
replaced by that value.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensor.attributes import Attribute, Method
from transforms import ir
from transforms.analyse.memory import Memory, written_regions
from transforms.ir import Const, Var
from transforms.lower.operations import same_object

FRESH = {np.copy, np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.zeros, np.ones, np.empty, np.full}


def share(fn: ir.Function) -> None:
    """Share common subexpressions, in place."""
    Sharing(fn).run()


class Sharing:
    def __init__(self, fn: ir.Function) -> None:
        self.fn = fn
        self.memory = Memory(fn.body)
        self.versions: dict[ir.Region, int] = {}
        self.copier = ir.Replacer()

    def run(self) -> None:
        self.block(self.fn.body, {})

    def block(self, block: ir.Block, known: dict[Any, Any]) -> None:
        stmts = []
        for stmt in block.stmts:
            stmt = self.head(stmt)
            if isinstance(stmt, ir.Apply) and stmt.fn is same_object and same_region(stmt.out, stmt.args[0]):
                self.copier.memo[stmt.out.serial] = stmt.args[0]
                continue
            key = self.key(stmt)
            if key is not None and key in known:
                old = known[key]
                for new_var, old_var in zip(ir.tree_vars(stmt.out), ir.tree_vars(old), strict=True):
                    self.copier.memo[new_var.serial] = old_var
                    old_var.name = old_var.name or new_var.name
                continue
            if isinstance(stmt, ir.Loop):
                self.overwrite(stmt)  # what the end of a trip writes, the next one reads at its beginning
            for inner in ir.blocks(stmt):
                self.block(inner, dict(known))
            self.tail(stmt)
            self.overwrite(stmt)
            if key is not None:
                known[key] = stmt.out
            stmts.append(stmt)
        block.stmts[:] = stmts
        block.results[:] = [self.copier.tree(r) for r in block.results]

    def overwrite(self, stmt: Any) -> None:
        """What a statement writes has other content afterwards."""
        for inner in (stmt, *(s for block in ir.blocks(stmt) for s in ir.walk(block))):
            for region in written_regions(inner):
                self.versions[region.find()] = self.versions.get(region.find(), 0) + 1

    def head(self, stmt: Any) -> Any:
        """The statement with the operands that it reads itself replaced."""
        tree = self.copier.tree
        if isinstance(stmt, ir.Apply):
            stmt.args, stmt.kwargs = tree(stmt.args), tree(stmt.kwargs)
        elif isinstance(stmt, ir.Store):
            stmt.target, stmt.index, stmt.value = tree(stmt.target), tree(stmt.index), tree(stmt.value)
        elif isinstance(stmt, ir.If):
            stmt.cond = tree(stmt.cond)
        elif isinstance(stmt, ir.Loop):
            stmt.inits, stmt.bounds = tree(stmt.inits), tree(stmt.bounds)
            for scan in stmt.scans:
                scan.source = tree(scan.source)
        return stmt

    def tail(self, stmt: Any) -> None:
        """What blocks yield has been replaced: outs that are plain copies go."""
        if isinstance(stmt, ir.Loop):
            stmt.halt = self.copier.tree(stmt.halt)
            stmt.collects = [(out, self.copier.tree(item)) for out, item in stmt.collects]
            for phi, init, result, out in zip(stmt.phis, stmt.inits, stmt.body.results, stmt.outs, strict=True):
                if result is phi and isinstance(init, (Var, Const)) and init is not ir.UNDEFINED:
                    self.copier.memo[out.serial] = init
                    self.copier.memo[phi.serial] = init
                    self.reread(stmt)
        elif isinstance(stmt, ir.If):
            for out, a, b in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True):
                if a is b or isinstance(a, Const) and a == b:
                    self.copier.memo[out.serial] = a

    def reread(self, stmt: ir.Loop) -> None:
        """Replace again inside a loop, after one of its phis has become a plain value."""
        for inner in ir.blocks(stmt):
            self.block(inner, {})
        stmt.halt = self.copier.tree(stmt.halt)
        stmt.collects = [(out, self.copier.tree(item)) for out, item in stmt.collects]

    def key(self, stmt: Any) -> Any:
        if not isinstance(stmt, ir.Apply) or stmt.effect or stmt.out is None or stmt.fn in FRESH:
            return None
        if isinstance(stmt.fn, Method) or any(v.kind.base == "list" for v in ir.tree_vars((stmt.args, stmt.out))):
            return None
        if any(self.memory.is_memory(v) for v in ir.tree_vars(stmt.out)):
            return None
        read = () if isinstance(stmt.fn, Attribute) else ir.tree_vars((stmt.args, stmt.kwargs))
        content = tuple(self.versions.get(v.region.find(), 0) for v in read if v.region is not None)
        try:
            found = (stmt.fn, content, _freeze(stmt.args), _freeze(stmt.kwargs))
            hash(found)
        except TypeError:
            return None
        return found


def same_region(out: Any, source: Any) -> bool:
    """Whether one name may stand for the other: what is known of the memory of one is known of the other's."""
    if not isinstance(out, Var):
        return False
    if not isinstance(source, Var) or out.region is None or source.region is None:
        return True
    return out.region.find() is source.region.find()


def _freeze(tree: Any) -> Any:
    if isinstance(tree, Var):
        return ("var", tree.serial)
    if isinstance(tree, (tuple, list)):
        return (type(tree).__name__, *map(_freeze, tree))
    if isinstance(tree, dict):
        return tuple((k, _freeze(v)) for k, v in tree.items())
    if isinstance(tree, ir.Slice):
        return ("slice", _freeze((tree.start, tree.stop, tree.step)))
    return tree
