"""Names: local, captured, global or builtin; how they are read and bound."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import gast

from transforms.lower.expressions import evaluating
from transforms.lower.outside import outer, written
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import UNDEFINED, Cell, Choice, Const, Lost, Ref, Var


def constant(lo: Lowering, node: gast.Constant) -> Any:
    return lo.lift(node.value)


def name(lo: Lowering, node: gast.Name) -> Any:
    return load(lo, node.id)


def load(lo: Lowering, ident: str) -> Any:
    """The value of a name: local, captured, global or builtin."""
    frame = lo.frame
    if ident in frame.env and ident not in frame.global_names:
        value = frame.env[ident]
        if isinstance(value, Ref) and value.cls is Cell:
            value = lo.content(value)[0]
    elif frame.closure is not None and ident in frame.closure.cells:
        value = frame.closure.cells[ident]
        value = lo.content(value)[0] if isinstance(value, Ref) else outer.cell(lo, value, ident)
    elif (place := lo.places.get((id(frame.globals), "item", ident))) is not None:
        value = lo.content(place)[0]
    elif ident in frame.globals:
        value = outer.item(lo, frame.globals, ident, ident)
    elif hasattr(builtins, ident):
        value = Const(getattr(builtins, ident))
    else:
        return lo.refuse(f"the name {ident} is not bound here")
    if value is UNDEFINED:
        return lo.refuse(f"the name {ident} is not bound here")
    if isinstance(value, Lost):
        return lo.lost(value)
    if isinstance(value, Choice) and (value.then is UNDEFINED or value.orelse is UNDEFINED):
        return value.orelse if value.then is UNDEFINED else value.then
    return value


def bind(lo: Lowering, ident: str, value: Any) -> None:
    """Bind a name in the frame at hand."""
    frame = lo.frame
    if ident in frame.global_names:
        written.write_global(lo, ident, value)
        return
    if isinstance(value, Var) and not value.name and not frame.rule:
        value.name = ident
    if ident in frame.cell_names:
        cell = frame.env.get(ident)
        if isinstance(cell, Ref) and cell.cls is Cell:
            lo.put(cell, (value,))
        else:
            frame.env[ident] = lo.new(Cell, (value,))
        return
    captured = frame.closure.cells.get(ident) if frame.closure is not None else None
    if captured is not None and ident in nonlocals(frame):
        if not isinstance(captured, Ref):
            written.write_place(lo, written.Place(captured, "attr", "cell_contents", ident), value)
            return
        lo.put(captured, (value,))
        return
    frame.env[ident] = value


def nonlocals(frame: Any) -> frozenset[str]:
    return frame.closure.scope.nonlocals if frame.closure is not None else frozenset()


def namedexpr(lo: Lowering, node: gast.NamedExpr) -> Any:
    value = evaluating.evaluate(lo, node.value)
    bind(lo, node.target.id, value)
    return value


EXPRESSIONS: dict[type, Callable[[Lowering, Any], Any]] = {
    gast.Constant: constant,
    gast.Name: name,
    gast.NamedExpr: namedexpr,
}
