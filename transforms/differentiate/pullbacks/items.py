"""Items and slices: the cotangent of `source[index]` is added in place where it was taken from.

    y = x[i]              x_bar[i] += y_bar
    y = x[[0, 0]]         np.add.at(x_bar, [0, 0], y_bar)

An index that may name an entry twice adds to it twice.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tensor.attributes import ADD_AT
from transforms import ir, shapes
from transforms.differentiate import rules
from transforms.differentiate.pullbacks.cotangents import accumulate, buffer, contribute, project
from transforms.ir import Const, Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def pull_item(rev: Reverse, source: Any, index: Any, bar: Any, out: Any) -> None:
    """The backward step of `out = source[index]`: the cotangent goes where the item came from."""
    if not rev.active(source):
        return
    if isinstance(bar, Var) and not bar.kind.rank_known and isinstance(out, Var):
        bar = rules.unbroadcast(rev.lo, bar, out)
    bar = project(rev, source, bar)
    if inserts_axes(index) and not rev.is_shadowed(source) and isinstance(bar, Var) and shapes.same(bar, out):
        first = tuple(Const(0) if item == Const(None) else item for item in index)
        contribute(rev, source, rev.lo.apply(operator.getitem, bar, first))
        return
    target = rev.shadow(source) if rev.is_shadowed(source) else buffer(rev, source)
    add_at(rev, target, index, bar)


def add_at(rev: Reverse, target: Var, index: Any, bar: Any) -> None:
    """`target[index] += bar`, once for each time that an entry is named."""
    if repeats(index):
        rev.lo.emit(ir.Apply(None, ADD_AT, (target, index, bar), effect=True, loc=rev.lo.loc))
    else:
        accumulate(rev, target, index, bar)


def scatter_add(rev: Reverse, stmt: ir.Apply) -> Callable[[], None] | None:
    """np.add.at(target, index, value)."""
    target, index, value = stmt.args
    if not rev.is_shadowed(target):
        return None

    def run() -> None:
        if rev.active(value):
            bar = rev.lo.apply(operator.getitem, rev.shadow(target), index)
            contribute(rev, value, rules.unbroadcast(rev.lo, bar, value))

    return run


def inserts_axes(index: Any) -> bool:
    """Whether an index only adds axes of one entry, as in `x[:, None]`."""
    items = index if isinstance(index, tuple) else ()
    whole = ir.Slice(Const(None), Const(None), Const(None))
    return Const(None) in items and all(i in (Const(None), Const(Ellipsis), whole) for i in items)


def repeats(index: Any) -> bool:
    """Whether an index may name an entry twice: it holds an array or list of integers."""
    items = index if isinstance(index, tuple) else (index,)
    for item in items:
        if isinstance(item, list):
            return True
        if isinstance(item, Var) and not item.kind.scalar and item.kind.dtype != "?":
            return True
        if isinstance(item, Const) and isinstance(item.value, (list, np.ndarray)):
            return True
    return False
