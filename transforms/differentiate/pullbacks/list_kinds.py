"""Kinds and regions of the shadows of lists: 0.0 or a number for a number, an array for an array, a list for a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms import kinds
from transforms.differentiate.pullbacks.scopes import bar_name, widened
from transforms.errors import UnsupportedError
from transforms.ir import Region, Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def bar_kind(kind: Any) -> Any:
    """The kind of an item's cotangent: a number where it is a number, 0.0 or an array where it is an array."""
    if isinstance(kind, tuple):
        return tuple(map(bar_kind, kind))
    if kind is not None and kind.type_unknown:
        return kinds.NUMERIC
    if kind is None or not kind.numeric:
        return kinds.Kind("list", item=bar_kind(kind.item)) if kind is not None and kind.base == "list" else kinds.FLOAT
    if kind.scalar:
        return kinds.Kind("number", widened(kind.dtype) if kind.continuous else "d", 0)
    return kinds.Kind("array", widened(kind.dtype) if kind.continuous else "d", None)


def shadow_kind(kind: kinds.Kind) -> kinds.Kind:
    return kinds.Kind("list", item=bar_kind(kind.item))


def leaf_kinds(kind: Any) -> list[kinds.Kind]:
    """The kinds of the leaves of a tree of kinds."""
    if isinstance(kind, tuple):
        return [leaf for part in kind for leaf in leaf_kinds(part)]
    return [] if kind is None else [kind]


def shadow_list(rev: Reverse, var: Var) -> Var:
    """The shadow of a list, not yet made: in the region of the shadows of all lists that may be the same."""
    made = rev.lo.var(shadow_kind(var.kind), bar_name(var), list_region(rev, var.region, var.kind))
    rev.shadows[var.serial] = made
    return made


def list_region(rev: Reverse, region: Region | None, kind: kinds.Kind) -> Region:
    """The region of the shadows of a list's region; the shadows of its items are in those of its items."""
    assert region is not None
    found = rev.shadow_regions.setdefault(region.find(), Region())
    leaves = [k for k in leaf_kinds(kind.item) if k.memory]
    if any(k.base == "list" for k in leaves) or leaves and region.items.find() in rev.memory.writes:
        found.items.union(rev.shadow_regions.setdefault(region.items.find(), Region()))
    for leaf in leaves:
        if leaf.base == "list":
            list_region(rev, region.items, leaf)
    return found


def refuse(stmt: Any, reason: str) -> None:
    raise UnsupportedError(reason, stmt.loc.location() if stmt.loc is not None else None, "use an array")
