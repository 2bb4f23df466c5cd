"""Methods of sets of values that are known when deriving: `s.add("a")`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from transforms.lower.containers import making, operators, unpacking
from transforms.lower.failures.contexts import known as surely_raise
from transforms.lower.outside import through
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const


def set_add(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    lo.put(value, lo.content(making.new_set(lo, (*lo.content(value), args[0]))))
    through.changed(lo, value, "add", args[0])
    return Const(None)


def set_discard(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    """`s.discard(v)` of values known when deriving."""
    if not isinstance(args[0], Const):
        lo.refuse("a computed value is taken out of a set: this is not followed")
    lo.put(value, tuple(i for i in unpacking.followed(lo, value) if i.value != args[0].value))
    through.changed(lo, value, "discard", args[0])
    return Const(None)


def set_remove(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    """`s.remove(v)`, which raises where `v` is not in the set."""
    if isinstance(args[0], Const) and args[0].value not in {i.value for i in unpacking.followed(lo, value)}:
        return surely_raise(lo, KeyError(args[0].value))
    return set_discard(lo, value, args, kwargs, node)


def set_update(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    for items in args:
        for item in unpacking.spread(lo, items):
            set_add(lo, value, (item,), {}, node)
    return Const(None)


def set_operator(fn: Callable[..., Any]) -> Callable[..., Any]:
    """The method of a set that an operator stands for."""

    def handler(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
        for items in args:
            value = operators.ref_union(lo, fn, value, making.new_set(lo, unpacking.spread(lo, items)))
        return value

    return handler


def in_set_order(items: tuple[Const, ...]) -> tuple[Const, ...]:
    """The items of a set in the order in which Python goes through it."""
    by_value = {i.value: i for i in items}
    return tuple(by_value[v] for v in set(by_value))


METHODS: dict[tuple[str, str], Callable[..., Any]] = {
    ("set", "add"): set_add,
    ("set", "discard"): set_discard,
    ("set", "remove"): set_remove,
    ("set", "update"): set_update,
    ("set", "union"): set_operator(operator.or_),
    ("set", "intersection"): set_operator(operator.and_),
    ("set", "difference"): set_operator(operator.sub),
}
