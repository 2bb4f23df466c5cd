"""Assignments: to names, attributes, items, and to several targets at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from transforms.lower.containers import making, unpacking, writing
from transforms.lower.expressions.evaluating import evaluate
from transforms.lower.expressions.names import bind
from transforms.lower.objects import array_attributes, setting
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Choice, Var


def expression(lo: Lowering, stmt: gast.Expr) -> None:
    evaluate(lo, stmt.value)


def assign(lo: Lowering, stmt: gast.Assign) -> None:
    value = evaluate(lo, stmt.value)
    for target in stmt.targets:
        store(lo, target, value)


def annotated(lo: Lowering, stmt: gast.AnnAssign) -> None:
    if stmt.value is not None:
        store(lo, stmt.target, evaluate(lo, stmt.value))


def store(lo: Lowering, target: Any, value: Any) -> None:
    """Assign to a name, attribute, item, or take apart."""
    if isinstance(target, gast.Name):
        bind(lo, target.id, value)
    elif isinstance(target, (gast.Tuple, gast.List)):
        unpack(lo, target.elts, value)
    elif isinstance(target, gast.Attribute):
        setting.set_attribute(lo, evaluate(lo, target.value), target.attr, value)
    elif isinstance(target, gast.Subscript):
        holder = target.value
        if isinstance(holder, gast.Attribute) and holder.attr == "imag":
            array_attributes.set_imaginary(lo, evaluate(lo, holder.value), evaluate(lo, target.slice), value)
            return
        writing.set_item(lo, evaluate(lo, holder), evaluate(lo, target.slice), value)
    elif isinstance(target, gast.Starred):
        store(lo, target.value, value)
    else:
        lo.refuse(f"assignment to {type(target).__name__} is not supported", node=target)


def unpack(lo: Lowering, targets: list[Any], value: Any) -> None:
    """Assign the items of a value to several targets."""
    if isinstance(value, Choice):
        lo.branch(value.cond, lambda: unpack(lo, targets, value.then), lambda: unpack(lo, targets, value.orelse))
        return
    starred = [i for i, t in enumerate(targets) if isinstance(t, gast.Starred)]
    if (
        starred
        and isinstance(value, Var)
        and (value.kind.base == "list" or value.kind.base == "array" and value.kind.ndim)
    ):
        parts = unpacking.unpack_starred(lo, value, starred[0], len(targets) - starred[0] - 1, targets[starred[0]])
        for target, part in zip(targets, parts, strict=True):
            store(lo, target, part)
        return
    items = unpacking.unpacked(lo, value, len(targets), bool(starred))
    if starred:
        at = starred[0]
        after = len(targets) - at - 1
        if len(items) < len(targets) - 1:
            lo.refuse(f"cannot unpack {len(items)} values here")
        middle = making.new_list(lo, tuple(items[at : len(items) - after]), targets[at])
        items = (*items[:at], middle, *items[len(items) - after :])
    if len(items) != len(targets):
        lo.refuse(f"cannot unpack {len(items)} values into {len(targets)}")
    for target, item in zip(targets, items, strict=True):
        store(lo, target, item)


def delete(lo: Lowering, stmt: gast.Delete) -> None:
    for target in stmt.targets:
        if isinstance(target, gast.Name) and target.id not in lo.frame.env:
            lo.refuse(f"del of {target.id}, which is not a local name, is not followed", node=target)
        elif isinstance(target, gast.Name):
            lo.frame.env.pop(target.id, None)
        elif isinstance(target, gast.Subscript):
            writing.delete_item(lo, evaluate(lo, target.value), evaluate(lo, target.slice))
        else:
            lo.refuse("del of this is not supported", node=target)


STATEMENTS: dict[type, Callable[[Lowering, Any], None]] = {
    gast.Expr: expression,
    gast.Assign: assign,
    gast.AnnAssign: annotated,
    gast.Delete: delete,
}
