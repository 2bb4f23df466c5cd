"""What goes through items one after the other: sum, min, max, any, all, reduce, accumulate."""

from __future__ import annotations

import functools
import itertools
import math
import operator
import types
from collections.abc import Callable
from typing import Any

import gast

from transforms import ir
from transforms.lower.calls import calling, primitives
from transforms.lower.containers import lists, making, reading
from transforms.lower.intrinsics.handler import Handler
from transforms.lower.loops import bodies, iterating, pushing, sequences
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import TRUE, UNDEFINED, Cell, Const, Iter, Var


def fold(lo: Lowering, iterable: Any, start: Any, combine: Callable[[Any, Any], Any], node: Any) -> Any:
    """Left fold over anything that can be iterated; the accumulator is a cell."""
    if start is UNDEFINED:
        start, iterable = first_and_rest(lo, iterable)
    cell = lo.new(Cell, (start,))
    frame = lo.frame

    def trip(item: Any) -> None:
        held = lo.content(cell)[0]
        lo.put(cell, (item if held == NOTHING else combine(held, item),))

    iterating.iterate(lo, iterable, bodies.in_frame(lo, frame, trip), node)
    found = lo.content(cell)[0]
    return lo.refuse("an empty sequence has no least or greatest item") if found == NOTHING else found


def first_and_rest(lo: Lowering, iterable: Any) -> tuple[Any, Any]:
    """The first item and what follows, where that can be had; else a mark that nothing has been seen."""
    if isinstance(iterable, Var) and (iterable.kind.base == "list" or iterable.kind.ndim):
        rest = ir.Slice(Const(1), Const(None), Const(None))
        return reading.get_item(lo, iterable, Const(0)), reading.get_item(lo, iterable, rest)
    if isinstance(iterable, Iter) and iterable.kind in pushing.PUSHED:
        return first_and_rest(lo, making.realised(lo, iterable))
    return NOTHING, iterable


NOTHING = Const(object())


def sum_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    from transforms.lower.expressions.arithmetic import binary

    start = args[1] if len(args) > 1 else kwargs.get("start", Const(0))
    return fold(lo, args[0], start, lambda a, b: binary(lo, operator.add, a, b), node)


def extremum(fn: Any, op: Any) -> Handler:
    """min or max of several arguments or of an iterable, as Python finds it: the first of equals."""

    def handler(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
        from transforms.lower.expressions.comparisons import comparison

        key = kwargs.get("key", Const(None))
        items = args if len(args) > 1 else None
        if items is not None and all(isinstance(i, Const) for i in items) and key == Const(None):
            return Const(fn(*(i.value for i in items)))

        def value_of(item: Any) -> Any:
            return item if key == Const(None) else calling.call(lo, key, (item,), {}, node)

        def better(held: Any, item: Any) -> Any:
            cond = comparison(lo, op, value_of(item), value_of(held))
            return lo.branch(lo.truth(cond), lambda: item, lambda: held)

        if items is not None and len(items) == 2 and key == Const(None) and all(map(_number, items)):
            return lo.apply(fn, *items)
        start = kwargs.get("default", UNDEFINED) if items is None else UNDEFINED
        return fold(lo, items if items is not None else args[0], start, better, node)

    return handler


def _number(value: Any) -> bool:
    return isinstance(value, Const) or isinstance(value, Var) and value.kind.scalar


def any_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return first_truth(lo, args[0], True, node)


def all_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return first_truth(lo, args[0], False, node)


def first_truth(lo: Lowering, iterable: Any, wanted: bool, node: Any) -> Any:
    """Whether one item's truth is `wanted`: the items after it are not looked at."""
    cell, frame = lo.new(Cell, (Const(not wanted),)), lo.frame

    def stop() -> None:
        lo.put(cell, (Const(wanted),))
        lo.frame.exits["break"] = TRUE

    def trip(item: Any) -> None:
        sides = (stop, lambda: None) if wanted else (lambda: None, stop)
        lo.branch(lo.truth(item), *sides)

    loop = types.SimpleNamespace(orelse=[])
    bodies.looped(lo, loop, lambda: iterating.iterate(lo, iterable, bodies.in_frame(lo, frame, trip), node))
    return lo.content(cell)[0]


def reduce_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    start = args[2] if len(args) > 2 else UNDEFINED
    return fold(lo, args[1], start, lambda a, b: calling.call(lo, args[0], (a, b), {}, node), node)


def accumulate_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """itertools.accumulate as the list of its items."""
    from transforms.lower.expressions.arithmetic import binary

    func = args[1] if len(args) > 1 else kwargs.get("func", Const(None))
    made = making.new_list(lo, (), node)
    cell = lo.new(Cell, (kwargs.get("initial", UNDEFINED),))
    if "initial" in kwargs:
        lists.append(lo, made, (kwargs["initial"],), {}, node)

    def combine(held: Any, item: Any) -> Any:
        return (
            binary(lo, operator.add, held, item)
            if func == Const(None)
            else calling.call(lo, func, (held, item), {}, node)
        )

    items = args[0]
    sequence = sequences.Sequence.of(lo, items)
    if sequence is not None and not isinstance(sequence.length, int) and isinstance(items, Var):
        first = reading.get_item(lo, items, Const(0))
        lo.put(cell, (first,))
        lists.append(lo, made, (first,), {}, node)
        items = reading.get_item(lo, items, ir.Slice(Const(1), Const(None), Const(None)))

    def trip(item: Any) -> None:
        held = lo.content(cell)[0]
        new = item if held is UNDEFINED else combine(held, item)
        lo.put(cell, (new,))
        lists.append(lo, made, (new,), {}, node)

    iterating.iterate(lo, items, bodies.in_frame(lo, lo.frame, trip), node)
    return made


def prod_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """math.prod of numbers: one after the other, as it does; of an array it has a rule."""
    if isinstance(args[0], Var) and args[0].kind.base == "array" or isinstance(args[0], (Const, tuple)):
        return primitives.primitive(lo, math.prod, args, kwargs)
    from transforms.lower.expressions.arithmetic import binary

    return fold(lo, args[0], kwargs.get("start", Const(1)), lambda a, b: binary(lo, operator.mul, a, b), node)


HANDLERS: dict[Any, Handler] = {
    sum: sum_,
    min: extremum(min, gast.Lt),
    max: extremum(max, gast.Gt),
    any: any_,
    all: all_,
    math.prod: prod_,
    functools.reduce: reduce_,
    itertools.accumulate: accumulate_,
}
