"""Containers made by a call of their class: list, tuple, dict, set, slice, and those of collections."""

from __future__ import annotations

import collections
from typing import Any

from transforms.lower.containers import lists, making, reading, unpacking
from transforms.lower.intrinsics import evaluated
from transforms.lower.intrinsics.handler import Handler
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Ref, Var


def list_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    made = making.new_list(lo, (), node if node is not None else None)
    if args:
        lists.extend(lo, made, args[0])
    return made


def tuple_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    if not args:
        return ()
    if isinstance(args[0], Var) and args[0].kind.base == "list":
        return lists.copy(lo, args[0], (), {}, node)
    if isinstance(args[0], Var) and lo.extent(args[0]) is None:
        return lo.refuse("a tuple of an array's items has no known length", "use the array itself")
    return tuple(unpacking.spread(lo, args[0]))


def dict_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    content = unpacking.mapping(lo, args[0]) if args else {}
    return lo.new(dict, {**content, **kwargs}, lo.site(node) if node is not None else None)


def set_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return making.new_set(lo, unpacking.spread(lo, args[0]) if args else ())


def slice_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    start, stop, step = (Const(None), args[0], Const(None)) if len(args) == 1 else (*args, Const(None))[:3]
    return reading.plain_slice(lo, start, stop, step)


def namedtuple_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """collections.namedtuple of names known when deriving: the class itself."""
    given = [unpacking.spread(lo, a) if isinstance(a, Ref) else a for a in args]
    options = {k: unpacking.spread(lo, v) if isinstance(v, Ref) else v for k, v in kwargs.items()}
    return Const(
        collections.namedtuple(
            *(evaluated.plain(lo, a) for a in given), **{k: evaluated.plain(lo, v) for k, v in options.items()}
        )
    )


def deque_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """collections.deque: a list with more methods; its greatest length is kept in its site."""
    longest = args[1] if len(args) > 1 else kwargs.get("maxlen", Const(None))
    if not isinstance(longest, Const):
        return lo.refuse("the greatest length of a deque must be known when deriving")
    made = making.list_at(lo, (), ("deque", longest.value, *lo.site(node)))
    if args:
        lists.extend(lo, made, args[0])
    return made


def is_deque(value: Any) -> bool | None:
    """Whether a list stands for a deque; None where it may be either."""
    if isinstance(value, Ref):
        sites = {value.site}
    else:
        sites = set(value.region.find().sites) if isinstance(value, Var) and value.region is not None else set()
    found = {isinstance(s, tuple) and bool(s) and s[0] == "deque" for s in sites}
    return None if len(found) > 1 else True in found


def defaultdict_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """collections.defaultdict: a dict that knows what makes a missing item."""
    made = dict_(lo, args[1:], kwargs, node)
    if args and args[0] != Const(None):
        lo.factories[made.id] = args[0]
    return made


def counter_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """collections.Counter of values known when deriving."""
    items = unpacking.spread(lo, args[0]) if args else ()
    if kwargs or not all(isinstance(i, Const) for i in items):
        return lo.refuse("a Counter of computed values is not followed")
    made = lo.new(dict, {k: Const(n) for k, n in collections.Counter(i.value for i in items).items()})
    lo.factories[made.id] = Const(int)
    return made


HANDLERS: dict[Any, Handler] = {
    list: list_,
    tuple: tuple_,
    dict: dict_,
    set: set_,
    frozenset: set_,
    slice: slice_,
    collections.deque: deque_,
    collections.namedtuple: namedtuple_,
    collections.defaultdict: defaultdict_,
    collections.OrderedDict: dict_,
    collections.Counter: counter_,
}
