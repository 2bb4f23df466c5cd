"""Stores into arrays, backward: what was written takes the cotangent of the entries, which had none before.

    y[i] = v              v_bar += y_bar[i]; y_bar[i] = 0
    y[i] += v             v_bar += y_bar[i]
    y[i] *= v             v_bar += y_bar[i] * y_i_before; y_bar[i] *= v

Entries that are needed as they were before are kept in the forward sweep.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tensor import registry, runtime
from transforms import ir, kinds
from transforms.differentiate import rules
from transforms.differentiate.pullbacks.contents import with_content
from transforms.differentiate.pullbacks.cotangents import contribute
from transforms.differentiate.pullbacks.items import add_at, repeats
from transforms.differentiate.pullbacks.list_operations import store_item
from transforms.differentiate.pullbacks.scopes import ZERO
from transforms.errors import UnsupportedError
from transforms.ir import Block, Const, Region, Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def store(rev: Reverse, stmt: ir.Store) -> Callable[[], None] | None:
    forward = rev.lo.block
    if stmt.target.kind.base == "list":
        return store_item(rev, stmt)
    rev.lo.emit(stmt)
    if not rev.is_shadowed(stmt.target):
        return None
    if stmt.op in (None, operator.add, operator.sub) and not (stmt.op is not None and repeats(stmt.index)):
        return lambda: pull_store(rev, stmt)
    old = rev.lo.var(stored_kind(stmt), "", Region())
    return lambda: pull_update(rev, stmt, old, forward)


def pull_store(rev: Reverse, stmt: ir.Store) -> None:
    """`target[i] = v`, `target[i] += v` or `-= v`: v's share is what the entry's cotangent is."""
    shadow = rev.shadow(stmt.target)
    if rev.active(stmt.value):
        bar = written_part(rev, shadow, stmt)
        bar = rules.unbroadcast(rev.lo, bar, stmt.value)
        if isinstance(bar, Var) and shares(bar, shadow):
            bar = rev.lo.apply(np.copy, bar)
        if stmt.op is operator.sub:
            bar = rev.lo.apply(operator.neg, bar)
    else:
        bar = None
    if stmt.op is None:
        rev.lo.emit(ir.Store(shadow, whole(stmt.index), ZERO, None, rev.lo.loc))
    if bar is not None:
        contribute(rev, stmt.value, bar)


def stored_part(rev: Reverse, target: Var, index: Any) -> Any:
    """The part of a shadow that a store concerns."""
    if index is None:
        return target
    out = rev.lo.apply(operator.getitem, target, index)
    return out


def written_part(rev: Reverse, shadow: Var, stmt: ir.Store) -> Any:
    """The cotangent of what was written: of entries named twice, only the last writing counts."""

    if stmt.op is None and repeats(stmt.index):
        return rev.lo.apply(runtime.written_part, shadow, stmt.index)
    return stored_part(rev, shadow, stmt.index)


def pull_update(rev: Reverse, stmt: ir.Store, old: Var, forward: Block) -> None:
    """`target[i] op= v` for any other operator: as `target[i] = target[i] op v`."""
    lo = rev.lo
    shadow = rev.shadow(stmt.target)
    bar = written_part(rev, shadow, ir.Store(stmt.target, stmt.index, stmt.value, None, stmt.loc))
    if isinstance(bar, Var) and shares(bar, shadow):
        bar = lo.apply(np.copy, bar)
    entries = Var(old.name, old.kind, old.region)
    mark = len(lo.block.stmts)
    pair = with_content(rev, stmt, [stmt.value], lambda given: shares_of(rev, stmt, bar, entries, given[0]), forward)
    if any(reads_entries(s, entries) for s in every(lo.block.stmts[mark:])):
        keep_old(stmt, entries, forward)
    if repeats(stmt.index):
        lo.emit(ir.Store(shadow, stmt.index, ZERO, None, lo.loc))
        add_at(rev, shadow, stmt.index, pair[0])
    else:
        lo.emit(ir.Store(shadow, whole(stmt.index), pair[0], None, lo.loc))
    if pair[1] is not None:
        contribute(rev, stmt.value, pair[1])


def shares_of(rev: Reverse, stmt: ir.Store, bar: Any, old: Var, value: Any) -> list[Any]:
    """The cotangents of the old entries and of the value of an in-place update."""
    rule = registry.lookup(stmt.op)
    found: list[Any] = []
    for position, operand in ((0, old), (1, stmt.value)):
        if position == 1 and not rev.active(stmt.value):
            found.append(None)
            continue
        partial = rule.partials.get(position) if rule is not None else None
        if partial is None:
            raise UnsupportedError(
                "this in-place operator has no derivative rule",
                stmt.loc.location() if stmt.loc is not None else None,
                "write it as an assignment",
            )
        ans = rev.lo.apply(stmt.op, old, value)
        share = rules.follow(rev.lo, partial.pullback, bar, ans, (old, value), {})
        found.append(rules.unbroadcast(rev.lo, share, operand if position else old))
    return found


def keep_old(stmt: ir.Store, old: Var, forward: Block) -> None:
    """Keep the entries that a store overwrites."""
    at = next(i for i, s in enumerate(forward.stmts) if s is stmt)
    if stmt.index is None:
        kept = [ir.Apply(old, np.copy, (stmt.target,), loc=stmt.loc)]
    elif old.kind.scalar or repeats(stmt.index):
        kept = [ir.Apply(old, operator.getitem, (stmt.target, stmt.index), loc=stmt.loc)]
    else:
        view = Var("", old.kind, stmt.target.region)
        kept = [
            ir.Apply(view, operator.getitem, (stmt.target, stmt.index), loc=stmt.loc),
            ir.Apply(old, np.copy, (view,), loc=stmt.loc),
        ]
    forward.stmts[at:at] = kept


def stored_kind(stmt: ir.Store) -> kinds.Kind:
    """The kind of the entries that a store overwrites."""
    if stmt.index is None:
        return stmt.target.kind
    inferred = kinds.infer(operator.getitem, (stmt.target, stmt.index), {})
    return inferred.kind if inferred is not None else kinds.Kind("array", stmt.target.kind.dtype, None)


def whole(index: Any) -> Any:
    return Const(Ellipsis) if index is None else index


def shares(bar: Var, shadow: Var) -> bool:
    """Whether a cotangent may be a view of a shadow that is about to be cleared."""
    return bar.region is not None and shadow.region is not None and bar.region.find() is shadow.region.find()


def reads_entries(stmt: Any, var: Var) -> bool:
    return any(v is var for tree in (*ir.operands(stmt), *ir.inner_results(stmt)) for v in ir.tree_vars(tree))


def every(stmts: list[Any]) -> list[Any]:
    """The statements and all those inside them."""
    return list(ir.walk(Block(stmts)))
