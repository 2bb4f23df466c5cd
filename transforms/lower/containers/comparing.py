"""Comparison of containers: `(n, a) == (m, b)` item by item, `s < t` of sets known when deriving."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from transforms.lower import texts
from transforms.lower.containers import operators, unpacking
from transforms.lower.objects import model
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Ref, Var


def compare(lo: Lowering, fn: Callable[..., Any], left: Any, right: Any) -> Any:
    """Comparison of containers known when deriving, and of text; None for numbers."""
    if (found := texts.binary(lo, fn, left, right)) is not None:
        return found
    if any(isinstance(v, (Ref, tuple)) for v in (left, right)):
        left, right = (operators.known_items(lo, v) for v in (left, right))
    if isinstance(left, Ref) or isinstance(right, Ref) or isinstance(left, tuple) and isinstance(right, tuple):
        found = compare_known(lo, fn, left, right)
        if found is not None:
            return found
        a, b = (_flat(lo, v) for v in (left, right))
        if a is not None and b is not None and all(isinstance(v, Const) for v in (*a, *b)):
            return Const(fn([v.value for v in a], [v.value for v in b]))
        if fn in (operator.eq, operator.ne) and (a is None or b is None or len(a) != len(b)):
            if isinstance(left, Var) or isinstance(right, Var):
                return None
            return Const(fn is operator.ne)
        if a is not None and b is not None:
            return compare_items(lo, fn, a, b)
        return lo.refuse("these containers are compared, which is not followed")
    return None


def compare_known(lo: Lowering, fn: Callable[..., Any], left: Any, right: Any) -> Any:
    """Comparison of sets and dicts, and of containers of different types; None for those that are compared by item."""
    equality = fn in (operator.eq, operator.ne)
    types_ = [v.cls if isinstance(v, Ref) else tuple if isinstance(v, tuple) else None for v in (left, right)]
    if left is right and equality and isinstance(left, Ref) and left.cls not in (list, dict):
        return Const(fn is operator.eq)
    if types_[0] is not types_[1]:
        return Const(fn is operator.ne) if equality and None not in types_ else None
    if types_[0] is set:
        return Const(fn(*({i.value for i in unpacking.followed(lo, v)} for v in (left, right))))
    if types_[0] is dict and equality:
        return compare_dicts(lo, fn, left, right)
    if types_[0] not in (list, tuple, None) and model.is_record(types_[0]):
        return lo.refuse("instances of a dataclass are compared: this is not followed", "compare their fields")
    if types_[0] not in (list, tuple, None):
        return lo.refuse(
            f"whether two instances of {types_[0].__name__} are the same is not followed", "compare their attributes"
        )
    return None


def compare_dicts(lo: Lowering, fn: Callable[..., Any], left: Ref, right: Ref) -> Any:
    a, b = lo.content(left), lo.content(right)
    if not isinstance(a, dict) or not isinstance(b, dict):
        return lo.refuse("these containers are compared, which is not followed")
    if a.keys() != b.keys():
        return Const(fn is operator.ne)
    return compare_items(lo, fn, tuple(a.values()), tuple(b[k] for k in a))


def compare_items(lo: Lowering, fn: Callable[..., Any], a: Any, b: Any) -> Any:
    """Item by item: equality, or the order of the first items that differ."""
    if fn in (operator.eq, operator.ne):
        result: Any = Const(fn is operator.eq)
        for x, y in reversed(list(zip(a, b, strict=True))):
            same = lo.apply(operator.eq, x, y)
            result = lo.branch(lo.truth(same), lambda result=result: result, lambda: Const(fn is operator.ne))
        return result
    if not a or not b:
        return Const(fn(len(a), len(b)))
    same = lo.apply(operator.eq, a[0], b[0])
    return lo.branch(lo.truth(same), lambda: compare_items(lo, fn, a[1:], b[1:]), lambda: lo.apply(fn, a[0], b[0]))


def _flat(lo: Lowering, value: Any) -> tuple | None:
    if isinstance(value, tuple):
        return tuple(value)
    if isinstance(value, Ref) and value.cls in (list, set):
        return lo.content(value)
    return None
