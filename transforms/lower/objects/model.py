"""Python's object model: the classes of values, and what they store."""

from __future__ import annotations

import dataclasses
import types
from typing import Any

from transforms import ir
from transforms.lower.values import UNDEFINED, Closure, Const, Ref


class LocalFunction:
    """A method of a class that is defined inside the function, as that class's attribute."""

    def __init__(self, closure: Closure) -> None:
        self.closure = closure


class LocalValue:
    """Any other attribute of a class that is defined inside the function: a cell with its value."""

    def __init__(self, cell: Ref) -> None:
        self.cell = cell


FUNCTIONS = (types.FunctionType, LocalFunction)


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


def is_record(cls: type) -> bool:
    """Whether a class is a dataclass."""
    return dataclasses.is_dataclass(cls) or "__local_fields__" in cls.__dict__


def owner_of(cls: type, name: str) -> type:
    return next(base for base in cls.__mro__ if name in base.__dict__)


def python_code(found: Any) -> bool:
    fn = found.fget if isinstance(found, property) else getattr(found, "__func__", found)
    return isinstance(fn, types.FunctionType)


def frozen(cls: type) -> bool:
    return dataclasses.is_dataclass(cls) and cls.__dataclass_params__.frozen  # type: ignore[attr-defined]


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
