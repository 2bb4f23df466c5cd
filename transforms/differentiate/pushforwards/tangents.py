"""Tangents: how the tangent of a value is bound, in its shape, and in an array of its own where it may be written.

    y = x + x             y_dot = x_dot + x_dot
    y = np.zeros(3)       y_dot = np.zeros_like(y)        where y is written in place

What does not vary has the tangent 0.0, of which no statement is made where none is needed.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from tensor import runtime
from transforms import ir, kinds, shapes
from transforms.differentiate import rules
from transforms.ir import Const, Var

if TYPE_CHECKING:
    from transforms.differentiate.forward import Forward

ZERO = Const(0.0)


def mirror_inputs(fwd: Forward) -> None:
    """Arrays from outside that are written get a tangent of their own to write."""
    bound = {v.serial for s in ir.walk(fwd.body) for v in ir.defined(s)}
    free = {v.serial: v for v in ir.free_vars(fwd.body.stmts)}
    for var in free.values():
        if fwd.varied(var) and var.serial not in fwd.dots and var.serial not in bound:
            fwd.dots[var.serial] = zero_dot(fwd, var)
    for serial in list(fwd.dots):
        if serial in free:
            mirror_input(fwd, free[serial])


def mirror_input(fwd: Forward, var: Var) -> None:
    """The tangent of an input that is written is copied: the caller's own is not to be written."""
    dot = fwd.dots.get(var.serial)
    if dot is not None and dot != Const(None) and var.kind.base == "array" and fwd.memory.is_memory(var):
        fwd.dots[var.serial] = own_dot(fwd, var, dot)


def zero_dot(fwd: Forward, var: Var) -> Any:
    """The tangent of what does not vary: 0.0, or in memory a mirror of its own."""
    if var.kind.base == "list":
        out = fwd.lo.var(dot_kind(var.kind), dot_name(var), fwd.list_region(var.region, var.kind))
        fwd.lo.emit(ir.Apply(out, runtime.shadow_of, (var,), loc=fwd.lo.loc))
        return out
    if var.kind.may_be_number and not fwd.memory.is_memory(var):
        return ZERO
    made = fwd.lo.apply(np.zeros_like, var)
    made.name, made.shape = dot_name(var), var.shape
    if fwd.memory.is_memory(var):
        made.region = fwd.region(var)
    return made


def filled(fwd: Forward, var: Var) -> Any:
    """The tangent of an operand, in arrays where it is an array."""
    dot = fwd.dot(var)
    if isinstance(dot, Const) and not var.kind.scalar:
        return fwd.lo.apply(np.zeros_like, var)
    return dot


def zero_like(fwd: Forward, operand: Any) -> Any:
    """The tangent of a constant item of a sequence."""
    if isinstance(operand, Var) and not operand.kind.scalar and operand.kind.numeric:
        return fwd.lo.apply(np.zeros_like, operand)
    return ZERO


def whole_dot(fwd: Forward, var: Var) -> Any:
    """The tangent of an output, of its own shape; None for what is no number."""
    if var.kind.base == "list" or var.kind.type_unknown and fwd.varied(var):
        return fwd.dot(var)
    if not var.kind.numeric:
        return Const(None)
    if not var.kind.continuous:
        return ZERO if var.kind.scalar else fwd.lo.apply(np.zeros_like, var, dtype=Const(float))
    dot = fwd.dot(var)
    if isinstance(dot, Const) and not var.kind.scalar:
        return fwd.lo.apply(np.zeros_like, var)
    if isinstance(dot, Var) and var.kind.base == "array" and dot.kind.ndim != var.kind.ndim:
        return rules.broadcast(fwd.lo, dot, var)
    return dot


def bind(fwd: Forward, out: Any, dot: Any) -> None:
    """Bind the tangents of a result; of memory, in an array of its own."""
    if isinstance(out, tuple):
        for i, o in enumerate(out):
            bind(fwd, o, dot[i] if isinstance(dot, (tuple, list)) else dot_of_item(fwd, dot, i))
        return
    if not fwd.varied(out):
        return
    if dot is None or dot == Const(None):
        dot = ZERO
    if out.kind.base == "array" and (fwd.memory.is_memory(out) or isinstance(dot, Const)):
        dot = own_dot(fwd, out, dot)
    elif out.kind.base == "array" and isinstance(dot, Var) and not shapes.same(dot, out):
        dot = rules.broadcast(fwd.lo, dot, out)
    elif out.kind.scalar and isinstance(dot, Var):
        dot = rules.unbroadcast(fwd.lo, dot, out)
    if isinstance(dot, Var) and fwd.is_mirror(dot) and not fwd.memory.is_memory(out):
        dot = fwd.lo.apply(np.copy, dot)
        dot.shape = out.shape
    if isinstance(dot, Var) and not dot.name and dot.serial > out.serial:
        dot.name = dot_name(out)
    fwd.dots[out.serial] = dot


def dot_of_item(fwd: Forward, dot: Any, i: int) -> Any:
    return ZERO if isinstance(dot, Const) else fwd.lo.apply_operands(operator.getitem, (dot, Const(i)), {})


def own_dot(fwd: Forward, out: Var, dot: Any) -> Var:
    """A tangent array that may be written: the zeroed mirror of `out`, filled with `dot`."""
    made = fwd.lo.apply(np.zeros_like, out)
    made.name, made.shape = dot_name(out), out.shape
    if fwd.memory.is_memory(out):
        made.region = fwd.region(out)
    if dot != ZERO:
        fwd.lo.emit(ir.Store(made, Const(Ellipsis), dot, None, fwd.lo.loc))
    return made


def add_dots(fwd: Forward, a: Any, b: Any) -> Any:
    """The sum of two tangents of one result; None is none."""
    if isinstance(a, tuple):
        return tuple(add_dots(fwd, x, y) for x, y in zip(a, b, strict=True))
    if a is None or a == Const(None):
        return b
    if b is None or b == Const(None):
        return a
    return fwd.lo.apply(operator.add, a, b)


def dot_name(var: Var) -> str:
    return f"{var.name}_dot" if var.name else ""


def dot_kind(kind: Any) -> Any:
    """The kind of a tangent: the value's own, real where the value is an integer."""
    if isinstance(kind, tuple):
        return tuple(map(dot_kind, kind))
    if kind is None:
        return None
    if kind.base == "list":
        return kinds.Kind("list", item=dot_kind(kind.item))
    if kind.type_unknown:
        return kinds.NUMERIC
    return kind if kind.continuous else kinds.FLOAT


def dot_like(out: Any) -> Any:
    return tuple(map(dot_like, out)) if isinstance(out, tuple) else dot_kind(out.kind)
