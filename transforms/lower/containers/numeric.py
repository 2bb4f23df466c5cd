"""Lists of numbers where NumPy takes them for arrays: `x * [1.0, 2.0]` of an array `x`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from transforms import kinds
from transforms.lower.containers import making, unpacking
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Ref, Var


def takes_lists(value: Any) -> bool:
    """Whether an operator on this and a list counts the list as an array: so do arrays, and NumPy's real numbers."""
    if not isinstance(value, Var):
        return False
    return value.kind.base == "array" or value.kind.base == "number" and not value.kind.python and value.kind.continuous


def made_of_numbers(lo: Lowering, value: Any) -> bool:
    """Whether a value is a list or tuple, known item by item, of numbers, arrays and further such lists."""
    if isinstance(value, Const) and isinstance(value.value, list):
        value = unpacking.outside(lo, value)
    if isinstance(value, Ref) and value.cls is list:
        value = lo.content(value)
    if not isinstance(value, tuple) or hasattr(value, "_fields"):
        return False
    return all(
        isinstance(v, Const)
        and isinstance(v.value, (int, float, complex, np.generic, np.ndarray))
        or isinstance(v, Var)
        and (v.kind.numeric or number_list(v))
        or made_of_numbers(lo, v)
        for v in value
    )


def as_array(lo: Lowering, value: Any) -> Any:
    """The array that NumPy makes of a list or tuple of numbers; anything else as it is."""
    return lo.apply(np.array, making.realised(lo, value)) if made_of_numbers(lo, value) else value


def even(lo: Lowering, value: Any) -> Any:
    """A sequence that holds arrays beside lists of numbers, with arrays for these."""
    items = lo.content(value) if isinstance(value, Ref) and value.cls is list else value
    if not isinstance(items, tuple) or not any(isinstance(v, Var) and v.kind.base == "array" for v in items):
        return value
    return tuple(as_array(lo, v) for v in items) if any(made_of_numbers(lo, v) for v in items) else value


def array_operator(lo: Lowering, fn: Callable[..., Any], a: Any, b: Any) -> Any:
    """An operator on an array and a list at run time: the list counts as an array; None for anything else."""
    if not any(isinstance(v, Var) and v.kind.base == "array" and v.kind.ndim for v in (a, b)):
        return None
    a, b = (lo.apply(np.array, v) if number_list(v) else v for v in (a, b))
    return lo.apply(fn, a, b)


def number_list(value: Any) -> bool:
    """Whether a value is a list at run time of numbers or arrays, some of which may carry derivatives."""
    if not (isinstance(value, Var) and value.kind.base == "list"):
        return False
    leaves = leaf_kinds(value.kind.item)
    return all(k.numeric for k in leaves) and any(k.continuous for k in leaves)


def leaf_kinds(kind: Any) -> list[kinds.Kind]:
    """The kinds of the numbers and arrays in a tree of kinds, through lists."""
    if isinstance(kind, tuple):
        return [leaf for part in kind for leaf in leaf_kinds(part)]
    if kind is None or kind.base != "list":
        return [] if kind is None else [kind]
    return leaf_kinds(kind.item)
