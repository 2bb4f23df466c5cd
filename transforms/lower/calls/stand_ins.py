"""Functions of types: called with small values in the place of what is known at run time."""

from __future__ import annotations

from typing import Any

from transforms import kinds
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Choice, Const, Ref, Var


def told_by_types(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """What a function of types gives, found by calling it with a small value of each argument's type."""
    if any(isinstance(a, Choice) for a in (*args, *kwargs.values())):
        return lo.refuse(f"{fn.__name__} is asked about a value of several types: this is not followed")
    try:
        given, named = tuple(stand_in(lo, a) for a in args), {k: stand_in(lo, v) for k, v in kwargs.items()}
    except kinds.Unknown:
        return lo.refuse(f"{fn.__name__} is asked about a value whose type is not known when deriving")
    return lo.lift(fn(*given, **named))


def stand_in(lo: Lowering, value: Any) -> Any:
    """A value of this type; of containers one with such items."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, tuple):
        return tuple(stand_in(lo, item) for item in value)
    if isinstance(value, Ref) and value.cls is list:
        return [stand_in(lo, item) for item in lo.content(value)]
    if isinstance(value, Var):
        return kinds.exemplar(value.kind, 2, 1, 1.25)
    raise kinds.Unknown
