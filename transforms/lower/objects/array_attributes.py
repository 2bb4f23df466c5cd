"""The attributes of arrays: their shape, their parts, their methods."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from tensor.attributes import METHODS, attribute, method
from transforms import ir, kinds, shapes
from transforms.lower.containers import making, methods, reading, writing
from transforms.lower.objects import attributes
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Bound, Const, Var
from transforms.lower.views import flat


class Shape(tuple):
    """The shape of an array of known rank: its extents, and the operand for all of it."""

    whole: Any = None


def array_attribute(lo: Lowering, value: Var, name: str) -> Any:
    """An attribute or method of a number or array."""
    kind = value.kind
    if kind.base == "list":
        return Bound(value, methods.method(lo, value, name), name)
    if not kind.numeric:
        if kind.type is not None and callable(getattr(kind.type, name, None)):
            return Bound(value, method(name), name)
        out = lo.var(kinds.OBJECT, name)
        lo.emit(ir.Apply(out, attribute(name), (value,), loc=lo.loc))
        return out
    if name == "ndim" and kind.ndim is not None:
        return Const(kind.ndim)
    if name == "flat" and kind.base == "array":
        return flat.of(lo, value)
    if name == "shape":
        return shape(lo, value)
    if name == "size" and kind.ndim and all(lo.extent(value, axis) for axis in range(kind.ndim)):
        return Const(math.prod(lo.extent(value, axis).value for axis in range(kind.ndim)))  # type: ignore[union-attr]
    if name in ("real", "imag") and kind.dtype:
        return lo.apply(np.real if name == "real" else np.imag, value)
    if kind.python and name == "conjugate":
        return Bound(value, Const(np.conj), name)
    if name in METHODS or name in ARRAY_METHODS:
        return Bound(value, Const(METHODS[name]) if name in METHODS and not kind.python else method(name), name)
    if name == "dtype" and kind.dtype:
        out = lo.var(kinds.Kind("object", type=np.dtype, item=kind.dtype))
        lo.emit(ir.Apply(out, attribute("dtype"), (value,), loc=lo.loc))
        return out
    if name in ARRAY_ATTRIBUTES:
        return lo.apply(attribute(name), value)
    if kind.python and name in ("is_integer", "bit_length", "hex", "as_integer_ratio"):
        return Bound(value, method(name), name)
    return lo.refuse(f"the attribute {name} of an array is not supported")


ARRAY_ATTRIBUTES = {"T", "mT", "size", "dtype", "itemsize", "nbytes", "ndim", "strides", "flags"}
ARRAY_METHODS = {"item", "tolist", "astype", "flatten", "fill", "sort", "put", "partition", "tobytes", "view", "copy"}


def shape(lo: Lowering, value: Var) -> Any:
    """The shape of an array: a tuple of extents where the rank is known."""
    if value.kind.scalar:
        return ()
    whole = lo.var(kinds.Kind("object", type=tuple, item=value.kind.ndim))
    lo.emit(ir.Apply(whole, attribute("shape"), (value,), loc=lo.loc))
    dims = shapes.dims(value)
    whole.shape = ("shape of", value.shape if dims is None else dims)
    if value.kind.base == "array" and value.kind.continuous:
        lo.shape_sources[whole.serial] = value
    if value.kind.ndim is None:
        return whole
    extents: list[Any] = []
    for axis in range(value.kind.ndim):
        if (known := lo.extent(value, axis)) is not None:
            extents.append(known)
            continue
        extent = lo.var(kinds.INT)
        lo.emit(ir.Apply(extent, operator.getitem, (whole, Const(axis)), loc=lo.loc))
        if dims is not None:
            lo.extents[extent.serial] = dims[axis]
        extents.append(extent)
    found = Shape(extents)
    found.whole = whole
    return found


def set_imaginary(lo: Lowering, value: Any, index: Any, new: Any) -> None:
    """`z.imag[index] = new`: the imaginary part is no view that a cotangent could mirror, so all of z is written."""
    if not (isinstance(value, Var) and value.kind.base == "array" and value.kind.complex):
        writing.set_item(lo, attributes.get_attribute(lo, value, "imag"), index, new)
        return
    old = lo.apply(np.real, reading.get_item(lo, value, index))
    imaginary = lo.apply(operator.mul, Const(1j), making.realised(lo, new))
    writing.set_item(lo, value, index, lo.apply(operator.add, old, imaginary))
