"""What rules emit, written shorter where shapes are known: broadcasting is left to NumPy, and undone only where it is.

    np.broadcast_to(1.0, x.shape) * y       ->      y                   where y has the shape of x
    np.expand_dims(g, 1)                    ->      g[:, None]
    unbroadcast(g, b)                       ->      np.sum(g, axis=0)   where that is how b was broadcast

A number, or an array, that was broadcast to a shape is remembered as such (`note`), so that arithmetic is done on it
and not on its copies.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from tensor import runtime
from transforms import extents, ir, shapes
from transforms.ir import Const, Var

if TYPE_CHECKING:
    from transforms.lower.state.lowering import Lowering


def shorter(lo: Lowering, fn: Any, args: tuple) -> Any:
    """The value of `fn(*args)`, an operation of a rule, where there is a shorter way to it; else None."""
    if fn is np.expand_dims:
        return expanded(lo, *args)
    if fn is runtime.unbroadcast:
        return fitted(lo, *args)
    if fn is np.broadcast_to:
        return filled(lo, *args)
    if fn is operator.neg:
        return negated(lo, args[0])
    return stretched(lo, fn, args) or unspread(lo, fn, args)


def note(lo: Lowering, out: Var, source: Any, shape: Any) -> None:
    """Remember that `out` is `source` broadcast to `shape`."""
    if is_number(source):
        lo.broadcasts[out.serial] = source
        lo.broadcasts[("shape", out.serial)] = shape
    elif out.kind.ndim is not None:
        lo.stretched[out.serial] = source


def is_number(operand: Any) -> bool:
    return isinstance(operand, Const) or isinstance(operand, Var) and operand.kind.scalar


def expanded(lo: Lowering, array: Any, axis: Any) -> Any:
    """`np.expand_dims(a, 1)` as `a[:, None]`, which is read and done faster."""
    place = extents.number(axis)
    if not isinstance(array, Var) or array.kind.scalar or array.kind.ndim is None or place is None:
        return None
    rank = array.kind.ndim
    place %= rank + 1
    whole = (ir.Slice(Const(None), Const(None), Const(None)),) * place
    index = (Const(Ellipsis), Const(None)) if place == rank > 1 else (*whole, Const(None))
    return lo.apply_operands(operator.getitem, (array, index), {})


def fitted(lo: Lowering, bar: Any, x: Any) -> Any:
    """A cotangent summed over just the axes along which its value was broadcast."""
    if shapes.same(bar, x):
        return bar
    axes = shapes.summed(bar, x) if isinstance(x, Var) and not x.kind.scalar else None
    if axes is None:
        return None
    leading, single = axes
    if leading:
        bar = lo.apply(np.sum, bar, axis=Const(0) if leading == (0,) else tuple(map(Const, leading)))
    if single:
        axis = Const(single[0]) if len(single) == 1 else tuple(map(Const, single))
        bar = lo.apply(np.sum, bar, axis=axis, keepdims=Const(True))
    return bar


def filled(lo: Lowering, source: Any, shape: Any) -> Any:
    """A number in the shape of an array: of the array's own dtype, on its own device."""
    like = lo.shape_sources.get(shape.serial) if isinstance(shape, Var) else None
    if like is None or not is_number(source):
        return None
    out = lo.apply_operands(np.full_like, (like, source), {})
    out.shape = like.shape
    note(lo, out, source, shape)
    return out


def negated(lo: Lowering, operand: Any) -> Any:
    number = lo.broadcasts.get(operand.serial) if isinstance(operand, Var) else None
    return None if number is None else spread(lo, lo.apply(operator.neg, number), operand)


def stretched(lo: Lowering, fn: Any, args: tuple) -> Any:
    """Arithmetic with an array that was broadcast, beside one that has the full shape."""
    if fn not in ARITHMETIC or len(args) != 2:
        return None
    for position, other in ((0, args[1]), (1, args[0])):
        own = args[position]
        source = lo.stretched.get(own.serial) if isinstance(own, Var) else None
        if source is not None and shapes.same(other, own):
            return lo.apply_operands(fn, (source, other) if position == 0 else (other, source), {})
    return None


def unspread(lo: Lowering, fn: Any, args: tuple) -> Any:
    """Products with a number that was broadcast to an array's shape: done on the number, as long as it is one."""
    spread_ = [lo.broadcasts.get(a.serial) if isinstance(a, Var) else None for a in args]
    if fn not in PRODUCTS or len(args) != 2 or not any(s is not None for s in spread_):
        return None
    for i, other in ((0, args[1]), (1, args[0])):
        if spread_[i] is None or fn in QUOTIENTS and i == 1:
            continue
        number = spread_[1 - i] if spread_[1 - i] is not None else other
        pair = (spread_[i], number) if i == 0 else (number, spread_[i])
        if is_number(number):
            if isinstance(other, Var) and not other.kind.scalar and not shapes.same(other, args[i]):
                continue
            return spread(lo, lo.apply(fn, *pair), args[i])
        if shapes.same(other, args[i]):
            return lo.apply(fn, *pair)
    return None


def spread(lo: Lowering, number: Any, like: Var) -> Any:
    """A number in the shape of another broadcast number."""
    out = lo.apply(np.broadcast_to, number, lo.broadcasts[("shape", like.serial)])
    if isinstance(out, Var):
        out.shape = like.shape
    return out


QUOTIENTS = {operator.truediv, np.divide}
PRODUCTS = {operator.mul, np.multiply, *QUOTIENTS}
ARITHMETIC = {*PRODUCTS, operator.add, operator.sub, np.add, np.subtract}
