"""Lowering of the methods of ufuncs: those that are a function of their own, and the others as loops that are followed.

np.add.reduce(x)              np.sum(x, axis=0)
np.hypot.reduce(x)            a loop over the first axis
np.multiply.at(a, i, v)       a loop over the entries, as each may be named more than once
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tensor.attributes import ADD_AT
from tensor.rules import ufuncs as tables
from transforms import ir
from transforms.lower.calls import existing, following, primitives, unfollowed
from transforms.lower.containers import making, numeric, reading
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Var

REDUCTIONS = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}
ACCUMULATIONS = {np.add: np.cumsum, np.multiply: np.cumprod}
KNOWN: dict[str, dict[Any, Any]] = {"reduce": REDUCTIONS, "accumulate": ACCUMULATIONS}


def method(lo: Lowering, fn: Any, name: str, args: tuple, kwargs: dict) -> Any:
    """A call of `np.add.reduce` and the like."""
    if name == "at":
        return apply_at(lo, fn, args, kwargs)
    known = KNOWN.get(name, {})
    if fn in known:
        if len(args) < 2 and "axis" not in kwargs:
            kwargs = {**kwargs, "axis": Const(0)}
        return existing.call_known(lo, known[fn], args, kwargs, None)
    if name == "outer":
        return outer_of(lo, fn, args)
    if name == "reduceat" and fn is np.add:
        return primitives.primitive(lo, tables.SUMS_AT, args, kwargs)
    if name in LOOPS and fn in tables.CHAINED:
        return by_loop(lo, fn, name, args, kwargs)
    return lo.refuse(f"np.{fn.__name__}.{name} is not supported")


def outer_of(lo: Lowering, fn: np.ufunc, args: tuple) -> Any:
    """Every entry of one array with every entry of another."""
    a, b = args
    ranks: list[Any] = [v.kind.ndim if isinstance(v, Var) else 0 for v in (a, b)]
    if None in ranks:
        return lo.refuse("the outer of arrays of unknown rank is not followed")
    spread = (*[ir.Slice(Const(None), Const(None), Const(None))] * ranks[0], *[Const(None)] * ranks[1])
    return existing.call_known(lo, fn, (reading.get_item(lo, a, spread) if ranks[1] and ranks[0] else a, b), {}, None)


# -- at ----------------------------------------------------------------------------------------------------------------


def apply_at(lo: Lowering, fn: Any, args: tuple, kwargs: dict) -> Any:
    """`np.add.at(a, index, v)`, and the same of another ufunc."""
    target, index, *values = (making.realised(lo, a) for a in args)
    if not isinstance(target, Var) or target.kind.base != "array":
        return lo.refuse(f"np.{fn.__name__}.at is followed for arrays only")
    if fn not in (np.add, np.subtract):
        return at_by_loop(lo, fn, target, index, values)
    value = lo.apply(operator.neg, *values) if fn is np.subtract else values[0]
    operands = (target, reading.index_operand(lo, index), lo.operand(value))
    lo.emit(ir.Apply(None, ADD_AT, operands, effect=True, loc=lo.loc))
    return Const(None)


def at_by_loop(lo: Lowering, fn: Any, target: Var, index: Any, values: list[Any]) -> Any:
    """`fn.at` of a vector: entry by entry where an array of integers names them, all at once where it is a slice."""
    index = numeric.as_array(lo, index)
    values = [numeric.as_array(lo, v) for v in values]
    positions = isinstance(index, Var) and index.kind.base == "array" and index.kind.dtype != "?"
    if isinstance(index, ir.Slice):
        template: Any = whole_stores
    elif positions and (index.kind.ndim, target.kind.ndim) == (1, 1):
        template = at_stores
    else:
        template = tables.applied_at
    return following.call_template(lo, template, (Const(fn), target, index, *values), {})


def at_stores(fn, a, index, *values):  # type: ignore[no-untyped-def]
    """What `fn.at(a, index, *values)` writes into a vector."""
    parts = [np.broadcast_to(value, np.shape(index)) for value in values]
    for k in range(len(index)):
        a[index[k]] = fn(a[index[k]], *[part[k] for part in parts])


def whole_stores(fn, a, index, *values):  # type: ignore[no-untyped-def]
    """What `fn.at(a, index, *values)` writes where each entry is named once."""
    a[index] = fn(a[index], *values)


# -- reduce, accumulate, reduceat --------------------------------------------------------------------------------------


def by_loop(lo: Lowering, fn: Any, name: str, args: tuple, kwargs: dict) -> Any:
    """A method without a function of its own: the loop that it is; of what carries no derivative the method itself."""
    array = numeric.as_array(lo, making.realised(lo, args[0]))
    if not isinstance(array, Var) or not array.kind.continuous:
        return unfollowed.opaque(lo, getattr(fn, name), args, kwargs)
    target = kwargs.pop("out", Const(None))
    value = following.call_template(lo, LOOPS[name], (Const(fn), array, *args[1:]), kwargs)
    if target == Const(None):
        return value
    if not isinstance(target, Var) or target.kind.base != "array":
        return lo.refuse("out= is followed for arrays only")
    lo.emit(ir.Store(target, Const(Ellipsis), lo.operand(value), None, lo.loc))
    return target


LOOPS: dict[str, Any] = {
    "reduce": tables.reduced,
    "accumulate": tables.accumulated,
    "reduceat": tables.reduced_at,
}
