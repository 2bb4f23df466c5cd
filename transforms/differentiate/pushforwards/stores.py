"""Stores: the tangent is stored as the value is.

    y[i] = v              y_dot[i] = v_dot
    y[i] *= v             y_dot[i] = y_dot[i] * v + y[i] * v_dot

The tangent goes first: it reads the entries as they were.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from tensor import registry
from transforms import ir
from transforms.differentiate import rules
from transforms.differentiate.pullbacks.stores import whole
from transforms.differentiate.pushforwards.lists import item_dot
from transforms.differentiate.pushforwards.tangents import ZERO, filled
from transforms.errors import UnsupportedError
from transforms.ir import Var

if TYPE_CHECKING:
    from transforms.differentiate.forward import Forward


def store(fwd: Forward, stmt: ir.Store) -> None:
    if not fwd.varied(stmt.target):
        fwd.lo.emit(stmt)
        return
    dot = fwd.dot(stmt.target)
    if stmt.target.kind.base == "list":
        fwd.lo.emit(stmt)
        fwd.lo.emit(ir.Store(dot, stmt.index, item_dot(fwd, stmt.value), None, stmt.loc))
        return
    if stmt.op in (None, operator.add, operator.sub):
        value = filled(fwd, stmt.value) if fwd.varied(stmt.value) else ZERO
        if stmt.op is not None and value == ZERO:
            fwd.lo.emit(stmt)
            return
        if stmt.op is None:
            value = apart(fwd, stmt.target, value)
        fwd.lo.emit(ir.Store(dot, whole(stmt.index) if stmt.op is None else stmt.index, value, stmt.op, stmt.loc))
        fwd.lo.emit(stmt)
        return
    update(fwd, stmt, dot)


def apart(fwd: Forward, target: Var, value: Any) -> Any:
    """The tangent to store, copied where it may overlap what is written.

    NumPy promises to copy then, but `y[1] = y[:, 2]` breaks it, in an order that hangs on the strides; the tangents may
    have others than their values.
    """
    mirror = isinstance(value, Var) and value.kind.base == "array" and fwd.is_mirror(value)
    if mirror and value.region.find() is fwd.dot(target).region.find():
        return fwd.lo.apply(np.copy, value)
    return value


def update(fwd: Forward, stmt: ir.Store, dot: Var) -> None:
    """`target[i] op= v` for any other operator."""
    lo = fwd.lo
    part = stmt.index
    old, old_dot = (
        (stmt.target, dot)
        if part is None
        else (
            lo.apply_operands(operator.getitem, (stmt.target, part), {}),
            lo.apply_operands(operator.getitem, (dot, part), {}),
        )
    )
    total = updated(fwd, stmt, old, old_dot)
    held = lo.apply(np.copy, total) if isinstance(total, Var) and not total.kind.scalar else total
    lo.emit(ir.Store(dot, whole(part), held, None, stmt.loc))
    lo.emit(stmt)


def updated(fwd: Forward, stmt: ir.Store, old: Any, old_dot: Any) -> Any:
    """The tangent of the entries after an in-place update."""
    lo, rule = fwd.lo, registry.lookup(stmt.op)
    ans = lo.apply(stmt.op, old, stmt.value)
    total: Any = None
    for position, d in ((0, old_dot), (1, filled(fwd, stmt.value) if fwd.varied(stmt.value) else None)):
        if d is None:
            continue
        partial = rule.partials.get(position) if rule is not None else None
        if partial is not None and partial.pushforward is not None:
            share = rules.follow(lo, partial.pushforward, d, ans, (old, stmt.value), {})
        elif partial is not None and partial.linear:
            share = lo.apply(stmt.op, *((d, stmt.value) if position == 0 else (old, d)))
        else:
            raise UnsupportedError("this in-place operator has no derivative rule", stmt.loc and stmt.loc.location())
        total = share if total is None else lo.apply(operator.add, total, share)
    return total
