"""Iterators that iter() has made: their items, of which some have been taken."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from transforms import ir
from transforms.lower.containers import reading, unpacking
from transforms.lower.loops import bodies, iterating
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Lost, Ref


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
    iterating.iterate(lo, rest, bodies.in_frame(lo, frame, run), node)


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
