"""Writing and deleting items: `x[i] = y`, `x[a:b] = y`, `del x[i]`."""

from __future__ import annotations

import operator
from typing import Any

from tensor.attributes import attribute as attribute_of
from transforms import ir, kinds
from transforms.lower.calls import calling, unfollowed
from transforms.lower.containers import attempts, lists, making, reading, unpacking
from transforms.lower.failures.contexts import known as surely_raise
from transforms.lower.loops import bodies, iterating
from transforms.lower.objects import attributes, model
from transforms.lower.operations import write_item
from transforms.lower.outside import through, written
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import members, wrapping
from transforms.lower.values import Cell, Choice, Const, Iter, Ref, Var
from transforms.lower.views import flat, memoryviews, strided


def set_item(lo: Lowering, value: Any, index: Any, new: Any) -> None:
    """`value[index] = new`."""
    if isinstance(value, Choice):
        lo.branch(
            value.cond, lambda: set_item(lo, value.then, index, new), lambda: set_item(lo, value.orelse, index, new)
        )
        return
    if isinstance(index, Choice):
        lo.branch(
            index.cond, lambda: set_item(lo, value, index.then, new), lambda: set_item(lo, value, index.orelse, new)
        )
        return
    if wrapping.is_instance(value) and not isinstance(model.lookup(value.cls, "__setitem__"), model.FUNCTIONS):
        members.set_item(lo, value, index, new)
        return
    if isinstance(value, Ref) and value.cls is dict:
        at = unpacking.key(lo, index)
        if isinstance(new, Var) and not new.name and isinstance(at, str) and at.isidentifier():
            new.name = at
        lo.put(value, {**lo.held(value), at: new})
        write_through(lo, value, index, new)
    elif isinstance(value, Ref) and value.cls is list:
        set_list_item(lo, value, index, new)
    elif isinstance(value, Ref) or model.user_class(value) is not None:
        calling.call(lo, attributes.get_attribute(lo, value, "__setitem__"), (index, new), {}, None)
    elif isinstance(value, Var) and value.kind.base == "list":
        if isinstance(index, ir.Slice):
            assign_slice(lo, value, index, new)
            return
        making.admit(lo, value, new)
        lo.emit(ir.Store(value, reading.index_operand(lo, index), making.item_operand(lo, new), None, lo.loc))
    elif isinstance(value, Var) and value.kind.base == "array":
        lo.emit(ir.Store(value, reading.index_operand(lo, index), lo.operand(making.realised(lo, new)), None, lo.loc))
    elif isinstance(value, Const) and written.is_namespace(value.value) and isinstance(index, Const):
        written.write_place(lo, written.Place(value.value, "item", index.value), new)
    elif isinstance(value, Const):
        set_item(lo, written.entered(lo, value), index, new)
    elif flat.is_flat(value):
        flat.put(lo, value, index, new)
    elif strided.is_strided(value):
        strided.put(lo, value, index, new)
    elif memoryviews.is_memory(value):
        memoryviews.put(lo, value, index, new)
    elif isinstance(value, Var) and value.kind.base == "object":
        unfollowed.opaque(lo, operator.setitem, (value, index, new), {})
    else:
        lo.refuse(f"an item of {lo.describe(value)} is written, which is not followed")


def write_through(lo: Lowering, ref: Ref, index: Any, new: Any) -> None:
    """An object that is the caller's own is written, too."""
    through.put(lo, write_item, ref, index, new)


def set_list_item(lo: Lowering, value: Ref, index: Any, new: Any) -> None:
    at: Any = reading._python_index(lo, index) if isinstance(index, (Const, ir.Slice)) else None
    if at is None:
        attempts.make_dynamic(lo, value)
    items = list(lo.held(value))
    try:
        items[at] = unpacking.spread(lo, new) if isinstance(at, slice) else new
    except (IndexError, ValueError) as error:
        surely_raise(lo, error)
    if isinstance(at, slice):
        through.put_items(lo, value, tuple(items))
        return
    lo.put(value, tuple(items))
    write_through(lo, value, index, new)


def delete_slice(lo: Lowering, holder: Var, index: ir.Slice) -> Any:
    """`del L[a:b]`, item by item; the position where the slice began."""
    if index.step not in (Const(None), Const(1)):
        attempts.prefer_known(
            lo, holder, "a slice with a step of a list that is there at run time only is written: this is not followed"
        )
    places = lo.var(kinds.Kind("object", type=range))
    everything = lo.apply_operands(range, (lo.apply(len, holder),), {})
    lo.emit(ir.Apply(places, operator.getitem, (everything, reading.index_operand(lo, index)), loc=lo.loc))
    start, count = lo.var(kinds.INT), lo.apply(len, places)
    lo.emit(ir.Apply(start, attribute_of("start"), (places,), loc=lo.loc))
    trip = bodies.in_frame(lo, lo.frame, lambda _: lists.pop(lo, holder, (start,), {}, None))
    iterating.iterate(lo, Iter("range", (Const(0), count, Const(1))), trip, lo.loc and lo.loc.node)
    return start


def assign_slice(lo: Lowering, holder: Var, index: ir.Slice, new: Any) -> None:
    """`L[a:b] = items`: the items of the slice are taken out, the new ones put in one by one."""
    if isinstance(new, Var) and new.kind.base == "list":
        new = lists.copy(lo, new, (), {}, None)
    cell = lo.new(Cell, (delete_slice(lo, holder, index),))

    def trip(item: Any) -> None:
        at = lo.content(cell)[0]
        lists.insert(lo, holder, (at, item), {}, None)
        lo.put(cell, (lo.apply(operator.add, at, Const(1)),))

    iterating.iterate(lo, new, bodies.in_frame(lo, lo.frame, trip), lo.loc and lo.loc.node)


def taken_out(lo: Lowering, value: Ref, at: Any) -> Any:
    """The item of a dict at a key, which is deleted; Python's own error where there is none."""
    content = dict(lo.content(value))
    if at not in content:
        return surely_raise(lo, KeyError(at), f"the key {at!r} is not in the dict here")
    found = content.pop(at)
    lo.put(value, content)
    through.changed(lo, value, "pop", Const(at) if not isinstance(at, tuple) else lo.lift(at))
    return found


def delete_item(lo: Lowering, value: Any, index: Any) -> None:
    if isinstance(value, Ref) and value.cls is dict:
        taken_out(lo, value, unpacking.key(lo, index))
    elif isinstance(value, Const) and type(value.value) in (list, dict):
        delete_item(lo, written.entered(lo, value), index)
    elif isinstance(value, Ref) and value.cls is list:
        items = list(lo.content(value))
        at: Any = reading._python_index(lo, index) if isinstance(index, (Const, ir.Slice)) else None
        if at is None:
            attempts.make_dynamic(lo, value)
        try:
            del items[at]
        except IndexError as error:
            surely_raise(lo, error)
        through.put_items(lo, value, tuple(items))
    elif isinstance(value, Var) and value.kind.base == "list":
        if isinstance(index, ir.Slice):
            delete_slice(lo, value, index)
        else:
            lists.pop(lo, value, (index,), {}, None)
    elif model.user_class(value) is not None:
        calling.call(lo, attributes.get_attribute(lo, value, "__delitem__"), (index,), {}, None)
    else:
        lo.refuse(f"deleting an item of {lo.describe(value)} is not followed")
