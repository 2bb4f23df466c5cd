"""Operators on containers: `a + b` and `a * n` of lists, `a | b` of sets and dicts, `a += b` in place."""

from __future__ import annotations

import collections
import operator
from collections.abc import Callable
from typing import Any

from transforms import ir, kinds
from transforms.lower import texts
from transforms.lower.containers import attempts, dicts, lists, making, numeric, unpacking
from transforms.lower.intrinsics import showing
from transforms.lower.outside import through, written
from transforms.lower.state.applying import ARITHMETIC
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Ref, Var
from transforms.lower.views import strided


def binary(lo: Lowering, fn: Callable[..., Any], left: Any, right: Any) -> Any:
    """`+` and `*` of lists and tuples, `%` of text, set operations; None for operators on numbers."""
    a, b = (
        unpacking.outside(lo, v) if isinstance(v, Const) and isinstance(v.value, list) else v for v in (left, right)
    )
    if fn is operator.mod and isinstance(a, Const) and isinstance(a.value, str):
        return showing.text(lo, operator.mod, a, b)
    if (found := texts.binary(lo, fn, a, b)) is not None:
        return found
    if fn is operator.add and isinstance(a, tuple) and isinstance(b, tuple):
        return (*a, *b)
    if fn is operator.add and _is_list(a) and _is_list(b):
        if isinstance(a, Var) or isinstance(b, Var):
            return concatenated(lo, a, b)
        return making.list_at(
            lo, (*unpacking.followed(lo, a), *unpacking.followed(lo, b)), lo.site(lo.loc and lo.loc.node)
        )
    if (
        fn in ARITHMETIC
        and any(numeric.made_of_numbers(lo, v) for v in (a, b))
        and any(numeric.takes_lists(v) for v in (a, b))
    ):
        return lo.apply(fn, *(numeric.as_array(lo, v) for v in (a, b)))
    if fn is operator.mul:
        for sequence, count in ((a, b), (b, a)):
            if isinstance(sequence, (tuple, Ref)) and (isinstance(sequence, tuple) or sequence.cls is list):
                return repeated(lo, sequence, count)
            if isinstance(sequence, Var) and sequence.kind.base == "list" and whole_number(count):
                return repeat_operand(lo, sequence, count)
    if any(isinstance(v, Var) and v.kind.base == "list" for v in (a, b)):
        return numeric.array_operator(lo, fn, a, b)
    if fn in (operator.or_, operator.and_, operator.sub):
        a, b = (known_keys(lo, v) for v in (a, b))
    if fn in (operator.or_, operator.and_, operator.sub) and isinstance(a, Ref) and isinstance(b, Ref):
        return ref_union(lo, fn, a, b)
    return None


def known_items(lo: Lowering, value: Any) -> Any:
    """A list, dict or set outside, as one that is known item by item, if it is short."""
    if isinstance(value, Const) and type(value.value) is list:
        items = unpacking.outside(lo, value)
        return lo.new(list, items) if isinstance(items, tuple) else items
    return known_keys(lo, value)


def known_keys(lo: Lowering, value: Any) -> Any:
    """A dict or set outside, as one that is known item by item."""
    value = lo.followed(value)
    if isinstance(value, Const) and type(value.value) is dict:
        return lo.new(dict, unpacking.mapping(lo, value))
    if isinstance(value, Const) and isinstance(value.value, (set, frozenset)):
        return lo.new(set, unpacking.spread(lo, value))
    return value


def ref_union(lo: Lowering, fn: Callable[..., Any], a: Ref, b: Ref) -> Any:
    if a.cls is dict and fn is operator.or_:
        return lo.new(dict, {**lo.content(a), **lo.content(b)})
    left, right = (dict.fromkeys(lo.content(v)) for v in (a, b))
    keep = {
        operator.or_: {**left, **right},
        operator.and_: {k: None for k in left if k in right},
        operator.sub: {k: None for k in left if k not in right},
    }[fn]
    return lo.new(set, tuple(keep))


def _is_list(value: Any) -> bool:
    return isinstance(value, Ref) and value.cls is list or isinstance(value, Var) and value.kind.base == "list"


def concatenated(lo: Lowering, a: Any, b: Any) -> Any:
    """`a + b` of lists of which one is there at run time only."""
    sides = [
        v if isinstance(v, Var) else making.dynamic_list(lo, lo.content(v), (*lo.path, "concatenated")) for v in (a, b)
    ]
    kind = kinds.join(sides[0].kind, sides[1].kind)
    if kind is None:
        lo.refuse("lists with items of different types are joined: this is not followed")
    out = lo.var(kind)
    assert out.region is not None
    for side in sides:
        assert side.region is not None
        out.region.items.union(side.region.items)
        out.region.sites |= side.region.find().sites
    lo.emit(ir.Apply(out, operator.add, tuple(sides), loc=lo.loc))
    return out


def repeated(lo: Lowering, sequence: Any, count: Any) -> Any:
    """`[...] * n`."""
    items = sequence if isinstance(sequence, tuple) else lo.content(sequence)
    if isinstance(count, Const) and isinstance(count.value, int) and len(items) * count.value <= 64:
        made = items * count.value
        if isinstance(sequence, tuple):
            return made
        site = (*(sequence.site or lo.path), "repeated")
        if site in lo.notes.dynamic:
            return repeat_list(lo, items, count, site)
        return lo.new(list, made, site)
    return repeat_list(
        lo, items, count, (*lo.path, "repeated", lo.loc and lo.loc.node.lineno, lo.loc and lo.loc.node.col_offset)
    )


def whole_number(value: Any) -> bool:
    """Whether a value is a Python integer, for which a list's `*` repeats it."""
    return isinstance(value, Const) and type(value.value) is int or isinstance(value, Var) and value.kind == kinds.INT


def repeat_operand(lo: Lowering, holder: Var, count: Any) -> Var:
    """A list at run time, repeated: the copies hold the same arrays."""
    out = lo.var(holder.kind)
    assert out.region is not None and holder.region is not None
    out.region.sites |= holder.region.find().sites
    out.region.items.union(holder.region.items)
    lo.emit(ir.Apply(out, operator.mul, (holder, lo.operand(count)), loc=lo.loc))
    return out


def repeat_list(lo: Lowering, items: tuple, count: Any, site: Any) -> Var:
    inner = making.dynamic_list(lo, items, site)
    out = lo.var(inner.kind)
    assert out.region is not None and inner.region is not None
    out.region.sites.add(site)
    out.region.items.union(inner.region.items)
    lo.emit(ir.Apply(out, operator.mul, (inner, lo.operand(count)), loc=lo.loc))
    return out


def inplace(lo: Lowering, fn: Callable[..., Any], old: Any, value: Any) -> Any:
    """`+=` and `*=` of lists, in place, and operators on views; None for anything else."""
    if strided.is_strided(old):
        strided.put(lo, old, Const(Ellipsis), lo.apply(fn, making.realised(lo, old), making.realised(lo, value)))
        return old
    if isinstance(old, Const) and isinstance(old.value, (list, dict, set, bytearray, collections.deque)):
        old = written.entered(lo, old)
    if _is_list(old) and fn in ARITHMETIC and numeric.takes_lists(value):
        return binary(lo, fn, old, value)  # NumPy's operator comes before the list's own: it makes a new array
    if isinstance(old, Ref) and old.cls is list and fn is operator.add:
        lists.extend(lo, old, value)
        return old
    if isinstance(old, Ref) and old.cls is list and fn is operator.mul:
        if not isinstance(value, Const):
            attempts.make_dynamic(lo, old)
        lists.reorder(lo, old, unpacking.followed(lo, old) * value.value)
        return old
    if isinstance(old, Ref) and old.cls is dict and fn is operator.or_:
        dicts.dict_update(lo, old, (value,), {}, None)
        return old
    if isinstance(old, Ref) and old.cls is set:
        lo.put(old, lo.content(binary(lo, fn, old, value)))
        if through.origin(lo, old) is not None:
            through.changed(lo, old, "clear")
            through.changed(lo, old, "update", tuple(lo.content(old)))
        return old
    if isinstance(old, Var) and old.kind.base == "list":
        if fn is operator.add:
            lists.extend(lo, old, value)
            return old
        return lo.refuse("this in-place operator on a list is not followed")
    return None
