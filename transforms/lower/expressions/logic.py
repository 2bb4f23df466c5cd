"""Conditions, `and`, `or`, and `a if b else c`: what is not needed is not evaluated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from transforms.lower.expressions import evaluating
from transforms.lower.state.lowering import Lowering


def condition(lo: Lowering, node: Any) -> Any:
    """The truth of an expression in a test: of `and` and `or` only the truth of each operand is needed."""
    if not isinstance(node, gast.BoolOp):
        return lo.truth(evaluating.evaluate(lo, node))

    def rest(values: list[Any]) -> Any:
        cond = condition(lo, values[0])
        if len(values) == 1:
            return cond
        if isinstance(node.op, gast.And):
            return lo.branch(cond, lambda: rest(values[1:]), lambda: cond)
        return lo.branch(cond, lambda: cond, lambda: rest(values[1:]))

    return rest(node.values)


def boolop(lo: Lowering, node: gast.BoolOp) -> Any:
    """`and`/`or` as values: the next operand is evaluated only on the side that needs it."""

    def rest(values: list[Any]) -> Any:
        value = evaluating.evaluate(lo, values[0])
        if len(values) == 1:
            return value
        cond = lo.truth(value)
        if isinstance(node.op, gast.And):
            return lo.branch(cond, lambda: rest(values[1:]), lambda: value)
        return lo.branch(cond, lambda: value, lambda: rest(values[1:]))

    return rest(node.values)


def ifexp(lo: Lowering, node: gast.IfExp) -> Any:
    cond = condition(lo, node.test)
    return lo.branch(cond, lambda: evaluating.evaluate(lo, node.body), lambda: evaluating.evaluate(lo, node.orelse))


EXPRESSIONS: dict[type, Callable[[Lowering, Any], Any]] = {gast.BoolOp: boolop, gast.IfExp: ifexp}
