"""Methods that only deques have, which are lists otherwise: `q.popleft()`; one with a `maxlen` loses items."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from transforms.lower.containers import lists, unpacking
from transforms.lower.loops import bodies, iterating
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Ref, Var


def shorten(lo: Lowering, value: Any, at: Const) -> None:
    """A deque with a greatest length that has become too long loses the item at its other end."""
    longest = greatest_length(lo, value)
    if longest is None:
        return
    excess = lo.apply(
        operator.gt,
        Const(len(unpacking.followed(lo, value))) if isinstance(value, Ref) else lo.apply(len, value),
        Const(longest),
    )
    lo.branch(excess, lambda: lists.pop(lo, value, (at,), {}, None), lambda: None)


def greatest_length(lo: Lowering, value: Any) -> int | None:
    """The `maxlen` of a deque, which is part of the site that made it."""
    sites = [value.site] if isinstance(value, Ref) else value.region.find().sites
    found = {s[1] if isinstance(s, tuple) and s and s[0] == "deque" else None for s in sites} or {None}
    if len(found) > 1:
        return lo.refuse("a list or deque is one of several here, of different greatest length: this is not followed")
    return next(iter(found))


def append_left(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    lists.insert(lo, value, (Const(0), args[0]), kwargs, node)
    shorten(lo, value, Const(-1))
    return Const(None)


def extend_left(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    iterating.iterate(
        lo, args[0], bodies.in_frame(lo, lo.frame, lambda item: append_left(lo, value, (item,), {}, node)), node
    )
    return Const(None)


def rotate(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    """`q.rotate(n)` of a deque: its last n items come first."""
    steps = args[0] if args else Const(1)
    if isinstance(value, Var) or not isinstance(steps, Const):
        return lo.refuse("rotating a deque that is there at run time only is not followed")
    items = unpacking.followed(lo, value)
    shift = steps.value % len(items) if items else 0
    return lists.reorder(lo, value, (*items[len(items) - shift :], *items[: len(items) - shift]))


METHODS: dict[tuple[str, str], Callable[..., Any]] = {
    ("list", "appendleft"): append_left,
    ("list", "popleft"): lambda lo, value, args, kwargs, node: lists.pop(lo, value, (Const(0),), kwargs, node),
    ("list", "extendleft"): extend_left,
    ("list", "rotate"): rotate,
}
