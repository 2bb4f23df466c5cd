"""Gradients have the precision of their arguments, also where a kind says more than what is there.

    s = 0.0                         a number of Python's, which leaves an array of float32 what it is;
    for _ in range(n): s = s * x    an array of float64 would make one of float64 of it

The kind of `s` covers both: it is that of doubles.  What is computed with it may be of single precision.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from transforms import ir
from transforms.analyse.memory import content_operands
from transforms.ir import Block, Const, Var
from transforms.lower.state.lowering import Lowering


def restored(lo: Lowering, blocks: list[Block], inputs: list[Var], bars: list[Any]) -> list[Any]:
    """The cotangents of the inputs, those of doubles as doubles."""
    stmts = [stmt for block in blocks for stmt in ir.walk(block)]
    if not any(v.kind.numeric and v.kind.dtype == "f" for stmt in stmts for v in ir.uses(stmt)):
        return bars
    found = doubtful(stmts)
    return [
        lo.apply(np.asarray, bar, Const(float)) if is_double(x) and is_double(bar) and bar.serial in found else bar
        for x, bar in zip(inputs, bars, strict=True)
    ]


def is_double(operand: Any) -> bool:
    return isinstance(operand, Var) and operand.kind.base == "array" and operand.kind.dtype == "d"


def doubtful(stmts: list[Any]) -> set[int]:
    """The values that have the kind of doubles and may be of single precision."""
    found: set[int] = set()
    size = -1
    while size != (size := len(found)):
        for stmt in stmts:
            for made, given in joined(stmt):
                if of_two_types(given) or any(v.serial in found for v in ir.tree_vars(given)):
                    found.update(v.serial for v in made)
            if isinstance(stmt, ir.Apply) and computed_with(ir.tree_vars(content_operands(stmt)), found):
                found.update(v.serial for v in ir.tree_vars(stmt.out))
    return found


def joined(stmt: Any) -> Iterator[tuple[list[Var], list[Any]]]:
    """What a branch chooses, and what a loop carries, keeps and reads, with what each may be."""
    if isinstance(stmt, ir.If):
        for out, *sides in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True):
            yield [out], sides
    elif isinstance(stmt, ir.Loop):
        for phi, out, *ways in zip(stmt.phis, stmt.outs, stmt.inits, stmt.body.results, strict=True):
            yield [phi, out], ways
        for kept, item in stmt.collects:
            yield [kept], [item]
        for scan in stmt.scans:
            yield ir.tree_vars(scan.item), [scan.source]


def of_two_types(given: list[Any]) -> bool:
    """Whether a value is a number of Python's on one way, and NumPy's on another."""
    weak = [isinstance(g, Const) or isinstance(g, Var) and g.kind.scalar and g.kind.python for g in given]
    return any(weak) and not all(weak)


def computed_with(operands: list[Var], found: set[int]) -> bool:
    """Whether doubtful values are among operands, and no double of NumPy's that is sure: it would make doubles."""
    strong = [v for v in operands if v.kind.numeric and v.kind.dtype == "d" and not v.kind.python]
    return any(v.serial in found for v in operands) and all(v.serial in found for v in strong)
