"""Loops that collect lists or scan them, backward: who collected scans the cotangents, who scanned collects them.

    for x in xs: ys.append(f(x))      for y_bar in reversed(ys_bar): xs_bar.append(... y_bar ...)

Arrays written in place that are kept so have their shadows kept beside them.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from transforms import ir, kinds
from transforms.differentiate.pullbacks.cotangents import take
from transforms.differentiate.pullbacks.list_cotangents import give_tree, taken
from transforms.differentiate.pullbacks.list_kinds import bar_kind, refuse, shadow_list
from transforms.differentiate.pullbacks.list_values import REVERSED, contribute_list
from transforms.differentiate.pullbacks.scopes import ZERO, bar_name
from transforms.ir import UNDEFINED, Region, Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def shadow_collects(rev: Reverse, stmt: ir.Loop, new: ir.Loop) -> None:
    """Where a loop keeps arrays that are written in place, it keeps their shadows beside them."""
    for out, item in stmt.collects:
        if not any(_has_shadow(rev, v) for v in ir.tree_vars(item)):
            continue
        shadows = ir.tree_map(lambda a: _shadow_of(rev, a), item)
        made = rev.lo.var(
            kinds.Kind("list", item=ir.tree_map(lambda a: a.kind if isinstance(a, Var) else kinds.FLOAT, shadows))
        )
        new.collects.append((made, shadows))
        rev.list_shadows[out.serial] = made


def shadow_choice(rev: Reverse, new: ir.If, position: int, out: Var) -> None:
    """Where a branch chooses such a list, it chooses the list of the shadows with it."""
    sides = [side.results[position] for side in (new.then, new.orelse)]
    found = [rev.list_shadows.get(side.serial) if isinstance(side, Var) else None for side in sides]
    if not any(found):
        return
    if any(side is not UNDEFINED and shadows is None for side, shadows in zip(sides, found, strict=True)):
        refuse(new, "one of two lists holds arrays that are written in place: this is not followed")
    made = Var("", next(filter(None, found)).kind, Region())
    for side, shadows in zip((new.then, new.orelse), found, strict=True):
        side.results.append(shadows or UNDEFINED)
    new.outs.append(made)
    rev.list_shadows[out.serial] = made


def shadow_scans(rev: Reverse, stmt: ir.Loop, new: ir.Loop) -> None:
    """Where a loop scans such a list, it scans the shadows beside it."""
    for scan in stmt.scans:
        source = rev.list_shadows.get(scan.source.serial) if isinstance(scan.source, Var) else None
        if source is None:
            continue

        new.scans.append(ir.Scan(_item_shadows(rev, scan.item, source.kind.item), source, scan.reverse))


def _item_shadows(rev: Reverse, item: Any, kind: Any) -> Any:
    """The Vars of the shadows of a scanned item, of the kinds that were kept: a number where there is no shadow."""
    if isinstance(item, tuple):
        return tuple(_item_shadows(rev, part, of) for part, of in zip(item, kind, strict=True))
    if rev.is_shadowed(item) and item.kind.base == "array":
        made = Var(bar_name(item), item.kind, rev.shadow_region(item), shape=item.shape)
        rev.shadows[item.serial] = made
        return made
    if rev.is_shadowed(item):
        return shadow_list(rev, item)
    made = rev.lo.var(kind)
    if kind.base == "list":
        rev.list_shadows[item.serial] = made
    return made


def _has_shadow(rev: Reverse, var: Var) -> bool:
    return var.serial in rev.list_shadows or rev.is_shadowed(var) and var.serial in rev.shadows


def _shadow_of(rev: Reverse, operand: Any) -> Any:
    if not isinstance(operand, Var) or not _has_shadow(rev, operand):
        return ZERO
    return rev.list_shadows.get(operand.serial) or rev.shadows[operand.serial]


def open_collects(rev: Reverse, stmt: ir.Loop, back: ir.Loop) -> None:
    """The backward loop of a collecting loop scans the cotangent list, from its end."""
    back_scans = []
    for out, item in stmt.collects:
        bar = take(rev, out)
        if bar is None:
            continue
        bars = rev.lo.vars_of(bar.kind.item)
        back_scans.append((ir.Scan(bars, bar, reverse=True), item))
        back.scans.append(back_scans[-1][0])
    rev.collected[id(back)] = back_scans


def pull_collects(rev: Reverse, back: ir.Loop) -> None:
    for scan, item in rev.collected[id(back)]:
        give_tree(rev, item, scan.item)


def pull_scans(rev: Reverse, stmt: ir.Loop, back: ir.Loop) -> None:
    """The backward loop of a scanning loop collects the items' cotangents."""
    for scan in stmt.scans:
        if not (isinstance(scan.source, Var) and rev.active(scan.source)):
            continue
        if rev.is_shadowed(scan.source):
            refuse(stmt, "this loop over a list is not followed")
        bars = ir.tree_map(lambda v: taken(rev, v), scan.item)
        made = rev.lo.var(kinds.Kind("list", item=bar_kind(scan.source.kind.item)))
        back.collects.append((made, bars))
        rev.scanned[id(back)].append((scan, made))


def close_scans(rev: Reverse, back: ir.Loop) -> None:
    for scan, made in rev.scanned.get(id(back), ()):
        bar = made
        if not scan.reverse:
            bar = Var("", made.kind, Region())
            rev.lo.emit(ir.Apply(bar, operator.getitem, (made, REVERSED), loc=rev.lo.loc))
        contribute_list(rev, scan.source, bar)
