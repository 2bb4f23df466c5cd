"""Methods of lists: `L.append(x)` of a list known item by item, or at run time."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from tensor.attributes import method as method_of
from transforms import ir, kinds
from transforms.lower.containers import attempts, deques, making, numeric, reading, unpacking, writing
from transforms.lower.failures.contexts import known as surely_raise
from transforms.lower.loops import bodies, iterating
from transforms.lower.outside import through, written
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Iter, Ref, Var


def append(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    if isinstance(value, Ref):
        if not isinstance(lo.heap[value.id], written.Unread):
            lo.put(value, (*lo.content(value), args[0]))
        through.changed(lo, value, "append", args[0])
        if isinstance(lo.heap[value.id], written.Unread):
            return Const(None)
    else:
        making.admit(lo, value, args[0])
        lo.emit(ir.Apply(None, method_of("append"), (value, making.item_operand(lo, args[0])), effect=True, loc=lo.loc))
    deques.shorten(lo, value, Const(0))
    return Const(None)


def extend(lo: Lowering, value: Any, items: Any) -> Any:
    iterating.iterate(lo, items, lambda item: append(lo, value, (item,), {}, None), lo.loc and lo.loc.node)
    return Const(None)


def pop(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    at = args[0] if args else Const(-1)
    if isinstance(value, Ref):
        if not isinstance(at, Const):
            attempts.make_dynamic(lo, value)
        items = list(lo.content(value))
        if not items:
            attempts.make_dynamic(lo, value)
        try:
            found = items.pop(at.value)
        except IndexError as error:
            return surely_raise(lo, error)
        through.put_items(lo, value, tuple(items))
        return found
    out = making.item_vars(lo, value)
    operands = (value,) if not args else (value, lo.operand(at))
    lo.emit(ir.Apply(out, method_of("pop"), operands, effect=True, loc=lo.loc))
    return out


def insert(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    if isinstance(value, Ref):
        if not isinstance(args[0], Const):
            attempts.make_dynamic(lo, value)
        items = list(lo.content(value))
        items.insert(args[0].value, args[1])
        through.put_items(lo, value, tuple(items))
        return Const(None)
    making.admit(lo, value, args[1])
    operands = (value, lo.operand(args[0]), making.item_operand(lo, args[1]))
    lo.emit(ir.Apply(None, method_of("insert"), operands, effect=True, loc=lo.loc))
    return Const(None)


def reorder(lo: Lowering, value: Any, items: tuple) -> Any:
    through.put_items(lo, value, items)
    return Const(None)


def exchange_ends(lo: Lowering, holder: Var) -> Any:
    """`L.reverse()`: the items from both ends are exchanged."""
    size = lo.apply(len, holder)
    last = lo.apply(operator.sub, size, Const(1))

    def trip(i: Any) -> None:
        j = lo.apply(operator.sub, last, i)
        a, b = reading.operand_item(lo, holder, i), reading.operand_item(lo, holder, j)
        writing.set_item(lo, holder, i, b)
        writing.set_item(lo, holder, j, a)

    half = Iter("range", (Const(0), lo.apply(operator.floordiv, size, Const(2)), Const(1)))
    iterating.iterate(lo, half, bodies.in_frame(lo, lo.frame, trip), lo.loc and lo.loc.node)
    return Const(None)


def reverse(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    if isinstance(value, Var):
        return exchange_ends(lo, value)
    return reorder(lo, value, lo.content(value)[::-1])


def sort_operand(lo: Lowering, holder: Var, kwargs: dict, node: Any) -> Any:
    """`L.sort()` of a list at run time: its items are written in their order."""
    from transforms.lower.intrinsics.sorting import sorted_

    ordered = sorted_(lo, (holder,), kwargs, node)
    trip = bodies.in_frame(
        lo, lo.frame, lambda i: writing.set_item(lo, holder, i, reading.operand_item(lo, ordered, i))
    )
    iterating.iterate(lo, Iter("range", (Const(0), lo.apply(len, holder), Const(1))), trip, node)
    return Const(None)


def sort(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    from transforms.lower.intrinsics.sorting import sorted_

    if isinstance(value, Var):
        return sort_operand(lo, value, kwargs, node)
    ordered = sorted_(lo, (value,), kwargs, node)
    return reorder(lo, value, lo.content(ordered))


def remove(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    if isinstance(value, Var):
        attempts.prefer_known(lo, value, "removing an item of this list by value is not followed")
    items = lo.content(value) if isinstance(value, Ref) else ()
    for at, item in enumerate(items):
        if item is args[0] or isinstance(item, Const) and item == args[0]:
            if all(isinstance(i, Const) for i in items[: at + 1]) or at == 0:
                return reorder(lo, value, (*items[:at], *items[at + 1 :]))
    return lo.refuse("removing an item of a list by value is not followed", "delete it by its position")


def clear(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    if isinstance(value, Var):
        attempts.prefer_known(lo, value, "clearing this list is not followed")
    lo.put(value, {} if value.cls is dict else ())
    through.changed(lo, value, "clear")
    return Const(None)


def copy(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    if isinstance(value, Var):
        return reading.operand_item(lo, value, ir.Slice(Const(None), Const(None), Const(None)))
    return lo.new(value.cls, lo.content(value), lo.site(node) if node is not None else None)


def looked_up(lo: Lowering, value: Any, args: tuple, name: str) -> Any:
    """`L.index(v)` or `L.count(v)` of a list of numbers at run time: a position, which carries no derivative."""
    if not (isinstance(value, Var) and all(k.numeric and k.scalar for k in numeric.leaf_kinds(value.kind.item))):
        return None
    out = lo.var(kinds.INT)
    lo.emit(ir.Apply(out, method_of(name), (value, *map(lo.operand, args)), effect=name == "index", loc=lo.loc))
    return out


def count(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    found = looked_up(lo, value, args, "count")
    if found is not None:
        return found
    items = unpacking.spread(lo, value)
    if all(isinstance(i, Const) for i in (*items, args[0])):
        return Const(sum(i == args[0] for i in items))
    return lo.refuse("counting computed values is not followed")


def index(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    found = looked_up(lo, value, args, "index")
    if found is not None:
        return found
    items = unpacking.spread(lo, value)
    if all(isinstance(i, Const) for i in (*items, *args)):
        try:
            return Const([i.value for i in items].index(*(a.value for a in args)))
        except ValueError as error:
            return surely_raise(lo, error)
    return lo.refuse("the position of a computed value is not followed", "use an array and np.argmax or np.flatnonzero")


METHODS: dict[tuple[str, str], Callable[..., Any]] = {
    ("list", "append"): append,
    ("list", "extend"): lambda lo, value, args, kwargs, node: extend(lo, value, args[0]),
    ("list", "pop"): pop,
    ("list", "insert"): insert,
    ("list", "reverse"): reverse,
    ("list", "sort"): sort,
    ("list", "remove"): remove,
    ("list", "clear"): clear,
    ("list", "copy"): copy,
    ("list", "count"): count,
    ("list", "index"): index,
    ("tuple", "count"): count,
    ("tuple", "index"): index,
    ("dict", "copy"): copy,
    ("dict", "clear"): clear,
    ("set", "copy"): copy,
    ("set", "clear"): clear,
}
