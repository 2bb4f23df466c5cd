"""Cotangents: how contributions to one value come together.

    y = sin(x) + x * x        x_bar = y_bar * cos(x), and then x_bar + 2 * y_bar * x

They are bound and added up (`set_bar`), or added in place to a zeroed `buffer`: for an array that is indexed, or that
belongs outside of the loop at hand.  A number from outside of a loop is carried by the backward loop (`carry_number`).
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from transforms import ir, kinds, shapes
from transforms.differentiate import rules
from transforms.differentiate.pullbacks.list_shadows import give_list, zeros
from transforms.differentiate.pullbacks.list_values import contribute_list
from transforms.differentiate.pullbacks.scopes import ZERO, Scope, bar_name, widened
from transforms.ir import UNDEFINED, Const, Var
from transforms.lower.containers import unpacking

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def contribute(rev: Reverse, operand: Any, bar: Any) -> None:
    """Add to the cotangent of an operand."""
    if not rev.active(operand) or bar is None or operand is UNDEFINED:
        return
    bar = project(rev, operand, bar)
    if rev.is_shadowed(operand):
        if operand.kind.base == "list":
            give_list(rev, rev.shadow(operand), bar)
        else:
            accumulate(rev, rev.shadow(operand), None, bar)
        return
    if operand.kind.base == "list":
        contribute_list(rev, operand, bar)
        return
    held = bar_so_far(rev, operand)
    if rev.owns(operand, held):
        accumulate(rev, held, None, bar)
    elif rev.scope.away(operand) and not operand.kind.scalar:
        accumulate(rev, buffer(rev, operand), None, bar)
    elif held is None and not rev.scope.away(operand):
        set_bar(rev, operand, bar)
    else:
        total = bar if held is None else rev.lo.apply(operator.add, held, bar)
        set_bar(rev, operand, total)


def accumulate(rev: Reverse, target: Var, index: Any, bar: Any) -> None:
    """`target[index] += bar`: a number needs no broadcasting, and a negated value is subtracted."""
    if isinstance(bar, Var) and index is None and shapes.same(bar, target):
        bar = rev.lo.broadcasts.get(bar.serial, rev.lo.stretched.get(bar.serial, bar))
    rev.lo.emit(ir.Store(target, index, bar, operator.add, rev.lo.loc))


def project(rev: Reverse, operand: Var, bar: Any) -> Any:
    """A real value has a real cotangent, and a number has a number."""
    if operand.kind.scalar and isinstance(bar, Var):
        bar = rules.unbroadcast(rev.lo, bar, operand)
    if isinstance(bar, Var) and bar.kind.complex and not operand.kind.complex and operand.kind.numeric:
        return rev.lo.apply(np.real, bar)
    return bar


def bar_so_far(rev: Reverse, operand: Var) -> Any:
    """The cotangent so far, or None."""
    scope = rev.scope
    if operand.serial in scope.bars:
        return scope.bars[operand.serial]
    if rev.scope.away(operand):
        outer = outer_buffer(rev, scope, operand)
        if outer is not None:
            return outer
        if operand.kind.may_be_number:
            return carry_number(rev, scope, operand)
    return None


def outer_buffer(rev: Reverse, scope: Scope, operand: Var) -> Any:
    """An owned buffer of a scope further out, which is simply written to."""
    home = scope_of(rev, operand)
    if home is scope:
        return None
    found = home.bars.get(operand.serial)
    return found if rev.owns(operand, found) else None


def scope_of(rev: Reverse, operand: Var) -> Scope:
    """The scope that a Var belongs to."""
    scope = rev.scope
    while scope.own is not None and operand.serial not in scope.own:
        assert scope.outer is not None
        scope = scope.outer
    return scope


def carry_number(rev: Reverse, scope: Scope, operand: Var) -> Any:
    """The cotangent of an outer number, carried along by the backward loop."""
    kind = (
        kinds.Kind("number", widened(operand.kind.dtype), 0)
        if operand.kind.scalar
        else kinds.Kind("array", widened(operand.kind.dtype), None)
    )
    phi = rev.lo.var(kind, bar_name(operand))
    scope.carried[operand.serial] = (phi, operand)
    for level in scope.levels:
        level.bars[operand.serial] = phi
        level.before[operand.serial] = phi
    return phi


def set_bar(rev: Reverse, operand: Var, bar: Any) -> None:
    if isinstance(bar, Var) and not bar.name and operand.name and bar.serial > rev.began:
        bar.name = bar_name(operand)
    rev.scope.bars[operand.serial] = bar


def buffer(rev: Reverse, operand: Var) -> Var:
    """An owned zeroed array for the cotangent of an array.

    It is made in the outermost branch where the cotangent so far is the same and the array is surely there.
    """
    scope = scope_of(rev, operand)
    held = scope.bars.get(operand.serial)
    if isinstance(held, Var) and rev.owns(operand, held):
        return held
    number = len(scope.levels) - 1
    outermost = number if operand.serial in rev.maybe_undefined else scope.level_of(operand)
    while number > outermost and scope.levels[number - 1].bars.get(operand.serial) is held:
        number -= 1
    level = scope.levels[number]
    made = rev.lo.within(level.block, lambda: make_buffer(rev, operand, held))
    rev.owners[made.serial] = operand.serial
    for inner in scope.levels[number:]:
        inner.bars[operand.serial] = made
        if inner is not level:
            inner.before[operand.serial] = made
    return made


def make_buffer(rev: Reverse, operand: Var, held: Any) -> Var:
    saved, rev.lo.loc = rev.lo.loc, None
    if held is None:
        made = rev.lo.apply(np.zeros_like, operand)
    else:
        made = rev.lo.apply(np.copy, rules.unbroadcast(rev.lo, held, operand))
    rev.lo.loc = saved
    made.name, made.shape = bar_name(operand), operand.shape
    return made


def take(rev: Reverse, operand: Any) -> Any:
    """The cotangent of a value whose definition is being reversed, or None; it is used up."""
    if not rev.active(operand):
        return None
    if rev.is_shadowed(operand):
        return rev.shadows.get(operand.serial)
    bar = rev.scope.bars.pop(operand.serial, None)
    if operand.serial in rev.maybe_undefined:
        return bar
    if isinstance(bar, Var) and not bar.kind.rank_known and operand.kind.rank_known:
        return rules.unbroadcast(rev.lo, bar, operand)
    if isinstance(bar, Var) and bar.kind.ndim == operand.kind.ndim:
        bar.shape = operand.shape  # a cotangent has the shape of its value
    return bar


def final_bar(rev: Reverse, x: Var) -> Any:
    """The gradient of an input, with its own shape and dtype."""
    bar = rev.shadows.get(x.serial) if rev.is_shadowed(x) else rev.scope.bars.get(x.serial)
    if bar is None:
        return zero_bar(rev, x)
    if isinstance(bar, Var) and not bar.kind.scalar and (x.kind.scalar or bar.kind.ndim != x.kind.ndim):
        bar = rules.unbroadcast(rev.lo, bar, x)
    if x.kind.base == "array" and isinstance(bar, Var) and bar.serial in rev.lo.broadcasts and shapes.same(bar, x):
        bar = rev.lo.broadcasts[bar.serial]
    if x.kind.base == "array" and (isinstance(bar, Const) or bar.kind.scalar):
        bar = rev.lo.apply(np.full_like, x, bar)
    elif x.kind.base == "array" and isinstance(bar, Var) and x.kind.dtype not in ("", bar.kind.dtype):
        bar = rev.lo.apply(np.asarray, bar, dtype=Const(np.dtype(x.kind.dtype).type))
    elif not x.kind.python and x.kind.scalar and isinstance(bar, Var) and x.kind.dtype != bar.kind.dtype:
        bar = rev.lo.apply(np.dtype(x.kind.dtype).type, bar)
    if isinstance(bar, Var) and not bar.name and bar.serial > rev.began:
        bar.name = bar_name(x)
    return bar


def zero_bar(rev: Reverse, x: Var) -> Any:
    if x.kind.base == "number":
        return ZERO
    if x.kind.base == "list":
        return zeros(rev, x)
    return rev.lo.apply(np.zeros_like, x)


def fit(rev: Reverse, operand: Any, bar: Any) -> Any:
    """A cotangent that may be 0.0 for an array, or of another rank, as that of the operand."""
    if not isinstance(operand, Var) or not operand.kind.numeric or operand.serial in rev.maybe_undefined:
        return bar
    if isinstance(bar, Const) or bar.kind.ndim != operand.kind.ndim:
        return rules.unbroadcast(rev.lo, bar, operand) if not (isinstance(bar, Const) and operand.kind.scalar) else bar
    return bar


def contribute_tree(rev: Reverse, arg: Any, bar: Any) -> None:
    if isinstance(arg, (tuple, list)):
        items = bar if isinstance(bar, (tuple, list)) else items_of(rev, bar)
        for a, b in zip(arg, items, strict=True):
            contribute_tree(rev, a, b)
    elif bar is not None and bar != Const(None):
        contribute(rev, arg, bar)


def items_of(rev: Reverse, bar: Any) -> Any:
    return unpacking.spread(rev.lo, bar)
