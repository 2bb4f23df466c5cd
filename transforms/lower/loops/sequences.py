"""Sequences: what has a length and items by index, known when deriving or at run time."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from transforms.lower.calls import calling
from transforms.lower.containers import reading, sets, unpacking
from transforms.lower.loops import lengths, unrolling
from transforms.lower.objects import array_attributes
from transforms.lower.outside import outer
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import wrapping
from transforms.lower.values import Const, Iter, Lost, Ref, Var
from transforms.lower.views import flat


class Sequence:
    """Something with a length and items by index: known (an int) or an operand."""

    def __init__(self, length: Any, item: Callable[[Any], Any], bounds: Any = None, end: Any = None) -> None:
        self.length = length
        self.item = item
        self.bounds = bounds
        self.end = end or (lambda body: None)  # checks that the items are what they were, given the loop's body

    @staticmethod
    def of(lo: Lowering, value: Any) -> Sequence | None:
        if isinstance(value, Const):
            value = unpacking.outside(lo, value)
        if isinstance(value, array_attributes.Shape) or isinstance(value, tuple):
            return Sequence(len(value), lambda i: value[i])
        if wrapping.iterated(value):
            array = Sequence.of(lo, wrapping.entries(lo, value))
            place = lambda i: Const(i) if isinstance(i, int) else i  # noqa: E731
            return array and Sequence(array.length, lambda i: reading.get_item(lo, value, place(i)))
        if isinstance(value, Ref):
            return _content(lo, value)
        if isinstance(value, Const) and isinstance(value.value, (str, tuple, list, dict, set, frozenset, range)):
            outer.structure(lo, value.value)
            held = list(value.value)
            if len(held) <= unrolling.LONGEST_UNROLLED:
                return Sequence(len(held), lambda i: lo.lift(held[i]))
            return None
        if isinstance(value, Var) and (
            value.kind.base == "list" or value.kind.base == "array" and value.kind.ndim != 0
        ):
            known = lo.extent(value)
            length = known.value if known is not None else lo.apply(len, value)
            return Sequence(
                length,
                lambda i: reading.get_item(lo, value, Const(i) if isinstance(i, int) else i),
                end=lambda body: lengths.check_length(lo, value, length, body),
            )
        if isinstance(value, Iter):
            found = SEQUENCES[value.kind](lo, value) if value.kind in SEQUENCES else None
            if found is not None:
                lo.use_up(value)
            return found
        return None


def _content(lo: Lowering, value: Ref) -> Sequence | None:
    """The items of a set, list or dict that is known when deriving."""
    if value.cls is set:
        if value.origin is not None:
            lo.refuse("a set from outside is written and iterated over: this is not followed")
        ordered = sets.in_set_order(unpacking.followed(lo, value))
        return Sequence(len(ordered), lambda i: ordered[i])
    if value.cls is list:
        items = lo.content(value)
        return (
            None
            if isinstance(items, Lost)
            else Sequence(
                len(items),
                lambda i: lengths.live_items(lo, value, len(items))[i],
                end=lambda body: lengths.live_items(lo, value, len(items)),
            )
        )
    if value.cls is dict:
        keys = tuple(map(Const, lo.content(value)))
        return Sequence(len(keys), lambda i: keys[i])
    return None


def _range(lo: Lowering, value: Iter) -> Sequence | None:
    start, stop, step = value.parts
    length: Any = "unknown"
    if all(isinstance(p, Const) for p in value.parts):
        known = range(start.value, stop.value, step.value)
        if len(known) == 0:
            return Sequence(0, lambda i: Const(0))
    return Sequence(length, lambda i: i, bounds=(start, stop, step))


def length_of(lo: Lowering, sequence: Sequence) -> Any:
    """The length as an operand."""
    if sequence.bounds is not None:
        start, stop, step = sequence.bounds[-3:]
        if start == Const(0) and step == Const(1):
            return stop
        return lo.apply(len, lo.apply_operands(range, (start, stop, step), {}))
    return sequence.length


def position(lo: Lowering, sequence: Sequence, i: Any) -> Any:
    """The item at position i (an operand) of a range."""
    if sequence.bounds is None:
        return sequence.item(i)
    if sequence.bounds[0] == "reversed":
        i = lo.apply(operator.sub, lo.apply(operator.sub, length_of(lo, sequence), Const(1)), i)
    start, _, step = sequence.bounds[-3:]
    scaled = i if step == Const(1) else lo.apply(operator.mul, i, step)
    return scaled if start == Const(0) else lo.apply(operator.add, start, scaled)


def _zip(lo: Lowering, value: Iter) -> Sequence | None:
    parts = [Sequence.of(lo, p) for p in value.parts]
    if any(p is None for p in parts) or not parts:
        return None if parts else Sequence(0, lambda i: ())
    sequences = [p for p in parts if p is not None]
    known = [p.length for p in sequences if isinstance(p.length, int)]
    item = lambda i: tuple(_item_at(lo, p, i) for p in sequences)  # noqa: E731
    if known and (len(known) == len(sequences) or min(known) <= unrolling.LONGEST_UNROLLED):
        if len(known) == len(sequences):
            return Sequence(min(known), item, end=lambda body: [p.end(body) for p in sequences])
        return None
    lengths = [length_of(lo, p) for p in sequences]
    shortest = lengths[0]
    for other in lengths[1:]:
        shortest = shortest if shortest is other else lo.apply(min, shortest, other)
    return Sequence(shortest, item, end=lambda body: [p.end(body) for p in sequences])


def _item_at(lo: Lowering, sequence: Sequence, i: Any) -> Any:
    return sequence.item(i) if isinstance(i, int) else position(lo, sequence, i)


def _enumerate(lo: Lowering, value: Iter) -> Sequence | None:
    inner = Sequence.of(lo, value.parts[0])
    if inner is None:
        return None
    start = value.parts[1]

    def item(i: Any) -> Any:
        at = Const(i) if isinstance(i, int) else i
        count = at if start == Const(0) else lo.apply(operator.add, start, at) if start != Const(0) else at
        return (count, _item_at(lo, inner, i))

    return Sequence(inner.length if isinstance(inner.length, int) else length_of(lo, inner), item, end=inner.end)


def _reversed(lo: Lowering, value: Iter) -> Sequence | None:
    inner = Sequence.of(lo, value.parts[0])
    if inner is None:
        return None
    if isinstance(inner.length, int):
        return Sequence(inner.length, lambda i: inner.item(inner.length - 1 - i))
    if inner.bounds is not None:
        return Sequence("unknown", lambda i: i, bounds=("reversed", *inner.bounds))
    length = inner.length
    last = lo.apply(operator.sub, length, Const(1))
    return Sequence(length, lambda i: inner.item(lo.apply(operator.sub, last, i)))


def mapped(lo: Lowering, value: Iter) -> Sequence | None:
    func, *iterables = value.parts
    inner = _zip(lo, Iter("zip", tuple(iterables)))
    if inner is None:
        return None
    return Sequence(inner.length, lambda i: calling.call(lo, func, inner.item(i), {}, None), end=inner.end)


def _view(lo: Lowering, value: Iter) -> Sequence:
    """A dict's keys, values or items, as they are when they are reached."""
    held, item = value.parts
    keys = tuple(lo.content(held))
    return Sequence(len(keys), lambda i: item(keys[i]), end=lambda body: lengths.live_items(lo, held, len(keys)))


def _flat(lo: Lowering, value: Iter) -> Sequence:
    """The entries of an array, each as it is when it is reached."""
    return Sequence(flat.size(lo, value), lambda i: flat.get(lo, value, i))


def counted_part(value: Iter) -> Any:
    """The array whose length a strided view has, or the memory of an array."""
    return value.parts[0 if value.kind == "memory" else 1]


def _seen(lo: Lowering, value: Iter) -> Sequence:
    """The entries or rows of a strided view, or of the memory of an array."""
    array = counted_part(value)
    known = lo.extent(array)
    length = lo.apply(len, array) if known is None else known.value
    return Sequence(length, lambda i: reading.get_item(lo, value, i if isinstance(i, Var) else Const(i)))


SEQUENCES: dict[str, Callable[..., Sequence | None]] = {
    "flat": _flat,
    "strided": _seen,
    "memory": _seen,
    "view": _view,
    "range": _range,
    "zip": _zip,
    "enumerate": _enumerate,
    "reversed": _reversed,
    "map": mapped,
}
