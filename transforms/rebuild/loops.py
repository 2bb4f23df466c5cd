"""Loops as statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from transforms import ir
from transforms.ir import Const
from transforms.rebuild import expressions, statements
from transforms.rebuild.spelling import name

if TYPE_CHECKING:
    from transforms.rebuild.function import Rebuild


def loop(rb: Rebuild, stmt: ir.Loop) -> list[Any]:
    out = [rb.assign(rb.naming.of(made), gast.List([], gast.Load()), stmt.loc) for made, _ in stmt.collects]
    if stmt.trips is not None:
        out.append(rb.assign(rb.naming.of(stmt.trips), gast.Constant(0, None), stmt.loc))
    out += statements.copies(rb, list(zip(stmt.phis, stmt.inits, strict=True)), stmt.loc)
    node = head(rb, stmt)
    rb.place(node, stmt.loc)
    if stmt.test is not None:
        node.body = while_head(rb, stmt, node)
    node.body += rb.block(stmt.body)
    for made, item in stmt.collects:
        call = gast.Call(
            gast.Attribute(name(rb.naming.of(made)), "append", gast.Load()), [expressions.expr(rb, item)], []
        )
        node.body.append(rb.place(gast.Expr(call), stmt.loc))
    node.body += statements.copies(rb, list(zip(stmt.phis, stmt.body.results, strict=True)), stmt.loc)
    if stmt.trips is not None:
        counted = gast.AugAssign(name(rb.naming.of(stmt.trips), gast.Store()), gast.Add(), gast.Constant(1, None))
        node.body.append(rb.place(counted, stmt.loc))
    if stmt.halt is not None and stmt.halt != Const(False):
        stop = rb.place(gast.If(expressions.expr(rb, stmt.halt), [], []), stmt.loc)
        stop.body = [rb.place(gast.Break(), stmt.loc)]
        node.body.append(stop)
    if not node.body:
        node.body = [rb.place(gast.Pass(), stmt.loc)]
    return [*out, node]


def while_head(rb: Rebuild, stmt: ir.Loop, node: Any) -> list[Any]:
    """The statements of a while loop's condition that are not inside one expression."""
    assert stmt.test is not None
    before = rb.block(stmt.test)
    cond = expressions.expr(rb, stmt.test.results[0])
    if not before:
        node.test = cond
        return []
    node.test = gast.Constant(True, None)
    stop = rb.place(gast.If(gast.UnaryOp(gast.Not(), cond), [], []), stmt.loc)
    stop.body = [rb.place(gast.Break(), stmt.loc)]
    return [*before, stop]


def head(rb: Rebuild, stmt: ir.Loop) -> Any:
    if stmt.test is not None:
        return gast.While(gast.Constant(True, None), [], [])
    targets, iters = [], []
    if stmt.bounds is not None:
        index = stmt.index
        ident = rb.naming.of(index) if index is not None and rb.naming.read(index) else rb.naming.ignored
        targets.append(name(ident, gast.Store()))
        iters.append(reverse(rb, range_call(rb, stmt.bounds), stmt.reverse))
    for scan in stmt.scans:
        targets.append(statements.target_of(rb, scan.item))
        iters.append(reverse(rb, expressions.expr(rb, scan.source), scan.reverse))
    if len(iters) == 1:
        return gast.For(targets[0], iters[0], [], [], None)
    call = gast.Call(name("zip"), iters, [])
    return gast.For(gast.Tuple(targets, gast.Store()), call, [], [], None)


def range_call(rb: Rebuild, bounds: Any) -> Any:
    start, stop, step = bounds
    args = (
        [stop] if start == Const(0) and step == Const(1) else [start, stop] if step == Const(1) else [start, stop, step]
    )
    return gast.Call(name("range"), [expressions.expr(rb, a) for a in args], [])


def reverse(rb: Rebuild, node: Any, reverse: bool) -> Any:
    return gast.Call(name("reversed"), [node], []) if reverse else node
