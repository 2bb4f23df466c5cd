"""Instances of subclasses: how they are made, and the arrays behind them."""

from __future__ import annotations

from typing import Any

import numpy as np

from transforms.lower.calls import calling, closures
from transforms.lower.objects import model
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Ref

ENTRIES = "the entries of"  # no name of an attribute
HOOKS = "__array_ufunc__ __array_function__ __array_wrap__ __array_priority__ __array__ __array_prepare__".split()


def is_instance(value: Any) -> bool:
    """Whether a value is an instance of a subclass of np.ndarray."""
    return isinstance(value, Ref) and issubclass(value.cls, np.ndarray)


def entries(lo: Lowering, value: Any) -> Any:
    """The array behind an instance; anything else as it is."""
    if is_instance(value):
        return lo.content(value)[ENTRIES]
    if type(value) is tuple:
        return tuple(entries(lo, v) for v in value)
    if isinstance(value, Ref) and value.cls is list and isinstance(lo.content(value), tuple):
        items = lo.content(value)
        return lo.new(list, tuple(entries(lo, v) for v in items)) if any(map(is_instance, items)) else value
    return value


def among(lo: Lowering, *values: Any) -> bool:
    """Whether there is an instance among arguments, or in a list or tuple of them."""
    return any(is_instance(v) or any(map(is_instance, v if type(v) is tuple else listed(lo, v))) for v in values)


def listed(lo: Lowering, value: Any) -> tuple:
    content = lo.content(value) if isinstance(value, Ref) and value.cls is list else ()
    return content if isinstance(content, tuple) else ()


def made(lo: Lowering, cls: type, array: Any, source: Any) -> Ref:
    """An instance of the array, as NumPy makes it: `__array_finalize__` is told what it was made from."""
    for name in HOOKS:
        if any(name in vars(base) for base in cls.__mro__ if base not in (np.ndarray, object)):
            lo.refuse(f"the subclass {cls.__name__} of np.ndarray defines {name}, which is not followed")
    ref = lo.new(cls, {ENTRIES: array}, lo.path)
    finalize = model.lookup(cls, "__array_finalize__")
    if isinstance(finalize, model.FUNCTIONS):
        owner = model.owner_of(cls, "__array_finalize__")
        calling.call(lo, closures.closure_of(lo, finalize, owner), (ref, source), {}, None)
    return ref


def view(lo: Lowering, value: Any, cls: type) -> Any:
    """`value.view(cls)`: another name for the entries."""
    array = entries(lo, value)
    return array if cls is np.ndarray else made(lo, cls, array, value)


def instantiate(lo: Lowering, cls: type, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """`cls(...)`, by a `__new__` that the class defines."""
    new = model.lookup(cls, "__new__")
    new = new.__func__ if isinstance(new, staticmethod) else new
    if not isinstance(new, model.FUNCTIONS):
        return lo.refuse(f"{cls.__name__} is made as np.ndarray is, which is not followed", "use x.view(cls)")
    ref = calling.call(
        lo, closures.closure_of(lo, new, model.owner_of(cls, "__new__")), (Const(cls), *args), kwargs, node
    )
    init = model.lookup(cls, "__init__")
    if is_instance(ref) and issubclass(ref.cls, cls) and isinstance(init, model.FUNCTIONS):
        owner = model.owner_of(cls, "__init__")
        calling.call(lo, closures.closure_of(lo, init, owner), (ref, *args), kwargs, node)
    return ref


def returned(lo: Lowering, value: Any) -> Any:
    """The result of a differentiated function: a number is returned without its class, anything else is refused."""
    if is_instance(value) and entries(lo, value).kind.scalar:
        return entries(lo, value)
    if holds(lo, value):
        lo.refuse("an instance of a subclass of np.ndarray is returned: this is not followed", "return np.asarray(y)")
    return value


def holds(lo: Lowering, value: Any) -> bool:
    """Whether a value is an instance, or holds one."""
    if is_instance(value):
        return True
    content = lo.heap.get(value.id, ()) if isinstance(value, Ref) else value
    items = content.values() if isinstance(content, dict) else content if isinstance(content, tuple) else ()
    return any(holds(lo, item) for item in items)


def given_class(lo: Lowering, args: tuple, kwargs: dict[str, Any]) -> type:
    given = args[0] if len(args) == 1 and not kwargs else kwargs.get("type")
    if isinstance(given, Const) and isinstance(given.value, type) and issubclass(given.value, np.ndarray):
        return given.value
    return lo.refuse("the attribute view of an array is not supported")


def iterated(value: Any) -> bool:
    """Whether a value is an instance that is iterated over as arrays are."""
    return is_instance(value) and not isinstance(model.lookup(value.cls, "__iter__"), model.FUNCTIONS)


def not_copied(lo: Lowering, value: Any) -> None:
    """Refuse to copy an instance by `copy`."""
    if is_instance(value):
        lo.refuse(f"copying an instance of {value.cls.__name__} is not followed", "use its method copy")
