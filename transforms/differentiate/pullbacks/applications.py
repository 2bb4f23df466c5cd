"""A function or operator applied: the backward step of `y = f(x)` is the pullback of its rule.

    y = sin(x)        x_bar += y_bar * cos(x)

Who has no rule is refused in the forward sweep, when deriving.  A view of memory is none of these (`views`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tensor import registry, runtime
from tensor.attributes import ADD_AT
from transforms import ir
from transforms.analyse.activity import makes_text
from transforms.differentiate import rules
from transforms.differentiate.pullbacks.contents import with_content
from transforms.differentiate.pullbacks.cotangents import contribute_tree, items_of, take
from transforms.differentiate.pullbacks.items import pull_item, scatter_add
from transforms.differentiate.pullbacks.list_operations import apply_to_list, concerns
from transforms.differentiate.pullbacks.list_shadows import filled
from transforms.differentiate.pullbacks.sequences import pull_sequence
from transforms.differentiate.pullbacks.shadows import new_shadow
from transforms.differentiate.pullbacks.views import mirror_view, return_copy, take_copy
from transforms.differentiate.showing import shows
from transforms.differentiate.views import ALWAYS_VIEWS, refuse_reinterpreted, refuse_views_in_list
from transforms.ir import Block, Const, Region, Var
from transforms.lower.operations import unpack

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def apply(rev: Reverse, stmt: ir.Apply) -> Callable[[], None] | None:
    rev.lo.emit(stmt)
    forward = rev.lo.block
    if any(v.serial in rev.input_serials for v in ir.tree_vars(stmt.out)):
        enter(rev, stmt)
        return None
    if concerns(stmt):
        return apply_to_list(rev, stmt)
    if stmt.fn is ADD_AT:
        return scatter_add(rev, stmt)
    if stmt.fn is runtime.return_copy:
        return take_copy(rev, stmt)
    return compute(rev, stmt, forward)


def compute(rev: Reverse, stmt: ir.Apply, forward: Block) -> Callable[[], None] | None:
    """An operation that makes new values, or views."""
    outs = [v for v in ir.tree_vars(stmt.out) if rev.active(v)]
    if not outs:
        check_effect(rev, stmt)
        return None
    if any(v.kind.base == "object" for v in outs):
        rules.refuse(stmt, 0, None)
    refuse_views_in_list(stmt, rev.memory)
    if any(rev.is_shadowed(v) for v in outs) and mirror_view(rev, stmt):
        return return_copy(rev, stmt) if stmt.fn not in ALWAYS_VIEWS else None
    shadowed = [v for v in outs if rev.is_shadowed(v)]
    refuse_reinterpreted(stmt, shadowed)
    if shadowed and any(v.kind.base == "list" and rev.active(v) for v in ir.tree_vars(stmt.args[:1])):
        if stmt.fn in (operator.getitem, unpack):
            rules.refuse(stmt, 0, None)
    for var in shadowed:
        rev.shadows[var.serial] = new_shadow(rev, var)
    check_rule(rev, stmt)
    if not any(rev.active(v) for v in ir.tree_vars((stmt.args, stmt.kwargs))):
        return None
    return lambda: pull(rev, stmt, forward)


def enter(rev: Reverse, stmt: ir.Apply) -> None:
    """An input is taken out of an argument."""
    for var in ir.tree_vars(stmt.out):
        if rev.is_shadowed(var):
            rev.shadows[var.serial] = new_shadow(rev, var)


def check_effect(rev: Reverse, stmt: ir.Apply) -> None:
    """A call that is not looked into must not be given active values, unless it only shows them."""
    if rules.carries_none(stmt) or not stmt.effect or shows(stmt):
        return
    for var in ir.tree_vars((stmt.args, stmt.kwargs)):
        if rev.activity.is_varied(var) and can_carry(var):
            rules.refuse(stmt, 0, None)


def check_rule(rev: Reverse, stmt: ir.Apply) -> None:
    """Refusals come when deriving: every active argument must have a rule."""
    if rules.carries_none(stmt):
        if makes_text(stmt) and any(rev.active(v) for v in ir.tree_vars(stmt.out)):
            rules.refuse(stmt, 0, None)
        return
    if stmt.fn is not unpack:
        for position, _ in differentiable(rev, stmt):
            rules.partial_of(stmt, position)


def can_carry(var: Var) -> bool:
    return var.kind.continuous or var.kind.base in ("list", "object")


def pull(rev: Reverse, stmt: ir.Apply, forward: Block) -> None:
    """The backward step of an operation."""
    bars = ir.tree_map(lambda v: take(rev, v) if isinstance(v, Var) else None, stmt.out)
    if not any(b is not None for b in (bars if isinstance(bars, (tuple, list)) else [bars])):
        return
    if isinstance(stmt.out, Var) and stmt.out.kind.base == "list":
        bars = filled(rev, stmt.out, bars)
    if stmt.fn is operator.getitem:
        pull_item(rev, stmt.args[0], stmt.args[1], bars, stmt.out)
        return
    if stmt.fn is unpack:
        for i, bar in enumerate(bars):
            if bar is not None:
                pull_item(rev, stmt.args[0], Const(i), bar, stmt.out[i])
        return
    if rules.carries_none(stmt):
        return
    rule = registry.lookup(stmt.fn)
    assert rule is not None
    for position, arg in differentiable(rev, stmt):
        partial = rule.partials[position]
        if partial.sequence and (position == 0 or isinstance(arg, tuple)):
            pull_items(rev, stmt, partial, arg, bars, forward)
        else:
            pull_argument(rev, stmt, rule, partial, position, arg, bars, forward)


def differentiable(rev: Reverse, stmt: ir.Apply) -> list[tuple[int, Any]]:
    """The active arguments, with their positions in the rule."""
    return [(i, a) for i, a in rules.argument_trees(stmt) if any(rev.active(v) for v in ir.tree_vars(a))]


def pull_argument(
    rev: Reverse,
    stmt: ir.Apply,
    rule: registry.Rule,
    partial: registry.Partial,
    position: int,
    arg: Any,
    bars: Any,
    forward: Block,
) -> None:
    def run(given: list[Any]) -> Any:
        ans, args, kwargs = given
        if partial.pullback is None:
            bar = transposed(rev, partial, bars, ans, args, kwargs, position)
        else:
            bar = rules.follow(rev.lo, partial.pullback, bars, ans, args, kwargs)
        if bar is None or bar == Const(None):
            return None
        return rules.unbroadcast(rev.lo, bar, arg) if rule.elementwise else bar

    bar = with_content(rev, stmt, [stmt.out, stmt.args, stmt.kwargs], run, forward)
    contribute_tree(rev, arg, bar)


def pull_items(rev: Reverse, stmt: ir.Apply, partial: registry.Partial, arg: Any, bars: Any, forward: Block) -> None:
    """A function of a sequence: its pullback gives one cotangent for each item."""
    if isinstance(arg, Var):
        if arg.kind.base == "list":
            pull_sequence(rev, stmt, arg, bars)
        else:
            pull_argument(rev, stmt, registry.Rule(stmt.fn), partial, 0, arg, bars, forward)
        return
    if partial.pullback is None:
        rules.refuse(stmt, 0, None)

    def run(given: list[Any]) -> Any:
        ans, args, kwargs = given
        made = rules.follow(rev.lo, partial.pullback, bars, ans, args, kwargs)
        return list(items_of(rev, made))

    contribute_tree(rev, arg, with_content(rev, stmt, [stmt.out, stmt.args, stmt.kwargs], run, forward))


def transposed(
    rev: Reverse, partial: registry.Partial, bars: Any, ans: Any, args: Any, kwargs: Any, position: int
) -> Any:
    """The pullback of a pushforward template: it is linear in `g`, and reversed with respect to it."""
    lo = rev.lo
    arg = args[position]
    g = Var("g", arg.kind, Region() if arg.region is not None else None, shape=arg.shape)
    block = Block()
    result = lo.within(block, lambda: rules.follow(lo, partial.pushforward, g, ans, args, kwargs))
    inner = rev.inner(block, [g], result)
    inner.sweep_forward()
    outputs = result if isinstance(result, tuple) else (result,)
    seeds = bars if isinstance(bars, (tuple, list)) else (bars,)
    pairs = [(o, s) for o, s in zip(outputs, seeds, strict=True) if s is not None]
    return inner.sweep_backward(pairs)[0]
