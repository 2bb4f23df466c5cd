"""Methods of arrays that write into them, or have another meaning than a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from transforms import ir
from transforms.lower.calls import existing
from transforms.lower.containers import lists, making, reading
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import wrapping
from transforms.lower.values import Const, Var


def fill_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    lo.emit(ir.Store(value, Const(Ellipsis), lo.operand(args[0]), None, lo.loc))
    return Const(None)


def sort_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    ordered = lo.apply(np.sort, value, *args, **kwargs)
    lo.emit(ir.Store(value, Const(Ellipsis), lo.operand(ordered), None, lo.loc))
    return Const(None)


def put_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    return existing.call_known(lo, np.put, (value, *args), kwargs, None)


def tolist_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    if value.kind.ndim == 1:
        made = making.new_list(lo, (), None)
        site = ("tolist", *lo.path)
        lo.notes.dynamic.add(site)
        made = making.dynamic_list(lo, (), site)
        lists.extend(lo, made, value)
        return made
    return value if value.kind.scalar else lo.refuse("tolist of an array of this rank is not followed")


def copy_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    """`x.copy()`, whose rows are in order; those of `np.copy(x)` are in the order of `x`."""
    if value.kind.scalar:
        return lo.apply(np.copy, value, *args, **kwargs)
    return lo.apply(np.copy, value, **({"order": args[0]} if args else {"order": Const("C"), **kwargs}))


def flatten_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    return lo.apply(np.copy, lo.apply(np.ravel, value, *args, **kwargs))


def partition_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    ordered = lo.apply(np.partition, value, *args, **kwargs)
    lo.emit(ir.Store(value, Const(Ellipsis), lo.operand(ordered), None, lo.loc))
    return Const(None)


def view_(lo: Lowering, value: Var, args: tuple, kwargs: dict) -> Any:
    """`x.view()`; with a type it would be other numbers."""
    if args or kwargs:
        return wrapping.view(lo, value, wrapping.given_class(lo, args, kwargs))
    return reading.get_item(lo, value, Const(Ellipsis))


METHODS: dict[str, Callable[..., Any]] = {
    "view": view_,
    "copy": copy_,
    "fill": fill_,
    "partition": partition_,
    "sort": sort_,
    "put": put_,
    "tolist": tolist_,
    "flatten": flatten_,
}
