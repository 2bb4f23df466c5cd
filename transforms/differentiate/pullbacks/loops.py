"""Loops, backward: the trips in the opposite order, each reversed; carried cotangents in place of carried values.

    for i in range(n):        for i in reversed(range(n)):
        s = sin(s)                s_bar = s_bar * cos(s_kept[i])

What they need of the forward trips is found afterwards (`residuals`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from transforms import ir, kinds
from transforms.differentiate import residuals
from transforms.differentiate.pullbacks.bindings import bound_in
from transforms.differentiate.pullbacks.collected import (
    close_scans,
    open_collects,
    pull_collects,
    pull_scans,
    shadow_collects,
    shadow_scans,
)
from transforms.differentiate.pullbacks.cotangents import bar_so_far, contribute, fit, set_bar, take
from transforms.differentiate.pullbacks.joins import close_shadow, pull_numbers, shadow_phis
from transforms.differentiate.pullbacks.scopes import ZERO, Scope, bar_name, run_reversed, widened
from transforms.errors import UnsupportedError
from transforms.ir import UNDEFINED, Block, Const, Region, Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def loop(rev: Reverse, stmt: ir.Loop) -> Callable[[], None]:
    new = ir.Loop(
        list(stmt.phis),
        list(stmt.inits),
        list(stmt.outs),
        Block(),
        stmt.index,
        stmt.bounds,
        stmt.reverse,
        list(stmt.scans),
        list(stmt.collects),
        stmt.test,
        stmt.halt,
        stmt.trips,
        stmt.loc,
    )
    pending = shadow_phis(rev, stmt)
    shadow_scans(rev, stmt, new)
    thunks = rev.sweep(stmt.body, new.body)
    shadow_collects(rev, stmt, new)
    for phi, init, result, out in pending:
        close_shadow(rev, new, phi, init, result, out)
    rev.lo.emit(new)
    return lambda: pull_loop(rev, stmt, new, thunks)


def pull_loop(rev: Reverse, stmt: ir.Loop, new: ir.Loop, thunks: list[Callable[[], None]]) -> None:
    """The backward loop: the trips in the opposite order, each reversed."""
    lo = rev.lo
    outer = rev.scope
    back = ir.Loop([], [], [], Block(), loc=stmt.loc)
    inner = Scope(back.body, outer, bound_by_trip(stmt, new))
    carried = carried_bars(rev, stmt)
    open_collects(rev, stmt, back)
    rev.scope = inner
    lo.within(back.body, lambda: pull_trip(rev, stmt, new, thunks, carried, back))
    rev.scope = outer
    for phi, operand in inner.carried.values():
        close_carry(rev, back, inner, phi, operand)
    residuals.connect(rev, stmt, new, back)
    if useless(back):
        for _phi, init, _result, bar in carried:
            contribute(rev, init, fit(rev, init, bar))
        pull_numbers(rev, new)
        return
    lo.emit(back)
    for init, out in zip((c[1] for c in carried), back.outs, strict=False):
        if isinstance(init, Var) or init is not UNDEFINED:
            contribute(rev, init, fit(rev, init, out))
    pull_numbers(rev, new)
    close_scans(rev, back)


def bound_by_trip(stmt: ir.Loop, new: ir.Loop) -> Any:
    """The Vars that belong to a trip of the loop."""
    found = {v.serial for v in ir.bound_inside(stmt)}
    for block in (*ir.blocks(stmt), new.body):
        found |= bound_in(block)
    return found


def carried_bars(rev: Reverse, stmt: ir.Loop) -> list[tuple[Var, Any, Any, Any]]:
    """For each carried active value: its phi, init, result, and the cotangent of what the loop left."""
    found = []
    for phi, init, result, out in zip(stmt.phis, stmt.inits, stmt.body.results, stmt.outs, strict=True):
        if rev.is_shadowed(phi) or rev.is_shadowed(out) or not (rev.active(phi) or rev.active(out)):
            continue
        bar = take(rev, out)
        if bar is None:
            absent = out.kind.scalar or init is UNDEFINED or out.serial in rev.maybe_undefined
            bar = ZERO if absent else rev.lo.apply(np.zeros_like, out)
        found.append((phi, init, result, bar))
    return found


def pull_trip(
    rev: Reverse, stmt: ir.Loop, new: ir.Loop, thunks: list[Callable[[], None]], carried: list[Any], back: ir.Loop
) -> None:
    """The body of the backward loop."""
    pull_numbers(rev, new.body)
    for phi, init, _result, bar in carried:
        made = rev.lo.var(carried_kind(rev, phi, bar, init), bar_name(phi))
        if made.kind.ndim is not None and isinstance(_result, Var) and _result.kind.ndim == made.kind.ndim:
            made.shape = _result.shape
        back.phis.append(made)
        back.inits.append(bar)
    for made, (_phi, _init, result, _bar) in zip(back.phis, carried, strict=True):
        if isinstance(result, Var):
            contribute(rev, result, fit(rev, result, made))
    pull_collects(rev, back)
    run_reversed(thunks)
    for made, (phi, _init, _result, _bar) in zip(list(back.phis), carried, strict=True):
        bar = take(rev, phi)
        if bar is None:
            absent = phi.kind.scalar or made.kind.ndim is None or phi.serial in rev.maybe_undefined
            bar = ZERO if absent else rev.lo.apply(np.zeros_like, phi)
        back.body.results.append(bar)
        back.outs.append(Var(made.name, made.kind, Region() if made.region else None))
    pull_scans(rev, stmt, back)


def carried_kind(rev: Reverse, phi: Var, bar: Any, init: Any) -> kinds.Kind:
    if phi.kind.scalar:
        return kinds.Kind("number", widened(phi.kind.dtype), 0)
    if init is UNDEFINED or phi.serial in rev.maybe_undefined or phi.kind.ndim is None or isinstance(bar, Const):
        return kinds.Kind("array", widened(phi.kind.dtype), None)
    return kinds.Kind("array", widened(phi.kind.dtype), phi.kind.ndim)


def close_carry(rev: Reverse, back: ir.Loop, inner: Scope, phi: Var, operand: Var) -> None:
    """Bind the cotangent of an outer number that the backward loop adds to."""
    held = bar_so_far(rev, operand)
    owned = rev.owns(operand, held)
    if owned and inner.bars[operand.serial] is phi:
        return  # all that the loop adds has gone into a buffer
    if owned:
        raise UnsupportedError(
            "the cotangent of what may be a number or an array is needed both ways in a loop: this is not followed",
            back.loc.location() if back.loc is not None else None,
        )
    held = ZERO if held is None else held
    back.phis.append(phi)
    back.inits.append(held)
    back.body.results.append(inner.bars[operand.serial])
    out = Var(phi.name, phi.kind, Region() if phi.region else None)
    back.outs.append(out)
    set_bar(rev, operand, out)


def useless(back: ir.Loop) -> bool:
    return (
        not back.body.stmts
        and all(p is r for p, r in zip(back.phis, back.body.results, strict=True))
        and not back.collects
    )
