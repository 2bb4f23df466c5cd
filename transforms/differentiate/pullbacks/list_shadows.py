"""Shadows of lists: what stands in them for an item, and how it is read and added to.

    L = [x, y]                L_bar = [0.0, y_bar]        where y is an array written in place

A *pointer* is an item whose shadow is a shadow itself, of such an array or of a list: nothing is added to it here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tensor import runtime
from transforms import ir, kinds
from transforms.differentiate.pullbacks.list_kinds import bar_kind, leaf_kinds, shadow_list
from transforms.differentiate.pullbacks.scopes import ZERO, bar_name
from transforms.differentiate.pullbacks.shadows import new_shadow
from transforms.errors import UnsupportedError
from transforms.ir import Block, Const, Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def is_pointer(rev: Reverse, leaf: Any) -> bool:
    """Whether the shadow of a list's item is itself a shadow: of an array written in place, or of a list."""
    if not isinstance(leaf, Var):
        return False
    if leaf.kind.base == "list":
        return leaf.serial not in rev.functional_lists
    return leaf.kind.base == "array" and rev.memory.is_memory(leaf)


def list_pointer(rev: Reverse, var: Var) -> Var:
    """The shadow of a list; a list that carries no derivative gets one that nobody reads, made where it is needed."""
    if var.serial in rev.shadows:
        return rev.shadows[var.serial]
    made = new_shadow(rev, var)
    if not rev.active(var):
        del rev.shadows[var.serial]
    return made


def put_in(rev: Reverse, holder: Var, item: Any) -> Any:
    """What stands for an item in the shadow list when it is put in."""
    if items_memory(rev, holder) and any(lone_numbers(rev, item, holder.kind.item)):
        raise UnsupportedError(
            "a list holds numbers beside arrays that are written in place: this is not followed",
            rev.lo.loc.location() if rev.lo.loc is not None else None,
            "keep the numbers in a list of their own",
        )
    return shadow_item(rev, item, holder.kind.item)


def lone_numbers(rev: Reverse, item: Any, kind: Any) -> list[bool]:
    """For each part of an item: whether it is an active number where the list has arrays, of which it has no shadow."""
    if isinstance(kind, tuple) and isinstance(item, (tuple, list)):
        return [found for i, k in zip(item, kind, strict=True) for found in lone_numbers(rev, i, k)]
    return [isinstance(item, Var) and item.kind.scalar and rev.active(item) and kind != item.kind and not kind.scalar]


def shadow_item(rev: Reverse, item: Any, kind: Any = None) -> Any:
    """The shadow of an item; a shape is one operand, but a tuple by its kind."""
    if isinstance(kind, tuple):
        if not isinstance(item, (tuple, list)):
            return shadow_item_of(kind)
        return tuple(shadow_item(rev, i, k) for i, k in zip(item, kind, strict=True))

    def leaf(a: Any) -> Any:
        if is_pointer(rev, a):
            return list_pointer(rev, a) if a.kind.base == "list" else rev.shadows.get(a.serial, ZERO)
        if isinstance(a, Var) and a.kind.base == "list" and rev.active(a):
            raise UnsupportedError(
                "a list that a loop keeps is put into a list: this is not followed",
                rev.lo.loc.location() if rev.lo.loc is not None else None,
            )
        return ZERO

    return ir.tree_map(leaf, item)


def shadow_item_of(kind: Any) -> Any:
    return tuple(map(shadow_item_of, kind)) if isinstance(kind, tuple) else ZERO


def all_pointers(rev: Reverse, holder: Var) -> bool:
    """Whether all items of a list are pointers, so that nothing flows from one shadow to another."""
    leaves = leaf_kinds(holder.kind.item)
    return bool(leaves) and all(k.base == "list" or k.base == "array" and items_memory(rev, holder) for k in leaves)


def items_memory(rev: Reverse, holder: Var) -> bool:
    """Whether the arrays that a list holds are written in place."""
    return holder.region is not None and holder.region.items.find() in rev.memory.writes


def leaf_memory(rev: Reverse, holder: Var, kind: Any) -> bool:
    """Whether something in an item of this kind has a shadow of its own."""
    return any(k.base == "list" or k.base == "array" and items_memory(rev, holder) for k in leaf_kinds(kind))


def item_pointers(rev: Reverse, holder: Var) -> list[bool]:
    """For an item of a list, or each part of it: whether its shadow is a pointer."""
    parts = holder.kind.item if isinstance(holder.kind.item, tuple) else (holder.kind.item,)
    if any(isinstance(p, tuple) and leaf_memory(rev, holder, p) for p in parts):
        raise UnsupportedError(
            "nested tuples of arrays are assigned to an item of a list: this is not followed",
            rev.lo.loc.location() if rev.lo.loc is not None else None,
        )
    return [isinstance(p, kinds.Kind) and leaf_memory(rev, holder, p) for p in parts]


def is_pointer_region(rev: Reverse, shadow: Var) -> bool:
    """Whether the arrays in a shadow list are shadows of arrays written in place."""
    inner = shadow.region.items.find() if shadow.region is not None else None
    return any(inner is made.find() for primal, made in rev.shadow_regions.items() if primal in rev.memory.writes)


def mirror_item(rev: Reverse, out: Any, shadow: Var) -> Any:
    """Vars for what is taken out of a shadow list as `out` is taken out of its list: of pointers, their shadows."""

    def leaf(o: Any, kind: Any) -> Any:
        if isinstance(o, tuple):
            return tuple(leaf(a, k) for a, k in zip(o, kind, strict=True))
        if not (is_pointer(rev, o) and rev.active(o)):
            return rev.lo.vars_of(kind, "", shadow.region.items if shadow.region is not None else None)
        if o.kind.base == "list":
            return shadow_list(rev, o)
        made = Var(bar_name(o), o.kind, rev.shadow_region(o), shape=o.shape)
        rev.shadows[o.serial] = made
        return made

    return leaf(out, shadow.kind.item)


def item_vars(rev: Reverse, shadow: Var) -> Any:
    """Vars for an item of a shadow list, in the region of what its list holds."""
    return rev.lo.vars_of(shadow.kind.item, "", shadow.region.items if shadow.region is not None else None)


def read_item(rev: Reverse, shadow: Var, at: Any) -> Any:
    out = item_vars(rev, shadow)
    rev.lo.emit(ir.Apply(out, operator.getitem, (shadow, at), loc=rev.lo.loc))
    return out


def over(rev: Reverse, shadow: Var, step: Callable[[Any], None]) -> None:
    """A loop over the positions of a list."""
    lo = rev.lo
    loop = ir.Loop([], [], [], Block(), lo.var(kinds.INT), (Const(0), lo.apply(len, shadow), Const(1)), loc=lo.loc)
    lo.within(loop.body, lambda: step(loop.index))
    lo.emit(loop)


def give_item(rev: Reverse, shadow: Var, at: Any, bar: Any) -> None:
    """`shadow[at] += bar`, for numbers and plain arrays; what is a pointer is left alone."""
    held = read_item(rev, shadow, at)
    rev.lo.emit(ir.Store(shadow, at, plus(rev, held, bar, shadow), None, rev.lo.loc))


def plus(rev: Reverse, held: Any, bar: Any, shadow: Var) -> Any:
    """The sum of two items of shadows; a pointer stays what it is."""
    if isinstance(held, tuple):
        return tuple(plus(rev, h, b, shadow) for h, b in zip(held, bar, strict=True))
    if (
        held.kind.base == "list"
        or held.kind.base == "array"
        and shadow.region is not None
        and is_pointer_region(rev, shadow)
    ):
        return held
    return rev.lo.apply_operands(operator.add, (held, bar), {})


def give_list(rev: Reverse, shadow: Var, bar: Var) -> None:
    """Add a list of cotangents to a shadow list."""
    over(rev, shadow, lambda i: give_item(rev, shadow, i, read_item(rev, bar, i)))


def added(rev: Reverse, held: Any, bar: Any) -> Any:
    if isinstance(held, tuple):
        return tuple(added(rev, h, b) for h, b in zip(held, bar, strict=True))
    if bar == ZERO:
        return held
    return rev.lo.apply_operands(operator.add, (held, bar), {})


def zeros(rev: Reverse, x: Var) -> Any:
    """A list of the structure of `x` with 0.0 in it."""
    made = rev.lo.var(bar_kind(x.kind))
    rev.lo.emit(ir.Apply(made, runtime.shadow_of, (x,), loc=rev.lo.loc))
    return made


def filled(rev: Reverse, out: Var, bar: Var) -> Var:
    """The cotangents of a list that an array function returned, zeros where there is none."""
    made = rev.lo.var(bar.kind)
    rev.lo.emit(ir.Apply(made, runtime.filled, (bar, out), loc=rev.lo.loc))
    return made
