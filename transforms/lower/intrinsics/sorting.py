"""sorted: known ranks when deriving, a short list by exchanging neighbours, a long one by np.argsort."""

from __future__ import annotations

import operator
from typing import Any

import gast
import numpy as np

from transforms import ir, kinds
from transforms.lower.calls import calling
from transforms.lower.containers import lists, making, numeric, reading, unpacking
from transforms.lower.intrinsics.handler import Handler
from transforms.lower.loops import bodies, iterating, pushing
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import FALSE, TRUE, Const, Iter, Var


def sorted_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """Sorting: known values when deriving, an array by np.sort."""
    key = kwargs.get("key", Const(None))
    down = kwargs.get("reverse", FALSE)
    if isinstance(args[0], Var) and args[0].kind.base == "array" and key == Const(None):
        ordered = lo.apply(np.sort, args[0])
        return reading.get_item(lo, ordered, ir.Slice(Const(None), Const(None), Const(-1))) if down == TRUE else ordered
    if (
        numeric.number_list(args[0])
        and isinstance(args[0].kind.item, kinds.Kind)
        and args[0].kind.item.scalar
        and key == Const(None)
    ):
        return order_of(lo, args[0], key, down, node)
    if key != Const(None) and (isinstance(args[0], Var) or unknown_range(args[0])):
        return order_of(lo, args[0], key, down, node)
    if isinstance(args[0], Iter) and args[0].kind in pushing.PUSHED:
        return sorted_(lo, (making.realised(lo, args[0]),), kwargs, node)
    items = unpacking.spread(lo, args[0])
    ranks = [i if key == Const(None) else calling.call(lo, key, (i,), {}, node) for i in items]
    if all(_plain(r) for r in ranks) and isinstance(down, Const):
        order = sorted(range(len(items)), key=lambda i: _python(ranks[i]), reverse=bool(down.value))
        return lo.new(list, tuple(items[i] for i in order), lo.site(node) if node is not None else None)
    if len(items) > LONGEST_NETWORK:
        return lo.refuse("sorting by so many computed values is not followed here", "use np.sort or np.argsort")
    return network(lo, items, ranks, down, node)


LONGEST_NETWORK = 24


def unknown_range(value: Any) -> bool:
    return isinstance(value, Iter) and value.kind == "range" and not all(isinstance(p, Const) for p in value.parts)


def network(lo: Lowering, items: tuple, ranks: list[Any], down: Any, node: Any) -> Any:
    """A short list, sorted by exchanging neighbours whose ranks are the wrong way round."""
    from transforms.lower.expressions.comparisons import comparison

    if not isinstance(down, Const):
        return lo.refuse("whether a list is sorted backwards must be known when deriving")
    values = list(zip(ranks, items, strict=True))
    for last in range(len(values) - 1, 0, -1):
        for i in range(last):
            a, b = values[i], values[i + 1]
            swap = lo.truth(comparison(lo, gast.Gt if down.value else gast.Lt, b[0], a[0]))
            values[i], values[i + 1] = lo.branch(swap, lambda a=a, b=b: (b, a), lambda a=a, b=b: (a, b))
    return lo.new(list, tuple(item for _, item in values), lo.site(node) if node is not None else None)


def order_of(lo: Lowering, items: Any, key: Any, down: Any, node: Any) -> Any:
    """`sorted(items, key=key)` of as many items as there are at run time: by np.argsort of their ranks.

    The items themselves are put in order, and stay what they are: an array of them would make Python's floats NumPy's.
    """
    if not isinstance(down, Const):
        return lo.refuse("whether a list is sorted backwards must be known when deriving")
    ranks = items if key == Const(None) else making.listed_at(lo, Iter("map", (key, items)), (*lo.site(node), "ranks"))
    kind = ranks.kind.item
    if not (isinstance(kind, kinds.Kind) and kind.scalar and kind.numeric):
        return lo.refuse("sorting by ranks that are no numbers is not followed here")
    ranks = lo.apply(np.array, ranks)
    order = lo.apply(np.argsort, lo.apply(operator.neg, ranks) if down.value else ranks, kind=Const("stable"))
    made = making.dynamic_list(lo, (), (*lo.site(node), "sorted"))
    trip = lambda i: lists.append(lo, made, (at_position(lo, items, i),), {}, node)  # noqa: E731
    iterating.iterate(lo, order, bodies.in_frame(lo, lo.frame, trip), node)
    return made


def at_position(lo: Lowering, items: Any, i: Any) -> Any:
    """The item of a range, array or list at a position."""
    if not isinstance(items, Iter):
        return reading.get_item(lo, items, i)
    start, _, step = items.parts
    return lo.apply(operator.add, start, lo.apply(operator.mul, i, step))


def _plain(value: Any) -> bool:
    return isinstance(value, Const) or isinstance(value, tuple) and all(map(_plain, value))


def _python(value: Any) -> Any:
    return tuple(map(_python, value)) if isinstance(value, tuple) else value.value


HANDLERS: dict[Any, Handler] = {sorted: sorted_}
