"""Taking values apart whose number of items is known when deriving: `a, b = x`, `f(*x)`, `{**x}`."""

from __future__ import annotations

import operator
from typing import Any

from transforms import ir, kinds
from transforms.lower.containers import attempts, making, reading
from transforms.lower.loops import begun, iterating, pushing, sequences, unrolling
from transforms.lower.operations import unpack
from transforms.lower.outside import outer
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Iter, Lost, Ref, Var


def key(lo: Lowering, value: Any) -> Any:
    """A dict key known when deriving."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, tuple):
        return tuple(key(lo, v) for v in value)
    return lo.refuse(
        "a dict is used with a computed key, which is not followed", "use a list or an array for computed positions"
    )


def mapping(lo: Lowering, value: Any) -> dict[Any, Any]:
    """The items of a dict, for ** and update."""
    value = lo.followed(value)
    if isinstance(value, Const):
        value = outside(lo, value)
    if isinstance(value, Ref) and value.cls is dict:
        return dict(lo.content(value))
    if isinstance(value, Const) and isinstance(value.value, dict):
        outer.structure(lo, value.value)
        return {k: outer.item(lo, value.value, k, str(k)) for k in value.value}
    items = listed(lo, value)
    return {key(lo, k): v for k, v in items}


def outside(lo: Lowering, value: Const) -> Any:
    """A list, tuple or dict that exists already, item by item where it is short, as a list at run time where not."""
    if lo.followed(value) is not value:
        return lo.followed(value)
    held = value.value
    if isinstance(held, (list, tuple)) and not hasattr(held, "_fields"):
        outer.structure(lo, held)
        lo.read_outside[id(held)] = held
        if len(held) <= unrolling.LONGEST_UNROLLED:
            return tuple(outer.item(lo, held, i, f"item_{i}") for i in range(len(held)))
        kind = kinds.list_kind(list(held))
        if kind.base == "list":
            return outer.number(lo, (id(held), "list"), lambda: held, kind, "items")
    return value


def listed(lo: Lowering, value: Any) -> tuple[Any, ...]:
    """The items of a sequence whose length is known."""
    return spread(lo, value)


def spread(lo: Lowering, value: Any) -> tuple[Any, ...]:
    """The items of an iterable whose number is known when deriving."""
    if isinstance(value, Iter) and value.kind in pushing.PUSHED:
        holder = lo.new(list, (), None)
        iterating.iterate(lo, value, lambda item: lo.put(holder, (*followed(lo, holder), item)), None)
        return followed(lo, holder)
    if isinstance(value, Iter) and value.kind == "range" and all(isinstance(p, Const) for p in value.parts):
        return tuple(map(Const, range(*(p.value for p in value.parts))))
    if isinstance(value, Var) and value.kind.base == "list":
        attempts.prefer_known(lo, value, "the number of items of this list is not known when deriving")
    if isinstance(value, Ref) and value.cls is begun.Iterator:
        return rest_of(lo, value)
    items = iterating.items_of_object(lo, value, None)
    if items is not None:
        return spread(lo, items)
    sequence = sequences.Sequence.of(lo, value)
    if sequence is None or not isinstance(sequence.length, int):
        return lo.refuse(f"the number of items of {lo.describe(value)} is not known when deriving")
    return tuple(sequence.item(i) for i in range(sequence.length))


def rest_of(lo: Lowering, held: Ref) -> tuple[Any, ...]:
    """The items that are left in an iterator, which is used up."""
    source, at = begun.iterator_state(lo, held)
    if not isinstance(source, tuple):
        return lo.refuse("the number of items left in an iterator is not known when deriving")
    lo.put(held, {**lo.content(held), "at": Const(max(len(source), at.value))})
    return source[at.value :]


def followed(lo: Lowering, holder: Ref) -> tuple[Any, ...]:
    """The items of a list, whose number must not depend on computed values."""
    items = lo.content(holder)
    if isinstance(items, Lost):
        lo.refuse("the number of items here depends on computed values: this is not followed")
    return items


def unpacked(lo: Lowering, value: Any, number: int, starred: bool) -> tuple[Any, ...]:
    """The items of a value that is taken apart into `number` targets."""
    if isinstance(value, Var) and not starred:
        return unpack_operand(lo, value, number)
    if isinstance(value, Ref) and value.cls is list or isinstance(value, tuple):
        return lo.content(value) if isinstance(value, Ref) else tuple(value)
    return spread(lo, value)


def unpack_starred(lo: Lowering, value: Var, before: int, after: int, node: Any) -> tuple[Any, ...]:
    """The items of a list at run time or of an array for targets of which one is starred: that one gets a list."""
    ends = [reading.operand_item(lo, value, Const(i)) for i in (*range(before), *range(-after, 0))]
    stop = Const(-after) if after else Const(None)
    middle = reading.operand_item(lo, value, ir.Slice(Const(before), stop, Const(None)))
    if value.kind.base == "array":
        middle = making.listed_at(lo, middle, (*lo.site(node), "starred"))
    return (*ends[:before], middle, *ends[before:])


def unpack_operand(lo: Lowering, value: Var, number: int) -> tuple[Any, ...]:
    if value.kind.base == "object":
        outs = tuple(lo.var(kinds.OBJECT) for _ in range(number))
    elif value.kind.base == "list":
        outs = tuple(making.item_vars(lo, value) for _ in range(number))
    else:
        first = kinds.infer(operator.getitem, (value, Const(0)), {})
        kind = first.kind if first is not None else kinds.Kind("array", value.kind.dtype, None)
        outs = tuple(lo.vars_of(kind, "", value.region) for _ in range(number))
    lo.emit(ir.Apply(outs, unpack, (value,), loc=lo.loc))
    return outs
