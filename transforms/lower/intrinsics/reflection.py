"""What is asked of a value: its length, type and attributes."""

from __future__ import annotations

import functools
import types
from typing import Any

import numpy as np

from transforms import ir, kinds
from transforms.lower import integers
from transforms.lower.calls import calling
from transforms.lower.containers import unpacking
from transforms.lower.intrinsics import constructors
from transforms.lower.intrinsics.handler import Handler
from transforms.lower.loops import sequences
from transforms.lower.objects import array_attributes, attributes, model, setting
from transforms.lower.outside import outer
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import FALSE, Bound, Choice, Closure, Const, Iter, Partial, Ref, Var
from transforms.lower.views import flat, memoryviews, strided


def len_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = lo.followed(args[0])
    if isinstance(value, Choice):
        return lo.branch(
            value.cond, lambda: len_(lo, (value.then,), {}, node), lambda: len_(lo, (value.orelse,), {}, node)
        )
    if isinstance(value, tuple):
        return Const(len(value))
    if isinstance(value, Ref) and value.cls in (list, dict, set):
        content = lo.content(value)
        return lo.lost(content) if hasattr(content, "reason") else Const(len(content))
    if isinstance(value, Const) and isinstance(value.value, (str, bytes)):
        return Const(len(value.value))
    if isinstance(value, Const) and model.user_class(value) is None:
        held = unpacking.outside(lo, value)
        if held is not value:
            return len_(lo, (held,), {}, node)
        outer.structure(lo, value.value)
        return Const(len(value.value))
    cls = model.user_class(value)
    if cls is not None:
        return calling.call(lo, attributes.get_attribute(lo, value, "__len__"), (), {}, node)
    if (known := lo.extent(value)) is not None:
        return known
    if flat.is_flat(value):
        return flat.size(lo, value)
    if strided.is_strided(value) or memoryviews.is_memory(value):
        return len_(lo, (sequences.counted_part(value),), {}, node)
    if isinstance(value, Iter) and value.kind == "view":
        return len_(lo, value.parts, {}, node)
    if isinstance(value, Iter) and value.kind == "range":
        return lo.apply(len, lo.apply_operands(range, tuple(map(lo.operand, value.parts)), {}))
    return lo.apply(len, value)


def isinstance_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value, classes = args
    wanted = wanted_classes(lo, classes)
    if isinstance(value, Choice):
        return lo.branch(
            value.cond,
            lambda: isinstance_(lo, (value.then, classes), {}, node),
            lambda: isinstance_(lo, (value.orelse, classes), {}, node),
        )
    cls = type_of(lo, value)
    if cls is list and constructors.is_deque(value) is not False:
        return lo.refuse("the type of this deque or list is asked for: this is not followed")
    if cls is None or integers.mixed(lo, value) and integers.told_apart(cls, wanted):
        out = lo.var(kinds.BOOL)
        lo.emit(ir.Apply(out, isinstance, (lo.operand(value), lo.operand(classes)), loc=lo.loc))
        return out
    return Const(issubclass(cls, wanted))


def wanted_classes(lo: Lowering, classes: Any) -> tuple:
    """The classes that `isinstance` is asked about; they may be nested in tuples."""
    if isinstance(classes, tuple):
        return tuple(wanted_classes(lo, c) for c in classes)
    if not isinstance(classes, Const):
        return lo.refuse("isinstance of a computed class is not followed")
    return (classes.value,)


def type_of(lo: Lowering, value: Any) -> type | None:
    """The type of an abstract value, where it is known."""
    if isinstance(value, Const):
        return type(value.value)
    if isinstance(value, Ref):
        return value.cls
    if isinstance(value, tuple):
        return tuple if isinstance(value, array_attributes.Shape) else type(value)
    if isinstance(value, (Closure, Partial, Bound)):
        return types.FunctionType if isinstance(value, Closure) else functools.partial
    if isinstance(value, Var):
        kind = value.kind
        if kind.base == "object":
            return kind.type
        if kind.base == "list":
            return list
        if kind.ndim is None:
            return None
        if kind.python:
            return {"d": float, "l": int, "?": bool, "D": complex}[kind.dtype]
        return np.ndarray if kind.base == "array" else np.dtype(kind.dtype).type
    return None


def type_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    cls = type_of(lo, args[0])
    if cls is list and constructors.is_deque(args[0]) is not False:
        return lo.refuse("the type of this deque or list is asked for: this is not followed")
    if cls is None or integers.mixed(lo, args[0]):
        return lo.refuse("the type of this value is not known when deriving")
    return Const(cls)


def callable_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = args[0]
    if isinstance(value, Const):
        return Const(callable(value.value))
    return Const(isinstance(value, (Closure, Partial, Bound)) or model.user_class(value) is not None)


def hasattr_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value, name = lo.followed(args[0]), args[1].value
    if isinstance(value, Ref) and model.user_class(value) is not None:
        return Const(name in lo.content(value) or hasattr(value.cls, name))
    if isinstance(value, Const):
        found = hasattr(value.value, name)
        outer.guard(lo, (id(value.value), "has", name), lambda: hasattr(value.value, name), found)
        return Const(found)
    cls = type_of(lo, value)
    return Const(hasattr(cls, name)) if cls is not None else lo.refuse("hasattr of this value is not followed")


def getattr_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    if not isinstance(args[1], Const):
        return lo.refuse("getattr with a computed name is not followed")
    if len(args) > 2 and hasattr_(lo, args[:2], {}, node) == FALSE:
        return args[2]
    return attributes.get_attribute(lo, args[0], args[1].value)


def setattr_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    if not isinstance(args[1], Const):
        return lo.refuse("setattr with a computed name is not followed")
    setting.set_attribute(lo, args[0], args[1].value, args[2])
    return Const(None)


def object_setattr(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    if not isinstance(args[0], Ref) or args[0].origin is not None:
        lo.refuse("object.__setattr__ of an object from outside is not followed")
    lo.put(args[0], {**lo.content(args[0]), args[1].value: args[2]})
    return Const(None)


def vars_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """vars(obj): the attributes as a dict, which is the same object as they are."""
    return attributes.attributes_of(lo, lo.followed(args[0]))


HANDLERS: dict[Any, Handler] = {
    len: len_,
    isinstance: isinstance_,
    type: type_,
    callable: callable_,
    hasattr: hasattr_,
    getattr: getattr_,
    setattr: setattr_,
    object.__setattr__: object_setattr,
    vars: vars_,
    globals: lambda lo, args, kwargs, node: Const(lo.frame.globals),
}
