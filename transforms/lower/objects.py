"""Lowering of attributes, methods, instances and operator overloading: Python's object model, followed when deriving.

Instances that the function makes exist only while deriving: their attributes become plain values.  Objects that exist
already are read through `outer`.  Array attributes and methods become operations.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from tensor.attributes import METHODS, attribute, method
from transforms import ir, kinds, shapes
from transforms.lower import flat, memoryviews, outer, strided, subclasses, through, written
from transforms.lower.calls import calling, closures
from transforms.lower.containers import comparing, making, methods, reading, unpacking, writing
from transforms.lower.operations import write_attribute
from transforms.lower.state.lowering import Lowering
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


class LocalFunction:
    """A method of a class that is defined inside the function, as that class's attribute."""

    def __init__(self, closure: Closure) -> None:
        self.closure = closure


class LocalValue:
    """Any other attribute of a class that is defined inside the function: a cell with its value."""

    def __init__(self, cell: Ref) -> None:
        self.cell = cell


FUNCTIONS = (types.FunctionType, LocalFunction)


class Shape(tuple):
    """The shape of an array of known rank: its extents, and the operand for all of it."""

    whole: Any = None


def user_class(value: Any) -> type | None:
    """The class of a value that is an instance of a Python class with its own methods."""
    if isinstance(value, Ref) and value.cls not in (list, dict, set) and value.cls.__name__ != "Cell":
        return value.cls
    if isinstance(value, Const) and not isinstance(value.value, ir.LITERALS) and not isinstance(value.value, type):
        cls = type(value.value)
        if isinstance(cls.__dict__.get("__init__") or cls.__dict__.get("__call__"), types.FunctionType):
            return cls
        if any(isinstance(v, types.FunctionType) for k in cls.__mro__[:-1] for v in vars(k).values()):
            return cls
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)
    return None


def lookup(cls: type, name: str) -> Any:
    """A class attribute as it is stored, by the method resolution order; UNDEFINED if there is none."""
    for base in cls.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return UNDEFINED


def overloaded(lo: Lowering, fn: Callable[..., Any], *operands: Any) -> Any:
    """The result of an operator that a user's class defines, or None."""
    names = DUNDERS.get(fn)
    if names is None:
        return None
    for position, (name, value) in enumerate(zip(names, operands, strict=False)):
        cls = user_class(value)
        if cls is None or isinstance(value, tuple):
            continue
        found = lookup(cls, name)
        if (
            name in COMPARED
            and is_record(cls)
            and (isinstance(found, types.FunctionType) and generated(found) or "__local_fields__" in cls.__dict__)
        ):
            return compare_records(lo, fn, *operands)
        if isinstance(found, FUNCTIONS):
            others = operands[1 - position : 2 - position] if len(operands) > 1 else ()
            return calling.call(lo, bind_class_attribute(lo, value, cls, found, name), others, {}, None)
    return subclasses.operate(lo, fn, *operands) if any(map(subclasses.is_instance, operands)) else None


COMPARED = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"}


def is_record(cls: type) -> bool:
    """Whether a class is a dataclass."""
    return dataclasses.is_dataclass(cls) or "__local_fields__" in cls.__dict__


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
        return array_attribute(lo, value, name)
    if isinstance(value, Const):
        return known_attribute(lo, value, name)
    if isinstance(value, Super):
        return super_attribute(lo, value, name)
    if strided.is_strided(value):
        return array_attribute(lo, strided.asked(lo, value, name), name)
    if memoryviews.is_memory(value):
        return array_attribute(lo, memoryviews.asked(lo, value, name), name)
    if isinstance(value, tuple) and hasattr(value, "_fields") and name in value._fields:
        return getattr(value, name)
    if isinstance(value, (Closure, Derived, Partial, Bound)):
        return function_attribute(lo, value, name)
    cls = user_class(value)
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
    found = lookup(cls, name)
    if found is not UNDEFINED and python_code(found):
        outer.kept(lo, (id(cls), "found", name), lambda: lookup(cls, name))
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
        getter = lookup(cls, "__getattr__")
        if isinstance(getter, FUNCTIONS):
            return calling.call(lo, closures.closure_of(lo, getter, cls), (value, Const(name)), {}, None)
        return lo.refuse(f"{cls.__name__} has no attribute {name} here")
    return bind_class_attribute(lo, value, cls, found, name)


def attributes_of(lo: Lowering, value: Any) -> Any:
    """The `__dict__` of an instance: a dict whose content is the instance's own."""
    if isinstance(value, Const) and isinstance(getattr(value.value, "__dict__", None), dict):
        return outer.attr(lo, value.value, "__dict__")
    cls = user_class(value)
    if isinstance(value, Ref) and isinstance(value.origin, Const) and cls is not None:
        return lo.entered[id(vars(value.origin.value))]
    followed = isinstance(value, Ref) and value.origin is None and not subclasses.is_instance(value)
    if not followed or cls is None or not hasattr(cls, "__dict__"):
        return lo.refuse("the __dict__ of this is not followed", "use the attributes by name")
    if not cls.__dictoffset__:
        return lo.refuse(f"{cls.__name__} has no __dict__")
    return Ref(dict, value.site, None, value.id)


def bind_class_attribute(lo: Lowering, value: Any, cls: type, found: Any, name: str) -> Any:
    """A class attribute as seen from an instance: methods are bound, properties are called."""
    if isinstance(found, FUNCTIONS):
        return Bound(value, closures.closure_of(lo, found, owner_of(cls, name)), name)
    if isinstance(found, LocalValue):
        return lo.content(found.cell)[0]
    if isinstance(found, property):
        return calling.call(lo, closures.closure_of(lo, found.fget, owner_of(cls, name)), (value,), {}, None)
    if isinstance(found, functools.cached_property):
        result = calling.call(lo, closures.closure_of(lo, found.func, owner_of(cls, name)), (value,), {}, None)
        if isinstance(value, Ref):
            set_attribute(lo, value, name, result)
        return result
    if isinstance(found, staticmethod):
        return closures.callable_of(lo, found.__func__, owner_of(cls, name))
    if isinstance(found, classmethod):
        return Bound(Const(cls), closures.closure_of(lo, found.__func__, owner_of(cls, name)), name)
    if subclasses.is_instance(value) and owner_of(cls, name) is np.ndarray:
        return subclasses.attribute(lo, value, name)
    if hasattr(type(found), "__get__") and not isinstance(found, type):
        if isinstance(value, tuple):
            return Bound(value, methods.method(lo, value, name), name)
        return lo.refuse(f"the descriptor {name} of {cls.__name__} is not followed")
    return outer.attr(lo, cls, name)


def owner_of(cls: type, name: str) -> type:
    return next(base for base in cls.__mro__ if name in base.__dict__)


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
    found = lookup(cls, name)
    held = getattr(obj, "__dict__", {})
    if isinstance(held, dict) and name in held and not isinstance(found, property):
        return outer.attr(lo, obj, name)
    if isinstance(found, functools.cached_property) and written.can_enter(lo, obj):
        return get_attribute(lo, written.entered(lo, value), name)
    if isinstance(held, dict) and isinstance(cls.__dict__.get("__dict__", cls), types.GetSetDescriptorType):
        outer.kept(lo, (id(obj), "held", name), lambda: name in obj.__dict__)
    if isinstance(found, (types.FunctionType, property, staticmethod, classmethod)) and python_code(found):
        outer.kept(lo, (id(cls), "found", name), lambda: lookup(cls, name))
        return bind_class_attribute(lo, value, cls, found, name)
    if not hasattr(obj, name):
        return lo.refuse(f"{cls.__name__} has no attribute {name}")
    actual = getattr(obj, name)
    if callable(actual):
        return Bound(value, method(name), name) if not isinstance(obj, np.ufunc) else Bound(value, Const(name), name)
    plain = found is not UNDEFINED and not hasattr(type(found), "__get__")
    return outer.attr(lo, cls if plain else obj, name)


def python_code(found: Any) -> bool:
    fn = found.fget if isinstance(found, property) else getattr(found, "__func__", found)
    return isinstance(fn, types.FunctionType)


def number_attribute(lo: Lowering, value: Const, name: str) -> Any:
    if name in ("real", "imag"):
        return Const(getattr(value.value, name))
    return Bound(value, method(name), name)


def class_attribute(lo: Lowering, cls: type, name: str) -> Any:
    found = lookup(cls, name)
    if python_code(found):
        outer.kept(lo, (id(cls), "found", name), lambda: lookup(cls, name))
    if name == "_make" and issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return Bound(Const(cls), make_named, name)
    if isinstance(found, classmethod):
        return Bound(Const(cls), closures.closure_of(lo, found.__func__, owner_of(cls, name)), name)
    if isinstance(found, staticmethod):
        return closures.callable_of(lo, found.__func__, owner_of(cls, name))
    if isinstance(found, FUNCTIONS):
        return closures.closure_of(lo, found, owner_of(cls, name))
    if isinstance(found, LocalValue):
        return lo.content(found.cell)[0]
    return outer.attr(lo, cls, name)


# -- arrays ------------------------------------------------------------------------------------------------------------


def array_attribute(lo: Lowering, value: Var, name: str) -> Any:
    """An attribute or method of a number or array."""
    kind = value.kind
    if kind.base == "list":
        return Bound(value, methods.method(lo, value, name), name)
    if not kind.numeric:
        if kind.type is not None and callable(getattr(kind.type, name, None)):
            return Bound(value, method(name), name)
        out = lo.var(kinds.OBJECT, name)
        lo.emit(ir.Apply(out, attribute(name), (value,), loc=lo.loc))
        return out
    if name == "ndim" and kind.ndim is not None:
        return Const(kind.ndim)
    if name == "flat" and kind.base == "array":
        return flat.of(lo, value)
    if name == "shape":
        return shape(lo, value)
    if name == "size" and kind.ndim and all(lo.extent(value, axis) for axis in range(kind.ndim)):
        return Const(math.prod(lo.extent(value, axis).value for axis in range(kind.ndim)))  # type: ignore[union-attr]
    if name in ("real", "imag") and kind.dtype:
        return lo.apply(np.real if name == "real" else np.imag, value)
    if kind.python and name == "conjugate":
        return Bound(value, Const(np.conj), name)
    if name in METHODS or name in ARRAY_METHODS:
        return Bound(value, Const(METHODS[name]) if name in METHODS and not kind.python else method(name), name)
    if name == "dtype" and kind.dtype:
        out = lo.var(kinds.Kind("object", type=np.dtype, item=kind.dtype))
        lo.emit(ir.Apply(out, attribute("dtype"), (value,), loc=lo.loc))
        return out
    if name in ARRAY_ATTRIBUTES:
        return lo.apply(attribute(name), value)
    if kind.python and name in ("is_integer", "bit_length", "hex", "as_integer_ratio"):
        return Bound(value, method(name), name)
    return lo.refuse(f"the attribute {name} of an array is not supported")


ARRAY_ATTRIBUTES = {"T", "mT", "size", "dtype", "itemsize", "nbytes", "ndim", "strides", "flags"}
ARRAY_METHODS = {"item", "tolist", "astype", "flatten", "fill", "sort", "put", "partition", "tobytes", "view"}


def shape(lo: Lowering, value: Var) -> Any:
    """The shape of an array: a tuple of extents where the rank is known."""
    if value.kind.scalar:
        return ()
    whole = lo.var(kinds.Kind("object", type=tuple, item=value.kind.ndim))
    lo.emit(ir.Apply(whole, attribute("shape"), (value,), loc=lo.loc))
    dims = shapes.dims(value)
    whole.shape = ("shape of", value.shape if dims is None else dims)
    if value.kind.base == "array" and value.kind.continuous:
        lo.shape_sources[whole.serial] = value
    if value.kind.ndim is None:
        return whole
    extents: list[Any] = []
    for axis in range(value.kind.ndim):
        if (known := lo.extent(value, axis)) is not None:
            extents.append(known)
            continue
        extent = lo.var(kinds.INT)
        lo.emit(ir.Apply(extent, operator.getitem, (whole, Const(axis)), loc=lo.loc))
        if dims is not None:
            lo.extents[extent.serial] = dims[axis]
        extents.append(extent)
    found = Shape(extents)
    found.whole = whole
    return found


# -- instances ---------------------------------------------------------------------------------------------------------


def set_attribute(lo: Lowering, value: Any, name: str, new: Any) -> None:
    """`value.name = new`."""
    if isinstance(value, Choice):
        lo.branch(
            value.cond,
            lambda: set_attribute(lo, value.then, name, new),
            lambda: set_attribute(lo, value.orelse, name, new),
        )
        return
    if isinstance(value, Const):
        if isinstance(value.value, (types.ModuleType, type, types.FunctionType)):
            written.write_place(lo, written.attribute_place(lo, value.value, name), new)
            return
        value = written.entered(lo, value)
    cls = user_class(value)
    if cls is None or not isinstance(value, Ref):
        if isinstance(value, Var) and value.kind.base == "array" and name == "flat":
            flat.put(lo, flat.of(lo, value), Const(Ellipsis), new)
            return
        if isinstance(value, Var) and value.kind.base == "array" and name == "imag":
            set_imaginary(lo, value, Const(Ellipsis), new)
            return
        if isinstance(value, Var) and value.kind.base == "array" and name == "real":
            writing.set_item(lo, lo.apply(np.real, value), Const(Ellipsis), new)
            return
        if isinstance(value, Var) and name == "shape":
            lo.refuse("writing the shape of an array is not supported", "use reshape")
        lo.refuse(f"writing the attribute {name} of {lo.describe(value)} is not followed")
    found = lookup(cls, name)
    setter = lookup(cls, "__setattr__")
    if subclasses.is_instance(value) and found is not UNDEFINED and owner_of(cls, name) is np.ndarray:
        lo.refuse(f"writing the attribute {name} of an array is not followed")
    if isinstance(found, property):
        if found.fset is None:
            lo.refuse(f"the property {name} of {cls.__name__} cannot be set")
        calling.call(lo, closures.closure_of(lo, found.fset, cls), (value, new), {}, None)
        return
    if found is not UNDEFINED and hasattr(type(found), "__set__") and not isinstance(found, SLOTS):
        put = lookup(type(found), "__set__")
        if not isinstance(put, types.FunctionType):
            lo.refuse(f"the descriptor {name} of {cls.__name__} is not followed")
        calling.call(lo, closures.closure_of(lo, put, type(found)), (lo.lift(found), value, new), {}, None)
        return
    if isinstance(setter, FUNCTIONS) and not frozen(cls):
        lo.refuse(f"{cls.__name__}.__setattr__ is not followed")
    if isinstance(new, Var) and not new.name:
        new.name = name
    lo.put(value, {**lo.held(value), name: new})
    through.put(lo, write_attribute, value, Const(name), new)


SLOTS = (types.MemberDescriptorType, types.GetSetDescriptorType)


def set_imaginary(lo: Lowering, value: Any, index: Any, new: Any) -> None:
    """`z.imag[index] = new`: the imaginary part is no view that a cotangent could mirror, so all of z is written."""
    if not (isinstance(value, Var) and value.kind.base == "array" and value.kind.complex):
        writing.set_item(lo, get_attribute(lo, value, "imag"), index, new)
        return
    old = lo.apply(np.real, reading.get_item(lo, value, index))
    imaginary = lo.apply(operator.mul, Const(1j), making.realised(lo, new))
    writing.set_item(lo, value, index, lo.apply(operator.add, old, imaginary))


def frozen(cls: type) -> bool:
    return dataclasses.is_dataclass(cls) and cls.__dataclass_params__.frozen  # type: ignore[attr-defined]


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
        return subclasses.instantiate(lo, cls, args, kwargs, node)
    made = lookup(cls, "__new__")
    if made is not object.__new__ and not isinstance(made, staticmethod) or isinstance(made, staticmethod):
        lo.refuse(f"{cls.__name__}.__new__ is not followed")
    if not all(heap_class(base) for base in cls.__mro__[:-1]):
        lo.refuse(f"instances of {cls.__name__}, which extends a class not written in Python, are not followed")
    ref = lo.new(cls, {}, lo.site(node))
    init = lookup(cls, "__init__")
    if "__local_fields__" in cls.__dict__ and "__init__" not in cls.__dict__:
        from transforms.lower import classes

        classes.fill(lo, ref, cls, args, kwargs)
        return ref
    if dataclasses.is_dataclass(cls) and generated(init):
        fill_dataclass(lo, ref, cls, args, kwargs)
    elif isinstance(init, FUNCTIONS):
        calling.call(lo, closures.closure_of(lo, init, owner_of(cls, "__init__")), (ref, *args), kwargs, node)
    elif args or kwargs:
        lo.refuse(f"{cls.__name__} takes no arguments")
    return ref


def heap_class(cls: type) -> bool:
    """Whether a class is written in Python: made on the heap, and open to changes, which those written in C are not."""
    return bool(cls.__flags__ & (1 << 9)) and not cls.__flags__ & (1 << 8)


def generated(init: Any) -> bool:
    """A dataclass's own __init__ has no source."""
    return (
        not isinstance(init, FUNCTIONS)
        or isinstance(init, types.FunctionType)
        and init.__code__.co_filename.startswith("<")
    )


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
    after = lookup(cls, "__post_init__")
    if isinstance(after, FUNCTIONS):
        calling.call(lo, closures.closure_of(lo, after, owner_of(cls, "__post_init__")), (ref,), {}, None)


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


# -- super -------------------------------------------------------------------------------------------------------------


def super_(lo: Lowering) -> Any:
    """`super()` in a method."""
    closure = lo.frame.closure
    if closure is None or closure.owner is None:
        return lo.refuse("super() is used outside a method here")
    first = closure.node.args.args[0].id
    value = lo.frame.env[first]
    return Super(
        closure.owner, lo.content(value)[0] if isinstance(value, Ref) and value.cls.__name__ == "Cell" else value
    )


def super_attribute(lo: Lowering, value: Super, name: str) -> Any:
    own = (
        value.self.value
        if isinstance(value.self, Const) and isinstance(value.self.value, type)
        else user_class(value.self)
    )
    if own is None:
        return lo.refuse("super() of this object is not followed")
    order = own.__mro__
    for base in order[order.index(value.owner) + 1 :]:
        if name == "__init__" and "__local_fields__" in base.__dict__ and name not in base.__dict__:
            return lo.refuse(f"super().__init__ of the dataclass {base.__name__} is not followed")
        if name in base.__dict__:
            found = base.__dict__[name]
            if base is object and name == "__init__":
                return Const(object)
            if isinstance(found, classmethod):
                return Bound(value.self, closures.closure_of(lo, found.__func__, base), name)
            return bind_super(lo, value, base, found, name)
    return lo.refuse(f"no base class has {name}")


def bind_super(lo: Lowering, value: Super, base: type, found: Any, name: str) -> Any:
    if isinstance(found, FUNCTIONS):
        if name == "__init__" and dataclasses.is_dataclass(base) and generated(found):
            return lo.refuse(f"super().__init__ of the dataclass {base.__name__} is not followed")
        return Bound(value.self, closures.closure_of(lo, found, base), name)
    return bind_class_attribute(lo, value.self, base, found, name)
