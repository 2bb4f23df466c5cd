"""`out=`: the result of a primitive stored in an array that is there already."""

from __future__ import annotations

from typing import Any

import numpy as np

from transforms import ir, kinds
from transforms.lower.containers import reading, writing
from transforms.lower.objects import attributes
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import TRUE, Const, Var


def store_result(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any], target: Any) -> Any:
    """`fn(..., out=target)`: the result is computed and stored, the value is the target itself."""
    if not isinstance(target, Var) or target.kind.base != "array":
        return lo.refuse("out= is followed for arrays only")
    mask = kwargs.pop("where", None) if kinds.is_ufunc(fn) else None
    if mask is not None and mask != TRUE:
        return store_where(lo, fn, args, kwargs, target, mask)
    kwargs = {**kwargs, **accumulated(lo, fn, args, kwargs, target)}
    value = lo.apply(fn, *args, **kwargs)
    value = lo.operand(value)
    if isinstance(value, Var) and value.kind.dtype and target.kind.dtype:
        if not np.can_cast(value.kind.dtype, target.kind.dtype, "same_kind"):
            lo.refuse("the result does not fit the type of out=, and NumPy raises", "make out= an array of floats")
    lo.emit(ir.Store(target, Const(Ellipsis), value, None, lo.loc))
    return target


def store_where(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any], target: Var, mask: Any) -> Any:
    """`fn(..., out=target, where=mask)`: done on the entries chosen alone, as elsewhere it may be undefined."""
    shape = attributes.get_attribute(lo, target, "shape")
    mask = lo.apply(np.broadcast_to, mask, shape)

    def chosen_of(a: Any) -> Any:
        if not isinstance(a, Var) or a.kind.scalar:
            return a
        same = a.shape == target.shape and a.kind.ndim == target.kind.ndim
        return reading.get_item(lo, a if same else lo.apply(np.broadcast_to, lo.apply(np.copy, a), shape), mask)

    chosen = [chosen_of(a) for a in args]
    writing.set_item(lo, target, mask, lo.apply(fn, *chosen, **kwargs))
    return target


def accumulated(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any], target: Var) -> dict[str, Any]:
    """The dtype in which NumPy sums up for an `out=`: the target's own, where that is a wider one than the result's."""
    if kinds.is_ufunc(fn) or fn in EXACT or "dtype" in kwargs:
        return {}
    found = kinds.infer(fn, tuple(map(lo.operand, args)), {k: lo.operand(v) for k, v in kwargs.items()})
    kind = found.kind if found is not None else None
    if isinstance(kind, kinds.Kind) and kind.dtype == target.kind.dtype:
        return {}
    own = (kind.dtype if isinstance(kind, kinds.Kind) else None) or ""
    known = own and target.kind.dtype
    narrower = known and np.can_cast(target.kind.dtype, own)
    if narrower and fn in SUMMING and fn is not np.mean:  # a mean is divided in the type of its target
        return {}
    if known and not narrower and fn in SUMMING:
        return {"dtype": Const(np.dtype(target.kind.dtype).type)}
    return lo.refuse("out= of another type than the result is not followed here", "assign the result instead")


EXACT = {np.max, np.min, np.amax, np.amin, np.take, np.concatenate, np.stack, np.compress, np.choose, np.clip, np.round}
SUMMING = {np.sum, np.prod, np.cumsum, np.cumprod, np.mean, np.trace}
