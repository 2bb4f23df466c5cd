"""From abstract values to operands of the core language, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from transforms import ir, kinds
from transforms.ir import Block, Const, Var
from transforms.lower.values import Bound, Cell, Choice, Closure, Iter, Lost, Partial, Ref

if TYPE_CHECKING:
    from transforms.lower.state.lowering import Lowering


def without_derivative(value: Any) -> bool:
    """None, a flag, an integer or text, or a choice between such: any of them may stand for an object."""
    if isinstance(value, Choice):
        return without_derivative(value.then) and without_derivative(value.orelse)
    if isinstance(value, Const):
        return value.value is None or isinstance(value.value, (bool, int, str))
    return isinstance(value, Var) and value.kind.scalar and not value.kind.continuous


def operand_kind(value: Any) -> Any:
    """The kind of an operand, or None for what is no operand of its own."""
    if isinstance(value, Var):
        return value.kind
    if isinstance(value, Const) and isinstance(value.value, (bool, int, float, complex)):
        return kinds.kind_of(value.value)
    return None


def operand(lo: Lowering, value: Any) -> Any:
    """The operand tree of an abstract value."""
    if isinstance(value, (Var, Const)):
        return value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(lo.operand, value))
    if isinstance(value, tuple):
        whole = getattr(value, "whole", None)
        return whole if whole is not None else tuple(map(lo.operand, value))
    if isinstance(value, list):
        return [lo.operand(v) for v in value]
    if isinstance(value, ir.Slice):
        return ir.Slice(*(lo.operand(v) for v in (value.start, value.stop, value.step)))
    if isinstance(value, Ref) and value.cls is list:
        return [lo.operand(v) for v in lo.content(value)]
    if isinstance(value, Ref) and value.cls is dict:
        return {k: lo.operand(v) for k, v in lo.content(value).items()}
    if isinstance(value, Choice):
        return lo.settle(value)
    if isinstance(value, Lost):
        return lo.lost(value)
    if isinstance(value, Iter) and value.kind == "range":
        return lo.apply(range, *value.parts) if all(isinstance(p, Const) for p in value.parts) else lo.array_of(value)
    if isinstance(value, Iter) and value.kind == "flat":
        return lo.apply(np.copy, lo.apply(np.ravel, *value.parts))
    if isinstance(value, Iter) and value.kind == "strided":
        from transforms.lower.views import strided

        return strided.entries(lo, value)
    if isinstance(value, Iter) and value.kind == "memory":
        return lo.operand(value.parts[0])
    if isinstance(value, Closure) and value.fn is not None:
        return Const(value.fn)
    return lo.refuse(f"{lo.describe(value)} is used where a number or an array is needed")


def array_of(lo: Lowering, value: Iter) -> Any:
    return lo.apply(np.arange, *value.parts)


def abstract(lo: Lowering, operand: Any) -> Any:
    """The abstract value of an operand tree: its lists and dicts become objects again."""
    if isinstance(operand, tuple) and not hasattr(operand, "_fields"):
        return tuple(map(lo.abstract, operand))
    if isinstance(operand, list):
        return lo.new(list, tuple(map(lo.abstract, operand)))
    if isinstance(operand, dict):
        return lo.new(dict, {k: lo.abstract(v) for k, v in operand.items()})
    return operand


def settle(lo: Lowering, choice: Choice) -> Any:
    """A choice between numbers as one operand, if it can be."""
    value = lo.branch(choice.cond, lambda: lo.operand(choice.then), lambda: lo.operand(choice.orelse))
    if not isinstance(value, Choice):
        return value
    if not without_derivative(value):
        lo.refuse("one value is needed here, and this is a number on one way, None or a container on another")
    out = lo.var(kinds.OBJECT)
    then, orelse = (Block([], [lo.operand(side)]) for side in (value.then, value.orelse))
    lo.emit(ir.If(value.cond, then, orelse, [out], lo.loc))
    return out


def describe(lo: Lowering, value: Any) -> str:
    if isinstance(value, Ref):
        return "a cell" if value.cls is Cell else f"a {value.cls.__name__}"
    if isinstance(value, Closure):
        return f"the function {value.name}"
    if isinstance(value, Bound):
        return f"the method {value.name}"
    if isinstance(value, Partial):
        return "a functools.partial"
    if isinstance(value, Iter):
        return f"a {value.kind} iterator"
    if isinstance(value, tuple):
        return "a tuple"
    return "a value"
