"""Calls that are not looked into: they are left in the text, as effects."""

from __future__ import annotations

from typing import Any

from transforms import ir, kinds
from transforms.lower.operations import call_object
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Var


def result_kind(fn: Any, args: tuple) -> kinds.Kind:
    """What is known of the result of a call that is not looked into."""
    if isinstance(fn, type):
        return kinds.Kind("object", type=fn)
    return kinds.OBJECT


def opaque(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """A call that is not looked into: allowed, as an effect, where no operand turns out to be active."""
    out = lo.var(result_kind(fn, args))
    target = fn if isinstance(fn, Var) else None
    operands = tuple(map(lo.operand, args))
    if target is not None:
        operands, fn = (target, *operands), call_object
    lo.emit_call(ir.Apply(out, fn, operands, {k: lo.operand(v) for k, v in kwargs.items()}, effect=True, loc=lo.loc))
    return out
