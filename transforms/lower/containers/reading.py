"""Reading an item, and asking for one: `x[i]`, `i in x`."""

from __future__ import annotations

import operator
from typing import Any

from tensor import runtime
from transforms import ir, kinds
from transforms.lower import texts
from transforms.lower.calls import calling, unfollowed
from transforms.lower.containers import attempts, making, unpacking, writing
from transforms.lower.failures.contexts import known as surely_raise
from transforms.lower.objects import attributes, model, overloading
from transforms.lower.outside import outer
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import FALSE, TRUE, UNDEFINED, Choice, Const, Iter, Lost, Ref, Var
from transforms.lower.views import flat, memoryviews, strided


def get_item(lo: Lowering, value: Any, index: Any) -> Any:
    """`value[index]`."""
    value = lo.followed(value)
    if isinstance(value, Choice):
        return lo.branch(value.cond, lambda: get_item(lo, value.then, index), lambda: get_item(lo, value.orelse, index))
    if isinstance(index, Choice):
        return lo.branch(index.cond, lambda: get_item(lo, value, index.then), lambda: get_item(lo, value, index.orelse))
    if isinstance(value, Const) and not isinstance(value.value, (str, bytes)):
        value = unpacking.outside(lo, value) if not isinstance(value.value, dict) else value
    found = overloading.overloaded(lo, operator.getitem, value, index)
    if found is not None:
        return found
    if isinstance(value, tuple):
        return tuple_item(lo, value, index)
    if isinstance(value, Ref):
        return ref_item(lo, value, index)
    if isinstance(value, Var):
        return operand_item(lo, value, index)
    if isinstance(value, Const):
        return known_item(lo, value, index)
    if flat.is_flat(value):
        return flat.get(lo, value, index)
    if strided.is_strided(value):
        return strided.get(lo, value, index)
    if memoryviews.is_memory(value):
        return memoryviews.get(lo, value, index)
    if isinstance(value, Iter):
        return get_item(lo, lo.new(list, unpacking.spread(lo, value)), index)
    return lo.refuse(f"{lo.describe(value)} is indexed here: this is not followed")


def known_item(lo: Lowering, value: Const, index: Any) -> Any:
    if isinstance(index, (Const, tuple)) and isinstance(value.value, dict):
        if type(value.value) is dict and unpacking.key(lo, index) not in value.value:
            outer.member(lo, value.value, unpacking.key(lo, index))
            return surely_raise(
                lo, KeyError(unpacking.key(lo, index)), f"the key {unpacking.key(lo, index)!r} is not in the dict here"
            )
        return outer.item(lo, value.value, unpacking.key(lo, index), str(unpacking.key(lo, index)))
    if isinstance(value.value, (str, bytes)) and isinstance(index, (Const, ir.Slice)):
        return Const(value.value[_python_index(lo, index)])
    if isinstance(value.value, type):
        return value
    return unfollowed.opaque(lo, operator.getitem, (value, index), {})


def _python_index(lo: Lowering, index: Any) -> Any:
    if isinstance(index, Const):
        return index.value
    parts = (index.start, index.stop, index.step)
    if not all(isinstance(p, Const) for p in parts):
        return None
    return slice(*(p.value for p in parts))


def tuple_item(lo: Lowering, value: tuple, index: Any) -> Any:
    at = _python_index(lo, index) if isinstance(index, (Const, ir.Slice)) else None
    if at is None:
        if isinstance(index, Var):
            return operand_item(lo, making.dynamic_list(lo, tuple(value), (*lo.path, "tuple", len(value))), index)
        return lo.refuse("a tuple is indexed by this, which is not followed")
    try:
        return tuple(value)[at]
    except (IndexError, TypeError) as error:
        return surely_raise(lo, error)


def ref_item(lo: Lowering, value: Ref, index: Any) -> Any:
    content = lo.content(value)
    if isinstance(content, Lost):
        return lo.lost(content)
    if value.cls is dict and is_whole(index) and content and all(type(k) is int for k in content):
        lo.emit(ir.Apply(None, runtime.check_key, (index, tuple(map(Const, content))), effect=True, loc=lo.loc))
        return selected(lo, index, list(content.items()))
    if value.cls is dict:
        at = unpacking.key(lo, index)
        if at not in content and value.id in lo.factories:
            writing.set_item(lo, value, index, calling.call(lo, lo.factories[value.id], (), {}, None))
            return lo.content(value)[at]
        if at not in content:
            return surely_raise(lo, KeyError(at), f"the key {at!r} is not in the dict here")
        held = content[at]
        return lo.lost(held) if isinstance(held, Lost) else held
    if value.cls is not list:
        return lo.refuse(f"{lo.describe(value)} is indexed here: this is not followed")
    at = _python_index(lo, index) if isinstance(index, (Const, ir.Slice)) else None
    if at is None and is_whole(index) and content and not all(map(making.can_be_item, content)) and not lo.tries:
        place = lo.var(kinds.INT)
        positions = lo.apply_operands(range, (Const(len(content)),), {})
        lo.emit(ir.Apply(place, operator.getitem, (positions, index), effect=True, loc=lo.loc))
        return selected(lo, place, list(enumerate(content)))
    if at is None:
        return attempts.make_dynamic(lo, value)
    try:
        found = content[at]
    except IndexError as error:
        return surely_raise(lo, error)
    return lo.new(list, found, value.site and (*value.site, "slice")) if isinstance(at, slice) else found


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number at run time."""
    return isinstance(value, Var) and value.kind.scalar and value.kind.base == "number" and value.kind.dtype in "lqiI"


def selected(lo: Lowering, index: Var, items: list[tuple[int, Any]]) -> Any:
    """The item whose number is `index`, which is one of those of the items."""
    if len(items) > MOST_SELECTED:
        return lo.refuse("one of many objects is chosen by a computed number: this is not followed")
    (number, item), *rest = items
    if not rest:
        return item
    same = lo.apply(operator.eq, index, Const(number))
    return lo.branch(same, lambda: item, lambda: selected(lo, index, rest))


MOST_SELECTED = 16


def plain_slice(lo: Lowering, start: Any, stop: Any, step: Any) -> ir.Slice:
    """A slice; what rules cut off at the beginning is written `[:n]`."""
    if lo.frame.rule and start == Const(0) and step == Const(None):
        start = Const(None)
    return ir.Slice(start, stop, step)


def operand_item(lo: Lowering, value: Var, index: Any) -> Any:
    """An item of an array, list or other object at run time."""
    operand = index_operand(lo, index)
    if value.kind.base == "list":
        if isinstance(index, ir.Slice):
            out = lo.var(value.kind)
            assert out.region is not None and value.region is not None
            out.region.items.union(value.region.items)
            out.region.sites |= value.region.find().sites
        else:
            out = making.item_vars(lo, value)
        lo.emit(ir.Apply(out, operator.getitem, (value, operand), loc=lo.loc))
        return out
    if texts.is_text(value):
        return texts.item(lo, value, operand)
    if value.kind.base == "object":
        extent = value.serial in lo.shape_sources and not isinstance(index, ir.Slice)
        out = lo.var(kinds.INT if extent else kinds.OBJECT)
        lo.emit(ir.Apply(out, operator.getitem, (value, operand), loc=lo.loc))
        return out
    return lo.apply_operands(operator.getitem, (value, operand), {})


def index_operand(lo: Lowering, index: Any) -> Any:
    return lo.operand(making.realised(lo, index))


def contains(lo: Lowering, container: Any, value: Any) -> Any:
    """`value in container`."""
    container = lo.followed(container)
    if isinstance(value, Choice):
        return lo.branch(
            value.cond, lambda: contains(lo, container, value.then), lambda: contains(lo, container, value.orelse)
        )
    if isinstance(container, Ref) and container.cls is set and isinstance(value, Const):
        return Const(any(i == value or i.value == value.value for i in unpacking.followed(lo, container)))
    if isinstance(container, Ref) and container.cls is dict and isinstance(value, (Const, tuple)):
        return Const(unpacking.key(lo, value) in lo.content(container))
    if isinstance(container, Const) and isinstance(value, Const):
        try:
            if isinstance(container.value, (str, bytes, dict, set, frozenset, range, list, tuple)):
                return Const(outer.member(lo, container.value, value.value))
        except TypeError:
            pass
    cls = model.user_class(container)
    if cls is not None and not isinstance(container, tuple) and model.lookup(cls, "__contains__") is not UNDEFINED:
        return lo.truth(calling.call(lo, attributes.get_attribute(lo, container, "__contains__"), (value,), {}, None))
    if isinstance(container, (tuple, Ref)):
        items = unpacking.spread(lo, container)
        if all(isinstance(i, Const) for i in items) and isinstance(value, Const):
            return Const(any(i == value or i.value == value.value for i in items))
        result: Any = FALSE
        for item in reversed(items):
            same = lo.apply(operator.eq, value, item)
            result = lo.branch(lo.truth(same), lambda: TRUE, lambda result=result: result)
        return result
    found = model.user_class(container)
    if found is not None and model.lookup(found, "__contains__") is not UNDEFINED:
        return calling.call(lo, attributes.get_attribute(lo, container, "__contains__"), (value,), {}, None)
    return lo.apply(operator.contains, container, value)
