"""A function or operator applied: its tangent is the pushforward of its rule, summed over the varying arguments.

    z = x * y             z_dot = x_dot * y + y_dot * x
    z = x[1:]             z_dot = x_dot[1:]

A view of memory is a view of its tangent; who has no rule is refused.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from tensor import registry, runtime
from tensor.attributes import ADD_AT
from transforms import ir
from transforms.analyse.activity import makes_text
from transforms.differentiate import rules
from transforms.differentiate.pullbacks.list_operations import concerns
from transforms.differentiate.pushforwards.lists import list_operation
from transforms.differentiate.pushforwards.tangents import (
    ZERO,
    add_dots,
    bind,
    dot_like,
    dot_name,
    filled,
    mirror_input,
    zero_like,
)
from transforms.differentiate.showing import shows
from transforms.differentiate.views import ALWAYS_VIEWS, is_view, refuse_reinterpreted, writable
from transforms.ir import Const, Var
from transforms.lower.operations import unpack

if TYPE_CHECKING:
    from transforms.differentiate.forward import Forward


def apply(fwd: Forward, stmt: ir.Apply) -> None:
    if any(v.serial in fwd.inputs for v in ir.tree_vars(stmt.out)):
        fwd.lo.emit(stmt)
        for var in ir.tree_vars(stmt.out):
            mirror_input(fwd, var)
        return
    if stmt.fn is ADD_AT:
        scatter_add(fwd, stmt)
        return
    if stmt.fn is runtime.return_copy:
        fwd.lo.emit(stmt)
        if fwd.any_varied(stmt.args):
            dots = tuple(filled(fwd, a) for a in stmt.args)
            fwd.lo.emit(ir.Apply(None, stmt.fn, dots, effect=True, loc=stmt.loc))
        return
    if concerns(stmt):
        list_operation(fwd, stmt)
        return
    compute(fwd, stmt)


def compute(fwd: Forward, stmt: ir.Apply) -> None:
    """An operation that makes new values, or views."""
    for var in ir.tree_vars(stmt.out):
        unknown = var.kind.base == "object" and not makes_text(stmt) and not _is_error(stmt.fn)
        if unknown and fwd.activity.is_varied(var):
            rules.refuse(stmt, 0, None)
    if not fwd.any_varied(stmt.out):
        check_effect(fwd, stmt)
        fwd.lo.emit(stmt)
        return
    if mirror_view(fwd, stmt):
        return
    if stmt.fn is unpack or stmt.fn is operator.getitem:
        fwd.lo.emit(stmt)
        dot = fwd.dot(stmt.args[0])
        picked = ZERO if isinstance(dot, Const) else mirrored(fwd, stmt, {stmt.args[0].serial: dot})
        bind(fwd, stmt.out, picked)
        return
    fwd.lo.emit(stmt)
    bind(fwd, stmt.out, push(fwd, stmt))


def check_effect(fwd: Forward, stmt: ir.Apply) -> None:
    """A call that is not looked into must not be given varying values, unless it only shows them."""
    if rules.carries_none(stmt) or not stmt.effect or shows(stmt):
        return
    if any(fwd.activity.is_varied(v) for v in ir.tree_vars((stmt.args, stmt.kwargs))):
        rules.refuse(stmt, 0, None)


def mirrored(fwd: Forward, stmt: ir.Apply, memo: dict[int, Any]) -> Any:
    """The same operation on tangents in place of primals."""
    args = ir.tree_map(lambda a: memo.get(a.serial, a) if isinstance(a, Var) else a, stmt.args)
    if stmt.fn is unpack:
        outs = tuple(fwd.lo.vars_of(dot_like(o)) for o in stmt.out)
        fwd.lo.emit(ir.Apply(outs, unpack, args, loc=stmt.loc))
        return outs
    return fwd.lo.apply_operands(stmt.fn, args, stmt.kwargs)


def mirror_view(fwd: Forward, stmt: ir.Apply) -> bool:
    """Mirror a view of memory on its tangent."""
    outs = [v for v in ir.tree_vars(stmt.out) if fwd.varied(v) and v.kind.base == "array" and fwd.memory.is_memory(v)]
    refuse_reinterpreted(stmt, outs)
    sources = [a for a in ir.tree_vars(stmt.args) if a.region is not None and fwd.varied(a) and fwd.memory.is_memory(a)]
    shared = [a for a in sources if any(a.region.find() is v.region.find() for v in outs)]  # type: ignore[union-attr]
    if not shared or not is_view(stmt) or not writable(stmt) and not written_later(fwd, stmt, shared):
        return False
    fwd.lo.emit(stmt)
    memo = {a.serial: fwd.dot(a) for a in shared}
    args = ir.tree_map(lambda a: memo.get(a.serial, a) if isinstance(a, Var) else a, stmt.args)

    def made(var: Any) -> Any:
        dot = Var(dot_name(var), var.kind, fwd.region(var), shape=var.shape)
        fwd.dots[var.serial] = dot
        return dot

    fwd.lo.emit(ir.Apply(ir.tree_map(made, stmt.out), stmt.fn, args, stmt.kwargs, loc=stmt.loc))
    if stmt.fn not in ALWAYS_VIEWS:
        out = ir.tree_vars(stmt.out)[0]
        operands = (out, shared[0], fwd.dot(out), fwd.dot(shared[0]))
        fwd.lo.emit(ir.Apply(None, runtime.same_view, operands, effect=True, loc=stmt.loc))
    return True


def written_later(fwd: Forward, stmt: ir.Apply, shared: list[Var]) -> bool:
    return any(fwd.memory.written_after(a.region, stmt) for a in shared)  # type: ignore[arg-type]


def push(fwd: Forward, stmt: ir.Apply) -> Any:
    """The tangent of a result: the sum over the varying arguments."""
    rule = registry.lookup(stmt.fn)
    if rules.carries_none(stmt):
        if any(not v.kind.numeric for v in ir.tree_vars(stmt.out)):
            rules.refuse(stmt, 0, None)
        return ZERO
    total: Any = None
    for position, arg in rules.argument_trees(stmt):
        if not fwd.any_varied(arg):
            continue
        partial = rules.partial_of(stmt, position)
        part = push_argument(fwd, stmt, rule, partial, position, arg)
        total = part if total is None else add_dots(fwd, total, part)
    return total


def push_argument(fwd: Forward, stmt: ir.Apply, rule: Any, partial: registry.Partial, position: int, arg: Any) -> Any:
    if partial.pushforward is None and not partial.linear:
        rules.refuse(stmt, position, None, "defjvp")
    dots = ir.tree_map(lambda a: filled(fwd, a) if isinstance(a, Var) and fwd.varied(a) else zero_like(fwd, a), arg)
    if partial.linear and partial.pushforward is None:
        return push_linear(fwd, stmt, position, dots)
    if isinstance(dots, Var) and arg.kind.rank_known and dots.kind.ndim != arg.kind.ndim:
        dots = rules.broadcast(fwd.lo, dots, arg)
    dots = fwd.lo.abstract(dots)
    return rules.follow(fwd.lo, partial.pushforward, dots, stmt.out, stmt.args, stmt.kwargs)


def push_linear(fwd: Forward, stmt: ir.Apply, position: int, dots: Any) -> Any:
    args, kwargs = list(stmt.args), dict(stmt.kwargs)
    if position == rules.variadic(registry.lookup(stmt.fn)):
        args[position:] = dots
    elif position < len(args):
        args[position] = dots
    else:
        for name in kwargs:
            if rules.signature_position(stmt.fn, name) == position:
                kwargs[name] = dots
    return fwd.lo.apply_operands(stmt.fn, tuple(args), kwargs)


def scatter_add(fwd: Forward, stmt: ir.Apply) -> None:
    target, index, value = stmt.args
    fwd.lo.emit(stmt)
    if fwd.varied(target) and fwd.any_varied(value):
        fwd.lo.emit(ir.Apply(None, ADD_AT, (fwd.dot(target), index, filled(fwd, value)), effect=True, loc=stmt.loc))


def _is_error(fn: Any) -> bool:
    return isinstance(fn, type) and issubclass(fn, BaseException)
