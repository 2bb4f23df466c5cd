"""Array functions of a list: each item's share is a part of the result's cotangent.

    y = np.stack(L)           for i in range(len(L)): L_bar[i] += y_bar[i]

Functions that join their items end to end give each its stretch (`offsets`).
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from transforms import ir, kinds
from transforms.differentiate.pullbacks.list_kinds import bar_kind, leaf_kinds, refuse
from transforms.differentiate.pullbacks.list_shadows import added, give_item, items_memory, leaf_memory, over, read_item
from transforms.differentiate.pullbacks.list_values import contribute_list
from transforms.errors import UnsupportedError
from transforms.ir import Block, Const, Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse

AXIS_SECOND = {np.stack, np.concatenate}


def pull_sequence(rev: Reverse, stmt: ir.Apply, arg: Var, bar: Any) -> None:
    """np.array, np.stack, np.concatenate, ... of a list: each item's share is a part of the result's cotangent."""
    if stmt.fn is math.fsum and not leaf_memory(rev, arg, arg.kind.item):
        give_all(rev, arg, bar)
        return
    joins, axis = joined_along(stmt, arg)
    if axis != 0:
        bar = rev.lo.apply(np.moveaxis, bar, Const(axis), Const(0))
    if joins:
        offsets(rev, arg, bar, axis)
    else:
        give_each(rev, arg, bar)


def give_all(rev: Reverse, arg: Var, bar: Any) -> None:
    """Add the same cotangent to that of each item of a list."""
    lo = rev.lo
    if rev.is_shadowed(arg):
        over(rev, rev.shadow(arg), lambda i: give_item(rev, rev.shadow(arg), i, bar))
        return
    loop = ir.Loop([], [], [], Block(), lo.var(kinds.INT), (Const(0), lo.apply(len, arg), Const(1)), loc=lo.loc)
    made = lo.var(kinds.Kind("list", item=bar_kind(arg.kind.item)))
    loop.collects = [(made, bar)]
    lo.emit(loop)
    contribute_list(rev, arg, made)


def joined_along(stmt: ir.Apply, arg: Var) -> tuple[bool, int]:
    """Whether a function joins its items end to end (or stacks them), and along which axis of the result."""
    rank: Any = arg.kind.item.ndim if isinstance(arg.kind.item, kinds.Kind) and arg.kind.item.numeric else 0
    fn, axis = (
        stmt.fn,
        stmt.kwargs.get("axis", stmt.args[1] if len(stmt.args) > 1 and stmt.fn in AXIS_SECOND else Const(0)),
    )
    known = isinstance(axis, Const) and isinstance(axis.value, int) and rank is not None
    if not known or set(stmt.kwargs) - {"axis", "dtype"} or len(stmt.args) > (1 if fn not in AXIS_SECOND else 2):
        if not (fn in (np.array, np.asarray) and len(stmt.args) == 2 and not set(stmt.kwargs) - {"dtype"}):
            refuse(stmt, "this function of a list that is there at run time only is not followed")
    if fn in (np.array, np.asarray):
        return False, 0
    if fn is np.stack:
        return False, axis.value % (rank + 1)
    if fn is np.concatenate and rank:
        return True, axis.value % rank
    if fn is np.hstack:
        return rank > 0, int(rank > 1)
    if fn is np.vstack:
        if rank:
            return rank > 1, 0
    if fn is np.column_stack and rank:
        return rank > 1, 1
    refuse(stmt, "this function of a list that is there at run time only is not followed")
    raise AssertionError


def give_each(rev: Reverse, arg: Var, bar: Any) -> None:
    """Add `bar[i]` to the cotangent of each item of a list."""
    lo = rev.lo
    if rev.is_shadowed(arg):
        give_parts(rev, arg, rev.shadow(arg), bar)
        return
    if any(k.base == "list" for k in leaf_kinds(arg.kind.item)):
        raise UnsupportedError(
            "an array is made of lists that a loop keeps: this is not followed",
            lo.loc.location() if lo.loc is not None else None,
        )
    loop = ir.Loop([], [], [], Block(), lo.var(kinds.INT), (Const(0), lo.apply(len, arg), Const(1)), loc=lo.loc)
    made = lo.var(kinds.Kind("list", item=bar_kind(arg.kind.item)))
    item = lo.within(loop.body, lambda: part_of(rev, bar, loop.index, arg.kind.item))
    loop.collects = [(made, item)]
    lo.emit(loop)
    contribute_list(rev, arg, made)


def part_of(rev: Reverse, bar: Any, i: Any, kind: Any) -> Any:
    """`bar[i]`, taken apart as the item is."""
    part = rev.lo.apply_operands(operator.getitem, (bar, i), {})
    if isinstance(kind, tuple):
        return tuple(part_of(rev, part, Const(k), inner) for k, inner in enumerate(kind))
    return part


def give_parts(rev: Reverse, arg: Var, shadow: Var, bar: Any) -> None:
    """`shadow[i] += bar[i]`, through lists of lists."""
    over(rev, shadow, lambda i: add_part(rev, arg, shadow, i, part_of(rev, bar, i, arg.kind.item)))


def add_part(rev: Reverse, arg: Var, shadow: Var, i: Any, bar: Any) -> None:
    held = read_item(rev, shadow, i)
    kind = arg.kind.item
    if isinstance(kind, tuple) and leaf_memory(rev, arg, kind):
        raise UnsupportedError(
            "an array is made of tuples of arrays in a list: this is not followed",
            rev.lo.loc.location() if rev.lo.loc is not None else None,
        )
    if isinstance(kind, kinds.Kind) and kind.base == "list":
        inner = Var("", kind, arg.region.items if arg.region is not None else None)
        give_parts(rev, inner, held, bar)
    elif isinstance(kind, kinds.Kind) and kind.base == "array" and items_memory(rev, arg):
        rev.lo.emit(ir.Store(held, None, bar, operator.add, rev.lo.loc))
    else:
        rev.lo.emit(ir.Store(shadow, i, added(rev, held, bar), None, rev.lo.loc))


def offsets(rev: Reverse, arg: Var, bar: Any, axis: int) -> None:
    """Items joined end to end: each item's share is a stretch of the cotangent (its first axis is that of joining)."""
    lo = rev.lo
    start, index = lo.var(kinds.INT), lo.var(kinds.INT)
    loop = ir.Loop([start], [Const(0)], [lo.var(kinds.INT)], Block(), loc=lo.loc)
    loop.index, loop.bounds = index, (Const(0), lo.apply(len, arg), Const(1))

    def body() -> None:
        item = lo.vars_of(arg.kind.item, "", arg.region.items if arg.region is not None else None)
        lo.emit(ir.Apply(item, operator.getitem, (arg, index), loc=lo.loc))
        size = lo.apply(len, item) if axis == 0 else lo.apply(np.size, item, Const(axis))
        end = lo.apply(operator.add, start, size)
        part = lo.apply_operands(operator.getitem, (bar, ir.Slice(start, end, Const(None))), {})
        if axis != 0:
            part = lo.apply(np.moveaxis, part, Const(0), Const(axis))
        loop.body.results.append(end)
        if rev.is_shadowed(arg):
            add_part(rev, arg, rev.shadow(arg), index, part)
        else:
            made = lo.var(kinds.Kind("list", item=bar_kind(arg.kind.item)))
            loop.collects = [(made, part)]

    lo.within(loop.body, body)
    lo.emit(loop)
    if loop.collects:
        contribute_list(rev, arg, loop.collects[0][0])
