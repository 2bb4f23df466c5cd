"""Zeroed buffers are made where they are first used, and filled at once where that use is a plain addition.

y_bar = np.zeros_like(y)                      ...
...                                 ->        y_bar = np.full_like(y, 1.0)
y_bar += 1.0

An array that is added to the zeros is the buffer itself, if it was made for this alone, and copied if not.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tensor import runtime
from transforms import ir, shapes
from transforms.ir import Const, Var


def sink(fn: ir.Function) -> None:
    """Move buffers to their first use, in place."""
    uses: dict[int, int] = {}
    viewed = False
    for stmt in ir.walk(fn.body):
        viewed = viewed or isinstance(stmt, ir.Apply) and stmt.fn is runtime.same_view
        for var in (v for tree in (*ir.operands(stmt), *ir.inner_results(stmt)) for v in ir.tree_vars(tree)):
            uses[var.serial] = uses.get(var.serial, 0) + 1
    _block(fn.body, {} if viewed else uses)  # where layouts are compared, zeros keep that of their primal


def _block(block: ir.Block, uses: dict[int, int]) -> None:
    for stmt in block.stmts:
        for inner in ir.blocks(stmt):
            _block(inner, uses)
    waiting: dict[int, ir.Apply] = {}
    stmts: list[Any] = []
    for stmt in block.stmts:
        for serial in [s for s in dict.fromkeys(v.serial for v in ir.uses(stmt)) if s in waiting]:
            maker = waiting.pop(serial)
            if _fills(stmt, maker):
                stmts.append(ir.Apply(maker.out, np.full_like, (maker.args[0], stmt.value), loc=stmt.loc))
                break
            if uses and _covers(stmt, maker):
                made = _made_for(stmt, stmts, uses)
                if made is not None:
                    made.out = maker.out
                else:
                    stmts.append(ir.Apply(maker.out, np.copy, (stmt.value,), loc=stmt.loc))
                break
            stmts.append(maker)
        else:
            if _is_buffer(stmt):
                waiting[stmt.out.serial] = stmt
            else:
                stmts.append(stmt)
    block.stmts[:] = [*stmts, *waiting.values()]


def _adds(stmt: Any, maker: ir.Apply) -> bool:
    """Whether a statement adds to a whole buffer that was just made."""
    return (
        isinstance(stmt, ir.Store)
        and stmt.target is maker.out
        and stmt.index is None
        and stmt.op is operator.add
        and stmt.value is not maker.out
    )


def _covers(stmt: Any, maker: ir.Apply) -> bool:
    """Whether an array of the buffer's own shape and type is added to it."""
    value = stmt.value if _adds(stmt, maker) else None
    if not isinstance(value, Var) or not value.kind.ndim:  # arithmetic on arrays without axes gives numbers
        return False
    return value.kind == maker.out.kind and shapes.same(value, maker.out)


def _made_for(stmt: ir.Store, stmts: list[Any], uses: dict[int, int]) -> ir.Apply | None:
    """The statement before that has made the array that is added, as a new one and for this alone."""
    if uses.get(stmt.value.serial, 0) != 1:
        return None
    found = next((s for s in reversed(stmts) if isinstance(s, ir.Apply) and s.out is stmt.value), None)
    return found if found is not None and found.fn in FRESH and not found.kwargs else None


FRESH = {operator.add, operator.sub, operator.mul, operator.truediv, operator.neg, operator.matmul}


def _is_buffer(stmt: Any) -> bool:
    return (
        isinstance(stmt, ir.Apply)
        and stmt.fn is np.zeros_like
        and isinstance(stmt.out, Var)
        and stmt.out.name.endswith("_bar")
        and not stmt.kwargs
    )


def _fills(stmt: Any, maker: ir.Apply) -> bool:
    """Whether a statement adds a number to a whole buffer that was just made."""
    if not _adds(stmt, maker):
        return False
    return isinstance(stmt.value, Const) or isinstance(stmt.value, Var) and stmt.value.kind.scalar
