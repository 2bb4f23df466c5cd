"""Operators that a user's class defines, and the comparisons of dataclasses."""

from __future__ import annotations

import dataclasses
import operator
import types
from collections.abc import Callable
from typing import Any

from transforms.lower.calls import calling
from transforms.lower.containers import comparing
from transforms.lower.objects import attributes, model
from transforms.lower.objects.model import FUNCTIONS
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import members, wrapping
from transforms.lower.values import Ref

DUNDERS = {
    operator.add: ("__add__", "__radd__"),
    operator.sub: ("__sub__", "__rsub__"),
    operator.mul: ("__mul__", "__rmul__"),
    operator.truediv: ("__truediv__", "__rtruediv__"),
    operator.floordiv: ("__floordiv__", "__rfloordiv__"),
    operator.mod: ("__mod__", "__rmod__"),
    operator.pow: ("__pow__", "__rpow__"),
    operator.matmul: ("__matmul__", "__rmatmul__"),
    operator.and_: ("__and__", "__rand__"),
    operator.or_: ("__or__", "__ror__"),
    operator.xor: ("__xor__", "__rxor__"),
    operator.lt: ("__lt__", "__gt__"),
    operator.le: ("__le__", "__ge__"),
    operator.gt: ("__gt__", "__lt__"),
    operator.ge: ("__ge__", "__le__"),
    operator.eq: ("__eq__", "__eq__"),
    operator.ne: ("__ne__", "__ne__"),
    operator.neg: ("__neg__",),
    operator.pos: ("__pos__",),
    operator.invert: ("__invert__",),
    abs: ("__abs__",),
    operator.getitem: ("__getitem__",),
}


def overloaded(lo: Lowering, fn: Callable[..., Any], *operands: Any) -> Any:
    """The result of an operator that a user's class defines, or None."""
    names = DUNDERS.get(fn)
    if names is None:
        return None
    for position, (name, value) in enumerate(zip(names, operands, strict=False)):
        cls = model.user_class(value)
        if cls is None or isinstance(value, tuple):
            continue
        found = model.lookup(cls, name)
        if (
            name in COMPARED
            and model.is_record(cls)
            and (isinstance(found, types.FunctionType) and model.generated(found) or "__local_fields__" in cls.__dict__)
        ):
            return compare_records(lo, fn, *operands)
        if isinstance(found, FUNCTIONS):
            others = operands[1 - position : 2 - position] if len(operands) > 1 else ()
            return calling.call(lo, attributes.bind_class_attribute(lo, value, cls, found, name), others, {}, None)
    return members.operate(lo, fn, *operands) if any(map(wrapping.is_instance, operands)) else None


COMPARED = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"}


def compare_records(lo: Lowering, fn: Callable[..., Any], left: Any, right: Any) -> Any:
    """What the comparison that `dataclass` generates does: the fields are compared as tuples."""
    from transforms.lower.intrinsics import copies

    if not (isinstance(left, Ref) and isinstance(right, Ref) and left.cls is right.cls):
        return lo.refuse(
            "a dataclass instance is compared with something else: this is not followed", "compare its fields"
        )
    if not dataclasses.is_dataclass(left.cls) or any(not f.compare for f in dataclasses.fields(left.cls)):
        if fn not in (operator.eq, operator.ne) or dataclasses.is_dataclass(left.cls):
            return lo.refuse("instances of this dataclass are compared: this is not followed", "compare their fields")
    a, b = (tuple(copies.record_fields(lo, v).values()) for v in (left, right))
    found = comparing.compare(lo, fn, a, b)
    return found
