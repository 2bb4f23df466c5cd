"""Contractions of two arrays over one label are products of matrices, which BLAS computes.

    np.einsum("nki,nkj->kij", a, b)     ->      a.transpose(1, 2, 0) @ b.transpose(1, 0, 2)

Labels in both arrays and in the result count stacks of matrices; one label is summed over, and each array has one of
its own.  einsum spreads an extent of 1 over another, a product of matrices does not: the two must be known to be the
same.  Only contractions of the derivative are rewritten: the user's own are rounded as NumPy rounds them.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tensor.attributes import Method, attribute
from transforms import ir, shapes
from transforms.ir import Const, Var

TRANSPOSED = Method("transpose")


@dataclass
class Labels:
    """The labels of two operands and of the result of a contraction, `"nki,nkj->kij"`."""

    left: str
    right: str
    out: str

    def matrices(self) -> tuple[str, str, str] | None:
        """The orders of labels in which the operands are stacks of matrices whose product is the result; or None."""
        stack = [c for c in self.out if c in self.left and c in self.right]
        summed = [c for c in self.left if c in self.right and c not in self.out]
        rows = [c for c in self.left if c not in self.right]
        columns = [c for c in self.right if c not in self.left]
        if not len(summed) == len(rows) == len(columns) == 1 or not {*rows, *columns} <= set(self.out):
            return None
        return tuple("".join((*stack, *pair)) for pair in ((*rows, *summed), (*summed, *columns), (*rows, *columns)))  # type: ignore[return-value]


def multiply(fn: ir.Function) -> None:
    """Turn contractions into products of matrices, in place."""
    _block(fn.body)


def _block(block: ir.Block) -> None:
    stmts: list[Any] = []
    for stmt in block.stmts:
        for inner in ir.blocks(stmt):
            _block(inner)
        stmts.extend(_product(stmt) if _is_contraction(stmt) else [stmt])
    block.stmts[:] = stmts


def _is_contraction(stmt: Any) -> bool:
    """Whether a statement of the derivative contracts two arrays of numbers in floating point."""
    if not isinstance(stmt, ir.Apply) or stmt.fn is not np.einsum or stmt.kwargs or len(stmt.args) != 3:
        return False
    derived = stmt.loc is not None and stmt.loc.derived
    return derived and all(isinstance(a, Var) and a.kind.dtype in ("d", "f") for a in stmt.args[1:])


def _product(stmt: ir.Apply) -> Iterator[Any]:
    labels = _labels(stmt.args[0])
    orders = labels.matrices() if labels is not None else None
    if labels is None or orders is None or not _same_extent(orders[0][-1], labels, *stmt.args[1:]):
        yield stmt
        return
    (left, right, out), (_, a, b) = orders, stmt.args
    if labels.out == out[:-2] + out[:-3:-1]:  # the transpose of the product of the transposes
        (a, left), (b, right), out = (b, _turned(right)), (a, _turned(left)), labels.out
        labels = Labels(labels.right, labels.left, out)
    operands = []
    for operand, own, order in ((a, labels.left, left), (b, labels.right, right)):
        operands.append(operand)
        if own != order:
            operands[-1] = Var("", operand.kind, operand.region)
            yield _transposed(operands[-1], operand, own, order, stmt.loc)
    if labels.out == out:
        yield ir.Apply(stmt.out, operator.matmul, tuple(operands), loc=stmt.loc)
        return
    product = Var("", stmt.out.kind, stmt.out.region)
    yield ir.Apply(product, operator.matmul, tuple(operands), loc=stmt.loc)
    yield _transposed(stmt.out, product, out, labels.out, stmt.loc)


def _same_extent(label: str, labels: Labels, a: Var, b: Var) -> bool:
    """Whether the axes of a label have surely the same extent in both operands."""
    first, second = shapes.dims(a), shapes.dims(b)
    if first is None or second is None:
        return False
    return shapes.alike(first[labels.left.index(label)], second[labels.right.index(label)])


def _turned(order: str) -> str:
    return order[:-2] + order[:-3:-1]


def _transposed(out: Var, operand: Var, labels: str, order: str, loc: Any) -> ir.Apply:
    if len(order) == 2:
        return ir.Apply(out, attribute("T"), (operand,), loc=loc)
    return ir.Apply(out, TRANSPOSED, (operand, *(Const(labels.index(c)) for c in order)), loc=loc)


def _labels(spec: Any) -> Labels | None:
    """The labels of a contraction that is written out, each at most once in an operand."""
    text = spec.value.replace(" ", "") if isinstance(spec, Const) and isinstance(spec.value, str) else ""
    operands, arrow, out = text.partition("->")
    left, comma, right = operands.partition(",")
    plain = all(part.isalpha() and len(set(part)) == len(part) for part in (left, right, out))
    return Labels(left, right, out) if arrow and comma and plain else None
