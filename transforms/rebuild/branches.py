"""Branches and guarded operations as statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from transforms import ir
from transforms.rebuild import expressions, references, statements
from transforms.rebuild.spelling import catchable, dotted, name

if TYPE_CHECKING:
    from transforms.rebuild.function import Rebuild


def is_not(node: Any) -> bool:
    return isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.Not)


def branch(rb: Rebuild, stmt: ir.If) -> list[Any]:
    node = rb.place(gast.If(expressions.expr(rb, stmt.cond), [], []), stmt.loc)
    for block, field in ((stmt.then, "body"), (stmt.orelse, "orelse")):
        body = rb.block(block)
        pairs = list(zip(stmt.outs, block.results, strict=True))
        body += statements.copies(rb, pairs, stmt.loc)
        setattr(node, field, body)
    if not node.body and not node.orelse:
        return []
    chosen = choice(rb, node)
    if chosen is not None:
        return [chosen]
    if not node.body:
        node.test = gast.UnaryOp(gast.Not(), node.test) if not is_not(node.test) else node.test.operand
        node.body, node.orelse = node.orelse, []
    return [node]


def choice(rb: Rebuild, node: Any) -> Any:
    """A branch that only chooses between two values, as one assignment."""
    sides = (node.body, node.orelse)
    if not all(len(side) == 1 and isinstance(side[0], gast.Assign) for side in sides):
        return None
    (a,), (b,) = sides
    if not all(isinstance(s.targets[0], gast.Name) for s in (a, b)) or a.targets[0].id != b.targets[0].id:
        return None
    if any(isinstance(n, gast.IfExp) for n in (*gast.walk(a.value), *gast.walk(b.value))):
        return None
    made = gast.Assign(a.targets, gast.IfExp(node.test, a.value, b.value), None)
    return gast.copy_location(made, node)


def guarded(rb: Rebuild, stmt: ir.Guarded) -> list[Any]:
    node = rb.place(gast.Try([], [], [], []), stmt.loc)
    node.body = rb.block(stmt.body)
    flagged = rb.naming.read(stmt.cond)
    sides = []
    for block, value in ((stmt.then, True), (stmt.orelse, False)):
        side = [rb.assign(rb.naming.of(stmt.cond), gast.Constant(value, None), stmt.loc)] if flagged else []
        side += rb.block(block)
        sides.append(side + statements.copies(rb, list(zip(stmt.outs, block.results, strict=True)), stmt.loc))
    if not node.body:
        return sides[1]
    classes = [dotted(references.reference(rb, catchable(c))) for c in stmt.catches]  # type: ignore[arg-type]
    kind = classes[0] if len(classes) == 1 else gast.Tuple(classes, gast.Load())
    caught = name(rb.naming.of(stmt.caught), gast.Store()) if rb.naming.read(stmt.caught) else None
    node.handlers = [rb.place(gast.ExceptHandler(kind, caught, sides[0]), stmt.loc)]
    node.handlers[0].body = sides[0] or [rb.place(gast.Pass(), stmt.loc)]
    node.orelse = sides[1]
    return [node]
