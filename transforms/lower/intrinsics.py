"""Lowering of the builtins and library functions that organise a program: len, zip, sum, isinstance, functools, ...

Each handler takes `(lo, args, kwargs, node)`.  What only computes numbers is no intrinsic: the rule table has it.
"""

from __future__ import annotations

import collections
import contextlib
import copy
import dataclasses
import functools
import itertools
import math
import operator
import types
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from tensor import runtime
from tensor.attributes import attribute
from tensor.attributes import method as method_of
from transforms import ir, kinds
from transforms.analyse.memory import CHECKS
from transforms.lower import (
    calls,
    failures,
    flat,
    integers,
    iterators,
    loops,
    memoryviews,
    objects,
    outer,
    strided,
    subclasses,
    texts,
    threads,
    vectorized,
    written,
)
from transforms.lower.containers import lists, making, numeric, reading, unpacking, updating, writing
from transforms.lower.state import FALSE, TRUE, Lowering
from transforms.lower.values import UNDEFINED, Bound, Cell, Choice, Closure, Const, Iter, Partial, Ref, Var

Handler = Callable[[Lowering, tuple, dict[str, Any], Any], Any]


def find(fn: Any) -> Handler | None:
    """The handler of a callable, or None."""
    try:
        found = INTRINSICS.get(fn)
    except TypeError:
        return None
    if found is None and fn in runtime.STATIC:
        return lambda lo, args, kwargs, node: worked_out(lo, fn, args)
    if found is None and fn in CHECKS:
        return lambda lo, args, kwargs, node: checked(lo, fn, args)
    if found is None and threads.is_thread(fn):
        return threads.make
    if found is None:
        return derivative_of(fn)
    return found


def checked(lo: Lowering, fn: Any, args: tuple) -> Const:
    """A check that a text makes at run time: it stays where it is."""
    lo.emit(ir.Apply(None, fn, tuple(map(lo.operand, args)), effect=True, loc=lo.loc))
    return Const(None)


def derivative_of(fn: Any) -> Handler | None:
    """`ad`'s own operators mark their functions with what they are."""
    how = getattr(fn, "__derivative__", None)
    if how is None:
        return None
    from transforms.lower import derivatives

    return functools.partial(derivatives.operator, how)


def len_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = lo.followed(args[0])
    if isinstance(value, Choice):
        return lo.branch(
            value.cond, lambda: len_(lo, (value.then,), {}, node), lambda: len_(lo, (value.orelse,), {}, node)
        )
    if isinstance(value, tuple):
        return Const(len(value))
    if isinstance(value, Ref) and value.cls in (list, dict, set):
        content = lo.content(value)
        return lo.lost(content) if hasattr(content, "reason") else Const(len(content))
    if isinstance(value, Const) and isinstance(value.value, (str, bytes)):
        return Const(len(value.value))
    if isinstance(value, Const) and objects.user_class(value) is None:
        held = unpacking.outside(lo, value)
        if held is not value:
            return len_(lo, (held,), {}, node)
        outer.structure(lo, value.value)
        return Const(len(value.value))
    cls = objects.user_class(value)
    if cls is not None:
        return calls.call(lo, objects.get_attribute(lo, value, "__len__"), (), {}, node)
    if (known := lo.extent(value)) is not None:
        return known
    if flat.is_flat(value):
        return flat.size(lo, value)
    if strided.is_strided(value) or memoryviews.is_memory(value):
        return len_(lo, (loops.counted_part(value),), {}, node)
    if isinstance(value, Iter) and value.kind == "view":
        return len_(lo, value.parts, {}, node)
    if isinstance(value, Iter) and value.kind == "range":
        return lo.apply(len, lo.apply_operands(range, tuple(map(lo.operand, value.parts)), {}))
    return lo.apply(len, value)


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


def fold(lo: Lowering, iterable: Any, start: Any, combine: Callable[[Any, Any], Any], node: Any) -> Any:
    """Left fold over anything that can be iterated; the accumulator is a cell."""
    if start is UNDEFINED:
        start, iterable = first_and_rest(lo, iterable)
    cell = lo.new(Cell, (start,))
    frame = lo.frame

    def trip(item: Any) -> None:
        held = lo.content(cell)[0]
        lo.put(cell, (item if held == NOTHING else combine(held, item),))

    loops.iterate(lo, iterable, loops.in_frame(lo, frame, trip), node)
    found = lo.content(cell)[0]
    return lo.refuse("an empty sequence has no least or greatest item") if found == NOTHING else found


def first_and_rest(lo: Lowering, iterable: Any) -> tuple[Any, Any]:
    """The first item and what follows, where that can be had; else a mark that nothing has been seen."""
    if isinstance(iterable, Var) and (iterable.kind.base == "list" or iterable.kind.ndim):
        rest = ir.Slice(Const(1), Const(None), Const(None))
        return reading.get_item(lo, iterable, Const(0)), reading.get_item(lo, iterable, rest)
    if isinstance(iterable, Iter) and iterable.kind in loops.PUSHED:
        return first_and_rest(lo, making.realised(lo, iterable))
    return NOTHING, iterable


NOTHING = Const(object())


def sum_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    from transforms.lower.expressions import binary

    start = args[1] if len(args) > 1 else kwargs.get("start", Const(0))
    return fold(lo, args[0], start, lambda a, b: binary(lo, operator.add, a, b), node)


def extremum(fn: Any, op: Any) -> Handler:
    """min or max of several arguments or of an iterable, as Python finds it: the first of equals."""

    def handler(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
        from transforms.lower.expressions import comparison

        key = kwargs.get("key", Const(None))
        items = args if len(args) > 1 else None
        if items is not None and all(isinstance(i, Const) for i in items) and key == Const(None):
            return Const(fn(*(i.value for i in items)))

        def value_of(item: Any) -> Any:
            return item if key == Const(None) else calls.call(lo, key, (item,), {}, node)

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
    loops.looped(lo, loop, lambda: loops.iterate(lo, iterable, loops.in_frame(lo, frame, trip), node))
    return lo.content(cell)[0]


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
    if isinstance(args[0], Iter) and args[0].kind in loops.PUSHED:
        return sorted_(lo, (making.realised(lo, args[0]),), kwargs, node)
    items = unpacking.spread(lo, args[0])
    ranks = [i if key == Const(None) else calls.call(lo, key, (i,), {}, node) for i in items]
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
    from transforms.lower.expressions import comparison

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
    loops.iterate(lo, order, loops.in_frame(lo, lo.frame, trip), node)
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


def isinstance_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value, classes = args
    wanted = wanted_classes(lo, classes)
    if isinstance(value, Choice):
        return lo.branch(
            value.cond,
            lambda: isinstance_(lo, (value.then, classes), {}, node),
            lambda: isinstance_(lo, (value.orelse, classes), {}, node),
        )
    cls = type_of(lo, value)
    if cls is list and is_deque(value) is not False:
        return lo.refuse("the type of this deque or list is asked for: this is not followed")
    if cls is None or integers.mixed(lo, value) and integers.told_apart(cls, wanted):
        out = lo.var(kinds.BOOL)
        lo.emit(ir.Apply(out, isinstance, (lo.operand(value), lo.operand(classes)), loc=lo.loc))
        return out
    return Const(issubclass(cls, wanted))


def wanted_classes(lo: Lowering, classes: Any) -> tuple:
    """The classes that `isinstance` is asked about; they may be nested in tuples."""
    if isinstance(classes, tuple):
        return tuple(wanted_classes(lo, c) for c in classes)
    if not isinstance(classes, Const):
        return lo.refuse("isinstance of a computed class is not followed")
    return (classes.value,)


def at_least(fn: Any) -> Handler:
    """np.atleast_1d and the like: of several arrays, the tuple of what each gives."""

    def handler(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
        found = tuple(calls.primitive(lo, fn, (a,), dict(kwargs)) for a in args)
        return found[0] if len(found) == 1 else found

    return handler


def type_of(lo: Lowering, value: Any) -> type | None:
    """The type of an abstract value, where it is known."""
    if isinstance(value, Const):
        return type(value.value)
    if isinstance(value, Ref):
        return value.cls
    if isinstance(value, tuple):
        return tuple if isinstance(value, objects.Shape) else type(value)
    if isinstance(value, (Closure, Partial, Bound)):
        return types.FunctionType if isinstance(value, Closure) else functools.partial
    if isinstance(value, Var):
        kind = value.kind
        if kind.base == "object":
            return kind.type
        if kind.base == "list":
            return list
        if kind.ndim is None:
            return None
        if kind.python:
            return {"d": float, "l": int, "?": bool, "D": complex}[kind.dtype]
        return np.ndarray if kind.base == "array" else np.dtype(kind.dtype).type
    return None


def type_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    cls = type_of(lo, args[0])
    if cls is list and is_deque(args[0]) is not False:
        return lo.refuse("the type of this deque or list is asked for: this is not followed")
    if cls is None or integers.mixed(lo, args[0]):
        return lo.refuse("the type of this value is not known when deriving")
    return Const(cls)


def callable_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = args[0]
    if isinstance(value, Const):
        return Const(callable(value.value))
    return Const(isinstance(value, (Closure, Partial, Bound)) or objects.user_class(value) is not None)


def hasattr_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value, name = lo.followed(args[0]), args[1].value
    if isinstance(value, Ref) and objects.user_class(value) is not None:
        return Const(name in lo.content(value) or hasattr(value.cls, name))
    if isinstance(value, Const):
        found = hasattr(value.value, name)
        outer.guard(lo, (id(value.value), "has", name), lambda: hasattr(value.value, name), found)
        return Const(found)
    cls = type_of(lo, value)
    return Const(hasattr(cls, name)) if cls is not None else lo.refuse("hasattr of this value is not followed")


def getattr_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    if not isinstance(args[1], Const):
        return lo.refuse("getattr with a computed name is not followed")
    if len(args) > 2 and hasattr_(lo, args[:2], {}, node) == FALSE:
        return args[2]
    return objects.get_attribute(lo, args[0], args[1].value)


def setattr_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    if not isinstance(args[1], Const):
        return lo.refuse("setattr with a computed name is not followed")
    objects.set_attribute(lo, args[0], args[1].value, args[2])
    return Const(None)


def object_setattr(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    if not isinstance(args[0], Ref) or args[0].origin is not None:
        lo.refuse("object.__setattr__ of an object from outside is not followed")
    lo.put(args[0], {**lo.content(args[0]), args[1].value: args[2]})
    return Const(None)


def print_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    shown = tuple(printable(lo, a) for a in args)
    lo.emit(ir.Apply(None, print, shown, {k: lo.operand(v) for k, v in kwargs.items()}, effect=True, loc=lo.loc))
    return Const(None)


def printable(lo: Lowering, value: Any) -> Any:
    """An operand for showing only."""
    if isinstance(value, Ref) and objects.user_class(value) is not None:
        return lo.refuse(f"showing an object of class {value.cls.__name__} is not followed", "show its attributes")
    return lo.operand(making.realised(lo, value))


def str_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return calls.text(lo, str, *args) if args else Const("")


def repr_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return calls.text(lo, repr, *args)


def format_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return calls.text(lo, format, *args)


def literal_method(lo: Lowering, func: Bound, args: tuple, kwargs: dict[str, Any]) -> Any:
    """A method of a string or number known when deriving."""
    name, held = func.func.name, func.self.value
    if all(isinstance(a, Const) for a in (*args, *kwargs.values())):
        try:
            result = getattr(held, name)(*(a.value for a in args), **{k: v.value for k, v in kwargs.items()})
        except Exception as error:
            return failures.known(lo, error)
        return lo.new(list, tuple(map(lo.lift, result))) if isinstance(result, list) else lo.lift(result)
    out = lo.var(texts.METHODS.get(name, kinds.OBJECT) if isinstance(held, str) else kinds.OBJECT)
    shown = tuple(printable(lo, a) for a in args)
    named = {k: printable(lo, v) for k, v in kwargs.items()}
    lo.emit(ir.Apply(out, func.func, (func.self, *shown), named, loc=lo.loc))
    return out


def partial_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return Partial(args[0], args[1:], kwargs)


def reduce_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    start = args[2] if len(args) > 2 else UNDEFINED
    return fold(lo, args[1], start, lambda a, b: calls.call(lo, args[0], (a, b), {}, node), node)


def wraps_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return Const(_same)


def same(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return args[0]


def _same(fn: Any) -> Any:
    """What `functools.wraps(f)` does, as far as values go: nothing."""
    return fn


def accumulate_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """itertools.accumulate as the list of its items."""
    from transforms.lower.expressions import binary

    func = args[1] if len(args) > 1 else kwargs.get("func", Const(None))
    made = making.new_list(lo, (), node)
    cell = lo.new(Cell, (kwargs.get("initial", UNDEFINED),))
    if "initial" in kwargs:
        lists.append(lo, made, (kwargs["initial"],), {}, node)

    def combine(held: Any, item: Any) -> Any:
        return (
            binary(lo, operator.add, held, item)
            if func == Const(None)
            else calls.call(lo, func, (held, item), {}, node)
        )

    items = args[0]
    sequence = loops.Sequence.of(lo, items)
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

    loops.iterate(lo, items, loops.in_frame(lo, lo.frame, trip), node)
    return made


def chain_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.iterator("chain", args)


def chain_from(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.iterator("chain", unpacking.spread(lo, args[0]))


def combined(fn: Callable[..., Any]) -> Handler:
    """product, combinations, permutations, ...: of items known in number, combined when deriving."""

    def handler(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
        given = [a.value if isinstance(a, Const) and isinstance(a.value, int) else _items(lo, a) for a in args]
        known = {k: v.value for k, v in kwargs.items()}
        made = []
        for count, item in enumerate(fn(*given, **known)):
            if count > loops.LONGEST_UNROLLED * 8:
                return lo.refuse(f"{fn.__name__} of so many items is not followed", "write it as nested loops")
            made.append(item)
        return tuple(made)

    return handler


def pairwise_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """itertools.pairwise: of an array or list at run time, its items zipped with those after the first."""
    if isinstance(args[0], Var):
        after = reading.get_item(lo, args[0], ir.Slice(Const(1), Const(None), Const(None)))
        return Iter("zip", (args[0], after))
    return combined(itertools.pairwise)(lo, args, kwargs, node)


def _items(lo: Lowering, value: Any) -> tuple:
    if isinstance(value, Iter) and value.kind == "range" and all(isinstance(p, Const) for p in value.parts):
        return tuple(map(Const, range(*(p.value for p in value.parts))))
    return unpacking.spread(lo, value)


def generating(fn: Callable[..., Any]) -> Handler:
    """A function of itertools as the generator that it is."""
    return lambda lo, args, kwargs, node: iterators.generated(lo, fn, *args, **kwargs)


def islice_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    endless = isinstance(args[0], Iter) and args[0].kind in loops.PUSHED
    if endless and len(args) == 2 and args[1] != Const(None):
        return iterators.generated(lo, iterators.islice, *args)
    items = unpacking.spread(lo, args[0])
    return tuple(itertools.islice(items, *(a.value for a in args[1:])))


def iter_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """An iterator: over items known in number, or over an array or list by position."""
    held = args[0]
    if isinstance(held, Ref) and held.cls is loops.Iterator or isinstance(held, Iter) and held.kind in loops.PUSHED:
        return held
    cls = objects.user_class(held)
    if cls is not None and not isinstance(held, tuple) and objects.lookup(cls, "__iter__") is not UNDEFINED:
        return calls.call(lo, objects.get_attribute(lo, held, "__iter__"), (), {}, node)
    if len(args) > 1:
        return lo.refuse("iter with a sentinel is not followed", "write it as a while loop")
    by_position = isinstance(held, Var) and (held.kind.base == "list" or held.kind.base == "array" and held.kind.ndim)
    live = by_position or isinstance(held, Ref) and held.cls is list
    source = held if live else tuple(unpacking.spread(lo, held))
    return lo.new(loops.Iterator, {"source": source, "at": Const(0)})


def next_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    held = args[0]
    if isinstance(held, Iter) and len(args) > 1:
        return first_of(lo, held, args[1], node)
    if not isinstance(held, Ref) or held.cls is not loops.Iterator:
        cls = objects.user_class(held)
        if cls is not None and objects.lookup(cls, "__next__") is not UNDEFINED and len(args) == 1:
            return calls.call(lo, objects.get_attribute(lo, held, "__next__"), (), {}, node)
        return only_next(lo, held)
    source, at = loops.iterator_state(lo, held)
    if isinstance(source, tuple) and at.value >= len(source):
        return args[1] if len(args) > 1 else lo.refuse("next of an exhausted iterator")
    if isinstance(source, Var) and len(args) > 1:
        return lo.refuse("next with a default of an iterator over an array or list is not followed")
    lo.put(held, {**lo.content(held), "at": lo.apply(operator.add, at, Const(1))})
    return source[at.value] if isinstance(source, tuple) else reading.get_item(lo, source, at)


def only_next(lo: Lowering, held: Any) -> Any:
    """The first item of a generator that does nothing but compute: the others are worked out, and not used."""
    if not isinstance(held, Iter) or held.kind not in loops.PUSHED:
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
    loops.looped(lo, loop, lambda: loops.iterate(lo, iterable, loops.in_frame(lo, frame, trip), node))
    return lo.content(cell)[0]


def deepcopy_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """copy.deepcopy: arrays copied, containers made anew, an object that is met twice copied once."""
    memo: dict[int, Any] = {}

    def copied(value: Any) -> Any:
        value = written.made_known(lo, value)
        subclasses.not_copied(lo, value)
        if isinstance(value, Var):
            if id(value) not in memo:
                memo[id(value)] = lo.apply(np.copy, value) if value.kind.base == "array" else value
            return memo[id(value)]
        if isinstance(value, tuple):
            items = [copied(v) for v in value]
            return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
        if isinstance(value, Ref):
            if value.id not in memo:
                made = lo.new(value.cls, (), value.site)
                memo[value.id] = made
                content = lo.content(value)
                lo.put(
                    made,
                    {k: copied(v) for k, v in content.items()}
                    if isinstance(content, dict)
                    else tuple(map(copied, content)),
                )
            return memo[value.id]
        return value

    if isinstance(args[0], Var) and args[0].kind.base == "list":
        return lo.refuse("deepcopy of this list is not followed")
    return copied(args[0])


def copy_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = written.made_known(lo, args[0])
    subclasses.not_copied(lo, value)
    if isinstance(value, Var) and value.kind.base == "array":
        return lo.apply(np.copy, value)
    if isinstance(value, Ref):
        return lo.new(value.cls, lo.content(value), value.site or lo.site(node))
    return value


def replace_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """dataclasses.replace."""
    value = args[0]
    if not isinstance(value, Ref):
        return lo.refuse("dataclasses.replace of this is not followed")
    made = value.cls.__dict__.get("__local_fields__")
    fields = dataclasses.fields(value.cls) if made is None else made
    content = lo.content(value)
    given = {f.name: content[f.name] for f in fields if f.init and f.name in content}
    return objects.instantiate(lo, value.cls, (), {**given, **kwargs}, node)


def itemgetter_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return Const(operator.itemgetter(*(a.value for a in args)))


def asarray_(fn: Any) -> Handler:
    """np.asarray and np.array: an alias or a copy of an array, a new array of a list."""

    def handler(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
        value = making.realised(lo, args[0])
        return lo.apply(fn, value, *args[1:], **kwargs)

    return handler


# -- methods of arrays -------------------------------------------------------------------------------------------------


def fill_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    lo.emit(ir.Store(value, Const(Ellipsis), lo.operand(args[0]), None, lo.loc))
    return Const(None)


def sort_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    ordered = lo.apply(np.sort, value, *args, **kwargs)
    lo.emit(ir.Store(value, Const(Ellipsis), lo.operand(ordered), None, lo.loc))
    return Const(None)


def put_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    return calls.call_known(lo, np.put, (value, *args), kwargs, None)


def tolist_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    if value.kind.ndim == 1:
        made = making.new_list(lo, (), None)
        site = ("tolist", *lo.path)
        lo.notes.dynamic.add(site)
        made = making.dynamic_list(lo, (), site)
        lists.extend(lo, made, value)
        return made
    return value if value.kind.scalar else lo.refuse("tolist of an array of this rank is not followed")


def flatten_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    return lo.apply(np.copy, lo.apply(np.ravel, value, *args, **kwargs))


def partition_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    ordered = lo.apply(np.partition, value, *args, **kwargs)
    lo.emit(ir.Store(value, Const(Ellipsis), lo.operand(ordered), None, lo.loc))
    return Const(None)


def view_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    """`x.view()`; with a type it would be other numbers."""
    if args or kwargs:
        return subclasses.view(lo, value, subclasses.given_class(lo, args, kwargs))
    return reading.get_item(lo, value, Const(Ellipsis))


METHODS: dict[str, Callable[..., Any]] = {
    "view": view_,
    "fill": fill_,
    "partition": partition_,
    "sort": sort_,
    "put": put_,
    "tolist": tolist_,
    "flatten": flatten_,
}


# -- facts about arrays ------------------------------------------------------------------------------------------------


def ndim_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = making.realised(lo, numeric.as_array(lo, args[0]))
    if isinstance(value, Const):
        return Const(np.ndim(value.value))
    if isinstance(value, Var) and value.kind.rank_known:
        return Const(value.kind.ndim)
    return lo.apply(np.ndim, value)


def shape_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = making.realised(lo, numeric.as_array(lo, args[0]))
    if isinstance(value, Var) and value.kind.rank_known:
        return objects.shape(lo, value)
    if isinstance(value, Const):
        return lo.lift(np.shape(value.value))
    return lo.apply(np.shape, value)


def iscomplexobj_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = args[0]
    if isinstance(value, Const):
        return Const(isinstance(value.value, complex))
    if isinstance(value, Var) and value.kind.numeric and value.kind.dtype:
        return Const(value.kind.complex)
    return lo.apply(np.iscomplexobj, value)


def isscalar_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = args[0]
    if isinstance(value, Var) and value.kind.rank_known:
        return Const(value.kind.scalar)
    if isinstance(value, (Var, Choice)):
        return lo.apply(np.isscalar, value)
    return Const(isinstance(value, Const) and np.isscalar(value.value))


# -- opaque calls ------------------------------------------------------------------------------------------------------


def call_object(fn: Any, *args: Any, **kwargs: Any) -> Any:
    """A call of an object that is there at run time only."""
    return fn(*args, **kwargs)


def result_kind(fn: Any, args: tuple) -> kinds.Kind:
    """What is known of the result of a call that is not looked into."""
    if isinstance(fn, type):
        return kinds.Kind("object", type=fn)
    return kinds.OBJECT


def slice_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    start, stop, step = (Const(None), args[0], Const(None)) if len(args) == 1 else (*args, Const(None))[:3]
    return reading.plain_slice(lo, start, stop, step)


def worked_out(lo: Lowering, fn: Callable[..., Any], args: tuple) -> Any:
    """A function of known values, called when deriving."""
    return relift(lo, fn(*(plain(lo, a) for a in args)))


def plain(lo: Lowering, value: Any) -> Any:
    """The Python value of an abstract value that is known."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, tuple):
        return tuple(plain(lo, v) for v in value)
    if isinstance(value, Ref) and value.cls is list:
        return [plain(lo, v) for v in lo.content(value)]
    return lo.refuse("an option of this function must be known when deriving", "write it as a literal")


def relift(lo: Lowering, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(relift(lo, v) for v in value)
    if isinstance(value, list):
        return lo.new(list, tuple(relift(lo, v) for v in value))
    return Const(value)


def stop_gradient(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    from transforms.lower import derivatives

    return derivatives.stop(lo, args[0])


def setitem_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    writing.set_item(lo, *args)
    return Const(None)


def refused(fn: Any, remedy: str) -> Handler:
    """The handler of a function through which values leave or change where this is not followed."""

    def handler(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
        return lo.refuse(f"{fn.__name__} is not followed", remedy, node)

    return handler


def in_place(fn: Callable[..., Any]) -> Handler:
    """operator.iadd and the like: the value of the first after the statement."""

    def handler(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
        from transforms.lower.statements import inplace

        return inplace(lo, fn, *args)

    return handler


def delitem_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    writing.delete_item(lo, *args)
    return Const(None)


def attrgetter_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return Const(operator.attrgetter(*(plain(lo, a) for a in args)))


def methodcaller_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """operator.methodcaller: a function that calls the method of what it is given."""
    return Partial(Const(_method_called), (args[0], args[1:], tuple(kwargs.items())), {})


def _method_called(name: Any, args: tuple, kwargs: tuple, value: Any) -> Any:
    return getattr(value, name)(*args, **dict(kwargs))


def method_called(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    name, given, named, value = args
    return calls.call(lo, objects.get_attribute(lo, value, plain(lo, name)), given, dict(named), node)


IN_PLACE = "add sub mul truediv floordiv mod pow matmul and_ or_ xor".split()
REFUSED: dict[Any, Handler] = {
    eval: refused(eval, "write the expression itself"),
    np.frompyfunc: lambda lo, args, kwargs, node: lo.refuse(
        "np.frompyfunc is not followed", "use np.vectorize, which gives arrays of numbers", node
    ),
    exec: refused(exec, "write the statements themselves"),
    locals: refused(locals, "name the variables"),
    operator.iconcat: refused(operator.iconcat, "write the statement, as a += b for iadd(a, b)"),
}


def contextmanager_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """contextlib.contextmanager of a generator made inside: `with` knows it by its name."""
    if len(args) != 1 or kwargs:
        return lo.refuse("a context manager that is called outside a with statement is not followed")
    return Partial(Const(contextlib.contextmanager), args, {})


def fromiter_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """np.fromiter: the array of a list of the items, or of the first of them."""
    given = {**dict(zip(("iter", "dtype", "count"), args, strict=False)), **kwargs}
    count, items = given.get("count", Const(-1)), given["iter"]
    if not isinstance(count, Const) or given.keys() - {"iter", "dtype", "count"}:
        return lo.refuse("np.fromiter with a computed count is not followed", "make an array of a list")
    made = making.new_list(lo, (), node)
    if count.value >= 0:
        items = unpacking.spread(lo, items)
        if len(items) < count.value:
            return lo.refuse(f"np.fromiter finds fewer than {count.value} items here, and raises")
        items = items[: count.value]
    lists.extend(lo, made, items)
    dtype = given["dtype"]
    return calls.call_known(lo, np.array, (made,), {"dtype": dtype}, node)


def piecewise_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """np.piecewise: each function on the entries where its condition holds, a last one on the others."""
    x, conditions, functions, *rest = args
    if not isinstance(x, Var) or x.kind.base != "array" or not x.kind.ndim:
        return lo.refuse("np.piecewise of this is not followed", "use np.where")
    flags = {"dtype": Const(bool)}
    alone = isinstance(conditions, Var) and conditions.kind.base == "array" and conditions.kind.ndim == x.kind.ndim
    given = (conditions,) if alone else unpacking.spread(lo, conditions)
    chosen = [calls.call_known(lo, np.asarray, (c,), flags, node) for c in given]
    made = unpacking.spread(lo, functions)
    if len(made) == len(chosen) + 1:
        found = functools.reduce(lambda a, b: lo.apply(operator.or_, a, b), chosen)
        chosen.append(lo.apply(operator.invert, found))
    result = lo.apply(np.zeros_like, x)
    for condition, fn in zip(chosen, made, strict=True):
        value = fn
        if not isinstance(fn, Var) and callable_(lo, (fn,), {}, node) == TRUE:
            value = calls.call(lo, fn, (reading.get_item(lo, x, condition), *rest), kwargs, node)
        writing.set_item(lo, result, condition, value)
    return result


def zip_longest_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """itertools.zip_longest of iterables of which the lengths are known."""
    fill = kwargs.get("fillvalue", Const(None))
    return tuple(itertools.zip_longest(*(unpacking.spread(lo, a) for a in args), fillvalue=fill))


def groupby_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """itertools.groupby by keys that are known when deriving."""
    key = args[1] if len(args) > 1 else kwargs.get("key", Const(None))
    items = unpacking.spread(lo, args[0])
    keys = [item if key == Const(None) else calls.call(lo, key, (item,), {}, node) for item in items]
    if not all(isinstance(k, Const) for k in keys):
        return lo.refuse("itertools.groupby by computed keys is not followed")
    groups = itertools.groupby(zip(keys, items, strict=True), key=lambda pair: pair[0].value)
    return tuple((Const(k), tuple(item for _, item in group)) for k, group in groups)


def compress_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """itertools.compress by flags that are known when deriving."""
    items, flags = (unpacking.spread(lo, a) for a in args)
    if not all(isinstance(f, Const) for f in flags):
        return lo.refuse("itertools.compress by computed flags is not followed")
    return tuple(item for item, flag in zip(items, flags, strict=False) if flag.value)


def namedtuple_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """collections.namedtuple of names known when deriving: the class itself."""
    given = [unpacking.spread(lo, a) if isinstance(a, Ref) else a for a in args]
    options = {k: unpacking.spread(lo, v) if isinstance(v, Ref) else v for k, v in kwargs.items()}
    return Const(
        collections.namedtuple(*(plain(lo, a) for a in given), **{k: plain(lo, v) for k, v in options.items()})
    )


def remembered(fn: Any) -> Any:
    """What `functools.lru_cache` makes of a function."""
    known: dict[Any, Any] = {}

    def wrapper(*args: Any) -> Any:
        if args not in known:
            known[args] = fn(*args)
        return known[args]

    return wrapper


def cache_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """functools.cache, or lru_cache, of a function made inside: each result is kept under the arguments."""
    return calls.call(lo, Const(remembered), args[:1], {}, node)


def lru_cache_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    if args and isinstance(args[0], (Closure, Partial)):
        return cache_(lo, args, kwargs, node)
    size = args[0] if args else kwargs.get("maxsize", Const(128))
    if not isinstance(size, Const) or size.value is not None and size.value < 128:
        return lo.refuse("functools.lru_cache with a small maxsize is not followed", "use functools.cache")
    return Const(remembered)


def vars_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """vars(obj): the attributes as a dict, which is the same object as they are."""
    return objects.attributes_of(lo, lo.followed(args[0]))


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


def prod_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """math.prod of numbers: one after the other, as it does; of an array it has a rule."""
    if isinstance(args[0], Var) and args[0].kind.base == "array" or isinstance(args[0], (Const, tuple)):
        return calls.primitive(lo, math.prod, args, kwargs)
    from transforms.lower.expressions import binary

    return fold(lo, args[0], kwargs.get("start", Const(1)), lambda a, b: binary(lo, operator.mul, a, b), node)


def record_fields(lo: Lowering, value: Any) -> dict[str, Any]:
    """The fields of a dataclass instance, which must not hold containers."""
    if not (
        isinstance(value, Ref) and (dataclasses.is_dataclass(value.cls) or "__local_fields__" in value.cls.__dict__)
    ):
        return lo.refuse("this function of what is no dataclass instance made here is not followed")
    names = [f.name for f in (value.cls.__dict__.get("__local_fields__") or dataclasses.fields(value.cls))]
    content = lo.content(value)
    found = {n: content[n] for n in names if n in content}
    if len(found) < len(names) or not all(isinstance(v, (Const, Var)) for v in found.values()):
        return lo.refuse("the fields of this dataclass instance are not numbers and arrays only: this is not followed")
    if any(isinstance(v, Var) and v.kind.memory for v in found.values()):
        found = {n: deepcopy_(lo, (v,), {}, None) for n, v in found.items()}
    return found


def astuple_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return tuple(record_fields(lo, args[0]).values())


def asdict_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.new(dict, record_fields(lo, args[0]), lo.site(node))


def opaque_fields(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.refuse("dataclasses.fields is not followed", "name the fields")


INTRINSICS: dict[Any, Handler] = {
    **REFUSED,
    operator.setitem: setitem_,
    threads.run: threads.started,
    operator.delitem: delitem_,
    operator.attrgetter: attrgetter_,
    operator.methodcaller: methodcaller_,
    _method_called: method_called,
    **{getattr(operator, f"i{name.strip('_')}"): in_place(getattr(operator, name)) for name in IN_PLACE},
    len: len_,
    range: range_,
    zip: zip_,
    enumerate: enumerate_,
    reversed: reversed_,
    map: map_,
    filter: filter_,
    sum: sum_,
    min: extremum(min, gast.Lt),
    max: extremum(max, gast.Gt),
    any: any_,
    all: all_,
    list: list_,
    tuple: tuple_,
    dict: dict_,
    set: set_,
    frozenset: set_,
    sorted: sorted_,
    isinstance: isinstance_,
    type: type_,
    callable: callable_,
    hasattr: hasattr_,
    getattr: getattr_,
    setattr: setattr_,
    object.__setattr__: object_setattr,
    print: print_,
    str: str_,
    repr: repr_,
    format: format_,
    iter: iter_,
    next: next_,
    functools.partial: partial_,
    functools.reduce: reduce_,
    functools.wraps: wraps_,
    _same: same,
    itertools.accumulate: accumulate_,
    itertools.chain: chain_,
    itertools.chain.from_iterable: chain_from,
    itertools.product: combined(itertools.product),
    itertools.combinations: combined(itertools.combinations),
    itertools.permutations: combined(itertools.permutations),
    itertools.islice: islice_,
    itertools.zip_longest: zip_longest_,
    itertools.groupby: groupby_,
    itertools.compress: compress_,
    itertools.count: generating(iterators.count),
    itertools.repeat: generating(iterators.repeat),
    itertools.cycle: generating(iterators.cycle),
    np.ndindex: generating(iterators.ndindex),
    np.ndenumerate: generating(iterators.ndenumerate),
    itertools.takewhile: generating(iterators.takewhile),
    itertools.dropwhile: generating(iterators.dropwhile),
    itertools.pairwise: pairwise_,
    copy.deepcopy: deepcopy_,
    copy.copy: copy_,
    __import__("dataclasses").replace: replace_,
    operator.itemgetter: itemgetter_,
    slice: slice_,
    np.ndim: ndim_,
    np.shape: shape_,
    np.iscomplexobj: iscomplexobj_,
    np.isscalar: isscalar_,
    np.array: asarray_(np.array),
    np.asarray: asarray_(np.asarray),
    **vectorized.HANDLERS,
    **strided.HANDLERS,
    **memoryviews.HANDLERS,
    np.fromiter: fromiter_,
    np.piecewise: piecewise_,
    np.atleast_1d: at_least(np.atleast_1d),
    np.atleast_2d: at_least(np.atleast_2d),
    np.atleast_3d: at_least(np.atleast_3d),
    collections.deque: deque_,
    collections.namedtuple: namedtuple_,
    contextlib.contextmanager: contextmanager_,
    functools.cache: cache_,
    functools.lru_cache: lru_cache_,
    vars: vars_,
    globals: lambda lo, args, kwargs, node: Const(lo.frame.globals),
    collections.defaultdict: defaultdict_,
    collections.OrderedDict: dict_,
    collections.Counter: counter_,
    itertools.starmap: generating(iterators.starmap),
    itertools.filterfalse: generating(iterators.filterfalse),
    math.prod: prod_,
    dataclasses.astuple: astuple_,
    dataclasses.asdict: asdict_,
    dataclasses.fields: opaque_fields,
}
__all__ = ["INTRINSICS", "attribute", "method_of", "contextlib"]
