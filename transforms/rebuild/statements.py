"""Operations, stores and assignments as statements."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import gast

from transforms import ir
from transforms.ir import UNDEFINED, Const, Var
from transforms.lower.operations import assert_, raise_, write_attribute, write_item
from transforms.lower.outside.through import write_by_method
from transforms.rebuild import expressions
from transforms.rebuild.spelling import BINARY, name

if TYPE_CHECKING:
    from transforms.rebuild.function import Rebuild


def entangled(todo: list[tuple[str, Any]]) -> bool:
    """Whether a later assignment reads what an earlier one writes."""
    written: set[str] = set()
    for target, value in todo:
        if any(isinstance(n, gast.Name) and n.id in written for n in gast.walk(value)):
            return True
        written.add(target)
    return False


def apply(rb: Rebuild, stmt: ir.Apply) -> list[Any]:
    if isinstance(stmt.out, Var) and stmt.out.serial in rb.nesting.inline:
        return []
    if stmt.fn is raise_:
        exc = None if stmt.args[0] == Const(None) else expressions.expr(rb, stmt.args[0])
        cause = expressions.expr(rb, stmt.args[1]) if len(stmt.args) > 1 else None
        return [rb.place(gast.Raise(exc, cause), stmt.loc)]
    if stmt.fn is assert_:
        message = expressions.expr(rb, stmt.args[1]) if len(stmt.args) > 1 else None
        return [rb.place(gast.Assert(expressions.expr(rb, stmt.args[0]), message), stmt.loc)]
    if stmt.fn is write_attribute:
        held = gast.Attribute(expressions.expr(rb, stmt.args[0]), stmt.args[1].value, gast.Store())
        return [rb.place(gast.Assign([held], expressions.expr(rb, stmt.args[2]), None), stmt.loc)]
    if stmt.fn in (operator.setitem, write_item):
        target = gast.Subscript(
            expressions.expr(rb, stmt.args[0]), expressions.index_of(rb, stmt.args[1]), gast.Store()
        )
        return [rb.place(gast.Assign([target], expressions.expr(rb, stmt.args[2]), None), stmt.loc)]
    if stmt.fn is write_by_method:
        writer = gast.Attribute(expressions.expr(rb, stmt.args[0]), stmt.args[1].value, gast.Load())
        return [rb.place(gast.Expr(gast.Call(writer, [expressions.expr(rb, a) for a in stmt.args[2:]], [])), stmt.loc)]
    value = expressions.application(rb, stmt)
    unused = not any(rb.naming.read(v) for v in ir.tree_vars(stmt.out))
    if stmt.out is None or unused and stmt.effect:
        return [rb.place(gast.Expr(value), stmt.loc)]
    return [rb.place(gast.Assign([target_of(rb, stmt.out)], value, None), stmt.loc)]


def target_of(rb: Rebuild, out: Any) -> Any:
    if isinstance(out, Var):
        return name(rb.naming.of(out), gast.Store())
    return gast.Tuple([target_of(rb, o) for o in out], gast.Store())


def store(rb: Rebuild, stmt: ir.Store) -> list[Any]:
    target = expressions.expr(rb, stmt.target)
    value = expressions.expr(rb, stmt.value)
    index = stmt.index
    if index is None and stmt.target.serial in rb.outers:
        index = Const(Ellipsis)  # a name of the module would become the function's own by `name += value`
    if index is not None:
        node: Any = gast.Subscript(target, expressions.index_of(rb, index), gast.Store())
    else:
        node = target
        node.ctx = gast.Store()
    if stmt.op is None:
        return [rb.place(gast.Assign([node], value, None), stmt.loc)]
    return [rb.place(gast.AugAssign(node, BINARY[stmt.op](), value), stmt.loc)]


def copies(rb: Rebuild, pairs: list[tuple[Var, Any]], loc: Any) -> list[Any]:
    """Assignments that all read before any writes."""
    todo = []
    for target, value in pairs:
        if value is UNDEFINED:
            if rb.naming.must_exist(target):
                todo.append((rb.naming.of(target), gast.Constant(None, None)))
            continue
        if (
            isinstance(value, Var)
            and value.serial not in rb.nesting.inline
            and rb.naming.of(value) == rb.naming.of(target)
        ):
            continue
        todo.append((rb.naming.of(target), expressions.expr(rb, value)))
    if not todo:
        return []
    if len(todo) == 1 or not entangled(todo):
        return [rb.assign(target, value, loc) for target, value in todo]
    targets = gast.Tuple([name(t, gast.Store()) for t, _ in todo], gast.Store())
    return [rb.place(gast.Assign([targets], gast.Tuple([v for _, v in todo], gast.Load()), None), loc)]
