"""Counted loops: over a range or the positions of a sequence; the first trip stands before them if need be."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from tensor import runtime
from transforms import ir, kinds
from transforms.errors import UnsupportedError
from transforms.ir import Block
from transforms.lower.loops import fixpoint, sequences, unrolling
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const


def counted(
    lo: Lowering, sequence: sequences.Sequence, body: Callable[[Any], None], node: Any, peeled: bool = False
) -> None:
    """A counted loop over a range or the positions of a sequence."""
    bounds, reverse = sequence.bounds, False
    if bounds is not None and bounds[0] == "reversed":
        bounds, reverse = bounds[1:], True
    if bounds is None:
        bounds = (Const(0), sequence.length, Const(1))
    loop = ir.Loop([], [], [], Block(), bounds=tuple(map(lo.operand, bounds)), reverse=reverse, loc=lo.loc)
    site = (*lo.path, "loop", id(node))
    known = unrolling.known_trips(loop.bounds, reverse) if sequence.bounds is not None else None
    if known is not None and (lo.notes.concrete or site in lo.notes.spread):
        unrolling.unroll(lo, sequences.Sequence(len(known), lambda i: Const(known[i])), body, node)
        return
    if site in lo.notes.peeled and not peeled:
        peel(lo, sequence, loop, body, node)
        return

    def trip() -> None:
        loop.index = lo.var(kinds.INT)
        body(sequence.item(loop.index))

    before = lo.snapshot()
    try:
        fixpoint.Fixpoint(lo, loop, trip, site).run()
        sequence.end(loop.body)
    except UnsupportedError:
        if known is None:
            raise
        lo.resume(before)
        lo.loc = loop.loc
        unrolling.unroll(lo, sequences.Sequence(len(known), lambda i: Const(known[i])), body, node)


def peel(lo: Lowering, sequence: sequences.Sequence, loop: ir.Loop, body: Callable[[Any], None], node: Any) -> None:
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
    others = sequences.Sequence(sequence.length, sequence.item, rest if loop.reverse else rest[1:], sequence.end)
    unrolling.alone(
        lo, "first", lambda: body(sequence.item(first)), lambda: counted(lo, others, body, node, peeled=True)
    )
