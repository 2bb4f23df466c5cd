"""Shapes are asked of the first value that has them, so that nothing is computed for its shape alone.

t = x ** 2; np.broadcast_to(1.0, t.shape)      ->      np.broadcast_to(1.0, x.shape)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensor.attributes import Attribute
from transforms import ir, shapes
from transforms.ir import Var

ASKED = {"shape", "size"}


def forward(fn: ir.Function) -> None:
    """Ask shapes of the first value that is known to have them, in place."""
    first: dict[Any, Var] = {}
    for param in fn.params:
        _note(first, param)
    _block(fn.body, first)


def _note(first: dict[Any, Var], var: Var) -> None:
    if var.kind.base == "array" and var.kind.ndim is not None:
        first.setdefault(shapes.key(var), var)


def _block(block: ir.Block, first: dict[Any, Var]) -> None:
    for stmt in block.stmts:
        if isinstance(stmt, ir.Apply) and isinstance(stmt.fn, Attribute) and stmt.fn.name in ASKED:
            var = stmt.args[0]
            if isinstance(var, Var) and var.kind.base == "array":
                stmt.args = (first.get(shapes.key(var), var),)
        elif isinstance(stmt, ir.Apply) and stmt.fn in (np.full_like, np.zeros_like) and isinstance(stmt.args[0], Var):
            var = stmt.args[0]
            like = first.get(shapes.key(var))
            if like is not None and like.kind == var.kind:
                stmt.args = (like, *stmt.args[1:])
        for inner in ir.blocks(stmt):
            _block(inner, dict(first))
        for var in ir.defined(stmt):
            if not isinstance(stmt, (ir.If, ir.Loop)):
                _note(first, var)
