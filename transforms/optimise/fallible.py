"""What is computed for nothing is left out, but not what would raise: arrays whose shapes may not go together.

np.sum(x + np.ones(5))      has the gradient 1.0 for each entry of x, but for an x of three entries it has none
"""

from __future__ import annotations

import itertools
import operator

import numpy as np

from tensor import registry
from transforms import ir, shapes
from transforms.optimise.dead import Live

PRODUCTS = {operator.matmul, np.matmul, np.dot}


def keep(fn: ir.Function) -> None:
    """Mark what may raise and would be left out as an effect, in place."""
    found = [s for s in fn.body.stmts if isinstance(s, ir.Apply) and not s.effect and may_raise(s)]
    live = Live(fn) if found else None
    for stmt in found:
        stmt.effect = not live.kept(stmt)  # type: ignore[union-attr]


def may_raise(stmt: ir.Apply) -> bool:
    """Whether the user's own operation on two arrays or more may not accept their shapes."""
    arrays = [v for v in ir.tree_vars(stmt.args) if v.kind.base == "array"]
    if len(arrays) < 2 or stmt.loc is None or stmt.loc.derived:
        return False
    operands = [shapes.dims(arg) for arg in stmt.args]
    if stmt.fn in PRODUCTS:
        return not multiply(operands)
    rule = registry.lookup(stmt.fn)
    return rule is not None and rule.elementwise and not agree(operands)


def agree(operands: list[shapes.Dims | None]) -> bool:
    """Whether shapes surely broadcast together."""
    axes = [dims[::-1] for dims in operands if dims is not None]
    if len(axes) < len(operands):
        return False
    rows = [[dim for dim in row if dim != 1] for row in itertools.zip_longest(*axes, fillvalue=1)]
    return all(shapes.alike(row[0], dim) for row in rows for dim in row)


def multiply(operands: list[shapes.Dims | None]) -> bool:
    """Whether two vectors or matrices surely have a product."""
    first, second = (*operands, None, None)[:2]
    if not first or not second or len(first) > 2 or len(second) > 2:
        return False
    return shapes.alike(first[-1], second[0])
