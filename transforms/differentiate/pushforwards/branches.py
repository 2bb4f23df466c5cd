"""Branches: the tangents are worked out on the side that is taken, and chosen with the values.

    z = x if c else y     z_dot = x_dot if c else y_dot

What may raise has its tangents behind it, where it has not raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms import ir, kinds
from transforms.differentiate.pushforwards.tangents import dot_name
from transforms.ir import UNDEFINED, Block, Var

if TYPE_CHECKING:
    from transforms.differentiate.forward import Forward


def branch(fwd: Forward, stmt: ir.If) -> None:
    new = ir.If(stmt.cond, Block(), Block(), list(stmt.outs), stmt.loc)
    sides(fwd, stmt, new)


def guarded(fwd: Forward, stmt: ir.Guarded) -> None:
    """Operations that may raise: their tangents are worked out where they have not raised."""
    new = ir.Guarded(stmt.cond, Block(), Block(), list(stmt.outs), stmt.loc, Block(), stmt.catches, stmt.caught)
    fwd.block(stmt.body, new.body)
    new.orelse.stmts = new.body.take_others(stmt.body.stmts)
    sides(fwd, stmt, new)


def sides(fwd: Forward, stmt: ir.If, new: ir.If) -> None:
    """The tangents of both sides, and of what they yield."""
    for old, into in ((stmt.then, new.then), (stmt.orelse, new.orelse)):
        fwd.block(old, into)
    for position, out in enumerate(stmt.outs):
        if not fwd.varied(out):
            continue
        dots = []
        for old, into in ((stmt.then, new.then), (stmt.orelse, new.orelse)):
            source = old.results[position]
            dots.append(UNDEFINED if source is UNDEFINED else fwd.lo.within(into, lambda s=source: fwd.dot(s)))
        made = Var(dot_name(out), joined_kind(out, dots), fwd.region_for(out), shape=out.shape)
        fwd.share(made, dots)
        new.outs.append(made)
        new.then.results.append(dots[0])
        new.orelse.results.append(dots[1])
        fwd.dots[out.serial] = made
    fwd.lo.emit(new)


def joined_kind(out: Var, dots: list[Any]) -> kinds.Kind:
    found = None
    for dot in dots:
        if dot is UNDEFINED:
            continue
        kind = dot.kind if isinstance(dot, Var) else kinds.kind_of(dot.value)
        found = kind if found is None else kinds.join(found, kind)
    return found or out.kind
