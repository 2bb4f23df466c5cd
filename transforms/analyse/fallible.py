"""Which operations of the user's own may raise: where a value is not asked for, they must still be run.

np.sum(x + np.ones(5))      its Hessian is zero, but for an x of three entries there is none
"""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np

from tensor import registry
from tensor.attributes import Attribute
from transforms import ir, shapes
from transforms.ir import Const, Slice

NEVER = {np.sum, np.mean, np.zeros_like, np.ones_like, np.full_like, np.copy, np.ravel}


def keep(block: ir.Block) -> None:
    """Mark what may raise as an effect, in place: it is not left out."""
    for stmt in ir.walk(block):
        if isinstance(stmt, ir.Apply) and stmt.loc is not None and not stmt.loc.derived and may_raise(stmt):
            stmt.effect = True


def may_raise(stmt: ir.Apply) -> bool:
    """Whether an operation on arrays may not accept their shapes."""
    arrays = [v for v in ir.tree_vars((stmt.args, stmt.kwargs)) if v.kind.base == "array"]
    if not arrays or stmt.fn in NEVER or isinstance(stmt.fn, Attribute):
        return False
    if stmt.fn is operator.getitem:
        return not all(isinstance(i, Slice) or i in (Const(None), Const(Ellipsis)) for i in items(stmt.args[1]))
    rule = registry.lookup(stmt.fn)
    if rule is None or not rule.elementwise or stmt.kwargs:
        return True
    return not agree([shapes.dims(arg) for arg in stmt.args])


def agree(operands: list[shapes.Dims | None]) -> bool:
    """Whether shapes surely broadcast together."""
    axes = [None if dims is None else dims[::-1] for dims in operands]
    if None in axes:
        return False
    rows = itertools.zip_longest(*axes, fillvalue=1)  # type: ignore[arg-type]
    wide = [[dim for dim in row if dim != 1] for row in rows]
    return all(shapes.alike(row[0], dim) for row in wide for dim in row)


def items(index: Any) -> tuple[Any, ...]:
    return index if isinstance(index, tuple) else (index,)
