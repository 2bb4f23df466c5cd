"""Instances made by a call of their class: of plain classes, dataclasses and named tuples."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from transforms import ir, kinds
from transforms.lower.calls import calling, closures
from transforms.lower.containers import making, unpacking
from transforms.lower.objects import model
from transforms.lower.objects.model import FUNCTIONS
from transforms.lower.outside import outer
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import wrapping
from transforms.lower.values import Const, Ref, Var


def instantiate(lo: Lowering, cls: type, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """`cls(*args, **kwargs)` for a class of the user's."""
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return named_tuple(lo, cls, args, kwargs)
    if issubclass(cls, BaseException):
        out = lo.var(kinds.Kind("object", type=cls))
        lo.emit(
            ir.Apply(out, cls, tuple(map(lo.operand, args)), {k: lo.operand(v) for k, v in kwargs.items()}, loc=lo.loc)
        )
        return out
    if issubclass(cls, np.ndarray):
        return wrapping.instantiate(lo, cls, args, kwargs, node)
    made = model.lookup(cls, "__new__")
    if made is not object.__new__ and not isinstance(made, staticmethod) or isinstance(made, staticmethod):
        lo.refuse(f"{cls.__name__}.__new__ is not followed")
    if not all(model.heap_class(base) for base in cls.__mro__[:-1]):
        lo.refuse(f"instances of {cls.__name__}, which extends a class not written in Python, are not followed")
    ref = lo.new(cls, {}, lo.site(node))
    init = model.lookup(cls, "__init__")
    if "__local_fields__" in cls.__dict__ and "__init__" not in cls.__dict__:
        from transforms.lower.objects import classes

        classes.fill(lo, ref, cls, args, kwargs)
        return ref
    if dataclasses.is_dataclass(cls) and model.generated(init):
        fill_dataclass(lo, ref, cls, args, kwargs)
    elif isinstance(init, FUNCTIONS):
        calling.call(lo, closures.closure_of(lo, init, model.owner_of(cls, "__init__")), (ref, *args), kwargs, node)
    elif args or kwargs:
        lo.refuse(f"{cls.__name__} takes no arguments")
    return ref


def fill_dataclass(lo: Lowering, ref: Ref, cls: type, args: tuple, kwargs: dict[str, Any]) -> None:
    """What a dataclass's generated __init__ does."""
    given = list(args)
    content: dict[str, Any] = {}
    for field in dataclasses.fields(cls):
        if field.init and field.name in kwargs:
            content[field.name] = kwargs[field.name]
        elif field.init and given and not field.kw_only:
            content[field.name] = given.pop(0)
        elif field.default is not dataclasses.MISSING:
            content[field.name] = outer.value(lo, (id(field), "default"), lambda field=field: field.default, field.name)
        elif field.default_factory is not dataclasses.MISSING:
            content[field.name] = made_by(lo, ref, field.name, closures.callable_of(lo, field.default_factory))
        elif field.init:
            lo.refuse(f"{cls.__name__} needs its field {field.name}")
    if given or set(kwargs) - {f.name for f in dataclasses.fields(cls)}:
        lo.refuse(f"{cls.__name__} is made with arguments that it does not have")
    for name, held in content.items():
        if isinstance(held, Var) and not held.name:
            held.name = name
    lo.put(ref, content)
    after = model.lookup(cls, "__post_init__")
    if isinstance(after, FUNCTIONS):
        calling.call(lo, closures.closure_of(lo, after, model.owner_of(cls, "__post_init__")), (ref,), {}, None)


def made_by(lo: Lowering, ref: Ref, name: str, factory: Any) -> Any:
    """What a field's default_factory makes; a list has the place of its instance, so that it may grow in a loop."""
    if factory == Const(list):
        return making.list_at(lo, (), (*(ref.site or lo.path), "field", name))
    return calling.call(lo, factory, (), {}, None)


def named_tuple(lo: Lowering, cls: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    values = dict(zip(cls._fields, args, strict=False)) | kwargs
    for name in cls._fields:
        if name not in values:
            if name not in cls._field_defaults:
                lo.refuse(f"{cls.__name__} needs its field {name}")
            values[name] = outer.item(lo, cls._field_defaults, name, name)
    return cls(**values)


def make_named(lo: Lowering, cls: Const, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """`Named._make(items)`."""
    items = unpacking.unpacked(lo, args[0], len(cls.value._fields), False)
    if len(items) != len(cls.value._fields):
        return lo.refuse(f"{cls.value.__name__}._make needs {len(cls.value._fields)} items")
    return cls.value(*items)
