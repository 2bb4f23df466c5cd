"""NumPy's functions that make arrays of containers, or say what an array is."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from transforms.lower.calls import calling, existing, primitives
from transforms.lower.containers import lists, making, numeric, reading, unpacking, writing
from transforms.lower.intrinsics import reflection
from transforms.lower.intrinsics.handler import Handler
from transforms.lower.objects import array_attributes
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import TRUE, Choice, Const, Var


def at_least(fn: Any) -> Handler:
    """np.atleast_1d and the like: of several arrays, the tuple of what each gives."""

    def handler(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
        found = tuple(primitives.primitive(lo, fn, (a,), dict(kwargs)) for a in args)
        return found[0] if len(found) == 1 else found

    return handler


def asarray_(fn: Any) -> Handler:
    """np.asarray and np.array: an alias or a copy of an array, a new array of a list."""

    def handler(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
        value = making.realised(lo, args[0])
        return lo.apply(fn, value, *args[1:], **kwargs)

    return handler


def ndim_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = making.realised(lo, numeric.as_array(lo, args[0]))
    if isinstance(value, Const):
        return Const(np.ndim(value.value))
    if isinstance(value, Var) and value.kind.rank_known:
        return Const(value.kind.ndim)
    return lo.apply(np.ndim, value)


def shape_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = making.realised(lo, numeric.as_array(lo, args[0]))
    if isinstance(value, Var) and value.kind.rank_known:
        return array_attributes.shape(lo, value)
    if isinstance(value, Const):
        return lo.lift(np.shape(value.value))
    return lo.apply(np.shape, value)


def iscomplexobj_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = args[0]
    if isinstance(value, Const):
        return Const(isinstance(value.value, complex))
    if isinstance(value, Var) and value.kind.numeric and value.kind.dtype:
        return Const(value.kind.complex)
    return lo.apply(np.iscomplexobj, value)


def isscalar_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = args[0]
    if isinstance(value, Var) and value.kind.rank_known:
        return Const(value.kind.scalar)
    if isinstance(value, (Var, Choice)):
        return lo.apply(np.isscalar, value)
    return Const(isinstance(value, Const) and np.isscalar(value.value))


def fromiter_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """np.fromiter: the array of a list of the items, or of the first of them."""
    given = {**dict(zip(("iter", "dtype", "count"), args, strict=False)), **kwargs}
    count, items = given.get("count", Const(-1)), given["iter"]
    if not isinstance(count, Const) or given.keys() - {"iter", "dtype", "count"}:
        return lo.refuse("np.fromiter with a computed count is not followed", "make an array of a list")
    made = making.new_list(lo, (), node)
    if count.value >= 0:
        items = unpacking.spread(lo, items)
        if len(items) < count.value:
            return lo.refuse(f"np.fromiter finds fewer than {count.value} items here, and raises")
        items = items[: count.value]
    lists.extend(lo, made, items)
    dtype = given["dtype"]
    return existing.call_known(lo, np.array, (made,), {"dtype": dtype}, node)


def piecewise_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """np.piecewise: each function on the entries where its condition holds, a last one on the others."""
    x, conditions, functions, *rest = args
    if not isinstance(x, Var) or x.kind.base != "array" or not x.kind.ndim:
        return lo.refuse("np.piecewise of this is not followed", "use np.where")
    flags = {"dtype": Const(bool)}
    alone = isinstance(conditions, Var) and conditions.kind.base == "array" and conditions.kind.ndim == x.kind.ndim
    given = (conditions,) if alone else unpacking.spread(lo, conditions)
    chosen = [existing.call_known(lo, np.asarray, (c,), flags, node) for c in given]
    made = unpacking.spread(lo, functions)
    if len(made) == len(chosen) + 1:
        found = functools.reduce(lambda a, b: lo.apply(operator.or_, a, b), chosen)
        chosen.append(lo.apply(operator.invert, found))
    result = lo.apply(np.zeros_like, x)
    for condition, fn in zip(chosen, made, strict=True):
        value = fn
        if not isinstance(fn, Var) and reflection.callable_(lo, (fn,), {}, node) == TRUE:
            value = calling.call(lo, fn, (reading.get_item(lo, x, condition), *rest), kwargs, node)
        writing.set_item(lo, result, condition, value)
    return result


HANDLERS: dict[Any, Handler] = {
    np.ndim: ndim_,
    np.shape: shape_,
    np.iscomplexobj: iscomplexobj_,
    np.isscalar: isscalar_,
    np.array: asarray_(np.array),
    np.asarray: asarray_(np.asarray),
    np.fromiter: fromiter_,
    np.piecewise: piecewise_,
    np.atleast_1d: at_least(np.atleast_1d),
    np.atleast_2d: at_least(np.atleast_2d),
    np.atleast_3d: at_least(np.atleast_3d),
}
