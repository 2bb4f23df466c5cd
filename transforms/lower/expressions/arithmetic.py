"""Operators with one operand or two."""

from __future__ import annotations

import operator
import types
from collections.abc import Callable
from typing import Any

import gast

from transforms.lower import undefined
from transforms.lower.containers import operators
from transforms.lower.expressions import evaluating
from transforms.lower.objects import overloading
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Choice, Const, Var

BINARY = {
    gast.Add: operator.add,
    gast.Sub: operator.sub,
    gast.Mult: operator.mul,
    gast.Div: operator.truediv,
    gast.FloorDiv: operator.floordiv,
    gast.Mod: operator.mod,
    gast.Pow: operator.pow,
    gast.MatMult: operator.matmul,
    gast.BitAnd: operator.and_,
    gast.BitOr: operator.or_,
    gast.BitXor: operator.xor,
    gast.LShift: operator.lshift,
    gast.RShift: operator.rshift,
}
UNARY = {gast.USub: operator.neg, gast.UAdd: operator.pos, gast.Invert: operator.invert}


def binop(lo: Lowering, node: gast.BinOp) -> Any:
    left, right = evaluating.evaluate(lo, node.left), evaluating.evaluate(lo, node.right)
    return binary(lo, BINARY[type(node.op)], left, right)


def binary(lo: Lowering, fn: Callable[..., Any], left: Any, right: Any) -> Any:
    """`left fn right` with Python's meaning for the values at hand."""
    if is_numeric(left) and is_numeric(right):
        return lo.apply(fn, left, right)
    for side in (left, right):
        if isinstance(side, Choice):
            return choose(
                lo, side, lambda v, side=side: binary(lo, fn, *(v if s is side else s for s in (left, right)))
            )
    found = overloading.overloaded(lo, fn, left, right)
    if found is not None:
        return found
    found = operators.binary(lo, fn, left, right)
    if found is not None:
        return found
    if isinstance(left, Const) and isinstance(right, Const) and isinstance(left.value, (type, types.UnionType)):
        return Const(fn(left.value, right.value))
    return undefined.apply(lo, fn, left, right)


def is_numeric(value: Any) -> bool:
    """Whether a value is a number or an array and nothing else: operators on it are NumPy's and Python's own."""
    if type(value) is Var:
        return value.kind.numeric
    return type(value) is Const and type(value.value) in (float, int, complex, bool)


def choose(lo: Lowering, choice: Choice, use: Callable[[Any], Any]) -> Any:
    """What `use` makes of a choice: done on both sides of its condition."""
    return lo.branch(choice.cond, lambda: use(choice.then), lambda: use(choice.orelse))


def unaryop(lo: Lowering, node: gast.UnaryOp) -> Any:
    value = evaluating.evaluate(lo, node.operand)
    if isinstance(node.op, gast.Not):
        cond = lo.truth(value)
        return Const(not cond.value) if isinstance(cond, Const) else lo.negated(cond)
    fn: Any = UNARY[type(node.op)]
    if isinstance(value, Choice):
        return choose(lo, value, lambda v: unary(lo, fn, v))
    return unary(lo, fn, value)


def unary(lo: Lowering, fn: Callable[..., Any], value: Any) -> Any:
    if isinstance(value, Const) and isinstance(value.value, (int, float, complex)):
        return Const(fn(value.value))
    found = overloading.overloaded(lo, fn, value)
    return found if found is not None else undefined.apply(lo, fn, value)


EXPRESSIONS: dict[type, Callable[[Lowering, Any], Any]] = {gast.BinOp: binop, gast.UnaryOp: unaryop}
