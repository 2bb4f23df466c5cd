"""What is iterated over keeps its length meanwhile: known when deriving, or checked at run time."""

from __future__ import annotations

from typing import Any

from tensor import runtime
from tensor.attributes import Method
from transforms import ir
from transforms.analyse.memory import LIST_WRITERS
from transforms.ir import Block
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Lost, Ref, Var


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
