"""`target op= value`: in place for arrays and lists, a new value for numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast

from transforms import ir
from transforms.lower.calls import calling
from transforms.lower.containers import making, operators, updating
from transforms.lower.expressions.arithmetic import BINARY, binary
from transforms.lower.expressions.evaluating import evaluate
from transforms.lower.expressions.names import bind, load
from transforms.lower.objects import attributes, model, overloading, setting
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import UNDEFINED, Choice, Const, Ref, Var


def augmented(lo: Lowering, stmt: gast.AugAssign) -> None:
    """`target op= value`: in place for arrays and lists, a new value for numbers, by the kind."""
    fn = BINARY[type(stmt.op)]
    target = stmt.target
    if isinstance(target, gast.Name):
        bind(lo, target.id, inplace(lo, fn, load(lo, target.id), evaluate(lo, stmt.value)))
    elif isinstance(target, gast.Attribute):
        obj = evaluate(lo, target.value)
        new = inplace(lo, fn, attributes.get_attribute(lo, obj, target.attr), evaluate(lo, stmt.value))
        setting.set_attribute(lo, obj, target.attr, new)
    elif isinstance(target, gast.Subscript):
        obj, index = evaluate(lo, target.value), evaluate(lo, target.slice)
        updating.update_item(lo, obj, index, fn, stmt.value)
    else:
        lo.refuse("this augmented assignment is not supported", node=stmt)


def inplace(lo: Lowering, fn: Callable[..., Any], old: Any, value: Any) -> Any:
    """The value of `old` after `old op= value`."""
    if isinstance(old, Choice):
        return lo.branch(old.cond, lambda: inplace(lo, fn, old.then, value), lambda: inplace(lo, fn, old.orelse, value))
    cls = model.user_class(old) if isinstance(old, (Ref, Const)) else None
    if cls is not None:
        name = "__i" + overloading.DUNDERS[fn][0].strip("_") + "__"
        if model.lookup(cls, name) is not UNDEFINED:
            return calling.call(lo, attributes.get_attribute(lo, old, name), (value,), {}, None)
    found = operators.inplace(lo, fn, old, value)
    if found is not None:
        return found
    if isinstance(old, Var) and old.kind.base == "array":
        if old.kind.ndim is None:
            return any_rank(lo, fn, old, value)
        new = making.realised(lo, value)
        if lo.tries and fn not in (operator.add, operator.sub):
            updating.overwrite(lo, old, Const(Ellipsis), fn, old, new)
        else:
            lo.emit(ir.Store(old, None, lo.operand(new), fn, lo.loc))
        return old
    return binary(lo, fn, old, value)


def any_rank(lo: Lowering, fn: Callable[..., Any], old: Var, value: Any) -> Any:
    """A number or an array, by what it is: a new value is as one written in place where nobody else sees it."""
    if old.region is not None and (old.region.find().external or holders(lo, old) != 1):
        lo.refuse(
            "an in-place update of what may be a number or an array that has several names is not followed",
            "begin with an array (np.zeros) instead of a number, or write x = x + ...",
        )
    return binary(lo, fn, old, value)


def holders(lo: Lowering, old: Var) -> int:
    """How many places of the state hold something that may share the memory of `old`."""
    assert old.region is not None
    root = old.region.find()

    def inside(value: Any) -> int:
        if isinstance(value, Var):
            if value.kind.base == "list" and value.region is not None:
                return int(value.region.items.find() is root)
            return int(value.region is not None and value.region.find() is root)
        if isinstance(value, dict):
            return sum(map(inside, value.values()))
        return sum(map(inside, value)) if isinstance(value, (tuple, list)) else 0

    places = [*(f.env for f in lo.active()), *lo.heap.values(), *(f.result for f in lo.active())]
    return sum(map(inside, places))


STATEMENTS: dict[type, Callable[[Lowering, Any], None]] = {gast.AugAssign: augmented}
