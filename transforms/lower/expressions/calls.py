"""Calls, functions written where they are used, and what a generator yields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from transforms.lower.calls import calling, closures
from transforms.lower.containers import making, unpacking
from transforms.lower.expressions import displays, evaluating
from transforms.lower.objects import supers
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Var


def call(lo: Lowering, node: gast.Call) -> Any:
    func = evaluating.evaluate(lo, node.func)
    if func == Const(super) and not node.args:
        return supers.super_(lo)
    columns = unzipped(lo, func, node)
    if columns is not None:
        return columns
    args = displays.elements(lo, node.args)
    kwargs: dict[str, Any] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            kwargs.update(unpacking.mapping(lo, evaluating.evaluate(lo, keyword.value)))
        else:
            kwargs[keyword.arg] = evaluating.evaluate(lo, keyword.value)
    saved, lo.path = lo.path, (*lo.path, id(node))
    try:
        return calling.call(lo, func, args, kwargs, node)
    finally:
        lo.path = saved


def unzipped(lo: Lowering, func: Any, node: gast.Call) -> Any:
    """`zip(*pairs)` of a list that is there at run time: one list for each place; None for any other call."""
    if func != Const(zip) or len(node.args) != 1 or not isinstance(node.args[0], gast.Starred):
        return None
    pairs = evaluating.evaluate(lo, node.args[0].value)
    if not (isinstance(pairs, Var) and pairs.kind.base == "list" and isinstance(pairs.kind.item, tuple)):
        return None
    return tuple(making.column(lo, pairs, place, node) for place in range(len(pairs.kind.item)))


def lambda_(lo: Lowering, node: gast.Lambda) -> Any:
    return closures.make_closure(lo, node)


def yield_(lo: Lowering, node: gast.Yield) -> Any:
    if lo.frame.on_yield is None:
        return lo.refuse("a generator is used here in a way that is not followed", "iterate over it with a for loop")
    lo.frame.on_yield(Const(None) if node.value is None else evaluating.evaluate(lo, node.value))
    return Const(None)


def yield_from(lo: Lowering, node: gast.YieldFrom) -> Any:
    from transforms.lower.loops import iterating

    if lo.frame.on_yield is None:
        return lo.refuse("a generator is used here in a way that is not followed", "iterate over it with a for loop")
    iterating.iterate(lo, evaluating.evaluate(lo, node.value), lo.frame.on_yield, node)
    return Const(None)


EXPRESSIONS: dict[type, Callable[[Lowering, Any], Any]] = {
    gast.Call: call,
    gast.Lambda: lambda_,
    gast.Yield: yield_,
    gast.YieldFrom: yield_from,
}
