"""Cotangents of what was put into a list or taken out of it: from the shadow to the value, and back.

    L = [v]               v_bar += L_bar[0]
    v = L[0]              L_bar[0] += v_bar

A pointer has had its share already: it is the same array or list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from transforms import ir
from transforms.differentiate import rules
from transforms.differentiate.pullbacks.cotangents import contribute, take
from transforms.differentiate.pullbacks.list_shadows import added, is_pointer, read_item, zeros
from transforms.differentiate.pullbacks.scopes import ZERO
from transforms.ir import Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def taken(rev: Reverse, out: Any) -> Any:
    """The cotangents of an item, 0.0 where there is none."""
    if isinstance(out, tuple):
        return tuple(taken(rev, o) for o in out)
    if is_pointer(rev, out):
        return rev.shadows.get(out.serial, ZERO)
    bar = take(rev, out) if isinstance(out, Var) else None
    if bar is None and isinstance(out, Var) and out.kind.base == "list":
        return zeros(rev, out)
    return ZERO if bar is None else bar


def add_item(rev: Reverse, shadow: Var, at: Any, out: Any) -> None:
    """Add the cotangent of an item that was read to the shadow's; pointers have had theirs."""
    bar = ir.tree_map(lambda o: ZERO if is_pointer(rev, o) else taken(rev, o), out)
    if all(a == ZERO for a in (bar if isinstance(bar, tuple) else (bar,))):
        return
    held = read_item(rev, shadow, at)
    rev.lo.emit(ir.Store(shadow, at, added(rev, held, bar), None, rev.lo.loc))


def give(rev: Reverse, item: Any, bar: Callable[[], Any]) -> None:
    """Contribute an item's cotangent to the value that was put in."""
    if not any(rev.active(v) and not is_pointer(rev, v) for v in ir.tree_vars(item)):
        return
    give_tree(rev, item, bar())


def give_tree(rev: Reverse, item: Any, bar: Any) -> None:
    if isinstance(item, (tuple, list)):
        for i, b in zip(item, bar, strict=True):
            give_tree(rev, i, b)
    elif isinstance(item, Var) and rev.active(item) and not is_pointer(rev, item):
        if item.kind.base == "array" and isinstance(bar, Var):
            bar = rules.unbroadcast(rev.lo, bar, item)
        contribute(rev, item, bar)
