"""Comparisons, and whether two values are the same."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from transforms import ir
from transforms.lower.calls import closures
from transforms.lower.containers import comparing, reading
from transforms.lower.expressions import arithmetic, evaluating
from transforms.lower.objects import overloading
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import FALSE, TRUE, Choice, Const, Var

COMPARE = {
    gast.Lt: operator.lt,
    gast.LtE: operator.le,
    gast.Gt: operator.gt,
    gast.GtE: operator.ge,
    gast.Eq: operator.eq,
    gast.NotEq: operator.ne,
}


def compare(lo: Lowering, node: gast.Compare) -> Any:
    def rest(left: Any, pairs: list[tuple[Any, Any]]) -> Any:
        op, right_node = pairs[0]
        right = evaluating.evaluate(lo, right_node)
        value = comparison(lo, type(op), left, right)
        if len(pairs) == 1:
            return value
        return lo.branch(lo.truth(value), lambda: rest(right, pairs[1:]), lambda: value)

    return rest(evaluating.evaluate(lo, node.left), list(zip(node.ops, node.comparators, strict=True)))


def comparison(lo: Lowering, op: type, left: Any, right: Any) -> Any:
    for side in (left, right):
        if isinstance(side, Choice):
            return arithmetic.choose(
                lo, side, lambda v, side=side: comparison(lo, op, *(v if s is side else s for s in (left, right)))
            )
    if op in (gast.Is, gast.IsNot):
        same = identical(lo, left, right)
        return same if op is gast.Is else lo.negated(same)
    if op in (gast.In, gast.NotIn):
        found = reading.contains(lo, right, left)
        return found if op is gast.In else lo.negated(found)
    fn = COMPARE[op]
    found = overloading.overloaded(lo, fn, left, right)
    if found is None:
        found = comparing.compare(lo, fn, left, right)
    if found is None and fn in (operator.eq, operator.ne):
        found = same_dtype(lo, fn, left, right)
    return found if found is not None else lo.apply(fn, left, right)


def same_dtype(lo: Lowering, fn: Callable[..., Any], left: Any, right: Any) -> Any:
    """In a library's code, which asks for types to choose between its own ways: whether two dtypes are the same."""
    closure = lo.frame.closure
    if closure is None or closure.fn is None or not closures.library(closure.fn):
        return None
    types_ = [
        np.dtype(side.kind.item)
        if isinstance(side, Var) and side.kind.type is np.dtype and isinstance(side.kind.item, str)
        else side.value
        if isinstance(side, Const) and isinstance(side.value, (type, np.dtype))
        else None
        for side in (left, right)
    ]
    if any(t is None for t in types_) or not any(isinstance(t, np.dtype) for t in types_):
        return None
    return Const(bool(fn(*types_)))


def identical(lo: Lowering, left: Any, right: Any) -> Any:
    """`left is right`."""
    left, right = lo.followed(left), lo.followed(right)
    if isinstance(left, Const) and isinstance(right, Const):
        return Const(left.value is right.value or left == right and isinstance(left.value, ir.LITERALS))
    if isinstance(left, Var) and isinstance(right, Var):
        if left is right:
            return TRUE
        return lo.apply_operands(operator.is_, (left, right), {})
    for a, b in ((left, right), (right, left)):
        if isinstance(a, Const) and isinstance(b, Var) and not b.kind.numeric and b.kind.base == "object":
            return lo.apply_operands(operator.is_, (b, a), {})
    return TRUE if left is right else FALSE


EXPRESSIONS: dict[type, Callable[[Lowering, Any], Any]] = {gast.Compare: compare}
