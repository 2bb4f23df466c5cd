"""Templates of the state at a loop's head: holes for what changes from trip to trip."""

from __future__ import annotations

from typing import Any

from transforms import kinds
from transforms.lower.state.operands import operand_kind
from transforms.lower.values import Ref, Var


def is_list(value: Any) -> bool:
    """Whether a value or template of one is a list, known when deriving or there at run time."""
    if isinstance(value, (Ref, Remade)):
        return value.cls is list
    kind = value.kind if isinstance(value, (Var, Hole)) else None
    return isinstance(kind, kinds.Kind) and kind.base == "list"


class Hole:
    """A place in the state at a loop's head that changes from trip to trip: its kind, and its shape if that stays.

    mixed: a number that is an int on the first trip, say, and a float later."""

    def __init__(self, kind: Any, shape: Any = None, mixed: bool = False) -> None:
        self.kind = kind
        self.shape = shape
        self.mixed = mixed


class Remade:
    """An object that each trip makes anew: its content is a template, its identity is not kept."""

    def __init__(self, cls: type, site: Any, content: Any) -> None:
        self.cls = cls
        self.site = site
        self.content = content


def kind_tree(value: Any) -> Any:
    """The kind tree of a number, array or tuple of such; None for anything else."""
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        items = tuple(map(kind_tree, value))
        return None if None in items else items
    return operand_kind(value)
