"""Functions of known values, called when deriving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Ref


def worked_out(lo: Lowering, fn: Callable[..., Any], args: tuple) -> Any:
    """A function of known values, called when deriving."""
    return relift(lo, fn(*(plain(lo, a) for a in args)))


def plain(lo: Lowering, value: Any) -> Any:
    """The Python value of an abstract value that is known."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, tuple):
        return tuple(plain(lo, v) for v in value)
    if isinstance(value, Ref) and value.cls is list:
        return [plain(lo, v) for v in lo.content(value)]
    return lo.refuse("an option of this function must be known when deriving", "write it as a literal")


def relift(lo: Lowering, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(relift(lo, v) for v in value)
    if isinstance(value, list):
        return lo.new(list, tuple(relift(lo, v) for v in value))
    return Const(value)
