"""Shapes are asked of the first value that has them, so that nothing is computed for its shape alone.

t = x ** 2; np.broadcast_to(1.0, t.shape)      ->      np.broadcast_to(1.0, x.shape)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tensor import runtime
from tensor.attributes import Attribute
from transforms import ir, shapes
from transforms.ir import Var

ASKED = {"shape", "size"}


def forward(fn: ir.Function) -> None:
    """Ask shapes of the first value that is known to have them, in place."""
    first: dict[Any, Var] = {}
    for param in fn.params:
        _note(first, param)
    viewed = any(isinstance(stmt, ir.Apply) and stmt.fn is runtime.same_view for stmt in ir.walk(fn.body))
    _block(fn.body, first, None if viewed else _doubtful(fn))  # where layouts are compared, zeros keep their primal's


def _doubtful(fn: ir.Function) -> set[int]:
    """The values whose dtype may be another than their kind's, which is the widest of what a branch or loop gives."""
    found: set[int] = set()
    size = -1
    while size != (size := len(found)):
        for stmt in ir.walk(fn.body):
            if isinstance(stmt, ir.Apply):
                if any(v.serial in found for v in ir.tree_vars((stmt.args, stmt.kwargs))):
                    found.update(v.serial for v in ir.tree_vars(stmt.out))
                continue
            for made, given in _joined(stmt):
                arrays = [v for v in given if isinstance(v, Var) and v.kind.base == "array"]
                if any(v.kind.dtype != made[0].kind.dtype or v.serial in found for v in arrays):
                    found.update(v.serial for v in made)
    return found


def _joined(stmt: Any) -> Iterator[tuple[tuple[Var, ...], tuple[Any, ...]]]:
    """What a branch chooses and a loop carries, with what it may be."""
    if isinstance(stmt, ir.If):
        for out, *sides in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True):
            yield (out,), tuple(sides)
    elif isinstance(stmt, ir.Loop):
        for phi, out, *ways in zip(stmt.phis, stmt.outs, stmt.inits, stmt.body.results, strict=True):
            yield (phi, out), tuple(ways)


def _note(first: dict[Any, Var], var: Var) -> None:
    if var.kind.base == "array" and var.kind.ndim is not None:
        first.setdefault(shapes.key(var), var)


def _block(block: ir.Block, first: dict[Any, Var], doubtful: set[int] | None) -> None:
    for stmt in block.stmts:
        if isinstance(stmt, ir.Apply) and isinstance(stmt.fn, Attribute) and stmt.fn.name in ASKED:
            var = stmt.args[0]
            if isinstance(var, Var) and var.kind.base == "array":
                stmt.args = (first.get(shapes.key(var), var),)
        elif isinstance(stmt, ir.Apply) and stmt.fn in (np.full_like, np.zeros_like) and isinstance(stmt.args[0], Var):
            var = stmt.args[0]
            like = first.get(shapes.key(var))
            sure = doubtful is not None and not {var.serial, like.serial if like is not None else 0} & doubtful
            if like is not None and like.kind == var.kind and sure:
                stmt.args = (like, *stmt.args[1:])
        for inner in ir.blocks(stmt):
            _block(inner, dict(first), doubtful)
        for var in ir.defined(stmt):
            if not isinstance(stmt, (ir.If, ir.Loop)):
                _note(first, var)
