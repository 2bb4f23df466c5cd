"""Lowering of statements: one handler for each kind of syntax, none by default."""

from __future__ import annotations

import importlib
import operator
from collections.abc import Callable
from typing import Any

import gast

from transforms import ir
from transforms.lower import classes, guarded, operations, outer, patterns, unknown
from transforms.lower.calls import calling, closures
from transforms.lower.containers import making, operators, unpacking, updating, writing
from transforms.lower.expressions.arithmetic import BINARY, binary
from transforms.lower.expressions.evaluating import evaluate
from transforms.lower.expressions.logic import condition
from transforms.lower.expressions.names import bind, load
from transforms.lower.loops import iterating, whiles
from transforms.lower.objects import array_attributes, attributes, model, overloading, setting
from transforms.lower.state.frames import Loc
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import FALSE, TRUE, UNDEFINED, Choice, Const, Ref, Var

IMPLICIT_RETURN = gast.Return(value=None)
INPLACE = {
    operator.add: operator.iadd,
    operator.sub: operator.isub,
    operator.mul: operator.imul,
    operator.truediv: operator.itruediv,
    operator.floordiv: operator.ifloordiv,
    operator.mod: operator.imod,
    operator.pow: operator.ipow,
    operator.matmul: operator.imatmul,
    operator.and_: operator.iand,
    operator.or_: operator.ior,
    operator.xor: operator.ixor,
    operator.lshift: operator.ilshift,
    operator.rshift: operator.irshift,
}


def execute(lo: Lowering, stmts: list[Any]) -> None:
    """Execute statements in order until control leaves them."""
    for position, stmt in enumerate(stmts):
        if lo.exited() is True:
            return
        rest = stmts[position + 1 :]
        if isinstance(stmt, gast.If) and (leaves(stmt.body) or leaves(stmt.orelse)):
            execute_if(lo, stmt, rest)
            return
        if isinstance(stmt, gast.Match):
            patterns.match(lo, stmt, rest)
            return
        step(lo, stmt)
        left = lo.exited()
        if left is True:
            return
        if left is not False and rest:
            lo.branch(left, lambda: None, lambda rest=rest: go_on(lo, rest))
            return


def go_on(lo: Lowering, stmts: list[Any]) -> None:
    """Execute statements where it is known that control has not left."""
    lo.frame.exits.clear()
    execute(lo, stmts)


def step(lo: Lowering, stmt: Any) -> None:
    handler = STATEMENTS.get(type(stmt))
    if not lo.frame.rule and lo.frame.source is not None and hasattr(stmt, "lineno"):
        lo.loc = Loc(lo.frame.source, stmt, stmt)
    if handler is None:
        lo.refuse(f"{type(stmt).__name__} statements are not supported", node=stmt)
    handler(lo, stmt)


def leaves(stmts: list[Any]) -> bool:
    """Whether control surely leaves these statements."""
    for stmt in stmts:
        if isinstance(stmt, (gast.Return, gast.Break, gast.Continue, gast.Raise)):
            return True
        if isinstance(stmt, gast.If) and stmt.orelse and leaves(stmt.body) and leaves(stmt.orelse):
            return True
    return False


def execute_if(lo: Lowering, stmt: gast.If, rest: list[Any]) -> None:
    """An if of which one side leaves: what follows belongs to the other side."""
    if not lo.frame.rule and lo.frame.source is not None:
        lo.loc = Loc(lo.frame.source, stmt, stmt)
    cond = condition(lo, stmt.test)
    then = stmt.body if leaves(stmt.body) else [*stmt.body, *rest]
    orelse = stmt.orelse if leaves(stmt.orelse) else [*stmt.orelse, *rest]
    lo.branch(cond, lambda: execute(lo, then), lambda: execute(lo, orelse))


def if_(lo: Lowering, stmt: gast.If) -> None:
    cond = condition(lo, stmt.test)
    lo.branch(cond, lambda: execute(lo, stmt.body), lambda: execute(lo, stmt.orelse))


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


def augmented(lo: Lowering, stmt: gast.AugAssign) -> None:
    """`target op= value`: in place for arrays and lists, a new value for numbers, by the kind."""
    fn = BINARY[type(stmt.op)]
    target = stmt.target
    if isinstance(target, gast.Name):
        bind(lo, target.id, inplace(lo, fn, load(lo, target.id), evaluate(lo, stmt.value)))
    elif isinstance(target, gast.Attribute):
        obj = evaluate(lo, target.value)
        new = inplace(lo, fn, attributes.get_attribute(lo, obj, target.attr), evaluate(lo, stmt.value))
        setting.set_attribute(lo, obj, target.attr, new)
    elif isinstance(target, gast.Subscript):
        obj, index = evaluate(lo, target.value), evaluate(lo, target.slice)
        updating.update_item(lo, obj, index, fn, stmt.value)
    else:
        lo.refuse("this augmented assignment is not supported", node=stmt)


def inplace(lo: Lowering, fn: Callable[..., Any], old: Any, value: Any) -> Any:
    """The value of `old` after `old op= value`."""
    if isinstance(old, Choice):
        return lo.branch(old.cond, lambda: inplace(lo, fn, old.then, value), lambda: inplace(lo, fn, old.orelse, value))
    cls = model.user_class(old) if isinstance(old, (Ref, Const)) else None
    if cls is not None:
        name = "__i" + overloading.DUNDERS[fn][0].strip("_") + "__"
        if model.lookup(cls, name) is not UNDEFINED:
            return calling.call(lo, attributes.get_attribute(lo, old, name), (value,), {}, None)
    found = operators.inplace(lo, fn, old, value)
    if found is not None:
        return found
    if isinstance(old, Var) and old.kind.base == "array":
        if old.kind.ndim is None:
            return any_rank(lo, fn, old, value)
        new = making.realised(lo, value)
        if lo.tries and fn not in (operator.add, operator.sub):
            updating.overwrite(lo, old, Const(Ellipsis), fn, old, new)
        else:
            lo.emit(ir.Store(old, None, lo.operand(new), fn, lo.loc))
        return old
    return binary(lo, fn, old, value)


def any_rank(lo: Lowering, fn: Callable[..., Any], old: Var, value: Any) -> Any:
    """A number or an array, by what it is: a new value is as one written in place where nobody else sees it."""
    if old.region is not None and (old.region.find().external or holders(lo, old) != 1):
        lo.refuse(
            "an in-place update of what may be a number or an array that has several names is not followed",
            "begin with an array (np.zeros) instead of a number, or write x = x + ...",
        )
    return binary(lo, fn, old, value)


def holders(lo: Lowering, old: Var) -> int:
    """How many places of the state hold something that may share the memory of `old`."""
    assert old.region is not None
    root = old.region.find()

    def inside(value: Any) -> int:
        if isinstance(value, Var):
            if value.kind.base == "list" and value.region is not None:
                return int(value.region.items.find() is root)
            return int(value.region is not None and value.region.find() is root)
        if isinstance(value, dict):
            return sum(map(inside, value.values()))
        return sum(map(inside, value)) if isinstance(value, (tuple, list)) else 0

    places = [*(f.env for f in lo.active()), *lo.heap.values(), *(f.result for f in lo.active())]
    return sum(map(inside, places))


def return_(lo: Lowering, stmt: gast.Return) -> None:
    frame = lo.frame
    frame.result = Const(None) if stmt.value is None else evaluate(lo, stmt.value)
    frame.exits["return"] = TRUE


def break_(lo: Lowering, stmt: gast.Break) -> None:
    lo.frame.exits["break"] = TRUE


def continue_(lo: Lowering, stmt: gast.Continue) -> None:
    lo.frame.exits["continue"] = TRUE


def pass_(lo: Lowering, stmt: Any) -> None:
    """Nothing to do (pass, global, nonlocal: the scope knows)."""


def function(lo: Lowering, stmt: gast.FunctionDef) -> None:
    value: Any = closures.make_closure(lo, stmt)
    for decorator in reversed(stmt.decorator_list):
        value = calling.call(lo, evaluate(lo, decorator), (value,), {}, decorator)
    bind(lo, stmt.name, value)


def raise_(lo: Lowering, stmt: gast.Raise) -> None:
    if stmt.exc is None and lo.handling:
        guarded.reraise(lo, lo.handling[-1])
        return
    reason = unknown.reason_of(lo, stmt)
    if reason is not None:
        value = unknown.refuse(lo, evaluate(lo, reason), stmt.exc)
    else:
        value = evaluate(lo, stmt.exc) if stmt.exc is not None else Const(None)
    cause = evaluate(lo, stmt.cause) if stmt.cause is not None else None
    value = guarded.raised(lo, value, stmt)
    args = (lo.operand(value),) if cause is None else (lo.operand(value), lo.operand(cause))
    lo.emit(ir.Apply(None, operations.raise_, args, effect=True, loc=lo.loc))
    lo.frame.exits["raise"] = TRUE


def assert_(lo: Lowering, stmt: gast.Assert) -> None:
    cond = condition(lo, stmt.test)
    if cond == TRUE:
        return
    message = () if stmt.msg is None else (lo.operand(evaluate(lo, stmt.msg)),)
    lo.emit(ir.Apply(None, operations.assert_, (cond, *message), effect=True, loc=lo.loc))


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


def import_(lo: Lowering, stmt: gast.Import) -> None:
    for alias in stmt.names:
        module = importlib.import_module(alias.name)
        if alias.asname is None:
            module = importlib.import_module(alias.name.split(".")[0])
        bind(lo, alias.asname or alias.name.split(".")[0], Const(module))


def import_from(lo: Lowering, stmt: gast.ImportFrom) -> None:
    package = lo.frame.globals.get("__package__") or ""
    module = importlib.import_module("." * (stmt.level or 0) + (stmt.module or ""), package)
    for alias in stmt.names:
        if hasattr(module, alias.name):
            value: Any = getattr(module, alias.name)
        else:
            value = importlib.import_module(f"{module.__name__}.{alias.name}")
        known = alias.name in vars(module)
        bind(lo, alias.asname or alias.name, outer.attr(lo, module, alias.name) if known else Const(value))


STATEMENTS: dict[type, Callable[[Lowering, Any], None]] = {
    gast.Expr: expression,
    gast.Assign: assign,
    gast.AnnAssign: annotated,
    gast.AugAssign: augmented,
    gast.If: if_,
    gast.For: iterating.for_,
    gast.While: whiles.while_,
    gast.Return: return_,
    gast.Break: break_,
    gast.Continue: continue_,
    gast.Pass: pass_,
    gast.Global: pass_,
    gast.Nonlocal: pass_,
    gast.FunctionDef: function,
    gast.ClassDef: classes.class_definition,
    gast.Raise: raise_,
    gast.Assert: assert_,
    gast.Delete: delete,
    gast.Import: import_,
    gast.ImportFrom: import_from,
    gast.With: guarded.with_,
    gast.Try: guarded.try_,
}
__all__ = ["execute", "FALSE"]
