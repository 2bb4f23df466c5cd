"""Neighbouring branches on the same condition become one.

if c: t = 0.5 * r                       if c:
if c: r_bar = t + 0.5 * r      ->           t = 0.5 * r
else: r_bar = delta                         r_bar = t + 0.5 * r
                                        else: r_bar = delta
"""

from __future__ import annotations

from typing import Any

from transforms import ir
from transforms.ir import Var


def merge(fn: ir.Function) -> None:
    """Merge neighbouring branches, in place."""
    _block(fn.body)


def _block(block: ir.Block) -> None:
    stmts: list[Any] = []
    for stmt in block.stmts:
        last = stmts[-1] if stmts else None
        if (
            isinstance(stmt, ir.If)
            and isinstance(last, ir.If)
            and last.cond is stmt.cond
            and isinstance(stmt.cond, Var)
            and not _reads_unbound(last, stmt)
        ):
            _join(last, stmt)
        else:
            stmts.append(stmt)
    block.stmts[:] = stmts
    for stmt in block.stmts:
        for inner in ir.blocks(stmt):
            _block(inner)


def _reads_unbound(first: ir.If, second: ir.If) -> bool:
    """Whether a side of the second branch works with what the same side of the first leaves unbound."""
    for side, more in ((first.then, second.then), (first.orelse, second.orelse)):
        unbound = {o.serial for o, r in zip(first.outs, side.results, strict=True) if r is ir.UNDEFINED}
        if unbound and any(v.serial in unbound for s in ir.walk(more) for t in ir.operands(s) for v in ir.tree_vars(t)):
            return True
    return False


def _join(first: ir.If, second: ir.If) -> None:
    for side, more in ((first.then, second.then), (first.orelse, second.orelse)):
        memo = {out.serial: result for out, result in zip(first.outs, side.results, strict=True)}
        copier = ir.Replacer(memo)
        side.stmts.extend(copier.stmt(s) for s in more.stmts)
        side.results.extend(copier.tree(r) for r in more.results)
    first.outs.extend(second.outs)
