"""What is iterated over: an abstract value gives its items to a body, one by one or as a counted loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from transforms.lower.calls import calling
from transforms.lower.intrinsics import iterators
from transforms.lower.loops import begun, bodies, counting, pushing, sequences, unrolling
from transforms.lower.objects import attributes, model
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import wrapping
from transforms.lower.values import UNDEFINED, Choice, Const, Iter, Ref


def for_(lo: Lowering, stmt: gast.For) -> None:
    from transforms.lower.expressions.evaluating import evaluate
    from transforms.lower.statements.assigning import store
    from transforms.lower.statements.executing import execute

    iterable = evaluate(lo, stmt.iter)
    frame = lo.frame

    def body(item: Any) -> None:
        store(lo, stmt.target, item)
        execute(lo, stmt.body)

    bodies.looped(lo, stmt, lambda: iterate(lo, iterable, bodies.in_frame(lo, frame, body), stmt))


def iterate(lo: Lowering, value: Any, body: Callable[[Any], None], node: Any) -> None:
    """Run `body` on each item of an abstract value."""
    if isinstance(value, Choice):
        lo.branch(
            value.cond, lambda: iterate(lo, value.then, body, node), lambda: iterate(lo, value.orelse, body, node)
        )
        return
    if isinstance(value, Iter) and value.kind in pushing.PUSHED:
        lo.use_up(value)
        pushing.PUSHED[value.kind](lo, value, body, node)
        return
    if isinstance(value, Ref) and value.cls is begun.Iterator:
        begun.iterate_rest(lo, value, body, node)
        return
    sequence = sequences.Sequence.of(lo, value)
    if sequence is None:
        if isinstance(value, Iter) and value.kind == "zip" and pushing.zip_pushed(lo, value, body, node):
            return
        if isinstance(value, Iter) and value.kind == "enumerate":
            pushing.enumerate_pushed(lo, value, body, node)
            return
        items = items_of_object(lo, value, node)
        if items is not None:
            iterate(lo, items, body, node)
            return
        lo.refuse(f"iterating over {lo.describe(value)} is not followed", node=node)
    assert sequence is not None
    run_sequence(lo, sequence, body, node)


def items_of_object(lo: Lowering, value: Any, node: Any) -> Any:
    """What an instance of a user's class is iterated by: its `__iter__`, its `__next__` if that gave the instance
    itself, or its `__getitem__`; None for anything else."""
    cls = model.user_class(value)
    if cls is None or isinstance(value, tuple) or wrapping.iterated(value):
        return None
    if model.lookup(cls, "__iter__") is not UNDEFINED:
        items = calling.call(lo, attributes.get_attribute(lo, value, "__iter__"), (), {}, node)
        itself = items is value or isinstance(items, Const) and isinstance(value, Const) and items.value is value.value
        return iterators.generated(lo, iterators.from_next, value) if itself else items
    if model.lookup(cls, "__getitem__") is not UNDEFINED:
        return iterators.generated(lo, iterators.from_getitem, value)
    return None


def run_sequence(lo: Lowering, sequence: sequences.Sequence, body: Callable[[Any], None], node: Any) -> None:
    if isinstance(sequence.length, int):
        unrolling.unroll(lo, sequence, body, node)
    else:
        counting.counted(lo, sequence, body, node)


STATEMENTS: dict[type, Callable[[Lowering, Any], None]] = {gast.For: for_}
