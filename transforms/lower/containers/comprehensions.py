"""A comprehension is a loop that fills a container: `[x * y for x in a if x > 0]`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from transforms.lower.containers import lists, making, sets, writing
from transforms.lower.failures.contexts import unshadow
from transforms.lower.loops import bodies, iterating
from transforms.lower.state.lowering import Lowering


def comprehension(lo: Lowering, node: Any) -> Any:
    """A comprehension is a loop that fills a container; a generator expression waits for its consumer."""
    frame = lo.frame
    if isinstance(node, gast.GeneratorExp):
        return lo.iterator("comprehension", (node, frame))
    if isinstance(node, gast.DictComp):
        made = lo.new(dict, {}, lo.site(node))
        run_comprehension(lo, node, frame, lambda item: writing.set_item(lo, made, item[0], item[1]))
        return made
    if isinstance(node, gast.SetComp):
        made = lo.new(set, ())
        run_comprehension(lo, node, frame, lambda item: sets.set_add(lo, made, (item,), {}, node))
        return made
    made = making.new_list(lo, (), node)
    run_comprehension(lo, node, frame, lambda item: lists.append(lo, made, (item,), {}, node))
    return made


def run_comprehension(lo: Lowering, node: Any, frame: Any, consume: Callable[[Any], None]) -> None:
    """Run the loops of a comprehension, feeding each item to `consume`; its names are its own."""
    names = [n.id for g in node.generators for n in gast.walk(g.target) if isinstance(n, gast.Name)]
    saved = {name: frame.env.get(name, None) for name in names}
    consumer = lo.frame

    def level(number: int) -> None:
        if number == len(node.generators):
            hand_over(lo, consumer, consume, value(lo, node))
            return
        part = node.generators[number]
        iterable = evaluate_in(lo, part.iter)
        iterating.iterate(lo, iterable, bodies.in_frame(lo, frame, lambda item: trip(part, number, item)), node)

    def trip(part: Any, number: int, item: Any) -> None:
        from transforms.lower.statements.assigning import store

        store(lo, part.target, item)
        guard(part.ifs, lambda: level(number + 1))

    def guard(conditions: list[Any], run: Callable[[], None]) -> None:
        if not conditions:
            run()
            return
        cond = lo.truth(evaluate_in(lo, conditions[0]))
        lo.branch(cond, lambda: guard(conditions[1:], run), lambda: None)

    for name in names:
        frame.env.pop(name, None)
    left = frame.exits if frame not in lo.active() else None
    if left is not None:
        frame.exits = {}  # a generator expression that its function has returned: it runs though that is at its end
    lo.frames.append(frame)
    lo.shadowed.append((frame, saved))
    try:
        level(0)
    finally:
        if left is not None:
            frame.exits = left
        lo.shadowed.pop()
        lo.frames.pop()
        unshadow(frame.env, saved)


def hand_over(lo: Lowering, consumer: Any, consume: Callable[[Any], None], item: Any) -> None:
    lo.frames.append(consumer)
    try:
        consume(item)
    finally:
        lo.frames.pop()


def evaluate_in(lo: Lowering, node: Any) -> Any:
    from transforms.lower.expressions.evaluating import evaluate

    return evaluate(lo, node)


def value(lo: Lowering, node: Any) -> Any:
    """The item that a comprehension makes of the names at hand."""
    if isinstance(node, gast.DictComp):
        return (evaluate_in(lo, node.key), evaluate_in(lo, node.value))
    return evaluate_in(lo, node.elt)
