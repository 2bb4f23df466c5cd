"""Statements and expressions that have no function in Python, as operations of the core language.

An assignment of a pair, say, is the application of `unpack`, which `rebuild` writes as `a, b = x` again.
"""

from __future__ import annotations

from typing import Any

from tensor import registry


def make_list(*items: Any) -> list[Any]:
    """`[...]` as an operation."""
    return list(items)


def unpack(x: Any) -> Any:
    """`a, b, c = x` as an operation."""
    return tuple(x)


def same_object(x: Any) -> Any:
    """`y = x` as an operation."""
    return x


def write_item(holder: Any, index: Any, value: Any) -> None:
    """`holder[index] = value` in the caller's own container, whose content is followed beside it."""
    holder[index] = value


def write_attribute(holder: Any, name: str, value: Any) -> None:
    """`holder.name = value` in the caller's own object, whose attributes are followed beside it."""
    setattr(holder, name, value)


def call_object(fn: Any, *args: Any, **kwargs: Any) -> Any:
    """A call of an object that is there at run time only."""
    return fn(*args, **kwargs)


def raise_(error: Any, cause: Any = None) -> None:
    """`raise error` as an operation."""
    raise error from cause


def assert_(cond: Any, message: Any = "") -> None:
    """`assert cond, message` as an operation."""
    assert cond, message


def error_type(error: Any) -> type:
    """The class of an exception as an operation."""
    return type(error)


def traceback(error: Any) -> Any:
    """The traceback of an exception as an operation."""
    return error.__traceback__


registry.constant(error_type)
registry.constant(traceback)
