"""What is known of the shapes of arrays, and which whole numbers are extents of theirs."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from transforms import extents, kinds, shapes
from transforms.ir import Const, Var

if TYPE_CHECKING:
    from transforms.lower.state.lowering import Lowering


SHAPED = {np.broadcast_to, np.reshape}


def token(lo: Lowering, fn: Any, out: Any, args: tuple, kwargs: dict[str, Any]) -> None:
    """Note what is known of the shape of a result, or of the extent that a whole number is."""
    if not isinstance(out, Var):
        return
    if out.kind == kinds.INT:
        lo.note_extent(fn, out, args)
    elif fn in SHAPED and (given := extents.whole(args[-1])) is not None:
        out.shape = given
    else:
        found = extents.infer(fn, out, args, kwargs, lo.extents)
        if found is None and lo.notes.concrete:
            found = extents.by_example(fn, out, args, kwargs)
        out.shape = out.shape if found is None else found


def observe(lo: Lowering, var: Var, value: Any) -> None:
    """Note the shape of an array that comes in from outside."""
    if var.kind.base == "array" and lo.notes.concrete:
        var.shape = shapes.Dims(np.shape(value))
        lo.fixed.append((var, np.shape(value)))
    elif var.kind.base == "array" and not lo.book.closed:
        axes = enumerate(np.shape(value))
        var.shape = shapes.Dims(shapes.Axis(var, axis, extent, lo.book) for axis, extent in axes)


def extent(lo: Lowering, value: Any, axis: int = 0) -> Const | None:
    """The extent of an axis where whole numbers and shapes are constants."""
    found = shapes.dims(value) if lo.notes.concrete and isinstance(value, Var) else None
    return Const(found[axis]) if found and isinstance(found[axis], int) else None


def note_extent(lo: Lowering, fn: Any, out: Var, args: tuple) -> None:
    """Note that a whole number is the extent of an axis, or what is left of one."""
    if fn is len and isinstance(args[0], Var) and (dims := shapes.dims(args[0])):
        lo.extents[out.serial] = dims[0]
    elif fn is operator.sub and isinstance(args[0], Var) and args[0].serial in lo.extents:
        dim, cut = lo.extents[args[0].serial], extents.number(args[1])
        if cut is not None and cut > 0 and not isinstance(dim, int):
            lo.extents[out.serial] = shapes.less(dim, cut)
