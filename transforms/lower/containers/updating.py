"""Updating an item where it is: `x[i] += y` is one statement, or a reading and a writing."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from transforms import ir
from transforms.lower.containers import making, reading, writing
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Var


def update_item(lo: Lowering, value: Any, index: Any, fn: Callable[..., Any], node: Any) -> None:
    """`value[index] op= ...`: read, evaluate, operate, write, in Python's order."""
    from transforms.lower.expressions.evaluating import evaluate
    from transforms.lower.statements.augmenting import inplace as update

    if isinstance(value, Var) and value.kind.base == "array" and lo.tries:
        update_guarded(lo, value, index, fn, node)
        return
    if isinstance(value, Var) and value.kind.base == "array":
        mark = len(lo.block.stmts)
        old = reading.get_item(lo, value, index)
        read = len(lo.block.stmts)
        new = making.realised(lo, evaluate(lo, node))
        if not any(writes(s) for s in lo.block.stmts[read:]):
            del lo.block.stmts[mark:read]
            lo.emit(ir.Store(value, reading.index_operand(lo, index), lo.operand(new), fn, lo.loc))
            return
        if isinstance(old, Var) and old.kind.base == "array" and old.region is value.region:
            lo.refuse("the value of this in-place update writes arrays itself: this is not followed")
        writing.set_item(lo, value, index, lo.apply(fn, old, new))
        return
    old = reading.get_item(lo, value, index)
    writing.set_item(lo, value, index, update(lo, fn, old, evaluate(lo, node)))


def update_guarded(lo: Lowering, value: Var, index: Any, fn: Callable[..., Any], node: Any) -> None:
    """`value[index] op= ...` inside a try statement, where each step may raise: read, operate, write."""
    from transforms.lower.expressions.evaluating import evaluate

    old = reading.get_item(lo, value, index)
    new = making.realised(lo, evaluate(lo, node))
    whole = isinstance(old, Var) and not old.kind.scalar
    if whole and fn in (operator.add, operator.sub) and old.region is value.region:
        lo.emit(ir.Store(value, reading.index_operand(lo, index), lo.operand(new), fn, lo.loc))
    elif whole:
        overwrite(lo, value, index, fn, old, new)
    else:
        writing.set_item(lo, value, index, lo.apply(fn, old, new))


def overwrite(lo: Lowering, target: Var, index: Any, fn: Callable[..., Any], old: Var, new: Any) -> None:
    """`target[index] op= new` of many entries as `target[index] = old op new`: the same for arrays of real numbers."""
    out = lo.apply(fn, old, new)
    plain = all(isinstance(v, Var) and v.kind.continuous and v.kind.ndim is not None for v in (old, out))
    if not plain or old.kind.complex != out.kind.complex:
        lo.refuse("this in-place update inside a try statement is not followed", "write it as an assignment")
    writing.set_item(lo, target, index, out)


def writes(stmt: Any) -> bool:
    """Whether a statement, or one inside it, writes memory or does something beyond computing."""
    if isinstance(stmt, ir.Store) or isinstance(stmt, ir.Apply) and stmt.effect:
        return True
    return any(writes(inner) for block in ir.blocks(stmt) for inner in block.stmts)
