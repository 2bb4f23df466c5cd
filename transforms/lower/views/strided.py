"""Lowering of views that hold an entry of an array many times: `as_strided`, `sliding_window_view`.

Such a view is kept as the flat array behind it and an array of positions in it: reading gathers, writing stores at the
positions, so that cotangents of an entry are summed up wherever it is seen.

v = as_strided(y, (2, 2), (8, 8)); v[1, 1] = a      y[places[1, 1]] = a
np.sum(v * v)                                       np.sum(y[places] * y[places])
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensor import runtime
from tensor.attributes import attribute
from transforms import ir
from transforms.analyse.activity import reach
from transforms.analyse.memory import written_regions
from transforms.errors import UnsupportedError
from transforms.lower.containers import making, reading, writing
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Iter, Var

POSITIONAL = {"shape", "ndim", "size"}
OF_ENTRIES = {"dtype", "itemsize"}


def is_strided(value: Any) -> bool:
    return isinstance(value, Iter) and value.kind == "strided"


def as_strided(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """np.lib.stride_tricks.as_strided, of an array whose entries lie one after the other: checked when run."""
    given = {**dict(zip(("x", "shape", "strides", "subok", "writeable"), args, strict=False)), **kwargs}
    x = source(lo, given, node)
    shape, strides = given.get("shape", Const(None)), given.get("strides", Const(None))
    shape = lo.apply(attribute("shape"), x) if shape == Const(None) else making.realised(lo, shape)
    strides = lo.apply(attribute("strides"), x) if strides == Const(None) else making.realised(lo, strides)
    return view(lo, x, lo.apply(runtime.strided_places, x, shape, strides), given.get("writeable", Const(True)))


def sliding_window_view(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """np.lib.stride_tricks.sliding_window_view: it can be read only."""
    given = {**dict(zip(("x", "window_shape", "axis"), args, strict=False)), **kwargs}
    x = source(lo, given, node)
    window, axis = (making.realised(lo, given.get(name, Const(None))) for name in ("window_shape", "axis"))
    return view(lo, x, lo.apply(runtime.window_places, x, window, axis), Const(False))


def source(lo: Lowering, given: dict[str, Any], node: Any) -> Var:
    """The array that is viewed."""
    x = given["x"]
    if not isinstance(x, Var) or x.kind.base != "array" or not x.kind.ndim:
        return lo.refuse("a strided view of this is not followed", "give an array of known rank", node)
    if given.get("subok", Const(False)) != Const(False) or given.get("writeable", Const(False)) == Const(None):
        return lo.refuse("this option of a strided view is not followed", "", node)
    return x


def view(lo: Lowering, x: Var, places: Any, writeable: Any) -> Iter:
    flat = x if x.kind.ndim == 1 else lo.apply(np.reshape, x, Const(-1))
    return Iter("strided", (flat, places, writeable))


def get(lo: Lowering, value: Iter, index: Any) -> Any:
    """`v[index]`: an entry, a smaller view, or by an array of positions a copy."""
    flat, places, writeable = value.parts
    chosen = reading.get_item(lo, places, index)
    if chosen.kind.scalar or not basic(index):
        return reading.get_item(lo, flat, chosen)
    return Iter("strided", (flat, chosen, writeable))


def basic(index: Any) -> bool:
    """Whether an index makes a view."""
    if isinstance(index, tuple):
        return all(map(basic, index))
    if isinstance(index, Const):
        return index.value is None or index.value is Ellipsis or type(index.value) is int
    return isinstance(index, ir.Slice) or isinstance(index, Var) and index.kind.scalar and index.kind.dtype != "?"


def put(lo: Lowering, value: Iter, index: Any, new: Any) -> None:
    """`v[index] = new`: no entry may be written twice with different values, as the order is not said."""
    flat, places, writeable = value.parts
    if writeable != Const(True):
        lo.refuse("a view that can be read only is written, and NumPy raises", "write into the array itself")
    chosen, new = reading.get_item(lo, places, index), making.realised(lo, new)
    if not chosen.kind.scalar and not (isinstance(new, Const) or isinstance(new, Var) and new.kind.scalar):
        lo.emit(ir.Apply(None, runtime.distinct_places, (chosen,), effect=True, loc=lo.loc))
    writing.set_item(lo, flat, chosen, new)


def entries(lo: Lowering, value: Iter) -> Any:
    """The entries as an array of its own: it must not outlive a write to them, nor be written itself."""
    flat, places, _ = value.parts
    found = reading.get_item(lo, flat, places)
    lo.gathered.append((found, flat, lo.loc))
    return found


def asked(lo: Lowering, value: Iter, name: str) -> Var:
    """The array of which an attribute or method of the view is asked."""
    flat, places, _ = value.parts
    return places if name in POSITIONAL else flat if name in OF_ENTRIES else entries(lo, value)


def check_gathered(lo: Lowering) -> None:
    """Refuse where an array made of a view's entries stands for the view itself: it is written, or looked at later."""
    if not lo.gathered:
        return
    written = {region for stmt in ir.walk(lo.block) for region in written_regions(stmt)}
    made = [v for stmt in ir.walk(lo.block) for v in (*ir.defined(stmt), *inside(stmt)) if v.kind.memory]
    alive = {v.serial for v in made}
    for found, flat, loc in lo.gathered:
        root = found.region.find()
        others = any(v is not found and root in reach(v) for v in made)
        if found.serial in alive and (root in written or others and flat.region.find() in written):
            raise UnsupportedError(
                "a part of a strided view is written, or is read after the array was written: this is not followed",
                loc.location(),
                "copy the view, or write into the array itself",
            )


def inside(stmt: Any) -> list[Var]:
    return ir.bound_inside(stmt) if isinstance(stmt, (ir.Loop, ir.Guarded)) else []


HANDLERS = {
    np.lib.stride_tricks.as_strided: as_strided,
    np.lib.stride_tricks.sliding_window_view: sliding_window_view,
}
