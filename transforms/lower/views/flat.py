"""Lowering of `x.flat`: the entries of an array in C order, read and written through the array.

x.flat[1] = v           x[np.unravel_index(np.arange(x.size)[1], x.shape)] = v
for v in x.flat: ...    the entries at each position, as they are when it is reached
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensor.attributes import attribute
from transforms import ir
from transforms.lower.calls import following
from transforms.lower.containers import making, numeric, reading
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Iter, Var


def of(lo: Lowering, value: Var) -> Iter:
    """`value.flat`."""
    return lo.iterator("flat", (value,))


def is_flat(value: Any) -> bool:
    return isinstance(value, Iter) and value.kind == "flat"


def size(lo: Lowering, value: Iter) -> Any:
    """`len(x.flat)`."""
    return lo.apply(attribute("size"), value.parts[0])


def entries(lo: Lowering, value: Iter) -> Any:
    """`x.flat` as an array of its own."""
    return lo.apply(np.copy, lo.apply(np.ravel, value.parts[0]))


def get(lo: Lowering, value: Iter, index: Any) -> Any:
    """`x.flat[index]`: an entry, or a copy of several."""
    found = reading.get_item(lo, lo.apply(np.ravel, value.parts[0]), index)
    return lo.apply(np.copy, found) if isinstance(found, Var) and not found.kind.scalar else found


def put(lo: Lowering, value: Iter, index: Any, new: Any) -> None:
    """`x.flat[index] = new`."""
    new = making.realised(lo, numeric.as_array(lo, new))
    if isinstance(index, Const) and index.value is Ellipsis:
        index = ir.Slice(Const(None), Const(None), Const(None))
    following.call_template(lo, stores, (value.parts[0], numeric.as_array(lo, index), new), {})


def stores(a, index, value):  # type: ignore[no-untyped-def]
    """What is written: values beyond the positions are left, too few are repeated."""
    positions = np.arange(a.size)[index]
    a[np.unravel_index(positions, a.shape)] = value if np.ndim(value) == 0 else np.resize(value, np.shape(positions))
