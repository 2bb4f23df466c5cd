"""What has no length gives its items itself: generators, filter, chain, and zip and enumerate of such."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from transforms.lower.calls import calling, following
from transforms.lower.containers import comprehensions, reading
from transforms.lower.loops import bodies, iterating, sequences
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import TRUE, Cell, Const, Iter


def zip_pushed(lo: Lowering, value: Iter, body: Callable[[Any], None], node: Any) -> bool:
    """zip of one generator, first or last, and sequences: the generator runs and counts, the others are indexed."""
    places = [i for i, p in enumerate(value.parts) if isinstance(p, Iter) and p.kind == "generator"]
    if len(places) != 1 or places[0] not in (0, len(value.parts) - 1) or len(value.parts) < 2:
        return False
    place = places[0]
    parts = [p for i, p in enumerate(value.parts) if i != place]
    others = [sequences.Sequence.of(lo, p) for p in parts]
    if any(p is None for p in others):
        return False
    lengths = [
        lo.operand(Const(p.length)) if isinstance(p.length, int) else sequences.length_of(lo, p)
        for p in others
        if p is not None
    ]
    length = lengths[0]
    for other in lengths[1:]:
        length = lo.apply(min, length, other)
    counter = lo.new(Cell, (Const(0),))
    body = body if hasattr(body, "frame") else bodies.in_frame(lo, lo.frame, body)

    def stop() -> None:
        lo.frame.exits["return"] = TRUE

    def item_beside(sequence: Any, part: Any, at: Any) -> Any:
        if isinstance(sequence.length, int):
            return sequence.item(at.value) if isinstance(at, Const) else reading.get_item(lo, part, at)
        return sequences.position(lo, sequence, at)

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

    iterating.iterate(lo, value.parts[0], bodies.in_frame(lo, frame, run), node)


def map_pushed(lo: Lowering, value: Iter, body: Callable[[Any], None], node: Any) -> None:
    func, *iterables = value.parts
    sequence = sequences.mapped(lo, value)
    if sequence is not None:
        iterating.run_sequence(lo, sequence, body, node)
    elif len(iterables) == 1:
        frame = getattr(body, "frame", lo.frame)
        run = bodies.in_frame(lo, frame, lambda item: body(calling.call(lo, func, (item,), {}, node)))
        iterating.iterate(lo, iterables[0], run, node)
    else:
        lo.refuse("map over these is not followed", node=node)


def filter_pushed(lo: Lowering, value: Iter, body: Callable[[Any], None], node: Any) -> None:
    func, iterable = value.parts
    frame = getattr(body, "frame", lo.frame)

    def run(item: Any) -> None:
        keep = item if func == Const(None) else calling.call(lo, func, (item,), {}, node)
        lo.branch(lo.truth(keep), lambda: body(item), lambda: None)

    iterating.iterate(lo, iterable, bodies.in_frame(lo, frame, run), node)


def chain_pushed(lo: Lowering, value: Iter, body: Callable[[Any], None], node: Any) -> None:
    for part in value.parts:
        left = lo.exited()
        if left is True:
            return
        if left is False:
            iterating.iterate(lo, part, body, node)
        else:
            lo.branch(
                left, lambda: None, lambda part=part: (lo.frame.exits.clear(), iterating.iterate(lo, part, body, node))
            )


def generator_pushed(lo: Lowering, value: Iter, body: Callable[[Any], None], node: Any) -> None:
    """A generator's body runs, and each yield runs the consumer's."""
    closure, args, kwargs = value.parts
    frame = following.enter(lo, closure, args, kwargs)
    if not hasattr(body, "frame"):
        body = bodies.in_frame(lo, lo.frame, body)
    frame.on_yield = lambda item: (body(item), bodies.end_trip_of(body.frame))[0]  # type: ignore[attr-defined]
    following.run(lo, frame)


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
