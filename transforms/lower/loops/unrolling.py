"""Trips one after the other, where their number is known when deriving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms.ir import Block
from transforms.lower.loops import bodies, sequences
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const

LONGEST_UNROLLED = 64


def unroll(lo: Lowering, sequence: sequences.Sequence, body: Callable[[Any], None], node: Any) -> None:
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
            bodies.end_trip(lo)
            position += 1
        sequence.end(Block())

    trips(0)


def alone(lo: Lowering, label: Any, trip: Callable[[], None], rest: Callable[[], None]) -> None:
    """One trip of a loop by itself, and the rest of the loop if it did not leave it."""
    saved, lo.path = lo.path, (*lo.path, label)
    trip()
    lo.path = saved
    bodies.end_trip(lo)
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
