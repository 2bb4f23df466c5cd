"""Lowering of `memoryview(y)` of an array with one axis: another name for its entries, which are read as Python's own.

memoryview(y)[1] = v        y[1] = v
m = memoryview(y)[2:]       m[0] is y[2:][0].item()
"""

from __future__ import annotations

from typing import Any

from tensor.attributes import method
from transforms import ir
from transforms.lower.containers import reading, writing
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Iter, Var

OF_ARRAY = {"tolist", "shape", "ndim", "itemsize", "nbytes", "strides"}


def memoryview_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """`memoryview(y)`; of what holds nothing that varies it is called as it is."""
    from transforms.lower.calls import unfollowed

    array = args[0] if args else None
    if not isinstance(array, Var) or array.kind.base != "array":
        return unfollowed.opaque(lo, memoryview, args, kwargs)
    if array.kind.ndim != 1 or array.kind.dtype not in "dfli":
        return lo.refuse("a memoryview of an array that is no vector of numbers is not followed", "use the array", node)
    return Iter("memory", (array,))


def is_memory(value: Any) -> bool:
    return isinstance(value, Iter) and value.kind == "memory"


def get(lo: Lowering, value: Iter, index: Any) -> Any:
    """An entry as a number of Python's own, or a part of the memory."""
    found = reading.get_item(lo, value.parts[0], index)
    if isinstance(index, ir.Slice):
        return Iter("memory", (found,))
    if not found.kind.scalar:
        return lo.refuse("a memoryview is indexed by this, which is not followed", "use the array")
    return lo.apply(method("item"), found)


def put(lo: Lowering, value: Iter, index: Any, new: Any) -> None:
    """`m[i] = v`: the entry of the array is written."""
    writing.set_item(lo, value.parts[0], index, new)


def asked(lo: Lowering, value: Iter, name: str) -> Var:
    """The array of which an attribute or method of the memory is asked."""
    if name in OF_ARRAY:
        found: Var = value.parts[0]
        return found
    return lo.refuse(f"the attribute {name} of a memoryview is not followed", "use the array")


HANDLERS = {memoryview: memoryview_}
