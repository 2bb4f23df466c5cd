"""Lowering of loops, comprehensions and everything that iterates.

`iterate` feeds the items of an abstract value to a body.  Sequences known when deriving are unrolled; ranges, arrays
and lists become counted loops.  A loop's body is run abstractly until the state at its head stands still: what changes
from trip to trip becomes a phi, what does not stays what it was.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast

from tensor import runtime
from tensor.attributes import Method
from transforms import ir, kinds, shapes
from transforms.analyse.memory import LIST_WRITERS
from transforms.errors import UnsupportedError
from transforms.ir import Block
from transforms.lower import calls, flat, integers, iterators, objects, outer, subclasses
from transforms.lower.containers import comprehensions, making, reading, sets, unpacking
from transforms.lower.failures import FLAG, GONE, reopen
from transforms.lower.state import FALSE, TRUE, Lowering, State, _kind
from transforms.lower.values import UNDEFINED, Cell, Choice, Closure, Const, Iter, Lost, Ref, Var

LONGEST_UNROLLED = 64
MOST_ATTEMPTS = 40
OTHER_TYPE = (
    "a value changes its type, or a list of known length is extended, from trip to trip of a loop (as `+=` and extend "
    "are one): this is not followed"
)


def for_(lo: Lowering, stmt: gast.For) -> None:
    from transforms.lower.expressions import evaluate
    from transforms.lower.statements import execute, store

    iterable = evaluate(lo, stmt.iter)
    frame = lo.frame

    def body(item: Any) -> None:
        store(lo, stmt.target, item)
        execute(lo, stmt.body)

    looped(lo, stmt, lambda: iterate(lo, iterable, in_frame(lo, frame, body), stmt))


def looped(lo: Lowering, stmt: Any, run: Callable[[], None]) -> None:
    """Run a loop with its own break flag; its else part runs unless it was broken."""
    from transforms.lower.statements import execute

    frame = lo.frame
    outside = {k: frame.exits.pop(k, FALSE) for k in ("break", "continue")}
    run()
    broken = frame.exits.pop("break", FALSE)
    frame.exits.pop("continue", None)
    frame.exits.update({k: v for k, v in outside.items() if v != FALSE})
    if stmt.orelse:
        left = lo.exited()
        if left is True:
            return
        skip = broken if left is False else lo.branch(left, lambda: TRUE, lambda: broken)
        lo.branch(skip, lambda: None, lambda: execute(lo, stmt.orelse))


def in_frame(lo: Lowering, frame: Any, body: Callable[[Any], None]) -> Callable[[Any], None]:
    """A body that runs in the frame of the loop, whoever calls it (a generator, say)."""

    tries = list(lo.tries)

    def consume(item: Any) -> None:
        """A generator's own try statements do not catch what its consumer raises."""
        saved, lo.tries = lo.tries, list(tries)
        try:
            body(item)
        finally:
            lo.tries = saved

    def run(item: Any) -> None:
        if lo.frame is frame:
            consume(item)
            return
        lo.frames.append(frame)
        try:
            consume(item)
        finally:
            lo.frames.pop()
        stop = [f for k in ("break", "return", "raise") if (f := frame.exits.get(k, FALSE)) != FALSE]
        for flag in stop:
            lo.frame.exits["return"] = flag

    run.frame = frame  # type: ignore[attr-defined]
    return run


def end_trip(lo: Lowering) -> None:
    """At the end of a trip a pending continue is done."""
    for frame in lo.active():
        frame.exits.pop("continue", None)


# -- what can be iterated ----------------------------------------------------------------------------------------------


def iterate(lo: Lowering, value: Any, body: Callable[[Any], None], node: Any) -> None:
    """Run `body` on each item of an abstract value."""
    if isinstance(value, Choice):
        lo.branch(
            value.cond, lambda: iterate(lo, value.then, body, node), lambda: iterate(lo, value.orelse, body, node)
        )
        return
    if isinstance(value, Iter) and value.kind in PUSHED:
        lo.use_up(value)
        PUSHED[value.kind](lo, value, body, node)
        return
    if isinstance(value, Ref) and value.cls is Iterator:
        iterate_rest(lo, value, body, node)
        return
    sequence = Sequence.of(lo, value)
    if sequence is None:
        if isinstance(value, Iter) and value.kind == "zip" and zip_pushed(lo, value, body, node):
            return
        if isinstance(value, Iter) and value.kind == "enumerate":
            enumerate_pushed(lo, value, body, node)
            return
        items = items_of_object(lo, value, node)
        if items is not None:
            iterate(lo, items, body, node)
            return
        lo.refuse(f"iterating over {lo.describe(value)} is not followed", node=node)
    assert sequence is not None
    if isinstance(sequence.length, int):
        unroll(lo, sequence, body, node)
    else:
        counted(lo, sequence, body, node)


def items_of_object(lo: Lowering, value: Any, node: Any) -> Any:
    """What an instance of a user's class is iterated by: its `__iter__`, its `__next__` if that gave the instance
    itself, or its `__getitem__`; None for anything else."""
    cls = objects.user_class(value)
    if cls is None or isinstance(value, tuple) or subclasses.iterated(value):
        return None
    if objects.lookup(cls, "__iter__") is not UNDEFINED:
        items = calls.call(lo, objects.get_attribute(lo, value, "__iter__"), (), {}, node)
        itself = items is value or isinstance(items, Const) and isinstance(value, Const) and items.value is value.value
        return iterators.generated(lo, iterators.from_next, value) if itself else items
    if objects.lookup(cls, "__getitem__") is not UNDEFINED:
        return iterators.generated(lo, iterators.from_getitem, value)
    return None


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
        if isinstance(value, objects.Shape) or isinstance(value, tuple):
            return Sequence(len(value), lambda i: value[i])
        if subclasses.iterated(value):
            array = Sequence.of(lo, subclasses.entries(lo, value))
            place = lambda i: Const(i) if isinstance(i, int) else i  # noqa: E731
            return array and Sequence(array.length, lambda i: reading.get_item(lo, value, place(i)))
        if isinstance(value, Ref) and value.cls is set:
            if value.origin is not None:
                lo.refuse("a set from outside is written and iterated over: this is not followed")
            ordered = sets.in_set_order(unpacking.followed(lo, value))
            return Sequence(len(ordered), lambda i: ordered[i])
        if isinstance(value, Ref) and value.cls in (list, set):
            items = lo.content(value)
            return (
                None
                if isinstance(items, Lost)
                else Sequence(
                    len(items),
                    lambda i: live_items(lo, value, len(items))[i],
                    end=lambda body: live_items(lo, value, len(items)),
                )
            )
        if isinstance(value, Ref) and value.cls is dict:
            keys = tuple(map(Const, lo.content(value)))
            return Sequence(len(keys), lambda i: keys[i])
        if isinstance(value, Const) and isinstance(value.value, (str, tuple, list, dict, set, frozenset, range)):
            outer.structure(lo, value.value)
            held = list(value.value)
            if len(held) <= LONGEST_UNROLLED:
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
                end=lambda body: check_length(lo, value, length, body),
            )
        if isinstance(value, Iter):
            found = SEQUENCES[value.kind](lo, value) if value.kind in SEQUENCES else None
            if found is not None:
                lo.use_up(value)
            return found
        return None


def live_items(lo: Lowering, value: Ref, length: int) -> Any:
    """The items of a list, or its keys if it is a set, at this moment of an iteration over it."""
    items = lo.content(value)
    if isinstance(items, Lost):
        lo.lost(items)
    if len(items) != length:
        lo.refuse(
            "the list that is iterated over changes its length meanwhile: this is not followed",
            "iterate over a copy of it",
        )
    return items


def check_length(lo: Lowering, value: Var, length: Any, body: Block) -> None:
    """At run time: a list that the loop over it may grow or shorten has its length still, in each trip and after."""
    if value.region is None or value.region.find() not in grown_regions(body):
        return
    head = Block()
    for block in (lo.block, head):
        lo.within(block, lambda: emit_check(lo, value, length))
    body.stmts[:0] = head.stmts


def emit_check(lo: Lowering, value: Var, length: Any) -> None:
    lo.emit(ir.Apply(None, runtime.same_length, (length, lo.apply(len, value)), effect=True, loc=lo.loc))


def grown_regions(body: Block) -> set[Any]:
    """The regions of the lists that a loop's body makes longer or shorter."""
    calls_ = [
        s for s in ir.walk(body) if isinstance(s, ir.Apply) and isinstance(s.fn, Method) and s.fn.name in LIST_WRITERS
    ]
    return {s.args[0].region.find() for s in calls_ if isinstance(s.args[0], Var) and s.args[0].region is not None}


def _range(lo: Lowering, value: Iter) -> Sequence | None:
    start, stop, step = value.parts
    length: Any = "unknown"
    if all(isinstance(p, Const) for p in value.parts):
        known = range(start.value, stop.value, step.value)
        if len(known) == 0:
            return Sequence(0, lambda i: Const(0))
    return Sequence(length, lambda i: i, bounds=(start, stop, step))


def _length(lo: Lowering, sequence: Sequence) -> Any:
    """The length as an operand."""
    if sequence.bounds is not None:
        start, stop, step = sequence.bounds[-3:]
        if start == Const(0) and step == Const(1):
            return stop
        return lo.apply(len, lo.apply_operands(range, (start, stop, step), {}))
    return sequence.length


def _position(lo: Lowering, sequence: Sequence, i: Any) -> Any:
    """The item at position i (an operand) of a range."""
    if sequence.bounds is None:
        return sequence.item(i)
    if sequence.bounds[0] == "reversed":
        i = lo.apply(operator.sub, lo.apply(operator.sub, _length(lo, sequence), Const(1)), i)
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
    if known and (len(known) == len(sequences) or min(known) <= LONGEST_UNROLLED):
        if len(known) == len(sequences):
            return Sequence(min(known), item, end=lambda body: [p.end(body) for p in sequences])
        return None
    lengths = [_length(lo, p) for p in sequences]
    shortest = lengths[0]
    for other in lengths[1:]:
        shortest = shortest if shortest is other else lo.apply(min, shortest, other)
    return Sequence(shortest, item, end=lambda body: [p.end(body) for p in sequences])


def _item_at(lo: Lowering, sequence: Sequence, i: Any) -> Any:
    return sequence.item(i) if isinstance(i, int) else _position(lo, sequence, i)


def _enumerate(lo: Lowering, value: Iter) -> Sequence | None:
    inner = Sequence.of(lo, value.parts[0])
    if inner is None:
        return None
    start = value.parts[1]

    def item(i: Any) -> Any:
        at = Const(i) if isinstance(i, int) else i
        count = at if start == Const(0) else lo.apply(operator.add, start, at) if start != Const(0) else at
        return (count, _item_at(lo, inner, i))

    return Sequence(inner.length if isinstance(inner.length, int) else _length(lo, inner), item, end=inner.end)


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


def _map(lo: Lowering, value: Iter) -> Sequence | None:
    func, *iterables = value.parts
    inner = _zip(lo, Iter("zip", tuple(iterables)))
    if inner is None:
        return None
    return Sequence(inner.length, lambda i: calls.call(lo, func, inner.item(i), {}, None), end=inner.end)


def _view(lo: Lowering, value: Iter) -> Sequence:
    """A dict's keys, values or items, as they are when they are reached."""
    held, item = value.parts
    keys = tuple(lo.content(held))
    return Sequence(len(keys), lambda i: item(keys[i]), end=lambda body: live_items(lo, held, len(keys)))


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
    "map": _map,
}


class Iterator:
    """The class of what iter() makes: `source`, its items in order, of which `at` have been taken."""


def iterate_rest(lo: Lowering, held: Ref, body: Callable[[Any], None], node: Any) -> None:
    """A for loop over an iterator: what the loop does not take is left in it."""
    source, at = iterator_state(lo, held)
    frame = getattr(body, "frame", lo.frame)

    def run(item: Any) -> None:
        now, at = iterator_state(lo, held)
        if now is not source:
            lo.refuse("a list changes while an iterator goes over it: this is not followed")
        lo.put(held, {**lo.content(held), "at": lo.apply(operator.add, at, Const(1))})
        body(item)

    rest = (
        source[at.value :]
        if isinstance(source, tuple)
        else reading.get_item(lo, source, ir.Slice(at, Const(None), Const(None)))
    )
    iterate(lo, rest, in_frame(lo, frame, run), node)


def iterator_state(lo: Lowering, held: Ref) -> tuple[Any, Any]:
    """The source of an iterator and the number of items taken."""
    content = lo.content(held)
    if isinstance(content, Lost):
        lo.lost(content)
    source, at = content["source"], content["at"]
    if isinstance(source, Ref):
        source = unpacking.followed(lo, source)
    if isinstance(source, tuple) and not isinstance(at, Const) or isinstance(at, Lost):
        lo.refuse("how far an iterator has come depends on computed values: this is not followed")
    return source, at


def zip_pushed(lo: Lowering, value: Iter, body: Callable[[Any], None], node: Any) -> bool:
    """zip of one generator, first or last, and sequences: the generator runs and counts, the others are indexed."""
    places = [i for i, p in enumerate(value.parts) if isinstance(p, Iter) and p.kind == "generator"]
    if len(places) != 1 or places[0] not in (0, len(value.parts) - 1) or len(value.parts) < 2:
        return False
    place = places[0]
    parts = [p for i, p in enumerate(value.parts) if i != place]
    others = [Sequence.of(lo, p) for p in parts]
    if any(p is None for p in others):
        return False
    lengths = [
        lo.operand(Const(p.length)) if isinstance(p.length, int) else _length(lo, p) for p in others if p is not None
    ]
    length = lengths[0]
    for other in lengths[1:]:
        length = lo.apply(min, length, other)
    counter = lo.new(Cell, (Const(0),))
    body = body if hasattr(body, "frame") else in_frame(lo, lo.frame, body)

    def stop() -> None:
        lo.frame.exits["return"] = TRUE

    def item_beside(sequence: Any, part: Any, at: Any) -> Any:
        if isinstance(sequence.length, int):
            return sequence.item(at.value) if isinstance(at, Const) else reading.get_item(lo, part, at)
        return _position(lo, sequence, at)

    def feed(item: Any, at: Any) -> None:
        items = [item_beside(p, part, at) for p, part in zip(others, parts, strict=True)]
        body((*items[:place], item, *items[place:]) if place == 0 else (*items, item))

    def run(item: Any) -> None:
        at = lo.content(counter)[0]
        after = lo.apply(operator.add, at, Const(1))
        lo.put(counter, (after,))
        if place == 0:
            lo.branch(lo.apply(operator.ge, at, length), stop, lambda: feed(item, at))
            return
        feed(item, at)
        lo.branch(lo.apply(operator.ge, after, length), stop, lambda: None)

    run.frame = body.frame  # type: ignore[attr-defined]
    source = value.parts[place]
    lo.use_up(source)
    if place == 0:
        generator_pushed(lo, source, run, node)
    else:
        lo.branch(
            lo.apply(operator.gt, length, Const(0)), lambda: generator_pushed(lo, source, run, node), lambda: None
        )
    return True


def enumerate_pushed(lo: Lowering, value: Iter, body: Callable[[Any], None], node: Any) -> None:
    """enumerate over something that has no length: the count is carried beside it."""
    counter = lo.new(Cell, (value.parts[1],))
    frame = getattr(body, "frame", lo.frame)

    def run(item: Any) -> None:
        count = lo.content(counter)[0]
        lo.put(counter, (lo.apply(operator.add, count, Const(1)),))
        body((count, item))

    iterate(lo, value.parts[0], in_frame(lo, frame, run), node)


def map_pushed(lo: Lowering, value: Iter, body: Callable[[Any], None], node: Any) -> None:
    func, *iterables = value.parts
    sequence = _map(lo, value)
    if sequence is not None:
        run_sequence(lo, sequence, body, node)
    elif len(iterables) == 1:
        frame = getattr(body, "frame", lo.frame)
        run = in_frame(lo, frame, lambda item: body(calls.call(lo, func, (item,), {}, node)))
        iterate(lo, iterables[0], run, node)
    else:
        lo.refuse("map over these is not followed", node=node)


def run_sequence(lo: Lowering, sequence: Sequence, body: Callable[[Any], None], node: Any) -> None:
    if isinstance(sequence.length, int):
        unroll(lo, sequence, body, node)
    else:
        counted(lo, sequence, body, node)


def filter_pushed(lo: Lowering, value: Iter, body: Callable[[Any], None], node: Any) -> None:
    func, iterable = value.parts
    frame = getattr(body, "frame", lo.frame)

    def run(item: Any) -> None:
        keep = item if func == Const(None) else calls.call(lo, func, (item,), {}, node)
        lo.branch(lo.truth(keep), lambda: body(item), lambda: None)

    iterate(lo, iterable, in_frame(lo, frame, run), node)


def chain_pushed(lo: Lowering, value: Iter, body: Callable[[Any], None], node: Any) -> None:
    for part in value.parts:
        left = lo.exited()
        if left is True:
            return
        if left is False:
            iterate(lo, part, body, node)
        else:
            lo.branch(left, lambda: None, lambda part=part: (lo.frame.exits.clear(), iterate(lo, part, body, node)))


def generator_pushed(lo: Lowering, value: Iter, body: Callable[[Any], None], node: Any) -> None:
    """A generator's body runs, and each yield runs the consumer's."""
    closure, args, kwargs = value.parts
    frame = calls.enter(lo, closure, args, kwargs)
    if not hasattr(body, "frame"):
        body = in_frame(lo, lo.frame, body)
    frame.on_yield = lambda item: (body(item), end_trip_of(body.frame))[0]  # type: ignore[attr-defined]
    calls.run(lo, frame)


def end_trip_of(frame: Any) -> None:
    frame.exits.pop("continue", None)


def comprehension_pushed(lo: Lowering, value: Iter, body: Callable[[Any], None], node: Any) -> None:
    syntax, frame = value.parts
    comprehensions.run_comprehension(lo, syntax, frame, body)


PUSHED: dict[str, Callable[..., None]] = {
    "filter": filter_pushed,
    "map": map_pushed,
    "chain": chain_pushed,
    "generator": generator_pushed,
    "comprehension": comprehension_pushed,
}


# -- unrolled ----------------------------------------------------------------------------------------------------------


def unroll(lo: Lowering, sequence: Sequence, body: Callable[[Any], None], node: Any) -> None:
    """Run the body once for each item known when deriving."""

    def trips(position: int) -> None:
        while position < sequence.length:
            left = lo.exited()
            if left is True:
                return
            if left is not False:
                lo.branch(left, lambda: None, lambda at=position: (lo.frame.exits.clear(), trips(at)))
                return
            saved, lo.path = lo.path, (*lo.path, position)
            body(sequence.item(position))
            lo.path = saved
            end_trip(lo)
            position += 1
        sequence.end(Block())

    trips(0)


# -- counted and while loops -------------------------------------------------------------------------------------------


def counted(lo: Lowering, sequence: Sequence, body: Callable[[Any], None], node: Any, peeled: bool = False) -> None:
    """A counted loop over a range or the positions of a sequence."""
    bounds, reverse = sequence.bounds, False
    if bounds is not None and bounds[0] == "reversed":
        bounds, reverse = bounds[1:], True
    if bounds is None:
        bounds = (Const(0), sequence.length, Const(1))
    loop = ir.Loop([], [], [], Block(), bounds=tuple(map(lo.operand, bounds)), reverse=reverse, loc=lo.loc)
    site = (*lo.path, "loop", id(node))
    known = known_trips(loop.bounds, reverse) if sequence.bounds is not None else None
    if known is not None and (lo.notes.concrete or site in lo.notes.spread):
        unroll(lo, Sequence(len(known), lambda i: Const(known[i])), body, node)
        return
    if site in lo.notes.peeled and not peeled:
        peel(lo, sequence, loop, body, node)
        return

    def trip() -> None:
        loop.index = lo.var(kinds.INT)
        body(sequence.item(loop.index))

    before = lo.snapshot()
    try:
        Fixpoint(lo, loop, trip, site).run()
        sequence.end(loop.body)
    except UnsupportedError:
        if known is None:
            raise
        lo.resume(before)
        lo.loc = loop.loc
        unroll(lo, Sequence(len(known), lambda i: Const(known[i])), body, node)


def peel(lo: Lowering, sequence: Sequence, loop: ir.Loop, body: Callable[[Any], None], node: Any) -> None:
    """The first trip of a counted loop, then a loop over the others: what the first trip binds is there for them.

    That there is a first trip is checked at run time: without it, what the loop binds would have no value.
    """
    start, stop, step = bounds = loop.bounds or ()
    length = sequence.length if sequence.bounds is None else lo.apply(len, lo.apply_operands(range, bounds, {}))
    lo.emit(ir.Apply(None, runtime.some_trips, (lo.operand(length),), effect=True, loc=lo.loc))
    first, rest = start, ("", lo.apply(operator.add, start, step), stop, step)
    if loop.reverse:
        before_last = lo.apply(operator.sub, length, Const(1))
        first = lo.apply(operator.add, start, lo.apply(operator.mul, before_last, step))
        rest = ("reversed", start, first, step)
    others = Sequence(sequence.length, sequence.item, rest if loop.reverse else rest[1:], sequence.end)
    alone(lo, "first", lambda: body(sequence.item(first)), lambda: counted(lo, others, body, node, peeled=True))


def alone(lo: Lowering, label: Any, trip: Callable[[], None], rest: Callable[[], None]) -> None:
    """One trip of a loop by itself, and the rest of the loop if it did not leave it."""
    saved, lo.path = lo.path, (*lo.path, label)
    trip()
    lo.path = saved
    end_trip(lo)
    left = lo.exited()
    if left is False:
        rest()
    elif left is not True:
        lo.branch(left, lambda: None, lambda: (lo.frame.exits.clear(), rest()))


def known_trips(bounds: Any, reverse: bool) -> range | None:
    """The trips of a short range known when deriving: it may be unrolled if it cannot be followed as a loop."""
    if not all(isinstance(b, Const) for b in bounds):
        return None
    known = range(*(b.value for b in bounds))
    return (known[::-1] if reverse else known) if len(known) <= LONGEST_UNROLLED else None


def while_(lo: Lowering, stmt: gast.While) -> None:
    from transforms.lower.expressions import condition
    from transforms.lower.statements import execute

    def run() -> None:
        loop = ir.Loop([], [], [], Block(), test=Block(), loc=lo.loc)

        def trip() -> None:
            before = lo.snapshot()
            loop.test = Block()
            cond = lo.within(loop.test, lambda: condition(lo, stmt.test))
            loop.test.results = [cond]
            if cond is GONE or not same_state(before, lo.snapshot()) or any(_effects(s) for s in loop.test.stmts):
                lo.resume(before)
                loop.test = Block([], [TRUE])
                inside = condition(lo, stmt.test)
                lo.branch(inside, lambda: execute(lo, stmt.body), lambda: lo.frame.exits.update({"break": TRUE}))
            else:
                execute(lo, stmt.body)

        Fixpoint(lo, loop, trip, site).run()

    site = (*lo.path, "loop", id(stmt))

    def begin() -> None:
        if site in lo.notes.unrolled:
            trip_by_trip(lo, stmt, site, 0)
        elif lo.notes.concrete:
            while_known(lo, stmt, run, 0)
        elif site in lo.notes.peeled:
            body = lambda: alone(lo, "first", lambda: execute(lo, stmt.body), run)  # noqa: E731
            lo.branch(condition(lo, stmt.test), body, lambda: None)
        else:
            run()

    def try_loop() -> None:
        try:
            begin()
        except UnsupportedError as error:
            if site in lo.notes.unrolled or not may_be_unrolled(stmt.test):
                raise
            lo.notes.unrolled[site] = error
            lo.notes.known |= lo.notes.dynamic
            lo.notes.dynamic.clear()
            lo.restart()

    looped(lo, stmt, try_loop)


def may_be_unrolled(test: Any) -> bool:
    """Whether a loop may go on by what is known when deriving: a list that is not empty, an object that is not None."""
    return not any(isinstance(n, gast.Constant) and isinstance(n.value, float) for n in gast.walk(test))


def while_known(lo: Lowering, stmt: gast.While, run: Callable[[], None], count: int) -> None:
    """The trips of a while loop whose condition is known when deriving, and a loop from where it is not."""
    from transforms.lower.expressions import condition
    from transforms.lower.statements import execute

    if lo.tries:
        run()
        return
    size, before = len(lo.block.stmts), lo.snapshot()
    cond = condition(lo, stmt.test)
    if not isinstance(cond, Const) or count == LONGEST_UNROLLED:
        del lo.block.stmts[size:]
        lo.resume(before)
        run()
    elif cond.value:
        rest = lambda: while_known(lo, stmt, run, count + 1)  # noqa: E731
        alone(lo, ("trip", count), lambda: execute(lo, stmt.body), rest)


def trip_by_trip(lo: Lowering, stmt: gast.While, site: Any, count: int) -> None:
    """A while loop whose condition is known when deriving at the head of each trip."""
    from transforms.lower.expressions import condition
    from transforms.lower.statements import execute

    cond = condition(lo, stmt.test)
    if not isinstance(cond, Const) or count == LONGEST_UNROLLED:
        raise lo.notes.unrolled[site]
    if cond.value:
        rest = lambda: trip_by_trip(lo, stmt, site, count + 1)  # noqa: E731
        alone(lo, ("trip", count), lambda: execute(lo, stmt.body), rest)


def _effects(stmt: Any) -> bool:
    return isinstance(stmt, (ir.Store, ir.Guarded)) or isinstance(stmt, ir.Apply) and stmt.effect


def same_state(a: State, b: State) -> bool:
    for fa, fb in zip(a.frames, b.frames, strict=True):
        if fa[0].keys() != fb[0].keys() or any(fa[0][k] is not fb[0][k] for k in fa[0]):
            return False
    return all(b.heap.get(k) is v for k, v in a.heap.items())


def is_list(value: Any) -> bool:
    """Whether a value or template of one is a list, known when deriving or there at run time."""
    if isinstance(value, (Ref, Remade)):
        return value.cls is list
    kind = value.kind if isinstance(value, (Var, Hole)) else None
    return isinstance(kind, kinds.Kind) and kind.base == "list"


class Hole:
    """A place in the state at a loop's head that changes from trip to trip: its kind, and its shape if that stays.

    mixed: a number that is an int on the first trip, say, and a float later."""

    def __init__(self, kind: Any, shape: Any = None, mixed: bool = False) -> None:
        self.kind = kind
        self.shape = shape
        self.mixed = mixed


class Remade:
    """An object that each trip makes anew: its content is a template, its identity is not kept."""

    def __init__(self, cls: type, site: Any, content: Any) -> None:
        self.cls = cls
        self.site = site
        self.content = content


class Fixpoint:
    """Runs a loop's body until the state at its head stands still, then binds phis and outs."""

    def __init__(self, lo: Lowering, loop: ir.Loop, trip: Callable[[], None], site: Any = None) -> None:
        self.lo = lo
        self.site = site
        self.loop = loop
        self.trip = trip
        self.before = lo.snapshot()
        self.templates: dict[Any, Any] = {}
        self.heads: dict[Any, Any] = {}
        self.head_contents: dict[int, Any] = {}
        self.after = self.before
        self.loc = lo.loc

    def run(self) -> None:
        lo, loop = self.lo, self.loop
        for _ in range(MOST_ATTEMPTS):
            lo.resume(self.before)
            lo.loc = self.loc
            loop.phis = []
            loop.body = Block()
            self.heads = {key: self.head(key, template) for key, template in self.templates.items()}
            for key, value in self.heads.items():
                self.assign(key, value)
            lo.within(loop.body, self.trip)
            self.drop_flags("continue")
            after = lo.snapshot()
            if not self.widen(after):
                self.finish(after)
                return
        lo.refuse("the types of the values carried by this loop do not settle")

    def drop_flags(self, *names: str) -> None:
        for frame in self.lo.active():
            for name in names:
                frame.exits.pop(name, None)

    # -- slots ---------------------------------------------------------------------------------------------------------

    def slots(self, state: State) -> dict[Any, Any]:
        """Everything in a state that a trip may change, by key."""
        found: dict[Any, Any] = {}
        for number, (env, exits, result) in enumerate(state.frames):
            found.update({("name", number, name): value for name, value in env.items()})
            found.update({("exit", number, name): value for name, value in exits.items()})
            found[("result", number, "")] = result
        for key, content in state.heap.items():
            if key in self.before.heap:
                found[("heap", key, "")] = content
        return found

    def assign(self, key: Any, value: Any) -> None:
        where, number, name = key
        if where == "heap":
            self.lo.heap[number] = value
            return
        frame = self.lo.active()[number]
        if where == "name":
            frame.env[name] = value
        elif where == "exit":
            frame.exits[name] = value
        else:
            frame.result = value

    def head(self, key: Any, template: Any) -> Any:
        """The value at the head of a trip: flags of exits are down there, the rest has phis for its holes."""
        if key[0] == "exit":
            return FALSE
        return self.build(template, key[2] if key[0] == "name" else "")

    def build(self, template: Any, name: str = "") -> Any:
        if isinstance(template, Hole):
            made = self.lo.vars_of(template.kind, name)
            if template.shape is not None:
                made.shape = template.shape
            if template.mixed and isinstance(made, Var):
                self.lo.mixed.add(made.serial)
            return made
        if isinstance(template, Remade):
            ref = Ref(template.cls, template.site)
            if self.lo.escaped:
                self.lo.escaped.add(ref.id)  # as the object of the trip before may have
            self.lo.heap[ref.id] = self.head_contents[ref.id] = self.build(template.content)
            if template.cls is list:
                self.lo.list_sites[ref.id] = template.site
            if template.cls is dict:
                self.lo.dicts.add(ref.id)
            return ref
        if isinstance(template, tuple):
            items = [self.build(t) for t in template]
            return type(template)(*items) if hasattr(template, "_fields") else tuple(items)
        if isinstance(template, dict):
            return {k: self.build(t, str(k)) for k, t in template.items()}
        return template

    # -- widening ------------------------------------------------------------------------------------------------------

    def widen(self, after: State) -> bool:
        """Widen the templates to cover the state after a trip; whether anything changed."""
        first, last = self.slots(self.before), self.slots(after)
        changed = False
        for key, value in last.items():
            old = self.templates.get(key, first.get(key, UNDEFINED if key[0] != "exit" else FALSE))
            head = self.heads.get(key, old)
            new = self.cover(old, head, value, key)
            if new is not old:
                self.templates[key] = new
                changed = True
        return changed

    def cover(self, template: Any, head: Any, value: Any, key: Any) -> Any:
        """The least template that covers both `template` and `value`; the same object if it does already."""
        if value is head or isinstance(value, Const) and value == template or isinstance(template, Lost):
            return template
        template, head, value = map(self.lo.read, (template, head, value))
        if isinstance(template, Hole):
            return self.cover_hole(template, value)
        if template is UNDEFINED and key[0] == "heap" and value is not UNDEFINED:
            return Lost("a value that a loop makes first is read after it, which is not followed here", self.site)
        if template is UNDEFINED:
            return self.late(value)
        if isinstance(template, Remade):
            return self.cover_remade(template, head, value, key)
        if isinstance(template, tuple) and isinstance(value, tuple) and len(template) == len(value):
            return self.cover_tuple(template, head, value, key)
        if isinstance(template, dict) and isinstance(value, dict):
            return self.cover_dict(template, head, value, key)
        if is_list(template) and is_list(value) and self.replaced(template, value):
            self.make_dynamic(template, value)
        if isinstance(template, Ref) and isinstance(value, Ref) and template.cls is value.cls:
            return Remade(template.cls, template.site, self.cover_new(template, value, key))
        ka, kb = _kind(template), _kind(value)
        if ka is not None and kb is not None and (kind := kinds.join(ka, kb)) is not None:
            shape = shapes.dims(template) if shapes.same(template, value) else None
            return Hole(kind, shape, integers.mixes(self.lo, kind, template, value))
        if value is UNDEFINED:
            return template
        return self.grown(template, value, key)

    def replaced(self, template: Any, value: Any) -> bool:
        """Whether a list is replaced by one of another length, or by one that is there at run time."""
        if (
            isinstance(template, Var)
            and isinstance(value, Var)
            or isinstance(template, Hole)
            and isinstance(value, Var)
        ):
            return False
        if not (isinstance(template, (Ref, Remade)) and isinstance(value, Ref)):
            return True
        if isinstance(template, Remade):
            old = template.content
        else:
            old = self.before.heap.get(template.id, self.lo.heap.get(template.id))
        new = self.lo.heap[value.id]
        return isinstance(old, tuple) and isinstance(new, tuple) and len(old) != len(new)

    def make_dynamic(self, *lists: Any) -> None:
        """Begin again with these lists at run time."""
        sites = [v.site for v in lists if isinstance(v, (Ref, Remade)) and v.site is not None]
        new = [s for s in sites if s not in self.lo.notes.dynamic and s not in self.lo.notes.known]
        if new:
            self.lo.notes.dynamic.update(new)
            self.lo.restart()

    def cover_hole(self, template: Hole, value: Any) -> Any:
        if value is UNDEFINED:
            return template
        kind = _kind_tree(value)
        joined = kinds.join(template.kind, kind) if kind is not None else None
        if joined is None:
            return Lost(OTHER_TYPE, self.site)
        mixed = template.mixed or integers.mixes(self.lo, joined, value)
        if template.shape is not None and shapes.dims(value) != template.shape:
            return Hole(joined, None, mixed)
        return template if (joined, mixed) == (template.kind, template.mixed) else Hole(joined, template.shape, mixed)

    def late(self, value: Any) -> Any:
        """A name that the loop binds first: it has a value after the loop, if there was a trip."""
        if value is UNDEFINED:
            return UNDEFINED
        kind = _kind_tree(value)
        if kind is not None:
            return Hole(kind)
        if isinstance(value, (Const, Closure)) and not isinstance(value, Lost):
            known = value if isinstance(value, Const) else None
            if known is not None:
                return known
        return Lost("this name is bound to an object inside a loop and used after it: this is not followed", self.site)

    def cover_tuple(self, template: tuple, head: Any, value: tuple, key: Any) -> Any:
        items = [self.cover(t, h, v, key) for t, h, v in zip(template, head, value, strict=True)]
        if all(i is t for i, t in zip(items, template, strict=True)):
            return template
        return type(template)(*items) if hasattr(template, "_fields") else tuple(items)

    def cover_dict(self, template: dict, head: dict, value: dict, key: Any) -> Any:
        if key[0] == "heap" and key[1] in self.lo.dicts and list(template) != list(value):
            return Lost("a dict gets keys in a loop that is not unrolled: this is not followed", self.site)
        items = {
            k: self.cover(template.get(k, UNDEFINED), head.get(k, UNDEFINED), value.get(k, UNDEFINED), key)
            for k in {**template, **value}
        }
        same = items.keys() == template.keys() and all(items[k] is template[k] for k in template)
        return template if same else items

    def cover_new(self, template: Ref, value: Ref, key: Any) -> Any:
        """The content template of an object that is made anew in each trip."""
        lo = self.lo
        if template.origin is not None:
            lo.refuse(f"{lo.describe(template)} from outside is replaced in a loop: this is not followed")
        old = self.before.heap.get(template.id, lo.heap.get(template.id))
        if self.count(self.before, template) > 1:
            lo.refuse(f"{lo.describe(template)} that has several names is replaced in a loop: this is not followed")
        return self.cover(old, old, lo.heap[value.id], key)

    def cover_remade(self, template: Remade, head: Any, value: Any, key: Any) -> Any:
        if not isinstance(value, Ref) or value.cls is not template.cls:
            return Lost("a name is bound to objects of different classes in a loop: this is not followed", self.site)
        content = self.cover(template.content, self.head_contents[head.id], self.lo.heap[value.id], key)
        return template if content is template.content else Remade(template.cls, template.site, content)

    def count(self, state: State, ref: Ref) -> int:
        """How many places of a state hold an object."""

        def inside(value: Any) -> int:
            if value is ref:
                return 1
            if isinstance(value, (tuple, list)):
                return sum(map(inside, value))
            if isinstance(value, dict):
                return sum(map(inside, value.values()))
            return 0

        places = [env for env, _, _ in state.frames] + list(state.heap.values())
        return sum(map(inside, places))

    def grown(self, template: Any, value: Any, key: Any) -> Any:
        """Lists of changing length become lists at run time; anything else is lost."""
        lo = self.lo
        site = lo.list_sites.get(key[1]) if key[0] == "heap" else None
        tried = site in lo.notes.known or site in lo.notes.dynamic
        if site is not None and not tried and isinstance(template, tuple) and isinstance(value, tuple):
            lo.notes.dynamic.add(site)
            lo.restart()
        objects = isinstance(value, tuple) and all(making.can_be_item(v, objects=True) for v in value)
        if site is not None and site not in lo.notes.objects and objects:
            lo.notes.objects.add(site)  # neither at run time nor item by item: with objects for None and flags, then
            lo.notes.dynamic.add(site)
            lo.restart()
        if site is not None:
            lo.refuse("a list that grows in a loop holds what cannot be kept in a list at run time")
        return Lost(OTHER_TYPE, self.site)

    # -- the end -------------------------------------------------------------------------------------------------------

    def finish(self, after: State) -> None:
        """Bind phis, inits, results and outs, and leave the state as the loop leaves it."""
        lo, loop = self.lo, self.loop
        self.after = after
        first, last = self.slots(self.before), self.slots(after)
        halts = [
            v
            for k, v in last.items()
            if k[0] == "exit" and (k[2] in ("break", "return", "raise") or k[2].startswith(FLAG)) and v != FALSE
        ]
        lo.resume(self.before)
        for key, template in self.templates.items():
            initial = first.get(key, FALSE if key[0] == "exit" else UNDEFINED)
            out = self.bind(template, self.heads[key], initial, last.get(key, UNDEFINED), key)
            self.assign(key, out)
        lo.loc = self.loc
        loop.halt = self.any(halts)
        lo.emit(loop)
        if lo.tries:
            reopen(lo)

    def any(self, flags: list[Any]) -> Any:
        """The operand that is true if one of the flags is."""
        flags = list(dict.fromkeys(flags))
        if not flags:
            return None
        result = flags[0]
        for flag in flags[1:]:
            result = self.lo.within(self.loop.body, lambda a=result, b=flag: self.lo.apply(operator.or_, a, b))
        return result

    def bind(self, template: Any, head: Any, initial: Any, last: Any, key: Any) -> Any:
        """The value after the loop of one slot."""
        if isinstance(template, Lost):
            return template
        initial, last = self.lo.read(initial), self.lo.read(last)
        if isinstance(template, Hole):
            return self.carry(template.kind, head, initial, last, key)
        if isinstance(template, Remade):
            ref, after_heap = Ref(template.cls, template.site), self.after.heap
            if self.lo.escaped:
                self.lo.escaped.add(ref.id)
            before = self.before.heap.get(initial.id) if isinstance(initial, Ref) else UNDEFINED
            content = self.bind(template.content, self.head_contents[head.id], before, after_heap[last.id], key)
            self.lo.heap[ref.id] = content
            return ref
        if isinstance(template, tuple) and template is not head:
            initials = initial if isinstance(initial, tuple) else (UNDEFINED,) * len(template)
            items = [self.bind(t, h, i, v, key) for t, h, i, v in zip(template, head, initials, last, strict=True)]
            return type(template)(*items) if hasattr(template, "_fields") else tuple(items)
        if isinstance(template, dict) and template is not head:
            held = initial if isinstance(initial, dict) else {}
            return {
                k: self.bind(t, head[k], held.get(k, UNDEFINED), last.get(k, UNDEFINED), (*key[:2], str(k)))
                for k, t in template.items()
            }
        return template if template is not UNDEFINED else last

    def carry(self, kind: Any, head: Any, initial: Any, last: Any, key: Any) -> Any:
        """A phi for each number or array of a hole."""
        lo, loop = self.lo, self.loop
        if isinstance(kind, tuple):
            initials = initial if isinstance(initial, tuple) else (UNDEFINED,) * len(kind)
            heads = head if isinstance(head, tuple) else (UNDEFINED,) * len(kind)
            return tuple(self.carry(k, h, i, v, key) for k, h, i, v in zip(kind, heads, initials, last, strict=True))
        phi = head if isinstance(head, Var) else lo.var(kind)
        for value in (initial, last):
            if isinstance(value, Var) and value.region is not None and phi.region is not None:
                phi.region.union(value.region)
        out = Var(key[2] or phi.name, kind, phi.region, shape=None if shapes.unknown(phi) else phi.shape)
        if phi.serial in lo.mixed:
            lo.mixed.add(out.serial)
        loop.phis.append(phi)
        loop.inits.append(initial)
        loop.body.results.append(last)
        loop.outs.append(out)
        return out


def _kind_tree(value: Any) -> Any:
    """The kind tree of a number, array or tuple of such; None for anything else."""
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        items = tuple(map(_kind_tree, value))
        return None if None in items else items
    return _kind(value)
