"""Branches, backward: the same condition chooses which side is reversed.

    if c:                 if c:
        y = sin(x)            x_bar = y_bar * cos(x)
    else:                 else:
        y = x                 x_bar = y_bar

A cotangent that either side changes is an out of the backward branch (`merge`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from transforms import ir, kinds, shapes
from transforms.differentiate import exposing
from transforms.differentiate.pullbacks.bindings import bound_in
from transforms.differentiate.pullbacks.cotangents import contribute, fit, take
from transforms.differentiate.pullbacks.joins import pull_numbers, shadow_outs
from transforms.differentiate.pullbacks.list_shadows import zeros
from transforms.differentiate.pullbacks.scopes import ZERO, Level, run_reversed
from transforms.errors import UnsupportedError
from transforms.ir import UNDEFINED, Block, Const, Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def branch(rev: Reverse, stmt: ir.If) -> Callable[[], None]:
    new = ir.If(stmt.cond, Block(), Block(), list(stmt.outs), stmt.loc)
    thunks = [rev.sweep(old, into) for old, into in ((stmt.then, new.then), (stmt.orelse, new.orelse))]
    rev.lo.emit(new)
    shadow_outs(rev, stmt, new)
    return lambda: pull_branch(rev, stmt, new, thunks)


def guarded(rev: Reverse, stmt: ir.Guarded) -> Callable[[], None]:
    """Operations that may raise: what the forward sweep adds to them is done where they have not raised."""
    new = ir.Guarded(stmt.cond, Block(), Block(), list(stmt.outs), stmt.loc, Block(), stmt.catches, stmt.caught)
    first = rev.sweep(stmt.body, new.body)
    new.orelse.stmts = new.body.take_others(stmt.body.stmts)
    thunks = [rev.sweep(stmt.then, new.then), first + rev.sweep(stmt.orelse, new.orelse)]
    rev.lo.emit(new)
    shadow_outs(rev, stmt, new)
    return lambda: pull_branch(rev, stmt, new, thunks)


def pull_branch(rev: Reverse, stmt: ir.If, new: ir.If, thunks: list[list[Callable[[], None]]]) -> None:
    lo, scope = rev.lo, rev.scope
    bars = [take(rev, out) if not rev.is_shadowed(out) else None for out in stmt.outs]
    back = ir.If(stmt.cond, Block(), Block(), [], stmt.loc)
    before = dict(scope.bars)
    sides = []
    for block, source, kept, steps in (
        (back.then, stmt.then, new.then, thunks[0]),
        (back.orelse, stmt.orelse, new.orelse, thunks[1]),
    ):
        own = bound_in(kept) | bound_in(source)
        if isinstance(new, ir.Guarded):
            own |= bound_in(new.body) | {new.caught.serial}
        level = Level(block, dict(before), before, own)
        scope.levels.append(level)
        lo.within(block, lambda source=source, kept=kept, steps=steps: pull_side(rev, source, kept, bars, steps))
        scope.levels.pop()
        sides.append({k: v for k, v in level.bars.items() if k not in level.own})
    scope.levels[-1].bars = merge(rev, back, before, *sides)
    exposing.expose(new, back)
    if back.then.stmts or back.orelse.stmts or back.outs:
        lo.emit(back)


def pull_side(rev: Reverse, source: Block, kept: Block, bars: list[Any], steps: list[Callable[[], None]]) -> None:
    pull_numbers(rev, kept)
    for result, bar in zip(source.results, bars, strict=False):
        if bar is not None and isinstance(result, Var):
            contribute(rev, result, fit(rev, result, bar))
    run_reversed(steps)


def merge(
    rev: Reverse, back: ir.If, before: dict[int, Any], then: dict[int, Any], orelse: dict[int, Any]
) -> dict[int, Any]:
    """The cotangents after a backward branch: what either side changed is chosen by the condition."""
    merged = dict(before)
    for key in [*then, *(k for k in orelse if k not in then)]:
        a, b = then.get(key, before.get(key)), orelse.get(key, before.get(key))
        if a is b:
            merged[key] = a
            continue
        merged[key] = choose(
            rev,
            back,
            a if a is not None else absent(rev, key, back, back.then),
            b if b is not None else absent(rev, key, back, back.orelse),
        )
    for key in list(before):
        if key not in then and key not in orelse:
            del merged[key]
    return merged


def absent(rev: Reverse, serial: int, back: ir.If, side: Block) -> Any:
    """The cotangent of what one side of a branch did not read: of a list, none where it is not there either."""
    read = rev.list_operands.get(serial)
    if read is None:
        return ZERO
    if rev.bound_if.get(serial) == back.cond:
        return UNDEFINED
    return rev.lo.within(side, lambda: zeros(rev, read))


def choose(rev: Reverse, back: ir.If, a: Any, b: Any) -> Any:
    if isinstance(a, Const) and a == b:
        return a
    ka, kb = (v.kind if isinstance(v, Var) else kinds.kind_of(v.value) for v in (a, b))
    kind = ka if b is UNDEFINED else kb if a is UNDEFINED else kinds.join(ka, kb)
    if not isinstance(kind, kinds.Kind):
        raise UnsupportedError(
            "the derivative is of one type on one way and of another on the other: this is not followed",
            back.loc.location() if back.loc is not None else None,
        )
    name = next((v.name for v in (a, b) if isinstance(v, Var) and v.name), "")
    out = rev.lo.var(kind, name)
    if shapes.same(a, b):
        out.shape = a.shape
    back.outs.append(out)
    back.then.results.append(a)
    back.orelse.results.append(b)
    return out
