"""range, zip, map, filter, iter, next and the like: what is iterated over, and one step of it."""

from __future__ import annotations

import itertools
import operator
import types
from typing import Any

from transforms import ir
from transforms.lower.calls import calling
from transforms.lower.containers import reading, unpacking, updating
from transforms.lower.intrinsics import combinations, iterators
from transforms.lower.intrinsics.handler import Handler
from transforms.lower.loops import begun, bodies, iterating, pushing
from transforms.lower.objects import attributes, model
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import TRUE, UNDEFINED, Cell, Choice, Const, Iter, Ref, Var


def range_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    args = tuple(lo.settle(a) if isinstance(a, Choice) else a for a in args)
    start, stop, step = (Const(0), args[0], Const(1)) if len(args) == 1 else (*args, Const(1))[:3]
    return Iter("range", (start, stop, step))


def zip_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.iterator("zip", args)


def enumerate_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.iterator("enumerate", (args[0], args[1] if len(args) > 1 else kwargs.get("start", Const(0))))


def reversed_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.iterator("reversed", args)


def map_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.iterator("map", args)


def filter_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.iterator("filter", args)


def chain_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.iterator("chain", args)


def chain_from(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.iterator("chain", unpacking.spread(lo, args[0]))


def pairwise_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """itertools.pairwise: of an array or list at run time, its items zipped with those after the first."""
    if isinstance(args[0], Var):
        after = reading.get_item(lo, args[0], ir.Slice(Const(1), Const(None), Const(None)))
        return Iter("zip", (args[0], after))
    return combinations.combined(itertools.pairwise)(lo, args, kwargs, node)


def islice_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    endless = isinstance(args[0], Iter) and args[0].kind in pushing.PUSHED
    if endless and len(args) == 2 and args[1] != Const(None):
        return iterators.generated(lo, iterators.islice, *args)
    items = unpacking.spread(lo, args[0])
    return tuple(itertools.islice(items, *(a.value for a in args[1:])))


def iter_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """An iterator: over items known in number, or over an array or list by position."""
    held = args[0]
    if isinstance(held, Ref) and held.cls is begun.Iterator or isinstance(held, Iter) and held.kind in pushing.PUSHED:
        return held
    cls = model.user_class(held)
    if cls is not None and not isinstance(held, tuple) and model.lookup(cls, "__iter__") is not UNDEFINED:
        return calling.call(lo, attributes.get_attribute(lo, held, "__iter__"), (), {}, node)
    if len(args) > 1:
        return lo.refuse("iter with a sentinel is not followed", "write it as a while loop")
    by_position = isinstance(held, Var) and (held.kind.base == "list" or held.kind.base == "array" and held.kind.ndim)
    live = by_position or isinstance(held, Ref) and held.cls is list
    source = held if live else tuple(unpacking.spread(lo, held))
    return lo.new(begun.Iterator, {"source": source, "at": Const(0)})


def next_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    held = args[0]
    if isinstance(held, Iter) and len(args) > 1:
        return first_of(lo, held, args[1], node)
    if not isinstance(held, Ref) or held.cls is not begun.Iterator:
        cls = model.user_class(held)
        if cls is not None and model.lookup(cls, "__next__") is not UNDEFINED and len(args) == 1:
            return calling.call(lo, attributes.get_attribute(lo, held, "__next__"), (), {}, node)
        return only_next(lo, held)
    source, at = begun.iterator_state(lo, held)
    if isinstance(source, tuple) and at.value >= len(source):
        return args[1] if len(args) > 1 else lo.refuse("next of an exhausted iterator")
    if isinstance(source, Var) and len(args) > 1:
        return lo.refuse("next with a default of an iterator over an array or list is not followed")
    lo.put(held, {**lo.content(held), "at": lo.apply(operator.add, at, Const(1))})
    return source[at.value] if isinstance(source, tuple) else reading.get_item(lo, source, at)


def only_next(lo: Lowering, held: Any) -> Any:
    """The first item of a generator that does nothing but compute: the others are worked out, and not used."""
    if not isinstance(held, Iter) or held.kind not in pushing.PUSHED:
        return lo.refuse("next of this is not followed")
    before, heap = len(lo.block.stmts), dict(lo.heap)
    items = unpacking.spread(lo, held)
    changed = any(lo.heap.get(k) is not v for k, v in heap.items() if k is not held)
    if changed or any(updating.writes(s) for s in lo.block.stmts[before:]):
        return lo.refuse(
            "next of a generator that changes something is not followed", "iterate over it with a for loop"
        )
    return items[0] if items else lo.refuse("next of an empty iterator")


def first_of(lo: Lowering, iterable: Any, default: Any, node: Any) -> Any:
    """`next(iterable, default)` of a generator that is used for nothing else."""
    cell, frame = lo.new(Cell, (default,)), lo.frame

    def trip(item: Any) -> None:
        lo.put(cell, (item,))
        lo.frame.exits["break"] = TRUE

    loop = types.SimpleNamespace(orelse=[])
    bodies.looped(lo, loop, lambda: iterating.iterate(lo, iterable, bodies.in_frame(lo, frame, trip), node))
    return lo.content(cell)[0]


HANDLERS: dict[Any, Handler] = {
    range: range_,
    zip: zip_,
    enumerate: enumerate_,
    reversed: reversed_,
    map: map_,
    filter: filter_,
    iter: iter_,
    next: next_,
    itertools.chain: chain_,
    itertools.chain.from_iterable: chain_from,
    itertools.islice: islice_,
    itertools.pairwise: pairwise_,
}
