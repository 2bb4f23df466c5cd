"""Lists and sets that a function makes: known item by item, or at run time.

`[x, y]` is known; `L = []` that grows in a loop that is not unrolled is a list at run time, whose items have one kind.
"""

from __future__ import annotations

from typing import Any

from transforms import ir, kinds
from transforms.lower.containers import attempts, lists
from transforms.lower.loops import iterating
from transforms.lower.operations import make_list
from transforms.lower.state.lowering import Lowering
from transforms.lower.state.operands import operand_kind, without_derivative
from transforms.lower.values import Choice, Const, Iter, Var
from transforms.lower.views import flat, memoryviews, strided


def new_list(lo: Lowering, items: tuple[Any, ...], node: Any) -> Any:
    """A list: known item by item, or at run time where an earlier attempt found that it must be."""
    site = lo.site(node) if node is not None else None
    return list_at(lo, items, site)


def list_at(lo: Lowering, items: tuple[Any, ...], site: Any) -> Any:
    """A list made at a site."""
    if site is not None and site in lo.notes.dynamic:
        for item in items:
            attempts.inner_lists(lo, item)
        if all(map(can_be_item, items)):
            return dynamic_list(lo, items, site)
    return lo.new(list, tuple(items), site)


def dynamic_list(lo: Lowering, items: tuple[Any, ...], site: Any) -> Var:
    """A list at run time; its items' kind is what has been seen of it."""
    kind = lo.notes.items.get(site)
    for item in items:
        attempts.inner_lists(lo, item)
        found = _item_kind(lo, item)
        kind = found if kind is None else kinds.join(kind, found)
        if kind is None:
            lo.refuse("a list with items of different types is read by a computed index or grows in a loop")
    lo.notes.items[site] = kind
    out = lo.var(kinds.Kind("list", item=kind))
    assert out.region is not None
    out.region.sites.add(site)
    for item in items:
        hold(lo, out, item)
    lo.emit(ir.Apply(out, make_list, tuple(item_operand(lo, i) for i in items), loc=lo.loc))
    return out


def item_operand(lo: Lowering, value: Any) -> Any:
    """The operand of an item of a list: of the structure that its kind has, a shape taken apart."""
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(item_operand(lo, v) for v in value)
    return lo.operand(value)


def _item_kind(lo: Lowering, value: Any, objects: bool = False) -> Any:
    """`objects`: what carries no derivative may be an object of unknown type."""
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_item_kind(lo, v, objects) for v in value)
    kind = operand_kind(value)
    if kind is None and objects and without_derivative(value):
        return kinds.OBJECT
    if kind is None:
        return lo.refuse(f"{lo.describe(value)} is kept in a list that grows in a loop: this is not followed")
    return kind


def can_be_item(value: Any, objects: bool = False) -> bool:
    """Whether a value can be kept in a list at run time, with `objects` also as an object of unknown type."""
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return all(can_be_item(v, objects) for v in value)
    return operand_kind(value) is not None or objects and without_derivative(value)


def hold(lo: Lowering, holder: Var, value: Any) -> None:
    """The arrays in `value` are now reachable through the list."""
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        for item in value:
            hold(lo, holder, item)
        return
    for var in () if isinstance(value, Choice) else ir.tree_vars(value):  # a choice of what has no derivative
        if var.region is not None and holder.region is not None:
            holder.region.items.union(var.region)


def admit(lo: Lowering, holder: Var, value: Any) -> None:
    """Make sure that a list may hold `value`; its kind is widened by beginning again."""
    attempts.inner_lists(lo, value)
    sites = holder.region.find().sites if holder.region is not None else set()
    objects = bool(sites & lo.notes.objects)
    if not can_be_item(value) and not objects:
        attempts.stay_known(lo, sites, value)
    found = _item_kind(lo, value, objects)
    kind = holder.kind.item
    joined = found if kind is None else kinds.join(kind, found)
    if joined is None:
        lo.refuse("items of different types are put into one list: this is not followed")
    if joined != kind:
        if not sites:
            lo.refuse(
                "what is put into this list may be of another type than its items: this is not followed",
                "append the items in a loop, one by one",
            )
        for site in sites:
            lo.notes.items[site] = joined
        lo.restart()
    hold(lo, holder, value)


def new_set(lo: Lowering, items: tuple[Any, ...]) -> Any:
    if not all(isinstance(i, Const) for i in items):
        lo.refuse("a set of computed values is not followed")
    return lo.new(set, tuple(dict.fromkeys(items)))


def listed_at(lo: Lowering, items: Any, site: Any) -> Var:
    """A list at run time of the items of an array or list."""
    made = dynamic_list(lo, (), site)
    lists.extend(lo, made, items)
    return made


def item_vars(lo: Lowering, holder: Var) -> Any:
    """Vars for an item of a list at run time."""
    if holder.kind.item is None:
        if not lo.notes.items.get("empty"):
            return lo.refuse("a list is read before anything is put into it here: this is not followed")
    region = holder.region.items if holder.region is not None else None
    return lo.vars_of(holder.kind.item, "", region)


def column(lo: Lowering, pairs: Var, place: int, node: Any) -> Var:
    """The items at one place of the tuples in a list, as a list."""
    made = dynamic_list(lo, (), (*lo.path, id(node), "column", place))
    iterating.iterate(lo, pairs, lambda item: lists.append(lo, made, (item[place],), {}, node), node)
    return made


def realised(lo: Lowering, value: Any) -> Any:
    """Iterators as lists, so that they can be operands."""
    if flat.is_flat(value):
        return flat.entries(lo, value)
    if strided.is_strided(value):
        return strided.entries(lo, value)
    if memoryviews.is_memory(value):
        return value.parts[0]
    if isinstance(value, Iter) and value.kind != "range":
        made: Any = lo.new(list, (), ("realised", *lo.path))
        if made.site in lo.notes.dynamic:
            made = dynamic_list(lo, (), made.site)
        lists.extend(lo, made, value)
        return made
    return value
