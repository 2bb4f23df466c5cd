"""Sums of products are inner products: no array of the products is made.

    a_bar = a_bar + np.sum(t * x)       ->      a_bar = a_bar + t @ x           of vectors
    a_bar = a_bar + np.sum(t * x)       ->      a_bar = a_bar + np.vdot(t, x)   of other arrays

Only sums of the derivative are rewritten, of double-precision arrays of one shape: an inner product of many numbers of
single precision would be less exact than NumPy's sum.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from transforms import ir, shapes
from transforms.analyse.memory import Memory
from transforms.ir import Var


def contract(fn: ir.Function) -> None:
    """Turn sums of products into inner products, in place."""
    stmts = list(ir.walk(fn.body))
    uses: dict[int, int] = {}
    for var in (v for s in stmts for tree in (*ir.operands(s), *ir.inner_results(s)) for v in ir.tree_vars(tree)):
        uses[var.serial] = uses.get(var.serial, 0) + 1
    products = {s.out.serial: s for s in stmts if isinstance(s, ir.Apply) and s.fn is operator.mul}
    memory = Memory(fn.body)
    for stmt in stmts:
        product = products.get(stmt.args[0].serial) if _is_sum(stmt) else None
        if product is None or uses.get(product.out.serial, 0) > 1 or not _is_inner(*product.args):
            continue
        if not any(memory.is_memory(v) for v in product.args):  # they are read later than the product was
            stmt.fn = operator.matmul if product.args[0].kind.ndim == 1 else np.vdot
            stmt.args = product.args


def _is_sum(stmt: Any) -> bool:
    """Whether a statement sums all entries of an array."""
    if not isinstance(stmt, ir.Apply) or stmt.fn is not np.sum or stmt.kwargs or len(stmt.args) != 1:
        return False
    derived = stmt.loc is not None and stmt.loc.derived
    return derived and isinstance(stmt.args[0], Var) and stmt.out.kind.dtype == "d"


def _is_inner(a: Any, b: Any) -> bool:
    return shapes.same(a, b) and all(v.kind.base == "array" and v.kind.dtype == "d" and v.kind.ndim for v in (a, b))
