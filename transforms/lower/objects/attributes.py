"""Reading an attribute: of instances, classes, functions, modules, and objects that exist already."""

from __future__ import annotations

import functools
import types
from typing import Any

import numpy as np

from tensor.attributes import method
from transforms import ir
from transforms.lower.calls import calling, closures
from transforms.lower.containers import methods
from transforms.lower.objects import array_attributes, instances, model, setting, supers
from transforms.lower.objects.model import FUNCTIONS, LocalValue
from transforms.lower.outside import outer, written
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import members, wrapping
from transforms.lower.values import (
    UNDEFINED,
    Bound,
    Choice,
    Closure,
    Const,
    Derived,
    Iter,
    Lost,
    Partial,
    Ref,
    Super,
    Var,
)
from transforms.lower.views import memoryviews, strided


def get_attribute(lo: Lowering, value: Any, name: str) -> Any:
    """`value.name`."""
    value = lo.followed(value)
    if isinstance(value, Choice):
        return lo.branch(
            value.cond, lambda: get_attribute(lo, value.then, name), lambda: get_attribute(lo, value.orelse, name)
        )
    if isinstance(value, Lost):
        return lo.lost(value)
    if isinstance(value, Var):
        return array_attributes.array_attribute(lo, value, name)
    if isinstance(value, Const):
        return known_attribute(lo, value, name)
    if isinstance(value, Super):
        return supers.super_attribute(lo, value, name)
    if strided.is_strided(value):
        return array_attributes.array_attribute(lo, strided.asked(lo, value, name), name)
    if memoryviews.is_memory(value):
        return array_attributes.array_attribute(lo, memoryviews.asked(lo, value, name), name)
    if isinstance(value, tuple) and hasattr(value, "_fields") and name in value._fields:
        return getattr(value, name)
    if isinstance(value, (Closure, Derived, Partial, Bound)):
        return function_attribute(lo, value, name)
    cls = model.user_class(value)
    if cls is not None:
        return instance_attribute(lo, value, cls, name)
    if isinstance(value, (Ref, tuple, Iter)):
        return Bound(value, methods.method(lo, value, name), name)
    return lo.refuse(f"the attribute {name} of {lo.describe(value)} is not followed")


def function_attribute(lo: Lowering, value: Any, name: str) -> Any:
    if name in ("__name__", "__qualname__") and isinstance(value, Closure):
        return Const(value.name)
    if name == "__doc__":
        return Const(None)
    if isinstance(value, Partial) and name == "func":
        return value.func
    return lo.refuse(f"the attribute {name} of {lo.describe(value)} is not followed")


def instance_attribute(lo: Lowering, value: Any, cls: type, name: str) -> Any:
    """An attribute of an instance made while deriving."""
    found = model.lookup(cls, name)
    if found is not UNDEFINED and model.python_code(found):
        outer.kept(lo, (id(cls), "found", name), lambda: model.lookup(cls, name))
    content = lo.held(value) if isinstance(value, Ref) else {}
    if name in content and not isinstance(found, property):
        held = lo.read(content[name])
        if isinstance(held, Lost):
            return lo.lost(held)
        return held
    if isinstance(value, tuple) and ("tuple", name) in methods.handlers():
        return Bound(value, methods.method(lo, value, name), name)
    if name == "__dict__":
        return attributes_of(lo, value)
    if name == "__class__":
        return Const(cls)
    if found is UNDEFINED:
        getter = model.lookup(cls, "__getattr__")
        if isinstance(getter, FUNCTIONS):
            return calling.call(lo, closures.closure_of(lo, getter, cls), (value, Const(name)), {}, None)
        return lo.refuse(f"{cls.__name__} has no attribute {name} here")
    return bind_class_attribute(lo, value, cls, found, name)


def attributes_of(lo: Lowering, value: Any) -> Any:
    """The `__dict__` of an instance: a dict whose content is the instance's own."""
    if isinstance(value, Const) and isinstance(getattr(value.value, "__dict__", None), dict):
        return outer.attr(lo, value.value, "__dict__")
    cls = model.user_class(value)
    if isinstance(value, Ref) and isinstance(value.origin, Const) and cls is not None:
        return lo.entered[id(vars(value.origin.value))]
    followed = isinstance(value, Ref) and value.origin is None and not wrapping.is_instance(value)
    if not followed or cls is None or not hasattr(cls, "__dict__"):
        return lo.refuse("the __dict__ of this is not followed", "use the attributes by name")
    if not cls.__dictoffset__:
        return lo.refuse(f"{cls.__name__} has no __dict__")
    return Ref(dict, value.site, None, value.id)


def bind_class_attribute(lo: Lowering, value: Any, cls: type, found: Any, name: str) -> Any:
    """A class attribute as seen from an instance: methods are bound, properties are called."""
    if isinstance(found, FUNCTIONS):
        return Bound(value, closures.closure_of(lo, found, model.owner_of(cls, name)), name)
    if isinstance(found, LocalValue):
        return lo.content(found.cell)[0]
    if isinstance(found, property):
        return calling.call(lo, closures.closure_of(lo, found.fget, model.owner_of(cls, name)), (value,), {}, None)
    if isinstance(found, functools.cached_property):
        result = calling.call(lo, closures.closure_of(lo, found.func, model.owner_of(cls, name)), (value,), {}, None)
        if isinstance(value, Ref):
            setting.set_attribute(lo, value, name, result)
        return result
    if isinstance(found, staticmethod):
        return closures.callable_of(lo, found.__func__, model.owner_of(cls, name))
    if isinstance(found, classmethod):
        return Bound(Const(cls), closures.closure_of(lo, found.__func__, model.owner_of(cls, name)), name)
    if wrapping.is_instance(value) and model.owner_of(cls, name) is np.ndarray:
        return members.attribute(lo, value, name)
    if hasattr(type(found), "__get__") and not isinstance(found, type):
        if isinstance(value, tuple):
            return Bound(value, methods.method(lo, value, name), name)
        return lo.refuse(f"the descriptor {name} of {cls.__name__} is not followed")
    return outer.attr(lo, cls, name)


def known_attribute(lo: Lowering, value: Const, name: str) -> Any:
    """An attribute of an object that exists already."""
    obj = value.value
    cls = type(obj)
    if isinstance(obj, types.ModuleType):
        if not hasattr(obj, name):
            return lo.refuse(f"module {obj.__name__} has no attribute {name}")
        return outer.attr(lo, obj, name)
    if isinstance(obj, type):
        return class_attribute(lo, obj, name)
    if isinstance(obj, str):
        return Bound(value, method(name), name)
    if isinstance(obj, ir.LITERALS):
        return (
            Bound(value, Const(getattr(cls, name, None)), name)
            if not isinstance(obj, (int, float, complex))
            else number_attribute(lo, value, name)
        )
    found = model.lookup(cls, name)
    held = getattr(obj, "__dict__", {})
    if isinstance(held, dict) and name in held and not isinstance(found, property):
        return outer.attr(lo, obj, name)
    if isinstance(found, functools.cached_property) and written.can_enter(lo, obj):
        return get_attribute(lo, written.entered(lo, value), name)
    if isinstance(held, dict) and isinstance(cls.__dict__.get("__dict__", cls), types.GetSetDescriptorType):
        outer.kept(lo, (id(obj), "held", name), lambda: name in obj.__dict__)
    if isinstance(found, (types.FunctionType, property, staticmethod, classmethod)) and model.python_code(found):
        outer.kept(lo, (id(cls), "found", name), lambda: model.lookup(cls, name))
        return bind_class_attribute(lo, value, cls, found, name)
    if not hasattr(obj, name):
        return lo.refuse(f"{cls.__name__} has no attribute {name}")
    actual = getattr(obj, name)
    if callable(actual):
        return Bound(value, method(name), name) if not isinstance(obj, np.ufunc) else Bound(value, Const(name), name)
    plain = found is not UNDEFINED and not hasattr(type(found), "__get__")
    return outer.attr(lo, cls if plain else obj, name)


def number_attribute(lo: Lowering, value: Const, name: str) -> Any:
    if name in ("real", "imag"):
        return Const(getattr(value.value, name))
    return Bound(value, method(name), name)


def class_attribute(lo: Lowering, cls: type, name: str) -> Any:
    found = model.lookup(cls, name)
    if model.python_code(found):
        outer.kept(lo, (id(cls), "found", name), lambda: model.lookup(cls, name))
    if name == "_make" and issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return Bound(Const(cls), instances.make_named, name)
    if isinstance(found, classmethod):
        return Bound(Const(cls), closures.closure_of(lo, found.__func__, model.owner_of(cls, name)), name)
    if isinstance(found, staticmethod):
        return closures.callable_of(lo, found.__func__, model.owner_of(cls, name))
    if isinstance(found, FUNCTIONS):
        return closures.closure_of(lo, found, model.owner_of(cls, name))
    if isinstance(found, LocalValue):
        return lo.content(found.cell)[0]
    return outer.attr(lo, cls, name)
