"""Views that cannot be written through, of arrays that are written later: copied, where nobody can see the difference.

    d = np.diagonal(a)              t = np.diagonal(a)
    s = np.sum(d)           ->      d = np.copy(t)
    a *= 2.0                        s = np.sum(d)
                                    a *= 2.0

The cotangent of such a view is no view of the array's cotangent (`pullbacks.views`).  What is read before the array is
written next is the same in a copy, whose cotangent is an array of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from transforms import ir
from transforms.analyse.memory import CHECKS, Memory, written_regions
from transforms.differentiate.views import is_view, writable
from transforms.ir import Block, Region, Var


def detach(body: Block, result: list[Var]) -> None:
    """Copy what can be, in a whole function body; `result` is all that its caller sees."""
    _block(body, Memory(body), {v.serial for v in result})


def _block(block: Block, memory: Memory, seen: set[int]) -> None:
    for stmt in block.stmts:
        escaping = {v.serial for tree in ir.inner_results(stmt) for v in ir.tree_vars(tree)}
        for inner in ir.blocks(stmt):
            _block(inner, memory, escaping)
    at = 0
    while at < len(block.stmts):
        stmt = block.stmts[at]
        if _fixed_view(stmt, memory):
            family = _read_at_once(block.stmts[at + 1 :], stmt.out, seen)
            if family and stmt.fn is np.broadcast_to:
                block.stmts.insert(at, _base_copied(stmt, family))
            elif family:
                block.stmts.insert(at + 1, _copied(stmt, family))
        at += 1


def _fixed_view(stmt: Any, memory: Memory) -> bool:
    """Whether a statement makes a view that cannot be written through of an array that is written."""
    if not isinstance(stmt, ir.Apply) or not isinstance(stmt.out, Var) or not memory.is_memory(stmt.out):
        return False
    return stmt.fn in FIXED and is_view(stmt) and not writable(stmt)


FIXED = {np.diagonal, np.diag, np.broadcast_to, np.imag, np.linalg.diagonal}


def _read_at_once(stmts: list[Any], out: Var, seen: set[int]) -> list[Var]:
    """The view and the views of it, if all are read before the array is written next; else nothing."""
    assert out.region is not None
    root, family, serials = out.region.find(), [out], {out.serial}
    written = False
    for stmt in stmts:
        reads = any(v.serial in serials for v in ir.uses(stmt))
        if reads and (written or isinstance(stmt, ir.Apply) and stmt.effect and stmt.fn not in CHECKS):
            return []
        inner = [s for block in ir.blocks(stmt) for s in ir.walk(block)]
        writes = any(root in written_regions(s) for s in (stmt, *inner))
        if reads and inner and writes:
            return []
        if reads:
            made = [v for v in ir.defined(stmt) if v.region is not None and v.region.find() is root]
            if made and inner:
                return []
            family += made
            serials |= {v.serial for v in made}
        written = written or writes
    return [] if serials & seen else family


def _copied(stmt: ir.Apply, family: list[Var]) -> ir.Apply:
    """The view under a new name, and the copy that takes its place in all that reads it."""
    out: Var = stmt.out
    view = Var("", out.kind, out.region, shape=out.shape)
    own = Region()
    for var in family:
        var.region = own
    stmt.out = view
    return ir.Apply(out, np.copy, (view,), loc=stmt.loc)


def _base_copied(stmt: ir.Apply, family: list[Var]) -> ir.Apply:
    """The copy of what is broadcast.

    It is smaller than that of the view, which would have other strides, too, so that sums would add in another order.
    """
    base: Var = stmt.args[0]
    made = Var("", base.kind, Region(), shape=base.shape)
    for var in family:
        var.region = made.region
    stmt.args = (made, *stmt.args[1:])
    return ir.Apply(made, np.copy, (base,), loc=stmt.loc)
